package trustlist

import (
	"regexp"
	"strings"
	"testing"
)

// server is the listing of 118892 as the CLI wrote it, rebuilt from the
// published text by putting the line breaks and tabs back.
func server(t testing.TB) string {
	s := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(fixture(t, "118892-show-ctl-2.txt"))), "admin:"))
	for _, p := range []string{`The checksum`, `[0-9a-f]{32}\(MD5\)`, `[0-9a-f]{40}\(SHA1\)`, `Length of`, `The CTL File was last`, `Parse CTL`, `----------------`, `Version:`,
		`HeaderLength:`, `BYTEPOS`, `-------  ?---`, `------- ---`, `\d+ +[A-Z]{6,} +\d+\b`, `CTL Record`, `---- BYTE`, `This etoken`, `The CTL file was`} {
		s = regexp.MustCompile(` +(`+p+`)`).ReplaceAllString(s, "\n$1")
	}
	// Rows of 8 octets.
	s = regexp.MustCompile(`(SIGNATURE +128) ((?:[0-9a-f]{1,2} +){127}[0-9a-f]{1,2})`).ReplaceAllStringFunc(s, func(m string) string {
		head, octets, _ := strings.Cut(m, "128")
		w := strings.Fields(octets)
		out := head + "128"
		for i := 0; i < len(w); i += 8 {
			out += "\n" + strings.Join(w[i:i+8], "  ")
		}
		return out
	})
	s = regexp.MustCompile(`(#:\d) ----`).ReplaceAllString(s, "$1\n\t\t----")
	// Tabs between columns; the eToken's name has blanks of its own.
	s = regexp.MustCompile(`(?m)^(\d+) +([A-Z]+) +(\d+) +(\S.*)$`).ReplaceAllString(s, "$1\t$2\t$3\t$4")
	s = regexp.MustCompile(`(?m)^(\d+) +([A-Z]+) +(\d+)$`).ReplaceAllString(s, "$1\t$2\t$3")
	return strings.ReplaceAll(s, "CTL Record", "\n\tCTL Record") + "\n"
}

// Whatever pasting does to a listing, it says the same.
func TestListingDamage(t *testing.T) {
	base := server(t)
	if n := strings.Count(base, "\n"); n < 90 {
		t.Fatalf("the base has %d lines:\n%s", n, base)
	}
	lines := func(f func(string) string) func(string) string {
		return func(s string) string {
			l := strings.Split(s, "\n")
			for i := range l {
				l[i] = f(l[i])
			}
			return strings.Join(l, "\n")
		}
	}
	wrap := func(width int) func(string) string {
		return lines(func(s string) string {
			var out []string
			for len(s) > width && !strings.Contains(s, "checksum") && !strings.Contains(s, "etoken") && !strings.Contains(s, "(") && !strings.Contains(s, "modified") {
				out = append(out, s[:width])
				s = s[width:]
			}
			return strings.Join(append(out, s), "\n")
		})
	}
	for _, c := range []struct {
		name   string
		damage func(string) string
	}{
		{"none", func(s string) string { return s }},
		{"one line", func(s string) string { return strings.ReplaceAll(s, "\n", " ") }},
		{"one line, tabs kept", func(s string) string { return strings.ReplaceAll(s, "\n", "\t") }},
		{"doubled line breaks", func(s string) string { return strings.ReplaceAll(s, "\n", "\n\n") }},
		{"carriage returns", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
		{"tabs to one blank", func(s string) string { return strings.ReplaceAll(s, "\t", " ") }},
		{"tabs to eight blanks", func(s string) string { return strings.ReplaceAll(s, "\t", "        ") }},
		{"no-break spaces", func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }},
		{"HTML entities", func(s string) string {
			return strings.NewReplacer(`"`, "&quot;", "\t", "&nbsp;", "Record #:", "Record #&colon;").Replace(s)
		}},
		{"table cells", func(s string) string { return strings.ReplaceAll(s, "\t", " | ") }},
		{"quoted mail", lines(func(s string) string { return "> " + s })},
		{"terminal colours", func(s string) string { return strings.ReplaceAll(s, "FUNCTION", "\x1b[1;31mFUNCTION\x1b[0m") }},
		{"wrapped at 60", wrap(60)},
		{"label variants", func(s string) string {
			return strings.NewReplacer("DIGESTALGORTITHM", "DIGESTALGO(RITHM)", "SIGNATUREALGORTITHM", "SIGNATUREALGO", "SERIALNUMBER", "SERIAL NUMBER", "ISSUERNAME", "ISSUENAME").Replace(s)
		}},
		{"record heads of an older CLI", func(s string) string { return strings.ReplaceAll(s, "Record #:", "Record  #: ") }},
		{"short function", func(s string) string {
			return strings.ReplaceAll(s, "System Administrator Security Token", "Security Token")
		}},
		{"function wrapped", func(s string) string { return strings.ReplaceAll(s, "Security Token", "\nSecurity Token") }},
		{"function after one blank", func(s string) string { return strings.ReplaceAll(s, "FUNCTION\t2\t", "FUNCTION\t2 ") }},
		{"signature with leading zeros", func(s string) string {
			return regexp.MustCompile(`  ([0-9a-f])\b([^.])`).ReplaceAllString(s, "  0$1$2")
		}},
		{"prose between", func(s string) string {
			return strings.ReplaceAll(s, "\n\tCTL", "\nThe next section of the \"CTL file\" is shown here, see CTL Record #9 in the\nfollowing text. It has 12 parts.\n\n\tCTL")
		}},
		{"record heads lost", func(s string) string { return regexp.MustCompile(`\tCTL Record #:\d`).ReplaceAllString(s, "") }},
		{"column heads lost", func(s string) string { return regexp.MustCompile(`(?m)^(BYTEPOS|---).*$`).ReplaceAllString(s, "") }},
		{"bad UTF-8", func(s string) string { return strings.ReplaceAll(s, "Parse", "\xff\xfeParse") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.damage(base)
			files := ParseListings([]byte(text))
			if len(files) != 1 {
				t.Fatalf("%d listings in\n%s", len(files), text)
			}
			same(t, files[0], ctl118892())
			if t.Failed() {
				t.Logf("text:\n%s", text)
			}
		})
	}
}

// Parts may be missing; what is there is read, what is not is not made up.
func TestListingParts(t *testing.T) {
	base := server(t)
	cut := func(from, to string) string {
		i := strings.Index(base, from)
		j := i + strings.Index(base[i:], to)
		return base[:i] + base[j:]
	}
	want := func(change func(*File)) *File {
		f := ctl118892()
		change(f)
		return f
	}
	for _, c := range []struct {
		name string
		text string
		want *File
	}{
		{"no checksums", cut("The checksum", "Length of"), want(func(f *File) { f.MD5, f.SHA1 = "", "" })},
		{"no signature", cut("12\tSIGNATURE", "14\tFILENAME"), want(func(f *File) { f.Signature, f.SignatureLength = nil, 0 })},
		{"signature without value", cut("\n45  ec", "\n14\tFILENAME"), want(func(f *File) { f.Signature = nil })},
		{"signature cut", cut("\n5f  7f", "\n14\tFILENAME"), want(func(f *File) {
			f.Signature = nil
			f.Problems = []string{"line 22: signature of 112 octets, its length says 128"}
		})},
		{"no last sentence", cut("The CTL file was verified", "\n"), want(func(f *File) { f.Asserted = nil })},
		{"no length and no last sentence", strings.Replace(cut("The CTL file was verified", "\n"), "Length of CTL file: 3746", "", 1), want(func(f *File) {
			f.Length, f.Asserted, f.Partial = 0, nil, true
		})},
		{"a record in the middle is missing", cut("\tCTL Record #:3", "\tCTL Record #:4"), want(func(f *File) {
			f.Records = append(f.Records[:2:2], f.Records[3:]...)
			f.Partial = true
		})},
		{"the last record is missing", cut("\tCTL Record #:5", "The CTL file was"), want(func(f *File) { f.Records, f.Partial = f.Records[:4], true })},
		{"no etoken sentences", regexp.MustCompile(`This etoken.*\n`).ReplaceAllString(base, ""), want(func(f *File) { f.Records[1].SaidUnused = false })},
		{"failed verification", strings.Replace(base, "The CTL file was verified successfully.", "Verification of the CTL File Failed.", 1), want(func(f *File) {
			f.Asserted = []string{"Verification of the CTL File Failed."}
		})},
		{"failed verification and what follows", strings.Replace(base, "The CTL file was verified successfully.", "Verification of the CTL file failed.\nError parsing the CTL file!!", 1), want(func(f *File) {
			f.Asserted = []string{"Verification of the CTL file failed.", "Error parsing the CTL file!!"}
			f.EndLine++
		})},
		{"not verified", strings.Replace(base, "was verified", "was not verified", 1), want(func(f *File) {
			f.Asserted = []string{"The CTL file was not verified successfully."}
		})},
		{"wrong record length", strings.Replace(base, "RECORDLENGTH\t2\t1004", "RECORDLENGTH\t2\t2004", 1), want(func(f *File) {
			f.Records[3].Length = 2004
			f.Problems = []string{"header and records take 4746 octets, the file has 3746"}
		})},
		{"unknown function", strings.Replace(base, "FUNCTION\t2\tCAPF", "FUNCTION\t2\tNEW-ROLE", 1), want(func(f *File) {
			f.Records[3].Functions = []string{"NEW-ROLE"}
			f.Problems = []string{`line 88: record 4: function "NEW-ROLE" is not known`}
		})},
		{"function as number", strings.Replace(base, "FUNCTION\t2\tCAPF", "FUNCTION\t2\t21", 1), want(func(f *File) { f.Records[3].Functions = []string{"TVS"} })},
		{"unknown tag", strings.Replace(base, "4\tFUNCTION\t2\tCAPF", "4\tFUNCTION\t2\tCAPF\n77\tSOMETHING\t2\tvalue", 1), want(func(f *File) {
			f.Problems = []string{"line 89: record 4: tag 77 SOMETHING is not known"}
		})},
		{"tag twice", strings.Replace(base, "4\tFUNCTION\t2\tCAPF", "4\tFUNCTION\t2\tCAPF\n4\tFUNCTION\t2\tTVS", 1), want(func(f *File) {
			f.Problems = []string{"line 89: record 4: tag 4 FUNCTION occurs again; the first counts"}
		})},
		{"hash cut", strings.Replace(base, "A0 A6 FC F5 FE 86", "FE 86", 1), want(func(f *File) {
			f.Records[3].CertificateSHA1 = "fe8616c1ddd5b757389a031cf77efc07"
			f.Problems = []string{"line 92: record 4: hash of 16 octets, want 20"}
		})},
	} {
		t.Run(c.name, func(t *testing.T) {
			same(t, one(t, ParseListings([]byte(c.text))), c.want)
			if t.Failed() {
				t.Logf("text:\n%s", c.text)
			}
		})
	}
}

package trustlist

import (
	"bytes"
	"encoding/hex"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func listings(t testing.TB, name string) []*File {
	t.Helper()
	return ParseListings(fixture(t, name))
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/listings/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	publisher = "CN=CUCM8-Publisher.bbbburns.lab;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US"
	capf      = "CN=CAPF-9c4cba7d;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US"
	jasburns  = "CN=JASBURNS-AD"
	verified  = "The ITL file was verified successfully."
	callmgr   = "0e1e280e5b5dcc7a202961f58ade3040515bc489"
)

// itl116232 is what the listing in Cisco TechNote 116232 says.
func itl116232() *File {
	return &File{
		Kind: KindITL, Origin: OriginListing, Version: "1.2", HeaderLength: 296, Length: 5438,
		Signer:             Signer{publisher, jasburns, "21002d17000000000005"},
		SignatureAlgorithm: -1, ModulusCode: -1,
		Modified: "Wed Jul 27 10:16:24 EDT 2011",
		Asserted: []string{verified},
		Records: []Record{
			{Number: 1, Length: 1972, Functions: []string{"SAST"}, Subject: publisher, Issuer: jasburns, Serial: "21002d17000000000005",
				KeyLength: 140, SignatureLength: 256, CertificateLength: 1442, CertificateSHA1: callmgr, SignedThis: true},
			{Number: 2, Length: 1972, Functions: []string{"CCM", "TFTP"}, Subject: publisher, Issuer: jasburns, Serial: "21002d17000000000005",
				KeyLength: 140, SignatureLength: 256, CertificateLength: 1442, CertificateSHA1: callmgr},
			{Number: 3, Length: 743, Functions: []string{"TVS"}, Subject: publisher, Issuer: publisher, Serial: "2e3e1a7bdaa64d84",
				KeyLength: 270, SignatureLength: 256, Hash: "c7e1d97accb02bc2a8b290fbaafe665bec41425d", HashAlgorithm: "SHA-1"},
			{Number: 4, Length: 455, Functions: []string{"CAPF"}, Subject: capf, Issuer: capf, Serial: "0adc6e7742914a53",
				KeyLength: 140, SignatureLength: 128, Hash: "c73dea77945e0614d290b1a1437b69841d2d852e", HashAlgorithm: "SHA-1"},
		},
	}
}

// same compares what listings say; where they stand and how wide the columns
// are is left out.
func same(t *testing.T, got, want *File) {
	t.Helper()
	for _, r := range got.Records {
		if r.Key != nil || r.Certificate != nil {
			t.Errorf("record %d: a listing has neither key nor certificate", r.Number)
		}
	}
	if d := cmp.Diff(want, got,
		cmpopts.IgnoreUnexported(File{}),
		cmpopts.IgnoreFields(File{}, "Fields", "Line", "EndLine"),
		cmpopts.IgnoreFields(Record{}, "Fields", "Key")); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func one(t *testing.T, files []*File) *File {
	t.Helper()
	if len(files) != 1 {
		t.Fatalf("%d listings", len(files))
	}
	return files[0]
}

func TestListing116232(t *testing.T) {
	f := one(t, listings(t, "116232-show-itl.txt"))
	same(t, f, itl116232())
	if f.Line != 1 || f.EndLine != 109 {
		t.Errorf("lines %d to %d", f.Line, f.EndLine)
	}
	sum := f.HeaderLength
	for _, r := range f.Records {
		sum += r.Length
		inside := 0
		for _, x := range r.Fields {
			inside += 3 + x.Length
		}
		if r.Length != inside {
			t.Errorf("record %d: length %d, its fields take %d", r.Number, r.Length, inside)
		}
	}
	if sum != 5438 {
		t.Errorf("lengths add up to %d", sum)
	}
	if v := f.Verify(); v.Status != StatusUnverifiable || v.Reason != "a listing does not hold the signed bytes" {
		t.Errorf("verdict %+v", v)
	}
}

func TestListingsOf116232Elsewhere(t *testing.T) {
	f := one(t, listings(t, "116232-mirror-show-itl.txt"))
	same(t, f, itl116232())

	// The translation lost an octet of one serial number, which must be told
	// and must not be filled in.
	f = one(t, listings(t, "116232-nl-show-itl.txt"))
	want := itl116232()
	short := "21002d170000000005"
	want.Signer.Serial, want.Records[0].Serial, want.Records[1].Serial = short, short, short
	want.Problems = []string{
		"line 34: header serial number of 9 octets, its length says 10",
		"line 58: record 1: serial number of 9 octets, its length says 10",
		"line 84: record 2: serial number of 9 octets, its length says 10",
	}
	same(t, f, want)

	// One record alone, as pasted for comparison.
	f = one(t, listings(t, "116232-show-itl-record3.txt"))
	r := itl116232().Records[2]
	r.KeyLength, r.SignatureLength, r.Hash, r.HashAlgorithm = 0, 0, "", ""
	same(t, f, &File{Kind: KindITL, Origin: OriginListing, SignatureAlgorithm: -1, ModulusCode: -1, Partial: true, Records: []Record{r}})
	if f.Line != 7 || f.EndLine != 17 {
		t.Errorf("lines %d to %d", f.Line, f.EndLine)
	}
}

func TestListingDOC18834(t *testing.T) {
	f := one(t, listings(t, "doc18834-show-ctl.txt"))
	ccm := "CN=CUCM8-Publisher.bbbburns.lab;OU=AS;O=Cisco;L=RTP;ST=NC;C=US"
	ca := "cn=Cisco Manufacturing CA;o=Cisco Systems"
	same(t, f, &File{
		Kind: KindCTL, Origin: OriginListing, Version: "1.2", HeaderLength: 304, Length: 4712,
		Signer:             Signer{`cn="SAST-ADN4e31f914 ";ou=IPCBU;o="Cisco Systems`, ca, "bda302000000d888641f"},
		SignatureAlgorithm: -1, ModulusCode: -1,
		Modified: "Wed Aug 31 13:28:03 EDT 2011",
		Asserted: []string{"The CTL file was verified successfully."},
		Records: []Record{
			{Number: 1, Length: 1178, Functions: []string{"SAST"}, Subject: `cn="SAST-ADN4e31f914 ";ou=IPCBU;o="Cisco Systems`, Issuer: ca, Serial: "bda302000000d888641f",
				KeyLength: 140, CertificateLength: 894, CertificateSHA1: "67eb23f8f51655a98ec8cb8a4f9ea20aab45b6e6", SignedThis: true},
			{Number: 2, Length: 1180, Functions: []string{"SAST"}, Subject: `cn="SAST-ADN5bbd7b14 ";ou=IPCBU;o="Cisco Systems`, Issuer: ca, Serial: "aac92000000078c42e22",
				KeyLength: 141, CertificateLength: 895, CertificateSHA1: "a4a38d11575ab8e2606eaf4a540a20b8ca0bd340", SaidUnused: true},
			{Number: 3, Length: 1059, Functions: []string{"CCM", "TFTP"}, DNSName: "14.48.44.80", Subject: ccm, Issuer: ccm, Serial: "74ae9e6bdbc2a51d",
				KeyLength: 140, CertificateLength: 738, CertificateSHA1: "007adef425267afc5e02b4d2bba414422ba5a09c"},
			{Number: 4, Length: 991, Functions: []string{"CAPF"}, DNSName: "14.48.44.80", Subject: capf, Issuer: capf, Serial: "0adc6e7742914a53",
				KeyLength: 140, CertificateLength: 674, CertificateSHA1: "c73dea77945e0614d290b1a1437b69841d2d852e"},
		},
	})
	// The two documents show the same CAPF certificate, once whole and once by
	// its hash.
	itl := one(t, listings(t, "116232-show-itl.txt"))
	if itl.Records[3].Hash != f.Records[3].CertificateSHA1 {
		t.Error("CERTHASH is not the SHA-1 of the certificate")
	}
}

func TestListing118892(t *testing.T) {
	f := one(t, listings(t, "118892-show-ctl-1.txt"))
	same(t, f, &File{Kind: KindCTL, Origin: OriginListing, SignatureAlgorithm: -1, ModulusCode: -1, Partial: true,
		MD5: "98784f6f6bcd5019ea165b1d2bc1372e", SHA1: "9c0aa839e5a84b18a43caf9f9ff23d8ebce90419"})

	f = one(t, listings(t, "118892-show-ctl-3.txt"))
	same(t, f, &File{Kind: KindCTL, Origin: OriginListing, SignatureAlgorithm: -1, ModulusCode: -1, Missing: true, Asserted: []string{
		"CTL File not found. Please run CTLClient plugin or run the CLI - utils ctl.. to generate the CTL file.",
		"Error parsing the CTL File."}})
	if v := f.Verify(); v.Status != StatusUnverifiable || v.Reason != "there is no file" {
		t.Errorf("verdict %+v", v)
	}

	f = one(t, listings(t, "118892-show-ctl-4.txt"))
	same(t, f, &File{Kind: KindCTL, Origin: OriginListing, SignatureAlgorithm: -1, ModulusCode: -1, Partial: true, Length: 5728,
		MD5: "68a954fba070bbcc3ff036e18716e351", SHA1: "4f7a02b60bb5083baac46110f0c61eac2dceb0f7", Modified: "Mon Mar 09 11:38:50 CET 2015"})

	f = one(t, listings(t, "118892-show-ctl-2.txt"))
	same(t, f, ctl118892())
	// 304+1186+1186+33+1004+33 = 3746; the emptied records add up too.
	for _, i := range []int{2, 4} {
		var tags []int
		sum := 0
		for _, x := range f.Records[i].Fields {
			tags = append(tags, x.Tag)
			sum += 3 + x.Length
		}
		if !reflect.DeepEqual(tags, []int{1, 2, 4, 10}) || sum != 33 {
			t.Errorf("record %d: tags %v of %d octets", i+1, tags, sum)
		}
	}
}

func ctl118892() *File {
	ca := "cn=Cisco Manufacturing CA;o=Cisco Systems"
	capf := "CN=CAPF-e9037b69;OU=TAC;O=Cisco;L=Krakow;ST=Malopolska;C=PL"
	sig, err := hex.DecodeString("45ec050c9e686de65d4bd391c226cfc1ee8cb906954667" +
		"9e19aab1e965afb467367ee5ee60100b1b58c106644" +
		"0cfe257aa867314ec110b0a3b9891e2e46e0450baac3e5333013ea6b7300018ae680339d141d6e3af9755e05b90f6a579" +
		"3e2397fbb8b4ada8b8297c1b4f616a674d56d25f7f32665cb2d755d9ab7aba6db22006")
	if err != nil {
		panic(err)
	}
	return &File{
		Kind: KindCTL, Origin: OriginListing, Version: "1.2", HeaderLength: 304, Length: 3746,
		MD5: "7879e087513d0d6dfe7684388f86ee96", SHA1: "be50e5f3e28e6a8f5b0a5fa90364c839fcc8a3a0",
		Signer:             Signer{`cn="SAST-ADN0054f509        ";ou=IPCBU;o="Cisco Systems`, ca, "3cf927000000afa2da45"},
		SignatureAlgorithm: -1, ModulusCode: -1, Signature: sig, SignatureLength: 128,
		Modified: "Tue Feb 24 16:37:45 CET 2015",
		Asserted: []string{"The CTL file was verified successfully."},
		Records: []Record{
			{Number: 1, Length: 1186, Functions: []string{"SAST"}, Subject: `cn="SAST-ADN0054f509        ";ou=IPCBU;o="Cisco Systems`, Issuer: ca, Serial: "3cf927000000afa2da45",
				KeyLength: 140, CertificateLength: 902, CertificateSHA1: "198f07c499201351c5aebf9503939ff2cc6d9390", SignedThis: true},
			{Number: 2, Length: 1186, Functions: []string{"SAST"}, Subject: `cn="SAST-ADN008580ef        ";ou=IPCBU;o="Cisco Systems`, Issuer: ca, Serial: "83e9080000005545af31",
				KeyLength: 140, CertificateLength: 902, CertificateSHA1: "85cd5dadeafc34b83e2ff2cb9c76b0933e8b3a4f", SaidUnused: true},
			{Number: 3, Length: 33, Functions: []string{"CCM", "TFTP"}, DNSName: "10.48.47.153"},
			{Number: 4, Length: 1004, Functions: []string{"CAPF"}, DNSName: "10.48.47.153", Subject: capf, Issuer: capf, Serial: "795916c154af310c0faeea972e081b31",
				KeyLength: 140, CertificateLength: 680, CertificateSHA1: "a0a6fcf5fe8616c1ddd5b757389a031cf77efc07"},
			{Number: 5, Length: 33, Functions: []string{"CCM", "TFTP"}, DNSName: "10.48.47.154"},
		},
	}
}

// Several listings in one text keep their lines and do not mix.
func TestSeveralListings(t *testing.T) {
	all := []string{"116232-show-itl.txt", "118892-show-ctl-2.txt", "116232-show-itl.txt", "118892-show-ctl-3.txt", "118892-show-ctl-1.txt", "doc18834-show-ctl.txt", "116232-show-itl-record3.txt", "118892-show-ctl-4.txt"}
	for _, between := range []string{"", "\n", strings.Repeat("10:00:00.000 |another line of a trace, show ctl and show itl are commands\n", 400)} {
		var text bytes.Buffer
		var want []*File
		for _, name := range all {
			start := bytes.Count(text.Bytes(), []byte("\n"))
			f := one(t, listings(t, name))
			f.Line += start
			f.EndLine += start
			want = append(want, f)
			text.Write(fixture(t, name))
			text.WriteString(between)
		}
		got := ParseListings(text.Bytes())
		if len(got) != len(want) {
			t.Fatalf("%d listings, want %d", len(got), len(want))
		}
		for i := range got {
			same(t, got[i], want[i])
			if got[i].Line != want[i].Line || got[i].EndLine != want[i].EndLine {
				t.Errorf("%s: lines %d to %d, want %d to %d", all[i], got[i].Line, got[i].EndLine, want[i].Line, want[i].EndLine)
			}
		}
	}
	// The same list twice, without a prompt between.
	body := strings.SplitN(server(t), "\n", 2)[1]
	if got := ParseListings([]byte(body + body)); len(got) != 2 {
		t.Errorf("%d listings of two", len(got))
	}
}

// Texts that speak of listings but hold none.
func TestNoListings(t *testing.T) {
	for _, s := range []string{
		"",
		"We can view the full contents of this ITL file via \"show itl\".\nadmin:show itl\nadmin:show ctl\n",
		"A corrupt CTL can be checked with \"show ctl\", looking for the output \"The CTL File was verified successfully\", or the error condition \"Verification of the CTL File Failed\".",
		"877: NOT 09:13:17.925249 SECD: validate_file_envelope: File sign verify SUCCESS; header length <296>",
		"ITL Record #3 in the example ITL file above.",
		"TL file verified successfully.",
		"The ITL file was verified successfully.",
	} {
		if got := ParseListings([]byte(s)); len(got) != 0 {
			t.Errorf("%q: %+v", s, got[0])
		}
	}
	// The prose behind a listing is not its sentence.
	f := one(t, ParseListings([]byte(strings.Replace(server(t), "The CTL file was verified successfully.",
		"\nlooking for the output \"The CTL File was verified successfully\", or the error condition \"Verification of the CTL File Failed\".", 1))))
	if len(f.Asserted) > 0 {
		t.Errorf("asserted %q", f.Asserted)
	}
}

// Of a large text only the listings are handed to the grammar, and hostile ones
// stay bounded.
func TestListingBounds(t *testing.T) {
	trace := strings.Repeat("10:00:00.000 |TFTPEngine::isReadRequest, CTL file, ITL file, BYTE, RECORD\n", 200_000)
	text := trace + string(fixture(t, "116232-show-itl.txt")) + trace
	if got := ParseListings([]byte(text)); len(got) != 1 || got[0].Line != 200_001 {
		t.Errorf("%d listings", len(got))
	}
	pieces, _ := regions([]byte(text))
	read := 0
	for _, r := range pieces {
		read += len(r.text)
	}
	if read > 32<<10 {
		t.Errorf("%d octets of %d are handed to the grammar", read, len(text))
	}
	// One record after another: more than one region, and the cap.
	var b strings.Builder
	b.WriteString("Parse ITL File\nHeaderLength: 296 (BYTES)\n")
	for i := 1; i <= 6000; i++ {
		b.WriteString("ITL Record #:")
		b.WriteString(strings.Repeat(" ", 3))
		b.WriteString(decimal(i))
		b.WriteString("\n1 RECORDLENGTH 2 10\n4 FUNCTION 2 TVS\n")
	}
	f := one(t, ParseListings([]byte(b.String())))
	if len(f.Records) != maxRecords || !strings.Contains(strings.Join(f.Problems, " "), "more than 4096 records") {
		t.Errorf("%d records, %q", len(f.Records), f.Problems)
	}
	for i, r := range f.Records {
		if r.Number != i+1 || r.Length != 10 || len(r.Functions) != 1 || r.Functions[0] != "TVS" {
			t.Fatalf("record %d: %+v", i+1, r)
		}
	}
}

func decimal(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return decimal(n/10) + string(rune('0'+n%10))
}

// The sentences of a corrupt list (Cisco TechNote 116232), which stand behind
// the records or in place of them.
func TestCorrupt(t *testing.T) {
	const verification, parsing = "Verification of the ITL file failed.", "Error parsing the ITL file!!"
	both := verification + "\n" + parsing + "\n"
	whole := string(fixture(t, "116232-show-itl.txt"))
	head := "admin:show itl\nLength of ITL file: 5438\nThe ITL File was last modified on Wed Jul 27 10:16:24 EDT 2011\n\n"
	for _, c := range []struct {
		text string
		want []string
	}{
		{strings.Replace(whole, verified, both, 1), []string{verification, parsing}},
		{head + "Parse ITL File\n----------------\n" + both, []string{verification, parsing}},
		{head + both, []string{verification, parsing}},
		{head + parsing + "\n" + verification + "\n", []string{parsing, verification}},
		{head + parsing + "\n", []string{parsing}},
		{"admin:show itl\n" + both, []string{verification, parsing}},
		{head + both + both, []string{verification, parsing}}, // said again, of nothing
		{head + verified + "\n" + parsing, []string{verified}},
	} {
		f := one(t, ParseListings([]byte(c.text)))
		if f.Kind != KindITL || !reflect.DeepEqual(f.Asserted, c.want) {
			t.Errorf("%q: %s %q", c.text[max(0, len(c.text)-160):], f.Kind, f.Asserted)
		}
	}
	for _, s := range []string{both, "admin:show ctl\n" + both, "admin:show itl\n" + verified, "admin:show itl\n\n\n\n\n\n\n" + both} {
		if f := ParseListings([]byte(s)); len(f) != 0 {
			t.Errorf("%q: %q", s, f[0].Asserted)
		}
	}
}

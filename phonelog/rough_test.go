package phonelog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// wide is UTF-16 of a text.
func wide(text string, big bool) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return b
}

// failing gives its text and then an error that is no end.
func failing(text string) io.Reader {
	return io.MultiReader(strings.NewReader(text), errReader{})
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errors.New("disk on fire") }

// Whatever is wrong with the input, what can be read is read, and the summary
// says what could not.
func TestRoughInput(t *testing.T) {
	want, _, _ := scan(t, boot)
	const first = "837: NOT 09:13:17.561856 SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv\n"
	for _, tt := range []struct {
		name    string
		in      io.Reader
		events  int
		problem string // "" for none
	}{
		{"CR LF", strings.NewReader(strings.ReplaceAll(boot, "\n", "\r\n")), len(want), ""},
		{"UTF-16, marked", bytes.NewReader(wide("\ufeff"+boot, false)), len(want), ""},
		{"UTF-16 big endian, marked", bytes.NewReader(wide("\ufeff"+boot, true)), len(want), ""},
		{"UTF-16, mark lost", bytes.NewReader(wide(boot, false)), len(want), "encoding: UTF-16 without a byte order mark: every other byte is NUL"},
		{"UTF-16 big endian, mark lost", bytes.NewReader(wide(boot, true)), len(want), "encoding: UTF-16 without a byte order mark: every other byte is NUL"},
		{"UTF-16, odd byte at the end", bytes.NewReader(append(wide("\ufeff"+boot, false), 'x')), len(want), "encoding: UTF-16 ends in the middle of a character: its last byte was not read"},
		{"UTF-16, lone surrogate", bytes.NewReader(append(append(wide("\ufeff"+first, false), 0, 0xD8), wide("\n"+boot, false)...)), len(want) + 1, "encoding: UTF-16: 1 surrogates stand alone and are read as U+FFFD"},
		{"NULs at line ends", strings.NewReader(strings.ReplaceAll(boot, "\n", "\x00\n")), len(want), "line 1: NUL bytes, taken for blanks (26 lines)"},
		{"a block of NULs", strings.NewReader(first + strings.Repeat("\x00", 5000) + "\n" + boot), len(want) + 1, "line 2: NUL bytes, taken for blanks (1 line)"},
		{"invalid UTF-8", strings.NewReader(first + "838: NOT 09:13:17.6 SECD: \xff\xfe\n839: NOT 09:13:17.6 SECD: \xc3(\n"), 1, "line 2: bytes that are no UTF-8, shown as U+FFFD (2 lines)"},
		{"a stream that breaks", failing(first + "838: NOT 09:13:17.6 SECD: lookupCTL: TFTP SRVR sec"), 1, "line 3: read: disk on fire"},
		{"a stream that breaks at once", failing(""), 0, "line 1: read: disk on fire"},
		{"time running back", strings.NewReader("NOT 09:13:17.561856 SECD: lookupCTL: TFTP SRVR secure\nNOT 08:13:17.561856 SECD: lookupCTL: TFTP SRVR secure\n"), 2, "line 2: the time runs back to 08:13:17.561856: a restart, a clock that was set, or another log joined on; counted as a restart"},
		{"a restart, by its numbers", strings.NewReader("900: NOT 09:13:17.561856 SECD: lookupCTL: TFTP SRVR secure\n3: NOT 08:13:17.561856 SECD: lookupCTL: TFTP SRVR secure\n"), 2, ""},
		{"two threads out of order", strings.NewReader("900: NOT 09:13:17.561856 SECD: lookupCTL: TFTP SRVR secure\n899: NOT 09:13:17.561855 SECD: lookupCTL: TFTP SRVR secure\n"), 2, ""},
		{"a month that runs back", strings.NewReader("3315 NOT Nov 29 06:33:59.9 SECUREAPP-Sec SSL Connection - Handshake successful.\n3316 NOT Oct 29 06:33:59.9 SECUREAPP-Sec SSL Connection - Handshake successful.\n"), 2, "line 2: the time runs back to Oct 29 06:33:59.9: a restart, a clock that was set, or another log joined on; counted as a restart"},
		{"the new year", strings.NewReader("3315 NOT Dec 31 23:59:59.9 SECUREAPP-Sec SSL Connection - Handshake successful.\n3316 NOT Jan 01 00:00:00.9 SECUREAPP-Sec SSL Connection - Handshake successful.\n"), 2, ""},
		{"nothing", strings.NewReader(""), 0, ""},
		{"one byte", strings.NewReader("8"), 0, ""},
	} {
		n := 0
		sum, err := Scan(tt.in, func(*catalogue.Event) { n++ })
		var problems []string
		for _, p := range sum.Problems {
			problems = append(problems, p.Where+": "+p.What)
		}
		if n != tt.events || strings.Join(problems, "\n") != tt.problem {
			t.Errorf("%s: %d events, want %d; problems %q, want %q", tt.name, n, tt.events, problems, tt.problem)
		}
		if strings.Contains(tt.name, "breaks") != (err != nil) {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

// Many places where the time runs back are listed up to a limit.
func TestManyRestarts(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "NOT %02d:13:17.561856 SECD: lookupCTL: TFTP SRVR secure\n", 9-i%2)
	}
	_, _, sum := scan(t, b.String())
	last := sum.Problems[len(sum.Problems)-1]
	if len(sum.Problems) != maxBack+1 || last.What != "the time runs back at 30 more places" || sum.Boots != 50 {
		t.Errorf("%d problems, %+v, %d boots", len(sum.Problems), last, sum.Boots)
	}
}

type xs struct {
	n    int
	text string
}

func (x *xs) Read(p []byte) (int, error) {
	if x.n <= 0 {
		return 0, io.EOF
	}
	k := 0
	for k < min(len(p), x.n) {
		k += copy(p[k:min(len(p), x.n)], x.text)
	}
	x.n -= k
	return k, nil
}

// A line of 100 MB, whatever is in it: its beginning is read, the rest passes
// without memory for it.
func TestLongLine(t *testing.T) {
	for _, text := range []string{"x 1 ", "x", "837: NOT 09:13:17.561856 SECD: unheard of ", "\x00", "\xff"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		n := 0
		sum, err := Scan(io.MultiReader(strings.NewReader(boot), &xs{100 << 20, text}, strings.NewReader("\n"+boot)), func(*catalogue.Event) { n++ })
		runtime.ReadMemStats(&after)
		if err != nil || n != 26 || !slices.ContainsFunc(sum.Problems, func(p catalogue.Problem) bool { return strings.Contains(p.What, "longer than") }) {
			t.Errorf("%.9q: %d events, %v, %+v", text, n, err, sum.Problems)
		}
		if grown := (after.TotalAlloc - before.TotalAlloc) >> 10; grown > 16<<10 {
			t.Errorf("%.9q: %d kB allocated", text, grown)
		}
	}
}

// A line that says nothing costs no memory, nor does one that is unknown, in
// whatever way.
func TestIgnoredLinesDoNotAllocate(t *testing.T) {
	s := &scanner{emit: func(*catalogue.Event) {}, dialects: map[string]int{}, phones: map[string]bool{}}
	for _, text := range []string{
		"919: NOT 09:13:18.458937 tftpClient: look up server - 0\n",
		"920: NOT 09:13:18.458938 SECD: nobody knows this\n",
		"prose\n\n# remark\n",
		"9:01:16p nobody knows this\n",
		"3316 INF Nov 29 06:33:59.908696 SECUREAPP-Sec SSL Connection - caching disabled, session not saved\n",
		"3317 INF Nov 29 06:33:59.908696 (1:2) JAVA-configmgr MQThread|cip.cfg.Config:  - nobody knows this\n",
		"3318 INF Nov 29 06:33:59.908696 (1:2) JAVA-nobody &lt;knows&gt; this &amp; that\n",
		"3319 INF Nov 29 06:33:59.908696 (1:2) JAVA-[truncated] nobody knows this^M\n",
		"3320 INF Nov 29 06:33:59.908696 (1:2) JAVA-nobody knows\n\tthis\n\tand that\n",
		"admin:show itl\n<p>DNS timeout</p>\n",
	} {
		var pieces []lines.Piece
		run := func() {
			for n, l := range lines.Lines([]byte(text)) {
				pieces = lines.Split(l, pieces[:0])
				for _, p := range pieces {
					s.piece(n, p)
				}
			}
			s.close()
		}
		run()
		if n := testing.AllocsPerRun(20, run) - 1; n > 0 { // one for the bytes of text
			t.Errorf("%q: %v allocations", text, n)
		}
	}
}

// Records glued onto one line, wholly or in part, are those of the split form.
func TestGluedIsSplit(t *testing.T) {
	files, _ := filepath.Glob("testdata/excerpts/*.txt")
	more, _ := filepath.Glob("testdata/published/DOC-17679*.txt")
	for _, f := range append(files, more...) {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("status-messages")) {
			continue // texts without a head cannot be told apart on one line
		}
		var kept []string
		for l := range strings.Lines(string(text)) {
			if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") && !strings.HasPrefix(l, "++") {
				kept = append(kept, l)
			}
		}
		give := func(text string) (out []string) {
			_, events, sum := scan(t, text)
			for _, e := range events {
				out = append(out, fmt.Sprint(e.Name, " ", e.Clock.Text, " ", e.Seq, " ", e.Phone, " ", e.Server, " ", e.Detail, " ", strings.Join(strings.Fields(e.Text), " ")))
			}
			return append(out, fmt.Sprint("unknown ", sum.Unknown))
		}
		want := give(strings.Join(kept, "\n"))
		var pairs []string
		for i := 0; i < len(kept); i += 2 {
			pairs = append(pairs, strings.Join(kept[i:min(i+2, len(kept))], " "))
		}
		for how, glued := range map[string]string{
			"one line": strings.Join(kept, " "), "pairs": strings.Join(pairs, "\n"),
			"tags": "<pre>" + strings.Join(kept, "<br>") + "</pre>", "paragraphs": "<p>" + strings.Join(kept, "</p>\n<p>") + "</p>",
			"no-break": strings.Join(kept, "\u00a0"), "entities": strings.Join(kept, "&nbsp; "),
		} {
			if got := give(glued); !slices.Equal(got, want) {
				for i := range min(len(got), len(want)) {
					if got[i] != want[i] {
						t.Errorf("%s, %s:\n got %s\nwant %s", filepath.Base(f), how, got[i], want[i])
						break
					}
				}
				if len(got) != len(want) {
					t.Errorf("%s, %s: %d events, want %d", filepath.Base(f), how, len(got), len(want))
				}
			}
		}
	}
}

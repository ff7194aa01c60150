package lines

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// FuzzLines: in chunks or at once, every line of a text is handed out once and
// in order, no longer than MaxLine; its pieces stand in it; entities never make
// a text longer.
func FuzzLines(f *testing.F) {
	f.Add([]byte("7949 NOT 11:04:14.765155 SECD: -x\n18:01:06.345 |   debug 8:UNKNOWN:y 837: NOT 09:13:17.5 SECD: -z\n\n# remark\n"))
	f.Add([]byte("\xff\xfe8\x003\x007\x00:\x00 \x00N\x00\n\x00O\x00"))
	f.Add([]byte("\xfe\xff\xd8\x00\x00\n\x00x"))
	f.Add([]byte("\xef\xbb\xbf&lt;b&gt; &#58; &colon;<br>a<br/>b\r\nc"))
	f.Fuzz(func(t *testing.T, text []byte) {
		read := func(r *Reader) (out [][]byte) {
			next := 1
			for r.Next() {
				if r.Line() != next {
					t.Fatalf("chunk at line %d, want %d", r.Line(), next)
				}
				for n, line := range Lines(r.Chunk()) {
					if n < 0 || len(line) > MaxLine || bytes.IndexByte(line, '\n') >= 0 {
						t.Fatalf("line %d: %q", n, line)
					}
					out = append(out, bytes.Clone(line))
					next++
				}
			}
			if r.Err() != nil || r.Count() != len(out) {
				t.Fatalf("%d lines of %d, %v", len(out), r.Count(), r.Err())
			}
			return out
		}
		whole := read(NewReader(bytes.NewReader(text)))
		if got := read(NewReader(iotest.OneByteReader(bytes.NewReader(text)))); !bytes.Equal(bytes.Join(got, []byte("\n")), bytes.Join(whole, []byte("\n"))) {
			t.Fatalf("read by bytes %q, at once %q", got, whole)
		}
		for _, line := range whole {
			pieces := Split(line, nil)
			if len(pieces) == 0 {
				t.Fatalf("no piece of %q", line)
			}
			for _, p := range pieces {
				if !bytes.Contains(line, p.Text) {
					t.Fatalf("%q is not in %q", p.Text, line)
				}
				if at := Colon(p.Text, 0); at > len(p.Text) {
					t.Fatalf("a colon at %d of %q", at, p.Text)
				}
				if m := Month(p.Text); m > 12 {
					t.Fatalf("%q is month %d", p.Text, m)
				}
			}
			if plain := Unescape(nil, line); len(plain) > len(line) {
				t.Fatalf("%q became %q", line, plain)
			}
			s := string(line)
			host, port := HostPort(s)
			if len(host)+len(port) > len(s) {
				t.Fatalf("%q has host %q and port %q", s, host, port)
			}
			if d := Device(s); len(d) > 0 && len(d) < 12 {
				t.Fatalf("%q is the device %q", s, d)
			}
			if p := Plainer(s); len(p) > len(s) {
				t.Fatalf("%q became %q", s, p)
			}
			if text := Text(line); !utf8.ValidString(text) || strings.Contains(text, "\x00") {
				t.Fatalf("%q became %q", line, text)
			}
		}
	})
}

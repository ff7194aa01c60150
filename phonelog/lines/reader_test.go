package lines

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
)

// all reads everything and gives "number text" for each line.
func all(t *testing.T, r io.Reader) ([]string, *Reader) {
	t.Helper()
	var out []string
	rd := NewReader(r)
	for rd.Next() {
		n := 0
		for k, l := range Lines(rd.Chunk()) {
			out = append(out, string(l))
			n = k
		}
		if got := rd.Line() + n; got != len(out) {
			t.Fatalf("line %d is numbered %d", len(out), got)
		}
	}
	if rd.Count() != len(out) {
		t.Fatalf("%d lines counted, %d read", rd.Count(), len(out))
	}
	return out, rd
}

func TestReader(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"a", "a"},
		{"a\n", "a"},
		{"a\r\nb\r\n", "a|b"},
		{"\n\nb", "||b"},
		{"\xef\xbb\xbfa\nb", "a|b"},
		{"a\x00b\n\xff\xfe\n", "a\x00b|\xff\xfe"},
	}
	for _, tt := range tests {
		got, rd := all(t, strings.NewReader(tt.in))
		if strings.Join(got, "|") != tt.want || rd.Err() != nil {
			t.Errorf("%q: got %q, %v", tt.in, got, rd.Err())
		}
		if got, _ := all(t, iotest.OneByteReader(strings.NewReader(tt.in))); strings.Join(got, "|") != tt.want {
			t.Errorf("%q byte by byte: got %q", tt.in, got)
		}
	}
}

func TestReaderUTF16(t *testing.T) {
	text := "Größe 1\r\n\U0001F4DE 2\n"
	var le, be []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
		le = append(le, byte(u), byte(u>>8))
		be = append(be, byte(u>>8), byte(u))
	}
	for name, in := range map[string][]byte{"LE": le, "BE": be, "odd": append(bytes.Clone(le), 'x')} {
		got, _ := all(t, bytes.NewReader(in))
		if strings.Join(got, "|") != "Größe 1|\U0001F4DE 2" {
			t.Errorf("%s: got %q", name, got)
		}
	}
	// A lone surrogate is replaced, what follows is kept.
	got, _ := all(t, bytes.NewReader([]byte{0xFF, 0xFE, 0x00, 0xD8, 'a', 0}))
	if strings.Join(got, "") != "\uFFFDa" {
		t.Errorf("lone surrogate: %q", got)
	}
}

func TestReaderChunks(t *testing.T) {
	// Lines of many lengths over several chunks arrive whole and in order.
	var b strings.Builder
	var want []string
	for i := range 40_000 {
		l := strings.Repeat(string(rune('a'+i%26)), i%173)
		want = append(want, l)
		b.WriteString(l + "\n")
	}
	got, rd := all(t, strings.NewReader(b.String()))
	if strings.Join(got, "\n") != strings.Join(want, "\n") || len(rd.Problems()) != 0 {
		t.Errorf("%d lines differ from %d, problems %v", len(got), len(want), rd.Problems())
	}
}

// endless gives one line of n bytes, then another.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	k := min(len(p), e.n)
	for i := range k {
		p[i] = 'x'
	}
	e.n -= k
	return k, nil
}

func TestReaderLongLine(t *testing.T) {
	const size = 100 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rd := NewReader(io.MultiReader(strings.NewReader("first\n"), &endless{size}, strings.NewReader("\nlast\n")))
	var lens []int
	for rd.Next() {
		for _, l := range Lines(rd.Chunk()) {
			lens = append(lens, len(l))
		}
	}
	runtime.ReadMemStats(&after)
	if len(lens) != 3 || lens[0] != 5 || lens[1] != MaxLine-1 || lens[2] != 4 || rd.Count() != 3 {
		t.Errorf("lines of %v bytes, %d counted", lens, rd.Count())
	}
	if p := rd.Problems(); len(p) != 1 || p[0].Where != "line 2" || !strings.Contains(p[0].What, "longer than") {
		t.Errorf("problems %+v", p)
	}
	if grown := int64(after.Sys) - int64(before.Sys); grown > 48<<20 {
		t.Errorf("%d MB more memory for one line", grown>>20)
	}
}

func TestReaderError(t *testing.T) {
	broken := errors.New("broken pipe")
	got, rd := all(t, io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)))
	if strings.Join(got, "|") != "a|b" || !errors.Is(rd.Err(), broken) {
		t.Errorf("got %q, %v", got, rd.Err())
	}
	if p := rd.Problems(); len(p) != 1 || p[0].What != "read: broken pipe" {
		t.Errorf("problems %+v", p)
	}
	if got, _ := all(t, iotest.TimeoutReader(strings.NewReader("a\nb\n"))); len(got) == 0 {
		t.Error("nothing read before the timeout")
	}
}

package intake

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// during walks over paths, and calls f with every input when it is handed out;
// what it saw is as that of saw.
func during(t *testing.T, f func(name string), paths ...string) []string {
	t.Helper()
	plan := List(paths, Options{TempDir: t.TempDir(), First: firstOf, Trace: traceOf})
	f("")
	var out []string
	err := plan.Walk(context.Background(), func(in Input) error {
		defer in.Done()
		f(in.Name)
		for _, p := range in.Parts {
			out = append(out, "part "+p.Name+" "+content(p))
		}
		if in.Parts == nil {
			out = append(out, in.Name+" "+content(in))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestVanishing: files that go away, shrink, grow or become something else while
// a case is read are told, or read as far as they are there; the others are read
// all the same.
func TestVanishing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file that is open cannot be removed")
	}
	dir := t.TempDir()
	noise := make([]byte, 300_000)
	for i, x := 0, uint32(1); i < len(noise); i++ {
		x = x*1664525 + 1013904223 // Knuth's "quick and dirty" generator
		noise[i] = byte(x >> 24)
	}
	packed := zipOf(t, entry{"first", "1"}, entry{"noise", string(noise)}, entry{"last", "2"})
	for name, data := range map[string][]byte{
		"a-stays": []byte("a"), "b-goes-before": []byte("b"), "c-goes-when-opened": []byte("c"), "d-shrinks": bytes.Repeat([]byte("d"), 100),
		"e-grows": []byte("e"), "f-is-folder": []byte("f"), "g.zip": packed, "h.tgz": gzipOf(t, tarOf(t, entry{"first", "1"}, entry{"noise", string(noise)})),
		"i.pcap": []byte(capAt(1)), "i.pcap1": []byte(capAt(2)), "i.pcap2": []byte(capAt(3)), "z-stays": []byte("z"),
	} {
		put(t, dir, name, data)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	got := during(t, func(name string) {
		switch name {
		case "": // listed, and not yet read
			must(os.Remove(at("b-goes-before")))
			must(os.Remove(at("f-is-folder")))
			must(os.Mkdir(at("f-is-folder"), 0o700))
		case "c-goes-when-opened":
			must(os.Remove(at(name)))
		case "d-shrinks":
			must(os.Truncate(at(name), 10))
		case "e-grows":
			must(os.WriteFile(at(name), []byte("ee"), 0o600))
		case "g.zip!/first":
			must(os.Truncate(at("g.zip"), 100_000))
		case "i.pcap":
			must(os.Remove(at("i.pcap1")))
			must(os.Truncate(at("i.pcap2"), 2))
		}
	}, dir)
	want := []string{
		`a-stays "a"`,
		`b-goes-before missing:: there is no such file or folder`,
		`c-goes-when-opened open: open ` + at("c-goes-when-opened") + `: no such file or directory`,
		`d-shrinks "dddddddddd"`,
		`e-grows "ee"`,
		`f-is-folder "" then read ` + at("f-is-folder") + `: is a directory`,
		`g.zip!/first "1"`,
		`g.zip!/noise `, // ends early
		`g.zip!/last `,
		`h.tgz!/first "1"`,
		`h.tgz!/noise 300000 bytes`,
		`part i.pcap "CAP 1\n"`,
		`part i.pcap1 open: open ` + at("i.pcap1") + `: no such file or directory`,
		`part i.pcap2 "CA"`,
		`z-stays "z"`,
	}
	if len(got) != len(want) {
		t.Fatalf("got %d inputs: %q", len(got), got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
	for _, i := range []int{7, 8} {
		if !strings.Contains(got[i], "zip: ") {
			t.Errorf("no error in %q", got[i])
		}
	}
}

// shrinking is a file of which a part is cut off while it is read.
type shrinking struct {
	io.Reader
	after int64
	cut   func()
}

func (s *shrinking) Read(p []byte) (int, error) {
	if s.after <= 0 && s.cut != nil {
		s.cut()
		s.cut = nil
	}
	n, err := s.Reader.Read(p[:min(len(p), 64<<10)])
	s.after -= int64(n)
	return n, err
}

// TestShrinkingStream: an archive that comes through a pipe, whose writer stops
// in the middle of a member, gives what came before and says where it ended.
func TestShrinkingStream(t *testing.T) {
	noise := strings.Repeat("0123456789abcdef", 1<<17)
	archive := tarOf(t, entry{"first", "1"}, entry{"second", noise}, entry{"third", "3"})
	left := bytes.NewReader(archive)
	r := &shrinking{Reader: left, after: 1 << 20}
	r.cut = func() { left.Reset(nil) }
	got := saw(t, Options{Stdin: r}, Stdin)
	if len(got) != 3 || got[0] != `-!/first "1"` || !strings.Contains(got[1], " bytes then ") || !strings.Contains(got[2], "after second: the tar archive is damaged or ends early") {
		t.Errorf("got %q", got)
	}
}

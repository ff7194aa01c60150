package intake

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// entry is a member to be packed.
type entry struct{ name, data string }

func tarOf(t testing.TB, members ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		if err := w.WriteHeader(&tar.Header{Name: m.name, Mode: 0o600, Size: int64(len(m.data)), ModTime: time.Date(2014, 5, 6, 7, 8, 9, 0, time.UTC)}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipOf(t testing.TB, members ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, err := w.CreateHeader(&zip.FileHeader{Name: m.name, Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, m.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipOf(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// put writes a file below dir and gives its path.
func put(t testing.TB, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// saw is one line for each input: its name, then its content in quotes, with
// the error that ended it, or the problem.
func saw(t testing.TB, opt Options, paths ...string) []string {
	t.Helper()
	var out []string
	err := List(paths, opt).Walk(context.Background(), func(in Input) error {
		defer in.Done()
		out = append(out, in.Name+" "+content(in))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func content(in Input) string {
	if p := in.Problem; p != nil {
		return strings.TrimSpace(p.Kind+": "+p.Where) + ": " + p.What
	}
	r, err := in.Open()
	if err != nil {
		return "open: " + err.Error()
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	s := fmt.Sprintf("%q", data)
	if len(data) > 64 {
		s = fmt.Sprintf("%d bytes", len(data))
	}
	if err != nil {
		s += " then " + err.Error()
	}
	return s
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("inputs differ (-want +got):\n%s", d)
	}
}

// TestFolder: sorted, relative to the argument, files and folders alike.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "b.log", []byte("b"))
	put(t, dir, "a/z.log", []byte("z"))
	put(t, dir, "a/c.log", []byte("c"))
	put(t, dir, "empty", nil)
	same(t, saw(t, Options{}, dir), `a/c.log "c"`, `a/z.log "z"`, `b.log "b"`, `empty ""`)
	same(t, saw(t, Options{}, filepath.Join(dir, "a", "z.log"), filepath.Join(dir, "b.log")), `z.log "z"`, `b.log "b"`)
	same(t, saw(t, Options{Skip: []string{filepath.Join(dir, "b.log")}}, dir), `a/c.log "c"`, `a/z.log "z"`, `empty ""`)
}

// TestMissing: a path that is not there is named, and the rest is read.
func TestMissing(t *testing.T) {
	dir := t.TempDir()
	good := put(t, dir, "good", []byte("g"))
	same(t, saw(t, Options{}, "no/such\x1bfile", good), `no/such\x1bfile missing:: there is no such file or folder`, `good "g"`)
}

// TestEmptyFolder is named, so that a run over it can say what was found.
func TestEmptyFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	same(t, saw(t, Options{}, dir), `case folder:: the folder is empty`)
}

// TestSameNames: files of equal names in two folders are told apart by the
// folders, in whatever order these are given.
func TestSameNames(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"east/node1", "west/node1", "west/node2"} {
		put(t, dir, n+"/tvs.txt", []byte(n))
	}
	put(t, dir, "west/node2/only.txt", nil)
	want := []string{`east/node1/tvs.txt "east/node1"`, `only.txt ""`, `west/node1/tvs.txt "west/node1"`, `west/node2/tvs.txt "west/node2"`}
	args := []string{filepath.Join(dir, "east/node1"), filepath.Join(dir, "west/node1"), filepath.Join(dir, "west/node2"), filepath.Join(dir, "east/node1")}
	for range 2 {
		got := saw(t, Options{}, args...)
		slices.Sort(got)
		same(t, got, want...)
		slices.Reverse(args)
	}
}

// TestLinks: a loop ends and is named; a link to a folder elsewhere is followed.
func TestLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege")
	}
	dir := t.TempDir()
	put(t, dir, "case/in/x", []byte("x"))
	put(t, dir, "other/y", []byte("y"))
	for link, to := range map[string]string{"case/in/loop": "..", "case/other": "../other", "case/self": ".", "case/same": "in", "case/dead": "nowhere", "case/knot": "knot"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	same(t, saw(t, Options{}, filepath.Join(dir, "case")),
		`dead missing:: there is no such file or folder`,
		`in/loop folder:: a link to a folder above it: not followed`,
		`in/x "x"`,
		`knot unreadable:: too many levels of symbolic links`,
		`other/y "y"`,
		`self folder:: a link to a folder above it: not followed`)
}

// TestPermission: what may not be read is named.
func TestPermission(t *testing.T) {
	p := unopened(&fs.PathError{Op: "open", Path: "/x", Err: fs.ErrPermission})
	if p.Kind != KindUnreadable || !strings.Contains(p.What, "permission denied") {
		t.Errorf("got %+v", p)
	}
}

// TestOddNames: names stay apart and can be shown on a terminal.
func TestOddNames(t *testing.T) {
	for in, want := range map[string]string{
		"Zürich 1.log":       "Zürich 1.log",
		"a\xffb":             `a\xffb`,
		"\x1b[31mred":        `\x1b[31mred`,
		"mark\u202etxt.log":  `mark\xe2\x80\xaetxt.log`,
		"replacement \ufffd": "replacement \ufffd",
	} {
		if got := printable(in); got != want {
			t.Errorf("printable(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestStdin: standard input is one input, also when it is an archive.
func TestStdin(t *testing.T) {
	same(t, saw(t, Options{Stdin: strings.NewReader("log")}, "-", "-"), `- "log"`)
	same(t, saw(t, Options{Stdin: bytes.NewReader(zipOf(t, entry{"a", "A"}))}, "-"), `-!/a "A"`)
	same(t, saw(t, Options{Stdin: bytes.NewReader(gzipOf(t, tarOf(t, entry{"a", "A"})))}, "-"), `-!/a "A"`)
	same(t, saw(t, Options{}, "-"), `- unreadable:: intake: no standard input`)
}

// TestStreamedOnce: what is too large to be held is read once, in full, and
// the walk waits for it.
func TestStreamedOnce(t *testing.T) {
	t.Run("text", func(t *testing.T) {
		streamedOnce(t, bytes.Repeat([]byte("0123456789abcdef"), memberMemory/16+1))
	})
	capture := append([]byte{0xd4, 0xc3, 0xb2, 0xa1}, make([]byte, captureMemory)...)
	t.Run("capture", func(t *testing.T) { streamedOnce(t, capture) })
	t.Run("text of that size", func(t *testing.T) {
		same(t, saw(t, Options{Stdin: bytes.NewReader(capture[1:])}, "-"), "- 65539 bytes")
	})
}

func streamedOnce(t *testing.T, big []byte) {
	plan := List([]string{"-"}, Options{Stdin: bytes.NewReader(big)})
	err := plan.Walk(context.Background(), func(in Input) error {
		r, err := in.Open()
		if err != nil {
			return err
		}
		go func() {
			defer in.Done()
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, big) {
				t.Errorf("read %d bytes, %v; want %d", len(got), err, len(big))
			}
			if _, err := in.Open(); !errors.Is(err, errOnce) {
				t.Errorf("second open: %v", err)
			}
		}()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestStop: the walk ends with the error of emit, and when the context does.
func TestStop(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a", nil)
	stop := errors.New("stop")
	if err := List([]string{dir}, Options{}).Walk(context.Background(), func(Input) error { return stop }); err != stop {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	big := strings.NewReader(strings.Repeat("x", memberMemory+1))
	err := List([]string{"-"}, Options{Stdin: big}).Walk(ctx, func(Input) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestTotal is the size on disk, and what is read adds up to it at least.
func TestTotal(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a", make([]byte, 10_000))
	put(t, dir, "b", make([]byte, 234))
	var read int64
	opt := Options{Read: func(n int64) { read += n }}
	if got := List([]string{dir}, opt).Total(); got != 10_234 {
		t.Errorf("total %d", got)
	}
	saw(t, opt, dir)
	if read < 10_234 {
		t.Errorf("told of %d bytes", read)
	}
}

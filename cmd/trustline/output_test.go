package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"trustline/correlate"
)

// TestNothingHalfWritten: when one of several reports cannot be written, none
// appears and what was there stays.
func TestNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "a.json")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	some := format{write: func(w io.Writer, _ *correlate.Report, _ writing) error {
		_, err := io.WriteString(w, "new")
		return err
	}}
	fails := format{write: func(w io.Writer, _ *correlate.Report, _ writing) error { io.WriteString(w, "ne"); return full }}
	out := &outputFlags{}
	e := quietEnv()
	if err := out.write(e, []target{{old, some}, {filepath.Join(dir, "b.html"), fails}}, nil); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	names(t, dir, "a.json")
	if got, _ := os.ReadFile(old); string(got) != "old" {
		t.Errorf("a.json is %q", got)
	}
	if err := out.write(e, []target{{old, some}, {filepath.Join(dir, "b.html"), some}}, nil); err != nil {
		t.Error(err)
	}
	names(t, dir, "a.json", "b.html")
	if got, _ := os.ReadFile(old); string(got) != "new" {
		t.Errorf("a.json is %q", got)
	}
}

// names checks what a folder holds.
func names(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if len(got) != len(want) {
		t.Fatalf("the folder holds %q, want %q", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("the folder holds %q, want %q", got, want)
		}
	}
}

// TestThroughLink: what a link points to is replaced, the link stays.
func TestThroughLink(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.json"), filepath.Join(dir, "link.json")
	if err := os.WriteFile(real, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.json", link); err != nil {
		t.Skip(err)
	}
	f, err := createFile(link)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "new")
	if err := f.commit(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(real); string(got) != "new" {
		t.Errorf("real.json is %q", got)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
}

package scratch

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestFile: a scratch file can be written and read, and nothing of it stays.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	f, end, err := File(dir)
	if err != nil {
		t.Fatal(err)
	}
	left := func() int {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	if n := left(); n > 0 && runtime.GOOS != "windows" {
		t.Errorf("%d names while the file is open", n)
	}
	if _, err := io.WriteString(f, "text"); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 4)
	if _, err := f.ReadAt(text, 0); err != nil || string(text) != "text" {
		t.Errorf("read %q, %v", text, err)
	}
	end()
	if n := left(); n > 0 {
		t.Errorf("%d files stay", n)
	}
	if _, _, err := File(filepath.Join(dir, "missing")); err == nil {
		t.Error("a folder that is not there gives no error")
	}
}

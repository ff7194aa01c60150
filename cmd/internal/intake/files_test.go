package intake

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestFiles: a plan tells names, sizes and times of what it will read, and
// nothing below a folder that is left out.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	then := time.Date(2014, 5, 6, 7, 8, 9, 0, time.UTC)
	for _, name := range []string{"b.log", "a/c.pcap", "out/index.html"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	missing := filepath.Join(dir, "missing")
	got := List([]string{dir, missing}, Options{Skip: []string{filepath.Join(dir, "out")}}).Files()
	if len(got) != 3 {
		t.Fatalf("got %+v", got)
	}
	for i, want := range []File{{Name: "a/c.pcap", Size: 8}, {Name: "b.log", Size: 5}} {
		if got[i].Name != want.Name || got[i].Size != want.Size || !got[i].Changed.Equal(then) || got[i].Problem != "" {
			t.Errorf("got %+v, want %+v", got[i], want)
		}
	}
	if got[2].Size != -1 || got[2].Problem == "" || !got[2].Changed.IsZero() {
		t.Errorf("a path that is missing: %+v", got[2])
	}
}

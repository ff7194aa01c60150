package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCheckFindsWhatDiffers(t *testing.T) {
	dir := t.TempDir()
	if _, err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	if differing, err := run(dir, true); err != nil || len(differing) > 0 {
		t.Fatalf("just written, yet %v %v", differing, err)
	}
	kept := filepath.Join(dir, "directory-via-tvs", "want.json")
	if err := os.WriteFile(kept, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(dir, "tvs-blocked", "status.txt")
	if err := os.WriteFile(changed, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	differing, err := run(dir, true)
	if err != nil || len(differing) != 1 || differing[0] != changed {
		t.Errorf("%v %v, want %s", differing, err, changed)
	}
	if _, err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(kept); err != nil || string(data) != "{}" {
		t.Errorf("want.json was touched: %q, %v", data, err)
	}
}

// The cases of the repository are those of this source.
func TestCasesAreUpToDate(t *testing.T) {
	differing, err := run(filepath.Join("..", "cases"), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range differing {
		t.Errorf("%s differs; run go run ./testdata/lab", f)
	}
}

package main

import (
	"os"
	"path/filepath"
	"testing"

	"trustline/testdata/lab/play"
)

// TestReportsFollowTheSchema judges every case of testdata/cases and the lab's
// archive of forty phones: each report is one that the schema describes, and a
// second run writes the same bytes.
func TestReportsFollowTheSchema(t *testing.T) {
	schema := reportSchema(t)
	paths, err := filepath.Glob(filepath.Join("..", "..", "testdata", "cases", "*"))
	if err != nil || len(paths) < 50 {
		t.Fatalf("%d cases, %v", len(paths), err)
	}
	pack, err := play.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "bundle.zip")
	if err := os.WriteFile(archive, pack.Zip, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range append(paths, archive) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			first := analyzed(t, path)
			if second := analyzed(t, path); first != second {
				t.Errorf("two runs differ at %s", firstDifference(first, second))
			}
			valid(t, schema, first)
		})
	}
}

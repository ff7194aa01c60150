package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWrite(t *testing.T) {
	first, again := t.TempDir(), t.TempDir()
	files, size, err := write(first, 8, 1)
	if err != nil {
		t.Fatal(err)
	}
	if n, s, err := write(again, 8, 1); err != nil || n != files || s != size {
		t.Errorf("%d files, %d octets, %v; first %d and %d", n, s, err, files, size)
	}
	cases, _ := filepath.Glob(filepath.Join(first, "case-00?"))
	if len(cases) != 8 {
		t.Errorf("%d cases", len(cases))
	}
	for _, c := range cases {
		if e, err := os.ReadDir(c); err != nil || len(e) == 0 {
			t.Errorf("%s: %d files, %v", c, len(e), err)
		}
	}
}

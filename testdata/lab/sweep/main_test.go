package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trustline/testdata/lab/sweep/trial"
)

func TestSweep(t *testing.T) {
	mixes, err := choose("full")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if _, err := sweep(&b, 101, 12, mixes, true); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if len(lines) < 3 || !strings.HasPrefix(lines[1], "full ") || !strings.Contains(lines[1], " 12 ") || !strings.HasPrefix(lines[2], "all ") {
		t.Errorf("%s", b.String())
	}
	if _, err := choose("everything"); err == nil {
		t.Error("a mix that is none")
	}
}

func TestShow(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	mixes := trial.Mixes()
	if err := show(&b, 20, mixes, dir); err != nil { // the first mix: everything
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "seed 20, mix full") || !strings.Contains(b.String(), "\nwant ") {
		t.Errorf("%s", b.String())
	}
	for _, name := range []string{"phone.pcap", "phone-console.log", "case.facts"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

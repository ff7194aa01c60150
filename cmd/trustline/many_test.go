package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
	"trustline/report"
)

// manyFiles asks for another number of files than TestManyFiles makes by itself.
const manyFiles = "TRUSTLINE_FILES"

// TestManyFiles: a case of so many small files (logs of as many phones, and
// one in ten of no kind) is read in time and memory that the phones take, with
// few files open at a time, and each is told of.
func TestManyFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("makes thousands of files")
	}
	n := 2_000
	if s := os.Getenv(manyFiles); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	for i := range n {
		folder := filepath.Join(dir, fmt.Sprint(i/1000))
		if i%1000 == 0 {
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		name, text := fmt.Sprintf("SEP0011%08X.log", i), strings.Replace(consoleLine, "7949", fmt.Sprint(i), 1)
		if i%10 == 9 {
			name, text = fmt.Sprintf("letter-%d.txt", i), fmt.Sprintf("Dear colleague %d,\n", i)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	started := time.Now()
	var inputs []evidence.Input
	var r *correlate.Report
	before := openFiles()
	most := 0
	heap := peak(func() {
		c, err := collect(context.Background(), quietEnv(), []string{dir}, nil, func(in gather.Input) *evidence.Bundle {
			if strings.HasSuffix(in.Name, "00.log") {
				most = max(most, openFiles()-before) // no two decoders meet here often enough to matter
			}
			return gather.Decode(in, gather.Options{})
		})
		if err != nil {
			t.Fatal(err)
		}
		b := evidence.Merge(c.bundles...)
		inputs = b.Header.Inputs
		r = correlate.Judge(b, correlate.Options{})
		if err := report.JSON(io.Discard, r); err != nil {
			t.Fatal(err)
		}
	})
	took := time.Since(started)
	t.Logf("%d files: %v, %d MiB, %d phones", n, took.Round(time.Millisecond), heap>>20, r.Count())
	if len(inputs) != n || r.Count() != n-n/10 {
		t.Errorf("%d inputs and %d phones of %d files", len(inputs), r.Count(), n)
	}
	if limit := 60*time.Second + time.Duration(n)*10*time.Millisecond; took > limit {
		t.Errorf("it took %v", took)
	}
	if limit := uint64(256<<20 + n*24<<10); heap > limit { // with what other tests left behind
		t.Errorf("it took %d MiB", heap>>20)
	}
	if most > 64 {
		t.Errorf("%d files are open at a time", most)
	}
}

// openFiles is how many files this process has open, 0 where it does not tell.
func openFiles() int {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}

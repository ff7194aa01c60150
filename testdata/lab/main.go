// The lab makes the cases of testdata/cases: captures, logs, listings and lists of
// phones and servers whose story is known, because the lab wrote it.
//
//	go run ./testdata/lab              write every case
//	go run ./testdata/lab -check      compare only; status 1 when a file differs
//	go run ./testdata/lab -o DIR
//
// The same source gives the same bytes. Files that the lab does not make, such as
// the hand-written want.json of a case, are left alone.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"trustline/testdata/lab/scenario"
)

func main() {
	out := flag.String("o", filepath.Join("testdata", "cases"), "folder of the cases")
	check := flag.Bool("check", false, "write nothing, fail when a file differs")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "lab: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}
	differing, err := run(*out, *check)
	for _, f := range differing {
		fmt.Fprintf(os.Stderr, "lab: %s differs from what the lab makes\n", f)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "lab: %v\n", err)
	}
	if err != nil || len(differing) > 0 {
		os.Exit(1)
	}
}

// run writes the cases below dir or, to check, returns the files that differ.
func run(dir string, check bool) (differing []string, err error) {
	for _, c := range scenario.All() {
		folder := filepath.Join(dir, c.Name)
		if !check {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return nil, err
			}
		}
		for _, name := range c.FileNames() {
			path := filepath.Join(folder, name)
			if !check {
				if err := os.WriteFile(path, c.Files[name], 0o644); err != nil {
					return nil, err
				}
				continue
			}
			if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, c.Files[name]) {
				differing = append(differing, path)
			}
		}
	}
	return differing, nil
}

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

	"trustline/testdata/lab/play"
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

// folder is a case as it lies on disk.
type folder struct {
	name  string
	names []string
	files map[string][]byte
}

// folders plays everything: the first cases, each written out in package scenario,
// and the plans of package play.
func folders() (all []folder, err error) {
	for _, c := range scenario.All() {
		all = append(all, folder{c.Name, c.FileNames(), c.Files})
	}
	for _, p := range play.Cases() {
		s, err := p.Play()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		all = append(all, folder{s.Name, s.FileNames(), s.Files})
	}
	return all, nil
}

// run writes the cases below dir or, to check, returns the files that differ.
func run(dir string, check bool) (differing []string, err error) {
	all, err := folders()
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		at := filepath.Join(dir, c.name)
		if !check {
			if err := os.MkdirAll(at, 0o755); err != nil {
				return nil, err
			}
		}
		for _, name := range c.names {
			path := filepath.Join(at, name)
			if !check {
				if err := os.WriteFile(path, c.files[name], 0o644); err != nil {
					return nil, err
				}
				continue
			}
			if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, c.files[name]) {
				differing = append(differing, path)
			}
		}
	}
	return differing, nil
}

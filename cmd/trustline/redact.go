package main

import (
	"bufio"
	"crypto/sha256"
	"fmt"

	"github.com/spf13/pflag"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/report"
	"trustline/report/redact"
)

// redactFlags say whether pseudonyms stand in what is written.
type redactFlags struct {
	on, serials bool
	mapFile     string
}

func (f *redactFlags) add(fs *pflag.FlagSet) {
	fs.BoolVar(&f.on, "redact", false, "put pseudonyms in place of addresses and of names of devices, hosts, domains, users and organisations, in every output; networks and equality are kept")
	fs.BoolVar(&f.serials, "redact-serials", false, "serial numbers too; means --redact")
	fs.StringVar(&f.mapFile, "redact-map", "", "write what each pseudonym stands for to `FILE`, which only you may read; means --redact")
}

func (f *redactFlags) wanted() bool { return f.on || f.serials || f.mapFile != "" }

// key makes the key of the pseudonyms from the evidence: the same inputs give
// the same pseudonyms, in any order, and who sees the report only cannot make
// it. Statements on the command line and the version of trustline change
// nothing.
func (f *redactFlags) key(b *evidence.Bundle) ([]byte, error) {
	if !f.wanted() {
		return nil, nil
	}
	plain := *b
	plain.Header.Tool = evidence.Tool{}
	h := sha256.New()
	h.Write([]byte("trustline pseudonyms 1\n"))
	if err := plain.Write(h); err != nil {
		return nil, fmt.Errorf("--redact: %w", err)
	}
	return h.Sum(nil), nil
}

// apply redacts a report, and writes the map.
func (f *redactFlags) apply(r *correlate.Report, key []byte) (*correlate.Report, error) {
	if !f.wanted() {
		return r, nil
	}
	r, pairs := redact.Report(r, redact.Options{Key: key, Serials: f.serials})
	if f.mapFile == "" {
		return r, nil
	}
	if err := writeMap(f.mapFile, pairs); err != nil {
		return nil, fmt.Errorf("--redact-map: %w", unwritten(f.mapFile, err))
	}
	return r, nil
}

// writeMap writes one line for each original: kind, original, pseudonym, with
// tabs between them. It appears whole or not at all.
func writeMap(path string, pairs []redact.Pair) error {
	file, err := createFile(path)
	if err != nil {
		return err
	}
	defer file.discard()
	if file.temp != "" {
		if err := file.Chmod(0o600); err != nil { // before anything is in it
			return err
		}
	}
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, "kind\toriginal\tpseudonym")
	for _, p := range pairs {
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.Kind, report.Clean(p.Original), report.Clean(p.Pseudonym))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return file.commit()
}

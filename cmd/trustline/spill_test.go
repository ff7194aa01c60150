package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

// fleetEvidence writes the evidence of n phones that ask for their ITL.
func fleetEvidence(t *testing.T, n int) string {
	t.Helper()
	b := &evidence.Bundle{Header: evidence.Header{Inputs: []evidence.Input{{Name: "fleet.pcap", Kind: "pcap", SHA256: "00"}}}}
	for i := range n {
		at := evidence.Clock{Dated: true, Seconds: 1371550500 + int64(i), Step: 1, Text: "t"}
		b.Add(&evidence.Event{Kind: "event", Place: evidence.Place{Input: "fleet.pcap", Frame: i + 1}, Clock: &at, Dialect: "capture", Event: "transfer", Address: fmt.Sprintf("10.1.1.%d", i), Server: "10.0.0.1:69", Detail: map[string]string{},
			Transfer: &evidence.Transfer{Proto: "tftp", Op: "read", Client: fmt.Sprintf("10.1.1.%d:49152", i), Server: "10.0.0.1:69", File: fmt.Sprintf("ITLSEP001122%06X.tlv", i), Outcome: "no-response"}})
	}
	path := filepath.Join(t.TempDir(), "fleet.ndjson")
	var w bytes.Buffer
	if err := b.Write(&w); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, w.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSpill: what does not fit into memory goes to the temporary folder, which is
// as before afterwards; one that cannot be written to is told of, once. The report
// is the same each time.
func TestSpill(t *testing.T) {
	fleet, temp := fleetEvidence(t, 200), t.TempDir()
	run := func(limit int64, args ...string) (out, said string) {
		t.Helper()
		var w, b bytes.Buffer
		e := quietEnv()
		e.stdout, e.stderr, e.quiet, e.spill = &w, &b, false, limit
		root := newRoot(e)
		root.SetArgs(args)
		if err := root.ExecuteContext(context.Background()); err != nil {
			t.Fatal(e.report(err), b.String())
		}
		return w.String(), b.String()
	}
	for _, args := range [][]string{
		{"judge", fleet, "--format", "json"},
		{"judge", fleet, "--format", "text", "--verbose"},
		{"judge", fleet, "--format", "markdown"},
		{"analyze", fleet, "--format", "html"},
		{"analyze", fleet, "--format", "json", "--redact"},
	} {
		want, said := run(0, args...)
		if said != "" || len(want) < 1000 {
			t.Fatalf("%v: %d bytes, %q", args, len(want), said)
		}
		t.Setenv("TMPDIR", temp)
		if got, said := run(1, args...); got != want || said != "" {
			t.Errorf("%v: spilled, the report differs at %s, %q", args, firstDifference(got, want), said)
		}
		if left, _ := os.ReadDir(temp); len(left) > 0 {
			t.Errorf("%v: %s is left", args, left[0].Name())
		}
		t.Setenv("TMPDIR", filepath.Join(temp, "none"))
		if got, said := run(1, args...); got != want || strings.Count(said, "kept in memory") != 1 {
			t.Errorf("%v: the folder cannot be written to: differs at %s, %q", args, firstDifference(got, want), said)
		}
		t.Setenv("TMPDIR", temp)
	}
}

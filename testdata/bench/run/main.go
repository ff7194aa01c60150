// Run measures trustline beside the programs that people would use instead, on the
// same files and in the same run, and prints a table in Markdown.
//
//	go run ./testdata/bench/run                   all rows, some 15 minutes and 3 GB
//	go run ./testdata/bench/run -scale 0.05       small files, to see that it works
//	go run ./testdata/bench/run -only storm,gzip
//
// It builds trustline and the generators of testdata/bench into a temporary folder,
// makes the inputs there, and lets trustline and its peer take turns: wall time and
// peak memory (ru_maxrss of the process) of each. A peer that is not installed is
// left out, which the table says. Afterwards it compares what trustline reports with
// what the generators planted: requests, questions, and the verdict on every phone
// of the storm.
//
// Exit status: 0 when trustline reports what was planted, even where a target is
// missed, which the table says; 1 when it does not, or something failed; 2 for wrong
// usage. Nothing of this is part of the program that is released.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// The rows, in the order of the table.
var names = []string{"tftp", "storm", "events", "gzip", "traffic", "phones", "batch"}

func main() {
	b := bench{out: os.Stdout, log: os.Stderr}
	flag.Float64Var(&b.scale, "scale", 1, "of all inputs: 1 is what the targets speak of")
	flag.IntVar(&b.runs, "runs", 5, "times that trustline and its peer take turns")
	flag.IntVar(&b.slow, "slow-runs", 1, "the same for tshark, which takes minutes")
	only := flag.String("only", "", "rows to measure, by comma: "+strings.Join(names, ", "))
	flag.StringVar(&b.dir, "dir", "", "folder for the inputs, kept and used again; default: a temporary one")
	flag.DurationVar(&b.longest, "most-time", 15*time.Minute, "for one run of one program; it is ended then, and its row is missed")
	memory := flag.Float64("most-memory", 8, "GB, the same")
	flag.StringVar(&b.program, "trustline", "", "the program to measure; default: built from this repository")
	flag.Parse()
	b.largest = int64(*memory * 1e9)
	for _, n := range strings.Split(*only, ",") {
		if n != "" && !slices.Contains(names, n) {
			fmt.Fprintf(os.Stderr, "run: no row %q; there are %s\n", n, strings.Join(names, ", "))
			os.Exit(2)
		} else if n != "" {
			b.only = append(b.only, n)
		}
	}
	if flag.NArg() > 0 || b.scale <= 0 || b.runs < 1 || b.slow < 1 {
		fmt.Fprintln(os.Stderr, "run: -scale, -runs and -slow-runs have to be above 0; no arguments are taken")
		os.Exit(2)
	}
	if err := b.run(); err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
		os.Exit(1)
	}
}

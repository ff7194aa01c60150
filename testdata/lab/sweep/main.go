// The sweep plays scenarios at random, hides parts of their evidence, lets trustline
// judge what is left, and compares with what the phones really did.
//
//	go run ./testdata/lab/sweep -n 20000 -seed 1
//	go run ./testdata/lab/sweep -n 5000 -seed 1000000       with rarer events
//	go run ./testdata/lab/sweep -mix full -n 1000
//	go run ./testdata/lab/sweep -explain 1713               plan, truth and verdict
//	go run ./testdata/lab/sweep -explain 1713 -write DIR    and the files of the case
//
// For every mix of evidence it prints how many verdicts were right, tolerated
// (inconclusive), wrong and fatal, and every wrong and fatal one with its seed. A
// seed belongs to one mix, unless -mix names another. Status 1 when one is fatal.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"trustline/testdata/lab/sweep/trial"
)

func main() {
	n := flag.Int("n", 1000, "how many scenarios")
	seed := flag.Uint64("seed", 1, "seed of the first")
	mix := flag.String("mix", "", "one mix of evidence for all seeds")
	explain := flag.Uint64("explain", 0, "print plan, truth and verdict of this `seed`")
	write := flag.String("write", "", "with -explain: write the case into this `folder`")
	all := flag.Bool("all", false, "list the inconclusive verdicts too")
	flag.Parse()
	mixes, err := choose(*mix)
	switch {
	case err != nil:
	case flag.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flag.Arg(0))
	case *explain != 0:
		err = show(os.Stdout, *explain, mixes, *write)
	default:
		var fatal int
		if fatal, err = sweep(os.Stdout, *seed, *n, mixes, *all); err == nil && fatal > 0 {
			os.Exit(1)
		}
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "sweep: %v\n", err)
		os.Exit(2)
	}
}

// choose returns the mixes of a sweep.
func choose(name string) ([]trial.Mix, error) {
	all := trial.Mixes()
	if name == "" {
		return all, nil
	}
	var names []string
	for _, m := range all {
		if m.Name == name {
			return []trial.Mix{m}, nil
		}
		names = append(names, m.Name)
	}
	return nil, fmt.Errorf("no mix %q; there are %q", name, names)
}

// of is the mix of a seed.
func of(seed uint64, mixes []trial.Mix) trial.Mix { return mixes[seed%uint64(len(mixes))] }

// show prints one trial and writes its files.
func show(w io.Writer, seed uint64, mixes []trial.Mix, dir string) error {
	o, err := trial.Run(seed, of(seed, mixes))
	if err != nil {
		return err
	}
	fmt.Fprint(w, o.Explain())
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, d := range o.Files {
		if err := os.WriteFile(filepath.Join(dir, name), d, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// row counts the grades of one mix.
type row [trial.Fatal + 1]int

// sweep plays n seeds and prints the table. It returns how many verdicts are fatal.
func sweep(w io.Writer, seed uint64, n int, mixes []trial.Mix, all bool) (fatal int, err error) {
	var (
		mu    sync.Mutex
		wait  sync.WaitGroup
		rows  = map[string]*row{}
		bad   []*trial.Outcome
		seeds = make(chan uint64)
	)
	for range runtime.GOMAXPROCS(0) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for s := range seeds {
				m := of(s, mixes)
				o, e := trial.Run(s, m)
				mu.Lock()
				if e != nil {
					err = cmp.Or(err, fmt.Errorf("seed %d: %w", s, e))
				} else {
					if rows[m.Name] == nil {
						rows[m.Name] = &row{}
					}
					rows[m.Name][o.Grade]++
					if o.Grade >= trial.Wrong || all && o.Grade == trial.Tolerated {
						o.Files, o.Story, o.Report = nil, nil, nil // thousands may be held
						bad = append(bad, o)
					}
				}
				mu.Unlock()
			}
		}()
	}
	for i := range n {
		seeds <- seed + uint64(i)
	}
	close(seeds)
	wait.Wait()
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(w, "%-22s %7s %8s %13s %8s %8s\n", "evidence", "n", "right", "inconclusive", "wrong", "FATAL")
	var sum row
	line := func(name string, r *row) {
		of := 0
		for _, v := range r {
			of += v
		}
		share := func(g trial.Grade) float64 { return 100 * float64(r[g]) / float64(max(of, 1)) }
		fmt.Fprintf(w, "%-22s %7d %7.1f%% %12.1f%% %7.2f%% %7.2f%%\n", name, of, share(trial.Right), share(trial.Tolerated), share(trial.Wrong), share(trial.Fatal))
	}
	for _, m := range mixes {
		if r := rows[m.Name]; r != nil {
			line(m.Name, r)
			for g, v := range r {
				sum[g] += v
			}
		}
	}
	line("all", &sum)
	slices.SortFunc(bad, func(a, b *trial.Outcome) int {
		return cmp.Or(cmp.Compare(b.Grade, a.Grade), cmp.Compare(a.Seed, b.Seed))
	})
	for _, o := range bad {
		fmt.Fprintf(w, "%v seed %d, %s: %s; the truth: %s\n", o.Grade, o.Seed, o.Mix, o.Brief(), o.Want)
	}
	return sum[trial.Fatal], nil
}

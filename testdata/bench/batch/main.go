// Batch writes a folder of small cases for "trustline batch": captures, consoles,
// traces, listings and facts as the random scenarios of testdata/lab/play give them.
//
//	go run ./testdata/bench/batch -cases 200 DIR
//
// Every case is a folder DIR/case-001, DIR/case-002 and so on with what was
// collected of one phone's story. Half of the scenarios are plain draws, half have
// something rarer added. A case of which nothing was collected is drawn again. The
// same flags give the same bytes.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"trustline/testdata/lab/play"
)

func main() {
	cases := flag.Int("cases", 200, "folders to write")
	seed := flag.Uint64("seed", 1, "of the first scenario")
	flag.Parse()
	if flag.NArg() != 1 || *cases < 1 {
		fmt.Fprintln(os.Stderr, "batch: one folder is needed, and one case at least")
		os.Exit(2)
	}
	files, size, err := write(flag.Arg(0), *cases, *seed)
	if err != nil {
		fmt.Fprintln(os.Stderr, "batch:", err)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stderr, "batch: %d cases, %d files, %d octets\n", *cases, files, size)
}

// write writes n cases below dir and counts files and octets.
func write(dir string, n int, seed uint64) (files int, size int64, err error) {
	for i := 1; i <= n; seed++ {
		draw := play.Draw
		if seed%2 == 1 {
			draw = play.DrawMore
		}
		s, err := draw(seed).Play()
		if err != nil {
			return files, size, err
		}
		if len(s.Files) == 0 {
			continue
		}
		at := filepath.Join(dir, fmt.Sprintf("case-%03d", i))
		if err := os.MkdirAll(at, 0o755); err != nil {
			return files, size, err
		}
		for _, name := range s.FileNames() {
			if err := os.WriteFile(filepath.Join(at, name), s.Files[name], 0o644); err != nil {
				return files, size, err
			}
			files, size = files+1, size+int64(len(s.Files[name]))
		}
		i++
	}
	return files, size, nil
}

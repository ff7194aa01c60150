package correlate

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// mutateEnv makes this test binary run with a changed catalogue: its value is a
// mutation, or "-" for a list of them on standard input, or "list PART..." to
// print them.
const mutateEnv = "TRUSTLINE_MUTATE"

// notByScene are the tests that would notice any change of the catalogue
// without judging anything, and those that no mutation can reach.
const notByScene = "Catalogue|Mutation|Fuzz"

// tables are the tests with scenes by finding: they are tried first.
const tables = "(Findings|Moves|EvidenceQuality)$"

func TestMain(m *testing.M) {
	flag.Parse()
	what := os.Getenv(mutateEnv)
	parts, list := strings.CutPrefix(what, "list ")
	switch {
	case what == "":
		os.Exit(m.Run())
	case list:
		for _, mu := range mutations(strings.Fields(parts)...) {
			fmt.Println(mu)
		}
	case what == "-":
		mutateEach(m, os.Stdin, os.Stdout)
	default:
		_, err := mutationOf(what).apply()
		if err = errors.Join(err, flag.Set("test.skip", notByScene)); err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
		os.Exit(m.Run())
	}
}

// mutateEach runs the tests once for every mutation read, the table of the
// finding first and all of them where that notices nothing, and writes "killed" or
// "survived" and the mutation. A mutation that panics ends the process before
// its line is written.
func mutateEach(m *testing.M, in io.Reader, out io.Writer) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	os.Stdout, os.Stderr = null, null
	pass := func(which string) bool {
		if err := errors.Join(flag.Set("test.run", which), flag.Set("test.skip", notByScene)); err != nil {
			panic(err)
		}
		return m.Run() == 0
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		mu := mutationOf(lines.Text())
		undo, err := mu.apply()
		if err != nil {
			panic(err)
		}
		fate := "killed"
		if pass(tables+"/^"+regexp.QuoteMeta(mu.finding)+"$") && pass("") {
			fate = "survived"
		}
		undo()
		fmt.Fprintln(out, fate, mu)
	}
}

// survivors tries mutations, on every processor, and gives those that no test
// noticed.
func survivors(t *testing.T, list []mutation) []string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var out []string
	var wg sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for i := range n {
		var mine []string
		for j := i; j < len(list); j += n {
			mine = append(mine, list[j].String())
		}
		wg.Go(func() {
			for len(mine) > 0 {
				cmd := exec.Command(exe)
				cmd.Env = append(os.Environ(), mutateEnv+"=-")
				cmd.Stdin = strings.NewReader(strings.Join(mine, "\n"))
				text, _ := cmd.Output() // a crash is a kill
				for line := range strings.Lines(string(text)) {
					fate, what, _ := strings.Cut(strings.TrimSpace(line), " ")
					if what != mine[0] {
						t.Errorf("tried %q, want %q", what, mine[0])
						return
					}
					if fate == "survived" {
						mu.Lock()
						out = append(out, what)
						mu.Unlock()
					}
					mine = mine[1:]
				}
				if len(mine) > 0 { // this one ended the process
					mine = mine[1:]
				}
			}
		})
	}
	wg.Wait()
	return out
}

// redundant are the exclusions that another condition of the same finding
// implies: no scene can tell whether they are there. Each has its reason; the aim
// is none.
var redundant = map[string]string{}

// Without a need or an exclusion, or with a row of a gate taken as proved, some
// test fails. The command testdata/lab/mutate tries more, and tells of the cases.
func TestMutations(t *testing.T) {
	if testing.Short() {
		t.Skip("tries every mutation of the catalogue")
	}
	list := mutations("need", "not", "row")
	left := survivors(t, list)
	for _, s := range left {
		if redundant[s] == "" {
			t.Errorf("no test notices when this is taken out: %s", s)
		}
	}
	for s := range redundant {
		if !slices.Contains(left, s) {
			t.Errorf("%s is not redundant (any more): take it off the list", s)
		}
	}
}

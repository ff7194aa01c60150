// Mutate takes the needs and exclusions of each finding out of the catalogue,
// one at a time, and tells which of these changes no test notices:
//
//	go run ./testdata/lab/mutate                       needs, exclusions, gate rows
//	go run ./testdata/lab/mutate -parts explain,past   consequences, histories
//
// A change is first held against the tests of package correlate, whose binary
// takes one from its environment, then, if none of them fails, against the cases
// in testdata/cases. For these the mutations are built into package correlate by
// an overlay of the Go command: the program itself carries nothing of them.
//
// What is noticed by the cases alone deserves a scene of its own; what nobody
// notices is either a finding without a near miss or a need that says nothing.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"text/tabwriter"
)

// mutateEnv is how correlate's tests, and the overlay, are told of a mutation.
const mutateEnv = "TRUSTLINE_MUTATE"

// hook is the source that the overlay adds to package correlate.
const hook = `package correlate

import "os"

func init() {
	if s := os.Getenv("` + mutateEnv + `"); s != "" {
		if _, err := mutationOf(s).apply(); err != nil {
			panic(err)
		}
	}
}
`

func main() {
	parts := flag.String("parts", "need,not,row", "what to take out: need, not, row, explain, past, class")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "mutate: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}
	if err := run(os.Stdout, os.Stderr, strings.Split(*parts, ",")); err != nil {
		fmt.Fprintf(os.Stderr, "mutate: %v\n", err)
		os.Exit(1)
	}
}

// run prints what survives to out and how far it is to log.
func run(out, log io.Writer, parts []string) error {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	root, err := output("", "go", "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return err
	}
	scenes, cases, err := build(strings.TrimSpace(root), dir)
	if err != nil {
		return err
	}
	text, err := output(mutateEnv+"=list "+strings.Join(parts, " "), scenes.path)
	if err != nil {
		return err
	}
	list := strings.Fields(text)
	for _, b := range []binary{scenes, cases} { // unchanged, both have to pass
		if !b.passes("") {
			return fmt.Errorf("the tests in %s fail as they are", b.dir)
		}
	}
	fmt.Fprintf(log, "%d mutations\n", len(list))
	left := survivors(list, scenes)
	alone := survivors(left, cases)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, s := range left {
		by := "the cases alone notice"
		for _, a := range alone {
			if a == s {
				by = "nobody notices"
			}
		}
		finding, rest, _ := strings.Cut(s, "/")
		part, name, _ := strings.Cut(rest, "/")
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", finding, part, name, by)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d of %d survive the scenes, %d the cases too\n", len(left), len(list), len(alone))
	return nil
}

// binary is a built test.
type binary struct {
	path, dir string
	args      []string
}

// passes runs it with a mutation.
func (b binary) passes(mutation string) bool {
	cmd := exec.Command(b.path, b.args...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), mutateEnv+"="+mutation)
	return cmd.Run() == nil
}

// build makes the tests of correlate, and those of the cases with the overlay.
func build(root, dir string) (scenes, cases binary, err error) {
	correlate := filepath.Join(root, "correlate")
	scenes = binary{path: filepath.Join(dir, "correlate.test"), dir: correlate, args: []string{"-test.short"}}
	cases = binary{path: filepath.Join(dir, "gather.test"), dir: filepath.Join(correlate, "gather"), args: []string{"-test.run", "^TestCases$"}}
	added := filepath.Join(dir, "hook.go")
	overlay := filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(correlate, "mutations.go"):      filepath.Join(correlate, "mutations_test.go"),
		filepath.Join(correlate, "mutations_hook.go"): added,
	}})
	if err = errors.Join(err, os.WriteFile(added, []byte(hook), 0o600), os.WriteFile(overlay, text, 0o600)); err != nil {
		return scenes, cases, err
	}
	if _, err = output("", "go", "test", "-c", "-o", scenes.path, "trustline/correlate"); err != nil {
		return scenes, cases, err
	}
	_, err = output("", "go", "test", "-c", "-overlay", overlay, "-o", cases.path, "trustline/correlate/gather")
	return scenes, cases, err
}

// survivors gives the mutations with which a test binary passes, in their order.
func survivors(list []string, b binary) []string {
	pass := make([]bool, len(list))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for i := range next {
				pass[i] = b.passes(list[i])
			}
		})
	}
	for i := range list {
		next <- i
	}
	close(next)
	wg.Wait()
	var out []string
	for i, s := range list {
		if pass[i] {
			out = append(out, s)
		}
	}
	return out
}

// output runs a command and gives what it prints.
func output(env, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	if env != "" {
		cmd.Env = append(os.Environ(), env)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", name, err, stderr.String())
	}
	return string(text), nil
}

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadme: what README.md shows is what the program prints. An example is an
// indented block that begins with "$ trustline"; "[...]" stands for any lines.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join("..", ".."))
	n := 0
	var example []string
	for _, line := range append(strings.Split(string(text), "\n"), "end") {
		if strings.HasPrefix(line, "    ") || line == "" && example != nil {
			line = strings.TrimPrefix(line, "    ")
			if example != nil || strings.HasPrefix(line, "$ trustline ") {
				example = append(example, line)
			}
			continue
		}
		if example != nil {
			n++
			shown(t, example)
		}
		example = nil
	}
	if n < 4 {
		t.Errorf("%d examples", n)
	}
}

// shown runs an example's command and looks for what it shows, in order.
func shown(t *testing.T, example []string) {
	t.Helper()
	args := strings.Fields(strings.TrimPrefix(example[0], "$ trustline "))
	for i, a := range args {
		if a == "-o" { // written elsewhere
			args[i+1] = filepath.Join(t.TempDir(), args[i+1])
		}
	}
	var out bytes.Buffer
	e := &env{stdin: strings.NewReader(""), stdout: &out, stderr: &bytes.Buffer{}}
	root := newRoot(e)
	root.SetArgs(args)
	if err := root.ExecuteContext(context.Background()); err != nil {
		t.Fatalf("%s: %v", example[0], err)
	}
	lines := strings.Split(out.String(), "\n")
	at, anywhere := 0, false
	for _, want := range example[1:] {
		if want == "[...]" {
			anywhere = true
			continue
		}
		want, _, cut := strings.Cut(want, "; see ")
		for ; at < len(lines) && lines[at] != want && !(cut && strings.HasPrefix(lines[at], want)); at++ {
			if !anywhere {
				t.Errorf("%s prints %q, README.md shows %q", example[0], lines[at], want)
				return
			}
		}
		if at == len(lines) && want != "" {
			t.Errorf("%s: %q is not printed", example[0], want)
			return
		}
		at, anywhere = at+1, false
	}
}

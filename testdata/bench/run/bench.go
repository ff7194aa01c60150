package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// bench is one run of everything.
type bench struct {
	scale      float64
	runs, slow int
	only       []string
	dir        string
	root       string // of the repository
	program    string
	longest    time.Duration // that a command may take
	largest    int64         // that it may use
	out, log   io.Writer

	rows    []row
	missing []string // peers that are not installed
	wrong   []string // what trustline reports otherwise than planted
}

// A row of the table.
type row struct {
	work         string
	ours, theirs string
	ratio        string
	target       string
	met          bool
	note         string // instead of the verdict, when there is none
}

func (b *bench) wants(name string) bool { return len(b.only) == 0 || slices.Contains(b.only, name) }

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.log, "run: "+format+"\n", args...) }

func (b *bench) run() error {
	if b.dir == "" {
		dir, err := os.MkdirTemp("", "trustline-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		b.dir = dir
	} else if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return err
	}
	if err := b.build(); err != nil {
		return err
	}
	var failed error
	for _, m := range []struct {
		name    string
		measure func() error
	}{{"tftp", b.tftp}, {"storm", b.storm}, {"events", b.events}, {"gzip", b.gzip}, {"traffic", b.traffic}, {"phones", b.phones}, {"batch", b.batch}} {
		if !b.wants(m.name) {
			continue
		}
		err := m.measure()
		if over := new(tooMuch); errors.As(err, &over) {
			b.rows = append(b.rows, row{work: "row " + m.name, ours: over.Error()})
		} else if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", m.name, err))
		}
	}
	b.print()
	for _, w := range b.wrong {
		failed = errors.Join(failed, errors.New("not what was planted: "+w))
	}
	return failed
}

// build makes the program and the generators.
func (b *bench) build() error {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	b.root = filepath.Dir(strings.TrimSpace(string(out)))
	for _, p := range []string{"cmd/trustline", "testdata/bench/calls", "testdata/bench/storm", "testdata/bench/tvstrace", "testdata/bench/batch"} {
		target := b.path("bin-" + filepath.Base(p))
		if p == "cmd/trustline" {
			if b.program != "" {
				continue
			}
			b.program = target
		}
		b.say("building %s", p)
		c := exec.Command("go", "build", "-o", target, "./"+p)
		c.Dir, c.Stderr = b.root, b.log
		if err := c.Run(); err != nil {
			return fmt.Errorf("go build ./%s: %w", p, err)
		}
	}
	return nil
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

// size is a number of the targets, scaled.
func (b *bench) size(n float64) int { return max(1, int(n*b.scale)) }

// make has a generator write a file, unless a run before did. What the generator
// says of it is kept beside the file.
func (b *bench) make(file string, generator string, args ...string) (string, error) {
	path := b.path(file)
	said := path + ".said"
	if _, err := os.Stat(said); err == nil {
		return path, warm(path)
	}
	b.say("making %s", file)
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var text strings.Builder
	c := exec.Command(b.path("bin-"+generator), args...)
	c.Stdout, c.Stderr = f, &text
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", generator, err, text.String())
	}
	if err := f.Close(); err != nil {
		return "", err
	}
	b.say("%s: %s", file, mb(fileSize(path)))
	return path, os.WriteFile(said, []byte(text.String()), 0o644)
}

// warm reads a file once, so that all find it in memory as far as it fits.
func warm(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(io.Discard, f)
	return err
}

// said is what the generator said of a file.
func said(path string) string {
	b, _ := os.ReadFile(path + ".said")
	return strings.TrimSpace(string(b))
}

func fileSize(path string) int64 {
	if i, err := os.Stat(path); err == nil {
		return i.Size()
	}
	return 0
}

func mb(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// has says whether a peer is installed, and remembers when not.
func (b *bench) has(name string) bool {
	if _, err := exec.LookPath(name); err == nil {
		return true
	}
	if !slices.Contains(b.missing, name) {
		b.missing = append(b.missing, name)
	}
	return false
}

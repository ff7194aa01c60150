package main

import (
	"bytes"
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// terminal is an environment with a terminal of 80 columns as standard error.
func terminal(b *bytes.Buffer) *env {
	e := quietEnv()
	e.quiet, e.stderr, e.errTerminal, e.errWidth = false, b, true, 80
	return e
}

// TestProgress: on a terminal bytes, files and phones are shown in lines that
// fit, and nothing of it is left at the end; elsewhere and with --quiet nothing
// is shown.
func TestProgress(t *testing.T) {
	for _, args := range [][]string{
		{"analyze", copies(t, 2), "-o", filepath.Join(t.TempDir(), "report.json")},
		{"batch", copies(t, 3), "-o", filepath.Join(t.TempDir(), "out")},
	} {
		run := func(e *env, args ...string) {
			root := newRoot(e)
			root.SetArgs(args)
			if err := root.ExecuteContext(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		run(terminal(&b), args...)
		shown := b.String()
		if !regexp.MustCompile(`\d+% \|.*\((?:[\d.]+ ?)?[kM]?B?/?[\d.]+ [kM]?B`).MatchString(shown) {
			t.Errorf("%s: no bytes in %q", args[0], shown)
		}
		last := ""
		for _, l := range strings.FieldsFunc(shown, func(r rune) bool { return r == '\r' || r == '\n' }) {
			if n := len([]rune(l)); n > 80 {
				t.Errorf("%s: a line of %d characters: %q", args[0], n, l)
			}
			last = l
		}
		if strings.TrimSpace(last) != "" {
			t.Errorf("%s: %q is left", args[0], last)
		}
		var none bytes.Buffer
		run(terminal(&none), append(args, "--quiet")...)
		e := terminal(&none)
		e.errTerminal = false
		run(e, args...)
		if none.Len() > 0 {
			t.Errorf("%s: %q is shown", args[0], none.String())
		}
	}
}

// TestProgressWords: what the words before the bar say.
func TestProgressWords(t *testing.T) {
	p := newProgress(quietEnv())
	if got := p.words(); got != "reading" {
		t.Errorf("got %q", got)
	}
	p.files, p.phones = 1, map[string]bool{"SEP001122334455": true}
	if got := p.words(); got != "1 file, 1 phone" {
		t.Errorf("got %q", got)
	}
	p.cases, p.done, p.files, p.phones["SEP001122334456"] = 17, 3, 1234, true
	if got := p.words(); got != "case 3/17, 1234 files, 2 phones" {
		t.Errorf("got %q", got)
	}
}

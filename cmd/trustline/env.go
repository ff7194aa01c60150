package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// env is everything of the machine that the commands see.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer

	outTerminal bool // standard output is one
	errTerminal bool
	width       int // of standard output's terminal, 0 when not known
	errWidth    int // of standard error's
	color       bool

	quiet bool // set by --quiet

	bar      *progress // what is shown now, else nil
	spill    int64     // bytes that a case holds before it spills, 0 for the usual number
	slots    slots     // shared by the cases of a batch, else nil
	progress *progress // likewise: what the bars of the cases tell, else nil
}

func systemEnv() *env {
	out, err := int(os.Stdout.Fd()), int(os.Stderr.Fd())
	e := &env{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, outTerminal: term.IsTerminal(out), errTerminal: term.IsTerminal(err)}
	if e.outTerminal {
		if w, _, err := term.GetSize(out); err == nil {
			e.width = w
		}
		e.color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	if e.errTerminal {
		if w, _, err := term.GetSize(err); err == nil {
			e.errWidth = w
		}
	}
	return e
}

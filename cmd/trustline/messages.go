package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"trustline/report"
)

// The rules of what trustline says on a terminal:
//
//   - standard output carries the result and nothing else;
//   - everything else goes to standard error, each line with "trustline: "
//     before it, in lower case and without a full stop;
//   - an error says what is wrong; a line "trustline: hint: ..." may follow that
//     says what to do;
//   - what a file or a log made up is cleaned before it is printed;
//   - colour repeats what the words say, and never comes alone; it is left out
//     when standard output is no terminal, with --no-color, and when NO_COLOR is
//     set to anything (https://no-color.org);
//   - progress appears only when standard error is a terminal, and leaves
//     nothing behind.
//
// The exit status is one of these.
const (
	exitRan       = 0 // the analysis ran, whatever it found
	exitNothing   = 1 // nothing could be analysed, or the result could not be written
	exitUsage     = 2 // wrong usage
	exitThreshold = 3 // a verdict at or above --fail-on
)

// failure is an error that says how the program ends. An error of any other
// type ends it with exitNothing.
type failure struct {
	status int
	err    error
	hint   string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usagef is wrong usage.
func usagef(format string, a ...any) *failure {
	return &failure{status: exitUsage, err: fmt.Errorf(format, a...)}
}

// hinting adds what to do.
func (f *failure) hinting(format string, a ...any) *failure {
	f.hint = fmt.Sprintf(format, a...)
	return f
}

// errThreshold ends the program with exitThreshold; the report says why.
var errThreshold = &failure{status: exitThreshold}

// report prints an error and gives the exit status.
func (e *env) report(err error) int {
	f := &failure{status: exitNothing, err: err}
	errors.As(err, &f)
	switch {
	case f.err == nil:
	case errors.Is(err, context.Canceled):
		say(e.stderr, "interrupted%s", strings.TrimPrefix(err.Error(), context.Canceled.Error()))
	default:
		for _, line := range strings.Split(f.err.Error(), "\n") {
			say(e.stderr, "%s", line)
		}
		if f.hint != "" {
			say(e.stderr, "hint: %s", f.hint)
		}
	}
	return f.status
}

// warn says something that does not end the run.
func (e *env) warn(format string, a ...any) {
	switch {
	case e.quiet:
	case e.bar != nil:
		e.bar.aside(func() { say(e.stderr, format, a...) })
	default:
		say(e.stderr, format, a...)
	}
}

func say(w io.Writer, format string, a ...any) {
	fmt.Fprintf(w, "trustline: %s\n", report.Clean(fmt.Sprintf(format, a...)))
}

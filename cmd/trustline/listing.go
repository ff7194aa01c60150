package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trustline/cmd/internal/intake"
	"trustline/dissect"
	"trustline/pcap"
)

// found is what a listing command got from one input.
type found[T any] struct {
	name     string
	entered  bool     // the input could be opened
	read     bool     // the input was recognised
	rows     []T      // in the order of the input
	problems []string // what could not be read, with its place
}

// listInputs reads all inputs with read and shows their rows in order. Problems
// go to standard error, because a listing has no place for them.
func listInputs[T any](ctx context.Context, e *env, paths []string, hint string, read func(in intake.Input, f *found[T]), show func(*found[T]) error) error {
	var (
		unknown        inventory
		missing, other []string
		any            bool
	)
	err := eachInput(ctx, e, paths, nil, func(in intake.Input) *found[T] {
		f := &found[T]{name: in.Name}
		if p := in.Problem; p != nil {
			f.problems = []string{strings.TrimPrefix(p.Where+": "+p.What, ": ")}
			return f
		}
		f.entered = true
		read(in, f)
		return f
	}, func(f *found[T]) error {
		if !f.read {
			why := "nothing to list"
			if len(f.problems) > 0 {
				why = f.problems[0]
			}
			unknown.add(f.name, why)
			if f.entered {
				other = append(other, f.name)
			} else {
				missing = append(missing, f.name+": "+why)
			}
			return nil
		}
		any = true
		for _, p := range f.problems {
			e.warn("%s: %s", f.name, p)
		}
		return show(f)
	})
	if err != nil {
		return err
	}
	if !any {
		return unknown.failure(hint)
	}
	for _, m := range missing {
		e.warn("%s", m)
	}
	if len(other) > 0 {
		e.warn("nothing of the kind in %s", enumerate(other))
	}
	return nil
}

// enumerate names the first of many.
func enumerate(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// readCapture decodes a capture for a listing.
func readCapture[T any](in intake.Input, f *found[T], o dissect.Options, h dissect.Handler) {
	r, err := in.Open()
	if err != nil {
		f.problems = append(f.problems, err.Error())
		return
	}
	defer r.Close()
	captureFrom(r, f, o, h)
}

func captureFrom[T any](r io.Reader, f *found[T], o dissect.Options, h dissect.Handler) {
	sum, err := dissect.Capture(r, o, h)
	if err != nil {
		f.problems = append(f.problems, strings.TrimPrefix(err.Error(), "pcap: "))
	}
	if sum == nil {
		return
	}
	f.read = true
	for _, p := range sum.Problems {
		f.problems = append(f.problems, strings.TrimPrefix(p.Where+": "+p.What, ": "))
	}
}

// isCapture recognises a capture by its first bytes. The intake leaves gzip on
// captures only.
func isCapture(head []byte) bool {
	return pcap.Detect(head) || len(head) > 2 && head[0] == 0x1f && head[1] == 0x8b
}

// jsonLines writes one object a line.
func jsonLines(w io.Writer) func(v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return func(v any) error {
		if err := enc.Encode(v); err != nil {
			return fmt.Errorf("writing to standard output: %w", err)
		}
		return nil
	}
}

// buffered runs a command with a buffer before standard output, and tells when
// writing failed.
func buffered(e *env, run func(w *bufio.Writer) error) error {
	w := bufio.NewWriterSize(e.stdout, 64<<10)
	err := run(w)
	if flushed := w.Flush(); err == nil && flushed != nil {
		err = fmt.Errorf("writing to standard output: %w", flushed)
	}
	return err
}

// listingFlags are those of every listing command.
func listingFlags(cmd *cobra.Command, e *env, asJSON *bool, more func(*pflag.FlagSet)) {
	addGroup(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(asJSON, "json", false, "one JSON object a line")
		if more != nil {
			more(fs)
		}
		fs.BoolVar(&e.quiet, "quiet", false, "nothing on standard error but errors")
	})
}

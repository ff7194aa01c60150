package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trustline/cmd/internal/intake"
	"trustline/correlate/evidence"
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
	remarks  []remark // problems at frames of a capture
}

// remark is a problem at a frame, counted over all parts of the capture.
type remark struct {
	frame int
	what  string
}

// listInputs reads all inputs with read, which gives one result for each file,
// and shows their rows in order. Problems go to standard error, because a listing has no place for them.
func listInputs[T any](ctx context.Context, e *env, paths []string, hint string, read func(intake.Input) []*found[T], show func(*found[T]) error) error {
	var (
		unknown        inventory
		missing, other []string
		any            bool
	)
	take := func(f *found[T]) error {
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
	}
	err := eachInput(ctx, e, reading{paths: paths}, func(in intake.Input) []*found[T] {
		if p := in.Problem; p != nil {
			return []*found[T]{{name: in.Name, problems: []string{strings.TrimPrefix(p.Where+": "+p.What, ": ")}}}
		}
		return read(in)
	}, func(all []*found[T]) error {
		for _, f := range all {
			if err := take(f); err != nil {
				return err
			}
		}
		return nil
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

// capturing is how a listing reads captures.
type capturing[T any] struct {
	options dissect.Options
	handler func(*found[T]) dissect.Handler
	order   func(a, b T) int            // of the rows, nil: as they ended
	place   func(row T, l *located) int // says where the row's frames are; gives the part that holds its first
}

// located leads from the frames of a capture, which are counted over all its
// parts, to the parts.
type located struct {
	sum   *pcap.Summary
	names []string
}

// at gives the part, its name and the frame's number in it.
func (l *located) at(frame int) (part int, name string, local int) {
	part, local = l.sum.Locate(frame)
	return part, l.names[part], local
}

// elsewhere gives the name of the part that holds a frame, "" when it is the
// given one, and the frame's number in it.
func (l *located) elsewhere(part, frame int) (string, int) {
	p, name, local := l.at(frame)
	if p == part {
		name = ""
	}
	return name, local
}

// frameInWords is how the decoders name a frame in a remark.
var frameInWords = regexp.MustCompile(`\bframe (\d{1,10})\b`)

// words puts the frames in remarks on a row of a part right.
func (l *located) words(part int, list []string) {
	if len(l.names) < 2 {
		return
	}
	for i, s := range list {
		list[i] = frameInWords.ReplaceAllStringFunc(s, func(m string) string {
			n, err := strconv.Atoi(strings.TrimPrefix(m, "frame "))
			if err != nil {
				return m
			}
			name, local := l.elsewhere(part, n)
			if name != "" {
				name = " of " + name
			}
			return fmt.Sprintf("frame %d%s", local, name)
		})
	}
}

// read decodes one capture, or a rotated one: one result for each part.
func (c *capturing[T]) read(in intake.Input) []*found[T] {
	if in.Parts != nil {
		return c.series(in.Parts)
	}
	f := &found[T]{name: in.Name, entered: true}
	r, err := in.Open()
	if err != nil {
		f.problems = append(f.problems, err.Error())
		return []*found[T]{f}
	}
	defer r.Close()
	c.from(r, f)
	return []*found[T]{f}
}

// from decodes one capture.
func (c *capturing[T]) from(r io.Reader, f *found[T]) {
	sum, err := dissect.Capture(r, c.options, c.handler(f))
	if err != nil {
		f.problems = append(f.problems, strings.TrimPrefix(err.Error(), "pcap: "))
	}
	if sum == nil {
		return
	}
	if why := dissect.Unread(sum); why != "" {
		f.problems = append([]string{why}, f.problems...)
	} else {
		f.read = true
	}
	for _, r := range f.remarks {
		f.problems = append(f.problems, fmt.Sprintf("frame %d: %s", r.frame, r.what))
	}
	f.tell(sum.Problems)
	c.sort(f.rows)
	l := &located{sum, []string{f.name}}
	for _, row := range f.rows {
		c.place(row, l)
	}
}

func (c *capturing[T]) sort(rows []T) {
	if c.order != nil {
		slices.SortStableFunc(rows, c.order)
	}
}

// series decodes the parts of a rotated capture as one. Files that turn out to
// be none are decoded one by one.
func (c *capturing[T]) series(parts []intake.Input) []*found[T] {
	var open []pcap.Part
	var out []*found[T]
	l := &located{}
	for _, p := range parts {
		open = append(open, pcap.Part{Name: p.Name, Open: p.Open})
		out = append(out, &found[T]{name: p.Name, entered: true})
		l.names = append(l.names, p.Name)
	}
	all := &found[T]{name: parts[0].Name}
	var err error
	if l.sum, err = dissect.CaptureSeries(open, c.options, c.handler(all)); err != nil {
		out = nil
		for _, p := range parts {
			out = append(out, c.read(p)...)
		}
		return out
	}
	why := dissect.Unread(l.sum)
	if why != "" {
		out[0].problems = append(out[0].problems, why)
	}
	for i, s := range l.sum.Parts {
		out[i].read = s.Format != "" && why == ""
		if n := parts[i].Missing; n > 0 {
			out[i].problems = append(out[i].problems, fmt.Sprintf("before it %d parts of the rotated capture are missing, by their numbers", n))
		}
		out[i].tell(s.Problems)
	}
	for _, r := range all.remarks {
		part, _, local := l.at(r.frame)
		out[part].problems = append(out[part].problems, fmt.Sprintf("frame %d: %s", local, r.what))
	}
	out[0].tell(l.sum.Problems) // those of the whole series
	c.sort(all.rows)
	for _, row := range all.rows {
		f := out[c.place(row, l)]
		f.rows = append(f.rows, row)
	}
	return out
}

// tell takes over problems of a capture.
func (f *found[T]) tell(list []pcap.Problem) {
	for _, p := range list {
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
	enc := json.NewEncoder(evidence.Plain(w))
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

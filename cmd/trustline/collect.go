package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"trustline/cmd/internal/intake"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// maxNamed is how many inputs are named one by one in a message.
const maxNamed = 10

// collection is what the inputs of a run gave.
type collection struct {
	bundles    []*evidence.Bundle
	notes      map[[2]string]*evidence.Bundle // what could not be entered, by name and kind
	recognised int
	missing    []string
	unknown    inventory
}

// inventory names the inputs that were not recognised, for the message when
// there is nothing else.
type inventory struct {
	lines []string
	more  int
}

func (v *inventory) add(name, why string) {
	if len(v.lines) == maxNamed {
		v.more++
		return
	}
	v.lines = append(v.lines, name+": "+why)
}

// failure is the error of a run in which nothing was recognised.
func (v *inventory) failure(hint string) error {
	lines := v.lines
	if v.more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", v.more))
	}
	lines = append(lines, "nothing to analyse")
	return &failure{status: exitNothing, err: errors.New(strings.Join(lines, "\n")), hint: hint}
}

// collect decodes everything under the paths to evidence.
func collect(ctx context.Context, e *env, paths, skip []string, decode func(gather.Input) *evidence.Bundle) (*collection, error) {
	c := &collection{notes: map[[2]string]*evidence.Bundle{}}
	type result struct {
		*evidence.Bundle
		note *evidence.Input
	}
	bar := newProgress(e)
	err := eachInput(ctx, e, reading{paths: paths, skip: skip, traces: true, bar: bar}, func(in intake.Input) result {
		if in.Problem != nil {
			return result{note: noteOf(in)}
		}
		return result{Bundle: decode(gatherInput(in))}
	}, func(r result) error {
		if r.note != nil {
			c.note(r.note)
		} else {
			c.take(r.Bundle)
			bar.evidence(r.Bundle)
		}
		return nil
	})
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("%w: nothing was written", err)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// gatherInput is an input as package gather takes it.
func gatherInput(in intake.Input) gather.Input {
	out := gather.Input{Name: in.Name, Size: in.Size, Hints: gather.Hints(in.Hints), Open: in.Open, Missing: in.Missing}
	for _, p := range in.Parts {
		out.Parts = append(out.Parts, gatherInput(p))
	}
	return out
}

// noteOf makes an input of what could not be entered, so that the report names
// it.
func noteOf(in intake.Input) *evidence.Input {
	kind := in.Problem.Kind
	switch kind {
	case intake.KindMissing:
		kind = gather.KindMissing
	case intake.KindUnreadable:
		kind = gather.KindError
	}
	return &evidence.Input{Name: in.Name, Kind: kind, Problems: []evidence.Problem{{Where: in.Problem.Where, What: in.Problem.What}}}
}

// note adds what could not be entered; several problems of one archive are one
// input.
func (c *collection) note(n *evidence.Input) {
	why := n.Problems[0].What
	c.unknown.add(n.Name, why)
	if n.Kind == gather.KindMissing {
		c.missing = append(c.missing, n.Name+": "+why)
	}
	key := [2]string{n.Name, n.Kind}
	if b := c.notes[key]; b != nil {
		first := &b.Header.Inputs[0]
		first.Problems = append(first.Problems, n.Problems...)
		return
	}
	c.notes[key] = &evidence.Bundle{Header: evidence.Header{Inputs: []evidence.Input{*n}}}
	c.bundles = append(c.bundles, c.notes[key])
}

// take adds the result of one input.
func (c *collection) take(b *evidence.Bundle) {
	for i := range b.Header.Inputs {
		in := &b.Header.Inputs[i]
		if gather.Recognised(in.Kind) {
			c.recognised++
			continue
		}
		why := in.Kind
		if len(in.Problems) > 0 {
			why = in.Problems[0].What
		}
		c.unknown.add(in.Name, why)
	}
	c.bundles = append(c.bundles, b)
}

// bundle joins the results. When nothing was recognised, that is an error which
// says what was found.
func (c *collection) bundle(e *env, hint string) (*evidence.Bundle, error) {
	if c.recognised == 0 {
		return nil, c.unknown.failure(hint)
	}
	for _, m := range c.missing {
		e.warn("%s", m)
	}
	b := evidence.Merge(c.bundles...)
	b.Header.Tool = evidence.Tool{Name: toolName, Version: toolVersion}
	return b, nil
}

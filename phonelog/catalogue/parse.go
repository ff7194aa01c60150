package catalogue

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// Bounds of a catalogue.
const (
	// maxCaptures is how many values one match can keep. The longest known
	// message (SIP/SCCP registration) has seven.
	maxCaptures = 8
	// minLetters is how many letters a pattern must bring of its own. A pattern
	// of captures alone would match anything and hide unknown messages.
	minLetters = 4
)

// A ParseError says where a catalogue is wrong.
type ParseError struct {
	Name   string // of the catalogue
	Line   int    // 1-based, 0 when the whole text is meant
	Column int
	Reason string
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("catalogue: %s:%d:%d: %s", e.Name, e.Line, e.Column, e.Reason)
}

// Entry is one known message, or one event that is made from several.
type Entry struct {
	Event   string   // from the closed list of event names; "" for an ignored message
	Part    bool     // the message is a part of events, never one of its own
	Ignore  string   // why the message is ignored; "" for an event
	Means   string   // what the event says
	Derived string   // from which records it is made, when it has no pattern
	Pattern string   // as written, one per line
	Source  string   // public documents of the samples, joined by "; "
	Samples []string // messages as Match gets them
	File    string   // name of the catalogue that holds it
	Line    int      // and line there

	set   []setting
	progs []*prog
}

// Catalogue is a parsed and compiled set of entries.
type Catalogue struct {
	name    string
	entries []*Entry
	progs   []*prog
	index   index
}

// Name is the name given to Parse.
func (c *Catalogue) Name() string { return c.name }

// Entries lists all entries in the order in which they are written.
func (c *Catalogue) Entries() []Entry {
	out := make([]Entry, len(c.entries))
	for i, e := range c.entries {
		out[i] = *e
	}
	return out
}

// Parse reads the text of a .tl file. The catalogue is nil when the error is
// not: half a catalogue would call known messages unknown.
func Parse(name string, text []byte) (c *Catalogue, err error) {
	// Participle reports some faults of a grammar by panic (alecthomas/participle
	// issue 284). The text comes from this repository, but also from a fuzzer.
	defer func() {
		if r := recover(); r != nil {
			c, err = nil, &ParseError{Name: name, Reason: fmt.Sprint(r)}
		}
	}()
	p, err := parser()
	if err != nil {
		return nil, fmt.Errorf("catalogue: grammar: %w", err)
	}
	f, err := p.ParseBytes(name, text)
	if err != nil {
		pe := &ParseError{Name: name, Reason: err.Error()}
		var perr participle.Error
		if errors.As(err, &perr) {
			pe.Line, pe.Column, pe.Reason = perr.Position().Line, perr.Position().Column, perr.Message()
		}
		return nil, pe
	}
	c = &Catalogue{name: name}
	for _, fe := range f.Entries {
		if err := c.add(fe); err != nil {
			return nil, err
		}
	}
	c.index.build(c.progs)
	return c, nil
}

// ParseAll reads several .tl files of a folder, on all cores.
func ParseAll(files fs.FS, folder string, names ...string) ([]*Catalogue, error) {
	all, errs := make([]*Catalogue, len(names)), make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			text, err := fs.ReadFile(files, path.Join(folder, name))
			if err != nil {
				errs[i] = fmt.Errorf("catalogue: %w", err)
				return
			}
			all[i], errs[i] = Parse(name, text)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return all, nil
}

// Join makes one catalogue of several. Of entries that match equally well the
// one of the earlier catalogue is taken.
func Join(name string, cs ...*Catalogue) *Catalogue {
	all := &Catalogue{name: name}
	for _, c := range cs {
		all.entries = append(all.entries, c.entries...)
		for _, p := range c.progs {
			q := *p
			q.order = len(all.progs)
			all.progs = append(all.progs, &q)
		}
	}
	all.index.build(all.progs)
	return all
}

func (c *Catalogue) fail(pos lexer.Position, format string, args ...any) error {
	return &ParseError{Name: c.name, Line: pos.Line, Column: pos.Column, Reason: fmt.Sprintf(format, args...)}
}

func (c *Catalogue) add(fe *entry) error {
	e := &Entry{Event: fe.Event + fe.Part, Part: fe.Part != "", Ignore: raw(fe.Ignore), File: c.name, Line: fe.Pos.Line}
	if e.Event == "" && e.Ignore == "" {
		return c.fail(fe.Pos, "an ignored message needs a reason")
	}
	var patterns, sources []string
	for _, cl := range fe.Clauses {
		switch {
		case cl.Means != "":
			e.Means = raw(cl.Means)
		case cl.Derived != "":
			e.Derived = raw(cl.Derived)
		case cl.Set != nil:
			e.set = append(e.set, setting{cl.Set.Key, raw(cl.Set.Value)})
		case cl.Sample != nil:
			e.Samples = append(e.Samples, raw(cl.Sample.Text))
			if s := raw(cl.Sample.From); len(sources) == 0 || sources[len(sources)-1] != s {
				sources = append(sources, s)
			}
		case cl.Match != nil:
			pr, err := c.compile(e, cl.Match)
			if err != nil {
				return err
			}
			e.progs = append(e.progs, pr)
			patterns = append(patterns, pr.source)
		}
	}
	switch {
	case e.Derived == "" && len(e.progs) == 0:
		return c.fail(fe.Pos, "%q has neither a pattern nor a derivation", e.Event+e.Ignore)
	case e.Derived != "" && len(e.progs) > 0:
		return c.fail(fe.Pos, "%q has a pattern and a derivation", e.Event)
	case len(e.progs) > 0 && len(e.Samples) == 0:
		return c.fail(fe.Pos, "%q has no sample", e.Event+e.Ignore)
	}
	e.Pattern = strings.Join(patterns, "\n")
	e.Source = strings.Join(sources, "; ")
	c.entries = append(c.entries, e)
	c.progs = append(c.progs, e.progs...)
	return nil
}

// raw takes the back quotes off.
func raw(s string) string { return strings.Trim(s, "`") }

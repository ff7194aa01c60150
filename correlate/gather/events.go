package gather

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"trustline/correlate/evidence"
)

// KindSkipped stands before the kind of an input in which Events found no log:
// a capture or a list.
const KindSkipped = "no log: "

// Events decodes the logs of one input and hands their events to emit in the
// order of their first lines. An input that is no text has none. Nothing is
// kept: what comes back says what was read and how far, without hashes.
//
// A record over many lines (a session of CAPF, a handshake that never ended)
// is known when its last line is; when more than maxDisorder other events
// came first, it comes behind them.
func Events(in Input, opt Options, emit func(*evidence.Event)) []evidence.Input {
	s := &sorter{emit: emit}
	if len(in.Parts) > 0 {
		if text(in.Parts) {
			return traceSeries(in.Parts, opt, s.add, s.flush).Header.Inputs
		}
		var out []evidence.Input
		for _, p := range in.Parts {
			out = append(out, evidence.Input{Name: p.Name, Bytes: max(p.Size, 0), Kind: KindSkipped + "capture"})
		}
		return out
	}
	d := newDecoder(opt)
	d.stream = s.add
	d.in = &evidence.Input{Name: in.Name, Bytes: max(in.Size, 0)}
	if err := d.logs(in); err != nil {
		d.failed(err)
	}
	s.flush()
	return []evidence.Input{*d.in}
}

// failed notes why an input could not be opened.
func (d *decoder) failed(err error) {
	d.problem("", err.Error())
	if d.in.Kind == "" {
		d.in.Kind = KindError
		if errors.Is(err, fs.ErrNotExist) {
			d.in.Kind = KindMissing
		}
	}
}

// logs reads an input as far as it is text.
func (d *decoder) logs(in Input) error {
	f, err := in.Open()
	if err != nil {
		return fmt.Errorf("gather: %s: %w", in.Name, err)
	}
	defer f.Close()
	c := &tally{r: f}
	more := io.Reader(c)
	head, err := readUpTo(nil, c, sniffLen)
	if err != nil {
		d.problem(fmt.Sprintf("byte %d", len(head)), err.Error())
		more = bytes.NewReader(nil) // it is told once
	}
	switch kind := sniff(head); kind {
	case KindEmpty:
		d.in.Kind = KindEmpty
		d.problem("", "the file is empty")
	case "capture", "list":
		d.in.Kind = KindSkipped + kind
	case "evidence":
		d.evidenceLogs(io.MultiReader(bytes.NewReader(head), more))
	case "text":
		d.text(head, more)
	default:
		d.foreign(head)
	}
	d.in.Bytes = max(d.in.Bytes, c.n)
	return nil
}

// evidenceLogs hands out the events of logs that were decoded before.
func (d *decoder) evidenceLogs(r io.Reader) {
	b, err := evidence.Read(r)
	d.in.Kind = "evidence"
	if err != nil {
		d.problem("", err.Error())
	}
	if b == nil {
		return
	}
	slices.SortStableFunc(b.Events, func(a, b evidence.Event) int {
		return cmp.Or(cmp.Compare(a.Place.Input, b.Place.Input), cmp.Compare(a.Place.Line, b.Place.Line))
	})
	for i := range b.Events {
		if b.Events[i].Place.Line > 0 {
			d.stream(&b.Events[i])
		}
	}
}

// tally counts what passes.
type tally struct {
	r io.Reader
	n int64
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.n += int64(n)
	return n, err
}

// maxDisorder is how many events are held back to be put in order. A question
// to TVS has some ten, the session of a phone with CAPF some twenty beside
// those of others.
const maxDisorder = 1024

// sorter puts events in the order of their lines.
type sorter struct {
	emit func(*evidence.Event)
	held []*evidence.Event // a ring, in order
	from int
	n    int
}

func (s *sorter) at(i int) **evidence.Event { return &s.held[(s.from+i)%len(s.held)] }

// add takes an event. Most come in order; one that does not is behind by a few.
func (s *sorter) add(e *evidence.Event) {
	if s.held == nil {
		s.held = make([]*evidence.Event, maxDisorder)
	}
	if s.n == maxDisorder {
		s.emit(*s.at(0))
		s.from = (s.from + 1) % maxDisorder
		s.n--
	}
	i := s.n
	for ; i > 0 && e.Place.Line < (*s.at(i - 1)).Place.Line; i-- {
		*s.at(i) = *s.at(i - 1)
	}
	*s.at(i) = e
	s.n++
}

// flush hands out what is held.
func (s *sorter) flush() {
	for i := range s.n {
		s.emit(*s.at(i))
	}
	s.from, s.n = 0, 0
}

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
	"trustline/correlate/secret"
	"trustline/tvstrace"
)

// KindSkipped stands before the kind of an input in which Events found no log:
// a capture or a list.
const KindSkipped = "no log: "

// events is Events, with the secrets of the input.
func events(in Input, opt Options, emit func(*evidence.Event)) []evidence.Input {
	h := &hinter{hints: in.Hints, emit: emit}
	s := &sorter{emit: h.add}
	add := func(e *evidence.Event) { // what h adds to an event is neither secret nor odd
		secret.Clean(e)
		s.add(e)
	}
	if len(in.Parts) > 0 {
		if text(in.Parts) {
			h.hints = in.Parts[len(in.Parts)-1].Hints
			inputs := traceSeries(in.Parts, opt, add, s.flush).Header.Inputs
			h.close(&inputs[len(inputs)-1])
			return inputs
		}
		var out []evidence.Input
		for _, p := range in.Parts {
			out = append(out, evidence.Input{Name: p.Name, Bytes: max(p.Size, 0), Kind: KindSkipped + "capture"})
		}
		return out
	}
	d := newDecoder(opt)
	d.stream = add
	d.in = &evidence.Input{Name: in.Name, Bytes: max(in.Size, 0)}
	if err := d.logs(in, h); err != nil {
		d.failed(err)
	}
	s.flush()
	h.close(d.in)
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
func (d *decoder) logs(in Input, h *hinter) error {
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
		h.hints = Hints{} // they served when it was decoded
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

// maxHinted is how many events of a log are held back until it is known whether
// the name of the input has to say what they do not.
const maxHinted = 4096

// hinter says of events what only the name of their input tells, as hinted does
// for evidence: whose console it is, and that a trace of connections is one of
// CAPF. The first event that tells otherwise ends it; so does the last that is
// held, and then the name is believed.
type hinter struct {
	hints   Hints
	emit    func(*evidence.Event)
	held    []*evidence.Event
	settled bool
	phone   bool // the name tells the phone
	service bool // the name tells the service
}

func (h *hinter) add(e *evidence.Event) {
	if !h.settled && h.hints.Phone == "" && h.hints.Service != serviceCAPF {
		h.settled = true
	}
	if h.settled {
		h.send(e)
		return
	}
	h.held = append(h.held, e)
	switch {
	case console(e.Dialect) && e.Phone != "", h.hints.Phone == "" && !connectionOnly(e):
		h.settle(false)
	case len(h.held) == maxHinted:
		h.settle(true)
	}
}

// settle hands out what is held; believed tells that the name decides.
func (h *hinter) settle(believed bool) {
	h.settled = true
	h.phone = believed && h.hints.Phone != ""
	h.service = believed && h.hints.Service == serviceCAPF
	for _, e := range h.held {
		h.service = h.service && connectionOnly(e)
	}
	for _, e := range h.held {
		h.send(e)
	}
	h.held = nil
}

func (h *hinter) send(e *evidence.Event) {
	if h.phone && console(e.Dialect) && e.Phone == "" {
		phoneByName(e, h.hints.Phone)
	}
	if h.service && connectionOnly(e) {
		serviceByName(e)
	}
	h.emit(e)
}

// close hands out the rest. in is the input, which may be one of CAPF by name.
func (h *hinter) close(in *evidence.Input) {
	if !h.settled {
		h.settle(true)
	}
	if h.service && in.Kind == tvstrace.DialectTVS {
		in.Kind = tvstrace.DialectCAPF
	}
}

package gather

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"trustline/correlate/evidence"
	"trustline/dissect"
	"trustline/pcap"
)

// maxQuiet is how long a rotated capture may be silent between two parts that
// do not say whether others stood between them, for the silence to mean that
// nobody spoke: phones send keep-alives twice a minute.
const maxQuiet = 60 * time.Second

// stretch is a span of time that parts of a series cover without a gap.
type stretch struct {
	part     int // the first of them
	from, to time.Time
}

// seriesPart is one part while the series is decoded.
type seriesPart struct {
	Input
	in     evidence.Input
	sum    *counter
	opened error
}

// open is what pcap reads the part through.
func (p *seriesPart) open() (io.ReadCloser, error) {
	r, err := p.Open()
	if err != nil {
		p.opened = err
		return nil, fmt.Errorf("gather: %w", err)
	}
	p.sum = newCounter(r)
	return &partReader{p, r}, nil
}

type partReader struct {
	p *seriesPart
	c io.Closer
}

func (r *partReader) Read(b []byte) (int, error) { return r.p.sum.Read(b) }

// Close hashes what nobody read.
func (r *partReader) Close() error {
	r.p.sum.finish(&r.p.in)
	return r.c.Close()
}

// decodeSeries reads the parts of a rotated capture as one capture. Each is an
// input of its own, and every place of the evidence names a part with the
// frame's number in it.
//
// Files that turn out to run beside each other, or of which none can be read,
// are decoded one by one.
func decodeSeries(list []Input, opt Options) *evidence.Bundle {
	d := newDecoder(opt)
	parts := make([]*seriesPart, len(list))
	names := make([]string, len(list))
	var open []pcap.Part
	for i, in := range list {
		p := &seriesPart{Input: in, in: evidence.Input{Name: in.Name, Bytes: max(in.Size, 0),
			Series: &evidence.Series{Name: list[0].Name, Part: i + 1, Parts: len(list)}}}
		parts[i], names[i] = p, in.Name
		open = append(open, pcap.Part{Name: in.Name, Open: p.open})
	}
	d.in = &parts[0].in // places are put right in the end
	h := &captureHandler{d: d}
	sum, err := follow(h, func(to dissect.Handler) (*pcap.Summary, error) { return dissect.CaptureSeries(open, d.ports(), to) })
	if err != nil {
		var single []*evidence.Bundle
		for _, in := range list {
			single = append(single, Decode(in, opt))
		}
		return evidence.Merge(single...)
	}
	d.b.Header.Inputs = make([]evidence.Input, len(list))
	for i, p := range parts {
		p.done(&sum.Parts[i])
		d.b.Header.Inputs[i] = p.in
	}
	d.in = &d.b.Header.Inputs[0]
	h.stretches = stretches(sum, list)
	h.finish(sum, names, "series")
	if why := dissect.Unread(sum); why != "" {
		for i := range d.b.Header.Inputs {
			d.b.Header.Inputs[i].Kind = KindUnread
		}
		d.problem("series", why)
	}
	d.place(sum, names)
	return d.b
}

// done fills in what is known of a part at the end.
func (p *seriesPart) done(s *pcap.PartSummary) {
	var problems []evidence.Problem
	if p.Missing > 0 {
		problems = append(problems, evidence.Problem{Where: "frame 1", What: fmt.Sprintf("before it %d parts of the rotated capture are missing, by their numbers", p.Missing)})
	}
	for _, q := range s.Problems {
		problems = append(problems, evidence.Problem(q))
	}
	p.in.Problems = append(problems, p.in.Problems...)
	if s.Format != "" {
		captured(&p.in, s.Format, s.Frames, s.From, s.To)
		return
	}
	switch {
	case errors.Is(p.opened, fs.ErrNotExist):
		p.in.Kind = KindMissing
	case p.opened != nil:
		p.in.Kind = KindError
	case p.in.Bytes == 0:
		p.in.Kind = KindEmpty
	default:
		p.in.Kind = KindUnknown
	}
}

// stretches finds the spans without a gap. A gap is where parts are missing,
// where one was cut, and where two parts lie apart in time and nothing says
// that they follow each other.
func stretches(sum *pcap.Summary, list []Input) []stretch {
	var out []stretch
	gap := true
	for i, s := range sum.Parts {
		gap = gap || list[i].Missing > 0
		if s.From.IsZero() {
			gap = gap || s.Cut
			continue
		}
		if n := len(out); gap || list[i].Missing < 0 && s.From.Sub(out[n-1].to) > maxQuiet {
			out = append(out, stretch{part: i, from: s.From, to: s.To})
		} else if s.To.After(out[n-1].to) {
			out[n-1].to = s.To
		}
		gap = s.Cut
	}
	return out
}

// place gives every place its part and the number of the frame in it, instead
// of the number in the series.
func (d *decoder) place(sum *pcap.Summary, names []string) {
	at := func(p *evidence.Place) int {
		part, local := sum.Locate(p.Frame)
		p.Input, p.Frame = names[part], local
		return part
	}
	d.b.Update(func(e *evidence.Event) bool {
		own := at(&e.Place)
		mark := func(m evidence.Mark) evidence.Mark {
			part, local := sum.Locate(m.Frame)
			m.Frame = local
			if part != own {
				m.Input = names[part]
			}
			return m
		}
		if t := e.Transfer; t != nil && t.End != nil {
			end := mark(*t.End)
			t.End = &end
		}
		if t := e.TLS; t != nil {
			for i := range t.Syns {
				t.Syns[i] = mark(t.Syns[i])
			}
			for i := range t.Alerts {
				t.Alerts[i].Mark = mark(t.Alerts[i].Mark)
			}
			for k, m := range t.Marks {
				t.Marks[k] = mark(m)
			}
		}
		return true
	})
	for i := range d.b.Objects {
		for j := range d.b.Objects[i].Places {
			at(&d.b.Objects[i].Places[j])
		}
	}
}

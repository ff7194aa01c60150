package gather

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"sync"

	"trustline/correlate/evidence"
	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// A text that holds several dialects, a ticket into which console log, trace
// and CLI output were pasted, is read line by line: every record goes to the
// package that knows its dialect, and the others see blanks in its place, so
// that line numbers stay and no line is counted twice. Web pages lose line
// breaks, so records of both sides may stand on one physical line:
//
//	text    8074: NOT 23:00:22.33 SECD: a 23:00:22.05 | debug b
//	phone   8074: NOT 23:00:22.33 SECD: a
//	trace                                 23:00:22.05 | debug b

// lane is what one tongue reads of a text.
type lane struct {
	tongue
	w       *io.PipeWriter
	buf     []byte // the chunk as this tongue sees it
	lines   int    // lines with something for it
	blanked int    // lines without
	mine    bool   // the line at hand has something
	events  []*catalogue.Event
	dropped int // events beyond maxEvents
	sum     *catalogue.Summary
	err     error
	fault   any // what its scan panicked with
}

// router cuts a text and sends its pieces to the lanes.
type router struct {
	lanes   []*lane
	current int // whose record was the last; -1 before any
	pieces  []lines.Piece
	unknown int // lines before any record that nobody knows
}

// routed reads a text line by line with all tongues.
func (d *decoder) routed(all []tongue, r io.Reader, total *catalogue.Summary) {
	rt := &router{current: -1}
	var wg sync.WaitGroup
	for _, t := range all {
		pr, pw := io.Pipe()
		l := &lane{tongue: t, w: pw}
		rt.lanes = append(rt.lanes, l)
		wg.Go(func() {
			defer pr.Close() // the router must not wait for a lane that ended
			defer func() { l.fault = recover() }()
			l.sum, l.err = l.scan(pr, func(e *catalogue.Event) {
				if len(l.events) < maxEvents {
					l.events = append(l.events, e)
				} else {
					l.dropped++
				}
			})
		})
	}
	rd := lines.NewReader(r)
	for read := 0; rd.Next(); {
		rt.chunk(rd.Chunk())
		if read += len(rd.Chunk()); read > maxText && rt.strange() {
			total.Problems = append(total.Problems, catalogue.Problem{Where: fmt.Sprintf("line %d", rd.Count()+1), What: fmt.Sprintf("no line of a known dialect in %d MiB: the rest was not read", maxText>>20)})
			break
		}
	}
	for _, l := range rt.lanes {
		l.w.Close()
	}
	wg.Wait()
	for _, l := range rt.lanes {
		if l.fault != nil {
			panic(fmt.Sprintf("gather: %v", l.fault)) // where the caller expects it
		}
	}
	total.Lines = rd.Count()
	total.Problems = append(total.Problems, rd.Problems()...)
	d.merge(rt, total)
}

// strange tells that nobody knows anything of the text.
func (rt *router) strange() bool {
	return !slices.ContainsFunc(rt.lanes, func(l *lane) bool { return l.lines > 0 })
}

// merge puts together what the lanes gave.
func (d *decoder) merge(rt *router, total *catalogue.Summary) {
	listed := total.Matched
	// What a text is called is what it tells most of: prose behind a record
	// counts as lines of its lane.
	most := slices.MaxFunc(rt.lanes, func(a, b *lane) int {
		return cmp.Or(cmp.Compare(a.sum.Matched, b.sum.Matched), cmp.Compare(a.lines, b.lines))
	})
	var events []*catalogue.Event
	for _, l := range rt.lanes {
		l.sum.Ignored = max(0, l.sum.Ignored-l.blanked)
		if l.lines == 0 {
			continue
		}
		events = append(events, l.events...)
		d.dropped += l.dropped
		if l != most { // the smaller parts of a mixed text keep their own coverage
			d.cover(l.sum, l.sum.Dialect)
			l.sum.From, l.sum.To = nil, nil
		}
		d.take(l.sum, l.err, total)
	}
	slices.SortStableFunc(events, func(a, b *catalogue.Event) int { return cmp.Compare(a.Line, b.Line) })
	for _, e := range events {
		d.logEvent(e)
	}
	total.Unknown += rt.unknown
	total.Ignored = max(0, total.Ignored-listed)
	switch {
	case most.lines > 0:
		d.in.Kind = cmp.Or(most.sum.Dialect, d.in.Kind, KindUnknown)
	case d.in.Kind == "":
		d.in.Kind = KindUnknown
		d.problem("line 1", "no line of a known dialect and no listing")
	}
	d.summary(total)
}

// chunk sends whole lines.
func (rt *router) chunk(text []byte) {
	for _, l := range rt.lanes {
		l.buf = append(l.buf[:0], text...)
	}
	for at := 0; at < len(text); {
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += at
		}
		rt.line(text, at, end)
		at = end + 1
	}
	for _, l := range rt.lanes {
		// It fails only when the lane ended, which says why by itself.
		_, _ = l.w.Write(l.buf)
	}
}

// line blanks in every lane what is not for it.
func (rt *router) line(text []byte, from, end int) {
	rt.pieces = lines.Split(text[from:end], rt.pieces[:0])
	for _, l := range rt.lanes {
		l.mine = false
	}
	at, known := from, false
	for i, p := range rt.pieces {
		to := end
		if i+1 < len(rt.pieces) {
			// A piece is a part of the line: what lies behind its start tells
			// where that is.
			to = min(end, max(at, cap(text)-cap(rt.pieces[i+1].Text)))
		}
		known = rt.piece(p) || known
		for k, l := range rt.lanes {
			if k == rt.current {
				l.mine = true
			} else {
				blank(l.buf[at:to])
			}
		}
		at = to
	}
	for _, l := range rt.lanes {
		if l.mine && len(bytes.TrimSpace(text[from:end])) > 0 {
			l.lines++
		}
		if !l.mine {
			l.blanked++
		}
	}
	if rt.current < 0 && !known && len(bytes.TrimSpace(text[from:end])) > 0 {
		rt.unknown++
	}
}

// piece finds out whose a piece is. What begins no record continues the one
// before it. It tells whether anybody knows the piece.
func (rt *router) piece(p lines.Piece) bool {
	switch p.Kind {
	case lines.Phone:
		rt.current = tonguePhone
		return true
	case lines.SDI, lines.SDL:
		rt.current = tongueTrace
		return true
	case lines.Blank, lines.Comment:
		return true
	}
	best, who, twice := 0, -1, false
	for k, l := range rt.lanes {
		switch _, score := l.sniff(p.Text); {
		case score > best:
			best, who, twice = score, k, false
		case score == best:
			twice = true
		}
	}
	if who < 0 {
		return false
	}
	if !twice || rt.current < 0 {
		rt.current = who
	}
	return true
}

// plain makes UTF-8 with whole lines of a text in another encoding.
type plain struct {
	rd   *lines.Reader
	left []byte
}

func plainText(r io.Reader) *plain { return &plain{rd: lines.NewReader(r)} }

func (p *plain) Read(b []byte) (int, error) {
	for len(p.left) == 0 {
		if !p.rd.Next() {
			return 0, io.EOF
		}
		p.left = p.rd.Chunk()
	}
	n := copy(b, p.left)
	p.left = p.left[n:]
	return n, nil
}

// tell reports what could not be read of a text in another encoding.
func (d *decoder) tell(p *plain) {
	for _, q := range p.rd.Problems() {
		d.in.Problems = append(d.in.Problems, evidence.Problem(q))
	}
}

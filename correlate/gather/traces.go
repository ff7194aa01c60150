package gather

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"trustline/correlate/evidence"
	"trustline/correlate/secret"
	"trustline/phonelog"
	"trustline/phonelog/catalogue"
	"trustline/tvstrace"
)

// text tells that the parts of a series are traces: the first of them that can
// be read begins as a text does.
func text(parts []Input) bool {
	for _, p := range parts {
		r, err := p.Open()
		if err != nil {
			continue
		}
		head, _ := readUpTo(nil, r, sniffLen)
		r.Close()
		if len(head) > 0 {
			return sniff(head) == "text"
		}
	}
	return false
}

// TraceDialect names the dialect of a server's trace by its first bytes, ""
// when they are none. It tells whether files can be parts of one trace.
func TraceDialect(head []byte) string {
	if sniff(head) != "text" {
		return ""
	}
	dialect, score := tvstrace.Sniff(head)
	if _, phone := phonelog.Sniff(head); phone >= score {
		return ""
	}
	return dialect
}

// traceSeries reads the parts of a rotated trace as one: connections, questions
// and the clock go on from one to the next. Each is an input of its own, and
// every place names the part and the line in it. stream takes the events and
// flush ends those of a part, nil for both: they are kept.
func traceSeries(list []Input, opt Options, stream func(*evidence.Event), flush func()) *evidence.Bundle {
	d := newDecoder(opt)
	d.stream = stream
	t := &traceDecoder{decoder: d, list: list, flush: flush}
	inputs := make([]evidence.Input, len(list))
	for i, p := range list {
		inputs[i] = evidence.Input{Name: p.Name, Bytes: max(p.Size, 0), Series: &evidence.Series{Name: list[0].Name, Part: i + 1, Parts: len(list)}}
		d.in = &inputs[i]
		if err := t.part(i, p); err != nil {
			d.failed(err)
			t.gap = "the part " + p.Name + " cannot be read"
		}
		if flush != nil && i < len(list)-1 {
			flush()
		}
	}
	t.series.Close(d.logEvent)
	if flush != nil {
		flush()
	}
	d.b.Header.Inputs = inputs
	for _, row := range t.rows {
		d.b.Coverage = append(d.b.Coverage, *row)
	}
	d.hinted(list[len(list)-1].Hints)
	return d.b
}

// traceDecoder reads a rotated trace.
type traceDecoder struct {
	*decoder
	list   []Input
	flush  func()
	series tvstrace.Series
	rows   []*evidence.Coverage // spans without a gap
	gap    string               // why the next part does not follow the one before
}

// part reads one part.
func (t *traceDecoder) part(i int, p Input) error {
	t.kept = 0
	if p.Missing > 0 {
		t.gap = fmt.Sprintf("%d parts before %s are missing, by their numbers", p.Missing, p.Name)
		t.problem("line 1", fmt.Sprintf("before it %d parts of the rotated trace are missing, by their numbers", p.Missing))
	}
	f, err := p.Open()
	if err != nil {
		return fmt.Errorf("gather: %s: %w", p.Name, err)
	}
	defer f.Close()
	var r io.Reader
	var sum *counter
	var count *tally
	if t.stream == nil {
		sum = newCounter(f)
		r = sum
	} else {
		count = &tally{r: f}
		r = count
	}
	s, err := t.scan(r)
	if sum != nil {
		sum.finish(t.in)
	} else {
		t.in.Bytes = max(t.in.Bytes, count.n)
	}
	t.stretch(s)
	if err != nil {
		t.gap = "the part " + p.Name + " ends early"
	}
	return nil
}

// scan reads the text of a part. Its first bytes tell whether it is one.
func (t *traceDecoder) scan(r io.Reader) (*catalogue.Summary, error) {
	head, err := readUpTo(nil, r, sniffLen)
	if kind := sniff(head); kind != "text" {
		if kind == KindEmpty {
			t.in.Kind = KindEmpty
			t.problem("", "the file is empty")
		} else {
			t.foreign(head)
		}
		return &catalogue.Summary{}, err
	}
	rest := io.MultiReader(bytes.NewReader(head), r)
	if err != nil {
		rest = io.MultiReader(bytes.NewReader(head), failing{err})
	}
	s, err := t.series.Scan(secret.Reader(rest), t.logEvent)
	total := &catalogue.Summary{}
	t.take(s, err, total)
	total.Lines = s.Lines
	t.in.Kind = s.Dialect
	if s.Matched == 0 && s.Ignored == 0 {
		t.in.Kind = KindUnknown
	}
	t.counts(total)
	if s.From != nil && s.To != nil {
		t.in.From, t.in.To = &s.From.Text, &s.To.Text
	}
	return s, err
}

// failing is a reader that failed before.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// stretch adds a part to the span that it continues, or begins one.
func (t *traceDecoder) stretch(s *catalogue.Summary) {
	if s.From == nil || s.To == nil {
		return
	}
	n := len(t.rows)
	service := coverageOf(t.in.Kind)
	if n > 0 && t.gap == "" && t.rows[n-1].Service == service {
		row := t.rows[n-1]
		row.To = clock(s.To)
		row.Level = level(s, row.Level)
		return
	}
	row := &evidence.Coverage{Kind: "coverage", Input: t.in.Name, Service: service, From: clock(s.From), To: clock(s.To), Gaps: []string{}, Level: level(s, "")}
	if t.gap != "" {
		row.Gaps = append(row.Gaps, t.gap)
		if n > 0 && !slices.Contains(t.rows[n-1].Gaps, t.gap) {
			t.rows[n-1].Gaps = append(t.rows[n-1].Gaps, t.gap)
		}
		t.gap = ""
	}
	t.rows = append(t.rows, row)
}

// Levels of a trace.
const (
	levelDetailed = "detailed"
	levelLow      = "not-detailed"
)

// level says at which level a trace was written, given what an earlier part of
// it showed.
func level(s *catalogue.Summary, before string) string {
	switch {
	case s.Detailed == nil:
		return before
	case *s.Detailed || before == levelDetailed:
		return levelDetailed
	}
	return levelLow
}

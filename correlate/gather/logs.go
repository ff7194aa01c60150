package gather

import (
	"bytes"
	"fmt"
	"io"

	"trustline/correlate/evidence"
	"trustline/dissect/trustlist"
	"trustline/phonelog"
	"trustline/phonelog/catalogue"
	"trustline/tvstrace"
)

// text reads an input that is text: facts, a console log, a trace, pasted
// listings, or several of these in one ticket.
func (d *decoder) text(r io.Reader) {
	var kept bytes.Buffer // the beginning, for listings
	head, err := io.ReadAll(io.LimitReader(r, sniffLen))
	if err != nil {
		d.problem(fmt.Sprintf("byte %d", len(head)), err.Error())
	}
	r = io.MultiReader(bytes.NewReader(head), r)
	if looksLikeFacts(head) {
		d.factsFile(r)
		return
	}
	r = io.TeeReader(r, &limited{w: &kept, left: maxText})
	phone, pScore := phonelog.Sniff(head)
	trace, tScore := tvstrace.Sniff(head)
	var sum *catalogue.Summary
	switch {
	case pScore == 0 && tScore == 0:
		d.in.Kind = KindUnknown
		sum = countLines(r)
	case pScore >= tScore:
		d.in.Kind = phone
		sum, err = phonelog.Scan(r, d.logEvent)
	default:
		d.in.Kind = trace
		sum, err = tvstrace.Scan(r, d.logEvent)
	}
	if err != nil {
		d.problem("", err.Error())
	}
	d.listings(kept.Bytes(), sum)
	d.summary(sum)
	if d.in.Kind == KindUnknown && len(d.b.Objects) == 0 {
		d.problem("line 1", "no line of a known dialect and no listing")
	}
}

// limited keeps the first bytes that pass.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	if n > 0 {
		if _, err := l.w.Write(p[:n]); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// countLines reads a text of no known dialect: every line counts as unknown.
func countLines(r io.Reader) *catalogue.Summary {
	s := &catalogue.Summary{}
	buf := make([]byte, 64<<10)
	last := byte('\n')
	for {
		n, err := r.Read(buf)
		if n > 0 {
			s.Lines += bytes.Count(buf[:n], []byte("\n"))
			last = buf[n-1]
		}
		if err != nil {
			break
		}
	}
	if last != '\n' {
		s.Lines++
	}
	s.Unknown = s.Lines
	return s
}

// listings finds pasted `show itl` and `show ctl` output. Its lines were
// unknown to the log dialect and are known now.
func (d *decoder) listings(text []byte, sum *catalogue.Summary) {
	for _, f := range trustlist.ParseListings(text) {
		at := evidence.Place{Input: d.in.Name, Line: f.Line, EndLine: f.EndLine}
		if f.Missing {
			d.b.Events = append(d.b.Events, evidence.Event{Kind: "event", Place: at, Dialect: "show-" + f.Kind, Event: "cli_list_not_found", Text: fmt.Sprintf("%s file not found", f.Kind), Detail: map[string]string{"list": f.Kind}})
		} else {
			d.list(f, at)
		}
		if d.in.Kind == KindUnknown {
			d.in.Kind = "show-" + f.Kind
		}
		if sum != nil {
			n := f.EndLine - f.Line + 1
			sum.Matched += n
			sum.Unknown = max(0, sum.Unknown-n)
			for i := 0; i < len(sum.Samples); {
				if s := sum.Samples[i]; s.Line >= f.Line && s.Line <= f.EndLine {
					sum.Samples = append(sum.Samples[:i], sum.Samples[i+1:]...)
					continue
				}
				i++
			}
		}
		for _, p := range f.Problems {
			d.problem(fmt.Sprintf("line %d", f.Line), p)
		}
	}
}

// logEvent takes over one decoded record.
func (d *decoder) logEvent(e *catalogue.Event) {
	out := evidence.Event{Kind: "event", Place: evidence.Place{Input: d.in.Name, Line: e.Line, EndLine: e.EndLine}, Clock: clock(e.Clock),
		Dialect: e.Dialect, Event: e.Name, Phone: e.Phone, Address: e.Address, Server: e.Server, Text: e.Text, Detail: map[string]string{}}
	for k, v := range e.Detail {
		out.Detail[k] = v
	}
	d.b.Events = append(d.b.Events, out)
}

func clock(c *catalogue.Clock) *evidence.Clock {
	if c == nil {
		return nil
	}
	return &evidence.Clock{Dated: c.Dated, NoYear: c.YearUnknown, Seconds: c.Seconds, Nanos: c.Nanos, Step: c.Step, Boot: c.Boot, Text: c.Text}
}

// summary takes over the counts of a text and what it covers.
func (d *decoder) summary(s *catalogue.Summary) {
	if s == nil {
		return
	}
	d.in.Lines, d.in.Matched, d.in.Ignored, d.in.Unknown = &s.Lines, &s.Matched, &s.Ignored, &s.Unknown
	for _, m := range s.Samples {
		d.in.Samples = append(d.in.Samples, evidence.Sample{Line: m.Line, Count: m.Count, Text: m.Text})
	}
	for _, p := range s.Problems {
		d.problem(p.Where, p.What)
	}
	if s.From == nil || s.To == nil {
		return
	}
	d.in.From, d.in.To = &s.From.Text, &s.To.Text
	c := evidence.Coverage{Kind: "coverage", Input: d.in.Name, Service: coverageOf(d.in.Kind), From: clock(s.From), To: clock(s.To), Gaps: []string{}}
	for _, g := range s.SeqGaps {
		c.Gaps = append(c.Gaps, fmt.Sprintf("line %d: sequence numbers %d to %d are missing", g.Line, g.FromSeq+1, g.ToSeq-1))
	}
	if len(c.Gaps) > maxGaps {
		c.Gaps = append(c.Gaps[:maxGaps], fmt.Sprintf("and %d further holes in the sequence numbers", len(c.Gaps)-maxGaps))
	}
	if s.Phone != "" {
		c.Note = "phone " + s.Phone
	}
	d.b.Coverage = append(d.b.Coverage, c)
}

// maxGaps is how many holes of a log are named one by one.
const maxGaps = 8

func coverageOf(kind string) string {
	switch kind {
	case "phone-secd", "phone-secureapp":
		return "console"
	case "phone-status":
		return "status"
	case "tvs-sdi":
		return "tvs-trace"
	case "capf-sdi":
		return "capf-trace"
	}
	return kind
}

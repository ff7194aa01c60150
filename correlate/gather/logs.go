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
// listings, or several of these in one ticket. A text of moderate size is held
// in memory and every line goes to the dialect it belongs to; a larger one is
// one log, and streams.
func (d *decoder) text(r io.Reader) {
	head, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err != nil {
		d.problem(fmt.Sprintf("byte %d", len(head)), err.Error())
	}
	switch {
	case looksLikeFacts(head[:min(len(head), sniffLen)]):
		d.factsFile(io.MultiReader(bytes.NewReader(head), r))
	case len(head) <= maxText && !isUTF16(head):
		d.mixed(head)
	default:
		d.oneLog(head[:min(len(head), sniffLen)], io.MultiReader(bytes.NewReader(head), r))
	}
}

// oneLog streams a text to the dialect that its beginning shows.
func (d *decoder) oneLog(head []byte, r io.Reader) {
	phone, p := phonelog.Sniff(head)
	trace, t := tvstrace.Sniff(head)
	scan, kind := phonelog.Scan, phone
	if t > p {
		scan, kind = tvstrace.Scan, trace
	}
	if p == 0 && t == 0 {
		kind = KindUnknown
		d.problem("line 1", "no line of a known dialect")
	}
	sum, err := scan(r, d.logEvent)
	d.in.Kind = kind
	if err != nil {
		d.problem("", err.Error())
	}
	d.summary(sum)
}

// mixed reads a text that may hold several things. Listings are found first
// and their lines blanked out; what is left goes line by line to the phone's
// dialects or the servers', each seeing blank lines in place of the other's,
// so that line numbers stay and no line is counted twice.
func (d *decoder) mixed(text []byte) {
	total := catalogue.Summary{}
	text = d.listings(text, &total)
	phone, trace := split(text)
	scans := []struct {
		route
		scan func(io.Reader, func(*catalogue.Event)) (*catalogue.Summary, error)
		name func([]byte) (string, int)
	}{{phone, phonelog.Scan, phonelog.Sniff}, {trace, tvstrace.Scan, tvstrace.Sniff}}
	most := 0
	for _, s := range scans {
		if s.lines == 0 {
			continue
		}
		sum, err := s.scan(bytes.NewReader(s.text), d.logEvent)
		if err != nil {
			d.problem("", err.Error())
		}
		if kind, score := s.name(s.text); score > 0 && s.lines > most {
			d.in.Kind, most = kind, s.lines
		}
		sum.Ignored = max(0, sum.Ignored-s.blanked)
		if s.lines != most && most > 0 { // the smaller part of a mixed text keeps its own coverage
			d.cover(sum, dialectOf(sum, d.in.Kind))
			sum.From, sum.To = nil, nil
		}
		total.Matched, total.Ignored, total.Unknown = total.Matched+sum.Matched, total.Ignored+sum.Ignored, total.Unknown+sum.Unknown
		total.Samples, total.Problems = append(total.Samples, sum.Samples...), append(total.Problems, sum.Problems...)
		total.SeqGaps = append(total.SeqGaps, sum.SeqGaps...)
		if sum.From != nil {
			total.From, total.To, total.Phone = sum.From, sum.To, sum.Phone
		}
	}
	total.Lines = lineCount(text)
	if phone.lines == 0 && trace.lines == 0 {
		total.Unknown += nonBlank(text)
		if d.in.Kind == "" {
			d.in.Kind = KindUnknown
			d.problem("line 1", "no line of a known dialect and no listing")
		}
	}
	d.summary(&total)
}

func dialectOf(sum *catalogue.Summary, other string) string {
	if sum.Dialect != "" {
		return sum.Dialect
	}
	return other
}

// route is a text with the lines of others blanked out.
type route struct {
	text    []byte
	lines   int // lines that stayed and are not blank
	blanked int
}

// split routes lines by the dialect of their head. A line that begins no
// record continues the one before it.
func split(text []byte) (phone, trace route) {
	_, p := phonelog.Sniff(text)
	_, t := tvstrace.Sniff(text)
	switch {
	case t == 0 && p > 0:
		return route{text: text, lines: nonBlank(text)}, route{}
	case p == 0 && t > 0:
		return route{}, route{text: text, lines: nonBlank(text)}
	case p == 0 && t == 0:
		return route{}, route{}
	}
	phone.text, trace.text = bytes.Clone(text), bytes.Clone(text)
	current := 0 // 1 phone, 2 trace, 0 before any record
	for at := 0; at < len(text); {
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += at
		}
		line := text[at:end]
		_, p := phonelog.Sniff(line)
		_, t := tvstrace.Sniff(line)
		switch {
		case p > t:
			current = 1
		case t > p:
			current = 2
		}
		blankLine := len(bytes.TrimSpace(line)) == 0
		switch {
		case current == 2:
			blank(phone.text[at:end])
			phone.blanked++
			if !blankLine {
				trace.lines++
			}
		default: // lines before the first record are the phone scanner's to count
			blank(trace.text[at:end])
			trace.blanked++
			if !blankLine && current == 1 {
				phone.lines++
			}
		}
		at = end + 1
	}
	return phone, trace
}

// blank overwrites a line with blanks; its end stays.
func blank(b []byte) {
	for i := range b {
		if b[i] != '\r' && b[i] != '\n' {
			b[i] = ' '
		}
	}
}

func lineCount(b []byte) int {
	n := bytes.Count(b, []byte("\n"))
	if len(b) > 0 && b[len(b)-1] != '\n' {
		n++
	}
	return n
}

func nonBlank(b []byte) int {
	n := 0
	for l := range bytes.Lines(b) {
		if len(bytes.TrimSpace(l)) > 0 {
			n++
		}
	}
	return n
}

// listings finds pasted `show itl` and `show ctl` output, makes evidence of it
// and gives the text without its lines.
func (d *decoder) listings(text []byte, total *catalogue.Summary) []byte {
	found := trustlist.ParseListings(text)
	if len(found) == 0 {
		return text
	}
	rest := bytes.Clone(text)
	for _, f := range found {
		at := evidence.Place{Input: d.in.Name, Line: f.Line, EndLine: f.EndLine}
		if f.Missing {
			d.b.Events = append(d.b.Events, evidence.Event{Kind: "event", Place: at, Dialect: "show-" + f.Kind, Event: "cli_list_not_found", Text: fmt.Sprintf("%s file not found", f.Kind), Detail: map[string]string{"list": f.Kind}})
		} else {
			d.list(f, at)
		}
		if d.in.Kind == "" {
			d.in.Kind = "show-" + f.Kind
		}
		for _, p := range f.Problems {
			d.problem(fmt.Sprintf("line %d", f.Line), p)
		}
		total.Matched += blankLines(rest, f.Line, f.EndLine)
	}
	return rest
}

// blankLines blanks the lines from first to last and counts those that were
// not blank before.
func blankLines(text []byte, first, last int) int {
	n, count := 0, 0
	for at := 0; at < len(text); {
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += at
		}
		if n++; n >= first && n <= last {
			if len(bytes.TrimSpace(text[at:end])) > 0 {
				count++
			}
			blank(text[at:end])
		}
		at = end + 1
	}
	return count
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
	return &evidence.Clock{Dated: c.Dated, Local: c.Local, NoYear: c.YearUnknown, Seconds: c.Seconds, Nanos: c.Nanos, Step: c.Step, Boot: c.Boot, Text: c.Text}
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
	d.cover(s, d.in.Kind)
}

// cover says from when to when a log speaks, and where records are missing.
func (d *decoder) cover(s *catalogue.Summary, kind string) {
	if s.From == nil || s.To == nil {
		return
	}
	c := evidence.Coverage{Kind: "coverage", Input: d.in.Name, Service: coverageOf(kind), From: clock(s.From), To: clock(s.To), Gaps: []string{}}
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

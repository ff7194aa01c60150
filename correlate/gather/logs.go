package gather

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"trustline/correlate/evidence"
	"trustline/dissect/trustlist"
	"trustline/phonelog"
	"trustline/phonelog/catalogue"
	"trustline/phonelog/pasted"
	"trustline/tvstrace"
)

// tongue is a package that reads logs.
type tongue struct {
	scan  func(io.Reader, func(*catalogue.Event)) (*catalogue.Summary, error)
	sniff func([]byte) (dialect string, score int)
}

// The tongues by their place in tongues.
const (
	tonguePhone = iota
	tongueTrace
	tonguePasted
)

func tongues() []tongue {
	return []tongue{
		tonguePhone:  {phonelog.Scan, phonelog.Sniff},
		tongueTrace:  {tvstrace.Scan, tvstrace.Sniff},
		tonguePasted: {pasted.Scan, pasted.Sniff},
	}
}

// text reads an input that is text: facts, a console log, a trace, pasted
// listings, or several of these in one ticket. head is its beginning and r the
// rest. A text of moderate size is held in memory and searched for listings; a
// larger one streams.
func (d *decoder) text(head []byte, r io.Reader) {
	if isUTF16(head) {
		u := plainText(io.MultiReader(bytes.NewReader(head), r))
		defer d.tell(u)
		head, _ = readUpTo(nil, u, sniffLen)
		r = u
	}
	head = bytes.TrimPrefix(head, []byte(utf8Mark))
	head, r = d.withoutKeys(head, r)
	if looksLikeFacts(head) {
		d.factsFile(io.MultiReader(bytes.NewReader(head), r))
		return
	}
	if d.in.Bytes <= maxText {
		var err error
		if head, err = readUpTo(head, r, maxText+1); err != nil {
			d.problem(fmt.Sprintf("byte %d", len(head)), err.Error())
			r = bytes.NewReader(nil) // it was told once
		}
		if len(head) <= maxText {
			d.held(head)
			return
		}
	}
	d.log(head[:min(len(head), sniffLen)], io.MultiReader(bytes.NewReader(head), r), &catalogue.Summary{})
}

// held reads a text in memory. Listings are found first and their lines blanked
// out, so that line numbers stay and no line is counted twice.
func (d *decoder) held(text []byte) {
	total := &catalogue.Summary{}
	text = d.listings(text, total)
	d.log(text, bytes.NewReader(text), total)
}

// log reads a text that begins with head: by the one dialect that it speaks, or
// line by line.
func (d *decoder) log(head []byte, r io.Reader, total *catalogue.Summary) {
	all := tongues()
	spoken, last := 0, 0
	for i := range all {
		if _, score := all[i].sniff(head); score > 0 {
			spoken, last = spoken+1, i
		}
	}
	if spoken != 1 {
		d.routed(all, r, total)
		return
	}
	sum, err := all[last].scan(r, d.logEvent)
	d.take(sum, err, total)
	total.Lines = sum.Lines
	total.Ignored -= total.Matched - sum.Matched // lines of listings, which were blanked
	d.in.Kind = cmp.Or(sum.Dialect, d.in.Kind, KindUnknown)
	d.summary(total)
}

// take adds the counts of a scan to those of the input.
func (d *decoder) take(sum *catalogue.Summary, err error, total *catalogue.Summary) {
	total.Matched, total.Ignored, total.Unknown = total.Matched+sum.Matched, total.Ignored+sum.Ignored, total.Unknown+sum.Unknown
	total.Samples, total.SeqGaps = append(total.Samples, sum.Samples...), append(total.SeqGaps, sum.SeqGaps...)
	total.Problems = append(total.Problems, sum.Problems...)
	if err != nil && !says(sum.Problems, err) {
		total.Problems = append(total.Problems, catalogue.Problem{What: err.Error()})
	}
	if sum.Detailed != nil {
		total.Detailed = sum.Detailed
	}
	if sum.From != nil {
		total.From, total.To, total.Phone = sum.From, sum.To, sum.Phone
	}
}

// says tells that an error is among the problems.
func says(list []catalogue.Problem, err error) bool {
	for _, p := range list {
		if strings.Contains(p.What, err.Error()) {
			return true
		}
	}
	return false
}

// readUpTo reads until n bytes are there, or all.
func readUpTo(b []byte, r io.Reader, n int) ([]byte, error) {
	for len(b) < n {
		if len(b) == cap(b) {
			b = append(make([]byte, 0, min(n, max(4*cap(b), sniffLen))), b...)
		}
		k, err := r.Read(b[len(b):min(cap(b), n)])
		b = b[:len(b)+k]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
	return b, nil
}

// blank overwrites a line with blanks; its end stays.
func blank(b []byte) {
	for i := range b {
		if b[i] != '\r' && b[i] != '\n' {
			b[i] = ' '
		}
	}
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
			d.put(&evidence.Event{Kind: "event", Place: at, Dialect: "show-" + f.Kind, Event: eventListNotFound, Text: fmt.Sprintf("%s file not found", f.Kind), Detail: map[string]string{"list": f.Kind}})
		} else if d.list(f, at); d.stream != nil {
			d.put(listingEvent(f, at))
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

// listingEvent is what the listing of events says of a pasted list. In evidence
// it is an object instead, record by record.
func listingEvent(f *trustlist.File, at evidence.Place) *evidence.Event {
	detail := map[string]string{}
	set := func(k, v string) {
		if v != "" {
			detail[k] = v
		}
	}
	number := func(k string, n int) {
		if n > 0 {
			detail[k] = strconv.Itoa(n)
		}
	}
	set("md5", f.MD5)
	set("sha1", f.SHA1)
	set("modified", f.Modified)
	set("signer", f.Signer.Name)
	set("serial", f.Signer.Serial)
	set("said", strings.Join(f.Asserted, " "))
	number("length", f.Length)
	number("records", len(f.Records))
	var functions []string // of the records, in their order
	for i := range f.Records {
		functions = append(functions, strings.Join(f.Records[i].Functions, "+"))
	}
	set("functions", strings.Join(functions, ","))
	return &evidence.Event{Kind: "event", Place: at, Dialect: "show-" + f.Kind, Event: eventListing + f.Kind, Text: "show " + f.Kind, Detail: detail}
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

// logEvent takes over one decoded record, with its details.
func (d *decoder) logEvent(e *catalogue.Event) {
	out := &evidence.Event{Kind: "event", Place: evidence.Place{Input: d.in.Name, Line: e.Line, EndLine: e.EndLine}, Clock: d.clockOf(e.Clock),
		Dialect: e.Dialect, Event: e.Name, Phone: e.Phone, Address: e.Address, Server: e.Server, Text: e.Text, Detail: e.Detail}
	if out.Detail == nil {
		out.Detail = map[string]string{}
	}
	d.messages(out)
	d.put(out)
}

// maxEvents is how many events of one text, or part of a series, are kept: a trace of 300 MB has some
// 80,000. Beyond them is a trace that was blown up to fill the memory.
const maxEvents = 250_000

// put takes an event of a text.
func (d *decoder) put(e *evidence.Event) {
	switch {
	case d.stream != nil:
		d.stream(e)
	case d.kept < maxEvents:
		d.kept++
		d.b.Events = append(d.b.Events, *e)
	default:
		d.dropped++
	}
}

// toldDropped says how many events were not kept.
func (d *decoder) toldDropped() {
	if d.dropped > 0 {
		d.problem("events", fmt.Sprintf("more than %d events: %d further ones were not kept", maxEvents, d.dropped))
		d.dropped = 0
	}
}

// clockOf is clock, which in a stream several events of one millisecond share:
// nobody changes it there.
func (d *decoder) clockOf(c *catalogue.Clock) *evidence.Clock {
	if d.stream == nil || c == nil {
		return clock(c)
	}
	if d.clock == nil || *c != d.stamp {
		d.stamp, d.clock = *c, clock(c)
	}
	return d.clock
}

func clock(c *catalogue.Clock) *evidence.Clock {
	if c == nil {
		return nil
	}
	return &evidence.Clock{Dated: c.Dated, Local: c.Local, NoYear: c.YearUnknown, Seconds: c.Seconds, Nanos: c.Nanos, Step: c.Step, Boot: c.Boot, Text: c.Text}
}

// summary takes over the counts of a text and what it covers.
func (d *decoder) summary(s *catalogue.Summary) {
	d.counts(s)
	if s.From == nil || s.To == nil {
		return
	}
	d.in.From, d.in.To = &s.From.Text, &s.To.Text
	d.cover(s, d.in.Kind)
}

// counts takes over what a scan counted.
func (d *decoder) counts(s *catalogue.Summary) {
	d.toldDropped()
	d.in.Lines, d.in.Matched, d.in.Ignored, d.in.Unknown = &s.Lines, &s.Matched, &s.Ignored, &s.Unknown
	for _, m := range s.Samples {
		d.in.Samples = append(d.in.Samples, evidence.Sample{Line: m.Line, Count: m.Count, Text: m.Text})
	}
	for _, p := range s.Problems {
		d.problem(p.Where, p.What)
	}
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
	c.Level = level(s, "")
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

package tvstrace

import (
	"bytes"
	"fmt"
	"time"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// assembler puts the records of all chunks together.
type assembler struct {
	emit    func(*catalogue.Event)
	track   lines.Tracker
	tally   lines.Tally
	dialect string // of the records at hand
	counts  map[string]int
	phones  map[string]bool
	phone   string
	matched int
	ignored int
	base    int    // line number of the chunk's first line
	data    []byte // of the chunk
	begun   bool
	from    *catalogue.Clock // of the first record of the part
	boots   int              // restarts before it
	detail  bool             // a line that only a detailed trace has
	hex     []byte           // bytes of the chunk's dumps
	clock   *catalogue.Clock // of the record before
	clockAt int32
	noted   bool

	foreign   int // records of a phone's console
	foreignAt int // line of the first

	// a record that no pattern knows, which may go on in the next line
	wrapped  record
	wrapLine int // 0 when there is none
	wrapEnd  int
	wrapText []byte
	wrapRaw  []byte
	swallow  int // lines without a head that belong to the last event

	listing  listing
	platform platform

	session session
}

func newAssembler() *assembler {
	a := &assembler{counts: map[string]int{}, phones: map[string]bool{}}
	a.session.a = a
	a.session.init()
	return a
}

// rollOver begins the next part of a series.
func (a *assembler) rollOver() {
	clear(a.counts)
	clear(a.phones)
	a.tally = lines.Tally{}
	a.phone, a.matched, a.ignored, a.swallow = "", 0, 0, 0
	a.from, a.boots, a.detail = nil, a.track.Boot(), false
	a.foreign = 0
	a.session.rollOver()
}

func (a *assembler) chunk(c *chunk) {
	a.base, a.data = c.line, c.data
	a.hex = c.hex
	a.ignored += c.ignored
	a.detail = a.detail || c.detailed
	if !a.begun {
		a.begun = true
		a.dialect = dialectOf(c.data)
	}
	if !a.noted {
		a.note(c.first, c.firstDate)
	}
	for i := range c.records {
		a.record(&c.records[i])
	}
	a.note(c.last, c.lastDate)
}

// dialectOf looks for the words of the services in the start of a trace. The
// connection lines of TVS and CAPF are the same, and stand before the first
// line that tells which it is.
func dialectOf(data []byte) string {
	data = data[:min(len(data), 256<<10)]
	sdl := false
	for _, l := range lines.Lines(data) {
		var h head
		if h.parse(l) {
			sdl = h.sdl
			break
		}
	}
	best, at := "", len(data)
	for _, w := range [...]struct{ word, sdi, sdl string }{
		{"TVS", DialectTVS, DialectTVS},
		{"tvs", DialectTVS, DialectTVS},
		{"getCertificateInformation", DialectTVS, DialectTVS},
		{"CAPF_", DialectCAPF, DialectCAPF},
		{"CAPF CORE", DialectCAPF, DialectCAPF},
		{"TFTPEngine", DialectTFTP, DialectTFTPSDL},
		{"HTTPServer", DialectTFTP, DialectTFTPSDL},
		{"HTTPConnection::", DialectTFTP, DialectTFTPSDL},
		{"ServeFile", DialectTFTP, DialectTFTPSDL},
		{"StationD", DialectCM, DialectCMSDL},
		{"SSLTCPListener", DialectCM, DialectCMSDL},
		{"HandleSSLError", DialectCM, DialectCMSDL},
	} {
		if i := bytes.Index(data[:at], []byte(w.word)); i >= 0 {
			at = i
			best = w.sdi
			if sdl {
				best = w.sdl
			}
		}
	}
	switch {
	case best != "":
		return best
	case sdl:
		return DialectCMSDL
	}
	return DialectTVS
}

// served makes the dialect that of a service which phones connect to: TVS or
// CAPF, by the words that follow. Records of another server may stand before.
func (a *assembler) served(r *record) {
	if a.dialect == DialectTVS || a.dialect == DialectCAPF {
		return
	}
	rest := a.data
	for range r.line {
		rest = rest[bytes.IndexByte(rest, '\n')+1:]
	}
	a.dialect = DialectTVS
	if dialectOf(rest[:min(len(rest), servedAhead)]) == DialectCAPF {
		a.dialect = DialectCAPF
	}
}

// servedAhead is how far it is looked for those words: a connection and its
// first message are some ten lines apart.
const servedAhead = 16 << 10

// time gives the clock of a record.
func (a *assembler) time(at, date int32) *catalogue.Clock {
	if at < 0 {
		return nil
	}
	a.note(at, date)
	if a.clock == nil || a.clockAt != at || date > 0 {
		a.clock, a.clockAt = a.track.Clock(), at
	}
	return a.clock // most events share their millisecond with another
}

// note follows the time of a record that may be no event.
func (a *assembler) note(at, date int32) {
	if at < 0 {
		return
	}
	if date == 0 && a.noted && a.clockAt == at {
		a.began() // a part may begin at the millisecond where the last one ended
		return
	}
	var b [32]byte
	secs, nanos := int64(at/1000), int32(at%1000)*1_000_000
	if date > 0 {
		text := time.Unix(int64(date)*86400, 0).UTC().AppendFormat(b[:0], "01/02/2006 ")
		a.track.Dated(catalogue.Clock{Dated: true, Local: true, Seconds: int64(date)*86400 + secs, Nanos: nanos, Step: 1e-3, Text: string(timeText(text, at))})
	} else {
		a.track.Note(secs, nanos, false, 1e-3, timeText(b[:0], at))
	}
	a.noted, a.clockAt, a.clock = true, at, nil
	a.began()
}

// dated follows the time of a record that has no head of a trace.
func (a *assembler) dated(c catalogue.Clock) {
	a.track.Dated(c)
	a.noted = false
	a.began()
}

// began notes the clock of the first record of a part.
func (a *assembler) began() {
	if a.from == nil {
		a.from = a.track.Clock()
	}
}

// timeText writes milliseconds of a day as the trace does.
func timeText(b []byte, at int32) []byte {
	two := func(v int32) { b = append(b, '0'+byte(v/10), '0'+byte(v%10)) }
	two(at / 3_600_000)
	b = append(b, ':')
	two(at / 60_000 % 60)
	b = append(b, ':')
	two(at / 1000 % 60)
	b = append(b, '.', '0'+byte(at/100%10))
	two(at % 100)
	return b
}

func (a *assembler) record(r *record) {
	line := a.base + int(r.line)
	if r.kind != formPlain {
		a.settle()
		a.swallow = 0
	}
	switch r.kind {
	case formTime:
		a.note(r.at, r.date)
	case formPhone:
		// Publications print phone and server in turn: the question goes on.
		if a.foreign++; a.foreign == 1 {
			a.foreignAt = line
		}
	case formMatch:
		a.matched++
		a.session.event(r, line)
		a.expect(r.m.Entry.Event)
	case formHex:
		if a.session.rows(a.hex[r.from:r.to], a.base+int(r.end)) {
			a.ignored += int(r.rows)
		} else {
			a.tally.AddMany(line, int(r.rows), r.raw)
		}
	case formUnknown:
		a.keep(r, line)
	case formPlain:
		a.line(r, line)
	}
}

// expect notes that lines without a head follow an event which are part of it:
// the rest of an HTTP request or answer.
func (a *assembler) expect(event string) {
	if event == "http_get" || event == "proxy_fetch" {
		a.swallow = maxSwallow
	}
}

// keep remembers a record that no pattern knows: it may go on in the next line.
func (a *assembler) keep(r *record, line int) {
	a.wrapped, a.wrapLine, a.wrapEnd = *r, line, line
	a.wrapText = append(a.wrapText[:0], r.text...)
	a.wrapRaw = append(a.wrapRaw[:0], r.raw...)
	a.wrapped.text, a.wrapped.raw, a.wrapped.who = nil, nil, bytes.Clone(r.who)
}

// settle gives the remembered record up.
func (a *assembler) settle() {
	if a.wrapLine > 0 {
		a.tally.Add(a.wrapLine, a.wrapText)
		a.wrapLine = 0
	}
}

// joined tries the remembered record with a line that follows it.
func (a *assembler) joined(r *record, line int) bool {
	if a.wrapLine == 0 || line > a.wrapEnd+1 || line >= a.wrapLine+maxWrap || len(a.wrapText)+len(r.text) > maxText {
		return false
	}
	n := len(a.wrapText)
	if n > 1 && a.wrapText[n-1] == '-' && a.wrapText[n-2] != ' ' && isLetterOrDigit(a.wrapText[n-2]) {
		// broken inside a name: "CN=CUCM8-" "Publisher"
	} else {
		a.wrapText = append(a.wrapText, ' ')
		a.wrapRaw = append(a.wrapRaw, ' ')
	}
	a.wrapText = append(a.wrapText, r.text...)
	a.wrapRaw = append(a.wrapRaw, r.text...)
	a.wrapEnd = line
	if !book().Match(a.wrapText, &a.wrapped.m) {
		return true
	}
	start := a.wrapLine
	a.wrapLine = 0
	if a.wrapped.m.Entry.Ignore != "" {
		a.ignored++
		return true
	}
	a.matched++
	a.wrapped.text, a.wrapped.raw = a.wrapText, a.wrapRaw
	a.session.event(&a.wrapped, start)
	a.expect(a.wrapped.m.Entry.Event)
	return true
}

// line is a line without a head. "HEX_DUMP: Len = N:" and "Decoded Phone Msg:"
// stand alone, since the message before them begins with a line break; others
// are the rest of a record, platform logs, alarms or listings.
func (a *assembler) line(r *record, line int) {
	if a.listing.line(a, r.text, line) || a.platform.line(a, r.text, line) {
		a.settle()
		return
	}
	var m catalogue.Match
	if book().Match(r.text, &m) {
		a.settle()
		if m.Entry.Ignore != "" {
			a.ignored++
			return
		}
		r.m = m
		a.matched++
		a.session.event(r, line)
		return
	}
	if a.joined(r, line) {
		return
	}
	a.settle()
	if a.swallow > 0 {
		a.swallow--
		a.ignored++
		return
	}
	a.tally.Add(line, r.text)
}

func (a *assembler) send(e *catalogue.Event) {
	a.counts[e.Dialect]++
	if e.Phone != "" && e.Phone != a.phone {
		a.phone = e.Phone
		if len(a.phones) < 2 {
			a.phones[e.Phone] = true
		}
	}
	a.emit(e)
}

// rest hands out what cannot go on behind the end of a part.
func (a *assembler) rest() {
	a.settle()
	a.listing.end(a)
	a.platform.end(a)
	a.session.release()
}

// close hands out what is open.
func (a *assembler) close() { a.session.close() }

func (a *assembler) summary() *catalogue.Summary {
	sum := &catalogue.Summary{
		Dialect: a.dialect, Matched: a.matched, Ignored: a.ignored, Unknown: a.tally.Total, Samples: a.tally.Samples(),
		From: a.from, Boots: a.track.Boot() - a.boots,
	}
	if a.from != nil {
		sum.To = a.track.Last()
	}
	for d, n := range a.counts {
		if n > a.counts[sum.Dialect] || n == a.counts[sum.Dialect] && d < sum.Dialect {
			sum.Dialect = d
		}
	}
	switch sum.Dialect {
	case DialectTVS, DialectCAPF, DialectTFTP, DialectTFTPSDL:
		if a.from != nil {
			detailed := a.detail
			sum.Detailed = &detailed
		}
	}
	if len(a.phones) == 1 {
		sum.Phone = a.phone
	}
	if a.tally.Rest > 0 {
		sum.Problems = append(sum.Problems, catalogue.Problem{Where: "unknown messages", What: fmt.Sprintf("%d lines are counted without a sample: too many different ones", a.tally.Rest)})
	}
	if a.foreign > 0 {
		sum.Problems = append(sum.Problems, catalogue.Problem{Where: fmt.Sprintf("line %d", a.foreignAt), What: fmt.Sprintf("%d records of a phone's console among those of the server were not read: give them as a file of their own", a.foreign)})
	}
	sum.Problems = append(sum.Problems, a.session.problems...)
	a.session.problems = nil
	return sum
}

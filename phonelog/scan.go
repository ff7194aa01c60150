package phonelog

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// Bounds of a record.
const (
	// maxWrap is how many continuation lines are joined to a record. A headset
	// inventory printed by a headset-aware phone has 28.
	maxWrap = 64
	// maxRecord is how many bytes of a record are matched and kept; HTTP answers
	// printed whole are cut there.
	maxRecord = 16 << 10
)

// Scan reads a log and hands out its events in order. The summary is never
// nil; the error is that of the stream.
func Scan(r io.Reader, emit func(*catalogue.Event)) (*catalogue.Summary, error) {
	s := &scanner{emit: emit, dialects: map[string]int{}, phones: map[string]bool{}}
	return s.scan(r)
}

func (s *scanner) scan(r io.Reader) (*catalogue.Summary, error) {
	rd := lines.NewReader(r)
	var spare []byte // events copy what they keep, so that a chunk can be used again
	rd.Reuse(func() (b []byte) { b, spare = spare, nil; return b })
	var pieces []lines.Piece
	for rd.Next() {
		s.bytes(rd.Chunk(), rd.Line())
		for n, l := range lines.Lines(rd.Chunk()) {
			pieces = lines.Split(l, pieces[:0])
			for _, p := range pieces {
				s.piece(rd.Line()+n, p)
			}
		}
		spare = rd.Chunk()
	}
	s.alarmClose()
	s.close()
	sum := s.summary()
	sum.Lines = rd.Count()
	sum.Problems = append(sum.Problems, rd.Problems()...)
	return sum, rd.Err()
}

// scanner assembles records from pieces.
type scanner struct {
	emit     func(*catalogue.Event)
	tracks   [3]lines.Tracker // secd, secureapp, status: each prints time in its own way
	tally    lines.Tally
	m        catalogue.Match
	dialects map[string]int
	phones   map[string]bool
	matched  int
	ignored  int

	// the open record
	open    bool
	head    head
	line    int
	endLine int
	buf     []byte // the whole record as it stands
	ends    []int  // where each of its lines ends in buf
	seams   []int  // number of the line of each
	used    int    // index of the last line that the message needed
	awaits  bool   // its text ends before an address, which a page may have moved away
	marks   []byte // room for a text without HTML entities

	alarm   alarm
	spoken  string // dialect of the last record
	session session
	odd     oddities
	note    func(line, end int, e *catalogue.Entry) // tests look at what became of each record
}

// oddities are faults of the input that cost no line, counted with the line of
// the first.
type oddities struct {
	invalid, nuls     int
	invalidAt, nulsAt int
	back              []catalogue.Problem
	moreBack          int
}

// maxBack bounds the list of places where the time runs back.
const maxBack = 20

// bytes looks for what is no text in a chunk.
func (s *scanner) bytes(chunk []byte, line int) {
	if bytes.IndexByte(chunk, 0) >= 0 {
		n, at := oddLines(chunk, func(l []byte) bool { return bytes.IndexByte(l, 0) >= 0 })
		if s.odd.nuls == 0 {
			s.odd.nulsAt = line + at
		}
		s.odd.nuls += n
	}
	if !utf8.Valid(chunk) {
		n, at := oddLines(chunk, func(l []byte) bool { return !utf8.Valid(l) })
		if s.odd.invalid == 0 {
			s.odd.invalidAt = line + at
		}
		s.odd.invalid += n
	}
}

// oddLines counts the lines of a chunk that are odd, and finds the first.
func oddLines(chunk []byte, odd func([]byte) bool) (n, first int) {
	for i, l := range lines.Lines(chunk) {
		if odd(l) {
			if n == 0 {
				first = i
			}
			n++
		}
	}
	return n, first
}

func (o *oddities) problems() (p []catalogue.Problem) {
	if o.nuls > 0 {
		p = append(p, catalogue.Problem{Where: fmt.Sprintf("line %d", o.nulsAt), What: fmt.Sprintf("NUL bytes, taken for blanks (%s)", counted(o.nuls))})
	}
	if o.invalid > 0 {
		p = append(p, catalogue.Problem{Where: fmt.Sprintf("line %d", o.invalidAt), What: fmt.Sprintf("bytes that are no UTF-8, shown as U+FFFD (%s)", counted(o.invalid))})
	}
	p = append(p, o.back...)
	if o.moreBack > 0 {
		p = append(p, catalogue.Problem{Where: "clock", What: fmt.Sprintf("the time runs back at %d more places", o.moreBack)})
	}
	return p
}

func counted(n int) string {
	if n == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}

func (s *scanner) piece(line int, p lines.Piece) {
	switch p.Kind {
	case lines.Phone:
		s.alarmClose()
		s.close()
		var h head
		if !parseHead(p.Text, &h) {
			s.tally.Add(line, p.Text)
			return
		}
		if i := bytes.Index(p.Text, alarmName); i >= 0 {
			if i = bytes.LastIndex(p.Text[:i], []byte("<Alarm ")); i >= 0 { // a page without line breaks
				s.begin(line, p.Text[:i])
				s.alarmLine(line, p.Text[i:])
				return
			}
		}
		s.begin(line, p.Text)
	case lines.SDI, lines.SDL:
		// A server's record between those of the phone: tvstrace reads it.
		s.alarmClose()
		s.close()
		s.ignored++
	case lines.Blank, lines.Comment:
		if s.awaits = s.open && bytes.HasSuffix(s.buf, []byte(" from")); !s.awaits {
			s.close()
		}
		s.ignored++
	default:
		if s.alarmLine(line, p.Text) {
			return
		}
		if s.awaits && !isAddress(p.Text) {
			s.close()
		}
		s.awaits = false
		if s.open && len(s.ends) <= maxWrap {
			s.extend(line, p.Text)
			return
		}
		s.close()
		s.plain(line, p.Text)
	}
}

// isAddress tells that a line is an IPv4 address and nothing else.
func isAddress(b []byte) bool {
	dots := 0
	for _, c := range b {
		if c == '.' {
			dots++
		} else if !isDigit(c) {
			return false
		}
	}
	return dots == 3
}

func (s *scanner) begin(line int, text []byte) {
	s.open, s.awaits = true, false
	s.line, s.endLine = line, line
	s.buf = append(s.buf[:0], text[:min(len(text), maxRecord)]...)
	s.ends = append(s.ends[:0], len(s.buf))
	s.seams = append(s.seams[:0], line)
}

// extend adds a line that has no head. A line broken inside a word, behind a
// hyphen, a slash or the colon of an address, is joined without a blank.
func (s *scanner) extend(line int, text []byte) {
	if len(s.buf)+len(text)+1 <= maxRecord {
		if n := len(s.buf); !(n > 1 && s.buf[n-2] != ' ' && (s.buf[n-1] == '-' || s.buf[n-1] == '/')) && !bytes.HasSuffix(s.buf, []byte("::ffff:")) {
			s.buf = append(s.buf, ' ')
		}
		s.buf = append(s.buf, text...)
	}
	s.ends = append(s.ends, len(s.buf))
	s.seams = append(s.seams, line)
}

// close matches the open record: with all its lines first, then with fewer.
// Lines beyond those that the message needs were no part of it.
func (s *scanner) close() {
	if !s.open {
		return
	}
	s.open = false
	s.used = 0
	ok := false
	for k := len(s.ends) - 1; k >= 0; k-- {
		if k < len(s.ends)-1 && s.ends[k] == s.ends[k+1] {
			continue // nothing was added by the line behind
		}
		parseHead(s.buf[:s.ends[k]], &s.head)
		if ok = s.match(); ok {
			s.used = k
			break
		}
	}
	if !ok {
		parseHead(s.buf[:s.ends[0]], &s.head)
	}
	s.endLine = s.seams[s.used]
	s.record(ok)
	for k := s.used + 1; k < len(s.ends); k++ {
		s.plain(s.seams[k], s.buf[s.ends[k-1]:s.ends[k]])
	}
}

// match finds the message of the open record. Java processes print a thread
// and a class before it ("Startup Module Loader|cip.http.ae:? - text").
func (s *scanner) match() bool {
	text := s.head.text
	if console().Match(text, &s.m) {
		return true
	}
	if i := bytes.IndexByte(text[:min(len(text), 80)], '|'); i > 0 {
		rest := text[i+1:]
		if j := bytes.Index(rest[:min(len(rest), 80)], []byte("- ")); j >= 0 && console().Match(rest[j+2:], &s.m) {
			return true
		}
		if console().Match(rest, &s.m) {
			return true
		}
	}
	if rest, ok := bytes.CutPrefix(text, []byte("[truncated]")); ok && console().Match(rest, &s.m) {
		return true
	}
	// The source of a page: HTML entities in place of marks.
	if bytes.IndexByte(text, '&') >= 0 {
		if s.marks = lines.Unescape(s.marks[:0], text); len(s.marks) < len(text) {
			s.head.text = s.marks
			if console().Match(s.head.text, &s.m) {
				return true
			}
			s.head.text = text
		}
	}
	return false
}

// record counts the open record and makes an event of it.
func (s *scanner) record(known bool) {
	h := &s.head
	dialect, secs := DialectSECD, h.secs
	if h.month > 0 {
		dialect = DialectSecureApp
		secs += lines.SinceJanuary(h.month, h.day)
	}
	s.dialects[dialect]++
	s.spoken = dialect
	track := s.track(dialect)
	boot := track.Boot()
	if h.seq > 0 {
		track.Sequence(h.seq, s.line)
	}
	track.Note(secs, h.nanos, h.month > 0, 1e-6, h.stamp)
	if track.Boot() != boot {
		s.session.restart(s)
		if restarted := h.seq > 0 && track.Restarted(); !restarted {
			s.back()
		}
	}
	s.session.tick(s)
	if s.note != nil {
		var entry *catalogue.Entry
		if known {
			entry = s.m.Entry
		}
		s.note(s.line, s.endLine, entry)
	}
	if !known {
		s.tally.Add(s.line, h.text)
		return
	}
	if s.m.Entry.Ignore != "" {
		s.ignored++
		return
	}
	s.matched++
	e := &catalogue.Event{
		Line: s.line, EndLine: s.endLine, Clock: track.Clock(), Dialect: dialect, Name: s.m.Entry.Event,
		Process: string(h.proc), Level: string(h.level), Seq: h.seq,
		Text: lines.Text(s.buf[:s.ends[s.used]]),
	}
	fill(e, &s.m)
	switch e.Name {
	case "download_argument", "http_length", "tftp_rrq", "http_ok", "http_503", "http_404", "tftp_timeout", "file_not_found":
		e.Detail["pid"] = string(h.pid) // joins records; session drops it
	}
	if e.Process == "dgetfile" && len(h.pid) > 0 {
		e.Detail["pid"] = string(h.pid)
	}
	epoch, from, whose := epochOf(e, s.buf[:s.ends[s.used]])
	if e.Name != "clock_epoch" {
		s.session.event(s, e)
	}
	if epoch != "" {
		if c := clockEpoch(e, h, epoch, from, whose); c != nil {
			s.session.event(s, c)
		}
	}
}

// back notes that the time ran back and no sequence number started again: the
// source restarted, its clock was set, or another log was joined on.
func (s *scanner) back() {
	if len(s.odd.back) == maxBack {
		s.odd.moreBack++
		return
	}
	s.odd.back = append(s.odd.back, catalogue.Problem{Where: fmt.Sprintf("line %d", s.line),
		What: fmt.Sprintf("the time runs back to %s: a restart, a clock that was set, or another log joined on; counted as a restart", lines.Text(s.head.stamp))})
}

// dialects in the order of scanner.tracks.
var dialects = [...]string{DialectSECD, DialectSecureApp, DialectStatus}

func (s *scanner) track(dialect string) *lines.Tracker {
	for i, d := range dialects {
		if d == dialect {
			return &s.tracks[i]
		}
	}
	return &s.tracks[0]
}

// plain is a line outside any record: a status message, or unknown.
func (s *scanner) plain(line int, text []byte) {
	switch lines.KindOf(text) {
	case lines.Blank, lines.Comment:
		s.ignored++
		return
	}
	st, ok := parseStatus(plainEnd(text))
	if !ok || !status().Match(st.text, &s.m) {
		if s.note != nil {
			s.note(line, line, nil)
		}
		s.tally.Add(line, text)
		return
	}
	if s.note != nil {
		s.note(line, line, s.m.Entry)
	}
	if s.m.Entry.Ignore != "" {
		s.ignored++
		return
	}
	s.dialects[DialectStatus]++
	e := &catalogue.Event{Line: line, EndLine: line, Dialect: DialectStatus, Name: s.m.Entry.Event, Text: lines.Text(bytes.TrimSpace(text))}
	if st.stamp != nil {
		e.Clock = st.clock(s.track(DialectStatus))
	}
	s.matched++
	fill(e, &s.m)
	s.session.event(s, e)
}

func (s *scanner) send(e *catalogue.Event) {
	if e.Phone != "" {
		s.phones[e.Phone] = true
	}
	s.emit(e)
}

func (s *scanner) summary() *catalogue.Summary {
	s.session.flush(s)
	sum := &catalogue.Summary{Matched: s.matched, Ignored: s.ignored, Unknown: s.tally.Total, Samples: s.tally.Samples()}
	sum.Problems = append(sum.Problems, s.odd.problems()...)
	more := 0
	for i, d := range dialects {
		t := &s.tracks[i]
		if s.dialects[d] > s.dialects[sum.Dialect] {
			sum.Dialect, sum.From, sum.To = d, t.First(), t.Last()
		}
		sum.SeqGaps = append(sum.SeqGaps, t.Gaps...)
		more += t.More
		if d != DialectStatus {
			sum.Boots += t.Boot()
		}
	}
	if len(s.phones) == 1 {
		for p := range s.phones {
			sum.Phone = p
		}
	}
	if more > 0 {
		sum.Problems = append(sum.Problems, catalogue.Problem{Where: "sequence numbers", What: fmt.Sprintf("%d more gaps are not listed", more)})
	}
	if s.tally.Rest > 0 {
		sum.Problems = append(sum.Problems, catalogue.Problem{Where: "unknown messages", What: fmt.Sprintf("%d lines are counted without a sample: too many different ones", s.tally.Rest)})
	}
	return sum
}

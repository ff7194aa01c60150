package tvstrace

import (
	"bytes"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// A record is a line that matters, or one that nothing knows.
type record struct {
	kind form
	line int32 // within the chunk, from 0
	end  int32 // of rows of a dump: last line, their number, where their bytes are
	rows int32
	from int32
	to   int32
	at   int32  // time of day in milliseconds, -1 when there is none
	date int32  // days since 1970-01-01, 0 when the line has no date
	conn int32  // connection number before the message, -1 when there is none
	sdl  bool   // the head is of the SDL form
	who  []byte // what stands behind it: UNKNOWN or the device
	text []byte // the message without what stands before it
	raw  []byte // the whole line
	m    catalogue.Match
}

// form is what a record is to the assembler.
type form uint8

const (
	formMatch   form = iota // m holds its entry
	formHex                 // rows of a hex dump
	formPlain               // no head: continuation, or unknown
	formUnknown             // a head, and a message that nothing knows
	formTime                // only its time matters: it fell back
	formPhone               // a phone's record: phonelog reads it
)

// chunk is the work of one worker: lines in, records out.
type chunk struct {
	data                []byte
	line                int // number of its first line
	records             []record
	ignored             int
	detailed            bool  // a line that only a trace of level "Detailed" has
	first               int32 // time of day of the first and last head, -1 when there is none
	last                int32
	stampHour           uint64 // the text of last, when a row of a dump had it
	stampMilli          uint32
	firstDate, lastDate int32
	done                chan struct{}

	pieces []lines.Piece
	hex    []byte // bytes of all dumps
	m      catalogue.Match
	memo   *catalogue.Memo // of the worker
}

// bounds of a line
const (
	// maxText is how much of a message is matched. The longest messages that
	// matter carry two distinguished names and a key made of them.
	maxText = 8 << 10
	// shortest is the length below which a line cannot hold two records of
	// which the second is a phone's.
	shortest = 90
)

// scan reads the lines of the chunk. The memo is the worker's.
func (c *chunk) scan(memo *catalogue.Memo) {
	c.memo = memo
	c.records, c.hex = c.records[:0], c.hex[:0]
	c.ignored, c.detailed = 0, false
	c.first, c.last = -1, -1
	c.firstDate, c.lastDate = 0, 0
	data := c.data
	for n := int32(0); len(data) > 0; n++ {
		if size := c.fast(n, data); size > 0 {
			data = data[size:]
			continue
		}
		var l []byte
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			l, data = data[:i], data[i+1:]
		} else {
			l, data = data, nil
		}
		if len(l) > 0 && l[len(l)-1] == '\r' {
			l = l[:len(l)-1]
		}
		if bracket(l) {
			c.ignored++
			c.detailed = true
			continue
		}
		var h head
		if h.parse(l) && !glued(l[h.text:]) {
			c.take(n, l, &h)
			continue
		}
		c.pieces = lines.Split(l, c.pieces[:0])
		for _, p := range c.pieces {
			c.piece(n, p)
		}
	}
}

func (c *chunk) piece(n int32, p lines.Piece) {
	switch p.Kind {
	case lines.SDI, lines.SDL:
		var h head
		if h.parse(p.Text) {
			c.take(n, p.Text, &h)
			return
		}
		c.add(record{kind: formUnknown, line: n, at: -1, conn: -1, text: p.Text, raw: p.Text})
	case lines.Phone:
		c.add(record{kind: formPhone, line: n, at: -1, conn: -1, raw: p.Text})
		c.ignored++
	case lines.Blank, lines.Comment:
		c.ignored++
	default:
		r := record{kind: formPlain, line: n, at: -1, conn: -1, text: p.Text, raw: p.Text}
		if p.Text[0] == 'H' && c.memo.Match(p.Text, &c.m) && c.m.Entry.Event == "tvs_hex_dump" {
			r.kind, r.m = formMatch, c.m // the most frequent line without a head
		}
		c.add(r)
	}
}

func (c *chunk) add(r record) { *c.slot() = r }

// slot gives a new record to fill, without a copy.
func (c *chunk) slot() *record {
	n := len(c.records)
	if n == cap(c.records) {
		c.records = append(c.records, record{})
	} else {
		c.records = c.records[:n+1]
	}
	return &c.records[n]
}

// note follows the time of a record.
func (c *chunk) note(n int32, l []byte, h *head) {
	if c.first < 0 {
		c.first, c.firstDate = h.at, h.date
	} else if h.at < c.last {
		c.add(record{kind: formTime, line: n, at: h.at, date: h.date, conn: -1, raw: l})
	}
	c.last, c.lastDate = h.at, h.date
}

// take matches a record whose head is read.
func (c *chunk) take(n int32, l []byte, h *head) {
	c.note(n, l, h)
	c.stampHour = 0
	text := l[h.text:]
	if len(text) > maxText {
		text = text[:maxText]
	}
	conn, who, text, ok := h.strip(text)
	c.detailed = c.detailed || h.debug
	if !ok {
		c.ignored++
		return
	}
	if len(text) >= 5 && isHex(text[0]) && isHex(text[1]) && text[2] == ' ' && isHexRow(text) {
		c.row(n, l, text, h, conn)
		return
	}
	if c.memo.Match(text, &c.m) || !h.sdl && matchOutcome(text, &c.m) {
		c.detailed = c.detailed || tellsDetail(c.m.Entry)
		if c.m.Entry.Ignore != "" {
			c.ignored++
			return
		}
		r := c.slot()
		r.kind, r.line, r.at, r.date, r.conn, r.sdl = formMatch, n, h.at, h.date, conn, h.sdl
		r.who, r.text, r.raw, r.m = who, text, l, c.m
		return
	}
	if isHexRow(text) {
		c.row(n, l, text, h, conn)
		return
	}
	c.add(record{kind: formUnknown, line: n, at: h.at, date: h.date, conn: conn, sdl: h.sdl, who: who, text: text, raw: l})
}

// tellsDetail: the TFTP service prints the steps of a request in a detailed
// trace only; its failures may be in others too. (TVS and CAPF say "debug".)
func tellsDetail(e *catalogue.Entry) bool {
	if e.File != "ctftp.tl" {
		return false
	}
	switch e.Event {
	case "tftp_404", "tftp_404_local", "http_503", "tftp_503_max", "tftp_nak", "itl_unchanged":
		return false
	}
	return true
}

// row adds a row of a dump. Rows that follow each other become one record; a
// dump of a whole message has some two hundred.
func (c *chunk) row(n int32, l, text []byte, h *head, conn int32) {
	from := len(c.hex)
	for len(text) >= 2 && isHex(text[0]) && isHex(text[1]) {
		c.hex = append(c.hex, unhex[text[0]]<<4|unhex[text[1]])
		text = text[2:]
		for len(text) > 0 && text[0] == ' ' {
			text = text[1:]
		}
	}
	if k := len(c.records); k > 0 && c.records[k-1].kind == formHex {
		r := &c.records[k-1]
		r.to, r.end = int32(len(c.hex)), n
		r.rows++
		return
	}
	c.add(record{kind: formHex, line: n, end: n, rows: 1, at: h.at, date: h.date, conn: conn, from: int32(from), to: int32(len(c.hex)), raw: l})
}

var unhex = func() (t [256]byte) {
	for i := range 10 {
		t['0'+i] = byte(i)
	}
	for i := range 6 {
		t['a'+i], t['A'+i] = byte(10+i), byte(10+i)
	}
	return t
}()

// bracket recognises "HH:MM:SS.mmm |-->function" and "|<--function", which make
// up two lines of three.
func bracket(l []byte) bool {
	if len(l) < 18 || len(l) > 120 || l[13] != '|' || l[2] != ':' || l[5] != ':' || l[8] != '.' || l[12] != ' ' {
		return false
	}
	if l[14] == '-' && l[15] == '-' && l[16] == '>' || l[14] == '<' && l[15] == '-' && l[16] == '-' {
		return bytes.IndexByte(l[17:], ' ') < 0 // nothing glued behind it
	}
	return false
}

// glued tells that another record, or an author's remark, may stand in the
// rest of a line, so that it must be split. Bars are rare in messages; those of
// an SDL head were cut off before.
func glued(rest []byte) bool {
	for i := 0; ; {
		n := bytes.IndexByte(rest[i:], '|')
		if n < 0 {
			break
		}
		i += n + 1
		j := i - 1
		for j > 0 && (rest[j-1] == ' ' || rest[j-1] == '\t') {
			j--
		}
		if j >= 4 && isDigit(rest[j-1]) && isDigit(rest[j-2]) && isDigit(rest[j-3]) && rest[j-4] == '.' {
			return true
		}
	}
	if len(rest) < shortest-16 {
		return false
	}
	for _, mark := range [...]string{" NOT ", " ERR ", " // "} {
		if bytes.Contains(rest, []byte(mark)) {
			return true
		}
	}
	return false
}

// isHexRow: pairs of hex digits with blanks between, at most sixteen, as a
// dump prints them. An author's mark may follow.
func isHexRow(s []byte) bool {
	n := 0
	for i := 0; i < len(s); n++ {
		if i+2 > len(s) || !isHex(s[i]) || !isHex(s[i+1]) || i+2 < len(s) && s[i+2] != ' ' {
			return n >= 2 && (s[i] == '.' || s[i] == '<')
		}
		i += 2
		for i < len(s) && s[i] == ' ' {
			i++
		}
	}
	return n > 0 && n <= 16
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

package main

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"trustline/correlate/evidence"
	"trustline/report"
)

// rowWriter writes the rows of events. A trace has some hundred thousand of
// them, so they are put together without fmt and reflection.
type rowWriter struct {
	json, color bool
	buf         []byte
	details     []detail // of the row at hand
}

type detail struct{ key, value string }

func (r *rowWriter) row(e *evidence.Event) {
	if r.json {
		r.object(e)
		return
	}
	r.line(e)
}

// object writes the JSON form:
//
//	{"input","line","end_line","time","time_text","dialect","phone","event","text","detail":{},"address","server"}
func (r *rowWriter) object(e *evidence.Event) {
	b := append(r.buf, `{"input":`...)
	b = appendJSON(b, e.Place.Input)
	b = append(b, `,"line":`...)
	b = strconv.AppendInt(b, int64(e.Place.Line), 10)
	b = append(b, `,"end_line":`...)
	b = strconv.AppendInt(b, int64(max(e.Place.Line, e.Place.EndLine)), 10)
	b = append(b, `,"time":`...)
	if c := e.Clock; c != nil && c.Absolute() {
		b = append(b, '"')
		b = appendTime(b, c)
		b = append(b, '"')
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"time_text":`...)
	if e.Clock != nil {
		b = orNull(b, e.Clock.Text)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"dialect":`...)
	b = orNull(b, e.Dialect)
	b = append(b, `,"phone":`...)
	b = orNull(b, e.Phone)
	b = append(b, `,"event":`...)
	b = appendJSON(b, e.Event)
	b = append(b, `,"text":`...)
	b = appendJSON(b, e.Text)
	b = append(b, `,"detail":{`...)
	for i, d := range r.sorted(e.Detail) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(b, d.key)
		b = append(b, ':')
		b = appendJSON(b, d.value)
	}
	b = append(b, `},"address":`...)
	b = orNull(b, e.Address)
	b = append(b, `,"server":`...)
	b = orNull(b, e.Server)
	r.buf = append(b, "}\n"...)
}

// sorted gives details in the order of their keys. They are good until the next
// call.
func (r *rowWriter) sorted(m map[string]string) []detail {
	r.details = r.details[:0]
	for k, v := range m {
		r.details = append(r.details, detail{k, v})
	}
	slices.SortFunc(r.details, func(a, b detail) int { return strings.Compare(a.key, b.key) })
	return r.details
}

// Columns of the listing for people. A longer value moves the rest of its row.
const (
	widthLine  = 8
	widthTime  = 15
	widthPhone = 15
	widthEvent = 26
	// maxValue is how much of one detail is shown.
	maxValue = 100
)

const (
	faint = "\x1b[2m"
	bold  = "\x1b[1m"
	plain = "\x1b[0m"
)

// heading names the input whose rows follow.
func (r *rowWriter) heading(name string) {
	if len(r.buf) > 0 {
		r.buf = append(r.buf, '\n')
	}
	r.paint(bold, "==> "+report.Clean(name), 0)
	r.buf = append(r.buf, '\n')
	b := r.buf
	b = pad(append(b, "    LINE  TIME"...), widthTime-4)
	b = pad(append(b, "PHONE"...), widthPhone-5)
	b = pad(append(b, "EVENT"...), widthEvent-5)
	r.buf = append(b, "DETAIL\n"...)
}

func pad(b []byte, n int) []byte {
	for ; n > 0; n-- {
		b = append(b, ' ')
	}
	return append(b, "  "...)
}

// paint writes a value, padded to a width.
func (r *rowWriter) paint(how, s string, width int) {
	if r.color {
		r.buf = append(r.buf, how...)
	}
	r.buf = append(r.buf, s...)
	if r.color {
		r.buf = append(r.buf, plain...)
	}
	if width > 0 {
		r.buf = pad(r.buf, width-utf8.RuneCountInString(s))
	}
}

// line writes one row.
func (r *rowWriter) line(e *evidence.Event) {
	n := strconv.Itoa(e.Place.Line)
	for i := len(n); i < widthLine; i++ {
		r.buf = append(r.buf, ' ')
	}
	r.buf = append(r.buf, n...)
	r.buf = append(r.buf, "  "...)
	when := ""
	if c := e.Clock; c != nil {
		if when = c.Text; c.Absolute() {
			var b [40]byte
			when = string(appendTime(b[:0], c))
		}
	}
	r.paint(faint, safe(when), widthTime)
	who := e.Phone
	if who == "" {
		who = e.Address
	}
	r.buf = append(r.buf, safe(who)...)
	r.buf = pad(r.buf, widthPhone-len(who))
	r.paint(bold, e.Event, widthEvent)
	r.detail(e)
	r.buf = append(r.buf, '\n')
}

// detail writes the details, or without any the words of the source.
func (r *rowWriter) detail(e *evidence.Event) {
	any := false
	for _, d := range r.sorted(e.Detail) {
		if d.key == "hex" || d.key == "response_hex" {
			continue
		}
		if any {
			r.buf = append(r.buf, ' ')
		}
		any = true
		r.buf = append(append(r.buf, d.key...), '=')
		v := clip(d.value)
		if from := len(r.buf); !needsQuotes(v) {
			if r.buf = append(r.buf, v...); printable(r.buf[from:]) {
				continue
			}
			r.buf = r.buf[:from]
		}
		if v = safe(v); needsQuotes(v) {
			r.buf = append(append(append(r.buf, '"'), v...), '"')
		} else {
			r.buf = append(r.buf, v...)
		}
	}
	if !any {
		r.buf = append(r.buf, safe(clip(e.Text))...)
	}
}

func clip(s string) string {
	if len(s) <= maxValue {
		return s
	}
	n := maxValue
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "..."
}

func needsQuotes(s string) bool { return s == "" || strings.IndexByte(s, ' ') >= 0 }

// safe is report.Clean, which plain ASCII passes unchanged.
func safe(s string) string {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return report.Clean(s)
		}
	}
	return s
}

// Eight bytes are looked at together: with the high bit of each, what of them
// is below or above a bound, or equal, shows in one word.
const (
	ones = 0x0101_0101_0101_0101
	high = 0x80 * ones
)

// printable tells that all bytes are ASCII from blank to tilde.
func printable(b []byte) bool {
	for ; len(b) >= 8; b = b[8:] {
		if odd(binary.LittleEndian.Uint64(b)) {
			return false
		}
	}
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// odd tells that some byte of a word is below blank or above tilde.
func odd(w uint64) bool { return (w|(w-' '*ones)|(w+ones))&high != 0 }

// plainJSON tells that all bytes are printable and mean themselves in JSON.
func plainJSON(b []byte) bool {
	for ; len(b) >= 8; b = b[8:] {
		w := binary.LittleEndian.Uint64(b)
		quote, escape := w^'"'*ones, w^'\\'*ones // a byte that is one becomes zero
		if odd(w) || ((quote-ones)&^quote|(escape-ones)&^escape)&high != 0 {
			return false
		}
	}
	for _, c := range b {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func orNull(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return appendJSON(b, s)
}

// appendTime writes UTC with 6 digits, or 9 when the source is finer than that.
func appendTime(b []byte, c *evidence.Clock) []byte {
	layout := "2006-01-02T15:04:05.000000Z"
	if c.Step > 0 && c.Step < 1e-6 {
		layout = "2006-01-02T15:04:05.000000000Z"
	}
	return time.Unix(c.Seconds, int64(c.Nanos)).UTC().AppendFormat(b, layout)
}

// appendJSON writes a string as JSON does (RFC 8259 section 7). Bytes that are
// no UTF-8 become U+FFFD, and characters that are not graphic are escaped as
// [evidence.Plain] does, because a terminal acts upon them.
func appendJSON(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := len(b)
	if b = append(b, s...); plainJSON(b[start:]) { // nearly always
		return append(b, '"')
	}
	b = b[:start]
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < 0x7f {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if unicode.IsGraphic(r) && (r != utf8.RuneError || n > 1) {
				i += n
				continue
			}
			if n > 1 {
				b = evidence.AppendEscape(append(b, s[from:i]...), r)
				i += n
				from = i
				continue
			}
		}
		b = append(b, s[from:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			if c >= utf8.RuneSelf {
				b = append(b, `\ufffd`...)
			} else {
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
		}
		i++
		from = i
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

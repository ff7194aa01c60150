package phonelog

import (
	"bytes"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// A status message is one line of the phone's list, with the time of day of
// the phone's own display, and on newer phones the date, before it:
//
//	16:01:16 Trust List Updated                     Cisco TechNote 116232
//	Trust List Updated                              administration guides
//	[10:12:23a 11/19/16] Trust List Updated         web page of newer phones
type statusLine struct {
	stamp []byte // nil when there is none
	text  []byte
	secs  int64
	nanos int32
	date  bool // month and day are known
	month int
	day   int
}

// maxStatus is the longest a status message may be; screens show less.
const maxStatus = 160

// parseStatus cuts the time off. It is not ok for a line too long.
func parseStatus(s []byte) (st statusLine, ok bool) {
	s = bytes.TrimSpace(s)
	for len(s) > 1 && s[0] == '>' && (s[1] == ' ' || s[1] == '>') { // quoted in a mail
		s = bytes.TrimSpace(s[1:])
	}
	if len(s) == 0 || len(s) > maxStatus {
		return st, false
	}
	if bytes.IndexByte(s, '&') >= 0 { // the source of the phone's page
		s = lines.Unescape(nil, s)
	}
	st.text = s
	start := 0
	bracket := s[0] == '['
	if bracket {
		start = 1
	}
	// One-digit hours are written without a zero.
	t, pad := s[start:], 0
	var padded [maxStatus + 1]byte
	if len(t) > 1 && isDigit(t[0]) && t[1] == ':' {
		padded[0] = '0'
		t, pad = padded[:1+copy(padded[1:], t)], 1
	}
	secs, nanos, end, good := clock(t, 0)
	if !good {
		return st, true
	}
	end += start - pad
	if end < len(s) && (s[end]|0x20 == 'a' || s[end]|0x20 == 'p') {
		secs %= 12 * 3600
		if s[end]|0x20 == 'p' {
			secs += 12 * 3600
		}
		end++
		if end < len(s) && s[end]|0x20 == 'm' {
			end++
		}
	}
	st.secs, st.nanos = secs, nanos
	j := lines.Blanks(s, end)
	var m, d int
	if k := date(s, j, &m, &d); k > j {
		end, st.date, st.month, st.day = k, true, m, d
	}
	st.stamp = s[start:end]
	if bracket {
		if end >= len(s) || s[end] != ']' {
			return statusLine{text: s}, true
		}
		end++
	}
	st.text = s[lines.Blanks(s, end):]
	return st, true
}

// date reads MM/DD/YY or MM/DD/YYYY at i and gives the place behind it, or i.
// The year of a status list is not used: phones that never heard of NTP print
// the year of their firmware.
func date(s []byte, i int, month, day *int) int {
	j := i
	for _, to := range [...]*int{month, day} {
		n := 0
		for n < 2 && j < len(s) && isDigit(s[j]) {
			*to = *to*10 + int(s[j]-'0')
			j++
			n++
		}
		if n == 0 || j >= len(s) || s[j] != '/' {
			return i
		}
		j++
	}
	n := 0
	for j < len(s) && isDigit(s[j]) && n < 4 {
		j++
		n++
	}
	if n != 2 && n != 4 || *month < 1 || *month > 12 || *day < 1 || *day > 31 {
		return i
	}
	return j
}

func (st *statusLine) clock(t *lines.Tracker) *catalogue.Clock {
	secs := st.secs
	if st.date {
		secs += lines.SinceJanuary(st.month, st.day)
	}
	t.Note(secs, st.nanos, st.date, 1, st.stamp)
	return t.Clock()
}

package tvstrace

import (
	"bytes"

	"trustline/phonelog/lines"
)

// A head is what stands before the message of a server record:
//
//	SDI   HH:MM:SS.mmm |   debug message          TVS, CAPF
//	      HH:MM:SS.mmm |message                   TFTP, CallManager
//	      HH:MM:SS.mmm |-->function               start of a function: a bracket
//	SDL   dddddddd.ddd |[MM/DD/YYYY ]HH:MM:SS.mmm |type  |message
//
// Sources: Cisco TechNotes 116232, 118699, 213407, 214528, 200694. Publications
// lose inner blanks ("| debug").
type head struct {
	at    int32 // milliseconds since midnight
	date  int32 // days since 1970-01-01, 0 without a date
	sdl   bool
	debug bool   // the message is one of those that only a detailed trace has
	kind  []byte // of an SDL record: AppInfo, SdlSig, ...
	text  int    // where the message begins
}

// parse reads a head at the start of l.
func (h *head) parse(l []byte) bool {
	i := 0
	for i < len(l) && (l[i] == ' ' || l[i] == '\t' || l[i] == 0xC2 || l[i] == 0xA0) {
		i++
	}
	s := l[i:]
	if len(s) < 13 {
		return false
	}
	if s[2] == ':' {
		at, ok := clock(s)
		if !ok {
			return false
		}
		j := lines.Blanks(s, 12)
		if j >= len(s) || s[j] != '|' {
			return false
		}
		h.at, h.date, h.sdl, h.text, h.debug = at, 0, false, i+j+1, false
		return true
	}
	if s[8] == '.' && isDigit(s[0]) {
		return h.parseSDL(l, i)
	}
	return false
}

func (h *head) parseSDL(l []byte, i int) bool {
	s := l[i:]
	for k := range 12 {
		if k != 8 && !isDigit(s[k]) {
			return false
		}
	}
	j := lines.Blanks(s, 12)
	if j >= len(s) || s[j] != '|' {
		return false
	}
	j = lines.Blanks(s, j+1)
	h.date = 0
	if j+10 < len(s) && s[j+2] == '/' && s[j+5] == '/' {
		h.date = calendar(s[j : j+10])
		j = lines.Blanks(s, j+10)
	}
	if j+12 > len(s) {
		return false
	}
	at, ok := clock(s[j:])
	if !ok {
		return false
	}
	j = lines.Blanks(s, j+12)
	if j >= len(s) || s[j] != '|' {
		return false
	}
	start := j + 1
	n := bytes.IndexByte(s[start:], '|')
	if n < 0 {
		n = len(s) - start
		h.text = len(l)
	} else {
		h.text = i + start + n + 1
	}
	h.at, h.sdl = at, true
	h.kind = s[start : start+n]
	for len(h.kind) > 0 && lines.Blanks(h.kind[len(h.kind)-1:], 0) == 1 {
		h.kind = h.kind[:len(h.kind)-1]
	}
	return true
}

// strip takes off what stands before a message; not ok for a record that says
// nothing (brackets of functions, signals between processes).
func (h *head) strip(t []byte) (conn int32, who, text []byte, ok bool) {
	conn = -1
	if h.sdl && !bytes.Equal(h.kind, []byte("AppInfo")) && !bytes.HasPrefix(h.kind, []byte("Alarm")) {
		return conn, nil, nil, false
	}
	i := lines.Blanks(t, 0)
	if len(t) > i+3 && t[i+2] == '>' && t[i] == '-' && t[i+1] == '-' || len(t) > i+3 && t[i] == '<' && t[i+1] == '-' && t[i+2] == '-' {
		return conn, nil, nil, false
	}
	t = t[i:]
	if len(t) > 5 && t[5] == ' ' && string(t[:5]) == "debug" {
		h.debug = !h.sdl
		t = t[lines.Blanks(t, 5):]
	} else if string(t) == "debug" {
		return conn, nil, nil, false
	}
	if len(t) > 0 && isDigit(t[0]) {
		conn, who, t = connection(t)
	} else if len(t) > 4 {
		switch t[0] {
		case '[', 'T', 'I', 'C', 'S':
			t = strip(t)
		}
	}
	for len(t) > 0 && (t[len(t)-1] == ' ' || t[len(t)-1] == '\t' || t[len(t)-1] == 0) {
		t = t[:len(t)-1]
	}
	return conn, who, t, true
}

// connection cuts "8:UNKNOWN:" or "3:SEP0011215A1AE3:" off.
func connection(t []byte) (conn int32, who, rest []byte) {
	i := 0
	n := int32(0)
	for i < len(t) && isDigit(t[i]) && i < 7 {
		n = n*10 + int32(t[i]-'0')
		i++
	}
	if i+2 >= len(t) || t[i] != ':' || isDigit(t[i+1]) && !isLetter(t[i+2]) {
		return -1, nil, t
	}
	start := i + 1
	j := start
	for j < len(t) && (isDigit(t[j]) || isLetter(t[j]) || t[j] == '_') {
		j++
	}
	if j == start || j >= len(t) || t[j] != ':' {
		return -1, nil, t
	}
	return n, t[start:j], t[lines.Blanks(t, j+1):]
}

// strip cuts the marks of threads and processes off an SDL message:
// "[1, 600, 17, 5]: ", "TID[e71f5b70] ", "IlsD ", "CertUtil ", "SIPStationD(18400) - ".
func strip(t []byte) []byte {
	if t[0] == '[' {
		if n := bytes.Index(t[:min(len(t), 40)], []byte("]: ")); n > 0 && isDigit(t[1]) {
			return t[n+3:]
		}
		return t
	}
	for _, tag := range [...]string{"IlsD ", "CertUtil "} {
		if bytes.HasPrefix(t, []byte(tag)) {
			return t[len(tag):]
		}
	}
	if bytes.HasPrefix(t, []byte("SIPStation")) {
		if n := bytes.Index(t[:min(len(t), 40)], []byte(") - ")); n > 0 {
			return t[lines.Blanks(t, n+3):]
		}
	}
	if bytes.HasPrefix(t, []byte("TID[")) {
		if n := bytes.IndexByte(t[:min(len(t), 40)], ']'); n > 0 {
			return t[lines.Blanks(t, n+1):]
		}
	}
	return t
}

// clock reads HH:MM:SS.mmm at the start of s, which has twelve bytes at least.
func clock(s []byte) (ms int32, ok bool) {
	if s[2] != ':' || s[5] != ':' || s[8] != '.' {
		return 0, false
	}
	var bad byte
	d := func(i int) int32 {
		v := s[i] - '0'
		if v > 9 {
			bad = 1
		}
		return int32(v)
	}
	h := d(0)*10 + d(1)
	m := d(3)*10 + d(4)
	sec := d(6)*10 + d(7)
	milli := d(9)*100 + d(10)*10 + d(11)
	if bad != 0 || h > 23 || m > 59 || sec > 60 {
		return 0, false
	}
	return ((h*60+m)*60+sec)*1000 + milli, true
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// calendar gives the days since 1970-01-01 of MM/DD/YYYY, 0 when it is none.
func calendar(s []byte) int32 {
	n := func(i, j int) int {
		v := 0
		for ; i < j; i++ {
			if !isDigit(s[i]) {
				return -1
			}
			v = v*10 + int(s[i]-'0')
		}
		return v
	}
	m, d, y := n(0, 2), n(3, 5), n(6, 10)
	if m < 1 || m > 12 || d < 1 || d > 31 || y < 1970 {
		return 0
	}
	return int32(lines.Days(y, m, d))
}

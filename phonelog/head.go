package phonelog

import (
	"bytes"

	"trustline/phonelog/lines"
)

// A head is what stands before the text of a console record:
//
//	79xx   seq[:] level HH:MM:SS.uuuuuu proc: text
//	       837: NOT 09:13:17.561856 SECD: tlRequestFile: Request ...
//	       7949 NOT 11:04:14.765155  CVM-appLaunchRequest: ...
//	Linux  seq level Mon dd HH:MM:SS.uuuuuu [(pid:tid)] proc[(pid)|[pid]] sep text
//	       3233 NOT Nov 29 06:33:59.033132 dgetfile(870)-GETXXTP ...
//	       4935 NOT Mar 09 18:32:40.161238 (346:1810) SECUREAPP-...
//	       4592 NOT Feb 17 11:01:25.041733 (349-349) PAE: -...
//	       1665 INF May 10 16:56:35.454477 dnsmasq[560]: ...
//
// Sources: Cisco TechNotes 116232, 118699, 118893, 213407, 215014. The colon
// behind seq, and seq itself, may be missing.
type head struct {
	seq   int
	level []byte
	month int // 0 on 79xx phones
	day   int
	secs  int64 // time of day
	nanos int32
	stamp []byte // date and time as printed
	proc  []byte
	pid   []byte
	text  []byte
}

// parseHead reads a head; false when s does not begin with one. A record cut
// behind its time has an empty text.
func parseHead(s []byte, h *head) bool {
	*h = head{}
	i := lines.Blanks(s, 0)
	start := i
	for i < len(s) && isDigit(s[i]) && i-start < 8 {
		h.seq = h.seq*10 + int(s[i]-'0')
		i++
	}
	if i > start {
		if i-start > 7 {
			return false
		}
		i = lines.Colon(s, i)
		if j := lines.Blanks(s, i); j > i {
			i = j
		} else {
			return false
		}
	}
	if i+4 > len(s) {
		return false
	}
	h.level = s[i : i+3]
	switch string(h.level) {
	case "NOT", "ERR", "WRN", "INF", "DEB", "CRT":
	default:
		return false
	}
	stamp := lines.Blanks(s, i+3)
	if i = stamp; i == len(s) {
		return false
	}
	if m := lines.Month(s[i:]); m > 0 {
		h.month = m
		i = lines.Blanks(s, i+3)
		n := 0
		for i < len(s) && isDigit(s[i]) && n < 2 {
			h.day = h.day*10 + int(s[i]-'0')
			i++
			n++
		}
		if h.day < 1 || h.day > 31 {
			return false
		}
		i = lines.Blanks(s, i)
	}
	var ok bool
	if h.secs, h.nanos, i, ok = clock(s, i); !ok {
		return false
	}
	h.stamp = s[stamp:i]
	h.process(s, lines.Blanks(s, i))
	return true
}

// process cuts "(346:1810) SECUREAPP-text" at i into its parts.
func (h *head) process(s []byte, i int) {
	if i < len(s) && s[i] == '(' {
		if n := bytes.IndexByte(s[i:], ')'); n > 0 && n < 24 {
			h.pid = s[i+1 : i+n]
			i = lines.Blanks(s, i+n+1)
		}
	}
	start := i
	for i < len(s) && (isDigit(s[i]) || isLetter(s[i]) || s[i] == '_' || s[i] == '.') {
		i++
	}
	h.proc = s[start:i]
	for _, pair := range [...]string{"()", "[]"} {
		if i < len(s) && s[i] == pair[0] {
			if n := bytes.IndexByte(s[i:], pair[1]); n > 0 && n < 24 {
				h.pid = s[i+1 : i+n]
				i += n + 1
			}
		}
	}
	switch j := lines.Colon(s, i); {
	case j > i:
		i = j
	case i < len(s) && s[i] == '-':
		i++
	case bytes.HasPrefix(s[i:], []byte("\u2013")), bytes.HasPrefix(s[i:], []byte("\u2014")):
		i += 3 // a word processor made a dash of it
	default:
		// No separator: what looked like a process is text.
		h.proc, i = nil, start
	}
	h.text = plainEnd(s[min(lines.Blanks(s, i), len(s)):])
}

// plainEnd takes the carriage returns off that a terminal shows as "^M".
func plainEnd(s []byte) []byte {
	for bytes.HasSuffix(s, []byte("^M")) {
		s = bytes.TrimRight(s[:len(s)-2], " ")
	}
	return s
}

// clock reads HH:MM:SS with an optional fraction at i.
func clock(s []byte, i int) (secs int64, nanos int32, end int, ok bool) {
	two := func() int64 {
		if i+2 > len(s) || !isDigit(s[i]) || !isDigit(s[i+1]) {
			ok = false
			return 0
		}
		v := int64(s[i]-'0')*10 + int64(s[i+1]-'0')
		i += 2
		return v
	}
	sep := func() {
		j := lines.Colon(s, i)
		if ok = ok && j > i; ok {
			i = j
		}
	}
	ok = true
	h := two()
	sep()
	m := two()
	sep()
	sec := two()
	if !ok || h > 23 || m > 59 || sec > 60 {
		return 0, 0, i, false
	}
	if i+1 < len(s) && s[i] == '.' && isDigit(s[i+1]) {
		i++
		unit := int32(100_000_000)
		for i < len(s) && isDigit(s[i]) {
			nanos += int32(s[i]-'0') * unit
			unit /= 10
			i++
		}
	}
	return h*3600 + m*60 + sec, nanos, i, true
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

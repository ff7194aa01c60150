package redact

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What is found by its form. Boundaries are looked at by apart, for a name may
// stand inside another (CTLSEP001122334455.tlv).
var (
	sepPattern  = regexp.MustCompile(`(?i:SEP|ATA|VGC|SKIGW)([0-9A-Fa-f]{12})`)
	softFile    = regexp.MustCompile(`(?:^|[^A-Za-z0-9])(?:CTL|ITL)?((?:CSF|TCT|BOT|TAB)[A-Za-z0-9_.-]{1,12}?)(?:\.cnf\.xml|\.tlv)`)
	macPattern  = regexp.MustCompile(`[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})|[0-9A-Fa-f]{4}(?:(?:\.[0-9A-Fa-f]{4}){2}|(?:-[0-9A-Fa-f]{4}){2})`)
	barePattern = regexp.MustCompile(`[0-9A-Fa-f]{12,}`)
	ip4Pattern  = regexp.MustCompile(`[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}`)
	ip4Dashed   = regexp.MustCompile(`[0-9]{1,3}(?:(?:-[0-9]{1,3}){3}|(?:_[0-9]{1,3}){3})`)
	ip4Hex      = regexp.MustCompile(`0[xX][0-9A-Fa-f]{7,8}`)
	ip6Pattern  = regexp.MustCompile(`[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:]*(?:(?:\.[0-9]{1,3}){3})?`)
	hostPattern = regexp.MustCompile(`(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?)+`)
	mailPattern = regexp.MustCompile(`(?i)(?:sips?:)?([a-z0-9._%+-]+)@[a-z0-9\[]`)
	userPattern = regexp.MustCompile(`(?i)\b(?:user[ _-]?(?:id|name)?|owner|login)\b["']?\s?[=:]\s?["'\[<]?([^\s"',;<>\[\]|&]+)`)
	serialForms = regexp.MustCompile(`[0-9A-Fa-f]{1,2}(?:(?::[0-9A-Fa-f]{2}){3,}|(?: [0-9A-Fa-f]{2}){3,})|[0-9A-Fa-f]{7,}`)
)

// span is a piece of a text and what is to stand there.
type span struct {
	from, to int
	with     string
	hits     []Pair
}

// spans are pieces that do not overlap: the first that claims a place has it.
type spans []span

func (l *spans) claim(from, to int, with string, hits ...Pair) {
	if !l.free(from, to) || from >= to {
		return
	}
	i, _ := slices.BinarySearchFunc(*l, from, func(s span, from int) int { return s.from - from })
	*l = slices.Insert(*l, i, span{from, to, with, hits})
}

func (l *spans) free(from, to int) bool {
	i, _ := slices.BinarySearchFunc(*l, from, func(s span, from int) int { return s.to - from - 1 })
	return i >= len(*l) || (*l)[i].from >= to
}

// text redacts a text.
func (x *redactor) text(s string, dn bool) replaced {
	var l spans
	x.devices(s, &l)
	x.macs(s, &l)
	for _, a := range attributes(s, dn) {
		v := s[a.from:a.to]
		if !l.free(a.from, a.to) {
			continue
		}
		if p := x.attribute(a.key, v); p != v {
			l.claim(a.from, a.to, p, Pair{x.kindOf(v, KindSubject), v, p})
		}
	}
	x.people(s, &l)
	x.ip6(s, &l)
	x.ip4(s, &l)
	x.dotted(s, &l)
	x.prose(s, &l)
	x.serialsIn(s, &l)
	if len(l) == 0 {
		return replaced{text: s}
	}
	var b strings.Builder
	out := replaced{}
	at := 0
	for _, p := range l {
		b.WriteString(s[at:p.from])
		b.WriteString(p.with)
		out.hits = append(out.hits, p.hits...)
		at = p.to
	}
	b.WriteString(s[at:])
	out.text = b.String()
	return out
}

// kindOf is the kind that a name is known as.
func (x *redactor) kindOf(name, otherwise string) string {
	if k := x.names[strings.ToLower(name)]; k != nil {
		return k.kind
	}
	return otherwise
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// apart tells that a piece is no part of a longer word. inner are signs that
// join words of this sort: one of them with a letter or digit behind it does too.
func apart(s string, from, to int, inner string) bool {
	if from > 0 && (alnum(s[from-1]) || from > 1 && strings.IndexByte(inner, s[from-1]) >= 0 && alnum(s[from-2])) {
		return false
	}
	return to == len(s) || !alnum(s[to]) && !(to+1 < len(s) && strings.IndexByte(inner, s[to]) >= 0 && alnum(s[to+1]))
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != ""
}

// matchCase writes hexadecimal digits as another text has them.
func matchCase(s, like string) string {
	if strings.ContainsAny(like, "ABCDEF") && !strings.ContainsAny(like, "abcdef") {
		return strings.ToUpper(s)
	}
	return strings.ToLower(s)
}

// inName writes the digits of a MAC address as a device name has them.
func inName(digits, name string) string {
	if strings.ContainsAny(name, "abcdefghijklmnopqrstuvwxyz") {
		return digits
	}
	return strings.ToUpper(digits)
}

func parseMAC(s string) (m [6]byte, ok bool) {
	h := strings.NewReplacer(":", "", "-", "", ".", "").Replace(s)
	b, err := hex.DecodeString(h)
	if err != nil || len(b) != 6 {
		return m, false
	}
	return [6]byte(b), true
}

// devices finds names of hardware phones, wherever they stand and whatever
// follows: a name of a file that was damaged on its way still tells the phone.
func (x *redactor) devices(s string, l *spans) {
	for _, m := range sepPattern.FindAllStringSubmatchIndex(s, -1) {
		mac, ok := parseMAC(s[m[2]:m[3]])
		if !ok || keepsMAC(mac) {
			continue
		}
		p := s[m[0]:m[2]] + inName(hex.EncodeToString(slice(x.mac(mac))), s[m[0]:m[1]])
		l.claim(m[0], m[1], p, Pair{KindDevice, s[m[0]:m[1]], p})
	}
}

// macs finds MAC addresses in every spelling. Twelve digits without signs are
// one when it is known, or when they can be nothing else.
func (x *redactor) macs(s string, l *spans) {
	put := func(from, to int) {
		mac, ok := parseMAC(s[from:to])
		if !ok || keepsMAC(mac) {
			return
		}
		digits := matchCase(hex.EncodeToString(slice(x.mac(mac))), s[from:to])
		var b strings.Builder
		for i := from; i < to; i++ {
			if isHex(s[i : i+1]) {
				b.WriteByte(digits[0])
				digits = digits[1:]
			} else {
				b.WriteByte(s[i])
			}
		}
		l.claim(from, to, b.String(), Pair{KindMAC, s[from:to], b.String()})
	}
	for _, m := range macPattern.FindAllStringIndex(s, -1) {
		if apart(s, m[0], m[1], ":-.") {
			put(m[0], m[1])
		}
	}
	for _, m := range barePattern.FindAllStringIndex(s, -1) {
		if m[1]-m[0] != 12 {
			continue
		}
		t := s[m[0]:m[1]]
		mac, _ := parseMAC(t)
		letters := strings.ContainsAny(t, "abcdefABCDEF")
		if x.knownMAC[mac] || letters && apart(s, m[0], m[1], "") && !x.knownSerial[normSerial(t)] && strings.ContainsAny(t, "0123456789") {
			put(m[0], m[1])
		}
	}
}

// people finds users by what stands beside them.
func (x *redactor) people(s string, l *spans) {
	for _, p := range []*regexp.Regexp{mailPattern, userPattern} {
		for _, m := range p.FindAllStringSubmatchIndex(s, -1) {
			name := s[m[2]:m[3]]
			if u := x.user(name); u != name && l.free(m[2], m[3]) {
				l.claim(m[2], m[3], u, Pair{x.kindOf(name, KindUser), name, u})
			}
		}
	}
}

// ip6 finds IPv6 addresses, also with an IPv4 address at their end. Eight pairs
// of digits are a serial number or a fingerprint, and a::b is a name in a trace.
func (x *redactor) ip6(s string, l *spans) {
	if strings.Count(s, ":") < 2 {
		return
	}
	for _, m := range ip6Pattern.FindAllStringIndex(s, -1) {
		from, to := m[0], m[1]
		for ; to > from; to-- { // "fe80::1: refused"
			if a, err := netip.ParseAddr(s[from:to]); err == nil {
				t := s[from:to]
				if !a.Is6() || from > 0 && alnum(s[from-1]) || to < len(s) && alnum(s[to]) || !strings.ContainsAny(t, "0123456789") || len(t) == 23 && strings.Count(t, ":") == 7 && !strings.Contains(t, "::") {
					break
				}
				p := x.addr(a).String()
				if p == a.String() {
					p = t
				}
				l.claim(from, to, p, Pair{KindIPv6, t, p})
				break
			}
			if c := s[to-1]; c != ':' && c != '.' {
				break
			}
		}
	}
}

// ip4 finds IPv4 addresses: in dots anywhere, with other signs or as a number
// when the same address stands somewhere in dots.
func (x *redactor) ip4(s string, l *spans) {
	for _, m := range ip4Pattern.FindAllStringIndex(s, -1) {
		t := s[m[0]:m[1]]
		a, err := netip.ParseAddr(t)
		if err != nil || !apart(s, m[0], m[1], ".") && !(x.knownAddr[t] && digitsApart(s, m[0], m[1])) {
			continue
		}
		if p := x.addr(a).String(); p != t {
			l.claim(m[0], m[1], p, Pair{KindIPv4, t, p})
		}
	}
	for _, m := range ip4Dashed.FindAllStringIndex(s, -1) {
		t := s[m[0]:m[1]]
		sign := t[strings.IndexAny(t, "-_"):][:1]
		dots := strings.ReplaceAll(t, sign, ".")
		if a, err := netip.ParseAddr(dots); err == nil && x.knownAddr[dots] && digitsApart(s, m[0], m[1]) {
			p := x.addr(a).String()
			l.claim(m[0], m[1], strings.ReplaceAll(p, ".", sign), Pair{KindIPv4, dots, p})
		}
	}
	for _, m := range ip4Hex.FindAllStringIndex(s, -1) {
		n, err := strconv.ParseUint(s[m[0]+2:m[1]], 16, 32)
		if err != nil || !apart(s, m[0], m[1], "") {
			continue
		}
		var b [4]byte
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			order.PutUint32(b[:], uint32(n)) // CallManager writes them as the processor has them
			if a := netip.AddrFrom4(b); x.knownAddr[a.String()] {
				p := x.addr(a).As4()
				l.claim(m[0], m[1], s[m[0]:m[0]+2]+matchCase(strconv.FormatUint(uint64(order.Uint32(p[:])), 16), s[m[0]+2:m[1]]), Pair{KindIPv4, a.String(), netip.AddrFrom4(p).String()})
				break
			}
		}
	}
}

// digitsApart tells that no further digit stands at a number's ends.
func digitsApart(s string, from, to int) bool {
	digit := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
	return !digit(from-1) && !digit(to) && !(from > 0 && s[from-1] == '.' && digit(from-2)) && !(to < len(s) && s[to] == '.' && digit(to+1))
}

// isHost tells that a name with dots is one of a host: by its last label, and
// because it is no file.
func isHost(s string, from, to int) bool {
	t := s[from:to]
	last := t[strings.LastIndexByte(t, '.')+1:]
	if !isDomain(last) || !apart(s, from, to, "._-") || vendor(t) {
		return false
	}
	for _, label := range strings.Split(t[:len(t)-len(last)-1], ".") { // "i.e.", "9.1.de", "cip.http.ae"
		if len(label) > 1 && !isCommon(label) && strings.ContainsFunc(label, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }) {
			return strings.ToLower(t) != "cnf.xml"
		}
	}
	return false
}

// dotted finds host names with a domain.
func (x *redactor) dotted(s string, l *spans) {
	for _, m := range hostPattern.FindAllStringIndex(s, -1) {
		if isHost(s, m[0], m[1]) && l.free(m[0], m[1]) {
			t := s[m[0]:m[1]]
			p := x.fqdn(t)
			l.claim(m[0], m[1], p, Pair{x.kindOf(t, KindHost), t, p})
		}
	}
}

// prose finds the names that stand in a field or address of their own.
func (x *redactor) prose(s string, l *spans) {
	for i := 0; i+3 <= len(s); i++ {
		if i > 0 && alnum(s[i-1]) || !alnum(s[i]) && s[i] != '*' {
			continue
		}
		for _, k := range x.byStart[strings.ToLower(s[i:i+3])] {
			to := i + len(k.name)
			if to > len(s) || to < len(s) && alnum(s[to]) || !strings.EqualFold(s[i:to], k.name) {
				continue
			}
			if l.free(i, to) {
				l.claim(i, to, k.pseudonym, Pair{k.kind, s[i:to], k.pseudonym})
				i = to - 1
				break
			}
		}
	}
}

// normSerial is a serial number without signs and leading zeros, "" when it is
// none.
func normSerial(s string) string {
	s = strings.ToLower(strings.NewReplacer(":", "", " ", "", "-", "").Replace(s))
	if !isHex(s) {
		return ""
	}
	return strings.TrimLeft(s, "0")
}

// serial gives the pseudonym of a serial number, in the notation it is written
// in: with as many digits, and none of them zero at the beginning.
func (x *redactor) serial(s string) string {
	norm := normSerial(s)
	sum := x.sum("serial", []byte(norm))
	digits := hex.EncodeToString(sum[:])
	for len(digits) < len(norm) {
		digits += digits
	}
	digits = digits[:len(norm)]
	if digits != "" && digits[0] == '0' {
		digits = "1" + digits[1:]
	}
	b := []byte(s)
	for i, k := len(s)-1, len(digits)-1; i >= 0 && k >= 0; i-- {
		if isHex(s[i : i+1]) {
			b[i] = matchCase(digits[k:k+1], s)[0]
			k--
		}
	}
	return string(b)
}

// serialsIn finds the serial numbers that are known, in any notation.
func (x *redactor) serialsIn(s string, l *spans) {
	if !x.serials {
		return
	}
	for _, m := range serialForms.FindAllStringIndex(s, -1) {
		t := s[m[0]:m[1]]
		if norm := normSerial(t); x.knownSerial[norm] && apart(s, m[0], m[1], ":") {
			p := x.serial(t)
			l.claim(m[0], m[1], p, Pair{KindSerial, norm, normSerial(p)})
		}
	}
}

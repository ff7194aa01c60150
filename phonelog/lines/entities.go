package lines

// maxEntity is how long an HTML entity may be, from & to ;.
const maxEntity = 10

// The named entities that the source of a page has for the marks of a log.
var entities = [...]struct {
	name string
	mark byte
}{{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}, {"colon", ':'}, {"nbsp", ' '},
	{"lbrack", '['}, {"lsqb", '['}, {"rbrack", ']'}, {"rsqb", ']'}, {"lpar", '('}, {"rpar", ')'},
	{"sol", '/'}, {"comma", ','}, {"period", '.'}, {"equals", '='}, {"num", '#'}, {"ast", '*'}, {"vert", '|'}, {"verbar", '|'}}

// Unescape appends s to dst with its HTML entities turned into what they stand
// for; entities of other than ASCII characters, and what is none, stay.
func Unescape(dst, s []byte) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '&' {
			if mark, n := entity(s[i:]); n > 0 {
				dst = append(dst, mark)
				i += n - 1
				continue
			}
		}
		dst = append(dst, s[i])
	}
	return dst
}

// entity reads the entity at the start of s and tells how long it is.
func entity(s []byte) (mark byte, n int) {
	for n = 1; n < len(s) && n < maxEntity && s[n] != ';'; n++ {
		if !isWord(s[n]) && s[n] != '#' {
			return 0, 0
		}
	}
	if n < 3 || n >= len(s) || s[n] != ';' {
		return 0, 0
	}
	name := s[1:n]
	if name[0] == '#' {
		base, digits := 10, name[1:]
		if len(digits) > 1 && digits[0]|0x20 == 'x' {
			base, digits = 16, digits[1:]
		}
		v := 0
		for _, b := range digits {
			d := digit(b)
			if d < 0 || d >= base || v > 127 {
				return 0, 0
			}
			v = v*base + d
		}
		if v < ' ' || v > '~' {
			return 0, 0
		}
		return byte(v), n + 1
	}
	for _, e := range entities {
		if string(name) == e.name {
			return e.mark, n + 1
		}
	}
	return 0, 0
}

// digit is the value of a hex digit, -1 for another byte.
func digit(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0')
	case b|0x20 >= 'a' && b|0x20 <= 'f':
		return int(b|0x20-'a') + 10
	}
	return -1
}

package lines

import "bytes"

// Kind says by its first bytes what a piece of text is.
type Kind uint8

const (
	Plain   Kind = iota // continuation, prose, status message
	Phone               // console record of a phone
	SDI                 // server record "HH:MM:SS.mmm |"
	SDL                 // server record "dddddddd.ddd |"
	Comment             // an author's remark, a code fence, an omission mark
	Blank
)

// A Piece is a record's first line, or a line that is none.
type Piece struct {
	Kind Kind
	Text []byte
}

// Split cuts a physical line into its records and appends them to dst. Web
// pages lose line breaks, so that several records, of phone and server mixed,
// and the author's remarks stand on one line; a new one begins behind a blank
// where a head stands.
func Split(line []byte, dst []Piece) []Piece {
	start := 0
	skip := blanks(line, 0)
	for i := skip; i < len(line); i++ {
		b := line[i]
		if i == skip {
			continue
		}
		if b == '<' {
			if n := breakAt(line[i:]); n > 0 {
				dst = add(dst, line[start:i])
				start = i + n
				continue
			}
		}
		if p := line[i-1]; p != ' ' && p != '\t' && p != 0xA0 && !(p == '>' && tagAt(line[:i], true) > 0) {
			continue
		}
		cut := false
		switch {
		case b >= '0' && b <= '9':
			k := kindOf(line[i:], gluedSeq)
			cut = k == Phone || k == SDI || k == SDL
		case b == '/' || b == '#':
			cut = remark(line[i:])
		}
		if cut {
			dst = add(dst, line[start:i])
			start = i
		}
	}
	return add(dst, line[start:])
}

func add(dst []Piece, text []byte) []Piece {
	for len(text) > 0 && isBlank(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	text = untagged(text[blanks(text, 0):])
	if len(text) == 0 {
		if len(dst) == 0 {
			return append(dst, Piece{Blank, text})
		}
		return dst
	}
	return append(dst, Piece{KindOf(text), text})
}

// gluedSeq is how many digits the sequence number of a record must have to be
// recognised in the middle of a line, where other numbers stand too.
const gluedSeq = 3

// KindOf recognises a record's start at the start of s.
func KindOf(s []byte) Kind { return kindOf(s, 1) }

func kindOf(s []byte, minSeq int) Kind {
	if i := blanks(s, 0); i > 0 {
		s = s[i:]
	}
	if len(s) == 0 {
		return Blank
	}
	b := s[0]
	switch {
	case b >= '0' && b <= '9':
		switch {
		case isSDI(s):
			return SDI
		case isSDL(s):
			return SDL
		case isPhone(s, minSeq):
			return Phone
		}
	case b == '/' || b == '#':
		if remark(s) || b == '#' {
			return Comment
		}
	case b == '+':
		// "++ words": another way of authors to point at a line.
		if bytes.HasPrefix(s, []byte("++ ")) {
			return Comment
		}
	case b == '`':
		if bytes.HasPrefix(s, []byte("```")) {
			return Comment
		}
	case b == '[' || b == '<' || b == '.':
		if omission(s) {
			return Comment
		}
	case isLevel(s):
		if isPhone(s, minSeq) {
			return Phone
		}
	}
	return Plain
}

// remark: "// words", "## words". A single slash or "//" inside a URL is none.
func remark(s []byte) bool {
	return len(s) > 2 && s[0] == s[1] && (s[0] == '/' && isBlank(s[2]) || s[0] == '#')
}

// omission: marks that authors put where they cut.
func omission(s []byte) bool {
	for len(s) > 0 && isBlank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	if bytes.HasPrefix(s, []byte("<<")) && bytes.HasSuffix(s, []byte(">>")) {
		return true
	}
	for _, b := range s {
		if b != '.' && b != '[' && b != ']' && !isBlank(b) {
			return false
		}
	}
	return true
}

// isSDI: HH:MM:SS.mmm, blanks, a bar.
func isSDI(s []byte) bool {
	if len(s) < 13 || s[2] != ':' || s[5] != ':' || s[8] != '.' {
		return false
	}
	for _, i := range [...]int{0, 1, 3, 4, 6, 7, 9, 10, 11} {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	// Two bars are an author's remark about that time.
	i := blanks(s, 12)
	return i < len(s) && s[i] == '|' && (i+1 == len(s) || s[i+1] != '|')
}

// isSDL: eight digits, a point, three digits, blanks, a bar.
func isSDL(s []byte) bool {
	if len(s) < 14 || s[8] != '.' {
		return false
	}
	for i := range 12 {
		if i != 8 && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	i := blanks(s, 12)
	return i < len(s) && s[i] == '|'
}

// isPhone: [digits[:]] level, then a time or a month.
func isPhone(s []byte, minSeq int) bool {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i > 0 {
		if i < minSeq || i > 7 {
			return false
		}
		i = colon(s, i)
		j := blanks(s, i)
		if j == i {
			return false
		}
		i = j
	}
	if i >= len(s) || !isLevel(s[i:]) {
		return false
	}
	i = blanks(s, i+3)
	if i+8 > len(s) {
		return false
	}
	if two(s, i) && colon(s, i+2) > i+2 {
		return true
	}
	if Month(s[i:]) == 0 {
		return false
	}
	i = blanks(s, i+3)
	return i < len(s) && s[i] >= '0' && s[i] <= '9'
}

// two tells that two digits stand at i.
func two(s []byte, i int) bool {
	return i+2 < len(s) && s[i] >= '0' && s[i] <= '9' && s[i+1] >= '0' && s[i+1] <= '9'
}

// colons are the forms of a colon in the source of a page.
var colons = [...]string{"&colon;", "&#58;", "&#x3a;", "&#x3A;"}

// colon skips an optional ":", also in the forms that web publications leave
// in the text.
func colon(s []byte, i int) int {
	if i < len(s) && s[i] == ':' {
		return i + 1
	}
	if i < len(s) && s[i] == '&' {
		for _, entity := range colons {
			if bytes.HasPrefix(s[i:], []byte(entity)) {
				return i + len(entity)
			}
		}
	}
	return i
}

// Colon gives the place behind a colon at i, written as such or as an HTML
// entity, or i when there is none.
func Colon(s []byte, i int) int { return colon(s, i) }

// isLevel: one of the six level names and a blank.
func isLevel(s []byte) bool {
	if len(s) < 4 || !isBlank(s[3]) {
		return false
	}
	switch string(s[:3]) {
	case "NOT", "ERR", "WRN", "INF", "DEB", "CRT":
		return true
	}
	return false
}

// Month gives the number of an English month abbreviation, from 1; 0 for none.
func Month(s []byte) int {
	if len(s) < 3 {
		return 0
	}
	const names = "JanFebMarAprMayJunJulAugSepOctNovDec"
	for m := range 12 {
		if names[3*m] == s[0] && names[3*m+1] == s[1] && names[3*m+2] == s[2] {
			return m + 1
		}
	}
	return 0
}

func isBlank(b byte) bool {
	return b == ' ' || b == '\t' || b == '\r' || b == 0 || b == 0xA0 || b == 0xC2
}

func blanks(s []byte, i int) int {
	for i < len(s) && isBlank(s[i]) {
		i++
	}
	return i
}

// Blanks gives the place behind the blanks at i: space, tab, CR, NUL and the
// bytes of a no-break space.
func Blanks(s []byte, i int) int { return blanks(s, i) }

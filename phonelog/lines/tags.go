package lines

import "bytes"

// The tags that the source of a web page has around the lines of a log. Others
// may be part of a message: phones print XML.
var pageTags = [...]string{"br", "p", "pre", "code", "div", "span", "li", "td", "tr", "b"}

// maxTag is how long a tag with its attributes may be.
const maxTag = 160

// untagged takes the tags of a web page off both ends of a line.
func untagged(s []byte) []byte {
	for len(s) > 2 && s[0] == '<' {
		n := tagAt(s, false)
		if n == 0 {
			break
		}
		s = s[n:]
		s = s[blanks(s, 0):]
	}
	for len(s) > 2 && s[len(s)-1] == '>' {
		n := tagAt(s, true)
		if n == 0 {
			break
		}
		s = s[:len(s)-n]
		for len(s) > 0 && isBlank(s[len(s)-1]) {
			s = s[:len(s)-1]
		}
	}
	return s
}

// breakAt gives the length of a line break of a page at the start of s, or 0.
func breakAt(s []byte) int {
	if len(s) < 4 || s[1]|0x20 != 'b' || s[2]|0x20 != 'r' {
		return 0
	}
	for i, b := range s[3:min(len(s), 6)] {
		switch b {
		case '>':
			return 3 + i + 1
		case ' ', '/':
		default:
			return 0
		}
	}
	return 0
}

// tagAt gives the length of the page tag at the start of s, or at its end; 0
// when there is none.
func tagAt(s []byte, end bool) int {
	if end {
		i := bytes.LastIndexByte(s[max(0, len(s)-maxTag):], '<')
		if i < 0 {
			return 0
		}
		s = s[max(0, len(s)-maxTag)+i:]
	}
	n := bytes.IndexByte(s[:min(len(s), maxTag)], '>')
	if n < 2 || s[0] != '<' || end && n != len(s)-1 {
		return 0
	}
	name := s[1:n]
	if name[0] == '/' {
		name = name[1:]
	}
	for i, b := range name {
		if b == ' ' || b == '/' {
			name = name[:i]
			break
		}
	}
	for _, t := range pageTags {
		if len(name) == len(t) && bytes.EqualFold(name, []byte(t)) {
			return n + 1
		}
	}
	return 0
}

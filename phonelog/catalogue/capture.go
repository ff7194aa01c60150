package catalogue

import "bytes"

// take consumes a capture at i: it gives the place behind it, or -1, and where
// the value is, without blanks around.
func (c *op) take(s []byte, i int, next *op) (int, span) {
	end := i
	switch c.kind {
	case kindInt:
		if end < len(s) && s[end] == '-' {
			end++
		}
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		if end == i+1 && s[i] == '-' {
			end = i
		}
	case kindHex:
		if hasPrefixFold(s[i:], "0x") {
			end += 2
		}
		for end < len(s) && isHexDigit(s[end]) {
			end++
		}
	case kindIP:
		end = address(s, i, false)
	case kindIPPort:
		end = address(s, i, true)
	case kindQuoted:
		return quoted(s, i, c.optional)
	case kindOne:
		for j := range c.choices {
			if end := c.choices[j].literal(s, i); end >= 0 {
				return end, span{i, end}
			}
		}
	case kindRest:
		return len(s), trim(s, i, len(s))
	case kindWord, kindText:
		return c.until(s, i, next)
	}
	if end == i && !c.optional {
		return -1, span{}
	}
	return end, span{i, end}
}

// until takes up to where the next literal matches; at the end of a pattern a
// word ends at a blank and a text takes all. Over a word no blank is passed.
func (c *op) until(s []byte, i int, next *op) (int, span) {
	if next == nil {
		end := len(s)
		if c.kind == kindWord {
			end = i
			for end < len(s) && fold[s[end]] != ' ' {
				end++
			}
		}
		v := trim(s, i, end)
		if v.from == v.to && !c.optional {
			return -1, span{}
		}
		return end, v
	}
	first := next.lit[0]
	for end := i; end <= len(s); end++ {
		// A mark may have blanks before it, a blank stands for any run.
		if end < len(s) && fold[s[end]] != first && fold[s[end]] != ' ' && first != ' ' {
			continue
		}
		if (end > i || c.optional) && next.literal(s, end) >= 0 {
			return end, trim(s, i, end)
		}
		if c.kind == kindWord && end < len(s) && fold[s[end]] == ' ' {
			break
		}
	}
	return -1, span{}
}

func quoted(s []byte, i int, optional bool) (int, span) {
	if i < len(s) {
		closing := byte(0)
		switch s[i] {
		case '"', '\'':
			closing = s[i]
		case '<':
			closing = '>'
		}
		if closing != 0 {
			if n := bytes.IndexByte(s[i+1:], closing); n >= 0 {
				return i + n + 2, span{i + 1, i + 1 + n}
			}
		}
	}
	if optional {
		return i, span{}
	}
	return -1, span{}
}

// address takes an IPv4 address, an IPv6 address or what an author put in its
// place (xx.xx.xx.xx, Y.Y.Y.Y, x:x::x); with a port if wanted and there.
func address(s []byte, i int, port bool) int {
	end := i
	if end < len(s) && s[end] == '[' && port {
		end++
	}
	dots, colons := 0, 0
	for end < len(s) {
		b := s[end]
		switch {
		case isHexDigit(b) || b == 'x' || b == 'X' || b == 'y' || b == 'Y':
		case b == '.':
			dots++
		case b == ':':
			if dots > 0 && colons < 2 && !port {
				return end // 10.1.1.1:8443 where the port is not wanted
			}
			colons++
		case b == ']' && port && s[i] == '[':
		default:
			goto done
		}
		end++
	}
done:
	// "192.0.2.1," and "192.0.2.1." end a clause, "<10.1.1.1>:" a function.
	for end > i && (s[end-1] == '.' || s[end-1] == ':' && (end < 2 || s[end-2] != ':')) {
		end--
	}
	if dots == 0 && colons < 2 {
		return i
	}
	return end
}

func isHexDigit(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

// trim takes blanks off both ends of a span.
func trim(s []byte, from, to int) span {
	for from < to && fold[s[from]] == ' ' {
		from++
	}
	for to > from && fold[s[to-1]] == ' ' {
		to--
	}
	return span{from, to}
}

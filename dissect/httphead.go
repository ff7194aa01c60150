package dissect

import (
	"bytes"
	"strconv"
	"strings"
)

// httphead.go: the head of an HTTP message (RFC 9112 sections 2 to 6).

// takeHead collects octets up to and with the blank line that ends a head. A
// line may end with LF alone (RFC 9112 section 2.2).
func takeHead(have *[]byte, b []byte) (head, rest []byte, ok bool) {
	from := max(0, len(*have)-3)
	before := len(*have)
	*have = append(*have, b...)
	end := blankLine(*have, from)
	if end < 0 {
		if len(*have) > maxHTTPHead {
			*have = nil
		}
		return nil, nil, false
	}
	head = (*have)[:end]
	*have = nil
	return head, b[end-before:], true
}

// blankLine returns the place behind the first blank line of b, which is looked
// for from the line end at or behind from, or -1.
func blankLine(b []byte, from int) int {
	for {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return -1
		}
		from += i + 1
		switch rest := b[from:]; {
		case len(rest) > 0 && rest[0] == '\n':
			return from + 1
		case len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n':
			return from + 2
		}
	}
}

// path returns the path of a request target without its first slash: of the
// origin form or, as proxies are asked, of the absolute form (RFC 9112 section
// 3.2).
func path(target string) (string, bool) {
	for _, scheme := range []string{"http://", "https://"} {
		if len(target) > len(scheme) && strings.EqualFold(target[:len(scheme)], scheme) {
			_, rest, _ := strings.Cut(target[len(scheme):], "/")
			return rest, true
		}
	}
	return strings.CutPrefix(target, "/")
}

// parseHead splits a head into its first line and its fields, names in lower
// case. No blank is needed after a colon.
func parseHead(head []byte) (string, map[string]string) {
	lines := strings.Split(string(head), "\n")
	out := map[string]string{}
	for _, l := range lines[1:] {
		if k, v, ok := strings.Cut(l, ":"); ok && len(out) < 64 {
			out[strings.ToLower(strings.TrimSpace(k))] = strings.TrimSpace(v)
		}
	}
	return strings.TrimSuffix(lines[0], "\r"), out
}

// bodyLength reads Content-Length: digits, or a list of the same number
// (RFC 9110 section 8.6).
func bodyLength(s string) (int64, bool) {
	one, rest, more := strings.Cut(s, ",")
	one = strings.TrimSpace(one)
	for more {
		var next string
		if next, rest, more = strings.Cut(rest, ","); strings.TrimSpace(next) != one {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(one, 10, 63)
	return int64(n), err == nil
}

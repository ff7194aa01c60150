package view

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text from an input visible and harmless, in one line. What is
// not a graphic character or a space is written as an escape: control
// characters (terminal sequences begin with one), line breaks, the controls
// that reorder or hide text (U+202E and its like), private and unassigned
// characters, marks stacked more than three high, and bytes that are no UTF-8.
// The escapes are those of Go: \n \r \t \xNN \uNNNN \UNNNNNNNN. A backslash of
// the input stays as it is.
func Clean(s string) string {
	if allPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	marks := 0
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case marks <= maxMarks && unicode.IsGraphic(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		s = s[size:]
	}
	return b.String()
}

// allPlain tells that a text is printable ASCII, as nearly all are: those are
// returned without a copy.
func allPlain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// Clip cleans text and cuts it to at most max characters; a cut is shown with
// the size of the whole.
func Clip(s string, max int) string {
	if len(s) <= max {
		if c := Clean(s); len(c) <= max {
			return c
		}
	}
	head := s[:min(len(s), max*utf8.UTFMax)] // enough for max characters
	c := Clean(head)
	n := 0
	for i := range c {
		if n == max {
			return c[:i] + cutNote(len(s))
		}
		n++
	}
	if len(head) < len(s) {
		return c + cutNote(len(s))
	}
	return c
}

func cutNote(size int) string { return "… (cut, " + Count(size) + " bytes in all)" }

// Name prepares a name for showing, Text a sentence or a source line.
func Name(s string) string { return Clip(s, MaxName) }

// Text prepares a sentence or a source line for showing.
func Text(s string) string { return Clip(s, MaxText) }

// Count prints a number with commas between thousands.
func Count(n int) string {
	s := strconv.Itoa(n)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if neg {
		return "-" + s
	}
	return s
}

// Size prints a number of bytes in the largest fitting decimal unit.
func Size(n int64) string {
	switch {
	case n < 0:
		return "?"
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// Plural prints a count with its noun.
func Plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ay"):
		return Count(n) + " " + strings.TrimSuffix(noun, "y") + "ies"
	}
	return Count(n) + " " + noun + "s"
}

// Join lists words as a sentence does: "a", "a and b", "a, b and c".
func Join(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

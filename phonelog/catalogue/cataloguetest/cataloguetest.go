// Package cataloguetest checks message catalogues in tests: that every sample
// is matched by its own entry and no other, and what becomes of a sample that
// is changed as logs are changed on their way into a case (blanks lost and
// added, letters in another case, other values, lines cut off).
package cataloguetest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"trustline/phonelog/catalogue"
)

// Samples runs the samples as they stand, and counts what Match allocates.
func Samples(t *testing.T, c *catalogue.Catalogue) {
	t.Helper()
	for _, err := range c.Check() {
		t.Error(err)
	}
	var m catalogue.Match
	for _, e := range c.Entries() {
		for _, s := range e.Samples {
			msg := []byte(s)
			if n := testing.AllocsPerRun(10, func() { c.Match(msg, &m) }); n != 0 {
				t.Errorf("%s:%d: matching %q allocates %v times", e.File, e.Line, s, n)
			}
		}
	}
}

// Perturb changes every sample in ways that must not matter:
//
//	blanks       doubled, tabs, no-break spaces, around the message, CR at the end
//	letters      upper case, lower case, mixed
//	marks        full stops or a NUL behind it, "-", "EROR:" or a function before it
//	values       another last digit, one more digit
//
// and cuts it at every place: the rest may match its own entry, or nothing;
// where it is another known message the pair must be listed in cuts, as "event
// of the sample > event of the rest". What must matter is Foreign's to check.
func Perturb(t *testing.T, c *catalogue.Catalogue, cuts map[string]bool) {
	t.Helper()
	seen := map[string]bool{}
	for _, e := range c.Entries() {
		for _, s := range e.Samples {
			for how, msg := range variants(c, s) {
				if got := match(c, msg); got != id(e) {
					t.Errorf("%s:%d: %s: %q is %s, want %s", e.File, e.Line, how, msg, got, id(e))
				}
			}
			for i := range s {
				got := match(c, []byte(s[:i]))
				if got == "" || got == id(e) {
					continue
				}
				pair := name(e) + " > " + nameOf(c, got)
				seen[pair] = true
				if !cuts[pair] {
					t.Errorf("%s:%d: %q, cut from %q, is another message; if that is right, list %q", e.File, e.Line, s[:i], s, pair)
				}
			}
		}
	}
	for pair := range cuts {
		if !seen[pair] {
			t.Errorf("no cut leads from %q", pair)
		}
	}
}

func id(e catalogue.Entry) string { return fmt.Sprintf("%s:%d", e.File, e.Line) }

func match(c *catalogue.Catalogue, msg []byte) string {
	var m catalogue.Match
	if !c.Match(msg, &m) {
		return ""
	}
	return id(*m.Entry)
}

func name(e catalogue.Entry) string {
	if e.Ignore != "" {
		return "ignore"
	}
	return e.Event
}

func nameOf(c *catalogue.Catalogue, want string) string {
	for _, e := range c.Entries() {
		if id(e) == want {
			return name(e)
		}
	}
	return want
}

// variants are forms of a sample that mean the same.
func variants(c *catalogue.Catalogue, s string) map[string][]byte {
	out := map[string][]byte{
		"blanks doubled":  []byte(strings.ReplaceAll(s, " ", "  ")),
		"tabs":            []byte(strings.ReplaceAll(s, " ", "\t")),
		"no-break spaces": []byte(strings.ReplaceAll(s, " ", "\u00a0")),
		"blanks around":   []byte("  " + s + " \r"),
		"upper case":      bytes.ToUpper([]byte(s)),
		"lower case":      bytes.ToLower([]byte(s)),
		"trailing stops":  []byte(strings.TrimRight(s, " ") + " . ."),
		"NUL at the end":  []byte(s + "\x00"),
		"dash before":     []byte("-" + strings.TrimPrefix(s, "-")),
		"function before": []byte("someFunction: " + strings.TrimPrefix(s, "-")),
		"EROR before":     []byte("EROR:" + strings.TrimPrefix(strings.TrimPrefix(s, "-"), "EROR:")),
		"other values":    otherValues(c, s),
		"longer values":   longerValues(c, s),
		"mixed case":      mixedCase(s),
		"CR LF":           []byte(strings.TrimRight(s, " ") + "\r"),
	}
	// What carries its own prefix cannot take another one of the same kind.
	if i := strings.IndexAny(s, ":- "); i >= 0 && s[i] != ' ' || strings.Contains(s, "::") || strings.HasPrefix(s, "ERROR") {
		delete(out, "function before")
		delete(out, "dash before")
		delete(out, "EROR before")
	}
	return out
}

// otherValues changes the last digit of every captured number and address.
func otherValues(c *catalogue.Catalogue, s string) []byte {
	msg := []byte(s)
	var m catalogue.Match
	if !c.Match(msg, &m) {
		return msg
	}
	for i := range m.Len() {
		_, v := m.At(i) // a slice of msg
		if len(bytes.Trim(v, "0123456789.:")) > 0 {
			continue
		}
		switch last := &v[len(v)-1]; {
		case *last >= '0' && *last < '9':
			*last++
		case *last == '9':
			*last = '0'
		}
	}
	return msg
}

// longerValues adds a digit to the first captured number, so that everything
// behind it moves.
func longerValues(c *catalogue.Catalogue, s string) []byte {
	var m catalogue.Match
	msg := []byte(s)
	if !c.Match(msg, &m) {
		return msg
	}
	for i := range m.Len() {
		_, v := m.At(i) // a slice of msg
		if len(bytes.Trim(v, "0123456789")) > 0 {
			continue
		}
		end := cap(msg) - cap(v) + len(v)
		return []byte(s[:end] + "1" + s[end:])
	}
	return msg
}

func mixedCase(s string) []byte {
	b := []byte(strings.ToLower(s))
	for i := 0; i < len(b); i += 2 {
		b[i] = bytes.ToUpper(b[i : i+1])[0]
	}
	return b
}

// Foreign changes every sample in ways that must matter: the result is unknown,
// or it still is a sample of its own entry because what was changed is a value
// there, or because the entry takes any text at that place.
//
//	words before     "it was said that " and the sample: unknown
//	words behind     the sample and " zyx wvu": unknown, or its own entry where a
//	                 pattern ends with a capture of any text
//	a letter lost    each in turn: unknown or its own
//	a word lost      each in turn: unknown or its own; another known message must
//	                 be listed in remains, as "event > event of the rest"
//	one line of two  the sample twice: unknown or its own
func Foreign(t *testing.T, c *catalogue.Catalogue, remains map[string]bool) {
	t.Helper()
	seen := map[string]bool{}
	for _, e := range c.Entries() {
		for _, s := range e.Samples {
			check := func(how, msg string, own bool) {
				got := match(c, []byte(msg))
				if got == "" || own && got == id(e) {
					return
				}
				pair := name(e) + " > " + nameOf(c, got)
				seen[pair] = true
				if !remains[pair] {
					t.Errorf("%s:%d: %s: %q is %s; if that is right, list %q", e.File, e.Line, how, msg, got, pair)
				}
			}
			check("words before", "it was said that "+s, false)
			check("words behind", strings.TrimRight(s, " .:")+" zyx wvu", openEnd(e))
			check("twice", s+s, true)
			for i := range len(s) {
				if b := s[i] | 0x20; b >= 'a' && b <= 'z' {
					check("a letter lost", s[:i]+"~"+s[i+1:], true)
				}
			}
			words := strings.Fields(s)
			for i := range words {
				check("a word lost", strings.Join(append(append([]string{}, words[:i]...), words[i+1:]...), " "), true)
			}
		}
	}
	for pair := range remains {
		if !seen[pair] {
			t.Errorf("no change leads from %q", pair)
		}
	}
}

// openEnd tells that a pattern of the entry ends with a capture of any text.
func openEnd(e catalogue.Entry) bool {
	for p := range strings.Lines(e.Pattern) {
		p = strings.TrimRight(p, "\n?}")
		for _, kind := range []string{":rest", ":text", ":name"} {
			if strings.HasSuffix(p, kind) {
				return true
			}
		}
	}
	return false
}

// OnePattern checks that no sample matches two patterns, of whatever entries.
func OnePattern(t *testing.T, c *catalogue.Catalogue) {
	t.Helper()
	for _, err := range append(c.Check(), c.Overlaps()...) {
		t.Error(err)
	}
}

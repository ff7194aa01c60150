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

// Perturb changes every sample. Blanks, case and values must not matter. A cut
// sample may match its own entry, or nothing; where a cut leaves another known
// message the pair must be listed in cuts, as "event of the sample > event of
// the rest".
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

package lines

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"trustline/phonelog/catalogue"
)

// Bounds of the tally.
const (
	// maxKinds is how many different unknown messages are told apart. A text
	// that is no log at all has as many as it has lines.
	maxKinds = 4096
	// maxSamples is how many a summary shows.
	maxSamples = 20
	// maxSampleText is how much of one is kept.
	maxSampleText = 240
)

// Tally counts unknown messages by their form: digits made equal, so that one
// message with a thousand values is one kind. The zero value is ready for use.
type Tally struct {
	kinds map[string]*catalogue.Sample
	key   []byte
	Total int
	Rest  int // unknown messages beyond maxKinds kinds
}

// Add counts an unknown message.
func (t *Tally) Add(line int, text []byte) { t.AddMany(line, 1, text) }

// AddMany counts n unknown messages of one form.
func (t *Tally) AddMany(line, n int, text []byte) {
	t.Total += n
	t.key = t.key[:0]
	run := false
	for _, b := range text[:min(len(text), maxSampleText)] {
		if b >= '0' && b <= '9' {
			if !run {
				t.key = append(t.key, '0')
			}
			run = true
			continue
		}
		run = false
		t.key = append(t.key, b)
	}
	if s := t.kinds[string(t.key)]; s != nil {
		s.Count += n
		return
	}
	if len(t.kinds) >= maxKinds {
		t.Rest += n
		return
	}
	if t.kinds == nil {
		t.kinds = map[string]*catalogue.Sample{}
	}
	t.kinds[string(t.key)] = &catalogue.Sample{Line: line, Count: n, Text: Text(text[:min(len(text), maxSampleText)])}
}

// Samples gives the most frequent kinds, of equals the earliest first.
func (t *Tally) Samples() []catalogue.Sample {
	out := make([]catalogue.Sample, 0, len(t.kinds))
	for _, s := range t.kinds {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b catalogue.Sample) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Line, b.Line), strings.Compare(a.Text, b.Text))
	})
	return out[:min(len(out), maxSamples)]
}

// Text makes a string of log bytes: bytes that are no UTF-8 become U+FFFD,
// NULs blanks.
func Text(b []byte) string {
	if utf8.Valid(b) {
		if bytes.IndexByte(b, 0) < 0 {
			return string(b)
		}
		return strings.ReplaceAll(string(b), "\x00", " ")
	}
	return strings.ReplaceAll(strings.ToValidUTF8(string(b), "\uFFFD"), "\x00", " ")
}

package correlate

import (
	"regexp"
	"slices"
	"strings"
)

// maxPairs bounds the pairs of one clock that are listed: the trace of a large
// cluster is measured by every phone.
const maxPairs = 64

// reportClocks lists every measurement, and how the sources that no pair reaches
// got their place.
func (k *kase) reportClocks() []Clock {
	m := k.clock
	out := []Clock{}
	told := map[source]bool{}
	for _, o := range m.measured {
		notes := []string{o.note, k.calendarNote(o)}
		if !told[o.src] {
			notes = append(append(notes, k.dateFrom(o.src)), m.notes[o.src]...)
			told[o.src] = true
		}
		c := Clock{Source: k.sourceName(o.src), Boot: o.src.boot, OffsetLow: float64(o.low-o.base) / 1e9, OffsetHigh: float64(o.high-o.base) / 1e9,
			Reference: k.sourceName(o.ref), Pairs: []ClockPair{}}
		for i, a := range o.pairs {
			if i == maxPairs {
				notes = append(notes, "only the first pairs are listed")
				break
			}
			c.Pairs = append(c.Pairs, ClockPair{Kind: a.kind, Source: place(a.src.place), Reference: place(a.refPlace), Bound: a.bounds(), Seconds: float64(a.diff()-o.base) / 1e9})
		}
		c.Note = sentences(notes)
		out = append(out, c)
	}
	var rest []source
	for s := range m.to {
		rest = append(rest, s)
	}
	slices.SortFunc(rest, compareSource)
	for _, s := range rest {
		o := m.to[s]
		note := m.zone[s]
		if o.given {
			note = o.note
		}
		from := k.dateFrom(s)
		if note == "" && (told[s] || from == "" && len(m.notes[s]) == 0) {
			continue
		}
		notes := []string{note}
		if !told[s] {
			notes = append(append(notes, from), m.notes[s]...)
		}
		out = append(out, Clock{Source: k.sourceName(s), Boot: s.boot, OffsetLow: float64(o.low-o.base) / 1e9, OffsetHigh: float64(o.high-o.base) / 1e9, Reference: k.sourceName(o.ref), Note: sentences(notes), Pairs: []ClockPair{}})
	}
	return out
}

// bounds names the side of the offset that an anchor limits.
func (a *anchor) bounds() string {
	switch {
	case a.low && !a.high:
		return "low"
	case a.high && !a.low:
		return "high"
	}
	return "both"
}

// hintNote is how gather words what the name of an input told of its date.
var hintNote = regexp.MustCompile(`(?:date|year) from [^;]+`)

// dateFrom says what told the date that a source does not print: the name of
// the input, or the time its archive keeps.
func (k *kase) dateFrom(s source) string {
	if s.calendar != localDate {
		return ""
	}
	if k.hinted == nil {
		k.hinted = map[source]string{}
		for i := range k.b.Coverage {
			c := &k.b.Coverage[i]
			if found := hintNote.FindString(c.Note); found != "" {
				key := source{input: k.clockOf(c.Input), kind: coverageKind(c)}
				if k.hinted[key] == "" {
					k.hinted[key] = found
				}
			}
		}
	}
	return k.hinted[source{input: s.input, kind: s.kind}]
}

// sentences joins what is to be said, without what is empty or said before.
func sentences(list []string) string {
	var out []string
	for _, s := range list {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, "; ")
}

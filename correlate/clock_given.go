package correlate

import (
	"fmt"
	"maps"
	"slices"
)

// givenOffsets turns what --clock states into the ways of those sources. It
// replaces what was measured, and says nothing of a date: that is the one which
// the measurement gave, or of the captures.
func (k *kase) givenOffsets(all []source, given map[string]float64) map[source]*offset {
	m := k.clock
	out := map[source]*offset{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		v := int64(given[name] * 1e9)
		for _, s := range all {
			if s.input != k.clockOf(name) && k.sourceName(s) != name {
				continue
			}
			was := m.to[s]
			o := &offset{src: s, ref: was.ref, given: true, abs: m.abs[s], note: "given by --clock"}
			switch {
			case s.calendar == fullDate, s.calendar == localDate && m.abs[s]:
			case m.abs[s]:
				o.base = wholeDays(was.mid() - v)
			default:
				if base, from, ok := k.dayOfCaptures(all, s, v); ok {
					o.ref, o.abs, o.base = s, true, base
					if s.calendar != localDate {
						o.note += "; the missing date is taken from " + from
					}
				}
			}
			o.low, o.high = o.base+v, o.base+v
			out[s] = o
		}
	}
	return out
}

// dayOfCaptures finds the date of a source without one beside the captures of
// the case: the day on which it ends nearest to them. Captures of several days
// leave it open.
func (k *kase) dayOfCaptures(all []source, s source, v int64) (base int64, from string, ok bool) {
	for _, r := range all {
		if r.calendar != fullDate {
			continue
		}
		l := k.clock.life[r]
		b := wholeDays(l.last - k.clock.life[s].last - v)
		if s.calendar == localDate {
			b = 0
		}
		if ok && b != base {
			return 0, "", false
		}
		base, from, ok = b, k.sourceName(r), true
	}
	return base, from, ok
}

// calendarNote says whence a source has what its stamps lack of a date, when it
// was measured against one that has it.
func (k *kase) calendarNote(o *offset) string {
	if !k.clock.abs[o.ref] || o.ref.calendar != fullDate {
		return ""
	}
	switch {
	case o.src.calendar == noYear && o.base != 0:
		return "the missing year is taken from the reference"
	case o.src.calendar == timeOfDay && o.base != 0:
		return "the missing date is taken from the reference"
	case o.src.calendar == localDate && o.base != 0:
		return fmt.Sprintf("by the reference the source is %s; its date is not used", lateBy(-o.base))
	}
	return ""
}

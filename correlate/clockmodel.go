package correlate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"trustline/correlate/evidence"
)

// clockModel says for every source how its times become one scale.
type clockModel struct {
	measured []*offset               // every direct measurement, for the report
	edges    map[source][]*offset    // the same, by each of its two ends
	to       map[source]*offset      // the way to the scale; nil entry: none
	abs      map[source]bool         // that scale is the real date
	island   map[source]bool         // stands on its own clock, which nothing dates
	zone     map[source]string       // how a source without any pair got its place
	notes    map[source][]string     // what else is to be said of its clock
	scales   map[source]int32        // numbers of the scales that nobody dates
	life     map[source]*lifetime    // its first and last stamp
	epochs   map[source][]*innerDate // times with date and zone inside its records
	byPhone  map[string]*phoneClocks // made when first asked for
	wrong    map[*entry]int64        // epochs that contradict the clock as measured: by how much
}

// lifetime is from when to when the stamps of a source go, on its own clock.
type lifetime struct{ first, last int64 }

// calendar is how much of a date the stamps of a source carry.
type calendar int

const (
	timeOfDay calendar = iota // nothing but the time
	noYear                    // month and day
	localDate                 // a date without zone
	fullDate                  // date and zone
)

func calendarOf(c *evidence.Clock) calendar {
	switch {
	case c.Absolute():
		return fullDate
	case c.Dated:
		return localDate
	case c.NoYear:
		return noYear
	}
	return timeOfDay
}

// solve measures offsets and walks them from the captures (which have a date)
// to every source that can be reached. What --clock states is fixed before the
// walk, so that whatever was measured against it follows.
func (k *kase) solve(given map[string]float64) {
	m := &clockModel{edges: map[source][]*offset{}, notes: map[source][]string{}, life: k.life, epochs: map[source][]*innerDate{}, wrong: map[*entry]int64{}}
	k.clock = m
	all := slices.SortedFunc(maps.Keys(k.life), compareSource) // every clock of the case
	var found [][]*offset
	for pair, list := range k.anchors(all) {
		if o := measure(pair[0], pair[1], inZone(list, k.opt.Zone)); o != nil {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, func(a, b []*offset) int {
		return cmp.Or(compareSource(a[0].src, b[0].src), compareSource(a[0].ref, b[0].ref))
	})
	m.measured = k.chooseOffsets(found)
	k.reconcileBoots()
	for _, o := range m.measured {
		m.edges[o.src] = append(m.edges[o.src], o)
		m.edges[o.ref] = append(m.edges[o.ref], o)
	}
	k.findEpochs()
	k.place(all, nil)
	if fixed := k.givenOffsets(all, given); len(fixed) > 0 {
		k.place(all, fixed)
	}
	m.scales = map[source]int32{}
	for _, s := range all {
		if ref := m.to[s].ref; !m.abs[s] && m.scales[ref] == 0 {
			m.scales[ref] = int32(len(m.scales)) + 1
		}
	}
	k.contradictions(all)
}

// place gives every source its way to the scale: what --clock states, what has
// a date by itself, what is measured against those, what a date inside the
// records tells, another boot or log of the same clock, the stated zone; and at
// last the time of day of the first trace, or of the phone, as the common scale
// of what nobody can date.
func (k *kase) place(all []source, fixed map[source]*offset) {
	m := k.clock
	m.to, m.abs, m.island, m.zone = map[source]*offset{}, map[source]bool{}, map[source]bool{}, map[source]string{}
	for _, s := range all {
		switch o := fixed[s]; {
		case o != nil:
			m.to[s], m.abs[s] = o, o.abs
		case s.calendar == fullDate:
			m.to[s], m.abs[s] = &offset{src: s, ref: s}, true
		}
	}
	m.spread(all)
	k.byEpoch(all)
	m.spread(all)
	k.companions(all)
	m.spread(all)
	k.byZone(all)
	m.spread(all)
	for _, kind := range []string{"server", "phone", "pasted", "capture"} {
		for _, s := range all { // what no capture dates: one scale per island
			if m.to[s] == nil && s.kind == kind {
				m.to[s], m.island[s] = &offset{src: s, ref: s}, true
				m.spread([]source{s})
			}
		}
		if kind == "server" {
			k.companions(all)
			m.spread(all)
		}
	}
}

// byZone places sources that print a date and no zone, and that no pair
// reaches, by the stated zone. A missing year is that of the nearest source
// that has one.
func (k *kase) byZone(all []source) {
	if k.opt.Zone == nil {
		return
	}
	m := k.clock
	for _, s := range all {
		l := m.life[s]
		if m.to[s] != nil || s.calendar != localDate && s.calendar != noYear {
			continue
		}
		base, note := int64(0), "no pair: taken to be in the zone given by --tz"
		if s.calendar == noYear {
			year, from := k.yearNear(all, s)
			if year == 0 {
				continue
			}
			base = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
			note = fmt.Sprintf("%s; the missing year %d is the nearest to %s", note, year, from)
		}
		at := time.Unix(0, l.last+base).UTC()
		_, east := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, k.opt.Zone).Zone()
		off := base - int64(east)*second
		m.to[s], m.abs[s], m.zone[s] = &offset{src: s, ref: s, low: off, high: off, base: base}, true, note
	}
}

// yearNear finds the year in which the last record of a source lies nearest to
// the records of a source that tells the year.
func (k *kase) yearNear(all []source, s source) (year int, from string) {
	best := int64(-1)
	for _, r := range all {
		l := k.clock.life[r]
		shift := int64(0)
		switch o := k.clock.to[r]; {
		case o != nil && k.clock.abs[r]:
			shift = o.mid()
		case r.calendar != localDate:
			continue
		}
		at := time.Unix(0, l.last+shift).UTC()
		for y := at.Year() - 1; y <= at.Year()+1; y++ {
			d := abs(time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano() + k.clock.life[s].last - at.UnixNano())
			if best < 0 || d < best {
				best, year, from = d, y, k.sourceName(r)
			}
		}
	}
	return year, from
}

// inZone keeps the anchors that agree with a stated zone of the logs, to
// within zoneSlack; when none does, the statement is wrong and the measurement
// stands. It settles which of several look-alike boots a log tells of.
func inZone(list []*anchor, zone *time.Location) []*anchor {
	if zone == nil {
		return list
	}
	var out []*anchor
	for _, a := range list {
		if !a.refClock.Absolute() || a.srcClock.Absolute() {
			return list
		}
		_, east := time.Unix(a.refClock.Seconds, 0).In(zone).Zone()
		if abs(wrapDay(a.diff()+int64(east)*second)) <= zoneSlack {
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		return list
	}
	return out
}

// companions places sources that share another's clock: other boots of the
// same input, and a phone's status messages beside its console.
func (k *kase) companions(all []source) {
	m := k.clock
	same, own := map[witness][]source{}, map[string][]source{}
	for _, s := range all {
		if m.to[s] == nil || m.island[s] {
			continue
		}
		same[witness{s.input, s.kind}] = append(same[witness{s.input, s.kind}], s)
		if p := k.owner[s.input]; p != "" && s.kind == "phone" {
			own[p] = append(own[p], s)
		}
	}
	for _, s := range all {
		if m.to[s] != nil {
			continue
		}
		if list := same[witness{s.input, s.kind}]; len(list) > 0 {
			r := slices.MinFunc(list, func(a, b source) int {
				return cmp.Or(cmp.Compare(abs(int64(a.calendar-s.calendar)), abs(int64(b.calendar-s.calendar))),
					cmp.Compare(abs(int64(a.boot-s.boot)), abs(int64(b.boot-s.boot))), cmp.Compare(a.boot, b.boot))
			})
			m.to[s], m.abs[s] = m.beside(s, r), m.abs[r]
			m.zone[s] = fmt.Sprintf("no pair of its own: taken from boot %d of the same input", r.boot)
			continue
		}
		if list := own[k.owner[s.input]]; len(list) > 0 && s.kind == "phone" {
			r := list[0]
			m.to[s], m.abs[s] = m.beside(s, r), m.abs[r]
			m.zone[s] = fmt.Sprintf("no pair of its own: the phone's clock as measured from %s", r.input)
		}
	}
}

// beside gives a source the offset of another log of the same clock. What the
// two print of the date may differ: the time of day is shared, and a date that
// is missing is the day on which the two logs end nearest to each other.
func (m *clockModel) beside(s, r source) *offset {
	o, a, b := m.to[r], m.life[s], m.life[r]
	out := &offset{src: s, ref: o.ref, low: o.low, high: o.high, base: o.base, note: o.note}
	shift := int64(0)
	switch {
	case s.calendar == timeOfDay && (s.input != r.input || r.calendar != timeOfDay):
		shift = wholeDays(b.last - a.last)
	case s.calendar != r.calendar:
		shift = -o.base // each has its own part of the date
	}
	out.low, out.high, out.base = out.low+shift, out.high+shift, out.base+shift
	return out
}

// wholeDays rounds a difference to days.
func wholeDays(d int64) int64 { return d - wrapDay(d) }

func compareSource(a, b source) int {
	return cmp.Or(strings.Compare(a.input, b.input), strings.Compare(a.kind, b.kind), cmp.Compare(a.boot, b.boot), cmp.Compare(a.calendar, b.calendar))
}

// clockOf names the clock of an input: its own, or that of the rotated capture
// or trace of which it is a part, named after the first part.
func (k *kase) clockOf(input string) string {
	if name := k.series[input]; name != "" {
		return name
	}
	return input
}

// at gives an event's place on the common scale.
func (k *kase) at(input, kind string, c *evidence.Clock) instant {
	if c == nil {
		return instant{}
	}
	s := k.sourceOf(input, kind, c)
	o := k.clock.to[s]
	if o == nil {
		return instant{}
	}
	if !k.clock.abs[s] {
		return instant{ns: ns(c) + o.mid(), known: true, scale: k.clock.scales[o.ref]}
	}
	at := ns(c) + o.mid()
	if c.NoYear {
		at += leapDay(c, at, o.mid())
	}
	return instant{ns: at, known: true, abs: true}
}

// marchFirst is March 1st as sources without a year count it: February 29th has
// the same number there.
const marchFirst = 59 * day

// leapDay corrects a time without a year for a February 29th that lies between
// it and where its offset comes from: the offset of such a source holds the day
// or not, depending on the side of the year it was measured on.
func leapDay(c *evidence.Clock, at, mid int64) int64 {
	year := time.Unix(0, at).UTC().Year()
	if year%4 != 0 || year%100 == 0 && year%400 != 0 {
		return 0
	}
	// The zone is less than a day: what is left of the offset beyond January
	// 1st is the day, or it is not in it.
	rest := mid - time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano() + c.Seconds/(365*86400)*365*day
	holds := rest >= halfDay
	after := c.Seconds%(365*86400)*second >= marchFirst && !strings.HasPrefix(c.Text, "Feb")
	switch {
	case holds && !after:
		return -day
	case !holds && after:
		return day
	}
	return 0
}

// ticks notes that an event was dated by its source.
func (k *kase) ticks(n *entry) {
	c := n.e().Clock
	if c == nil {
		return
	}
	s, at := k.sourceOf(n.place.Input, n.sourceKind(), c), ns(c)
	if l := k.life[s]; l != nil {
		l.first, l.last = min(l.first, at), max(l.last, at)
		return
	}
	k.life[s] = &lifetime{first: at, last: at}
	if !slices.Contains(k.kinds[s.input], s.kind) {
		k.kinds[s.input] = append(k.kinds[s.input], s.kind)
	}
}

// sourceName names a clock for the report: its input, and which of the
// witnesses in it when there are several.
func (k *kase) sourceName(s source) string {
	for _, kind := range k.kinds[s.input] {
		if kind != s.kind {
			return s.input + " (" + s.kind + ")"
		}
	}
	return s.input
}

// coverageKind tells which witness of an input a coverage row speaks of.
func coverageKind(c *evidence.Coverage) string {
	switch c.Service {
	case "capture":
		return "capture"
	case "console", "status":
		return "phone"
	}
	if pastedDialect(c.Service) {
		return "pasted"
	}
	return "server"
}

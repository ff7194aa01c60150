package correlate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"trustline/correlate/evidence"
)

// clockModel says for every source how its times become one scale.
type clockModel struct {
	measured []*offset          // every direct measurement, for the report
	to       map[source]*offset // the way to the scale; nil entry: none
	abs      map[source]bool    // that scale is the real date
	zone     map[source]string  // how a source without any pair got its place
}

// solve measures offsets and walks them from the captures (which have a date)
// to every source that can be reached. Sources nobody can date keep the time
// of day of the first trace, or of the phone, as their common scale.
func (k *kase) solve(given map[string]float64) {
	m := &clockModel{to: map[source]*offset{}, abs: map[source]bool{}, zone: map[source]string{}}
	k.clock = m
	for pair, list := range k.anchors() {
		if o := measure(pair[0], pair[1], inZone(list, k.opt.Zone)); o != nil {
			m.measured = append(m.measured, o)
		}
	}
	slices.SortFunc(m.measured, func(a, b *offset) int {
		return cmp.Or(compareSource(a.src, b.src), compareSource(a.ref, b.ref))
	})
	k.reconcileBoots()
	all := k.sources()
	for _, s := range all {
		if k.datedSource(s) {
			m.to[s], m.abs[s] = &offset{src: s, ref: s}, true
		}
	}
	m.spread()
	k.companions(all)
	m.spread()
	k.byZone(all)
	for _, s := range all { // what no capture dates: one scale per island
		if m.to[s] == nil && s.kind == "server" {
			m.to[s] = &offset{src: s, ref: s}
			m.spread()
		}
	}
	k.companions(all)
	for _, s := range all {
		if m.to[s] == nil {
			m.to[s] = &offset{src: s, ref: s}
			m.spread()
		}
	}
	for name, sec := range given {
		for _, s := range all {
			if s.input == k.clockOf(name) || k.sourceName(s) == name {
				v := int64(sec * 1e9)
				base := int64(0)
				if o := m.to[s]; o != nil {
					base = o.base
				}
				m.to[s] = &offset{src: s, ref: s, low: base + v, high: base + v, base: base, given: true, note: "given by --clock"}
			}
		}
	}
}

// byZone places sources that print a date and no zone, and that no pair
// reaches, by the stated zone.
func (k *kase) byZone(all []source) {
	if k.opt.Zone == nil {
		return
	}
	for _, s := range all {
		sec, ok := k.local[s]
		if !ok || k.clock.to[s] != nil {
			continue
		}
		_, east := time.Unix(sec, 0).In(k.opt.Zone).Zone()
		o := &offset{src: s, ref: s, low: -int64(east) * second, high: -int64(east) * second}
		k.clock.to[s], k.clock.abs[s], k.clock.zone[s] = o, true, "no pair: taken to be in the zone given by --tz"
	}
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

// spread follows measurements from placed sources to unplaced ones, the
// narrowest interval first: a wide one must not place a source that a narrow
// one reaches too.
func (m *clockModel) spread() {
	for {
		var best *offset
		abs := false
		try := func(at, via source, low, high int64, note string) {
			ref := m.to[via]
			if m.to[at] != nil || ref == nil {
				return
			}
			o := dated(&offset{src: at, ref: ref.ref, low: low + ref.low, high: high + ref.high, note: note})
			if best == nil || o.high-o.low < best.high-best.low {
				best, abs = o, m.abs[via]
			}
		}
		for _, o := range m.measured {
			try(o.src, o.ref, o.low, o.high, o.note)
			try(o.ref, o.src, -o.high, -o.low, o.note)
		}
		if best == nil {
			return
		}
		m.to[best.src], m.abs[best.src] = best, abs
	}
}

// reconcileBoots drops a boot's own measurement when it rests on fewer events
// than another boot of the same input and contradicts it by whole hours or
// days: the same file names at the next boot look alike.
func (k *kase) reconcileBoots() {
	best := map[string]*offset{}
	for _, o := range k.clock.measured {
		key := o.src.input + "\x00" + o.ref.input
		if b := best[key]; b == nil || len(o.pairs) > len(b.pairs) {
			best[key] = o
		}
	}
	k.clock.measured = slices.DeleteFunc(k.clock.measured, func(o *offset) bool {
		b := best[o.src.input+"\x00"+o.ref.input]
		return o != b && abs(o.mid()-b.mid()) > 600*second && len(o.pairs) < 3
	})
}

// companions places sources that share another's clock: other boots of the
// same input, and a phone's status messages beside its console.
func (k *kase) companions(all []source) {
	for _, s := range all {
		if k.clock.to[s] != nil {
			continue
		}
		for _, r := range all {
			o := k.clock.to[r]
			if o == nil || r == s || o.ref == r {
				continue
			}
			same := r.input == s.input && r.kind == s.kind
			if !same && !(s.kind == "phone" && r.kind == "phone" && k.owner[s.input] != "" && k.owner[s.input] == k.owner[r.input]) {
				continue
			}
			k.clock.to[s] = &offset{src: s, ref: o.ref, low: o.low, high: o.high, base: o.base, note: o.note}
			k.clock.abs[s] = k.clock.abs[r]
			if same {
				k.clock.zone[s] = fmt.Sprintf("no pair of its own: taken from boot %d of the same input", r.boot)
			} else {
				k.clock.zone[s] = fmt.Sprintf("no pair of its own: the phone's clock as measured from %s", r.input)
			}
			break
		}
	}
}

func compareSource(a, b source) int {
	return cmp.Or(strings.Compare(a.input, b.input), strings.Compare(a.kind, b.kind), cmp.Compare(a.boot, b.boot))
}

// clockOf names the clock of an input: its own, or that of the rotated capture
// of which it is a part, named after the first part.
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
	s := source{k.clockOf(input), kind, c.Boot}
	o := k.clock.to[s]
	if o == nil {
		return instant{}
	}
	return instant{ns: ns(c) + o.mid(), known: true, abs: k.clock.abs[s]}
}

// sources lists every clock of the case.
func (k *kase) sources() []source {
	seen := map[source]bool{}
	var out []source
	for i := range k.b.Events {
		e := &k.b.Events[i]
		if e.Clock == nil {
			continue
		}
		if s := (source{k.clockOf(e.Place.Input), (&entry{e: e}).sourceKind(), e.Clock.Boot}); !seen[s] {
			seen[s] = true
			out = append(out, s)
			switch {
			case e.Clock.Absolute():
				k.dated[s] = true
			case e.Clock.Local:
				k.local[s] = e.Clock.Seconds
			}
			k.kinds[s.input] = append(k.kinds[s.input], s.kind)
		}
	}
	slices.SortFunc(out, compareSource)
	return out
}

func (k *kase) datedSource(s source) bool { return k.dated[s] }

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
	return "server"
}

package correlate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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
		if o := measure(pair[0], pair[1], list); o != nil {
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
	for _, s := range all { // what no capture dates: one scale per island
		if m.to[s] == nil && k.kindOf(s) == "server" {
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
			if s.input == name {
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

// spread follows measurements from placed sources to unplaced ones.
func (m *clockModel) spread() {
	for again := true; again; {
		again = false
		for _, o := range m.measured {
			ref := m.to[o.ref]
			switch {
			case m.to[o.src] == nil && ref != nil:
				m.to[o.src] = &offset{src: o.src, ref: ref.ref, low: o.low + ref.low, high: o.high + ref.high, note: o.note}
				m.abs[o.src] = m.abs[o.ref]
				again = true
			case m.to[o.ref] == nil && m.to[o.src] != nil:
				src := m.to[o.src]
				m.to[o.ref] = &offset{src: o.ref, ref: src.ref, low: src.low - o.high, high: src.high - o.low, note: o.note}
				m.abs[o.ref] = m.abs[o.src]
				again = true
			}
		}
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
			same := r.input == s.input
			if !same && !(k.kindOf(s) == "phone" && k.kindOf(r) == "phone" && k.owner[s.input] != "" && k.owner[s.input] == k.owner[r.input]) {
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
	return cmp.Or(strings.Compare(a.input, b.input), cmp.Compare(a.boot, b.boot))
}

// at gives an event's place on the common scale.
func (k *kase) at(input string, c *evidence.Clock) instant {
	if c == nil {
		return instant{}
	}
	s := source{input, c.Boot}
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
		if s := (source{e.Place.Input, e.Clock.Boot}); !seen[s] {
			seen[s] = true
			out = append(out, s)
			if e.Clock.Dated {
				k.dated[s] = true
			}
			k.kinds[s.input] = (&entry{e: e}).sourceKind()
		}
	}
	slices.SortFunc(out, compareSource)
	return out
}

func (k *kase) datedSource(s source) bool { return k.dated[s] }
func (k *kase) kindOf(s source) string    { return k.kinds[s.input] }

package correlate

import (
	"cmp"
	"container/heap"
	"fmt"
)

// step is a measurement that leads from a placed source to another one.
type step struct {
	at, via   source
	edge      *offset
	low, high int64
}

// steps is a heap of them, the narrowest on top: a wide interval must not place
// a source that a narrow one reaches too.
type steps []step

func (s steps) Len() int           { return len(s) }
func (s steps) Less(i, j int) bool { return compareSteps(&s[i], &s[j]) < 0 }
func (s steps) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *steps) Push(x any)        { *s = append(*s, x.(step)) }
func (s *steps) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}

func compareSteps(a, b *step) int {
	return cmp.Or(cmp.Compare(a.high-a.low, b.high-b.low), compareSource(a.at, b.at), compareSource(a.via, b.via))
}

// spread follows measurements from placed sources to unplaced ones. from names
// those whose measurements may not have been followed yet.
func (m *clockModel) spread(from []source) {
	var queue steps
	follow := func(via source) {
		for _, s := range m.stepsFrom(via) {
			if m.to[s.at] == nil {
				heap.Push(&queue, s)
			}
		}
	}
	for _, s := range from {
		if m.to[s] != nil {
			follow(s)
		}
	}
	for len(queue) > 0 {
		s := heap.Pop(&queue).(step)
		if m.to[s.at] != nil {
			continue
		}
		s = m.outweighed(s)
		m.to[s.at] = dated(&offset{src: s.at, ref: m.to[s.via].ref, low: s.low, high: s.high, note: s.edge.note})
		m.abs[s.at] = m.abs[s.via]
		follow(s.at)
	}
}

// stepsFrom gives the ways from a placed source to those it was measured with.
func (m *clockModel) stepsFrom(via source) []step {
	var out []step
	at := m.to[via]
	for _, o := range m.edges[via] {
		if o.ref == via {
			out = append(out, step{at: o.src, via: via, edge: o, low: o.low + at.low, high: o.high + at.high})
		} else {
			out = append(out, step{at: o.ref, via: via, edge: o, low: at.low - o.high, high: at.high - o.low})
		}
	}
	return out
}

// outweighed gives, where measurements against several placed sources
// contradict each other, the one that the most events agree on: look-alike
// events in another capture make a narrow interval too.
func (m *clockModel) outweighed(s step) step {
	for _, o := range m.edges[s.at] {
		via := o.ref
		if via == s.at {
			via = o.src
		}
		if via == s.via || m.to[via] == nil || m.abs[via] != m.abs[s.via] || !o.outweighs(s.edge) {
			continue
		}
		for _, t := range m.stepsFrom(via) {
			if t.edge == o && apart(t.low, t.high, s.low, s.high) > voteWindow {
				s = t
			}
		}
	}
	return s
}

// outweighs tells that more events stand behind an offset, or as many and more
// boots of the same log.
func (o *offset) outweighs(b *offset) bool {
	return o.weight > b.weight || o.weight == b.weight && o.support > b.support
}

// apart gives the distance of two intervals, 0 when they touch.
func apart(low, high, low2, high2 int64) int64 {
	return max(low-high2, low2-high, 0)
}

// loops reports measurements that contradict what was followed instead.
func (m *clockModel) loops(name func(source) string) {
	for _, o := range m.measured {
		s, r := m.to[o.src], m.to[o.ref]
		if s == nil || r == nil || s.given || r.given || m.abs[o.src] != m.abs[o.ref] || !m.abs[o.src] && s.ref != r.ref {
			continue
		}
		if d := apart(s.low, s.high, o.low+r.low, o.high+r.high); d > voteWindow {
			m.note(o.src, fmt.Sprintf("what pairs it with %s contradicts its other pairs by %.3f s and was not used", name(o.ref), float64(d)/1e9))
		}
	}
}

func (m *clockModel) note(s source, text string) { m.notes[s] = append(m.notes[s], text) }

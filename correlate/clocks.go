package correlate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

const (
	second  = int64(1e9)
	day     = 86400 * second
	halfDay = day / 2
	// zoneSlack is how far a clock may be off the zone it is set to.
	zoneSlack = 20 * 60 * second
	// maxJitter is how far apart two sides may log one moment.
	maxJitter = second / 10
	// voteWindow is how far two measurements of one offset may lie apart:
	// traces lag by up to a second behind the wire.
	voteWindow = second
)

// source is one clock: an input, the kind of witness in it (a pasted ticket
// holds phone and server lines), its boot, and how much of a date it prints:
// status messages beside a console show less. Captures have one boot.
type source struct {
	input    string
	kind     string // phone, server, capture, pasted
	boot     int
	calendar calendar
}

// sourceOf names the clock that gave a time to a witness of an input.
func (k *kase) sourceOf(input, kind string, c *evidence.Clock) source {
	return source{k.clockOf(input), kind, c.Boot, calendarOf(c)}
}

// anchor is one event that two clocks saw: the source's own time and the
// reference's, and which side of the offset it bounds.
type anchor struct {
	kind     string
	src, ref *entry
	srcClock *evidence.Clock
	refClock *evidence.Clock
	refPlace evidence.Place
	low      bool // the event at the source cannot be earlier: offset >= ref-src
	high     bool // it cannot be later: offset <= ref-src
	strong   bool
	exact    bool // both sides name the same port, serial or number of bytes
}

// weight is how much an anchor counts where several offsets are possible.
func (a *anchor) weight() int {
	switch {
	case a.exact:
		return 3
	case a.strong:
		return 2
	}
	return 1
}

// diff is what the anchor says of the offset, in nanoseconds to add to the
// source's clock. Where a side lacks its date, whole days are part of it; dated
// takes them off again.
func (a *anchor) diff() int64 { return ns(a.refClock) - ns(a.srcClock) }

// wrapDay brings an offset between times of day into (-12 h, +12 h].
func wrapDay(d int64) int64 {
	d %= day
	switch {
	case d > halfDay:
		d -= day
	case d <= -halfDay:
		d += day
	}
	return d
}

func ns(c *evidence.Clock) int64 { return c.Seconds*second + int64(c.Nanos) }

// offset is a measured interval: source time + offset = reference time.
type offset struct {
	src, ref  source
	low, high int64
	base      int64 // whole days within low and high that only supply a date
	note      string
	pairs     []*anchor
	given     bool // by --clock: not measured
	abs       bool // of a given one: it leads to the real date
	weight    int  // of the events of the source that agree on it
	support   int  // other boots of the source whose offsets are the same
}

func (o *offset) mid() int64 { return o.low/2 + o.high/2 + (o.low%2+o.high%2)/2 }

// measure fixes one source's offset against one reference from the anchors
// between them. Candidates may pair wrong events (two boots fetch the same
// files): the offset that the most distinct events of the source agree on within
// a second wins, strong anchors counting double. Several come back when as many
// events agree on each.
func measure(src, ref source, anchors []*anchor) []*offset {
	if len(anchors) == 0 {
		return nil
	}
	anchors = slices.Clone(anchors)
	slices.SortStableFunc(anchors, func(a, b *anchor) int { return cmp.Compare(a.diff(), b.diff()) })
	windows := vote(anchors)
	if src.kind == "server" && ref.kind == "capture" {
		if of := ofOneServer(anchors); of != nil {
			anchors, windows = of, vote(of)
		}
	}
	var out []*offset
	for _, w := range windows {
		out = append(out, narrow(&offset{src: src, ref: ref, pairs: alternatives(anchors[w.from:w.to]), weight: w.weight}))
	}
	return out
}

// narrow sets the interval of an offset by its pairs.
func narrow(o *offset) *offset {
	chosen := o.pairs
	strong := slices.DeleteFunc(slices.Clone(chosen), func(a *anchor) bool { return !a.strong })
	use := chosen
	if len(strong) > 0 && bounded(strong) {
		use = strong
	}
	var notes []string
	var ok bool
	if o.low, o.high, ok = intersect(use); !ok {
		// Two moments that both sides saw "at once" differ by the time that
		// each side takes to log them; beyond that they contradict.
		if o.low-o.high > maxJitter {
			notes = append(notes, fmt.Sprintf("the pairs contradict each other by %.3f s; the interval covers them all", float64(o.low-o.high)/1e9))
		}
		o.low, o.high = o.high, o.low
	}
	if len(use) < len(chosen) {
		if low, high, ok := intersect(chosen); ok {
			o.low, o.high = low, high
		} else if low-high > maxJitter {
			notes = append(notes, fmt.Sprintf("weaker pairs disagree by %.3f s and were not used for the interval", float64(low-high)/1e9))
		}
	}
	o.note = strings.Join(notes, "; ")
	return dated(o)
}

// dated splits off the whole days of an offset, which supply the missing date
// of the source and are no error of its clock.
func dated(o *offset) *offset {
	o.base = o.mid() - wrapDay(o.mid())
	return o
}

// bounded tells that the anchors bound the offset on both sides.
func bounded(list []*anchor) bool {
	var low, high bool
	for _, a := range list {
		low, high = low || a.low, high || a.high
	}
	return low && high
}

// ofOneServer keeps the anchors with connections to the server that the most
// events agree on, since a trace is of one server; nil when two are as likely.
func ofOneServer(sorted []*anchor) []*anchor {
	by := map[string][]*anchor{}
	for _, a := range sorted {
		host := hostOf(a.ref.e().Server)
		by[host] = append(by[host], a)
	}
	var best []*anchor
	weight, tie := 0, false
	for _, list := range by {
		switch w := vote(list)[0].weight; {
		case w > weight:
			best, weight, tie = list, w, false
		case w == weight:
			tie = true
		}
	}
	if tie {
		return nil
	}
	return best
}

// window is a stretch of sorted anchors that agree, and what their events weigh.
// A closed one bounds the offset on both sides.
type window struct {
	from, to, weight int
	closed           bool
}

// vote finds the windows of offsets with the most support: every event of the
// source counts once, by its best anchor. The list is gone through once, since a
// trace may hold thousands of phones.
func vote(sorted []*anchor) []window {
	var out []window
	inside := map[*entry]*[4]int{} // anchors of an event in the window, by weight
	sum, j, lows, highs := 0, 0, 0, 0
	best := func(n *[4]int) int {
		for w := len(n) - 1; w > 0; w-- {
			if n[w] > 0 {
				return w
			}
		}
		return 0
	}
	count := func(a *anchor, by int) {
		n := inside[a.src]
		if n == nil {
			n = &[4]int{}
			inside[a.src] = n
		}
		sum -= best(n)
		n[a.weight()] += by
		sum += best(n)
		if a.low {
			lows += by
		}
		if a.high {
			highs += by
		}
	}
	spread := func(w window) int64 { return sorted[w.to-1].diff() - sorted[w.from].diff() }
	for i := range sorted {
		for ; j < len(sorted) && sorted[j].diff()-sorted[i].diff() <= 2*voteWindow; j++ {
			count(sorted[j], 1)
		}
		w, last := window{i, j, sum, lows > 0 && highs > 0}, len(out)-1
		switch {
		case last < 0 || sum > out[last].weight:
			out = append(out[:0], w)
		case sum < out[last].weight:
		case sorted[i].diff() > sorted[out[last].to-1].diff():
			out = append(out, w)
		case w.closed != out[last].closed:
			if w.closed {
				out[last] = w
			}
		case w.to-w.from > out[last].to-out[last].from,
			w.to-w.from == out[last].to-out[last].from && spread(w) < spread(out[last]):
			out[last] = w
		}
		count(sorted[i], -1)
	}
	return out
}

// alternatives keeps one of several anchors of one kind for one source event: a
// trace of one server may stand beside connections to several, and a request may
// come twice. Of bounds on one side the loosest, which holds whichever is meant;
// of the others the one closest to the middle of the window.
func alternatives(window []*anchor) []*anchor {
	middle := window[len(window)/2].diff()
	type key struct {
		src  *entry
		kind string
	}
	best := map[key]*anchor{}
	for _, a := range window {
		k := key{a.src, a.kind}
		b, ok := best[k]
		switch {
		case !ok:
		case a.low && !a.high:
			ok = a.diff() >= b.diff()
		case a.high && !a.low:
			ok = a.diff() <= b.diff()
		default:
			ok = abs(a.diff()-middle) >= abs(b.diff()-middle)
		}
		if !ok {
			best[k] = a
		}
	}
	out := make([]*anchor, 0, len(best))
	for _, a := range window {
		if best[key{a.src, a.kind}] == a {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b *anchor) int {
		return cmp.Or(cmp.Compare(a.src.place.Line, b.src.place.Line), strings.Compare(a.kind, b.kind))
	})
	return out
}

func abs(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}

// intersect gives the interval that all anchors allow. A side that no anchor
// bounds is closed at a second beyond the nearest one. When the intersection is
// empty beyond the sources' resolution, ok is false and low > high.
func intersect(list []*anchor) (low, high int64, ok bool) {
	low, high = math.MinInt64, math.MaxInt64
	var step float64
	var least, most int64 = math.MaxInt64, math.MinInt64
	for _, a := range list {
		d := a.diff()
		least, most = min(least, d), max(most, d)
		if a.low {
			low = max(low, d)
		}
		if a.high {
			high = min(high, d)
		}
		step = max(step, a.srcClock.Step, a.refClock.Step)
	}
	if low == math.MinInt64 {
		low = min(least, high) - voteWindow
	}
	if high == math.MaxInt64 {
		high = max(most, low) + voteWindow
	}
	if low > high && float64(low-high)/1e9 <= step {
		low, high = high, low // within one tick of the coarser clock
	}
	return low, high, low <= high
}

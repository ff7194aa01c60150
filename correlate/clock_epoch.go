package correlate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	// quarter is the step in which zones lie apart.
	quarter = 900 * second
	// composed is how long before its record a phone may have read the time
	// that stands in it.
	composed = 2 * second
)

// innerDate is a time with date and zone that stands inside a record whose own
// stamp has neither (event clock_epoch): what has to be added to the source's
// clock. By the phone's clock it holds to the precision it was printed with. By
// a server's it tells the date and, to the quarter of an hour, the zone: the two
// clocks may differ by seconds, which nothing here measures.
//
//	11:04:15.296173 SECD: ... Date: Tue, 30 Sep 2014 11:04:15 GMT   server: 2014-09-30, UTC
//	Mar 09 18:32:40.720 downd: endDownloadCTL-time:1552156360720    phone: 2019, UTC, to 1 ms
type innerDate struct {
	n         *entry
	src       source
	low, high int64
	server    bool
}

func (e *innerDate) mid() int64 { return e.low + (e.high-e.low)/2 }

// findEpochs collects the dates inside the records of every source.
func (k *kase) findEpochs() {
	look := func(list []*entry) {
		for _, n := range list {
			if e := k.epochOf(n); e != nil {
				k.clock.epochs[e.src] = append(k.clock.epochs[e.src], e)
			}
		}
	}
	for _, p := range k.phones {
		look(p.all)
	}
	look(k.general)
	look(k.strays)
	for _, list := range k.clock.epochs {
		slices.SortStableFunc(list, func(a, b *innerDate) int { return cmp.Compare(a.n.place.Line, b.n.place.Line) })
	}
}

// epochOf reads one event, nil when it fixes nothing.
func (k *kase) epochOf(n *entry) *innerDate {
	if n.name != "clock_epoch" || !timed(n) || n.detail("fixes") == "" || n.e().Clock.Absolute() {
		return nil
	}
	at, step, ok := decimalNs(n.detail("epoch"))
	if !ok {
		return nil
	}
	e := &innerDate{n: n, src: k.sourceOf(n.place.Input, n.sourceKind(), n.e().Clock), server: n.detail("clock") != "phone"}
	e.low = at - ns(n.e().Clock)
	e.high = e.low + step
	ahead, _, ok := decimalNs(n.detail("ahead"))
	if !ok {
		return nil
	}
	// The record's stamp, dated, less the zone to the quarter hour.
	off := e.low + ahead - nearestTo(ahead, quarter)
	switch {
	case e.server:
		e.low, e.high = off-quarter/2, off+quarter/2
	case apart(e.low, e.high, off, off) <= composed:
		e.low, e.high = off, off // both are of one clock: only the zone lies between
	}
	return e
}

// nearestTo rounds to a multiple.
func nearestTo(d, unit int64) int64 {
	r := ((d % unit) + unit) % unit
	if 2*r >= unit {
		return d - r + unit
	}
	return d - r
}

// decimalNs reads seconds with decimals, and what one unit of the last is worth.
func decimalNs(s string) (v, step int64, ok bool) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, decimals, _ := strings.Cut(digits, ".")
	decimals = decimals[:min(len(decimals), 9)]
	v, err := strconv.ParseInt(whole+decimals, 10, 64)
	if err != nil || v < 0 || len(whole) > 10 {
		return 0, 0, false
	}
	step = second
	for range decimals {
		step /= 10
	}
	if v *= step; negative {
		v = -v
	}
	return v, step, true
}

// byEpoch places the sources that no measurement reaches by the dates inside
// their records. A boot beside a measured one of the same log keeps to that,
// unless the date says otherwise: a measured offset holds the error of the
// phone's clock too.
func (k *kase) byEpoch(all []source) {
	m := k.clock
	best := map[source]*innerDate{}
	for _, s := range all {
		if e := chooseEpoch(m.epochs[s]); e != nil && m.to[s] == nil {
			best[s] = e
		}
	}
	for _, s := range all {
		e := best[s]
		if e == nil {
			continue
		}
		beside := slices.ContainsFunc(all, func(r source) bool {
			o := m.to[r]
			return r.input == s.input && r.kind == s.kind && r.calendar == s.calendar && o != nil && m.abs[r] && m.zone[r] == "" && apart(o.low, o.high, e.low, e.high) <= zoneSlack
		})
		if beside {
			continue
		}
		m.to[s], m.abs[s] = dated(&offset{src: s, ref: s, low: e.low, high: e.high}), true
		m.zone[s] = "no pair: " + e.says()
	}
}

// says tells what the epoch supplies and whence: "year and zone from line 12
// (endDownloadCTL-time), by the phone's own clock".
func (e *innerDate) says() string {
	whose := "the phone's own clock"
	if e.server {
		whose = "a server's clock; the zone to the quarter hour"
	}
	return fmt.Sprintf("%s from line %d (%s), by %s", e.n.detail("fixes"), e.n.place.Line, e.n.detail("from"), whose)
}

// chooseEpoch takes the date that most others in the source agree with: of the
// phone's clock, for its precision, the last when several do, since a phone sets
// its clock while it boots. A server's date is believed where the phone's is
// another day: servers keep the time by NTP.
func chooseEpoch(list []*innerDate) *innerDate {
	var best *innerDate
	votes := -1
	for _, server := range []bool{false, true} {
		for _, e := range list {
			if e.server != server {
				continue
			}
			n := 0
			for _, o := range list {
				if d := apart(e.low, e.high, o.low, o.high); d <= voteWindow || o.server != e.server && d <= zoneSlack {
					n++
					if o.server {
						n += len(list) // one server outweighs the phone
					}
				}
			}
			if n > votes || n == votes && !server {
				best, votes = e, n
			}
		}
	}
	return best
}

// contradictions compares what is said of the clocks after all are placed.
func (k *kase) contradictions(all []source) {
	m := k.clock
	m.loops(k.sourceName)
	for _, s := range all {
		o := m.to[s]
		if o == nil || !m.abs[s] {
			continue
		}
		for _, e := range m.epochs[s] {
			d := apart(o.low, o.high, e.low, e.high)
			if e.mid() < o.mid() {
				d = -d
			}
			switch what := e.n.detail("from"); {
			case abs(d) > zoneSlack:
				m.wrong[e.n] = d
				m.note(s, fmt.Sprintf("line %d (%s) contradicts this: by it the log is %s", e.n.place.Line, what, lateBy(d)))
			case abs(d) > second && !e.server:
				m.note(s, fmt.Sprintf("by line %d (%s) the phone's own clock is %s", e.n.place.Line, what, lateBy(d)))
			}
		}
		m.notes[s] = slices.Compact(m.notes[s])
	}
}

// lateBy words a difference: "3.200 s ahead", "2 days behind".
func lateBy(d int64) string {
	way := "ahead"
	if d < 0 {
		way, d = "behind", -d
	}
	if d >= day {
		return fmt.Sprintf("%.1f days %s", float64(d)/float64(day), way)
	}
	return fmt.Sprintf("%.3f s %s", float64(d)/1e9, way)
}

// epochContradiction gives a date inside the phone's own log that contradicts
// its clock as the other sources show it, by more than a zone could be off: the
// phone's clock is wrong, or that of the server which it quotes. Detail clock
// of the entry says whose date it is; epochError by how much.
func (k *kase) epochContradiction(p *phone) (*entry, bool) {
	var found *entry
	for _, n := range p.all {
		if _, ok := k.clock.wrong[n]; ok && (found == nil || n.detail("clock") == "phone" && found.detail("clock") != "phone") {
			found = n
		}
	}
	return found, found != nil
}

// epochError gives by how many seconds a contradicting date is ahead of the
// clock as measured.
func (k *kase) epochError(n *entry) float64 { return float64(k.clock.wrong[n]) / 1e9 }

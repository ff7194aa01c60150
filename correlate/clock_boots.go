package correlate

import (
	"cmp"
	"slices"
)

// witness is a log, whichever of its boots.
type witness struct{ input, kind string }

// chooseOffsets settles measurements that fit several offsets equally well: the
// same files are fetched at every boot. The one that other boots of the log have
// too is meant, days apart or not: a phone's clock keeps its zone. Otherwise
// boots follow each other as the log shows them.
func (k *kase) chooseOffsets(found [][]*offset) []*offset {
	boots := map[witness]map[source][]*offset{}
	for _, list := range found {
		w := witness{list[0].src.input, list[0].src.kind}
		if boots[w] == nil {
			boots[w] = map[source][]*offset{}
		}
		boots[w][list[0].src] = append(boots[w][list[0].src], list...)
	}
	for _, list := range found {
		others := boots[witness{list[0].src.input, list[0].src.kind}]
		for _, o := range list {
			for s, offers := range others {
				if s != o.src && slices.ContainsFunc(offers, o.sameClock) {
					o.support++
				}
			}
		}
	}
	var out []*offset
	chosen := map[witness][]*offset{}
	for _, list := range found {
		w := witness{list[0].src.input, list[0].src.kind}
		best := list[0]
		for _, o := range list[1:] {
			switch {
			case o.support > best.support:
				best = o
			case o.support == best.support && !k.inOrder(best, chosen[w]) && k.inOrder(o, chosen[w]):
				best = o
			}
		}
		out, chosen[w] = append(out, best), append(chosen[w], best)
	}
	return out
}

// sameClock tells that two offsets are of one clock: the time of day is the
// same, and the date where the source prints one.
func (o *offset) sameClock(b *offset) bool {
	d := o.mid() - b.mid()
	if o.src.calendar == timeOfDay {
		d = wrapDay(d)
	}
	return abs(d) <= bootDrift
}

// bootDrift is how far the clock of a phone may be set at a boot: the zone stays
// and the seconds do not.
const bootDrift = 10 * second

// inOrder tells that an offset leaves a boot behind the boot before it in the
// same log, as far as that is chosen.
func (k *kase) inOrder(o *offset, chosen []*offset) bool {
	for _, b := range chosen {
		if b.ref == o.ref && b.src.boot < o.src.boot &&
			k.clock.life[b.src].last+b.mid() > k.clock.life[o.src].first+o.mid() {
			return false
		}
	}
	return true
}

// follows tells that two boots of one log keep its order on the clock that both
// are measured against, where the source prints a date or is of one day.
func (k *kase) follows(a, b *offset) bool {
	if a.ref != b.ref {
		return true
	}
	if a.src.boot > b.src.boot {
		a, b = b, a
	}
	return k.clock.life[a.src].last+a.mid() <= k.clock.life[b.src].first+b.mid()
}

// compareBoots tells which of two boots of one log has the better measurement: the
// one that more boots agree with, has more pairs, or is a zone away and no odd time:
// all but three zones are whole or half hours.
func compareBoots(a, b *offset) int {
	zone := func(o *offset) int {
		const half = 1800 * second
		if rest := abs(o.mid()) % half; min(rest, half-rest) <= bootDrift {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(a.support, b.support), cmp.Compare(len(a.pairs), len(b.pairs)), cmp.Compare(zone(a), zone(b)))
}

// reconcileBoots drops a boot's own measurement when less supports it than that
// of another boot of the same input and contradicts it by hours: the same file
// names at the next boot look alike. Whole days are no contradiction where the
// source prints no date: the log may be joined from two days. One that puts a
// boot before or into an earlier one of a better supported clock goes too,
// however many pairs it has: both would explain the same packets. When the two
// are as good, neither is taken.
func (k *kase) reconcileBoots() {
	best := map[string]*offset{}
	for _, o := range k.clock.measured {
		key := o.src.input + "\x00" + o.ref.input
		if b := best[key]; b == nil || compareBoots(o, b) > 0 {
			best[key] = o
		}
	}
	all := slices.Clone(k.clock.measured)
	k.clock.measured = slices.DeleteFunc(k.clock.measured, func(o *offset) bool {
		b := best[o.src.input+"\x00"+o.ref.input]
		d := o.mid() - b.mid()
		if o.src.calendar == timeOfDay {
			d = wrapDay(d)
		}
		if o == b {
			return slices.ContainsFunc(all, func(x *offset) bool { // as good, and only one can be right
				return x != o && x.src.input == o.src.input && x.src.kind == o.src.kind && compareBoots(x, o) == 0 && !o.sameClock(x) && !k.follows(o, x)
			})
		}
		if abs(d) <= 600*second {
			return false
		}
		return len(o.pairs) < 3 || slices.ContainsFunc(all, func(x *offset) bool {
			return x.src.input == o.src.input && x.src.kind == o.src.kind && (x.support > o.support || x == b) && !k.follows(o, x)
		})
	})
}

package correlate

import (
	"cmp"
	"fmt"
	"maps"

	"trustline/correlate/evidence"
)

// folded is what is kept of a phone of a large fleet between the times that it
// is looked at: which packed events are its own, in their order. Everything else
// is made anew from them. A phone takes some 6 kB while it is open.
//
//	row   12   14   -1   71   -2     the number of a packed event in the bundle, or
//	                 |         |     -1 less the place in kept of what is no such
//	kept             a         b     event: a log line, a statement, a list in a file
type folded struct {
	row  []int32
	kept []*entry
}

// fold lets go of what can be made anew. A phone without packed events stays as
// it is.
func (k *kase) fold(p *phone) {
	if p.folded == nil {
		f := &folded{row: make([]int32, 0, len(p.all))}
		for _, n := range p.all {
			if n.in != nil {
				f.row = append(f.row, n.index)
			} else {
				f.kept = append(f.kept, n)
				f.row = append(f.row, -int32(len(f.kept)))
			}
		}
		if len(f.kept) == len(f.row) {
			return
		}
		p.folded = f
	}
	for _, n := range p.all {
		if n.in != nil {
			n.seen = nil // of those that something else still cites
		}
	}
	p.all, p.transfers, p.conns, p.attempts, p.states = nil, nil, nil, nil, nil
}

// unfold brings a phone back to how it was when it was folded.
func (k *kase) unfold(p *phone) {
	f := p.folded
	if f == nil {
		return
	}
	made := make([]entry, len(f.row)-len(f.kept))
	all := make([]*entry, len(f.row))
	observed := 0
	for i, at := range f.row {
		if at < 0 {
			all[i] = f.kept[-at-1]
		} else {
			n := &made[0]
			made = made[1:]
			*n = k.observation(int(at), k.b.Event(int(at)))
			k.date(n)
			n.id, n.phone = identifier(p.before+i+1), p.name
			all[i] = n
		}
		if all[i].observed() {
			observed = i + 1
		}
	}
	p.all = all[:observed:observed]
	k.follow(p)
	p.all = all // with statements and lists, which stand behind
}

// survey looks at every phone for the first time, in the order of their names,
// and notes what others have to know of it. also may note more.
func (k *kase) survey(also func(*phone)) {
	inOrder(k.phones, func(p *phone) { k.open(p) }, func(p *phone) *phone {
		k.order(p)
		also(p)
		k.findOffers(p)
		k.findUsers(p)
		k.findTaker(p)
		latest(k.latest, p.all)
		k.fold(p)
		return p
	}, func(*phone) {})
	maps.DeleteFunc(k.users, func(_ string, list []user) bool { return len(list) < 2 })
}

func identifier(n int) string { return fmt.Sprintf("e%d", n) }

// sight is an entry of which no more is kept than what it is sorted and told by:
// what is said of a fleet's servers rests on every connection to them.
type sight struct {
	whole *entry // one that is not packed; else its event follows
	index int32
	fine  bool // its source is finer than a microsecond
	at    instant
	place evidence.Place
	name  string
	id    string
}

func (k *kase) sighted(n *entry) sight {
	s := sight{index: n.index, at: n.at, place: n.place, name: n.name, id: n.id}
	if n.in == nil {
		s.whole = n
	} else if c := n.e().Clock; c != nil {
		s.fine = c.Step > 0 && c.Step < 1e-6
	}
	return s
}

// when gives the time of an entry for the report, nil when it has no date.
func (s *sight) when() *string {
	switch {
	case s.whole != nil:
		return s.whole.when()
	case !s.at.known || !s.at.abs:
		return nil
	case s.fine:
		return ptr(rfc3339(s.at.ns, 1e-9))
	}
	return ptr(rfc3339(s.at.ns, 1e-6))
}

// entryOf gives the entry again.
func (k *kase) entryOf(s sight) *entry {
	if s.whole != nil {
		return s.whole
	}
	n := new(entry)
	*n = k.observation(int(s.index), k.b.Event(int(s.index)))
	n.at, n.id, n.seen = s.at, s.id, nil
	return n
}

func compareSights(a, b *sight) int {
	return cmp.Or(a.at.compare(b.at), comparePlaces(&a.place, &b.place), cmp.Compare(a.name, b.name))
}

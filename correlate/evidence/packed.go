package evidence

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync"

	"trustline/correlate/internal/pack"
)

// wholeEvents is how many events a bundle holds as they are. Those of captures that
// are added beyond them are packed: a connection takes some 2.5 kB as it is, and a
// tenth of it packed. Those of logs stay as they are.
const wholeEvents = 2048

// packedEvents are events in their packed form, in the order in which they came.
// They may be read from several goroutines.
type packedEvents struct {
	mu    sync.Mutex
	table pack.Table
	store pack.Store
	refs  []pack.Ref
	buf   []byte
	err   error
}

// add packs an event. Its form holds everything that an event has.
func (p *packedEvents) add(e *Event) {
	p.buf = e.AppendPacked(&p.table, p.buf[:0])
	p.refs = append(p.refs, p.store.Add(p.buf))
}

// at gives a copy of one event. One that cannot be read back from a file is empty
// but for its kind.
func (p *packedEvents) at(i int) *Event {
	e := &Event{}
	p.mu.Lock()
	defer p.mu.Unlock()
	b, err := p.store.Get(p.refs[i])
	if err == nil {
		err = pack.Read(&p.table, b, e)
	}
	if err != nil {
		if p.err == nil {
			p.err = err
		}
		return &Event{Kind: "event", Detail: map[string]string{}}
	}
	return e
}

// eventAt is a place among the events of a bundle: in Events when from is 0, else
// in that list of packed ones, counted from 1.
type eventAt struct{ from, i int32 }

// SpillTo says where the events are kept that are added from then on.
func (b *Bundle) SpillTo(s *Spill) { b.spill = s }

// Add appends an event. Of a capture with many, Events has the first ones only.
func (b *Bundle) Add(e *Event) {
	if b.order != nil { // merged: there is an order to keep
		panic("evidence: an event is added to a merged bundle")
	}
	if e.Dialect != "capture" || len(b.more) == 0 && len(b.Events) < wholeEvents {
		b.Events = append(b.Events, *e)
		return
	}
	if len(b.more) == 0 {
		b.more = []*packedEvents{{store: pack.Store{Spill: b.spill}}}
	}
	b.more[0].add(e)
}

// Count is the number of events.
func (b *Bundle) Count() int {
	if b.order != nil {
		return len(b.order)
	}
	n := len(b.Events)
	for _, p := range b.more {
		n += len(p.refs)
	}
	return n
}

// Event gives one event, in the order of the bundle. A packed one is a copy that
// is made for this call; Packed tells which.
func (b *Bundle) Event(i int) *Event {
	if b.order != nil {
		at := b.order[i]
		if at.from == 0 {
			return &b.Events[at.i]
		}
		return b.more[at.from-1].at(int(at.i))
	}
	if i < len(b.Events) {
		return &b.Events[i]
	}
	i -= len(b.Events)
	for _, p := range b.more {
		if i < len(p.refs) {
			return p.at(i)
		}
		i -= len(p.refs)
	}
	return nil
}

// Packed tells that an event is read from a packed form each time.
func (b *Bundle) Packed(i int) bool {
	if b.order != nil {
		return b.order[i].from != 0
	}
	return i >= len(b.Events)
}

// All visits the events in the order of the bundle. What is changed in one is
// changed in the bundle only where it is not packed; see Update.
func (b *Bundle) All() iter.Seq2[int, *Event] {
	return func(yield func(int, *Event) bool) {
		for i := range b.Count() {
			if !yield(i, b.Event(i)) {
				return
			}
		}
	}
}

// Err tells that a packed event or object could not be read back.
func (b *Bundle) Err() error {
	for _, p := range b.more {
		p.mu.Lock()
		err := p.err
		p.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return failed(b.Objects)
}

// Update changes events, in no particular order. f tells whether it did.
func (b *Bundle) Update(f func(*Event) bool) {
	for i := range b.Events {
		f(&b.Events[i])
	}
	b.more = slices.Clone(b.more)
	for i, p := range b.more {
		b.more[i] = p.updated(f)
	}
}

// updated gives the events after a change, which are the same when there is none.
func (p *packedEvents) updated(f func(*Event) bool) *packedEvents {
	same := 0
	for same < len(p.refs) && !f(p.at(same)) {
		same++
	}
	if same == len(p.refs) {
		return p
	}
	out := &packedEvents{store: pack.Store{Spill: p.store.Spill}, refs: make([]pack.Ref, 0, len(p.refs))}
	for i := range p.refs {
		e := p.at(i)
		if i >= same {
			f(e)
		}
		out.add(e)
	}
	out.err = p.err
	return out
}

// mergeEvents joins the events of bundles, of each what stands in the inputs that
// are kept, in the canonical order.
func (b *Bundle) mergeEvents(bundles []*Bundle, parts []part[Event]) {
	bundles = slices.Clone(bundles)
	whole := slices.Clone(parts)
	if !slices.ContainsFunc(bundles, func(b *Bundle) bool { return len(b.more) > 0 }) {
		b.Events = arrange(parts, func(e *Event) string { return e.Place.Input }, compareEvents)
		return
	}
	for i := len(bundles) - 1; i >= 0; i-- {
		if bundles[i].Count() == 0 {
			bundles, whole = slices.Delete(bundles, i, i+1), slices.Delete(whole, i, i+1)
		}
	}
	if one := bundles[0]; len(bundles) == 1 && one.order != nil && !slices.ContainsFunc(one.Header.Inputs, func(in Input) bool { return !whole[0].keep[in.Name] }) {
		b.Events, b.more, b.order, b.spill = one.Events, one.more, one.order, one.spill
		return
	}
	b.Events = arrange(parts, func(e *Event) string { return e.Place.Input }, compareEvents)
	type keyed struct {
		place Place
		name  string
		at    eventAt
	}
	var words pack.Table
	list := make([]keyed, 0, len(b.Events))
	for i := range b.Events {
		list = append(list, keyed{b.Events[i].Place, b.Events[i].Event, eventAt{0, int32(i)}})
	}
	for i, from := range bundles {
		k := kept{keep: whole[i].keep}
		live := from.packedOrder()
		for j, p := range from.more {
			b.more = append(b.more, p)
			for n := range p.refs {
				if live != nil && !live[eventAt{int32(j + 1), int32(n)}] {
					continue // dropped when that bundle was merged
				}
				if e := p.at(n); k.has(e.Place.Input) {
					place := e.Place
					place.Input = words.Word(place.Input)
					list = append(list, keyed{place, words.Word(e.Event), eventAt{int32(len(b.more)), int32(n)}})
				}
			}
		}
	}
	get := func(at eventAt) *Event {
		if at.from == 0 {
			return &b.Events[at.i]
		}
		return b.more[at.from-1].at(int(at.i))
	}
	order := func(x, y *keyed) int {
		return cmp.Or(comparePlace(x.place, y.place), cmp.Compare(x.name, y.name))
	}
	slices.SortStableFunc(list, func(x, y keyed) int {
		if c := order(&x, &y); c != 0 {
			return c
		}
		return strings.Compare(text(get(x.at)), text(get(y.at)))
	})
	list = slices.CompactFunc(list, func(x, y keyed) bool { return order(&x, &y) == 0 && text(get(x.at)) == text(get(y.at)) })
	b.order = make([]eventAt, len(list))
	for i := range list {
		b.order[i] = list[i].at
	}
}

// packedOrder tells which packed events a merged bundle still has, nil when all.
func (b *Bundle) packedOrder() map[eventAt]bool {
	if b.order == nil {
		return nil
	}
	out := make(map[eventAt]bool, len(b.order))
	for _, at := range b.order {
		out[at] = true
	}
	return out
}

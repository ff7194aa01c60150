package evidence

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// part is what one bundle gives to a merged one: of its list what stands in the
// inputs that are kept, or all when keep is nil.
type part[T any] struct {
	list []T
	keep map[string]bool
}

// kept answers for many pieces of evidence in a row of the same input.
type kept struct {
	keep map[string]bool
	last string
	ok   bool
	know bool
}

func (k *kept) has(input string) bool {
	if k.keep == nil {
		return true
	}
	if !k.know || input != k.last {
		k.last, k.ok, k.know = input, k.keep[input], true
	}
	return k.ok
}

// arrange gives what is kept of all parts in the canonical order: by order,
// then by the JSON form. What is the same in both stands once; it comes from
// an evidence file given twice. So what is left does not depend on the order in
// which it came. The only list that is in this order already is not copied.
func arrange[T any](parts []part[T], input func(*T) string, order func(x, y *T) int) []T {
	parts = slices.DeleteFunc(parts, func(p part[T]) bool { return len(p.list) == 0 })
	if len(parts) == 1 && arranged(parts[0], input, order) {
		return slices.Clip(parts[0].list)
	}
	n := 0
	for _, p := range parts {
		n += len(p.list)
	}
	// Pointers are sorted: an event has some 200 octets, and most comparisons
	// are settled by its first ones.
	refs := make([]*T, 0, n)
	for _, p := range parts {
		k := kept{keep: p.keep}
		for i := range p.list {
			if x := &p.list[i]; k.has(input(x)) {
				refs = append(refs, x)
			}
		}
	}
	texts := map[*T]string{}
	told := func(x *T) string {
		s, ok := texts[x]
		if !ok {
			s = text(x)
			texts[x] = s
		}
		return s
	}
	slices.SortStableFunc(refs, func(x, y *T) int {
		if c := order(x, y); c != 0 {
			return c
		}
		return strings.Compare(told(x), told(y))
	})
	refs = slices.CompactFunc(refs, func(x, y *T) bool { return order(x, y) == 0 && told(x) == told(y) })
	if len(refs) == 0 {
		return nil
	}
	out := make([]T, len(refs))
	for i, x := range refs {
		out[i] = *x
	}
	return out
}

// arranged tells that all of a list is kept and stands in canonical order.
func arranged[T any](p part[T], input func(*T) string, order func(x, y *T) int) bool {
	k := kept{keep: p.keep}
	for i := range p.list {
		x := &p.list[i]
		if !k.has(input(x)) {
			return false
		}
		if i == 0 {
			continue
		}
		before := &p.list[i-1]
		if c := order(before, x); c > 0 || c == 0 && text(before) >= text(x) {
			return false
		}
	}
	return true
}

// text is the JSON form, for a comparison that nothing else decides.
func text[T any](v *T) string {
	j, err := json.Marshal(v)
	if err != nil { // plain data: cannot happen short of a programming error
		return err.Error()
	}
	return string(j)
}

// mergeObjects keeps every object once, with its places in all inputs that are
// kept, in the order of kinds and identities.
func mergeObjects(parts []part[Object]) []Object {
	parts = slices.DeleteFunc(parts, func(p part[Object]) bool { return len(p.list) == 0 })
	if len(parts) == 1 && arrangedObjects(parts[0]) {
		return slices.Clip(parts[0].list)
	}
	type key struct{ object, id string }
	index := map[key]int{}
	var out []Object
	for _, p := range parts {
		k := kept{keep: p.keep}
		for i := range p.list {
			o := p.list[i]
			places := keptPlaces(&k, o.Places)
			if len(places) == 0 {
				continue
			}
			id := key{o.Object, o.ID}
			if j, ok := index[id]; ok {
				out[j].Places = append(out[j].Places, places...)
				continue
			}
			o.Places = places
			index[id] = len(out)
			out = append(out, o)
		}
	}
	for i := range out {
		if o := &out[i]; !ascending(o.Places) {
			o.Places = slices.Clone(o.Places)
			slices.SortFunc(o.Places, comparePlace)
			o.Places = slices.Compact(o.Places)
		}
	}
	slices.SortFunc(out, func(x, y Object) int { return compareObjects(&x, &y) })
	return out
}

// keptPlaces gives the places in inputs that are kept. The result cannot be
// appended to without being copied.
func keptPlaces(k *kept, places []Place) []Place {
	for i := range places {
		if k.has(places[i].Input) {
			continue
		}
		var out []Place
		for _, p := range places {
			if k.has(p.Input) {
				out = append(out, p)
			}
		}
		return out
	}
	return slices.Clip(places)
}

// arrangedObjects tells that all objects and all their places are kept and
// stand in their order.
func arrangedObjects(p part[Object]) bool {
	k := kept{keep: p.keep}
	for i := range p.list {
		o := &p.list[i]
		if i > 0 && compareObjects(&p.list[i-1], o) >= 0 || len(o.Places) == 0 || !ascending(o.Places) {
			return false
		}
		for j := range o.Places {
			if !k.has(o.Places[j].Input) {
				return false
			}
		}
	}
	return true
}

// ascending tells that places stand in order, each once.
func ascending(places []Place) bool {
	for i := 1; i < len(places); i++ {
		if comparePlace(places[i-1], places[i]) >= 0 {
			return false
		}
	}
	return true
}

func sortInputs(list []Input) []Input {
	slices.SortFunc(list, func(x, y Input) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.SHA256, y.SHA256), cmp.Compare(x.Kind, y.Kind))
	})
	return slices.CompactFunc(list, func(x, y Input) bool {
		return x.Name == y.Name && x.SHA256 == y.SHA256 && x.Kind == y.Kind
	})
}

func compareEvents(x, y *Event) int {
	if c := comparePlace(x.Place, y.Place); c != 0 {
		return c
	}
	return cmp.Compare(x.Event, y.Event)
}

func compareObjects(x, y *Object) int {
	if c := cmp.Compare(x.Object, y.Object); c != 0 {
		return c
	}
	return cmp.Compare(x.ID, y.ID)
}

func compareCoverage(x, y *Coverage) int {
	return cmp.Or(cmp.Compare(x.Input, y.Input), cmp.Compare(x.Address, y.Address), cmp.Compare(x.Service, y.Service))
}

func compareFacts(x, y *Fact) int {
	return cmp.Or(comparePlace(x.Place, y.Place), cmp.Compare(x.Phone, y.Phone), cmp.Compare(x.Key, y.Key), cmp.Compare(x.Value, y.Value))
}

func comparePlace(x, y Place) int {
	if x.Input != y.Input {
		return cmp.Compare(x.Input, y.Input)
	}
	switch {
	case x.Frame != y.Frame:
		return cmp.Compare(x.Frame, y.Frame)
	case x.Line != y.Line:
		return cmp.Compare(x.Line, y.Line)
	}
	return cmp.Compare(x.EndLine, y.EndLine)
}

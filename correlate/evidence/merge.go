package evidence

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Merge joins bundles into one whose content does not depend on their order.
// An input given twice (same SHA-256) counts once: as part of a rotated capture
// where it is one, then under the name that sorts first. An object seen in
// several inputs is kept once with all its places.
func Merge(bundles ...*Bundle) *Bundle {
	bundles = distinct(bundles)
	out := &Bundle{Header: Header{Schema: Schema}}
	best := chooseInputs(bundles)
	objects := map[string]*Object{}
	for _, b := range bundles {
		b, keep := b.chosen(best)
		if t := b.Header.Tool; out.Header.Tool.Name == "" || t.Version > out.Header.Tool.Version {
			out.Header.Tool = t
		}
		for _, e := range b.Events {
			if keep[e.Place.Input] {
				out.Events = append(out.Events, e)
			}
		}
		for _, c := range b.Coverage {
			if keep[c.Input] {
				out.Coverage = append(out.Coverage, c)
			}
		}
		out.Facts = append(out.Facts, b.Facts...)
		for _, o := range b.Objects {
			mergeObject(objects, o, keep)
		}
		for _, in := range b.Header.Inputs {
			if keep[in.Name] {
				out.Header.Inputs = append(out.Header.Inputs, in)
			}
		}
	}
	for _, o := range objects {
		slices.SortFunc(o.Places, comparePlace)
		o.Places = slices.Compact(o.Places)
		out.Objects = append(out.Objects, *o)
	}
	out.sort()
	return out
}

// distinct tells apart inputs of one name and different bytes, which two
// evidence files made in two folders may hold: each gets the start of its
// SHA-256 behind its name.
func distinct(bundles []*Bundle) []*Bundle {
	hashes := map[string]map[string]bool{}
	for _, b := range bundles {
		if b == nil {
			continue
		}
		for _, in := range b.Header.Inputs {
			if hashes[in.Name] == nil {
				hashes[in.Name] = map[string]bool{}
			}
			hashes[in.Name][in.SHA256] = true
		}
	}
	out := make([]*Bundle, 0, len(bundles))
	for _, b := range bundles {
		if b == nil {
			continue
		}
		rename := map[string]string{}
		for _, in := range b.Header.Inputs {
			if len(hashes[in.Name]) > 1 && len(in.SHA256) >= 8 {
				rename[in.Name] = in.Name + " #" + in.SHA256[:8]
			}
		}
		if len(rename) > 0 {
			b = b.renamed(rename)
		}
		out = append(out, b)
	}
	return out
}

// renamed copies a bundle with other names for some of its inputs.
func (b *Bundle) renamed(names map[string]string) *Bundle {
	name := func(s string) string {
		if n, ok := names[s]; ok {
			return n
		}
		return s
	}
	out := &Bundle{Header: b.Header, Facts: b.Facts}
	out.Header.Inputs = slices.Clone(b.Header.Inputs)
	for i := range out.Header.Inputs {
		in := &out.Header.Inputs[i]
		in.Name = name(in.Name)
		if in.Series != nil {
			s := *in.Series
			s.Name = name(s.Name)
			in.Series = &s
		}
	}
	out.Events = slices.Clone(b.Events)
	for i := range out.Events {
		e := &out.Events[i]
		e.Place.Input = name(e.Place.Input)
		e.renameMarks(name)
	}
	out.Coverage = slices.Clone(b.Coverage)
	for i := range out.Coverage {
		out.Coverage[i].Input = name(out.Coverage[i].Input)
	}
	out.Objects = slices.Clone(b.Objects)
	for i := range out.Objects {
		o := &out.Objects[i]
		o.Places = slices.Clone(o.Places)
		for j := range o.Places {
			o.Places[j].Input = name(o.Places[j].Input)
		}
	}
	return out
}

// renameMarks gives other names to the inputs of the marks of an event, whose
// transfer or connection is copied for it.
func (e *Event) renameMarks(name func(string) string) {
	mark := func(m Mark) Mark {
		if m.Input != "" {
			m.Input = name(m.Input)
		}
		return m
	}
	if e.Transfer != nil && e.Transfer.End != nil {
		t, end := *e.Transfer, mark(*e.Transfer.End)
		t.End = &end
		e.Transfer = &t
	}
	if e.TLS != nil {
		t := *e.TLS
		t.Syns, t.Alerts, t.Marks = slices.Clone(t.Syns), slices.Clone(t.Alerts), maps.Clone(t.Marks)
		for i := range t.Syns {
			t.Syns[i] = mark(t.Syns[i])
		}
		for i := range t.Alerts {
			t.Alerts[i].Mark = mark(t.Alerts[i].Mark)
		}
		for k, m := range t.Marks {
			t.Marks[k] = mark(m)
		}
		e.TLS = &t
	}
}

// choice is an input that stands for all inputs of the same bytes.
type choice struct {
	name   string
	series Series
}

func choiceOf(in *Input) choice {
	c := choice{name: in.Name}
	if in.Series != nil {
		c.series = *in.Series
	}
	return c
}

// chooseInputs names by SHA-256 the input that stays when the same bytes came
// several times: the part of the longest series, then the name that sorts
// first.
func chooseInputs(bundles []*Bundle) map[string]choice {
	best := map[string]choice{}
	for _, b := range bundles {
		for i := range b.Header.Inputs {
			in := &b.Header.Inputs[i]
			c := choiceOf(in)
			have, ok := best[in.SHA256]
			if !ok || cmp.Or(cmp.Compare(have.series.Parts, c.series.Parts), cmp.Compare(c.name, have.name), cmp.Compare(c.series.Name, have.series.Name)) < 0 {
				best[in.SHA256] = c
			}
		}
	}
	return best
}

// chosen tells which inputs of a bundle stay. Marks in inputs that do not are
// renamed to those that stand for them.
func (b *Bundle) chosen(best map[string]choice) (*Bundle, map[string]bool) {
	keep, other := map[string]bool{}, map[string]string{}
	for i := range b.Header.Inputs {
		in := &b.Header.Inputs[i]
		if c := best[in.SHA256]; in.SHA256 == "" || c == choiceOf(in) {
			keep[in.Name] = true
		} else {
			other[in.Name] = c.name
		}
	}
	if len(other) == 0 {
		return b, keep
	}
	out := *b
	out.Events = slices.Clone(b.Events)
	for i := range out.Events {
		out.Events[i].renameMarks(func(name string) string { return cmp.Or(other[name], name) })
	}
	return &out, keep
}

func mergeObject(objects map[string]*Object, o Object, keep map[string]bool) {
	places := make([]Place, 0, len(o.Places))
	for _, p := range o.Places {
		if keep[p.Input] {
			places = append(places, p)
		}
	}
	if len(places) == 0 {
		return
	}
	key := o.Object + "/" + o.ID
	have, ok := objects[key]
	if !ok {
		o.Places = places
		objects[key] = &o
		return
	}
	have.Places = append(have.Places, places...)
}

// sort puts everything into one canonical order and drops exact repetitions,
// which come from the same evidence file given twice.
func (b *Bundle) sort() {
	slices.SortFunc(b.Header.Inputs, func(x, y Input) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.SHA256, y.SHA256), cmp.Compare(x.Kind, y.Kind))
	})
	b.Header.Inputs = slices.CompactFunc(b.Header.Inputs, func(x, y Input) bool {
		return x.Name == y.Name && x.SHA256 == y.SHA256 && x.Kind == y.Kind
	})
	sortJSON(&b.Events, func(x, y *Event) int {
		return cmp.Or(comparePlace(x.Place, y.Place), cmp.Compare(x.Event, y.Event))
	})
	slices.SortFunc(b.Objects, func(x, y Object) int {
		return cmp.Or(cmp.Compare(x.Object, y.Object), cmp.Compare(x.ID, y.ID))
	})
	sortJSON(&b.Coverage, func(x, y *Coverage) int {
		return cmp.Or(cmp.Compare(x.Input, y.Input), cmp.Compare(x.Address, y.Address), cmp.Compare(x.Service, y.Service))
	})
	sortJSON(&b.Facts, func(x, y *Fact) int {
		return cmp.Or(comparePlace(x.Place, y.Place), cmp.Compare(x.Phone, y.Phone), cmp.Compare(x.Key, y.Key), cmp.Compare(x.Value, y.Value))
	})
}

// sortJSON sorts by the given order, then by the JSON form, and drops
// neighbours that are the same in both: what is left does not depend on the
// order in which it came.
func sortJSON[T any](list *[]T, order func(x, y *T) int) {
	s := *list
	slices.SortStableFunc(s, func(x, y T) int {
		if c := order(&x, &y); c != 0 {
			return c
		}
		return strings.Compare(text(x), text(y))
	})
	*list = slices.CompactFunc(s, func(x, y T) bool {
		return order(&x, &y) == 0 && text(x) == text(y)
	})
}

func text(v any) string {
	j, err := json.Marshal(v)
	if err != nil { // plain data: cannot happen short of a programming error
		return err.Error()
	}
	return string(j)
}

func comparePlace(x, y Place) int {
	return cmp.Or(cmp.Compare(x.Input, y.Input), cmp.Compare(x.Frame, y.Frame), cmp.Compare(x.Line, y.Line), cmp.Compare(x.EndLine, y.EndLine))
}

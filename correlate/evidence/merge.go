package evidence

import (
	"cmp"
	"maps"
	"slices"
)

// Merge joins bundles into one whose content does not depend on their order.
// An input given twice (same SHA-256) counts once: as part of a rotated capture
// where it is one, then under the name that sorts first. An object seen in
// several inputs is kept once with all its places.
//
// The result may share memory with the bundles, which are not changed: evidence
// that came in canonical order, as Merge leaves it, is not copied again.
func Merge(bundles ...*Bundle) *Bundle {
	bundles = distinct(bundles)
	out := &Bundle{Header: Header{Schema: Schema}}
	best := chooseInputs(bundles)
	var (
		events   []part[Event]
		given    []*Bundle
		coverage []part[Coverage]
		facts    []part[Fact]
		objects  []part[Object]
	)
	for _, b := range bundles {
		b, keep := b.chosen(best)
		if t := b.Header.Tool; out.Header.Tool.Name == "" || t.Version > out.Header.Tool.Version {
			out.Header.Tool = t
		}
		events, given = append(events, part[Event]{b.Events, keep}), append(given, b)
		coverage = append(coverage, part[Coverage]{b.Coverage, keep})
		facts = append(facts, part[Fact]{b.Facts, nil})
		objects = append(objects, part[Object]{b.Objects, keep})
		for _, in := range b.Header.Inputs {
			if keep[in.Name] {
				out.Header.Inputs = append(out.Header.Inputs, in)
			}
		}
	}
	out.Header.Inputs = sortInputs(out.Header.Inputs)
	out.mergeEvents(given, events)
	out.Coverage = arrange(coverage, func(c *Coverage) string { return c.Input }, compareCoverage)
	out.Facts = arrange(facts, func(f *Fact) string { return f.Place.Input }, compareFacts)
	out.Objects = mergeObjects(objects)
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
	out.Events, out.more, out.order, out.spill = slices.Clone(b.Events), b.more, b.order, b.spill
	out.Update(func(e *Event) bool {
		e.Place.Input = name(e.Place.Input)
		e.renameMarks(name)
		return true
	})
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
	out.Update(func(e *Event) bool {
		e.renameMarks(func(name string) string { return cmp.Or(other[name], name) })
		return true
	})
	return &out, keep
}

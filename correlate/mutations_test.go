package correlate

import (
	"fmt"
	"slices"
	"strings"
)

// A mutation takes one thing out of the catalogue, to see whether a test
// notices. This file needs nothing of package testing: the command
// testdata/lab/mutate builds it into the package too, for the tests of others.

// mutation is one thing that can be taken out: FINDING/PART/NAME, where PART is
//
//	need     a question that has to be answered yes
//	not      a question that rules it out
//	explain  a finding that is said to be its consequence
//	past     what tells that it was cured since (no NAME)
//	class    what makes the class depend on the evidence (no NAME)
//	row      a row of a deletion gate, which then counts as proved; FINDING is itl or ctl
type mutation struct{ finding, part, name string }

func (m mutation) String() string { return m.finding + "/" + m.part + "/" + m.name }

// mutations lists what can be taken out, of the parts asked for.
func mutations(parts ...string) []mutation {
	var out []mutation
	add := func(finding, part string, names ...string) {
		if slices.Contains(parts, part) {
			for _, n := range names {
				out = append(out, mutation{finding, part, n})
			}
		}
	}
	for _, r := range rules {
		if r.Missing != "" || r.Frame {
			continue // never tried
		}
		add(r.ID, "need", r.Needs...)
		add(r.ID, "not", r.Not...)
		add(r.ID, "explain", r.Explain...)
		if r.past != nil {
			add(r.ID, "past", "")
		}
		if r.class != nil {
			add(r.ID, "class", "")
		}
	}
	for _, g := range []string{"itl", "ctl"} {
		for _, row := range gates[g] {
			add(g, "row", row.row)
		}
	}
	return out
}

// proved is what takes the place of the question of a gate row.
const proved = "mutation: a row that is always proved"

// apply takes the thing out and gives what puts it back.
func (m mutation) apply() (undo func(), err error) {
	if m.part == "row" {
		questions[proved] = Question{proved, "", func(*view) Answer { return yes("nobody looked") }}
		for i := range gates[m.finding] {
			if row := &gates[m.finding][i]; row.row == m.name {
				was := *row
				row.question = proved
				return func() { *row = was }, nil
			}
		}
	}
	for _, r := range rules {
		if r.ID != m.finding {
			continue
		}
		was := *r
		undo = func() { *r = was }
		list := map[string]*[]string{"need": &r.Needs, "not": &r.Not, "explain": &r.Explain}[m.part]
		switch {
		case list != nil && slices.Contains(*list, m.name):
			*list = slices.DeleteFunc(slices.Clone(*list), func(s string) bool { return s == m.name })
			return undo, nil
		case m.part == "past" && r.past != nil:
			r.past = nil
			return undo, nil
		case m.part == "class" && r.class != nil:
			r.class = nil
			return undo, nil
		}
	}
	return nil, fmt.Errorf("correlate: there is no %s to take out", m)
}

func mutationOf(s string) mutation {
	finding, rest, _ := strings.Cut(s, "/")
	part, name, _ := strings.Cut(rest, "/")
	return mutation{finding, part, name}
}

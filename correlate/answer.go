package correlate

import "slices"

// Tri is the value of an answer. The zero value is Unknown: what nobody
// proved is not known, by the type and not by care.
type Tri uint8

// The three answers.
const (
	Unknown Tri = iota
	Yes
	No
)

func (t Tri) String() string {
	switch t {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "unknown"
}

// Answer is what the evidence says to one question: its value, why, and the
// pieces of evidence it rests on.
type Answer struct {
	Value    Tri
	Because  string
	Evidence []*entry
	Sources  int  // how many kinds of witness agree: capture, phone, server, file, operator
	Skipped  bool // yes, because what is asked about cannot apply; Because says why
}

func yes(because string, ev ...*entry) Answer {
	return answer(Yes, because, ev)
}

func no(because string, ev ...*entry) Answer {
	return answer(No, because, ev)
}

func unknown(because string, ev ...*entry) Answer {
	return answer(Unknown, because, ev)
}

func answer(v Tri, because string, ev []*entry) Answer {
	ev = slices.DeleteFunc(slices.Clone(ev), func(e *entry) bool { return e == nil })
	kinds := map[string]bool{}
	for _, e := range ev {
		kinds[e.sourceKind()] = true
	}
	return Answer{Value: v, Because: because, Evidence: ev, Sources: len(kinds)}
}

package view

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"trustline/correlate"
)

// severity orders classes for reading: what needs a person first.
var severity = []string{
	correlate.ClassLockedOut, correlate.ClassRecoverable, correlate.ClassInconclusive,
	correlate.ClassDegraded, correlate.ClassOK, correlate.ClassNote,
}

// Rank is the place of a class in that order, unknown ones last.
func Rank(class string) int {
	if i := slices.Index(severity, class); i >= 0 {
		return i
	}
	return len(severity)
}

// WorstFirst lists the phones, by their numbers in the report, in the order to be
// read.
func WorstFirst(r *correlate.Report) []int {
	out := make([]int, r.Count())
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(a, b int) int { return Rank(r.Brief(a).Class) - Rank(r.Brief(b).Class) })
	return out
}

// Phones gives phones by their numbers.
func Phones(r *correlate.Report, numbers []int) iter.Seq2[int, *correlate.Phone] {
	return func(yield func(int, *correlate.Phone) bool) {
		for i, n := range numbers {
			if !yield(i, r.Phone(n)) {
				return
			}
		}
	}
}

// Counts says how many phones have each class: "1 locked out, 3 ok".
func Counts(r *correlate.Report) string { return CountWords(ClassCounts(r)) }

// CountWords is a list of counts in words.
func CountWords(counts []ClassCount) string {
	var parts []string
	for _, c := range counts {
		parts = append(parts, Count(c.N)+" "+strings.ToLower(c.Word.Label))
	}
	return strings.Join(parts, ", ")
}

// ClassCount is a class with the number of its phones, or of its cases.
type ClassCount struct {
	Word Word
	N    int
}

// ClassCounts counts phones by class, the worst first, without empty ones.
func ClassCounts(r *correlate.Report) []ClassCount {
	n := map[string]int{}
	for i := range r.Count() {
		n[r.Brief(i).Class]++
	}
	return ByClass(n)
}

// ByClass orders numbers by class, the worst first, without empty ones.
func ByClass(n map[string]int) []ClassCount {
	order := slices.SortedFunc(maps.Keys(n), func(a, b string) int {
		return cmp.Or(Rank(a)-Rank(b), strings.Compare(a, b))
	})
	var out []ClassCount
	for _, c := range order {
		if n[c] > 0 {
			out = append(out, ClassCount{CaseClass(c), n[c]})
		}
	}
	return out
}

// Verdicts counts n cases by class, the worst first, and those without a report.
func Verdicts(n int, verdict func(i int) (class string, ok bool)) (counts []ClassCount, failed int) {
	by := map[string]int{}
	for i := range n {
		if class, ok := verdict(i); ok {
			by[class]++
		} else {
			failed++
		}
	}
	return ByClass(by), failed
}

// Primary finds the finding that decides a phone's verdict, nil when the
// report does not hold it.
func Primary(p *correlate.Phone) *correlate.Finding {
	for i := range p.Findings {
		if p.Findings[i].ID == p.Verdict.Primary {
			return &p.Findings[i]
		}
	}
	return nil
}

// Title is the title of a phone's deciding finding, or its identifier.
func Title(p *correlate.Phone) string {
	if f := Primary(p); f != nil && f.Title != "" {
		return Text(f.Title)
	}
	return Name(p.Verdict.Primary)
}

// Remedy gathers the steps of a phone: those of the deciding finding first,
// then those of the others that are no consequence, no mere note and not in
// order as they are, each step once.
func Remedy(p *correlate.Phone) []correlate.Step {
	return steps(p, func(f *correlate.Finding) []correlate.Step { return f.Remedy })
}

// Collect gathers what to collect for a phone, likewise.
func Collect(p *correlate.Phone) []correlate.Step {
	return steps(p, func(f *correlate.Finding) []correlate.Step { return f.CollectNext })
}

func steps(p *correlate.Phone, of func(*correlate.Finding) []correlate.Step) []correlate.Step {
	var out []correlate.Step
	seen := map[correlate.Step]bool{}
	add := func(f *correlate.Finding) {
		for _, s := range of(f) {
			if !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	first := Primary(p)
	if first != nil {
		add(first)
	}
	for i := range p.Findings {
		if f := &p.Findings[i]; f != first && f.ConsequenceOf == nil && f.Class != correlate.ClassNote && f.Class != correlate.ClassOK {
			add(f)
		}
	}
	return out
}

// Cited is the evidence that a phone's verdict, gates and findings name.
func Cited(p *correlate.Phone) map[string]bool {
	out := map[string]bool{}
	add := func(ids []string) {
		for _, id := range ids {
			out[id] = true
		}
	}
	for _, b := range p.Verdict.Because {
		add(b.Evidence)
	}
	for _, f := range p.Findings {
		add(f.Evidence)
	}
	for _, r := range p.RuledOut {
		add(r.Evidence)
	}
	for _, g := range slices.Concat(p.Gate.ITL, p.Gate.CTL) {
		add(g.Evidence)
	}
	for _, s := range p.States {
		add(s.Evidence)
	}
	return out
}

// Pick chooses at most max entries of a timeline: what is cited or failed
// first, then from the beginning until there are enough.
func Pick(p *correlate.Phone, max int) []bool {
	show := make([]bool, len(p.Timeline))
	cited := Cited(p)
	n := 0
	for _, pass := range []func(*correlate.Entry) bool{
		func(e *correlate.Entry) bool { return cited[e.ID] },
		func(e *correlate.Entry) bool { return e.Outcome == "fail" },
		func(*correlate.Entry) bool { return true },
	} {
		for i := range p.Timeline {
			if !show[i] && n < max && pass(&p.Timeline[i]) {
				show[i] = true
				n++
			}
		}
	}
	return show
}

// Action is what has to be done about a phone, by the class of its verdict.
type Action struct {
	Key   string // touch-phone, mend-on-server, collect, plan, none
	Label string
}

var actions = map[string]Action{
	correlate.ClassLockedOut:    {"touch-phone", "somebody has to touch the phone"},
	correlate.ClassRecoverable:  {"mend-on-server", "mend it from the server side"},
	correlate.ClassInconclusive: {"collect", "collect more evidence"},
	correlate.ClassDegraded:     {"plan", "plan a repair; the phone works"},
	correlate.ClassOK:           {"none", "nothing to do"},
}

// ActionFor gives the action of a phone.
func ActionFor(p *correlate.Phone) Action {
	if a, ok := actions[p.Verdict.Class]; ok {
		return a
	}
	return Action{"see-report", "see the report"}
}

// NextStep is the first step of a phone's action, zero when there is none.
func NextStep(p *correlate.Phone) correlate.Step {
	list := Remedy(p)
	if p.Verdict.Class == correlate.ClassInconclusive || len(list) == 0 {
		if c := Collect(p); len(c) > 0 {
			list = c
		}
	}
	if p.Verdict.Class == correlate.ClassOK || len(list) == 0 {
		return correlate.Step{}
	}
	return list[0]
}

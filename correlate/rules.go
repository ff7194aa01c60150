package correlate

import (
	"slices"
	"strings"
)

// Rule is one finding of the catalogue. It holds when every need is answered
// yes and no exclusion is; it is open when something points to it (Opens), no
// need is answered no, and something is unknown.
type Rule struct {
	ID         string
	Title      string
	Sees       string   // what a user or administrator notices
	Says       string   // the verdict in one sentence of cause
	Needs      []string // questions, in the order of the proof
	Opens      []string // questions of which any, answered yes, points to it; nil: the first need
	Not        []string // questions that rule it out
	Proof      []string // questions whose answers are the proof, where that is not Needs
	Class      string   // class when it holds
	Gate       string   // itl or ctl: the class goes through the deletion gate of that list
	Frame      bool     // raised by judging itself (clocks, open questions), not by needs
	Healthy    bool     // may be the primary of a working phone
	Scope      string   // "" the phone; "cluster" servers and their files alone; "both" each where it shows
	Stage      int      // place in the chain transport, CTL, ITL, config, TVS, CAPF, registration, services: the most upstream wins
	Explain    []string // findings that are consequences of this one
	Neighbours []string // findings that look alike: what rules them out is said beside this one
	Get        []string // what to collect to make it sure: questions of collectFor, else the open needs
	Release    string   // releases it is about, "" any
	Missing    string   // why it stands in the catalogue only: the record that no input of trustline holds
	Source     string   // public document

	class   func(*view) string
	healthy func(*view) bool   // further condition for being the primary of a working phone
	past    func(*view) string // "" or, in words, what has cured it since: it is then history, a note
	about   func(*view) string // what it is about, where that is not the phone
	sure    func(*view) string // confidence, where witnesses are not what counts
	summary func(*view) string
	remedy  func(*view) []Step
}

// Stages of the chain, upstream first.
const (
	stageTransport = iota
	stageCTL
	stageITL
	stageConfig
	stageTVS
	stageCAPF
	stageRegistration
	stageServices
	stageEvidence
)

// held is what became of one rule on one phone.
type ruling struct {
	rule     *Rule
	holds    bool
	open     []string // unanswered needs, when something points to it
	because  string   // why it is ruled out
	evidence []*entry
	cause    *Rule // the finding that explains it
	class    string
	past     string // what has cured it since
}

// try evaluates a rule.
func (v *view) try(r *Rule) ruling {
	out := ruling{rule: r, class: r.Class}
	sign := false
	for _, q := range r.Needs {
		a := v.ask(q)
		switch a.Value {
		case No:
			out.because, out.evidence, out.open = a.Because, a.Evidence, nil
			return out
		case Unknown:
			out.open = append(out.open, q)
		case Yes:
			sign = sign || slices.Contains(r.opens(), q)
			out.evidence = append(out.evidence, a.Evidence...)
		}
	}
	if !sign { // nothing points to it
		out.open = nil
		return out
	}
	for _, q := range r.Not {
		if a := v.ask(q); a.Value == Yes {
			return ruling{rule: r, class: r.Class, because: a.Because, evidence: a.Evidence}
		}
	}
	out.holds = len(out.open) == 0
	if r.class != nil {
		out.class = r.class(v)
	}
	if out.holds && r.past != nil {
		if out.past = r.past(v); out.past != "" {
			out.class = ClassNote
		}
	}
	return out
}

func (r *Rule) opens() []string {
	if r.Opens == nil && len(r.Needs) > 0 {
		return r.Needs[:1]
	}
	return r.Opens
}

// confidence says how sure a finding is: two kinds of witness agree (high),
// one states it (medium), or it is inferred (low).
func (v *view) confidence(r *Rule, ev []*entry) string {
	if r.sure != nil {
		return r.sure(v)
	}
	kinds := map[string]bool{}
	for _, n := range ev {
		kinds[n.sourceKind()] = true
	}
	delete(kinds, "operator")
	inferred := true
	for _, q := range r.Needs {
		if a := v.ask(q); a.Value == Yes && a.Sources > 0 {
			inferred = false
		}
	}
	switch {
	case inferred || len(kinds) == 0:
		return "low"
	case len(kinds) >= 2:
		return "high"
	}
	return "medium"
}

// becauseOf joins the reasons of a rule's needs into the proof.
func (v *view) becauseOf(r *Rule) []Reason {
	var out []Reason
	proof := r.Proof
	if proof == nil {
		proof = r.Needs
	}
	for _, q := range proof {
		if a := v.ask(q); a.Value == Yes {
			out = append(out, Reason{Text: sentence(a.Because), Evidence: ids(a.Evidence)})
		}
	}
	return out
}

// sentence makes a clause into a sentence of its own.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// classRank orders the classes from best to worst.
func classRank(c string) int {
	return slices.Index([]string{ClassNote, ClassOK, ClassDegraded, ClassRecoverable, ClassLockedOut}, c)
}

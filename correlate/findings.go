package correlate

import "slices"

// rules is the finding catalogue: one group of findings after the other, upstream
// first within each. A new finding is one value in the file of its group, its
// questions beside it, and a case that raises it beside a near miss that must
// not. A finding that others explain stands behind them: the first that claims it
// keeps it, so the refused configuration comes after all that can lead to it.
var rules = slices.Concat(rulesHealthy, rulesLists, rulesCTL, rulesCertificates, rulesTransport, rulesDates, rulesTVS, rulesTVSAnswers, rulesServices, rulesCAPF, rulesRegistration, rulesMoves, rulesConfig, rulesEvidence)

func Rules() []Rule {
	out := make([]Rule, 0, len(rules))
	for _, r := range rules {
		out = append(out, *r)
	}
	return out
}

func QuestionText(name string) string { return questions[name].Asks }

func title(id string) string {
	for _, r := range rules {
		if r.ID == id {
			return r.Title
		}
	}
	return id
}

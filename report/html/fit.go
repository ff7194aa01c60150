package html

import (
	"trustline/correlate"
	"trustline/report/internal/view"
)

// plan says how much of each phone a page shows. A page of hundreds of phones in
// full is tens of megabytes that say the same a few times over, so phones give
// way in two steps: those whose cause another phone shows in full are shown in
// short (the verdict, its proof, the evidence of the proof), and when that is not
// enough the least severe are only a row of the table.
type plan struct {
	phones []int // of the report, the worst first
	weight []int // about what each takes in full
	order  []int // of phones, by who stays in full: one of each cause, then the worst
	causes int   // how many of order are the first of their cause
	full   int   // of order
	listed int   // of phones, that are more than a row
}

// cause is what phones share.
type cause struct{ class, primary string }

func causeOf(p correlate.Brief) cause { return cause{p.Class, p.Primary} }

// newPlan guesses what fits, so that little is rendered to be thrown away; the
// page itself is measured.
func newPlan(r *correlate.Report, size int) *plan {
	phones := view.WorstFirst(r)
	p := &plan{phones: phones, full: len(phones), listed: len(phones)}
	seen := map[cause]bool{}
	var rest []int
	for i, ph := range phones {
		if c := causeOf(r.Brief(ph)); seen[c] {
			rest = append(rest, i)
		} else {
			seen[c] = true
			p.order = append(p.order, i)
		}
	}
	p.causes = len(p.order)
	p.order = append(p.order, rest...)
	guess := 0
	for _, ph := range view.Phones(r, phones) {
		p.weight = append(p.weight, weight(ph))
		guess += weight(ph)
	}
	p.reduce(guess, size)
	return p
}

// weight is about what a phone in full takes, briefWeight one in short, both as
// measured on a fleet of the lab. What they are wrong by, further steps mend.
func weight(p *correlate.Phone) int { return 20_000 + 1_150*min(len(p.Timeline), maxRows) }

const briefWeight = 14_000

// inFull tells which phones are shown in full.
func (p *plan) inFull() map[int]bool {
	out := map[int]bool{}
	for _, i := range p.order[:p.full] {
		if i < p.listed {
			out[p.phones[i]] = true
		}
	}
	return out
}

// reduce makes the page smaller when it exceeds size, or half of it while there
// are phones in full that others stand for. It tells whether it did.
func (p *plan) reduce(got, size int) bool {
	before := *p
	for excess := got - size/2; excess > 0 && p.full > p.causes; {
		p.full--
		excess -= max(p.weight[p.order[p.full]]-briefWeight, briefWeight)
	}
	if p.full < before.full {
		return true
	}
	for excess := got - size; excess > 0 && p.listed > 0; {
		p.listed--
		excess -= briefWeight
	}
	return p.listed < before.listed
}

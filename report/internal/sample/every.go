package sample

import (
	"fmt"

	"trustline/correlate"
)

// Every is a report that holds every finding of the catalogue: each is the cause
// of a phone's verdict, all together are findings of the first phone and ruled
// out for the second, and those about servers are findings of the cluster.
func Every() *correlate.Report {
	r := Report()
	kinds := r.Phones
	all := make([]correlate.Finding, 0, len(correlate.Rules()))
	var ruled []correlate.Ruled
	r.Phones, r.Groups, r.Cluster.Findings = nil, nil, nil
	for i, rule := range correlate.Rules() {
		class := rule.Class
		if class == "" {
			class = correlate.ClassNote
		}
		f := correlate.Finding{ID: rule.ID, Title: rule.Title, Class: class, Confidence: "medium", About: "phone", Summary: "Summary of " + rule.ID + ".",
			Evidence: []string{"e1", "e27"}, Remedy: []correlate.Step{}, CollectNext: []correlate.Step{}}
		if rule.Scope == "cluster" || rule.Scope == "both" {
			f.About = pubAddr
			r.Cluster.Findings = append(r.Cluster.Findings, f)
		}
		all = append(all, f)
		ruled = append(ruled, correlate.Ruled{ID: rule.ID, Because: "Against " + rule.ID + ".", Evidence: []string{"e2"}})

		p := kinds[i%len(kinds)]
		p.Name = fmt.Sprintf("SEP0011215A%04X", i)
		p.Verdict.Primary, p.Verdict.Class, p.Verdict.Headline = rule.ID, class, "Headline of "+rule.ID+"."
		p.Findings, p.RuledOut = []correlate.Finding{f}, []correlate.Ruled{}
		r.Phones = append(r.Phones, p)
		r.Groups = append(r.Groups, correlate.Group{Cause: rule.ID, Class: class, Phones: []string{p.Name}})
	}
	r.Phones[0].Findings, r.Phones[1].RuledOut = all, ruled
	r.Headline = fmt.Sprintf("%d phones.", len(r.Phones))
	return r
}

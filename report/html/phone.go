package html

import (
	"slices"
	"strings"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// phone is one phone as phone.tmpl shows it.
type phone struct {
	Name, Anchor string
	Open         bool
	Brief        bool   // shown in short
	Alike        string // then the phone of the same cause that is shown in full, and its anchor
	AlikeAnchor  string
	Class        view.Word
	Headline     string
	Cause, Title string
	Confidence   string
	Registered   string
	Identity     []string
	Delete       view.Word
	Advice       string
	Because      []reason
	Timeline     *timeline // nil when nothing has a time
	Rows         int
	Ladder       *ladder // nil when no exchange is cited
	Trust        []trust
	States       []state
	Gates        []gate
	Remedy       []step
	Collect      []step
	Unseen       []string
	Findings     []finding
	RuledOut     []finding
}

type state struct {
	Clock, Before, After, Cause string
	Refs                        []ref
}

type gate struct {
	List  string
	Rows  []gateRow
	Alike bool // every row says the same
}

type gateRow struct {
	State              view.Word
	Condition, Because string
	Row                string
	Refs               []ref
}

// verdict is what a phone shows in any case.
func (b *builder) verdict(p *correlate.Phone, anchor string) *phone {
	v := &p.Verdict
	out := &phone{
		Name: view.Name(p.Name), Anchor: anchor, Class: view.Class(v.Class), Headline: view.Text(v.Headline), Cause: view.Name(v.Primary), Title: view.Title(p),
		Confidence: view.Shorten(v.Confidence, 24), Registered: view.Registered(v.Registered), Identity: identity(p),
		Delete: view.Deletion(v.Deletion), Advice: view.Text(v.Advice), Rows: len(p.Timeline),
	}
	for _, r := range v.Because {
		out.Because = append(out.Because, reason{view.Text(r.Text), b.refs(r.Evidence), b.x.Refs(r.Evidence)})
	}
	return out
}

// brief shows a phone in short: the verdict with its proof, and its findings.
// What is to be done is that of the phone alike, and no anchor when none is shown in full.
func (b *builder) brief(p *correlate.Phone, anchor, alike, alikeAnchor string) *phone {
	out := b.verdict(p, anchor)
	out.Brief = true
	if alikeAnchor != "" {
		out.Alike, out.AlikeAnchor = view.Name(alike), alikeAnchor
	} else {
		out.Remedy, out.Collect = newSteps(view.Remedy(p)), newSteps(view.Collect(p))
	}
	out.Findings = b.findings(p.Findings, p.Name)
	for i := range out.Findings { // evidence that the page does not hold is in the JSON report
		out.Findings[i].Refs = slices.DeleteFunc(out.Findings[i].Refs, func(r ref) bool { return r.Anchor == "" })
	}
	return out
}

func (b *builder) phone(p *correlate.Phone, anchor string) *phone {
	out := b.verdict(p, anchor)
	out.Timeline, out.Ladder, out.Remedy, out.Collect = b.timeline(p), b.ladder(p), newSteps(view.Remedy(p)), newSteps(view.Collect(p))
	out.Findings = b.findings(p.Findings, p.Name)
	for _, s := range p.States {
		m := b.x.When(s.Time, s.TimeText)
		out.States = append(out.States, state{strings.TrimSpace(m.Day + " " + m.Clock), view.Name(s.Before), view.Name(s.After), view.Text(s.Cause), b.refs(s.Evidence)})
	}
	for _, r := range p.RuledOut {
		out.RuledOut = append(out.RuledOut, finding{ID: view.Name(r.ID), Summary: view.Text(r.Because), Refs: b.refs(r.Evidence)})
	}
	for _, u := range p.Unseen {
		out.Unseen = append(out.Unseen, view.Text(u))
	}
	out.Gates = []gate{b.gate("ITL", p.Gate.ITL), b.gate("CTL", p.Gate.CTL)}
	wire := wireOf(p)
	for _, k := range []struct {
		name string
		t    *correlate.Trust
	}{{"ITL", &p.Trust.ITL}, {"CTL", &p.Trust.CTL}} {
		out.Trust = append(out.Trust, b.trust(k.name, k.t, wire))
	}
	return out
}

func identity(p *correlate.Phone) []string {
	var out []string
	for _, s := range []*string{p.Model, p.Firmware, p.MAC} {
		if s != nil {
			out = append(out, view.Name(*s))
		}
	}
	if len(p.Addresses) > 0 {
		out = append(out, view.Name(strings.Join(p.Addresses, " ")))
	}
	return out
}

func (b *builder) gate(list string, rows []correlate.GateRow) gate {
	g := gate{List: list, Alike: len(rows) > 1}
	for _, r := range rows {
		g.Alike = g.Alike && r.State == rows[0].State && r.Because == rows[0].Because
		g.Rows = append(g.Rows, gateRow{view.GateState(r.State), view.Text(r.Condition), view.Text(r.Because), view.Name(r.Row), b.refs(r.Evidence)})
	}
	return g
}

package report

import (
	"fmt"
	"strings"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// phone prints one phone in full.
func (m *markdown) phone(p *correlate.Phone) {
	v := &p.Verdict
	c := view.Class(v.Class)
	m.f("\n## %s %s: %s\n\n", c.Symbol, md(view.Name(p.Name)), md(strings.ToLower(c.Label)))
	m.f("%s\n\n", md(v.Headline))
	m.f("- Cause: %s, confidence %s, %s\n", code(view.Name(v.Primary)), md(view.Name(v.Confidence)), md(view.Registered(v.Registered)))
	m.f("- Phone: %s\n", md(identity(p)))
	m.f("- Delete the ITL? **%s**. %s\n", md(view.Deletion(v.Deletion).Label), md(v.Advice))
	m.because(v)
	m.stepList("What to do", view.Remedy(p))
	m.stepList("What to collect next", view.Collect(p))
	if len(p.Unseen) > 0 {
		m.f("\n### What could not be seen\n\n")
		for _, u := range p.Unseen {
			m.f("- %s\n", md(u))
		}
	}
	m.trust(p)
	m.gate("ITL", p.Gate.ITL)
	m.gate("CTL", p.Gate.CTL)
	m.timeline(p)
	if len(p.Findings)+len(p.RuledOut) == 0 {
		return
	}
	m.f("\n### Findings\n\n")
	for i := range p.Findings {
		m.finding(&p.Findings[i])
	}
	for _, r := range p.RuledOut {
		m.f("- ruled out: %s. %s%s\n", code(view.Name(r.ID)), md(r.Because), m.cite(r.Evidence))
	}
}

// cite names the places of evidence in parentheses.
func (m *markdown) cite(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return " (" + code(m.x.Refs(ids)) + ")"
}

func (m *markdown) because(v *correlate.Verdict) {
	if len(v.Because) == 0 {
		return
	}
	m.f("\n### Because\n\n")
	for i, b := range v.Because {
		m.f("%d. %s%s\n", i+1, md(b.Text), m.cite(b.Evidence))
	}
}

func (m *markdown) stepList(title string, steps []correlate.Step) {
	if len(steps) == 0 {
		return
	}
	m.f("\n### %s\n\n", title)
	for i, s := range steps {
		m.f("%d. %s\n", i+1, md(s.Text))
		if s.Command != "" {
			m.f("   - %s\n", code(s.Command))
		}
		if s.Risk != "" && s.Risk != "none" {
			m.f("   - Risk: %s\n", md(s.Risk))
		}
	}
}

// trust says what the phone holds against what is served; the lists' records
// stand in the other forms.
func (m *markdown) trust(p *correlate.Phone) {
	m.f("\n### Trust lists\n\n")
	for _, k := range []struct {
		name string
		t    *correlate.Trust
	}{{"CTL", &p.Trust.CTL}, {"ITL", &p.Trust.ITL}} {
		m.f("- %s: %s", k.name, md(trustWords(k.t)))
		for _, l := range []struct {
			which string
			sha1  *string
			list  *correlate.List
		}{{"held", k.t.SHA1, k.t.List}, {"served", k.t.ServedSHA1, k.t.Served}} {
			if l.sha1 != nil {
				m.f("; %s SHA-1 %s", l.which, code(view.Name(*l.sha1)))
			}
			if l.list != nil {
				m.f("; %s, signed by %s serial %s", l.which, md(view.CommonName(l.list.Signer.Name)), code(view.Name(l.list.Signer.Serial)))
			}
		}
		m.f("\n")
	}
	for _, s := range p.States {
		at := m.x.When(s.Time, s.TimeText)
		m.f("- %s %s → %s: %s%s\n", md(at.Clock), md(s.Before), md(s.After), md(s.Cause), m.cite(s.Evidence))
	}
}

func (m *markdown) gate(list string, rows []correlate.GateRow) {
	if len(rows) == 0 {
		return
	}
	m.f("\n### Conditions for deleting the %s\n\n", list)
	if reason, ev, ok := allAlike(rows); ok {
		w := view.GateState(rows[0].State)
		m.f("%s %s on all %d rows: %s%s\n", w.Symbol, md(w.Label), len(rows), md(reason), m.cite(ev))
		return
	}
	m.f("All must be proved; one refuted forbids it, one unknown must be answered first.\n\n| state | condition | because | evidence |\n| --- | --- | --- | --- |\n")
	for _, r := range rows {
		w := view.GateState(r.State)
		m.f("| %s %s | %s | %s | %s |\n", w.Symbol, md(w.Label), md(r.Condition), md(r.Because), cellCode(m.x.Refs(r.Evidence)))
	}
}

// timeline prints the entries that count as a table.
func (m *markdown) timeline(p *correlate.Phone) {
	if len(p.Timeline) == 0 {
		return
	}
	show := view.Pick(p, timelineRows)
	m.f("\n### Timeline\n\n| time (UTC) | who | stage | what | | place |\n| --- | --- | --- | --- | --- | --- |\n")
	left := 0
	for i := range p.Timeline {
		if !show[i] {
			left++
			continue
		}
		e := &p.Timeline[i]
		at := m.x.When(e.Time, e.TimeText)
		what := e.Summary
		if what == "" {
			what = e.Event
		}
		m.f("| %s | %s | %s | %s | %s | %s |\n", md(strings.TrimSpace(at.Day+" "+at.Clock)), md(view.Name(e.Actor)), md(view.Name(e.Stage)), md(what), md(view.Outcome(e.Outcome).Symbol), cellCode(m.x.Short(e.Source)))
	}
	if left > 0 {
		m.f("\n%s without bearing on the verdict are left out.\n", view.Plural(left, "more entry"))
	}
}

func (m *markdown) finding(f *correlate.Finding) {
	c := view.Class(f.Class)
	s := fmt.Sprintf("- %s %s (%s, confidence %s)", c.Symbol, code(view.Name(f.ID)), md(strings.ToLower(c.Label)), md(view.Name(f.Confidence)))
	if f.ConsequenceOf != nil {
		s += ", a consequence of " + code(view.Name(*f.ConsequenceOf))
	}
	m.f("%s: %s%s\n", s, md(f.Summary), m.cite(f.Evidence))
}

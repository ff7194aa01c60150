package report

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// phone prints one phone, the answer before the proof.
func (t *term) phone(p *correlate.Phone) {
	v := &p.Verdict
	t.text(t.word(view.Class(v.Class))+"  ", t.strong.Render(view.Name(p.Name)))
	t.para("", identity(p), t.faint)
	t.blank()
	t.text("", view.Text(v.Headline))
	t.para("", fmt.Sprintf("%s · confidence %s · %s", view.Name(v.Primary), view.Name(v.Confidence), view.Registered(v.Registered)), t.faint)
	t.blank()
	t.text(t.strong.Render("Delete the ITL?")+"  ", t.word(view.Deletion(v.Deletion))+". "+view.Text(v.Advice))
	t.because(v)
	t.timeline(p)
	t.states(p)
	t.trust(p)
	t.gates(p)
	t.steps("What to do", view.Remedy(p))
	t.steps("What to collect next", view.Collect(p))
	t.findings(p)
	if len(p.Unseen) > 0 {
		t.section("What could not be seen")
		for _, u := range p.Unseen {
			t.text("  - ", view.Text(u))
		}
	}
}

// identity is the line that tells the phone from others.
func identity(p *correlate.Phone) string {
	var parts []string
	for _, s := range []*string{p.Model, p.Firmware} {
		if s != nil {
			parts = append(parts, view.Name(*s))
		}
	}
	for i, a := range p.Addresses {
		if i == 4 {
			parts = append(parts, fmt.Sprintf("and %d more addresses", len(p.Addresses)-i))
			break
		}
		parts = append(parts, view.Name(a))
	}
	if p.MAC != nil {
		parts = append(parts, view.Name(*p.MAC))
	}
	if len(parts) == 0 {
		return "model, load and address are not in evidence"
	}
	return strings.Join(parts, " · ")
}

func (t *term) because(v *correlate.Verdict) {
	if len(v.Because) == 0 {
		return
	}
	t.section("Because")
	for i, b := range v.Because {
		lead := fmt.Sprintf("  %d. ", i+1)
		t.text(lead, view.Text(b.Text))
		t.cite(strings.Repeat(" ", len(lead)), b.Evidence)
	}
}

// cite prints the places of evidence.
func (t *term) cite(lead string, ids []string) {
	if len(ids) > 0 {
		t.para(lead, t.x.Refs(ids), t.mono)
	}
}

// timeline prints the entries in order: mark and outcome, time, who at which
// step, what, and at the end of the text the place.
func (t *term) timeline(p *correlate.Phone) {
	if len(p.Timeline) == 0 {
		return
	}
	t.section("Timeline")
	t.para("  ", "✔ succeeded  ✘ failed or refused  · took place; times are "+t.x.Zone()+" where a day is given, else the source's own", t.faint)
	rows := timelineRows
	if t.verbose {
		rows = len(p.Timeline)
	}
	show := view.Pick(p, rows)
	day, skipped := "", 0
	tell := func() {
		if skipped > 0 {
			t.para("  ", fmt.Sprintf("… %s without bearing on the verdict", view.Plural(skipped, "more entry")), t.faint)
		}
		skipped = 0
	}
	for i := range p.Timeline {
		if !show[i] {
			skipped++
			continue
		}
		tell()
		e := &p.Timeline[i]
		m := t.x.When(e.Time, e.TimeText)
		if m.Day != "" && m.Day != day {
			day = m.Day
			t.line("  " + t.strong.Render(day))
		}
		t.entry(e, m)
	}
	tell()
}

func (t *term) entry(e *correlate.Entry, m view.Moment) {
	o := view.Outcome(e.Outcome)
	clock := m.Clock
	if r := []rune(clock); len(r) > 12 {
		clock = string(r[:11]) + "…"
	}
	lead := fmt.Sprintf("  %s %s  %s %s ", t.symbol(o), pad(clock, 12), pad(view.ShortWord(e.Actor), 7), pad(view.ShortWord(e.Stage), 6))
	indent := strings.Repeat(" ", lipgloss.Width(lead))
	what := view.Text(e.Summary)
	if what == "" {
		what = view.Name(e.Event)
	}
	rows := wrap(what, t.width-len(indent))
	where := t.x.Short(e.Source)
	for i, l := range rows {
		if i == 0 {
			l = lead + l
		} else {
			l = indent + l
		}
		// The place ends the last line when it fits there, else it has its own.
		if free := t.width - lipgloss.Width(l) - lipgloss.Width(where); i == len(rows)-1 && free >= 2 {
			t.line(l + strings.Repeat(" ", free) + t.mono.Render(where))
			return
		}
		t.line(l)
	}
	if free := t.width - lipgloss.Width(where); free >= len(indent) {
		t.line(strings.Repeat(" ", free) + t.mono.Render(where))
		return
	}
	t.para(indent, where, t.mono)
}

func (t *term) states(p *correlate.Phone) {
	if len(p.States) == 0 {
		return
	}
	t.section("What the phone held")
	for _, s := range p.States {
		m := t.x.When(s.Time, s.TimeText)
		t.text("  "+pad(m.Clock, 12)+"  ", fmt.Sprintf("%s → %s: %s", view.Name(s.Before), view.Name(s.After), view.Text(s.Cause)))
		t.cite(strings.Repeat(" ", 16), s.Evidence)
	}
}

func (t *term) trust(p *correlate.Phone) {
	t.section("Trust lists")
	for _, k := range []struct {
		name string
		t    *correlate.Trust
	}{{"CTL", &p.Trust.CTL}, {"ITL", &p.Trust.ITL}} {
		t.text("  "+k.name+"  ", trustWords(k.t))
		for _, h := range []struct {
			label string
			v     *string
		}{{"held SHA-1", k.t.SHA1}, {"held MD5", k.t.MD5}, {"served SHA-1", k.t.ServedSHA1}} {
			if h.v != nil {
				t.text("       "+pad(h.label, 14), view.Name(*h.v))
			}
		}
		t.list("held", k.t.List)
		t.list("served", k.t.Served)
	}
}

// trustWords says what the phone holds of a list, and whether it is served.
func trustWords(k *correlate.Trust) string {
	s := view.TrustState(k.State)
	switch {
	case k.Same == nil:
		return s
	case *k.Same:
		return s + ", the same file as the one served"
	}
	return s + ", another file than the one served"
}

// list prints who signed a list and its records.
func (t *term) list(which string, l *correlate.List) {
	if l == nil {
		return
	}
	t.text("       "+pad(which, 14), fmt.Sprintf("%s, %s, signed by %s serial %s, signature %s", view.Name(l.File), view.Plural(len(l.Records), "record"),
		view.CommonName(l.Signer.Name), view.Name(l.Signer.Serial), view.Signature(l.Signature).Label))
	for _, r := range l.Records {
		s := fmt.Sprintf("%s %s serial %s", view.Text(strings.Join(r.Functions, "+")), view.CommonName(r.Subject), view.Name(r.Serial))
		if r.HashOnly {
			s += ", hash only"
		}
		if r.Presented != "" {
			s += ", on the wire: " + t.word(view.Presented(r.Presented))
		}
		t.text(fmt.Sprintf("%22d  ", r.Number), s)
	}
}

func (t *term) gates(p *correlate.Phone) {
	for _, g := range []struct {
		list string
		rows []correlate.GateRow
	}{{"ITL", p.Gate.ITL}, {"CTL", p.Gate.CTL}} {
		if len(g.rows) == 0 {
			continue
		}
		t.section("Conditions for deleting the " + g.list)
		if reason, ev, ok := allAlike(g.rows); ok {
			t.text("  ", fmt.Sprintf("%s on all %d rows: %s.", t.word(view.GateState(g.rows[0].State)), len(g.rows), reason))
			t.cite("  ", ev)
			continue
		}
		t.para("  ", "all must be proved; one refuted forbids it, one unknown must be answered first", t.faint)
		for _, r := range g.rows {
			t.text("  "+pad(t.word(view.GateState(r.State)), 11), view.Text(r.Condition))
			t.para(strings.Repeat(" ", 13), view.Text(r.Because), t.faint)
			t.cite(strings.Repeat(" ", 13), r.Evidence)
		}
	}
}

// allAlike tells that every row says the same, as for a list that the phone
// does not have.
func allAlike(rows []correlate.GateRow) (because string, evidence []string, ok bool) {
	for _, r := range rows {
		if r.State != rows[0].State || r.Because != rows[0].Because {
			return "", nil, false
		}
	}
	return view.Text(rows[0].Because), rows[0].Evidence, len(rows) > 1
}

func (t *term) steps(title string, steps []correlate.Step) {
	if len(steps) == 0 {
		return
	}
	t.section(title)
	for i, s := range steps {
		lead := fmt.Sprintf("  %d. ", i+1)
		indent := strings.Repeat(" ", len(lead))
		t.text(lead, view.Text(s.Text))
		if s.Command != "" {
			t.para(indent+"› ", view.Text(s.Command), t.mono)
		}
		if s.Risk != "" && s.Risk != "none" {
			t.text(indent+t.class["degraded"].Render("risk:")+" ", view.Text(s.Risk))
		}
	}
}

func (t *term) findings(p *correlate.Phone) {
	if len(p.Findings) > 0 {
		t.section("Findings")
	}
	for i := range p.Findings {
		t.finding(&p.Findings[i], p.Name)
	}
	if len(p.RuledOut) == 0 {
		return
	}
	t.section("Considered and ruled out")
	for _, r := range p.RuledOut {
		t.text("  - ", view.Name(r.ID)+": "+view.Text(r.Because))
		t.cite("    ", r.Evidence)
	}
}

// finding prints one finding of a phone, or of the cluster when phone is "".
func (t *term) finding(f *correlate.Finding, phone string) {
	c := view.Class(f.Class)
	t.text("  "+t.symbol(c)+" ", t.strong.Render(view.Name(f.ID)))
	line := strings.ToLower(c.Label) + ", confidence " + view.Name(f.Confidence)
	if f.About != "" && f.About != phone {
		line += ", about " + view.Name(f.About)
	}
	if f.ConsequenceOf != nil {
		line += ", a consequence of " + view.Name(*f.ConsequenceOf)
	}
	t.para("    ", line, t.faint)
	t.text("    ", view.Text(f.Summary))
	t.cite("    ", f.Evidence)
}

package correlate

import (
	"fmt"
	"slices"
	"strings"
)

// finding turns a ruling into the report's form.
func (v *view) finding(h ruling) Finding {
	r := h.rule
	f := Finding{ID: r.ID, Title: r.Title, Class: h.class, Confidence: v.confidence(r, h.evidence), About: v.p.name,
		Evidence: ids(h.evidence), Remedy: []Step{}, CollectNext: []Step{}}
	if r.summary != nil {
		f.Summary = r.summary(v)
	} else {
		f.Summary = texts(v.becauseOf(r))
	}
	if r.remedy != nil {
		f.Remedy = r.remedy(v)
	}
	if r.about != nil {
		f.About = firstOf(r.about(v), f.About)
	}
	if h.past != "" {
		f.Summary += " History: " + sentence(h.past)
	}
	if f.Class == ClassInconclusive || f.Confidence == "low" {
		for _, q := range r.Get {
			for _, s := range v.collectFor(q) {
				if !slices.Contains(f.CollectNext, s) {
					f.CollectNext = append(f.CollectNext, s)
				}
			}
		}
	}
	if h.cause != nil {
		f.ConsequenceOf = ptr(h.cause.ID)
	}
	return f
}

func texts(list []Reason) string {
	var out []string
	for _, r := range list {
		out = append(out, r.Text)
	}
	return strings.Join(out, " ")
}

// openQuestions lists what keeps the verdict open: the gate rows of a gated
// finding, and the needs of open findings of a worse class.
func (v *view) openQuestions(a arbitration) []string {
	var out []string
	add := func(q string) {
		if !slices.Contains(out, q) {
			out = append(out, q)
		}
	}
	if a.primary != nil && a.primary.rule.Gate != "" {
		for _, r := range gates[a.primary.rule.Gate] {
			if v.ask(r.question).Value == Unknown {
				add(r.question)
			}
		}
	}
	for _, h := range a.open {
		if a.primary == nil || classRank(h.class) > classRank(a.primary.class) || a.primary.rule.Gate != "" {
			for _, q := range h.open {
				add(q)
			}
		}
	}
	if len(out) == 0 {
		for _, q := range []string{"held-itl-is-served-itl", "tvs-cert-in-held-itl", "refusal-seen"} {
			if v.ask(q).Value == Unknown {
				add(q)
			}
		}
	}
	return out
}

// insufficient is the finding that says what to collect.
func (v *view) insufficient(a arbitration) Finding {
	f := Finding{ID: "evidence-insufficient", Title: title("evidence-insufficient"), Class: ClassInconclusive, Confidence: "medium", About: v.p.name,
		Evidence: []string{}, Remedy: []Step{}, CollectNext: []Step{}}
	var open []string
	for _, d := range a.doubts {
		open = append(open, d.because)
		for _, id := range ids(d.ev) {
			if !slices.Contains(f.Evidence, id) {
				f.Evidence = append(f.Evidence, id)
			}
		}
	}
	if len(a.doubts) > 0 {
		f.CollectNext = v.collectFor("")
	}
	for _, q := range v.openQuestions(a) {
		ans := v.ask(q)
		open = append(open, ans.Because)
		for _, id := range ids(ans.Evidence) {
			if !slices.Contains(f.Evidence, id) {
				f.Evidence = append(f.Evidence, id)
			}
		}
		for _, s := range v.collectFor(q) {
			if !slices.Contains(f.CollectNext, s) {
				f.CollectNext = append(f.CollectNext, s)
			}
		}
	}
	f.Summary = "Not settled: " + strings.Join(open, "; ") + "."
	if len(open) == 0 {
		f.Summary = "Nothing in evidence shows what this phone's trust lists did."
		f.CollectNext = v.collectFor("")
	}
	return f
}

// verdict words the answer for the phone.
func (v *view) verdict(a arbitration, g Gates) Verdict {
	out := Verdict{Class: a.class, Confidence: "low", Because: []Reason{}, Registered: v.registered(), Deletion: gateState(g.ITL)}
	if a.primary == nil {
		out.Primary = "evidence-insufficient"
		out.Headline = "Inconclusive: the evidence does not show what this phone trusts or refuses."
	} else {
		f := v.finding(*a.primary)
		out.Primary, out.Confidence, out.Headline = f.ID, f.Confidence, a.primary.rule.Says
		out.Because = v.becauseOf(a.primary.rule)
		for _, h := range a.open {
			if a.class == ClassInconclusive && h.rule != a.primary.rule {
				out.Headline = fmt.Sprintf("%s Whether it is worse is not settled: %s?", a.primary.rule.Says, h.rule.Title)
				break
			}
		}
		if a.primary.rule.Gate != "" && a.class == ClassInconclusive {
			out.Headline = a.primary.rule.Says + " Whether the ITL has to go is not settled."
		}
		if a.class == ClassInconclusive {
			out.Because = append(out.Because, Reason{Text: sentence(v.insufficient(a).Summary), Evidence: []string{}})
		}
	}
	if a.primary != nil && a.primary.rule.Gate == "ctl" {
		out.Advice = ctlAdvice(g.CTL)
		return out
	}
	switch out.Deletion {
	case "forbidden":
		out.Advice = "Do not delete the ITL: " + firstRefuted(g.ITL) + "."
	case "open":
		if a.class == ClassOK || a.class == ClassDegraded && a.primary.rule.Gate == "" {
			out.Advice = "Do not delete the ITL: nothing in evidence calls for it."
		} else if a.class == ClassRecoverable && a.primary.rule.Gate == "" {
			out.Advice = "Do not delete the ITL: what is wrong is mended on the servers, and nothing in evidence calls for it."
		} else {
			out.Advice = "Do not delete the ITL before these are answered: " + rowList(g.ITL, rowUnknown) + "."
		}
	case "allowed":
		if a.class == ClassLockedOut {
			out.Advice = "Every condition is proved: the ITL has to be deleted on the phone, after all certificate work is finished, and on one phone first."
		} else {
			out.Advice = "Do not delete the ITL: the verdict does not call for it."
		}
	}
	return out
}

// ctlAdvice says whether the CTL has to go, which is what the verdict is about.
func ctlAdvice(rows []GateRow) string {
	switch gateState(rows) {
	case "forbidden":
		return "Do not delete the CTL: " + firstRefuted(rows) + "."
	case "open":
		return "Do not delete the CTL before these are answered: " + rowList(rows, rowUnknown) + "."
	}
	return "Every condition is proved: the CTL has to be deleted on the phone, after all certificate work is finished, and on one phone first."
}

func firstRefuted(rows []GateRow) string {
	for _, r := range rows {
		if r.State == rowRefuted {
			return r.Because
		}
	}
	return ""
}

func rowList(rows []GateRow, state string) string {
	var out []string
	for _, r := range rows {
		if r.State == state {
			out = append(out, rowAsks(r.Row))
		}
	}
	return strings.Join(out, ", ")
}

// registered tells whether the phone is seen to register; a phone whose trust
// is broken often still does, with its old configuration.
func (v *view) registered() string {
	for i := len(v.p.all) - 1; i >= 0; i-- {
		n := v.p.all[i]
		switch {
		case n.is("registered", "registration_ok"), n.secureByCM():
			return "yes"
		case n.is("registration_rejected", "registration_unregistered"):
			return "no"
		case n.e() != nil && n.e().TLS != nil && (n.e().TLS.Service == "sccp-tls" || n.e().TLS.Service == "sip-tls"):
			switch n.e().TLS.Outcome {
			case "established":
				return "yes"
			case "alert", "refused", "no-answer":
				return "no"
			}
			// Closed, cut or hidden: it says nothing of the registration.
		}
	}
	return "unknown"
}

// unseen says in words what the sources could not show.
func (v *view) unseen() []string {
	out := []string{}
	add := func(cond bool, text string) {
		if cond {
			out = append(out, text)
		}
	}
	var console, capture, trace bool
	for _, n := range v.p.all {
		switch n.sourceKind() {
		case "phone":
			console = true
		case "capture":
			capture = true
		case "server":
			trace = true
		}
	}
	add(!capture, "No capture: which certificates were presented, and what each file contained, cannot be checked.")
	add(!console, "No console log of the phone: what it accepted or refused is not stated by the phone itself.")
	add(!trace, "No TVS trace: what TVS was asked and answered is not seen from the server.")
	for _, kind := range []string{"ctl", "itl"} {
		if a := v.p.lastAttempt(kind); a != nil && a.complete && a.result == Unknown {
			out = append(out, fmt.Sprintf("What the phone made of %s: no line says so.", a.file))
		}
	}
	for _, n := range v.p.conns {
		if n.e().TLS.Hidden {
			out = append(out, fmt.Sprintf("The certificates of the TLS 1.3 connection to %s: they are encrypted.", n.e().TLS.Server))
		} else if n.e().TLS.Resumed {
			out = append(out, fmt.Sprintf("The certificates of the resumed connection to %s: none are exchanged.", n.e().TLS.Server))
		}
	}
	for _, c := range v.k.rows(v.p, "console") {
		for _, g := range c.Gaps {
			out = append(out, fmt.Sprintf("%s: %s", c.Input, g))
		}
	}
	return slices.Compact(out)
}

package correlate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"trustline/correlate/evidence"
)

// Options steer judging. The zone and the clock come from the caller: nothing
// here looks at the machine.
type Options struct {
	Tool  Tool
	Phone string             // only this phone: device name, MAC or address
	Since *time.Time         // only evidence from then on, as far as it is dated
	Until *time.Time         // only evidence up to then
	Zone  *time.Location     // zone of the logs that name none; nil: measured alone
	Clock map[string]float64 // source -> seconds to add, instead of measuring
	Spill *evidence.Spill    // where a large fleet's phones are kept; nil: in memory
}

// Judge reads the evidence of a case and gives the report: phones, clocks,
// timeline, states, findings, gate and verdict. The same evidence gives the
// same report, in whatever order it came.
func Judge(b *evidence.Bundle, opt Options) *Report {
	b = evidence.Merge(b) // canonical order, whatever came in
	k := readCase(b, opt)
	r := &Report{Schema: SchemaReport, Tool: opt.Tool, spill: opt.Spill, Groups: []Group{}, Unassigned: []Entry{}, Phones: []Phone{}}
	r.Inputs = k.reportInputs()
	r.Clocks = k.reportClocks()
	q, cluster, n := k.newQuality(), k.newSeen(), 0
	k.survey(func(p *phone) {
		if k.wanted(p) {
			q.phone(p)
			k.attachLists(p)
			p.before = n
			n = number(p.all, n)
			k.citeFacts(p)
		}
		cluster.phone(p)
	})
	n = number(k.strays, n)
	number(k.general, n)
	r.Coverage = q.report()
	r.Cluster = k.reportCluster(cluster)
	r.Cluster.Findings = k.judgeCluster()
	var fleet fleet
	wanted := slices.DeleteFunc(slices.Clone(k.phones), func(p *phone) bool { return !k.wanted(p) })
	inOrder(wanted, k.unfold, func(p *phone) *Phone {
		out := k.judgePhone(p)
		k.fold(p)
		fleet.add(&out)
		return &out
	}, r.Add)
	for _, s := range slices.Concat(k.strays, k.general) {
		r.Unassigned = append(r.Unassigned, k.reportEntry(s))
	}
	r.Groups = fleet.groups()
	r.Headline = headline(r)
	return r
}

// number gives every entry its identifier, unique in the report.
func number(list []*entry, from int) int {
	for _, n := range list {
		from++
		n.id = identifier(from)
	}
	return from
}

// wanted applies --phone, by name, MAC in any spelling, or address.
func (k *kase) wanted(p *phone) bool {
	w := strings.TrimSpace(k.opt.Phone)
	if w == "" || strings.EqualFold(w, p.name) || slices.Contains(p.addresses, w) {
		return true
	}
	mac := strings.Map(func(r rune) rune {
		if strings.ContainsRune(":-. ", r) {
			return -1
		}
		return r
	}, w)
	return len(mac) == 12 && isHex(mac) && strings.EqualFold("SEP"+mac, p.name)
}

// attachLists puts statements and the lists that stand in files of their own
// into the phone's evidence, so that they can be cited.
func (k *kase) attachLists(p *phone) {
	p.all = append(p.all, p.stated...)
	for _, l := range k.files {
		p.all = append(p.all, k.listEntries(p, l)...)
	}
}

// listEntries gives the timeline entries of a list that an input holds as a
// file or a listing; what a capture carries is told by its transfer.
func (k *kase) listEntries(p *phone, l *listObj) []*entry {
	var out []*entry
	for _, pl := range l.places {
		if pl.Frame != 0 || l.l.Type == "config" {
			continue
		}
		key := p.name + "\x00" + l.id + "\x00" + pl.Input + fmt.Sprint(pl.Line)
		n := k.listEntry[key]
		if n == nil {
			n = &entry{obj: l, place: pl, name: "trust_list_file", phone: p.name, described: &described{stage: "itl", actor: "operator", outcome: "info"}}
			if l.l.Type == "ctl" {
				n.stage = "ctl"
			}
			what := "file"
			if l.l.Origin == "listing" {
				n.name, what = "trust_list_listing", "listing"
			}
			n.summary = fmt.Sprintf("%s %s: %d bytes, signed by %s, signature %s", strings.ToUpper(l.l.Type), what, l.l.Length, signerText(l), firstOf(l.l.Status, "unverifiable"))
			if k.listEntry == nil {
				k.listEntry = map[string]*entry{}
			}
			k.listEntry[key] = n
		}
		out = append(out, n)
	}
	return out
}

// judgePhone evaluates the catalogue for one phone and arbitrates.
func (k *kase) judgePhone(p *phone) Phone {
	v := newView(k, p)
	out := Phone{
		Name: p.name, Addresses: append([]string{}, p.addresses...), MAC: ptr(macOf(p.name)), Model: ptr(p.model), Firmware: ptr(k.firmware(p)),
		Findings: []Finding{}, RuledOut: []Ruled{}, States: []State{}, Timeline: []Entry{}, Unseen: []string{},
	}
	out.Gate = Gates{ITL: v.rows(itlGate), CTL: v.rows(ctlGate)}
	verdict := v.arbitrate()
	for _, h := range verdict.held {
		out.Findings = append(out.Findings, v.finding(h))
	}
	if f := k.skew(p); f != nil {
		out.Findings = append(out.Findings, *f)
	}
	if verdict.insufficient {
		out.Findings = append(out.Findings, v.insufficient(verdict))
	}
	for _, h := range verdict.out {
		out.RuledOut = append(out.RuledOut, Ruled{ID: h.rule.ID, Because: sentence(h.because), Evidence: ids(h.evidence)})
	}
	out.Verdict = v.verdict(verdict, out.Gate)
	for _, n := range p.all {
		out.Timeline = append(out.Timeline, k.reportEntry(n))
	}
	out.States = k.reportStates(p)
	out.Trust = Trusts{CTL: v.trust(iCTL), ITL: v.trust(iITL)}
	out.Unseen = v.unseen()
	return out
}

// arbitration is the outcome of the catalogue for one phone.
type arbitration struct {
	held         []ruling // findings that hold, primary first
	open         []ruling // pointed to, not settled
	out          []ruling // considered and ruled out
	primary      *ruling
	class        string
	doubts       []doubt // failures that no finding accounts for
	insufficient bool
}

// arbitrate orders the findings along the chain: the most upstream blocking
// one is primary, those it explains become its consequences, and a healthy
// phone takes the first healthy finding. An open finding of a worse class
// makes the verdict inconclusive: what would be worse is not excluded.
func (v *view) arbitrate() arbitration {
	var a arbitration
	for _, r := range rules {
		if r.Frame || r.Missing != "" || !v.within(r) {
			continue
		}
		h := v.try(r)
		switch {
		case h.holds:
			a.held = append(a.held, h)
		case len(h.open) > 0:
			a.open = append(a.open, h)
		case h.because != "" && len(h.evidence) > 0:
			a.out = append(a.out, h)
		}
	}
	for i := range a.held {
		for j := range a.held {
			// The catalogue lists the deeper cause first; it keeps its claim.
			if i != j && a.held[j].cause == nil && slices.Contains(a.held[i].rule.Explain, a.held[j].rule.ID) {
				a.held[j].cause = a.held[i].rule
			}
		}
	}
	var blocking, healthy *ruling
	for i := range a.held {
		h := &a.held[i]
		bad := classRank(h.class) > classRank(ClassOK)
		switch {
		case bad && h.cause == nil && (blocking == nil || classRank(h.class) > classRank(blocking.class) || classRank(h.class) == classRank(blocking.class) && h.rule.Stage < blocking.rule.Stage):
			blocking = h
		case h.rule.Healthy && h.class == ClassOK && (h.rule.healthy == nil || h.rule.healthy(v)) && (healthy == nil || healthyRank(h.rule) < healthyRank(healthy.rule)):
			healthy = h
		}
	}
	a.primary = blocking
	if blocking == nil {
		a.primary = healthy
	}
	for i := range a.held { // what keeps the verdict open is better said than "insufficient"
		if h := &a.held[i]; a.primary == nil && h.class == ClassInconclusive && h.cause == nil {
			a.primary = h
		}
	}
	a.class = ClassInconclusive
	if a.primary != nil {
		a.class = a.primary.class
	}
	if a.primary != nil && a.primary.rule.Gate != "" && a.class == ClassLockedOut { // a way back that is known needs no gate
		switch gateState(v.rows(gates[a.primary.rule.Gate])) {
		case "forbidden":
			a.class = ClassRecoverable
		case "open":
			a.class = ClassInconclusive
		}
	}
	for i := range a.open {
		explained := a.primary != nil && slices.Contains(a.primary.rule.Explain, a.open[i].rule.ID)
		worst := a.open[i].class
		if g := a.open[i].rule.Gate; g != "" && gateState(v.rows(gates[g])) == "forbidden" {
			worst = ClassRecoverable // whatever else it may be, no list has to go
		}
		if !explained && classRank(worst) > classRank(a.class) {
			a.class = ClassInconclusive
		}
	}
	if blocking != nil && classRank(blocking.class) > classRank(ClassDegraded) && v.confidence(blocking.rule, blocking.evidence) == "low" {
		a.class = ClassInconclusive // inferred from a symptom or an absence: a candidate, not a verdict
	}
	for i := range a.held { // a service of which the end is not known is not a service that works
		if h := &a.held[i]; a.class == ClassOK && h.class == ClassInconclusive && h.rule.Stage < stageEvidence && h.cause == nil {
			a.class = ClassInconclusive
		}
	}
	if r := classRank(a.class); r >= 0 && r <= classRank(ClassDegraded) && !v.p.cluster {
		if a.doubts = v.doubts(a.held); len(a.doubts) > 0 {
			a.class = ClassInconclusive
		}
	}
	if a.class == ClassRecoverable && blocking.rule.Stage > stageTVS && gateState(v.rows(itlGate)) == "open" {
		if a.doubts = v.doubtLists(a.held); len(a.doubts) > 0 { // beside the trouble there may be one that no server mends
			a.class = ClassInconclusive
		}
	}
	a.insufficient = a.class == ClassInconclusive
	a.neighbours(v)
	if a.primary != nil {
		p := a.primary.rule
		slices.SortStableFunc(a.held, func(x, y ruling) int {
			return cmp.Or(btoi(y.rule == p)-btoi(x.rule == p), btoi(x.cause != nil)-btoi(y.cause != nil), classRank(y.class)-classRank(x.class))
		})
		a.primary = &a.held[0]
	}
	for i := range a.held { // a gate with an open door makes every finding of its kind one that servers mend
		if h := &a.held[i]; h.class == ClassLockedOut && h.rule.Gate != "" && gateState(v.rows(gates[h.rule.Gate])) == "forbidden" {
			h.class = ClassRecoverable
		}
	}
	return a
}

// healthyFirst is the order in which a working phone takes its primary.
var healthyFirst = []string{"itl-updated-via-tvs", "itl-ok-do-not-delete", "migration-by-same-token", "secure-registration-ok", "lsc-installed", "trust-lists-verified", "https-authenticated-via-tvs"}

func healthyRank(r *Rule) int {
	if i := slices.Index(healthyFirst, r.ID); i >= 0 {
		return i
	}
	return len(healthyFirst)
}

// neighbours adds to what was ruled out the findings that look like the
// primary, so that a reader sees that they were thought of.
func (a *arbitration) neighbours(v *view) {
	if a.primary == nil {
		return
	}
	has := func(list []ruling, id string) bool {
		return slices.ContainsFunc(list, func(h ruling) bool { return h.rule.ID == id })
	}
	for _, r := range rules {
		if !slices.Contains(a.primary.rule.Neighbours, r.ID) || r.Missing != "" || has(a.held, r.ID) || has(a.open, r.ID) || has(a.out, r.ID) {
			continue
		}
		h := v.try(r)
		for _, q := range r.Needs {
			if h.because != "" {
				break
			}
			if ans := v.ask(q); ans.Value != Yes {
				h.because = ans.Because
			}
		}
		if h.because != "" {
			a.out = append(a.out, h)
		}
	}
}

// within tells that a rule is about what the view shows: a phone, or the
// servers alone.
func (v *view) within(r *Rule) bool {
	if v.p.cluster {
		return r.Scope == "cluster" || r.Scope == "both"
	}
	return r.Scope != "cluster"
}

// judgeCluster evaluates the findings that the servers' own files, listings and
// alarms show, whichever phone they concern.
func (k *kase) judgeCluster() []Finding {
	p := &phone{cluster: true, all: slices.Concat(k.general, k.strays), states: []heldState{{after: [2]held{{state: "unknown"}, {state: "unknown"}}}}}
	slices.SortFunc(p.all, compareEntries)
	v := newView(k, p)
	out := []Finding{}
	a := v.arbitrate()
	for _, h := range a.held {
		out = append(out, v.finding(h))
	}
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func ptr(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

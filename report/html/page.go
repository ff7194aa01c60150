package html

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"trustline/correlate"
	"trustline/report"
	"trustline/report/internal/view"
)

// page is what the template page.tmpl shows. All texts in it are cleaned.
type page struct {
	Policy template.HTMLAttr
	Style  template.CSS
	Script template.JS

	Title, Generated, Command string
	Zone                      string
	Tool, Version, Schema     string
	Headline                  string
	Redaction                 string
	Counts                    []view.ClassCount
	Groups                    []group
	Tasks                     []task
	Odds                      []odd
	Rows                      []phoneRow
	MoreRows                  int
	Phones                    []*phone
	Brief                     int // phones that are shown in short
	Reduced                   int // phones that are only rows
	Cluster                   cluster
	Clocks                    []clock
	Inputs                    []input
	MoreInputs                int
	Coverage                  coverage
	Evidence                  []evidenceTable
	Data                      json.RawMessage // nil when too large
	Classes                   []view.Word
}

// group is one line of the answer: the phones that share a cause.
type group struct {
	Class  view.Word
	Cause  string
	Title  string
	Phones string
	N      int
	Advice string
	Delete view.Word
	Next   step
	Anchor string // of the first phone
}

// phoneRow is a phone's line in the table of all phones.
type phoneRow struct {
	Name, Anchor string // Anchor "" when the phone is a row only
	Class        view.Word
	Cause        string
	Delete       view.Word
	Registered   string
	Addresses    string
	Model        string
	First        string // first failure
}

// ref is a link to evidence: where it stands, and its anchor when the page
// holds it.
type ref struct{ ID, Anchor, Where string }

type step struct{ Text, Command, Risk string }

type reason struct {
	Text   string
	Refs   []ref
	Places string
}

// finding is a finding or one that was ruled out.
type finding struct {
	Class             view.Word
	ID, Title         string
	Confidence, About string
	Summary           string
	Consequence       string
	Refs              []ref
}

type cluster struct {
	Mode         string
	Servers      []server
	Findings     []finding
	Certificates []certificate
	More         int

	Calendar      *calendar // nil when there is nothing to draw
	Changes       []change
	Presented     []shown
	Signers       []signer
	MoreChanges   int
	MorePresented int
	MoreSigners   int
}

type server struct{ Address, Name, Services string }

type certificate struct {
	Name, Subject, Issuer, Serial, From, To, Key, SHA1, Seen, Problem string
	Roles, Left                                                       string
	Status                                                            view.Word
	Self                                                              bool
}

type clock struct{ Text, Note, Pairs string }

type input struct {
	Name, Kind, Size, Read, Span, SHA256 string
	Matched, Ignored, Unknown            string
	Problems                             []problem
	Samples                              []correlate.Sample
	More                                 int
}

type problem struct{ Where, What string }

// builder makes the page of one report.
type builder struct {
	r     *correlate.Report
	x     *view.Index
	shown map[string]bool // ids of evidence in the appendix
}

func newPage(a *assets, r *correlate.Report, plan *plan, o Options) *page {
	b := &builder{r: r, x: view.NewIndex(r, o.Zone), shown: map[string]bool{}}
	phones, listed, full := plan.phones, plan.phones[:plan.listed], plan.inFull()
	p := &page{
		Policy: a.policy, Style: a.style, Script: a.script,
		Title: view.Name(o.Title), Generated: view.Name(o.Generated), Command: view.Text(o.Command),
		Tool: view.Name(r.Tool.Name), Version: view.Name(r.Tool.Version), Schema: view.Name(r.Schema),
		Zone: b.x.Zone(), Headline: view.Text(r.Headline), Redaction: view.Redaction(r), Counts: view.ClassCounts(r), Brief: len(listed) - len(full), Reduced: len(phones) - len(listed),
	}
	for _, c := range []string{correlate.ClassOK, correlate.ClassDegraded, correlate.ClassRecoverable, correlate.ClassLockedOut, correlate.ClassInconclusive, correlate.ClassNote} {
		p.Classes = append(p.Classes, view.Class(c))
	}
	// The headline over one phone is its verdict, which follows in full.
	if len(phones) == 1 {
		p.Headline = view.Name(r.Brief(phones[0]).Name) + ": " + strings.ToLower(view.Class(r.Brief(phones[0]).Class).Label)
	}
	anchors := map[int]string{}
	alike := map[cause]int{} // the first of each cause that is shown in full
	for i, ph := range view.Phones(r, listed) {
		n := listed[i]
		anchors[n] = fmt.Sprintf("phone-%d", i+1)
		if c := causeOf(r.Brief(n)); full[n] {
			if _, ok := alike[c]; !ok {
				alike[c] = n
			}
		}
		p.Evidence = append(p.Evidence, b.timelineTable(ph, full[n]))
	}
	if len(r.Unassigned) > 0 {
		p.Evidence = append(p.Evidence, b.otherTable("Evidence that fits no phone", r.Unassigned))
	}
	if t := b.citedElsewhere(phones); len(t.Rows) > 0 {
		p.Evidence = append(p.Evidence, t)
	}
	for i, ph := range view.Phones(r, listed) {
		n := listed[i]
		if full[n] {
			p.Phones = append(p.Phones, b.phone(ph, anchors[n]))
		} else if same, ok := alike[causeOf(r.Brief(n))]; ok {
			p.Phones = append(p.Phones, b.brief(ph, anchors[n], r.Brief(same).Name, anchors[same]))
		} else {
			p.Phones = append(p.Phones, b.brief(ph, anchors[n], "", ""))
		}
	}
	if len(p.Phones) > 0 {
		p.Phones[0].Open = true
	}
	for i, ph := range view.Phones(r, phones) {
		if i == maxPhones {
			p.MoreRows = len(phones) - i
			break
		}
		p.Rows = append(p.Rows, b.row(ph, anchors[phones[i]]))
	}
	p.Groups = b.groups(phones, anchors)
	byName := map[string]string{}
	for ph, anchor := range anchors {
		byName[view.Name(r.Brief(ph).Name)] = anchor
	}
	p.Tasks, p.Odds = b.tasks(byName)
	p.Cluster = b.cluster()
	p.Clocks = b.clocks()
	p.Inputs, p.MoreInputs = b.inputs()
	p.Coverage = b.coverage()
	p.Data = data(r)
	return p
}

// data is the report's JSON, nil when it would bloat the page.
func data(r *correlate.Report) json.RawMessage {
	size := 0
	for _, p := range r.All() {
		if size += 5000 + 300*len(p.Timeline); size > maxData {
			return nil
		}
	}
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil || b.Len() > 2*maxData {
		return nil
	}
	var small bytes.Buffer
	if err := json.Compact(&small, b.Bytes()); err != nil || small.Len() > maxData {
		return nil
	}
	return small.Bytes()
}

// refs resolves identifiers of evidence to links.
func (b *builder) refs(ids []string) []ref {
	var out []ref
	for _, id := range ids {
		r := ref{ID: view.Shorten(id, 8), Where: b.x.Ref(id)}
		if b.shown[id] {
			r.Anchor = b.x.Anchor(id)
		}
		out = append(out, r)
	}
	return out
}

func newStep(s correlate.Step) step {
	out := step{view.Text(s.Text), view.Text(s.Command), view.Text(s.Risk)}
	if out.Risk == "none" {
		out.Risk = ""
	}
	return out
}

func newSteps(list []correlate.Step) []step {
	var out []step
	for _, s := range list {
		out = append(out, newStep(s))
	}
	return out
}

// finding shows a finding of a phone, or of the cluster when phone is "".
func (b *builder) finding(f *correlate.Finding, phone string) finding {
	out := finding{Class: view.Class(f.Class), ID: view.Name(f.ID), Title: view.Text(f.Title), Confidence: view.Name(f.Confidence),
		About: view.Name(f.About), Summary: view.Text(f.Summary), Refs: b.refs(f.Evidence)}
	if f.About == phone {
		out.About = ""
	}
	if f.ConsequenceOf != nil {
		out.Consequence = view.Name(*f.ConsequenceOf)
	}
	return out
}

func (b *builder) findings(list []correlate.Finding, phone string) []finding {
	var out []finding
	for i := range list {
		out = append(out, b.finding(&list[i], phone))
	}
	return out
}

// groups gives the answer for each cause, in the report's order (worst first).
func (b *builder) groups(phones []int, anchors map[int]string) []group {
	var out []group
	for _, g := range b.r.Groups {
		n := group{Class: view.Class(g.Class), Cause: view.Name(g.Cause), N: len(g.Phones)}
		var names []string
		for _, name := range g.Phones[:min(4, len(g.Phones))] {
			names = append(names, view.Name(name))
		}
		if more := len(g.Phones) - len(names); more > 0 {
			names = append(names, view.Count(more)+" more")
		}
		n.Phones = view.Join(names)
		i := slices.IndexFunc(phones, func(n int) bool {
			p := b.r.Brief(n)
			return p.Class == g.Class && p.Primary == g.Cause && slices.Contains(g.Phones[:min(1, len(g.Phones))], p.Name)
		})
		if i >= 0 {
			p := b.r.Phone(phones[i])
			n.Title, n.Advice, n.Delete = view.Title(p), view.Text(p.Verdict.Advice), view.Deletion(p.Verdict.Deletion)
			n.Next, n.Anchor = newStep(view.NextStep(p)), anchors[phones[i]]
		}
		out = append(out, n)
	}
	return out
}

func (b *builder) row(p *correlate.Phone, anchor string) phoneRow {
	v := &p.Verdict
	r := phoneRow{Name: view.Name(p.Name), Anchor: anchor, Class: view.Class(v.Class), Cause: view.Name(v.Primary), Delete: view.Deletion(v.Deletion),
		Registered: view.Shorten(v.Registered, 24), Addresses: view.Name(strings.Join(p.Addresses, " ")), Model: view.Opt(p.Model)}
	for _, e := range p.Timeline {
		if e.Outcome == "fail" {
			m := b.x.When(e.Time, e.TimeText)
			r.First = strings.TrimSpace(m.Day + " " + m.Clock)
			break
		}
	}
	return r
}

func (b *builder) cluster() cluster {
	c := &b.r.Cluster
	out := cluster{Mode: view.Name(c.Mode), Findings: b.findings(c.Findings, "")}
	for _, s := range c.Servers {
		out.Servers = append(out.Servers, server{view.Name(s.Address), view.Opt(s.Name), view.Text(strings.Join(s.Services, ", "))})
	}
	certs := make([]*correlate.Certificate, len(c.Certificates))
	for i := range certs {
		certs[i] = &c.Certificates[i]
	}
	// Those of servers first: a fleet's own are many.
	slices.SortStableFunc(certs, func(a, b *correlate.Certificate) int { return min(1, len(b.Roles)) - min(1, len(a.Roles)) })
	for i, k := range certs {
		if i == maxInputs {
			out.More = len(c.Certificates) - i
			break
		}
		out.Certificates = append(out.Certificates, certificate{Name: view.CommonName(k.Subject), Subject: view.Text(k.Subject), Issuer: view.CommonName(k.Issuer), Self: k.Subject == k.Issuer,
			Serial: view.Name(k.Serial), From: b.date(k.NotBefore), To: b.date(k.NotAfter), Key: view.Shorten(view.Opt(k.Key), 24), SHA1: view.Opt(k.SHA1), Seen: view.Text(strings.Join(k.Seen, ", ")), Problem: view.Opt(k.Problem),
			Roles: view.Text(strings.Join(k.Roles, ", ")), Left: view.Left(k), Status: view.CertStatus(k.Status)})
	}
	b.history(&out)
	return out
}

// date prints the day of a certificate's date.
func (b *builder) date(s *string) string {
	if s == nil {
		return ""
	}
	if m := b.x.When(s, ""); m.Day != "" {
		return m.Day
	}
	return view.Shorten(*s, 32)
}

func (b *builder) clocks() []clock {
	var out []clock
	for _, c := range b.r.Clocks {
		n := clock{Text: b.x.Clock(c), Note: view.Text(c.Note)}
		var pairs []string
		for i, p := range c.Pairs {
			if i == 6 {
				pairs = append(pairs, fmt.Sprintf("%d more", len(c.Pairs)-i))
				break
			}
			pairs = append(pairs, fmt.Sprintf("%s: %s with %s, %+.3f s (%s)", view.Text(p.Kind), b.x.Short(p.Source), b.x.Short(p.Reference), p.Seconds, view.Name(p.Bound)))
		}
		n.Pairs = strings.Join(pairs, "; ")
		out = append(out, n)
	}
	return out
}

func (b *builder) inputs() ([]input, int) {
	var out []input
	num := func(n *int) string {
		if n == nil {
			return ""
		}
		return view.Count(*n)
	}
	for i, in := range b.r.Inputs {
		if i == maxInputs {
			return out, len(b.r.Inputs) - i
		}
		n := input{Name: view.Name(in.Name), Kind: view.Shorten(in.Kind, 24), Size: view.Size(in.Bytes), Span: b.x.Span(in.From, in.To), SHA256: view.Name(in.SHA256),
			Matched: num(in.Matched), Ignored: num(in.Ignored), Unknown: num(in.Unknown)}
		switch {
		case in.Frames != nil:
			n.Read = view.Plural(*in.Frames, "frame")
		case in.Lines != nil:
			n.Read = view.Plural(*in.Lines, "line")
		}
		for _, p := range in.Problems[:min(maxSamples, len(in.Problems))] {
			n.Problems = append(n.Problems, problem{view.Name(p.Where), view.Text(p.What)})
		}
		for _, s := range in.Samples[:min(maxSamples, len(in.Samples))] {
			s.Text = view.Clip(s.Text, maxSource)
			n.Samples = append(n.Samples, s)
		}
		n.More = len(in.Problems) - len(n.Problems) + len(in.Samples) - len(n.Samples)
		out = append(out, n)
	}
	return out, 0
}

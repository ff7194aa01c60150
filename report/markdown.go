package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"trustline/correlate"
	"trustline/report/internal/view"
)

const (
	// noteLines is the length of the note for the engineer, which has to fit
	// the preview of a ticket system.
	noteLines = 12
	// noteText bounds each of its lines, in characters.
	noteText = 320
	// mdFullPhones and mdRows bound what a ticket can hold: phones in full, and
	// rows of a table.
	mdFullPhones = 10
	mdRows       = 200
)

// Markdown writes the report for a ticket: a note of at most twelve lines for
// the engineer, which begins with how good the evidence is, one paragraph for
// the customer, then the sources, phones, proof, steps and inputs. It is GitHub's dialect with tables and no HTML. Times are UTC, since a
// ticket is read in many zones.
func Markdown(w io.Writer, r *correlate.Report) error {
	b := bufio.NewWriter(w)
	m := &markdown{w: b, r: r, x: view.NewIndex(r, nil), phones: view.WorstFirst(r)}
	m.note()
	m.customer()
	m.sources()
	if len(m.phones) > 1 {
		m.tasks()
		m.overview()
	}
	for i, p := range view.Phones(r, m.phones) {
		if i == mdFullPhones {
			m.f("\n%s more are in the table above; the JSON and HTML reports hold them in full.\n", view.Plural(len(m.phones)-i, "phone"))
			break
		}
		m.phone(p)
	}
	m.cluster()
	m.inputs()
	if err := b.Flush(); err != nil {
		return fmt.Errorf("report: markdown: %w", err)
	}
	return nil
}

type markdown struct {
	w      *bufio.Writer
	r      *correlate.Report
	x      *view.Index
	phones []int // of the report, the worst first
}

// f prints; errors stay in the writer until Flush.
func (m *markdown) f(format string, a ...any) { fmt.Fprintf(m.w, format, a...) }

// note prints the engineer's note: the headline, and for the worst phones
// verdict, deletion and next step, as far as the lines reach.
func (m *markdown) note() {
	lines := []string{"## trustline: note for the engineer", ""}
	if l := m.evidenceLine(); l != "" {
		lines = append(lines, l)
		if len(m.phones) != 1 { // a list goes on, a paragraph must begin
			lines = append(lines, "")
		}
	}
	if len(m.phones) != 1 { // else it is the phone's own, which follows
		lines = append(lines, "**"+mdClip(m.r.Headline, noteText)+"**", "")
	}
	for i, p := range view.Phones(m.r, m.phones) {
		v := &p.Verdict
		c := view.Class(v.Class)
		block := []string{fmt.Sprintf("- %s **%s** %s: %s (%s, confidence %s)", c.Symbol, md(c.Label), code(view.Clip(p.Name, 64)), mdClip(v.Headline, noteText), code(view.Clip(v.Primary, 64)), md(view.Clip(v.Confidence, 16)))}
		block = append(block, fmt.Sprintf("  - Delete the ITL? **%s**. %s", md(view.Deletion(v.Deletion).Label), mdClip(v.Advice, noteText)))
		if s := view.NextStep(p); s.Text != "" {
			line := "  - Next: " + mdClip(s.Text, noteText)
			if s.Command != "" {
				line += " " + code(view.Clip(s.Command, noteText))
			}
			block = append(block, line)
		}
		if len(m.phones) == 1 {
			for _, b := range v.Because {
				block = append(block, "  - Because: "+mdClip(b.Text, noteText))
			}
			for _, u := range p.Unseen {
				block = append(block, "  - Not seen: "+mdClip(u, noteText))
			}
			block = block[:min(len(block), noteLines-len(lines))]
		}
		// A phone that does not fit, with a line to say so, is left to the table.
		if rest := len(m.phones) - i; len(lines)+len(block) > noteLines || rest > 1 && len(lines)+len(block) >= noteLines {
			lines = append(lines, fmt.Sprintf("- %s below.", view.Plural(rest, "more phone")))
			break
		}
		lines = append(lines, block...)
	}
	for _, l := range lines {
		m.f("%s\n", l)
	}
}

// customer prints one paragraph without the terms of the trade: what is the
// matter, what is needed, and what to keep hands off.
func (m *markdown) customer() {
	m.f("\n## For the customer\n\n")
	var s []string
	read := 0
	for _, in := range m.r.Inputs {
		if in.Kind != "unknown" && in.Kind != "empty" && in.Kind != "missing" {
			read++
		}
	}
	s = append(s, fmt.Sprintf("We examined what you sent (%s) and found %s in it.", view.Plural(read, "file"), view.Plural(len(m.phones), "phone")))
	for _, c := range view.ClassCounts(m.r) {
		if text, ok := customerWords[c.Word.Key]; ok {
			s = append(s, m.named(c)+" "+text[min(c.N, 2)-1])
		}
	}
	if needs := m.needed(); len(needs) > 0 {
		s = append(s, "To go on we need: "+strings.Join(needs, "; ")+".")
	}
	s = append(s, "Until you hear from us, please delete no trust list (ITL or CTL) on any phone and renew no further server certificate: both can turn a fault that we can mend from here into a visit to every phone.")
	m.f("%s\n", strings.Join(s, " "))
}

// customerWords says of each class what it means to the owner of the phones,
// of one phone and of several.
var customerWords = map[string][2]string{
	"locked-out": {
		"no longer trusts the server since certificates were changed there, and this can only be put right at the phone itself; our engineer will tell you when and how.",
		"no longer trust the server since certificates were changed there, and this can only be put right at the phones themselves; our engineer will tell you when and how, and one phone is tried first."},
	"recoverable": {
		"does not accept or reach what it needs at present; this can be put right from the server, without a visit to the phone.",
		"do not accept or reach what they need at present; this can be put right from the server, without a visit to the phones."},
	"inconclusive": {
		"cannot be judged yet: the files do not show what happened.",
		"cannot be judged yet: the files do not show what happened."},
	"degraded": {
		"works, but with less protection than intended, which should be repaired at a planned time.",
		"work, but with less protection than intended, which should be repaired at a planned time."},
	"ok": {
		"works as intended in what we examined.",
		"work as intended in what we examined."},
}

// named lists the phones of a class, or counts them when they are many.
func (m *markdown) named(c view.ClassCount) string {
	if c.N > 4 {
		return view.Plural(c.N, "phone")
	}
	var names []string
	for _, n := range m.phones {
		if p := m.r.Brief(n); view.Class(p.Class) == c.Word {
			names = append(names, mdClip(p.Name, 64))
		}
	}
	return view.Join(names)
}

// needed gathers what to collect for the phones that cannot be judged.
func (m *markdown) needed() []string {
	var out []string
	seen := map[string]bool{}
	for _, n := range m.phones {
		if m.r.Brief(n).Class != correlate.ClassInconclusive || len(out) == 6 {
			continue
		}
		for _, s := range view.Collect(m.r.Phone(n)) {
			if t := strings.TrimRight(mdClip(s.Text, noteText), "."); !seen[t] && len(out) < 6 {
				seen[t] = true
				out = append(out, fmt.Sprintf("(%d) %s", len(out)+1, t))
			}
		}
	}
	return out
}

// overview prints one row for each phone.
func (m *markdown) overview() {
	m.f("\n## Phones\n\n| phone | verdict | cause | delete the ITL? | address |\n| --- | --- | --- | --- | --- |\n")
	for i, p := range view.Phones(m.r, m.phones) {
		if i == mdRows {
			m.f("\n%s more are not listed; the CSV and HTML reports list them.\n", view.Plural(len(m.phones)-i, "phone"))
			return
		}
		v := &p.Verdict
		c := view.Class(v.Class)
		m.f("| %s | %s %s | %s | %s | %s |\n", cellCode(view.Name(p.Name)), c.Symbol, md(c.Label), cellCode(view.Name(v.Primary)), md(view.Deletion(v.Deletion).Label), cellCode(view.Name(strings.Join(p.Addresses, " "))))
	}
}

// cluster prints the findings about the servers, and their history.
func (m *markdown) cluster() {
	c := &m.r.Cluster
	if len(c.Findings) == 0 && len(c.Changes) == 0 && len(c.Presented) == 0 && len(c.Signers) == 0 && len(view.Expiring(m.r)) == 0 {
		return
	}
	m.f("\n## Cluster (mode %s)\n\n", md(c.Mode))
	for i := range m.r.Cluster.Findings {
		m.finding(&m.r.Cluster.Findings[i])
	}
	m.history()
}

// inputs prints what was read, and how the clocks differ.
func (m *markdown) inputs() {
	if len(m.r.Clocks) > 0 {
		m.f("\n## Clocks\n\n")
		for _, c := range m.r.Clocks {
			m.f("- %s\n", md(m.x.Clock(c)))
			if c.Note != "" {
				m.f("  - %s\n", md(c.Note))
			}
		}
	}
	m.f("\n## Inputs\n\n| input | kind | size | read | unknown | SHA-256 |\n| --- | --- | --- | --- | --- | --- |\n")
	for i, in := range m.r.Inputs {
		if i == mdRows {
			m.f("\n%s more are not listed.\n", view.Plural(len(m.r.Inputs)-i, "input"))
			break
		}
		unknown := ""
		if in.Unknown != nil {
			unknown = view.Count(*in.Unknown)
		}
		m.f("| %s | %s | %s | %s | %s | %s |\n", cellCode(view.Name(in.Name)), md(view.Name(in.Kind)), view.Size(in.Bytes), read(in), unknown, cellCode(in.SHA256[:min(16, len(in.SHA256))]+"…"))
	}
	for _, in := range m.r.Inputs {
		for _, p := range in.Problems {
			m.f("\n- %s, %s: %s", code(view.Name(in.Name)), md(view.Name(p.Where)), md(p.What))
		}
	}
	if s := view.Redaction(m.r); s != "" {
		m.f("\n\n%s\n", md(s))
	}
	m.f("\n\n%s %s, schema %s\n", md(view.Name(m.r.Tool.Name)), md(view.Name(m.r.Tool.Version)), code(m.r.Schema))
}

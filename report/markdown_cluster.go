package report

import (
	"strings"

	"trustline/report/internal/view"
)

// mdNames bounds the names listed for an action.
const mdNames = 40

// tasks prints the phones of a fleet by what has to be done about them.
func (m *markdown) tasks() {
	m.f("\n## Phones by action\n\n| action | phones | first steps | names |\n| --- | --- | --- | --- |\n")
	for _, k := range view.Tasks(m.r) {
		var steps []string
		for _, g := range k.Groups {
			if len(g.Remedy) > 0 && len(steps) < 3 {
				s := mdClip(g.Remedy[0].Text, noteText)
				if g.Remedy[0].Command != "" {
					s += " " + cellCode(view.Clip(g.Remedy[0].Command, noteText))
				}
				steps = append(steps, s)
			}
		}
		m.f("| %s %s | %s | %s | %s |\n", k.Symbol, md(k.Label), view.Count(len(k.Phones)), strings.Join(steps, "<br>"), md(view.Names(k.Phones, mdNames)))
	}
	for _, o := range view.Odds(m.r) {
		m.f("\n- Odd one out: %s, %s", code(view.Clip(o.Phone, 64)), mdClip(o.Because, noteText))
	}
	if len(view.Odds(m.r)) > 0 {
		m.f("\n")
	}
}

// history prints what changed on the cluster, who presented and signed what, and
// the certificates near their end.
func (m *markdown) history() {
	c := &m.r.Cluster
	if len(c.Changes) > 0 {
		m.f("\n### Changes\n\n| time | server | how known | what |\n| --- | --- | --- | --- |\n")
		for i := range c.Changes {
			if m.cut(i, len(c.Changes), "change") {
				break
			}
			x := &c.Changes[i]
			m.f("| %s | %s | %s | %s |\n", md(m.x.Second(x.Time, x.TimeText)), md(view.Opt(x.Server)), md(view.ChangeKind(x.Kind)), md(x.Text))
		}
	}
	if len(c.Presented) > 0 {
		m.f("\n### Certificates presented\n\n| address | service | certificate | serial | from | to |\n| --- | --- | --- | --- | --- | --- |\n")
		for i := range c.Presented {
			if m.cut(i, len(c.Presented), "certificate") {
				break
			}
			x := &c.Presented[i]
			m.f("| %s | %s | %s | %s | %s | %s |\n", cellCode(view.Name(x.Address)), md(view.Name(x.Service)), md(view.CommonName(x.Subject)), cellCode(view.Name(x.Serial)), md(m.x.Second(x.First, "")), md(m.x.Second(x.Last, "")))
		}
	}
	if len(c.Signers) > 0 {
		m.f("\n### Signers of lists and configurations\n\n| where | kind | signer | serial | from | to |\n| --- | --- | --- | --- | --- | --- |\n")
		for i := range c.Signers {
			if m.cut(i, len(c.Signers), "signer") {
				break
			}
			x := &c.Signers[i]
			where := view.Opt(x.Server)
			if x.Source != nil {
				where = m.x.Input(*x.Source)
			}
			m.f("| %s | %s | %s | %s | %s | %s |\n", cellCode(where), md(view.Name(x.Kind)), md(view.CommonName(x.Signer.Name)), cellCode(view.Name(x.Signer.Serial)), md(m.x.Second(x.First, "")), md(m.x.Second(x.Last, "")))
		}
	}
	if list := view.Expiring(m.r); len(list) > 0 {
		m.f("\n### Certificates to look at\n\n| status | certificate | serial | until | left |\n| --- | --- | --- | --- | --- |\n")
		for i, x := range list {
			if m.cut(i, len(list), "certificate") {
				break
			}
			w := view.CertStatus(x.Status)
			m.f("| %s %s | %s | %s | %s | %s |\n", w.Symbol, md(w.Label), md(view.CertName(x)), cellCode(view.Name(x.Serial)), md(day(view.Opt(x.NotAfter))), md(view.Left(x)))
		}
	}
}

// cut ends a table that is too long, and says so.
func (m *markdown) cut(i, all int, noun string) bool {
	if i < mdRows {
		return false
	}
	m.f("\n%s more are not listed.\n", view.Plural(all-i, noun))
	return true
}

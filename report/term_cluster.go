package report

import (
	"fmt"

	"trustline/report/internal/view"
)

const (
	// changeRows and expiryRows bound what the terminal shows of the cluster's
	// history and of the certificates near their end.
	changeRows = 12
	expiryRows = 8
	// oddRows bounds the odd phones of a fleet.
	oddRows = 6
)

// tasks prints the phones of a fleet by what has to be done about them, and
// those that differ from the rest.
func (t *term) tasks() {
	t.section("Phones by action")
	var rows [][]string
	for _, k := range view.Tasks(t.r) {
		names := view.Names(k.Phones, t.upTo(namesInGroup, len(k.Phones)))
		rows = append(rows, []string{view.Count(len(k.Phones)), k.Symbol + " " + k.Label, names})
	}
	t.table("  ", []string{"phones", "action", "names"}, rows, 24)
	odds := view.Odds(t.r)
	for i, o := range odds {
		if i == t.upTo(oddRows, len(odds)) {
			t.para("  ", "and "+view.Plural(len(odds)-i, "more phone")+" that differ", t.faint)
			break
		}
		t.text("  odd one out  ", o.Phone+": "+o.Because)
	}
}

// upTo is a bound that Verbose lifts.
func (t *term) upTo(bound, all int) int {
	if t.verbose {
		return all
	}
	return bound
}

// changes prints what became different on the cluster.
func (t *term) changes() {
	list := t.r.Cluster.Changes
	if len(list) == 0 {
		return
	}
	t.blank()
	t.line("  " + t.strong.Render("Changes"))
	for i, c := range list {
		if i == t.upTo(changeRows, len(list)) {
			t.para("    ", "and "+view.Plural(len(list)-i, "more change"), t.faint)
			return
		}
		when := t.x.Second(c.Time, c.TimeText)
		text := view.Text(c.Text)
		if c.Server != nil {
			text = view.Name(*c.Server) + ": " + text
		}
		t.text(fmt.Sprintf("    %s  %-10s  ", pad(when, 19), view.ChangeKind(c.Kind)), text)
	}
}

// expiring prints the certificates that are over, soon over or not yet valid.
func (t *term) expiring() {
	list := view.Expiring(t.r)
	if len(list) == 0 {
		return
	}
	t.blank()
	t.line("  " + t.strong.Render("Certificates to look at"))
	for i, c := range list {
		if i == t.upTo(expiryRows, len(list)) {
			t.para("    ", "and "+view.Plural(len(list)-i, "more certificate"), t.faint)
			return
		}
		w := view.CertStatus(c.Status)
		t.para("    "+t.word(w)+"  ", fmt.Sprintf("%s, serial %s, until %s (%s)", view.CertName(c), view.Name(c.Serial), day(view.Opt(c.NotAfter)), view.Left(c)), t.plain)
	}
}

// day cuts a date to its day.
func day(s string) string {
	if len(s) > 10 && s[4] == '-' && s[10] == 'T' {
		return s[:10]
	}
	return view.Shorten(s, 32)
}

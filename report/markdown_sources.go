package report

import (
	"fmt"
	"strings"

	"trustline/report/internal/view"
)

// evidenceLine says in one line, above every verdict, how good the evidence is
// and what is the matter with it; "" when no source is known.
func (m *markdown) evidenceLine() string {
	list := view.Sources(m.r)
	if len(list) == 0 {
		return ""
	}
	w, sum := view.Evidence(list)
	text, left := w.Label+"; "+sum, 0
	for _, s := range list {
		if !s.Needed || s.Word.Label == "good" {
			continue
		}
		if t := ". " + view.Clip(s.Label(m.x)+": "+s.What(m.x, 1), noteText/2); left == 0 && len(text)+len(t) < noteText-20 {
			text += t
		} else {
			left++
		}
	}
	if left > 0 {
		text += fmt.Sprintf("; and %s more", view.Count(left))
	}
	return "- " + w.Symbol + " **Evidence** " + mdClip(text, noteText)
}

// sources prints a table of how good each source is.
func (m *markdown) sources() {
	list := view.Sources(m.r)
	if len(list) == 0 {
		return
	}
	m.f("\n## Is the evidence good enough?\n\n| quality | source | time span | what it cannot show |\n| --- | --- | --- | --- |\n")
	var spare []string
	for i, s := range list {
		if i == mdRows {
			m.f("\n%s more are not listed.\n", view.Plural(len(list)-i, "source"))
			break
		}
		if !s.Needed && s.Missing() {
			spare = append(spare, s.Label(m.x))
			continue
		}
		what := s.What(m.x, 4)
		if s.Missing() && s.From != nil && len(s.Limits) > 0 {
			what += ": " + view.Text(s.Limits[0].Text)
		}
		m.f("| %s %s | %s | %s | %s |\n", s.Word.Symbol, md(s.Word.Label), md(s.Label(m.x)), md(m.x.Span(s.From, s.To)), md(what))
	}
	if len(spare) > 0 {
		m.f("\nNot given, and not needed for what these phones did: %s.\n", md(strings.Join(spare, ", ")))
	}
}

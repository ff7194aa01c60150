package report

import (
	"fmt"
	"strings"

	"trustline/report/internal/view"
)

// sourceLines bounds the lines on the evidence's quality at the top; what does
// not fit is counted.
const sourceLines = 8

// sources says before any verdict how good the evidence is: what is missing,
// what is limited, and in one line what is good.
func (t *term) sources() {
	list := view.Sources(t.r)
	if len(list) == 0 {
		return
	}
	w, sum := view.Evidence(list)
	t.para(t.strong.Render("Is the evidence good enough?")+"  ", t.class[w.Key].Render(w.Symbol+" "+w.Label)+"; "+sum, t.plain)
	var bad []*view.Source
	var good, spare []string
	for _, s := range list {
		switch {
		case !s.Needed && s.Missing():
			spare = append(spare, s.Label(t.x))
		case s.Needed && s.Word.Label != "good":
			bad = append(bad, s)
		default:
			good = append(good, s.Label(t.x))
		}
	}
	free := sourceLines - 1
	for _, l := range [][]string{good, spare} {
		if len(l) > 0 {
			free--
		}
	}
	for i, s := range bad {
		limits := 1
		if t.verbose {
			limits = len(s.Limits)
		}
		lines := wrap(s.Label(t.x)+": "+s.What(t.x, limits), t.width-4)
		last := i == len(bad)-1
		if !t.verbose && (len(lines) > free || !last && len(lines) == free) {
			t.para("    ", fmt.Sprintf("… and %s with limits: --verbose, JSON and HTML tell of them", view.Plural(len(bad)-i, "more source")), t.faint)
			break
		}
		free -= len(lines)
		for j, l := range lines {
			lead := "    "
			if j == 0 {
				lead = "  " + t.symbol(s.Word) + " "
			}
			t.line(lead + l)
		}
	}
	t.names("  "+t.class["ok"].Render("✔")+" ", "covers: ", good)
	t.names("  – ", "not given, not needed here: ", spare)
	t.blank()
}

// names lists as many names as fit in a line, and counts the rest.
func (t *term) names(lead, what string, list []string) {
	if len(list) == 0 {
		return
	}
	for n := len(list); n > 0; n-- {
		s := what + strings.Join(list[:n], ", ")
		if n < len(list) {
			s += fmt.Sprintf(" and %s more", view.Count(len(list)-n))
		}
		if lines := wrap(s, t.width-4); len(lines) == 1 {
			t.line(lead + lines[0])
			return
		}
	}
	t.line(lead + wrap(what+view.Count(len(list)), t.width-4)[0])
}

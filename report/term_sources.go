package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"trustline/report/internal/view"
)

// sourceLines bounds the lines on the evidence's quality at the top; what does
// not fit is counted.
const sourceLines = 10

// sources says before any verdict how good the evidence is: what is missing,
// what is limited, and in one line what is good.
func (t *term) sources() {
	all := view.Sources(t.r)
	list := all
	if !t.verbose {
		list = view.ByNode(all)
	}
	if len(list) == 0 {
		return
	}
	w, sum := view.Evidence(all)
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
	texts := make([][]string, len(bad))
	for i, s := range bad {
		limits := 1
		if t.verbose {
			limits = len(s.Limits)
		}
		texts[i] = wrap(s.Label(t.x)+": "+s.What(t.x, limits), t.width-4)
	}
	if !t.verbose {
		t.shorten(texts, free)
	}
	for i, s := range bad {
		if !t.verbose && (free == 0 || free == 1 && i < len(bad)-1) {
			t.para("    ", fmt.Sprintf("… and %s with limits: --verbose, JSON and HTML tell of them", view.Plural(len(bad)-i, "more source")), t.faint)
			break
		}
		free -= len(texts[i])
		for j, l := range texts[i] {
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

// shorten cuts texts so that as many as can be have a place in the given number of
// lines: the longest first, of equal ones the last, down to one line each.
func (t *term) shorten(texts [][]string, lines int) {
	total := 0
	for _, l := range texts {
		total += len(l)
	}
	for total > lines {
		long := slices.MaxFunc(texts, func(a, b []string) int { return len(a) - len(b) })
		if len(long) < 2 {
			return
		}
		for i, l := range slices.Backward(texts) {
			if len(l) == len(long) {
				texts[i] = l[:len(l)-1]
				texts[i][len(l)-2] = ellipsis(l[len(l)-2], t.width-4)
				total--
				break
			}
		}
	}
}

// ellipsis ends a line that goes on in the word that has room for the sign.
func ellipsis(line string, width int) string {
	for lipgloss.Width(line)+2 > width {
		i := strings.LastIndexByte(line, ' ')
		if i < 0 {
			break
		}
		line = line[:i]
	}
	return strings.TrimRight(line, ":;, ") + " …"
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

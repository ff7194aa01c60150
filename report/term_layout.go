package report

import (
	"bufio"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// Widths of the terminal in columns. Below the least one lines are left to the
// terminal to break; above the most they get hard to read.
const (
	leastWidth   = 40
	defaultWidth = 80
	mostWidth    = 120
)

// lastColumn is the least width of a table's last column: that of a device name.
const lastColumn = 15

// styles are the few ways in which text stands out; without colour they all
// print it as it is.
type styles struct {
	plain, title, strong, faint, mono lipgloss.Style
	class                             map[string]lipgloss.Style // by key of class, outcome or state
}

// newStyles binds styles to w. Colours are the sixteen of the terminal, so that
// they follow its theme; the terminal is never asked anything.
func newStyles(w *bufio.Writer, color bool) styles {
	r := lipgloss.NewRenderer(w)
	// Both are set so that lipgloss does not look for them itself.
	r.SetHasDarkBackground(true)
	r.SetColorProfile(termenv.Ascii)
	if color {
		r.SetColorProfile(termenv.ANSI)
	}
	fg := func(c string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(c)) }
	red, green, yellow, cyan := fg("1"), fg("2"), fg("3"), fg("6")
	return styles{
		plain: r.NewStyle(), title: r.NewStyle().Bold(true).Underline(true), strong: r.NewStyle().Bold(true), faint: r.NewStyle().Faint(true), mono: cyan,
		class: map[string]lipgloss.Style{
			"ok": green, "degraded": yellow, "recoverable": yellow, "locked-out": red, "inconclusive": cyan, "note": r.NewStyle(),
			"fail": red, "proved": r.NewStyle().Bold(true), "refuted": green, "unknown": yellow,
			"forbidden": green, "open": yellow, "allowed": red, "mismatch": red, "match": green,
		},
	}
}

// page prints lines of at most width columns. Errors of w stay in it and come
// out of its Flush.
type page struct {
	w     *bufio.Writer
	width int
	styles
}

func (p *page) line(s string) {
	p.w.WriteString(strings.TrimRight(s, " "))
	p.w.WriteByte('\n')
}

func (p *page) blank() { p.w.WriteByte('\n') }

// para prints text after a lead, wrapped, the following lines indented by the
// lead's width. The lead may be coloured, the text is coloured by style.
func (p *page) para(lead, text string, style lipgloss.Style) {
	indent := lipgloss.Width(lead)
	for i, l := range wrap(text, p.width-indent) {
		if i > 0 {
			lead = strings.Repeat(" ", indent)
		}
		p.line(lead + style.Render(l))
	}
}

// text prints an unstyled paragraph.
func (p *page) text(lead, text string) { p.para(lead, text, p.plain) }

// section prints a heading within a phone or the report.
func (p *page) section(title string) {
	p.blank()
	p.line(p.title.Render(title))
}

// wrap breaks text at spaces into lines of at most width columns. A word that
// is longer is broken where the line ends, before it after a comma, slash or
// the like when there is one.
func wrap(text string, width int) []string {
	width = max(width, 8)
	var out []string
	line, used := "", 0
	for word := range strings.SplitSeq(text, " ") {
		n := lipgloss.Width(word)
		if used > 0 && used+1+n > width {
			out = append(out, line)
			line, used = "", 0
		}
		for n > width {
			head := breakAt(word, width)
			out = append(out, head)
			word = word[len(head):]
			n = lipgloss.Width(word)
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	return append(out, line)
}

// breakAt gives the longest head of a word that fits, preferably one that ends
// in a separator and is not short.
func breakAt(word string, width int) string {
	used, end, nice := 0, 0, 0
	for i, r := range word {
		n := lipgloss.Width(string(r))
		if used+n > width && i > 0 {
			break
		}
		used, end = used+n, i+len(string(r))
		if strings.ContainsRune("/!:,;_.", r) && used > width/2 {
			nice = end
		}
	}
	if nice > 0 {
		return word[:nice]
	}
	return word[:max(end, 1)]
}

// pad fills text to a column's width.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-lipgloss.Width(s)))
}

// table prints rows under a heading; the last column takes what is left of the
// width and is wrapped, the others are as wide as they need, at most limit.
func (p *page) table(indent string, head []string, rows [][]string, limit int) {
	last := len(head) - 1
	widths := make([]int, last)
	for _, r := range append([][]string{head}, rows...) {
		for i := range last {
			widths[i] = min(max(widths[i], lipgloss.Width(r[i])), limit)
		}
	}
	// The last column keeps a fair part: the widest of the others give way.
	for total := lipgloss.Width(indent) + 2*last; ; {
		sum, widest := total, 0
		for i, w := range widths {
			sum += w
			if w > widths[widest] {
				widest = i
			}
		}
		if sum <= p.width-lastColumn || widths[widest] <= 8 {
			break
		}
		widths[widest]--
	}
	print := func(r []string, style lipgloss.Style) {
		cols := make([][]string, len(r))
		used, height := lipgloss.Width(indent), 1
		for i := range last {
			cols[i] = wrap(r[i], widths[i])
			used += widths[i] + 2
			height = max(height, len(cols[i]))
		}
		cols[last] = wrap(r[last], p.width-used)
		height = max(height, len(cols[last]))
		for k := range height {
			s := ""
			for i := range cols {
				c := ""
				if k < len(cols[i]) {
					c = cols[i][k]
				}
				if i < last {
					c = pad(c, widths[i]) + "  "
				}
				s += c
			}
			p.line(indent + style.Render(strings.TrimRight(s, " ")))
		}
	}
	print(head, p.faint)
	for _, r := range rows {
		print(r, p.plain)
	}
}

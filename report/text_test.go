package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/lipgloss"

	"trustline/correlate"
	"trustline/report/internal/sample"
)

func text(t *testing.T, r *correlate.Report, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Terminal(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTerminalWidth(t *testing.T) {
	for _, r := range []*correlate.Report{sample.Report(), sample.Hostile(""), fleet(40)} {
		for width, most := range map[int]int{0: 80, 60: 60, 80: 80, 100: 100, 120: 120, 500: 120} {
			for i, l := range strings.Split(text(t, r, Options{Width: width, Verbose: true}), "\n") {
				if n := lipgloss.Width(l); n > most {
					t.Fatalf("width %d, line %d has %d columns: %s", width, i+1, n, l)
				}
			}
		}
	}
}

// TestColourIsSecond: without its colours the coloured text is the plain one.
func TestColourIsSecond(t *testing.T) {
	r := sample.Report()
	plain, color := text(t, r, Options{}), text(t, r, Options{Color: true})
	if !strings.Contains(color, "\x1b[") {
		t.Error("no colour")
	}
	if stripSGR(color) != plain {
		t.Error("colour changes the text")
	}
}

func TestTerminalOrder(t *testing.T) {
	out := text(t, sample.Report(), Options{})
	at := -1
	for _, s := range []string{"3 phones", "✘ LOCKED OUT  SEP2834A2823B58", "Delete the ITL?", "Because", "Timeline", "What to do", "? INCONCLUSIVE  SEPB000B4BA0AEE", "✔ OK  SEP0011215A1AE3", "Clocks", "Inputs"} {
		i := strings.Index(out, s)
		if i <= at {
			t.Errorf("%q is missing or in the wrong place", s)
		}
		at = i
	}
}

// fleet makes a case of many phones: every tenth locked out, every tenth
// inconclusive.
func fleet(n int) *correlate.Report {
	r := sample.Report()
	kinds := r.Phones
	r.Phones = nil
	groups := map[string]*correlate.Group{}
	for i := range n {
		p := kinds[0]
		switch i % 10 {
		case 3:
			p = kinds[1]
		case 7:
			p = kinds[2]
		}
		p.Name = fmt.Sprintf("SEP%012X", 0x1b0000000000+i)
		r.Phones = append(r.Phones, p)
		g := groups[p.Verdict.Primary]
		if g == nil {
			g = &correlate.Group{Cause: p.Verdict.Primary, Class: p.Verdict.Class}
			groups[p.Verdict.Primary] = g
		}
		g.Phones = append(g.Phones, p.Name)
	}
	r.Headline = fmt.Sprintf("%d phones.", n)
	r.Groups = nil
	for _, cause := range []string{"callmanager-tvs-both-regenerated", "evidence-insufficient", "itl-ok-do-not-delete"} {
		r.Groups = append(r.Groups, *groups[cause])
	}
	return r
}

func TestFleet(t *testing.T) {
	r := fleet(5000)
	out := text(t, r, Options{})
	if n := strings.Count(out, "Delete the ITL?"); n != fullPhones {
		t.Errorf("%d phones in full", n)
	}
	if strings.Index(out, "Phones by cause") > strings.Index(out, "Delete the ITL?") {
		t.Error("the table of causes does not come first")
	}
	words := strings.Join(strings.Fields(out), " ")
	for _, want := range []string{"4,000", "500", "and 496 more", "callmanager-tvs-both-regenerated", "In full below: 3 phones of 5,000"} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q", want)
		}
	}
	if out := render(t, "markdown", r); len(out) > 200_000 || !strings.Contains(out, "4,800 phones more are not listed") {
		t.Errorf("markdown: %d bytes", len(out))
	}
}

func TestMarkdownNote(t *testing.T) {
	for name, r := range map[string]*correlate.Report{"case": sample.Report(), "fleet": fleet(100), "hostile": sample.Hostile(""), "empty": {}} {
		for n := range len(r.Phones) + 1 {
			if n > 4 {
				break
			}
			part := *r
			part.Phones = r.Phones[:n]
			note, rest, ok := strings.Cut(render(t, "markdown", &part), "\n\n## For the customer\n\n")
			if !ok {
				t.Fatal("no paragraph for the customer")
			}
			if lines := strings.Count(note, "\n") + 1; lines > noteLines {
				t.Errorf("%s, %d phones: the note has %d lines", name, n, lines)
			}
			if p, _, _ := strings.Cut(rest, "\n\n"); strings.Contains(p, "\n") {
				t.Errorf("%s: more than a paragraph", name)
			}
		}
	}
}

// running gives what a viewer reads as text and markup: without code spans and
// escaped characters, by the rules of CommonMark.
func running(line string) string {
	var b strings.Builder
	for i := 0; i < len(line); {
		switch line[i] {
		case '\\':
			i += 2
		case '`':
			n := len(line[i:]) - len(strings.TrimLeft(line[i:], "`"))
			end := -1
			for j := i + n; j < len(line); {
				m := len(line[j:]) - len(strings.TrimLeft(line[j:], "`"))
				if m == n {
					end = j + m
					break
				}
				j += max(m, 1)
			}
			if end < 0 {
				b.WriteString(line[i : i+n])
				end = i + n
			}
			i = end
		default:
			b.WriteByte(line[i])
			i++
		}
	}
	return b.String()
}

// TestMarkdownHarmless: outside code spans nothing is left that makes markup,
// a link or a picture, and no line begins a block of its own.
func TestMarkdownHarmless(t *testing.T) {
	for _, before := range []string{"", "# ", "1. ", "- ", "> ", "```\n", sample.Formula} {
		out := render(t, "markdown", sample.Hostile(before))
		for _, line := range strings.Split(out, "\n") {
			rest := running(line)
			for _, bad := range []string{"<", "`", "](", "![", "http://", "~~"} {
				if strings.Contains(rest, bad) {
					t.Fatalf("%q in %q", bad, line)
				}
			}
			body := strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(line, " "), "- "), " ")
			if body != strings.TrimLeft(line, " ") && strings.HasPrefix(body, "# ") {
				t.Errorf("a heading within a list: %q", line)
			}
		}
		for _, line := range strings.Split(out, "\n") {
			if strings.HasPrefix(line, "| ") {
				cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
				if cells < 5 || cells > 7 {
					t.Errorf("a cell broke its row: %q", line)
				}
			}
		}
	}
}

func TestCSV(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(render(t, "csv", sample.Report()))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"device", "action", "class"},
		{"SEP2834A2823B58", "touch-phone", "locked-out"},
		{"SEPB000B4BA0AEE", "collect", "inconclusive"},
		{"SEP0011215A1AE3", "none", "ok"},
	}
	for i, w := range want {
		if i >= len(rows) || rows[i][0] != w[0] || rows[i][1] != w[1] || rows[i][2] != w[2] {
			t.Errorf("row %d: %q", i, rows)
		}
	}
	rows, err = csv.NewReader(strings.NewReader(render(t, "csv", sample.Hostile(sample.Formula)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		for _, c := range r {
			if c != "" && strings.ContainsAny(c[:1], "=+-@\t\r") {
				t.Errorf("a formula: %.40q", c)
			}
		}
	}
}

func TestZone(t *testing.T) {
	out := text(t, sample.Report(), Options{Zone: time.FixedZone("UTC+02:00", 7200)})
	for _, want := range []string{"times are UTC+02:00", "· 11:12:01.004"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q", want)
		}
	}
}

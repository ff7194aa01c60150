package html

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"trustline/correlate"
	"trustline/report"
	"trustline/report/internal/view"
)

// IndexOptions of Index.
type IndexOptions struct {
	Title         string // of the whole, e.g. the name of the folder
	Tool, Version string
	Zone          *time.Location // in which times are shown; nil is UTC
}

// index is what the template index.tmpl shows. All texts in it are cleaned.
type index struct {
	Policy template.HTMLAttr
	Style  template.CSS
	Script template.JS

	Title, Tool, Version, Zone string
	Headline                   string
	Counts                     []view.ClassCount // of cases
	Failed                     int
	All                        int               // cases
	Phones                     []view.ClassCount // over all cases
	AllPhones                  int
	Rows                       []caseRow
	More                       int // cases that the page does not list
	Classes                    []view.Word
}

// caseRow is the line of one case.
type caseRow struct {
	Name             string
	Report, JSON     string // relative links, "" without a report
	Class            view.Word
	Cause, Headline  string
	Phones           string
	First            string
	Inputs, Problems string
	Size             string
	Failure          string
}

// Index writes one page over many cases: their verdicts, causes and figures,
// with links to <folder>/report.html and report.json beside the page. The worst
// cases come first, those without a report last. Like a report it asks for
// nothing and is complete with scripts off.
func Index(w io.Writer, cases []report.Case, o IndexOptions) error {
	a, err := load()
	if err != nil {
		return fmt.Errorf("report/html: %w", err)
	}
	var b bytes.Buffer
	if err := a.tmpl.ExecuteTemplate(&b, "index.tmpl", newIndex(a, cases, o)); err != nil {
		return fmt.Errorf("report/html: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("report/html: %w", err)
	}
	return nil
}

func newIndex(a *assets, cases []report.Case, o IndexOptions) *index {
	x := view.NewIndex(&correlate.Report{}, o.Zone)
	p := &index{Policy: a.policy, Style: a.style, Script: a.script, Title: view.Name(o.Title), Tool: view.Name(o.Tool), Version: view.Name(o.Version), Zone: x.Zone(), Headline: report.Totals(cases), All: len(cases)}
	p.Counts, p.Failed = view.Verdicts(len(cases), func(i int) (string, bool) { return cases[i].Class, cases[i].Failure == "" })
	phones := map[string]int{}
	order := make([]*report.Case, len(cases))
	for i := range cases {
		order[i] = &cases[i]
		for class, n := range cases[i].Phones {
			phones[class] += n
			p.AllPhones += n
		}
	}
	p.Phones = view.ByClass(phones)
	rank := func(c *report.Case) int {
		if c.Failure != "" {
			return 1 << 10
		}
		return view.Rank(c.Class)
	}
	slices.SortStableFunc(order, func(a, b *report.Case) int { return rank(a) - rank(b) })
	for i, c := range order {
		if i == maxPhones {
			p.More = len(order) - i
			break
		}
		p.Rows = append(p.Rows, newCaseRow(c, x))
	}
	for _, c := range []string{correlate.ClassLockedOut, correlate.ClassRecoverable, correlate.ClassInconclusive, correlate.ClassDegraded, correlate.ClassOK} {
		p.Classes = append(p.Classes, view.Class(c))
	}
	return p
}

func newCaseRow(c *report.Case, x *view.Index) caseRow {
	r := caseRow{Name: view.Name(c.Name)}
	if c.Failure != "" {
		r.Class = view.Word{Key: "none", Symbol: "–", Label: "NO REPORT"}
		r.Failure = view.Text(c.Failure)
		return r
	}
	if c.Folder != "" {
		// "./" keeps any name a path, whatever it begins with.
		r.Report, r.JSON = "./"+url.PathEscape(c.Folder)+"/report.html", "./"+url.PathEscape(c.Folder)+"/report.json"
	}
	r.Class, r.Cause, r.Headline = view.CaseClass(c.Class), view.Name(c.Cause), view.Text(c.Headline)
	r.Phones = view.CountWords(view.ByClass(c.Phones))
	if c.FirstBad != "" {
		r.First = view.Name(c.FirstBad)
		if m := x.When(&c.FirstBad, ""); m.Day != "" {
			r.First = strings.TrimSpace(m.Day + " " + m.Clock)
		}
	}
	r.Inputs, r.Size = view.Count(c.Inputs), view.Size(c.Bytes)
	if c.Problems > 0 {
		r.Problems = view.Count(c.Problems)
	}
	return r
}

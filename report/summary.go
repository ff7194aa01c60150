package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// Summary is a report in one line, for a table over many cases.
type Summary struct {
	Class    string         `json:"class"`    // the worst of all phones, "" when no phone is in evidence
	Cause    string         `json:"cause"`    // what decides most of the phones of that class
	Headline string         `json:"headline"` // the cause in a sentence; without phones that of the report
	Phones   map[string]int `json:"phones"`   // number by class
	FirstBad string         `json:"first_bad"`
	Inputs   int            `json:"inputs"`
	Bytes    int64          `json:"bytes"`
	Problems int            `json:"problems"` // what could not be read, over all inputs
}

// Case is one case of many.
type Case struct {
	Name    string
	Folder  string // of its report.html and report.json, beside the table; "" when there is none
	Failure string // why there is no report, "" when there is one
	Summary
}

// Summarize brings a report into one line. FirstBad is the moment of the first
// failure that a phone which is not well met: in UTC, or as the source's own
// text when no moment is known.
func Summarize(r *correlate.Report) Summary {
	s := Summary{Headline: view.Text(r.Headline), Phones: map[string]int{}, Inputs: len(r.Inputs)}
	for _, in := range r.Inputs {
		s.Bytes += max(0, in.Bytes)
		s.Problems += len(in.Problems)
	}
	phones := view.WorstFirst(r)
	causes := map[string]int{}
	for _, n := range phones {
		p := r.Brief(n)
		s.Phones[p.Class]++
		if p.Class == r.Brief(phones[0]).Class {
			causes[p.Primary]++
		}
	}
	most := 0
	for _, n := range phones {
		if p := r.Brief(n); p.Class == r.Brief(phones[0]).Class && causes[p.Primary] > most {
			most = causes[p.Primary]
			s.Class, s.Cause, s.Headline = p.Class, view.Name(p.Primary), view.Text(r.Phone(n).Verdict.Headline)
		}
	}
	s.FirstBad = firstBad(r, phones)
	return s
}

func firstBad(r *correlate.Report, phones []int) string {
	var first time.Time
	text, undated := "", ""
	for _, n := range phones {
		if r.Brief(n).Class == correlate.ClassOK {
			continue
		}
		p := r.Phone(n)
		for i := range p.Timeline {
			e := &p.Timeline[i]
			if e.Outcome != "fail" {
				continue
			}
			if e.Time == nil {
				if undated == "" {
					undated = view.Name(e.TimeText)
				}
				continue
			}
			t, err := time.Parse(time.RFC3339Nano, *e.Time)
			if err == nil && (text == "" || t.Before(first)) {
				first, text = t, *e.Time
			}
		}
	}
	if text == "" {
		return undated
	}
	return text
}

// summaryHeader are the columns of SummaryCSV.
var summaryHeader = []string{
	"case", "verdict", "cause", "headline", "phones", "locked_out", "recoverable", "inconclusive", "degraded", "ok",
	"first_bad", "inputs", "bytes", "problems", "report", "failure",
}

// SummaryHeader is the first line of what SummaryCSV writes.
func SummaryHeader() string { return strings.Join(summaryHeader, ",") }

// SummaryCSV writes a header, then one row for each case, in the given order.
// The verdict of a case is the worst of its phones, empty when none is in
// evidence; a case without a report has its reason in the last column, and no
// figures. A cell that a spreadsheet would take for a formula begins with an
// apostrophe.
func SummaryCSV(w io.Writer, cases []Case) error {
	c := csv.NewWriter(w)
	c.Write(summaryHeader)
	for i := range cases {
		x := &cases[i]
		row := make([]string, len(summaryHeader))
		row[0], row[len(row)-1] = view.Name(x.Name), view.Text(x.Failure)
		if x.Failure == "" {
			all := 0
			for _, n := range x.Phones {
				all += n
			}
			copy(row[1:], []string{x.Class, x.Cause, x.Headline, strconv.Itoa(all)})
			for i, class := range []string{correlate.ClassLockedOut, correlate.ClassRecoverable, correlate.ClassInconclusive, correlate.ClassDegraded, correlate.ClassOK} {
				row[5+i] = strconv.Itoa(x.Phones[class])
			}
			copy(row[10:], []string{x.FirstBad, strconv.Itoa(x.Inputs), strconv.FormatInt(x.Bytes, 10), strconv.Itoa(x.Problems)})
			if x.Folder != "" {
				row[14] = x.Folder + "/report.html"
			}
		}
		for i := range row {
			row[i] = cell(row[i])
		}
		c.Write(row)
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("report: summary: %w", err)
	}
	return nil
}

// Line is the case in one line of text: the verdict, the name, and why.
func (c *Case) Line() string {
	if c.Failure != "" {
		return fmt.Sprintf("–  %-12s  %s", "NO REPORT", view.Name(c.Name))
	}
	w := view.CaseClass(c.Class)
	line := fmt.Sprintf("%s  %-12s  %s", w.Symbol, w.Label, view.Name(c.Name))
	if c.Cause != "" {
		line += "  " + c.Cause
	}
	if counts := view.ByClass(c.Phones); len(counts) > 1 || len(counts) == 1 && counts[0].N > 1 {
		line += "  (" + view.CountWords(counts) + ")"
	}
	return line
}

// Totals says of many cases how many have each verdict: "3 cases: 1 locked out,
// 1 ok, 1 without a report".
func Totals(cases []Case) string {
	counts, failed := view.Verdicts(len(cases), func(i int) (string, bool) { return cases[i].Class, cases[i].Failure == "" })
	parts := view.CountWords(counts)
	if failed > 0 {
		if parts != "" {
			parts += ", "
		}
		parts += view.Count(failed) + " without a report"
	}
	return view.Plural(len(cases), "case") + ": " + parts
}

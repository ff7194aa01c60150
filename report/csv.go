package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// csvHeader are the columns of CSV. The first two are what a bulk tool needs.
var csvHeader = []string{
	"device", "action", "class", "cause", "delete_itl", "confidence", "registered",
	"mac", "address", "model", "firmware", "next_step", "command", "headline",
}

// CSV writes the device names by needed action: a header, then one row for each
// phone, those that somebody has to touch first. The action is one of
// touch-phone, mend-on-server, collect, plan, none; delete_itl is what the gate
// says (forbidden, open, allowed). Lines end in LF. A cell that a spreadsheet
// would take for a formula begins with an apostrophe.
func CSV(w io.Writer, r *correlate.Report) error {
	c := csv.NewWriter(w)
	c.Write(csvHeader)
	phones := view.WorstFirst(r)
	slices.SortStableFunc(phones, func(i, j int) int {
		a, b := r.Brief(i), r.Brief(j)
		if n := view.Rank(a.Class) - view.Rank(b.Class); n != 0 {
			return n
		}
		return strings.Compare(a.Primary, b.Primary)
	})
	for _, p := range view.Phones(r, phones) {
		v, step := &p.Verdict, view.NextStep(p)
		row := []string{
			view.Name(p.Name), view.ActionFor(p).Key, view.Name(v.Class), view.Name(v.Primary), view.Name(v.Deletion), view.Name(v.Confidence), view.Name(v.Registered),
			view.Opt(p.MAC), view.Text(strings.Join(p.Addresses, " ")), view.Opt(p.Model), view.Opt(p.Firmware), view.Text(step.Text), view.Text(step.Command), view.Text(v.Headline),
		}
		for i := range row {
			row[i] = cell(row[i])
		}
		c.Write(row)
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("report: csv: %w", err)
	}
	return nil
}

// cell disarms what spreadsheets compute: a text that begins like a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@|%", rune(s[0])) {
		return "'" + s
	}
	return s
}

package html_test

import (
	"bytes"
	"io"
	"regexp"
	"testing"

	"trustline/correlate"
	"trustline/report"
	"trustline/report/html"
	"trustline/report/internal/sample"
)

// forms are all forms of a report.
var forms = map[string]func(io.Writer, *correlate.Report) error{
	"html": func(w io.Writer, r *correlate.Report) error { return html.HTML(w, r, html.Options{}) },
	"text": func(w io.Writer, r *correlate.Report) error { return report.Terminal(w, r, report.Options{}) },
	"verbose": func(w io.Writer, r *correlate.Report) error {
		return report.Terminal(w, r, report.Options{Width: 120, Color: true, Verbose: true})
	},
	"markdown": report.Markdown,
	"csv":      report.CSV,
	"json":     report.JSON,
}

// TestEveryFindingKind: every finding of the catalogue reaches every form, and
// two runs write the same bytes.
func TestEveryFindingKind(t *testing.T) {
	rules := correlate.Rules()
	if len(rules) < 100 {
		t.Fatalf("%d findings in the catalogue", len(rules))
	}
	write := func(name string) []byte {
		t.Helper()
		var b bytes.Buffer
		if err := forms[name](&b, sample.Every()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return b.Bytes()
	}
	for name := range forms {
		out := write(name)
		if !bytes.Equal(out, write(name)) {
			t.Errorf("%s: two runs differ", name)
		}
		missing := 0
		for _, r := range rules {
			// Not as a part of a longer identifier.
			if id := regexp.MustCompile(`(^|[^a-z0-9-])` + regexp.QuoteMeta(r.ID) + `($|[^a-z0-9-])`); !id.Match(out) {
				missing++
				if missing < 5 {
					t.Errorf("%s: finding %s is missing", name, r.ID)
				}
			}
		}
		if missing > 0 {
			t.Errorf("%s: %d findings are missing", name, missing)
		}
	}
}

// TestSizes: what the page of a case of one phone and of a fleet may take.
func TestSizes(t *testing.T) {
	one, fleet := sample.Report(), sample.Every()
	one.Phones, one.Groups = one.Phones[1:2], one.Groups[:1]
	for len(fleet.Phones) < fleetSize {
		fleet.Phones = append(fleet.Phones, fleet.Phones...)
	}
	fleet.Phones = fleet.Phones[:fleetSize]
	for name, c := range map[string]struct {
		r    *correlate.Report
		most int
	}{"one phone": {one, 300_000}, "a fleet": {fleet, 5_000_000}} {
		var b bytes.Buffer
		if err := html.HTML(&b, c.r, html.Options{}); err != nil {
			t.Fatal(err)
		}
		if b.Len() > c.most {
			t.Errorf("%s: %d bytes, want at most %d", name, b.Len(), c.most)
		}
	}
}

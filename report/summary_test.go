package report

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustline/correlate"
	"trustline/report/internal/sample"
)

func entryAt(at, outcome string) correlate.Entry {
	e := correlate.Entry{Outcome: outcome, TimeText: "text of " + at}
	if strings.HasPrefix(at, "2") {
		e.Time = &at
	}
	return e
}

func TestSummarize(t *testing.T) {
	phone := func(class, primary string, line ...correlate.Entry) correlate.Phone {
		return correlate.Phone{Verdict: correlate.Verdict{Class: class, Primary: primary, Headline: "Because of " + primary + "."}, Timeline: line}
	}
	r := &correlate.Report{
		Headline: "all of them",
		Inputs:   []correlate.Input{{Bytes: 10, Problems: make([]correlate.Problem, 2)}, {Bytes: 5, Problems: make([]correlate.Problem, 1)}, {Bytes: -1}},
		Phones: []correlate.Phone{
			phone("ok", "a", entryAt("2011-01-01T00:00:00.000000Z", "fail")),
			phone("recoverable", "b", entryAt("2014-05-06T00:00:00.000000Z", "ok"), entryAt("2014-05-06T00:00:01.5Z", "fail")),
			phone("recoverable", "c", entryAt("undated", "fail"), entryAt("2014-05-06T00:00:01.25Z", "fail")),
			phone("recoverable", "c"),
			phone("inconclusive", "d"),
			phone("inconclusive", "d"),
			phone("inconclusive", "d"),
		},
	}
	want := Summary{Class: "recoverable", Cause: "c", Headline: "Because of c.", Phones: map[string]int{"ok": 1, "recoverable": 3, "inconclusive": 3},
		FirstBad: "2014-05-06T00:00:01.25Z", Inputs: 3, Bytes: 15, Problems: 3}
	if d := cmp.Diff(want, Summarize(r)); d != "" {
		t.Error(d)
	}
	r.Phones = r.Phones[:1]
	if s := Summarize(r); s.Class != "ok" || s.FirstBad != "" {
		t.Errorf("a phone that is well: %+v", s)
	}
	r.Phones = []correlate.Phone{phone("degraded", "x", entryAt("undated", "fail"))}
	if s := Summarize(r); s.FirstBad != "text of undated" {
		t.Errorf("no moment is known: %+v", s)
	}
	r.Phones = nil
	if s := Summarize(r); s.Class != "" || s.Cause != "" || s.Headline != "all of them" {
		t.Errorf("no phone: %+v", s)
	}
}

func TestSummaryCSV(t *testing.T) {
	cases := []Case{
		{Name: "a,b", Folder: "a_b", Summary: Summarize(sample.Report())},
		{Name: "=HYPERLINK(\"x\")", Failure: "-1 file\n\x1b[2J"},
		{Name: "calls", Folder: "calls", Summary: Summarize(&correlate.Report{Headline: "none"})},
	}
	var b bytes.Buffer
	if err := SummaryCSV(&b, cases); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := strings.Join(rows[0], ","); got != SummaryHeader() {
		t.Errorf("the header is %s", got)
	}
	if got := append(rows[1][:3:3], rows[1][4:11]...); strings.Join(got[:2], " ") != "a,b locked-out" || strings.Join(got[3:9], " ") != "3 1 0 1 0 1" || rows[1][14] != "a_b/report.html" {
		t.Errorf("got %q", rows[1])
	}
	if got := strings.Join(rows[2], "|"); got != `'=HYPERLINK("x")|||||||||||||||'-1 file\n\x1b[2J` {
		t.Errorf("got %s", got)
	}
	if got := strings.Join(rows[3], "|"); got != "calls|||none|0|0|0|0|0|0||0|0|0|calls/report.html|" {
		t.Errorf("got %s", got)
	}
	if SummaryCSV(closed{}, cases) == nil {
		t.Error("a write that fails is not told")
	}
}

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestCaseLine: a name from a folder does nothing to a terminal.
func TestCaseLine(t *testing.T) {
	for want, c := range map[string]Case{
		`✘  LOCKED OUT    a\x1b[2J  cause  (1 locked out, 2 ok)`: {Name: "a\x1b[2J", Summary: Summary{Class: "locked-out", Cause: "cause", Phones: map[string]int{"ok": 2, "locked-out": 1}}},
		`✔  OK            b  cause`:                              {Name: "b", Summary: Summary{Class: "ok", Cause: "cause", Phones: map[string]int{"ok": 1}}},
		`·  NO PHONE      c`:                                     {Name: "c"},
		`–  NO REPORT     d`:                                     {Name: "d", Failure: "why", Summary: Summary{Class: "ok"}},
	} {
		if got := c.Line(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

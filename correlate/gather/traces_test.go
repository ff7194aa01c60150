package gather_test

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// rotated makes parts of a trace, cut behind these lines.
func rotated(text string, cuts ...int) gather.Input {
	lines := strings.SplitAfter(text, "\n")
	in := gather.Input{}
	from := 0
	for i, to := range append(cuts, len(lines)) {
		part := textInput(fmt.Sprintf("tvs%08d.txt", i+1), strings.Join(lines[from:to], ""))
		in.Parts = append(in.Parts, part)
		from = to
	}
	in.Name = in.Parts[0].Name
	return in
}

// facts of an event but its place, and which line of the whole trace it begins
// at.
func facts(events []evidence.Event, before map[string]int) []string {
	var out []string
	for _, e := range events {
		at := fmt.Sprint(e.Place.Line + before[e.Place.Input])
		if e.Detail["begun"] != "" {
			at = "earlier"
		}
		text := fmt.Sprint(e.Event, " ", e.Phone, " ", e.Address, " ", e.Detail["result"], " ", e.Detail["serial"], " ", e.Detail["roles"])
		if e.Clock != nil {
			text += fmt.Sprint(" ", e.Clock.Seconds, ".", e.Clock.Nanos, " boot ", e.Clock.Boot)
		}
		out = append(out, text+" at "+at)
	}
	return out
}

// TestTraceSeries: a trace in parts tells what the whole one tells, wherever it
// was cut: in a question, in a dump, behind a line.
func TestTraceSeries(t *testing.T) {
	raw, err := os.ReadFile("../../tvstrace/testdata/excerpts/213407_tvs_query_cert_ok.txt")
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	whole := gather.Decode(textInput("tvs.txt", text), gather.Options{})
	want := facts(whole.Events, nil)
	// A record of several lines that a cut divides is told twice, so the cuts
	// stand between records, and inside of questions and dumps.
	for _, cut := range []int{3, 10, 17, 19, 22, 25, 30, 38, 45, 52, 56, 59, 66, 70, 75} {
		in := rotated(text, cut)
		b := gather.Decode(in, gather.Options{})
		got := facts(b.Events, map[string]int{"tvs00000002.txt": cut})
		if len(got) != len(want) {
			t.Errorf("cut behind line %d: %d events, want %d\n%s\n%s", cut, len(got), len(want), strings.Join(got, "\n"), strings.Join(want, "\n"))
			continue
		}
		name := func(s string) string { return s[:strings.LastIndex(s, " at ")] }
		a, c := slices.Clone(got), slices.Clone(want)
		for i := range a {
			a[i], c[i] = name(a[i]), name(c[i])
		}
		slices.Sort(a)
		slices.Sort(c)
		if !slices.Equal(a, c) {
			t.Errorf("cut behind line %d:\n%s\nwant\n%s", cut, strings.Join(a, "\n"), strings.Join(c, "\n"))
		}
		if len(b.Header.Inputs) != 2 || b.Header.Inputs[1].Series == nil || b.Header.Inputs[1].Series.Part != 2 || b.Header.Inputs[0].SHA256 == "" {
			t.Errorf("inputs %+v", b.Header.Inputs)
		}
		if sum := *b.Header.Inputs[0].Lines + *b.Header.Inputs[1].Lines; sum != *whole.Header.Inputs[0].Lines {
			t.Errorf("%d lines", sum)
		}
		if len(b.Coverage) != 1 || len(b.Coverage[0].Gaps) != 0 || b.Coverage[0].To.Text != whole.Coverage[0].To.Text || b.Coverage[0].Level != "detailed" {
			t.Errorf("cut behind line %d: coverage %+v", cut, b.Coverage)
		}
		// Events lists the same, by parts.
		var listed []string
		inputs := gather.Events(in, gather.Options{}, func(e *evidence.Event) { listed = append(listed, e.Place.Input+e.Event) })
		if len(listed) != len(b.Events) || !slices.IsSortedFunc(listed, func(a, b string) int { return strings.Compare(a[:15], b[:15]) }) || len(inputs) != 2 || *inputs[1].Matched != *b.Header.Inputs[1].Matched {
			t.Errorf("cut behind line %d: events lists %v", cut, listed)
		}
	}
}

// TestTraceSeriesGap: a missing part parts the coverage, and both rows say why.
func TestTraceSeriesGap(t *testing.T) {
	line := func(h int) string {
		return fmt.Sprintf("%02d:01:06.345 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.%d on 8, Total Acc = 7..\n", h, h)
	}
	in := rotated(line(10)+line(11)+line(12), 1, 2)
	in.Parts[1].Missing = 3
	b := gather.Decode(in, gather.Options{})
	if len(b.Coverage) != 2 || b.Coverage[0].Input != "tvs00000001.txt" || b.Coverage[1].Input != "tvs00000002.txt" || b.Coverage[1].To.Text != "12:01:06.345" {
		t.Fatalf("coverage %+v", b.Coverage)
	}
	for _, row := range b.Coverage {
		if len(row.Gaps) != 1 || !strings.Contains(row.Gaps[0], "3 parts before tvs00000002.txt are missing") {
			t.Errorf("gaps %q", row.Gaps)
		}
	}
	if p := b.Header.Inputs[1].Problems; len(p) != 1 || !strings.Contains(p[0].What, "3 parts of the rotated trace are missing") {
		t.Errorf("problems %v", p)
	}
	correlate.Judge(evidence.Merge(b), correlate.Options{})
}

// TestTraceSeriesDamaged: a part that ends early or cannot be opened keeps what
// it has and leaves a gap; the parts behind it count.
func TestTraceSeriesDamaged(t *testing.T) {
	line := "10:01:06.345 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.7 on 8, Total Acc = 7..\n"
	in := rotated(line+strings.Replace(line, "11.7", "11.8", 1)+strings.Replace(line, "10:01", "10:02", 1), 1, 2)
	first := in.Parts[0].Open
	in.Parts[0].Open = func() (io.ReadCloser, error) {
		r, err := first()
		return io.NopCloser(io.MultiReader(r, broken{})), err
	}
	in.Parts[1].Open = func() (io.ReadCloser, error) { return nil, os.ErrNotExist }
	b := gather.Decode(in, gather.Options{})
	var kinds []string
	for _, x := range b.Header.Inputs {
		kinds = append(kinds, fmt.Sprint(x.Kind, len(x.Problems)))
	}
	if s := strings.Join(kinds, " "); s != "tvs-sdi1 missing1 tvs-sdi0" {
		t.Errorf("inputs %s: %+v", s, b.Header.Inputs)
	}
	if len(b.Coverage) != 2 || len(b.Events) < 2 {
		t.Errorf("coverage %+v, events %+v", b.Coverage, b.Events)
	}
}

package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"

	"trustline/correlate"
	"trustline/report/internal/sample"
)

// TestEvidenceFirst: every form says how good the evidence is before the first
// word of a verdict.
func TestEvidenceFirst(t *testing.T) {
	r := sample.Report()
	for name, verdict := range map[string]string{"text": "locked-out", "markdown": "locked-out", "json": `"verdict"`} {
		out := render(t, name, r)
		first := "TVS trace of 10.1.1.12: missing"
		if name == "json" {
			first = `"quality": "missing"`
		}
		i, j := strings.Index(out, first), strings.Index(out, verdict)
		if i < 0 || j < 0 || i > j {
			t.Errorf("%s: evidence at %d, verdict at %d", name, i, j)
		}
	}
}

// top gives the lines above the headline.
func top(t *testing.T, r *correlate.Report, o Options) []string {
	t.Helper()
	head, _, ok := strings.Cut(text(t, r, o), "\n\n")
	if !ok {
		t.Fatal("no end of the first part")
	}
	return strings.Split(head, "\n")
}

// TestSourcesFit: at most ten lines of 80 columns, however much is missing;
// what does not fit is counted.
func TestSourcesFit(t *testing.T) {
	r := sample.Report()
	for i := range 200 {
		c := r.Coverage[4]
		c.Input = fmt.Sprintf("a/rather/long/name/of/a/folder/capture-%03d.pcap", i)
		r.Coverage = append(r.Coverage, c)
	}
	lines := top(t, r, Options{})
	if len(lines) > sourceLines {
		t.Errorf("%d lines", len(lines))
	}
	for _, l := range lines {
		if lipgloss.Width(l) > 80 {
			t.Errorf("%d columns: %s", lipgloss.Width(l), l)
		}
	}
	if all := strings.Join(lines, "\n"); !strings.Contains(all, "203 limited") || !strings.Contains(all, "more sources with limits") {
		t.Errorf("nothing is counted:\n%s", all)
	}
	if n := len(top(t, r, Options{Verbose: true})); n < 200 {
		t.Errorf("verbose: %d lines", n)
	}
}

// TestSourcesOfAFleet: the same limit of many phones is one line.
func TestSourcesOfAFleet(t *testing.T) {
	r := sample.Report()
	row := r.Coverage[4]
	r.Coverage = nil
	for i := range 5000 {
		c, name := row, fmt.Sprintf("SEP%012X", i)
		c.Phone = &name
		r.Coverage = append(r.Coverage, c)
	}
	if lines := top(t, r, Options{}); len(lines) > 3 || !strings.Contains(strings.Join(lines, " "), "(5,000 phones)") {
		t.Errorf("%q", lines)
	}
	if out := render(t, "markdown", r); !strings.Contains(out, "(5,000 phones)") || strings.Count(out, "only packets from the phone") > 3 {
		t.Error("markdown repeats the limit")
	}
}

// TestSourcesOfANode: the parts of one trace take one line, so that what else is
// limited has its own.
func TestSourcesOfANode(t *testing.T) {
	r := sample.Report()
	i := slices.IndexFunc(r.Coverage, func(c correlate.Coverage) bool { return c.Service == "tvs-trace" && c.Quality == "limited" })
	if i < 0 {
		t.Fatal("the sample has no limited trace")
	}
	for n := range 30 {
		c := r.Coverage[i]
		c.Input = fmt.Sprintf("cucm-a1/cm/trace/tvs/sdi/tvs%08d.txt", n)
		r.Coverage = append(r.Coverage, c)
	}
	all := strings.Join(top(t, r, Options{}), "\n")
	for _, want := range []string{"33 limited", "TVS trace of 10.1.1.11 (31 files): ", "phone2.pcap (capture): "} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if strings.Contains(all, "more sources") {
		t.Errorf("something has no line of its own:\n%s", all)
	}
	if n := strings.Count(strings.Join(top(t, r, Options{Verbose: true}), "\n"), "tvs000000"); n != 30 {
		t.Errorf("verbose names %d of 30 parts", n)
	}
}

func TestNoSources(t *testing.T) {
	r := sample.Report()
	r.Coverage = nil
	for _, name := range []string{"text", "markdown"} {
		if strings.Contains(render(t, name, r), "good enough") {
			t.Errorf("%s: a heading over nothing", name)
		}
	}
}

// TestSourcesTable: the table of the ticket holds every source that matters.
func TestSourcesTable(t *testing.T) {
	_, table, _ := strings.Cut(render(t, "markdown", sample.Report()), "## Is the evidence good enough?")
	table, _, _ = strings.Cut(table, "\n## ")
	for _, want := range []string{"| ✘ missing | TVS trace of 10.1.1.12 |", "| ✘ missing | console log |", "| ▲ limited | SEP0011215A1AE3-console.log", "cut after 96 bytes", "| ✔ good | boot-a1.pcapng", "Not given, and not needed"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
}

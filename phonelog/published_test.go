package phonelog

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"trustline/phonelog/catalogue"
)

// Every published line becomes what its table says, and nothing is unknown.
func TestPublished(t *testing.T) {
	files, err := filepath.Glob("testdata/published/*.txt")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			table, err := os.ReadFile(strings.TrimSuffix(f, ".txt") + ".tsv")
			if err != nil {
				t.Fatal(err)
			}
			got := reading(t, text)
			want := strings.Split(strings.TrimSpace(string(table)), "\n")
			if len(got) != len(want) {
				t.Fatalf("%d lines, table of %d", len(got), len(want))
			}
			for i := range got {
				if l := strconv.Itoa(i+1) + "\t" + got[i]; l != want[i] {
					t.Errorf("got  %s\nwant %s", l, want[i])
				}
			}
		})
	}
}

// reading says of every line of a text what was made of it, in the words of
// testdata/published/README.md.
func reading(t *testing.T, text []byte) []string {
	t.Helper()
	all := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	records := make([][]string, len(all)+1)
	continues := make([]bool, len(all)+1)
	events := map[int][]string{}
	s := &scanner{dialects: map[string]int{}, phones: map[string]bool{},
		emit: func(e *catalogue.Event) { events[e.Line] = append(events[e.Line], e.Name) },
		note: func(line, end int, e *catalogue.Entry) {
			what := "unknown"
			if e != nil {
				if what = e.Event; e.Ignore != "" {
					what = "ignored: " + e.Ignore
				}
			}
			records[line] = append(records[line], what)
			for n := line + 1; n <= end; n++ {
				continues[n] = true
			}
		}}
	sum, err := s.scan(strings.NewReader(string(text)))
	if err != nil || sum.Unknown > 0 || len(sum.Problems) > 1 {
		t.Errorf("%v, unknown %+v, problems %+v", err, sum.Samples, sum.Problems)
	}
	out := make([]string, len(all))
	for n := 1; n <= len(all); n++ {
		var what []string
		for _, r := range records[n] {
			// The event has the name that the session gave it.
			if left := events[n]; r != "unknown" && !strings.HasPrefix(r, "ignored: ") {
				if len(left) == 0 {
					r = "continues" // a part of the event before
				} else {
					r, events[n] = left[0], left[1:]
				}
			}
			what = append(what, r)
		}
		switch l := strings.TrimSpace(all[n-1]); {
		case len(what) > 0:
			out[n-1] = strings.Join(what, " + ")
		case l == "```":
			out[n-1] = "ignored: a code fence of the page"
		case continues[n] && l != "":
			out[n-1] = "continues"
		case l == "":
			out[n-1] = "blank"
		}
	}
	return out
}

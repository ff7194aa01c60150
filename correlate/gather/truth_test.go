package gather_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// truthNames reads testdata/truth/names.tsv: under which names of the closed
// list the events of a truth file are found.
func truthNames(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/truth/names.tsv")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, e := range gather.Entries() {
		known[e.Event] = true
	}
	out := map[string][]string{}
	for _, row := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if strings.HasPrefix(row, "#") {
			continue
		}
		said, names, _ := strings.Cut(row, "\t")
		out[said] = strings.Split(names, ", ")
		for _, n := range out[said] {
			if !known[n] {
				t.Errorf("names.tsv: %s is not in the closed list", n)
			}
		}
	}
	return out
}

// TestTruth: the events that a person found in published excerpts are what
// comes out at the end of the whole way, under the names of the closed list, of
// glued records as of split ones.
func TestTruth(t *testing.T) {
	names := truthNames(t)
	used := map[string]bool{}
	count := 0
	for _, dir := range []string{"../../phonelog/testdata/excerpts", "../../tvstrace/testdata/excerpts", "testdata/truth"} {
		files, err := filepath.Glob(dir + "/*.truth.json")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, f := range files {
			var want struct {
				Excerpt, Also string
				Events        []map[string]any
			}
			b, err := os.ReadFile(f)
			if err == nil {
				err = json.Unmarshal(b, &want)
			}
			if err != nil {
				t.Fatalf("%s: %v", f, err)
			}
			for _, excerpt := range []string{want.Excerpt, want.Also} {
				if excerpt == "" {
					continue
				}
				count++
				text, err := os.ReadFile(filepath.Join(dir, excerpt))
				if err != nil {
					t.Fatal(err)
				}
				var got []*evidence.Event
				inputs := gather.Events(textInput(excerpt, string(text)), gather.Options{}, func(e *evidence.Event) { got = append(got, e) })
				if in := inputs[0]; *in.Unknown > 0 {
					t.Errorf("%s: %d lines are unknown: %+v", excerpt, *in.Unknown, in.Samples)
				}
				for _, w := range want.Events {
					said := fmt.Sprint(w["event"])
					used[said] = true
					i := slices.IndexFunc(got, func(e *evidence.Event) bool { return slices.Contains(names[said], e.Event) && isTruth(e, w) })
					if i < 0 {
						t.Errorf("%s: no %v %v: %v", excerpt, w["time"], names[said], w)
						continue
					}
					got = slices.Delete(got, i, i+1)
				}
			}
		}
	}
	for said := range names {
		if !used[said] {
			t.Errorf("names.tsv: no truth file says %s", said)
		}
	}
	if count < 25 {
		t.Errorf("only %d excerpts", count)
	}
}

// isTruth compares the time, and of a list what identifies it; the other details
// are compared where the records are read.
func isTruth(e *evidence.Event, w map[string]any) bool {
	if at, ok := w["time"]; ok {
		if e.Clock == nil || fmt.Sprint(at) != strings.Join(strings.Fields(strings.ReplaceAll(e.Clock.Text, "\u00a0", " ")), " ") {
			return false
		}
	}
	if e.Dialect != "show-ctl" {
		return true
	}
	for _, k := range []string{"md5", "sha1", "modified"} {
		if v, ok := w[k]; ok && fmt.Sprint(v) != e.Detail[k] {
			return false
		}
	}
	return true
}

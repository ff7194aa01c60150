package cataloguetest

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trustline/phonelog/catalogue"
)

// ScanFunc is the Scan of a log package.
type ScanFunc func(io.Reader, func(*catalogue.Event)) (*catalogue.Summary, error)

// truth is what a person found in a published excerpt: NAME.truth.json beside
// NAME.txt.
type truth struct {
	Excerpt string           `json:"excerpt"`
	Phone   string           `json:"phone"`
	Events  []map[string]any `json:"events"`
	Also    string           `json:"also"`
}

// Truth scans every excerpt of a folder, as split and as glued by a browser,
// and compares names, times and details of the events with its truth. Beyond
// lists events that the excerpt holds and the truth leaves out, as "time name".
func Truth(t *testing.T, dir string, scan ScanFunc, beyond map[string][]string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.truth.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no excerpts in %s: %v", dir, err)
	}
	for _, f := range files {
		var want truth
		b, err := os.ReadFile(f)
		if err == nil {
			err = json.Unmarshal(b, &want)
		}
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		for _, name := range []string{want.Excerpt, want.Also} {
			if name == "" {
				continue
			}
			t.Run(name, func(t *testing.T) {
				compare(t, filepath.Join(dir, name), &want, scan, beyond[want.Excerpt])
			})
		}
	}
}

func compare(t *testing.T, path string, want *truth, scan ScanFunc, beyond []string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got []*catalogue.Event
	sum, err := scan(f, func(e *catalogue.Event) {
		if e.Name != "tvs_query" { // the sum of other events
			got = append(got, e)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Unknown > 0 {
		t.Errorf("%d lines are unknown: %+v", sum.Unknown, sum.Samples)
	}
	if want.Phone != "" && sum.Phone != want.Phone {
		t.Errorf("phone %q, want %q", sum.Phone, want.Phone)
	}
	var gotNames, wantNames []string
	for _, e := range got {
		gotNames = append(gotNames, head(e))
	}
	for _, w := range want.Events {
		wantNames = append(wantNames, strings.TrimSpace(fmt.Sprint(str(w["time"]), " ", w["event"])))
	}
	wantNames = append(wantNames, beyond...)
	slices.Sort(wantNames)
	sorted := slices.Sorted(slices.Values(gotNames))
	if !slices.Equal(sorted, wantNames) {
		t.Errorf("events\n got %s\nwant %s", strings.Join(sorted, "\n     "), strings.Join(wantNames, "\n     "))
		return
	}
	used := make([]bool, len(got))
	for _, w := range want.Events {
		for i, e := range got {
			if !used[i] && head(e) == strings.TrimSpace(fmt.Sprint(str(w["time"]), " ", w["event"])) {
				used[i] = true
				details(t, e, w)
				break
			}
		}
	}
}

func str(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// head is time and name of an event; the no-break spaces and double blanks of
// a publication count as one.
func head(e *catalogue.Event) string {
	if e.Clock == nil {
		return e.Name
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(e.Clock.Text, "\u00a0", " ")), " ") + " " + e.Name
}

// details compares what the truth says of an event with it. The truth names
// some things in other words.
func details(t *testing.T, e *catalogue.Event, w map[string]any) {
	t.Helper()
	for k, v := range w {
		want := str(v)
		got := e.Detail[k]
		switch k {
		case "event", "time", "note", "meaning":
			continue
		case "phone_ip":
			got = e.Address
		case "ipver":
			want = "IPv" + want
			got = e.Detail["mode"]
		case "server":
			if strings.Contains(want, ":") {
				got = e.Server
			}
		case "file":
			if want == "CTL" || want == "ITL" {
				got = e.Detail["list"]
			}
		case "ttl":
			if want == "24h" {
				want = "86400"
			}
		case "type":
			want, _, _ = strings.Cut(want, " ")
		case "serial":
			want = strings.ToLower(want)
		case "client_id":
			want, _, _ = strings.Cut(want, " ")
			got = e.Detail["client"]
		case "roles":
			var roles []string
			for _, r := range v.([]any) {
				roles = append(roles, str(r))
			}
			want = strings.Join(roles, ",")
		}
		if got != want {
			t.Errorf("%s: %s is %q, want %q", head(e), k, got, want)
		}
	}
}

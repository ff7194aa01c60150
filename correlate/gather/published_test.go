package gather_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// TestPublishedServers walks every line of a server that the published documents
// of testdata/published print. NAME.want says what becomes of each:
//
//	3-4	tvs_cert_found cache=CertificateDBCache     an event of these lines
//	1	part: why                                   said by an event of another line, or a command
//	10	out of scope: why                           unknown, and counted as such
func TestPublishedServers(t *testing.T) {
	files, err := filepath.Glob("testdata/published/*.txt")
	if err != nil || len(files) != 4 {
		t.Fatalf("%d documents, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) { published(t, f) })
	}
}

func published(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(strings.TrimSuffix(file, ".txt") + ".want")
	if err != nil {
		t.Fatal(err)
	}
	var got []*evidence.Event
	in := gather.Events(textInput(file, string(text)), gather.Options{}, func(e *evidence.Event) { got = append(got, e) })[0]
	rows := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	covered := map[int]bool{}
	outside := 0
	for _, w := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		at, what, _ := strings.Cut(w, "\t")
		first, last, many := strings.Cut(at, "-")
		if !many {
			last = first
		}
		from, err1 := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if err1 != nil || err2 != nil {
			t.Fatalf("%q", w)
		}
		for n := from; n <= to; n++ {
			covered[n] = true
		}
		switch {
		case strings.HasPrefix(what, "part: "):
		case strings.HasPrefix(what, "out of scope: "):
			outside += to - from + 1
		default:
			found := false
			for i, e := range got {
				if e != nil && e.Place.Line == from && max(e.Place.Line, e.Place.EndLine) == to && e.Event == strings.Fields(what)[0] {
					got[i], found = nil, true
					said(t, e, what)
					break
				}
			}
			if !found {
				t.Errorf("line %s: no %s", at, what)
			}
		}
	}
	for _, e := range got {
		if e != nil {
			t.Errorf("line %d-%d: unexpected %s %v", e.Place.Line, e.Place.EndLine, e.Event, e.Detail)
		}
	}
	for i, r := range rows {
		if strings.TrimSpace(r) != "" && !covered[i+1] {
			t.Errorf("nothing is said of line %d, %q", i+1, r)
		}
	}
	if *in.Unknown > outside {
		t.Errorf("%d unknown, %d out of scope: %v", *in.Unknown, outside, in.Samples)
	}
}

// said compares "name key=value key=value" with an event; a value with blanks
// stands in quotes.
func said(t *testing.T, e *evidence.Event, want string) {
	t.Helper()
	_, rest, _ := strings.Cut(want, " ")
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		k, v, _ := strings.Cut(rest, "=")
		if strings.HasPrefix(v, `"`) {
			q, err := strconv.QuotedPrefix(v)
			if err != nil {
				t.Fatalf("%s: %v", want, err)
			}
			rest = v[len(q):]
			v, _ = strconv.Unquote(q)
		} else {
			v, rest, _ = strings.Cut(v, " ")
		}
		got := e.Detail[k]
		switch {
		case k == "phone":
			got = e.Phone
		case k == "address" && got == "":
			got = e.Address
		}
		if got != v {
			t.Errorf("line %d, %s: %s is %q, want %q", e.Place.Line, e.Event, k, got, v)
		}
	}
}

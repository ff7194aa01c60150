package pasted

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"trustline/phonelog/catalogue"
)

// The published pages: NAME.txt holds every line that an operator's program
// printed or that was typed there, NAME.want what becomes of each:
//
//	3-4   operator_tftp_get file=... bytes=...      an event of these lines
//	1     part: why                                 said by an event of another line, or a command
//	10    out of scope: why
func TestPublished(t *testing.T) {
	files, err := filepath.Glob("testdata/published/*.txt")
	if err != nil || len(files) != 5 {
		t.Fatalf("%d pages, %v", len(files), err)
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
	want, err := os.ReadFile(strings.TrimSuffix(file, ".txt") + ".want")
	if err != nil {
		t.Fatal(err)
	}
	events := map[string]*catalogue.Event{}
	sum, err := Scan(strings.NewReader(string(text)), func(e *catalogue.Event) { events[span(e)] = e })
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	covered := map[int]bool{}
	outside := 0
	for _, w := range strings.Split(strings.TrimRight(string(want), "\n"), "\n") {
		at, what, _ := strings.Cut(w, "\t")
		from, to := lineRange(t, at)
		for n := from; n <= to; n++ {
			covered[n] = true
		}
		line := rows[from-1]
		switch {
		case strings.HasPrefix(what, "out of scope: "):
			outside++
			if Line([]byte(line)) {
				t.Errorf("line %d is out of scope and claimed: %q", from, line)
			}
		case strings.HasPrefix(what, "part: "):
		default:
			e := events[at]
			if e == nil {
				t.Errorf("line %s: no event, want %s", at, what)
				continue
			}
			delete(events, at)
			compare(t, e, what)
			if !Line([]byte(line)) {
				t.Errorf("line %d begins %s and is not claimed: %q", from, e.Name, line)
			}
		}
	}
	for n := range rows {
		if !covered[n+1] {
			t.Errorf("nothing is said of line %d, %q", n+1, rows[n])
		}
	}
	for _, e := range events {
		t.Errorf("line %s: unexpected %s %v", span(e), e.Name, e.Detail)
	}
	if sum.Lines != len(rows) || sum.Matched+sum.Ignored+sum.Unknown != len(rows) {
		t.Errorf("%d lines: %d matched, %d ignored, %d unknown", len(rows), sum.Matched, sum.Ignored, sum.Unknown)
	}
	if sum.Unknown > outside {
		t.Errorf("%d unknown, %d out of scope: %v", sum.Unknown, outside, sum.Samples)
	}
}

func span(e *catalogue.Event) string {
	if e.EndLine > e.Line {
		return fmt.Sprintf("%d-%d", e.Line, e.EndLine)
	}
	return strconv.Itoa(e.Line)
}

func lineRange(t *testing.T, s string) (from, to int) {
	a, b, two := strings.Cut(s, "-")
	from, err := strconv.Atoi(a)
	to = from
	if err == nil && two {
		to, err = strconv.Atoi(b)
	}
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return from, to
}

// compare holds an event against "name key=value key=value"; a value with
// blanks stands in quotes. dialect, server, address and phone are those of the
// event, the rest details.
func compare(t *testing.T, e *catalogue.Event, want string) {
	t.Helper()
	name, rest, _ := strings.Cut(want, " ")
	if e.Name != name {
		t.Errorf("line %s: %s, want %s", span(e), e.Name, name)
	}
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
		switch k {
		case "dialect":
			got = e.Dialect
		case "address":
			got = e.Address
			if got == "" {
				got = e.Detail[k]
			}
		case "server":
			got = e.Server
		case "phone":
			got = e.Phone
		case "clock":
			got = ""
			if e.Clock != nil {
				got = fmt.Sprintf("%d.%09d", e.Clock.Seconds, e.Clock.Nanos)
			}
		}
		if v == "-" {
			v = ""
		}
		if got != v {
			t.Errorf("line %s: %s: %s is %q, want %q", span(e), e.Name, k, got, v)
		}
	}
}

package gather_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// textInput is an input with this content.
func textInput(name, text string) gather.Input {
	return gather.Input{Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// listed gives the events of an input, one a line: "line name".
func listed(in gather.Input) ([]string, []evidence.Input) {
	var out []string
	inputs := gather.Events(in, gather.Options{}, func(e *evidence.Event) { out = append(out, fmt.Sprintf("%d %s", e.Place.Line, e.Event)) })
	return out, inputs
}

// logFiles are the logs that ship with the packages and the cases.
func logFiles(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"../../phonelog/testdata/excerpts/*.txt", "../../tvstrace/testdata/excerpts/*.txt", cases + "/*/*.txt", cases + "/*/*.log"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		out = append(out, files...)
	}
	return out
}

// TestEventsAreTheEvidence: what Events lists of a log is what Decode keeps of
// it, in the order of the lines, and the counts are the same.
func TestEventsAreTheEvidence(t *testing.T) {
	for _, file := range logFiles(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in := textInput(filepath.Base(file), string(text))
		got, inputs := listed(in)
		b := gather.Decode(in, gather.Options{})
		var want []string
		slices.SortStableFunc(b.Events, func(a, b evidence.Event) int { return a.Place.Line - b.Place.Line })
		for _, e := range b.Events {
			want = append(want, fmt.Sprintf("%d %s", e.Place.Line, e.Event))
		}
		for _, o := range b.Objects { // a pasted list
			for _, p := range o.Places {
				if o.List != nil && p.Line > 0 {
					want = append(want, fmt.Sprintf("%d cli_show_%s", p.Line, o.List.Type))
				}
			}
		}
		slices.SortStableFunc(want, func(a, b string) int { return lineOf(a) - lineOf(b) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: events\n%s\nevidence\n%s", file, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		x, y := inputs[0], b.Header.Inputs[0]
		if x.Kind != y.Kind || (x.Lines == nil) != (y.Lines == nil) || x.Lines != nil && (*x.Lines != *y.Lines || *x.Matched != *y.Matched || *x.Ignored != *y.Ignored || *x.Unknown != *y.Unknown) {
			t.Errorf("%s: %+v, %+v", file, x, y)
		}
	}
}

// lineOf is the line of "17 name".
func lineOf(row string) int {
	n, _ := strconv.Atoi(row[:strings.IndexByte(row, ' ')])
	return n
}

// TestNamesAreClosed: no event has a name that Entries does not list, and each
// name is explained.
func TestNamesAreClosed(t *testing.T) {
	known := map[string]bool{}
	for _, e := range gather.Entries() {
		if e.Event == "" || e.Part {
			continue
		}
		if e.Pattern == "" && e.Derived == "" {
			t.Errorf("%s: neither a pattern nor what it is made of", e.Event)
		}
		known[e.Event] = true
	}
	files := logFiles(t)
	for _, pattern := range []string{"/*/*.pcap*", "/*/*.bin"} {
		more, err := filepath.Glob(cases + pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	seen := map[string]bool{}
	for _, file := range files {
		b := gather.Decode(gather.Input{Name: filepath.Base(file), Size: -1, Open: func() (io.ReadCloser, error) { return os.Open(file) }}, gather.Options{})
		for _, e := range b.Events {
			seen[e.Event] = true
			if !known[e.Event] {
				t.Errorf("%s: %s is not listed", file, e.Event)
			}
		}
	}
	// A timeline names what is no record of a log as well.
	for _, dir := range []string{"d01-do-not-delete", "d11-corrupt-after-restore", "both-regenerated-facts"} {
		r := correlate.Judge(evidence.Merge(decodeDir(t, filepath.Join(cases, dir))...), correlate.Options{})
		for _, ph := range r.Phones {
			for _, e := range ph.Timeline {
				if !known[e.Event] {
					t.Errorf("%s: the timeline's %s is not listed", dir, e.Event)
				}
			}
		}
	}
	for _, name := range []string{"transfer", "tls_connection", "tvs_query", "registration_ok"} {
		if !known[name] {
			t.Errorf("%s is not listed", name)
		}
	}
	if len(seen) < 40 {
		t.Errorf("only %d names in all files: %v", len(seen), slices.Sorted(maps.Keys(seen)))
	}
}

// TestNoLog: captures and lists have no log lines; Events names them.
func TestNoLog(t *testing.T) {
	got, inputs := listed(gather.Input{Name: "phone.pcap", Size: -1, Open: func() (io.ReadCloser, error) {
		return os.Open(filepath.Join(cases, "directory-via-tvs", "phone.pcap"))
	}})
	if len(got) != 0 || inputs[0].Kind != gather.KindSkipped+"capture" {
		t.Errorf("%v, %+v", got, inputs[0])
	}
	_, inputs = listed(gather.Input{Name: "gone", Open: func() (io.ReadCloser, error) { return nil, os.ErrNotExist }})
	if inputs[0].Kind != gather.KindMissing {
		t.Errorf("%+v", inputs[0])
	}
}

// TestEventsOfEvidence: an evidence file lists the log lines that were decoded
// into it.
func TestEventsOfEvidence(t *testing.T) {
	b := evidence.Merge(decodeFile("directory-via-tvs/phone-console.log"), decodeFile("directory-via-tvs/phone.pcap"))
	var buf bytes.Buffer
	if err := b.Write(&buf); err != nil {
		t.Fatal(err)
	}
	got, _ := listed(textInput("case.ndjson", buf.String()))
	want, _ := listed(gather.Input{Name: "x", Size: -1, Open: func() (io.ReadCloser, error) {
		return os.Open(filepath.Join(cases, "directory-via-tvs", "phone-console.log"))
	}})
	if !slices.Equal(got, want) || len(got) == 0 {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Records of phone and server on one physical line, as a web page that lost its
// line breaks shows them (Cisco TechNote 118893): neither is lost, whichever
// stands first, and the line numbers are those of the page.
func TestGluedRecords(t *testing.T) {
	const (
		phone = "7949 NOT 11:04:14.765155 SECD: -Authenticated the HTTPS conn via TVS"
		trace = "11:04:14.345 | debug 8:UNKNOWN:Got a new ph conn 192.168.11.100 on 8, Total Acc = 7.."
	)
	for _, c := range []struct{ text, want string }{
		{"a ticket\n" + phone + " " + trace + "\n", "2 https_authenticated_via_tvs; 2 tvs_phone_connection"},
		{trace + " " + phone + "\n\n" + phone + "\n", "1 tvs_phone_connection; 1 https_authenticated_via_tvs; 3 https_authenticated_via_tvs"},
		{phone + " " + trace + " " + phone, "1 https_authenticated_via_tvs; 1 https_authenticated_via_tvs; 1 tvs_phone_connection"},
		{phone + "\njasburns@host ~ $ md5sum ITLFile.tlv\nb61910bb01d8d3a1c1b36526cc9f2ddc  ITLFile.tlv\n" + trace + "\n", "1 https_authenticated_via_tvs; 3 file_hash; 4 tvs_phone_connection"},
	} {
		got, inputs := listed(textInput("x", c.text))
		want := strings.Split(c.want, "; ")
		slices.Sort(want)
		sorted := slices.Sorted(slices.Values(got))
		if !slices.Equal(sorted, want) {
			t.Errorf("%q: got %v, want %v", c.text, got, want)
		}
		in := inputs[0]
		if *in.Lines != strings.Count(strings.TrimRight(c.text, "\n"), "\n")+1 {
			t.Errorf("%q: %d lines", c.text, *in.Lines)
		}
	}
}

// TestLargeMixed: a text beyond what is held in memory loses nothing either.
func TestLargeMixed(t *testing.T) {
	const (
		phone = "7949 NOT 11:04:14.765155 SECD: -Authenticated the HTTPS conn via TVS\n"
		trace = "11:04:14.345 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.100 on 8, Total Acc = 7..\n"
		none  = "11:04:14.345 |   debug Recd event\n"
	)
	text := phone + trace + strings.Repeat(none, 9<<20/len(none)) + phone + strings.Replace(trace, "11.100", "11.101", 1)
	got, inputs := listed(textInput("x", text))
	last := strings.Count(text, "\n")
	want := []string{"1 https_authenticated_via_tvs", "2 tvs_phone_connection", fmt.Sprintf("%d https_authenticated_via_tvs", last-1), fmt.Sprintf("%d tvs_phone_connection", last)}
	if !slices.Equal(got, want) || *inputs[0].Lines != last || *inputs[0].Unknown != 0 {
		t.Errorf("%v, %d lines, %d unknown", got, *inputs[0].Lines, *inputs[0].Unknown)
	}
}

// TestReadErrorOnce: what ends a stream is told once, with its place.
func TestReadErrorOnce(t *testing.T) {
	line := "7949 NOT 11:04:14.765155 SECD: -Authenticated the HTTPS conn via TVS\n"
	for _, n := range []int{1, 2000, 200_000} { // in the head, in memory, streamed
		in := gather.Input{Name: "x", Size: -1, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(strings.Repeat(line, n)), broken{})), nil
		}}
		b := gather.Decode(in, gather.Options{})
		_, inputs := listed(in)
		for _, x := range []evidence.Input{b.Header.Inputs[0], inputs[0]} {
			count := 0
			for _, p := range x.Problems {
				if strings.Contains(p.What, "the disk is gone") {
					count++
				}
			}
			if count != 1 || x.Lines == nil || *x.Matched == 0 {
				t.Errorf("%d lines: told %d times: %v", n, count, x.Problems)
			}
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, fmt.Errorf("the disk is gone") }

// TestMarks: a byte order mark, or UTF-16 that lost it, hides no record, also
// where records of both sides stand.
func TestMarks(t *testing.T) {
	const (
		phone = "7949 NOT 11:04:14.765155 SECD: -Authenticated the HTTPS conn via TVS\r\n"
		trace = "11:04:14.345 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.100 on 8, Total Acc = 7..\r\n"
	)
	wide := func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			b.WriteString(s[i:i+1] + "\x00")
		}
		return b.String()
	}
	want := []string{"1 https_authenticated_via_tvs", "2 tvs_phone_connection"}
	for _, text := range []string{phone + trace, "\xef\xbb\xbf" + phone + trace, "\xff\xfe" + wide(phone+trace), wide(phone + trace), "\x00" + strings.TrimSuffix(wide(phone+trace), "\x00")} {
		if got, _ := listed(textInput("x", text)); !slices.Equal(got, want) {
			t.Errorf("%.20q: %v", text, got)
		}
	}
}

// TestManyEvents: a text that is all events fills no memory; what was not kept
// is counted. The listing of events has them all.
func TestManyEvents(t *testing.T) {
	const (
		most  = 250_000
		trace = "11:04:14.345 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.100 on 8, Total Acc = 7..\n"
	)
	in := textInput("x", strings.Repeat(trace, most/2+100))
	b := gather.Decode(in, gather.Options{})
	n := 0
	gather.Events(in, gather.Options{}, func(*evidence.Event) { n++ })
	problems := fmt.Sprint(b.Header.Inputs[0].Problems)
	if len(b.Events) != most || n <= most || !strings.Contains(problems, fmt.Sprintf("%d further ones were not kept", n-most)) {
		t.Errorf("%d kept of %d, %s", len(b.Events), n, problems)
	}
}

// TestForeignRecords: records of a phone far behind the beginning of a trace too
// large to be held are not lost without a word.
func TestForeignRecords(t *testing.T) {
	const (
		phone = "7949 NOT 11:04:14.765155 SECD: -Authenticated the HTTPS conn via TVS\n"
		none  = "11:04:14.345 |   debug Recd event\n"
	)
	n := 9 << 20 / len(none)
	_, inputs := listed(textInput("x", strings.Repeat(none, n)+phone+none))
	if p := fmt.Sprint(inputs[0].Problems); !strings.Contains(p, fmt.Sprintf("line %d", n+1)) || !strings.Contains(p, "1 records of a phone's console") {
		t.Error(p)
	}
}

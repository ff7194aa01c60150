package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/report/internal/sample"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// writers are all forms of the report, as the tests of all of them need them.
var writers = map[string]func(io.Writer, *correlate.Report) error{
	"json": JSON,
	"text": func(w io.Writer, r *correlate.Report) error { return Terminal(w, r, Options{Width: 80}) },
	"text-color": func(w io.Writer, r *correlate.Report) error {
		return Terminal(w, r, Options{Width: 120, Color: true, Verbose: true})
	},
	"markdown": Markdown,
	"csv":      CSV,
}

func render(t *testing.T, name string, r *correlate.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := writers[name](&b, r); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b.String()
}

// golden compares with a file under testdata, or rewrites it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (run the test with -update and read the difference)", path)
		for i, line := range strings.Split(got, "\n") {
			w := strings.Split(string(want), "\n")
			if i >= len(w) || w[i] != line {
				t.Errorf("first at line %d:\n got %q", i+1, line)
				break
			}
		}
	}
}

func TestGolden(t *testing.T) {
	r := sample.Report()
	golden(t, "report.json", render(t, "json", r))
	golden(t, "report.txt", render(t, "text", r))
	golden(t, "report.md", render(t, "markdown", r))
	golden(t, "report.csv", render(t, "csv", r))
	var b bytes.Buffer
	if err := Terminal(&b, r, Options{Width: 120, Verbose: true}); err != nil {
		t.Fatal(err)
	}
	golden(t, "report-120.txt", b.String())
}

func TestSameBytesTwice(t *testing.T) {
	for name := range writers {
		if a, b := render(t, name, sample.Report()), render(t, name, sample.Report()); a != b {
			t.Errorf("%s: two runs differ", name)
		}
	}
}

// findingIDs are the findings of the case, also the excluded ones.
func findingIDs(r *correlate.Report) []string {
	var ids []string
	for _, f := range r.Cluster.Findings {
		ids = append(ids, f.ID)
	}
	for _, p := range r.Phones {
		for _, f := range p.Findings {
			ids = append(ids, f.ID)
		}
		for _, x := range p.RuledOut {
			ids = append(ids, x.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func TestEveryFindingInEveryForm(t *testing.T) {
	r := sample.Report()
	for name := range writers {
		out := render(t, name, r)
		if name == "csv" { // one cause for each phone
			for _, p := range r.Phones {
				if !strings.Contains(out, p.Verdict.Primary) || !strings.Contains(out, p.Name) {
					t.Errorf("csv: no %s of %s", p.Verdict.Primary, p.Name)
				}
			}
			continue
		}
		for _, id := range findingIDs(r) {
			if !strings.Contains(out, id) {
				t.Errorf("%s: finding %s is missing", name, id)
			}
		}
	}
}

// TestHostile looks for anything that a terminal, a viewer or a spreadsheet
// would act upon.
func TestHostile(t *testing.T) {
	for _, before := range []string{"", sample.Formula} {
		r := sample.Hostile(before)
		for name := range writers {
			out := render(t, name, r)
			plain := out
			if name == "text-color" {
				plain = stripSGR(out)
			}
			for _, c := range plain {
				if c < 0x20 && c != '\n' && !(c == '\r' && name == "csv") || c == 0x7f || c >= 0x80 && c < 0xa0 || c == 0xfffd ||
					strings.ContainsRune("\u202e\u2066\u200f\ufeff\u2028", c) {
					t.Fatalf("%s: character %U came through", name, c)
				}
			}
		}
	}
}

// stripSGR removes the colour sequences that the program itself writes.
func stripSGR(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "\x1b[")
		if i < 0 {
			return b.String() + s
		}
		b.WriteString(s[:i])
		s = s[i+2:]
		n := strings.IndexFunc(s, func(r rune) bool { return r != ';' && (r < '0' || r > '9') })
		if n < 0 || s[n] != 'm' {
			return b.String() + "\x1b[" + s
		}
		s = s[n+1:]
	}
}

// TestLongNames: names of a megabyte must not make megabytes of output, except
// in JSON, which cuts nothing.
func TestLongNames(t *testing.T) {
	r := sample.Report()
	long := strings.Repeat("Ä", 1<<19)
	r.Phones[0].Name, r.Phones[1].Verdict.Headline, r.Inputs[0].Name = long, long, long
	r.Phones[0].Timeline[0].Text, r.Phones[0].Timeline[0].Source.Input = long, long
	r.Phones[0].Timeline[0].Summary, r.Groups[0].Phones[0], r.Phones[1].Findings[0].ID = long, long, long
	for name := range writers {
		out := render(t, name, r)
		if name == "json" {
			if len(out) < 8<<20 {
				t.Error("json: something was cut")
			}
			continue
		}
		if len(out) > 200_000 {
			t.Errorf("%s: %d bytes", name, len(out))
		}
		if !strings.Contains(out, "1,048,576 bytes") {
			t.Errorf("%s: the cut is not told", name)
		}
	}
}

func TestEmpty(t *testing.T) {
	for name := range writers {
		render(t, name, &correlate.Report{})
		render(t, name, &correlate.Report{Phones: []correlate.Phone{{}}, Inputs: []correlate.Input{{}}, Clocks: []correlate.Clock{{}}})
	}
}

// failing refuses everything.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWriteErrors(t *testing.T) {
	for name, w := range writers {
		if w(failing{}, sample.Report()) == nil {
			t.Errorf("%s: a write that fails is not told", name)
		}
	}
}

func TestJSONDecodesToTheReport(t *testing.T) {
	r := sample.Report()
	r.Headline = "tab\t, nl\n, quote\", \u202e bidi, \U000e0041 tag, \x7f"
	var b bytes.Buffer
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	std, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(std, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("decodes to something else than encoding/json's form")
	}
}

func TestJSONNil(t *testing.T) {
	out := render(t, "json", &correlate.Report{Phones: []correlate.Phone{{Timeline: []correlate.Entry{{}}}}})
	for _, want := range []string{`"inputs": []`, `"detail": {}`, `"findings": []`, `"mac": null`, `"end_line": null`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s", want)
		}
	}
	if bad := `\xff`; !strings.Contains(render(t, "json", &correlate.Report{Headline: "a\xffb"}), `a\`+bad+`b`) {
		t.Error("a byte that is no UTF-8 is lost")
	}
}

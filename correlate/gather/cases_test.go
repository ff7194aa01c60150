package gather_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// cases is where the shipped cases live.
const cases = "../../testdata/cases"

// decodeDir decodes every file of a case as the command does.
// sepIn finds the phone in a file name, which intake gives as a hint.
var sepIn = regexp.MustCompile(`SEP[0-9A-F]{12}`)

func decodeDir(t *testing.T, dir string) []*evidence.Bundle {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []*evidence.Bundle
	for _, f := range files {
		if f.IsDir() || f.Name() == "README.md" || f.Name() == "want.json" {
			continue
		}
		path := filepath.Join(dir, f.Name())
		out = append(out, gather.Decode(gather.Input{Name: f.Name(), Size: -1, Hints: gather.Hints{Phone: sepIn.FindString(f.Name())}, Open: func() (io.ReadCloser, error) { return os.Open(path) }}, gather.Options{}))
	}
	return out
}

// want is a want.json, written by hand from the README of the case: a part of the
// report that must be there, member by member, and words that must or must not be
// in it. The words are about the first phone that Report wants.
type want struct {
	Report    any            `json:"report"`
	Say       []string       `json:"say"`        // somewhere in the report
	Never     []string       `json:"never_say"`  // nowhere in the report, in any case of letters
	Cite      []string       `json:"cite"`       // in the verdict, a finding's summary or a gate row
	NeverFind []string       `json:"never_find"` // findings that must not be made, but for a note
	Remedy    []string       `json:"remedy"`     // words of the primary finding's remedy, in this order
	Collect   []string       `json:"collect"`    // words of what to collect next
	Parts     map[string]any `json:"parts"`      // the verdict from a part of the case: see TestParts
}

// pending are the cases whose report is not yet what their want.json says, with
// the reason. A case that has become right must leave the list.
var pending = map[string]string{}

// readWant reads a want.json.
func readWant(t testing.TB, file string) want {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var w want
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&w); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return w
}

// wants are the cases that have a want.json, by their folders.
func wants(t testing.TB) map[string]want {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(cases, "*", "want.json"))
	if err != nil || len(files) < 60 {
		t.Fatalf("%d cases found (%v), want at least 60", len(files), err)
	}
	out := map[string]want{}
	for _, file := range files {
		out[filepath.Dir(file)] = readWant(t, file)
	}
	dirs, err := os.ReadDir(cases)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		dir := filepath.Join(cases, d.Name())
		if _, ok := out[dir]; !ok && d.IsDir() && d.Name() != "broken" {
			t.Errorf("%s has no want.json", dir)
		}
	}
	return out
}

// TestCases runs every case that has a want.json.
func TestCases(t *testing.T) {
	all := wants(t)
	for name := range pending {
		if _, ok := all[filepath.Join(cases, name)]; !ok {
			t.Errorf("%s is pending, but is no case", name)
		}
	}
	for dir, w := range all {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			expect(t, pending, filepath.Base(dir), w.misses(t, correlate.Judge(evidence.Merge(decodeDir(t, dir)...), correlate.Options{})))
		})
	}
}

// expect fails for what is wrong, unless it is known, and for what is known and
// right.
func expect(t *testing.T, known map[string]string, name string, wrong []string) {
	t.Helper()
	reason, isKnown := known[name]
	switch {
	case isKnown && len(wrong) == 0:
		t.Errorf("%s is right now: take it off the list (%s)", name, reason)
	case isKnown:
		t.Logf("%s is pending (%s): %s", name, reason, strings.Join(wrong, "\n"))
	default:
		for _, w := range wrong {
			t.Error(w)
		}
	}
}

// misses tells what the report does not say as wanted.
func (w want) misses(t testing.TB, r *correlate.Report) []string {
	t.Helper()
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	out := lacks("report", w.Report, got)
	for _, s := range w.Say {
		if !strings.Contains(string(text), jsonText(s)) {
			out = append(out, fmt.Sprintf("the report does not say %q", s))
		}
	}
	for _, s := range w.Never {
		if strings.Contains(strings.ToLower(string(text)), strings.ToLower(jsonText(s))) {
			out = append(out, fmt.Sprintf("the report says %q", s))
		}
	}
	p := w.subject(r)
	if p == nil {
		return out
	}
	told := statements(r, p)
	for _, s := range w.Cite {
		if !strings.Contains(strings.ToLower(told), strings.ToLower(s)) {
			out = append(out, fmt.Sprintf("no verdict, finding or gate row cites %q", s))
		}
	}
	var remedy, collect string
	for _, f := range p.Findings {
		if slices.Contains(w.NeverFind, f.ID) && f.Class != correlate.ClassNote {
			out = append(out, fmt.Sprintf("the finding %s is made: %s", f.ID, f.Summary))
		}
		if f.ID == p.Verdict.Primary {
			remedy = steps(f.Remedy)
		}
		collect += steps(f.CollectNext)
	}
	rest := remedy
	for _, s := range w.Remedy {
		_, after, ok := strings.Cut(rest, strings.ToLower(s))
		if !ok {
			out = append(out, fmt.Sprintf("the remedy of %s does not say %q in the order of %q: %s", p.Verdict.Primary, s, w.Remedy, remedy))
			break
		}
		rest = after
	}
	for _, s := range w.Collect {
		if !strings.Contains(collect, strings.ToLower(s)) {
			out = append(out, fmt.Sprintf("what to collect does not say %q: %s", s, collect))
		}
	}
	return out
}

// subject is the phone that the want is about; nil when the report has none of
// its name and not one alone.
func (w want) subject(r *correlate.Report) *correlate.Phone {
	name := ""
	if report, ok := w.Report.(map[string]any); ok {
		if phones, ok := report["phones"].([]any); ok && len(phones) > 0 {
			if phone, ok := phones[0].(map[string]any); ok {
				name, _ = phone["name"].(string)
			}
		}
	}
	for i := range r.Phones {
		if r.Phones[i].Name == name {
			return &r.Phones[i]
		}
	}
	if len(r.Phones) == 1 {
		return &r.Phones[0]
	}
	return nil
}

// statements are what the report states in words about the phone and its servers.
func statements(r *correlate.Report, p *correlate.Phone) string {
	out := []string{p.Verdict.Headline, p.Verdict.Advice}
	for _, b := range p.Verdict.Because {
		out = append(out, b.Text)
	}
	for _, f := range slices.Concat(p.Findings, r.Cluster.Findings) {
		out = append(out, f.Summary)
	}
	for _, g := range slices.Concat(p.Gate.ITL, p.Gate.CTL) {
		out = append(out, g.Because)
	}
	return strings.Join(out, "\n")
}

// steps are the words of some steps, in small letters.
func steps(all []correlate.Step) string {
	var out strings.Builder
	for _, s := range all {
		fmt.Fprintf(&out, "%s %s\n", s.Text, s.Command)
	}
	return strings.ToLower(out.String())
}

// TestMisses: what a want can ask for, it misses when it is not there.
func TestMisses(t *testing.T) {
	because := "d01-do-not-delete"
	r := &correlate.Report{Phones: []correlate.Phone{{Name: "SEP1",
		Verdict: correlate.Verdict{Class: "ok", Primary: "a", Headline: "serial 12ab"},
		Findings: []correlate.Finding{
			{ID: "a", Class: "ok", Remedy: []correlate.Step{{Text: "Restart TVS, then", Command: "TFTP"}}, CollectNext: []correlate.Step{{Text: "Get the log"}}},
			{ID: "b", Class: "degraded", ConsequenceOf: &because}, {ID: "c", Class: "note"}},
		Gate: correlate.Gates{ITL: []correlate.GateRow{{Row: "x", Because: "record 3"}}},
	}}}
	phone := func(verdict string) string {
		return `"report":{"phones":[{"name":"SEP1","verdict":` + verdict + `}]}`
	}
	for text, wrong := range map[string]int{
		`{` + phone(`{"class":"ok"}`) + `,"cite":["12AB","record 3"],"remedy":["tvs","tftp"],"collect":["log"],"never_find":["c","d"],"say":["12ab"],"never_say":["34cd"]}`: 0,
		`{` + phone(`{"class":{"one_of":["ok","degraded"]}}`) + `}`:                                                 0,
		`{` + phone(`{"class":{"one_of":["recoverable"]}}`) + `}`:                                                   1,
		`{` + phone(`{"class":"degraded"}`) + `}`:                                                                   1,
		`{` + phone(`{"confidence":"~hi"}`) + `}`:                                                                   1,
		`{` + phone(`{}`) + `,"cite":["x"],"say":["34cd"],"never_say":["12AB"],"never_find":["b"],"collect":["x"]}`: 5,
		`{` + phone(`{}`) + `,"remedy":["tftp","tvs"]}`:                                                             1,
	} {
		var w want
		if err := json.Unmarshal([]byte(text), &w); err != nil {
			t.Fatal(err)
		}
		if got := w.misses(t, r); len(got) != wrong {
			t.Errorf("%s: %q, want %d", text, got, wrong)
		}
	}
}

// jsonText is a phrase as it stands inside a JSON string.
func jsonText(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return strings.Trim(string(b), `"`)
}

// lacks compares what is wanted with what is there: every wanted member must
// be there and equal; a list of objects must hold an element for each wanted
// one; a list of scalars must be equal; a string that begins with "~" must be
// contained; {"between":[a,b]} is a number in that interval, {"one_of":[...]} one of
// those values.
func lacks(at string, want, got any) []string {
	switch w := want.(type) {
	case map[string]any:
		if r, ok := w["between"].([]any); ok && len(w) == 1 {
			n, isNum := got.(float64)
			if !isNum || n < r[0].(float64) || n > r[1].(float64) {
				return []string{fmt.Sprintf("%s is %v, want between %v and %v", at, got, r[0], r[1])}
			}
			return nil
		}
		if any, ok := w["one_of"].([]any); ok && len(w) == 1 {
			if !slices.Contains(any, got) {
				return []string{fmt.Sprintf("%s is %v, want one of %v", at, got, any)}
			}
			return nil
		}
		g, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %v, want an object", at, got)}
		}
		var out []string
		for _, key := range sortedKeys(w) {
			v, ok := g[key]
			if !ok {
				out = append(out, fmt.Sprintf("%s has no member %q", at, key))
				continue
			}
			out = append(out, lacks(at+"."+key, w[key], v)...)
		}
		return out
	case []any:
		g, ok := got.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %v, want a list", at, got)}
		}
		return lacksList(at, w, g)
	case string:
		if part, ok := strings.CutPrefix(w, "~"); ok {
			if s, isText := got.(string); !isText || !strings.Contains(s, part) {
				return []string{fmt.Sprintf("%s is %v, want it to contain %q", at, got, part)}
			}
			return nil
		}
	}
	if want != got {
		return []string{fmt.Sprintf("%s is %v, want %v", at, got, want)}
	}
	return nil
}

func lacksList(at string, want, got []any) []string {
	scalars := true
	for _, w := range want {
		if _, obj := w.(map[string]any); obj {
			scalars = false
		}
	}
	if scalars {
		if a, b := fmt.Sprint(want...), fmt.Sprint(got...); a != b {
			return []string{fmt.Sprintf("%s is %v, want %v", at, got, want)}
		}
		return nil
	}
	var out []string
	for i, w := range want {
		best := []string{fmt.Sprintf("%s is empty", at)}
		for j, g := range got {
			if d := lacks(fmt.Sprintf("%s[%d]", at, j), w, g); j == 0 || len(d) < len(best) {
				best = d
			}
			if len(best) == 0 {
				break
			}
		}
		if len(best) > 0 {
			out = append(out, fmt.Sprintf("%s holds no element like wanted %d; nearest: %s", at, i, strings.Join(best, "; ")))
		}
	}
	return out
}

func sortedKeys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// TestEvidenceFilesGiveTheSameReport writes each input's evidence to a file
// form, reads it back in reverse order, and judges it: the seam between
// decoding and judging loses nothing.
func TestEvidenceFilesGiveTheSameReport(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(cases, "*", "want.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range dirs {
		dir := filepath.Dir(f)
		bundles := decodeDir(t, dir)
		direct, err := json.Marshal(correlate.Judge(evidence.Merge(bundles...), correlate.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		var back []*evidence.Bundle
		for _, b := range slices.Backward(bundles) {
			var buf bytes.Buffer
			if err := b.Write(&buf); err != nil {
				t.Fatal(err)
			}
			again, err := evidence.Read(&buf)
			if err != nil {
				t.Fatal(err)
			}
			back = append(back, again)
		}
		through, err := json.Marshal(correlate.Judge(evidence.Merge(back...), correlate.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(direct, through) {
			t.Errorf("%s: the report through evidence files differs", dir)
		}
	}
}

// A capture of which no frame could be looked into is not recognised: a run
// over it alone must fail, and say why.
func TestNothingRead(t *testing.T) {
	head := "\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00"
	record := "\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00ab"
	for name, data := range map[string]string{
		"no frame":               head + "\x01\x00\x00\x00",
		"802.11 (link type 105)": head + "\x69\x00\x00\x00" + record,
	} {
		b := gather.Decode(gather.Input{Name: "x.pcap", Size: -1, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(data)), nil }}, gather.Options{})
		in := b.Header.Inputs[0]
		if gather.Recognised(in.Kind) || len(in.Problems) == 0 {
			t.Errorf("%s: kind %q, problems %v; want an input that counts as not analysed, with the reason", name, in.Kind, in.Problems)
		}
	}
	// The same record on Ethernet is read, and too short to mean anything.
	b := gather.Decode(gather.Input{Name: "x.pcap", Size: -1, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(head + "\x01\x00\x00\x00" + record)), nil
	}}, gather.Options{})
	if in := b.Header.Inputs[0]; !gather.Recognised(in.Kind) {
		t.Errorf("Ethernet: kind %q", in.Kind)
	}
}

// decodeFile decodes one file of the shipped cases.
func decodeFile(name string) *evidence.Bundle {
	path := filepath.Join(cases, filepath.FromSlash(name))
	return gather.Decode(gather.Input{Name: filepath.Base(path), Size: -1, Open: func() (io.ReadCloser, error) { return os.Open(path) }}, gather.Options{})
}

// The lab's cut capture ends inside the ITL: its signer is known, but no hash
// of the part may pass for the file's. The CTL before it is whole.
func TestPartOfAListHasNoHash(t *testing.T) {
	seen := 0
	for _, o := range decodeFile("broken/cut.pcap").Objects {
		if o.List == nil {
			continue
		}
		seen++
		switch l := o.List; l.Type {
		case "itl":
			if !l.Partial || l.SHA1 != "" || l.MD5 != "" || l.SHA256 != "" || l.Signer.Serial != "21002d17000000000005" {
				t.Errorf("ITL %+v", l)
			}
		case "ctl":
			if l.Partial || l.SHA1 != "31db482d36144182b38182adcbd9771769dde832" {
				t.Errorf("CTL %+v", l)
			}
		}
	}
	if seen != 2 {
		t.Errorf("%d lists, want 2", seen)
	}
}

// What the lab wrote into the configuration arrives in the evidence.
func TestConfigReachesEvidence(t *testing.T) {
	for _, o := range decodeFile("directory-via-tvs/phone.pcap").Objects {
		if c := o.Config; c != nil {
			if c.Load != "SCCP70.9-2-1S" || c.Protocol != "SCCP" || c.Settings != "1" || c.Encrypted != "false" || c.CAPFMode != "0" || !slices.Equal(c.CAPF, []string{"14.48.44.80"}) || !slices.Equal(c.CallManager, []string{"14.48.44.80"}) {
				t.Errorf("configuration %+v", c)
			}
			return
		}
	}
	t.Error("no configuration in evidence")
}

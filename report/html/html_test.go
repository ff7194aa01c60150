package html

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/report"
	"trustline/report/internal/sample"
)

func render(t testing.TB, r *correlate.Report, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	tagPattern  = regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s[^<>]*)?)>`)
	attrPattern = regexp.MustCompile(`\s([^\s=>"']+)(?:="([^"]*)")?`)
)

type tag struct {
	name  string
	attrs map[string]string
}

// parse splits a page into its start tags and the contents of its style and
// scripts, as a browser does: those contents are no markup.
func parse(t testing.TB, page string) (tags []tag, style, script, data string) {
	t.Helper()
	cut := func(open, end string) string {
		i := strings.Index(page, open)
		if i < 0 {
			return ""
		}
		j := strings.Index(page[i:], end)
		text := page[i+len(open) : i+j]
		page = page[:i+len(open)] + page[i+j:]
		return text
	}
	data = cut(`<script type="application/json" id="trustline-report">`, "</script>")
	script = cut("<script>", "</script>")
	style = cut("<style>", "</style>")
	for _, m := range tagPattern.FindAllStringSubmatch(page, -1) {
		if m[1] == "/" {
			continue
		}
		n := tag{strings.ToLower(m[2]), map[string]string{}}
		for _, a := range attrPattern.FindAllStringSubmatch(m[3], -1) {
			n.attrs[strings.ToLower(a[1])] = html.UnescapeString(a[2])
		}
		tags = append(tags, n)
	}
	// Every < of the page begins one of these tags.
	rest := tagPattern.ReplaceAllString(strings.Replace(page, "<!DOCTYPE html>", "", 1), "")
	if i := strings.Index(rest, "<"); i >= 0 {
		t.Errorf("a stray <: %.80q", rest[i:])
	}
	return tags, style, script, data
}

// allowed are the elements and attributes that the templates use. Anything else
// came out of an input.
var (
	allowedTags  = strings.Fields("html head meta title style body a header p strong h1 h2 h3 h4 ul ol li span nav main section article b br code small div table caption thead tbody tr th td details summary figure figcaption svg g rect text path circle tspan pre dl dt dd footer script label input output")
	allowedAttrs = strings.Fields("lang charset http-equiv content name class href id aria-label aria-labelledby aria-hidden scope title open viewbox role x y width height rx dx dy d cx cy r transform text-anchor type data-table data-is placeholder hidden colspan tabindex")
)

// check looks for what must hold of every page. It may link to no other than
// the given ones.
func check(t testing.TB, page string, others ...string) (tags []tag) {
	t.Helper()
	tags, style, script, data := parse(t, page)
	ids := map[string]bool{}
	var links []string
	headings, policy := 0, ""
	for _, n := range tags {
		if !slices.Contains(allowedTags, n.name) {
			t.Errorf("element <%s>", n.name)
		}
		for k, v := range n.attrs {
			if !slices.Contains(allowedAttrs, k) {
				t.Errorf("<%s> has the attribute %s", n.name, k)
			}
			if strings.Contains(v, "url(") && k != "title" && k != "aria-label" {
				t.Errorf("<%s %s=%q>", n.name, k, v)
			}
		}
		if id, ok := n.attrs["id"]; ok {
			if ids[id] {
				t.Errorf("id %q twice", id)
			}
			ids[id] = true
		}
		if h, ok := n.attrs["href"]; ok && !slices.Contains(others, h) {
			if !strings.HasPrefix(h, "#") {
				t.Errorf("link to %.60q", h)
			}
			links = append(links, strings.TrimPrefix(h, "#"))
		}
		if l, ok := n.attrs["aria-labelledby"]; ok {
			links = append(links, l)
		}
		switch n.name {
		case "h1":
			headings++
		case "th":
			if n.attrs["scope"] == "" {
				t.Error("a heading cell without scope")
			}
		case "svg":
			if n.attrs["aria-label"] == "" && n.attrs["aria-hidden"] != "true" {
				t.Error("a picture without a label")
			}
		case "meta":
			if n.attrs["http-equiv"] == "Content-Security-Policy" {
				policy = n.attrs["content"]
			}
		}
	}
	for _, l := range links {
		if !ids[l] {
			t.Errorf("link to #%s leads nowhere", l)
		}
	}
	if headings != 1 {
		t.Errorf("%d h1", headings)
	}
	for _, name := range []string{"header", "nav", "main", "footer"} {
		if !slices.ContainsFunc(tags, func(n tag) bool { return n.name == name }) {
			t.Errorf("no <%s>", name)
		}
	}
	if n, c := strings.Count(page, "<table"), strings.Count(page, "<caption>"); n != c {
		t.Errorf("%d tables, %d captions", n, c)
	}
	if want := "script-src '" + hash([]byte(script)) + "'"; !strings.Contains(policy, want) {
		t.Errorf("the policy %q does not allow the script (%s)", policy, want)
	}
	if want := "style-src '" + hash([]byte(style)) + "'"; !strings.Contains(policy, want) {
		t.Errorf("the policy %q does not allow the style", policy)
	}
	if !strings.Contains(page, `<meta http-equiv="Content-Security-Policy" content="`+policy+`">`) {
		t.Error("the policy is escaped: who looks for its words in the source does not find them")
	}
	if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is not strict: %s", policy)
	}
	for _, bad := range []string{"url(", "@import", "http:", "https:", "expression("} {
		if strings.Contains(style, bad) || strings.Contains(script, bad) {
			t.Errorf("style or script with %s", bad)
		}
	}
	if n := strings.Count(page, "<script"); data == "" && n != 1 || data != "" && n != 2 {
		t.Errorf("%d scripts", n)
	}
	for _, c := range page {
		if c < 0x20 && c != '\n' || c >= 0x7f && c < 0xa0 || c == 0xfffd || strings.ContainsRune("\u202e\u2066\u200f\ufeff\u2028", c) {
			t.Fatalf("character %U came through", c)
		}
	}
	return tags
}

func TestPage(t *testing.T) {
	page := render(t, sample.Report(), Options{Title: "SR 612345678", Generated: "2013-03-06 12:00 UTC", Command: "trustline analyze case"})
	check(t, page)
	for _, want := range []string{"SR 612345678", "2013-03-06 12:00 UTC", "trustline analyze case", "frame.number==214", "SEP0011215A1AE3-console.log:1224",
		"EROR:verifyFile: sgn verify file failed", "&lt;/usr/ram/SEP2834A2823B58.cnf.xml&gt;", "above the snap length", "runs 2.185 to 2.220 s behind", "Delete the ITL on one phone"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	if i, j := strings.Index(page, `id="answer"`), strings.Index(page, `id="phones"`); i < 0 || j < i {
		t.Error("the answer does not come first")
	}
	if i, j := strings.Index(page, "<h3>SEP2834A2823B58"), strings.Index(page, "<h3>SEP0011215A1AE3"); i < 0 || j < i {
		t.Error("the worst phone does not come first")
	}
	if strings.Count(page, "<details class=\"phone c-locked-out\" id=\"phone-1\" open>") != 1 {
		t.Error("the worst phone is not open")
	}
}

func TestEveryFinding(t *testing.T) {
	r := sample.Report()
	page := render(t, r, Options{})
	ids := []string{}
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
		for _, e := range p.Timeline {
			if !strings.Contains(page, `<tr id="`+e.ID+`">`) {
				t.Errorf("evidence %s is missing", e.ID)
			}
		}
	}
	for _, id := range ids {
		if !strings.Contains(page, "<code>"+id+"</code>") {
			t.Errorf("finding %s is missing", id)
		}
	}
}

func TestSameBytes(t *testing.T) {
	r := sample.Report()
	a := render(t, r, Options{})
	if a != render(t, sample.Report(), Options{}) {
		t.Error("two runs differ")
	}
	// A report read back from its JSON, where numbers have another type, gives
	// the same page.
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	var back correlate.Report
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if a != render(t, &back, Options{}) {
		t.Error("the report read back from JSON gives another page")
	}
}

func TestData(t *testing.T) {
	r := sample.Report()
	_, _, _, data := parse(t, render(t, r, Options{}))
	var got, want any
	if err := json.Unmarshal([]byte(data), &got); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("the data in the page are not the report")
	}
}

func TestHostile(t *testing.T) {
	for _, before := range []string{"", sample.Formula, "\"><script>", "{{", "' onload='x"} {
		r := sample.Hostile(before)
		r.Phones[0].Timeline[3].ID = `e"><b id="x`
		r.Phones[0].Timeline[4].ID = "e1" // twice
		page := render(t, r, Options{Title: sample.Markup, Generated: sample.Escape, Command: sample.Bidi})
		check(t, page)
		if strings.Contains(page, "onerror=alert(2)>") && !strings.Contains(page, "&lt;img") {
			t.Error("markup came through")
		}
	}
}

func TestLongNames(t *testing.T) {
	r := sample.Report()
	long := strings.Repeat("Ä", 1<<19)
	p := &r.Phones[1]
	p.Name, p.Verdict.Headline, r.Inputs[0].Name, r.Headline = long, long, long, long
	p.Timeline[3].Text, p.Timeline[3].Source.Input, p.Timeline[3].Summary, p.Timeline[3].Actor, p.Timeline[3].ID = long, long, long, long, long
	p.Findings[0].ID, p.Trust.ITL.List.Records[0].Subject, p.Timeline[4].Detail["x"] = long, long, long
	page := render(t, r, Options{})
	check(t, page)
	if len(page) > 400_000 || !strings.Contains(page, "1,048,576 bytes") {
		t.Errorf("%d bytes", len(page))
	}
}

// one cuts the case down to one phone with a timeline of n entries.
func one(n int) *correlate.Report {
	r := sample.Report()
	r.Phones = r.Phones[:1]
	r.Groups = r.Groups[2:]
	p := &r.Phones[0]
	for i := 0; len(p.Timeline) < n; i++ {
		e := p.Timeline[10+i%8]
		e.ID = fmt.Sprintf("e%d", 1000+i)
		p.Timeline = append(p.Timeline, e)
	}
	return r
}

func TestSize(t *testing.T) {
	for _, n := range []int{23, 150, 3000} {
		page := render(t, one(n), Options{})
		check(t, page)
		if len(page) > 300_000 {
			t.Errorf("one phone with %d entries: %d bytes", n, len(page))
		}
	}
	if _, _, script, _ := parse(t, render(t, sample.Report(), Options{})); len(script) > 8000 {
		t.Errorf("the script has %d bytes", len(script))
	}
}

// TestFleet: a page has a bound; what does not fit is a row.
func TestFleet(t *testing.T) {
	r := sample.Report()
	kinds := r.Phones
	r.Phones = nil
	for i := range 2000 {
		p := kinds[i%3]
		p.Name = fmt.Sprintf("SEP%012X", i)
		p.Timeline = slices.Clone(p.Timeline)
		for j := range p.Timeline {
			p.Timeline[j].ID = fmt.Sprintf("e%d", 100*i+j)
		}
		r.Phones = append(r.Phones, p)
	}
	page := render(t, r, Options{MaxBytes: 2 << 20})
	tags := check(t, page)
	shown := map[string]int{}
	for _, n := range tags {
		if n.name == "details" && strings.HasPrefix(n.attrs["class"], "phone") {
			shown[n.attrs["class"]]++
		}
	}
	brief := strings.Count(page, `<p class="note">In short: the cause is that of <a href="#phone-`)
	if len(page) > 2<<20 || shown["phone c-locked-out"] < 100 || shown["phone c-locked-out"]-brief < 1 {
		t.Errorf("%d bytes, shown %v, in short %d", len(page), shown, brief)
	}
	if shown["phone c-ok"] > 0 && shown["phone c-locked-out"] < 667 {
		t.Errorf("a phone that is well stands where one that is locked out has none: %v", shown)
	}
	if rows := strings.Count(page, `<tr><th scope="row">`); rows < 2000 {
		t.Errorf("%d rows", rows)
	}
	for _, told := range []string{"only have their row in this table", "whose cause another phone shows in full are shown in short"} {
		if !strings.Contains(page, told) {
			t.Errorf("the page does not tell what it left out: no %q", told)
		}
	}
}

func TestEmpty(t *testing.T) {
	check(t, render(t, &correlate.Report{}, Options{}))
	check(t, render(t, &correlate.Report{Phones: []correlate.Phone{{Timeline: []correlate.Entry{{}, {TimeText: "x"}}}}, Inputs: []correlate.Input{{}}, Clocks: []correlate.Clock{{}}, Coverage: []correlate.Coverage{{}}}, Options{}))
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWriteError(t *testing.T) {
	if HTML(failing{}, sample.Report(), Options{}) == nil {
		t.Error("a write that fails is not told")
	}
}

// TestContrast computes WCAG's contrast of every text colour on both grounds,
// in both schemes.
func TestContrast(t *testing.T) {
	style, err := files.ReadFile("page/style.css")
	if err != nil {
		t.Fatal(err)
	}
	scheme := regexp.MustCompile(`--([a-z]+):(#[0-9a-f]{3,6})[;}]`)
	halves := strings.SplitN(string(style), "prefers-color-scheme:dark", 2)
	for name, css := range map[string]string{"light": halves[0], "dark": strings.SplitN(halves[1], "}}", 2)[0] + "}"} {
		colours := map[string]string{}
		for _, m := range scheme.FindAllStringSubmatch(css, -1) {
			colours[m[1]] = m[2]
		}
		for _, fg := range []string{"ink", "soft", "link", "ok", "degraded", "recoverable", "locked", "open", "note"} {
			for _, bg := range []string{"bg", "panel"} {
				if c := contrast(t, colours[fg], colours[bg]); c < 4.5 {
					t.Errorf("%s: %s on %s has a contrast of %.2f", name, fg, bg, c)
				}
			}
		}
	}
}

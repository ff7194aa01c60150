package html_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trustline/testdata/lab/play"
)

// shots keeps what a person should look at before a release:
//
//	go test ./report/html -run TestBrowser -shots DIR
var shots = flag.String("shots", "", "write pictures and printouts of the pages to `DIR`")

// fleetSize is the number of phones of the largest page.
const fleetSize = 200

// pages lets the program write the pages that are looked at: one phone that is
// well, one that is locked out, a fleet, and the index of a batch. They are read
// by a browser as a person reads them, so they come from the program itself.
func pages(t *testing.T) (dir string, names []string) {
	t.Helper()
	dir = t.TempDir()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "trustline")
	run := func(at, name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = at
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
	}
	run(root, "go", "build", "-o", program, "./cmd/trustline")
	in := filepath.Join(dir, "in")
	for name, from := range map[string]string{"healthy": "d09-healthy-secure", "locked-out": "both-regenerated-facts"} {
		from := os.DirFS(filepath.Join(root, "testdata", "cases", from))
		if err := os.CopyFS(filepath.Join(in, name), from); err != nil {
			t.Fatal(err)
		}
		for _, ours := range []string{"README.md", "want.json"} {
			os.Remove(filepath.Join(in, name, ours))
		}
		run(in, program, "analyze", "--quiet", "-o", filepath.Join(dir, name+".html"), name)
	}
	fleet, err := play.Fleet(fleetSize)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(in, "fleet.zip"), fleet.Zip, 0o600); err != nil {
		t.Fatal(err)
	}
	run(in, program, "analyze", "--quiet", "-o", filepath.Join(dir, "fleet.html"), "fleet.zip")
	run(dir, program, "batch", "--quiet", in, "-o", filepath.Join(dir, "batch"))
	if err := os.Rename(filepath.Join(dir, "batch", "index.html"), filepath.Join(dir, "index.html")); err != nil {
		t.Fatal(err)
	}
	return dir, []string{"healthy", "locked-out", "fleet", "index"}
}

// axe is the source of axe-core, "" when the machine has none. .ci/run gets it
// and names it; it is not part of this repository.
func axe(t testing.TB) string {
	t.Helper()
	path := os.Getenv("TRUSTLINE_AXE")
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("TRUSTLINE_AXE does not name axe-core, and CI is set")
		}
		t.Log("TRUSTLINE_AXE does not name axe-core: its rules are not checked")
		return ""
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// screens are what the pages are looked at on.
var screens = []struct {
	width, height int
	scheme        string
}{
	{1280, 800, "light"}, {1280, 800, "dark"}, {390, 844, "light"}, {390, 844, "dark"},
}

// TestBrowser reads the pages as people do: in a wide and a narrow window, light
// and dark, on paper, with scripts and without.
func TestBrowser(t *testing.T) {
	chromium(t) // skips before anything is built
	rules := axe(t)
	dir, names := pages(t)
	b := open(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, name+".html")
			for i, s := range screens {
				if name == "fleet" && i != 0 && i != 3 {
					continue // its size takes time, its parts are those of the others
				}
				t.Run(fmt.Sprintf("%d-%s", s.width, s.scheme), func(t *testing.T) {
					p := b.tab(t, s.width, s.height, s.scheme, true)
					p.open(file)
					fits(p)
					keep(t, p, name, s.width, s.scheme)
					if s.width > 600 && s.scheme == "light" {
						lands(p)
						filters(p)
					}
					if rules != "" && (name != "fleet" || s.width < 600) {
						obeys(p, rules)
					}
					p.quiet(file)
				})
			}
			t.Run("paper", func(t *testing.T) {
				p := b.tab(t, 1280, 800, "light", true)
				p.open(file)
				printed(t, p, name)
				p.quiet(file)
			})
			t.Run("without-scripts", func(t *testing.T) {
				with, without := b.tab(t, 390, 844, "light", true), b.tab(t, 390, 844, "light", false)
				with.open(file)
				without.open(file)
				complete(with, without)
				fits(without)
				without.quiet(file)
			})
		})
	}
}

// fits checks that nothing but tables and pictures scrolls sideways, and those
// within their own frames.
func fits(p *tab) {
	p.t.Helper()
	var got struct {
		Page, Window int
		Wide         []string
	}
	p.eval(`(() => {
		const wide = [];
		for (const e of document.body.querySelectorAll("*")) {
			if (e.closest(".scroll") || e.closest("svg") || e.closest(".skip")) continue;
			const r = e.getBoundingClientRect();
			if (r.width && r.right > innerWidth + 1 && wide.length < 5) wide.push(e.tagName + "." + e.className + ": " + e.textContent.slice(0, 60));
		}
		return {Page: document.documentElement.scrollWidth, Window: document.documentElement.clientWidth, Wide: wide};
	})()`, &got)
	if got.Page > got.Window || len(got.Wide) > 0 {
		p.t.Errorf("the page is %d wide in a window of %d: %q", got.Page, got.Window, got.Wide)
	}
}

// lands checks every link within the page: that its target is there, and, for
// some of each kind, that following it shows the target, also when that stands
// in something closed.
func lands(p *tab) {
	p.t.Helper()
	var got struct {
		Links, Followed int
		Lost            []string
	}
	p.eval(`(async () => {
		const lost = [], targets = new Map();
		let links = 0;
		for (const a of document.querySelectorAll("a[href^='#']")) {
			links++;
			const h = a.getAttribute("href"), kind = (a.getAttribute("class") || a.tagName) + (a.closest("svg") ? " in a picture" : "");
			if (!targets.has(kind)) targets.set(kind, new Set());
			targets.get(kind).add(h);
			if (!document.getElementById(h.slice(1))) lost.push(h + " leads nowhere");
		}
		document.documentElement.style.scrollBehavior = "auto";
		let followed = 0;
		for (const kind of targets.values()) {
			const all = [...kind], step = Math.ceil(all.length / 40);
			for (let i = 0; i < all.length; i += step) {
				for (const d of document.querySelectorAll("details[open]")) d.open = false;
				location.hash = all[i];
				await new Promise(f => setTimeout(f, 0));
				await new Promise(f => requestAnimationFrame(f));
				const e = document.getElementById(all[i].slice(1));
				if (!e) continue;
				const r = e.getBoundingClientRect();
				if (!e.checkVisibility() || r.height === 0 || r.top > innerHeight - 5 || r.bottom < 0) lost.push(all[i] + " is not shown: from " + r.top + " to " + r.bottom);
				followed++;
			}
		}
		location.hash = "";
		return {Links: links, Followed: followed, Lost: lost.slice(0, 5)};
	})()`, &got)
	if len(got.Lost) > 0 || got.Followed < 2 {
		p.t.Errorf("of %d links %d were followed: %q", got.Links, got.Followed, got.Lost)
	}
}

// filters types into every box that is shown.
func filters(p *tab) {
	p.t.Helper()
	var got []struct {
		Table             string
		All, Left, Wrong  int
		Said, None, Empty string
	}
	p.eval(`(() => [...document.querySelectorAll(".filter:not([hidden])")].map(f => {
		const box = f.querySelector("input"), name = box.dataset.table, out = f.querySelector("output");
		const rows = [...document.querySelectorAll("#" + name + " tbody tr, table." + name + " tbody tr")];
		const type = text => { box.value = text; box.dispatchEvent(new Event("input", {bubbles: true})); return out.textContent; };
		const shown = () => rows.filter(r => r.checkVisibility()).length;
		const word = rows[rows.length >> 1].querySelector("th").textContent.trim().split(/\s+/)[0];
		const said = type(word.toUpperCase()), left = shown();
		const wrong = rows.filter(r => r.checkVisibility() !== r.textContent.toLowerCase().includes(word.toLowerCase())).length;
		const none = type("no such thing"), empty = shown() ? "rows are left" : "";
		type("");
		return {Table: name, All: shown() === rows.length ? rows.length : -1, Left: left, Wrong: wrong, Said: said, None: none, Empty: empty};
	}))()`, &got)
	for _, f := range got {
		if f.All < 8 || f.Left < 1 || f.Left >= f.All || f.Wrong > 0 || f.Said != fmt.Sprintf("%d of %d", f.Left, f.All) || f.None != fmt.Sprintf("0 of %d", f.All) || f.Empty != "" {
			p.t.Errorf("a filter is wrong: %+v", f)
		}
	}
	if len(got) == 0 && !strings.HasSuffix(p.t.Name(), "index/1280-light") {
		p.t.Error("no filter is offered")
	}
}

// obeys checks the page against the rules of axe-core: WCAG 2 A and AA, and the
// usual practices. Everything closed is opened, so that it is judged as well.
func obeys(p *tab, rules string) {
	p.t.Helper()
	p.eval(rules+";0", nil)
	var got []struct {
		ID, Impact, Help string
		Count            int
		First            string
	}
	p.eval(`(async () => {
		for (const d of document.querySelectorAll("details.phone:not([open])")) { if (document.querySelectorAll("details.phone[open]").length < 6) d.open = true; }
		for (const d of document.querySelectorAll("details.phone[open] details")) d.open = true;
		const r = await axe.run(document, {resultTypes: ["violations"], iframes: false});
		return r.violations.map(v => ({ID: v.id, Impact: v.impact, Help: v.help, Count: v.nodes.length, First: v.nodes[0].html.slice(0, 200) + " " + v.nodes[0].failureSummary}));
	})()`, &got)
	for _, v := range got {
		if v.Impact == "serious" || v.Impact == "critical" {
			p.t.Errorf("axe-core, %s: %s (%s), %d places, first %s", v.Impact, v.ID, v.Help, v.Count, v.First)
		} else {
			p.t.Logf("axe-core, %s: %s (%s), %d places, first %s", v.Impact, v.ID, v.Help, v.Count, v.First)
		}
	}
}

// complete checks that the page without scripts holds what it holds with them:
// every word and every link, and nothing that only a script can use.
func complete(with, without *tab) {
	t := without.t
	t.Helper()
	// What a page without scripts shows cannot be asked with a script: its
	// document is, and a copy is read in the other tab.
	source := func(p *tab) string {
		var root struct {
			Root struct {
				ID int `json:"nodeId"`
			} `json:"root"`
		}
		var html struct {
			HTML string `json:"outerHTML"`
		}
		p.do("DOM.getDocument", object{"depth": 0}, &root)
		p.do("DOM.getOuterHTML", object{"nodeId": root.Root.ID}, &html)
		return html.HTML
	}
	a, b := source(with), source(without)
	for _, way := range []string{`<p class="filter">`, `<p class="filter" hidden="">`} {
		a, b = strings.ReplaceAll(a, way, ""), strings.ReplaceAll(b, way, "")
	}
	if a != b {
		i := 0
		for i < min(len(a), len(b)) && a[i] == b[i] {
			i++
		}
		t.Errorf("the page differs without scripts at %.120q, with them %.120q", b[max(0, i-40):], a[max(0, i-40):])
	}
	if !strings.Contains(source(without), `<p class="filter" hidden="">`) && strings.Contains(source(with), `class="filter"`) {
		t.Error("a filter is offered that does not work")
	}
}

// printed makes a printout and checks what is on it: all that is closed on the
// screen, no controls, and nothing beyond the paper's width.
func printed(t *testing.T, p *tab, name string) {
	t.Helper()
	pdf := p.pdf()
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || bytes.Count(pdf, []byte("/Type /Page\n"))+bytes.Count(pdf, []byte("/Type /Page ")) < 1 {
		t.Errorf("the printout is no PDF with pages: %.40q", pdf)
	}
	if *shots != "" {
		save(t, name+".pdf", pdf)
	}
	// The paper is 210 mm wide with 14 mm of margin on each side, at 96 to the inch.
	p.do("Emulation.setDeviceMetricsOverride", object{"width": 688, "height": 1000, "deviceScaleFactor": 1, "mobile": false}, nil)
	p.do("Emulation.setEmulatedMedia", object{"media": "print"}, nil)
	var got struct {
		Closed, Hidden, Controls, Wide int
		First                          string
	}
	p.eval(`(() => {
		const shown = e => e.checkVisibility() && e.getBoundingClientRect().height > 0;
		const hidden = [...document.querySelectorAll("details p, details td, details li")].filter(e => e.textContent.trim() && !shown(e) && !e.closest(".single, .back"));
		const wide = [...document.querySelectorAll("main td, main th, main p, main li, main svg")].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
		return {Closed: document.querySelectorAll("details:not([open])").length, Hidden: hidden.length, Wide: wide.length,
			Controls: [...document.querySelectorAll("nav, .filter, .skip")].filter(shown).length, First: [...hidden, ...wide].map(e => e.outerHTML.slice(0, 200))[0] || ""};
	})()`, &got)
	if got.Hidden > 0 || got.Controls > 0 || got.Wide > 0 {
		t.Errorf("on paper: %+v", got)
	}
}

// keep writes pictures for a person, when they are wanted.
func keep(t *testing.T, p *tab, name string, width int, scheme string) {
	if *shots != "" {
		save(t, fmt.Sprintf("%s-%d-%s.png", name, width, scheme), p.picture(9000))
	}
}

func save(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(*shots, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// listener is a test that hears of failures and does not fail.
type listener struct {
	testing.TB
	failed bool
}

func (l *listener) Error(...any)          { l.failed = true }
func (l *listener) Errorf(string, ...any) { l.failed = true }

// TestBrowserNotices: the checks above find what they look for. The page asks
// for a picture, calls what is not there, is too wide, and has links to nothing
// and text that cannot be read.
func TestBrowserNotices(t *testing.T) {
	b := open(t)
	file := filepath.Join(t.TempDir(), "bad.html")
	const bad = `<!DOCTYPE html><html><head><title></title></head><body><p style="width:3000px;color:#eee">grey<img src="other.png">
<a href="#nothing">there</a><a href="#x">here</a><i id=x></i><script>console.log(1);missing()</script></body></html>`
	if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		check func(*tab)
	}{
		{"fits", fits}, {"lands", lands}, {"quiet", func(p *tab) { p.quiet(file) }},
		{"axe", func(p *tab) {
			if rules := axe(t); rules != "" {
				obeys(p, rules)
			} else {
				p.t.Error("not checked")
			}
		}},
	} {
		p := b.tab(t, 390, 844, "light", true)
		p.open(file)
		heard := &listener{TB: t}
		p.t = heard
		c.check(p)
		if !heard.failed {
			t.Errorf("%s: nothing was noticed", c.name)
		}
	}
	p := b.tab(t, 390, 844, "light", true)
	p.open(file)
	if !slices.ContainsFunc(p.said, func(s string) bool { return strings.Contains(s, "missing is not defined") }) {
		t.Errorf("said: %q", p.said)
	}
}

package html

import (
	"fmt"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/report/internal/sample"
)

// TestEvidenceFirst: the page says how good the evidence is before any verdict,
// and hatches what is missing.
func TestEvidenceFirst(t *testing.T) {
	page := render(t, sample.Report(), Options{})
	check(t, page)
	line, h1 := strings.Index(page, `class="quality"`), strings.Index(page, "<h1>")
	section, answer, phones := strings.Index(page, `id="coverage"`), strings.Index(page, `id="answer"`), strings.Index(page, `id="phones"`)
	if line < 0 || line > h1 || section < answer || section > phones {
		t.Fatalf("line %d, headline %d, answer %d, section %d, phones %d", line, h1, answer, section, phones)
	}
	if top := page[line:h1]; !strings.Contains(top, "missing for 2013-03-06 09:12:04 – 09:13:12 UTC") {
		t.Errorf("above the headline there is no word of what is missing: %s", top)
	}
	body := page[section:phones]
	if n := strings.Count(body, `class="hatch"`); n != 4 { // two missing, a hole of the console, other minutes of the trace
		t.Errorf("%d hatched boxes", n)
	}
	if n := strings.Count(body, `class="bar"`); n != 4 {
		t.Errorf("%d bars", n)
	}
	for _, want := range []string{"TVS trace of 10.1.1.12", "needed for 2013-03-06 09:12 to 09:14", "side phone", "level detailed", "snap length 96", "filter: port 69 only", "one direction", "CAPF trace"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
}

// TestManySources: the picture and the table have bounds.
func TestManySources(t *testing.T) {
	r := sample.Report()
	for i := range 2000 {
		c := r.Coverage[4]
		c.Input = fmt.Sprintf("capture-%04d.pcap", i)
		r.Coverage = append(r.Coverage, c)
	}
	page := render(t, r, Options{})
	check(t, page)
	if n := strings.Count(page, `class="bar"`); n > stripRows {
		t.Errorf("%d bars", n)
	}
	if n := strings.Count(page, "only packets from the phone"); n > 2*maxInputs {
		t.Errorf("%d rows", n)
	}
	if len(page) > 700_000 {
		t.Errorf("%d bytes", len(page))
	}
}

// TestStrokes: no stroke leaves its box.
func TestStrokes(t *testing.T) {
	for _, w := range []int{3, 5, 14, 40, 641} {
		d := strokes(100, 20, w, stripBar)
		for _, s := range strings.Split(d, "M")[1:] {
			var x1, y1, x2, y2 int
			if _, err := fmt.Sscanf(s, "%d %dL%d %d", &x1, &y1, &x2, &y2); err != nil {
				t.Fatal(err)
			}
			for _, x := range []int{x1, x2} {
				if x < 100 || x > 100+w {
					t.Errorf("width %d: x %d", w, x)
				}
			}
			for _, y := range []int{y1, y2} {
				if y < 20 || y > 20+stripBar {
					t.Errorf("width %d: y %d", w, y)
				}
			}
		}
		if d == "" && w > hatchStep {
			t.Errorf("width %d: nothing", w)
		}
	}
}

func TestNoCoverage(t *testing.T) {
	r := sample.Report()
	r.Coverage = nil
	page := render(t, r, Options{})
	check(t, page)
	if strings.Contains(page, `id="coverage"`) {
		t.Error("a section about nothing")
	}
	r.Coverage = []correlate.Coverage{{}}
	check(t, render(t, r, Options{}))
}

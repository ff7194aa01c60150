package html

import (
	"fmt"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/report/internal/sample"
	"trustline/report/internal/view"
)

func TestCalendar(t *testing.T) {
	r := sample.Report()
	c := (&builder{r: r, x: view.NewIndex(r, nil)}).calendar()
	if c == nil || len(c.Bars) != 4 || c.More != 0 {
		t.Fatalf("%+v", c)
	}
	if b := c.Bars[0]; b.Word.Key != "fail" || !strings.Contains(b.Title, "56 days ago") || b.X+b.W > c.Now {
		t.Errorf("the expired one does not come first, before the line: %+v, now %d", b, c.Now)
	}
	if b := c.Bars[3]; b.Word.Key != "ok" || b.X > c.Now || b.X+b.W <= c.Now {
		t.Errorf("the new one does not reach over the line: %+v, now %d", b, c.Now)
	}
	for _, b := range c.Bars {
		if b.X < calendarLeft || b.X+b.W > calendarLeft+calendarWide {
			t.Errorf("outside of the picture: %+v", b)
		}
	}

	old := "1970-01-01T00:00:00Z"
	for i := range 2 * calendarRows {
		far := fmt.Sprintf("%d-01-01T00:00:00Z", 2020+i*50)
		r.Cluster.Certificates = append(r.Cluster.Certificates, correlate.Certificate{Subject: "CN=x", NotBefore: &old, NotAfter: &far, Roles: []string{"TVS"}, Status: "ok"})
	}
	c = (&builder{r: r, x: view.NewIndex(r, nil)}).calendar()
	if len(c.Bars) != calendarRows || c.More != 4+calendarRows {
		t.Errorf("%d bars, %d more", len(c.Bars), c.More)
	}
	for _, b := range c.Bars[4:] {
		if b.X != calendarLeft || b.X+b.W != calendarLeft+calendarWide || !b.Open {
			t.Errorf("beyond the picture: %+v", b)
		}
	}

	r.Cluster.AsOf = nil
	if c := (&builder{r: r, x: view.NewIndex(r, nil)}).calendar(); c != nil {
		t.Errorf("nothing dates the evidence: %+v", c)
	}
}

func TestTasksOnlyForFleets(t *testing.T) {
	page := render(t, sample.Report(), Options{})
	for _, want := range []string{"Phones by what has to be done", "The odd ones out", "touch the phone", "collect evidence", "What changed on the cluster", "Which certificate each server presented", "Who signed"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(render(t, one(10), Options{}), "Phones by what has to be done") {
		t.Error("one phone is no fleet")
	}
}

package html

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// evidenceTable is a part of the appendix: one phone's timeline, or evidence of
// no phone.
type evidenceTable struct {
	Title  string
	Anchor string
	Rows   []evidenceRow
	Left   int  // entries that are not shown
	Brief  bool // of a phone that is shown in short
}

type evidenceRow struct {
	ID, Anchor         string
	Day, Clock, Exact  string
	Outcome            view.Word
	Actor, Stage       string
	Event, What        string
	Where, Full        string
	Filter             string
	Source, Detail     string
	Cited, DayHeadline bool
}

// timelineTable shows the evidence of a phone, in the order of its timeline: of
// one that is shown in short, what its verdict rests on.
func (b *builder) timelineTable(p *correlate.Phone, full bool) evidenceTable {
	t := evidenceTable{Title: "Timeline of " + view.Name(p.Name), Brief: !full}
	cited := view.Cited(p)
	var show []bool
	if full {
		show = view.Pick(p, maxRows)
	} else {
		show = b.proof(p)
	}
	for i := range p.Timeline {
		if !show[i] {
			t.Left++
			continue
		}
		b.add(&t, &p.Timeline[i], cited[p.Timeline[i].ID])
	}
	return t
}

// proof tells what of a timeline the verdict rests on.
func (b *builder) proof(p *correlate.Phone) []bool {
	ids := map[string]bool{}
	for _, r := range p.Verdict.Because {
		for _, id := range r.Evidence {
			ids[id] = true
		}
	}
	show := make([]bool, len(p.Timeline))
	for i, n := 0, 0; i < len(show) && n < maxBrief; i++ {
		if ids[p.Timeline[i].ID] {
			show[i] = true
			n++
		}
	}
	return show
}

// otherTable shows evidence of no phone.
func (b *builder) otherTable(title string, list []correlate.Entry) evidenceTable {
	t := evidenceTable{Title: title}
	for i := range list {
		if i == maxRows {
			t.Left = len(list) - i
			break
		}
		b.add(&t, &list[i], false)
	}
	return t
}

// citedElsewhere shows what findings about the cluster cite and no phone's table
// shows.
func (b *builder) citedElsewhere(phones []int) evidenceTable {
	t := evidenceTable{Title: "Evidence of other phones that findings about the cluster cite"}
	cited := map[string]bool{}
	for _, f := range b.r.Cluster.Findings {
		for _, id := range f.Evidence {
			cited[id] = true
		}
	}
	if len(cited) == 0 {
		return t
	}
	for _, p := range view.Phones(b.r, phones) {
		for i := range p.Timeline {
			if e := &p.Timeline[i]; cited[e.ID] && len(t.Rows) < maxRows {
				b.add(&t, e, true)
			}
		}
	}
	return t
}

// add appends an entry unless the page shows its identifier already.
func (b *builder) add(t *evidenceTable, e *correlate.Entry, cited bool) {
	if b.shown[e.ID] {
		return
	}
	b.shown[e.ID] = true
	m := b.x.When(e.Time, e.TimeText)
	r := evidenceRow{ID: view.Shorten(e.ID, 8), Anchor: b.x.Anchor(e.ID), Day: m.Day, Clock: m.Clock, Exact: m.Exact, Outcome: view.Outcome(e.Outcome),
		Actor: view.ActorName(e.Actor), Stage: view.Shorten(e.Stage, 14), Event: view.Name(e.Event), What: view.Text(e.Summary),
		Where: b.x.Short(e.Source), Full: view.Where(e.Source), Filter: view.Filter(e.Source), Source: view.Clip(e.Text, maxSource), Detail: details(e.Detail), Cited: cited}
	if r.What == "" {
		r.What = r.Event
	}
	if n := len(t.Rows); m.Day != "" && (n == 0 || t.Rows[n-1].Day != m.Day) {
		r.DayHeadline = true
	} else if n > 0 && m.Day == "" {
		r.Day = t.Rows[n-1].Day
	}
	t.Rows = append(t.Rows, r)
}

// maxDepth bounds how deep a detail may nest: those of decoders have two
// levels.
const maxDepth = 4

// details prints what a source gave beside its text: single values first, then
// groups: "bytes 5438 · file ITLSEP... · frames (syn 241, syn ack 242)".
func details(d map[string]any) string {
	return view.Clip(strings.Join(pairs(d, 0), " · "), 700)
}

func pairs(d map[string]any, depth int) []string {
	keys := make([]string, 0, len(d))
	for k := range d {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		// Frames read best in their order.
		na, oka := whole(d[a])
		nb, okb := whole(d[b])
		if depth > 0 && oka && okb && na != nb {
			return na - nb
		}
		return cmp.Or(cmp.Compare(nested(d[a]), nested(d[b])), cmp.Compare(a, b))
	})
	var out []string
	for _, k := range keys {
		if v := value(d[k], depth); v != "" {
			out = append(out, view.Name(strings.ReplaceAll(k, "_", " "))+" "+v)
		}
	}
	return out
}

func nested(v any) int {
	switch v.(type) {
	case map[string]any, []any:
		return 1
	}
	return 0
}

func value(v any, depth int) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return view.Name(v)
	case float64:
		return number(v)
	case map[string]any:
		if depth < maxDepth {
			return "(" + strings.Join(pairs(v, depth+1), ", ") + ")"
		}
	case []any:
		var all []string
		for _, e := range v {
			if depth < maxDepth {
				all = append(all, value(e, depth+1))
			}
		}
		return strings.Join(all, ", ")
	}
	return view.Name(fmt.Sprint(v))
}

// number prints a JSON number: whole ones without an exponent.
func number(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%g", f)
}

// text, whole and object read a detail, which may come from JSON.
func text(d map[string]any, key string) string {
	s, _ := d[key].(string)
	return s
}

func whole(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	case float64:
		return int(n), n == math.Trunc(n) && math.Abs(n) < 1e15
	}
	return 0, false
}

func object(d map[string]any, key string) map[string]any {
	m, _ := d[key].(map[string]any)
	return m
}

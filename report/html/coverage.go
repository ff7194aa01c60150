package html

import (
	"fmt"
	"path"
	"strings"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// coverage is how good the evidence is: a picture of what covers which time,
// and a table with what each source cannot show.
type coverage struct {
	Word      view.Word
	Sum       string
	Bad       []coverageRow // what is missing or limited, and matters
	Rows      []coverageRow
	MoreBad   int
	Worst     []coverageRow // of what is missing or limited, parts of a trace joined, for the top of the page
	MoreWorst int
	Spare     string // not given and not needed
	More      int
	Height    int
	Axis      []tick
	Lines     []int // where the grid stands
	Bottom    int
	Pic       bool
	Bars      []coverageRow
}

// coverageRow is one source.
type coverageRow struct {
	Word                         view.Word
	Label, Short, Service, Phone string
	Span, What                   string
	Facts                        string // level, side, snap length, filter, directions
	Limits                       []view.Limit
	Missing                      bool
	X, W, Y                      int // the bar; W 0 when the times are not known
	Holes                        []hatch
}

// hatch is a stretch of the picture that nothing covers, drawn with strokes: a
// pattern would have to be referred to by an address.
type hatch struct {
	X, W int
	D    string
	What string
}

const (
	stripLeft  = 330
	stripWidth = 650
	stripRow   = 24
	stripBar   = 14
	// stripRows bounds the rows of the picture; the table holds the rest.
	stripRows = 24
	// maxBad bounds the list above the picture.
	maxBad = 12
	// maxWorst bounds what the top of the page says of it.
	maxWorst = 4
	// hatchStep is the distance of the strokes.
	hatchStep = 5
)

// axis maps moments to the picture.
type axis struct {
	first, last view.Moment
	total       float64
}

func (a *axis) stretch(m view.Moment) {
	if !strings.Contains(m.Day, "-") { // dated only
		return
	}
	if d, ok := a.first.Since(m); !ok || d > 0 {
		a.first = m
	}
	if d, ok := m.Since(a.last); !ok || d > 0 {
		a.last = m
	}
}

// place gives the bar of a span, cut to the picture.
func (a *axis) place(from, to view.Moment) (x, w int, ok bool) {
	f, ok1 := from.Since(a.first)
	t, ok2 := to.Since(a.first)
	if !ok1 || !ok2 || a.total <= 0 {
		return 0, 0, false
	}
	f, t = min(max(f, 0), a.total), min(max(t, 0), a.total)
	if t < f {
		return 0, 0, false
	}
	x = stripLeft + int(f/a.total*stripWidth)
	w = max(3, int((t-f)/a.total*stripWidth))
	return min(x, stripLeft+stripWidth-w), w, true
}

// strokes draws a hatched box.
func strokes(x, y, w, h int) string {
	var b strings.Builder
	for i := hatchStep - h; i < w; i += hatchStep {
		// A stroke runs from the bottom at i to the top at i+h, cut at the sides.
		l, r := max(i, 0), min(i+h, w)
		if l < r {
			fmt.Fprintf(&b, "M%d %dL%d %d", x+l, y+h-(l-i), x+r, y+h-(r-i))
		}
	}
	return b.String()
}

// facts says how a source was taken.
func facts(c *correlate.Coverage) []string {
	var out []string
	if c.Level != nil {
		out = append(out, "level "+strings.ReplaceAll(view.Shorten(*c.Level, 24), "-", " "))
	}
	if c.Side != nil {
		out = append(out, "side "+view.Shorten(*c.Side, 24))
	}
	if c.Both != nil {
		if *c.Both {
			out = append(out, "both directions")
		} else {
			out = append(out, "one direction")
		}
	}
	if c.Snap != nil {
		out = append(out, fmt.Sprintf("snap length %d", *c.Snap))
	}
	if c.Filter != "" {
		out = append(out, "filter: "+view.Shorten(c.Filter, 64))
	}
	return out
}

func (b *builder) coverage() coverage {
	var out coverage
	list := view.Sources(b.r)
	out.Word, out.Sum = view.Evidence(list)
	var ax axis
	for _, s := range list {
		ax.stretch(b.x.When(s.From, ""))
		ax.stretch(b.x.When(s.To, ""))
		for _, h := range s.Holes {
			ax.stretch(b.x.When(h.From, ""))
			ax.stretch(b.x.When(h.To, ""))
		}
	}
	total, ok := ax.last.Since(ax.first)
	ax.total, out.Pic = total, ok && total > 0
	var spare []string
	for i, s := range list {
		if !s.Needed && s.Missing() {
			spare = append(spare, s.Label(b.x))
			continue
		}
		if i >= maxInputs {
			out.More++
			continue
		}
		r := b.source(s)
		if s.Needed && r.Word.Label != "good" {
			if len(out.Bad) < maxBad {
				out.Bad = append(out.Bad, r)
			} else {
				out.MoreBad++
			}
		}
		if out.Pic && len(out.Bars) < stripRows {
			if b.bar(&r, s, &ax, len(out.Bars)*stripRow+6) {
				out.Bars = append(out.Bars, r)
			}
		}
		out.Rows = append(out.Rows, r)
	}
	for _, s := range view.ByNode(list) {
		switch {
		case !s.Needed || s.Word.Label == "good":
		case len(out.Worst) < maxWorst:
			out.Worst = append(out.Worst, b.source(s))
		default:
			out.MoreWorst++
		}
	}
	out.Spare = strings.Join(spare, ", ")
	out.Pic = len(out.Bars) > 0
	out.Bottom = len(out.Bars)*stripRow + 4
	out.Height = out.Bottom + 22
	if out.Pic {
		out.Axis = []tick{{X: stripLeft, Label: ax.first.Day + " " + ax.first.Clock[:8] + " " + b.x.Zone()}, {X: stripLeft + stripWidth, Label: ax.last.Day + " " + ax.last.Clock[:8] + " " + b.x.Zone(), Anchor: "end"}}
		for i := range 5 {
			out.Lines = append(out.Lines, stripLeft+i*stripWidth/4)
		}
	}
	return out
}

func (b *builder) source(s *view.Source) coverageRow {
	r := coverageRow{Word: s.Word, Label: s.Label(b.x), Service: view.Service(s.Service), Span: b.x.Span(s.From, s.To), What: s.What(b.x, 1), Missing: s.Missing()}
	r.Short = view.Shorten(r.Label, 52)
	if s.Node != "" && s.Input != "" { // what tells files of one server apart stands last in their names
		r.Short = view.Shorten(r.Service+" of "+s.Node+", "+path.Base(b.x.Input(s.Input)), 52)
	}
	switch {
	case s.Phones == 1:
		r.Phone = s.Phone
	case s.Phones > 1:
		r.Phone = view.Plural(s.Phones, "phone")
	case s.Missing() && len(s.Rows) > 0:
		r.Phone = strings.TrimPrefix(view.Text(s.Rows[0].Note), "for ")
	}
	for _, l := range s.Limits {
		l.Text = view.Text(l.Text)
		r.Limits = append(r.Limits, l)
	}
	if len(s.Rows) > 0 {
		r.Facts = strings.Join(facts(s.Rows[0]), ", ")
	}
	return r
}

// bar places a source in the picture: what it covers as a bar, its holes
// hatched; one that is missing is hatched as a whole.
func (b *builder) bar(r *coverageRow, s *view.Source, ax *axis, y int) bool {
	r.Y = y
	seen := map[[2]int]bool{}
	for _, h := range s.Holes {
		x, w, ok := ax.place(b.x.When(h.From, ""), b.x.When(h.To, ""))
		if !ok || seen[[2]int{x, w}] {
			continue
		}
		seen[[2]int{x, w}] = true
		w = max(w, 2*hatchStep)
		x = min(x, stripLeft+stripWidth-w)
		r.Holes = append(r.Holes, hatch{x, w, strokes(x, y, w, stripBar), view.Text(h.What)})
	}
	if !s.Missing() {
		if x, w, ok := ax.place(b.x.When(s.From, ""), b.x.When(s.To, "")); ok {
			r.X, r.W = x, w
		}
	}
	return r.W > 0 || len(r.Holes) > 0
}

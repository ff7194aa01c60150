package html

import (
	"fmt"
	"math"
	"slices"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// timeline is the picture of a phone's timeline: a lane for each actor, a mark
// for each entry, in rows like staves of music.
//
//	         ┌ ITL ──────┐┌ TVS ─────────────────┐
//	phone    ─────────────○──────────────────×─────
//	TFTP     ──●───────●────────────│17 s│────────
//	TVS      ─────────────────○────────────────────
//	         15:20:40.001        15:20:59.118
//
// Entries stand in order, each in a column of its own; the distance to the one
// before grows with the logarithm of the time between, and a longer pause is a
// break that tells its length.
type timeline struct {
	Rows   []stave
	Marks  int
	Left   int  // marks that were left out
	NoTime int  // entries without any time
	Breaks bool // the picture has breaks
	Skewed bool // clocks were corrected
}

type stave struct {
	Width, Height int
	Top, Bottom   int // of the lanes
	Ruler         int // y of the times
	Lanes         []lane
	Stages        []stage
	Marks         []mark
	Breaks        []pause
	Ticks         []tick
}

type lane struct {
	Name string
	Y    int
}

type stage struct {
	X, W  int
	Label string
	Name  string
	Odd   bool
}

type mark struct {
	X, Y   int
	Stem   int // y of the phone's lane, 0 for none
	Kind   string
	ID     string
	Anchor string
	Title  string
	Cited  bool
	actor  string
}

type pause struct {
	X     int
	Label string
	Why   string
}

type tick struct {
	X      int
	Label  string
	Day    string
	Anchor string
}

// Measures of the picture, in its own units (1000 is the page's width).
const (
	picWidth   = 1000
	laneLeft   = 104
	laneStep   = 32
	laneTop    = 46
	leastPitch = 26.0
	digitWidth = 5.8  // of an identifier over a mark
	breakAfter = 10.0 // seconds
	breakWidth = 66.0
	tickSpace  = 84
)

func (b *builder) timeline(p *correlate.Phone) *timeline {
	t := &timeline{}
	cited := view.Cited(p)
	timed := &correlate.Phone{Verdict: p.Verdict, Findings: p.Findings, RuledOut: p.RuledOut, Gate: p.Gate, States: p.States}
	for _, e := range p.Timeline {
		if e.Time == nil && e.TimeText == "" {
			t.NoTime++
			continue
		}
		timed.Timeline = append(timed.Timeline, e)
	}
	if len(timed.Timeline) == 0 {
		return nil
	}
	show := view.Pick(timed, maxMarks)
	pitch := leastPitch
	for i := range timed.Timeline {
		pitch = max(pitch, digitWidth*float64(min(6, len(timed.Timeline[i].ID)))+4)
	}
	var s *stave
	var x float64
	var before view.Moment
	day := ""
	lastTick := 0
	for i := range timed.Timeline {
		if !show[i] {
			t.Left++
			continue
		}
		e := &timed.Timeline[i]
		m := b.x.When(e.Time, e.TimeText)
		gap, broken, label := 0.0, false, ""
		if t.Marks > 0 {
			gap, broken, label = distance(before, m)
		}
		x += pitch + gap
		if s == nil || x > picWidth-30 {
			t.Rows = append(t.Rows, stave{Width: picWidth})
			s = &t.Rows[len(t.Rows)-1]
			x = laneLeft + pitch
			if broken {
				x += breakWidth
			}
			lastTick = -tickSpace
		}
		if broken {
			s.Breaks = append(s.Breaks, pause{X: int(x - pitch/2 - breakWidth/2), Label: label, Why: why(label)})
			t.Breaks = true
		}
		k := mark{X: int(x), actor: e.Actor, Kind: view.Outcome(e.Outcome).Key, ID: view.Shorten(e.ID, 6), Cited: cited[e.ID],
			Title: fmt.Sprintf("%s %s, %s: %s (%s)", m.Day, m.Clock, view.Outcome(e.Outcome).Label, view.Clip(e.Summary, 240), b.x.Short(e.Source))}
		if b.shown[e.ID] {
			k.Anchor = b.x.Anchor(e.ID)
		}
		s.Marks = append(s.Marks, k)
		s.addStage(e.Stage, int(x), int(pitch)/2)
		if k.X-lastTick >= tickSpace && m.Clock != "" {
			n := tick{X: k.X, Label: view.Shorten(m.Clock, 14)}
			if m.Day != day || lastTick < 0 {
				n.Day, day = m.Day, m.Day
			}
			s.Ticks = append(s.Ticks, n)
			lastTick = k.X
		}
		before = m
		t.Marks++
	}
	for i := range t.Rows {
		t.Rows[i].place()
	}
	for _, c := range b.r.Clocks {
		t.Skewed = t.Skewed || c.OffsetLow > 0 || c.OffsetHigh < 0
	}
	return t
}

// place gives the lanes of the actors that have a mark in this row, in the order
// of a boot and unknown ones last, and sets the marks on them.
func (s *stave) place() {
	var actors []string
	for _, m := range s.Marks {
		if !slices.Contains(actors, m.actor) {
			actors = append(actors, m.actor)
		}
	}
	rank := func(a string) int {
		if i := slices.Index(view.Actors, a); i >= 0 {
			return i
		}
		return len(view.Actors)
	}
	slices.SortStableFunc(actors, func(a, b string) int { return rank(a) - rank(b) })
	phone := slices.Index(actors, "phone")
	for i, a := range actors {
		s.Lanes = append(s.Lanes, lane{view.ActorName(a), laneTop + i*laneStep})
	}
	for i := range s.Marks {
		m := &s.Marks[i]
		m.Y = laneTop + slices.Index(actors, m.actor)*laneStep
		if phone >= 0 && m.actor != "phone" && m.actor != "operator" {
			m.Stem = laneTop + phone*laneStep
		}
	}
	s.Top, s.Bottom = laneTop-laneStep/2, laneTop+(len(actors)-1)*laneStep+laneStep/2
	s.Ruler = s.Bottom + 14
	s.Height = s.Ruler + 18
}

// addStage widens the running stage to the new column or begins another.
func (s *stave) addStage(name string, x, half int) {
	label := view.Shorten(name, 14)
	if n := len(s.Stages); n > 0 && s.Stages[n-1].Name == label {
		s.Stages[n-1].W = x + half - s.Stages[n-1].X
	} else {
		s.Stages = append(s.Stages, stage{X: x - half, W: 2 * half, Name: label, Odd: n%2 == 1})
	}
	last := &s.Stages[len(s.Stages)-1]
	last.Label = ""
	for _, l := range []string{last.Name, view.ShortWord(last.Name)} {
		if float64(len(l))*6.2 < float64(last.W) {
			last.Label = l
			break
		}
	}
}

// distance gives the extra space between two entries, or a break.
func distance(before, m view.Moment) (gap float64, broken bool, label string) {
	d, ok := m.Since(before)
	switch {
	case !ok:
		return breakWidth, true, "?"
	case d > breakAfter:
		return breakWidth, true, about(d)
	case d <= 0:
		return 0, false, ""
	}
	return 12 * math.Log10(1+d/0.01), false, ""
}

func why(label string) string {
	if label == "?" {
		return "no common clock: the time between is not known"
	}
	return label + " without an entry"
}

// about prints the length of a pause in few characters.
func about(s float64) string {
	switch {
	case s < 120:
		return fmt.Sprintf("%.0f s", s)
	case s < 5400:
		return fmt.Sprintf("%.1f min", s/60)
	case s < 2*86400:
		return fmt.Sprintf("%.1f h", s/3600)
	}
	return fmt.Sprintf("%.0f d", s/86400)
}

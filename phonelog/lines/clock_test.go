package lines

import (
	"strings"
	"testing"
	"time"

	"trustline/phonelog/catalogue"
)

const hour = 3600

func (t *Tracker) at(secs int64, nanos int32, date bool) *catalogue.Clock {
	t.Note(secs, nanos, date, 1e-3, []byte("x"))
	return t.Clock()
}

// Times of day without a date: the night adds a day, a smaller fall is a
// restart, a step of seconds is disorder (Cisco TechNote 200694 joins five
// captures; threads print late).
func TestTrackerTimeOfDay(t *testing.T) {
	var tr Tracker
	steps := []struct {
		secs int64
		want int64
		boot int
	}{
		{10 * hour, 10 * hour, 0},
		{10*hour - 30, 10*hour - 30, 0},           // disorder
		{23*hour + 3590, 23*hour + 3590, 0},       //
		{5, 86405, 0},                             // midnight
		{23*hour + 3599, 23*hour + 3599, 0},       // late record of the old day
		{10, 86410, 0},                            //
		{14 * hour, 86400 + 14*hour, 0},           // a gap of half a day
		{13 * hour, 86400 + 13*hour, 1},           // another capture
		{13*hour + 1, 86400 + 13*hour + 1, 1},     //
		{13*hour - 290, 86400 + 13*hour - 290, 1}, // below five minutes
	}
	for i, s := range steps {
		c := tr.at(s.secs, 7, false)
		if c.Seconds != s.want || c.Boot != s.boot || c.Nanos != 7 || c.Dated || c.YearUnknown {
			t.Errorf("step %d: %d boot %d, want %d boot %d", i, c.Seconds, c.Boot, s.want, s.boot)
		}
	}
	if tr.First().Seconds != 10*hour || tr.Last().Seconds != 86400+13*hour-290 || tr.Boot() != 1 {
		t.Errorf("from %+v to %+v", tr.First(), tr.Last())
	}
}

func TestTrackerDates(t *testing.T) {
	var tr Tracker
	at := func(m, d int, secs int64) (int64, int) {
		c := tr.at(SinceJanuary(m, d)+secs, 0, true)
		if !c.YearUnknown {
			t.Error("a date without year")
		}
		return c.Seconds, c.Boot
	}
	if s, b := at(12, 31, 86399); s != 365*86400-1 || b != 0 {
		t.Errorf("Dec 31: %d %d", s, b)
	}
	if s, b := at(1, 1, 1); s != 365*86400+1 || b != 0 {
		t.Errorf("Jan 1: %d %d", s, b)
	}
	if s, b := at(1, 15, 0); s != 365*86400+14*86400 || b != 0 {
		t.Errorf("Jan 15: %d %d", s, b)
	}
	if _, b := at(1, 1, 0); b != 1 {
		t.Errorf("a fall of two weeks is boot %d", b)
	}
}

func TestTrackerSequence(t *testing.T) {
	var tr Tracker
	for i, s := range []struct {
		seq  int
		boot int
	}{{837, 0}, {838, 0}, {846, 0}, {845, 0}, {847, 0}, {12, 1}, {13, 1}, {4000, 1}} {
		tr.Sequence(s.seq, i+1)
		if tr.Boot() != s.boot {
			t.Errorf("%d: boot %d, want %d", s.seq, tr.Boot(), s.boot)
		}
	}
	if len(tr.Gaps) != 2 || tr.Gaps[0].FromSeq != 838 || tr.Gaps[0].ToSeq != 846 || tr.Gaps[0].Line != 3 || tr.Gaps[1].ToSeq != 4000 {
		t.Errorf("%+v", tr.Gaps)
	}
	// A restart that also turns the clock back is one restart.
	tr.at(20*hour, 0, false)
	tr.Sequence(1, 9)
	if c := tr.at(19*hour, 0, false); c.Boot != 2 {
		t.Errorf("boot %d, want 2", c.Boot)
	}
	for i := range maxGaps + 5 {
		tr.Sequence(10+2*i, i)
	}
	if len(tr.Gaps) != maxGaps || tr.More == 0 {
		t.Errorf("%d gaps, %d more", len(tr.Gaps), tr.More)
	}
}

func TestDays(t *testing.T) {
	for _, d := range []string{"1970-01-01", "1972-02-29", "1999-12-31", "2000-03-01", "2019-06-19", "2100-03-01", "2024-12-31"} {
		tm, err := time.Parse("2006-01-02", d)
		if err != nil {
			t.Fatal(err)
		}
		if got := Days(tm.Year(), int(tm.Month()), tm.Day()); got != tm.Unix()/86400 {
			t.Errorf("%s: %d, want %d", d, got, tm.Unix()/86400)
		}
	}
	if SinceJanuary(13, 1) != 0 || SinceJanuary(3, 1) != 59*86400 || Days(2000, 0, 1) != 0 {
		t.Error("bounds")
	}
}

func TestTally(t *testing.T) {
	var ta Tally
	ta.Add(1, []byte("only once"))
	ta.Add(2, []byte("fd 12 closed"))
	ta.Add(5, []byte("fd 3 closed \xff\x00"))
	ta.Add(7, []byte("fd 4711 closed"))
	ta.AddMany(8, 3, []byte("rows"))
	s := ta.Samples()
	if ta.Total != 7 || len(s) != 4 || s[0].Text != "rows" || s[0].Count != 3 || s[1].Text != "fd 12 closed" || s[1].Count != 2 || s[1].Line != 2 {
		t.Errorf("%d %+v", ta.Total, s)
	}
	if s[3].Text != "fd 3 closed \uFFFD " {
		t.Errorf("%q", s[3].Text)
	}
	for i := range 2 * maxKinds {
		ta.Add(10, []byte(strings.Repeat("x", i%200)+string(rune('a'+i/200%26))+string(rune('a'+i/5200))))
	}
	if len(ta.kinds) > maxKinds || len(ta.Samples()) != maxSamples {
		t.Errorf("%d kinds, %d samples", len(ta.kinds), len(ta.Samples()))
	}
}

func TestTrackerDoesNotAllocate(t *testing.T) {
	var tr Tracker
	text := []byte("18:01:05.333")
	secs := int64(0)
	if n := testing.AllocsPerRun(100, func() { secs++; tr.Note(secs, 0, false, 1, text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if (&Tracker{}).Last() != nil {
		t.Error("a clock without a record")
	}
}

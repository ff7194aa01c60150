package view

import (
	"fmt"
	"math"
	"time"

	"trustline/correlate"
)

// Clock says in words how two clocks differ: "console.log runs 2.185 to
// 2.220 s behind tvs.txt (from 3 pairs of events)". The report's interval is
// what has to be added to the source's clock, so a positive one means that the
// source runs behind.
func (x *Index) Clock(c correlate.Clock) string {
	src, ref := x.Input(c.Source), x.Input(c.Reference)
	if c.Boot > 0 {
		src += fmt.Sprintf(" (after restart %d)", c.Boot)
	}
	if ref == "" {
		return src + " stands alone"
	}
	low, high := c.OffsetLow, c.OffsetHigh
	var s string
	switch {
	case low == 0 && high == 0:
		s = src + " and " + ref + " agree"
	case low <= 0 && high >= 0:
		s = fmt.Sprintf("%s and %s agree within %s", src, ref, Seconds(math.Max(-low, high)))
	case low > 0:
		s = fmt.Sprintf("%s runs %s behind %s", src, between(low, high), ref)
	default:
		s = fmt.Sprintf("%s runs %s ahead of %s", src, between(-high, -low), ref)
	}
	if len(c.Pairs) > 0 {
		s += " (from " + Plural(len(c.Pairs), "pair") + " of events)"
	} else {
		s += " (not measured)"
	}
	return s
}

// quarter is what time zones are multiples of, in seconds.
const quarter = 900

// between prints an interval of seconds. One that lies near a whole number of
// quarter hours is most likely a time zone and an error of the clock: "4:00 h
// and 0.420 to 0.422 s", "7:00 h less 0.050 s".
func between(low, high float64) string {
	zone := math.Round((low+high)/2/quarter) * quarter
	if zone == 0 {
		return interval(low, high)
	}
	s := fmt.Sprintf("%d:%02d h", int(zone)/3600, int(zone)/60%60)
	switch l, h := low-zone, high-zone; {
	case math.Abs(l) > 120 || math.Abs(h) > 120:
		return Seconds(low) + " to " + Seconds(high)
	case l >= 0:
		return s + " and " + interval(l, h)
	case h <= 0:
		return s + " less " + interval(-h, -l)
	default:
		return s + ", give or take " + Seconds(max(-l, h)) + ","
	}
}

func interval(low, high float64) string {
	if a, b := fmt.Sprintf("%.3f", low), fmt.Sprintf("%.3f s", high); a+" s" != b && high < 120 {
		return a + " to " + b
	}
	if a, b := Seconds(low), Seconds(high); a != b {
		return a + " to " + b
	}
	return Seconds(high)
}

// Seconds prints a duration as a person says it: "0.9 ms", "2.185 s",
// "4 min 12 s", "11 h 27 min 6 s", "3 d 4 h".
func Seconds(s float64) string {
	if math.IsNaN(s) || math.IsInf(s, 0) || math.Abs(s) > 1e11 {
		return "?"
	}
	if s < 0 {
		return "-" + Seconds(-s)
	}
	whole := int64(math.Round(s))
	switch {
	case s == 0:
		return "0 s"
	case s < 0.001:
		return fmt.Sprintf("%.0f µs", s*1e6)
	case s < 0.1:
		return fmt.Sprintf("%.1f ms", s*1e3)
	case s < 120:
		return fmt.Sprintf("%.3f s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", whole/60, whole%60)
	case s < 86400:
		return fmt.Sprintf("%d h %d min %d s", whole/3600, whole/60%60, whole%60)
	}
	return fmt.Sprintf("%d d %d h", whole/86400, whole/3600%24)
}

// Moment is the time of an entry as it is shown: the day, "" when the source
// gives none, and the time of day to milliseconds. Exact is the time as it
// stands in the report.
type Moment struct {
	Day, Clock, Exact string
	at                time.Time
	scale             scale
}

// scale says with what a moment can be compared: only with its like.
type scale int

const (
	none      scale = iota // no time that can be read
	timeOfDay              // a time without a date
	noYear                 // month and day, as phones of the Linux generation print
	dated
)

// undated are the forms in which sources print a time without a full date.
var undated = []struct {
	layout string
	scale  scale
	day    string
}{
	{"15:04:05.999999999", timeOfDay, ""},
	{"Jan _2 15:04:05.999999999", noYear, "Jan _2"},
}

// When reads the time of an entry, and shows it in the zone of the index. One
// without a known time shows the text of its source; one without any shows
// nothing.
func (x *Index) When(t *string, text string) Moment {
	if t != nil {
		if at, err := time.Parse(time.RFC3339Nano, *t); err == nil {
			at = at.In(x.zone)
			return Moment{Day: at.Format("2006-01-02"), Clock: at.Format("15:04:05.000"), Exact: Clean(*t), at: at, scale: dated}
		}
		text = *t
	}
	m := Moment{Clock: Shorten(text, 20), Exact: Clip(text, 64)}
	for _, u := range undated {
		if at, err := time.Parse(u.layout, text); err == nil {
			m.Day, m.Clock, m.at, m.scale = at.Format(u.day), at.Format("15:04:05.000"), at, u.scale
			return m
		}
	}
	return m
}

// Since gives the seconds from an earlier moment, and whether both stand on
// one scale.
func (m Moment) Since(earlier Moment) (float64, bool) {
	if m.scale == none || m.scale != earlier.scale {
		return 0, false
	}
	return m.at.Sub(earlier.at).Seconds(), true
}

// Known tells that the moment can be compared with others of its kind.
func (m Moment) Known() bool { return m.scale != none }

// Span prints when something began and ended, the day once.
func (x *Index) Span(from, to *string) string {
	if from == nil && to == nil {
		return ""
	}
	show := func(m Moment) string {
		if m.scale == dated {
			return m.Day + " " + m.at.Format("15:04:05") + " " + x.Zone()
		}
		return m.Clock
	}
	switch {
	case from == nil:
		return "until " + show(x.When(to, ""))
	case to == nil:
		return "from " + show(x.When(from, ""))
	}
	a, b := x.When(from, ""), x.When(to, "")
	if a.scale == dated && b.scale == dated && a.Day == b.Day {
		return a.Day + " " + a.at.Format("15:04:05") + " – " + b.at.Format("15:04:05") + " " + x.Zone()
	}
	return show(a) + " – " + show(b)
}

package lines

import "trustline/phonelog/catalogue"

// Rules for sources that print no date (times of day in nanoseconds would be
// finer than needed; milliseconds decide).
const (
	// disorder: threads write late; a backward step below this is no event.
	disorder = 5 * 60
	// halfDay: a larger backward step is the night, a smaller one a reboot, a
	// clock that was set, or another capture pasted behind the first.
	halfDay = 12 * 3600
	day     = 86400
	// noLeap is the year in which dates without year are counted.
	noLeap = 365 * day
)

// A Tracker turns printed times into clocks: it counts nights and restarts. A
// record costs no memory until its clock is asked for. The zero value is ready
// for use.
type Tracker struct {
	Gaps []catalogue.Gap
	More int // gaps beyond maxGaps

	begun   bool
	printed int64 // seconds as printed, of the record before
	base    int64 // added for nights or years passed
	boot    int
	seq     int
	resets  bool // the sequence numbers have just started again

	restarted bool // those of the record noted last did

	first *catalogue.Clock
	now   reading
	last  reading // the latest, without records that came late
}

// reading is a clock whose text is still bytes.
type reading struct {
	catalogue.Clock
	text []byte
}

func (r *reading) set(c catalogue.Clock, text []byte) {
	r.Clock = c
	r.text = append(r.text[:0], text...)
}

func (r *reading) clock() *catalogue.Clock {
	c := r.Clock
	c.Text = Text(r.text)
	return &c
}

// maxGaps bounds the list of holes in the sequence numbers; an excerpt of an
// excerpt has hundreds, a log whose every other line was filtered out millions.
const maxGaps = 10_000

// reorder: records of two threads may swap places. A sequence number that
// falls by no more than this is not a restart.
const reorder = 8

// Sequence notes the sequence number of a record, before its time is given to
// Note, and tells whether the source restarted.
func (t *Tracker) Sequence(seq, line int) bool {
	prev := t.seq
	t.restarted = false
	if prev == 0 {
		t.seq = seq
		return false
	}
	switch {
	case seq < prev-reorder:
		t.seq = seq
		t.boot++
		t.resets, t.restarted = true, true
		return true
	case seq > prev+1:
		if len(t.Gaps) < maxGaps {
			t.Gaps = append(t.Gaps, catalogue.Gap{FromSeq: prev, ToSeq: seq, Line: line})
		} else {
			t.More++
		}
	}
	t.seq = max(prev, seq)
	return false
}

// Boot is the number of restarts so far.
func (t *Tracker) Boot() int { return t.boot }

// Restarted tells that the sequence number of the record noted last began again.
func (t *Tracker) Restarted() bool { return t.restarted }

// Note takes the printed time of a record. secs is the time of day, or with
// date the seconds since January 1st; nanos its fraction.
func (t *Tracker) Note(secs int64, nanos int32, date bool, step float64, text []byte) {
	late := false
	base := t.base
	if t.begun {
		fall := t.printed - secs
		period, night := int64(day), int64(halfDay)
		if date {
			// December is followed by January; any other fall is a restart.
			period, night = noLeap, 300*day
		}
		switch {
		case fall > night:
			t.base += period
			base = t.base
		case fall > disorder && !t.resets:
			t.boot++
			t.seq = 0
		case -fall > period-disorder && t.base > 0 && !t.resets:
			// A record of the old day, written late, behind the first of the new.
			late = true
			base -= period
		}
	}
	c := catalogue.Clock{YearUnknown: date, Seconds: secs + base, Nanos: nanos, Step: step, Boot: t.boot}
	if !late {
		t.resets = false
		t.begun, t.printed = true, secs
	}
	t.take(c, text, late)
}

// Dated takes the time of a record that prints its year.
func (t *Tracker) Dated(c catalogue.Clock) {
	c.Boot = t.boot
	t.take(c, []byte(c.Text), false)
}

func (t *Tracker) take(c catalogue.Clock, text []byte, late bool) {
	t.now.set(c, text)
	if t.first == nil {
		t.first = t.now.clock()
	}
	if !late {
		t.last.set(c, text)
	}
}

// Clock is the clock of the record noted last.
func (t *Tracker) Clock() *catalogue.Clock { return t.now.clock() }

// First and Last are the clocks of the first and the latest record, nil when
// there is none.
func (t *Tracker) First() *catalogue.Clock { return t.first }

func (t *Tracker) Last() *catalogue.Clock {
	if t.first == nil {
		return nil
	}
	return t.last.clock()
}

// daysBefore is the number of days of a year without February 29th before each
// month.
var daysBefore = [13]int64{0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}

// SinceJanuary gives the seconds from January 1st to the start of a day.
// February 29th counts as March 1st.
func SinceJanuary(month, dayOfMonth int) int64 {
	if month < 1 || month > 12 {
		return 0
	}
	return (daysBefore[month] + int64(dayOfMonth) - 1) * day
}

// Days gives the days from 1970-01-01 to a date of the Gregorian calendar.
func Days(year, month, dayOfMonth int) int64 {
	if month < 1 || month > 12 {
		return 0
	}
	y := int64(year - 1)
	n := y*365 + y/4 - y/100 + y/400 + daysBefore[month] + int64(dayOfMonth) - 1
	if month > 2 && (year%4 == 0 && year%100 != 0 || year%400 == 0) {
		n++
	}
	return n - 719162 // days from 0001-01-01 to 1970-01-01
}

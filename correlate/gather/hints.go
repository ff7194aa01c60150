package gather

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"trustline/correlate/evidence"
	"trustline/tvstrace"
)

// Hints is what the name of an input and the archive around it tell. Anybody
// can rename a file: a hint is used only where the content says nothing, and
// what rests on one says so.
type Hints struct {
	Node     string    // host name or address of the server that wrote it
	Service  string    // folder of the trace: tvs, capf, ctftp, ccm ...
	Phone    string    // device name
	Date     string    // YYYY-MM-DD, when it was collected
	Modified time.Time // of the member as a problem report keeps it, or of the file as gzip does; else zero
}

// earliest is the first year that the time of a file is believed in: Security
// By Default came with CUCM 8.0 in 2010, and phones without a clock write 1970.
const earliest = 2009

// date gives the moment by which the last record was written, and in words
// what told.
func (h Hints) date() (at time.Time, exact bool, from string) {
	if h.Modified.Year() >= earliest {
		return h.Modified.UTC(), true, "the time of the file in its archive"
	}
	if t, err := time.Parse(time.DateOnly, h.Date); err == nil && t.Year() >= earliest {
		return t.Add(24*time.Hour - 1), false, "the date in the name of the input"
	}
	return time.Time{}, false, ""
}

const (
	secondsOfDay = 86400
	// maxZone is how far local time and the archive's may lie apart.
	maxZone = 14 * 3600
)

// calendar supplies what the dates of a log lack. Its times stay local: nothing
// tells the zone.
type calendar struct {
	add    int64 // seconds to the midnight before the first record
	year   int   // in which a log without year begins, 0 when that is not it
	noYear bool
}

// calendarOf finds the calendar of a log whose last record has the time c.
func calendarOf(c *evidence.Clock, at time.Time, exact bool) calendar {
	if c.NoYear {
		// The latest year in which the last record is not later than the file.
		passed := int(c.Seconds / (365 * secondsOfDay))
		for y := at.Year() + 1; ; y-- {
			k := calendar{year: y - passed, noYear: true}
			if k.seconds(c) <= at.Unix()+maxZone {
				return k
			}
		}
	}
	day := at.Unix() - at.Unix()%secondsOfDay
	last := c.Seconds % secondsOfDay
	if exact { // the day on which it lies nearest to the file's time
		switch d := day + last - at.Unix(); {
		case d > secondsOfDay/2:
			day -= secondsOfDay
		case d < -secondsOfDay/2:
			day += secondsOfDay
		}
	}
	return calendar{add: day + last - c.Seconds}
}

// seconds gives the seconds since 1970 of a time.
func (k calendar) seconds(c *evidence.Clock) int64 {
	if !k.noYear {
		return c.Seconds + k.add
	}
	days := c.Seconds / secondsOfDay
	year := k.year + int(days/365)
	// 2001 is a year without February 29th.
	d := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(days%365))
	t := time.Date(year, d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
	if strings.HasPrefix(c.Text, "Feb 29") && t.AddDate(0, 0, -1).Month() == time.February {
		t = t.AddDate(0, 0, -1) // which those seconds count as March 1st
	}
	return t.Unix() + c.Seconds%secondsOfDay
}

func (k calendar) date(c *evidence.Clock) {
	if c != nil && !c.Dated && c.NoYear == k.noYear {
		c.Seconds, c.Dated, c.Local, c.NoYear = k.seconds(c), true, true, false
	}
}

// hinted fills in what the content of a log does not tell and its name does:
// the node of a server's trace, the date, and whose console it is.
func (d *decoder) hinted(h Hints) {
	if d.stream != nil {
		return // the events are gone
	}
	d.hintedService(h)
	d.hintedDate(h)
	for i := range d.b.Coverage {
		if c := &d.b.Coverage[i]; serverLog(c.Service) {
			c.Node = h.Node
		}
	}
	if h.Phone == "" {
		return
	}
	for i := range d.b.Events {
		if e := &d.b.Events[i]; console(e.Dialect) && e.Phone != "" {
			return
		}
	}
	for i := range d.b.Events {
		if e := &d.b.Events[i]; console(e.Dialect) {
			phoneByName(e, h.Phone)
		}
	}
	for i := range d.b.Coverage {
		if c := &d.b.Coverage[i]; c.Service == "console" || c.Service == "status" {
			note(c, fmt.Sprintf("phone %s, by the name of the input", h.Phone))
		}
	}
}

// fromName is what says that a detail rests on a name.
const fromName = "the name of the input"

// phoneByName says whose console an event is of.
func phoneByName(e *evidence.Event, phone string) {
	e.Phone = phone
	e.Detail["phone_from"] = fromName
}

func console(dialect string) bool { return strings.HasPrefix(dialect, "phone-") }

// serverLog tells that coverage of this service comes from a server's log.
func serverLog(service string) bool {
	return service != "capture" && service != "console" && service != "status"
}

// capfNames are the names of CAPF for events that its trace prints in the same
// words as that of TVS.
var capfNames = [...][2]string{
	{"tvs_phone_connection", "capf_phone_connection"},
	{"tvs_tls_handshake_ok", "capf_tls_handshake_ok"},
	{"tvs_tcp_accept", ""},
	{"tvs_tls_handshake_missing", ""},
}

// serviceCAPF is the folder of CAPF's traces.
const serviceCAPF = "capf"

// connectionOnly tells that CAPF prints an event in the same words as TVS.
func connectionOnly(e *evidence.Event) bool {
	return slices.ContainsFunc(capfNames[:], func(n [2]string) bool { return n[0] == e.Event })
}

// serviceByName makes an event of TVS one of CAPF.
func serviceByName(e *evidence.Event) {
	for _, n := range capfNames {
		if n[0] == e.Event {
			e.Event = cmp.Or(n[1], n[0])
			break
		}
	}
	e.Dialect = tvstrace.DialectCAPF
	e.Detail["service_from"] = fromName
}

// hintedService makes a trace one of CAPF when its folder says so and nothing
// in it speaks against that: both services print connections alike, and a trace
// with connections only is taken for one of TVS.
func (d *decoder) hintedService(h Hints) {
	if h.Service != serviceCAPF || d.in.Kind != tvstrace.DialectTVS {
		return
	}
	for i := range d.b.Events {
		if !connectionOnly(&d.b.Events[i]) {
			return
		}
	}
	d.in.Kind = tvstrace.DialectCAPF
	for i := range d.b.Events {
		serviceByName(&d.b.Events[i])
	}
	for i := range d.b.Coverage {
		if c := &d.b.Coverage[i]; c.Service == coverageOf(tvstrace.DialectTVS) {
			c.Service = coverageOf(tvstrace.DialectCAPF)
			note(c, "service from "+fromName)
		}
	}
}

// hintedDate dates the logs of an input. Each coverage row is one log with a
// clock of its own.
func (d *decoder) hintedDate(h Hints) {
	at, exact, from := h.date()
	if from == "" {
		return
	}
	for i := range d.b.Coverage {
		c := &d.b.Coverage[i]
		if c.To == nil || c.To.Dated {
			continue
		}
		k := calendarOf(c.To, at, exact)
		for j := range d.b.Events {
			if e := &d.b.Events[j]; coverageOf(e.Dialect) == c.Service {
				k.date(e.Clock)
			}
		}
		k.date(c.From)
		k.date(c.To)
		what := "date"
		if k.noYear {
			what = "year"
		}
		note(c, what+" from "+from)
	}
}

// note adds to what a row says in words.
func note(c *evidence.Coverage, what string) {
	c.Note = strings.TrimPrefix(c.Note+"; "+what, "; ")
}

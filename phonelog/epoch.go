package phonelog

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// Phones print neither year nor zone, but some messages carry a time that has
// both, beside the record's own:
//
//	endDownloadCTL-time:1552156360720              milliseconds, the phone's clock    Cisco TechNote 214535
//	{ "time":  1562877438, "key": ...              seconds, the phone's clock         Cisco TechNote 215014
//	^M Date: Tue, 30 Sep 2014 11:04:15 GMT^M       the HTTP server's clock            Cisco TechNote 118699
//	sipio-sent---> ... Date: Sat, 09 Mar 2019 ...  the phone's clock, in a SIP head   Cisco TechNote 214535
//
// Each becomes an event clock_epoch with the details
//
//	epoch   seconds since 1970-01-01 UTC, with the decimals that were printed
//	from    which of the messages said so
//	clock   whose clock that is: phone or server
//	ahead   printed time minus epoch in seconds, of the time of day, so that a
//	        phone set to UTC+1 shows 3600 (and what the two clocks differ by)
//	date    the record's own date, as its clock showed it
//	fixes   what of the record's time this supplies: "year and zone" on Linux
//	        phones, "date and zone" on the 79xx; missing when month and day of
//	        the record contradict the epoch
//
// A server's clock fixes the date as surely, and the zone to the quarter hour,
// but not the seconds.
const (
	// minEpoch and maxEpoch bound what is taken for a date: phones that print
	// such times did not exist before, and are not expected to print later ones.
	minEpoch = 946684800  // 2000-01-01
	maxEpoch = 4102444800 // 2100-01-01
	// zoneEast is how far local time may be ahead of UTC.
	zoneEast = 14 * 3600
	daySecs  = 86400
)

// epochOf finds the embedded time of an event: a value with its decimals, who
// says so and whose clock it is. text is the whole record.
func epochOf(e *catalogue.Event, text []byte) (epoch, from, whose string) {
	d := e.Detail
	switch e.Name {
	case "clock_epoch":
		if ms := d["ms"]; len(ms) > 3 {
			return ms[:len(ms)-3] + "." + ms[len(ms)-3:], d["from"], "phone"
		}
		whose = "server"
		if strings.HasPrefix(strings.ToLower(d["direction"]), "sent") {
			whose = "phone"
		}
		return dateField([]byte("Date: " + d["date"])), "Date of a SIP message", whose
	case "http_response":
		return dateField(text), "Date of an HTTP answer", "server"
	case "http_result":
		return jsonTime(text), "time in the body of a request", "phone"
	}
	return "", "", ""
}

// dateField reads the first "Date:" field of a head that was printed whole.
func dateField(text []byte) string {
	const layout = "Mon, 02 Jan 2006 15:04:05 GMT"
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte("Date: "))
		if i < 0 {
			return ""
		}
		i += from
		from = i + 6
		if i > 0 && text[i-1] != ' ' && text[i-1] != '\t' && text[i-1] != 'M' { // "^MDate:"
			continue
		}
		v := bytes.TrimLeft(text[from:], " ")
		if len(v) < len(layout) {
			return ""
		}
		if t, err := time.Parse(layout, string(v[:len(layout)])); err == nil {
			return strconv.FormatInt(t.Unix(), 10)
		}
	}
}

// jsonTime reads a member "time" that is a number.
func jsonTime(text []byte) string {
	i := bytes.Index(text, []byte(`"time":`))
	if i < 0 {
		return ""
	}
	i = lines.Blanks(text, i+7)
	j := i
	for j < len(text) && isDigit(text[j]) {
		j++
	}
	return string(text[i:j])
}

// clockEpoch makes the event of an embedded time, nil when the value is none.
// secs is the record's printed time of day, month and day its date or 0.
func clockEpoch(e *catalogue.Event, h *head, epoch, from, whose string) *catalogue.Event {
	whole, decimals, _ := strings.Cut(epoch, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < minEpoch || n > maxEpoch {
		return nil
	}
	nanos := int64(0)
	if decimals != "" {
		nanos, _ = strconv.ParseInt((decimals + "000000000")[:9], 10, 64)
	}
	at := n*1e9 + nanos
	ahead := h.secs*1e9 + int64(h.nanos) - at%(daySecs*1e9)
	// Local time lies between 12 hours behind UTC and 14 ahead; the date that
	// was printed decides between the two days that this allows.
	for ahead <= -daySecs*1e9/2 {
		ahead += daySecs * 1e9
	}
	for ahead > daySecs*1e9/2 {
		ahead -= daySecs * 1e9
	}
	local := time.Unix(0, at+ahead).UTC()
	fixes := "date and zone"
	if h.month > 0 {
		fixes = ""
		for _, a := range [...]int64{ahead, ahead + daySecs*1e9, ahead - daySecs*1e9} {
			if t := time.Unix(0, at+a).UTC(); int(t.Month()) == h.month && t.Day() == h.day && a <= zoneEast*1e9 && a >= -daySecs*1e9/2-1e9 {
				ahead, local, fixes = a, t, "year and zone"
				break
			}
		}
	}
	c := &catalogue.Event{Line: e.Line, EndLine: e.EndLine, Clock: e.Clock, Dialect: e.Dialect, Name: "clock_epoch",
		Phone: e.Phone, Process: e.Process, Level: e.Level, Seq: e.Seq, Text: e.Text,
		Detail: map[string]string{"epoch": epoch, "from": from, "clock": whose, "ahead": decimal(ahead)}}
	if fixes != "" {
		c.Detail["fixes"], c.Detail["date"] = fixes, local.Format(time.DateOnly)
	}
	return c
}

// decimal writes nanoseconds as seconds, to the microsecond.
func decimal(ns int64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(float64(ns)/1e9, 'f', 6, 64), "0"), ".")
}

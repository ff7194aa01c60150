package gather_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// hinted decodes a text whose name and archive tell something.
func hinted(text string, h gather.Hints) *evidence.Bundle {
	in := textInput("x", text)
	in.Hints = h
	return gather.Decode(in, gather.Options{})
}

// TestHintedDates: a log without a date is dated by the time of the file, which
// is that of its last record, to within the zones of the earth; what dated it is
// said. A capture or a dated log is left alone.
func TestHintedDates(t *testing.T) {
	const (
		secd  = "1001 NOT 23:59:58.765155 SECD: -Authenticated the HTTPS conn via TVS\n1002 NOT 00:00:01.765155 SECD: -Authenticated the HTTPS conn via TVS\n"
		linux = "3315 NOT Nov 29 06:33:59.908586 SECUREAPP-Sec SSL Connection - Handshake successful.\n"
		leap  = "3315 NOT Feb 29 06:33:59.908586 SECUREAPP-Sec SSL Connection - Handshake successful.\n"
		trace = "18:01:06.345 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.100 on 8, Total Acc = 7..\n"
	)
	at := func(s string) time.Time {
		m, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range []struct {
		name, text string
		hints      gather.Hints
		want       string // of the first event, as a local time; "" when it stays undated
	}{
		{"the night before", secd, gather.Hints{Modified: at("2014-05-06T00:10:00Z")}, "2014-05-05 23:59:58"},
		{"a server west of its archive", trace, gather.Hints{Modified: at("2014-05-06T01:02:00Z")}, "2014-05-05 18:01:06"},
		{"a server east of it", trace, gather.Hints{Modified: at("2014-05-06T08:01:10Z")}, "2014-05-06 18:01:06"},
		{"the date in the name", trace, gather.Hints{Date: "2014-05-06"}, "2014-05-06 18:01:06"},
		{"the archive knows better than the name", trace, gather.Hints{Date: "2014-05-07", Modified: at("2014-05-06T18:01:07Z")}, "2014-05-06 18:01:06"},
		{"a clock that was never set", trace, gather.Hints{Modified: at("1970-01-01T00:00:07Z")}, ""},
		{"nothing known", trace, gather.Hints{}, ""},
		{"a year", linux, gather.Hints{Modified: at("2018-12-14T10:00:00Z")}, "2018-11-29 06:33:59"},
		{"the year before", linux, gather.Hints{Modified: at("2019-01-14T10:00:00Z")}, "2018-11-29 06:33:59"},
		{"a year by the name", linux, gather.Hints{Date: "2017-11-29"}, "2017-11-29 06:33:59"},
		{"February 29th", leap, gather.Hints{Date: "2020-03-02"}, "2020-02-29 06:33:59"},
	} {
		b := hinted(c.text, c.hints)
		if len(b.Events) == 0 || len(b.Coverage) != 1 {
			t.Fatalf("%s: %d events, %d rows", c.name, len(b.Events), len(b.Coverage))
		}
		clock, row := b.Events[0].Clock, b.Coverage[0]
		got := ""
		if clock.Dated {
			got = time.Unix(clock.Seconds, 0).UTC().Format(time.DateTime)
		}
		if got != c.want || clock.Dated && (!clock.Local || clock.NoYear) {
			t.Errorf("%s: %q, want %q (%+v)", c.name, got, c.want, clock)
		}
		if strings.Contains(row.Note, " from the ") != (c.want != "") || row.To.Dated != (c.want != "") {
			t.Errorf("%s: the row says %q", c.name, row.Note)
		}
	}
}

// TestHintedNode: the folder names the server of a trace, and nothing else.
func TestHintedNode(t *testing.T) {
	h := gather.Hints{Node: "cucm-pub"}
	if row := hinted("18:01:06.345 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.100 on 8, Total Acc = 7..\n", h).Coverage[0]; row.Node != "cucm-pub" {
		t.Errorf("%+v", row)
	}
	if row := hinted("1001 NOT 23:59:58.765155 SECD: -Authenticated the HTTPS conn via TVS\n", h).Coverage[0]; row.Node != "" {
		t.Errorf("%+v", row)
	}
}

// TestHintedPhone: the name of a problem report tells whose console it is, when
// the log does not; it is marked as such.
func TestHintedPhone(t *testing.T) {
	h := gather.Hints{Phone: "SEPA1B2C3D4E5F6"}
	line := "1001 NOT 23:59:58.765155 SECD: -Authenticated the HTTPS conn via TVS\n"
	if e := hinted(line, h).Events[0]; e.Phone != "SEPA1B2C3D4E5F6" || e.Detail["phone_from"] == "" {
		t.Errorf("%+v", e)
	}
	own := "1000 NOT 23:59:57.765155 SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv\n"
	for _, e := range hinted(own+line, h).Events {
		if e.Phone == "SEPA1B2C3D4E5F6" || e.Detail["phone_from"] != "" {
			t.Errorf("%+v", e)
		}
	}
	trace := "18:01:06.345 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.100 on 8, Total Acc = 7..\n"
	if e := hinted(trace, h).Events[0]; e.Phone != "" {
		t.Errorf("a server's log: %+v", e)
	}
}

// TestHintedService: a trace of connections only is that of the folder it came
// from; one that tells which it is stays what it is.
func TestHintedService(t *testing.T) {
	line := "18:01:06.345 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.100 on 8, Total Acc = 7..\n"
	h := gather.Hints{Service: "capf"}
	b := hinted(line, h)
	if in, e, row := b.Header.Inputs[0], b.Events[0], b.Coverage[0]; in.Kind != "capf-sdi" || e.Event != "capf_phone_connection" || row.Service != "capf-trace" || row.Note == "" {
		t.Errorf("%s, %+v, %+v", in.Kind, e, row)
	}
	b = hinted(line+"18:01:06.346 |   debug     MsgType               : TVS_MSG_QUERY_CERT_REQ\n", h)
	if in, row := b.Header.Inputs[0], b.Coverage[0]; in.Kind != "tvs-sdi" || row.Service != "tvs-trace" {
		t.Errorf("%s, %+v", in.Kind, row)
	}
}

// TestHintedEvents: the listing of events says what the evidence does.
func TestHintedEvents(t *testing.T) {
	const (
		trace = "18:01:06.345 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.100 on 8, Total Acc = 7..\n"
		line  = "1001 NOT 23:59:58.765155 SECD: -Authenticated the HTTPS conn via TVS\n"
		own   = "1002 NOT 23:59:59.765155 SECD: tlRequestFile: Request CTLSEP0011215A1AE3.tlv\n"
		query = "18:01:06.346 |   debug     MsgType               : TVS_MSG_QUERY_CERT_REQ\n"
	)
	h := gather.Hints{Phone: "SEPA1B2C3D4E5F6", Service: "capf", Date: "2014-05-06"}
	for _, text := range []string{line, line + own, trace, trace + query, trace + line, strings.Repeat(line, 6000), query, strings.Repeat(trace, 6000)} {
		for _, hints := range []gather.Hints{h, {Service: h.Service}, {Phone: h.Phone}, {}} {
			in := textInput("x", text)
			in.Hints = hints
			b := gather.Decode(in, gather.Options{})
			var got []string
			what := func(e *evidence.Event) string {
				return fmt.Sprintf("%d %s %s %q %q %q", e.Place.Line, e.Dialect, e.Event, e.Phone, e.Detail["phone_from"], e.Detail["service_from"])
			}
			inputs := gather.Events(in, gather.Options{}, func(e *evidence.Event) { got = append(got, what(e)) })
			slices.SortStableFunc(b.Events, func(a, b evidence.Event) int { return a.Place.Line - b.Place.Line })
			for i := range b.Events {
				if i >= len(got) || got[i] != what(&b.Events[i]) {
					t.Fatalf("%.200q with %+v: event %d of %d is not %s", text, hints, i, len(got), what(&b.Events[i]))
				}
			}
			if len(got) != len(b.Events) || inputs[0].Kind != b.Header.Inputs[0].Kind {
				t.Errorf("%.200q with %+v: %d events of a %s, want %d of a %s", text, hints, len(got), inputs[0].Kind, len(b.Events), b.Header.Inputs[0].Kind)
			}
		}
	}
}

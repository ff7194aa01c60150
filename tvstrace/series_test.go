package tvstrace

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"trustline/phonelog/catalogue"
)

// parts scans a series; each event is "part:line-end name".
func parts(t *testing.T, texts ...string) (out []string, events []*catalogue.Event, sums []*catalogue.Summary) {
	t.Helper()
	var s Series
	n := 0
	emit := func(e *catalogue.Event) {
		out = append(out, fmt.Sprintf("%d:%d-%d %s", n, e.Line, e.EndLine, e.Name))
		events = append(events, e)
	}
	for i, text := range texts {
		n = i + 1
		sum, err := s.Scan(strings.NewReader(text), emit)
		if err != nil {
			t.Fatal(err)
		}
		if last := strings.Count(text, "\n"); sum.Lines != last {
			t.Errorf("part %d: %d lines, want %d", n, sum.Lines, last)
		}
		sums = append(sums, sum)
	}
	s.Close(emit)
	s.Close(emit) // nothing is open any more
	return out, events, sums
}

// cutAt cuts a text behind its n-th line.
func cutAt(text string, n int) (string, string) {
	l := strings.SplitAfter(text, "\n")
	return strings.Join(l[:n], ""), strings.Join(l[n:], "")
}

// A question cut anywhere by the rotation is one question still, placed in the
// part where it ends.
func TestSeriesQuery(t *testing.T) {
	whole, wholeEvents, _ := parts(t, question)
	query := wholeEvents[len(wholeEvents)-1]
	if query.Name != "tvs_query" || query.Detail["begun"] != "" {
		t.Fatalf("%+v", query)
	}
	total := strings.Count(question, "\n")
	for cut := 1; cut < total; cut++ {
		a, b := cutAt(question, cut)
		got, events, sums := parts(t, a, b)
		name := func(s []string) (out []string) {
			for _, l := range s {
				_, n, _ := strings.Cut(l, " ")
				out = append(out, n)
			}
			slices.Sort(out)
			return out
		}
		q := events[len(events)-1]
		// An event that is collected over several lines ends with its part, so
		// that a lookup or an answer may be told twice, but not the question.
		if c := slices.Compact(name(got)); !slices.Equal(c, slices.Compact(name(whole))) {
			t.Errorf("cut behind %d: %v", cut, got)
			continue
		}
		if q.Name != "tvs_query" || q.Detail["result"] != "not-found" || q.Address != query.Address || q.Phone != query.Phone || q.Detail["hex"] != query.Detail["hex"] || q.Detail["serial"] != query.Detail["serial"] {
			t.Errorf("cut behind %d: %+v", cut, q)
		}
		begun := q.Detail["begun"]
		switch {
		case cut < query.Line && (begun != "" || q.Line != query.Line-cut):
			t.Errorf("cut behind %d: %d-%d, begun %q", cut, q.Line, q.EndLine, begun)
		case cut >= query.Line && (begun != "earlier part" || q.Line != 1 || q.EndLine != max(1, query.EndLine-cut)):
			t.Errorf("cut behind %d: %d-%d, begun %q", cut, q.Line, q.EndLine, begun)
		}
		if n := sums[0].Matched + sums[1].Matched; n != 20 || sums[0].Unknown+sums[1].Unknown != 0 {
			t.Errorf("cut behind %d: %d matched, %+v %+v", cut, n, sums[0].Samples, sums[1].Samples)
		}
	}
}

// A connection, a CAPF session, a refused certificate and midnight go on; times
// and restarts of the summary are those of the part.
func TestSeriesState(t *testing.T) {
	got, events, sums := parts(t, `23:59:58.000 | debug 3:UNKNOWN:Got a new ph conn 14.48.44.202 on 15
23:59:58.100 | debug TLS HS Done for ph_conn .
23:59:58.200 | debug MsgType : CAPF_MSG_AUTH_REQ
23:59:58.300 | debug MsgType : CAPF_MSG_REQ_IN_PROGRESS
`, `00:00:03.300 | debug 3:SEP0011215A1AE3:Incoming Phone Msg:
00:00:03.300 | debug MsgType : CAPF_MSG_KEY_GEN_RES
`, ``, `00:00:04.000 | debug 3:SEP0011215A1AE3:Certificate upgrade successful
`)
	same(t, got, `
1:1-1 capf_phone_connection
1:2-2 capf_tls_handshake_ok
1:3-3 capf_auth_req
1:4-4 capf_request_in_progress
2:2-2 capf_key_gen_res
4:1-1 capf_cert_upgraded
4:1-1 capf_session`)
	s := events[len(events)-1]
	if s.Phone != "SEP0011215A1AE3" || s.Address != "14.48.44.202" || s.Detail["key_gen_seconds"] != "5.000" || s.Detail["result_code"] != "0" || s.Detail["begun"] != "earlier part" ||
		s.Detail["messages"] != "AUTH_REQ,REQ_IN_PROGRESS,KEY_GEN_RES" {
		t.Errorf("%+v", s)
	}
	if c := events[4].Clock; c.Seconds != 86403 || c.Boot != 0 {
		t.Errorf("%+v", c)
	}
	if sums[1].From.Text != "00:00:03.300" || sums[1].To.Text != "00:00:03.300" || sums[2].From != nil || sums[2].To != nil || sums[3].From.Seconds != 86404 || sums[1].Phone != "SEP0011215A1AE3" {
		t.Errorf("%+v\n%+v\n%+v", sums[1], sums[2], sums[3])
	}
	if sums[1].Dialect != DialectCAPF || sums[0].Detailed == nil || !*sums[0].Detailed || sums[2].Detailed != nil {
		t.Errorf("%+v", sums)
	}

	got, events, _ = parts(t, `10:38:26.602 |HandleSSLError - Certificate verification failed:(Verification error:18)- self signed certificate for 10.1.1.2:40000
`, `10:38:26.603 |HandleSSLError - Certificate verification failed for 10.1.1.2:40000
`)
	same(t, got, `
1:1-1 cert_verification_failed
2:1-1 cm_tls_failure`)
	if e := events[1]; e.Detail["lines"] != "2" || e.Detail["begun"] != "earlier part" {
		t.Errorf("%+v", e)
	}
}

// A number that was given in an earlier part names the phone of a later one.
func TestSeriesConnection(t *testing.T) {
	_, events, _ := parts(t, "10:00:00.000 | debug 8:UNKNOWN:Got a new ph conn 10.0.0.1 on 12, Total Acc = 7..\n10:00:00.100 | debug TLS HS Done for ph_conn\n",
		"10:00:01.000 | debug 8:UNKNOWN:Incoming Phone Msg:\n10:00:01.000 | debug MsgType : TVS_MSG_QUERY_CERT_REQ\n10:00:01.000 | debug tvsHandleQueryCertReq : Serial Number is: 0A24\n")
	q := events[len(events)-1]
	if q.Name != "tvs_query" || q.Address != "10.0.0.1" || q.Detail["conn"] != "8" || q.Detail["begun"] != "" || q.Detail["answer"] != "cut" || q.Detail["result"] != "unknown" {
		t.Errorf("%+v", q)
	}
}

// Whole and in parts a trace gives the same.
func FuzzSeries(f *testing.F) {
	f.Add([]byte(question), 7)
	f.Add([]byte("10:03:06.983 | debug 3:UNKNOWN:Got a new ph conn 14.48.44.202 on 15\n10:03:08.065 | debug MsgType : CAPF_MSG_AUTH_REQ\n10:03:08.065 | debug CAPF_OP_FAIL\n"), 60)
	f.Add([]byte("10:38:26.602 |HandleSSLError - Certificate verification failed:(Verification error:18)- x for 10.1.1.2:40000\n10:38:26.602 |File Not Found - 404 - Failure\n"), 100)
	known := map[string]bool{}
	for _, e := range Entries() {
		known[e.Event] = !e.Part
	}
	f.Fuzz(func(t *testing.T, text []byte, cut int) {
		cut = max(0, min(cut, len(text)))
		var s Series
		var events []*catalogue.Event
		emit := func(e *catalogue.Event) { events = append(events, e) }
		lines := 0
		for _, part := range [][]byte{text[:cut], text[cut:]} {
			sum, err := s.Scan(strings.NewReader(string(part)), emit)
			if err != nil {
				t.Fatal(err)
			}
			lines = sum.Lines
			for _, e := range events {
				if !known[e.Name] || e.Line < 1 || e.EndLine < e.Line || e.EndLine > max(lines, 1) || e.Detail == nil {
					t.Fatalf("%+v of %d lines", e, lines)
				}
			}
			events = nil
		}
		s.Close(emit)
		for _, e := range events {
			if e.Line < 1 || e.EndLine < e.Line || e.EndLine > max(lines, 1) {
				t.Fatalf("%+v of %d lines", e, lines)
			}
		}
	})
}

// TestSeriesSameMillisecond: a part that begins at the millisecond at which the
// one before ended tells from when it speaks.
func TestSeriesSameMillisecond(t *testing.T) {
	line := "18:01:06.345 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.100 on 8, Total Acc = 7..\n"
	_, _, sums := parts(t, line, line, line)
	for i, s := range sums {
		if s.From == nil || s.To == nil || s.From.Text != "18:01:06.345" || s.To.Text != "18:01:06.345" {
			t.Errorf("part %d: from %v to %v", i+1, s.From, s.To)
		}
	}
}

// TestServiceBehindAnother: connections behind the records of the TFTP service
// are those of TVS or CAPF, as what follows tells: no phone connects to the
// TFTP service.
func TestServiceBehindAnother(t *testing.T) {
	const (
		tftp = "11:08:20.766 |TFTPEngine::isReadRequest[0x9950830~188~14.48.44.202~49530], [CTLSEP0011215A1AE3.tlv] opcode(1), Mode(octet), Serving Count(0)\n"
		conn = "11:08:21.983 |   debug 3:UNKNOWN:Got a new ph conn 14.48.44.202 on 15\n11:08:21.990 |   debug TLS HS Done for ph_conn .\n"
		capf = "11:08:22.065 |   debug MsgType : CAPF_MSG_AUTH_REQ\n"
		tvs  = "11:08:22.065 |   debug MsgType : TVS_MSG_QUERY_CERT_REQ\n"
	)
	for text, want := range map[string]string{
		tftp + conn + capf: "capf_phone_connection capf_tls_handshake_ok capf_auth_req",
		tftp + conn + tvs:  "tvs_phone_connection tvs_tls_handshake_ok tvs_query_cert_req",
		tftp + conn + tftp: "tvs_phone_connection tvs_tls_handshake_ok tftp_rrq",
	} {
		_, events, _ := parts(t, text)
		var got []string
		for _, e := range events[1:] {
			if e.Name != "capf_session" && e.Name != "tvs_query" {
				got = append(got, e.Name)
			}
			if strings.HasPrefix(e.Name, "t") && strings.HasPrefix(e.Dialect, "ctftp") != (e.Name == "tftp_rrq") {
				t.Errorf("%s is of %s", e.Name, e.Dialect)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%v, want %s", got, want)
		}
	}
}

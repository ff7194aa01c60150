package tvstrace

import (
	"strings"
	"testing"
)

const (
	tvsIn     = ":UNKNOWN:Incoming Phone Msg:\n"
	tvsMiss   = "10:00:01.000 | debug ERROR:CertificateDBCache::getCertificateInformation - Cannot find the certificate in the cache\n"
	tvsMiss2  = "10:00:01.000 | debug ERROR:CertificateCTLCache::getCertificateInformation - Cannot find the certificate in the cache\n"
	tvsHit    = "10:00:01.000 | debug CertificateCTLCache::getCertificateInformation - Found entry {rolecount : 1}\n10:00:01.000 | debug CertificateCTLCache::getCertificateInformation - {role : 0}\n"
	tvsAsked  = "10:00:01.000 | debug MsgType : TVS_MSG_QUERY_CERT_REQ\n10:00:01.000 | debug tvsHandleQueryCertReq : Serial Number is: 0A24\n"
	tvsAnswer = "10:00:01.000 | debug 8:UNKNOWN:Sending QUERY_CERT_RES msg\n10:00:01.000 | debug MsgType : TVS_MSG_QUERY_CERT_RES\n"
)

// The result of a question, by what of it is seen.
func TestQueryResult(t *testing.T) {
	head := "10:00:01.000 | debug 8" + tvsIn + tvsAsked
	later := "10:00:30.000 | debug Recd event\n10:00:30.000 | debug ipAddrStr (Phone) 10.0.0.9\n"
	for _, tt := range []struct{ name, text, result, answer string }{
		{"a miss, then a hit", head + tvsMiss + tvsHit + tvsAnswer, "found", ""},
		{"two misses", head + tvsMiss + tvsMiss2 + tvsAnswer, "not-found", ""},
		{"one miss and an answer", head + tvsMiss + tvsAnswer, "not-found", ""},
		{"one miss, no answer", head + tvsMiss + later, "unknown", "missing"},
		{"one miss, end of the trace", head + tvsMiss, "unknown", "cut"},
		{"no lookup, no answer", head + later, "unknown", "missing"},
		{"no lookup, an answer", head + tvsAnswer, "unknown", ""},
		{"found, no answer", head + tvsHit + later, "found", "missing"},
		{"status found", head + tvsAnswer + "10:00:01.000 | debug Sending TLS Msg ..\nHEX_DUMP: Len = 25:\n10:00:01.000 | debug 57 01 04 f7 00 00 03 e9\n10:00:01.000 | debug 00 0f 07 00 01 00 08 00\n", "found", ""},
		{"status not found", head + tvsAnswer + "10:00:01.000 | debug Sending TLS Msg ..\nHEX_DUMP: Len = 14:\n10:00:01.000 | debug 57 01 04 f7 00 00 03 e9\n10:00:01.000 | debug 00 04 07 00 01 01\n", "not-found", ""},
		{"status of another kind", head + tvsAnswer + "10:00:01.000 | debug Sending TLS Msg ..\nHEX_DUMP: Len = 14:\n10:00:01.000 | debug 57 01 04 f7 00 00 03 e9\n10:00:01.000 | debug 00 04 07 00 01 02\n", "unknown", ""},
		{"no certificates", head + tvsAnswer + "10:00:01.000 | debug Number of Certs : 0\n", "not-found", ""},
	} {
		_, events, sum := scan(t, tt.text)
		var got []string
		for _, e := range events {
			if e.Name == "tvs_query" {
				got = append(got, e.Detail["result"]+" "+e.Detail["answer"])
			}
		}
		if want := tt.result + " " + tt.answer; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", tt.name, got, want)
		}
		if sum.Unknown > 0 {
			t.Errorf("%s: %+v", tt.name, sum.Samples)
		}
	}
}

// A connection that was opened before the trace begins has a number only.
func TestQueryConnectionBefore(t *testing.T) {
	_, events, _ := scan(t, "10:00:01.000 | debug 8"+tvsIn+tvsAsked+tvsMiss+tvsHit+tvsAnswer)
	q := events[len(events)-1]
	if q.Name != "tvs_query" || q.Detail["conn"] != "8" || q.Address != "" || q.Detail["result"] != "found" || q.Detail["roles"] != "0" {
		t.Errorf("%+v", q)
	}
	// The address before the message is the phone's.
	_, events, _ = scan(t, "10:00:00.900 | debug ipAddrStr (Phone) 10.0.0.8\n10:00:01.000 | debug 8"+tvsIn+tvsAsked)
	if q := events[len(events)-1]; q.Address != "10.0.0.8" {
		t.Errorf("%+v", q)
	}
}

// Two phones ask at once; a third connects meanwhile.
func TestQueriesInterleaved(t *testing.T) {
	got, events, sum := scan(t, `10:00:00.000 | debug 8:UNKNOWN:Got a new ph conn 10.0.0.8 on 8, Total Acc = 1..
10:00:00.000 | debug 9:UNKNOWN:Got a new ph conn 10.0.0.9 on 9, Total Acc = 2..
10:00:01.000 | debug 8:UNKNOWN:Incoming Phone Msg:
10:00:01.000 | debug MsgType : TVS_MSG_QUERY_CERT_REQ
10:00:01.000 | debug tvsHandleQueryCertReq : Serial Number is: 0A08
10:00:01.001 | debug CertificateDBCache::getCertificateInformation - Found entry {rolecount : 2}
10:00:01.001 | debug 10:UNKNOWN:Got a new ph conn 10.0.0.10 on 10, Total Acc = 3..
10:00:01.001 | debug CertificateDBCache::getCertificateInformation - {role : 0}
10:00:01.002 | debug 9:UNKNOWN:Incoming Phone Msg:
10:00:01.002 | debug MsgType : TVS_MSG_CERT_VERIFICATION_REQ
10:00:01.002 | debug tvsGetSerialNumberFromX509 - serialNumber : 0A09 and Length: 2
10:00:01.003 | debug ERROR:CertificateDBCache::getCertificateInformation - Cannot find the certificate in the cache
10:00:01.004 | debug 8:UNKNOWN:TVS CORE: Rcvd Event: TVS_EV_QUERY_CERT_REQ in State: TVS_STATE_AWAIT_REQ
10:00:01.004 | debug CertificateDBCache::getCertificateInformation - {role : 2}
10:00:01.005 | debug 9:UNKNOWN:Sending CERT_VERIF_RES msg
10:00:01.005 | debug MsgType : TVS_MSG_CERT_VERIFICATION_RES
10:00:01.006 | debug 8:UNKNOWN:Sending QUERY_CERT_RES msg
10:00:01.006 | debug MsgType : TVS_MSG_QUERY_CERT_RES
10:00:01.006 | debug Number of Certs : 1
`, "conn", "serial", "roles", "result", "answer")
	same(t, got, `
1 tvs_phone_connection conn=8
2 tvs_phone_connection conn=9
4 tvs_query_cert_req conn=8 serial=0a08
10 tvs_cert_verification_req conn=9
11 tvs_serial conn=9 serial=0a09
12 tvs_cache_miss conn=9
16 tvs_cert_verification_res conn=9
9 tvs_query conn=9 serial=0a09 result=not-found
6 tvs_cert_found conn=8 roles=0,2
7 tvs_phone_connection conn=10
18 tvs_query_cert_res conn=8
3 tvs_query conn=8 serial=0a08 roles=0,2 result=found`)
	if a := events[7]; a.Address != "10.0.0.9" || a.EndLine != 16 {
		t.Errorf("%+v", a)
	}
	if b := events[11]; b.Address != "10.0.0.8" || b.EndLine != 19 || sum.Unknown != 0 {
		t.Errorf("%+v %+v", b, sum)
	}
}

// Over midnight a question goes on.
func TestQueryMidnight(t *testing.T) {
	text := "10:00:01.000 | debug 8" + tvsIn + tvsAsked + tvsMiss + tvsMiss2 + tvsAnswer
	i := strings.Index(text, tvsMiss)
	text = strings.ReplaceAll(text[:i], "10:00:01.000", "23:59:59.999") + strings.ReplaceAll(text[i:], "10:00:01.000", "00:00:00.001")
	got, _, sum := scan(t, text, "result")
	if last := got[len(got)-1]; last != "1 tvs_query result=not-found" || sum.Boots != 0 {
		t.Errorf("%s %+v", strings.Join(got, "\n"), sum)
	}
}

// What is open at once is bounded.
func TestQueriesBounded(t *testing.T) {
	var b strings.Builder
	for i := range maxWaiting + 5 {
		b.WriteString("10:00:01.000 | debug " + string(rune('1'+i%9)) + strings.Repeat("0", i/9%4) + tvsIn + tvsAsked)
	}
	_, events, _ := scan(t, b.String())
	n := 0
	for _, e := range events {
		if e.Name == "tvs_query" {
			n++
		}
	}
	if n != maxWaiting+5 {
		t.Errorf("%d queries", n)
	}
}

// Which traces show single questions and requests.
func TestDetailed(t *testing.T) {
	yes, no := true, false
	for _, tt := range []struct {
		text string
		want *bool
	}{
		{question, &yes},
		{"10:00:00.000 |-->debug\n10:00:00.000 |TVS certificate was regenerated\n", &yes},
		{"10:00:00.000 |TVS service started\n", &no},
		{"10:00:00.000 | debug MsgType : CAPF_MSG_AUTH_REQ\n", &yes},
		{"11:08:20.766 |TFTPEngine::isReadRequest[0x9950830~188~14.48.44.202~49530], [CTLSEP0011215A1AE3.tlv] opcode(1), Mode(octet), Serving Count(0)\n", &yes},
		{"00002301.000 |20:56:50.807 |AppInfo | TID[b44f0b70] TFTPServer::recvMessage0x8954318 sockets:8 Reached max count, returning 503\n", &no},
		{"00004376.003 |07:28:32.110 |AppInfo  |ServeFile::wait_FileRequest File Validation Success and the File to be Searched is a.tlv\n00002301.000 |20:56:50.807 |AppInfo | HTTPServer::x Reached max count\n", &yes},
		{"10:38:29.051 |StationD: (0000048) ClusterSecurityMode = (1) DeviceSecurityMode = (3)\n", nil},
		{"%UC_TVS-6-ITLFileRegenerated: %[a=b]: x\n", nil},
		{"", nil},
	} {
		_, _, sum := scan(t, tt.text)
		switch {
		case tt.want == nil && sum.Detailed == nil:
		case tt.want == nil || sum.Detailed == nil || *tt.want != *sum.Detailed:
			t.Errorf("%.60q: %v (%s)", tt.text, sum.Detailed, sum.Dialect)
		}
	}
}

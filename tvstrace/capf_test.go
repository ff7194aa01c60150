package tvstrace

import (
	"fmt"
	"strings"
	"testing"
)

// sessions gives the capf_session records of a trace, with the details asked for.
func sessions(t *testing.T, text string, keys ...string) []string {
	t.Helper()
	_, events, _ := scan(t, text)
	var out []string
	for _, e := range events {
		if e.Name == "capf_session" {
			l := fmt.Sprintf("%d-%d %s %s", e.Line, e.EndLine, e.Phone, e.Address)
			for _, k := range keys {
				l += " " + k + "=" + e.Detail[k]
			}
			out = append(out, l)
		}
	}
	return out
}

// The session of Cisco Support Community document DOC-18834.
func TestCAPFSession(t *testing.T) {
	got := sessions(t, `10:03:06.983 | debug 3:UNKNOWN:Got a new ph conn 14.48.44.202 on 15
10:03:08.060 | debug TLS HS Done for ph_conn .
10:03:08.065 | debug MsgType : CAPF_MSG_AUTH_REQ
10:03:08.341 | debug MsgType : CAPF_MSG_REQ_IN_PROGRESS
10:03:08.341 | debug 3:SEP0011215A1AE3:CAPF CORE: Rcvd Event: CAPF_EV_REQUEST_IN_PROGRESS in State: CAPF_STATE_AWAIT_KEY_GEN_RES
10:03:21.148 | debug 3:SEP0011215A1AE3:Incoming Phone Msg:
10:03:21.158 | debug MsgType : CAPF_MSG_KEY_GEN_RES
10:03:21.162 | debug Generated the cert
10:03:21.724 | debug 3:SEP0011215A1AE3:Certificate upgrade successful
`, "conn", "messages", "operation", "key_gen_seconds", "result_code", "result")
	same(t, got, `1-9 SEP0011215A1AE3 14.48.44.202 conn=3 messages=AUTH_REQ,REQ_IN_PROGRESS,KEY_GEN_RES operation=install key_gen_seconds=12.817 result_code=0 result=CAPF_OP_SUCCESS`)
}

// Two phones at once: what has no number goes to the one that is waited for.
// The second one's string was refused; the third never says a word.
func TestCAPFSessionsInterleaved(t *testing.T) {
	got := sessions(t, `23:59:50.000 | debug 3:UNKNOWN:Got a new ph conn 10.0.0.3 on 15
23:59:50.100 | debug TLS HS Done for ph_conn .
23:59:50.200 | debug MsgType : CAPF_MSG_AUTH_REQ
23:59:50.300 | debug MsgType : CAPF_MSG_KEY_GEN_REQ
23:59:50.400 | debug 3:SEP000000000003:CAPF CORE: Rcvd Event: CAPF_EV_REQUEST_IN_PROGRESS in State: CAPF_STATE_AWAIT_KEY_GEN_RES
23:59:51.000 | debug 4:UNKNOWN:Got a new ph conn 10.0.0.4 on 16
00:00:02.300 | debug MsgType : CAPF_MSG_KEY_GEN_RES
00:00:02.400 | debug 3:SEP000000000003:Certificate upgrade successful
00:00:02.500 | debug 4:SEP000000000004:CAPF CORE: Rcvd Event: CAPF_EV_AUTH_RES in State: CAPF_STATE_AWAIT_AUTH_RES
00:00:02.500 | debug MsgType : CAPF_MSG_AUTH_REQ
00:00:02.600 | debug CAPF_OP_FAIL_INVALID_AUTH_STR
00:00:02.700 | debug MsgType : CAPF_MSG_END_SESSION
00:00:09.000 | debug 5:UNKNOWN:Got a new ph conn 10.0.0.5 on 17
`, "conn", "messages", "operation", "key_gen_seconds", "result_code", "result")
	same(t, got, `
1-8 SEP000000000003 10.0.0.3 conn=3 messages=AUTH_REQ,KEY_GEN_REQ,KEY_GEN_RES operation=install key_gen_seconds=12.000 result_code=0 result=CAPF_OP_SUCCESS
6-12 SEP000000000004 10.0.0.4 conn=4 messages=AUTH_REQ,END_SESSION operation= key_gen_seconds= result_code=3 result=CAPF_OP_FAIL_INVALID_AUTH_STR`)
}

// Codes and names of the Troubleshooting Guide, in the forms that are matched.
func TestCAPFResults(t *testing.T) {
	for _, tt := range []struct{ line, code, name string }{
		{"CAPF_OP_SUCCESS", "0", "CAPF_OP_SUCCESS"},
		{"CAPF_FETCH_SUCCESS_BUT_NO_CERT", "1", "CAPF_FETCH_SUCCESS_BUT_NO_CERT"},
		{"CAPF_OP_FAIL", "2", "CAPF_OP_FAIL"},
		{"CAPF reason code : 3", "3", "CAPF_OP_FAIL_INVALID_AUTH_STR"},
		{"CAPF_OP_FAIL_INVALID_LSC /*Invalid LSC */", "4", "CAPF_OP_FAIL_INVALID_LSC"},
		{"Reason code : CAPF_OP_FAIL_INVALID_MIC", "5", "CAPF_OP_FAIL_INVALID_MIC"},
		{"capf_op_fail_invalid_crendentials", "6", "CAPF_OP_FAIL_INVALID_CRENDENTIALS"},
		{"CAPF_OP_FAIL_PHONE_COMM_ERROR", "7", "CAPF_OP_FAIL_PHONE_COMM_ERROR"},
		{"CAPF result code = 8", "", ""}, // another form: unknown, not guessed
		{"CAPF result code : 8", "8", "CAPF_OP_FAIL_OP_TIMED_OUT"},
		{"CAPF reason code : 9", "9", ""}, // not documented
		{"CAPF reason code : 11", "11", "CAPF_OP_FAIL_LATE_REQUEST"},
		{"CAPF_OP_FAIL_SOMETHING", "", ""},
		{"Reason code : 3", "", ""}, // of what?
		// Any sentence: none is published.
		{"Certificate operation failed, result : 3 (CAPF_OP_FAIL_INVALID_AUTH_STR)", "3", "CAPF_OP_FAIL_INVALID_AUTH_STR"},
		{"op ended with <CAPF_OP_FAIL_OP_TIMED_OUT>, phone is told", "8", "CAPF_OP_FAIL_OP_TIMED_OUT"},
		{"sending CAPF_FETCH_SUCCESS_BUT_NO_CERT", "1", "CAPF_FETCH_SUCCESS_BUT_NO_CERT"},
		{"sending MY_CAPF_OP_FAIL", "", ""},
		{"sending CAPF_OP_FAILED", "", ""},
		{"Enrollment rv = EST_ERR_NONE", "", ""},
	} {
		_, events, sum := scan(t, "10:03:08.060 | debug 3:SEP0011215A1AE3:"+tt.line+"\n")
		if tt.code == "" {
			if len(events) != 0 || sum.Unknown != 1 {
				t.Errorf("%s: %d events, %d unknown", tt.line, len(events), sum.Unknown)
			}
			continue
		}
		if len(events) != 2 || events[0].Name != "capf_result" || events[1].Name != "capf_session" {
			t.Errorf("%s: %+v", tt.line, events)
			continue
		}
		for _, e := range events {
			if e.Detail["result_code"] != tt.code || e.Name == "capf_result" && e.Detail["result"] != tt.name || e.Phone != "SEP0011215A1AE3" {
				t.Errorf("%s: %s %v", tt.line, e.Name, e.Detail)
			}
		}
	}
}

// A session of which the result is never printed ends in silence.
func TestCAPFSessionSilent(t *testing.T) {
	got := sessions(t, `10:00:00.000 | debug 3:UNKNOWN:Got a new ph conn 10.0.0.3 on 15
10:00:00.200 | debug MsgType : CAPF_MSG_AUTH_REQ
10:00:00.300 | debug MsgType : CAPF_MSG_REQ_IN_PROGRESS
10:14:00.000 | debug 3:SEP000000000003:CAPF CORE: Rcvd Event: CAPF_EV_REQUEST_IN_PROGRESS in State: CAPF_STATE_AWAIT_KEY_GEN_RES
11:00:00.000 | debug 4:UNKNOWN:Got a new ph conn 10.0.0.4 on 16
11:00:00.100 | debug MsgType : CAPF_MSG_AUTH_REQ
`, "messages", "result", "key_gen_seconds")
	same(t, got, `
1-4 SEP000000000003 10.0.0.3 messages=AUTH_REQ,REQ_IN_PROGRESS result=unknown key_gen_seconds=
5-6  10.0.0.4 messages=AUTH_REQ result=unknown key_gen_seconds=`)
	// As many sessions as are open at once, and their messages, are bounded.
	var b strings.Builder
	for i := range maxSessions + 10 {
		fmt.Fprintf(&b, "10:00:00.000 | debug %d:SEP%012X:CAPF CORE: Rcvd Event: CAPF_EV_A in State: CAPF_STATE_B\n10:00:00.000 | debug MsgType : CAPF_MSG_AUTH_RES\n", i, i)
	}
	for range maxMessages + 5 {
		b.WriteString("10:00:00.000 | debug MsgType : CAPF_MSG_REQ_IN_PROGRESS\n")
	}
	got = sessions(t, b.String(), "messages_more")
	if len(got) != maxSessions+10 || !strings.HasSuffix(got[len(got)-1], "messages_more=6") {
		t.Errorf("%d sessions, last %s", len(got), got[len(got)-1])
	}
}

// A session that the authority behind CAPF let down. The names are those of
// libEST; the sentence around is of no publication.
func TestCAPFAuthority(t *testing.T) {
	got, events, sum := scan(t, `10:00:00.000 | debug 3:UNKNOWN:Got a new ph conn 10.0.0.3 on 15
10:00:00.200 | debug MsgType : CAPF_MSG_KEY_GEN_RES
10:00:01.000 | debug 3:SEP000000000003:enrollment ended, rv (EST_ERR_SSL_CONNECT).
`, "error", "conn")
	same(t, got, `
1 capf_phone_connection conn=3
2 capf_key_gen_res conn=3
3 capf_ca_error error=SSL_CONNECT conn=3
1 capf_session conn=3`)
	if sum.Unknown != 0 || events[2].Phone != "SEP000000000003" || events[3].Detail["result"] != "unknown" {
		t.Errorf("%+v %+v", events, sum)
	}
}

package gather_test

import (
	"fmt"
	"strings"
	"testing"

	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// capfTrace is what CAPF prints of a phone's message, with its dump as TVS, which
// shares the code, prints one.
func capfTrace(body []byte, show int, msg string) string {
	var b strings.Builder
	b.WriteString("10:03:06.983 |   debug 3:UNKNOWN:Got a new ph conn 14.48.44.202 on 15\n")
	b.WriteString("10:03:21.148 |   debug 3:SEP0011215A1AE3:Incoming Phone Msg:\n")
	fmt.Fprintf(&b, "HEX_DUMP: Len = %d:\n", len(body))
	for i := 0; i < min(show, len(body)); i += 8 {
		fmt.Fprintf(&b, "10:03:21.148 |   debug % x\n", body[i:min(i+8, min(show, len(body)))])
	}
	fmt.Fprintf(&b, "10:03:21.158 |   debug MsgType               : CAPF_MSG_%s\n", msg)
	return b.String()
}

// authResponse is a phone that gives its name and an authentication string, by
// the layout of the published CAPF Protocol Specification of Jabber4Linux.
func authResponse() []byte {
	element := func(tag byte, v string) []byte { return append([]byte{tag, 0, byte(len(v))}, v...) }
	body := append(element(13, "SEP0011215A1AE3\x00"), element(11, "1234567\x00")...)
	return append([]byte{0x55, 2, 0, 0, 0, 7, 0, byte(len(body))}, body...)
}

// TestCAPFDump: the dump of a message to CAPF is decoded, also cut short, and
// the string that somebody typed is nowhere.
func TestCAPFDump(t *testing.T) {
	msg := authResponse()
	const secret = "31323334353637"
	for _, show := range []int{len(msg), 20} {
		in := textInput("capf00000001.txt", capfTrace(msg, show, "AUTH_RES"))
		all := gather.Decode(in, gather.Options{}).Events
		gather.Events(in, gather.Options{}, func(e *evidence.Event) { all = append(all, *e) })
		found := 0
		for _, e := range all {
			if s := fmt.Sprint(e); strings.Contains(s, "1234567") || strings.Contains(s, secret) {
				t.Errorf("the authentication string is in %s: %s", e.Event, s)
			}
			if e.Event != "capf_message" {
				continue
			}
			found++
			if show == len(msg) && (e.Detail["device"] != "SEP0011215A1AE3" || e.Detail["authentication_string"] != "7 characters" || e.Detail["problem"] != "") {
				t.Errorf("%v", e.Detail)
			}
			if show < len(msg) && !strings.Contains(e.Detail["problem"], "the dump ends before the") {
				t.Errorf("cut: %v", e.Detail)
			}
		}
		if found != 2 {
			t.Errorf("%d messages: %v", found, all)
		}
	}
}

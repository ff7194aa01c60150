package lines

import (
	"strings"
	"testing"
)

// The line is that of Cisco TechNote 116232 as a browser copies it.
func TestNoBreakSpaces(t *testing.T) {
	r := NewReader(strings.NewReader("15:21:02.010 |\u00a0\u00a0 debug\u00a0 MsgType\u00a0: TVS_MSG_CERT_VERIFICATION_REQ\n"))
	if !r.Next() {
		t.Fatal("nothing read")
	}
	if got, want := string(r.Chunk()), "15:21:02.010 |     debug   MsgType  : TVS_MSG_CERT_VERIFICATION_REQ\n"; got != want {
		t.Errorf("read %q, want %q", got, want)
	}
}

// A publication leaves its entities in the text, wherever the log had a colon.
func TestColonEntities(t *testing.T) {
	for in, want := range map[string]string{
		"3313 NOT Nov 29 06&colon;33&#58;59.9 SECUREAPP-/serialNumber=PID&#x3a;CP-8861\n": "3313 NOT Nov 29 06:33:59.9 SECUREAPP-/serialNumber=PID:CP-8861\n",
		"&colon;&colon;a&colon;&#x3A;": "::a::",
		"a &amp; b &colo; c\n":         "a &amp; b &colo; c\n",
	} {
		r := NewReader(strings.NewReader(in))
		if !r.Next() {
			t.Fatal("nothing read")
		}
		if got := string(r.Chunk()); got != want {
			t.Errorf("read %q, want %q", got, want)
		}
	}
}

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

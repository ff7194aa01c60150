package gather

import (
	"net/netip"
	"testing"

	"trustline/correlate/evidence"
	"trustline/dissect"
)

// HEAD fetches nothing: only that the file is missing is told.
func TestHeadIsNoTransfer(t *testing.T) {
	d := newDecoder(Options{})
	d.in = &evidence.Input{Name: "x.pcap"}
	h := &captureHandler{d: d}
	code := 404
	for _, tr := range []dissect.Transfer{
		{Method: "HEAD", Outcome: dissect.OutcomeComplete},
		{Method: "HEAD", Outcome: dissect.OutcomeError, ErrorCode: &code},
		{Method: "GET", Outcome: dissect.OutcomeComplete},
	} {
		tr.Proto, tr.Client, tr.Server = "http", netip.MustParseAddrPort("10.0.0.9:40000"), netip.MustParseAddrPort("10.0.0.1:6970")
		h.Transfer(&tr)
	}
	if e := d.b.Events; len(e) != 2 || e[0].Transfer.Outcome != "error" || e[1].Transfer.Outcome != "complete" {
		t.Errorf("%+v", e)
	}
	if len(h.clients) != 1 {
		t.Errorf("clients %v", h.clients)
	}
}

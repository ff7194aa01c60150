package correlate_test

import (
	"io"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/correlate/gather"
)

// ticket holds what an engineer pasted, in the forms of Cisco TechNotes 116232
// and 118892, of the CLI reference guide 12.5, and of the Cisco expert webcast of
// 3 April 2012.
const ticket = `The phone does not register.

jasburns@host ~ $ tftp 14.48.44.80
tftp> get ITLSEP0011215A1AE3.tlv
Received 5438 bytes in 0.0 seconds
jasburns@host ~ $ md5sum ITLSEP0011215A1AE3.tlv
b61910bb01d8d3a1c1b36526cc9f2ddc  ITLSEP0011215A1AE3.tlv

admin:show version active
Active Master Version: 11.5.1.12900-21
Cisco Trust Verification Service[STOPPED]  Commanded Out of Service

44036  1001.16861  14.160.112.118  14.160.112.101  TFTP  73 Read Request, File: CTLSEP0011215A1AE.tlv, Transfer type: octet
44037  1001.17000  14.160.112.101  14.160.112.118  TFTP  60 Error Code, Code: File not found, Message: File not found

ITL File: b61910bb01d8d3a1c1b36526cc9f2ddc
`

// From the text to the report: the menu's hash is what the phone holds, the rows
// are its own, the release is known, and nobody is accused of anything.
func TestTicket(t *testing.T) {
	b := gather.Decode(gather.Input{Name: "ticket.txt", Size: int64(len(ticket)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(ticket)), nil }}, gather.Options{})
	r := correlate.Judge(b, correlate.Options{})
	if len(r.Phones) != 1 || r.Phones[0].Name != "SEP0011215A1AE3" {
		t.Fatalf("phones %+v", r.Phones)
	}
	p := r.Phones[0]
	if md5 := p.Trust.ITL.MD5; md5 == nil || *md5 != "b61910bb01d8d3a1c1b36526cc9f2ddc" {
		t.Errorf("the menu's hash is not what the phone holds: %+v", p.Trust.ITL)
	}
	want := map[string]bool{"menu_hash": true, "packet_row": true, "operator_tftp_get": true, "file_hash": true, "operator_fact": true}
	for _, e := range p.Timeline {
		delete(want, e.Event)
	}
	if len(want) > 0 {
		t.Errorf("not in the timeline: %v", want)
	}
	stopped := false
	for _, e := range r.Unassigned {
		stopped = stopped || e.Event == "service_state" && e.Summary == "Cisco Trust Verification Service: stopped, Commanded Out of Service"
	}
	if !stopped {
		t.Errorf("the stopped service is not told: %+v", r.Unassigned)
	}
	if p.Verdict.Class != correlate.ClassInconclusive {
		t.Errorf("verdict %+v", p.Verdict)
	}
}

package tls

import "bytes"

// foreign notes that a side does not speak TLS. The octets that were gathered
// to decide it stand in d.buf, more of the same frame in rest.
func (s *Stream) foreign(d *side, rest []byte) {
	head := append(append([]byte(nil), d.buf...), rest[:min(len(rest), maxHead)]...)
	head = head[:min(len(head), maxHead)]
	d.state, d.buf = stateForeign, nil
	if s.h.Foreign == nil {
		s.h.Foreign = &Foreign{Mark: d.mark, FromServer: d.server, Protocol: protocolOf(head), Head: head}
		s.step(d, d.mark, "not_tls", 'q', len(head))
		s.problem("%s speaks no TLS in frame %d (%q)", d.name(), d.mark.Frame, head)
	}
}

// moreForeign names the protocol when the first octets came one by one.
func (s *Stream) moreForeign(b []byte) {
	f := s.h.Foreign
	if f == nil || f.Protocol != "unknown" || len(f.Head) >= maxHead {
		return
	}
	f.Head = append(f.Head, b[:min(len(b), maxHead-len(f.Head))]...)
	f.Protocol = protocolOf(f.Head)
}

// protocolOf names a protocol by its first octets. TVS and CAPF messages in
// the clear begin with 0x57 and 0x55 (usecallmanager.nz tvsd and capfd); an
// SCCP message begins with its length, little endian, and four octets that are
// zero or a small version (Wireshark's skinny dissector).
func protocolOf(b []byte) string {
	for _, p := range []struct{ head, name string }{
		{"GET ", "http"}, {"POST ", "http"}, {"HEAD ", "http"}, {"PUT ", "http"},
		{"CONNECT ", "http"}, {"OPTIONS /", "http"}, {"HTTP/", "http"},
		{"SSH-", "ssh"}, {"SIP/2.0", "sip"}, {"REGISTER ", "sip"}, {"INVITE ", "sip"},
		{"OPTIONS sip:", "sip"}, {"REFER ", "sip"}, {"SUBSCRIBE ", "sip"}, {"NOTIFY ", "sip"},
	} {
		if bytes.HasPrefix(b, []byte(p.head)) {
			return p.name
		}
	}
	switch {
	case len(b) >= 3 && b[0] == 0x57 && b[1] == 1 && b[2] >= 1 && b[2] <= 4:
		return "tvs"
	case len(b) >= 2 && b[0] == 0x55 && b[1] >= 1 && b[1] <= 23:
		return "capf"
	case len(b) >= 8 && b[1] <= 8 && b[2] == 0 && b[3] == 0 && b[4] < 0x20 && b[5] == 0 && b[6] == 0 && b[7] == 0:
		return "sccp"
	case len(b) >= 5 && isSSL2ServerHello(b):
		return "ssl2"
	}
	return "unknown"
}

package correlate

import (
	"math"
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

// wantOffset checks the measured offset of a source and that a pair of a kind
// stands behind it.
func wantOffset(t *testing.T, s *scene, source string, low, high float64, kind string) {
	t.Helper()
	r := Judge(s.b, Options{})
	c := clockOfSource(t, r, source, 0)
	if math.Abs(c.OffsetLow-low) > 1e-6 || math.Abs(c.OffsetHigh-high) > 1e-6 {
		t.Errorf("offset [%f, %f], want [%f, %f]; %s", c.OffsetLow, c.OffsetHigh, low, high, c.Note)
	}
	for _, p := range c.Pairs {
		if strings.Contains(p.Kind, kind) {
			return
		}
	}
	t.Errorf("no pair %q in %+v", kind, c.Pairs)
}

// peerOf fills in what tvstrace makes of "~192.0.2.11~51909" and "IPAddr=, Port=".
func peerOf(peer string) func(*evidence.Event) {
	return func(e *evidence.Event) { e.Address, e.Detail["peer"] = hostOf(peer), peer }
}

// The trace of the TFTP service names the port of the request: it needs no phone
// and no file name. The log is that of Cisco TechNote 214528, in form.
func TestAnchorRequestPort(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	const file = "ITL" + phoneName + ".tlv"
	s.transfer(0, file, "only")
	s.transfer(500, file, "only")
	s.b.Events[1].Transfer.Client = phoneIP + ":50001"
	// 22:13:20 UTC is 17:13:20 in the trace; it is logged 5 ms after the request.
	s.add(line("ctftp", "ctftp-sdi", "tftp_rrq", "17:13:20.005", peerOf(phoneIP+":50000"), with("file", file)))
	wantOffset(t, s, "ctftp", 17999.995, 18000.015, "from this port")
	// The port of the other request says that the other is meant.
	s.b.Events[2].Detail["peer"] = phoneIP + ":50001"
	wantOffset(t, s, "ctftp", 18499.995, 18500.015, "from this port")
}

// Call control names the port of an accepted connection (Cisco Support Community
// document DOC-18834).
func TestAnchorAcceptedPort(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	s.transfer(-1, "ITL"+phoneName+".tlv", "only")
	m := map[string]evidence.Mark{"syn": s.mark(0), "server_data": s.mark(0.2)}
	c := &evidence.TLS{Client: phoneIP + ":51948", Server: nodeA + ":2443", Service: "sccp-tls", Outcome: "established", Marks: m, Syns: []evidence.Mark{m["syn"]}}
	s.add(evidence.Event{Kind: "event", Place: evidence.Place{Input: "cap", Frame: m["syn"].Frame}, Clock: m["syn"].Clock, Dialect: "capture", Event: "tls_connection", Address: phoneIP, TLS: c, Detail: map[string]string{}},
		line("ccm", "ccm-sdi", "connection_accepted", "22:13:30.050", peerOf(phoneIP+":51948"), with("port", "51948")))
	wantOffset(t, s, "ccm", -10.05, -9.85, "from this port")
	s.b.Events[len(s.b.Events)-1].Detail["peer"] = phoneIP + ":51949"
	for _, c := range Judge(s.b, Options{}).Clocks {
		if c.Source == "ccm" {
			t.Errorf("paired with another port: %+v", c)
		}
	}
}

// A CAPF trace and the captured connection to TCP 3804.
func TestAnchorCAPF(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	s.transfer(-1, "ITL"+phoneName+".tlv", "only")
	m := map[string]evidence.Mark{"syn": s.mark(0), "client_finished_ccs": s.mark(0.1), "server_data": s.mark(0.15)}
	c := &evidence.TLS{Client: phoneIP + ":52000", Server: nodeA + ":3804", Service: "capf", Outcome: "established", Marks: m, Syns: []evidence.Mark{m["syn"]}}
	s.add(evidence.Event{Kind: "event", Place: evidence.Place{Input: "cap", Frame: m["syn"].Frame}, Clock: m["syn"].Clock, Dialect: "capture", Event: "tls_connection", Address: phoneIP, TLS: c, Detail: map[string]string{}},
		line("capf", "capf-sdi", "capf_phone_connection", "22:13:18.010", of("", phoneIP)),
		line("capf", "capf-sdi", "capf_tls_handshake_ok", "22:13:18.120", of("", phoneIP), at(2)))
	wantOffset(t, s, "capf", 1.99, 2.03, "handshake done before CAPF's first message")
}

// Two questions lie within a second; their number of bytes says which is which.
func TestAnchorBytes(t *testing.T) {
	b := bundle(
		line("console", "phone-secureapp", "tvs_query_cert_request", "10:00:00.000000", of(phoneName, phoneIP), with("bytes", "153")),
		line("console", "phone-secureapp", "tvs_response", "10:00:00.010000", of(phoneName, ""), with("bytes", "1480"), at(2)),
		line("tvs", "tvs-sdi", "tvs_query_cert_req", "10:00:05.005", of("", phoneIP), with("len", "153")),
		line("tvs", "tvs-sdi", "tvs_query_cert_res", "10:00:05.006", of("", phoneIP), with("msg_len", "1480"), at(2)),
		line("tvs", "tvs-sdi", "tvs_query_cert_req", "10:00:00.004", of("", phoneIP), with("len", "201"), at(3)),
		line("tvs", "tvs-sdi", "tvs_query_cert_res", "10:00:00.005", of("", phoneIP), with("msg_len", "900"), at(4)),
	)
	c := clockOfSource(t, Judge(b, Options{}), "console", 0)
	if math.Abs(c.OffsetLow-4.996) > 1e-6 || math.Abs(c.OffsetHigh-5.005) > 1e-6 {
		t.Errorf("offset [%f, %f], want [4.996, 5.005]", c.OffsetLow, c.OffsetHigh)
	}
}

// TVS was asked for the certificate that the phone had just been shown on an
// HTTPS connection: by its serial the trace and the capture belong together.
func TestAnchorSerial(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	s.transfer(-1, "ITL"+phoneName+".tlv", "only")
	for i, serial := range []string{"0c01", "0c02"} {
		at := float64(i) * 100
		m := map[string]evidence.Mark{"syn": s.mark(at), "server_certificate": s.mark(at + 0.1), "client_finished_ccs": s.mark(at + 0.4)}
		c := &evidence.TLS{Client: phoneIP + ":52000", Server: nodeA + ":8443", Service: "https", Outcome: "established", Marks: m, Syns: []evidence.Mark{m["syn"]}, ServerCertificates: []string{s.cert(serial)}}
		s.add(evidence.Event{Kind: "event", Place: evidence.Place{Input: "cap", Frame: m["syn"].Frame}, Clock: m["syn"].Clock, Dialect: "capture", Event: "tls_connection", Address: phoneIP, TLS: c, Detail: map[string]string{}})
	}
	s.add(line("tvs", "tvs-sdi", "tvs_query", "22:15:00.200", of("", phoneIP), with("type", "verify"), with("serial", "0C02")))
	wantOffset(t, s, "tvs", -0.1, 0.2, "certificate asked for")
}

// The parts of a rotated trace share a clock, whether or not a phone is in each.
func TestPartsOfATraceShareAClock(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	s.transfer(0, "ITL"+phoneName+".tlv", "only")
	s.add(line("ctftp1", "ctftp-sdi", "tftp_rrq", "17:13:20.005", peerOf(phoneIP+":50000")),
		line("ctftp2", "ctftp-sdi", "alarm", "17:20:00.000"))
	for i := range s.b.Header.Inputs {
		if in := &s.b.Header.Inputs[i]; strings.HasPrefix(in.Name, "ctftp") {
			in.Series = &evidence.Series{Name: "ctftp1", Part: i, Parts: 2}
		}
	}
	wantTime(t, Judge(s.b, Options{}), "ctftp2", 1, "2023-11-14T22:20:00.00Z")
}

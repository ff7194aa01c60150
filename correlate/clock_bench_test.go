package correlate

import (
	"fmt"
	"testing"

	"trustline/correlate/evidence"
)

// many is a cluster of n phones in one capture, each with a console of its own
// and questions in one TVS trace; some two hundred events a phone.
func many(n int) *evidence.Bundle {
	b := &evidence.Bundle{Header: evidence.Header{Schema: evidence.Schema, Inputs: []evidence.Input{{Name: "cap", Kind: "pcap"}, {Name: "tvs", Kind: "tvs-sdi"}}}}
	b.Objects = append(b.Objects, evidence.Object{Kind: "object", Object: "list", ID: "itl1", Places: []evidence.Place{{Input: "cap", Frame: 1}}, List: &evidence.List{Type: "itl", Origin: "binary", File: "ITLFile.tlv", HeaderLength: 296, Length: 4000, SHA1: "itl1", MD5: "itl1", SHA256: "itl1",
		Signer: evidence.Signer{Name: "CN=cucm-a1", Issuer: "CN=cucm-a1", Serial: "aa01"}, Status: "valid", Records: []evidence.Record{{Number: 1, Functions: []string{"SAST"}, Serial: "aa01", Subject: "CN=cucm-a1", Issuer: "CN=cucm-a1", Hash: "x"}}}})
	b.Objects = append(b.Objects, evidence.Object{Kind: "object", Object: "certificate", ID: "tvscert", Certificate: &evidence.Certificate{Subject: "CN=cucm-a1", Issuer: "CN=cucm-a1", Serial: "bb01", SHA1: "hb", SHA256: "tvscert"}})
	frame, tl := 0, 0
	clock := func(sec float64, off int64) *evidence.Clock {
		return &evidence.Clock{Dated: off == 0, Seconds: 1700000000 + int64(sec) - off, Nanos: int32((sec - float64(int64(sec))) * 1e9), Step: 1e-6, Text: "x"}
	}
	mark := func(sec float64) evidence.Mark { frame++; return evidence.Mark{Frame: frame, Clock: clock(sec, 0)} }
	for i := range n {
		name, ip, input := fmt.Sprintf("SEP%012X", i+1), fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255), fmt.Sprintf("console%05d", i)
		b.Header.Inputs = append(b.Header.Inputs, evidence.Input{Name: input, Kind: "phone-secd"})
		at := float64(i) * 0.05
		con := func(l int, sec float64, event string, d map[string]string) {
			if d == nil {
				d = map[string]string{}
			}
			b.Events = append(b.Events, evidence.Event{Kind: "event", Place: evidence.Place{Input: input, Line: l}, Clock: clock(sec, 1699956000), Dialect: "phone-secd", Event: event, Phone: name, Text: event, Detail: d})
		}
		trace := func(sec float64, event string) {
			tl++
			b.Events = append(b.Events, evidence.Event{Kind: "event", Place: evidence.Place{Input: "tvs", Line: tl}, Clock: clock(sec, 1699960000), Dialect: "tvs-sdi", Event: event, Address: ip, Text: event, Detail: map[string]string{}})
		}
		l := 0
		for _, file := range []string{"CTL" + name + ".tlv", "ITL" + name + ".tlv", name + ".cnf.xml.sgn"} {
			start, end := mark(at), mark(at+0.02)
			t := &evidence.Transfer{Proto: "tftp", Op: "read", Client: ip + ":50000", Server: "10.250.0.1:69", File: file, Outcome: "complete", Bytes: 4000, Object: "itl1", End: &end}
			b.Events = append(b.Events, evidence.Event{Kind: "event", Place: evidence.Place{Input: "cap", Frame: start.Frame}, Clock: start.Clock, Dialect: "capture", Event: "transfer", Address: ip, Server: t.Server, Transfer: t, Detail: map[string]string{}})
			l++
			con(l, at+0.01, "file_request", map[string]string{"file": file})
			l++
			con(l, at+0.03, "file_download_done", map[string]string{"file": file, "bytes": "4000"})
			at += 0.1
			m := map[string]evidence.Mark{"syn": mark(at), "syn_ack": mark(at + 0.001), "server_certificate": mark(at + 0.01), "client_finished_ccs": mark(at + 0.02), "client_data": mark(at + 0.03), "server_data": mark(at + 0.04)}
			c := &evidence.TLS{Client: ip + ":40000", Server: "10.250.0.1:2445", Service: "tvs", Outcome: "established", Marks: m, Syns: []evidence.Mark{m["syn"]}, ServerCertificates: []string{"tvscert"}}
			b.Events = append(b.Events, evidence.Event{Kind: "event", Place: evidence.Place{Input: "cap", Frame: m["syn"].Frame}, Clock: m["syn"].Clock, Dialect: "capture", Event: "tls_connection", Address: ip, Server: c.Server, TLS: c, Detail: map[string]string{}})
			trace(at+0.005, "tvs_phone_connection")
			trace(at+0.025, "tvs_tls_handshake_ok")
			trace(at+0.032, "tvs_query_cert_req")
			trace(at+0.033, "tvs_query_cert_res")
			for _, ev := range []string{"tvs_connect_attempt", "tcp_connected", "tvs_cert_verified", "tvs_cert_auth_sent", "tvs_cert_auth_response"} {
				l++
				con(l, at+0.01+float64(l%5)*0.005, ev, nil)
			}
			at += 0.1
		}
		for len(b.Events)%200 != 0 {
			l++
			con(l, at+float64(l)*0.01, "trust_list_search", nil)
		}
		b.Coverage = append(b.Coverage, evidence.Coverage{Kind: "coverage", Input: input, Service: "console", From: clock(at-1, 1699956000), To: clock(at+2, 1699956000), Gaps: []string{}},
			evidence.Coverage{Kind: "coverage", Input: "cap", Service: "capture", Address: ip, From: clock(0, 0), To: clock(at+10, 0), Sent: true, Got: true, Gaps: []string{}})
	}
	return b
}

func BenchmarkPhones(bench *testing.B) {
	for _, n := range []int{250, 500, 1000} {
		b := many(n)
		bench.Run(fmt.Sprint(n), func(bench *testing.B) {
			for range bench.N {
				Judge(b, Options{})
			}
		})
	}
}

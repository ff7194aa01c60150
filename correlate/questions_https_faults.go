package correlate

import (
	"fmt"
	"slices"
)

var _ = register(
	Question{"https-refused-by-phone", "Did the phone give up an HTTPS server because nothing vouched for its certificate?", httpsRefusedByPhone},
	Question{"https-opened-later", "Did the phone open the same HTTPS server afterwards?", httpsOpenedLater},
)

// serviceWait is how long the phone works on one HTTPS connection: its caches,
// every TVS in turn, and the answer.
const serviceWait = 60.0

// httpsRefusedByPhone wants the symptom and the failed question together: the
// certificate was in no list, and TVS did not answer yes. On the wire the phone
// ends the connection between the server's certificate and its own
// ChangeCipherSpec while a TVS exchange failed within ten seconds; it also drops
// such a connection while it asks, and comes back.
func httpsRefusedByPhone(v *view) Answer {
	for _, n := range slices.Backward(v.p.all) {
		if n.is("https_cert_not_in_trust_list") {
			if fail := v.serviceFailed(n); fail != nil {
				return yes(fmt.Sprintf("the certificate of %s is in no list of the phone, and no TVS vouched for it", firstOf(n.e().Server, "an HTTPS server")), append([]*entry{n}, fail...)...)
			}
		}
	}
	for _, n := range slices.Backward(v.p.conns) {
		t := n.e().TLS
		if t.Service != "https" || t.Hidden || failedState(t) != "refused-by-phone" {
			continue
		}
		if _, data := t.Marks["server_data"]; data {
			continue
		}
		for _, c := range v.p.conns {
			d, ok := c.at.sub(n.at)
			if ok && d > -10 && d < 10 && c.e().TLS.Service == "tvs" && (c.e().TLS.Outcome == "no-answer" || c.e().TLS.Outcome == "refused" || failedState(c.e().TLS) != "unclear") && c.e().TLS.Outcome != "established" {
				return yes(fmt.Sprintf("the phone ended its connection to %s after it saw the certificate, while its question to TVS failed", n.e().Server), n, c)
			}
		}
	}
	return unknown("no HTTPS server that the phone gave up for want of trust is in evidence")
}

// serviceFailed gives what shows that the connection behind a "not in CTL" line
// failed: a refusing answer, the TLS failure, or a log that goes on without the
// line of success.
func (v *view) serviceFailed(from *entry) []*entry {
	last := from
	for _, m := range v.p.all {
		d, ok := m.at.sub(from.at)
		if !ok || m.e() == nil || d < 0 || m == from {
			continue
		}
		if m.place.Input == from.place.Input {
			last = m
		}
		if d > serviceWait {
			break
		}
		switch {
		case m.is("https_authenticated_via_tvs", "http_ok", "http_response"), m.is("tvs_cert_auth_response") && m.detail("status") == "0",
			m.is("tvs_query") && m.detail("result") == "found" && m.detail("type") == "verify":
			return nil
		case m.is("tvs_cert_auth_response"), m.is("tvs_query") && m.detail("result") == "not-found" && m.detail("type") == "verify":
			return []*entry{m}
		case m.is("tls_handshake_failed", "tls_alert_sent") && (hostOf(m.e().Server) == hostOf(from.e().Server) || portOf(m.e().Server) == "2445"):
			return []*entry{m}
		}
	}
	if d, ok := last.at.sub(from.at); ok && d >= logWait && !v.holeAfter(from, last) {
		return []*entry{last}
	}
	for _, c := range v.p.conns { // the capture shows that no TVS came to speak
		d, ok := c.at.sub(from.at)
		if ok && d > -2 && d < serviceWait && c.e().TLS.Service == "tvs" && (c.e().TLS.Outcome == "no-answer" || c.e().TLS.Outcome == "refused" || failedState(c.e().TLS) != "unclear") && !v.yes("tvs-reached") {
			return []*entry{c}
		}
	}
	return nil
}

func httpsOpenedLater(v *view) Answer {
	a := v.ask("https-refused-by-phone")
	if a.Value != Yes {
		return unknown("no HTTPS server that the phone gave up is in evidence")
	}
	bad := a.Evidence[0]
	for _, n := range v.p.all {
		d, ok := n.at.sub(bad.at)
		if !ok || d <= 0 {
			continue
		}
		switch {
		case n.is("https_authenticated_via_tvs"):
			return yes("the phone accepted an HTTPS server on the word of TVS afterwards", n)
		case n.e() != nil && n.e().TLS != nil && n.e().TLS.Service == "https" && n.e().TLS.Outcome == "established" && hostOf(n.e().Server) == hostOf(bad.e().Server):
			return yes("the phone opened "+n.e().Server+" afterwards", n)
		}
	}
	return unknown("no later success is in evidence")
}

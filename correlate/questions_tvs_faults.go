package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"tvs-port-closed", "Did a TVS host refuse the connection to port 2445, and no TVS answer?", tvsPortClosed},
	Question{"tvs-handshake-refused", "Did TVS end the TLS handshake before it showed a certificate?", tvsHandshakeRefused},
	Question{"tvs-does-not-vouch", "Did TVS answer that it does not know the certificate, or not in the role wanted?", tvsDoesNotVouch},
	Question{"tvs-vouched-later", "Did TVS vouch for the same certificate afterwards?", tvsVouchedLater},
	Question{"taken-all-the-same", "Did the phone take the file whose signer that TVS did not know?", takenAllTheSame},
	Question{"tvs-left-without-answer", "Did TVS leave a question without any answer?", tvsLeftWithoutAnswer},
	Question{"tvs-name-unresolved", "Did the phone fail to resolve the name of one of its TVS servers?", tvsNameUnresolved},
	Question{"answer-from-cache", "Did the phone take a certificate on an answer of TVS that it had kept?", answerFromCache},
	Question{"changed-since-cached", "Has the servers' truth changed since that answer was kept?", changedSinceCached},
)

// tvsPortClosed wants the refusal itself: a reset or an ICMP error.
func tvsPortClosed(v *view) Answer {
	servers, _ := v.tvsServers()
	var ev []*entry
	var said []string
	for _, s := range servers {
		if len(s.accepted()) > 0 {
			return no("TVS "+s.address+" answered", s.accepted()...)
		}
		if closed := s.inState("port-closed"); len(closed) > 0 {
			said = append(said, fmt.Sprintf("%s (%d times)", s.address, len(closed)))
			ev = append(ev, closed...)
		}
	}
	if len(said) == 0 {
		return unknown("no refused connection to port 2445 is in evidence")
	}
	return yes("port 2445 is closed on "+strings.Join(said, ", ")+": the connection was refused at once", ev...)
}

// tvsHandshakeRefused looks at contacts that the server ended before it showed
// its certificate: nothing was judged, so trust is not the question.
func tvsHandshakeRefused(v *view) Answer {
	servers, _ := v.tvsServers()
	for _, s := range servers {
		for i := len(s.tries) - 1; i >= 0; i-- {
			t := s.tries[i]
			if t.state == "accepted" {
				break
			}
			if t.state != "refused-by-server" {
				continue
			}
			if t.n.e().TLS == nil {
				return yes(fmt.Sprintf("TVS %s ended the handshake: %s", s.address, quoteLine(t.log)), append([]*entry{t.n}, t.log...)...)
			}
			if _, cert := t.n.e().TLS.Marks["server_certificate"]; cert {
				continue
			}
			what := "closed the handshake"
			for _, a := range t.n.e().TLS.Alerts {
				if a.From == "server" {
					what = fmt.Sprintf("answered the phone's hello with the alert %s", a.Description)
				}
			}
			return yes(fmt.Sprintf("TVS %s %s before any certificate was shown (the phone offers at most %s)", s.address, what, firstOf(t.n.e().TLS.ClientVersion, "an unknown version")), t.n)
		}
	}
	return unknown("no TVS handshake that the server refused is in evidence")
}

// tvsDoesNotVouch reads the end of each question, never its lines: a miss in
// one cache and a hit in the other is an answer.
func tvsDoesNotVouch(v *view) Answer {
	for _, n := range slices.Backward(v.p.all) {
		switch {
		case n.is("tvs_query") && n.detail("result") == "not-found":
			what := "serial " + firstOf(n.detail("serial"), "not printed")
			if i := commonName(n.detail("issuer")); i != "" {
				what += ", issued by " + i
			}
			return yes(fmt.Sprintf("TVS was asked for a certificate (%s) and found it in none of its caches", what), n)
		case n.is("tvs_query") && n.detail("result") == "found" && n.detail("type") == "query" && v.roleMissing(n) != "":
			return yes(v.roleMissing(n), n)
		case n.is("tvs_cert_auth_response") && n.detail("status") != "" && n.detail("status") != "0":
			return yes("TVS answered the phone with status "+n.detail("status")+" (0 would be found)", n)
		}
	}
	return unknown("no refusing answer of TVS is in evidence")
}

// roleMissing says why an answer does not count although the certificate was
// found: a list needs a signer in the role SAST. Which file the question was
// about is known when its signer's serial is.
func (v *view) roleMissing(n *entry) string {
	roles := strings.FieldsFunc(n.detail("roles"), func(r rune) bool { return r < '0' || r > '9' })
	if len(roles) == 0 || slices.Contains(roles, "0") {
		return ""
	}
	for _, a := range v.p.attempts {
		if a.kind != "ctl" && a.kind != "itl" || a.list == nil || a.result == Yes || !sameSerial(a.list.l.Signer.Serial, n.detail("serial")) {
			continue
		}
		return fmt.Sprintf("TVS knows the signer of %s (serial %s) but not in the role SAST that a list needs (roles %s)", a.file, n.detail("serial"), strings.Join(roles, ", "))
	}
	return ""
}

func tvsVouchedLater(v *view) Answer {
	a := v.ask("tvs-does-not-vouch")
	if a.Value != Yes {
		return unknown("no refusing answer of TVS is in evidence")
	}
	bad := a.Evidence[0]
	for _, n := range v.p.all {
		if d, ok := n.at.sub(bad.at); ok && d > 0 && v.cures(n, bad) {
			return yes("TVS vouched for it afterwards", n)
		}
	}
	return unknown("no later answer of TVS is in evidence")
}

// cures tells that an answer of TVS is the one that bad was not.
func (v *view) cures(n, bad *entry) bool {
	short := bad.is("tvs_query") && v.roleMissing(bad) != "" // found, and of no use
	return n.is("tvs_query") && n.detail("result") == "found" && (bad.detail("serial") == "" || sameSerial(n.detail("serial"), bad.detail("serial"))) && v.roleMissing(n) == "" ||
		!short && bad.detail("type") != "query" && (n.is("https_authenticated_via_tvs") || n.is("tvs_cert_auth_response") && n.detail("status") == "0")
}

// refusedForGood tells that a refusing answer of TVS is the last word: no other
// answer of unknown date contradicts it, and the file it was about was not fetched
// again with an outcome that nobody saw. An answer for another use of the same key
// may have been kept, and kept answers do not tell what they were for.
func (v *view) refusedForGood() bool {
	bad := v.ask("tvs-does-not-vouch").Evidence[0]
	for _, n := range v.p.all {
		if _, ok := n.at.sub(bad.at); !ok && v.cures(n, bad) {
			return false
		}
	}
	if bad.detail("type") != "query" {
		return true // about a server's certificate
	}
	about, other := map[string]bool{}, true
	for _, a := range v.p.attempts {
		if a.list != nil && sameSerial(a.list.l.Signer.Serial, bad.detail("serial")) {
			about[a.kind], other = true, false
		}
	}
	return !slices.ContainsFunc(v.p.attempts, func(a *attempt) bool {
		return (other || about[a.kind]) && a.result == Unknown && !a.missing && !a.start.before(bad.at)
	})
}

// takenAllTheSame looks for the file that the question was about, by its
// signer's serial: another TVS may have vouched for it.
func takenAllTheSame(v *view) Answer {
	a := v.ask("tvs-does-not-vouch")
	if a.Value != Yes {
		return unknown("no refusing answer of TVS is in evidence")
	}
	bad := a.Evidence[0]
	serial := bad.detail("serial")
	kinds := []string{"ctl", "itl", "config"}
	if bad.is("tvs_query") && v.roleMissing(bad) != "" {
		kinds = kinds[:2] // the role that is missing is that of a list
	}
	for _, kind := range kinds {
		if f := v.p.lastAttempt(kind); f != nil && f.result == Yes && !f.inferred && f.list != nil && sameSerial(f.list.l.Signer.Serial, serial) {
			return yes("the phone took "+f.file+" in the end", slices.Concat(f.evidence(), f.proof)...)
		}
	}
	return unknown("the file that the question was about is not known to be taken")
}

// tvsLeftWithoutAnswer wants a question and ten seconds of a source that would
// have shown the answer.
func tvsLeftWithoutAnswer(v *view) Answer {
	const patience = 10.0
	for i, n := range v.p.all {
		switch {
		case n.is("tvs_cert_auth_sent", "tvs_query_cert_request"):
			answered, last := false, n
			for _, m := range v.p.all[i+1:] {
				if d, ok := m.at.sub(n.at); ok && d < patience && m.is("tvs_query") && m.detail("result") != "unknown" {
					answered = true // by the server's own trace
					break
				}
				if m.e() == nil || m.place.Input != n.place.Input {
					continue
				}
				last = m
				if m.is("tvs_cert_auth_response", "tvs_response", "tvs_cert_cached", "https_authenticated_via_tvs") {
					answered = true
					break
				}
			}
			if d, ok := last.at.sub(n.at); !answered && ok && d >= patience && !v.holeAfter(n, last) {
				return yes(fmt.Sprintf("the phone sent its question to TVS and its log shows no answer in the %.0f s that follow", d), n, last)
			}
		case n.e() != nil && n.e().TLS != nil && n.e().TLS.Service == "tvs" && n.e().TLS.Outcome == "established" && !n.e().TLS.Hidden && !n.e().TLS.Resumed:
			asked, ok1 := n.e().TLS.Marks["client_data"]
			_, ok2 := n.e().TLS.Marks["server_data"]
			ended, ok3 := n.e().TLS.Marks["end"]
			if ok1 && !ok2 && ok3 && ended.Clock != nil && asked.Clock != nil && ns(ended.Clock)-ns(asked.Clock) >= int64(patience*second) {
				return yes(fmt.Sprintf("TVS %s took the phone's question and sent no data until the connection ended", hostOf(n.e().Server)), n)
			}
		}
	}
	return unknown("no question to TVS without an answer is in evidence")
}

// tvsNameUnresolved joins a failed name query with the servers that the phone's
// configuration names.
func tvsNameUnresolved(v *view) Answer {
	a := v.heldConfig()
	if a == nil {
		a = v.p.served("config")
	}
	if a == nil || a.list == nil || a.list.config == nil {
		return unknown("the phone's configuration, which names its servers, is not in evidence")
	}
	for _, name := range slices.Concat(a.list.config.TVS, a.list.config.CallManager) {
		host := strings.ToLower(hostOf(name))
		for _, n := range v.p.all {
			if !n.is("dns_nxdomain", "dns_no_answer", "dns_failed") {
				continue
			}
			asked := strings.ToLower(strings.TrimSuffix(n.detail("name"), "."))
			short, _, _ := strings.Cut(asked, ".")
			if asked != host && short != host {
				continue
			}
			if v.triedAfter(n, host) {
				continue
			}
			return yes(fmt.Sprintf("the phone's configuration names the server %s, and its name query got no address (%s)", name, strings.ReplaceAll(strings.TrimPrefix(n.name, "dns_"), "_", " ")), append([]*entry{n}, a.evidence()...)...)
		}
	}
	return unknown("no failed query for the name of a TVS server is in evidence")
}

// triedAfter tells that the phone contacted a host by TVS after a moment: its
// name was found after all.
func (v *view) triedAfter(n *entry, host string) bool {
	addr := v.resolve(host)
	for _, c := range v.p.conns {
		if c.e().TLS.Service == "tvs" && hostOf(c.e().Server) == addr && n.at.before(c.at) {
			return true
		}
	}
	return false
}

// answerFromCache looks for a certificate accepted within a day of an answer
// that the phone said it keeps, with no question in between in a log without a
// hole.
func answerFromCache(v *view) Answer {
	var kept *entry
	for _, n := range v.p.all {
		switch {
		case n.is("tvs_cert_cached"):
			kept = n
		case n.is("tvs_cache_flushed", "tvs_cache_miss", "tvs_cert_auth_sent", "tvs_query_cert_request"):
			if kept != nil && n.place.Input == kept.place.Input && kept.at.before(n.at) {
				kept = nil
			}
		case n.is("tvs_cache_hit") && kept != nil:
			return yes("the phone used an answer of TVS that it had kept", kept, n)
		case n.is("https_authenticated_via_tvs", "http_ok", "config_verified", "server_cert_valid") && kept != nil:
			d, ok := n.at.sub(kept.at)
			if ok && d > 60 && d < 86400 && n.place.Input == kept.place.Input && !v.holeAfter(kept, n) && v.sawNoTVS(kept, n) {
				return yes(fmt.Sprintf("the phone accepted a certificate %.0f s after it had kept an answer of TVS, and asked nobody in between", d), kept, n)
			}
		}
	}
	return unknown("no use of a kept answer is in evidence")
}

// sawNoTVS tells that a capture covers a span in both directions and holds no
// TVS connection of the phone: one may have been opened before the capture, so
// the span counts only where the capture began before it.
func (v *view) sawNoTVS(a, b *entry) bool {
	if v.k.spokeToTVS(v.p, a.at, b.at) {
		return false
	}
	for _, c := range v.k.rows(v.p, "capture") {
		from, to := v.k.at(c.Input, coverageKind(c), c.From), v.k.at(c.Input, coverageKind(c), c.To)
		d1, ok1 := a.at.sub(from)
		d2, ok2 := to.sub(b.at)
		if ok1 && ok2 && d1 >= 0 && d2 >= 0 && c.Sent && c.Got {
			return true
		}
	}
	return false
}

func changedSinceCached(v *view) Answer {
	a := v.ask("answer-from-cache")
	if a.Value != Yes || len(a.Evidence) < 2 {
		return unknown("no use of a kept answer is in evidence")
	}
	kept, used := a.Evidence[0], a.Evidence[1]
	for _, n := range slices.Concat(v.p.all, v.k.general) {
		if !kept.at.before(n.at) || !n.at.before(used.at) {
			continue
		}
		if n.is("alarm", "syslog_alarm") && strings.Contains(n.detail("alarm"), "Regenerated") {
			return yes("a certificate was regenerated in between: "+n.detail("alarm"), n)
		}
		if n.is("tvs_query") && n.detail("result") == "not-found" {
			return yes("TVS no longer knows a certificate that it was asked for in between", n)
		}
	}
	return no("nothing in evidence says that a certificate changed in between", used)
}

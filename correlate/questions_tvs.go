package correlate

import (
	"fmt"
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

var _ = register(
	Question{"tvs-cert-in-held-itl", "Does a TVS certificate on the wire equal a TVS record of the phone's ITL?", tvsCertInHeldITL},
	Question{"tvs-cert-hash-logged", "Does the console say that the TVS certificate matched the ITL?", tvsHashLogged},
	Question{"tvs-cert-mismatch", "Did the phone end a TVS handshake because the certificate is in no TVS record of its ITL?", tvsCertMismatch},
	Question{"every-tvs-fails-by-certificate", "Does every TVS that the phone can use present a certificate its ITL does not know?", everyTVSFails},
	Question{"tvs-reached", "Did a TLS session with any TVS come about?", tvsReached},
	Question{"tvs-silent", "Did every TVS address that the phone tried stay silent?", tvsSilent},
	Question{"tvs-host-alive", "Did the silent TVS hosts answer on other ports in the same capture?", tvsHostAlive},
	Question{"tvs-vouched-for-list", "Did TVS vouch for the signer of a list the phone then took?", tvsVouchedList},
	Question{"mismatch-healed", "Does the ITL that the phone has taken since hold the certificate it refused?", mismatchHealed},
	Question{"tvs-fallback", "Did one TVS fail and a later one answer?", tvsFallback},
)

// tlsTries lists every captured or logged contact with TVS in order.
func (v *view) tlsTries() []*tvsTry {
	servers, _ := v.tvsServers()
	var out []*tvsTry
	for _, s := range servers {
		out = append(out, s.tries...)
	}
	slices.SortFunc(out, func(a, b *tvsTry) int { return compareEntries(a.n, b.n) })
	return out
}

// tvsCertInHeldITL compares what is presented with what the phone holds now.
// A near miss or a hidden certificate settles nothing.
func tvsCertInHeldITL(v *view) Answer {
	h := v.p.now(iITL)
	if h.list == nil {
		return unknown("the phone's ITL is not in evidence")
	}
	servers, _ := v.tvsServers()
	var seen, hidden []*entry
	var absent string
	for _, s := range servers {
		t := lastPresented(s)
		if t == nil {
			continue
		}
		m := certIn(h.list, t.cert, "TVS")
		if m.state != "match" && v.p.itlTakenSince(t.n.at) {
			continue // it was held against another ITL
		}
		if m.state == "hidden" {
			hidden = append(hidden, t.n)
			continue
		}
		seen = append(seen, t.n)
		if m.state == "match" {
			return yes(fmt.Sprintf("the TVS certificate on the wire from %s (serial %s, SHA-1 %s) is ITL record %d (serial %s, %s)",
				s.address, t.cert.Serial, t.cert.SHA1, m.record.Number, m.record.Serial, hashText(m.record)), slices.Concat([]*entry{t.n}, h.ev)...)
		}
		if m.state == "near-miss" {
			return unknown(fmt.Sprintf("serial %s on the wire and %s in ITL record %d differ by one digit and no hash decides", t.cert.Serial, m.record.Serial, m.record.Number), t.n)
		}
		absent = fmt.Sprintf("%s presents serial %s, which no TVS record of the phone's ITL holds", s.address, t.cert.Serial)
	}
	switch {
	case absent != "":
		return no(absent, slices.Concat(seen, h.ev)...)
	case len(hidden) > 0:
		return unknown("octets of the phone's ITL are missing, and the record of the TVS certificate may stand there", slices.Concat(hidden, h.ev)...)
	}
	return unknown("no TVS certificate on the wire is in evidence")
}

// itlTakenSince tells that the phone took another ITL after a moment. The
// contact by which TVS vouched for that ITL lies between its download and the
// line that says so.
func (p *phone) itlTakenSince(at instant) bool {
	return slices.ContainsFunc(p.states[1:], func(s heldState) bool {
		if s.cause == nil || s.cause.kind != "itl" || s.cause.result != Yes || sameList(s.before[iITL].list, s.after[iITL].list) {
			return false
		}
		for _, n := range s.cause.proof {
			if at.before(n.at) {
				return true
			}
		}
		return at.before(s.at)
	})
}

func hashText(r *evidence.Record) string {
	if r.SHA1 != "" {
		return "certificate SHA-1 " + r.SHA1
	}
	if r.Hash != "" {
		return "CERTHASH " + r.Hash
	}
	return "no hash in the record"
}

// lastPresented gives the last contact in which a certificate was visible.
func lastPresented(s *tvsServer) *tvsTry {
	for i := len(s.tries) - 1; i >= 0; i-- {
		if s.tries[i].cert != nil {
			return s.tries[i]
		}
	}
	return nil
}

func tvsHashLogged(v *view) Answer {
	for i := len(v.p.all) - 1; i >= 0; i-- {
		n := v.p.all[i]
		if n.is("tvs_cert_verified") {
			return yes(fmt.Sprintf("the console says that the TVS certificate matched the hash in the phone's ITL: %q", strings.TrimSpace(n.e().Text)), n)
		}
	}
	return unknown("no console line judges the TVS certificate")
}

func tvsCertMismatch(v *view) Answer {
	servers, _ := v.tvsServers()
	for _, s := range servers {
		t := s.last()
		if t == nil || !t.mismatch {
			continue
		}
		if ok := s.accepted(); len(ok) > 0 && t.n.at.before(ok[len(ok)-1].at) {
			continue
		}
		rec := "no TVS record"
		if t.against.record != nil {
			rec = fmt.Sprintf("record %d for the same name has serial %s, %s", t.against.record.Number, t.against.record.Serial, hashText(t.against.record))
		}
		return yes(fmt.Sprintf("TVS %s presents serial %s, SHA-1 %s; in the phone's ITL %s. The phone %s", s.address, t.cert.Serial, t.cert.SHA1, rec, endText(t.n.e().TLS)),
			slices.Concat([]*entry{t.n}, t.heldITL.ev)...)
	}
	if v.yes("tvs-reached") {
		return no("the phone accepted its TVS", v.ask("tvs-reached").Evidence...)
	}
	for _, s := range servers {
		if t := s.last(); t != nil && t.state == "refused-by-phone" && t.cert != nil && t.heldITL.list == nil {
			return unknown(fmt.Sprintf("the phone refused the certificate of TVS %s (serial %s), but its ITL is not in evidence", s.address, t.cert.Serial), t.n)
		}
	}
	return unknown("no TVS handshake that the phone refused is in evidence")
}

// mismatchHealed looks for the refused certificate in the list held now, where
// the phone took it afterwards.
func mismatchHealed(v *view) Answer {
	servers, _ := v.tvsServers()
	h := v.p.now(iITL)
	healed := ""
	var ev []*entry
	for _, s := range servers {
		t := s.last()
		if t == nil || !t.mismatch {
			continue
		}
		m := certIn(h.list, t.cert, "TVS")
		if m.state == "hidden" {
			return unknown("octets of the phone's ITL are missing", t.n)
		}
		if m.state != "match" || !v.p.itlTakenSince(t.n.at) {
			return no("the phone's ITL does not hold the certificate of TVS "+s.address, t.n)
		}
		healed, ev = fmt.Sprintf("the ITL that the phone has taken since holds the certificate of %s (serial %s) as record %d", s.address, t.cert.Serial, m.record.Number), append(ev, t.n)
	}
	if healed == "" {
		return unknown("no TVS certificate that the phone refused is in evidence")
	}
	return yes(healed, ev...)
}

func endText(t *evidence.TLS) string {
	for _, a := range t.Alerts {
		if a.From == "client" && !a.Encrypted {
			return fmt.Sprintf("answered with the alert %s", a.Description)
		}
	}
	return "closed the connection before finishing the handshake"
}

// everyTVSFails is the second condition of the gate. Network faults and
// unseen or silent servers never prove it: such a server may still vouch.
func everyTVSFails(v *view) Answer {
	h := v.p.now(iITL)
	servers, complete := v.tvsServers()
	var fails, open, closed []string
	var evF, evO []*entry
	for _, s := range servers {
		name := s.address
		if len(s.names) > 0 {
			name = s.names[0] + " (" + s.address + ")"
		}
		if t := lastPresented(s); t != nil && h.list != nil {
			switch m := certIn(h.list, t.cert, "TVS"); m.state {
			case "match":
				return no(fmt.Sprintf("TVS %s presents serial %s, which is record %d of the phone's ITL", name, t.cert.Serial, m.record.Number), slices.Concat([]*entry{t.n}, h.ev)...)
			case "near-miss":
				open, evO = append(open, name+" (near miss of serials)"), append(evO, t.n)
				continue
			case "hidden":
				open, evO = append(open, name+" (octets of the phone's ITL are missing)"), append(evO, t.n)
				continue
			}
			fails, evF = append(fails, fmt.Sprintf("%s (serial %s)", name, t.cert.Serial)), append(evF, t.n)
			continue
		}
		if ok := s.accepted(); len(ok) > 0 && !v.refusedSince(ok[len(ok)-1]) {
			return no(fmt.Sprintf("the phone accepted TVS %s", name), ok[len(ok)-1])
		}
		switch bad := s.inState("silent", "port-closed", "unreachable"); {
		case len(bad) > 0:
			open, evO = append(open, name+" (no answer on port 2445)"), append(evO, bad...)
			closed = append(closed, name)
		default:
			open, evO = append(open, name+" (certificate not seen)"), append(evO, s.from...)
		}
	}
	switch {
	case len(servers) == 0:
		return unknown("no TVS of the phone is in evidence")
	case h.list == nil:
		return unknown("the phone's ITL is not in evidence, so its TVS records are not known", evF...)
	case len(fails) == 0 && (v.yes("tvs-silent") && v.yes("tvs-host-alive") || v.yes("tvs-port-closed") && len(closed) == len(open)):
		return no("only network faults stand in the way: "+strings.Join(open, ", "), evO...)
	case len(open) > 0:
		return unknown("not settled: "+strings.Join(open, ", "), append(evF, evO...)...)
	case !complete:
		return unknown("refused: "+strings.Join(fails, ", ")+"; whether the phone's configuration names further TVS servers is not in evidence", evF...)
	}
	said := "every TVS the phone can use presents a certificate that its ITL does not hold: " + strings.Join(fails, ", ")
	if v.heldConfig() == nil {
		said += "; it asked no other before it rejected what it was served, and the served configuration names no other"
	}
	return yes(said, slices.Concat(evF, h.ev)...)
}

// refusedSince tells that the phone refused a TVS after that moment.
func (v *view) refusedSince(n *entry) bool {
	for _, t := range v.tlsTries() {
		if t.state == "refused-by-phone" && n.at.before(t.n.at) {
			return true
		}
	}
	return false
}

func tvsReached(v *view) Answer {
	var ev []*entry
	for _, t := range v.tlsTries() {
		if t.state == "accepted" {
			ev = append(ev, t.n)
		}
	}
	for _, n := range v.p.all {
		if n.is("tvs_tls_connected", "tvs_tls_handshake_ok", "tvs_cert_auth_response", "tvs_query") {
			ev = append(ev, n)
		}
	}
	if len(ev) > 0 {
		return yes("a TLS session with TVS came about", ev...)
	}
	return unknown("no TLS session with TVS is in evidence")
}

func tvsSilent(v *view) Answer {
	if v.yes("tvs-reached") {
		return no("a TVS answered", v.ask("tvs-reached").Evidence...)
	}
	servers, _ := v.tvsServers()
	var ev []*entry
	var said []string
	for _, s := range servers {
		silent := s.inState("silent")
		if len(silent) == 0 {
			if len(s.tries) > 0 {
				return no("port 2445 of "+s.address+" is not silent", s.tries[0].n)
			}
			continue
		}
		ev = append(ev, silent...)
		wire := slices.DeleteFunc(slices.Clone(silent), func(n *entry) bool { return n.e().TLS == nil })
		if len(wire) == 0 {
			said = append(said, fmt.Sprintf("%s: the console begins %d connections and none is accepted", s.address, len(silent)))
			continue
		}
		t := wire[len(wire)-1].e().TLS
		said = append(said, fmt.Sprintf("%s: %d SYN without answer%s", s.address, len(t.Syns), spacing(t.Syns)))
	}
	if len(said) == 0 {
		return unknown("no attempt at port 2445 without answer is in evidence")
	}
	for _, n := range ev {
		if n.e().TLS == nil || len(n.e().TLS.Syns) >= 2 {
			return yes("no TVS address answered on port 2445: "+strings.Join(said, "; "), ev...)
		}
	}
	return unknown("a single SYN without answer proves nothing: "+strings.Join(said, "; "), ev...)
}

// spacing prints the pauses between the SYNs of one attempt.
func spacing(m []evidence.Mark) string {
	var out []string
	for i := 1; i < len(m); i++ {
		if m[i].Clock != nil && m[i-1].Clock != nil {
			out = append(out, fmt.Sprintf("%.1f s", float64(ns(m[i].Clock)-ns(m[i-1].Clock))/1e9))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " (after " + strings.Join(out, ", ") + ")"
}

// tvsHostAlive asks for packets from the silent hosts on other ports: without
// them the host may be down, or the capture may see one direction only.
func tvsHostAlive(v *view) Answer {
	servers, _ := v.tvsServers()
	var ev []*entry
	for _, s := range servers {
		if len(s.inState("silent")) == 0 {
			continue
		}
		n := v.answeredBy(s.address)
		if n == nil {
			return unknown("nothing else from "+s.address+" is in evidence: the host may be down or the capture one-sided", s.inState("silent")...)
		}
		ev = append(ev, n)
	}
	if len(ev) == 0 {
		return unknown("no silent TVS host is in evidence")
	}
	return yes("the same hosts answered on other ports", ev...)
}

// answeredBy finds a packet exchange in which the host answered the phone.
func (v *view) answeredBy(host string) *entry {
	for _, n := range v.p.all {
		if n.e() == nil {
			continue
		}
		if t := n.e().Transfer; t != nil && hostOf(t.Server) == host && (t.Outcome == "complete" || t.Outcome == "error" || t.Bytes > 0) {
			return n
		}
		if t := n.e().TLS; t != nil && hostOf(t.Server) == host && t.Outcome != "no-answer" {
			return n
		}
		if n.is("host_answered") && hostOf(n.e().Server) == host {
			return n
		}
	}
	return nil
}

func tvsVouchedList(v *view) Answer {
	var a *attempt
	for i := len(v.p.attempts) - 1; i >= 0; i-- {
		b := v.p.attempts[i]
		if (b.kind == "itl" || b.kind == "ctl") && b.result == Yes && b.askedTVS {
			a = b
			break
		}
	}
	if a == nil {
		return unknown("no list that the phone took after asking TVS is in evidence")
	}
	var serial string
	if a.list != nil {
		serial = a.list.l.Signer.Serial
	}
	var ev []*entry
	var exact bool
	for _, n := range v.p.all {
		d, ok := n.at.sub(a.end)
		if !ok || d < -1 || d > verdictWindow {
			continue
		}
		switch {
		case n.is("tvs_query") && n.detail("result") == "found":
			if s := n.detail("serial"); s != "" && serial != "" && !sameSerial(s, serial) {
				continue
			} else if s != "" {
				exact = true
			}
			ev = append(ev, n)
		case n.is("tvs_cert_auth_response") && n.detail("status") == "0", n.is("tvs_cert_cached", "tvs_response"):
			ev = append(ev, n)
		}
	}
	if len(ev) == 0 {
		return unknown("the phone asked TVS before it took "+a.file+", but no answer is in evidence", a.evidence()...)
	}
	say := fmt.Sprintf("TVS vouched for the signer of %s", a.file)
	if exact && serial != "" {
		say += fmt.Sprintf(" (serial %s asked and found)", serial)
	}
	return yes(say, slices.Concat(ev, a.evidence(), a.proof)...)
}

// shown names the certificate of a contact.
func shown(prefix string, t *tvsTry) string {
	if t.cert == nil {
		return ""
	}
	return prefix + t.cert.Serial
}

func tvsFallback(v *view) Answer {
	tries := v.tlsTries()
	for i, t := range tries {
		if t.state == "accepted" || t.state == "unclear" {
			continue
		}
		for _, u := range tries[i+1:] {
			d, ok := u.n.at.sub(t.n.at)
			if u.state == "accepted" && ok && d < 120 && hostOf(u.n.e().Server) != hostOf(t.n.e().Server) {
				return yes(fmt.Sprintf("TVS %s failed (%s%s) and %s answered%s", hostOf(t.n.e().Server), strings.ReplaceAll(t.state, "-", " "), shown(", presenting serial ", t), hostOf(u.n.e().Server), shown(" with serial ", u)), t.n, u.n)
			}
		}
	}
	return unknown("no TVS failure followed by another server's answer is in evidence")
}

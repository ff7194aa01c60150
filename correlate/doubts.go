package correlate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// doubt is something in evidence that went wrong last and that no finding
// accounts for. A phone with a doubt is never called well.
type doubt struct {
	because string
	ev      []*entry
}

// doubts looks at the last word of every kind: the last connection to each
// service, the last judgement of each kind of file, and where the phone
// registers. A failure that a later success cured is history; one that a held
// finding cites is accounted for.
func (v *view) doubts(held []ruling) []doubt {
	cited := map[*entry]bool{}
	explained := map[string]bool{} // servers and files that findings speak of
	for _, h := range held {
		if classRank(h.class) <= classRank(ClassOK) && h.past == "" {
			continue
		}
		for _, n := range h.evidence {
			cited[n] = true
			if n.e() != nil && n.e().Server != "" {
				explained[hostOf(n.e().Server)+"/"+serviceOf(n)] = true
			}
		}
	}
	if slices.ContainsFunc(held, func(h ruling) bool {
		return h.rule.ID == "blank-itl-rollback-active" && classRank(h.class) > classRank(ClassOK)
	}) {
		registering := map[*entry]bool{}
		for _, t := range v.talks() {
			if s := t.service(); s == "sip-tls" || s == "sccp-tls" {
				for _, n := range t.ev {
					registering[n] = true
				}
			}
		}
		for _, n := range v.p.all { // a phone with a blank ITL has no TVS to ask, so its secure services fail
			if n.e() != nil && serviceOf(n) == "https" && !registering[n] && !v.nearCited(n, registering) {
				cited[n] = true
			}
		}
	}
	return slices.Concat(v.doubtCapture(), v.doubtService(cited), v.doubtFiles(held), v.doubtOwnConfig(cited), v.doubtCTL(held), v.doubtSigner(), v.doubtConnections(cited, explained), v.doubtConsole(cited), v.doubtServer(held), v.doubtCAPF(held), v.doubtFallback(held), v.doubtHidden(), v.doubtRegistration())
}

// doubtCapture tells that all there is of the phone is a capture that lost
// packets: what it does not show may have happened.
func (v *view) doubtCapture() []doubt {
	for _, n := range v.p.all {
		if n.sourceKind() == "phone" || n.sourceKind() == "server" {
			return nil
		}
	}
	for _, n := range v.p.transfers {
		if v.lossy(n.place.Input) {
			return []doubt{{n.place.Input + " lost packets, and there is no log of the phone: what it does not show may have happened", []*entry{n}}}
		}
	}
	return nil
}

// doubtService tells that pasted output shows TVS stopped: what works on kept
// answers today fails tomorrow.
func (v *view) doubtService(cited map[*entry]bool) []doubt {
	stopped := v.k.stoppedServices("trust verification")
	if len(stopped) == 0 || cited[stopped[0]] || v.yes("tvs-reached") {
		return nil
	}
	return []doubt{{"pasted output says that the Trust Verification Service does not run: " + quoteLine(stopped), stopped}}
}

// serviceOf names what a connection was for, on the wire or in a log.
func serviceOf(n *entry) string {
	if n.e().TLS != nil {
		return n.e().TLS.Service
	}
	switch portOf(n.e().Server) {
	case "2445":
		return "tvs"
	case "3804":
		return "capf"
	case "2443":
		return "sccp-tls"
	case "5061":
		return "sip-tls"
	}
	return "https"
}

// doubtOwnConfig finds a phone that was told that its configuration is not there,
// and is not seen to get any since: what went before may stand in packets that the
// capture lost.
func (v *view) doubtOwnConfig(cited map[*entry]bool) []doubt {
	for _, a := range slices.Backward(v.p.attempts) {
		switch {
		case a.kind != "config":
		case a.complete || a.result != Unknown:
			return nil
		case a.missing && len(a.wire) > 0:
			if slices.ContainsFunc(a.evidence(), func(n *entry) bool { return cited[n] }) {
				return nil
			}
			return []doubt{{"the server has no " + a.file + ", and the phone got no configuration since", a.evidence()}}
		}
	}
	return nil
}

// doubtFiles finds a list or configuration whose last judgement was a refusal
// that no finding explains, and one that arrived signed by a key that the known
// lists do not hold while nothing says what became of it.
func (v *view) doubtFiles(held []ruling) (out []doubt) {
	bad, broken := false, map[*entry]bool{} // what findings that a phone is hurt by account for
	for _, h := range held {
		if classRank(h.class) <= classRank(ClassDegraded) {
			continue
		}
		bad = bad || h.rule.Stage <= stageTVS
		for _, n := range h.evidence {
			broken[n] = true
		}
	}
	for _, kind := range []string{"ctl", "itl", "config"} {
		a := v.p.lastAttempt(kind)
		if a == nil || !a.complete {
			continue
		}
		ev := slices.Concat(a.evidence(), a.proof)
		known := slices.ContainsFunc(ev, func(n *entry) bool { return broken[n] })
		switch {
		case a.result == No && !known && !bad:
			out = append(out, doubt{fmt.Sprintf("the phone refused %s, and nothing in evidence says why", a.file), ev})
		case a.result == No && kind != "ctl": // whatever else is found, something keeps the phone from what it is served
			out = append(out, doubt{fmt.Sprintf("the phone refused %s last, and what is found explains no refusal", a.file), ev})
		case a.result == Unknown && kind != "config" && a.list != nil && !v.p.console() && !known && !bad && !v.holds(a):
			out = append(out, doubt{"nothing in evidence says what the phone made of " + a.file, ev})
		case a.result == Unknown && !known && !bad && v.unverified(a):
			out = append(out, doubt{"the phone downloaded " + a.file + ", and its log, which tells of other files that they were verified, says nothing of this one", ev})
		case a.result == Unknown && a.list != nil && !known && !bad && v.strange(a):
			out = append(out, doubt{fmt.Sprintf("%s is signed by %s, which the phone's lists do not know, and nothing says what the phone made of it", a.file, signerText(a.list)), ev})
		}
	}
	return out
}

// doubtCTL finds a CTL that the phone refused last and that no finding accounts
// for which is at least as bad: a phone that refuses its CTL will not follow the
// next change of the cluster.
func (v *view) doubtCTL(held []ruling) []doubt {
	a := v.p.lastAttempt("ctl")
	if a == nil || a.result != No {
		return nil
	}
	for _, h := range held {
		if classRank(h.class) > classRank(ClassDegraded) && h.past == "" {
			return nil
		}
	}
	return []doubt{{fmt.Sprintf("the phone refused %s last, and nothing in evidence says why", a.file), slices.Concat(a.evidence(), a.proof)}}
}

// doubtSigner finds an ITL on the server that the phone's lists cannot verify,
// where nothing says that the phone took it.
func (v *view) doubtSigner() []doubt {
	if ans := v.ask("served-signer-untrusted"); ans.Value == Yes {
		if a := v.p.lastAttempt("itl"); a == nil || a.result != Yes {
			return []doubt{{sentence(ans.Because), ans.Evidence}}
		}
	}
	return nil
}

// doubtLists finds an ITL of which nothing says what the phone made of it, where
// the phone turned to a TVS since and none is seen to be accepted, or where a list
// that it is known to hold does not know the signer and no log would tell of a
// refusal.
func (v *view) doubtLists(held []ruling) []doubt {
	a := v.p.lastAttempt("itl")
	if a == nil {
		return nil
	}
	if a.result == Unknown && a.complete && a.list != nil && !v.p.console() && !v.holds(a) && (v.p.now(iCTL).list != nil || v.p.now(iITL).list != nil) {
		return []doubt{{"nothing in evidence says what the phone made of " + a.file, a.evidence()}}
	}
	if v.yes("tvs-reached") || !slices.ContainsFunc(v.p.conns, func(n *entry) bool { return n.e().TLS.Service == "tvs" && !n.at.before(a.start) }) {
		return nil
	}
	return slices.DeleteFunc(v.doubtFiles(held), func(d doubt) bool { return !slices.Contains(d.ev, a.evidence()[0]) })
}

// doubtHidden tells that nothing but TLS 1.3 is seen of the phone's last word
// with TVS: whether either side refused the other's certificate is hidden in it.
func (v *view) doubtHidden() []doubt {
	if v.saidOfTLS() || v.p.console() {
		return nil
	}
	for _, n := range slices.Backward(v.p.conns) {
		if t := n.e().TLS; t.Service == "tvs" {
			if !t.Hidden {
				return nil
			}
			return []doubt{{"the phone spoke with TVS at " + n.e().Server + ", TLS 1.3 hides what came of it, and no log tells", []*entry{n}}}
		}
	}
	return nil
}

// doubtRegistration tells that the phone's log ends its way at the certificate
// it is going to show CallManager, and that no source says what became of the
// registration.
func (v *view) doubtRegistration() []doubt {
	if v.registered() != "unknown" {
		return nil
	}
	for _, n := range slices.Backward(v.p.all) {
		if n.is("tls_client_cert") && (n.detail("app") == "SCCP" || n.detail("app") == "SIP") {
			return []doubt{{"the phone turned to CallManager with its certificate, and nothing in evidence says whether it registered: " + quoteLine([]*entry{n}), []*entry{n}}}
		}
	}
	return nil
}

// unverified tells that the phone's log, without a hole, prints no judgement of a
// file although it prints those of others. A log that ends with the download
// leaves it as open.
func (v *view) unverified(a *attempt) bool {
	if len(a.lines) == 0 || a.inferred {
		return false
	}
	last := a.lines[len(a.lines)-1]
	speaks := slices.ContainsFunc(v.p.attempts, func(b *attempt) bool {
		return b != a && slices.ContainsFunc(b.proof, func(n *entry) bool { return n.place.Input == last.place.Input })
	})
	signed := strings.HasSuffix(strings.ToLower(a.file), ".sgn") || a.kind != "config" || slices.ContainsFunc(v.p.all, func(n *entry) bool {
		d, ok := n.at.sub(a.start)
		return n.is("signed_file_requested") && n.place.Input == last.place.Input && ok && d > -joinWindow && d < joinWindow
	})
	if !speaks || !signed {
		return false
	}
	for _, n := range slices.Backward(v.p.all) {
		if n.e() != nil && n.place.Input == last.place.Input {
			d, ok := n.at.sub(last.at)
			return n == last || ok && d > 1 && !v.holeAfter(last, n)
		}
	}
	return false
}

// holds tells that the phone holds the very list that it was offered, or that
// the offer carried nothing that could change it.
func (v *view) holds(a *attempt) bool {
	h := v.p.now(listIndex(a.kind))
	return a.list == nil && len(a.wire) == 0 || h.list != nil && sameList(h.list, a.list)
}

// doubtCAPF finds a session with CAPF of which only the wire is seen: a short
// exchange looks the same whether the certificate was issued or refused.
func (v *view) doubtCAPF(held []ruling) []doubt {
	if slices.ContainsFunc(held, func(h ruling) bool { return h.rule.Stage == stageCAPF }) {
		return nil
	}
	for _, n := range slices.Backward(v.p.conns) {
		if n.e().TLS.Service == "capf" {
			return []doubt{{"the phone spoke with CAPF at " + n.e().Server + ", and nothing in evidence says what came of it", []*entry{n}}}
		}
	}
	return nil
}

// doubtFallback finds a TVS that failed by its certificate before a list was
// taken whose content is not in evidence: it may hold the new certificate.
func (v *view) doubtFallback(held []ruling) []doubt {
	i := slices.IndexFunc(held, func(h ruling) bool {
		return h.rule.ID == "tvs-fallback-used" && h.class == ClassDegraded && h.cause == nil
	})
	if i < 0 || v.p.now(iITL).list != nil && !v.p.now(iITL).list.l.Partial {
		return nil
	}
	bad := held[i].evidence[0]
	for _, s := range v.p.states[1:] {
		if s.cause != nil && s.cause.kind == "itl" && s.cause.result != No && bad.at.before(s.cause.decided()) {
			return []doubt{{"whether the list that the phone was given since holds the certificate of the failing TVS is not in evidence", s.ev}}
		}
	}
	return nil
}

// strange tells that the lists which the phone held, where both or the only
// one is known, do not know the signer of a file.
func (v *view) strange(a *attempt) bool {
	c, i := v.p.heldAt(iCTL, a.start), v.p.heldAt(iITL, a.start)
	if c.list == nil && i.list == nil || i.state == "blank" && a.kind != "ctl" {
		return false
	}
	roles, inITL := rolesFor(a.kind), []string{"SAST"}
	if a.kind == "config" {
		inITL = roles
		c, i = v.p.now(iCTL), v.p.now(iITL)
	}
	x, y := signerIn(c.list, a.list.l, roles), signerIn(i.list, a.list.l, inITL)
	return a.list.l.Signer.Serial != "" && !(x.found && !x.wrong) && !(y.found && !y.wrong)
}

// doubtConnections finds the services whose last connection on the wire failed.
// A web connection that the phone drops while it asks TVS counts only when it
// never came back.
func (v *view) doubtConnections(cited map[*entry]bool, explained map[string]bool) (out []doubt) {
	last := map[string]*entry{}
	var order []string
	for _, n := range v.p.conns {
		t := n.e().TLS
		if t.Service == "tvs" || t.Service == "other" || t.Service == "provisioning" {
			continue // TVS has findings of its own for every way to fail
		}
		key := hostOf(n.e().Server) + "/" + t.Service
		if last[key] == nil {
			order = append(order, key)
		}
		last[key] = n
	}
	for _, key := range order {
		n := last[key]
		t := n.e().TLS
		var how string
		switch state := failedState(t); {
		case t.Outcome == "established":
			continue
		case t.Hidden && (v.p.console() || t.Service == "https" || t.Outcome != "closed" && t.Outcome != "reset"):
			continue
		case t.Hidden:
			how = "ended, and TLS 1.3 hides whether the certificates were accepted"
		case t.Outcome == "alert":
			how = "ended with a TLS alert"
		case t.Service == "https" && (t.Outcome == "refused" || t.Outcome == "no-answer"):
			continue // a web service that is down is no matter of trust
		case t.Outcome == "refused":
			how = "was refused"
		case t.Outcome == "no-answer" && len(t.Syns) > 1:
			how = "got no answer"
		case t.Outcome == "incomplete" && !v.p.console() && t.Marks["server_certificate"].Frame != 0 && t.Marks["end"].Frame != 0:
			how = "is seen in part: the phone ended it after it saw the server's certificate"
		case state == "refused-by-phone":
			how = "was ended by the phone after it saw the server's certificate"
		case state == "refused-by-server":
			how = "was ended by the server"
		default:
			continue
		}
		if cited[n] || explained[key] || v.servedElsewhere(n) {
			continue
		}
		out = append(out, doubt{fmt.Sprintf("the last connection to %s %s, and nothing in evidence says why", n.e().Server, how), []*entry{n}})
	}
	return out
}

// servedElsewhere tells that the phone got the same service from another host
// afterwards: a group of CallManagers is there for that.
func (v *view) servedElsewhere(n *entry) bool {
	return slices.ContainsFunc(v.p.conns, func(c *entry) bool {
		return c.e().TLS.Service == n.e().TLS.Service && c.e().TLS.Outcome == "established" && n.at.before(c.at)
	})
}

// doubtConsole reads the last word of the phone's log on its TLS connections.
func (v *view) doubtConsole(cited map[*entry]bool) (out []doubt) {
	last := map[string]*entry{}
	// The Linux phones print no server, but what a connection is for; a question
	// to TVS stands in the middle of it.
	purpose, asking, reached := "", false, false
	port := map[string]string{} // of the older phones: the last connection begun to a host
	var lines []*entry          // in the order of the log: clocks may be in doubt
	for _, n := range v.p.all {
		if n.sourceKind() == "phone" && n.e().Dialect != "phone-status" {
			lines = append(lines, n)
		}
	}
	slices.SortStableFunc(lines, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.place.Input, b.place.Input), cmp.Compare(a.place.Line, b.place.Line))
	})
	for _, n := range lines {
		key := hostOf(n.e().Server)
		if n.e().Dialect == "phone-secureapp" {
			key = purpose
			switch {
			case n.is("tls_start") && n.detail("purpose") != "TVS":
				purpose, asking, reached = n.detail("purpose"), false, false
			case n.is("tvs_connect_attempt"):
				asking, reached = true, false
			case n.is("tcp_connected"):
				reached = asking
			case n.is("tvs_failed"):
				asking, reached = false, false
			case n.is("tls_handshake_failed", "tls_handshake_ok") && reached:
				asking, reached = false, false
				continue // that of the TVS
			}
		}
		if n.is("tls_handshake_failed", "tls_alert_sent", "tls_alert_received") && serviceOf(n) == "tvs" && portOf(n.e().Server) != "" {
			continue
		}
		if n.is("tvs_connect_attempt", "tcp_connect_attempt") && portOf(n.e().Server) != "" {
			port[key] = portOf(n.e().Server)
		}
		if n.e().Dialect == "phone-secd" && port[key] == "2445" {
			if n.is("tls_handshake_failed", "tls_handshake_ok", "tvs_cert_verified", "tvs_tls_connected") {
				delete(port, key) // that contact is over
			}
			continue
		}
		switch {
		case n.is("tls_handshake_failed"), n.is("tls_alert_received") && n.detail("level") == "fatal":
			last[key] = n
		case n.is("tls_handshake_ok", "https_authenticated_via_tvs", "http_ok", "http_response", "tls_session_cached", "tvs_tls_connected"):
			delete(last, key)
		}
	}
	hosts := make([]string, 0, len(last))
	for h := range last {
		hosts = append(hosts, h)
	}
	slices.Sort(hosts)
	for _, h := range hosts {
		if n := last[h]; !cited[n] && !v.nearCited(n, cited) {
			out = append(out, doubt{"the phone's log ends a connection with " + quoteLine([]*entry{n}) + ", and nothing in evidence says why", []*entry{n}})
		}
	}
	return out
}

// nearCited tells that a finding cites the same failure by another line or
// packet: within two seconds.
func (v *view) nearCited(n *entry, cited map[*entry]bool) bool {
	for c := range cited {
		if d, ok := n.at.sub(c.at); ok && d > -2 && d < 2 && c.e() != nil && (c.outcome == "fail" || c.e().TLS != nil) {
			return true
		}
	}
	return false
}

// doubtServer compares where the phone registers with the servers that the
// last configuration names: another server means that the configuration did
// not become the phone's.
func (v *view) doubtServer(held []ruling) []doubt {
	i := slices.IndexFunc(held, func(h ruling) bool { return h.rule.ID == "config-not-applied" })
	if i < 0 || held[i].cause != nil {
		return nil
	}
	return []doubt{{strings.TrimSuffix(sentence(v.ask(held[i].rule.Needs[0]).Because), "."), held[i].evidence}}
}

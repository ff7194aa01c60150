package correlate

import (
	"fmt"
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

// contact is one captured TLS connection of the phone with CAPF, call control
// or a secure service, as far as it shows who accepted whom.
type contact struct {
	n     *entry
	t     *evidence.TLS
	state string                // accepted, refused-by-phone, refused-by-server, no-common-tls, silent, port-closed, unclear
	cert  *evidence.Certificate // the server's, nil when not seen
	own   *evidence.Certificate // the phone's
	alert *evidence.Alert       // the alert that decided, nil when none did
}

// contacts gives the captured connections to services, in order.
func (v *view) contacts(services ...string) []*contact {
	var out []*contact
	for _, n := range v.p.conns {
		t := n.e().TLS
		if !slices.Contains(services, t.Service) {
			continue
		}
		c := &contact{n: n, t: t}
		c.state, c.alert = handshakeEnd(t)
		if len(t.ServerCertificates) > 0 {
			c.cert = v.k.cert(t.ServerCertificates[0])
		}
		if len(t.ClientCertificates) > 0 {
			c.own = v.k.cert(t.ClientCertificates[0])
		}
		out = append(out, c)
	}
	return out
}

// registrations gives the connections on the ports of secure registration.
func (v *view) registrations() []*contact { return v.contacts("sccp-tls", "sip-tls") }

// Alerts of a negotiation that found no common version or cipher.
var negotiationAlerts = []string{"protocol version", "handshake failure", "insufficient security", "inappropriate fallback"}

// Alerts by which one side says that it does not take the other's certificate.
var certificateAlerts = []string{"unknown ca", "bad certificate", "certificate unknown", "certificate expired", "certificate revoked", "unsupported certificate", "access denied"}

// plainAlert brings the name of an alert to one form: "unknown_ca" of a
// capture and "unknown CA" of a console are the same.
func plainAlert(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(s), "_", " ")), " ")
}

// handshakeEnd tells whose refusal ended a handshake. The server judges the
// phone's certificate after the phone has judged the server's: an alert from
// the server that answers a client certificate is about that one.
func handshakeEnd(t *evidence.TLS) (string, *evidence.Alert) {
	switch {
	case t.Hidden:
		return "unclear", nil // in TLS 1.3 neither acceptance nor refusal can be seen
	case t.Outcome == "established":
		return "accepted", nil
	case t.Outcome == "no-answer":
		return "silent", nil
	case t.Outcome == "refused":
		return "port-closed", nil
	}
	_, cert := t.Marks["server_certificate"]
	_, ccs := t.Marks["client_finished_ccs"]
	for i := range t.Alerts {
		a := &t.Alerts[i]
		name := plainAlert(a.Description)
		if a.Encrypted || a.Level == "warning" || name == "close notify" {
			continue
		}
		switch {
		case !cert && slices.Contains(negotiationAlerts, name):
			return "no-common-tls", a
		case a.From == "server":
			return "refused-by-server", a
		case cert && !ccs:
			return "refused-by-phone", a
		}
	}
	if cert && !ccs && (t.Outcome == "closed" || t.Outcome == "reset") && t.ClosedBy == "client" {
		return "refused-by-phone", nil
	}
	return "unclear", nil
}

// portDead looks for a service whose hosts all left the last connection
// attempt without answer, or reset it. A single SYN proves nothing, and one
// host that answers says that the way is open.
func portDead(list []*contact, what string) Answer {
	var ev []*entry
	var said []string
	enough := false
	for _, c := range lastByHost(list) {
		switch c.state {
		case "silent":
			said = append(said, fmt.Sprintf("%s: %d SYN without answer%s", c.t.Server, len(c.t.Syns), spacing(c.t.Syns)))
			enough = enough || len(c.t.Syns) >= 2
		case "port-closed":
			said = append(said, c.t.Server+": answered by a reset")
			enough = true
		default:
			return no(c.t.Server+" answers", c.n)
		}
		ev = append(ev, c.n)
	}
	if len(said) > 1 {
		slices.Sort(said)
		said = slices.Compact(said)
	}
	switch {
	case len(said) == 0:
		return unknown("no attempt to reach " + what + " without answer is in evidence")
	case !enough:
		return unknown("a single SYN without answer proves nothing: "+strings.Join(said, "; "), ev...)
	}
	return yes(what+" did not answer: "+strings.Join(said, "; "), ev...)
}

// lastByHost gives the last contact with each host.
func lastByHost(list []*contact) []*contact {
	var out []*contact
	for i, c := range list {
		if !slices.ContainsFunc(list[i+1:], func(o *contact) bool { return hostOf(o.t.Server) == hostOf(c.t.Server) }) {
			out = append(out, c)
		}
	}
	return out
}

// generalNamed gives the evidence about no phone by the name of its event. The
// index is made once: every phone of a large case asks.
func (k *kase) generalNamed(name string) []*entry {
	if k.named == nil {
		k.named = map[string][]*entry{}
		for _, n := range k.general {
			k.named[n.name] = append(k.named[n.name], n)
		}
	}
	return k.named[name]
}

// namedEverywhere gives the phone's evidence of a name and that about no phone.
func (v *view) namedEverywhere(names ...string) []*entry {
	var out []*entry
	for _, n := range v.p.all {
		if n.e() != nil && n.is(names...) {
			out = append(out, n)
		}
	}
	if v.p.cluster {
		return out // whose evidence holds the general already
	}
	for _, name := range names {
		out = append(out, v.k.generalNamed(name)...)
	}
	return out
}

// hostAlive asks for packets of the silent hosts on other ports: without them
// the host may be down, or the capture may see one direction only. A reset is
// an answer of the host itself, or of a filter that says so.
func hostAlive(v *view, list []*contact) Answer {
	var ev []*entry
	for _, c := range lastByHost(list) {
		host := hostOf(c.t.Server)
		if c.state == "port-closed" {
			ev = append(ev, c.n)
			continue
		}
		n := v.answeredBy(host)
		if n == nil {
			return unknown("nothing else from "+host+" is in evidence: the host may be down or the capture one-sided", c.n)
		}
		ev = append(ev, n)
	}
	if len(ev) == 0 {
		return unknown("no silent host is in evidence")
	}
	return yes("the same hosts answer otherwise", ev...)
}

// pinned is the result of holding a presented certificate against the records
// of a role in the lists that the phone held at that moment.
type pinned struct {
	state  string // match, near-miss, absent, unknown
	record *evidence.Record
	list   string // which list was decisive, in words
	served bool   // the phone's own list is not in evidence, the served one lacks the certificate too
	all    bool   // every list that could hold it was looked at
	why    string // of unknown
	ev     []*entry
}

// pin looks for a certificate in the CTL and ITL, as far as wanted. Where the
// phone's own list is not in evidence the served one may say that the
// certificate is missing there: a phone cannot hold what nobody serves. That
// it is served says nothing of what the phone held.
func (v *view) pin(at instant, c *evidence.Certificate, roles []string, kinds ...int) pinned {
	out := pinned{state: "unknown", all: true, why: "no list of the phone is in evidence"}
	if c == nil {
		out.why = "the certificate is not in evidence"
		return out
	}
	var only *pinned
	for _, i := range kinds {
		h := v.p.heldAt(i, at)
		list, name, ev, own := h.list, "the phone's "+listName(i), h.ev, true
		if list == nil && h.state != "none" {
			s := v.servedList(strings.ToLower(listName(i)))
			list, name, ev, own = s.list, "the served "+listName(i), s.ev, false
		}
		if list == nil {
			out.all = out.all && (h.state == "none" || i == iCTL && v.nonSecure())
			continue
		}
		if curve(c) && !slices.ContainsFunc(list.l.Records, func(r evidence.Record) bool { return hasFunction(&r, roles...) && curveRecord(&r) }) {
			out.all, out.why = false, name+" lists no certificate of that kind of key"
			continue
		}
		switch m := certIn(list, c, roles...); {
		case m.state == "match" && own:
			return pinned{state: "match", record: m.record, list: name, ev: ev, all: true}
		case m.state == "match":
			only = &pinned{state: "unknown", why: name + " holds the certificate, and whether the phone took that list is not in evidence", ev: ev}
		case m.state == "near-miss":
			return pinned{state: "near-miss", record: m.record, list: name, ev: ev, why: fmt.Sprintf("serial %s on the wire and %s in %s differ by one digit, and no hash decides", c.Serial, m.record.Serial, name)}
		case list.l.Partial:
			out.all, out.why = false, "only the first part of "+name+" is in evidence"
		default:
			if out.state != "absent" || out.record == nil {
				out.record, out.list = m.record, name
			}
			out.state, out.served = "absent", out.served || !own
			out.ev = append(out.ev, ev...)
			if out.record == nil {
				out.record = sameRole(list, roles)
			}
		}
	}
	if only != nil {
		return *only
	}
	return out
}

func listName(i int) string {
	if i == iCTL {
		return "CTL"
	}
	return "ITL"
}

// sameRole gives the first record of a role: what the list holds instead.
func sameRole(l *listObj, roles []string) *evidence.Record {
	for i := range l.l.Records {
		if r := &l.l.Records[i]; hasFunction(r, roles...) {
			return r
		}
	}
	return nil
}

func curve(c *evidence.Certificate) bool { return strings.HasPrefix(c.KeyText, "EC") }

func curveRecord(r *evidence.Record) bool {
	return r.Key != nil && strings.HasPrefix(strings.ToUpper(r.Key.Kind), "EC") || strings.Contains(strings.ToUpper(commonName(r.Subject)), "-EC")
}

// certText names a certificate by the CN and serial that a reader can compare.
func certText(c *evidence.Certificate) string {
	return fmt.Sprintf("%s (serial %s)", firstOf(commonName(c.Subject), c.Subject, "unnamed"), firstOf(c.Serial, "unknown"))
}

func recordText(r *evidence.Record) string {
	if r == nil {
		return "no record of that role"
	}
	return fmt.Sprintf("record %d, %s (serial %s)", r.Number, firstOf(commonName(r.Subject), r.Subject, "unnamed"), firstOf(r.Serial, "unknown"))
}

// clusterNode tells whether a host belongs to the phone's cluster: the group
// of the configuration or a list names it, or it serves files, TVS or CAPF. No
// means that the whole group is known by address and the host is none of it:
// an SRST router, say, which the CTL does not judge.
func (v *view) clusterNode(host string) Tri {
	for _, a := range v.p.attempts {
		for _, n := range a.wire {
			if a.kind != "other" && hostOf(n.e().Transfer.Server) == host {
				return Yes
			}
		}
	}
	for _, n := range v.p.conns {
		if t := n.e().TLS; (t.Service == "tvs" || t.Service == "capf") && hostOf(t.Server) == host {
			return Yes
		}
	}
	for _, i := range []int{iCTL, iITL} {
		for _, l := range []*listObj{v.p.now(i).list, v.servedList(strings.ToLower(listName(i))).list} {
			if l == nil {
				continue
			}
			for j := range l.l.Records {
				r := &l.l.Records[j]
				if r.IP == host || r.DNSName != "" && v.resolve(r.DNSName) == host {
					return Yes
				}
			}
		}
	}
	c := v.configInForce()
	if c == nil || len(c.list.config.CallManager) == 0 {
		return Unknown
	}
	for _, name := range c.list.config.CallManager {
		addr := v.resolve(hostOf(name))
		if addr == host {
			return Yes
		}
		if strings.Trim(addr, "0123456789.") != "" && !strings.Contains(addr, ":") {
			return Unknown // a name that no certificate gives an address
		}
	}
	return No
}

// configInForce gives the configuration that the phone runs: the last one it
// accepted, else the last one served of which nothing says that it was refused.
func (v *view) configInForce() *attempt {
	if a := v.heldConfig(); a != nil {
		return a
	}
	for i := len(v.p.attempts) - 1; i >= 0; i-- {
		if a := v.p.attempts[i]; a.kind == "config" && a.complete && a.list != nil && a.list.config != nil && a.result != No {
			return a
		}
	}
	return nil
}

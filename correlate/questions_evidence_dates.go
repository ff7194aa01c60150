package correlate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"trustline/correlate/evidence"
)

var _ = register(
	Question{"alert-certificate-expired", "Did one side say that the other's certificate has expired?", alertCertificateExpired},
	Question{"expired-certificate-on-wire", "Was the certificate that this alert is about past its end at that moment?", expiredOnWire},
	Question{"valid-certificate-called-expired", "Was a certificate refused for its dates although it was valid then?", validCalledExpired},
	Question{"certificate-near-end", "Is a certificate in use or in the lists past its end, or within 30 days of it?", certificateNearEnd},
)

// nearEnd is how long before its end a certificate is worth a word.
const nearEnd = 30 * 24 * time.Hour

// expiry is one statement that a certificate has expired.
type expiry struct {
	n    *entry
	from string // client (the phone), server, or "" when the source does not say
	at   instant
	tls  *evidence.TLS // the connection, when it was captured
}

// expiries gathers the alerts 45 of captures and what logs say of them.
func (v *view) expiries() []expiry {
	var out []expiry
	for _, n := range v.p.conns {
		for _, a := range n.e().TLS.Alerts {
			if a.Code == 45 && !a.Encrypted {
				input := firstOf(a.Mark.Input, n.place.Input)
				out = append(out, expiry{n, a.From, v.k.at(input, "capture", a.Mark.Clock), n.e().TLS})
			}
		}
	}
	for _, n := range v.p.all {
		from := ""
		switch {
		case n.is("tls_alert_received") && n.sourceKind() == "phone", n.is("cert_verification_failed") && n.detail("openssl_error") == "10":
			from = "server"
		case n.is("tls_alert_sent") && n.sourceKind() == "phone":
			from = "client"
		case !n.is("tls_alert"):
			continue
		}
		text := strings.ToLower(n.detail("description") + " " + n.detail("name"))
		if n.is("cert_verification_failed") || n.detail("code") == "45" || strings.Contains(text, "certificate") && strings.Contains(text, "expired") || strings.Contains(text, "expired_cert") {
			out = append(out, expiry{n: n, from: from, at: n.at})
		}
	}
	return out
}

// sender says in words who sent the alert.
func (x *expiry) sender() string {
	switch x.from {
	case "client":
		return "the phone"
	case "server":
		return "the server"
	}
	return "one side, which the line does not name,"
}

// peer names the server side of a connection.
func peer(t *evidence.TLS) string {
	return firstOf(map[string]string{"tvs": "TVS", "capf": "CAPF", "sccp-tls": "CallManager", "sip-tls": "CallManager"}[t.Service], "the server") + " " + t.Server
}

func alertCertificateExpired(v *view) Answer {
	list := v.expiries()
	if len(list) == 0 {
		return unknown("no alert that a certificate has expired is in evidence")
	}
	best := list[0] // what the wire shows says who sent it and about whom
	var ev []*entry
	for i := range list {
		ev = append(ev, list[i].n)
	}
	if best.tls == nil {
		return yes(fmt.Sprintf("%s said that the certificate has expired: %s", best.sender(), quoteLine([]*entry{best.n})), ev...)
	}
	return yes(fmt.Sprintf("%s answered with the alert certificate_expired on the connection to %s", best.sender(), peer(best.tls)), ev...)
}

// dates tells how a moment lies to a certificate's dates.
func dates(c *evidence.Certificate, at instant) string {
	from, ok1 := parseDate(c.NotBefore)
	to, ok2 := parseDate(c.NotAfter)
	if !at.known || !at.abs || !ok1 || !ok2 {
		return ""
	}
	switch now := time.Unix(0, at.ns); {
	case now.After(to):
		return "expired"
	case now.Before(from):
		return "early"
	}
	return "valid"
}

// parseDate reads a date as certificates and listings carry it.
func parseDate(s string) (time.Time, bool) {
	s = strings.Join(strings.Fields(s), " ")
	for _, layout := range []string{time.RFC3339, "Mon Jan 2 15:04:05 MST 2006", "Jan 2 15:04:05 2006 MST", "Mon Jan 2 15:04:05 2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func day10(s string) string {
	if t, ok := parseDate(s); ok {
		return t.UTC().Format(time.DateOnly)
	}
	return s
}

// aboutCert is a certificate that an alert may be about, with its connection.
type aboutCert struct {
	c    *evidence.Certificate
	n    *entry
	t    *evidence.TLS
	mine bool // the phone's own
}

func (a *aboutCert) words() string {
	name := firstOf(commonName(a.c.Subject), a.c.Subject)
	if a.mine {
		return fmt.Sprintf("the phone's own certificate %s (issued by %s, serial %s), presented to %s", name, firstOf(commonName(a.c.Issuer), a.c.Issuer), a.c.Serial, peer(a.t))
	}
	return fmt.Sprintf("the certificate of %s, %s (serial %s)", peer(a.t), name, a.c.Serial)
}

// accused lists the certificates that an alert may be about: those of the
// other side on its connection; for a log line those of every connection of
// the same seconds, to the server that it names.
func (v *view) accused(x *expiry) (out []aboutCert) {
	add := func(n *entry, from string) {
		t := n.e().TLS
		if from != "server" {
			for _, id := range t.ServerCertificates {
				if c := v.k.cert(id); c != nil {
					out = append(out, aboutCert{c, n, t, false})
				}
			}
		}
		if from != "client" {
			for _, id := range t.ClientCertificates {
				if c := v.k.cert(id); c != nil {
					out = append(out, aboutCert{c, n, t, true})
				}
			}
		}
	}
	if x.tls != nil {
		add(x.n, x.from)
		return out
	}
	for _, n := range v.p.conns {
		if d, ok := x.at.sub(n.at); !ok || d < -1 || d > 5 {
			continue
		}
		if h := hostOf(x.n.e().Server); h == "" || h == hostOf(n.e().TLS.Server) {
			add(n, x.from)
		}
	}
	return out
}

// when is the moment of an alert on the scale of the captures.
func (x *expiry) when(a *aboutCert) instant {
	if x.tls != nil {
		return x.at
	}
	return a.n.at
}

// expiredOnWire looks at the certificates that the alerts are about. What a log
// line is about is proved only by a connection to the server that it names.
func expiredOnWire(v *view) Answer {
	list := v.expiries()
	if len(list) == 0 {
		return unknown("no alert that a certificate has expired is in evidence")
	}
	if list[0].tls != nil { // where the wire shows it, logs add nothing
		list = slices.DeleteFunc(list, func(x expiry) bool { return x.tls == nil })
	}
	var valid *aboutCert
	var ev []*entry
	open := false
	for i := len(list) - 1; i >= 0; i-- {
		x := &list[i]
		seen := v.accused(x)
		open = open || len(seen) == 0 || x.tls == nil && (x.from == "" || x.n.e().Server == "")
		for j := range seen {
			a := &seen[j]
			switch dates(a.c, x.when(a)) {
			case "expired":
				return yes(fmt.Sprintf("%s ended on %s, before the alert that %s sent", a.words(), day10(a.c.NotAfter), x.sender()), a.n, x.n)
			case "valid":
				ev = append(ev, a.n, x.n)
				if valid == nil {
					valid = a
				}
			default:
				open = true
			}
		}
	}
	switch {
	case valid == nil:
		return unknown("which certificate the alert is about, and its dates, are not in evidence: neither the party nor the port (2445, 3804, 2443, 5061, 8443) is known", list[len(list)-1].n)
	case open:
		return unknown("whether the alert is about one of the certificates in the capture is open", ev...)
	}
	return no(fmt.Sprintf("%s was valid at that moment: from %s to %s", valid.words(), day10(valid.c.NotBefore), day10(valid.c.NotAfter)), ev...)
}

// validCalledExpired wants the certificate on the wire: the phone's clock, or
// that of the server, is wrong when what it calls expired is valid by the
// capture's clock. A clock that is behind calls a certificate bad, not expired.
func validCalledExpired(v *view) Answer {
	switch w := v.ask("expired-certificate-on-wire"); w.Value {
	case Yes:
		return no(w.Because, w.Evidence...)
	case No:
		a := yes(w.Because+"; "+v.ask("alert-certificate-expired").Because, w.Evidence...)
		if n, said := v.phoneDate(); n != nil {
			a = yes(a.Because+"; the phone's own log is dated "+said, append(w.Evidence, n)...)
		}
		return a
	}
	for _, n := range v.p.conns {
		t := n.e().TLS
		for _, al := range t.Alerts {
			if al.Code != 42 || al.From != "client" || al.Encrypted || len(t.ServerCertificates) == 0 {
				continue
			}
			c := v.k.cert(t.ServerCertificates[0])
			if c == nil || dates(c, n.at) != "valid" {
				continue
			}
			from, _ := parseDate(c.NotBefore)
			if m, said := v.phoneDate(); m != nil && time.Unix(m.e().Clock.Seconds, 0).Add(24*time.Hour).Before(from) {
				return yes(fmt.Sprintf("the phone called the certificate of %s bad, which was valid at that moment; the phone's own log is dated %s, before the certificate begins (%s)", peer(t), said, day10(c.NotBefore)), n, m)
			}
		}
	}
	return unknown("no certificate that was refused for its dates while it was valid is in evidence")
}

// phoneDate finds a line of the phone's log whose date is more than a day off
// the captures: the phone's clock is wrong, or the log is of another day.
func (v *view) phoneDate() (*entry, string) {
	var wire *entry
	for _, n := range v.p.all {
		if n.sourceKind() == "capture" && n.at.known && n.at.abs {
			wire = n
		}
	}
	for i := len(v.p.all) - 1; wire != nil && i >= 0; i-- {
		n := v.p.all[i]
		if n.sourceKind() != "phone" || n.e().Clock == nil || !n.e().Clock.Dated || n.e().Clock.NoYear {
			continue
		}
		own := time.Unix(n.e().Clock.Seconds, 0).UTC()
		if d := own.Sub(time.Unix(0, wire.at.ns)); d > 24*time.Hour || d < -24*time.Hour {
			return n, own.Format(time.DateOnly)
		}
		return nil, ""
	}
	return nil, ""
}

// lastMoment is the end of the evidence. Captures are asked first: a phone's
// clock may be years off.
func (v *view) lastMoment() (time.Time, bool) {
	last := map[string]instant{}
	if v.p.cluster {
		last = maps.Clone(v.k.latest)
	}
	latest(last, v.p.all)
	for _, kind := range []string{"capture", "server", "phone"} {
		if l := last[kind]; l.known {
			return time.Unix(0, l.ns).UTC(), true
		}
	}
	return time.Time{}, false
}

// latest brings the last moments of the kinds of witnesses up to those of a list.
func latest(last map[string]instant, list []*entry) {
	for _, n := range list {
		if !n.observed() || !n.at.known || !n.at.abs {
			continue
		}
		if kind := n.sourceKind(); !last[kind].known || last[kind].before(n.at) {
			last[kind] = n.at
		}
	}
}

// ending says in words how near its end a certificate is; "" when it is not.
func ending(notAfter string, now time.Time) string {
	to, ok := parseDate(notAfter)
	switch {
	case !ok || to.Sub(now) > nearEnd:
		return ""
	case to.Before(now):
		return "ended on " + to.UTC().Format(time.DateOnly)
	}
	return "ends on " + to.UTC().Format(time.DateOnly)
}

func certificateNearEnd(v *view) Answer {
	var said []string
	var ev []*entry
	checked := false
	tell := func(what, notAfter string, now time.Time, list ...*entry) {
		checked = checked || notAfter != ""
		if e := ending(notAfter, now); e != "" && !slices.Contains(said, what+" "+e) {
			said, ev = append(said, what+" "+e), append(ev, list...)
		}
	}
	v.endsOnWire(tell)
	now, dated := v.lastMoment()
	for _, n := range v.p.all {
		switch {
		case n.is("cli_show_cert") && dated:
			tell(fmt.Sprintf("the certificate of %s (serial %s)", firstOf(commonName(n.detail("subject")), n.detail("name"), "a server"), n.detail("serial")), n.detail("not_after"), now, n)
		case n.is("syslog_alarm", "alarm") && strings.HasPrefix(n.detail("alarm"), "Cert") && (strings.Contains(n.detail("alarm"), "Valid") || strings.Contains(n.detail("alarm"), "Expir")):
			said, ev = append(said, "an alarm tells of a certificate's end ("+n.detail("alarm")+")"), append(ev, n)
		}
	}
	for _, f := range []servedFile{{list: v.p.now(iCTL).list, ev: v.p.now(iCTL).ev}, {list: v.p.now(iITL).list, ev: v.p.now(iITL).ev}, v.servedCTL(), v.servedITL()} {
		for i := 0; dated && f.list != nil && i < len(f.list.l.Records); i++ {
			r := &f.list.l.Records[i]
			if c := v.k.cert(r.Certificate); c != nil && !isToken(f.list.l, r) {
				tell(fmt.Sprintf("the certificate of %s (serial %s) in the %s", firstOf(commonName(c.Subject), c.Subject), c.Serial, strings.ToUpper(f.list.l.Type)), c.NotAfter, now, f.ev...)
			}
		}
	}
	switch {
	case len(said) > 4:
		said = append(said[:4], fmt.Sprintf("and %d more", len(said)-4))
		fallthrough
	case len(said) > 0:
		return yes(strings.Join(said, "; "), ev...)
	case checked:
		return no("every certificate whose dates are in evidence has more than 30 days left")
	}
	return unknown("no certificate's dates are in evidence, or no date to hold them against")
}

// endsOnWire looks at what servers of the cluster and the phone presented
// last: an earlier certificate may have been renewed since.
func (v *view) endsOnWire(tell func(string, string, time.Time, ...*entry)) {
	servers, _ := v.tvsServers()
	done := map[string]bool{}
	for i := len(v.p.conns) - 1; i >= 0; i-- {
		n := v.p.conns[i]
		t := n.e().TLS
		own := t.Service != "https" && t.Service != "other" || slices.ContainsFunc(servers, func(s *tvsServer) bool { return s.address == hostOf(t.Server) })
		if !n.at.known || !n.at.abs || !own {
			continue
		}
		at := time.Unix(0, n.at.ns)
		if len(t.ServerCertificates) > 0 && !done[t.Server] {
			done[t.Server] = true
			if c := v.k.cert(t.ServerCertificates[0]); c != nil {
				tell((&aboutCert{c, n, t, false}).words(), c.NotAfter, at, n)
			}
		}
		if len(t.ClientCertificates) > 0 && !done["phone"] {
			done["phone"] = true
			if c := v.k.cert(t.ClientCertificates[0]); c != nil {
				tell((&aboutCert{c, n, t, true}).words(), c.NotAfter, at, n)
			}
		}
	}
}

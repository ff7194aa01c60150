package correlate

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

// talk is one TLS handshake as the phone's console tells it.
type talk struct {
	ev      []*entry
	at      instant
	purpose string // HTTPS_TLS, SIP_TLS, SCCP_TLS, CAPF, TVS, ""
	server  string
	own     *entry // which certificate of its own the phone presents
	valid   *entry // the phone took the server's certificate
	alert   *entry // alert from the server
	failed  *entry
	done    *entry
}

// maxTalk is how many seconds the lines about one handshake lie apart at most.
const maxTalk = 30.0

// talks puts the console's lines about TLS handshakes together.
func (v *view) talks() []*talk {
	var out []*talk
	open := map[string]*talk{}
	outer := map[string]*talk{} // by input: the handshake during which TVS is asked
	for _, n := range v.p.all {
		if n.e() == nil || n.sourceKind() != "phone" {
			continue
		}
		t := open[n.place.Input]
		if o := outer[n.place.Input]; o != nil && (t.failed != nil || t.done != nil) && !n.is("tls_session_cached") {
			t, open[n.place.Input], outer[n.place.Input] = o, o, nil
		}
		if t != nil {
			if d, ok := n.at.sub(t.at); ok && (d > maxTalk || d < 0) {
				t = nil
			}
		}
		begin := func() {
			t = &talk{at: n.at}
			open[n.place.Input] = t
			out = append(out, t)
		}
		ended := t == nil || t.failed != nil || t.done != nil
		switch n.name {
		case "tls_start":
			begin()
			t.purpose = n.detail("purpose")
		case "tvs_connect_attempt":
			if !ended && t.purpose != "TVS" {
				outer[n.place.Input] = t
			}
			begin()
			t.purpose = "TVS"
		case "server_cert_check":
			if ended || n.detail("role") != "21" {
				continue
			}
			t.purpose = "TVS" // 21 is the role of TVS
		case "tcp_connect_attempt", "tls_handshake_start":
			if ended || t.server != "" && n.e().Server != "" && hostOf(t.server) != hostOf(n.e().Server) {
				begin()
			}
		case "tls_client_cert", "no_lsc_fallback_mic":
			if ended || t.own != nil && n.is("tls_client_cert") && t.own.is("tls_client_cert") {
				begin()
			}
			if t.own == nil || n.is("tls_client_cert") {
				t.own = n
			}
			if a := strings.ToUpper(n.detail("app")); t.purpose == "" && (a == "SCCP" || a == "SIP") {
				t.purpose = a + "_TLS"
			}
		case "server_cert_valid", "tls_alert_sent", "tls_alert_received", "tls_alert", "tls_handshake_failed", "ssl_client_error":
			if ended {
				if !n.is("tls_alert_received", "tls_alert") {
					continue
				}
				begin()
			}
			switch n.name {
			case "server_cert_valid":
				t.valid = n
			case "tls_alert_received":
				t.alert = n
			case "tls_handshake_failed":
				t.failed = n
			}
		case "tls_handshake_ok":
			if ended {
				continue
			}
			t.done = n
		case "tls_session_cached", "http_result":
			if t == nil || !ended {
				continue
			}
			if u, err := url.Parse(strings.TrimSpace(n.detail("url"))); err == nil && u.Host != "" {
				t.server = firstOf(t.server, u.Host)
			}
		default:
			continue
		}
		t.ev = append(t.ev, n)
		t.server = firstOf(t.server, n.e().Server)
	}
	return out
}

// service names what a talk was about.
func (t *talk) service() string {
	switch t.purpose {
	case "HTTPS_TLS":
		return "https"
	case "SIP_TLS":
		return "sip-tls"
	case "SCCP_TLS":
		return "sccp-tls"
	case "CAPF":
		return "capf"
	case "TVS":
		return "tvs"
	}
	return map[string]string{"2443": "sccp-tls", "5061": "sip-tls", "3804": "capf", "2445": "tvs", "8443": "https", "9444": "https", "443": "https"}[portOf(t.server)]
}

// refusal is one time that a server did not take the phone's certificate.
type refusal struct {
	ev      []*entry
	at      instant
	server  string // address and port, "" when not told
	service string // sccp-tls, sip-tls, https, "" when not told
	why     string
	direct  bool   // an alert or the server's own trace says so
	subject string // of the phone's certificate
	issuer  string
	serial  string
	from    string // notBefore of that certificate
	kind    string // LSC, MIC, ""
}

// refusals gathers what captures, the console and the trace of call control
// tell of refused certificates of the phone, in order of time. A line that
// the phone took the server's certificate does not speak against it: that
// line judges the server, and the handshake that fails after it fails by the
// other side.
func (v *view) refusals() []*refusal {
	var out []*refusal
	for _, c := range v.contacts("sccp-tls", "sip-tls", "https", "provisioning", "other") {
		if c.state != "refused-by-server" || c.own == nil || c.alert == nil || !slices.Contains(certificateAlerts, plainAlert(c.alert.Description)) {
			continue
		}
		out = append(out, &refusal{ev: []*entry{c.n}, at: c.n.at, server: c.t.Server, service: c.t.Service, direct: true,
			why:     fmt.Sprintf("%s answered the phone's certificate with the alert %s", c.t.Server, c.alert.Description),
			subject: c.own.Subject, issuer: c.own.Issuer, serial: c.own.Serial, from: c.own.NotBefore, kind: certKind(c.own.Issuer)})
	}
	for _, t := range v.talks() {
		s := t.service()
		if s == "tvs" || s == "capf" || t.done != nil {
			continue
		}
		r := &refusal{ev: t.ev, at: t.at, server: t.server, service: s}
		if t.own != nil {
			r.subject, r.issuer, r.kind = t.own.detail("subject"), t.own.detail("issuer"), t.own.detail("type")
			if t.own.is("no_lsc_fallback_mic") {
				r.kind = "MIC"
			}
			if r.kind == "" {
				r.kind = certKind(r.issuer)
			}
		}
		where := firstOf(t.server, "the server")
		switch {
		case t.alert != nil && slices.Contains(certificateAlerts, plainAlert(t.alert.detail("description"))):
			r.direct, r.why = true, fmt.Sprintf("the phone received the alert %q from %s", t.alert.detail("description"), where)
		case t.alert == nil && t.own != nil && t.own.is("tls_client_cert") && t.valid != nil && t.failed != nil:
			r.why = fmt.Sprintf("the phone took the certificate of %s, presented its own, and then the handshake failed: %s did not take the phone's", where, where)
		default:
			continue
		}
		out = append(out, r)
	}
	for _, n := range v.p.all {
		// verify_cb alone is no refusal: call control may accept all the same.
		if n.is("cert_verification_failed") && n.detail("peer") != "" || n.is("cm_tls_failure") && n.detail("openssl_error") != "" && n.detail("openssl_error") != "0" {
			out = append(out, &refusal{ev: []*entry{n}, at: n.at, direct: true, why: "call control did not verify the phone's certificate: " + verifyText(n)})
		}
	}
	slices.SortStableFunc(out, func(a, b *refusal) int { return a.at.compare(b.at) })
	return out
}

// verifyText words an OpenSSL verification error.
func verifyText(n *entry) string {
	code := n.detail("openssl_error")
	words := map[string]string{"10": "it has expired", "18": "it is self-signed and not trusted", "19": "its root is not in the trust store", "20": "its issuer is not in the trust store", "21": "its chain is not complete"}[code]
	return firstOf(words, strings.TrimSpace(n.detail("text")), "no reason is given") + " (verification error " + firstOf(code, "not printed") + ")"
}

// refused gives the last refusal, with what the others of the same certificate
// add: who issued it, and evidence.
func (v *view) refused() *refusal {
	list := v.refusals()
	if len(list) == 0 {
		return nil
	}
	r := *list[len(list)-1]
	r.ev = slices.Clone(r.ev)
	for i := len(list) - 2; i >= 0; i-- {
		o := list[i]
		if r.issuer != "" && o.issuer != "" && !sameDN(r.issuer, o.issuer) {
			continue
		}
		if d, ok := r.at.sub(o.at); ok && d > 3600 {
			continue
		}
		r.ev = append(r.ev, o.ev...)
		r.server, r.service, r.direct = firstOf(r.server, o.server), firstOf(r.service, o.service), r.direct || o.direct
		if r.issuer == "" {
			r.issuer, r.subject, r.serial, r.from, r.kind = o.issuer, o.subject, o.serial, o.from, firstOf(r.kind, o.kind)
		} else {
			r.serial, r.from = firstOf(r.serial, o.serial), firstOf(r.from, o.from)
		}
		if !list[len(list)-1].direct && o.direct {
			r.why = o.why
		}
	}
	if r.issuer == "" { // a trace names no certificate; what the phone presented near it does
		for _, c := range v.contacts("sccp-tls", "sip-tls", "https") {
			if d, ok := c.n.at.sub(r.at); ok && d > -60 && d < 60 && c.own != nil {
				r.issuer, r.subject, r.serial, r.from, r.kind = c.own.Issuer, c.own.Subject, c.own.Serial, c.own.NotBefore, certKind(c.own.Issuer)
				r.ev = append(r.ev, c.n)
			}
		}
	}
	return &r
}

// takenSince finds a secure connection of the same purpose that was accepted
// after a refusal. same tells that it was the same host.
func (v *view) takenSince(r *refusal) (n *entry, same bool) {
	alike := func(service, server string) bool {
		if r.service == "https" || r.service == "provisioning" || r.service == "other" {
			return service == r.service && (r.server == "" || server == "" || hostOf(server) == hostOf(r.server))
		}
		return service == "sccp-tls" || service == "sip-tls"
	}
	take := func(at instant, service, server string, by *entry) {
		if by == nil || !r.at.before(at) || !alike(service, server) {
			return
		}
		here := r.server == "" || server == "" || hostOf(server) == hostOf(r.server)
		if n == nil || here && !same {
			n, same = by, here
		}
	}
	for _, c := range v.contacts("sccp-tls", "sip-tls", "https", "provisioning", "other") {
		if c.state != "accepted" {
			continue
		}
		take(c.n.at, c.t.Service, c.t.Server, c.n)
		// A connection to another node that outlives the refusal still stands.
		if end, ok := c.t.Marks["end"]; ok && n == nil && r.server != "" && hostOf(r.server) != hostOf(c.t.Server) && alike(c.t.Service, c.t.Server) &&
			r.at.before(v.k.at(c.n.place.Input, "capture", end.Clock)) {
			n = c.n
		}
	}
	for _, t := range v.talks() {
		take(t.at, t.service(), t.server, t.done)
	}
	for _, m := range v.p.all {
		if m.is("tls_cipher") || m.is("security_modes") && (m.detail("device_mode") == "2" || m.detail("device_mode") == "3") {
			take(m.at, "sccp-tls", "", m)
		}
	}
	return n, same
}

// Sub-kinds of a refused certificate: whose it is decides the remedy.
const (
	lscForeign  = "lsc-foreign-cluster" // issued by the CAPF of another cluster
	capfRenewed = "capf-renewed"        // issued by this cluster's former CAPF
	caSigned    = "ca-signed-capf"      // issued by, or through, a certificate authority outside
	ownCAPF     = "own-capf"            // issued by this cluster's present CAPF
)

// origin tells whose certificate was refused, why that is held, and the
// evidence; the kind is "" when the evidence does not settle it.
func (v *view) origin(r *refusal) (kind, because string, ev []*entry) {
	if r.issuer == "" || r.kind == "MIC" {
		return "", "", nil
	}
	issuer := firstOf(commonName(r.issuer), r.issuer)
	if !capfName(r.issuer) {
		return caSigned, fmt.Sprintf("its issuer %s is a certificate authority and not CAPF itself", issuer), nil
	}
	ids := v.capfIdentities()
	for _, c := range ids {
		if !sameDN(c.subject, r.issuer) {
			continue
		}
		switch {
		case c.issuer != "" && !sameDN(c.issuer, c.subject):
			return caSigned, fmt.Sprintf("its issuer %s is this cluster's CAPF (%s), whose certificate %s signed", issuer, c.from, firstOf(commonName(c.issuer), c.issuer)), c.ev
		case r.from != "" && c.notBefore != "" && r.from < c.notBefore && len(c.notBefore) >= 10 && c.notBefore[4] == '-':
			return capfRenewed, fmt.Sprintf("it was issued on %s by %s, whose certificate of today is valid from %s only", dateOnly(r.from), issuer, dateOnly(c.notBefore)), c.ev
		}
		return ownCAPF, fmt.Sprintf("its issuer %s is this cluster's CAPF (%s)", issuer, c.from), c.ev
	}
	for _, s := range v.p.states {
		for _, h := range s.before {
			if h.list == nil {
				continue
			}
			i := slices.IndexFunc(h.list.l.Records, func(rec evidence.Record) bool { return hasFunction(&rec, "CAPF") && sameDN(rec.Subject, r.issuer) })
			if i < 0 {
				continue
			}
			rec := recordText(&h.list.l.Records[i])
			switch v.sharesHosts(h.list) {
			case Yes:
				return capfRenewed, fmt.Sprintf("its issuer %s is in a former list of this cluster (%s) and in no present one", issuer, rec), h.ev
			case No:
				return lscForeign, fmt.Sprintf("its issuer %s is the CAPF of the cluster whose list the phone held before (%s); no server of that list is in the present one", issuer, rec), h.ev
			}
		}
	}
	for _, c := range ids {
		if len(orgOf(c.subject)) > 0 && len(orgOf(r.issuer)) > 0 && !slices.Equal(orgOf(c.subject), orgOf(r.issuer)) {
			return lscForeign, fmt.Sprintf("its issuer is %s, and this cluster's CAPF is %s (%s) of another organisation or place", r.issuer, c.subject, c.from), c.ev
		}
	}
	if len(ids) > 0 {
		return "", fmt.Sprintf("its issuer %s is not this cluster's CAPF of today, %s (%s)", issuer, commonName(ids[0].subject), ids[0].from), ids[0].ev
	}
	return "", "its issuer is " + issuer, nil
}

// orgOf gives a name without its CN, in comparable form.
func orgOf(dn string) []string {
	return slices.DeleteFunc(strings.Split(normDN(dn), ";"), func(s string) bool { return s == "" || strings.HasPrefix(s, "CN=") })
}

// sharesHosts tells whether a list names a server that the lists of today name
// too: then both are of one cluster.
func (v *view) sharesHosts(old *listObj) Tri {
	was := hostsOf(old)
	known := false
	for _, i := range []int{iCTL, iITL} {
		h := v.p.now(i).list
		if h == nil {
			h = v.servedList(strings.ToLower(listName(i))).list
		}
		if h == nil || h == old {
			continue
		}
		for name := range hostsOf(h) {
			known = true
			if was[name] {
				return Yes
			}
		}
	}
	if !known || len(was) == 0 {
		return Unknown
	}
	return No
}

// hostsOf gives the names and addresses of the servers in a list.
func hostsOf(l *listObj) map[string]bool {
	out := map[string]bool{}
	for i := range l.l.Records {
		r := &l.l.Records[i]
		if !hasFunction(r, "TFTP", "CCM", "TVS") {
			continue
		}
		for _, s := range []string{r.DNSName, r.IP, commonName(r.Subject)} {
			if s != "" {
				out[strings.ToLower(s)] = true
			}
		}
	}
	return out
}

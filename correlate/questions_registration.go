package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"secure-registration-silent", "Did every attempt of the phone at the port of secure registration stay without answer?", secureSilent},
	Question{"secure-registration-host-alive", "Did the silent hosts answer otherwise in the same capture?", secureHostAlive},
	Question{"ccm-cert-unlisted", "Did the phone refuse a CallManager certificate that its CTL does not name?", ccmCertUnlisted},
	Question{"peer-outside-cluster", "Is the peer no node of the cluster: an SRST router or Expressway?", peerOutside},
	Question{"phone-certificate-refused", "Did a server refuse the certificate that the phone presented?", phoneCertRefused},
	Question{"mic-refused", "Was the refused certificate the phone's MIC?", micRefused},
	Question{"profile-mismatch", "Does call control say that mode, name or cipher of the phone are not those of its security profile?", profileMismatch},
	Question{"no-common-tls", "Did the handshake fail for want of a common version or cipher, before any certificate?", noCommonTLS},
	Question{"fips-key-too-small", "Does the phone say that the server's key is too short for FIPS?", fipsKeyTooSmall},
	Question{"registered-in-clear", "Is the phone registered in clear, though its configuration orders a secure registration?", registeredInClear},
	Question{"secure-registration", "Did the phone register over TLS?", secureRegistration},
	Question{"registered-in-clear-since", "Did the phone register in clear afterwards?", clearSince},
	Question{"call-modes", "Are the security modes of both parties of a call known?", callModes},
	Question{"ctl-from-before-upgrade", "Was the CTL made before the upgrade, and does it lack the CallManager certificate of today?", ctlBeforeUpgrade},
)

func secureSilent(v *view) Answer {
	a := portDead(v.registrations(), "secure registration (TCP 2443 or 5061)")
	if cm := v.secureByCM(); a.Value == Yes && v.after(a.Evidence, cm) {
		return no("call control registered the phone over TLS since", cm...)
	}
	return a
}

// secureByCM gives call control's own words that the phone runs over TLS.
func (v *view) secureByCM() []*entry {
	var out []*entry
	for _, n := range v.p.all {
		if n.secureByCM() {
			out = append(out, n)
		}
	}
	return out
}

func (n *entry) secureByCM() bool {
	m := n.detail("device_mode")
	return (m == "2" || m == "3") && (n.is("tls_cipher") || n.is("security_modes") && n.detail("cluster") != "0")
}

func secureHostAlive(v *view) Answer { return hostAlive(v, v.registrations()) }

// lastRefusedCCM gives the last secure connection of which the phone refused
// the server, with the records that its certificate was held against. Any
// connection that came about since says that the refusal is over.
func (v *view) lastRefusedCCM() *contact {
	list := v.registrations()
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].state == "refused-by-phone" && list[i].cert != nil {
			return list[i]
		}
	}
	return nil
}

func ccmCertUnlisted(v *view) Answer {
	c := v.lastRefusedCCM()
	if c == nil {
		for _, o := range v.registrations() {
			if o.state == "accepted" && !o.t.Resumed {
				return no("the phone accepted the CallManager certificate of "+o.t.Server, o.n)
			}
		}
		return unknown("no secure registration that the phone broke off is in evidence")
	}
	lists := []int{iCTL, iITL}
	if v.p.heldAt(iCTL, c.n.at).list != nil {
		lists = lists[:1] // a phone with a CTL judges CallManager by the CTL alone
	}
	x := v.pin(c.n.at, c.cert, []string{"CCM"}, lists...)
	ev := append([]*entry{c.n}, x.ev...)
	switch x.state {
	case "match":
		return no(fmt.Sprintf("CallManager's certificate %s is in %s: %s", certText(c.cert), x.list, recordText(x.record)), ev...)
	case "absent":
	default:
		return unknown(fmt.Sprintf("the phone refused the CallManager certificate %s of %s, but %s", certText(c.cert), c.t.Server, x.why), ev...)
	}
	say := fmt.Sprintf("%s presents %s, and %s has %s. The phone %s", c.t.Server, certText(c.cert), x.list, recordText(x.record), endText(c.t))
	if !x.all {
		say += "; its other list is not in evidence, and did not help"
	}
	return yes(say, ev...)
}

func peerOutside(v *view) Answer {
	c := v.lastRefusedCCM()
	if c == nil {
		return unknown("no refused peer is in evidence")
	}
	switch v.clusterNode(hostOf(c.t.Server)) {
	case Yes:
		return no(c.t.Server+" is a node of the cluster", c.n)
	case No:
		return yes(c.t.Server+" is in neither the group nor the lists of the phone: a router for SRST or an Expressway is not judged by the CTL", c.n)
	}
	return unknown("whether " + c.t.Server + " is a node of the cluster is not in evidence")
}

func phoneCertRefused(v *view) Answer {
	r := v.refused()
	if r == nil {
		return unknown("no refusal of the phone's certificate is in evidence")
	}
	say := r.why
	if r.issuer != "" {
		say += fmt.Sprintf("; the certificate was the phone's %s", firstOf(r.kind, "own"))
		if r.serial != "" {
			say += " (serial " + r.serial + ")"
		}
		say += ", issued by " + firstOf(commonName(r.issuer), r.issuer)
	}
	return yes(say, r.ev...)
}

func micRefused(v *view) Answer {
	r := v.refused()
	switch {
	case r == nil:
		return unknown("no refusal of the phone's certificate is in evidence")
	case r.kind == "MIC":
		return yes(fmt.Sprintf("the refused certificate is the phone's MIC%s: %s", prefixed(" of ", commonName(r.issuer)), r.why), r.ev...)
	case r.kind == "LSC":
		return no("the phone presented an LSC", r.ev...)
	}
	return unknown("which certificate the phone presented is not in evidence", r.ev...)
}

// connectionFailures are the reasons of call control's alarms that speak of
// the security profile (System Error Messages 14; CISCO-CCM-MIB).
var connectionFailures = map[string]map[string]string{
	"ConnectionFailure":           {"1": "the device's mode is not that of the profile", "2": "the name in the certificate is not that of the profile", "3": "the cipher is not that of the profile"},
	"EndPointTransientConnection": {"11": "the name in the certificate is not that of the profile", "12": "the cipher is not that of the profile"},
}

func profileMismatch(v *view) Answer {
	var ev []*entry
	say := ""
	for _, n := range v.alarmsNamed("ConnectionFailure", "EndPointTransientConnection") {
		if !slices.Contains(v.p.all, n) {
			continue // another device's
		}
		reason := firstOf(n.detail("reason"), n.detail("param.Reason"))
		if i := strings.IndexFunc(reason, func(r rune) bool { return r < '0' || r > '9' }); i > 0 {
			reason = reason[:i]
		}
		name := n.detail("alarm")
		name = name[strings.LastIndexByte(name, '-')+1:]
		if words := connectionFailures[name][reason]; words != "" {
			ev, say = append(ev, n), fmt.Sprintf("call control raised the alarm %s with reason %s: %s", name, reason, words)
		}
	}
	for _, n := range v.namedEverywhere("x509_name_mismatch") {
		if !v.p.cluster && !strings.Contains(strings.ToUpper(n.detail("received")+n.detail("expected")), strings.ToUpper(v.p.name)) && !slices.Contains(v.p.all, n) {
			continue
		}
		ev, say = append(ev, n), fmt.Sprintf("call control read the name %q in the phone's certificate and expected %q", n.detail("received"), n.detail("expected"))
	}
	if say == "" {
		return unknown("no word of call control about the phone's security profile is in evidence")
	}
	return yes(say, ev...)
}

// noCommonTLS wants an alert of the negotiation before any certificate: once
// certificates were exchanged, version and cipher were agreed.
func noCommonTLS(v *view) Answer {
	var last *contact
	for _, c := range v.contacts("capf", "sccp-tls", "sip-tls") {
		switch c.state {
		case "no-common-tls":
			last = c
		case "accepted":
			if last != nil && last.t.Service == c.t.Service && hostOf(last.t.Server) == hostOf(c.t.Server) {
				last = nil
			}
		}
	}
	if last != nil {
		t := last.t
		offer := "no version seen"
		if t.ClientVersion != "" {
			offer = "the phone offers up to " + t.ClientVersion
		}
		if t.Version != "" {
			offer += ", the server answers with " + t.Version
		}
		return yes(fmt.Sprintf("%s ended the negotiation with %s by the alert %s, before any certificate: %s", map[string]string{"server": "the server", "client": "the phone"}[last.alert.From], t.Server, last.alert.Description, offer), last.n)
	}
	for _, n := range v.p.all {
		text := strings.ToLower(n.detail("text"))
		if n.is("tls_protocol_error") && (strings.Contains(text, "no shared cipher") || strings.Contains(text, "unsupported protocol") || strings.Contains(text, "wrong version") || strings.Contains(text, "unknown protocol") || strings.Contains(text, "version too low")) {
			return yes("call control ended the phone's handshake: "+text, n)
		}
	}
	return unknown("no negotiation of TLS that failed is in evidence")
}

func fipsKeyTooSmall(v *view) Answer {
	var said *entry
	for _, n := range v.p.all {
		if n.is("fips_key_too_small") {
			said = n
		}
	}
	if said == nil {
		return unknown("no word of the phone about the length of keys is in evidence")
	}
	ev := []*entry{said}
	short, long := "", ""
	for _, c := range v.registrations() {
		if c.cert == nil || !strings.HasPrefix(c.cert.KeyText, "RSA ") {
			continue
		}
		bits := 0
		if _, err := fmt.Sscanf(c.cert.KeyText, "RSA %d", &bits); err != nil {
			continue
		}
		ev = append(ev, c.n)
		if bits < 2048 {
			short = fmt.Sprintf("; %s presents %s with a key of %d bits", c.t.Server, certText(c.cert), bits)
		} else {
			long = fmt.Sprintf("%s presents %s with a key of %d bits, which is enough", c.t.Server, certText(c.cert), bits)
		}
	}
	if short == "" && long != "" {
		return no(long, ev...)
	}
	return yes("the phone says that the key of the server's certificate is too short for FIPS"+short, ev...)
}

// securityModes are the words for deviceSecurityMode.
var securityModes = map[string]string{"1": "non-secure", "2": "authenticated", "3": "encrypted"}

func registeredInClear(v *view) Answer {
	c := v.configInForce()
	if c == nil || c.list.config.Security == "" {
		return unknown("the security mode that the phone's configuration orders is not in evidence")
	}
	mode := c.list.config.Security
	if mode != "2" && mode != "3" {
		return no("the phone's configuration orders a "+firstOf(securityModes[mode], "other")+" registration", c.evidence()...)
	}
	var clear *entry
	for _, n := range v.p.all {
		switch {
		case n.at.before(c.end): // it may have run by an older configuration
		case n.is("registered", "registration_ok"):
			clear = n
		case n.is("security_modes") && n.detail("device_mode") == "1":
			clear = n
		}
	}
	if clear == nil {
		return unknown("no registration in clear is in evidence")
	}
	for _, n := range v.p.conns {
		if p := portOf(n.e().TLS.Server); (p == "5090" || p == "5091") && n.e().TLS.Outcome == "established" {
			return no("the phone registers by OAuth on port "+p, n)
		}
	}
	if a := v.ask("secure-registration"); a.Value == Yes && len(a.Evidence) > 0 && clear.at.before(a.Evidence[0].at) {
		return no("the phone registered over TLS later", a.Evidence...)
	}
	how := "registered in clear with " + firstOf(clear.e().Server, "call control")
	if clear.is("security_modes") {
		how = "runs in mode 1 (non-secure) according to call control"
	}
	return yes(fmt.Sprintf("the phone's configuration orders an %s registration, and the phone %s", securityModes[mode], how), append(c.evidence(), clear)...)
}

// secureRegistration looks at the last secure connection; call control's own
// words on mode and cipher say the same from the other side.
func secureRegistration(v *view) Answer {
	list := v.registrations()
	var wire *contact
	for _, c := range slices.Backward(list) {
		if c.state != "unclear" && c.state != "silent" {
			if c.state == "accepted" {
				wire = c
			}
			break
		}
	}
	var ev []*entry
	var says []string
	if wire != nil && v.clusterNode(hostOf(wire.t.Server)) != No {
		ev = append(ev, wire.n)
		say := "the phone's TLS connection to " + wire.t.Server + " came about"
		switch x := v.pin(wire.n.at, wire.cert, []string{"CCM"}, iCTL, iITL); {
		case wire.t.Resumed:
			say += ", resumed, so that no certificate was exchanged anew"
		case x.state == "match":
			say += fmt.Sprintf("; its certificate %s is %s of %s", certText(wire.cert), recordText(x.record), x.list)
			ev = append(ev, x.ev...)
		}
		if wire.own != nil {
			say += fmt.Sprintf("; the phone presented its %s, issued by %s", certKind(wire.own.Issuer), firstOf(commonName(wire.own.Issuer), wire.own.Issuer))
		}
		says = append(says, say)
	}
	modes := ""
	for _, n := range v.secureByCM() {
		mode := n.detail("device_mode")
		modes = fmt.Sprintf("call control runs it in mode %s (%s)", mode, securityModes[mode])
		if n.is("tls_cipher") {
			says = append(says, fmt.Sprintf("call control registered it over TLS, cipher %s, mode %s (%s)", n.detail("cipher"), mode, securityModes[mode]))
		}
		ev = append(ev, n)
	}
	if len(says) == 0 && modes != "" {
		says = append(says, modes)
	}
	if len(says) == 0 {
		return unknown("no registration over TLS is in evidence")
	}
	slices.Sort(says)
	return yes(strings.Join(slices.Compact(says), "; "), ev...)
}

func clearSince(v *view) Answer {
	a := v.ask("secure-registration")
	if a.Value != Yes {
		return unknown("no registration over TLS is in evidence")
	}
	last := a.Evidence[len(a.Evidence)-1].at
	for _, n := range v.p.all {
		if n.is("registered", "registration_ok") && last.before(n.at) {
			return yes("the phone registered in clear afterwards", n)
		}
	}
	return no("no later registration in clear is in evidence", a.Evidence...)
}

func callModes(*view) Answer {
	return unknown("no input that is read names both parties of a call with their modes")
}

// firstEight is when release 8.0 came out: what is older is of a 7.x cluster.
const firstEight = "2010-02-01"

func ctlBeforeUpgrade(v *view) Answer {
	major, _, rel := v.release()
	up := v.k.fact(v.p, "upgraded")
	if rel == nil && up == nil {
		return unknown("whether the cluster was upgraded is not stated")
	}
	if up == nil && major < 8 {
		return no("release "+rel.fact.Value+" was not upgraded to 8.x", rel)
	}
	h := v.p.now(iCTL)
	if h.list == nil {
		s := v.servedCTL()
		h.list, h.ev = s.list, s.ev
	}
	if h.list == nil || len(h.list.l.Modified) < 10 || h.list.l.Modified[4] != '-' {
		return unknown("the CTL with its date is not in evidence")
	}
	made := h.list.l.Modified
	limit, by := firstEight, rel
	if up != nil {
		limit, by = up.fact.Value, up
	}
	if made >= limit {
		return no("the CTL is of "+dateOnly(made)+", later than the upgrade", h.ev...)
	}
	for _, c := range slices.Backward(v.registrations()) {
		if c.cert == nil {
			continue
		}
		m := certIn(h.list, c.cert, "CCM")
		if m.state == "match" || m.state == "near-miss" {
			return no("the CTL holds the CallManager certificate of today", c.n)
		}
		if c.state == "accepted" {
			return no("the phone accepts CallManager", c.n)
		}
		if c.state != "refused-by-phone" {
			continue
		}
		return yes(fmt.Sprintf("the CTL is of %s, from before the upgrade, and %s presents %s, which it does not hold", dateOnly(made), c.t.Server, certText(c.cert)), slices.Concat(h.ev, []*entry{c.n, by})...)
	}
	return unknown("the CTL is of "+dateOnly(made)+", from before the upgrade; the CallManager certificate of today is not in evidence", h.ev...)
}

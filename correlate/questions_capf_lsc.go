package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"lsc-auth-string-refused", "Did CAPF refuse the authentication string of the phone?", authStringRefused},
	Question{"capf-key-generated", "Did the phone deliver a new key to CAPF in that session?", capfKeyGenerated},
	Question{"lsc-auth-string-awaited", "Is an operation of CAPF pending that waits for the string to be typed at the phone?", authStringAwaited},
	Question{"lsc-certificate-refused", "Did CAPF refuse the certificate by which the phone was to prove itself?", lscCertificateRefused},
	Question{"capf-operation-broken", "Did the operation of CAPF end by time, communication or a general failure?", capfOperationBroken},
	Question{"mic-missing", "Has the phone no certificate from the factory?", micMissing},
	Question{"mic-presented", "Did the phone present its MIC?", micPresented},
)

// byString tells that the phone's configuration orders an operation with an
// authentication string: capfAuthMode 1.
func (v *view) byString() *attempt {
	if c := v.configInForce(); c != nil && c.list.config.CAPFMode == "1" {
		return c
	}
	return nil
}

// authStringRefused is stated by result 3. Without a trace, and with the mode
// by string, a session that CAPF ends at once after the handshake is a hint.
func authStringRefused(v *view) Answer {
	if code, ev, _ := v.capfSaid("3"); code != "" {
		say := "CAPF ended the operation with " + codeText(code)
		if !v.yes("capf-key-generated") {
			say += ", and no key of the phone followed"
		}
		if c := v.lastCAPF(); c != nil {
			if x := v.pin(c.n.at, c.cert, []string{"CAPF"}, iCTL, iITL); x.state == "match" {
				say += fmt.Sprintf("; the trust is in order: CAPF's certificate %s is %s of %s", certText(c.cert), recordText(x.record), x.list)
				ev = slices.Concat(ev, []*entry{c.n}, x.ev)
			}
		}
		return yes(say, ev...)
	}
	c := v.byString()
	if c == nil {
		return unknown("no refusal of an authentication string is in evidence")
	}
	runs := v.capfRuns()
	for i := len(runs) - 1; i >= 0; i-- {
		switch r := runs[i]; {
		case r.key != nil || r.code != "" || r.ok():
			return no("CAPF took the operation up", r.ev...)
		case r.auth != nil && v.traceGoesOn(r, 30):
			return yes("CAPF asked the phone to authenticate by string, and nothing followed in the trace", append(r.ev, c.evidence()...)...)
		}
	}
	list := v.contacts("capf")
	for i := len(list) - 1; i >= 0; i-- {
		t := list[i].t
		end, data := t.Marks["end"], t.Marks["client_data"]
		if list[i].state != "accepted" || len(runs) > 0 || end.Clock == nil || data.Clock == nil || v.lscSeen() {
			continue
		}
		if d := ns(end.Clock) - ns(data.Clock); d >= 0 && d < 3*second && t.ClosedBy != "" {
			return yes(fmt.Sprintf("the phone is to authenticate by string, and its session with CAPF ended %.1f s after its first message, too soon for a key to be made", float64(d)/1e9), append(c.evidence(), list[i].n)...)
		}
	}
	return unknown("no refusal of an authentication string is in evidence")
}

// lscSeen tells that the phone presents an LSC somewhere.
func (v *view) lscSeen() bool {
	for _, n := range v.p.all {
		if n.is("tls_client_cert") && n.detail("type") == "LSC" {
			return true
		}
	}
	return slices.ContainsFunc(v.contacts("sccp-tls", "sip-tls", "https"), func(c *contact) bool { return c.own != nil && certKind(c.own.Issuer) == "LSC" })
}

func capfKeyGenerated(v *view) Answer {
	runs := v.capfRuns()
	for i := len(runs) - 1; i >= 0; i-- {
		if r := runs[i]; r.code == "3" {
			if r.key != nil {
				return yes("the phone delivered its new key, so CAPF had taken its proof", r.key)
			}
			return no("no key of the phone arrived in that session", r.ev...)
		}
	}
	return unknown("no session with CAPF that ended for its string is in evidence")
}

// authStringAwaited wants the mode by string and a capture that saw the phone
// long enough without any attempt to reach CAPF.
func authStringAwaited(v *view) Answer {
	c := v.byString()
	if c == nil {
		return unknown("no configuration that orders an operation by authentication string is in evidence")
	}
	for _, n := range v.p.conns {
		if n.e().TLS.Service == "capf" {
			return no("the phone went to CAPF", n)
		}
	}
	for _, n := range v.p.all {
		if strings.HasPrefix(n.name, "capf_") {
			return no("the phone went to CAPF", n)
		}
	}
	if !v.k.seenUntil(v.p, c.end, 60) {
		return unknown("the configuration orders an operation by authentication string; no capture shows the phone for a minute after it", c.evidence()...)
	}
	return yes("the configuration orders an operation by authentication string, and the phone, seen for a minute and more, never went to CAPF: it waits for the string to be typed", c.evidence()...)
}

// lscCertificateRefused is stated by results 4 to 6, or by an alert of CAPF to
// the certificate that the phone presents.
func lscCertificateRefused(v *view) Answer {
	if code, ev, _ := v.capfSaid("4", "5", "6"); code != "" {
		return yes("CAPF ended the operation with "+codeText(code)+": it does not take the certificate by which the phone was to prove itself", ev...)
	}
	list := v.contacts("capf")
	for i := len(list) - 1; i >= 0; i-- {
		c := list[i]
		if c.state == "accepted" {
			return no("CAPF took the phone's connection", c.n)
		}
		if c.state == "refused-by-server" && c.own != nil && c.alert != nil && slices.Contains(certificateAlerts, plainAlert(c.alert.Description)) {
			return yes(fmt.Sprintf("CAPF %s answered the phone's certificate %s, issued by %s, with the alert %s", c.t.Server, certText(c.own), firstOf(commonName(c.own.Issuer), c.own.Issuer), c.alert.Description), c.n)
		}
	}
	return unknown("no refusal of the phone's certificate by CAPF is in evidence")
}

func capfOperationBroken(v *view) Answer {
	if code, ev, _ := v.capfSaid("2", "7", "8", "11"); code != "" {
		return yes("CAPF ended the operation with "+codeText(code), ev...)
	}
	return unknown("no operation of CAPF that ended by time or communication is in evidence")
}

// micMissing is said by the phone, or follows when a server wants a
// certificate and a phone without LSC has none to send.
func micMissing(v *view) Answer {
	var none *entry
	for _, n := range v.p.all {
		switch {
		case n.is("mic_missing", "mic_not_installed"):
			return yes("the phone says that no MIC is installed", n)
		case n.is("no_lsc_fallback_mic"):
			none = n
		}
	}
	if none == nil {
		return unknown("nothing in evidence says that the phone has no MIC")
	}
	for _, c := range v.contacts("capf", "sccp-tls", "sip-tls") {
		if c.t.CertificateRequested && c.cert != nil && c.own == nil && c.state == "refused-by-server" && !c.t.Resumed {
			return yes("the phone has no LSC, "+c.t.Server+" asked for a certificate, and it had none to send", none, c.n)
		}
	}
	return unknown("nothing in evidence says that the phone has no MIC")
}

func micPresented(v *view) Answer {
	for _, c := range v.contacts("capf", "sccp-tls", "sip-tls", "https", "tvs") {
		if c.own != nil && certKind(c.own.Issuer) == "MIC" {
			return yes("the phone presented its MIC, issued by "+commonName(c.own.Issuer), c.n)
		}
	}
	for _, n := range v.p.all {
		if n.is("tls_client_cert") && n.detail("type") == "MIC" {
			return yes("the phone presented its MIC", n)
		}
	}
	return unknown("no MIC of the phone is in evidence")
}

// certKind tells a phone's two certificates apart by their issuer: the factory
// certificate comes from Cisco's manufacturing authorities, an LSC from CAPF
// or from the authority that CAPF hands requests to.
func certKind(issuer string) string {
	cn := strings.ToUpper(commonName(issuer))
	switch {
	case cn == "":
		return ""
	case strings.HasPrefix(cn, "CAP-RTP-"), strings.Contains(cn, "MANUFACTURING CA"), strings.Contains(cn, "SUDI"):
		return "MIC"
	}
	return "LSC"
}

package correlate

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"sent-to-home-cluster", "Does a visiting phone fetch its configuration from another cluster than its lists?", sentToHomeCluster},
	Question{"tvs-denied-config-signer", "Did TVS say that it does not know the signer of the configuration?", tvsDeniedConfigSigner},
	Question{"vpn-gateway-differs", "Did the phone refuse a VPN gateway whose certificate is none of those its configuration names?", vpnGatewayDiffers},
	Question{"dot1x-failed", "Did 802.1X refuse the phone?", dot1xFailed},
	Question{"capf-changed-since-lsc", "Was the phone's LSC issued by another CAPF than the present one?", capfChangedSinceLSC},
	Question{"new-phone-not-registered", "Did a phone that the cluster does not know get the default configuration and never register?", newPhoneNotRegistered},
	Question{"cluster-mixed-mode", "Is the cluster in mixed mode?", clusterMixedMode},
	Question{"release-auto-registers", "Does the stated release auto-register phones in mixed mode?", releaseAutoRegisters},
)

// sentToHomeCluster recognises Extension Mobility Cross Cluster: the lists stay
// those of the visited cluster, the configuration comes from a server that no
// record of them names. Every TVS of a cluster stands in its ITL, so a server
// of the same cluster would be named.
func sentToHomeCluster(v *view) Answer {
	c := v.p.served("config")
	h := v.p.now(iITL)
	switch {
	case c == nil || len(c.wire) == 0 || c.list.l.Signer.Serial == "":
		return unknown("no signed configuration is in evidence")
	case h.list == nil || h.list.l.Partial || h.state == "blank":
		return unknown("the phone's ITL is not in evidence as a whole")
	}
	lists, home := v.servedFrom(h.list), v.servedFrom(c.list)
	if lists == "" {
		return unknown("the server from which the phone's ITL came is not in evidence")
	}
	if lists == home {
		return no("lists and configuration come from one server, "+home, c.evidence()...)
	}
	switch a := v.p.served("itl"); {
	case a == nil || sameList(a.list, h.list):
	case !otherList(a.list, h.list):
		return unknown("only a part of the served ITL is in evidence", a.evidence()...)
	default:
		return no("the phone is served another ITL too, so it was moved and does not only visit", a.evidence()...)
	}
	signer := strings.ToLower(commonName(c.list.l.Signer.Name))
	if signer == "" {
		return unknown("the name of the configuration's signer is not in evidence", c.evidence()...)
	}
	for i := range h.list.l.Records {
		r := &h.list.l.Records[i]
		if n := serverName(r); n != "" && shortHost(n) == shortHost(signer) || sameSerial(r.Serial, c.list.l.Signer.Serial) || recordAddress(r) == home {
			return no(fmt.Sprintf("the signer of the configuration is a server of the phone's cluster (record %d)", r.Number), slices.Concat(c.evidence(), h.ev)...)
		}
	}
	return yes(fmt.Sprintf("the phone's lists come from %s, its configuration from %s, signed by %s: a server that no record of the phone's ITL names", lists, home, signerText(c.list)), slices.Concat(c.evidence(), h.ev)...)
}

func tvsDeniedConfigSigner(v *view) Answer {
	c := v.p.served("config")
	if c == nil || c.list.l.Signer.Serial == "" {
		return unknown("no signed configuration is in evidence")
	}
	for i := len(v.p.all) - 1; i >= 0; i-- {
		n := v.p.all[i]
		if !n.is("tvs_query") || n.detail("type") == "verify" || !sameSerial(n.detail("serial"), c.list.l.Signer.Serial) {
			continue
		}
		switch n.detail("result") {
		case "not-found":
			return yes(fmt.Sprintf("TVS was asked for %s, the signer of %s, and found it in none of its caches", signerText(c.list), c.file), n)
		case "found":
			return no("TVS knows the signer of "+c.file, n)
		}
	}
	return unknown("no question to TVS for the configuration's signer is in evidence")
}

// vpnGatewayDiffers compares the gateways that the phone refused on port 443
// with the hashes in its configuration. Servers of the cluster are no gateways.
func vpnGatewayDiffers(v *view) Answer {
	a := v.heldConfig()
	if a == nil {
		a = v.p.served("config")
	}
	switch {
	case a == nil || a.list == nil || a.list.config == nil:
		return unknown("no configuration of the phone is in evidence")
	case len(a.list.config.VPNHashes) == 0:
		return no("the configuration names no VPN gateway", a.evidence()...)
	}
	want := map[string]bool{}
	for _, h := range a.list.config.VPNHashes {
		if b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(h)); err == nil {
			want[hex.EncodeToString(b)] = true
		}
	}
	servers, _ := v.tvsServers()
	own := map[string]bool{}
	for _, s := range servers {
		own[s.address] = true
	}
	var out Answer
	for _, n := range v.p.conns {
		t := n.e().TLS
		if portOf(t.Server) != "443" || own[hostOf(t.Server)] || len(t.ServerCertificates) == 0 {
			continue
		}
		for _, id := range t.ServerCertificates {
			if c := v.k.cert(id); c != nil && (want[c.SHA1] || want[c.SHA256]) {
				return no("the VPN gateway "+t.Server+" presents a certificate that the configuration names", append(a.evidence(), n)...)
			}
		}
		if c := v.k.cert(t.ServerCertificates[0]); c != nil && failedState(t) == "refused-by-phone" {
			out = yes(fmt.Sprintf("the phone refused %s, which presents %s (SHA-1 %s): none of the %d certificate hashes in its configuration", t.Server, firstOf(commonName(c.Subject), c.Subject), c.SHA1, len(want)), append(a.evidence(), n)...)
		}
	}
	if out.Value == Yes && len(want) > 0 {
		return out
	}
	return unknown("no VPN gateway that the phone refused is in evidence")
}

func dot1xFailed(v *view) Answer {
	for i := len(v.p.all) - 1; i >= 0; i-- {
		switch n := v.p.all[i]; {
		case n.is("dot1x_failed", "eap_failure"):
			return yes("802.1X refused the phone", n)
		case n.is("eap_success"):
			return no("802.1X let the phone in", n)
		}
	}
	return unknown("no outcome of 802.1X is in evidence")
}

// capfChangedSinceLSC is asked of a phone that 802.1X refused: the LSC's issuer
// against the CAPF of the lists, or a CAPF record that changed.
func capfChangedSinceLSC(v *view) Answer {
	if v.ask("dot1x-failed").Value != Yes {
		return unknown("802.1X is not seen to refuse the phone")
	}
	capf, ev := v.presentCAPF()
	for i := len(v.p.all) - 1; i >= 0; i-- {
		n := v.p.all[i]
		if n.is("syslog_alarm", "alarm") && strings.Contains(n.detail("alarm"), "CAPFCertificateRegenerated") {
			return yes("an alarm tells that the CAPF certificate was regenerated", n)
		}
		issuer := commonName(n.detail("issuer"))
		if !n.is("tls_client_cert") {
			issuer = v.lscIssuer(n)
		}
		switch {
		case !strings.HasPrefix(strings.ToUpper(issuer), "CAPF") || capf == "":
		case strings.EqualFold(issuer, capf):
			return no("the phone's LSC was issued by the present CAPF, "+capf, append(slices.Clone(ev), n)...)
		default:
			return yes(fmt.Sprintf("the phone's LSC was issued by %s, the present CAPF is %s", issuer, capf), append(slices.Clone(ev), n)...)
		}
	}
	for i := len(v.p.states) - 1; i > 0; i-- {
		s := v.p.states[i]
		for j := range s.before {
			a, b := capfOf(s.before[j].list), capfOf(s.after[j].list)
			if a.serial != "" && b.serial != "" && !sameSerial(a.serial, b.serial) {
				return yes(fmt.Sprintf("the CAPF in the phone's lists changed from serial %s to %s", a.serial, b.serial), s.ev...)
			}
		}
	}
	return unknown("neither the issuer of the phone's LSC nor a change of the CAPF certificate is in evidence")
}

type capfRecord struct{ name, serial string }

func capfOf(o *listObj) capfRecord {
	if o == nil {
		return capfRecord{}
	}
	for i := range o.l.Records {
		if r := &o.l.Records[i]; hasFunction(r, "CAPF") {
			return capfRecord{commonName(r.Subject), r.Serial}
		}
	}
	return capfRecord{}
}

// presentCAPF names the CAPF of the served lists, else of the held ones.
func (v *view) presentCAPF() (string, []*entry) {
	for _, s := range []servedFile{v.servedITL(), v.servedCTL(), {list: v.p.now(iITL).list, ev: v.p.now(iITL).ev}, {list: v.p.now(iCTL).list, ev: v.p.now(iCTL).ev}} {
		if c := capfOf(s.list); c.name != "" {
			return c.name, s.ev
		}
	}
	return "", nil
}

// lscIssuer gives the issuer of a certificate that the phone presented.
func (v *view) lscIssuer(n *entry) string {
	if n.e() == nil || n.e().TLS == nil || len(n.e().TLS.ClientCertificates) == 0 {
		return ""
	}
	if c := v.k.cert(n.e().TLS.ClientCertificates[0]); c != nil {
		return commonName(c.Issuer)
	}
	return ""
}

// newPhoneNotRegistered wants the default configuration after the phone's own
// was not there, and a capture that would have seen a registration.
func newPhoneNotRegistered(v *view) Answer {
	var own, def *attempt
	for _, a := range v.p.attempts {
		switch {
		case a.kind != "config":
		case strings.HasPrefix(normFile(a.file), "xmldefault"):
			def = a
		case a.missing:
			own = a
		case a.complete:
			return no("the cluster has a configuration of the phone's own", a.evidence()...)
		}
	}
	switch {
	case def == nil || !def.complete:
		return unknown("the phone did not fetch the default configuration in the evidence")
	case own == nil:
		return unknown("whether the cluster has a configuration of the phone's own is not in evidence", def.evidence()...)
	}
	ev := slices.Concat(own.evidence(), def.evidence())
	switch {
	case v.registered() == "yes":
		return no("the phone registers", ev...)
	case v.registered() == "no":
		return yes("the cluster has no configuration of the phone's own, and the phone's registration failed", ev...)
	case v.k.seenUntil(v.p, def.end, 60):
		return yes("the cluster has no configuration of the phone's own, and in the minute after the default one no registration is seen", ev...)
	}
	return unknown("whether the phone registered afterwards is not in evidence", ev...)
}

func clusterMixedMode(v *view) Answer {
	if f := v.k.fact(v.p, "security-mode"); f != nil {
		if f.fact.Value == "mixed" {
			return yes("stated: the cluster is in mixed mode", f)
		}
		return no("stated: the cluster is not in mixed mode", f)
	}
	s := v.servedITL()
	if s.list == nil {
		return unknown("the cluster's mode is not in evidence")
	}
	switch mode(s.list.l) {
	case "mixed":
		return yes("the served ITL names its TFTP server as CCM+TFTP: mixed mode", s.ev...)
	case "non-secure":
		return no("the served ITL names its TFTP server as TFTP alone: no mixed mode", s.ev...)
	}
	return unknown("the cluster's mode is not in evidence", s.ev...)
}

func releaseAutoRegisters(v *view) Answer {
	major, _, f := v.release()
	switch {
	case f == nil || major == 0:
		return unknown("the CUCM release is not stated (cucm-version)")
	case major >= 14:
		return yes("release "+f.fact.Value+" auto-registers phones in mixed mode too", f)
	case major <= 10:
		return no("release "+f.fact.Value+" does not auto-register phones in mixed mode", f)
	}
	return unknown("whether release "+f.fact.Value+" auto-registers phones in mixed mode differs between its versions", f)
}

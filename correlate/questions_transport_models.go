package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"old-phone-tftp-not-in-ctl", "Does a 7940 or 7960 use a TFTP server whose address its CTL does not list?", oldPhoneTFTP},
	Question{"default-config-without-tvs", "Does a secure service fail without any question to TVS, on the default configuration, which names none?", defaultConfigWithoutTVS},
)

// modelOf gives the digits of the phone's model and the statement behind them.
func (v *view) modelOf() (string, *entry) {
	model, stated := v.p.model, (*entry)(nil)
	if f := v.k.fact(v.p, "model"); f != nil {
		model, stated = f.fact.Value, f
	}
	model = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(model)), "CP-")
	return strings.TrimRight(model, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-"), stated
}

// oldPhoneTFTP: a 7940 or 7960 takes files only from a TFTP server that its CTL
// lists by address; later models judge the signature alone.
func oldPhoneTFTP(v *view) Answer {
	model, stated := v.modelOf()
	switch {
	case model == "":
		return unknown("the phone's model is not in evidence")
	case model != "7940" && model != "7960":
		return no("a "+model+" judges a file by its signature, from whatever address", stated)
	}
	ctl := v.p.now(iCTL)
	if ctl.list == nil {
		return unknown("the CTL that the phone holds is not in evidence", stated)
	}
	a := v.p.lastAttempt("config")
	if a == nil {
		a = v.p.lastAttempt("ctl")
	}
	if a == nil {
		return unknown("no request of the phone to a TFTP server is in evidence", stated)
	}
	ev := slices.Concat([]*entry{stated}, ctl.ev, a.evidence(), a.proof)
	if a.kind == "config" && a.result == Yes {
		return no("the phone took "+a.file, ev...)
	}
	host := ""
	for _, n := range a.evidence() {
		if n.e().Transfer != nil {
			host = hostOf(n.e().Transfer.Server)
		} else {
			host = firstOf(hostOf(firstOf(n.e().Server, n.detail("server"))), host)
		}
	}
	if host == "" {
		return unknown("the address of the TFTP server is not in evidence", ev...)
	}
	var names []string
	for i := range ctl.list.l.Records {
		r := &ctl.list.l.Records[i]
		if !hasFunction(r, "TFTP") {
			continue
		}
		addr := v.resolve(r.DNSName)
		if r.IP == host || r.DNSName == host || addr == host {
			return no(fmt.Sprintf("the TFTP server %s is record %d of the phone's CTL", host, r.Number), ev...)
		}
		if r.IP == "" && (r.DNSName == "" || addr == r.DNSName && !isAddress(addr)) {
			return unknown(fmt.Sprintf("record %d of the phone's CTL names %s, whose address is not in evidence", r.Number, firstOf(r.DNSName, "no server")), ev...)
		}
		names = append(names, firstOf(r.IP, r.DNSName))
	}
	if ctl.list.l.Partial || len(names) == 0 {
		return unknown("the TFTP records of the phone's CTL are not in evidence", ev...)
	}
	return yes(fmt.Sprintf("the phone is a %s and asks %s for its files, while its CTL lists %s only", model, host, strings.Join(names, ", ")), ev...)
}

// isAddress tells an IP address from a name.
func isAddress(s string) bool {
	return strings.ContainsAny(s, ".:") && strings.Trim(s, "0123456789.:abcdefABCDEF") == ""
}

// defaultConfigWithoutTVS wants the whole story: the default configuration is
// the last one applied, it names no TVS, a secure service failed afterwards,
// and no question to TVS was even begun.
func defaultConfigWithoutTVS(v *view) Answer {
	var a *attempt
	for _, b := range v.p.attempts { // asked for first, it may have come last
		if b.kind == "config" && b.complete && b.result != No && (a == nil || !b.end.before(a.end)) {
			a = b
		}
	}
	switch {
	case a == nil:
		return unknown("no configuration that the phone applied is in evidence")
	case !strings.HasPrefix(normFile(a.file), "xmldefault."):
		return no("the phone runs on "+a.file, a.evidence()...)
	case a.list != nil && a.list.config != nil && len(a.list.config.TVS) > 0:
		return no("the default configuration names a TVS", a.evidence()...)
	}
	for _, n := range v.p.all {
		if n.is("tvs_connect_attempt", "tvs_cert_auth_sent", "tvs_query_cert_request", "tvs_query", "tvs_phone_connection") || n.e() != nil && n.e().TLS != nil && n.e().TLS.Service == "tvs" {
			if a.start.before(n.at) {
				return no("the phone asked TVS all the same", n)
			}
		}
	}
	for _, n := range slices.Backward(v.p.all) {
		if d, ok := n.at.sub(a.end); !ok || d < 0 || n.e() == nil {
			continue
		}
		if n.is("https_cert_not_in_trust_list") {
			if fail := v.serviceFailed(n); fail != nil {
				return yes(fmt.Sprintf("the phone runs on %s, which names no TVS; the certificate of %s is in no list, and the phone asked nobody about it", a.file, firstOf(n.e().Server, "an HTTPS server")), slices.Concat(a.evidence(), []*entry{n}, fail)...)
			}
		}
		if t := n.e().TLS; t != nil && t.Service == "https" && !t.Hidden && failedState(t) == "refused-by-phone" && v.k.seenUntil(v.p, n.at, settle) {
			return yes(fmt.Sprintf("the phone runs on %s, which names no TVS; it ended its connection to %s after it saw the certificate, and asked nobody about it", a.file, n.e().Server), append(a.evidence(), n)...)
		}
	}
	return unknown("no secure service that failed on the default configuration is in evidence", a.evidence()...)
}

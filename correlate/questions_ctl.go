package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"ctl-vouched", "Did TVS vouch for the signer of the CTL, or did the phone take it?", ctlVouched},
	Question{"ctl-recovery-stale", "Does the CTL hold an ITLRecovery certificate that is no longer the cluster's, beside the current CallManager certificate?", ctlRecoveryStale},
	Question{"ctl-record-outdated", "Does a record of the CTL hold another certificate than its server presents?", ctlRecordOutdated},
	Question{"ctl-older-than-certificate", "Is the CTL older than a certificate that it should list?", ctlOlderThanCertificate},
	Question{"tokenless-signer-changed", "Is a tokenless CTL signed by a new server key?", tokenlessSignerChanged},
	Question{"ctl-in-nonsecure-cluster", "Is a CTL served although the cluster is not in mixed mode?", ctlInNonsecureCluster},
)

func ctlVouched(v *view) Answer {
	a := v.p.lastAttempt("ctl")
	if a == nil || a.missing {
		return unknown("no CTL was offered to the phone in the evidence")
	}
	if a.result == Yes {
		return yes("the phone took "+a.file, slices.Concat(a.evidence(), a.proof)...)
	}
	return unknown("the phone did not take "+a.file+" in the evidence", a.evidence()...)
}

// ctlRecoveryStale compares the CTL's ITLRecovery record with the one that
// signs the served ITL; the CallManager record must still be current.
func ctlRecoveryStale(v *view) Answer {
	if f := v.k.fact(v.p, "security-mode"); f != nil && f.fact.Value == "non-secure" {
		return no("the cluster is not in mixed mode", f)
	}
	if major, minor, f := v.release(); f != nil && (major < 12 || major == 12 && minor < 5) {
		return no("release "+f.fact.Value+" came before that upgrade", f)
	}
	itl := v.servedITL()
	if itl.list == nil || !strings.HasPrefix(strings.ToUpper(commonName(itl.list.l.Signer.Name)), "ITLRECOVERY") {
		return unknown("the current ITLRecovery certificate is not in evidence")
	}
	for _, c := range v.ctls() {
		var stale, current string
		token := false
		for i := range c.list.l.Records {
			r := &c.list.l.Records[i]
			switch {
			case isRecovery(r) && !sameSerial(r.Serial, itl.list.l.Signer.Serial) && !nearMiss(r.Serial, itl.list.l.Signer.Serial):
				stale = r.Serial
			case hasFunction(r, "CCM") && sameKey(itl.list.l.Records, r) != nil:
				current = r.Serial
			case isToken(c.list.l, r):
				token = true
			}
		}
		if stale != "" && current != "" && !token {
			return yes(fmt.Sprintf("the CTL lists ITLRecovery serial %s, the cluster now signs with serial %s; its CallManager record (serial %s) is current", stale, itl.list.l.Signer.Serial, current), slices.Concat(c.ev, itl.ev)...)
		}
	}
	return unknown("no CTL with an ITLRecovery record that has been replaced is in evidence")
}

// ctls gives the CTLs of the case that matter to the view: held, served, and
// listed by the servers.
func (v *view) ctls() []servedFile {
	out := v.servedFiles("ctl")
	if h := v.p.now(iCTL); h.list != nil && !slices.ContainsFunc(out, func(f servedFile) bool { return sameList(f.list, h.list) }) {
		out = append(out, servedFile{list: h.list, ev: h.ev})
	}
	return out
}

// presentedOn gives the last connection of each server and service with a certificate on the wire.
func (v *view) presentedOn(services ...string) []*entry {
	var out []*entry
	for _, n := range slices.Backward(v.p.conns) {
		if !slices.Contains(services, n.e().TLS.Service) || len(n.e().TLS.ServerCertificates) == 0 {
			continue
		}
		if !slices.ContainsFunc(out, func(o *entry) bool { return o.e().Server == n.e().Server }) {
			out = append(out, n)
		}
	}
	return out
}

// ctlRecordOutdated holds the CTL's CAPF and CallManager records against what
// those servers present.
func ctlRecordOutdated(v *view) Answer {
	for _, c := range v.ctls() {
		if c.list.l.Partial {
			continue
		}
		for _, n := range v.presentedOn("capf", "sccp-tls", "sip-tls") {
			cert := v.k.cert(n.e().TLS.ServerCertificates[0])
			if cert == nil || strings.HasPrefix(cert.KeyText, "EC") {
				continue // ECDSA certificates have records of their own
			}
			role := "CCM"
			if n.e().TLS.Service == "capf" {
				role = "CAPF"
			}
			m := certIn(c.list, cert, role)
			if m.state == "same-name-new-key" || m.state == "absent" && role == "CAPF" && holdsRole(c.list, role) {
				rec := "no record of that name"
				if m.record != nil {
					rec = fmt.Sprintf("record %d has serial %s", m.record.Number, m.record.Serial)
				}
				return yes(fmt.Sprintf("%s presents %s, serial %s; in the CTL %s", n.e().Server, firstOf(commonName(cert.Subject), cert.Subject), cert.Serial, rec), append(slices.Clone(c.ev), n)...)
			}
		}
	}
	return unknown("no certificate on the wire contradicts a CTL of the case")
}

func holdsRole(l *listObj, role string) bool {
	for i := range l.l.Records {
		if hasFunction(&l.l.Records[i], role) && recordHash(&l.l.Records[i]) != "" {
			return true
		}
	}
	return false
}

func ctlOlderThanCertificate(v *view) Answer {
	for _, c := range v.ctls() {
		made, slack, ok := listDate(c.list.l.Modified)
		if !ok {
			continue
		}
		for _, n := range v.presentedOn("capf", "sccp-tls", "sip-tls") {
			cert := v.k.cert(n.e().TLS.ServerCertificates[0])
			if cert == nil {
				continue
			}
			role := "CCM"
			if n.e().TLS.Service == "capf" {
				role = "CAPF"
			}
			if certIn(c.list, cert, role).state == "match" {
				continue // listed, whatever the dates say
			}
			if from, ok := date(cert.NotBefore); ok && made.Add(slack).Before(from) {
				return yes(fmt.Sprintf("the CTL is of %s, the certificate of %s is valid only from %s", made.Format("2 January 2006"), n.e().Server, from.Format("2 January 2006")), append(slices.Clone(c.ev), n)...)
			}
		}
	}
	return unknown("no certificate that is newer than a CTL of the case is in evidence")
}

// tokenlessSignerChanged compares the served CTL's signer with the CTL that
// the phone held: both signers are servers, not tokens.
func tokenlessSignerChanged(v *view) Answer {
	a := v.p.served("ctl")
	if a == nil {
		return unknown("no CTL served to the phone is in evidence")
	}
	old := v.p.heldAt(iCTL, a.start)
	if old.list == nil {
		return unknown("the CTL that the phone held before is not in evidence", a.evidence()...)
	}
	token := func(name string) bool { return strings.HasPrefix(strings.ToUpper(commonName(name)), "SAST-") }
	switch {
	case token(a.list.l.Signer.Name) || token(old.list.l.Signer.Name):
		return no("one of the CTLs is signed by a security token", a.evidence()...)
	case a.list.l.Signer.Serial == "" || old.list.l.Signer.Serial == "":
		return unknown("octets of the CTL's header are missing: its signer is not in evidence", a.evidence()...)
	case sameSerial(a.list.l.Signer.Serial, old.list.l.Signer.Serial):
		return no("the CTL's signer has not changed", a.evidence()...)
	}
	return yes(fmt.Sprintf("the CTL is signed by %s; the one that the phone held by %s, and neither is a token", signerText(a.list), signerText(old.list)), slices.Concat(a.evidence(), old.ev)...)
}

func ctlInNonsecureCluster(v *view) Answer {
	var ctl servedFile
	for _, f := range v.servedFiles("ctl") {
		if f.list.l.Length > 0 || len(f.list.l.Records) > 0 {
			ctl = f
		}
	}
	if ctl.list == nil {
		return unknown("no served CTL is in evidence")
	}
	if f := v.k.fact(v.p, "security-mode"); f != nil {
		if f.fact.Value == "mixed" {
			return no("stated: the cluster is in mixed mode", f)
		}
		return yes("a CTL is served, and the cluster is stated not to be in mixed mode", append(slices.Clone(ctl.ev), f)...)
	}
	for _, f := range v.servedFiles("itl") {
		switch mode(f.list.l) {
		case "mixed":
			return no("the ITL's TFTP record is that of a mixed-mode cluster", f.ev...)
		case "non-secure":
			if sameCluster(f.list.l, ctl.list.l) {
				return yes("a CTL is served, and the TFTP record of the cluster's ITL is that of a non-secure one", slices.Concat(ctl.ev, f.ev)...)
			}
		}
	}
	return unknown("the cluster's mode is not in evidence", ctl.ev...)
}

package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"capf-silent", "Did every attempt of the phone to reach CAPF stay without answer?", capfSilent},
	Question{"capf-host-alive", "Did the silent CAPF hosts answer otherwise in the same capture?", capfHostAlive},
	Question{"capf-cert-unlisted", "Did the phone refuse a CAPF certificate that none of its lists names?", capfCertUnlisted},
	Question{"capf-reached", "Did a TLS session of the phone with CAPF come about?", capfReached},
	Question{"capf-record-missing", "Do the phone's lists name no CAPF at all, though it is to have an LSC?", capfRecordMissing},
	Question{"capf-differs", "Do nodes of the cluster have different CAPF certificates, and was the phone sent to one that its lists do not name?", capfDiffers},
	Question{"capf-certificate-unfit", "Does CAPF say that its certificate and key do not fit?", capfUnfit},
	Question{"capf-signing-failed", "Did CAPF receive the phone's new key and issue no certificate for it?", capfSigningFailed},
	Question{"lsc-installed", "Did the phone get and store its LSC?", lscInstalled},
)

func capfSilent(v *view) Answer {
	a := portDead(v.contacts("capf"), "CAPF on TCP 3804")
	if r := v.ask("capf-reached"); a.Value == Yes && r.Value == Yes && v.after(a.Evidence, r.Evidence) {
		return no("CAPF answered since", r.Evidence...)
	}
	return a
}

// after tells that one of the later entries is younger than all of the earlier.
func (v *view) after(earlier, later []*entry) bool {
	return slices.ContainsFunc(later, func(n *entry) bool {
		return !slices.ContainsFunc(earlier, func(o *entry) bool { return !o.at.before(n.at) })
	})
}

func capfHostAlive(v *view) Answer { return hostAlive(v, v.contacts("capf")) }

func capfReached(v *view) Answer {
	var ev []*entry
	for _, c := range v.contacts("capf") {
		if c.state == "accepted" {
			ev = append(ev, c.n)
		}
	}
	for _, n := range v.p.all {
		if n.is("capf_tls_handshake_ok", "capf_auth_req", "capf_key_gen_res", "capf_cert_upgraded") {
			ev = append(ev, n)
		}
	}
	if len(ev) > 0 {
		return yes("a TLS session with CAPF came about", ev...)
	}
	return unknown("no TLS session with CAPF is in evidence")
}

// noCAPF gives the phone's own words that none of its lists names the CAPF
// that it was sent to.
func (v *view) noCAPF() *entry {
	for i := len(v.p.all) - 1; i >= 0; i-- {
		if n := v.p.all[i]; n.is("no_valid_capf_server") {
			return n
		}
	}
	return nil
}

// lastCAPF gives the last contact with CAPF that shows its certificate.
func (v *view) lastCAPF() *contact {
	list := v.contacts("capf")
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].cert != nil {
			return list[i]
		}
	}
	return nil
}

// capfCertUnlisted wants the phone's refusal beside the certificate: either
// its end of the handshake or its own words, and a list that lacks it.
func capfCertUnlisted(v *view) Answer {
	said := v.noCAPF()
	c := v.lastCAPF()
	switch {
	case c == nil && said != nil:
		return unknown("the phone says that it knows no valid CAPF server; the certificate that CAPF presents is not in evidence", said)
	case c == nil:
		return unknown("no certificate of CAPF on the wire is in evidence")
	case c.state == "accepted":
		return no("the phone accepted CAPF's certificate "+certText(c.cert), c.n)
	}
	x := v.pin(c.n.at, c.cert, []string{"CAPF"}, iCTL, iITL)
	ev := append([]*entry{c.n, said}, x.ev...)
	refused := c.state == "refused-by-phone" || said != nil
	switch {
	case x.state == "match":
		return no(fmt.Sprintf("CAPF's certificate %s is in %s: %s", certText(c.cert), x.list, recordText(x.record)), ev...)
	case x.state == "near-miss":
		return unknown(x.why, ev...)
	case !refused:
		return unknown("nothing in evidence says that the phone refused CAPF's certificate "+certText(c.cert), c.n)
	case x.state != "absent":
		return unknown(fmt.Sprintf("the phone refused CAPF's certificate %s, but %s", certText(c.cert), x.why), ev...)
	}
	how := "closed the connection before finishing the handshake"
	switch {
	case c.alert != nil:
		how = "answered with the alert " + c.alert.Description
	case c.state != "refused-by-phone":
		how = "says that it knows no valid CAPF server"
	}
	say := fmt.Sprintf("CAPF %s presents %s; %s has %s. The phone %s", c.t.Server, certText(c.cert), x.list, recordText(x.record), how)
	if x.list != "" && x.record != nil && c.cert.NotBefore != "" {
		if m := v.listModified(); m != "" && m < c.cert.NotBefore {
			say += fmt.Sprintf("; the list is of %s, older than the certificate (valid from %s)", dateOnly(m), dateOnly(c.cert.NotBefore))
		}
	}
	return yes(say, ev...)
}

// listModified gives the date of the CTL, else of the ITL, in the evidence.
func (v *view) listModified() string {
	for _, i := range []int{iCTL, iITL} {
		l := v.p.now(i).list
		if l == nil {
			l = v.servedList(strings.ToLower(listName(i))).list
		}
		if l != nil && len(l.l.Modified) >= 10 && l.l.Modified[4] == '-' {
			return l.l.Modified
		}
	}
	return ""
}

// dateOnly cuts a date to its day.
func dateOnly(s string) string {
	if len(s) > 10 && s[4] == '-' {
		return s[:10]
	}
	return s
}

// lscWanted tells why the phone is to get an LSC: an operation is pending in
// its configuration (capfAuthMode other than 0), or it went to CAPF.
func (v *view) lscWanted() (string, []*entry) {
	if n := v.noCAPF(); n != nil {
		return "the phone says that it knows no valid CAPF server", []*entry{n}
	}
	if list := v.contacts("capf"); len(list) > 0 {
		return "the phone went to CAPF", []*entry{list[len(list)-1].n}
	}
	if c := v.configInForce(); c != nil {
		if m := c.list.config.CAPFMode; m != "" && m != "0" {
			return "its configuration orders an operation of CAPF", c.evidence()
		}
	}
	return "", nil
}

func capfRecordMissing(v *view) Answer {
	why, ev := v.lscWanted()
	if why == "" {
		return unknown("nothing in evidence says that the phone is to have an LSC")
	}
	var seen []string
	for _, i := range []int{iCTL, iITL} {
		h := v.p.now(i)
		list, name, from := h.list, "the phone's "+listName(i), h.ev
		if list == nil && h.state != "none" {
			s := v.servedList(strings.ToLower(listName(i)))
			list, name, from = s.list, "the served "+listName(i), s.ev
		}
		switch {
		case list == nil && (h.state == "none" || i == iCTL && v.nonSecure()):
			continue
		case list == nil:
			return unknown("the "+listName(i)+" that the phone holds is not in evidence, so whether it names CAPF is not known", ev...)
		}
		if r := sameRole(list, []string{"CAPF"}); r != nil {
			return no(fmt.Sprintf("%s names CAPF: %s", name, recordText(r)), from...)
		}
		if list.l.Partial {
			return unknown("only the first part of "+name+" is in evidence", from...)
		}
		seen, ev = append(seen, name), append(ev, from...)
	}
	if len(seen) == 0 {
		return unknown("no list of the phone is in evidence", ev...)
	}
	return yes(fmt.Sprintf("%s has no record of the function CAPF, and %s", strings.Join(seen, " and "), why), ev...)
}

// capfIdentity is one CAPF certificate of the case, and who has it.
type capfIdentity struct {
	subject, issuer, serial, from string
	node                          string // which server presents or owns it; "" in a list
	notBefore                     string
	ev                            []*entry
}

// capfIdentities gathers the certificates of CAPF: those presented, those that
// a node printed, and those that the lists name.
func (v *view) capfIdentities() []capfIdentity {
	var out []capfIdentity
	for _, c := range v.contacts("capf") {
		if c.cert != nil {
			out = append(out, capfIdentity{c.cert.Subject, c.cert.Issuer, c.cert.Serial, "presented by " + hostOf(c.t.Server), hostOf(c.t.Server), c.cert.NotBefore, []*entry{c.n}})
		}
	}
	for _, n := range v.namedEverywhere("cli_show_cert") {
		if capfName(n.detail("subject")) {
			out = append(out, capfIdentity{n.detail("subject"), n.detail("issuer"), n.detail("serial"), "printed in " + n.place.Input, n.place.Input, n.detail("not_before"), []*entry{n}})
		}
	}
	for _, i := range []int{iCTL, iITL} {
		h := v.p.now(i)
		if h.list == nil {
			s := v.servedList(strings.ToLower(listName(i)))
			h.list, h.ev = s.list, s.ev
		}
		if h.list == nil {
			continue
		}
		for j := range h.list.l.Records {
			if r := &h.list.l.Records[j]; hasFunction(r, "CAPF") {
				id := capfIdentity{r.Subject, r.Issuer, r.Serial, fmt.Sprintf("%s record %d", listName(i), r.Number), "", "", h.ev}
				if c := v.k.cert(r.Certificate); c != nil {
					id.notBefore = c.NotBefore
				}
				out = append(out, id)
			}
		}
	}
	return out
}

// capfName tells that a name is one that CAPF gives its certificate.
func capfName(dn string) bool { return strings.HasPrefix(strings.ToUpper(commonName(dn)), "CAPF-") }

func capfDiffers(v *view) Answer {
	unlisted := v.ask("capf-cert-unlisted")
	if unlisted.Value != Yes {
		return unknown("no CAPF certificate that the phone's lists lack is in evidence")
	}
	if major, _, f := v.release(); major >= 14 {
		return no("release "+f.fact.Value+" runs CAPF on the publisher only", f)
	}
	list := v.capfIdentities()
	for i, a := range list {
		for _, b := range list[i+1:] {
			if a.serial == "" || b.serial == "" || sameSerial(a.serial, b.serial) || nearMiss(a.serial, b.serial) {
				continue
			}
			if a.node != "" && b.node != "" && a.node != b.node || a.node == "" && b.node == "" {
				return yes(fmt.Sprintf("the cluster has more than one CAPF certificate: %s (serial %s, %s) and %s (serial %s, %s); the phone was sent to one that its lists do not name",
					commonName(a.subject), a.serial, a.from, commonName(b.subject), b.serial, b.from), slices.Concat(a.ev, b.ev, unlisted.Evidence)...)
			}
		}
	}
	return unknown("only one CAPF certificate of the servers is in evidence")
}

// alarmsNamed gives the alarms of a name, of a log or of a captured syslog
// packet, those about no phone among them.
func (v *view) alarmsNamed(names ...string) []*entry {
	var out []*entry
	for _, n := range v.namedEverywhere("alarm", "syslog_alarm") {
		for _, name := range names {
			if strings.HasSuffix(strings.ToLower(n.detail("alarm")), strings.ToLower(name)) {
				out = append(out, n)
			}
		}
	}
	return out
}

func capfUnfit(v *view) Answer {
	ev := v.alarmsNamed("CAPFCertificateKeyPairMismatch")
	if len(ev) == 0 {
		return v.capfNoAuthority()
	}
	last := ev[len(ev)-1]
	for _, n := range v.alarmsNamed("CAPFCertificateRegenerated") {
		if last.at.before(n.at) {
			return no("CAPF.pem was regenerated after the alarm", n)
		}
	}
	return yes("CAPF raised the alarm that its certificate does not belong to its private key", ev...)
}

// capfNoAuthority wants a CAPF certificate without the extensions of an
// authority, which releases from 14SU2 on demand, and a phone that refused it
// although a list of its own names it: a certificate that no list names is refused
// for that, and older CAPF certificates never had the extensions.
func (v *view) capfNoAuthority() Answer {
	const open = "neither an alarm about CAPF's key pair nor a CAPF certificate that is no authority is in evidence"
	major, _, f := v.release()
	c := v.lastCAPF()
	if f == nil || major < 14 || c == nil || c.state != "refused-by-phone" || c.alert == nil || c.cert.CA != "false" && c.cert.CA != "absent" {
		return unknown(open)
	}
	if r := v.ask("capf-reached"); r.Value == Yes && v.after([]*entry{c.n}, r.Evidence) {
		return no("a TLS session with CAPF came about since", r.Evidence...)
	}
	x := v.pin(c.n.at, c.cert, []string{"CAPF"}, iCTL, iITL)
	if x.state != "match" {
		return unknown(fmt.Sprintf("CAPF presents %s, which is no certificate authority by its extensions; that the phone refused it for that is not shown: no list of the phone is known to name it", certText(c.cert)), c.n, f)
	}
	return yes(fmt.Sprintf("CAPF presents %s, which is no certificate authority by its extensions; %s names it (%s), and yet the phone answered with the alert %s", certText(c.cert), x.list, recordText(x.record), c.alert.Description), append([]*entry{c.n, f}, x.ev...)...)
}

// capfSigningFailed wants the new key in the trace and no certificate after
// it, in a trace that goes on.
func capfSigningFailed(v *view) Answer {
	for _, n := range v.p.all {
		if n.is("capf_ca_error", "capf_enrollment_failed") {
			return yes(fmt.Sprintf("CAPF could not get the certificate from its certificate authority: %q", strings.TrimSpace(n.e().Text)), n)
		}
	}
	runs := v.capfRuns()
	for i := len(runs) - 1; i >= 0; i-- {
		r := runs[i]
		if r.key == nil {
			continue
		}
		switch {
		case r.cert != nil || r.ok():
			return no("CAPF signed a certificate for the phone's key", r.ev...)
		case r.code != "" && r.code != "2":
			return no("CAPF ended the operation with "+codeText(r.code), r.codeBy)
		case !v.traceGoesOn(r, 30):
			return unknown("the phone's new key arrived at CAPF; the trace ends before a certificate could have been issued", r.key)
		}
		return yes("the phone's new key arrived at CAPF, and the trace that goes on shows no certificate issued for it", r.ev...)
	}
	return unknown("no key of the phone that arrived at CAPF is in evidence")
}

// lscInstalled looks at the last session that came to an end; what a phone
// presents afterwards may speak for it where no trace does.
func lscInstalled(v *view) Answer {
	runs := v.capfRuns()
	for i := len(runs) - 1; i >= 0; i-- {
		r := runs[i]
		switch {
		case r.code != "" && r.code != "0":
			return no("CAPF ended the last operation with "+codeText(r.code), r.codeBy)
		case r.ok():
			say := "CAPF issued the LSC and the phone stored it"
			ev := slices.Clone(r.ev)
			if r.seconds >= 1 {
				say += fmt.Sprintf(" (the phone took %.1f s to make its key)", r.seconds)
			}
			for _, c := range v.contacts("capf") {
				if d, ok := c.n.at.sub(r.at); c.state == "accepted" && (!ok || d > -60 && d < 120) {
					ev = append(ev, c.n)
					if x := v.pin(c.n.at, c.cert, []string{"CAPF"}, iCTL, iITL); x.state == "match" {
						say += fmt.Sprintf("; CAPF's certificate %s is %s of %s", certText(c.cert), recordText(x.record), x.list)
						ev = append(ev, x.ev...)
					}
					break
				}
			}
			return yes(say, ev...)
		}
	}
	if _, ev, _ := v.capfSaid("2", "3", "4", "5", "6", "7", "8", "11"); len(ev) > 0 {
		return no("the last operation of CAPF failed", ev...)
	}
	return v.lscPresented()
}

// lscPresented reads the installation off the wire: the phone accepted CAPF
// and afterwards presents an LSC that this CAPF issued and that it did not
// present before.
func (v *view) lscPresented() Answer {
	for _, n := range v.p.all {
		if n.is("lsc_state") && strings.EqualFold(n.detail("state"), "Installed") {
			return yes("the device says that its LSC is installed", n)
		}
	}
	for _, c := range v.contacts("capf") {
		if c.state != "accepted" || c.cert == nil {
			continue
		}
		old := map[string]bool{}
		for _, o := range v.contacts("capf", "sccp-tls", "sip-tls", "https", "tvs") {
			if o.own == nil || !capfName(o.own.Issuer) {
				continue
			}
			if !c.n.at.before(o.n.at) {
				old[normSerial(o.own.Serial)] = true
				continue
			}
			if sameDN(o.own.Issuer, c.cert.Subject) && !old[normSerial(o.own.Serial)] {
				return yes(fmt.Sprintf("the phone accepted CAPF %s and presents since then an LSC that this CAPF issued (serial %s)", certText(c.cert), o.own.Serial), c.n, o.n)
			}
		}
	}
	return unknown("no LSC that the phone got in the evidence is seen")
}

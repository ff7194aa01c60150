package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"config-signature-wrong", "Is the configuration's signature not that of the key which it names?", configSignatureWrong},
	Question{"sha512-config-refused", "Did the phone refuse a configuration signed with SHA-512 whose signer its lists hold?", sha512Refused},
	Question{"same-model-takes-sha512", "Does this phone, or another one of its model, take files signed with SHA-512?", sameModelTakesSHA512},
	Question{"encrypted-config-not-used", "Did the phone verify an encrypted configuration and ask again, as if it could not read it?", encryptedNotUsed},
	Question{"unsigned-config-taken", "Did the phone take a configuration without a signature, or one of a signer that nothing vouched for?", unsignedTaken},
	Question{"server-without-itl", "Has the TFTP server no ITL at all?", serverWithoutITL},
	Question{"other-file-refused", "Did the phone refuse a signed file other than lists, configuration and firmware?", otherFileRefused},
)

// lastOwnConfig gives the last attempt at a configuration whose content is in
// evidence whole.
func (v *view) lastOwnConfig() *attempt {
	a := v.p.lastAttempt("config")
	if a == nil || !a.complete || a.list == nil || a.list.l.Partial {
		return nil
	}
	return a
}

// signerRecord looks for the signer of a configuration in the lists that the
// phone held when it came.
func (v *view) signerRecord(a *attempt) (vouch, held, string) {
	for _, i := range []int{iCTL, iITL} {
		h := v.p.heldAt(i, a.end)
		if s := signerIn(h.list, listOf(a.list), rolesForConfig); s.found {
			return s, h, listName(i)
		}
	}
	return vouch{}, held{}, ""
}

// configSignatureWrong checks the signature itself: the lists hold the key of
// the signer that the file names, and the bytes were not signed by it.
func configSignatureWrong(v *view) Answer {
	a := v.lastOwnConfig()
	if a == nil {
		return unknown("no whole configuration of the phone is in evidence")
	}
	s, h, list := v.signerRecord(a)
	switch {
	case !s.found:
		return unknown("the lists that the phone held, as far as they are in evidence, do not know the signer of "+a.file, a.evidence()...)
	case s.proved:
		return no(fmt.Sprintf("the key in record %d of the phone's %s verifies the signature of %s", s.record, list, a.file), slices.Concat(a.evidence(), h.ev)...)
	case !s.wrong:
		return unknown("the signature of "+a.file+" cannot be computed: key or bytes are not in evidence", a.evidence()...)
	}
	return yes(fmt.Sprintf("%s names %s as its signer, which is record %d (%s) of the phone's %s, but the key of that record did not sign these bytes (%s)", a.file, signerText(a.list), s.record, s.role, list, firstOf(a.list.l.Digest, "digest unknown")),
		slices.Concat(a.evidence(), h.ev)...)
}

func isSHA512(o *listObj) bool {
	return o != nil && strings.Contains(strings.ToLower(strings.ReplaceAll(o.l.Digest, "-", "")), "sha512")
}

// sha512Refused: the signer is known, the signature is not wrong, and yet the
// phone refuses: what is left is the algorithm.
func sha512Refused(v *view) Answer {
	a := v.lastOwnConfig()
	switch {
	case a == nil:
		return unknown("no whole configuration of the phone is in evidence")
	case !isSHA512(a.list):
		return no(fmt.Sprintf("%s is signed with %s", a.file, firstOf(a.list.l.Digest, "an algorithm that is not SHA-512")), a.evidence()...)
	case a.result != No:
		return unknown("nothing says that the phone refused "+a.file, a.evidence()...)
	}
	s, h, list := v.signerRecord(a)
	switch {
	case !s.found:
		return unknown("the lists that the phone held, as far as they are in evidence, do not know the signer of "+a.file, a.evidence()...)
	case s.wrong:
		return no("the signature of "+a.file+" is wrong, whatever its algorithm", a.evidence()...)
	}
	return yes(fmt.Sprintf("%s is signed with SHA-512 by %s, which is record %d of the phone's %s, and the phone (model %s) refused it: %s", a.file, signerText(a.list), s.record, list, firstOf(v.p.model, "not known"), quoteLine(a.proof)),
		slices.Concat(a.evidence(), a.proof, h.ev)...)
}

func sameModelTakesSHA512(v *view) Answer {
	model, _ := v.modelOf()
	t := v.k.takers[model]
	if a := tookSHA512(v.p); a != nil && (t == nil || v.p.name < t.p.name) {
		t = &taker{v.p, a}
	}
	if t == nil {
		return unknown("no other phone of the same model is seen to take such a file")
	}
	return yes(fmt.Sprintf("%s took %s, which is signed with SHA-512", t.p.name, t.a.file), slices.Concat(t.a.evidence(), t.a.proof)...)
}

// taker is a phone that took a file signed with SHA-512.
type taker struct {
	p *phone
	a *attempt
}

func tookSHA512(p *phone) *attempt {
	for _, a := range p.attempts {
		if isSHA512(a.list) && a.result == Yes && !a.inferred {
			return a
		}
	}
	return nil
}

// findTaker notes the first phone of its model that took such a file.
func (k *kase) findTaker(p *phone) {
	if a := tookSHA512(p); a != nil {
		if model, _ := newView(k, p).modelOf(); model != "" && k.takers[model] == nil {
			k.takers[model] = &taker{p, a}
		}
	}
}

// encrypted tells that a file name or content is an encrypted configuration.
func encrypted(a *attempt) bool {
	return a.kind == "config" && (strings.Contains(strings.ToLower(a.file), ".enc.") || a.list != nil && a.list.l.Type == "encrypted-file")
}

// encryptedNotUsed reads failure off behaviour: nobody prints that a file could
// not be decrypted. After the encrypted file the phone would register; one that
// begins again with its configuration, without a registration or reset between,
// could not use what it got.
func encryptedNotUsed(v *view) Answer {
	for i, a := range v.p.attempts {
		if !encrypted(a) || !a.complete {
			continue
		}
		switch s, _, _ := v.signerRecord(a); {
		case a.result == No:
			return no("the phone refused the signature of "+a.file, slices.Concat(a.evidence(), a.proof)...)
		case a.result != Yes && !s.proved:
			continue
		}
		for _, b := range v.p.attempts[i+1:] {
			if d, ok := b.start.sub(a.end); b.kind != "config" || !ok || d > verdictWindow || fileDevice(b.file) == "" {
				continue
			}
			if v.between(a.end, b.start, "registered", "registration_ok", "registration_requested", "registration_reset", "tls_connection") {
				break
			}
			return yes(fmt.Sprintf("the phone got %s whole and its signature is good, and then it asked for %s again without a try to register", a.file, b.file), slices.Concat(a.evidence(), a.proof, b.evidence())...)
		}
	}
	return unknown("no encrypted configuration that the phone dropped is in evidence")
}

// between tells that an event of the phone lies between two moments. Of TLS
// connections those with call control count.
func (v *view) between(from, to instant, names ...string) bool {
	return slices.ContainsFunc(v.p.all, func(n *entry) bool {
		if !n.is(names...) || !from.before(n.at) || !n.at.before(to) {
			return false
		}
		return n.e().TLS == nil || n.e().TLS.Service == "sccp-tls" || n.e().TLS.Service == "sip-tls"
	})
}

// lastFile gives the name under which the content of an attempt really came.
func (a *attempt) lastFile() string {
	for _, n := range slices.Backward(a.wire) {
		if n.e().Transfer.Outcome == "complete" {
			return n.e().Transfer.File
		}
	}
	return a.file
}

// unsignedTaken wants a phone that knows the ITL, its own configuration, and
// that it was used. A phone that asks without ".sgn" says that it holds no list.
func unsignedTaken(v *view) Answer {
	a := v.p.lastAttempt("config")
	switch {
	case a == nil || !a.complete || fileDevice(a.file) == "":
		return unknown("no configuration of the phone's own is in evidence")
	case !strings.HasPrefix(fileDevice(a.file), "SEP") || v.p.lastAttempt("itl") == nil:
		return unknown("nothing says that this phone knows the ITL", a.evidence()...)
	case a.result == No:
		return no("the phone refused "+a.file, slices.Concat(a.evidence(), a.proof)...)
	}
	ev := slices.Concat(a.evidence(), a.proof)
	used := v.usedAfter(a)
	if !strings.HasSuffix(strings.ToLower(a.lastFile()), ".sgn") {
		if len(a.wire) == 0 {
			return unknown("the console names files without their signature at times", ev...)
		}
		if n := strings.ToLower(a.lastFile()); !strings.HasSuffix(n, ".xml") && !strings.HasSuffix(n, ".cnf") {
			return unknown("the capture cuts the name of "+a.lastFile()+": whether it was asked for without a signature cannot be seen", ev...)
		}
		if used == nil {
			return unknown("whether the phone used "+a.lastFile()+" is not in evidence", ev...)
		}
		return yes(fmt.Sprintf("the phone asked for %s without a signature and used it", a.lastFile()), append(ev, used...)...)
	}
	if a.list == nil || a.list.l.Signer.Serial == "" || a.askedTVS || a.result != Yes && used == nil {
		return no("the phone asks for the signed form, "+a.file, ev...)
	}
	c, i := v.p.heldAt(iCTL, a.end), v.p.heldAt(iITL, a.end)
	if i.state != "blank" || c.state == "held" {
		return no("the phone holds a list and asks for the signed form, "+a.file, ev...)
	}
	if s, _, _ := v.signerRecord(a); s.found {
		return no("the signer is in the phone's lists", ev...)
	}
	return yes(fmt.Sprintf("the phone holds a blank ITL and took %s of %s, for which nothing vouches", a.file, signerText(a.list)), slices.Concat(ev, used, i.ev)...)
}

// usedAfter gives what shows that a configuration is in force: the phone says
// so, or registers with a server of its group.
func (v *view) usedAfter(a *attempt) []*entry {
	if a.result == Yes {
		return a.proof
	}
	n := v.registeredWith(a.end)
	if n == nil {
		return nil
	}
	if a.list == nil || a.list.config == nil || len(a.list.config.CallManager) == 0 {
		return []*entry{n}
	}
	for _, name := range a.list.config.CallManager {
		if v.resolve(hostOf(name)) == hostOf(n.e().Server) {
			return []*entry{n}
		}
	}
	return nil
}

// serverWithoutITL: a cluster before 8.0 knows neither list nor signature
// unless it is in mixed mode.
func serverWithoutITL(v *view) Answer {
	var ev []*entry
	for _, a := range v.p.attempts {
		switch {
		case a.kind != "itl":
		case a.complete:
			return no("the server has "+a.file, a.evidence()...)
		case a.missing:
			ev = append(ev, a.evidence()...)
		}
	}
	if len(ev) > 0 {
		return yes("the server has no ITL under any name: it is of a release before 8.0", ev...)
	}
	return unknown("no request for an ITL is in evidence")
}

// ciscoSigned are files that Cisco signs, not the cluster: firmware.
func ciscoSigned(file string) bool {
	low := strings.ToLower(strings.TrimSuffix(strings.ToLower(file), ".sgn"))
	for _, end := range []string{".loads", ".sbn", ".sb2", ".sb3", ".zz", ".rom", ".sebn", ".cop"} {
		if strings.HasSuffix(low, end) {
			return true
		}
	}
	return false
}

// otherFileRefused wants the phone's own word about a file, while its
// configuration is not refused: then the trust as such stands.
func otherFileRefused(v *view) Answer {
	if a := v.p.lastAttempt("config"); a != nil && a.result == No {
		return no("the phone refuses its configuration too", slices.Concat(a.evidence(), a.proof)...)
	}
	var ev []*entry
	var names []string
	for _, n := range v.p.all {
		file := strings.Trim(n.detail("file"), "<>")
		base := file[strings.LastIndexAny(file, `/\`)+1:]
		if base == "" || fileKind(base) != "other" || ciscoSigned(base) {
			continue
		}
		switch {
		case n.is("config_refused", "signature_failed"):
			ev = append(ev, n)
			if !slices.Contains(names, base) {
				names = append(names, base)
			}
		case n.is("config_verified") && slices.Contains(names, base):
			names = slices.DeleteFunc(names, func(s string) bool { return s == base })
		}
	}
	if len(names) == 0 {
		return unknown("no refusal of such a file is in evidence", ev...)
	}
	text := "the phone refused " + strings.Join(names, " and ") + ": " + quoteLine(ev)
	for _, n := range v.p.all {
		if n.is("proxy_local", "file_served") && slices.ContainsFunc(names, func(s string) bool { return sameFile(s, n.detail("file")) }) {
			text += "; the trace says that the server which the phone asked sent " + n.detail("file") + " from its own disk, so it carries that cluster's signature"
			ev = append(ev, n)
			break
		}
	}
	return yes(text, ev...)
}

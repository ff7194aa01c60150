package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"held-itl-is-served-itl", "Is the ITL on the phone the file that the server serves?", heldIsServed},
	Question{"served-signer-untrusted", "Is the signer of the served ITL unknown to the lists the phone holds?", servedSignerUntrusted},
	Question{"served-ctl-signer-untrusted", "Is the signer of the served CTL no SAST of the lists the phone holds?", servedCTLSignerUntrusted},
	Question{"config-signer-untrusted", "Is the signer of the served configuration unknown to the lists the phone holds?", configSignerUntrusted},
	Question{"refusal-seen", "Did the phone refuse a list or configuration in the boot of the served files?", refusalSeen},
	Question{"config-refused", "Did the phone refuse its configuration?", configRefused},
	Question{"config-accepted", "Did the phone accept its configuration?", configAccepted},
	Question{"lists-verified-locally", "Did the phone accept the downloaded lists without asking TVS?", listsVerifiedLocally},
	Question{"itl-updated", "Did the phone take an ITL whose signer its old lists do not know?", itlUpdated},
	Question{"ctl-held", "Does the phone hold a CTL?", ctlHeld},
)

func heldIsServed(v *view) Answer {
	h := v.p.now(iITL)
	served := v.servedITL()
	switch {
	case h.list == nil && h.sha1 == "" && h.md5 == "":
		return unknown("the ITL that the phone holds is not in evidence")
	case served.list == nil:
		if a, ok := v.k.servedAs(v.p, iITL, h); ok {
			return a
		}
		return unknown("the ITL that the server serves is not in evidence", h.ev...)
	}
	ev := append(slices.Clone(h.ev), served.ev...)
	if served.since != nil {
		return unknown(served.unseen(), append(ev, served.since.evidence()...)...)
	}
	l := served.list.l
	if l.Partial || h.list != nil && h.list.l.Partial {
		return unknown("only a part of the ITL is in evidence", ev...)
	}
	var same bool
	switch {
	case h.list != nil:
		same = sameList(h.list, served.list)
	case h.sha1 != "" && l.SHA1 != "":
		same = h.sha1 == l.SHA1
	case h.md5 != "" && l.MD5 != "":
		same = h.md5 == l.MD5
	default:
		return unknown("the hash of the phone's menu and that of the served ITL are of different kinds", ev...)
	}
	if same {
		sum := firstOf(prefixed("SHA-1 ", l.SHA1), prefixed("SHA-1 ", h.sha1), prefixed("MD5 ", l.MD5), prefixed("MD5 ", h.md5), "the same signer and records")
		a := yes(fmt.Sprintf("the ITL on the phone is the served ITL (%s, %d bytes, signer serial %s)", sum, l.Length, l.Signer.Serial), ev...)
		if h.inferred {
			a.Because += "; that the phone took it is inferred from what it asked next"
			a.Sources = 1
		}
		return a
	}
	return no(fmt.Sprintf("the ITL on the phone (%s) is not the served one (signed by %s)", h.how, signerText(served.list)), ev...)
}

func prefixed(p, s string) string {
	if s == "" {
		return ""
	}
	return p + s
}

// servedFile is a file that a server offers, with where that is seen.
type servedFile struct {
	list  *listObj
	ev    []*entry
	since *attempt // the phone got a file since that is not in evidence
}

// unseen says why what was served before decides nothing.
func (f servedFile) unseen() string {
	return fmt.Sprintf("the phone got %s once more, and no capture has what it got", f.since.file)
}

// servedITL gives the ITL that the server serves now: the last one offered to
// the phone, else a listing from the server, else a file stated to come from
// there.
func (v *view) servedITL() servedFile { return v.servedList("itl") }
func (v *view) servedCTL() servedFile { return v.servedList("ctl") }

func (v *view) servedList(kind string) servedFile {
	if a := v.p.served(kind); a != nil {
		return servedFile{a.list, a.evidence(), v.p.fetchedSince(a)}
	}
	for _, n := range slices.Backward(v.k.downloads[v.p.name]) { // what somebody else got of the same server
		if l := v.k.list(n.e().Transfer.Object); l != nil && l.l.Type == kind && !l.l.Partial {
			return servedFile{list: l, ev: []*entry{n}}
		}
	}
	var found []*listObj
	for _, l := range v.k.files {
		if l.l.Type != kind || l.l.Partial || l.l.Length == 0 {
			continue // a listing of a single record is no list
		}
		origin := ""
		for _, pl := range l.places {
			if o, _ := v.k.originOf(pl.Input); o != "" {
				origin = o
			}
		}
		if l.l.Origin == "listing" && origin != "phone" || origin == "server" {
			if !slices.ContainsFunc(found, func(o *listObj) bool { return sameList(o, l) }) {
				found = append(found, l)
			}
		}
	}
	if len(found) == 1 { // several servers' lists: which one served this phone is not known
		return servedFile{list: found[0], ev: v.k.listEntries(v.p, found[0])}
	}
	return servedFile{}
}

func servedSignerUntrusted(v *view) Answer {
	served := v.servedITL()
	if served.list == nil {
		return unknown("the ITL that the server serves is not in evidence")
	}
	return v.untrusted(served, "itl", "the served ITL")
}

func servedCTLSignerUntrusted(v *view) Answer {
	served := v.servedCTL()
	if served.list == nil {
		if a := v.p.lastAttempt("ctl"); a != nil && a.missing {
			return no("the server offers no CTL", a.evidence()...)
		}
		return unknown("the CTL that the server serves is not in evidence")
	}
	return v.untrusted(served, "ctl", "the served CTL")
}

func configSignerUntrusted(v *view) Answer {
	a := v.p.served("config")
	if a == nil {
		return unknown("no configuration of the phone is in evidence")
	}
	if a.list.l.Signer.Serial == "" {
		return unknown("the configuration is not signed", a.evidence()...)
	}
	return v.untrusted(servedFile{a.list, a.evidence(), v.p.fetchedSince(a)}, "config", "the configuration")
}

// untrusted looks for a file's signer in what the phone holds now, by the role
// table: SAST for a list (CCM+TFTP in a CTL too), TFTP for a configuration.
func (v *view) untrusted(f servedFile, kind, what string) Answer {
	roles := rolesFor(kind)
	inITL := []string{"SAST"}
	if kind == "config" {
		inITL = roles
	}
	c, i := v.p.now(iCTL), v.p.now(iITL)
	ev := slices.Concat(f.ev, i.ev)
	if f.since != nil {
		return unknown(f.unseen(), append(ev, f.since.evidence()...)...)
	}
	same := i
	if kind == "ctl" {
		same = c
	}
	if kind != "config" && same.list != nil && sameList(same.list, f.list) {
		return no(what+" is the one that the phone holds", ev...)
	}
	for _, h := range []struct {
		held
		name  string
		roles []string
	}{{c, "CTL", roles}, {i, "ITL", inITL}} {
		if h.state == "blank" && (kind != "ctl" || c.state == "none") { // a CTL is obeyed beside a blank ITL
			return no("the phone holds a blank "+h.name+" and takes any file", h.ev...)
		}
		if s := signerIn(h.list, f.list.l, h.roles); s.found && !s.wrong {
			how := "by serial"
			if s.proved {
				how = "and its key verifies the signature"
			}
			return no(fmt.Sprintf("%s is signed by %s, which is record %d (%s) of the phone's %s, %s", what, signerText(f.list), s.record, s.role, h.name, how), slices.Concat(f.ev, h.ev)...)
		} else if s.near {
			return unknown(fmt.Sprintf("the signer's serial %s differs by one digit from a record of the phone's %s and no hash decides", f.list.l.Signer.Serial, h.name), ev...)
		}
	}
	switch {
	case i.list == nil && i.state != "none":
		return unknown("the ITL that the phone holds is not in evidence, so its signers are not known", f.ev...)
	case i.list != nil && i.list.l.Partial:
		return unknown("only the first part of the phone's ITL is in evidence", ev...)
	case c.list == nil && c.state != "none":
		if v.nonSecure() {
			break // no CTL exists in a non-secure cluster
		}
		return unknown("whether the phone holds a CTL that knows the signer is not in evidence", ev...)
	case c.list != nil && c.list.l.Partial:
		return unknown("only the first part of the phone's CTL is in evidence", ev...)
	case i.list == nil && c.list == nil:
		return no("the phone holds no list and takes the next one unchecked", slices.Concat(c.ev, i.ev)...)
	case f.list.l.Signer.Serial == "":
		return unknown("the signer of "+what+" is not in evidence", f.ev...)
	}
	old := ""
	if i.list != nil {
		old = "; the phone's ITL is signed by " + signerText(i.list)
	}
	return yes(fmt.Sprintf("%s is signed by %s, which is in no record of the phone's lists that may vouch for it%s", what, signerText(f.list), old), slices.Concat(ev, c.ev)...)
}

// nonSecure tells that the cluster is known not to be in mixed mode.
func (v *view) nonSecure() bool {
	if f := v.k.fact(v.p, "security-mode"); f != nil {
		return f.fact.Value == "non-secure"
	}
	return v.k.mode(v.p) == "non-secure"
}

// mode reads the cluster mode off the ITLs served to the phone.
func (k *kase) mode(p *phone) string {
	if a := p.served("itl"); a != nil && !a.list.l.Partial {
		return mode(a.list.l)
	}
	return "unknown"
}

func refusalSeen(v *view) Answer {
	var last *attempt
	for _, a := range v.p.attempts {
		if a.kind == "other" || !a.complete {
			continue
		}
		if a.result == No {
			last = a
		}
		if a.result == Yes && last != nil && a.kind == last.kind {
			last = nil // taken after all, later
		}
	}
	if last != nil {
		ev := slices.Concat(last.evidence(), last.proof)
		return yes(fmt.Sprintf("the phone refused %s: %s", last.file, quoteLine(last.proof)), ev...)
	}
	var accepted []*entry
	open := ""
	for _, kind := range []string{"ctl", "itl", "config"} {
		a := v.p.lastAttempt(kind)
		if a == nil || a.missing {
			continue
		}
		if a.result != Yes || a.inferred {
			open = a.file
			continue
		}
		accepted = append(accepted, a.proof...)
	}
	if a := v.p.lastAttempt("itl"); a != nil && a.result == Yes && !a.inferred {
		if b := v.p.lastAttempt("config"); b == nil || b.result == Yes {
			return no("the phone accepted what it was served last, and no line says that it refused anything", accepted...)
		}
	}
	if same := v.ask("held-itl-is-served-itl"); same.Value == Yes {
		return no("the phone holds the served ITL, so it did not refuse it, and no line says that it refused anything else", same.Evidence...)
	}
	if open != "" {
		return unknown("nothing in evidence says whether the phone took " + open)
	}
	return unknown("no refusal and no acceptance is in evidence")
}

func quoteLine(proof []*entry) string {
	for _, n := range proof {
		if n.e() != nil && n.e().Text != "" {
			return fmt.Sprintf("%q", strings.TrimSpace(n.e().Text))
		}
	}
	return "as its next steps show"
}

func configRefused(v *view) Answer  { return v.configResult(No) }
func configAccepted(v *view) Answer { return v.configResult(Yes) }

func (v *view) configResult(want Tri) Answer {
	a := v.p.lastAttempt("config")
	if a == nil {
		return unknown("the phone asked for no configuration in the evidence")
	}
	ev := slices.Concat(a.evidence(), a.proof)
	switch {
	case a.result == want:
		word := "refused"
		if want == Yes {
			word = "accepted"
		}
		return yes(fmt.Sprintf("the phone %s %s: %s", word, a.file, quoteLine(a.proof)), ev...)
	case a.result != Unknown:
		return no(fmt.Sprintf("the phone's last answer to %s says otherwise: %s", a.file, quoteLine(a.proof)), ev...)
	}
	return unknown("nothing in evidence says what the phone made of "+a.file, a.evidence()...)
}

func listsVerifiedLocally(v *view) Answer {
	var ev []*entry
	var names, open []string
	for _, kind := range []string{"ctl", "itl"} {
		a := v.p.lastAttempt(kind)
		if a == nil || a.missing {
			continue
		}
		switch {
		case a.result == No:
			return no("the phone refused "+a.file, slices.Concat(a.evidence(), a.proof)...)
		case a.result == Yes && a.askedTVS:
			return no("the phone asked TVS before it took "+a.file, slices.Concat(a.evidence(), a.proof)...)
		case a.result == Yes && a.blind:
			return no("the phone held no list and took "+a.file+" unchecked", slices.Concat(a.evidence(), a.proof)...)
		case a.result == Yes:
			names = append(names, a.file)
			ev = slices.Concat(ev, a.evidence(), a.proof)
		default:
			open = append(open, a.file)
		}
	}
	if len(names) == 0 {
		return unknown("no accepted list is in evidence")
	}
	ans := yes("the phone verified "+strings.Join(names, " and ")+" itself, without asking TVS", ev...)
	if len(open) > 0 {
		ans.Because += "; what it made of " + strings.Join(open, " and ") + " is not in evidence"
		ans.Sources = min(ans.Sources, 1)
	}
	return ans
}

// itlUpdated looks at the last list taken that was new to the phone. Where its
// content is not in evidence, the question that the phone put to TVS before it
// took the list tells that its lists did not know the signer.
func itlUpdated(v *view) Answer {
	var open, first Answer
	var last instant
	for i := len(v.p.states) - 1; i > 0; i-- {
		s := v.p.states[i]
		if s.cause == nil || s.cause.result != Yes {
			continue
		}
		if d, ok := last.sub(s.at); last.known && ok && d > bootLength {
			break // an earlier boot
		}
		if !last.known {
			last = s.at
		}
		a := v.updatedBy(s)
		switch {
		case a.Value == Yes:
			return a
		case a.Value == No && first.Because == "":
			first = a
		case a.Value == Unknown && open.Because == "":
			open = a
		}
	}
	switch {
	case first.Because != "":
		return first
	case open.Because != "":
		return open
	}
	return unknown("the phone took no new list in the evidence")
}

// bootLength is how long the lists of one boot may lie apart, in seconds.
const bootLength = 600.0

// updatedBy judges one list that the phone took.
func (v *view) updatedBy(s heldState) Answer {
	old := s.before[listIndex(s.cause.kind)].list
	switch {
	case old != nil && s.cause.list != nil && sameList(old, s.cause.list):
		return no("the phone already held "+s.cause.file, s.ev...)
	case s.cause.blind:
		return no("the phone held no list and took "+s.cause.file+" unchecked", s.ev...)
	case s.cause.askedTVS && (old == nil || s.cause.list == nil):
		return yes(fmt.Sprintf("the phone asked TVS before it took %s, so its own lists did not know the signer", s.cause.file), s.ev...)
	case old == nil || s.cause.list == nil:
		return unknown("the list that the phone held before "+s.cause.file+", or that file itself, is not in evidence", s.ev...)
	}
	if !otherList(old, s.cause.list) {
		return unknown("only a part of "+s.cause.file+", or of the list that the phone held before, is in evidence", s.ev...)
	}
	if x := signerIn(s.before[iITL].list, s.cause.list.l, []string{"SAST"}); x.found && !x.wrong {
		return no(fmt.Sprintf("the signer of %s is record %d of the old ITL", s.cause.file, x.record), s.ev...)
	}
	if x := signerIn(s.before[iCTL].list, s.cause.list.l, rolesFor(s.cause.kind)); x.found && !x.wrong {
		return no(fmt.Sprintf("the signer of %s is record %d of the CTL", s.cause.file, x.record), s.ev...)
	}
	return yes(fmt.Sprintf("the phone took %s, signed by %s, which its old list (signed by %s) does not know", s.cause.file, signerText(s.cause.list), signerText(old)),
		slices.Concat(s.before[listIndex(s.cause.kind)].ev, s.ev)...)
}

func ctlHeld(v *view) Answer {
	switch h := v.p.now(iCTL); {
	case h.state == "held" || h.state == "blank":
		return yes("the phone holds a CTL: "+h.how, h.ev...)
	case h.state == "none":
		return no("the phone holds no CTL: "+h.how, h.ev...)
	case v.nonSecure():
		if a := v.p.lastAttempt("ctl"); a != nil && a.missing {
			return no("the cluster is non-secure and serves no CTL", a.evidence()...)
		}
		return unknown("the cluster is non-secure, but whether the phone kept a CTL from before is not in evidence")
	default:
		return unknown("whether the phone holds a CTL is not in evidence", h.ev...)
	}
}

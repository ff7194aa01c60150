package correlate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

var _ = register(
	Question{"itl-blank", "Is the ITL that the phone holds or is served a blank one?", itlBlank},
	Question{"blank-itl-refused", "Did the phone refuse a blank ITL?", blankITLRefused},
	Question{"ctl-beside-blank-itl", "Does the phone hold a CTL beside a blank ITL?", ctlBesideBlankITL},
	Question{"foreign-ctl-refused", "Did the phone refuse the CTL of another cluster, which its own CTL does not know?", foreignCTLRefused},
	Question{"old-tvs-denied-signer", "Did the old cluster's TVS say that it does not know the new cluster's signer?", oldTVSDeniedSigner},
	Question{"ctl-taken-by-shared-token", "Did the phone take another cluster's CTL because both share a security token?", ctlTakenBySharedToken},
	Question{"token-stated-lost", "Is it stated that no security token of the CTL is left?", tokenStatedLost},
	Question{"ctl-token-based", "Is the CTL signed by a security token?", ctlTokenBased},
	Question{"lists-erased", "Did the phone lose the lists that it held?", listsErased},
	Question{"settings-access-restricted", "Does the phone's configuration keep users out of the settings menu?", settingsRestricted},
	Question{"deletion-in-question", "Is a list of the phone to be deleted, or is that still open?", deletionInQuestion},
)

// blankList tells that a list lost its server sections; a damaged or empty one
// is not called blank.
func blankList(o *listObj) bool {
	return o != nil && blank(o.l) && len(o.l.Records) > 0 && o.l.Status != "invalid" && (len(o.l.Problems) == 0 || o.l.Status == "valid")
}

// rollback gives the last alarm about "Prepare Cluster for Rollback to pre 8.0".
func (v *view) rollback() *entry {
	for i := len(v.p.all) - 1; i >= 0; i-- {
		if n := v.p.all[i]; n.is("syslog_alarm", "alarm") && strings.Contains(n.detail("alarm"), "RollBackToPre8.0") {
			return n
		}
	}
	return nil
}

func itlBlank(v *view) Answer {
	served, h := v.servedITL(), v.p.now(iITL)
	switch {
	case h.state == "blank" && blankList(h.list):
		return yes(fmt.Sprintf("the ITL that the phone holds has no TVS and no TFTP record left (%s)", recordCount(h.list)), h.ev...)
	case blankList(served.list):
		return yes(fmt.Sprintf("the ITL that is served has no TVS and no TFTP record left (%s)", recordCount(served.list)), served.ev...)
	case served.list != nil && !served.list.l.Partial:
		return no("the served ITL names its TVS and TFTP servers", served.ev...)
	}
	if n := v.rollback(); n != nil {
		if strings.HasSuffix(n.detail("alarm"), "Enabled") {
			return yes("an alarm tells that \"Prepare Cluster for Rollback to pre 8.0\" was switched on", n)
		}
		return no("an alarm tells that \"Prepare Cluster for Rollback to pre 8.0\" was switched off", n)
	}
	if h.list != nil && !h.list.l.Partial {
		return no("the phone's ITL names its TVS and TFTP servers", h.ev...)
	}
	return unknown("neither a served nor a held ITL is in evidence as a whole")
}

// asksBesideBlank tells that the phone turned to TVS after it was served a blank
// ITL, and that nothing says it took that: who asks lives by another list.
func (v *view) asksBesideBlank() bool {
	a := v.p.served("itl")
	if a == nil || !blankList(a.list) || a.result != Unknown || v.p.now(iITL).state == "blank" {
		return false
	}
	return slices.ContainsFunc(v.p.conns, func(n *entry) bool { return n.e().TLS.Service == "tvs" && a.start.before(n.at) })
}

func recordCount(o *listObj) string {
	if len(o.l.Records) == 1 {
		return "1 record"
	}
	return strconv.Itoa(len(o.l.Records)) + " records"
}

func blankITLRefused(v *view) Answer {
	a := v.p.served("itl")
	switch {
	case a == nil:
		return unknown("no ITL served to the phone is in evidence")
	case a.list.l.Partial:
		return unknown("only a part of the served ITL is in evidence", a.evidence()...)
	case !blankList(a.list):
		return no("the served ITL is not blank", a.evidence()...)
	}
	ev := slices.Concat(a.evidence(), a.proof)
	switch a.result {
	case Yes:
		return no("the phone took the blank ITL", ev...)
	case No:
		return yes("the phone refused the blank ITL: "+quoteLine(a.proof), ev...)
	}
	if r := v.ask("refusal-seen"); r.Value == Yes {
		return yes("a blank ITL was served, and the phone refused what it was served in that boot", append(ev, r.Evidence...)...)
	}
	return unknown("nothing in evidence says whether the phone took the blank ITL", ev...)
}

func ctlBesideBlankITL(v *view) Answer {
	c, i := v.p.now(iCTL), v.p.now(iITL)
	if a := v.p.served("ctl"); a != nil && i.state != "blank" { // the move itself may have replaced it since
		c, i = v.p.heldAt(iCTL, a.end), v.p.heldAt(iITL, a.end)
	}
	ev := slices.Concat(c.ev, i.ev)
	switch {
	case i.state == "held", i.state == "none":
		return no("the phone's ITL is not blank", i.ev...)
	case i.state != "blank":
		return unknown("the phone's ITL is not in evidence, so whether it is blank is not known")
	case c.state == "held":
		return yes("the phone held a CTL beside a blank ITL when it was offered the new CTL: the CTL still has to be obeyed, but no TVS is left to ask", ev...)
	case c.state == "none":
		return no("the phone holds no CTL, so with a blank ITL it takes any file", ev...)
	}
	return unknown("the phone's ITL is blank; whether it holds a CTL is not in evidence", ev...)
}

// foreignCTLRefused asks for a CTL of another cluster whose signer is no SAST
// of the CTL that the phone held then, and for the refusal of it or, since the
// phone judges the CTL first, of anything in that boot.
func foreignCTLRefused(v *view) Answer {
	a := v.p.served("ctl")
	if a == nil {
		return unknown("no CTL served to the phone is in evidence")
	}
	ev := slices.Concat(a.evidence(), a.proof)
	if a.result == Yes {
		return no("the phone took the served CTL", ev...)
	}
	c := v.p.heldAt(iCTL, a.end)
	if c.list == nil {
		return unknown("the phone's CTL is not in evidence", ev...)
	}
	ev = slices.Concat(ev, c.ev)
	if sameList(c.list, a.list) {
		return no("the phone holds the served CTL", ev...)
	}
	held, _ := serverRecords(c.list)
	served, _ := serverRecords(a.list)
	switch k := kin(held, served); {
	case k.related == Yes:
		return no("the phone's CTL and the served one are of one cluster: "+k.why, ev...)
	case k.related == Unknown:
		return unknown("whether the served CTL is of another cluster is open: "+k.why, ev...)
	}
	switch s := signerIn(c.list, a.list.l, rolesForCTL); {
	case s.found && !s.wrong:
		return no(fmt.Sprintf("the served CTL is signed by SAST record %d of the phone's CTL", s.record), ev...)
	case s.near:
		return unknown("the signer's serial differs by one digit from a record of the phone's CTL and no hash decides", ev...)
	}
	why := fmt.Sprintf("the served CTL is signed by %s of another cluster, which the phone's CTL does not know", signerText(a.list))
	if r := v.ask("refusal-seen"); a.result == No || r.Value == Yes {
		return yes(why+", and the phone refused it", slices.Concat(ev, r.Evidence)...)
	}
	return unknown(why+"; whether the phone refused it is not in evidence", ev...)
}

// servedSigners lists who signed what is served now, with the file.
func (v *view) servedSigners() map[string]*attempt {
	out := map[string]*attempt{}
	for _, kind := range []string{"ctl", "itl", "config"} {
		if a := v.p.served(kind); a != nil && normSerial(a.list.l.Signer.Serial) != "" {
			out[normSerial(a.list.l.Signer.Serial)] = a
		}
	}
	return out
}

// deniedSigner finds the last question for the signer of a served file that
// TVS answered with no. A later yes for the same signer cures it.
func (v *view) deniedSigner() (n *entry, a *attempt) {
	by := v.servedSigners()
	for _, e := range v.p.all {
		if !e.is("tvs_query") || e.detail("type") == "verify" {
			continue
		}
		s := by[normSerial(e.detail("serial"))]
		switch {
		case s == nil:
		case e.detail("result") == "not-found":
			n, a = e, s
		case e.detail("result") == "found" && a == s:
			n, a = nil, nil
		}
	}
	return n, a
}

func oldTVSDeniedSigner(v *view) Answer {
	n, a := v.deniedSigner()
	if n == nil {
		return unknown("no answer of TVS that denies the signer of a served file is in evidence")
	}
	if o := v.ask("lists-of-other-cluster"); o.Value != Yes {
		return Answer{Value: o.Value, Because: o.Because, Evidence: append(slices.Clone(o.Evidence), n)}
	}
	return yes(fmt.Sprintf("the phone asked the TVS of its old cluster for %s, the signer of %s, and TVS found it in none of its caches", signerText(a.list), a.file), append([]*entry{n}, a.evidence()...)...)
}

func ctlTakenBySharedToken(v *view) Answer {
	for i := len(v.p.states) - 1; i > 0; i-- {
		s := v.p.states[i]
		if s.cause == nil || s.cause.kind != "ctl" || s.cause.result != Yes || s.cause.list == nil || s.before[iCTL].list == nil {
			continue
		}
		old, l := s.before[iCTL].list, s.cause.list
		if sameList(old, l) {
			continue
		}
		a, _ := serverRecords(old)
		b, _ := serverRecords(l)
		switch k := kin(a, b); k.related {
		case Yes:
			return no("the CTL that the phone took is of its own cluster: "+k.why, s.ev...)
		case Unknown:
			return unknown("whether the CTL that the phone took is of its own cluster is open: "+k.why, s.ev...)
		}
		for j := range old.l.Records {
			r := &old.l.Records[j]
			if isToken(old.l, r) && sameSerial(r.Serial, l.l.Signer.Serial) && (r.Issuer == "" || l.l.Signer.Issuer == "" || sameDN(r.Issuer, l.l.Signer.Issuer)) {
				return yes(fmt.Sprintf("the phone took the CTL of another cluster: its signer, security token %s (serial %s), is record %d of the phone's old CTL too", firstOf(commonName(r.Subject), r.Subject), r.Serial, r.Number),
					slices.Concat(s.before[iCTL].ev, s.ev)...)
			}
		}
		return no("no security token of the old CTL signed the CTL that the phone took", s.ev...)
	}
	return unknown("no CTL that the phone took in place of another one is in evidence")
}

func tokenStatedLost(v *view) Answer {
	f := v.k.fact(v.p, "ctl-token")
	switch {
	case f == nil:
		return unknown("nobody stated whether a token of the CTL is left (ctl-token)")
	case f.fact.Value == "lost":
		return yes("stated: the tokens of the CTL are lost", f)
	}
	return no("stated: a token of the CTL is at hand", f)
}

func ctlTokenBased(v *view) Answer {
	list, ev := v.p.now(iCTL).list, v.p.now(iCTL).ev
	if s := v.servedCTL(); s.list != nil {
		list, ev = s.list, s.ev
	}
	if list == nil {
		if a := v.ask("ctl-held"); a.Value == No {
			return a
		}
		return unknown("no CTL is in evidence, so who signs it is not known")
	}
	for i := range list.l.Records {
		if r := &list.l.Records[i]; isToken(list.l, r) && (r.SignedThis || sameSerial(r.Serial, list.l.Signer.Serial)) {
			return yes(fmt.Sprintf("the CTL is signed by the security token %s (serial %s)", firstOf(commonName(r.Subject), r.Subject), r.Serial), ev...)
		}
	}
	if list.l.Partial {
		return unknown("only a part of the CTL is in evidence", ev...)
	}
	return no("the CTL is signed by a server's key, not by a security token", ev...)
}

// listsErased wants the phone's own word, or a boot in which a phone that held
// an ITL finds none or asks for its configuration unsigned.
func listsErased(v *view) Answer {
	for i := len(v.p.all) - 1; i >= 0; i-- {
		n := v.p.all[i]
		if n.is("trust_lists_erased") {
			return yes("the phone says that it erases its lists: "+quoteLine([]*entry{n}), n)
		}
		if n.is("no_trust_list") && n.detail("list") != "CTL" {
			if h := v.p.heldAt(iITL, n.at); h.state == "held" {
				return yes("the phone held an ITL before and now says that it has none: "+quoteLine([]*entry{n}), append(slices.Clone(h.ev), n)...)
			}
		}
	}
	signed := false
	for i, a := range v.p.attempts {
		if a.kind != "config" || fileDevice(a.file) == "" {
			continue
		}
		if strings.HasSuffix(strings.ToLower(a.file), ".sgn") {
			signed = true
			continue
		}
		if h := v.p.heldAt(iITL, a.start); signed && len(a.wire) > 0 && h.state == "held" && h.list != nil && !v.askedSigned(i) {
			return yes("the phone held an ITL and asked for signed files before; now it asks for "+a.file+", unsigned", slices.Concat(h.ev, a.wire)...)
		}
	}
	return unknown("nothing in evidence says that the phone lost a list")
}

// askedSigned tells that around an attempt the phone asked for the signed form
// too: then it goes without only because the server has none.
func (v *view) askedSigned(i int) bool {
	for _, b := range v.p.attempts {
		if d, ok := b.start.sub(v.p.attempts[i].start); ok && d > -120 && d < 120 && b.kind == "config" && strings.HasSuffix(strings.ToLower(b.file), ".sgn") {
			return true
		}
	}
	return false
}

func settingsRestricted(v *view) Answer {
	a := v.heldConfig()
	if a == nil {
		a = v.p.served("config")
	}
	if a == nil || a.list == nil || a.list.config == nil || a.list.config.Settings == "" {
		return unknown("no configuration that says who may open the settings menu is in evidence")
	}
	switch a.list.config.Settings {
	case "0":
		return yes("the configuration switches the settings menu off (settingsAccess 0)", a.evidence()...)
	case "2":
		return yes("the configuration restricts the settings menu (settingsAccess 2)", a.evidence()...)
	}
	return no("the configuration lets users into the settings menu", a.evidence()...)
}

func deletionInQuestion(v *view) Answer {
	itl, ctl := gateState(v.rows(itlGate)), gateState(v.rows(ctlGate))
	refused := v.ask("refusal-seen")
	switch {
	case itl == "allowed" || ctl == "allowed":
		return yes("every condition for deleting a list is proved", refused.Evidence...)
	case itl == "forbidden":
		return no("no list is to be deleted")
	case refused.Value == Yes:
		return yes("the phone refuses what it is served, and whether a list has to be deleted is still open", refused.Evidence...)
	}
	return unknown("whether a list has to be deleted is not known")
}

package correlate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"trustline/correlate/evidence"
)

// States of a gate row.
const (
	rowProved        = "proved"
	rowRefuted       = "refuted"
	rowUnknown       = "unknown"
	rowNotApplicable = "not-applicable"
)

// gateRow is one condition before a list may be deleted. The answer yes speaks
// for deletion; skip tells, in words, why the row cannot apply.
type gateRow struct {
	row       string
	condition string
	question  string
	asks      string // what is to be found out, in words
}

// The rows of the deletion gates, in the order in which a reader checks them.
var (
	itlGate = []gateRow{
		{"served-signer-untrusted", "The served ITL is signed by a key that the phone's CTL and ITL do not know", "served-signer-untrusted", "who signed the served ITL, against the phone's lists"},
		{"every-tvs-fails-by-certificate", "Every TVS the phone can use presents a certificate that its ITL does not hold", "every-tvs-fails-by-certificate", "which certificate every TVS of the phone presents"},
		{"refusal-seen", "The phone really refused the served files, in the boot in question", "refusal-seen", "whether the phone refused the served files"},
		{"no-key-backup", "No backup (DRS) of the old private keys exists", "no-key-backup", "whether a DRS backup of the old keys exists"},
		{"no-reset-path", "The servers own no key that the phone still trusts as SAST (utils itl reset)", "no-reset-path", "whether the servers still own a SAST key that the phone trusts"},
		{"no-ctl-anchor", "No CTL on the phone has a SAST anchor that still exists", "no-ctl-anchor", "whether a SAST anchor of the phone's CTL still exists"},
		{"no-older-itl-on-server", "No older trusted ITL is kept on the server that TAC can bring back (CSCts01319)", "no-older-itl-on-server", "whether TAC can bring back an older ITL (CSCts01319)"},
		{"no-other-trusted-tftp", "No other TFTP server offers files whose signer the phone trusts", "no-other-trusted-tftp", "whether another TFTP server serves files that the phone trusts"},
	}
	ctlGate = []gateRow{
		{"served-ctl-signer-untrusted", "The served CTL is signed by no SAST of the phone's lists", "served-ctl-signer-untrusted", "who signed the served CTL, against the phone's lists"},
		{"tvs-cannot-vouch", "No TVS can vouch for the signer", "tvs-cannot-vouch", "whether a TVS can vouch for the CTL's signer"},
		{"refusal-seen", "The phone really refused the served CTL, in the boot in question", "ctl-refusal-seen", "whether the phone refused the served CTL"},
		{"no-anchor-left", "The servers own no key that the phone's CTL holds as SAST (utils ctl reset localkey)", "no-anchor-left", "whether the servers still own a SAST key of the phone's CTL"},
		{"no-token-left", "No security token of the phone's CTL is left", "no-token-left", "whether a security token of the CTL is left"},
	}
)

// gates are the deletion gates by the list they are about.
var gates = map[string][]gateRow{"itl": itlGate, "ctl": ctlGate}

var _ = register(
	Question{"no-key-backup", "Is there no backup of the old private keys?", factRow("drs-backup", "no", "yes", "a DRS backup of the old keys")},
	Question{"no-older-itl-on-server", "Is no older trusted ITL kept on the server?", factRow("previous-itl-on-server", "no", "yes", "an older trusted ITL on the server")},
	Question{"no-reset-path", "Do the servers own no key that the phone trusts as SAST?", noResetPath},
	Question{"no-ctl-anchor", "Has the phone no CTL whose SAST anchor still exists?", noCTLAnchor},
	Question{"no-other-trusted-tftp", "Does no other TFTP server offer files that the phone trusts?", noOtherTFTP},
	Question{"tvs-cannot-vouch", "Can no TVS vouch for the CTL's signer?", tvsCannotVouch},
	Question{"ctl-refusal-seen", "Did the phone refuse the CTL?", ctlRefusalSeen},
	Question{"no-anchor-left", "Do the servers own no SAST key of the phone's CTL?", noAnchorLeft},
	Question{"no-token-left", "Is no token of the phone's CTL left?", noTokenLeft},
)

// rows evaluates a gate.
func (v *view) rows(gate []gateRow) []GateRow {
	out := make([]GateRow, 0, len(gate))
	for _, r := range gate {
		a := v.ask(r.question)
		g := GateRow{Row: r.row, Condition: r.condition, State: rowUnknown, Because: a.Because, Evidence: ids(a.Evidence)}
		switch a.Value {
		case Yes:
			g.State = rowProved
			if a.Skipped {
				g.State = rowNotApplicable
			}
		case No:
			g.State = rowRefuted
		}
		out = append(out, g)
	}
	return out
}

// rowAsks says in words what a row of a gate wants to know.
func rowAsks(row string) string {
	for _, r := range slices.Concat(itlGate, ctlGate) {
		if r.row == row {
			return r.asks
		}
	}
	return row
}

// skipped is the answer of a row that cannot apply; it speaks for deletion.
func skipped(because string, ev ...*entry) Answer {
	a := yes(because, ev...)
	a.Skipped = true
	return a
}

// gateState says what a gate allows: forbidden when one row is refuted,
// allowed when every row is proved, open otherwise.
func gateState(rows []GateRow) string {
	state := "allowed"
	for _, r := range rows {
		switch r.State {
		case rowRefuted:
			return "forbidden"
		case rowUnknown:
			state = "open"
		}
	}
	return state
}

// factRow asks an operator fact: no capture shows what it says.
func factRow(key, proves, refutes, one string) func(*view) Answer {
	what := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(one, "an"), "a"), " ")
	return func(v *view) Answer {
		f := v.k.fact(v.p, key)
		if f == nil {
			return unknown(fmt.Sprintf("nobody stated whether there is any %s (%s)", what, key))
		}
		switch f.fact.Value {
		case proves:
			return yes("it is stated that there is no "+what, f)
		case refutes:
			return no("it is stated that there is "+one, f)
		}
		return unknown(fmt.Sprintf("the statement %s=%s does not answer it", key, f.fact.Value), f)
	}
}

// release reads cucm-version: major and minor.
func (v *view) release() (major, minor int, f *entry) {
	f = v.k.fact(v.p, "cucm-version")
	if f == nil {
		return 0, 0, nil
	}
	parts := strings.FieldsFunc(f.fact.Value, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) > 0 {
		major, _ = strconv.Atoi(parts[0])
	}
	if len(parts) > 1 {
		minor, _ = strconv.Atoi(parts[1])
	}
	return major, minor, f
}

func noResetPath(v *view) Answer {
	major, _, f := v.release()
	if f == nil || major == 0 {
		return unknown("the CUCM release is not stated (cucm-version)")
	}
	if major < 10 {
		return skipped(fmt.Sprintf("release %s has no utils itl reset", f.fact.Value), f)
	}
	held := v.p.now(iITL)
	if held.list == nil {
		return unknown("the phone's ITL is not in evidence, so its SAST records are not known", f)
	}
	served := v.servedITL()
	if served.list == nil {
		return unknown("the served ITL is not in evidence, so the servers' keys are not known", f)
	}
	if served.since != nil {
		return unknown(served.unseen(), slices.Concat(held.ev, served.ev)...)
	}
	recovery := false
	for i := range held.list.l.Records {
		r := &held.list.l.Records[i]
		if !hasFunction(r, "SAST") {
			continue
		}
		if isRecovery(r) {
			recovery = true
		}
		if s := sameKey(served.list.l.Records, r); s != nil {
			return no(fmt.Sprintf("record %d of the phone's ITL (%s, serial %s) is a SAST whose key the server still has: utils itl reset can sign with a key the phone trusts",
				r.Number, firstOf(commonName(r.Subject), r.Subject), r.Serial), slices.Concat(held.ev, served.ev)...)
		}
	}
	if held.list.l.Partial || served.list.l.Partial {
		return unknown("only a part of the phone's ITL or of the served one is in evidence: a SAST record that both hold may stand in the rest", slices.Concat(held.ev, served.ev)...)
	}
	if backup := v.k.fact(v.p, "drs-backup"); recovery && backup != nil && backup.fact.Value == "no" {
		return yes("the ITLRecovery key that the phone knows was renewed, and no backup of the old keys exists; look for an exported ITLRecovery.p12 before anything else", slices.Concat([]*entry{f, backup}, held.ev, served.ev)...)
	}
	if recovery {
		return unknown("the phone's ITL holds an ITLRecovery record that the served ITL lacks; whether its key was exported (ITLRecovery.p12, remotekey) is not known", slices.Concat(held.ev, served.ev)...)
	}
	return yes("no SAST record of the phone's ITL is among the servers' keys, and it holds no ITLRecovery record", slices.Concat([]*entry{f}, held.ev, served.ev)...)
}

// isRecovery recognises the ITLRecovery record: a SAST whose CN says so.
func isRecovery(r *evidence.Record) bool {
	return hasFunction(r, "SAST") && strings.HasPrefix(strings.ToUpper(commonName(r.Subject)), "ITLRECOVERY")
}

// sameKey finds a record for the same certificate.
func sameKey(list []evidence.Record, r *evidence.Record) *evidence.Record {
	for i := range list {
		s := &list[i]
		if !sameSerial(s.Serial, r.Serial) {
			continue
		}
		if a, b := recordHash(s), recordHash(r); a == "" || b == "" || a == b {
			return s
		}
	}
	return nil
}

func noCTLAnchor(v *view) Answer {
	switch a := v.ask("ctl-held"); a.Value {
	case No:
		return skipped(a.Because, a.Evidence...)
	case Unknown:
		return a
	}
	token := v.k.fact(v.p, "ctl-token")
	if token != nil && token.fact.Value == "available" {
		return no("stated: a token of the CTL is available, so a new CTL can be signed that the phone trusts", token)
	}
	held := v.p.now(iCTL)
	served := v.servedCTL()
	if served.list != nil && held.list != nil {
		if s := signerIn(held.list, served.list.l, rolesForCTL); s.found && !s.wrong {
			if next := v.successor(served.list, &evidence.Record{Subject: served.list.l.Signer.Name, Serial: served.list.l.Signer.Serial}); next != "" && !v.anchorInITL(held.list) {
				return unknown(fmt.Sprintf("the served CTL is signed by SAST record %d of the phone's CTL, but that key was replaced since (the served ITL has serial %s): whether another anchor still exists is not in evidence (ctl-token)", s.record, next), slices.Concat(held.ev, served.ev, v.servedITL().ev)...)
			}
			return no(fmt.Sprintf("the served CTL is signed by SAST record %d of the phone's CTL: that anchor still works", s.record), slices.Concat(held.ev, served.ev)...)
		}
	}
	if token != nil && token.fact.Value == "lost" && v.yes("no-anchor-left") {
		return yes("the tokens are lost and the servers own no SAST key of the phone's CTL", append(v.ask("no-anchor-left").Evidence, token)...)
	}
	return unknown("whether a SAST anchor of the phone's CTL still exists is not in evidence (ctl-token)", held.ev...)
}

// successor gives the serial of the certificate that replaced a SAST of a CTL: a
// CTL stays on the server as it was signed, and the ITL, which is rebuilt with
// every change, has the name with another key, or no longer a key that the
// phone's ITL still has. "" when the key may be in use: an ITL that is older than
// the CTL says nothing of it.
func (v *view) successor(ctl *listObj, sast *evidence.Record) string {
	itl, held := v.servedITL(), v.p.now(iITL).list
	cn := commonName(sast.Subject)
	if itl.list == nil || cn == "" || sameSerial(itl.list.l.Signer.Serial, sast.Serial) || sameKey(itl.list.l.Records, sast) != nil {
		return ""
	}
	made, slack, ok1 := listDate(itl.list.l.Modified)
	signed, slack2, ok2 := listDate(ctl.l.Modified)
	if ok1 && ok2 && made.Add(slack+slack2).Before(signed) {
		return ""
	}
	if s := itl.list.l.Signer; s.Serial != "" && strings.EqualFold(commonName(s.Name), cn) {
		return s.Serial
	}
	if itl.list.l.Partial {
		return ""
	}
	for i := range itl.list.l.Records {
		if r := &itl.list.l.Records[i]; hasFunction(r, "SAST") && strings.EqualFold(commonName(r.Subject), cn) {
			return r.Serial
		}
	}
	if otherList(held, itl.list) && v.yes("names-changed") && sameKey(held.l.Records, sast) != nil {
		return itl.list.l.Signer.Serial
	}
	return ""
}

// anchorInITL tells that the served ITL, which holds keys in use, has a SAST of
// a CTL.
func (v *view) anchorInITL(ctl *listObj) bool {
	itl := v.servedITL()
	return itl.list != nil && slices.ContainsFunc(ctl.l.Records, func(r evidence.Record) bool {
		return hasFunction(&r, "SAST") && sameKey(itl.list.l.Records, &r) != nil
	})
}

// offer is what one TFTP server serves: the latest file of a kind by a signer.
type offer struct {
	server string
	kind   string
	a      *attempt
}

// findOffers notes what the servers offer to a phone, once for each signer:
// thousands of phones fetch configurations that one key signed.
func (k *kase) findOffers(p *phone) {
	for _, a := range p.attempts {
		if a.kind != "itl" && a.kind != "config" || a.list == nil || len(a.wire) == 0 {
			continue
		}
		server, serial := hostOf(a.wire[len(a.wire)-1].e().Transfer.Server), a.list.l.Signer.Serial
		i := slices.IndexFunc(k.offers, func(o *offer) bool {
			return o.server == server && o.kind == a.kind && o.a.list.l.Signer.Serial == serial
		})
		if i < 0 {
			k.offers = append(k.offers, &offer{server: server, kind: a.kind, a: a})
		} else if k.offers[i].a.start.before(a.start) {
			k.offers[i].a = a
		}
	}
}

// madeBefore tells that a list was made before another file was fetched: what a
// server offered then it offered beside that list.
func madeBefore(l *listObj, a *attempt) bool {
	made, slack, ok := listDate(l.l.Modified)
	return ok && a.start.abs && made.Add(slack).UnixNano() < a.start.ns
}

func noOtherTFTP(v *view) Answer {
	last := v.p.served("itl")
	if last != nil && len(last.wire) > 0 {
		own := hostOf(last.wire[len(last.wire)-1].e().Transfer.Server)
		for _, o := range v.k.offers {
			if o.server == own || o.a.start.before(last.start) && !madeBefore(last.list, o.a) {
				continue // it may have changed together with the own server's
			}
			if o.kind == "itl" && o.a.list.l.Status == "valid" && sameCluster(o.a.list.l, last.list.l) && v.yes("tvs-reached") {
				return no(fmt.Sprintf("TFTP server %s serves a good ITL of the same cluster, whose signer the phone can ask a TVS about that it accepts", o.server), slices.Concat(o.a.evidence(), v.ask("tvs-reached").Evidence)...)
			}
			for i, roles := range [][]string{iCTL: rolesFor(o.kind), iITL: {"SAST"}} {
				if o.kind == "config" {
					roles = rolesForConfig
				}
				if s := signerIn(v.p.now(i).list, o.a.list.l, roles); s.proved {
					return no(fmt.Sprintf("TFTP server %s serves %s with a signer that the phone trusts", o.server, o.a.file), o.a.evidence()...)
				}
			}
		}
	}
	return factRow("other-tftp", "no", "yes", "another TFTP server whose files the phone trusts")(v)
}

func tvsCannotVouch(v *view) Answer {
	if h := v.p.now(iITL); h.state == "blank" {
		return yes("the phone's ITL is blank: it holds no TVS record, so the phone can ask no TVS", h.ev...)
	}
	if a := v.ask("tvs-does-not-vouch"); a.Value == Yes && v.yes("tvs-reached") {
		return no("the phone reaches a TVS that it trusts; the signer's certificate can be given to it ("+a.Because+")", a.Evidence...)
	}
	return v.ask("every-tvs-fails-by-certificate")
}

func ctlRefusalSeen(v *view) Answer {
	a := v.p.lastAttempt("ctl")
	switch {
	case a == nil || a.missing:
		return no("no CTL was offered that the phone could have refused")
	case a.result == No:
		return yes("the phone refused "+a.file+": "+quoteLine(a.proof), slices.Concat(a.evidence(), a.proof)...)
	case a.result == Yes:
		return no("the phone accepted "+a.file, slices.Concat(a.evidence(), a.proof)...)
	}
	return unknown("nothing in evidence says whether the phone took "+a.file, a.evidence()...)
}

func noAnchorLeft(v *view) Answer {
	if v.no("ctl-held") {
		return no("the phone holds no CTL that could be deleted", v.ask("ctl-held").Evidence...)
	}
	held, served := v.p.now(iCTL), v.servedCTL()
	if held.list == nil || served.list == nil {
		return unknown("the phone's CTL or the served one is not in evidence")
	}
	if served.since != nil {
		return unknown(served.unseen(), slices.Concat(held.ev, served.ev)...)
	}
	renewed := ""
	for i := range held.list.l.Records {
		r := &held.list.l.Records[i]
		if hasFunction(r, "SAST") && sameKey(served.list.l.Records, r) != nil {
			if next := v.successor(served.list, r); next != "" {
				renewed = fmt.Sprintf("SAST record %d (serial %s) of the phone's CTL is in the served CTL too, but its key was replaced since (the served ITL has serial %s)", r.Number, r.Serial, next)
				continue
			}
			return no(fmt.Sprintf("SAST record %d (serial %s) of the phone's CTL is in the served CTL too", r.Number, r.Serial), slices.Concat(held.ev, served.ev)...)
		}
	}
	if renewed != "" {
		return unknown(renewed, slices.Concat(held.ev, served.ev, v.servedITL().ev)...)
	}
	ev := slices.Concat(held.ev, served.ev)
	if held.list.l.Partial || served.list.l.Partial {
		return unknown("only a part of the phone's CTL or of the served one is in evidence: a SAST record that both hold may stand in the rest", ev...)
	}
	for _, f := range []struct{ key, closed, open string }{
		{"drs-backup", "no", "a DRS backup brings the old keys back"},
		{"other-tftp", "no", "another TFTP server serves files that the phone trusts"},
	} {
		switch n := v.k.fact(v.p, f.key); {
		case n == nil:
			return unknown("no SAST record of the phone's CTL is in the served one; nobody stated whether "+f.open+" ("+f.key+")", ev...)
		case n.fact.Value != f.closed:
			return no("stated: "+f.open, append(ev, n)...)
		default:
			ev = append(ev, n)
		}
	}
	return yes("no SAST record of the phone's CTL is in the served one, and nothing brings the old keys back", ev...)
}

func noTokenLeft(v *view) Answer {
	if v.no("ctl-held") {
		return no("the phone holds no CTL that could be deleted", v.ask("ctl-held").Evidence...)
	}
	f := v.k.fact(v.p, "ctl-token")
	switch {
	case f == nil:
		return unknown("nobody stated whether a token of the CTL is left (ctl-token)")
	case f.fact.Value == "lost":
		return yes("stated: the tokens are lost", f)
	}
	return no("stated: a token is available", f)
}

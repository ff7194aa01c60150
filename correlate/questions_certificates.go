package correlate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"trustline/correlate/evidence"
)

var _ = register(
	Question{"names-changed", "Do the servers' new certificates carry a name that the phone's lists do not know?", namesChanged},
	Question{"one-server", "Has the phone only one server that can be its TVS?", oneServer},
	Question{"more-tvs-in-itl", "Does the phone's ITL hold more TVS records than the phone has servers?", moreTVSInITL},
	Question{"ctl-anchor-left", "Does the phone hold a CTL whose anchor still signs?", ctlAnchorLeft},
	Question{"rebuilt", "Was the cluster rebuilt, and are all of its certificates newer than that?", rebuilt},
	Question{"newer-itl-untried", "Does the server offer an ITL by a new signer that the phone has not fetched yet?", newerITLUntried},
	Question{"tvs-changed-only", "Does TVS present a certificate that the phone's ITL lacks, while the served files' signer is known to it?", tvsChangedOnly},
	Question{"served-itl-knows-tvs", "Does the served ITL hold the TVS certificate on the wire?", servedITLKnowsTVS},
	Question{"stale-itl", "Is the phone's ITL older than the one that its server offers?", staleITL},
	Question{"regenerated-and-taken", "Was a certificate regenerated, and has this phone followed?", regeneratedAndTaken},
	Question{"new-recovery-signer", "Are the served lists signed by a new ITLRecovery certificate?", newRecoverySigner},
	Question{"reset-signer", "Is the served ITL signed for the time being by another of the cluster's own keys?", resetSigner},
)

// names gives the common names that the records of a list carry.
func names(l *evidence.List, functions ...string) map[string]bool {
	out := map[string]bool{}
	for i := range l.Records {
		if cn := strings.ToLower(commonName(l.Records[i].Subject)); cn != "" && (len(functions) == 0 || hasFunction(&l.Records[i], functions...)) {
			out[cn] = true
		}
	}
	return out
}

// namesChanged compares the name of the new signer with those of every record
// that the phone holds: a regenerated certificate keeps its name, a renamed
// server does not.
func namesChanged(v *view) Answer {
	held, served := v.p.now(iITL), v.servedITL()
	if held.list == nil || served.list == nil || held.list.l.Partial {
		return unknown("the phone's ITL or the served one is not in evidence")
	}
	ev := slices.Concat(held.ev, served.ev)
	cn := strings.ToLower(commonName(served.list.l.Signer.Name))
	if cn == "" || len(held.list.l.Records) == 0 {
		return unknown("the signer's name is not in evidence", ev...)
	}
	if names(held.list.l)[cn] || strings.EqualFold(cn, commonName(held.list.l.Signer.Name)) {
		return no(fmt.Sprintf("the signer's name %s is known to the phone's ITL: the certificate is another, the name is not", commonName(served.list.l.Signer.Name)), ev...)
	}
	a := yes(fmt.Sprintf("the served ITL is signed by %s, a name that no record of the phone's ITL carries (its own signer is %s)", signerText(served.list), signerText(held.list)), ev...)
	if f := v.k.fact(v.p, "renamed"); f != nil {
		a.Evidence = append(a.Evidence, f)
	}
	return a
}

func oneServer(v *view) Answer {
	servers, complete := v.tvsServers()
	var ev []*entry
	for _, s := range servers {
		ev = append(ev, s.from...)
	}
	switch {
	case len(servers) > 1:
		return no(fmt.Sprintf("the phone has %d servers that can be its TVS", len(servers)), ev...)
	case !complete || len(servers) == 0:
		return unknown("which servers the phone can use as TVS is not in evidence", ev...)
	}
	return yes("the phone's configuration names one server, which is its TFTP server too: "+servers[0].address, ev...)
}

func moreTVSInITL(v *view) Answer {
	h := v.p.now(iITL)
	if h.list == nil {
		return unknown("the phone's ITL is not in evidence")
	}
	n := 0
	for i := range h.list.l.Records {
		if hasFunction(&h.list.l.Records[i], "TVS") {
			n++
		}
	}
	if n < 2 {
		return no("the phone's ITL holds one TVS record", h.ev...)
	}
	return yes(fmt.Sprintf("the phone's ITL holds %d TVS records", n), h.ev...)
}

// ctlAnchorLeft is the door that a CTL keeps open: somebody can still sign for
// it.
func ctlAnchorLeft(v *view) Answer {
	if a := v.ask("no-ctl-anchor"); a.Value == No {
		return yes(a.Because, a.Evidence...)
	} else if a.Value == Yes {
		return no(a.Because, a.Evidence...)
	}
	if v.yes("ctl-held") {
		if a := v.ask("no-anchor-left"); a.Value == No {
			return yes(a.Because, a.Evidence...)
		}
	}
	return unknown("whether the phone holds a CTL that somebody can still sign for is not in evidence")
}

// stated reads a date that the operator gave.
func (v *view) stated(key string) (time.Time, *entry) {
	f := v.k.fact(v.p, key)
	if f == nil {
		return time.Time{}, nil
	}
	t, _ := evidence.Date(f.fact.Value)
	return t, f
}

// rebuilt needs the operator's word: no file says that a server was installed
// anew. Certificates older than that contradict it.
func rebuilt(v *view) Answer {
	when, f := v.stated("rebuilt")
	if f == nil {
		return unknown("nobody stated that the cluster was rebuilt (rebuilt=DATE)")
	}
	if when.IsZero() {
		return unknown("the date "+f.fact.Value+" cannot be read", f)
	}
	servers, _ := v.tvsServers()
	for _, s := range servers {
		t := lastPresented(s)
		if t == nil {
			continue
		}
		if from, ok := date(t.cert.NotBefore); ok && from.Before(when.Add(-24*time.Hour)) {
			return no(fmt.Sprintf("TVS %s presents a certificate that is older than the rebuilding", s.address), f, t.n)
		}
	}
	return yes("stated: the cluster was rebuilt on "+f.fact.Value, f)
}

func date(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}

// newerITLUntried looks at an ITL that the server is known to offer although
// the phone never fetched it: a listing, or somebody else's download.
func newerITLUntried(v *view) Answer {
	held, served := v.p.now(iITL), v.newestITL()
	if held.list == nil || served.list == nil {
		return unknown("the phone's ITL or the served one is not in evidence")
	}
	ev := slices.Concat(held.ev, served.ev)
	if sameList(held.list, served.list) {
		return no("the phone holds the served ITL", ev...)
	}
	for _, a := range v.p.attempts {
		if a.kind == "itl" && a.list != nil && sameList(a.list, served.list) {
			return no("the phone fetched the served ITL", slices.Concat(a.evidence(), a.proof)...)
		}
	}
	if made, slack, ok := listDate(served.list.l.Modified); ok {
		for _, a := range v.p.attempts {
			if a.kind == "itl" && a.complete && a.start.abs && a.start.ns > made.Add(slack).UnixNano() {
				return no("the phone fetched an ITL after that one was made", slices.Concat(a.evidence(), ev)...)
			}
		}
	}
	a := v.untrusted(served, "itl", "the offered ITL")
	if a.Value != Yes {
		return a
	}
	return yes(fmt.Sprintf("the server offers an ITL signed by %s, and the phone, whose ITL is signed by %s, has not fetched it", signerText(served.list), signerText(held.list)), ev...)
}

// newestITL is the server's listing where it is of the same signer's name as
// the list that the phone fetched last, and newer.
func (v *view) newestITL() servedFile {
	served := v.servedITL()
	a := v.p.served("itl")
	if a == nil {
		return served
	}
	for _, f := range v.servedFiles("itl") {
		made, slack, ok := listDate(f.list.l.Modified)
		if ok && f.list != a.list && a.start.abs && made.Add(-slack).UnixNano() > a.start.ns && strings.EqualFold(commonName(f.list.l.Signer.Name), commonName(a.list.l.Signer.Name)) {
			served = f
		}
	}
	return served
}

// tvsChangedOnly wants a TVS certificate that the phone's ITL does not hold
// beside files whose signer it does: the next reset repairs it.
func tvsChangedOnly(v *view) Answer {
	wire := v.ask("tvs-cert-in-held-itl")
	if wire.Value != No {
		return Answer{Value: opposite(wire.Value), Because: wire.Because, Evidence: wire.Evidence}
	}
	signer := v.ask("served-signer-untrusted")
	switch signer.Value {
	case Yes:
		return no(signer.Because, signer.Evidence...)
	case Unknown:
		last := v.p.lastAttempt("config")
		if c := v.ask("config-signer-untrusted"); c.Value == No && last != nil && last.list != nil && !last.list.l.Partial {
			signer = c
			break
		}
		return unknown(signer.Because, signer.Evidence...)
	}
	return yes(wire.Because+"; "+signer.Because, slices.Concat(wire.Evidence, signer.Evidence)...)
}

func opposite(t Tri) Tri {
	switch t {
	case Yes:
		return No
	case No:
		return Yes
	}
	return Unknown
}

func servedITLKnowsTVS(v *view) Answer {
	served := v.servedITL()
	if served.list == nil {
		return unknown("the served ITL is not in evidence")
	}
	servers, _ := v.tvsServers()
	for _, s := range servers {
		t := lastPresented(s)
		if t == nil {
			continue
		}
		m := certIn(served.list, t.cert, "TVS")
		switch m.state {
		case "hidden":
			return unknown("octets of the served ITL are missing", append(slices.Clone(served.ev), t.n)...)
		case "match":
			return yes(fmt.Sprintf("the served ITL holds the certificate of TVS %s as record %d", s.address, m.record.Number), append(slices.Clone(served.ev), t.n)...)
		}
		return no("the served ITL does not hold the certificate of TVS "+s.address, append(slices.Clone(served.ev), t.n)...)
	}
	return unknown("no TVS certificate on the wire is in evidence", served.ev...)
}

// staleITL compares the phone's ITL with that of its own TFTP server only:
// each server has an ITL of its own.
func staleITL(v *view) Answer {
	a := v.ask("held-itl-is-served-itl")
	if a.Value != No {
		return Answer{Value: opposite(a.Value), Because: a.Because, Evidence: a.Evidence}
	}
	return yes(a.Because, a.Evidence...)
}

// regeneratedAndTaken joins an alarm that names the cause with a phone that has
// taken the new list.
func regeneratedAndTaken(v *view) Answer {
	var alarm *entry
	for _, n := range slices.Concat(v.p.all, v.k.general) {
		if n.is("alarm", "syslog_alarm") && strings.HasSuffix(n.detail("alarm"), "CertificateRegenerated") && !strings.Contains(n.detail("alarm"), "CAPF") {
			alarm = n
		}
	}
	if alarm == nil {
		return unknown("no alarm about a regenerated certificate of TVS or CallManager is in evidence")
	}
	for _, s := range slices.Backward(v.p.states) {
		if s.cause == nil || s.cause.kind != "itl" || s.cause.result != Yes {
			continue
		}
		old := s.before[iITL].list
		if old == nil || s.cause.list == nil || sameList(old, s.cause.list) {
			return no("the phone has taken no other ITL since", s.ev...)
		}
		if !otherList(old, s.cause.list) {
			return unknown("only a part of the ITL that the phone has taken since, or of the one before, is in evidence", s.ev...)
		}
		return yes(fmt.Sprintf("the alarm %s tells of a new certificate, and the phone has taken %s since, which is another ITL than before", alarm.detail("alarm"), s.cause.file), append([]*entry{alarm}, s.ev...)...)
	}
	return unknown("whether this phone has taken a list since is not in evidence", alarm)
}

// newRecoverySigner looks at the served ITL, which ITLRecovery signs from
// release 12 on, against the ITLRecovery record that the phone holds.
func newRecoverySigner(v *view) Answer {
	served := v.servedITL()
	if served.list == nil {
		return unknown("the served ITL is not in evidence")
	}
	l := served.list.l
	if !strings.HasPrefix(strings.ToUpper(commonName(l.Signer.Name)), "ITLRECOVERY") {
		return no("the served ITL is not signed by ITLRecovery", served.ev...)
	}
	for _, s := range slices.Backward(v.p.states) {
		for _, h := range []held{s.before[iITL], s.before[iCTL], s.after[iITL]} {
			if h.list == nil {
				continue
			}
			for i := range h.list.l.Records {
				r := &h.list.l.Records[i]
				if isRecovery(r) && strings.EqualFold(commonName(r.Subject), commonName(l.Signer.Name)) && !sameSerial(r.Serial, l.Signer.Serial) && !nearMiss(r.Serial, l.Signer.Serial) && !hasSerial(h.list.l, l.Signer.Serial) {
					return yes(fmt.Sprintf("the served ITL is signed by ITLRecovery serial %s; the phone's list knew serial %s", l.Signer.Serial, r.Serial), slices.Concat(served.ev, h.ev)...)
				}
			}
		}
	}
	return unknown("no older ITLRecovery record of the phone is in evidence", served.ev...)
}

func hasSerial(l *evidence.List, serial string) bool {
	return slices.ContainsFunc(l.Records, func(r evidence.Record) bool { return sameSerial(r.Serial, serial) })
}

// resetSigner recognises the transition of "utils itl reset": the signer kind
// changed between ITLRecovery and CallManager while both keys are the
// cluster's own, as the phone's ITL knows them.
func resetSigner(v *view) Answer {
	held, served := v.p.now(iITL), v.servedITL()
	for _, s := range slices.Backward(v.p.states) {
		if s.cause != nil && s.before[iITL].list != nil && s.cause.kind == "itl" {
			held = s.before[iITL]
			break
		}
	}
	if held.list == nil || served.list == nil {
		return unknown("the phone's ITL or the served one is not in evidence")
	}
	recovery := func(l *evidence.List) bool {
		return strings.HasPrefix(strings.ToUpper(commonName(l.Signer.Name)), "ITLRECOVERY")
	}
	if recovery(held.list.l) == recovery(served.list.l) {
		return no("both ITLs are signed by keys of the same kind", slices.Concat(held.ev, served.ev)...)
	}
	s := signerIn(held.list, served.list.l, []string{"SAST"})
	if !s.found || s.wrong {
		return unknown("the new signer is no SAST of the phone's ITL", slices.Concat(held.ev, served.ev)...)
	}
	_, f := v.stated("reset")
	if f == nil {
		return unknown("nobody stated that the ITL was reset (reset=DATE)", slices.Concat(held.ev, served.ev)...)
	}
	return yes(fmt.Sprintf("stated: the ITL was reset on %s; it is signed by %s, which is record %d of the phone's ITL", f.fact.Value, signerText(served.list), s.record), slices.Concat([]*entry{f}, held.ev, served.ev)...)
}

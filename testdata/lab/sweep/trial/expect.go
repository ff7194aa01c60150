package trial

import (
	"fmt"
	"slices"
	"strings"

	"trustline/testdata/lab/phone"
	"trustline/testdata/lab/play"
)

// Classes of verdicts, the mildest first.
const (
	OK           = "ok"
	Degraded     = "degraded"
	Recoverable  = "recoverable"
	LockedOut    = "locked-out"
	Inconclusive = "inconclusive"
)

var rank = map[string]int{OK: 0, Degraded: 1, Recoverable: 2, LockedOut: 3}

// Expected is what a right verdict about a phone says.
type Expected struct {
	Mildest, Worst string   // classes, in between is right too
	Primaries      []string // of a verdict that is not ok; nil: any
	Broken         bool     // something fails at the end: ok is a dangerous error
	Locked         bool     // and no server can mend it
	Why            string
}

func (e Expected) String() string {
	s := e.Mildest
	if e.Worst != e.Mildest {
		s += ".." + e.Worst
	}
	return fmt.Sprintf("%s (%s)", s, e.Why)
}

// causes are the findings that name why a TVS did not vouch.
var causes = map[play.Result][]string{
	play.Silent:   {"tvs-port-blocked", "old-tvs-unreachable-after-move"},
	play.Refused:  {"tvs-not-listening", "old-tvs-unreachable-after-move", "tvs-port-blocked"},
	play.Stranger: {"tvs-cert-mismatch", "callmanager-tvs-both-regenerated", "all-nodes-renamed-together", "hostname-change-single-node-itl-only", "hostname-change-with-ctl", "moved-cluster-no-trust", "tvs-regenerated-itl-not-refreshed", "cluster-rebuilt-no-drs"},
	play.Expired:  {"server-certificate-expired", "phone-clock-wrong"},
	play.NotFound: {"tvs-certificate-unknown-in-store", "bulk-certificate-incomplete", "itl-corrupt-after-drs-restore", "centralised-tftp-heterogeneous"},
	play.NoRole:   {"tvs-certificate-unknown-in-store", "bulk-certificate-incomplete"},
}

// without are the findings about lists that no TVS is asked about.
var without = []string{"ctl-signer-unknown", "ctl-anchors-lost", "ctl-stale-vs-certificates", "ctl-tokenless-signer-changed", "secure-move-with-rollback", "moved-cluster-no-trust", "itlrecovery-regenerated-refresh-upgrade", "config-signer-not-trusted", "blank-itl-refused"}

// Seen says which kinds of evidence there are. What nobody could see is not asked
// of a verdict: a CAPF operation that failed without a trace of CAPF, a status
// message or a capture leaves a phone whose lists are in order.
type Seen struct{ Capture, Console, Status, CAPF, Call bool }

// SeenIn looks which kinds the files are, by their names.
func SeenIn(files map[string][]byte) (s Seen) {
	for name := range files {
		s.Capture = s.Capture || isCapture(name)
		s.Console = s.Console || strings.Contains(name, "console")
		s.Status = s.Status || strings.HasPrefix(name, "status")
		s.CAPF = s.CAPF || strings.HasPrefix(name, "capf-")
		s.Call = s.Call || strings.HasPrefix(name, "ccm-")
	}
	return s
}

// Expect says what is right about the first phone of a plan. It reads what the
// phone did and what was planted; of the evidence it knows the kinds.
func Expect(p *play.Plan, t *play.Truth, seen Seen) Expected {
	e := Expected{Mildest: OK, Worst: OK, Why: "everything accepted"}
	onWire := func(ports ...uint16) bool { // a capture filter lets these pass
		pass := p.Sources.Damage.Ports
		return seen.Capture && (len(pass) == 0 || slices.ContainsFunc(ports, func(port uint16) bool { return slices.Contains(pass, port) }))
	}
	worse := func(mildest, worst string, broken bool, why string, primaries ...string) {
		if rank[mildest] > rank[e.Mildest] {
			e.Mildest = mildest
		}
		if rank[worst] > rank[e.Worst] {
			e.Worst = worst
		}
		if e.Why == "everything accepted" {
			e.Why = why
		} else {
			e.Why += "; " + why
		}
		e.Broken = e.Broken || broken
		e.Primaries = append(e.Primaries, primaries...)
	}
	mild(p, t, worse)
	for _, o := range []phone.Object{phone.NewCTL, phone.NewITL, phone.Config} {
		j := t.Last(o)
		if j == nil || j.Accepted {
			continue
		}
		ways := t.Ways
		if o == phone.NewCTL {
			ways = t.CTLWays
		}
		class, why := Recoverable, fmt.Sprintf("%s refused %s", o, results(j.Asked))
		if !play.Back(ways) && o != phone.Config {
			class, e.Locked, why = LockedOut, true, why+", no way back"
		}
		mildest := class
		if class == LockedOut && (o == phone.NewCTL && play.Back(t.Ways) || unheard(j.Asked) || stale(p)) {
			mildest = Recoverable // what nobody can see may still help: a TVS not reached, a key that lists still name
		}
		worse(mildest, class, true, why, becauses(j.Asked)...)
		worse(OK, OK, true, "", without...)
	}
	if j := t.Last(phone.Web); j != nil && !j.Accepted {
		mildest, broken := Recoverable, true
		if !onWire(443, 8443) && !seen.Console {
			mildest, broken = OK, false
		}
		for _, b := range t.Judged { // what was accepted since may have cured it
			if b.At.After(j.At) && b.Object == phone.NewITL && b.Accepted {
				mildest, broken = OK, false
			}
		}
		if strangers(j.Asked) || len(j.Asked) == 0 {
			mildest = min2(mildest, Degraded) // a TVS certificate that the next list holds, or no TVS to ask
			broken = false
		}
		worse(mildest, Recoverable, broken, "HTTPS certificate refused "+results(j.Asked), append(becauses(j.Asked), "https-service-unverified")...)
	}
	if n := len(t.CAPF); n > 0 && t.CAPF[n-1].Outcome != "result 0" {
		o := t.CAPF[n-1]
		refused := !strings.HasPrefix(o.Outcome, "result ")
		mildest, broken := OK, seen.CAPF || seen.Status && resultStatus[o.Outcome] || refused && (seen.Console || onWire(3804))
		if o.Outcome == "silent" {
			broken = onWire(3804) // a connection that never came about leaves no line in any log
		}
		if broken || onWire(3804) {
			mildest = Recoverable
		}
		worse(mildest, Recoverable, broken, "CAPF "+o.Outcome, "capf-port-blocked", "capf-record-missing", "capf-cert-mismatch", "lsc-auth-string-wrong", "lsc-invalid-existing-certificate",
			"lsc-operation-failed-comm-or-timeout", "mic-missing", "capf-differs-between-nodes", "server-certificate-expired")
		if refused {
			if j := t.Last(phone.CAPF); j != nil && !j.Accepted {
				worse(OK, OK, false, "", becauses(j.Asked)...)
			}
		}
	} else if p.Phones[0].AuthMode == 1 && n == 0 {
		worse(OK, Recoverable, false, "a string for CAPF is to be typed", "lsc-auth-string-not-entered")
	}
	if why, broken := registration(t); why != "" {
		mildest := OK
		broken = broken && (onWire(2000, 2443, 5060, 5061) || seen.Console || seen.Call)
		if broken {
			mildest = Recoverable
		}
		worse(mildest, Recoverable, broken, why, "phone-certificate-refused-by-cucm", "mic-roots-removed", "ccm-certificate-not-in-ctl", "secure-registration-port-blocked", "registered-nonsecure", "server-certificate-expired", "tls-version-or-cipher-mismatch", "ctl-stale-vs-certificates")
	}
	if e.Worst == OK {
		e.Primaries = nil
	}
	e.Why = strings.ReplaceAll(strings.Trim(e.Why, "; "), "; ; ", "; ")
	slices.Sort(e.Primaries)
	e.Primaries = slices.Compact(e.Primaries)
	return e
}

// resultStatus are the results that the phone's status page names.
var resultStatus = map[string]bool{"result 3": true, "result 4": true, "result 5": true}

func min2(a, b string) string {
	if rank[a] < rank[b] {
		return a
	}
	return b
}

// mild adds what works with a layer lost, and what was planted that a phone has
// not met yet: a verdict may name it, and need not.
func mild(p *play.Plan, t *play.Truth, worse func(mildest, worst string, broken bool, why string, primaries ...string)) {
	for _, j := range t.Judged {
		for _, a := range j.Asked {
			if j.Object == phone.NewITL && j.Accepted && a.Result != play.Vouched {
				worse(OK, Degraded, false, "list taken by a later TVS", "tvs-fallback-used", "tvs-cert-mismatch", "tvs-certificate-unknown-in-store", "tvs-port-blocked", "tvs-not-listening", "server-certificate-expired")
			}
		}
	}
	for _, j := range t.Judged {
		for _, a := range j.Asked {
			if j.Accepted && a.Result != play.Vouched && j.Object != phone.NewITL {
				worse(OK, Degraded, false, fmt.Sprintf("%s accepted by a later TVS", j.Object), "tvs-fallback-used", "tvs-cert-mismatch", "server-certificate-expired", "tvs-port-blocked")
			}
		}
		if j.State == phone.BlankITL || j.State == phone.CTLBlankITL || j.State == phone.None {
			worse(OK, Degraded, false, string(j.State), "blank-itl-rollback-active", "config-unsigned-accepted", "first-list-blind-trust", "itl-deleted-or-erased")
		}
	}
	for _, c := range p.Clusters {
		for _, h := range c.History {
			worse(OK, Degraded, false, fmt.Sprintf("changed: %s", h.Node), "callmanager-regenerated-pending", "tvs-regenerated-itl-not-refreshed", "itlrecovery-renewed", "itl-stale-on-phone", "ctl-stale-vs-certificates", "certificate-expired-or-expiring", "itl-differs-between-tftp-servers", "tvs-cache-masks-change", "blank-itl-rollback-active", "tvs-cert-mismatch", "cm-group-single-tvs", "tvs-fallback-used")
		}
	}
	if a := p.Clusters[0]; a.Mixed {
		for _, h := range a.History {
			if h.Service&(play.CallManager|play.ITLRecovery|play.CAPF) != 0 || h.What == play.Rename {
				worse(OK, Recoverable, false, "CTL not updated", "ctl-stale-vs-certificates", "itlrecovery-regenerated-refresh-upgrade")
				break
			}
		}
	}
	for _, h := range p.Clusters[0].History {
		switch {
		case h.What == play.Restore:
			worse(OK, Recoverable, false, "a list that a restore spoiled", "itl-corrupt-after-drs-restore", "itl-corrupt-on-server")
		case h.Service&play.ITLRecovery != 0:
			worse(OK, OK, false, "", "itlrecovery-renewed")
		}
	}
	if p.Phones[0].NTP != "" {
		worse(OK, Recoverable, false, "the phone's clock is wrong", "phone-clock-wrong")
	}
	if slices.ContainsFunc(t.Judged, func(j play.Judgement) bool {
		return slices.ContainsFunc(j.Asked, func(a play.Ask) bool { return a.Result == play.Expired })
	}) {
		worse(OK, Recoverable, false, "a TVS certificate has expired", "server-certificate-expired", "phone-clock-wrong")
	}
	for _, e := range p.Phones[0].Events {
		if e.Refuse == "10" {
			worse(OK, OK, false, "", "phone-clock-wrong") // the lab's certificate is valid, so a clock is wrong
		}
		if e.Foreign != "" {
			worse(OK, Degraded, false, "central TFTP", "centralised-tftp-heterogeneous", "list-fallback-to-generic")
			break
		}
	}
	if len(p.Clusters[0].Nodes) > 1 && len(p.Phones[0].Group) == 1 {
		worse(OK, Degraded, false, "one TVS of several", "cm-group-single-tvs")
	}
	if p.Clusters[0].Mixed && !p.Phones[0].Secure {
		worse(OK, Degraded, false, "clear in mixed mode", "registered-nonsecure", "call-security-lowered")
	}
}

// registration tells how the last attempts to register ended.
func registration(t *play.Truth) (why string, broken bool) {
	if len(t.Registered) == 0 {
		return "", false
	}
	end := t.Registered[len(t.Registered)-1]
	if end.Outcome != "registered" {
		return "not registered: " + end.Outcome, true
	}
	for _, r := range t.Registered {
		if r.Outcome != "registered" {
			return "registered elsewhere after: " + r.Outcome, false
		}
	}
	return "", false
}

func results(asked []play.Ask) string {
	var out []string
	for _, a := range asked {
		out = append(out, string(a.Result))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func becauses(asked []play.Ask) (out []string) {
	for _, a := range asked {
		out = append(out, causes[a.Result]...)
	}
	return out
}

// stale tells that lists name certificates that their servers have replaced.
func stale(p *play.Plan) bool {
	for _, c := range p.Clusters {
		if slices.ContainsFunc(c.History, func(h play.Change) bool { return h.Stale }) {
			return true
		}
	}
	return false
}

// unheard tells that a server's certificate was not seen, because the network
// stood in the way.
func unheard(asked []play.Ask) bool {
	return slices.ContainsFunc(asked, func(a play.Ask) bool { return a.Result == play.Silent || a.Result == play.Refused })
}

// strangers tells that certificates stood in the way, not the network alone.
func strangers(asked []play.Ask) bool {
	return slices.ContainsFunc(asked, func(a play.Ask) bool { return a.Result == play.Stranger })
}

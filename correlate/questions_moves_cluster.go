package correlate

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

var _ = register(
	Question{"lists-of-other-cluster", "Do the phone's lists belong to another cluster than the served ones?", listsOfOtherCluster},
	Question{"moved-between-clusters", "Did the phone take lists of another cluster than those it held?", movedBetweenClusters},
	Question{"old-cluster-silent", "Do the servers of the phone's old lists not answer it at all?", oldClusterSilent},
	Question{"old-cluster-answers", "Does a server of the phone's old cluster still answer it?", oldClusterAnswers},
	Question{"old-tvs-unreachable", "Does the phone of a moved site ask the old cluster's TVS in vain?", oldTVSUnreachable},
)

// kinship is what two sets of list records say of their clusters.
type kinship struct {
	related Tri    // yes: of one cluster; no: nothing in common that servers of one cluster would have
	why     string // in words
	near    bool   // a host name occurs in both, in different domains
	capf    string // the CAPF names of both, where both have one and they differ
	apart   bool   // both name addresses, and none is in both
}

// kin compares two sets of records. A cluster that renamed or rebuilt its
// servers keeps something: a certificate, a name or an address. Security tokens
// belong to people, not to a cluster, and are left out.
func kin(a, b []*evidence.Record) kinship {
	if len(a) == 0 || len(b) == 0 {
		return kinship{why: "one of the lists names no server"}
	}
	var k kinship
	var capfA, capfB string
	var addrA, addrB bool
	for _, r := range a {
		name := serverName(r)
		if hasFunction(r, "CAPF") {
			capfA = name
		}
		addrA = addrA || recordAddress(r) != ""
		for _, s := range b {
			other := serverName(s)
			if hasFunction(s, "CAPF") {
				capfB = other
			}
			addrB = addrB || recordAddress(s) != ""
			h1, h2 := recordHash(r), recordHash(s)
			switch {
			case sameSerial(r.Serial, s.Serial) && (h1 == "" || h2 == "" || h1 == h2):
				return kinship{related: Yes, why: fmt.Sprintf("both hold the certificate of %s (serial %s)", firstOf(name, other, "one server"), r.Serial)}
			case name != "" && name == other:
				return kinship{related: Yes, why: fmt.Sprintf("both name %s", name)}
			case recordAddress(r) != "" && recordAddress(r) == recordAddress(s):
				return kinship{related: Yes, why: fmt.Sprintf("both name the server %s", recordAddress(r))}
			case name != "" && shortHost(name) == shortHost(other):
				k.near = true
			}
		}
	}
	if !anyNamed(a) || !anyNamed(b) {
		return kinship{why: "the records name no servers"}
	}
	k.related, k.apart = No, addrA && addrB
	k.why = fmt.Sprintf("the phone's lists name %s, the served ones %s, and no certificate is in both", recordNames(a), recordNames(b))
	if capfA != "" && capfB != "" {
		k.capf = capfA + " and " + capfB
	}
	return k
}

// serverName gives the name by which servers are told apart: the CN in lower
// case, without the prefix that ITLRecovery puts before it.
func serverName(r *evidence.Record) string {
	return strings.TrimPrefix(strings.ToLower(strings.TrimSpace(commonName(r.Subject))), "itlrecovery_")
}

func shortHost(s string) string {
	s, _, _ = strings.Cut(s, ".")
	return s
}

// recordAddress gives a record's address, which stands in either of two items.
func recordAddress(r *evidence.Record) string {
	for _, s := range []string{r.IP, r.DNSName} {
		if a, err := netip.ParseAddr(strings.TrimSpace(s)); err == nil && !a.IsUnspecified() {
			return a.String()
		}
	}
	return ""
}

func anyNamed(list []*evidence.Record) bool {
	return slices.ContainsFunc(list, func(r *evidence.Record) bool { return serverName(r) != "" })
}

func recordNames(list []*evidence.Record) string {
	var out []string
	for _, r := range list {
		if n := serverName(r); n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	if len(out) > 4 {
		out = append(out[:3], fmt.Sprintf("%d more", len(out)-3))
	}
	return strings.Join(out, ", ")
}

// isToken tells that a CTL record is a security token: a SAST that is neither
// a server's certificate nor ITLRecovery.
func isToken(l *evidence.List, r *evidence.Record) bool {
	if l.Type != "ctl" || !slices.Equal(r.Functions, []string{"SAST"}) || isRecovery(r) {
		return false
	}
	for i := range l.Records {
		if s := &l.Records[i]; s != r && hasFunction(s, "CCM", "TFTP") && sameSerial(s.Serial, r.Serial) {
			return false
		}
	}
	return true
}

// serverRecords lists what a list says of servers.
func serverRecords(lists ...*listObj) (out []*evidence.Record, partial bool) {
	for _, o := range lists {
		if o == nil {
			continue
		}
		partial = partial || o.l.Partial
		for i := range o.l.Records {
			if r := &o.l.Records[i]; !isToken(o.l, r) {
				out = append(out, r)
			}
		}
	}
	return out, partial
}

// listsOfOtherCluster compares what the phone holds with what is served. Names
// that all differ are not enough: that is also a cluster whose every node was
// renamed. So the addresses or the CAPF have to differ too.
func listsOfOtherCluster(v *view) Answer {
	c, i := v.p.now(iCTL), v.p.now(iITL)
	held, cutA := serverRecords(c.list, i.list)
	sc, si := v.servedNow()
	served, cutB := serverRecords(sc.list, si.list)
	ev := slices.Concat(c.ev, i.ev, sc.ev, si.ev)
	switch {
	case c.list == nil && i.list == nil:
		return unknown("the phone's lists are not in evidence, so their cluster is not known")
	case sc.list == nil && si.list == nil:
		return unknown("no list that a server serves is in evidence, so its cluster is not known")
	case si.list != nil && i.list != nil && sameList(i.list, si.list), sc.list != nil && c.list != nil && sameList(c.list, sc.list):
		return no("the phone holds a list that is served", ev...)
	}
	k := kin(held, served)
	switch {
	case k.related == Yes:
		return no("the phone's lists and the served ones are of one cluster: "+k.why, ev...)
	case k.related == Unknown || cutA || cutB:
		return unknown("whether the phone's lists are of another cluster is open: "+firstOf(k.why, "only a part of them is in evidence"), ev...)
	}
	if a := v.p.served("config"); a != nil && a.list.l.Signer.Serial != "" {
		for _, l := range []*listObj{c.list, i.list} {
			if s := signerIn(l, a.list.l, rolesForConfig); s.found && !s.wrong {
				return no("the served configuration is signed by a server of the phone's lists, whatever the lists beside it are", slices.Concat(ev, a.evidence())...)
			}
		}
	}
	return v.proveOther(k, ev)
}

// servedNow gives the lists of the server that served one last: what another
// server gave before the phone was moved is no more served.
func (v *view) servedNow() (ctl, itl servedFile) {
	ctl, itl = v.servedCTL(), v.servedITL()
	a, b := v.p.served("ctl"), v.p.served("itl")
	if a == nil || b == nil {
		return ctl, itl
	}
	switch x, y := v.servedFrom(a.list), v.servedFrom(b.list); {
	case x == y || x == "" || y == "":
	case a.start.before(b.start):
		ctl = servedFile{}
	default:
		itl = servedFile{}
	}
	return ctl, itl
}

// proveOther wants more than names before it says that two clusters are two.
func (v *view) proveOther(k kinship, ev []*entry) Answer {
	if f := v.k.fact(v.p, "renamed"); f != nil {
		return no("stated: the servers were renamed ("+f.fact.Value+"), so other names are no other cluster", append(ev, f)...)
	}
	sc, si := v.servedNow()
	from, to := v.servedFrom(v.p.now(iITL).list), v.servedFrom(si.list)
	if from == "" || to == "" {
		from, to = v.servedFrom(v.p.now(iCTL).list), v.servedFrom(sc.list)
	}
	switch old := v.oldTVS(); {
	case from != "" && from == to:
		return no(fmt.Sprintf("TFTP server %s served the phone's lists and serves the new ones: renamed or rebuilt, not moved", to), ev...)
	case from != "" && to != "":
		return yes(fmt.Sprintf("%s; they came from TFTP server %s, the new ones from %s", k.why, from, to), ev...)
	case len(old) > 0 && v.groupKnown() && !v.presentsServed(old[0]):
		return yes(fmt.Sprintf("%s; the phone still asks TVS %s, which the served configuration does not name", k.why, old[0].address), append(ev, old[0].tries[0].n)...)
	case k.apart:
		return yes(k.why+"; the addresses in them differ too", ev...)
	case k.near || v.k.fact(v.p, "rebuilt") != nil:
		return unknown("the names in the phone's lists and in the served ones differ, but a rename or a rebuild of the same servers would look the same", ev...)
	case k.capf != "":
		a := yes(fmt.Sprintf("%s; their CAPF differ: %s", k.why, k.capf), ev...)
		a.Sources = 1
		return a
	}
	return unknown("the names in the phone's lists and in the served ones differ, but a rename of every node would look the same", ev...)
}

// servedFrom gives the TFTP server from which a list last came to the phone.
func (v *view) servedFrom(l *listObj) string {
	for i := len(v.p.attempts) - 1; l != nil && i >= 0; i-- {
		if a := v.p.attempts[i]; a.list != nil && len(a.wire) > 0 && (a.list == l || a.kind != "config" && sameList(a.list, l)) {
			return hostOf(a.wire[len(a.wire)-1].e().Transfer.Server)
		}
	}
	return ""
}

// oldTVS lists the servers that the phone asks by its old configuration: those
// it tried that neither serve it now nor stand in what they serve.
func (v *view) oldTVS() []*tvsServer {
	now := map[string]bool{}
	for i := len(v.p.attempts) - 1; i >= 0 && len(now) == 0; i-- {
		if a := v.p.attempts[i]; a.kind != "other" && a.list != nil && len(a.wire) > 0 {
			now[v.servedFrom(a.list)] = true
		}
	}
	if len(now) == 0 {
		return nil
	}
	if a := v.p.served("config"); a != nil && a.list.config != nil && now[v.servedFrom(a.list)] {
		for _, n := range slices.Concat(a.list.config.CallManager, a.list.config.TVS) {
			now[v.resolve(hostOf(n))] = true
		}
	}
	servers, _ := v.tvsServers()
	return slices.DeleteFunc(servers, func(s *tvsServer) bool { return now[s.address] || len(s.tries) == 0 })
}

// groupKnown tells that the served configuration is in evidence and its servers'
// addresses are known: only then is another address another server.
func (v *view) groupKnown() bool {
	a := v.p.served("config")
	if a == nil || a.list.config == nil || len(a.list.config.CallManager) == 0 {
		return false
	}
	for _, n := range slices.Concat(a.list.config.CallManager, a.list.config.TVS) {
		if _, err := netip.ParseAddr(v.resolve(hostOf(n))); err != nil {
			return false
		}
	}
	return true
}

// presentsServed tells that a TVS presents a certificate of the served lists.
func (v *view) presentsServed(s *tvsServer) bool {
	t := lastPresented(s)
	if t == nil {
		return false
	}
	ctl, itl := v.servedNow()
	records, _ := serverRecords(ctl.list, itl.list)
	return slices.ContainsFunc(records, func(r *evidence.Record) bool { return sameSerial(r.Serial, t.cert.Serial) })
}

func oldClusterAnswers(v *view) Answer {
	if a := v.ask("lists-of-other-cluster"); a.Value != Yes {
		return Answer{Value: a.Value, Because: a.Because, Evidence: a.Evidence}
	}
	var silent []*entry
	for _, s := range v.oldTVS() {
		for _, t := range s.tries {
			switch t.state {
			case "silent", "unreachable":
				silent = append(silent, t.n)
			default:
				return yes("the old cluster is still there: "+s.address+" answers the phone", t.n)
			}
		}
	}
	if len(silent) > 0 {
		return no("no server of the old cluster answers the phone", silent...)
	}
	return unknown("whether the old cluster still answers is not in evidence")
}

// oldClusterSilent looks for requests of the phone to servers of the list it
// held that got no answer at all.
func oldClusterSilent(v *view) Answer {
	if v.yes("old-cluster-answers") {
		return no("the old cluster answers", v.ask("old-cluster-answers").Evidence...)
	}
	own := ""
	if a := v.p.served("ctl"); a != nil && len(a.wire) > 0 {
		own = hostOf(a.wire[len(a.wire)-1].e().Transfer.Server)
	}
	for _, n := range v.p.all {
		if n.e() == nil || hostOf(n.e().Server) == own {
			continue
		}
		t := n.e().Transfer
		if t != nil && t.Outcome == "no-response" || n.is("http_no_answer") || n.e().TLS != nil && n.e().TLS.Outcome == "no-answer" {
			if v.answeredBy(hostOf(n.e().Server)) == nil {
				return yes("the old server "+hostOf(n.e().Server)+" does not answer the phone", n)
			}
		}
	}
	return unknown("whether the old cluster still answers is not in evidence")
}

// oldTVSUnreachable wants silence or a closed port of every old TVS tried.
func oldTVSUnreachable(v *view) Answer {
	if a := v.ask("lists-of-other-cluster"); a.Value != Yes {
		return Answer{Value: a.Value, Because: a.Because, Evidence: a.Evidence}
	}
	var ev []*entry
	var said []string
	for _, s := range v.oldTVS() {
		if bad := s.inState("silent", "port-closed", "unreachable"); len(bad) == len(s.tries) {
			t := bad[len(bad)-1]
			how := "does not answer"
			if s.tries[len(s.tries)-1].state == "port-closed" {
				how = "closes the port"
			} else if t.e() != nil && t.e().TLS != nil {
				if len(bad) == 1 && len(t.e().TLS.Syns) < 2 {
					return unknown("a single SYN without answer proves nothing: TVS "+s.address, bad...)
				}
				how = fmt.Sprintf("leaves %d SYN unanswered", len(t.e().TLS.Syns))
			}
			said, ev = append(said, s.address+" "+how), append(ev, bad...)
			continue
		}
		return no("TVS "+s.address+" of the old cluster can be reached", s.tries[len(s.tries)-1].n)
	}
	if len(ev) == 0 {
		return unknown("no question to the old cluster's TVS is in evidence")
	}
	return yes("the phone asks the TVS of its old cluster in vain: "+strings.Join(said, ", "), ev...)
}

// movedBetweenClusters looks for the last list taken that is of another
// cluster than the one it replaced.
func movedBetweenClusters(v *view) Answer {
	var same []*entry
	for i := len(v.p.states) - 1; i > 0; i-- {
		s := v.p.states[i]
		if s.cause == nil || s.cause.result != Yes || s.cause.list == nil || s.cause.list.l.Partial {
			continue
		}
		a, cut := serverRecords(s.before[iCTL].list, s.before[iITL].list)
		b, _ := serverRecords(s.cause.list)
		if len(a) == 0 || cut {
			continue
		}
		switch k := kin(a, b); {
		case k.related == No && !k.near && v.k.fact(v.p, "renamed") == nil && v.cameFromElsewhere(s):
			return yes(fmt.Sprintf("the phone took %s of another cluster: %s", s.cause.file, k.why), slices.Concat(s.before[iCTL].ev, s.before[iITL].ev, s.ev)...)
		case k.related == Yes:
			same = s.ev
		}
	}
	if len(same) > 0 {
		return no("the lists that the phone took are of the cluster of those it held", same...)
	}
	return unknown("no list taken in place of another cluster's is in evidence")
}

// cameFromElsewhere tells that a list came from another server than the lists
// held before it, as far as that is seen.
func (v *view) cameFromElsewhere(s heldState) bool {
	to := v.servedFrom(s.cause.list)
	for _, h := range s.before {
		if from := v.servedFrom(h.list); from != "" && from == to {
			return false
		}
	}
	return true
}

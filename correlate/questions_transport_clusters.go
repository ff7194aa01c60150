package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"list-and-config-of-two-clusters", "Did the phone take the generic list of one cluster, while its configuration belongs to another?", twoClusters},
	Question{"own-config-not-taken", "Did the phone get no configuration of its own that it takes: refused, or not there in signed form?", ownConfigNotTaken},
)

// ownConfig gives the last request for the phone's own configuration in the
// boot of a list.
func (v *view) ownConfig(since *fetch) *fetch {
	var last *fetch
	for _, f := range v.fetches() {
		if f.kind != "config" || fileDevice(f.file) == "" {
			continue
		}
		if d, ok := f.at.sub(since.at); ok && (d < 0 || d > bootGap) {
			continue
		}
		last = f
	}
	return last
}

// twoClusters asks for the physical source and the signer of list and
// configuration. A server that lacks the phone's own list and yet has its
// configuration took that one from elsewhere; a configuration that it does not
// have counts only where something says that another cluster knows the phone.
func twoClusters(v *view) Answer {
	own, itl := v.genericList("itl")
	if itl == nil {
		return v.ask("generic-list-taken")
	}
	cfg := v.ownConfig(itl)
	if cfg == nil {
		return unknown("the phone took the generic ITL, and no request for its configuration is in evidence", itl.evidence()...)
	}
	ev := slices.Concat(own.evidence(), itl.evidence(), cfg.evidence())
	story := fmt.Sprintf("%s came%s", itl.file, itl.whence())
	if l := itl.list(); l != nil {
		story += ", signed by " + signerText(l)
	}
	switch {
	case cfg.got && !cfg.plain && cfg.list() != nil && itl.list() != nil:
		return v.foreignSigner(itl, cfg, story, ev)
	case cfg.got && cfg.plain:
		return yes(fmt.Sprintf("%s; %s is there without a signature only%s", story, cfg.file, cfg.whence()), ev...)
	case cfg.got:
		return yes(fmt.Sprintf("%s; %s came%s: a server that has a phone's configuration and not its list took one of them from another cluster", story, cfg.file, cfg.whence()), ev...)
	}
	why, sign := v.knownElsewhere(itl, cfg)
	if why == "" {
		return unknown("the phone took the generic ITL and its configuration is not there: nothing says that any cluster knows this phone", ev...)
	}
	return yes(fmt.Sprintf("%s; %s does not exist there, although %s", story, cfg.file, why), append(ev, sign...)...)
}

// foreignSigner compares the signer of the configuration with the list that the
// phone took and with its CTL. The same name with another key is a certificate
// that was regenerated, not another cluster.
func (v *view) foreignSigner(itl, cfg *fetch, story string, ev []*entry) Answer {
	l, c := itl.list(), cfg.list()
	if c.l.Signer.Serial == "" {
		return yes(fmt.Sprintf("%s; %s came%s, without a signature", story, cfg.file, cfg.whence()), ev...)
	}
	for _, o := range []*listObj{l, v.p.heldAt(iCTL, cfg.at).list} {
		s := signerIn(o, c.l, []string{"TFTP", "CCM", "SAST"})
		if s.found && !s.wrong {
			return no(fmt.Sprintf("%s is signed by %s, which is record %d of the phone's %s", cfg.file, signerText(c), s.record, strings.ToUpper(o.l.Type)), ev...)
		}
		if s.near {
			return unknown("the signer's serial of "+cfg.file+" differs by one digit from a record of the list, and no hash decides", ev...)
		}
	}
	if l.l.Partial || len(l.l.Records) == 0 {
		return unknown("only a part of "+itl.file+" is in evidence", ev...)
	}
	if cfg.cluster == "" {
		for i := range l.l.Records {
			if r := &l.l.Records[i]; hasFunction(r, "TFTP", "SAST") && sameDN(r.Subject, c.l.Signer.Name) {
				return no(fmt.Sprintf("%s is signed under a name of that same list, %s: its certificate was replaced, it is no other cluster", cfg.file, signerText(c)), ev...)
			}
		}
	}
	return yes(fmt.Sprintf("%s; %s came%s, signed by %s, which is in no record of that list", story, cfg.file, cfg.whence(), signerText(c)), ev...)
}

// knownElsewhere looks for what says that another cluster knows the phone: the
// proxy asked others for its files, somebody fetched its configuration there,
// or the phone registers with a server that did not serve its list.
func (v *view) knownElsewhere(itl, cfg *fetch) (string, []*entry) {
	if cfg.cluster != "" {
		return "the cluster of " + cfg.cluster + " was asked and answers for this phone", cfg.trace
	}
	for _, n := range v.k.downloads[v.p.name] {
		if t := n.e().Transfer; fileKind(t.File) == "config" && t.Outcome == "complete" {
			return hostOf(t.Server) + " gives " + t.File + " to somebody else", []*entry{n}
		}
	}
	for _, f := range v.fetches() {
		if d, ok := f.at.sub(itl.at); f.kind == "config" && fileDevice(f.file) == "" && f.got && (!ok || d > -bootGap) {
			return "", nil // it took the default configuration: a new phone
		}
	}
	served := map[string]bool{}
	if itl.a != nil {
		for _, n := range itl.a.wire {
			served[hostOf(n.e().Transfer.Server)] = true
		}
		for _, n := range itl.a.lines {
			served[hostOf(firstOf(n.e().Server, n.detail("server")))] = true
		}
	}
	if n := v.registeredWith(itl.at); n != nil && len(served) > 0 && !served[hostOf(n.e().Server)] && !v.inList(itl.list(), hostOf(n.e().Server)) {
		return "the phone registers with " + hostOf(n.e().Server) + ", which is none of that list's servers", []*entry{n}
	}
	if cfg.searched {
		return "the server asks other clusters for it", cfg.trace
	}
	return "", nil
}

// inList tells that a record of a list names a host.
func (v *view) inList(l *listObj, host string) bool {
	if l == nil {
		return false
	}
	for i := range l.l.Records {
		r := &l.l.Records[i]
		if r.IP == host || r.DNSName != "" && (r.DNSName == host || v.resolve(r.DNSName) == host) {
			return true
		}
	}
	return false
}

// registeredWith gives the first registration of the phone after a moment.
func (v *view) registeredWith(since instant) *entry {
	for _, n := range v.p.all {
		d, ok := n.at.sub(since)
		if !ok || d < 0 || n.e() == nil || n.e().Server == "" {
			continue
		}
		if n.is("registered", "registration_ok") {
			return n
		}
		if t := n.e().TLS; t != nil && (t.Service == "sccp-tls" || t.Service == "sip-tls") && t.Outcome == "established" && !t.Hidden {
			return n
		}
	}
	return nil
}

func ownConfigNotTaken(v *view) Answer {
	_, itl := v.genericList("itl")
	if itl == nil {
		return unknown("no generic ITL is in evidence")
	}
	cfg := v.ownConfig(itl)
	switch {
	case cfg == nil:
		return unknown("no request for the phone's configuration is in evidence")
	case cfg.a != nil && cfg.a.result == No:
		return yes("the phone refused "+cfg.file+": "+quoteLine(cfg.a.proof), slices.Concat(cfg.evidence(), cfg.a.proof)...)
	case cfg.a != nil && cfg.a.result == Yes:
		return no("the phone took "+cfg.file, slices.Concat(cfg.evidence(), cfg.a.proof)...)
	case !cfg.got && (cfg.missing || cfg.unsigned):
		return yes("the phone, which holds an ITL and so asks for the signed form, got no "+cfg.file, cfg.evidence()...)
	case cfg.got && cfg.plain && cfg.unsigned:
		return yes("the phone asked for the signed form and got the unsigned one of "+cfg.file, cfg.evidence()...)
	}
	if b := v.sameRefused(cfg); b != nil {
		return yes("the phone refused "+b.file+", the same file, before: "+quoteLine(b.proof), slices.Concat(cfg.evidence(), b.evidence(), b.proof)...)
	}
	for _, n := range v.p.all { // the server alone tells: a refusal of that boot, whichever file it names
		if d, ok := n.at.sub(cfg.at); ok && d >= 0 && d < verdictWindow && n.is("config_refused", "signature_failed") {
			return yes("the phone refused it: "+quoteLine([]*entry{n}), append(cfg.evidence(), n)...)
		}
	}
	return unknown("whether the phone took "+cfg.file+" is not in evidence", cfg.evidence()...)
}

// sameRefused gives an earlier refusal of the very file, where nothing tells
// what became of it this time.
func (v *view) sameRefused(f *fetch) *attempt {
	if f.list() == nil {
		return nil
	}
	for _, b := range slices.Backward(v.p.attempts) {
		if b.kind == f.kind && b.list != nil && sameList(b.list, f.list()) && b.result != Unknown {
			if b.result == No {
				return b
			}
			return nil
		}
	}
	return nil
}

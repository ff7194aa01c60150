package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"served-config-not-in-force", "Does the phone live by another configuration than the one that is served?", servedNotInForce},
)

// servedNotInForce compares the configuration that is served with what the phone
// does: it refused it, or registers with a server that it does not name, or
// with the former first server after the order was changed.
func servedNotInForce(v *view) Answer {
	a := v.p.lastAttempt("config")
	if a == nil {
		return unknown("no configuration of the phone is in evidence")
	}
	ev := slices.Concat(a.evidence(), a.proof)
	switch {
	case a.result == Yes && !a.inferred:
		return no("the phone took "+a.file, ev...)
	case a.result == No:
		return v.refusedChange(a, ev)
	case !a.complete || a.list == nil || a.list.config == nil || len(a.list.config.CallManager) == 0:
		return unknown("the servers that "+a.file+" names are not in evidence", ev...)
	}
	n := v.registeredWith(a.end)
	if n == nil {
		return unknown("with which server the phone registered afterwards is not in evidence", ev...)
	}
	host := hostOf(n.e().Server)
	group := a.list.config.CallManager
	at := -1
	for i, name := range group {
		addr := v.resolve(hostOf(name))
		if addr == host {
			at = i
		} else if !isAddress(addr) {
			return unknown("the address of "+name+", which "+a.file+" names, is not in evidence", append(ev, n)...)
		}
	}
	old := v.groupBefore(a)
	switch {
	case at == 0:
		return no(fmt.Sprintf("the phone registers with %s, the first server of %s", host, a.file), append(ev, n)...)
	case at < 0 && (slices.Contains(old, host) || len(old) == 0 && v.clusterNode(host) == Yes):
		return yes(fmt.Sprintf("%s names %s, and the phone registers with %s", a.file, strings.Join(group, ", "), host), append(ev, n)...)
	case at > 0 && len(old) > 0 && old[0] == host && !v.tried(v.resolve(hostOf(group[0])), a):
		return yes(fmt.Sprintf("%s names %s first, and the phone went back to %s, the first one of before, without a try at the other", a.file, group[0], host), append(ev, n)...)
	}
	return unknown(fmt.Sprintf("the phone registers with %s, and nothing tells a change that it missed from a server that was down", host), append(ev, n)...)
}

// refusedChange: a refused configuration leaves the old one in force, which is
// a loss only where the two differ.
func (v *view) refusedChange(a *attempt, ev []*entry) Answer {
	h := v.heldConfig()
	if h != nil && a.list != nil && a.list.config != nil {
		x, y := a.list.config, h.list.config
		switch {
		case a.list.id == h.list.id, x.Version != "" && x.Version == y.Version && slices.Equal(x.CallManager, y.CallManager):
			return no("the refused configuration is the one that the phone already has", slices.Concat(ev, h.evidence())...)
		case !slices.Equal(x.CallManager, y.CallManager):
			return yes(fmt.Sprintf("the phone refused %s, so it stays with %s while the served one names %s", a.file, strings.Join(y.CallManager, ", "), strings.Join(x.CallManager, ", ")), slices.Concat(ev, h.evidence())...)
		}
	}
	text := "the phone refused " + a.file + ", so whatever changed in it is not in force"
	if n := v.registeredWith(a.end); n != nil {
		text += "; it registers with " + hostOf(n.e().Server) + " all the same, by its old configuration"
		ev = append(slices.Clone(ev), n)
	}
	return yes(text, ev...)
}

// groupBefore gives the addresses of the servers in the configuration that came
// before one, the order that the phone lived by.
func (v *view) groupBefore(a *attempt) []string {
	for _, b := range slices.Backward(v.p.attempts) {
		if b.kind != "config" || b == a || !b.start.before(a.start) || !b.complete || b.result == No || b.list == nil || b.list.config == nil || b.list.id == a.list.id {
			continue
		}
		var out []string
		for _, name := range b.list.config.CallManager {
			out = append(out, v.resolve(hostOf(name)))
		}
		return out
	}
	return nil
}

// tried tells that the phone contacted a server for registration after it got a
// file, or that nobody could have seen it.
func (v *view) tried(host string, a *attempt) bool {
	if !v.k.seenUntil(v.p, a.end, settle) {
		return true
	}
	return slices.ContainsFunc(v.p.all, func(n *entry) bool {
		if n.e() == nil || hostOf(n.e().Server) != host || !a.end.before(n.at) {
			return false
		}
		t := n.e().TLS
		return t != nil && (t.Service == "sccp-tls" || t.Service == "sip-tls") || n.is("registration_requested", "registration_rejected", "registration_ok", "registered")
	})
}

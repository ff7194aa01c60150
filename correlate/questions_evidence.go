package correlate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

var _ = register(
	Question{"capture-without-boot", "Does the capture show the phone, but no request for its trust lists?", captureWithoutBoot},
	Question{"inputs-of-different-dates", "Is a list or certificate of another date than the captures and logs beside it?", inputsOfDifferentDates},
	Question{"serials-near-miss", "Do two serials that are to be compared differ by a slip of the pen, with no hash to decide?", serialsNearMiss},
	Question{"certificates-hidden", "Are the certificates of a deciding connection hidden by TLS 1.3 or by resumption?", certificatesHidden},
	Question{"intermediary-seen", "Does another device stand between the phone and the cluster?", intermediarySeen},
)

// wired tells that a capture shows an act of the phone: not only that a host
// announces itself.
func wired(n *entry) bool {
	return n.sourceKind() == "capture" && (n.has(holdsTransfer|holdsTLS) || strings.HasPrefix(n.name, "registration_"))
}

func captureWithoutBoot(v *view) Answer {
	var ev []*entry
	for _, n := range v.p.all {
		switch {
		case !wired(n):
		case n.e().TLS != nil && n.e().TLS.Service == "provisioning":
			return no("files go over TLS in this capture, so their names are hidden", n)
		default:
			ev = append(ev, n)
		}
	}
	for _, a := range v.p.attempts {
		if (a.kind == "ctl" || a.kind == "itl") && len(a.wire) > 0 {
			return no("the capture holds the phone's request for "+a.file, a.wire...)
		}
	}
	if len(ev) == 0 {
		return unknown("no capture shows the phone")
	}
	return yes("the capture shows the phone, but no request for a CTL or ITL: it begins after the boot, or was filtered", ev[0], ev[len(ev)-1])
}

// epoch is the time that one input covers.
type epoch struct {
	input    string
	from, to time.Time
	first    *entry
}

func (v *view) epochs() []epoch {
	by := map[string]*epoch{}
	var out []*epoch
	for _, n := range v.p.all {
		if n.e() == nil || !n.at.known || !n.at.abs {
			continue
		}
		at := time.Unix(0, n.at.ns).UTC()
		x := by[n.place.Input]
		if x == nil {
			x = &epoch{n.place.Input, at, at, n}
			by[n.place.Input] = x
			out = append(out, x)
		}
		if at.Before(x.from) {
			x.from, x.first = at, n
		}
		if at.After(x.to) {
			x.to = at
		}
	}
	slices.SortFunc(out, func(a, b *epoch) int { return cmp.Or(a.from.Compare(b.from), cmp.Compare(a.input, b.input)) })
	list := make([]epoch, len(out))
	for i := range out {
		list[i] = *out[i]
	}
	return list
}

// inputsOfDifferentDates looks for a list that was made after the evidence
// ends, or between two inputs of different days: what is on the server then is
// not what the phone was given. And a CTL, of which a cluster has one, whose
// size is not that of the one the phone received.
func inputsOfDifferentDates(v *view) Answer {
	list := v.epochs()
	day := 24 * time.Hour
	for _, f := range v.k.files {
		made, ok := parseDate(f.l.Modified)
		if !ok || len(list) == 0 {
			continue
		}
		what := fmt.Sprintf("the %s in %s, made on %s", strings.ToUpper(f.l.Type), f.places[0].Input, made.UTC().Format(time.DateOnly))
		end := list[0].to
		for i := range list {
			if g := list[i].from.Sub(end); g > day && made.After(end) && made.Before(list[i].from) {
				return yes(fmt.Sprintf("%s, falls between the days of %s and of %s", what, list[0].input, list[i].input), append(v.k.listEntries(v.p, f), list[0].first, list[i].first)...)
			}
			if list[i].to.After(end) {
				end = list[i].to
			}
		}
		if made.Sub(end) > day {
			return yes(fmt.Sprintf("%s, is younger than everything else in evidence, which ends on %s", what, end.Format(time.DateOnly)), append(v.k.listEntries(v.p, f), list[0].first)...)
		}
	}
	if a := v.sizes(); a.Value != Unknown {
		return a
	}
	if len(list) < 2 {
		return unknown("no two inputs with dates are in evidence")
	}
	return no("no list was made between the days of the inputs")
}

// sizes compares the CTL that the phone received with the one listed.
func (v *view) sizes() Answer {
	var got []*attempt
	for _, a := range v.p.attempts {
		if a.kind == "ctl" && a.complete && a.bytes > 0 {
			got = append(got, a)
		}
	}
	for _, f := range v.k.files {
		if f.l.Type != "ctl" || f.l.Partial || f.l.Length == 0 || len(got) == 0 {
			continue
		}
		if slices.ContainsFunc(got, func(a *attempt) bool { return a.bytes == int64(f.l.Length) || sameList(a.list, f) }) {
			return no("the listed CTL is as large as the one that the phone received", got[0].evidence()...)
		}
		a := got[len(got)-1]
		return yes(fmt.Sprintf("the phone received %s bytes of %s, the CTL in %s has %d: they are of different dates", strconv.FormatInt(a.bytes, 10), a.file, f.places[0].Input, f.l.Length), slices.Concat(a.evidence(), v.k.listEntries(v.p, f))...)
	}
	return unknown("no CTL that the phone received stands beside a listed one")
}

// serialsNearMiss looks at the comparisons that decide: signers against the
// phone's lists, TVS certificates against its ITL.
func serialsNearMiss(v *view) Answer {
	c, i := v.p.now(iCTL), v.p.now(iITL)
	for _, kind := range []string{"ctl", "itl", "config"} {
		a := v.p.served(kind)
		if a == nil {
			continue
		}
		for _, h := range []held{c, i} {
			s := signerIn(h.list, a.list.l, rolesFor(kind))
			if s.found || !s.near {
				continue
			}
			for j := range h.list.l.Records {
				r := &h.list.l.Records[j]
				if nearMiss(r.Serial, a.list.l.Signer.Serial) && recordHash(r) == "" && (r.Subject == "" || a.list.l.Signer.Name == "" || sameDN(r.Subject, a.list.l.Signer.Name)) {
					return yes(fmt.Sprintf("the signer of %s has serial %s, record %d of the phone's list has %s: one slip apart, and no hash decides", a.file, a.list.l.Signer.Serial, r.Number, r.Serial), slices.Concat(a.evidence(), h.ev)...)
				}
			}
		}
	}
	servers, _ := v.tvsServers()
	for _, s := range servers {
		t := lastPresented(s)
		if t == nil || i.list == nil {
			continue
		}
		if m := certIn(i.list, t.cert, "TVS"); m.state == "near-miss" && (m.record.Subject == "" || sameDN(m.record.Subject, t.cert.Subject)) {
			return yes(fmt.Sprintf("TVS %s presents serial %s, record %d of the phone's ITL has %s: one slip apart, and no hash decides", s.address, t.cert.Serial, m.record.Number, m.record.Serial), append([]*entry{t.n}, i.ev...)...)
		}
	}
	return unknown("no two serials that are almost equal are to be compared")
}

// certificatesHidden wants a port where a verdict is decided, and no other
// connection to it whose certificates are visible.
func certificatesHidden(v *view) Answer {
	seen := map[string]bool{}
	for _, n := range v.p.conns {
		if len(n.e().TLS.ServerCertificates) > 0 {
			seen[n.e().TLS.Server] = true
		}
	}
	var ev []*entry
	var said []string
	visible := false
	for _, n := range v.p.conns {
		t := n.e().TLS
		switch {
		case t.Service != "tvs" && t.Service != "capf" && t.Service != "sccp-tls" && t.Service != "sip-tls":
		case seen[t.Server]:
			visible = true
		case t.Hidden || t.Resumed:
			why := "TLS 1.3"
			if !t.Hidden {
				why = "a resumed session"
			}
			ev = append(ev, n)
			if s := fmt.Sprintf("%s (%s)", peer(t), why); !slices.Contains(said, s) {
				said = append(said, s)
			}
		}
	}
	switch {
	case len(said) > 0:
		return yes("the certificates of "+strings.Join(said, ", ")+" cannot be seen in the capture", ev...)
	case visible:
		return no("the certificates are visible in the capture")
	}
	return unknown("no TLS connection of a deciding service is in evidence")
}

// intermediarySeen recognises one address that stands for several phones at
// once, and a phone whose only peer is one host on the ports of a gateway.
func intermediarySeen(v *view) Answer {
	var first, last *entry
	direct := false
	gate := map[string]bool{}
	for _, n := range v.p.all {
		if !wired(n) {
			continue
		}
		if first == nil {
			first = n
		}
		last = n
		switch t := n.e().TLS; {
		case t == nil:
			direct = true
		case slices.Contains([]string{"443", "8443", "5061"}, portOf(t.Server)):
			gate[hostOf(t.Server)] = true
		default:
			direct = true
		}
	}
	if first == nil {
		return unknown("no capture shows the phone")
	}
	for _, addr := range v.p.addresses {
		for _, q := range v.k.users[addr] {
			if q.p != v.p && overlap(first.at, last.at, q.first.at, q.last.at) {
				return yes(fmt.Sprintf("%s acts for %s and %s at the same time: a NAT or a gateway stands in between", addr, v.p.name, q.p.name), first, last, v.k.entryOf(q.first))
			}
		}
	}
	switch {
	case direct:
		return no("the phone speaks to the cluster directly", first, last)
	case len(gate) == 1 && v.tunnelled():
		return yes(fmt.Sprintf("the phone's only peer is %s, on the ports of a gateway: no file, no TVS and no CAPF of the cluster directly", one(gate)), first, last)
	}
	return unknown("whether something stands between the phone and the cluster is not in evidence", first)
}

// tunnelled tells that the phone's connections are those through an
// Expressway (8443 and 5061), or into a VPN (443 alone).
func (v *view) tunnelled() bool {
	ports := map[string]bool{}
	for _, n := range v.p.conns {
		ports[portOf(n.e().TLS.Server)] = true
	}
	return ports["8443"] && ports["5061"] || ports["443"] && len(ports) == 1
}

// user is a phone that an address stands for, and when in the captures.
type user struct {
	p           *phone
	first, last sight
}

// findUsers notes the addresses of a phone.
func (k *kase) findUsers(p *phone) {
	at := map[string]int{}
	for _, n := range p.all {
		if !wired(n) || n.address == "" {
			continue
		}
		if _, ok := at[n.address]; !ok {
			at[n.address] = len(k.users[n.address])
			k.users[n.address] = append(k.users[n.address], user{p: p, first: k.sighted(n)})
		}
		k.users[n.address][at[n.address]].last = k.sighted(n)
	}
}

// overlap tells that two stretches of time share a moment.
func overlap(a1, a2, b1, b2 instant) bool {
	return a1.known && b1.known && a1.abs == b1.abs && !a2.before(b1) && !b2.before(a1)
}

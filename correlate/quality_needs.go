package correlate

import (
	"slices"

	"trustline/correlate/evidence"
)

// want is a source that matters by what the phone did.
type want struct {
	service string
	node    string // of a trace; "" for any
	span    boot   // when
}

// during tells that the source must have been taken while the phone acted; a
// list, an alarm or a statement tells the same at any time.
func (w *want) during() bool {
	switch bundleOf(w.service) {
	case "K1", "K8", "K9":
		return false
	}
	return true
}

// needs is what has to be in evidence of one phone.
type needs struct {
	p     *phone
	boots []boot
	boot  boot // the last: the verdict speaks of it
	lists bool // the content of a served or held list is known
	wants []want
}

// needs derives from the phone's acts which sources matter: a trace of TVS
// when it asked TVS or took no list, one of CAPF when it spoke to CAPF, and so
// on.
func (v *view) needs() *needs {
	p := v.p
	n := &needs{p: p, boots: v.k.boots(p)}
	if len(n.boots) > 0 {
		n.boot = n.boots[len(n.boots)-1]
	}
	held, served := p.now(iITL), v.servedITL()
	n.lists = served.list != nil || v.servedCTL().list != nil || held.list != nil || p.now(iCTL).list != nil
	changed := held.list != nil && served.list != nil && !sameList(held.list, served.list)
	add := func(service, node string, needed bool, span boot) {
		if needed {
			n.wants = append(n.wants, want{service, node, span})
		}
	}
	add("lists", "", true, n.boot)
	add("capture", "", true, n.boot)
	add("console", "", true, n.boot)
	nodes, asked := v.tvsNodes()
	doubt := slices.ContainsFunc(p.attempts, func(a *attempt) bool { return a.complete && a.kind != "other" && a.result != Yes })
	for _, s := range nodes {
		add("tvs-trace", s.address, asked || doubt, v.k.contacts(s, n.boot))
	}
	if len(nodes) == 0 {
		add("tvs-trace", "", doubt, n.boot)
	}
	var capf, refused, undelivered bool
	for _, c := range p.conns {
		switch t := c.e().TLS; t.Service {
		case "capf":
			capf = true
		case "sccp-tls", "sip-tls":
			refused = refused || t.Outcome == "alert" || t.Outcome == "refused"
		}
	}
	for _, a := range p.attempts {
		undelivered = undelivered || a.kind != "other" && len(a.wire) > 0 && !a.complete && !a.missing
	}
	for _, e := range p.all {
		capf = capf || e.stage == "capf"
		refused = refused || e.is("registration_rejected")
	}
	add("capf-trace", "", capf, n.boot)
	add("ctftp-trace", "", undelivered, n.boot)
	add("ccm-trace", "", refused, n.boot)
	add("syslog", "", changed, n.boot)
	add("statements", "", changed, n.boot)
	return n
}

// tvsNodes gives the servers whose trace matters: those that the phone tried,
// else all that it could have asked.
func (v *view) tvsNodes() (nodes []*tvsServer, asked bool) {
	servers, _ := v.tvsServers()
	for _, s := range servers {
		if len(s.tries) > 0 {
			nodes = append(nodes, s)
		}
	}
	if len(nodes) > 0 {
		return nodes, true
	}
	return servers, false
}

// contacts is when the phone last spoke to a server, or its boot when it never
// did.
func (k *kase) contacts(s *tvsServer, b boot) boot {
	var list []boot
	for _, t := range s.tries {
		if n := t.n; n.at.known && n.e() != nil && n.e().Clock != nil {
			c := boot{from: n.at, to: n.at, scale: k.scaleOf(n.place.Input, n.sourceKind(), n.e().Clock)}
			if !joined(list, c) {
				list = append(list, c)
			}
		}
	}
	if len(list) == 0 {
		return b
	}
	return list[len(list)-1]
}

// wantOf gives the phone's need of a trace, nil when it has none.
func (n *needs) wantOf(service, node string) *want {
	for i := range n.wants {
		w := &n.wants[i]
		if bundleOf(w.service) == bundleOf(service) && sameNode(node, w.node) {
			return w
		}
	}
	return nil
}

// glance is what one capture holds of a phone.
type glance struct {
	servers                             map[string]bool
	transfers, answered, conns, others  int
	midstream, hiddenFiles, hiddenCerts int
	last                                instant // end of the last transfer
}

// seen looks through the phone's packets of one capture, or of the rotated
// capture that it is a part of.
func (n *needs) seen(input string, k *kase) *glance {
	g := &glance{servers: map[string]bool{}}
	same := func(e *entry) bool { return k.clockOf(e.place.Input) == k.clockOf(input) }
	for _, e := range n.p.transfers {
		t := e.e().Transfer
		if !same(e) {
			continue
		}
		g.servers[hostOf(t.Server)] = true
		g.transfers++
		if t.Bytes > 0 || t.ErrorCode != nil {
			g.answered++
		}
		g.last = e.at
		if t.End != nil {
			g.last = k.at(e.place.Input, "capture", t.End.Clock)
		}
	}
	for _, e := range n.p.conns {
		t := e.e().TLS
		if !same(e) {
			continue
		}
		g.servers[hostOf(t.Server)] = true
		g.conns++
		if len(t.Syns) == 0 && len(t.ServerCertificates) == 0 {
			g.midstream++
		}
		if t.Service == "provisioning" {
			g.hiddenFiles++
		}
		if t.Service == "tvs" && (t.Hidden || t.Resumed) {
			g.hiddenCerts++
		}
	}
	for _, e := range n.p.all {
		if e.aside() && same(e) {
			g.others++
		}
	}
	return g
}

// filter tells which filter the capture seems to have been taken with. One of
// port 69 alone shows requests and no answer, since the data comes from
// another port. One of file service alone shows a phone that goes on sending
// after its files and opens no connection.
func (g *glance) filter(c *evidence.Coverage, k *kase) string {
	if g.transfers == 0 || g.conns > 0 || g.others > 0 {
		return ""
	}
	if g.answered == 0 && c.Sent && !c.Got {
		return "port 69 only"
	}
	if d, ok := k.at(c.Input, "capture", c.To).sub(g.last); ok && g.answered > 0 && d > settle {
		return "file service only"
	}
	return ""
}

package play

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Draw makes a plan of one phone at random; the same seed gives the same plan. It
// draws what sites differ in: release, mode, servers, what was regenerated, renamed
// or rolled back and when, the lists that the phone holds, its group, ports that do
// not answer, what was collected and how badly. The plan need not be wise, only
// possible. Times come from a small set, so that thousands of plans share their
// certificates.
func Draw(seed uint64) Plan {
	d := drawer{rand.New(rand.NewPCG(seed, 0x7472757374))}
	releases := []Release{80, 91, 91, 105, 115, 125, 140}
	r := releases[d.IntN(len(releases))]
	c := clock{(&cluster{Cluster: Cluster{Release: r}}).installed().Year() + 1, 6, 18}
	p := site(fmt.Sprintf("draw-%d", seed), r, c, "Drawn at random.", "")
	p.Facts = nil
	a := &p.Clusters[0]
	if d.may(50) {
		a.Nodes[1].Runs |= TFTP
	}
	if d.may(30) {
		a.Nodes = append(a.Nodes, Node{Name: "cucm-a3", Address: a3, Runs: TVS | CallManager | Service(d.IntN(2))*TFTP, Ahead: 90 * ms})
	}
	if d.may(20) {
		a.Nodes = a.Nodes[:1]
	}
	a.Mixed = d.may(40)
	a.Tokens, a.TokenID = a.Mixed && (r < 105 || r < 120 && d.may(50)), "a"
	a.NoRole, a.OldCAPF = d.may(3), d.may(50)
	if d.may(8) {
		a.Forgets = []Service{CallManager, Tomcat, ITLRecovery}[d.IntN(3)]
	}
	for i := range d.IntN(4) {
		a.History = append(a.History, d.change(a, c.at(3, 10+4*i, 27)))
	}
	if a.Mixed && d.may(30) {
		a.History = append(a.History, Change{At: c.at(3, 40, 0), What: UpdateCTL, Node: "cucm-a1"})
	}
	if d.may(15) {
		a.History = append(a.History, Change{At: c.at(3, 45, 0), What: RestartTFTP, Node: "cucm-a1"})
	}
	foreign := d.may(15)
	if foreign {
		b := Cluster{Name: "b", Release: r, Mixed: a.Mixed, Tokens: a.Tokens, TokenID: "b", Nodes: []Node{{Name: "cucm-b1", Address: b1, Runs: All | CAPF, Ahead: 210 * ms}}}
		if d.may(20) {
			b.TokenID = "a"
		}
		if d.may(50) {
			b.Imports = []string{"a"}
		}
		p.Clusters = append(p.Clusters, b)
	}
	d.phone(&p, c, foreign)
	d.network(&p, c)
	d.sources(&p, c)
	return p
}

// drawer is a source of decisions.
type drawer struct{ *rand.Rand }

// may is true in so many of a hundred cases.
func (d drawer) may(percent int) bool { return d.IntN(100) < percent }

func (d drawer) change(a *Cluster, at time.Time) Change {
	n := a.Nodes[d.IntN(len(a.Nodes))]
	h := Change{At: at, Node: n.Name, Stale: d.may(20)}
	switch k := d.IntN(100); {
	case k < 35:
		h.Service = CallManager
	case k < 60:
		h.Service = TVS
	case k < 68:
		h.Node, h.Service = a.Nodes[0].Name, CAPF
	case k < 78:
		h.Node, h.Service = a.Nodes[0].Name, ITLRecovery
	case k < 88:
		h.What, h.Name = Rename, n.Name+"-new"
	case k < 92:
		h.What, h.Stale = Rollback, false
	case k < 96:
		h.What, h.Stale = ResetLocalKey, false
	default:
		h.What, h.Service, h.At = Expire, TVS, at.Add(-day)
	}
	return h
}

// phone draws what the phone holds and does.
func (d drawer) phone(p *Plan, c clock, foreign bool) {
	a, ph := &p.Clusters[0], &p.Phones[0]
	if a.Release >= 105 && d.may(60) {
		p.modern()
		ph.HTTP = d.may(40)
		ph.TLS13 = a.Release >= 140 && d.may(20)
	}
	var group, tftp []string
	for _, k := range d.Perm(len(a.Nodes)) {
		n := a.Nodes[k]
		if len(group) == 0 || d.may(50) {
			group = append(group, n.Address)
		}
		if n.Runs&TFTP != 0 && (len(tftp) == 0 || d.may(50)) {
			tftp = append(tftp, n.Address)
		}
	}
	ph.Group, ph.TFTP = group, tftp
	ph.ITL.Node = p.nameOf(tftp[d.IntN(len(tftp))])
	if a.Mixed {
		ph.CTL = &Held{Cluster: "a", At: ph.ITL.At}
		ph.Secure, ph.Encrypted = d.may(50), d.may(50)
		ph.AuthMode = d.IntN(3)
	}
	switch k := d.IntN(100); {
	case k < 8:
		ph.ITL, ph.CTL = nil, nil
	case k < 14:
		ph.ITL = nil
	case k < 18:
		ph.NoSBD, ph.ITL, ph.Model = true, nil, "7960"
	}
	if foreign {
		ph.NewGroup, ph.Group = ph.Group, []string{b1}
		if ph.ITL != nil {
			ph.ITL = &Held{Cluster: "b", At: ph.ITL.At}
		}
		if ph.CTL != nil {
			ph.CTL = &Held{Cluster: "b", At: ph.CTL.At}
		}
	}
	if d.may(40) {
		ph.Own = Own{LSC: true, Cluster: p.Clusters[len(p.Clusters)-1].Name, At: c.at(0, 0, 0).Add(-60 * day)}
	}
	ph.Resumes, ph.ChecksDates = d.may(10), d.may(70)
	for i := range ph.Ahead {
		ph.Ahead[i] = time.Duration(d.IntN(6000)-3000) * ms
	}
	if d.may(50) && !foreign {
		p.events(Event{At: c.at(2, 30, 0)})
	}
	ph.Events = append(ph.Events, Event{At: c.at(6, 15, 4), NoHTTP: d.may(10), Busy: d.may(10)})
	if d.may(20) {
		ph.Events = append(ph.Events, Event{At: c.at(6, 25, 4), Kind: LSC, Result: []int{0, 0, 3, 4, 7}[d.IntN(5)]})
	}
	if d.may(40) {
		ph.Events = append(ph.Events, Event{At: c.at(6, 32, 11), Kind: Directory, Address: a1})
	}
	if d.may(20) {
		ph.Events = append(ph.Events, Event{At: c.at(7, 0, 4)})
	}
}

func (p *Plan) nameOf(address string) string {
	for _, c := range p.Clusters {
		for _, n := range c.Nodes {
			if n.Address == address {
				return n.Name
			}
		}
	}
	return ""
}

// network draws ports that do not answer.
func (d drawer) network(p *Plan, c clock) {
	all := d.may(12)
	for _, k := range p.Clusters {
		for _, n := range k.Nodes {
			if all || d.may(12) {
				b := Block{Address: n.Address, Port: tvsPort, Reset: d.may(25)}
				if d.may(20) {
					b.Until = c.at(6, 50, 0)
				}
				p.Blocks = append(p.Blocks, b)
			}
			if d.may(3) {
				p.Blocks = append(p.Blocks, Block{Address: n.Address, Port: []uint16{2443, 5061, capfPort, webPort}[d.IntN(4)]})
			}
		}
	}
}

// sources draws what was collected and what is wrong with it.
func (d drawer) sources(p *Plan, c clock) {
	s := &p.Sources
	*s = Sources{Console: d.may(80), Status: d.may(70), TVS: d.may(60), CAPF: d.may(50), CTFTP: d.may(30), SDL: d.may(40), Syslog: d.may(50),
		HeldLists: d.may(40), Menu: d.may(20), Excerpt: d.may(20), NoReadme: true}
	if d.may(80) {
		s.PhoneCapture = []string{"phone.pcap", "phone.pcapng"}[d.IntN(2)]
	}
	if d.may(15) {
		s.NodeCaptures = []string{"cucm-a1"}
		p.Facts = append(p.Facts, "capture-side:cucm-a1.pcap=server")
	}
	if d.may(50) {
		s.ShowITL = []ListOf{{File: "show-itl.txt", Node: p.nameOf(p.Phones[0].TFTP[0]), At: c.at(8, 0, 0)}}
	}
	if d.may(30) && p.Clusters[0].Mixed {
		s.ShowCTL = []ListOf{{File: "show-ctl.txt", Node: "cucm-a1", At: c.at(8, 0, 0)}}
	}
	if d.may(50) {
		p.Facts = append(p.Facts, fmt.Sprintf("cucm-version=%s", p.Clusters[0].Release))
	}
	// Answers are drawn apart from what they are about: an operator may be wrong
	// about a backup, and no verdict may depend on more than was said.
	for _, f := range []string{"drs-backup", "previous-itl-on-server", "other-tftp"} {
		if d.may(40) {
			p.Facts = append(p.Facts, f+"=no")
		}
	}
	switch k := d.IntN(100); {
	case k < 8:
		s.Damage.Loss = 1 + d.IntN(10)
	case k < 13:
		s.Damage.FromPhone = true
	case k < 18:
		s.Damage.Ports = [][]uint16{{69}, {tvsPort}, {69, tvsPort}, {2000, 2443, 5060, 5061}}[d.IntN(4)]
	case k < 23:
		s.Damage.Snap = []int{68, 96, 256, 1000}[d.IntN(4)]
	case k < 30:
		s.Damage.Double = true
	case k < 36:
		s.Damage.From = c.at(6, 15, 27)
	case k < 40:
		s.Damage.Until = c.at(6, 15, 27)
	}
}

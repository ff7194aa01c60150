package play

import (
	"math/rand/v2"
	"time"
)

// DrawMore makes a plan as [Draw] does and adds what happens more rarely: a list that
// a restore spoiled, all servers renamed in one night, a rollback that is taken back,
// lists that somebody erased, a central TFTP server, a boot from another node, further
// signed files, a client certificate that the server refuses, a phone without a date,
// a second phone. It draws from numbers of its own, so that the plans of Draw stay.
func DrawMore(seed uint64) Plan {
	p := Draw(seed)
	d := drawer{rand.New(rand.NewPCG(seed, 0x6d6f7265))}
	a, ph := &p.Clusters[0], &p.Phones[0]
	boots := 0
	for _, e := range ph.Events {
		if e.Kind == Boot {
			boots++
		}
	}
	last := ph.Events[len(ph.Events)-1].At
	day := time.Date(last.Year(), last.Month(), last.Day(), 0, 0, 0, 0, EDT)
	at := func(h, m int) time.Time {
		return day.Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute)
	}
	server := p.nameOf(ph.TFTP[0])
	switch k := d.IntN(100); {
	case k < 6:
		a.History = append(a.History, Change{At: at(2, 10), What: Restore, Node: server})
	case k < 14:
		for i, n := range a.Nodes {
			a.History = append(a.History, Change{At: at(3, 20+2*i), What: Rename, Node: n.Name, Name: n.Name + "-renamed"})
		}
	case k < 20:
		a.History = append(a.History, Change{At: at(3, 50), What: Rollback, Node: a.Nodes[0].Name}, Change{At: at(6, 40), What: RollbackEnd, Node: a.Nodes[0].Name})
	case k < 27 && len(p.Clusters) == 1:
		p.central(d)
	case k < 35 && len(a.Nodes) > 1 && a.Nodes[1].Runs&TFTP != 0:
		ph.TFTP = []string{a.Nodes[0].Address, a.Nodes[1].Address}
		for i := range ph.Events {
			if ph.Events[i].Kind == Boot && d.may(50) {
				ph.Events[i].Node = a.Nodes[d.IntN(2)].Name
			}
		}
	case k < 41:
		ph.Events = append(ph.Events, Event{At: at(6, 50), Kind: Erase})
		if !ph.Events[len(ph.Events)-2].At.After(at(6, 50)) {
			ph.Events = append(ph.Events, Event{At: at(7, 0).Add(4 * time.Second)})
		}
	case k < 46 && ph.Secure:
		for i := range ph.Events {
			if ph.Events[i].Kind == Boot {
				ph.Events[i].Refuse = []string{"10", "18", "20"}[d.IntN(3)]
			}
		}
	case k < 50:
		ph.NTP, ph.ChecksDates = "10.1.1.1", true
		for i := range ph.Ahead {
			ph.Ahead[i] = 93 * year
		}
	case k < 60 && boots > 0:
		p.second(at(6, 21))
	}
	if d.may(15) {
		for i := range ph.Events {
			if ph.Events[i].Kind == Boot {
				ph.Events[i].Files = []string{"DistinctiveRingList.xml.sgn"}
			}
		}
	}
	a.Hash512 = a.Release >= 115 && d.may(10)
	return p
}

// central lets another cluster's TFTP server hand out the phone's files.
func (p *Plan) central(d drawer) {
	ph := &p.Phones[0]
	p.Clusters = append(p.Clusters, Cluster{Name: "b", Release: p.Clusters[0].Release, Nodes: []Node{{Name: "cucm-b1", Address: b1, Runs: All | CAPF, Ahead: 210 * ms}}})
	ph.Home, ph.TFTP = "b", []string{b1}
	generic := d.may(40)
	for i := range ph.Events {
		if ph.Events[i].Kind == Boot {
			ph.Events[i].Foreign, ph.Events[i].Generic, ph.Events[i].Node = "a", generic, ""
		}
	}
}

// second adds a phone beside the first, which boots once.
func (p *Plan) second(at time.Time) {
	other := p.Phones[0]
	other.Name, other.Address, other.Cause = "SEP0011215A2BF4", "10.9.9.10", ""
	other.Events = []Event{{At: at}}
	p.Phones = append(p.Phones, other)
}

package play

import (
	"fmt"
	"time"
)

// fleetPlan is a site of n phones on three servers after a bad night: CallManager.pem
// and TVS.pem of the publisher were regenerated together. What becomes of a phone
// depends on whom it may ask.
func fleetPlan(n int) Plan {
	night := time.Date(2013, 6, 17, 22, 10, 27, 0, EDT)
	first, second := time.Date(2013, 6, 17, 18, 0, 0, 0, EDT), time.Date(2013, 6, 18, 6, 15, 0, 0, EDT)
	p := Plan{
		Name:  "fleet",
		Story: "A site of phones on three servers. In the night CallManager.pem and TVS.pem of the publisher are regenerated together; in the morning every phone is reset.",
		Facts: []string{"cucm-version=9.1"},
		Clusters: []Cluster{{Name: "a", Release: 91, Nodes: []Node{
			{Name: "cucm-a1", Address: "10.1.1.11", Runs: All | CAPF, Ahead: 480 * ms},
			{Name: "cucm-a2", Address: "10.1.1.12", Runs: All, Ahead: -1250 * ms},
			{Name: "cucm-a3", Address: "10.1.1.13", Runs: CallManager | TVS | Tomcat, Ahead: 90 * ms},
		}, History: []Change{
			{At: night, Node: "cucm-a1", Service: CallManager},
			{At: night.Add(4 * time.Minute), Node: "cucm-a1", Service: TVS},
		}}},
		Blocks:  []Block{{Address: "10.1.1.13", Port: tvsPort}},
		Sources: Sources{PhoneCapture: "span.pcap", Console: true, Status: true, TVS: true, CTFTP: true, Syslog: true},
	}
	for i := range n {
		ph := Phone{
			Name: fmt.Sprintf("SEP0011215A%04X", 0x1a00+i), Address: fmt.Sprintf("10.9.9.%d", 20+i), Model: "7970G", Era: SECD, Protocol: "SCCP",
			Home: "a", TFTP: []string{"10.1.1.11"}, Group: []string{"10.1.1.11"},
			ITL:   &Held{Cluster: "a", At: first.Add(-day)},
			Ahead: []time.Duration{time.Duration(i-20) * 37 * ms, time.Duration(20-i) * 61 * ms},
			Events: []Event{{At: first.Add(time.Duration(i) * 1700 * ms), Kind: Boot},
				{At: second.Add(time.Duration(i) * 2300 * ms), Kind: Boot}},
			Cause: "nobody is left whom the phone may ask",
		}
		if i%5 == 4 {
			ph.Era, ph.Model, ph.Protocol, ph.HTTP = SecureApp, "8861", "SIP", true
		}
		switch i % 4 {
		case 1:
			ph.Group, ph.Cause = []string{"10.1.1.11", "10.1.1.12"}, "the second server of the group vouches"
		case 2:
			ph.TFTP, ph.Group, ph.Cause = []string{"10.1.1.12"}, []string{"10.1.1.12", "10.1.1.11"}, "files come from the second server, whose certificates did not change"
			ph.ITL.Node = "cucm-a2"
		case 3:
			ph.Group, ph.Cause = []string{"10.1.1.11", "10.1.1.13"}, "the second server of the group is behind a firewall"
		}
		if i == n-1 {
			ph.ITL, ph.Cause = nil, "the phone held no list and takes the first one blindly"
		}
		if i%4 == 1 {
			ph.Events = append(ph.Events, Event{At: second.Add(20*time.Minute + time.Duration(i)*1300*ms), Kind: Directory, Address: "10.1.1.11"})
		}
		p.Phones = append(p.Phones, ph)
	}
	return p
}

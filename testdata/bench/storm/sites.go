package main

import (
	"fmt"
	"time"

	"trustline/testdata/lab/play"
)

// A cause is what is wrong at one site, with what an analyser of the capture alone
// has to say about each of its phones.
type cause struct {
	ID      string  `json:"cause"`
	Story   string  `json:"story"`
	Class   string  `json:"class"`
	Finding string  `json:"finding"`
	Phones  int     `json:"phones"`
	share   float64 // of all phones

	build func(site *play.Cluster, phone *play.Phone, resumes bool) []play.Block
}

// The times of the storm. Everything is in the past of the phones' clocks.
var (
	zone   = time.FixedZone("EDT", -4*3600)
	before = time.Date(2013, 6, 10, 12, 0, 0, 0, zone) // the lists of a phone that was switched off
	night  = time.Date(2013, 6, 17, 22, 10, 27, 0, zone)
	start  = time.Date(2013, 6, 18, 6, 15, 0, 0, zone)
)

const (
	tvsPort = 2445

	pub, sub = 11, 12 // last octet of the servers
)

// causes are the five sites. The shares add up to one.
func causes() []*cause {
	renewed := func(site *play.Cluster, at ...time.Time) {
		for _, t := range at {
			site.History = append(site.History, play.Change{At: t, Node: site.Nodes[0].Name, Service: play.CallManager})
		}
	}
	closed := func(site *play.Cluster, reset bool) (out []play.Block) {
		for _, n := range site.Nodes {
			out = append(out, play.Block{Address: n.Address, Port: tvsPort, Reset: reset})
		}
		return out
	}
	return []*cause{
		{ID: "healthy", Class: "ok", Finding: "itl-ok-do-not-delete", share: 0.5,
			Story: "Nothing changed: the phone gets the ITL that it holds, registers and opens the directory, for whose certificate TVS vouches. Some open it at both servers, and take up the sessions with TVS and with the first.",
			build: func(site *play.Cluster, phone *play.Phone, resumes bool) []play.Block {
				opens := func(after time.Duration, node int) {
					phone.Events = append(phone.Events, play.Event{At: phone.Events[0].At.Add(after), Kind: play.Directory, Address: site.Nodes[node].Address})
				}
				opens(50*time.Second, 0)
				if phone.Resumes = resumes; resumes {
					opens(70*time.Second, 1)
					opens(95*time.Second, 0)
				}
				return nil
			}},
		{ID: "tvs-blocked", Class: "recoverable", Finding: "tvs-port-blocked", share: 0.125,
			Story: "CallManager.pem was regenerated and a firewall drops TCP 2445 to both servers: the phone keeps its old ITL.",
			build: func(site *play.Cluster, _ *play.Phone, _ bool) []play.Block {
				renewed(site, night)
				return closed(site, false)
			}},
		{ID: "tvs-down", Class: "recoverable", Finding: "tvs-not-listening", share: 0.125,
			Story: "CallManager.pem was regenerated and TVS runs on neither server: TCP 2445 answers with RST.",
			build: func(site *play.Cluster, _ *play.Phone, _ bool) []play.Block {
				renewed(site, night)
				return closed(site, true)
			}},
		{ID: "tvs-expired", Class: "recoverable", Finding: "server-certificate-expired", share: 0.125,
			Story: "CallManager.pem was regenerated and TVS.pem of the only server ended the day before: the phone sends the alert certificate_expired.",
			build: func(site *play.Cluster, phone *play.Phone, _ bool) []play.Block {
				site.Nodes = site.Nodes[:1]
				phone.Group, phone.ChecksDates = phone.Group[:1], true
				site.History = []play.Change{{At: night.Add(-12 * time.Hour), What: play.Expire, Node: site.Nodes[0].Name, Service: play.TVS}}
				renewed(site, night)
				return nil
			}},
		{ID: "lsc-refused", Class: "recoverable", Finding: "phone-certificate-refused-by-cucm", share: 0.125,
			Story: "The cluster is in mixed mode. CAPF.pem was regenerated and the old one deleted from CallManager-trust: CallManager refuses the phone's LSC at TCP 2443.",
			build: func(site *play.Cluster, phone *play.Phone, _ bool) []play.Block {
				site.Mixed, site.Tokens, site.TokenID = true, true, site.Name
				site.History = []play.Change{{At: night, Node: site.Nodes[0].Name, Service: play.CAPF, Stale: true}}
				phone.CTL, phone.Secure, phone.AuthMode = &play.Held{Cluster: site.Name, At: before}, true, 1
				phone.Own = play.Own{LSC: true, Cluster: site.Name, At: time.Date(2013, 4, 18, 0, 0, 0, 0, zone)}
				return nil
			}},
	}
}

// Names of the sites, and so of their clusters, in order of the causes.
const sites = "abcde"

// maxPhones is what the addresses of a site hold.
const maxPhones = 60_000

// perSegment is how many phones one router serves.
const perSegment = 240

// plan is what the phones of a chunk do. Phones of one site have the same cluster.
func (s *storm) plan(all []*cause, first, last int) (play.Plan, []string) {
	p := play.Plan{Name: "storm", Start: start.Add(-lead), Sources: play.Sources{PhoneCapture: "storm.pcap", NoReadme: true}}
	var names []string
	clusters := map[int]int{} // site to place in the plan
	for i := first; i < last; i++ {
		k, rng := s.cause[i], s.rng(i, forPlan)
		site := play.Cluster{Name: sites[k : k+1], Release: 91, Nodes: []play.Node{
			{Name: fmt.Sprintf("cucm-%c1", sites[k]), Address: fmt.Sprintf("10.%d.1.%d", k+1, pub), Runs: play.All | play.CAPF},
			{Name: fmt.Sprintf("cucm-%c2", sites[k]), Address: fmt.Sprintf("10.%d.1.%d", k+1, sub), Runs: play.CallManager | play.TVS | play.Tomcat},
		}}
		group := []string{site.Nodes[0].Address, site.Nodes[1].Address}
		phone := play.Phone{
			Name: fmt.Sprintf("SEP001121%06X", 0x200000+i), Address: fmt.Sprintf("10.%d.%d.%d", 64+k, i/perSegment, 10+i%perSegment),
			Model: "7970G", Era: play.SECD, Protocol: "SCCP", TLS12: true, Home: site.Name, TFTP: group[:1], Group: group,
			ITL: &play.Held{Cluster: site.Name, At: before}, Ahead: []time.Duration{0}, Cause: all[k].ID,
			Events: []play.Event{{At: s.boots(i)}},
		}
		blocks := all[k].build(&site, &phone, rng.Float64() < resumed)
		if _, ok := clusters[k]; !ok {
			clusters[k] = len(p.Clusters)
			p.Clusters = append(p.Clusters, site)
			p.Blocks = append(p.Blocks, blocks...)
		}
		p.Phones = append(p.Phones, phone)
		names = append(names, phone.Name)
	}
	return p, names
}

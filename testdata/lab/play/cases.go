package play

import (
	"fmt"
	"strings"
	"time"
)

// Cases are the plans of testdata/cases that this package writes, in order of the
// acceptance scenarios. Each is small: one boot or two, short files.
func Cases() []Plan {
	var all []Plan
	for _, group := range [][]Plan{healthy(), regenerated(), blockedPlans(), renamed(), central(), lscPlans(), registration(), moved(), restored(), expiredPlans(), falseAlarms()} {
		all = append(all, group...)
	}
	return all
}

// Names of the small site.
const (
	phoneName = "SEP0011215A1AE3"
	a1, a2    = "10.1.1.11", "10.1.1.12"
	a3        = "10.1.1.13"
	b1        = "10.2.2.11"
)

// clock gives times of one day.
type clock struct{ y, m, d int }

func (c clock) at(h, m, s int) time.Time {
	return time.Date(c.y, time.Month(c.m), c.d, h, m, s, 0, EDT)
}

// The days of the scenarios, by release.
var (
	june13 = clock{2013, 6, 18}
	june18 = clock{2018, 6, 19}
	june20 = clock{2020, 6, 18}
)

// closed are the answers that leave no other way than deletion.
func closed(version string) []string {
	return []string{"cucm-version=" + version, "drs-backup=no", "previous-itl-on-server=no", "other-tftp=no"}
}

// site is the small site: publisher a1 with everything, subscriber a2 without TFTP, a
// 7970 that holds the publisher's list of the day before and has both in its group.
// Every source is written.
func site(name string, r Release, c clock, story, cause string) Plan {
	return Plan{
		Name: name, Story: story,
		Clusters: []Cluster{{Name: "a", Release: r, Nodes: []Node{
			{Name: "cucm-a1", Address: a1, Runs: All | CAPF, Ahead: 480 * ms},
			{Name: "cucm-a2", Address: a2, Runs: CallManager | TVS | Tomcat, Ahead: -1250 * ms},
		}}},
		Phones: []Phone{{
			Name: phoneName, Address: "10.9.9.9", Model: "7970G", Era: SECD, Protocol: "SCCP", Home: "a",
			TFTP: []string{a1}, Group: []string{a1, a2}, ITL: &Held{Cluster: "a", At: c.at(0, 0, 0).Add(-day)},
			Ahead: []time.Duration{-420 * ms, 1130 * ms, 760 * ms}, Cause: cause,
		}},
		Facts:   []string{fmt.Sprintf("cucm-version=%s", r)},
		Sources: Sources{PhoneCapture: "phone.pcap", Console: true, Status: true, TVS: true, Syslog: true, HeldLists: true},
	}
}

// single leaves the cluster and the phone's group the publisher alone.
func (p *Plan) single() {
	p.Clusters[0].Nodes = p.Clusters[0].Nodes[:1]
	p.Phones[0].Group = []string{a1}
}

// modern turns the phone into an 8861 that speaks SIP and prints dated lines.
func (p *Plan) modern() {
	ph := &p.Phones[0]
	ph.Name, ph.Model, ph.Era, ph.Protocol, ph.TLS12 = "SEP0011215A8861", "8861", SecureApp, "SIP", true
}

// mixed puts the cluster into mixed mode with a CTL that the phone holds.
func (p *Plan) mixed(tokens bool) {
	p.Clusters[0].Mixed, p.Clusters[0].Tokens, p.Clusters[0].TokenID = true, tokens, "a"
	p.Phones[0].CTL = &Held{Cluster: "a", At: p.Phones[0].ITL.At}
}

// history sets what happened to the first cluster.
func (p *Plan) history(c ...Change) { p.Clusters[0].History = c }

// events sets what the first phone does.
func (p *Plan) events(e ...Event) { p.Phones[0].Events = e }

// regen is a new certificate of a service on cucm-a1.
func regen(at time.Time, s Service) Change { return Change{At: at, Node: "cucm-a1", Service: s} }

// listing adds the output of "show itl" on a1.
func (p *Plan) listing(at time.Time) {
	p.Sources.ShowITL = append(p.Sources.ShowITL, ListOf{File: "show-itl.txt", Node: "cucm-a1", At: at})
}

// when plays the plan and returns the time of the first frame whose label has the
// text: for captures that begin in the middle of something.
func (p Plan) when(text string) time.Time {
	w, _, err := p.play()
	if err != nil {
		panic(err)
	}
	for _, k := range w.packets.Packets() {
		if strings.Contains(k.Label, text) {
			return k.At
		}
	}
	panic(fmt.Sprintf("play: %s: no frame %q", p.Name, text))
}

package trial

import (
	"bytes"
	"path"
	"strings"
	"time"

	"trustline/testdata/lab/play"
)

// A Mix is what of the evidence an engineer has, and how good it is.
type Mix struct {
	Name   string
	before func(seed uint64, p *play.Plan)    // what is collected, before the plan is played
	hide   func(name string) bool             // files that are not there
	edit   func(name string, d []byte) []byte // what became of a file
	facts  func(key string) bool              // statements that were made; nil: all
}

// Mixes are the mixes of a sweep, the best evidence first.
func Mixes() []Mix {
	return []Mix{
		{Name: "full"},
		{Name: "no capture", hide: isCapture},
		{Name: "no console", hide: named("console", "status")},
		{Name: "no trace", hide: named("tvs-", "capf-", "ctftp-", "ccm-", "syslog")},
		{Name: "no held list", hide: named("held-")},
		{Name: "no served list", hide: named("show-")},
		{Name: "no facts", facts: func(key string) bool { return strings.HasPrefix(key, "origin:") }},
		{Name: "capture only", hide: func(n string) bool { return !isCapture(n) }},
		{Name: "logs only", hide: func(n string) bool {
			return isCapture(n) || strings.HasPrefix(n, "held-") || strings.HasPrefix(n, "show-") || n == "case.facts"
		}},
		{Name: "console only", hide: func(n string) bool { return !strings.Contains(n, "console") }},
		{Name: "lossy", before: damage(func(d *play.Damage, seed uint64) { d.Loss = 1 + int(seed%20) })},
		{Name: "one-sided", before: damage(func(d *play.Damage, _ uint64) { d.FromPhone = true })},
		{Name: "filtered", before: damage(func(d *play.Damage, seed uint64) {
			d.Ports = [][]uint16{{69}, {2445}, {69, 2445}, {2000, 2443, 5060, 5061}, {8443, 2445}, {69, 6970}}[seed%6]
		})},
		{Name: "snap length", before: damage(func(d *play.Damage, seed uint64) { d.Snap = []int{60, 68, 96, 256, 1000}[seed%5] })},
		{Name: "capture begins late", before: damage(func(d *play.Damage, seed uint64) { d.From = within(d.From, seed) })},
		{Name: "capture ends early", before: damage(func(d *play.Damage, seed uint64) { d.Until = within(d.Until, seed) })},
		{Name: "excerpted log", before: func(_ uint64, p *play.Plan) { p.Sources.Excerpt = true }},
		{Name: "shifted clocks", before: shift},
		{Name: "lossy, logs gone", before: damage(func(d *play.Damage, seed uint64) { d.Loss = 1 + int(seed%20) }),
			hide: func(n string) bool { return !isCapture(n) && n != "case.facts" && !strings.HasPrefix(n, "held-") }},
		{Name: "one-sided, logs gone", before: damage(func(d *play.Damage, _ uint64) { d.FromPhone = true }),
			hide: func(n string) bool { return !isCapture(n) && n != "case.facts" && !strings.HasPrefix(n, "held-") }},
	}
}

func isCapture(name string) bool { return strings.HasPrefix(path.Ext(name), ".pcap") }

func named(prefixes ...string) func(string) bool {
	return func(n string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(n, p) || p == "console" && strings.Contains(n, p) {
				return true
			}
		}
		return false
	}
}

// damage sets what is wrong with the phone's capture. From and Until hold the
// first and the last event when it is asked.
func damage(set func(d *play.Damage, seed uint64)) func(uint64, *play.Plan) {
	return func(seed uint64, p *play.Plan) {
		first, last := span(p)
		d := play.Damage{From: first, Until: last}
		set(&d, seed)
		if d.From.Equal(first) {
			d.From = time.Time{}
		}
		if d.Until.Equal(last) {
			d.Until = time.Time{}
		}
		p.Sources.Damage = d
	}
}

// within moves a time to somewhere in the boot, when the deciding things happen.
func within(from time.Time, seed uint64) time.Time {
	return from.Add(time.Duration(10+seed%37) * time.Second)
}

func span(p *play.Plan) (first, last time.Time) {
	for _, ph := range p.Phones {
		for _, e := range ph.Events {
			if first.IsZero() || e.At.Before(first) {
				first = e.At
			}
			if e.At.After(last) {
				last = e.At
			}
		}
	}
	return first, last
}

// shift sets the clock of every source but the capture apart by up to hours.
func shift(seed uint64, p *play.Plan) {
	hours := time.Duration(seed%13) - 6
	for c := range p.Clusters {
		for n := range p.Clusters[c].Nodes {
			p.Clusters[c].Nodes[n].Ahead += time.Duration(n+1) * hours * 37 * time.Minute
		}
	}
	for i := range p.Phones {
		for k := range p.Phones[i].Ahead {
			p.Phones[i].Ahead[k] += hours * time.Hour
		}
	}
}

// everything is what a careful engineer collects.
func everything(p *play.Plan, truth *play.Truth) {
	_, last := span(p)
	s := &p.Sources
	*s = play.Sources{PhoneCapture: "phone.pcap", Console: true, Status: true, TVS: true, CAPF: true, CTFTP: true, SDL: true, Syslog: true, HeldLists: true, NoReadme: true}
	s.ShowITL = []play.ListOf{{File: "show-itl.txt", Node: nameOf(p, p.Phones[0].TFTP[0]), At: last.Add(time.Hour)}}
	if p.Clusters[0].Mixed {
		s.ShowCTL = []play.ListOf{{File: "show-ctl.txt", Node: p.Clusters[0].Nodes[0].Name, At: last.Add(time.Hour)}}
	}
	answer := map[bool]string{true: "yes", false: "no"}
	p.Facts = []string{"cucm-version=" + p.Clusters[0].Release.String(), "drs-backup=no", "previous-itl-on-server=no",
		"other-tftp=" + answer[play.Back(truth.Ways, play.OtherTo)]}
	if play.Back(truth.CTLWays, play.Token) {
		p.Facts = append(p.Facts, "ctl-token=available")
	}
}

func nameOf(p *play.Plan, address string) string {
	for _, c := range p.Clusters {
		for _, n := range c.Nodes {
			if n.Address == address {
				return n.Name
			}
		}
	}
	return ""
}

// apply hides and edits the files of a story.
func (m Mix) apply(files map[string][]byte) map[string][]byte {
	out := map[string][]byte{}
	for name, d := range files {
		if m.hide != nil && m.hide(name) {
			continue
		}
		if name == "case.facts" && m.facts != nil {
			var kept []string
			for _, l := range strings.Split(strings.TrimSpace(string(bytes.TrimSpace(d))), "\n") {
				if m.facts(l) {
					kept = append(kept, l)
				}
			}
			if len(kept) == 0 {
				continue
			}
			d = []byte(strings.Join(kept, "\n") + "\n")
		}
		if m.edit != nil {
			d = m.edit(name, d)
		}
		out[name] = d
	}
	return out
}

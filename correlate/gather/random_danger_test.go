package gather_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/testdata/lab/play"
	"trustline/testdata/lab/sweep/trial"
)

// planOf is a plan of the shipped cases, to be changed.
func planOf(t testing.TB, name string) play.Plan {
	t.Helper()
	for _, p := range play.Cases() {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no plan %s", name)
	return play.Plan{}
}

// closed are the answers that leave deletion as the last way.
func closed(version string) []string {
	return []string{"cucm-version=" + version, "drs-backup=no", "previous-itl-on-server=no", "other-tftp=no"}
}

// listOf is the ITL that a phone of a plan holds before its first boot.
func listOf(t testing.TB, p play.Plan) []byte {
	t.Helper()
	p.Sources = play.Sources{HeldLists: true, NoReadme: true}
	s, err := p.Play()
	if err != nil {
		t.Fatal(err)
	}
	if s.Files["held-itl.tlv"] == nil {
		t.Fatal("the phone holds no ITL")
	}
	return s.Files["held-itl.tlv"]
}

// after is a change of a server of cluster a, so long before the phone's last boot.
func after(p play.Plan, before time.Duration, node string, what play.Service) play.Change {
	e := p.Phones[0].Events
	return play.Change{At: e[len(e)-1].At.Add(-before), Node: node, Service: what}
}

// boots gives the phone two boots, four hours apart, and a directory call.
func boots(p *play.Plan) {
	e := p.Phones[0].Events
	last := e[len(e)-1].At
	p.Phones[0].Events = []play.Event{{At: last.Add(-4 * time.Hour)}, {At: last}, {At: last.Add(17 * time.Minute), Kind: play.Directory, Address: "10.1.1.11"}}
}

// dangers are cases in which a sure verdict is easily wrong, most of them a lock-out
// that is none. Plan and truth come from the lab; edit falsifies what was collected.
var dangers = []struct {
	name string
	make func(t *testing.T) play.Plan
	edit func(t *testing.T, p play.Plan, files map[string][]byte)
}{
	{"another cluster's ITL is given as the phone's, which is healthy", func(t *testing.T) play.Plan {
		p := planOf(t, "d02-callmanager-regenerated")
		p.Facts = closed("9.1")
		return p
	}, foreignList},
	{"another cluster's ITL is given as the phone's, which the server's key could mend", func(t *testing.T) play.Plan {
		return planOf(t, "d03-itlrecovery-115")
	}, foreignList},
	{"the phone's ITL of last week, before ITLRecovery was renewed", func(t *testing.T) play.Plan {
		p := planOf(t, "d03-itlrecovery-115")
		p.Clusters[0].History = append([]play.Change{after(p, 6*24*time.Hour, "cucm-a1", play.ITLRecovery)}, p.Clusters[0].History...)
		return p
	}, func(t *testing.T, p play.Plan, files map[string][]byte) {
		p.Phones[0].ITL = &play.Held{Cluster: "a", At: p.Phones[0].Events[0].At.Add(-8 * 24 * time.Hour)}
		files["held-itl.tlv"] = listOf(t, p)
	}},
	{"the phone's ITL of last week, which it has replaced since", func(t *testing.T) play.Plan {
		p := planOf(t, "d01-do-not-delete")
		p.Clusters[0].Mixed, p.Clusters[0].Tokens, p.Phones[0].CTL = false, false, nil
		p.Sources.ShowCTL, p.Sources.Menu, p.Sources.HeldLists = nil, false, true
		p.Clusters[0].History = []play.Change{after(p, 6*24*time.Hour, "cucm-a1", play.CallManager|play.TVS)}
		p.Facts = closed("9.1")
		return p
	}, func(t *testing.T, p play.Plan, files map[string][]byte) {
		p.Phones[0].ITL = &play.Held{Cluster: "a", At: p.Phones[0].Events[0].At.Add(-8 * 24 * time.Hour)}
		files["held-itl.tlv"] = listOf(t, p)
	}},
	{"two phones behind one address, one of them locked out", func(t *testing.T) play.Plan {
		p := planOf(t, "d03-both-regenerated")
		second := p.Phones[0]
		second.Name, second.Cause = "SEP0011215A1AE4", "nothing: it took the new list at once"
		second.ITL = &play.Held{Cluster: "a", At: p.Phones[0].Events[1].At}
		second.Events = []play.Event{{At: p.Phones[0].Events[1].At.Add(11 * time.Minute)}}
		p.Phones = append(p.Phones, second)
		return p
	}, nil},
	{"two phones behind one address, capture alone", func(t *testing.T) play.Plan {
		p := planOf(t, "d03-both-regenerated")
		second := p.Phones[0]
		second.Name = "SEP0011215A1AE4"
		second.ITL = &play.Held{Cluster: "a", At: p.Phones[0].Events[1].At}
		second.Events = []play.Event{{At: p.Phones[0].Events[1].At.Add(11 * time.Minute)}}
		p.Phones = append(p.Phones, second)
		p.Sources = play.Sources{PhoneCapture: "phone.pcap", HeldLists: true, NoReadme: true}
		return p
	}, nil},
	{"a capture at the server, behind the firewall, and nobody said so", func(t *testing.T) play.Plan {
		return planOf(t, "d04-server-side")
	}, func(_ *testing.T, _ play.Plan, files map[string][]byte) { delete(files, "case.facts") }},
	{"a firewall before the only TVS that was not renewed", func(t *testing.T) play.Plan {
		p := planOf(t, "d03-second-silent")
		p.Facts = closed("9.1")
		return p
	}, nil},
	{"TVS expired, its hash is recorded, and the signer is new", func(t *testing.T) play.Plan {
		p := planOf(t, "d12-tvs-expired")
		p.Clusters[0].History = append(p.Clusters[0].History, after(p, 3*time.Hour, "cucm-a1", play.CallManager))
		boots(&p)
		p.Facts = closed("9.1")
		return p
	}, nil},
	{"TVS expired, capture and facts alone", func(t *testing.T) play.Plan {
		p := planOf(t, "d12-tvs-expired")
		p.Clusters[0].History = append(p.Clusters[0].History, after(p, 3*time.Hour, "cucm-a1", play.CallManager))
		boots(&p)
		p.Facts = closed("9.1")
		p.Sources = play.Sources{PhoneCapture: "phone.pcap", HeldLists: true, NoReadme: true}
		return p
	}, nil},
	{"the session with TVS is resumed and shows no certificate", func(t *testing.T) play.Plan {
		p := planOf(t, "d02-callmanager-regenerated")
		boots(&p)
		p.Phones[0].Resumes = true
		p.Clusters[0].History = []play.Change{after(p, 10*time.Hour, "cucm-a1", play.CallManager), after(p, 3*time.Hour, "cucm-a1", play.CallManager), after(p, 150*time.Minute, "cucm-a1", play.TVS)}
		p.Facts = closed("9.1")
		return p
	}, nil},
	{"a resumed session with TVS, which does not know the new signer", func(t *testing.T) play.Plan {
		p := planOf(t, "d02-callmanager-regenerated")
		boots(&p)
		p.Phones[0].Resumes = true
		p.Clusters[0].NoRole = true
		p.Clusters[0].History = []play.Change{after(p, 10*time.Hour, "cucm-a1", play.CallManager), after(p, 3*time.Hour, "cucm-a1", play.CallManager)}
		p.Facts = closed("9.1")
		p.Sources = play.Sources{PhoneCapture: "phone.pcap", HeldLists: true, NoReadme: true}
		return p
	}, nil},
	{"moved, the old cluster lives, and everybody says that nothing is left", func(t *testing.T) play.Plan {
		p := planOf(t, "d10-certificates-incomplete")
		p.Facts = append(closed("12.5"), "ctl-token=lost")
		return p
	}, nil},
}

// foreignList puts another cluster's ITL in the place of the phone's.
func foreignList(t *testing.T, p play.Plan, files map[string][]byte) {
	b := play.Cluster{Name: "z", Release: p.Clusters[0].Release, Nodes: []play.Node{{Name: "cucm-z1", Address: "10.7.7.11", Runs: play.All | play.CAPF}}}
	p.Clusters = append(slices.Clone(p.Clusters), b)
	p.Phones = slices.Clone(p.Phones)
	p.Phones[0].ITL = &play.Held{Cluster: "z", At: p.Phones[0].Events[0].At.Add(-24 * time.Hour)}
	files["held-itl.tlv"] = listOf(t, p)
	if !bytes.Contains(files["case.facts"], []byte("origin:held-itl.tlv=phone")) {
		files["case.facts"] = append(files["case.facts"], "origin:held-itl.tlv=phone\n"...)
	}
}

// pendingDangers are those that are known to be judged wrongly.
var pendingDangers = map[string]string{
	"two phones behind one address, one of them locked out": oneAddress,
	"two phones behind one address, capture alone":          oneAddress,
}

const oneAddress = "a connection is laid at the door of the phone that used the address last"

// TestDangers: no wrong sure verdict.
func TestDangers(t *testing.T) {
	for _, d := range dangers {
		t.Run(d.name, func(t *testing.T) {
			p := d.make(t)
			s, err := p.Play()
			if err != nil {
				t.Fatal(err)
			}
			if d.edit != nil {
				q := p
				q.Phones = slices.Clone(p.Phones)
				d.edit(t, q, s.Files)
			}
			r := trial.Judge(s.Files)
			worst, what := trial.Right, ""
			for i, ph := range p.Phones {
				q := p
				q.Phones = append([]play.Phone{ph}, slices.Delete(slices.Clone(p.Phones), i, i+1)...)
				want := trial.Expect(&q, s.Truth[ph.Name], trial.SeenIn(s.Files))
				got := verdictOf(r, ph.Name)
				g, why := trial.Compare(want, got)
				t.Logf("%s: %v: %s; the truth: %s", ph.Name, g, short(got), want)
				if g > worst {
					worst, what = g, ph.Name+": "+short(got)+", "+why+"; the truth: "+want.String()
				}
			}
			reason, known := pendingDangers[d.name]
			switch {
			case worst >= trial.Wrong && !known:
				t.Errorf("%v: %s", worst, what)
			case worst < trial.Wrong && known:
				t.Errorf("holds now (it was pending: %s): take it off the list", reason)
			}
		})
	}
}

// A PC in the same segment that gives up an HTTPS page and asks a port that nothing
// answers is no phone, and says nothing about one.
func TestComputerBesideThePhone(t *testing.T) {
	all, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	var home, other *aCase
	for _, c := range all {
		switch c.name {
		case "d01-do-not-delete":
			home = c
		case "d03-both-regenerated":
			other = c
		}
	}
	pc := copyBundle(t, decodeBytes("pc.pcap", other.data["phone.pcap"]), func(s string) string {
		return digests.ReplaceAllStringFunc(strings.ReplaceAll(strings.ReplaceAll(s, "10.9.9.9", "10.9.9.77"), "SEP0011215A1AE3", ""), otherDigest)
	})
	pc.Events = slices.DeleteFunc(pc.Events, func(e evidence.Event) bool { return e.TLS == nil || e.TLS.Service != "https" && e.TLS.Service != "tvs" })
	for i := range pc.Events {
		pc.Events[i].Phone = ""
	}
	if len(pc.Events) == 0 {
		t.Fatal("the PC does nothing")
	}
	r := correlate.Judge(evidence.Merge(home.merged(), pc), correlate.Options{})
	if s := same(home.report.Phones[0].Verdict, verdictOf(r, home.report.Phones[0].Name)); s != "" {
		t.Error(s)
	}
	for _, p := range r.Phones {
		if v := p.Verdict; p.Name != home.report.Phones[0].Name && (v.Class == correlate.ClassLockedOut || v.Class == correlate.ClassOK || v.Deletion == "allowed") {
			t.Errorf("%s: %s", p.Name, short(v))
		}
	}
}

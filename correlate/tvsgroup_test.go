package correlate

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

// oneBoot is a phone of which the evidence holds its ITL, by the operator's
// word, and the boot in which it refused what it was served: the configuration
// that it lives by is not among it.
func oneBoot(group ...string) *scene {
	s := newScene()
	s.list("old", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01", "TVS bb03")
	s.list("new", "itl", "aa02", "SAST aa02", "TFTP aa02", "TVS bb02", "TVS bb03")
	s.config("cfg2", "aa02", group...)
	s.b.Objects[0].Places = []evidence.Place{{Input: "phone.tlv"}}
	s.input("phone.tlv", "itl")
	s.fact("origin:phone.tlv", "phone")
	s.transfer(0, "CTL"+phoneName+".tlv", "")
	s.transfer(1, ownITL, "new")
	s.tvs(2, nodeA, "alert", "bb02")
	s.transfer(4, ownConfig, "cfg2")
	s.tvs(4.5, nodeA, "alert", "bb02")
	s.says(5, "config_refused", with("file", phoneName+".cnf.xml"))
	s.covers("cap", "capture", 0, 100)
	return s.closed()
}

// A phone asks every TVS it has before it rejects a file: those that it asked
// are all, where the served configuration names no other and the capture shows
// the whole of it. One thing less, and the deletion of a list is not offered.
func TestServersByWhatThePhoneAsked(t *testing.T) {
	p := oneBoot(nodeA).judge(t)
	if p.Verdict.Class != ClassLockedOut || p.Verdict.Primary != "callmanager-tvs-both-regenerated" || gateOf(p)["every-tvs-fails-by-certificate"] != rowProved {
		t.Errorf("verdict %s %s, gate %v", p.Verdict.Class, p.Verdict.Primary, gateOf(p))
	}
	if row := p.Gate.ITL[1]; !strings.Contains(row.Because, "it asked no other before it rejected") {
		t.Errorf("how the servers are known is not told: %s", row.Because)
	}
	if has(p, "cm-group-single-tvs") == nil {
		t.Error("the single TVS of the group is not told")
	}
	s := oneBoot(nodeA) // the Linux phones print nothing of a configuration that they reject
	without("config_refused")(s)
	s.says(3, "trust_list_verification_failed")
	if p := s.judge(t); p.Verdict.Class != ClassLockedOut {
		t.Errorf("by the list alone: %s %s, gate %v", p.Verdict.Class, p.Verdict.Primary, gateOf(p))
	}
	group := map[string][]string{"the served configuration names another server": {nodeB}}
	less := map[string]func(*scene){
		"the served configuration names another server": func(*scene) {},
		"the capture was taken on the server":           func(s *scene) { s.fact("capture-side:cap", "server") },
		"the capture ends at once":                      func(s *scene) { s.b.Coverage[len(s.b.Coverage)-1].To = s.clock(6) },
		"the capture begins in between":                 func(s *scene) { s.b.Coverage[len(s.b.Coverage)-1].From = s.clock(3) },
		"one direction only":                            func(s *scene) { s.b.Coverage[len(s.b.Coverage)-1].Got = false },
		"no refusal":                                    without("config_refused"),
		"a second server stayed silent":                 func(s *scene) { s.tvs(4.7, nodeB, "no-answer", "") },
	}
	for _, name := range slices.Sorted(maps.Keys(less)) {
		s := oneBoot(append([]string{nodeA}, group[name]...)...)
		less[name](s)
		if p := s.judge(t); p.Verdict.Class == ClassLockedOut || gateOf(p)["every-tvs-fails-by-certificate"] == rowProved {
			t.Errorf("%s: %s, gate %v", name, p.Verdict.Class, gateOf(p))
		}
	}
}

// A configuration refused although the new ITL knows its key shows that the new
// ITL was not taken; by an intermediate key, or damaged, it shows nothing.
func TestRefusedConfigurationTellsOfTheList(t *testing.T) {
	refused := func(p Phone) bool { return gateOf(p)["served-signer-untrusted"] == rowProved }
	if p := oneBoot(nodeA).judge(t); !refused(p) {
		t.Errorf("gate %v", gateOf(p))
	}
	for name, change := range map[string]func(*scene){
		"the new list does not know its key": func(s *scene) { s.listAt("cfg2").Signer.Serial = "aa09" },
		"the old list knows its key too":     func(s *scene) { s.listAt("cfg2").Signer.Serial = "aa01" },
		"its signature is damaged":           func(s *scene) { s.listAt("cfg2").Status = "invalid" },
		"it was accepted": func(s *scene) {
			without("config_refused")(s)
			s.says(5, "config_verified", with("file", phoneName+".cnf.xml"))
		},
	} {
		s := oneBoot(nodeA)
		change(s)
		if p := s.judge(t); refused(p) {
			t.Errorf("%s: gate %v", name, gateOf(p))
		}
	}
}

// A gate with an open door makes the finding itself one that servers mend: the
// class of a phone is the worst of its findings.
func TestFindingFollowsItsGate(t *testing.T) {
	s := oneBoot(nodeA)
	for i := range s.b.Facts {
		if s.b.Facts[i].Key == "drs-backup" {
			s.b.Facts[i].Value = "yes"
		}
	}
	p := s.judge(t)
	f := has(p, "callmanager-tvs-both-regenerated")
	if f == nil || f.Class != ClassRecoverable || p.Verdict.Class != ClassRecoverable {
		t.Errorf("verdict %s, finding %+v", p.Verdict.Class, f)
	}
}

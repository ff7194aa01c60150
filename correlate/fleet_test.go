package correlate

import (
	"fmt"
	"testing"
)

// devices makes n phones of one verdict, with that remedy.
func devices(n int, class, cause string, remedy ...Step) []Phone {
	var out []Phone
	for i := range n {
		out = append(out, Phone{Name: fmt.Sprintf("%s-%s-%d", class, cause, i), Verdict: Verdict{Class: class, Primary: cause},
			Findings: []Finding{{ID: cause, Class: class, Remedy: remedy, CollectNext: []Step{{Text: "common"}, {Text: fmt.Sprintf("of phone %d", i)}}}}})
	}
	return out
}

// groups gives the groups of a fleet.
func groups(list []Phone) []Group {
	var f fleet
	for i := range list {
		f.add(&list[i])
	}
	return f.groups()
}

func TestActions(t *testing.T) {
	reset := Step{Text: "Reset the phone and see it take the served list.", Command: "Cisco Unified CM Administration > Device > Phone > Reset", Risk: "The phone reboots."}
	restart := Step{Text: "Restart TFTP, then reset the phones.", Command: "utils service restart Cisco Tftp", Risk: "none"}
	server := Step{Text: "Open TCP 2445; a reset of the connection means that nothing listens.", Command: "utils service list", Risk: "Devices reset."}
	for _, c := range []struct {
		class  string
		remedy []Step
		want   string
	}{
		{ClassLockedOut, []Step{server}, ActionTouch},
		{ClassInconclusive, []Step{reset}, ActionCollect},
		{ClassRecoverable, []Step{server, reset}, ActionServer},
		{ClassRecoverable, []Step{restart}, ActionServer},
		{ClassRecoverable, nil, ActionServer},
		{ClassRecoverable, []Step{reset}, ActionReset},
		{ClassDegraded, []Step{server, restart}, ActionReset},
		{ClassDegraded, []Step{server}, ActionServer},
		{ClassDegraded, nil, ActionNone},
		{ClassOK, []Step{reset}, ActionNone},
	} {
		p := devices(1, c.class, "cause", c.remedy...)[0]
		if got := action(&p); got != c.want {
			t.Errorf("%s with %+v: %s, want %s", c.class, c.remedy, got, c.want)
		}
	}
}

func TestGroupsShareTheirSteps(t *testing.T) {
	all := append(devices(3, ClassInconclusive, "open"), devices(2, ClassLockedOut, "lost", Step{Text: "1"}, Step{Text: "2"}, Step{Text: "3"}, Step{Text: "4"})...)
	g := groups(all)
	if len(g) != 2 || g[0].Cause != "lost" || g[0].Action != ActionTouch || len(g[0].Remedy) != remedySteps || len(g[0].Phones) != 2 {
		t.Fatalf("%+v", g)
	}
	if len(g[1].Remedy) != 1 || g[1].Remedy[0].Text != "common" {
		t.Errorf("a step of one phone stands for all: %+v", g[1].Remedy)
	}
	if g := groups(nil); g == nil || len(g) != 0 {
		t.Errorf("no phones: %+v", g)
	}
}

func TestOddOneOut(t *testing.T) {
	odd := func(list []Phone) map[string]int {
		out := map[string]int{}
		for _, g := range groups(list) {
			for _, o := range g.Odd {
				out[o.Phone]++
			}
		}
		return out
	}
	if got := odd(append(devices(39, ClassOK, "fine"), devices(1, ClassLockedOut, "lost")...)); len(got) != 1 || got["locked-out-lost-0"] != 1 {
		t.Errorf("one of forty: %v", got)
	}
	if got := odd(append(devices(39, ClassLockedOut, "lost"), devices(1, ClassOK, "fine")...)); len(got) != 1 || got["ok-fine-0"] != 1 {
		t.Errorf("the only one that works: %v", got)
	}
	if got := odd(append(devices(20, ClassOK, "fine"), devices(20, ClassLockedOut, "lost")...)); len(got) != 0 {
		t.Errorf("halves: %v", got)
	}
	if got := odd(append(devices(1, ClassOK, "fine"), devices(1, ClassLockedOut, "lost")...)); len(got) != 0 {
		t.Errorf("two phones: %v", got)
	}

	list := devices(8, ClassOK, "fine")
	for i := range list {
		list[i].Trust.ITL.SHA1 = ptr("aa")
	}
	list[5].Trust.ITL.SHA1 = ptr("bb")
	list[6].Findings = append(list[6].Findings, Finding{ID: "config-not-applied", Summary: "the phone went back to 10.1.1.11"})
	if got := odd(list); len(got) != 2 || got["ok-fine-5"] != 1 || got["ok-fine-6"] != 1 {
		t.Errorf("another ITL, a former primary: %v", got)
	}
}

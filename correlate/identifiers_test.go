package correlate

import (
	"testing"

	"trustline/correlate/evidence"
)

// TestIdentifiersAreUnique: no two lines of all timelines have one identifier, and
// what a phone's findings and states cite stands in its own timeline.
func TestIdentifiersAreUnique(t *testing.T) {
	b := storm(3, nil)
	for _, f := range []evidence.Fact{{Key: "security-mode", Value: "non-secure"}, {Key: "rebuilt", Value: "2013-06-17"}, {Key: "itl-sha1", Value: fileID(7)[:40], Phone: "SEP001122000001"}} {
		f.Kind, f.Place = "fact", evidence.Place{Input: "--fact"}
		b.Facts = append(b.Facts, f)
	}
	r := Judge(b, Options{})
	whose := map[string]string{}
	facts := 0
	for _, p := range r.All() {
		for _, e := range p.Timeline {
			if whose[e.ID] != "" || e.ID == "" {
				t.Errorf("%q stands with %s and with %s", e.ID, whose[e.ID], p.Name)
			}
			whose[e.ID] = p.Name
			if e.Event == "operator_fact" {
				facts++
			}
		}
		for _, s := range p.States {
			for _, id := range s.Evidence {
				if whose[id] != p.Name {
					t.Errorf("%s cites %s of %q", p.Name, id, whose[id])
				}
			}
		}
	}
	if facts != 2*3+1 {
		t.Errorf("%d statements in the timelines", facts)
	}
	for _, c := range r.Cluster.Changes {
		for _, id := range c.Evidence {
			if whose[id] == "" {
				t.Errorf("%s cites %s, which is nowhere", c.Text, id)
			}
		}
	}
	if len(r.Cluster.Changes) == 0 {
		t.Error("nothing changed")
	}
}

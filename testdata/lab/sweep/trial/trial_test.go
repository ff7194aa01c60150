package trial

import (
	"testing"

	"trustline/correlate"
)

func TestCompare(t *testing.T) {
	broken := Expected{Mildest: Recoverable, Worst: Recoverable, Broken: true, Primaries: []string{"tvs-port-blocked"}}
	locked := Expected{Mildest: LockedOut, Worst: LockedOut, Broken: true, Locked: true}
	well := Expected{Mildest: OK, Worst: OK}
	for _, c := range []struct {
		want                     Expected
		class, primary, deletion string
		grade                    Grade
	}{
		{broken, Recoverable, "tvs-port-blocked", "forbidden", Right},
		{broken, Recoverable, "tvs-cert-mismatch", "forbidden", Wrong},
		{broken, Degraded, "tvs-port-blocked", "forbidden", Wrong},
		{broken, Inconclusive, "tvs-cert-mismatch", "open", Tolerated},
		{broken, Inconclusive, "tvs-cert-mismatch", "allowed", Fatal},
		{broken, OK, "trust-lists-verified", "forbidden", Fatal},
		{broken, LockedOut, "tvs-port-blocked", "forbidden", Fatal},
		{locked, LockedOut, "callmanager-tvs-both-regenerated", "allowed", Right},
		{locked, Recoverable, "tvs-cert-mismatch", "open", Wrong},
		{well, OK, "trust-lists-verified", "forbidden", Right},
		{well, Degraded, "tvs-fallback-used", "forbidden", Wrong},
	} {
		if g, why := Compare(c.want, correlate.Verdict{Class: c.class, Primary: c.primary, Deletion: c.deletion}); g != c.grade {
			t.Errorf("%v, %s %s (%s): %v %s, want %v", c.want, c.class, c.primary, c.deletion, g, why, c.grade)
		}
	}
}

// Every mix hides what it says, and leaves something.
func TestMixes(t *testing.T) {
	for _, m := range Mixes() {
		o, err := Run(207, m)
		if err != nil {
			t.Fatalf("%s: %v", m.Name, err)
		}
		seen := SeenIn(o.Files)
		if len(o.Files) == 0 || m.Name == "no capture" && seen.Capture || m.Name == "no console" && (seen.Console || seen.Status) ||
			m.Name == "no trace" && (seen.CAPF || seen.Call) || m.Name == "capture only" && len(o.Files) != 1 || m.Name == "no held list" && o.Files["held-itl.tlv"] != nil {
			t.Errorf("%s: %d files, %+v", m.Name, len(o.Files), seen)
		}
	}
}

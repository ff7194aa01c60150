package gather_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"trustline/correlate"
	"trustline/correlate/evidence"
)

// TestFoldedIsTheSame: every case gives the same report when it stands behind so
// many events of others that its own are packed, and its phones folded between
// the times that they are looked at.
func TestFoldedIsTheSame(t *testing.T) {
	relate(t, func(t *testing.T, c *aCase, say func(what, problem string)) {
		var list []*evidence.Bundle
		packed := false
		for _, n := range c.files {
			b := c.bundles[n]
			full := &evidence.Bundle{Header: b.Header, Objects: b.Objects, Coverage: b.Coverage, Facts: b.Facts}
			for range 2048 { // of an input that the bundle does not have: merging drops them
				full.Add(&evidence.Event{Kind: "event", Place: evidence.Place{Input: "nobody's"}, Dialect: "capture"})
			}
			for _, e := range b.All() {
				full.Add(e)
			}
			packed = packed || full.Count() > 0 && full.Packed(full.Count()-1)
			list = append(list, full)
		}
		want, err := json.Marshal(c.report)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range c.report.Coverage {
			if row.Service == "capture" && row.Quality != "missing" && !packed {
				t.Fatal("nothing is packed")
			}
		}
		got, err := json.Marshal(correlate.Judge(evidence.Merge(list...), correlate.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		problem := ""
		if !bytes.Equal(want, got) {
			i := 0
			for i < min(len(want), len(got)) && want[i] == got[i] {
				i++
			}
			problem = fmt.Sprintf("the report has %q, want %q", got[max(0, i-200):min(i+200, len(got))], want[max(0, i-100):min(i+200, len(want))])
		}
		say("packed", problem)
	})
}

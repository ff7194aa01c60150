package cataloguetest

import (
	"bytes"
	"testing"

	"trustline/phonelog/catalogue"
)

// Fuzz matches whatever messages with real catalogues; every sample is a seed.
// A match has an entry and captures that stand in the message, the same on
// every run, and takes no memory; blanks that are doubled change no match.
func Fuzz(f *testing.F, all ...*catalogue.Catalogue) {
	for _, c := range all {
		for _, e := range c.Entries() {
			for _, s := range e.Samples {
				f.Add([]byte(s))
			}
		}
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		for _, c := range all {
			var m, again catalogue.Match
			before := bytes.Clone(msg)
			found := c.Match(msg, &m)
			if !bytes.Equal(msg, before) {
				t.Fatalf("%q was changed to %q", before, msg)
			}
			if c.Match(msg, &again) != found || found && again.Entry != m.Entry {
				t.Fatalf("%q: two runs differ", msg)
			}
			if !found {
				continue
			}
			if m.Entry == nil {
				t.Fatalf("%q matches nothing", msg)
			}
			for i := range m.Len() {
				if k, v := m.At(i); len(v) == 0 || !bytes.Contains(msg, v) {
					t.Fatalf("%s=%q is not in %q", k, v, msg)
				}
			}
			if !c.Match(bytes.ReplaceAll(msg, []byte(" "), []byte("  ")), &again) {
				t.Fatalf("%q matches, but not with its blanks doubled", msg)
			}
		}
	})
}

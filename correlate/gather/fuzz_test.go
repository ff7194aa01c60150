package gather_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// FuzzDecode sends whatever bytes through the whole of analyze: recognised as
// whatever they are, decoded, judged. No panic, and the input is accounted for.
func FuzzDecode(f *testing.F) {
	for _, name := range []string{"broken/cut.pcap", "directory-via-tvs/tvs-sdi.txt", "directory-via-tvs/show-itl.txt", "directory-via-tvs/phone-console.log", "both-regenerated-facts/case.facts", "tvs-blocked/status.txt"} {
		b, err := os.ReadFile(filepath.Join(cases, filepath.FromSlash(name)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b := gather.Decode(gather.Input{Name: "x", Size: -1, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}, gather.Options{})
		if len(b.Header.Inputs) == 0 || b.Header.Inputs[0].Kind == "" {
			t.Error("the input is not accounted for")
		}
		gather.Events(gather.Input{Name: "x", Size: -1, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}, gather.Options{}, func(e *evidence.Event) {
			if e.Event == "" || e.Place.Line == 0 || e.Detail == nil {
				t.Errorf("event %+v", e)
			}
		})
		if _, err := json.Marshal(correlate.Judge(evidence.Merge(b), correlate.Options{})); err != nil {
			t.Error(err)
		}
	})
}

// FuzzFacts: a statement is a fact with a known key, or an error that says so.
func FuzzFacts(f *testing.F) {
	for _, s := range []string{"cucm-version=11.5", "SEP001122334455:itl-sha1=ab12", "capture-side:a.pcap=phone", "origin:=server", "rebuilt=2014-05-06", "=", "x", "security-mode=\xff", "a:b:c=d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		b, err := gather.Facts([]string{line})
		if b == nil || len(b.Facts)+btoi(err != nil) != 1 {
			t.Fatalf("%+v, %v", b, err)
		}
		for _, fact := range b.Facts {
			if fact.Key == "" || fact.Place.Input == "" {
				t.Errorf("%+v", fact)
			}
		}
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

package pasted

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"trustline/phonelog/catalogue"
)

// FuzzScan: no text makes it panic; every line is counted once, events lie
// inside the text and are of the closed list, and a line that Line claims is
// not unknown to Scan.
func FuzzScan(f *testing.F) {
	files, _ := filepath.Glob("testdata/published/*.txt")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, form := range forms {
		f.Add([]byte(form.text))
	}
	names := map[string]bool{}
	for _, e := range Entries() {
		if e.Event != "" && !e.Part {
			names[e.Event] = true
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		sum, err := Scan(bytes.NewReader(text), func(e *catalogue.Event) {
			if !names[e.Name] || e.Line < 1 || e.EndLine < e.Line || e.Text == "" || e.Dialect == "" {
				t.Fatalf("%+v of %q", e, text)
			}
		})
		if err != nil || sum.Matched+sum.Ignored+sum.Unknown != sum.Lines {
			t.Fatalf("%v, %+v of %q", err, sum, text)
		}
		if one, _, two := bytes.Cut(text, []byte("\n")); !two && Line(one) && sum.Unknown > 0 && !bytes.HasPrefix(one, []byte{0xFE, 0xFF}) && !bytes.HasPrefix(one, []byte{0xFF, 0xFE}) {
			t.Fatalf("%q is claimed and unknown", one)
		}
	})
}

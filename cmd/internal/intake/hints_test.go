package intake

import (
	"context"
	"testing"
	"time"
)

// TestHints: the layouts are those of RTMT, DIME and the phones' web pages.
func TestHints(t *testing.T) {
	for name, want := range map[string]Hints{
		"cucm-pub/2014-05-06_07-08-09/cm/trace/tvs/sdi/tvs00000001.txt":       {Node: "cucm-pub", Service: "tvs", Date: "2014-05-06"},
		"b.zip!/10.1.1.10/2014-05-06_07-08-09/cm/trace/ccm/sdl/SDL001.txt.gz": {Node: "10.1.1.10", Service: "ccm", Date: "2014-05-06"},
		"node2/cm/trace/ctftp/sdi/ctftp00000012.txt":                          {Node: "node2", Service: "ctftp"},
		"capf00000003.txt":                                     {Service: "capf"},
		"SDL001_100_000042.txt.gzo":                            {Service: "ccm"},
		"prt-20190203-112233-a1b2c3d4e5f6.tar.gz!/show-output": {Phone: "SEPA1B2C3D4E5F6", Date: "2019-02-03"},
		"probrep-20190203-112233.tar.gz!/log":                  {Date: "2019-02-03"},
		"CTLSEP0011223344AA.tlv":                               {Phone: "SEP0011223344AA"},
		"SEP0011223344AABB":                                    {},
		"cm/trace":                                             {},
		"notes.txt":                                            {},
	} {
		if got := hintsOf(name); got != want {
			t.Errorf("hintsOf(%q) = %+v, want %+v", name, got, want)
		}
	}
}

// TestModified is the time that the archive keeps.
func TestModified(t *testing.T) {
	path := put(t, t.TempDir(), "a.tar", tarOf(t, entry{"x", ""}))
	err := List([]string{path}, Options{}).Walk(context.Background(), func(in Input) error {
		defer in.Done()
		if want := time.Date(2014, 5, 6, 7, 8, 9, 0, time.UTC); !in.Hints.Modified.Equal(want) {
			t.Errorf("modified %v, want %v", in.Hints.Modified, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

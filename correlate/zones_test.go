package correlate

import (
	"testing"
	"time"
)

// The instants are those of GNU date -d, for the listings that Cisco prints.
func TestListDate(t *testing.T) {
	for s, want := range map[string]string{
		"Wed Jul 27 10:16:24 EDT 2011": "2011-07-27T14:16:24Z",
		"Tue Feb 24 16:37:45 CET 2015": "2015-02-24T15:37:45Z",
		"Tue Feb  3 01:02:03 UTC 2015": "2015-02-03T01:02:03Z",
		"2011-07-27T14:16:24Z":         "2011-07-27T14:16:24Z",
	} {
		got, slack, ok := listDate(s)
		if !ok || slack != 0 || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%q is %v, %v, %v, want %s", s, got, slack, ok, want)
		}
	}
	if _, slack, ok := listDate("Tue Feb 24 16:37:45 CST 2015"); !ok || slack != anyZone {
		t.Error("CST has several meanings")
	}
	for _, s := range []string{"", "yesterday", "Tue Feb 24 16:37:45 2015", "Tue Foo 24 16:37:45 EST 2015"} {
		if _, _, ok := listDate(s); ok {
			t.Errorf("%q is read as a date", s)
		}
	}
}

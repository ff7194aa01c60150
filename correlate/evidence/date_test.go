package evidence

import (
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	for in, want := range map[string]string{
		"2014-05-06": "2014-05-06T00:00:00Z", "2014-05-06 10:00": "2014-05-06T10:00:00Z", "2014-05-06 10:00:01": "2014-05-06T10:00:01Z",
		"2014-05-06T10:00:01+02:00": "2014-05-06T08:00:01Z", "06.05.2014": "2014-05-06T00:00:00Z", "2014/05/06": "2014-05-06T00:00:00Z",
		"yesterday": "", "2014-13-01": "", "": "",
	} {
		got, ok := Date(in)
		if s := got.UTC().Format(time.RFC3339); ok != (want != "") || ok && s != want {
			t.Errorf("%q is %s, %v, want %q", in, s, ok, want)
		}
	}
}

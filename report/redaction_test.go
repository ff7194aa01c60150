package report

import (
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/report/internal/sample"
)

// TestRedactionIsTold: a redacted report says so in every form that has room
// for a sentence, and counts.
func TestRedactionIsTold(t *testing.T) {
	r := sample.Report()
	r.Redaction = &correlate.Redaction{Kinds: []correlate.RedactedKind{{Kind: "ipv4", Distinct: 2, Count: 1041}, {Kind: "user", Distinct: 1, Count: 1}, {Kind: "mac"}}}
	for _, form := range []string{"text", "markdown"} {
		got := strings.Join(strings.Fields(render(t, form, r)), " ")
		for _, want := range []string{"Redacted: pseudonyms stand for names", "2 IPv4 addresses in 1,041 places, 1 user name in 1 place."} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is not there", form, want)
			}
		}
		if strings.Contains(render(t, form, sample.Report()), "Redacted") {
			t.Errorf("%s: a report that is not redacted says so", form)
		}
	}
	if got := render(t, "json", r); !strings.Contains(got, `"kind": "ipv4"`) || !strings.Contains(got, `"count": 1041`) {
		t.Error("json: no counts")
	}
}

package gather_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// The two console excerpts of Cisco TechNote 215014: the same phone reports its
// headset over HTTPS, first with an LSC of another cluster's CAPF, which the
// server refuses, then with its MIC, which it takes.
const (
	refusedLSC  = "215014_java_https_lsc_foreign_capf_failed.txt"
	acceptedMIC = "215014_java_https_ok.txt"
)

func judgeExcerpts(t *testing.T, names ...string) correlate.Phone {
	t.Helper()
	var list []*evidence.Bundle
	for _, name := range names {
		path := filepath.Join("testdata", name)
		list = append(list, gather.Decode(gather.Input{Name: name, Size: -1, Open: func() (io.ReadCloser, error) { return os.Open(path) }}, gather.Options{}))
	}
	r := correlate.Judge(evidence.Merge(list...), correlate.Options{})
	if len(r.Phones) != 1 || r.Phones[0].Name != "SEP2C3124C9F8E1" {
		t.Fatalf("phones %+v", r.Phones)
	}
	return r.Phones[0]
}

func findingOf(p correlate.Phone, id string) *correlate.Finding {
	for i := range p.Findings {
		if p.Findings[i].ID == id {
			return &p.Findings[i]
		}
	}
	return nil
}

func TestRefusedLSC(t *testing.T) {
	p := judgeExcerpts(t, refusedLSC)
	if p.Verdict.Class != "recoverable" || p.Verdict.Primary != "phone-certificate-refused-by-cucm" || p.Verdict.Confidence != "medium" {
		t.Errorf("verdict %+v", p.Verdict)
	}
	f := findingOf(p, "phone-certificate-refused-by-cucm")
	if f == nil {
		t.Fatal("the refusal is not told")
	}
	for _, want := range []string{"10.1.61.140:9444", "CAPF-0992727f", "LSC", "judges the server"} {
		if !strings.Contains(f.Summary, want) {
			t.Errorf("summary does not say %q: %s", want, f.Summary)
		}
	}
	for _, s := range f.Remedy {
		if strings.Contains(s.Text, "delete the CTL") && !strings.HasPrefix(s.Text, "Do not") {
			t.Errorf("remedy deletes a list: %s", s.Text)
		}
	}
	for _, id := range []string{"ccm-certificate-not-in-ctl", "tvs-cert-mismatch", "https-service-unverified"} {
		if findingOf(p, id) != nil {
			t.Errorf("%s: the phone is said to distrust the server", id)
		}
	}
	if p.Verdict.Deletion == "allowed" {
		t.Error("deletion is allowed")
	}
}

func TestAcceptedMIC(t *testing.T) {
	p := judgeExcerpts(t, acceptedMIC)
	for _, f := range p.Findings {
		if f.Class != "note" && f.Class != "ok" && f.Class != "inconclusive" {
			t.Errorf("a good handshake is called %s (%s): %s", f.Class, f.ID, f.Summary)
		}
	}
}

// Both together: the refusal is history.
func TestRefusedThenAccepted(t *testing.T) {
	p := judgeExcerpts(t, refusedLSC, acceptedMIC)
	f := findingOf(p, "phone-certificate-refused-by-cucm")
	if f == nil || f.Class != "note" || !strings.Contains(f.Summary, "its MIC") {
		t.Errorf("finding %+v", f)
	}
	if p.Verdict.Class == "recoverable" {
		t.Errorf("verdict %+v", p.Verdict)
	}
}

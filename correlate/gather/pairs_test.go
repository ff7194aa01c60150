package gather_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// The published excerpts of one story each, phone and server together where both
// are published. The verdicts are what the articles say of them.
func TestPublishedPairs(t *testing.T) {
	const console, trace = "../../phonelog/testdata/excerpts/", "../../tvstrace/testdata/excerpts/"
	for _, c := range []struct {
		name                       string
		files                      []string
		class, primary, confidence string
	}{
		{"Cisco TechNote 118699: directory opened with TVS", []string{console + "118699_secd_https_tvs_ok.txt", trace + "118699_tvs_cert_verification_ok.txt"}, "ok", "https-authenticated-via-tvs", "high"},
		{"118699: TVS refuses the hello, no certificate is judged", []string{console + "118699_secd_tvs_handshake_failed.txt"}, "recoverable", "tvs-handshake-failed", "medium"},
		{"118699: TVS does not know the certificate", []string{trace + "118699_tvs_cert_not_found.txt"}, "recoverable", "tvs-certificate-unknown-in-store", "high"},
		{"Cisco TechNote 213407: lists of the new cluster taken on the old TVS's word", []string{console + "213407_secureapp_ctl_itl_migrate_ok.txt", trace + "213407_tvs_query_cert_ok.txt"}, "ok", "itl-updated-via-tvs", "high"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var list []*evidence.Bundle
			for _, f := range c.files {
				list = append(list, gather.Decode(gather.Input{Name: filepath.Base(f), Size: -1, Open: func() (io.ReadCloser, error) { return os.Open(f) }}, gather.Options{}))
			}
			r := correlate.Judge(evidence.Merge(list...), correlate.Options{})
			if len(r.Phones) != 1 {
				t.Fatalf("%d phones, want one", len(r.Phones))
			}
			v := r.Phones[0].Verdict
			if v.Class != c.class || v.Primary != c.primary || v.Confidence != c.confidence || v.Deletion == "allowed" {
				t.Errorf("%s %s %s, deletion %s; want %s %s %s", v.Class, v.Primary, v.Confidence, v.Deletion, c.class, c.primary, c.confidence)
			}
		})
	}
}

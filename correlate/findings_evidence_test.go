package correlate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"trustline/correlate/evidence"
)

// dayAfter gives a day before or after the scene's first second.
func dayAfter(days int) string {
	return time.Unix(1700000000, 0).UTC().AddDate(0, 0, days).Format(time.RFC3339)
}

// input names a further input.
func (s *scene) input(name, kind string) {
	s.b.Header.Inputs = append(s.b.Header.Inputs, evidence.Input{Name: name, Kind: kind})
}

// lasts gives a certificate its dates.
func (s *scene) lasts(serial string, from, to int) {
	for i := range s.b.Objects {
		if c := s.b.Objects[i].Certificate; c != nil && c.Serial == serial {
			c.NotBefore, c.NotAfter = dayAfter(from), dayAfter(to)
		}
	}
}

// expired is a phone that answers TVS with alert 45.
func expired(to int) *scene {
	s := healthyBoot()
	s.tvs(10, nodeA, "alert", "bb01")
	a := &s.b.Events[len(s.b.Events)-1].TLS.Alerts[0]
	a.Code, a.Description = 45, "certificate_expired"
	s.lasts("bb01", -400, to)
	return s
}

// hiddenTLS hides the certificates of the last connection.
func (s *scene) hiddenTLS() {
	t := s.b.Events[len(s.b.Events)-1].TLS
	t.Hidden, t.ServerCertificates, t.Outcome = true, nil, "incomplete"
}

// behindGateway is a phone whose only peer is an Expressway.
func behindGateway() *scene {
	s := newScene()
	for i, port := range []string{"8443", "5061"} {
		s.tvs(float64(i), "203.0.113.9", "established", "e1")
		e := &s.b.Events[len(s.b.Events)-1]
		e.Phone, e.Server, e.TLS.Server, e.TLS.Service = phoneName, "203.0.113.9:"+port, "203.0.113.9:"+port, "https"
	}
	return s
}

func TestEvidenceQuality(t *testing.T) {
	near := func() *scene {
		s := regenerated()
		old := s.listAt("old")
		for i := range old.Records {
			old.Records[i].Serial, old.Records[i].Hash = "21002d17000000000005", ""
		}
		s.listAt("new").Signer.Serial = "21002d17000000000006"
		return s
	}
	testRaises(t, []raises{
		{"phone-clock-wrong", ClassRecoverable, "medium", func() *scene { return expired(365) }, map[string]func(*scene){
			"the certificate is past its end": func(s *scene) { s.lasts("bb01", -400, -1) },
			"its dates are not known": func(s *scene) {
				for i := range s.b.Objects {
					if c := s.b.Objects[i].Certificate; c != nil {
						c.NotAfter = ""
					}
				}
			},
			"the alert is another one": func(s *scene) {
				s.b.Events[len(s.b.Events)-1].TLS.Alerts[0].Code = 48
			},
		}},
		{"server-certificate-expired", ClassRecoverable, "high", func() *scene { return expired(-1) }, map[string]func(*scene){
			"the alert is another one":      func(s *scene) { s.b.Events[len(s.b.Events)-1].TLS.Alerts[0].Code = 48 },
			"it was valid at that moment":   func(s *scene) { s.lasts("bb01", -400, 365) },
			"another TVS answers the phone": func(s *scene) { s.tvs(20, nodeB, "established", "dd01") },
		}},
		{"certificate-expired-or-expiring", ClassDegraded, "high", func() *scene {
			s := healthyBoot()
			s.tvs(10, nodeA, "established", "bb01")
			s.lasts("bb01", -400, -1)
			return s
		}, map[string]func(*scene){
			"it has a year left":    func(s *scene) { s.lasts("bb01", -400, 365) },
			"an alert speaks of it": func(s *scene) { s.b.Events = append(s.b.Events, expired(-1).b.Events...) },
			"it was renewed since": func(s *scene) {
				s.tvs(20, nodeA, "established", "bb02")
				s.lasts("bb02", -1, 900)
			},
		}},
		{"capture-window-misses-boot", ClassInconclusive, "high", func() *scene {
			s := newScene()
			s.tvs(10, nodeA, "established", "bb01")
			s.says(10.1, "tvs_cert_verified", server(nodeA))
			return s
		}, map[string]func(*scene){
			"the list is asked for": func(s *scene) { s.transfer(1, "ITL"+phoneName+".tlv", "") },
			"file names are hidden": func(s *scene) {
				s.tvs(1, nodeA, "established", "cc01")
				s.b.Events[len(s.b.Events)-1].TLS.Service = "provisioning"
			},
			"no capture is there":         without("tls_connection"),
			"a gateway stands in between": instead(behindGateway),
		}},
		{"evidence-mixed-epochs", ClassNote, "high", func() *scene {
			s := healthyBoot()
			s.list("listed", "itl", "aa09", "SAST aa09", "TFTP aa09", "TVS bb09")
			o := &s.b.Objects[len(s.b.Objects)-1]
			o.Places, o.List.Origin, o.List.Modified = []evidence.Place{{Input: "show-itl.txt", Line: 1}}, "listing", dayAfter(30)
			s.input("show-itl.txt", "show-itl")
			return s
		}, map[string]func(*scene){
			"it is older than the boot": func(s *scene) { s.listAt("listed").Modified = dayAfter(-30) },
			"it has no date":            func(s *scene) { s.listAt("listed").Modified = "" },
		}},
		{"cert-identity-near-miss", ClassInconclusive, "high", near, map[string]func(*scene){
			"a hash decides": func(s *scene) {
				for i := range s.listAt("old").Records {
					s.listAt("old").Records[i].Hash = "h"
				}
			},
			"another digit differs too": func(s *scene) { s.listAt("new").Signer.Serial = "21002d17000000000116" },
			"they are equal":            func(s *scene) { s.listAt("new").Signer.Serial = "21002d17000000000005" },
		}},
		{"tls-certificates-hidden", ClassInconclusive, "high", func() *scene {
			s := newScene()
			s.list("only", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
			s.transfer(1, "ITL"+phoneName+".tlv", "only")
			s.tvs(2, nodeA, "established", "bb01")
			s.hiddenTLS()
			return s
		}, map[string]func(*scene){
			"another connection shows them": func(s *scene) { s.tvs(4, nodeA, "established", "bb01") },
			"no deciding port is used":      func(s *scene) { s.b.Events[len(s.b.Events)-1].TLS.Service = "https" },
		}},
		{"intermediary-in-path", ClassInconclusive, "high", behindGateway, map[string]func(*scene){
			"TVS is asked directly": func(s *scene) { s.tvs(4, nodeA, "established", "bb01") },
			"a file comes directly": func(s *scene) { s.transfer(4, "ITL"+phoneName+".tlv", "") },
		}},
	})
}

// One address that acts for two phones at once is a NAT; one that a second
// phone gets after the first is a lease.
func TestOneAddressForTwo(t *testing.T) {
	other := "SEP00112233AABB"
	for name, tt := range map[string]struct {
		sec  float64
		want bool
	}{"at once": {1.5, true}, "afterwards": {5000, false}} {
		s := healthyBoot()
		s.transfer(tt.sec, other+".cnf.xml.sgn", "")
		if got := has(s.judge(t), "intermediary-in-path") != nil; got != tt.want {
			t.Errorf("%s: raised %v", name, got)
		}
	}
}

// The quality of the evidence takes nothing from what is proved otherwise.
func TestEvidenceQualityDecidesNothing(t *testing.T) {
	s := healthyBoot()
	s.tvs(10, nodeA, "established", "bb01")
	s.hiddenTLS()
	p := s.judge(t)
	if f := has(p, "tls-certificates-hidden"); f == nil || p.Verdict.Class != ClassOK {
		t.Errorf("verdict %+v", p.Verdict)
	}
	late := newScene()
	late.list("file", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
	late.b.Objects[0].Places = []evidence.Place{{Input: "phone.tlv"}}
	late.input("phone.tlv", "itl")
	late.fact("origin:phone.tlv", "phone")
	late.tvs(10, nodeA, "established", "bb01")
	late.says(10.1, "tvs_cert_verified", server(nodeA))
	p = late.judge(t)
	if f := has(p, "capture-window-misses-boot"); f == nil || f.Class != ClassNote || p.Verdict.Class != ClassOK {
		t.Errorf("verdict %+v, finding %+v", p.Verdict, f)
	}
}

// Which certificate a bare log line is about nobody knows: no certificate is
// named, and no clock is blamed.
func TestExpiryFromTheLogAlone(t *testing.T) {
	s := newScene()
	s.says(1, "tls_alert", with("code", "45"), with("name", "EXPIRED_CERT"))
	p := s.judge(t)
	if p.Verdict.Class != ClassInconclusive {
		t.Errorf("verdict %+v", p.Verdict)
	}
	for _, id := range []string{"phone-clock-wrong", "certificate-expired-or-expiring"} {
		if has(p, id) != nil {
			t.Errorf("%s is raised from a log line", id)
		}
	}
	k := newCase(s.b, Options{})
	v := newView(k, k.phones[0])
	if a := v.ask("alert-certificate-expired"); a.Value != Yes || strings.Contains(a.Because, "CallManager") {
		t.Errorf("alert: %+v", a)
	}
	if a := v.ask("expired-certificate-on-wire"); a.Value != Unknown || !strings.Contains(a.Because, "2445") {
		t.Errorf("on the wire: %+v", a)
	}
}

// The alert's sender tells whose certificate is meant.
func TestWhoseCertificateExpired(t *testing.T) {
	k := newCase(expired(-1).b, Options{})
	a := newView(k, k.phones[0]).ask("expired-certificate-on-wire")
	if a.Value != Yes || !strings.Contains(a.Because, "TVS "+nodeA+":2445") || !strings.Contains(a.Because, "bb01") {
		t.Errorf("the phone's alert: %+v", a)
	}
	s := expired(365)
	l := s.b.Events[len(s.b.Events)-1].TLS
	l.Alerts[0].From, l.ClientCertificates = "server", []string{s.cert("4d43")}
	s.lasts("4d43", -4000, -2)
	k = newCase(s.b, Options{})
	if a := newView(k, k.phones[0]).ask("expired-certificate-on-wire"); a.Value != Yes || !strings.Contains(a.Because, "the phone's own certificate") {
		t.Errorf("the server's alert: %+v", a)
	}
}

// The size of a CTL tells two dates apart: a cluster has one CTL.
func TestCTLOfAnotherDate(t *testing.T) {
	for length, want := range map[int]bool{4712: true, 4762: false} {
		s := newScene()
		s.input("show-ctl.txt", "show-ctl")
		s.says(1, "file_request", with("file", "CTL"+phoneName+".tlv"), with("transfer", "27"))
		s.says(1.2, "file_download_done", with("transfer", "27"), with("bytes", "4762"))
		s.list("ctl", "ctl", "e001", "SAST e001", "CCM+TFTP aa01")
		o := &s.b.Objects[0]
		o.Places, o.List.Length, o.List.Origin = []evidence.Place{{Input: "show-ctl.txt", Line: 1}}, length, "listing"
		if f := has(s.judge(t), "evidence-mixed-epochs"); (f != nil) != want {
			t.Errorf("%d bytes listed, 4762 received: %+v", length, f)
		}
	}
}

// An alert that only a log tells of names no certificate: nothing is to be
// renewed before it is known whose has ended, and no command is built of a name
// that the phone does not have.
func TestExpiryThatOnlyALogTells(t *testing.T) {
	s := newScene()
	s.says(1, "tls_alert", with("code", "45"), with("name", "EXPIRED_CERT"))
	for i := range s.b.Events {
		s.b.Events[i].Phone = ""
	}
	r := Judge(s.b, Options{})
	if len(r.Phones) != 1 {
		t.Fatalf("%d phones", len(r.Phones))
	}
	p := r.Phones[0]
	f := has(p, "server-certificate-expired")
	if f == nil || len(f.Remedy) != 1 || !strings.HasPrefix(f.Remedy[0].Text, "Renew nothing yet") {
		t.Fatalf("remedy %+v", f)
	}
	for _, f := range p.Findings {
		for _, step := range slices.Concat(f.Remedy, f.CollectNext) {
			if strings.Contains(step.Command, "phone of ") || strings.Contains(step.Text, "CallManager.pem") {
				t.Errorf("%s: %+v", f.ID, step)
			}
		}
	}
}

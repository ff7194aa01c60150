package correlate

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

// What ends without a word is not well: a healthy boot is ok, and each of these
// ends of it leaves the verdict open, with the reason told.
func TestEndsThatSayNothing(t *testing.T) {
	wireOnly := func() *scene {
		s := newScene()
		s.list("itl1", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
		s.config("cfg1", "aa01", nodeA)
		s.b.Objects[0].Places = append(s.b.Objects[0].Places, evidence.Place{Input: "phone.tlv"})
		s.input("phone.tlv", "itl")
		s.fact("origin:phone.tlv", "phone")
		s.transfer(0, "CTL"+phoneName+".tlv", "")
		s.transfer(1, ownITL, "itl1")
		s.transfer(2, ownConfig, "cfg1")
		s.observed(5, "registration_ok", server(nodeA+":5060"))
		return s
	}
	for name, s := range map[string]*scene{"console": healthyBoot(), "capture": wireOnly()} {
		if p := s.judge(t); p.Verdict.Class != ClassOK {
			t.Fatalf("%s: a healthy boot is %s %s", name, p.Verdict.Class, p.Verdict.Primary)
		}
	}
	tests := map[string]struct {
		scene  *scene
		change func(*scene)
		says   string
	}{
		"the log ends with the download of the configuration": {healthyBoot(), func(s *scene) {
			without("config_verified")(s)
			s.says(2.02, "file_download_done", with("file", ownConfig))
		}, "says nothing of this one"},
		"the log ends before the registration": {healthyBoot(), func(s *scene) {
			s.says(4, "tls_client_cert", with("app", "SCCP"), with("type", "LSC"))
		}, "nothing in evidence says whether it registered"},
		"TLS 1.3 hides what TVS made of it": {wireOnly(), func(s *scene) {
			s.tvs(10, nodeA, "alert", "bb01")
			s.hiddenTLS()
			s.last().TLS.Outcome = "closed"
		}, "TLS 1.3 hides what came of it"},
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		tt := tests[name]
		tt.change(tt.scene)
		p := tt.scene.judge(t)
		if f := has(p, "evidence-insufficient"); p.Verdict.Class != ClassInconclusive || f == nil || !strings.Contains(f.Summary, tt.says) {
			t.Errorf("%s: %s %s, %+v", name, p.Verdict.Class, p.Verdict.Primary, f)
		}
	}
	s := healthyBoot()
	s.says(4, "tls_client_cert", with("app", "SCCP"), with("type", "LSC"))
	s.traced(5, "ccm-sdi", "tls_cipher", with("device_mode", "3"))
	if p := s.judge(t); p.Verdict.Class != ClassOK || p.Verdict.Registered != "yes" {
		t.Errorf("call control tells of the registration: %s, registered %s", p.Verdict.Class, p.Verdict.Registered)
	}
}

// Beside a trouble that a server mends, a list of which nothing says what the
// phone made of it may be one that it refused for good.
func TestTroubleBesideAnOpenList(t *testing.T) {
	waiting := func() *scene {
		s := newScene()
		s.list("itl1", "itl", "aa02", "SAST aa02", "TFTP aa02", "TVS bb02")
		s.transfer(1, ownITL, "itl1")
		cert := s.certificate("CN=cucm-a1", "", "cc09", "2020-01-01T00:00:00Z")
		s.list("ctl1", "ctl", "e001", "SAST e001", "CCM+TFTP cc01")
		s.b.Objects[len(s.b.Objects)-1].Places = []evidence.Place{{Input: "ctl.tlv"}}
		s.input("ctl.tlv", "ctl")
		s.fact("origin:ctl.tlv", "phone")
		s.secure(10, nodeA+":2443", "client-alert", cert, "", "unknown_ca")
		return s
	}
	s := waiting()
	p := s.judge(t)
	if has(p, "ccm-certificate-not-in-ctl") == nil || p.Verdict.Class != ClassInconclusive {
		t.Errorf("nothing tells of the list: %s %s %+v", p.Verdict.Class, p.Verdict.Primary, p.Findings)
	}
	s = waiting()
	s.says(1.5, "signature_ok", with("header_length", "296"))
	if p := s.judge(t); p.Verdict.Class != ClassRecoverable {
		t.Errorf("the list was taken: %s %s", p.Verdict.Class, p.Verdict.Primary)
	}
	// Of a phone whose lists nobody knows, which goes on to register and asks no TVS,
	// nothing points at a refusal.
	s = newScene()
	s.list("itl1", "itl", "aa02", "SAST aa02", "TFTP aa02", "TVS bb02")
	s.transfer(1, ownITL, "itl1")
	server := s.certificate("CN=cucm-a1", "", "cc09", "2020-01-01T00:00:00Z")
	s.secure(10, nodeA+":2443", "server-alert", server, s.certificate("CN=CP-8861-"+phoneName, "CN=CAPF-0992727f", "dd01", "2020-01-01T00:00:00Z"), "unknown_ca")
	if p := s.judge(t); p.Verdict.Class != ClassRecoverable || p.Verdict.Primary != "phone-certificate-refused-by-cucm" {
		t.Errorf("nothing points at a refusal: %s %s", p.Verdict.Class, p.Verdict.Primary)
	} else if p.Verdict.Deletion != "open" || !strings.Contains(p.Verdict.Advice, "mended on the servers") {
		t.Errorf("a fault of the servers asks for the rows of the gate: %s", p.Verdict.Advice)
	}
}

// A phone that was told that its configuration is not there is not called well, until
// it gets one.
func TestNoConfigurationThere(t *testing.T) {
	s := healthyBoot()
	s.transfer(20, ownConfig, "")
	s.ends("error", 0, 1)
	p := s.judge(t)
	if f := has(p, "evidence-insufficient"); p.Verdict.Class != ClassInconclusive || f == nil || !strings.Contains(f.Summary, "got no configuration since") {
		t.Errorf("%s %s, %+v", p.Verdict.Class, p.Verdict.Primary, f)
	}
	s.transfer(22, "XMLDefault.cnf.xml", "")
	s.ends("complete", 1000, 0)
	if p := s.judge(t); p.Verdict.Class != ClassOK {
		t.Errorf("with the default one: %s %s", p.Verdict.Class, p.Verdict.Primary)
	}
}

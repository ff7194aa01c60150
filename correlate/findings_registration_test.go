package correlate

import (
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

// Names of the two clusters of these scenes.
const (
	capfA = "CN=CAPF-9c4cba7d;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US"
	capfB = "CN=CAPF-0992727f;OU=Voice;O=Cisco;L=Mexico City;ST=Mexico City;C=MX"
	micCA = "CN=Cisco Manufacturing CA SHA2;O=Cisco"
	self  = "CN=CP-7942G-" + phoneName + ";OU=CTG;O=Cisco Systems Inc."
)

// certificate adds a certificate in full; "" as issuer means self-signed.
func (s *scene) certificate(subject, issuer, serial, notBefore string) string {
	if issuer == "" {
		issuer = subject
	}
	id := "cert" + serial
	s.b.Objects = append(s.b.Objects, evidence.Object{Kind: "object", Object: "certificate", ID: id, Places: []evidence.Place{{Input: "cap", Frame: 1}},
		Certificate: &evidence.Certificate{Subject: subject, Issuer: issuer, Serial: serial, SHA1: "hash" + serial, SHA256: id, NotBefore: notBefore, KeyText: "RSA 2048"}})
	return id
}

// secure adds a connection to a port of CAPF or secure registration. The
// server presents cert, the phone own; "" means not seen. outcome: established,
// no-answer, refused, client-alert, server-alert, hello-alert, closed.
func (s *scene) secure(sec float64, to, outcome, cert, own, alert string) *evidence.TLS {
	service := map[string]string{"2443": "sccp-tls", "5061": "sip-tls", "3804": "capf", "9444": "https"}[portOf(to)]
	m := map[string]evidence.Mark{"syn": s.mark(sec)}
	t := &evidence.TLS{Client: phoneIP + ":41000", Server: to, Service: service, Outcome: outcome, Marks: m, Syns: []evidence.Mark{m["syn"]}}
	answer := func(from string, code int) {
		t.Outcome = "alert"
		t.Alerts = []evidence.Alert{{Mark: s.mark(sec + 0.05), From: from, Level: "fatal", Code: code, Description: alert}}
	}
	if cert != "" {
		m["server_certificate"] = s.mark(sec + 0.01)
		t.ServerCertificates = []string{cert}
	}
	if own != "" {
		t.CertificateRequested = true
		m["client_certificate"] = s.mark(sec + 0.02)
		t.ClientCertificates = []string{own}
	}
	switch outcome {
	case "no-answer":
		t.Syns = append(t.Syns, s.mark(sec+1), s.mark(sec+3), s.mark(sec+7))
	case "client-alert":
		answer("client", 48)
	case "server-alert":
		m["client_finished_ccs"] = s.mark(sec + 0.03)
		answer("server", 48)
	case "hello-alert":
		t.ClientVersion = "TLS1.0"
		answer("server", 70)
	case "closed":
		t.ClosedBy = "client"
	case "established":
		m["client_finished_ccs"], m["server_finished_ccs"] = s.mark(sec+0.03), s.mark(sec+0.04)
		m["client_data"], m["server_data"] = s.mark(sec+0.05), s.mark(sec+0.06)
	}
	m["end"] = s.mark(sec + 1)
	s.b.Events = append(s.b.Events, evidence.Event{Kind: "event", Place: evidence.Place{Input: "cap", Frame: m["syn"].Frame}, Clock: m["syn"].Clock, Dialect: "capture", Event: "tls_connection",
		Address: phoneIP, Server: to, TLS: t, Detail: map[string]string{}})
	return t
}

// lastTLS gives the connection added last.
func (s *scene) lastTLS() *evidence.TLS {
	for i := len(s.b.Events) - 1; i >= 0; i-- {
		if t := s.b.Events[i].TLS; t != nil {
			return t
		}
	}
	return nil
}

// record sets the names of a record of a list.
func (s *scene) record(list string, n int, subject, issuer string) {
	for i := range s.b.Objects {
		if s.b.Objects[i].ID == list {
			r := &s.b.Objects[i].List.Records[n-1]
			r.Subject, r.Issuer = subject, issuer
		}
	}
}

// config sets what the phone's configuration orders.
func (s *scene) orders(security, capfMode string) {
	for i := range s.b.Objects {
		if c := s.b.Objects[i].Config; c != nil {
			c.Security, c.CAPFMode = security, capfMode
		}
	}
}

// mixedBoot is a phone of a cluster in mixed mode that takes its CTL, ITL and
// configuration. Record 4 of the CTL is CAPF, serial cc01.
func mixedBoot() *scene {
	s := newScene()
	s.list("ctl1", "ctl", "ee01", "SAST ee01", "SAST ee02", "CCM+TFTP aa01", "CAPF cc01")
	s.list("itl1", "itl", "aa01", "SAST aa01", "CCM+TFTP aa01", "TVS bb01", "CAPF cc01")
	s.record("ctl1", 4, capfA, capfA)
	s.record("itl1", 4, capfA, capfA)
	s.config("cfg1", "aa01", nodeA)
	s.orders("3", "0")
	s.transfer(0, "CTL"+phoneName+".tlv", "ctl1")
	s.says(0.1, "signature_ok", with("header_length", "296"))
	s.transfer(1, "ITL"+phoneName+".tlv", "itl1")
	s.says(1.1, "signature_ok", with("header_length", "296"))
	s.transfer(2, phoneName+".cnf.xml.sgn", "cfg1")
	s.says(2.1, "config_verified", with("file", phoneName+".cnf.xml"))
	return s
}

func lscOf(s *scene, issuer string) string {
	return s.certificate(self, issuer, "dd01", "2011-05-01T00:00:00Z")
}

// registers lets the phone register over TLS.
func registers(sec float64) func(*scene) {
	return func(s *scene) {
		s.secure(sec, nodeA+":2443", "established", s.cert("aa01"), s.certificate(self, capfA, "dd09", "2011-06-01T00:00:00Z"), "")
	}
}

func TestRegistrationFindings(t *testing.T) {
	addCM := func(s *scene) {
		s.traced(300, "callmanager-sdi", "tls_cipher", with("device_mode", "3"), with("cipher", "AES128-SHA"))
	}
	testRaises(t, []raises{
		{"secure-registration-ok", ClassOK, "high", func() *scene {
			s := mixedBoot()
			registers(100)(s)
			return s
		}, map[string]func(*scene){
			"the phone registered in clear later": func(s *scene) { s.observed(200, "registration_ok", server(nodeA+":2000")) },
			"the handshake was not done":          func(s *scene) { s.lastTLS().Outcome = "incomplete" },
			"TLS 1.3 hides what was accepted":     func(s *scene) { s.lastTLS().Hidden = true },
			"the server refused the phone":        func(s *scene) { s.secure(200, nodeA+":2443", "server-alert", "certaa01", "certdd09", "unknown_ca") },
		}},
		{"secure-registration-port-blocked", ClassRecoverable, "high", func() *scene {
			s := mixedBoot()
			s.secure(100, nodeA+":2443", "no-answer", "", "", "")
			return s
		}, map[string]func(*scene){
			"a single SYN proves nothing":   func(s *scene) { s.lastTLS().Syns = s.lastTLS().Syns[:1] },
			"another attempt was answered":  registers(110),
			"call control registered it":    addCM,
			"nothing else of the host seen": func(s *scene) { s.lastTLS().Server = "10.1.1.99:2443" },
		}},
		{"ccm-certificate-not-in-ctl", ClassRecoverable, "high", func() *scene {
			s := mixedBoot()
			s.secure(100, nodeA+":2443", "client-alert", s.cert("aa77"), "", "unknown_ca")
			return s
		}, map[string]func(*scene){
			"the CTL holds it":          func(s *scene) { s.lastTLS().ServerCertificates = []string{s.cert("aa01")} },
			"the alert is the server's": func(s *scene) { s.lastTLS().Alerts[0].From = "server" },
			"the certificate is on a curve": func(s *scene) {
				for i := range s.b.Objects {
					if c := s.b.Objects[i].Certificate; c != nil && c.Serial == "aa77" {
						c.KeyText = "EC P-256"
					}
				}
			},
			"the peer is an SRST router": func(s *scene) {
				s.lastTLS().Server = "10.7.7.1:2443"
				for i := range s.b.Objects {
					if c := s.b.Objects[i].Config; c != nil {
						c.CallManager = []string{nodeA}
					}
				}
			},
		}},
		{"phone-certificate-refused-by-cucm", ClassRecoverable, "high", func() *scene {
			s := mixedBoot()
			s.secure(100, nodeA+":2443", "server-alert", s.cert("aa01"), lscOf(s, capfB), "unknown_ca")
			return s
		}, map[string]func(*scene){
			"the alert is the phone's": func(s *scene) {
				s.lastTLS().Alerts[0].From = "client"
				delete(s.lastTLS().Marks, "client_finished_ccs")
			},
			"the phone showed no certificate": func(s *scene) { s.lastTLS().ClientCertificates = nil },
			"the alert ends a good session": func(s *scene) {
				s.lastTLS().Alerts[0].Description, s.lastTLS().Alerts[0].Level = "close_notify", "warning"
			},
		}},
		{"mic-roots-removed", ClassRecoverable, "high", func() *scene {
			s := mixedBoot()
			s.says(99, "no_lsc_fallback_mic", with("app", "SCCP"))
			s.secure(100, nodeA+":2443", "server-alert", s.cert("aa01"), s.certificate(self, micCA, "ff01", ""), "unknown_ca")
			return s
		}, map[string]func(*scene){
			"the phone showed an LSC":     func(s *scene) { s.lastTLS().ClientCertificates = []string{lscOf(s, capfA)} },
			"the server accepted the MIC": func(s *scene) { l := s.lastTLS(); l.Outcome, l.Alerts = "established", nil },
		}},
		{"security-profile-mismatch", ClassRecoverable, "high", func() *scene {
			s := mixedBoot()
			s.traced(100, "syslog", "alarm", with("alarm", "ConnectionFailure"), with("reason", "2"), of(phoneName, ""))
			return s
		}, map[string]func(*scene){
			"the reason is another":         func(s *scene) { s.b.Events[len(s.b.Events)-1].Detail["reason"] = "9" },
			"the alarm is another device's": func(s *scene) { of("SEP00000000AAAA", "10.9.9.77")(&s.b.Events[len(s.b.Events)-1]) },
			"the certificate itself was refused": func(s *scene) {
				s.secure(101, nodeA+":2443", "server-alert", s.cert("aa01"), lscOf(s, capfB), "unknown_ca")
			},
		}},
		{"tls-version-or-cipher-mismatch", ClassRecoverable, "high", func() *scene {
			s := mixedBoot()
			s.secure(100, nodeA+":2443", "hello-alert", "", "", "protocol_version")
			return s
		}, map[string]func(*scene){
			"certificates were exchanged": func(s *scene) { s.lastTLS().Marks["server_certificate"] = s.mark(100.01) },
			"the next attempt came about": registers(110),
			"it is another alert":         func(s *scene) { s.lastTLS().Alerts[0].Description = "internal_error" },
		}},
		{"server-key-not-fips", ClassRecoverable, "high", func() *scene {
			s := mixedBoot()
			s.says(100, "fips_key_too_small")
			return s
		}, map[string]func(*scene){
			"the key is long enough": func(s *scene) {
				s.secure(99, nodeA+":2443", "client-alert", s.certificate("CN=cucm-a1", "", "aa01", ""), "", "bad_certificate")
			},
			"the phone does not say so": without("fips_key_too_small"),
		}},
		{"registered-nonsecure", ClassDegraded, "high", func() *scene {
			s := mixedBoot()
			s.observed(100, "registration_ok", server(nodeA+":2000"))
			return s
		}, map[string]func(*scene){
			"the profile is non-secure":     func(s *scene) { s.orders("1", "0") },
			"the phone registered over TLS": registers(200),
			"it registers by OAuth":         func(s *scene) { s.secure(99, nodeA+":5091", "established", s.cert("aa01"), "", "") },
		}},
		{"upgrade-secure-7x-ctl-not-refreshed", ClassRecoverable, "medium", func() *scene {
			s := mixedBoot()
			s.dated("ctl1", "2009-03-04T10:00:00Z")
			s.fact("cucm-version", "8.6")
			s.secure(100, nodeA+":2443", "client-alert", s.cert("aa77"), "", "unknown_ca")
			return s
		}, map[string]func(*scene){
			"the CTL is younger":            func(s *scene) { s.dated("ctl1", "2011-08-04T10:00:00Z") },
			"the release is not known":      func(s *scene) { s.b.Facts = nil },
			"the certificate is in the CTL": func(s *scene) { s.lastTLS().ServerCertificates = []string{s.cert("aa01")} },
		}},
	})
}

// dated sets the date of a list.
func (s *scene) dated(list, when string) {
	for i := range s.b.Objects {
		if s.b.Objects[i].ID == list {
			s.b.Objects[i].List.Modified = when
		}
	}
}

// Whose certificate was refused decides what the report says and advises.
func TestWhoseCertificateWasRefused(t *testing.T) {
	refuse := func(s *scene, own string) *scene {
		s.secure(2000, nodeA+":5061", "server-alert", s.cert("aa01"), own, "unknown_ca")
		return s
	}
	tests := map[string]struct {
		make   func() *scene
		says   string
		remedy string
	}{
		"issued by a CAPF of another organisation": {func() *scene { s := mixedBoot(); return refuse(s, lscOf(s, capfB)) }, "another cluster", "delete the old LSC"},
		"issued before the CAPF certificate of today": {func() *scene {
			s := mixedBoot()
			s.secure(50, nodeA+":3804", "established", s.certificate(capfA, "", "cc01", "2015-01-01T00:00:00Z"), "", "")
			return refuse(s, lscOf(s, capfA))
		}, "former CAPF", "back into CallManager-trust"},
		"issued by an authority outside": {func() *scene { s := mixedBoot(); return refuse(s, lscOf(s, "CN=corp-issuing-ca;DC=corp")) }, "authority outside", "CSCut87382"},
		"issued by a CAPF that an authority signed": {func() *scene {
			s := mixedBoot()
			s.record("ctl1", 4, capfA, "CN=corp-root")
			return refuse(s, lscOf(s, capfA))
		}, "authority outside", "root"},
		"issued by a CAPF of the same place": {func() *scene {
			s := mixedBoot()
			return refuse(s, lscOf(s, strings.Replace(capfA, "9c4cba7d", "11112222", 1)))
		}, "not settled", "If it is the CAPF of another cluster"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := has(tt.make().judge(t), "phone-certificate-refused-by-cucm")
			if f == nil || f.Class != ClassRecoverable {
				t.Fatalf("finding %+v", f)
			}
			if !strings.Contains(f.Summary, tt.says) {
				t.Errorf("summary %q does not say %q", f.Summary, tt.says)
			}
			all := ""
			for _, s := range f.Remedy {
				all += s.Text + "\n"
			}
			if !strings.Contains(all, tt.remedy) {
				t.Errorf("remedy does not say %q:\n%s", tt.remedy, all)
			}
		})
	}
}

// A refusal that was cured is history; one at which another node still takes
// the phone costs redundancy only.
func TestRefusalCuredOrCovered(t *testing.T) {
	s := mixedBoot()
	s.secure(100, nodeA+":2443", "server-alert", s.cert("aa01"), lscOf(s, capfB), "unknown_ca")
	registers(500)(s)
	p := s.judge(t)
	if f := has(p, "phone-certificate-refused-by-cucm"); f == nil || f.Class != ClassNote || !strings.Contains(f.Summary, "History") {
		t.Errorf("cured: %+v", f)
	}
	if p.Verdict.Class != ClassOK || p.Verdict.Primary != "secure-registration-ok" {
		t.Errorf("verdict %+v", p.Verdict)
	}
	s = mixedBoot()
	s.secure(100, nodeA+":2443", "server-alert", s.cert("aa01"), lscOf(s, capfB), "unknown_ca")
	s.secure(110, nodeB+":2443", "established", s.cert("aa01"), "certdd01", "")
	if f := has(s.judge(t), "phone-certificate-refused-by-cucm"); f == nil || f.Class != ClassDegraded {
		t.Errorf("taken by another node: %+v", f)
	}
}

// The phone's "Certificate is valid" judges the server: the handshake that
// fails after it fails because of the phone's certificate.
func TestServerCertificateValidThenFailed(t *testing.T) {
	talk := func(s *scene, end string) {
		s.says(100, "tls_start", with("purpose", "HTTPS_TLS"))
		s.says(100.1, "tls_client_cert", with("type", "LSC"), with("issuer", "/C=MX/O=Cisco/OU=Voice/CN=CAPF-0992727f/ST=Mexico City/L=Mexico City"))
		s.says(100.2, "local_trust_list_miss")
		s.says(100.5, "server_cert_valid")
		s.says(100.9, end)
	}
	s := newScene()
	talk(s, "tls_handshake_failed")
	p := s.judge(t)
	if p.Verdict.Primary != "phone-certificate-refused-by-cucm" || p.Verdict.Class != ClassRecoverable || p.Verdict.Confidence != "medium" {
		t.Errorf("verdict %+v", p.Verdict)
	}
	if f := has(p, "phone-certificate-refused-by-cucm"); f == nil || !strings.Contains(f.Summary, "CAPF-0992727f") || !strings.Contains(f.Summary, "does not speak against it") {
		t.Errorf("finding %+v", f)
	}
	if has(p, "ccm-certificate-not-in-ctl") != nil {
		t.Error("the phone is said to distrust the server")
	}
	s = newScene()
	talk(s, "tls_handshake_ok")
	if p := s.judge(t); has(p, "phone-certificate-refused-by-cucm") != nil {
		t.Error("a good handshake is called a refusal")
	}
}

// Call control's own words: a failed verification of the phone's chain.
func TestCallControlRefused(t *testing.T) {
	s := mixedBoot()
	s.traced(100, "callmanager-sdl", "cm_tls_failure", with("openssl_error", "20"), with("peer", phoneIP+":51948"))
	p := s.judge(t)
	if f := has(p, "phone-certificate-refused-by-cucm"); f == nil || !strings.Contains(f.Summary, "not in the trust store") {
		t.Errorf("finding %+v of %+v", f, p.Verdict)
	}
	// One step of checking that failed, without the word that the connection did.
	s = mixedBoot()
	s.traced(100, "callmanager-sdl", "cert_verification_failed", with("openssl_error", "20"), with("depth", "0"))
	if has(s.judge(t), "phone-certificate-refused-by-cucm") != nil {
		t.Error("verify_cb alone is called a refusal")
	}
}

// The healthy phone of DOC-18834: CAPF, then 2443, in the trace and on the wire.
func TestHealthyMixedMode(t *testing.T) {
	s := mixedBoot()
	old := s.certificate(capfA, "", "cc01", "2011-04-05T00:00:00Z")
	s.secure(50, nodeA+":3804", "established", old, "", "")
	capfTrace(s, 50, "0")
	s.secure(2100, nodeA+":2443", "established", s.cert("aa01"), lscOf(s, capfA), "")
	s.traced(2101, "callmanager-sdi", "cert_verification", with("preverified", "1"), with("openssl_error", "0"), with("depth", "0"))
	s.traced(2103, "callmanager-sdi", "security_modes", with("cluster", "1"), with("device_mode", "3"))
	s.traced(2103, "callmanager-sdi", "tls_cipher", with("device_mode", "3"), with("cipher", "AES128-SHA"))
	p := s.judge(t)
	if p.Verdict.Class != ClassOK || p.Verdict.Primary != "secure-registration-ok" || p.Verdict.Confidence != "high" {
		t.Errorf("verdict %+v", p.Verdict)
	}
	if f := has(p, "lsc-installed"); f == nil || f.Confidence != "high" || !strings.Contains(f.Summary, "12.8 s") {
		t.Errorf("LSC: %+v", f)
	}
	if has(p, "trust-lists-verified") == nil {
		t.Errorf("lists: %+v", p.Findings)
	}
}

// A phone moved from cluster A to B: B's lists came through A's TVS, and B
// refuses the LSC that A's CAPF issued. The evidence says so from both lists.
func TestMovedWithForeignLSC(t *testing.T) {
	s := newScene()
	s.list("itlA", "itl", "aa01", "SAST aa01", "CCM+TFTP aa01", "TVS bb01", "CAPF cc01")
	s.record("itlA", 4, capfA, capfA)
	s.list("itlB", "itl", "aa02", "SAST aa02", "CCM+TFTP aa02", "TVS bb02", "CAPF cc02")
	for i := 1; i <= 3; i++ {
		s.record("itlB", i, "CN=cucm-b1", "CN=cucm-b1")
	}
	capfNew := strings.Replace(capfA, "9c4cba7d", "55556666", 1)
	s.record("itlB", 4, capfNew, capfNew)
	s.transfer(1, "ITL"+phoneName+".tlv", "itlA")
	s.says(1.1, "signature_ok", with("header_length", "296"))
	s.transfer(1001, "ITL"+phoneName+".tlv", "itlB")
	s.says(1001.5, "tvs_query_cert_request")
	s.says(1001.6, "tvs_response", with("bytes", "1480"))
	s.says(1002, "signature_ok", with("header_length", "296"))
	s.says(1010, "server_cert_valid")
	s.secure(1010, "10.2.2.11:5061", "server-alert", s.cert("aa02"), lscOf(s, capfA), "unknown_ca")
	p := s.judge(t)
	if p.Verdict.Class != ClassRecoverable || p.Verdict.Primary != "phone-certificate-refused-by-cucm" || p.Verdict.Confidence != "high" {
		t.Errorf("verdict %+v", p.Verdict)
	}
	f := has(p, "phone-certificate-refused-by-cucm")
	if f == nil || !strings.Contains(f.Summary, "another cluster") || !strings.Contains(f.Summary, "CAPF-9c4cba7d") || !strings.Contains(f.Summary, "answered the phone's certificate") {
		t.Errorf("finding %+v", f)
	}
	if has(p, "itl-updated-via-tvs") == nil {
		t.Errorf("the list part is not told as healed: %+v", p.Findings)
	}
}

// The last word of each host counts: a phone that was registered and now gets
// no answer is blocked; one that another node still holds is not.
func TestSilentAfterRegistration(t *testing.T) {
	s := mixedBoot()
	registers(100)(s)
	s.secure(900, nodeA+":2443", "no-answer", "", "", "")
	p := s.judge(t)
	if p.Verdict.Primary != "secure-registration-port-blocked" || p.Verdict.Class != ClassRecoverable || has(p, "secure-registration-ok") != nil {
		t.Errorf("verdict %+v", p.Verdict)
	}
	s = mixedBoot()
	registers(100)(s)
	s.secure(900, nodeB+":2443", "no-answer", "", "", "")
	if p := s.judge(t); has(p, "secure-registration-port-blocked") != nil || p.Verdict.Primary != "secure-registration-ok" {
		t.Errorf("the backup alone is silent: verdict %+v", p.Verdict)
	}
}

// A connection to another node that outlives the refusal still carries the phone.
func TestRefusedByTheBackupOnly(t *testing.T) {
	s := mixedBoot()
	registers(100)(s)
	l := s.lastTLS()
	s.secure(200, nodeB+":2443", "server-alert", s.cert("aa01"), "certdd09", "unknown_ca")
	l.Marks["end"] = s.mark(5000)
	if f := has(s.judge(t), "phone-certificate-refused-by-cucm"); f == nil || f.Class != ClassDegraded {
		t.Errorf("finding %+v", f)
	}
}

// While TVS is asked, the handshake that needs the answer waits; the lines
// after the answer are its own.
func TestTVSInsideAHandshake(t *testing.T) {
	s := newScene()
	s.says(100, "tls_start", with("purpose", "HTTPS_TLS"))
	s.says(100.1, "tls_client_cert", with("type", "LSC"), with("issuer", capfB))
	s.says(100.2, "tvs_connect_attempt", server(nodeA+":2445"))
	s.says(100.3, "server_cert_valid")
	s.says(100.4, "tls_handshake_ok")
	s.says(100.5, "server_cert_valid")
	s.says(100.9, "tls_handshake_failed")
	if has(s.judge(t), "phone-certificate-refused-by-cucm") == nil {
		t.Error("the refusal is not told")
	}
	// A TVS whose handshake fails is another matter.
	s = newScene()
	s.says(100.2, "tvs_connect_attempt", server(nodeA+":2445"))
	s.says(100.25, "tls_client_cert", with("type", "LSC"), with("issuer", capfB))
	s.says(100.3, "server_cert_valid")
	s.says(100.4, "tls_handshake_failed")
	if has(s.judge(t), "phone-certificate-refused-by-cucm") != nil {
		t.Error("a failed connection to TVS is called a refusal of the phone")
	}
}

// A registration in clear from before the secure configuration says nothing.
func TestClearBeforeTheConfiguration(t *testing.T) {
	s := mixedBoot()
	s.observed(0.5, "registration_ok", server(nodeA+":2000"))
	if has(s.judge(t), "registered-nonsecure") != nil {
		t.Error("an older registration is held against the configuration")
	}
}

// Without any CTL in evidence the cause is inferred, and the verdict open.
func TestCTLNotInEvidence(t *testing.T) {
	s := newScene()
	s.list("itl1", "itl", "aa01", "SAST aa01", "CCM+TFTP aa01", "TVS bb01")
	s.transfer(1, "ITL"+phoneName+".tlv", "itl1")
	s.says(1.1, "signature_ok", with("header_length", "296"))
	s.secure(100, nodeA+":2443", "client-alert", s.cert("aa77"), "", "unknown_ca")
	p := s.judge(t)
	if f := has(p, "ccm-certificate-not-in-ctl"); f == nil || f.Confidence != "low" || p.Verdict.Class != ClassInconclusive {
		t.Errorf("finding %+v, verdict %+v", f, p.Verdict)
	}
}

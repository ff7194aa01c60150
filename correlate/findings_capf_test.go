package correlate

import (
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

// capfTrace adds the lines of one session with CAPF; code is its result, "" for
// none, and the key arrives only in a session that goes well.
func capfTrace(s *scene, sec float64, code string) {
	say := func(at float64, event string, more ...func(*evidence.Event)) {
		s.traced(at, "capf-sdi", event, append(more, of(phoneName, phoneIP))...)
	}
	say(sec, "capf_phone_connection")
	say(sec+1.1, "capf_tls_handshake_ok")
	say(sec+1.11, "capf_auth_req")
	if code == "0" {
		say(sec+1.4, "capf_request_in_progress")
		say(sec+14.217, "capf_key_gen_res")
		say(sec+14.22, "capf_cert_generated")
		say(sec+14.8, "capf_cert_upgraded")
		return
	}
	if code != "" {
		say(sec+2, "capf_result", with("result_code", code))
	}
}

// atCAPF is a phone of a mixed cluster that goes to CAPF, whose certificate is
// the one of the lists.
func atCAPF(outcome, serial string) *scene {
	s := mixedBoot()
	s.orders("3", "1")
	s.secure(50, nodeA+":3804", outcome, s.certificate(capfA, "", serial, "2011-04-05T00:00:00Z"), "", "unknown_ca")
	return s
}

// authority says whether a CAPF certificate has the extensions of one.
func authority(s *scene, serial, is string) string {
	id := s.certificate(capfA, "", serial, "")
	for i := range s.b.Objects {
		if o := &s.b.Objects[i]; o.ID == id {
			o.Certificate.CA = is
		}
	}
	return id
}

func TestCAPFFindings(t *testing.T) {
	result := func(code string) func() *scene {
		return func() *scene { s := atCAPF("established", "cc01"); capfTrace(s, 50, code); return s }
	}
	noResult := without("capf_result")
	testRaises(t, []raises{
		{"lsc-installed", ClassOK, "high", result("0"), map[string]func(*scene){
			"the phone stored nothing": without("capf_cert_upgraded"),
			"a later operation failed": func(s *scene) { capfTrace(s, 900, "4") },
		}},
		{"capf-port-blocked", ClassRecoverable, "high", func() *scene {
			s := mixedBoot()
			s.secure(50, nodeA+":3804", "no-answer", "", "", "")
			return s
		}, map[string]func(*scene){
			"a single SYN proves nothing":   func(s *scene) { s.lastTLS().Syns = s.lastTLS().Syns[:1] },
			"nothing else of the host seen": func(s *scene) { s.lastTLS().Server = "10.1.1.99:3804" },
			"CAPF answered in the trace":    func(s *scene) { capfTrace(s, 49, "3") },
			"another attempt was answered": func(s *scene) {
				s.secure(90, nodeA+":3804", "closed", s.certificate(capfA, "", "cc01", ""), "", "")
			},
		}},
		{"capf-cert-mismatch", ClassRecoverable, "high", func() *scene { return atCAPF("client-alert", "cc77") }, map[string]func(*scene){
			"the lists hold it": func(s *scene) { s.lastTLS().ServerCertificates = []string{s.certificate(capfA, "", "cc01", "")} },
			"the phone accepted it": func(s *scene) {
				l := s.lastTLS()
				l.Outcome, l.Alerts = "established", nil
			},
			"the alert is the server's": func(s *scene) { s.lastTLS().Alerts[0].From = "server" },
		}},
		{"capf-record-missing", ClassRecoverable, "medium", func() *scene {
			s := atCAPF("client-alert", "cc77")
			dropCAPF(s)
			return s
		}, map[string]func(*scene){
			"one list names CAPF": func(s *scene) {
				for i := range s.b.Objects {
					if o := &s.b.Objects[i]; o.ID == "itl1" {
						o.List.Records = append(o.List.Records, evidence.Record{Number: 9, Functions: []string{"CAPF"}, Subject: capfA, Serial: "cc05", Hash: "hashcc05"})
					}
				}
			},
			"no LSC is wanted": func(s *scene) { s.orders("3", "0"); without("tls_connection")(s) },
			"the phone took CAPF on the word of TVS": func(s *scene) {
				l := s.lastTLS()
				l.Outcome, l.Alerts = "established", nil
			},
		}},
		{"capf-differs-between-nodes", ClassRecoverable, "medium", func() *scene {
			s := atCAPF("client-alert", "cc01")
			s.secure(60, nodeB+":3804", "client-alert", s.certificate(strings.Replace(capfA, "9c4cba7d", "1d2e3f40", 1), "", "cc88", ""), "", "unknown_ca")
			return s
		}, map[string]func(*scene){
			"release 14 has CAPF on the publisher only": func(s *scene) { s.fact("cucm-version", "14.0") },
			"both nodes present the same": func(s *scene) {
				for i := range s.b.Events {
					if l := s.b.Events[i].TLS; l != nil {
						l.ServerCertificates = []string{"certcc88"}
					}
				}
			},
		}},
		{"capf-certificate-unfit", ClassRecoverable, "high", func() *scene {
			s := mixedBoot()
			s.orders("3", "2")
			s.traced(50, "syslog", "alarm", with("alarm", "CAPFCertificateKeyPairMismatch"), of("", ""))
			return s
		}, map[string]func(*scene){
			"CAPF was regenerated since": func(s *scene) {
				s.traced(60, "syslog", "alarm", with("alarm", "CAPFCertificateRegenerated"), of("", ""))
			},
			"the alarm is another": func(s *scene) { s.b.Events[len(s.b.Events)-1].Detail["alarm"] = "ITLFileRegenerated" },
		}},
		{"capf-certificate-unfit", ClassRecoverable, "high", func() *scene {
			s := atCAPF("client-alert", "cc01")
			authority(s, "cc01", "absent")
			s.fact("cucm-version", "14.0.1")
			return s
		}, map[string]func(*scene){
			"the release asks for no authority":    func(s *scene) { s.b.Facts[len(s.b.Facts)-1].Value = "12.5.1" },
			"it is an authority":                   func(s *scene) { authority(s, "cc01", "true") },
			"the session is not seen to its end":   func(s *scene) { s.lastTLS().Outcome, s.lastTLS().Alerts = "incomplete", nil },
			"the alert is the server's":            func(s *scene) { s.lastTLS().Alerts[0].From = "server" },
			"no list of the phone names the other": func(s *scene) { s.lastTLS().ServerCertificates = []string{authority(s, "cc77", "absent")} },
			"CAPF was reached since": func(s *scene) {
				s.secure(90, nodeA+":3804", "established", s.certificate(capfA, "", "cc01", ""), "", "")
			},
		}},
		{"capf-external-ca-failed", ClassRecoverable, "low", func() *scene {
			s := atCAPF("established", "cc01")
			capfTrace(s, 50, "0")
			without("capf_cert_generated", "capf_cert_upgraded")(s)
			s.covers("capf-sdi", "capf-trace", 0, 600)
			return s
		}, map[string]func(*scene){
			"the trace ends at once": func(s *scene) { s.b.Coverage = nil },
			"CAPF ended by time": func(s *scene) {
				s.traced(70, "capf-sdi", "capf_result", with("result_code", "8"), of(phoneName, phoneIP))
			},
			"CAPF issued it after all": func(s *scene) { s.traced(70, "capf-sdi", "capf_cert_generated", of(phoneName, phoneIP)) },
		}},
		{"lsc-auth-string-wrong", ClassRecoverable, "high", result("3"), map[string]func(*scene){
			"CAPF printed no result, and the session may go on": noResult,
			"the phone's key followed": func(s *scene) {
				s.traced(51.5, "capf-sdi", "capf_key_gen_res", of(phoneName, phoneIP))
			},
		}},
		{"lsc-invalid-existing-certificate", ClassRecoverable, "high", result("4"), map[string]func(*scene){
			"CAPF printed no result": noResult,
			"it was the string":      func(s *scene) { s.b.Events[len(s.b.Events)-1].Detail["result_code"] = "3" },
		}},
		{"lsc-operation-failed-comm-or-timeout", ClassRecoverable, "high", result("8"), map[string]func(*scene){
			"CAPF printed no result": noResult,
			"it was a success":       func(s *scene) { s.b.Events[len(s.b.Events)-1].Detail["result_code"] = "0" },
		}},
		{"lsc-auth-string-not-entered", ClassRecoverable, "medium", func() *scene {
			s := mixedBoot()
			s.orders("3", "1")
			s.covers("cap", "capture", 0, 600)
			return s
		}, map[string]func(*scene){
			"the mode is by null string": func(s *scene) { s.orders("3", "2") },
			"the capture ends too early": func(s *scene) { s.b.Coverage = nil },
			"the phone went to CAPF":     func(s *scene) { s.secure(50, nodeA+":3804", "no-answer", "", "", "") },
		}},
		{"mic-missing", ClassRecoverable, "medium", func() *scene {
			s := mixedBoot()
			s.says(49, "no_lsc_fallback_mic", with("app", "SCCP"))
			s.secure(50, nodeA+":2443", "server-alert", s.cert("aa01"), "x", "handshake_failure")
			s.lastTLS().ClientCertificates = nil
			return s
		}, map[string]func(*scene){
			"it presented one elsewhere": func(s *scene) {
				s.secure(80, nodeB+":2443", "established", s.cert("aa01"), s.certificate(self, micCA, "ff01", ""), "")
			},
			"nobody asked for one": func(s *scene) { s.lastTLS().CertificateRequested = false },
		}},
	})
}

// dropCAPF takes the CAPF records out of all lists.
func dropCAPF(s *scene) {
	for i := range s.b.Objects {
		if l := s.b.Objects[i].List; l != nil && len(l.Records) > 3 {
			l.Records = l.Records[:3]
		}
	}
}

// A wrong authentication string: the trust in CAPF is in order, and the report
// says so. Without the trace it is a candidate, no verdict.
func TestWrongAuthString(t *testing.T) {
	s := atCAPF("established", "cc01")
	capfTrace(s, 50, "3")
	p := s.judge(t)
	if p.Verdict.Class != ClassRecoverable || p.Verdict.Primary != "lsc-auth-string-wrong" || p.Verdict.Confidence != "high" {
		t.Errorf("verdict %+v", p.Verdict)
	}
	f := has(p, "lsc-auth-string-wrong")
	for _, want := range []string{"result 3", "no key of the phone followed", "record 4", "cc01"} {
		if f == nil || !strings.Contains(f.Summary, want) {
			t.Errorf("summary does not say %q: %+v", want, f)
		}
	}
	if has(p, "capf-cert-mismatch") != nil {
		t.Error("the CAPF certificate is blamed")
	}
	s = atCAPF("established", "cc01")
	s.lastTLS().ClosedBy = "server"
	p = s.judge(t)
	if p.Verdict.Class != ClassInconclusive || p.Verdict.Primary != "lsc-auth-string-wrong" || p.Verdict.Confidence != "low" {
		t.Errorf("capture alone: verdict %+v", p.Verdict)
	}
	// It was typed again, and right: history.
	s = atCAPF("established", "cc01")
	capfTrace(s, 50, "3")
	capfTrace(s, 900, "0")
	p = s.judge(t)
	if f := has(p, "lsc-auth-string-wrong"); f != nil && f.Class != ClassNote {
		t.Errorf("cured: %+v", f)
	}
	if has(p, "lsc-installed") == nil {
		t.Errorf("cured: verdict %+v", p.Verdict)
	}
}

// CAPF was renewed and the CTL was not: the phone's words, the certificate on
// the wire and the listing of the CTL.
func TestCAPFRenewed(t *testing.T) {
	s := newScene()
	s.b.Header.Inputs = append(s.b.Header.Inputs, evidence.Input{Name: "show ctl", Kind: "show-ctl"})
	s.list("ctl0", "ctl", "ee01", "SAST ee01", "SAST ee02", "CCM+TFTP aa01", "CAPF 0adc6e7742914a53")
	s.record("ctl0", 4, capfA, capfA)
	s.dated("ctl0", "2011-08-04T10:00:00Z")
	for i := range s.b.Objects {
		if o := &s.b.Objects[i]; o.ID == "ctl0" {
			o.Places = []evidence.Place{{Input: "show ctl", Line: 1, EndLine: 60}}
			o.List.Origin = "listing"
		}
	}
	renewed := strings.Replace(capfA, "9c4cba7d", "1d2e3f40", 1)
	s.secure(50, nodeB+":3804", "client-alert", s.certificate(renewed, "", "77aa01", "2012-02-01T00:00:00Z"), "", "unknown_ca")
	s.says(50.5, "no_valid_capf_server")
	p := s.judge(t)
	if p.Verdict.Class != ClassRecoverable || p.Verdict.Primary != "capf-cert-mismatch" || p.Verdict.Confidence != "high" {
		t.Errorf("verdict %+v", p.Verdict)
	}
	f := has(p, "capf-cert-mismatch")
	for _, want := range []string{"CAPF-9c4cba7d", "CAPF-1d2e3f40", "0adc6e7742914a53", "77aa01", "2011-08-04", "2012-02-01"} {
		if f == nil || !strings.Contains(f.Summary, want) {
			t.Errorf("summary does not say %q: %+v", want, f)
		}
	}
	// Two nodes with a CAPF of their own are told beside it.
	s.secure(20, nodeA+":3804", "closed", s.certificate(capfA, "", "0adc6e7742914a53", ""), "", "")
	if f := has(s.judge(t), "capf-differs-between-nodes"); f == nil {
		t.Error("that the nodes differ is not told")
	}
}

// Results are read by number, by the name of the trace and by the words of the
// page (Troubleshooting Guide 12.5, CAPF reason codes).
func TestCAPFCode(t *testing.T) {
	for text, want := range map[string]string{"3": "3", "CAPF_OP_FAIL_INVALID_AUTH_STR": "3", "CAPF_OP_SUCCESS": "0", "CAPF_OP_FAIL": "2", "CAPF_OP_FAIL_INVALID_CRENDENTIALS": "6",
		"CAPF_FETCH_SUCCESS_BUT_NO_CERT": "1", "CAPF_OP_FAIL_LATE_REQUEST": "11", "Invalid Authentication String": "3", "unknown": "", "": ""} {
		n := &entry{seen: &evidence.Event{Detail: map[string]string{"result": text}}}
		if got := capfCode(n); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// CAPF's own trouble is the servers' finding, and a note on a phone that wants
// no LSC.
func TestUnfitCAPFOfAHealthyPhone(t *testing.T) {
	s := mixedBoot()
	registers(100)(s)
	s.traced(50, "syslog", "alarm", with("alarm", "CAPFCertificateKeyPairMismatch"), of("", ""))
	p := s.judge(t)
	if f := has(p, "capf-certificate-unfit"); f == nil || f.Class != ClassNote || p.Verdict.Class != ClassOK {
		t.Errorf("finding %+v, verdict %+v", f, p.Verdict)
	}
	for _, f := range Judge(s.b, Options{}).Cluster.Findings {
		if f.ID == "capf-certificate-unfit" && f.Class == ClassRecoverable {
			return
		}
	}
	t.Error("the servers' findings lack it")
}

package correlate

import (
	"slices"
	"testing"

	"trustline/correlate/evidence"
)

// instead makes another scene of it.
func instead(f func() *scene) func(*scene) {
	return func(s *scene) { *s = *f() }
}

// takes lets the console say that the list of the last transfer was taken.
func takes(sec float64) func(*scene) {
	return func(s *scene) { s.says(sec, "signature_ok", with("header_length", "296")) }
}

// offered is a phone that took a list and is offered another one of the same
// cluster at its next boot, which it refuses.
func offered(kind, id string) *scene {
	s := healthyBoot()
	l := s.listOf(id, kind, "cucm-a1", "aa01", "SAST aa01 cucm-a1", "TFTP aa01 cucm-a1", "TVS bb01 cucm-a1")
	if kind == "ctl" {
		l.Records[1].Functions, l.Records = []string{"CCM", "TFTP"}, l.Records[:2]
	}
	l.Signer.Serial = "aa01"
	s.transfer(1001, map[string]string{"itl": "ITL", "ctl": "CTL"}[kind]+phoneName+".tlv", id)
	s.says(1003, "trust_list_update_failed")
	return s
}

// taken is the same, and the phone takes it.
func taken(kind, id string, edit func(*scene)) func(*scene) {
	return func(s *scene) {
		*s = *offered(kind, id)
		without("trust_list_update_failed")(s)
		takes(1003)(s)
		edit(s)
	}
}

func TestListFindings(t *testing.T) {
	broken := func(s *scene) { s.listAt("new").Status = "invalid" }
	large := func(s *scene) { s.listAt("new").Length = 65537 }
	second := func(s *scene) {
		s.listOf("new", "itl", "cucm-a2", "aa03", "SAST aa03 cucm-a2", "TFTP aa03 cucm-a2", "TVS bb01 cucm-a1")
		s.transfer(3, "ITL"+phoneName+".tlv", "new")
		s.from(nodeB)
		s.listAt("new").HeaderLength = 300
	}
	testRaises(t, []raises{
		{"itl-corrupt-after-drs-restore", ClassRecoverable, "high", func() *scene {
			s := healthyBoot()
			s.listAt("itl1").Records[0].SaidUnused = true
			return s
		}, map[string]func(*scene){
			"a record signed the list":     func(s *scene) { s.listAt("itl1").Records[1].SignedThis = true },
			"it is said of another record": func(s *scene) { l := s.listAt("itl1"); l.Records[0].SaidUnused, l.Records[1].SaidUnused = false, true },
		}},
		{"itl-corrupt-on-server", ClassRecoverable, "high", func() *scene {
			s := offered("itl", "new")
			broken(s)
			return s
		}, map[string]func(*scene){
			"the list verifies":   func(s *scene) { s.listAt("new").Status = "valid" },
			"the phone took it":   taken("itl", "new", broken),
			"only a part is seen": func(s *scene) { s.listAt("new").Partial = true },
		}},
		{"ctl-corrupt-on-server", ClassRecoverable, "high", func() *scene {
			s := offered("ctl", "new")
			broken(s)
			return s
		}, map[string]func(*scene){
			"the list verifies": func(s *scene) { s.listAt("new").Status = "valid" },
			"the phone took it": taken("ctl", "new", broken),
		}},
		{"itl-differs-between-tftp-servers", ClassOK, "high", func() *scene {
			s := healthyBoot()
			second(s)
			return s
		}, map[string]func(*scene){
			"both offer the same": func(s *scene) { l := s.listAt("new"); *l = *s.listAt("itl1") },
			"the lists are of two clusters": func(s *scene) {
				l := s.listAt("new")
				l.Records = l.Records[:2]
			},
			"the phone has left that cluster since": func(s *scene) {
				s.says(3.1, "signature_ok", with("header_length", "300"))
				s.listOf("far", "itl", "cucm-x1", "ff01", "SAST ff01 cucm-x1", "TFTP ff01 cucm-x1", "TVS ff02 cucm-x1")
				s.transfer(1000, "ITL"+phoneName+".tlv", "far")
				s.from(nodeX)
				s.says(1001, "tvs_cert_auth_sent")
				s.says(1001.1, "tvs_cert_auth_response", with("status", "0"))
				takes(1002)(s)
			},
		}},
		{"itl-too-large", ClassRecoverable, "medium", func() *scene {
			s := offered("itl", "new")
			large(s)
			return s
		}, map[string]func(*scene){
			"it is as large as phones load": func(s *scene) { s.listAt("new").Length = 65536 },
			"the phone took it":             taken("itl", "new", large),
		}},
	})
}

// signedAnew is a phone of a mixed-mode cluster that took a CTL and an ITL and
// refuses the CTL of its next boot: none of its anchors signed that, and the
// only TVS presents a certificate which the phone's ITL does not hold. Nothing
// brings the old keys back.
func signedAnew() *scene {
	s := newScene()
	s.listOf("ctl1", "ctl", "SAST-ADN4e31f914", "e001", "SAST e001 SAST-ADN4e31f914", "CCM+TFTP aa01 cucm-a1")
	s.listOf("itl1", "itl", "cucm-a1", "aa01", "SAST aa01 cucm-a1", "CCM+TFTP aa01 cucm-a1", "TVS bb01 cucm-a1")
	s.listOf("ctl2", "ctl", "SAST-ADN00000002", "e009", "SAST e009 SAST-ADN00000002", "CCM+TFTP aa02 cucm-a1")
	s.listAt("ctl1").HeaderLength, s.listAt("ctl2").HeaderLength = 304, 304
	s.configOf("cfg1", "cucm-a1", "aa01", nodeA)
	s.fact("drs-backup", "no")
	s.fact("other-tftp", "no")
	s.transfer(0, "CTL"+phoneName+".tlv", "ctl1")
	s.says(0.1, "signature_ok", with("header_length", "304"))
	s.transfer(1, "ITL"+phoneName+".tlv", "itl1")
	takes(1.1)(s)
	s.transfer(2, phoneName+".cnf.xml.sgn", "cfg1")
	s.says(2.1, "config_verified", with("file", phoneName+".cnf.xml"))
	s.transfer(1000, "CTL"+phoneName+".tlv", "ctl2")
	s.tvs(1001, nodeA, "alert", "bb02")
	s.says(1002, "trust_list_update_failed")
	return s
}

// upgraded is a refresh upgrade that replaced ITLRecovery: the CTL that the
// phone holds lists the old one beside the current CallManager certificate.
func upgraded() *scene {
	s := newScene()
	s.listOf("ctl1", "ctl", "cucm-a1", "aa01", "SAST e001 ITLRECOVERY_cucm-a1", "SAST+CCM+TFTP aa01 cucm-a1")
	s.listOf("itl1", "itl", "ITLRECOVERY_cucm-a1", "e002", "SAST e002 ITLRECOVERY_cucm-a1", "CCM+TFTP aa01 cucm-a1", "TVS bb01 cucm-a1")
	s.listAt("ctl1").HeaderLength = 304
	s.transfer(0, "CTL"+phoneName+".tlv", "ctl1")
	s.says(0.1, "signature_ok", with("header_length", "304"))
	s.transfer(1, "ITL"+phoneName+".tlv", "itl1")
	return s
}

func TestCTLFindings(t *testing.T) {
	sameSignerLeft := func(s *scene) {
		l := s.listAt("ctl2")
		l.Records = append(l.Records, s.listAt("ctl1").Records[0])
	}
	gone := func(s *scene) { s.transfer(2000, "CTL"+phoneName+".tlv", "") }
	known := func(s *scene) {
		l := s.listAt("ctl2")
		l.Signer.Serial, l.Signer.Name, l.Signer.Issuer = "aa01", "CN=cucm-a1", "CN=cucm-a1"
	}
	vouches := func(s *scene) {
		without("tls_connection")(s)
		s.tvs(1001, nodeA, "established", "bb01")
	}
	otherCluster := func(s *scene) {
		for i := range s.listAt("ctl2").Records {
			r := &s.listAt("ctl2").Records[i]
			r.Subject, r.Issuer = "CN=cucm-x1", "CN=cucm-x1"
		}
		for i := range s.b.Events {
			if x := s.b.Events[i].Transfer; x != nil && x.Object == "ctl2" {
				x.Server = nodeX + ":69"
			}
		}
		s.tvs(1001.5, nodeX, "alert", "ff02")
		s.configOf("cfgX", "cucm-x1", "ff01", nodeX)
		s.transfer(1003, phoneName+".cnf.xml.sgn", "cfgX")
		s.from(nodeX)
		s.says(1004, "config_refused", with("file", phoneName+".cnf.xml"))
	}
	testRaises(t, []raises{
		{"ctl-anchors-lost", ClassLockedOut, "high", signedAnew, map[string]func(*scene){
			"the phone's ITL knows the signer":        known,
			"the server has no CTL any more":          gone,
			"the served CTL keeps one of the anchors": sameSignerLeft,
			"TVS presents what the phone's ITL holds": vouches,
			"the CTL is that of another cluster":      otherCluster,
			"the phone took the CTL at its next boot": func(s *scene) {
				s.transfer(2000, "CTL"+phoneName+".tlv", "ctl2")
				s.says(2001, "signature_ok", with("header_length", "304"))
			},
			"nothing says what the phone made of it": without("trust_list_update_failed"),
		}},
		{"ctl-signer-unknown", ClassRecoverable, "high", func() *scene {
			s := signedAnew()
			sameSignerLeft(s)
			return s
		}, map[string]func(*scene){
			"the phone's ITL knows the signer": known,
			"the server has no CTL any more":   gone,
			"an upgrade replaced ITLRecovery": func(s *scene) {
				for _, id := range []string{"ctl1", "ctl2"} {
					l := s.listAt(id)
					for i := range l.Records {
						if r := &l.Records[i]; hasFunction(r, "SAST") {
							r.Subject, r.Issuer = "CN=ITLRECOVERY_cucm-a1", "CN=ITLRECOVERY_cucm-a1"
						}
					}
				}
				l := s.listAt("itl1")
				l.Signer = evidence.Signer{Name: "CN=ITLRECOVERY_cucm-a1", Issuer: "CN=ITLRECOVERY_cucm-a1", Serial: "e777"}
			},
		}},
		{"itlrecovery-regenerated-refresh-upgrade", ClassRecoverable, "high", upgraded, map[string]func(*scene){
			"the release came before":       func(s *scene) { s.fact("cucm-version", "11.5.1") },
			"the cluster is not mixed":      func(s *scene) { s.fact("security-mode", "non-secure") },
			"the CTL lists the present one": func(s *scene) { s.listAt("ctl1").Records[0].Serial = "e002" },
			"CallManager was renewed too":   func(s *scene) { r := &s.listAt("itl1").Records[1]; r.Serial, r.Hash = "aa07", "hashaa07" },
			"a security token signs the CTL": func(s *scene) {
				l := s.listAt("ctl1")
				l.Records = append(l.Records, evidence.Record{Number: 3, Functions: []string{"SAST"}, Subject: "CN=SAST-ADN4e31f914", Serial: "4e31f914"})
			},
		}},
		{"ctl-stale-vs-certificates", ClassRecoverable, "high", func() *scene { return atCAPF("client-alert", "cc77") }, map[string]func(*scene){
			"the CTL lists it":         func(s *scene) { s.lastTLS().ServerCertificates = []string{s.cert("cc01")} },
			"it is an ECDSA one":       func(s *scene) { s.b.Objects[len(s.b.Objects)-1].Certificate.KeyText = "EC 384" },
			"it is shown by a service": func(s *scene) { s.lastTLS().Service = "https" },
		}},
		{"ctl-tokenless-signer-changed", ClassRecoverable, "", func() *scene {
			s := signedAnew()
			for _, id := range []string{"ctl1", "ctl2"} {
				l := s.listAt(id)
				l.Signer.Name, l.Signer.Issuer = "CN=cucm-a1", "CN=cucm-a1"
			}
			return s
		}, map[string]func(*scene){
			"a token signs it": func(s *scene) { s.listAt("ctl2").Signer.Name = "CN=SAST-ADN00000002" },
			"the signer is the same": func(s *scene) {
				s.listAt("ctl2").Signer = s.listAt("ctl1").Signer
			},
			"the capture cuts the header before its signer": func(s *scene) { s.listAt("ctl2").Signer = evidence.Signer{} },
		}},
		{"ctl-left-behind-nonsecure", ClassDegraded, "high", func() *scene {
			s := signedAnew()
			s.listAt("itl1").Records[1].Functions = []string{"TFTP"}
			return s
		}, map[string]func(*scene){
			"the ITL is that of a mixed cluster": func(s *scene) { s.listAt("itl1").Records[1].Functions = []string{"CCM", "TFTP"} },
			"mixed mode is stated":               func(s *scene) { s.fact("security-mode", "mixed") },
		}},
	})
}

// Every row of the CTL's gate: proved in the scene, and not when one thing differs.
func TestNoCTLDeletionWithoutProof(t *testing.T) {
	rows := func(s *scene) map[string]string {
		out := map[string]string{}
		for _, r := range s.judge(t).Gate.CTL {
			out[r.Row] = r.State
		}
		return out
	}
	lost := func() *scene { s := signedAnew(); s.fact("ctl-token", "lost"); return s }
	state := func(i int, value string) func(*scene) { return func(s *scene) { s.b.Facts[i].Value = value } }
	unsaid := func(i int) func(*scene) { return func(s *scene) { s.b.Facts = slices.Delete(s.b.Facts, i, i+1) } }
	if p := lost().judge(t); p.Verdict.Class != ClassLockedOut || p.Verdict.Primary != "ctl-anchors-lost" {
		t.Fatalf("verdict %+v, rows %v", p.Verdict, rows(lost()))
	}
	for _, tt := range []struct {
		name, row, state string
		edit             func(*scene)
	}{
		{"the phone's ITL knows the signer", "served-ctl-signer-untrusted", rowRefuted, func(s *scene) {
			l := s.listAt("ctl2")
			l.Signer = evidence.Signer{Name: "CN=cucm-a1", Issuer: "CN=cucm-a1", Serial: "aa01"}
		}},
		{"the served CTL is not in evidence", "served-ctl-signer-untrusted", rowUnknown, func(s *scene) { s.listAt("ctl1").Partial = true }},
		{"the phone accepts its TVS", "tvs-cannot-vouch", rowRefuted, func(s *scene) {
			without("tls_connection")(s)
			s.tvs(1001, nodeA, "established", "bb01")
		}},
		{"no TVS was seen", "tvs-cannot-vouch", rowUnknown, without("tls_connection")},
		{"the server has no CTL any more", "refusal-seen", rowRefuted, func(s *scene) { s.transfer(2000, "CTL"+phoneName+".tlv", "") }},
		{"nothing was refused", "refusal-seen", rowUnknown, without("trust_list_update_failed")},
		{"an anchor is left", "no-anchor-left", rowRefuted, func(s *scene) {
			l := s.listAt("ctl2")
			l.Records = append(l.Records, s.listAt("ctl1").Records[0])
		}},
		{"a part of the served CTL", "no-anchor-left", rowUnknown, func(s *scene) { s.listAt("ctl2").Partial = true }},
		{"a part of the phone's CTL", "no-anchor-left", rowUnknown, func(s *scene) { s.listAt("ctl1").Partial = true }},
		{"there is a backup", "no-anchor-left", rowRefuted, state(0, "yes")},
		{"nobody spoke of backups", "no-anchor-left", rowUnknown, unsaid(0)},
		{"there is another TFTP server", "no-anchor-left", rowRefuted, state(1, "yes")},
		{"a token is at hand", "no-token-left", rowRefuted, state(2, "available")},
		{"nobody spoke of tokens", "no-token-left", rowUnknown, unsaid(2)},
	} {
		s := lost()
		tt.edit(s)
		if got := rows(s)[tt.row]; got != tt.state {
			t.Errorf("%s: row %s is %s, want %s", tt.name, tt.row, got, tt.state)
		}
		if p := s.judge(t); p.Verdict.Class == ClassLockedOut {
			t.Errorf("%s: verdict %+v", tt.name, p.Verdict)
		}
	}
}

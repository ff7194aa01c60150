package correlate

import (
	"slices"
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

const nodeX = "10.2.2.21" // a server of the other cluster

// listOf adds a list whose records say whose they are: "ROLE serial name".
func (s *scene) listOf(id, kind, name, signer string, records ...string) *evidence.List {
	s.list(id, kind, signer, records...)
	l := s.b.Objects[len(s.b.Objects)-1].List
	l.Signer.Name, l.Signer.Issuer = "CN="+name, "CN="+name
	for i := range l.Records {
		r := &l.Records[i]
		serial, cn, _ := strings.Cut(r.Serial, " ")
		r.Serial, r.Hash, r.Subject, r.Issuer = serial, "hash"+serial, "CN="+cn, "CN="+cn
	}
	return l
}

// configOf adds a configuration signed by a server of that name.
func (s *scene) configOf(id, name, signer string, group ...string) *evidence.Config {
	s.config(id, signer, group...)
	o := s.b.Objects[len(s.b.Objects)-1]
	o.List.Signer.Name, o.List.Signer.Issuer = "CN="+name, "CN="+name
	return o.Config
}

// from makes the last transfer one of another server.
func (s *scene) from(node string) { s.b.Events[len(s.b.Events)-1].Transfer.Server = node + ":69" }

func (s *scene) listAt(id string) *evidence.List {
	for i := range s.b.Objects {
		if s.b.Objects[i].ID == id {
			return s.b.Objects[i].List
		}
	}
	return nil
}

// atHome is a phone of cluster A that took A's lists.
func atHome() *scene {
	s := newScene()
	s.listOf("itlA", "itl", "cucm-a1", "aa01", "SAST aa01 cucm-a1", "TFTP aa01 cucm-a1", "TVS bb01 cucm-a1", "CAPF ca01 CAPF-9c4cba7d")
	s.listOf("itlB", "itl", "cucm-b1", "aa02", "SAST aa02 cucm-b1", "TFTP aa02 cucm-b1", "TVS bb02 cucm-b1", "CAPF ca02 CAPF-1d2e3f40")
	s.configOf("cfgA", "cucm-a1", "aa01", nodeA)
	s.configOf("cfgB", "cucm-b1", "aa02", nodeX)
	s.transfer(0, "CTL"+phoneName+".tlv", "")
	s.transfer(1, "ITL"+phoneName+".tlv", "itlA")
	s.says(1.1, "signature_ok", with("header_length", "296"))
	s.transfer(2, phoneName+".cnf.xml.sgn", "cfgA")
	s.says(2.1, "config_verified", with("file", phoneName+".cnf.xml"))
	return s
}

// moved is that phone at cluster B, whose files it refuses.
func moved() *scene {
	s := atHome()
	s.transfer(1000, "CTL"+phoneName+".tlv", "")
	s.from(nodeX)
	s.transfer(1001, "ITL"+phoneName+".tlv", "itlB")
	s.from(nodeX)
	s.says(1003, "trust_list_verification_failed")
	s.transfer(1004, phoneName+".cnf.xml.sgn", "cfgB")
	s.from(nodeX)
	s.says(1005, "config_refused", with("file", phoneName+".cnf.xml"))
	return s
}

// secure is a phone of secure cluster A that took a CTL, and A's blank ITL
// when blank is wanted, and was then moved.
func secure(blank bool) *scene {
	s := newScene()
	s.listOf("ctlA", "ctl", "SAST-ADN4e31f914", "e001", "SAST e001 SAST-ADN4e31f914", "CCM+TFTP aa01 cucm-a1", "CAPF ca01 CAPF-9c4cba7d")
	s.listOf("ctlB", "ctl", "SAST-ADN00000002", "e002", "SAST e002 SAST-ADN00000002", "CCM+TFTP aa02 cucm-b1", "CAPF ca02 CAPF-1d2e3f40")
	s.listOf("itlA", "itl", "cucm-a1", "aa01", "SAST aa01 cucm-a1", "CCM+TFTP aa01 cucm-a1", "TVS bb01 cucm-a1", "CAPF ca01 CAPF-9c4cba7d")
	if blank {
		l := s.listAt("itlA")
		l.Records = []evidence.Record{l.Records[0], l.Records[3]}
	}
	s.listOf("itlB", "itl", "cucm-b1", "aa02", "SAST aa02 cucm-b1", "CCM+TFTP aa02 cucm-b1", "TVS bb02 cucm-b1", "CAPF ca02 CAPF-1d2e3f40")
	s.listAt("ctlA").HeaderLength, s.listAt("ctlB").HeaderLength = 304, 304
	s.transfer(0, "CTL"+phoneName+".tlv", "ctlA")
	s.says(0.1, "signature_ok", with("header_length", "304"))
	s.transfer(1, "ITL"+phoneName+".tlv", "itlA")
	s.says(1.1, "signature_ok", with("header_length", "296"))
	s.transfer(1000, "CTL"+phoneName+".tlv", "ctlB")
	s.from(nodeX)
	return s
}

// rolledBack is the move of a secure phone by way of the blank ITL.
func rolledBack() *scene {
	s := secure(true)
	s.tvs(1001, nodeA, "alert", "bb01")
	s.says(1002, "trust_list_update_failed")
	return s
}

// visiting is a phone of cluster A that fetches its configuration from B.
func visiting() *scene {
	s := atHome()
	s.transfer(1000, phoneName+".cnf.xml.sgn", "cfgB")
	s.from(nodeX)
	s.traced(1001, "tvs-sdi", "tvs_query", with("type", "query"), with("serial", "aa02"), with("result", "not-found"))
	s.says(1002, "config_refused", with("file", phoneName+".cnf.xml"))
	return s
}

// gateway adds a connection to a VPN gateway that the phone ends.
func (s *scene) gateway(sec float64, serial string) {
	s.tvs(sec, "203.0.113.9", "alert", serial)
	t := s.b.Events[len(s.b.Events)-1].TLS
	t.Server, t.Service = "203.0.113.9:443", "https"
	s.b.Events[len(s.b.Events)-1].Server = t.Server
	for i := range s.b.Objects {
		if c := s.b.Objects[i].Certificate; c != nil && c.Serial == serial {
			c.SHA1 = "0102" // of the certificate on the wire
		}
	}
}

func blankServed() *scene {
	s := regenerated().closed()
	l := s.listAt("new")
	l.Records = slices.DeleteFunc(l.Records, func(r evidence.Record) bool { return hasFunction(&r, "TVS", "TFTP") })
	return s
}

func TestMoves(t *testing.T) {
	testRaises(t, []raises{
		{"moved-cluster-no-trust", ClassLockedOut, "high", moved, map[string]func(*scene){
			"the servers keep a name": func(s *scene) { s.listAt("itlB").Records[2].Subject = "CN=cucm-a1" },
			"the CAPF is the same":    func(s *scene) { s.listAt("itlB").Records[3] = s.listAt("itlA").Records[3] },
			"a rename is stated":      func(s *scene) { s.fact("renamed", "2023-11-14") },
			"one TFTP server serves both": func(s *scene) {
				for i := range s.b.Events {
					if x := s.b.Events[i].Transfer; x != nil {
						x.Server = nodeA + ":69"
					}
				}
			},
			"nothing was refused": without("config_refused", "trust_list_verification_failed"),
			"the phone was not offered the new list yet": instead(func() *scene {
				s := movedAlone()
				s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool {
					return e.Event == "trust_list_verification_failed" || e.Transfer != nil && e.Transfer.Object == "itlB"
				})
				for i := range s.b.Objects {
					if o := &s.b.Objects[i]; o.ID == "itlB" {
						o.Places, o.List.Origin = []evidence.Place{{Input: "show-itl.txt", Line: 1}}, "listing"
					}
				}
				s.input("show-itl.txt", "show-itl")
				return s
			}),
			"the phone's ITL is blank, and its CTL is in the way": instead(rolledBack),
			"the configuration is signed by the phone's own cluster": func(s *scene) {
				for i := range s.b.Objects {
					if o := &s.b.Objects[i]; o.ID == "cfgB" {
						o.List.Signer = s.listAt("cfgA").Signer
					}
				}
			},
		}},
		{"old-tvs-unreachable-after-move", ClassRecoverable, "high", func() *scene {
			s := moved()
			s.tvs(1002, nodeA, "no-answer", "")
			return s
		}, map[string]func(*scene){
			"the old TVS answers": func(s *scene) { s.tvs(1002.5, nodeA, "established", "bb01") },
			"the old TVS was asked and said no": func(s *scene) {
				s.traced(1001.8, "tvs-sdi", "tvs_query", with("type", "query"), with("serial", "aa02"), with("result", "not-found"))
			},
			"the phone's ITL is blank: it takes any list": func(s *scene) {
				l := s.listAt("itlA")
				l.Records = []evidence.Record{l.Records[0], l.Records[3]}
			},
			"only the new cluster's server was asked": func(s *scene) {
				without("tls_connection")(s)
				s.tvs(1002, nodeX, "no-answer", "")
			},
			"one SYN only": func(s *scene) {
				for i := range s.b.Events {
					if x := s.b.Events[i].TLS; x != nil {
						x.Syns = x.Syns[:1]
					}
				}
			},
		}},
		{"bulk-certificate-incomplete", ClassRecoverable, "high", func() *scene {
			s := moved()
			s.tvs(1002, nodeA, "established", "bb01")
			s.traced(1002.1, "tvs-sdi", "tvs_query", with("type", "query"), with("serial", "aa02"), with("result", "not-found"))
			return s
		}, map[string]func(*scene){
			"TVS was asked for another signer": func(s *scene) {
				for i := range s.b.Events {
					if s.b.Events[i].Event == "tvs_query" {
						s.b.Events[i].Detail["serial"] = "ff77"
					}
				}
			},
			"TVS found it afterwards": func(s *scene) {
				s.traced(1003, "tvs-sdi", "tvs_query", with("type", "query"), with("serial", "aa02"), with("result", "found"))
			},
			"the lists are of one cluster": func(s *scene) { s.listAt("itlB").Records[2].Subject = "CN=cucm-a1" },
		}},
		{"secure-move-with-rollback", ClassRecoverable, "", rolledBack, map[string]func(*scene){
			"the ITL is not blank": func(s *scene) {
				l := s.listAt("itlA")
				l.Records = append(l.Records, evidence.Record{Number: 9, Functions: []string{"TVS"}, Subject: "CN=cucm-a1", Issuer: "CN=cucm-a1", Serial: "bb01", Hash: "hashbb01"})
			},
			"nothing was refused":           without("trust_list_update_failed"),
			"the clusters share the signer": func(s *scene) { s.listAt("ctlB").Signer = s.listAt("ctlA").Signer },
		}},
		{"migration-by-same-token", ClassOK, "high", func() *scene {
			s := secure(false)
			l := s.listAt("ctlB")
			l.Signer = s.listAt("ctlA").Signer
			l.Records[0] = s.listAt("ctlA").Records[0]
			s.says(1000.1, "signature_ok", with("header_length", "304"))
			return s
		}, map[string]func(*scene){
			"the signer is a server's key": func(s *scene) {
				s.listAt("ctlA").Records[1].Serial, s.listAt("ctlA").Records[1].Hash = "e001", "hashe001"
			},
			"another CTL was refused since": func(s *scene) {
				s.listOf("ctlC", "ctl", "cucm-c1", "ff01", "SAST ff01 cucm-c1", "CCM+TFTP ff01 cucm-c1")
				s.transfer(2000, "CTL"+phoneName+".tlv", "ctlC")
				s.says(2001, "trust_list_update_failed")
			},
			"the CTL was refused": func(s *scene) {
				s.b.Events = s.b.Events[:len(s.b.Events)-1]
				s.says(1000.1, "trust_list_update_failed")
			},
		}},
		{"token-lost", ClassDegraded, "medium", func() *scene {
			s := secure(false)
			s.fact("ctl-token", "lost")
			return s
		}, map[string]func(*scene){
			"a token is at hand": func(s *scene) { s.b.Facts[0].Value = "available" },
			"a server signs the CTL": func(s *scene) {
				for _, id := range []string{"ctlA", "ctlB"} {
					l := s.listAt(id)
					l.Signer.Serial = l.Records[1].Serial
				}
			},
		}},
		{"blank-itl-rollback-active", ClassDegraded, "high", func() *scene {
			s := atHome()
			l := s.listAt("itlA")
			l.Records = []evidence.Record{l.Records[0], l.Records[3]}
			return s
		}, map[string]func(*scene){
			"a server is named": func(s *scene) {
				s.listAt("itlA").Records = append(s.listAt("itlA").Records, evidence.Record{Number: 8, Functions: []string{"TFTP"}, Serial: "aa01"})
			},
			"the list is damaged": func(s *scene) { s.listAt("itlA").Status = "invalid" },
			"only a part is seen": func(s *scene) { s.listAt("itlA").Partial = true },
		}},
		{"blank-itl-refused", ClassLockedOut, "high", blankServed, map[string]func(*scene){
			"it was taken": func(s *scene) {
				without("config_refused", "trust_list_verification_failed")(s)
				s.says(1003, "trust_list_verified")
			},
			"the signer is known": func(s *scene) { s.listAt("new").Signer.Serial = "aa01" },
		}},
		{"emcc-certificates-missing", ClassRecoverable, "high", visiting, map[string]func(*scene){
			"TVS knows the signer": func(s *scene) {
				for i := range s.b.Events {
					if s.b.Events[i].Event == "tvs_query" {
						s.b.Events[i].Detail["result"] = "found"
					}
				}
			},
			"the phone's CTL knows the signer": func(s *scene) {
				s.listOf("ctlA", "ctl", "SAST-ADN4e31f914", "e001", "SAST e001 SAST-ADN4e31f914", "CCM+TFTP aa02 cucm-b1")
				s.listAt("ctlA").HeaderLength = 304
				s.transfer(0.5, "CTL"+phoneName+".tlv", "ctlA")
				s.says(0.6, "signature_ok", with("header_length", "304"))
			},
			"that server offers its lists too": func(s *scene) {
				s.listOf("ctlB", "ctl", "SAST-ADN00000002", "e002", "SAST e002 SAST-ADN00000002", "CCM+TFTP aa02 cucm-b1", "CAPF ca02 CAPF-1d2e3f40")
				s.transfer(999, "CTL"+phoneName+".tlv", "ctlB")
				s.from(nodeX)
				s.says(999.5, "trust_list_update_failed")
			},
			"the signer is a node of the same cluster": func(s *scene) { s.listAt("itlA").Records[2].Subject = "CN=cucm-b1" },
			"lists and configuration come from one server": func(s *scene) {
				for i := range s.b.Events {
					if x := s.b.Events[i].Transfer; x != nil {
						x.Server = nodeA + ":69"
					}
				}
			},
		}},
		{"vpn-hash-mismatch", ClassRecoverable, "high", func() *scene {
			s := atHome()
			for i := range s.b.Objects {
				if c := s.b.Objects[i].Config; c != nil {
					c.VPNHashes = []string{"q83vAA=="}
				}
			}
			s.gateway(50, "dd01")
			return s
		}, map[string]func(*scene){
			"the hash fits": func(s *scene) {
				for i := range s.b.Objects {
					if c := s.b.Objects[i].Config; c != nil {
						c.VPNHashes = []string{"AQI="}
					}
				}
			},
			"no gateway is configured": func(s *scene) {
				for i := range s.b.Objects {
					if c := s.b.Objects[i].Config; c != nil {
						c.VPNHashes = nil
					}
				}
			},
			"the server did not agree": func(s *scene) { s.b.Events[len(s.b.Events)-1].TLS.Alerts[0].From = "server" },
		}},
		{"dot1x-failed-after-capf-change", ClassRecoverable, "", func() *scene {
			s := atHome()
			s.says(20, "tls_client_cert", with("type", "LSC"), with("issuer", "CN=CAPF-00000000"))
			s.says(30, "dot1x_failed")
			return s
		}, map[string]func(*scene){
			"the LSC is of the present CAPF": func(s *scene) {
				s.b.Events[len(s.b.Events)-2].Detail["issuer"] = "CN=CAPF-9c4cba7d"
			},
			"802.1X let the phone in later": func(s *scene) { s.observed(40, "eap_success") },
		}},
		{"autoregistration-in-mixed-mode", ClassDegraded, "low", func() *scene {
			s := newScene()
			s.fact("security-mode", "mixed")
			s.transfer(0, phoneName+".cnf.xml", "")
			s.b.Objects = append(s.b.Objects, evidence.Object{Kind: "object", Object: "config", ID: "def", Places: []evidence.Place{{Input: "cap", Frame: 1}}, Config: &evidence.Config{}})
			s.transfer(1, "XMLDefault.cnf.xml", "def")
			s.covers("cap", "capture", 0, 200)
			return s
		}, map[string]func(*scene){
			"the phone registers":              func(s *scene) { s.observed(20, "registration_ok") },
			"the capture ends at once":         func(s *scene) { s.b.Coverage = nil },
			"the cluster is not in mixed mode": func(s *scene) { s.b.Facts[0].Value = "non-secure" },
			"the release can do it":            func(s *scene) { s.fact("cucm-version", "14.0.1") },
		}},
		{"itl-deleted-or-erased", ClassOK, "", func() *scene {
			s := atHome()
			s.says(500, "trust_lists_erased")
			return s
		}, map[string]func(*scene){"no line says so": without("trust_lists_erased")}},
		{"settings-access-blocks-deletion", ClassNote, "high", func() *scene {
			s := regenerated().closed()
			for i := range s.b.Objects {
				if c := s.b.Objects[i].Config; c != nil {
					c.Settings = "0"
				}
			}
			return s
		}, map[string]func(*scene){
			"the menu is open": func(s *scene) {
				for i := range s.b.Objects {
					if c := s.b.Objects[i].Config; c != nil {
						c.Settings = "1"
					}
				}
			},
			"no list is to be deleted": func(s *scene) { s.b.Facts = nil; s.fact("drs-backup", "yes") },
		}},
	})
}

// The finding under the others is the verdict, and they are its consequences.
func TestMovesDecide(t *testing.T) {
	silent := moved()
	silent.tvs(1002, nodeA, "no-answer", "")
	denied := moved()
	denied.tvs(1002, nodeA, "established", "bb01")
	denied.traced(1002.1, "tvs-sdi", "tvs_query", with("type", "query"), with("serial", "aa02"), with("result", "not-found"))
	gone := secure(true)
	gone.tvs(1001, nodeA, "no-answer", "")
	gone.says(1002, "trust_list_update_failed")
	token := secure(false)
	l := token.listAt("ctlB")
	l.Signer, l.Records[0] = token.listAt("ctlA").Signer, token.listAt("ctlA").Records[0]
	token.says(1000.1, "signature_ok", with("header_length", "304"))
	for name, tt := range map[string]struct {
		s              *scene
		class, primary string
	}{
		"no statement about the gate": {moved(), ClassInconclusive, "moved-cluster-no-trust"},
		"a backup is stated":          {func() *scene { s := moved(); s.fact("drs-backup", "yes"); return s }(), ClassRecoverable, "moved-cluster-no-trust"},
		"old TVS silent":              {silent, ClassRecoverable, "old-tvs-unreachable-after-move"},
		"old TVS says no":             {denied, ClassRecoverable, "bulk-certificate-incomplete"},
		"rollback, old cluster up":    {rolledBack(), ClassRecoverable, "secure-move-with-rollback"},
		"rollback, old cluster gone":  {gone, ClassInconclusive, "secure-move-with-rollback"},
		"blank ITL refused":           {blankServed(), ClassLockedOut, "blank-itl-refused"},
		"visiting":                    {visiting(), ClassRecoverable, "emcc-certificates-missing"},
		"moved by a common token":     {token, ClassOK, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := tt.s.judge(t)
			if p.Verdict.Class != tt.class || tt.primary != "" && p.Verdict.Primary != tt.primary {
				t.Errorf("%s by %s, want %s by %s: %+v", p.Verdict.Class, p.Verdict.Primary, tt.class, tt.primary, p.Findings)
			}
			for _, f := range p.Findings {
				for _, step := range f.Remedy {
					if p.Verdict.Class != ClassLockedOut && strings.Contains(step.Text, "every other door is closed") {
						t.Errorf("%s advises to delete: %q", f.ID, step.Text)
					}
				}
			}
		})
	}
}

// A phone that took the new cluster's lists on the word of its old TVS is well.
func TestMovedAndHealed(t *testing.T) {
	s := moved()
	without("config_refused", "trust_list_verification_failed")(s)
	s.tvs(1001.5, nodeA, "established", "bb01")
	s.says(1001.7, "tvs_cert_auth_sent")
	s.traced(1001.8, "tvs-sdi", "tvs_query", with("type", "query"), with("serial", "aa02"), with("result", "found"))
	s.says(1002, "signature_ok", with("header_length", "296"))
	s.says(1005, "config_verified", with("file", phoneName+".cnf.xml"))
	p := s.judge(t)
	if p.Verdict.Class != ClassOK || p.Verdict.Primary != "itl-updated-via-tvs" {
		t.Errorf("verdict %+v", p.Verdict)
	}
	for _, id := range []string{"moved-cluster-no-trust", "bulk-certificate-incomplete", "old-tvs-unreachable-after-move"} {
		if has(p, id) != nil {
			t.Errorf("%s is raised for a phone that moved well", id)
		}
	}
}

// The alarm about the rollback parameter is about the cluster: it names no
// phone, and stands among the cluster's findings until it is switched off.
func TestRollbackAlarm(t *testing.T) {
	s := healthyBoot()
	alarm := func(sec float64, name string) {
		s.observed(sec, "syslog_alarm", with("alarm", name), func(e *evidence.Event) { e.Address, e.Server = "", nodeA+":514" })
	}
	found := func() *Finding {
		for _, f := range Judge(s.b, Options{}).Cluster.Findings {
			if f.ID == "blank-itl-rollback-active" {
				return &f
			}
		}
		return nil
	}
	alarm(10, "RollBackToPre8.0Enabled")
	if f := found(); f == nil || len(f.Evidence) == 0 || f.About == "" {
		t.Errorf("finding %+v", f)
	}
	alarm(20, "RollBackToPre8.0Disabled")
	if f := found(); f != nil {
		t.Errorf("raised after the parameter was switched off: %s", f.Summary)
	}
}

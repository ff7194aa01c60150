package correlate

import (
	"slices"
	"testing"

	"trustline/correlate/evidence"
)

// renamed is a phone whose only server got another name between two boots: a
// CTL that the phone holds by a token, when one is wanted, and whether the
// token is at hand.
func renamed(token string) *scene {
	s := newScene()
	tftp := "TFTP"
	if token != "" {
		tftp = "CCM+TFTP"
		s.listOf("ctl", "ctl", "SAST-ADN4e31f914", "e001", "SAST e001 SAST-ADN4e31f914", "CCM+TFTP aa01 cucm-a1")
		s.listAt("ctl").HeaderLength = 304
		s.fact("ctl-token", token)
	}
	s.listOf("old", "itl", "cucm-a1", "aa01", "SAST aa01 cucm-a1", tftp+" aa01 cucm-a1", "TVS bb01 cucm-a1")
	s.listOf("new", "itl", "cucm-z9", "aa02", "SAST aa02 cucm-z9", tftp+" aa02 cucm-z9", "TVS bb02 cucm-z9")
	s.configOf("cfg1", "cucm-a1", "aa01", nodeA)
	s.configOf("cfg2", "cucm-z9", "aa02", nodeA)
	list := ""
	if token != "" {
		list = "ctl"
	}
	s.transfer(0, "CTL"+phoneName+".tlv", list)
	if list != "" {
		s.says(0.1, "signature_ok", with("header_length", "304"))
	}
	s.transfer(1, "ITL"+phoneName+".tlv", "old")
	takes(1.1)(s)
	s.transfer(2, phoneName+".cnf.xml.sgn", "cfg1")
	s.says(2.1, "config_verified", with("file", phoneName+".cnf.xml"))
	s.transfer(1001, "ITL"+phoneName+".tlv", "new")
	s.tvs(1002, nodeA, "alert", "bb02")
	s.says(1003, "trust_list_verification_failed")
	s.transfer(1004, phoneName+".cnf.xml.sgn", "cfg2")
	s.says(1005, "config_refused", with("file", phoneName+".cnf.xml"))
	return s
}

// twoServers gives the phone a second TVS, renamed too.
func twoServers(s *scene) {
	for i := range s.b.Objects {
		if c := s.b.Objects[i].Config; c != nil {
			c.CallManager = []string{nodeA, nodeB}
		}
	}
	s.tvs(1002.5, nodeB, "alert", "bb03")
}

// keepsName gives the new certificates the server's old name.
func keepsName(s *scene) {
	l := s.listAt("new")
	l.Signer.Name, l.Signer.Issuer = "CN=cucm-a1", "CN=cucm-a1"
	for i := range l.Records {
		l.Records[i].Subject, l.Records[i].Issuer = "CN=cucm-a1", "CN=cucm-a1"
	}
}

// unfetched takes the second boot away: the old ITL was read from the phone, the
// new one stands in the server's listing, and the phone was not offered it.
func unfetched(s *scene) {
	s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool {
		return e.TLS == nil && e.Clock.Seconds > 1700000500 || e.Transfer != nil && fileKind(e.Transfer.File) == "itl"
	})
	for i := range s.b.Objects {
		switch o := &s.b.Objects[i]; o.ID {
		case "old":
			o.Places = []evidence.Place{{Input: "phone.tlv"}}
		case "new":
			o.Places, o.List.Origin = []evidence.Place{{Input: "show-itl.txt", Line: 1}}, "listing"
		}
	}
	s.input("phone.tlv", "itl")
	s.input("show-itl.txt", "show-itl")
	s.fact("origin:phone.tlv", "phone")
}

// stillKnown is a second TVS that presents what the phone's ITL holds.
func stillKnown(s *scene) {
	l := s.listAt("old")
	l.Records = append(l.Records, evidence.Record{Number: 9, Functions: []string{"TVS"}, Subject: "CN=cucm-a2", Issuer: "CN=cucm-a2", Serial: "dd01", Hash: "hashdd01"})
	s.tvs(1002.7, nodeB, "established", "dd01")
}

// otherTVS lets both clusters' TVS present what a moved phone does not hold.
func otherTVS(s *scene) *scene {
	s.tvs(1002, nodeA, "alert", "bb77")
	s.tvs(1002.5, nodeX, "alert", "bb02")
	return s
}

// waiting is a phone that holds the old ITL, whose server's listing shows one by
// a new signer; TVS.pem is unchanged.
func waiting() *scene {
	s := regenerated()
	unfetched(s)
	without("tls_connection")(s)
	s.tvs(3, nodeA, "established", "bb01")
	return s
}

func TestCertificateFindings(t *testing.T) {
	testRaises(t, []raises{
		{"callmanager-tvs-both-regenerated", ClassLockedOut, "high", func() *scene { return regenerated().closed() }, map[string]func(*scene){
			"the signer is known to the phone":  func(s *scene) { s.listAt("new").Signer.Serial = "aa01" },
			"one TVS is known to the phone":     stillKnown,
			"the phone was not offered it yet":  unfetched,
			"the servers have another name too": func(s *scene) { s.listAt("new").Signer.Name = "CN=cucm-z9" },
			"the cluster was rebuilt":           func(s *scene) { s.fact("rebuilt", "2023-11-14") },
		}},
		{"hostname-change-with-ctl", ClassRecoverable, "high", func() *scene { return renamed("available") }, map[string]func(*scene){
			"the name is the old one":          keepsName,
			"one TVS is known to the phone":    stillKnown,
			"the phone was not offered it yet": unfetched,
			"there is no CTL":                  instead(func() *scene { return renamed("") }),
			"the phone was moved": instead(func() *scene {
				s := otherTVS(secure(false))
				s.configOf("cfgA", "cucm-a1", "aa01", nodeA)
				s.transfer(2, phoneName+".cnf.xml.sgn", "cfgA")
				s.says(2.1, "config_verified", with("file", phoneName+".cnf.xml"))
				s.configOf("cfgB", "cucm-b1", "aa02", nodeX)
				s.transfer(1001, "ITL"+phoneName+".tlv", "itlB")
				s.from(nodeX)
				s.says(1003, "trust_list_verification_failed")
				s.says(1000.2, "signature_failed", with("file", "CTL"+phoneName+".tlv"))
				s.transfer(1004, phoneName+".cnf.xml.sgn", "cfgB")
				s.from(nodeX)
				s.says(1005, "config_refused", with("file", phoneName+".cnf.xml"))
				s.fact("ctl-token", "available")
				return s
			}),
		}},
		{"hostname-change-single-node-itl-only", ClassLockedOut, "high", func() *scene { return renamed("") }, map[string]func(*scene){
			"the name is the old one":          keepsName,
			"one TVS is known to the phone":    stillKnown,
			"the phone was not offered it yet": unfetched,
			"there are two servers":            twoServers,
			"its TVS presents the old certificate": func(s *scene) {
				without("tls_connection")(s)
				s.tvs(1002, nodeA, "established", "bb01")
			},
			"the phone holds a CTL": instead(func() *scene {
				s := renamed("lost")
				s.listOf("ctl2", "ctl", "cucm-z9", "e009", "SAST e009 cucm-z9", "CCM+TFTP aa02 cucm-z9")
				s.transfer(1000, "CTL"+phoneName+".tlv", "ctl2")
				s.says(1000.5, "trust_list_update_failed")
				return s
			}),
			"the phone was moved": instead(movedAlone),
		}},
		{"all-nodes-renamed-together", ClassLockedOut, "high", func() *scene {
			s := renamed("")
			twoServers(s)
			return s
		}, map[string]func(*scene){
			"the name is the old one":          keepsName,
			"one TVS is known to the phone":    stillKnown,
			"the phone was not offered it yet": unfetched,
			"an anchor of the CTL is left": instead(func() *scene {
				s := renamed("available")
				twoServers(s)
				return s
			}),
			"the phone was moved": instead(func() *scene { return otherTVS(moved()) }),
		}},
		{"cluster-rebuilt-no-drs", ClassLockedOut, "medium", func() *scene {
			s := regenerated().closed()
			s.fact("rebuilt", "2023-11-14")
			return s
		}, map[string]func(*scene){
			"nobody says so":                   func(s *scene) { s.b.Facts = s.b.Facts[:len(s.b.Facts)-1] },
			"a certificate is older than that": func(s *scene) { s.lasts("bb02", -400, 400) },
			"the signer is known to the phone": func(s *scene) { s.listAt("new").Signer.Serial = "aa01" },
			"one TVS is known to the phone":    stillKnown,
			"the phone was not offered it yet": unfetched,
			"the phone was moved": instead(func() *scene {
				s := otherTVS(moved())
				s.fact("rebuilt", "2023-11-14")
				return s
			}),
		}},
		{"callmanager-regenerated-pending", ClassDegraded, "high", waiting, map[string]func(*scene){
			"TVS presents another certificate": func(s *scene) { s.tvs(4, nodeA, "alert", "bb02") },
			"the phone knows the new signer":   func(s *scene) { s.listAt("new").Signer.Serial = "aa01" },
			"the phone refuses its files": func(s *scene) {
				s.transfer(1004, phoneName+".cnf.xml.sgn", "cfg2")
				s.says(1005, "config_refused", with("file", phoneName+".cnf.xml"))
			},
		}},
		{"tvs-regenerated-itl-not-refreshed", ClassDegraded, "high", func() *scene {
			s := healthyBoot()
			s.tvs(10, nodeA, "alert", "bb02")
			return s
		}, map[string]func(*scene){
			"the phone's ITL holds it": func(s *scene) { s.tvs(12, nodeA, "established", "bb01") },
			"the signer is new too":    instead(regenerated),
			"the phone was moved, and asks its old cluster": instead(func() *scene {
				s := moved()
				without("config_refused", "trust_list_verification_failed")(s)
				s.says(1001.7, "tvs_cert_auth_sent")
				s.says(1001.8, "tvs_cert_auth_response", with("status", "0"))
				takes(1002)(s)
				s.says(1005, "config_verified", with("file", phoneName+".cnf.xml"))
				s.tvs(1100, nodeA, "alert", "bb01")
				return s
			}),
		}},
		{"itl-stale-on-phone", ClassDegraded, "high", regenerated, map[string]func(*scene){
			"the phone took it": func(s *scene) {
				without("trust_list_verification_failed")(s)
				takes(1003)(s)
			},
			"only a part is seen": func(s *scene) { s.listAt("new").Partial = true },
		}},
		{"cm-group-single-tvs", ClassNote, "", func() *scene {
			s := healthyBoot()
			l := s.listAt("itl1")
			l.Records = append(l.Records, evidence.Record{Number: 4, Functions: []string{"TVS"}, Subject: "CN=cucm-a2", Issuer: "CN=cucm-a2", Serial: "dd01", Hash: "hashdd01"})
			return s
		}, map[string]func(*scene){
			"the cluster has no other": func(s *scene) { l := s.listAt("itl1"); l.Records = l.Records[:3] },
			"the group has two": func(s *scene) {
				for i := range s.b.Objects {
					if c := s.b.Objects[i].Config; c != nil {
						c.CallManager = []string{nodeA, nodeB}
					}
				}
			},
		}},
		{"cert-regenerated-ok", ClassOK, "", func() *scene {
			s := regenerated()
			without("trust_list_verification_failed", "config_refused", "tls_connection")(s)
			s.traced(900, "syslog", "alarm", with("alarm", "UC_TVS-6-TVSCertificateRegenerated"), of("", ""))
			s.listAt("new").Signer.Serial = "aa01"
			takes(1001.5)(s)
			s.says(1005, "config_verified", with("file", phoneName+".cnf.xml"))
			return s
		}, map[string]func(*scene){
			"no certificate was regenerated": without("alarm"),
			"the phone keeps its old list":   func(s *scene) { s.fact("itl-sha1", "01d0"); s.listAt("old").SHA1 = "01d0" },
			"the phone refuses its configuration": func(s *scene) {
				without("config_verified")(s)
				s.says(1005, "config_refused", with("file", phoneName+".cnf.xml"))
			},
		}},
		{"itlrecovery-renewed", ClassRecoverable, "", recoveryRenewed, map[string]func(*scene){
			"the phone knows the new one": func(s *scene) {
				l := s.listAt("old")
				l.Records = append(l.Records, evidence.Record{Number: 9, Functions: []string{"SAST"}, Subject: "CN=ITLRECOVERY_cucm-a1", Issuer: "CN=ITLRECOVERY_cucm-a1", Serial: "aa02"})
			},
			"another key signs": func(s *scene) { s.listAt("new").Signer.Name = "CN=cucm-a1" },
			"a CTL of the cluster lists the old one": func(s *scene) {
				s.listOf("ctl1", "ctl", "cucm-a1", "aa05", "SAST aa01 ITLRECOVERY_cucm-a1", "SAST+CCM+TFTP aa05 cucm-a1")
				l := s.listAt("new")
				l.Records = append(l.Records, s.listAt("ctl1").Records[1])
				for i := range s.b.Objects {
					if o := &s.b.Objects[i]; o.ID == "ctl1" {
						o.Places, o.List.Origin = []evidence.Place{{Input: "show-ctl.txt", Line: 1}}, "listing"
					}
				}
				s.input("show-ctl.txt", "show-ctl")
			},
		}},
		{"itl-reset-transition", ClassOK, "medium", func() *scene {
			s := recoveryRenewed()
			without("trust_list_verification_failed", "config_refused")(s)
			l := s.listAt("old")
			l.Records = append(l.Records, evidence.Record{Number: 9, Functions: []string{"SAST"}, Subject: "CN=cucm-a1", Issuer: "CN=cucm-a1", Serial: "aa05"})
			l = s.listAt("new")
			l.Signer = evidence.Signer{Name: "CN=cucm-a1", Issuer: "CN=cucm-a1", Serial: "aa05"}
			s.fact("reset", "2023-11-14")
			takes(1003)(s)
			s.says(1005, "config_verified", with("file", phoneName+".cnf.xml"))
			return s
		}, map[string]func(*scene){
			"nobody says so":                func(s *scene) { s.b.Facts = nil },
			"the phone's ITL lacks the key": func(s *scene) { l := s.listAt("old"); l.Records = l.Records[:3] },
			"the phone refuses its configuration": func(s *scene) {
				without("config_verified")(s)
				s.says(1005, "config_refused", with("file", phoneName+".cnf.xml"))
			},
		}},
		{"config-signer-not-trusted", "", "", func() *scene {
			s := healthyBoot()
			s.config("cfg2", "aa09", nodeA)
			s.transfer(1004, phoneName+".cnf.xml.sgn", "cfg2")
			s.says(1005, "config_refused", with("file", phoneName+".cnf.xml"))
			return s
		}, map[string]func(*scene){
			"the phone took it on the word of TVS": func(s *scene) {
				without("config_refused")(s)
				s.says(1005, "config_verified", with("file", phoneName+".cnf.xml"))
			},
			"the phone's ITL knows the signer": func(s *scene) {
				for i := range s.b.Objects {
					if o := &s.b.Objects[i]; o.ID == "cfg2" {
						o.List.Signer.Serial = "aa01"
					}
				}
			},
		}},
	})
}

// movedAlone is a moved phone of which only the new cluster's one server is
// known: its ITL was read off it, with other addresses than the served one, and
// it took a configuration there before it was offered the lists.
func movedAlone() *scene {
	s := newScene()
	s.listOf("itlA", "itl", "cucm-a1", "aa01", "SAST aa01 cucm-a1", "TFTP aa01 cucm-a1", "TVS bb01 cucm-a1")
	s.listOf("itlB", "itl", "cucm-b1", "aa02", "SAST aa02 cucm-b1", "TFTP aa02 cucm-b1", "TVS bb02 cucm-b1")
	s.configOf("cfgB", "cucm-b1", "aa02", nodeX)
	for id, ip := range map[string]string{"itlA": nodeA, "itlB": nodeX} {
		for i := range s.listAt(id).Records {
			s.listAt(id).Records[i].IP = ip
		}
	}
	for i := range s.b.Objects {
		if o := &s.b.Objects[i]; o.ID == "itlA" {
			o.Places = []evidence.Place{{Input: "phone.tlv"}}
		}
	}
	s.input("phone.tlv", "itl")
	s.fact("origin:phone.tlv", "phone")
	s.transfer(0, phoneName+".cnf.xml.sgn", "cfgB")
	s.from(nodeX)
	s.says(0.1, "config_verified", with("file", phoneName+".cnf.xml"))
	s.transfer(1000, "CTL"+phoneName+".tlv", "")
	s.from(nodeX)
	s.transfer(1001, "ITL"+phoneName+".tlv", "itlB")
	s.from(nodeX)
	s.tvs(1002, nodeX, "alert", "bb02")
	s.says(1003, "trust_list_verification_failed")
	return s
}

// recoveryRenewed is a cluster of release 12 whose ITLRecovery was renewed.
func recoveryRenewed() *scene {
	s := regenerated()
	for _, id := range []string{"old", "new"} {
		l := s.listAt(id)
		l.Signer.Name, l.Signer.Issuer = "CN=ITLRECOVERY_cucm-a1", "CN=ITLRECOVERY_cucm-a1"
		l.Records[0].Subject, l.Records[0].Issuer = l.Signer.Name, l.Signer.Name
	}
	return s
}

package correlate

import (
	"slices"
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

const (
	ownITL    = "ITL" + phoneName + ".tlv"
	ownCTL    = "CTL" + phoneName + ".tlv"
	ownConfig = phoneName + ".cnf.xml.sgn"
)

// last gives the event that a scene holds last, to be changed.
func (s *scene) last() *evidence.Event { return &s.b.Events[len(s.b.Events)-1] }

// ends gives the last transfer another end: stalled, unanswered, or an error.
func (s *scene) ends(outcome string, bytes int64, code int) {
	t := s.last().Transfer
	t.Outcome, t.Bytes, t.Object, t.ErrorCode, t.Error = outcome, bytes, "", nil, ""
	if code != 0 {
		t.ErrorCode = &code
	}
}

// http makes the last transfer one over TCP 6970.
func (s *scene) http() {
	t := s.last().Transfer
	t.Proto, t.Server = "http", nodeA+":6970"
	s.last().Server = t.Server
}

// busy adds requests over HTTP that are answered 503.
func (s *scene) busy(file string, secs ...float64) {
	for _, sec := range secs {
		s.transfer(sec, file, "")
		s.http()
		s.ends("error", 0, 503)
	}
}

// central is the boot of a phone behind a central TFTP server: the generic list
// of that cluster, signed by aa01, and a configuration signed by leaf.
func central(leaf string) *scene {
	s := newScene()
	s.list("itlB", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
	s.config("cfgA", leaf, "10.2.2.11")
	s.b.Objects[1].List.Signer.Name, s.b.Objects[1].List.Signer.Issuer = "CN=leaf-a1", "CN=leaf-a1"
	s.transfer(0, ownCTL, "")
	s.transfer(1, ownITL, "")
	s.transfer(2, "ITLFile.tlv", "itlB")
	s.says(2.1, "signature_ok", with("header_length", "296"))
	s.transfer(3, ownConfig, "cfgA")
	s.says(4, "config_refused", with("file", phoneName+".cnf.xml"))
	s.covers("cap", "capture", 0, 200)
	return s
}

func TestTransportFindings(t *testing.T) {
	arrives := func(s *scene) { s.transfer(3.5, ownITL, "itl1") }
	testRaises(t, []raises{
		{"list-transfer-failed", ClassRecoverable, "high", func() *scene {
			s := newScene()
			s.list("itl1", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
			s.transfer(0, ownCTL, "")
			s.transfer(1, ownITL, "itl1")
			s.ends("incomplete", 1024, 0)
			s.covers("cap", "capture", 0, 100)
			return s
		}, map[string]func(*scene){
			"TFTP delivers it afterwards": arrives,
			"the capture ends with it":    func(s *scene) { s.b.Coverage[0].To = s.clock(2) },
			"the capture has one direction": func(s *scene) {
				s.b.Coverage[0].Got = false
			},
			"the phone went on at once": func(s *scene) { s.transfer(1.5, ownConfig, "") },
			"the server has no such file": func(s *scene) {
				s.ends("error", 0, 1)
			},
			"the phone says that it took it": func(s *scene) { s.says(1.3, "signature_ok", with("header_length", "296")) },
			"no server answers at all": func(s *scene) {
				s.b.Events = nil
				s.observed(1, "http_no_answer", server(nodeA+":6970"))
				s.transfer(5, ownITL, "itl1")
				s.ends("no-response", 0, 0)
			},
			"the service turns the phone away": func(s *scene) {
				s.b.Events = nil
				s.busy(ownITL, 1, 20, 45, 70)
				s.transfer(75, ownITL, "itl1")
				s.ends("incomplete", 1024, 0)
			},
		}},
		{"tftp-server-busy", ClassRecoverable, "medium", func() *scene {
			s := newScene()
			s.list("itl1", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
			s.busy(ownITL, 1, 20, 45, 70)
			s.covers("cap", "capture", 0, 100)
			return s
		}, map[string]func(*scene){
			"one 503 before the file came": func(s *scene) {
				s.b.Events = s.b.Events[:1]
				arrives(s)
			},
			"it lasted ten seconds": func(s *scene) {
				s.b.Events = nil
				s.busy(ownITL, 1, 5, 11)
			},
			"files came between": func(s *scene) { s.transfer(40, ownConfig, "itl1") },
		}},
		{"tftp-address-wrong-or-down", ClassRecoverable, "high", func() *scene {
			s := newScene()
			s.observed(0, "dhcp_ack", with("tftp_servers", nodeA))
			s.observed(1, "http_no_answer", server(nodeA+":6970"))
			s.transfer(5, ownITL, "itl1")
			s.ends("no-response", 0, 0)
			s.covers("cap", "capture", 0, 100)
			return s
		}, map[string]func(*scene){
			"it answers afterwards":       func(s *scene) { s.transfer(30, ownITL, "") },
			"a single request":            func(s *scene) { without("http_no_answer")(s) },
			"one direction captured":      func(s *scene) { s.b.Coverage[0].Got = false },
			"the server has no such file": func(s *scene) { s.ends("error", 0, 1) },
		}},
		{"list-fallback-to-generic", ClassOK, "high", func() *scene { return central("aa01") }, map[string]func(*scene){
			"its own list came in the end": func(s *scene) { s.transfer(6, ownITL, "itlB") },
			"the server answers the own name with the generic file": func(s *scene) {
				s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool { return e.Transfer != nil && strings.HasPrefix(e.Transfer.File, "ITL") })
				s.transfer(1, ownITL, "itlB")
				s.traced(1.1, "ctftp-sdi", "file_served", with("file", ownITL), with("actual", "ITLFile.tlv"))
			},
		}},
		{"centralised-tftp-heterogeneous", ClassRecoverable, "high", func() *scene { return central("cc01") }, map[string]func(*scene){
			"the list knows the signer":     func(s *scene) { s.b.Objects[1].List.Signer = s.b.Objects[0].List.Signer },
			"the phone takes the file":      func(s *scene) { s.b.Events[len(s.b.Events)-1].Event = "config_verified" },
			"nothing says what it did":      without("config_refused"),
			"the signer is of that cluster": func(s *scene) { s.b.Objects[1].List.Signer.Name = "CN=cucm-a1" },
			"its own list was delivered":    func(s *scene) { s.transfer(1.2, ownITL, "itlB") },
		}},
		{"proxy-tftp-leaf-unreachable", ClassRecoverable, "high", func() *scene {
			s := newScene()
			s.transfer(1, ownITL, "")
			s.transfer(2, ownConfig, "")
			s.traced(2.5, "syslog", "alarm", with("alarm", "OFFClusternodedown"), func(e *evidence.Event) { e.Address = "" })
			return s
		}, map[string]func(*scene){
			"no alarm":       without("alarm"),
			"the files came": func(s *scene) { s.transfer(3, ownITL, "x"); s.transfer(4, ownConfig, "x") },
			"another alarm":  func(s *scene) { s.last().Detail["alarm"] = "ITLFileRegenerated" },
			"the leaf gave the list": func(s *scene) {
				s.b.Events = s.b.Events[1:]
				s.transfer(1, ownITL, "x")
				s.traced(1, "ctftp-sdi", "proxy_fetch", with("file", ownITL), with("cluster", "10.2.2.11"))
			},
			"the leaf answered again": func(s *scene) {
				s.transfer(90, ownConfig, "x")
				s.traced(90, "ctftp-sdi", "proxy_fetch", with("file", ownConfig))
			},
		}},
		{"tftp-address-not-in-ctl", ClassRecoverable, "medium", func() *scene {
			s := newScene()
			s.fact("model", "CP-7960G")
			s.list("ctl1", "ctl", "cc01", "SAST cc01", "CCM+TFTP aa01")
			s.b.Objects[0].List.Records[1].IP = "10.7.7.7"
			s.transfer(0, ownCTL, "ctl1")
			s.says(0.1, "signature_ok", with("header_length", "296"))
			s.transfer(1000, phoneName+".cnf.xml.sgn", "")
			return s
		}, map[string]func(*scene){
			"a newer model": func(s *scene) { s.b.Facts[0].Value = "7970" },
			"the CTL's signer is unknown too": func(s *scene) {
				s.list("ctl2", "ctl", "dd01", "SAST dd01", "CCM+TFTP aa02")
				s.transfer(900, ownCTL, "ctl2")
				s.says(900.1, "trust_list_update_failed")
			},
			"the model unknown": func(s *scene) { s.b.Facts = nil },
			"the served CTL is signed by somebody new": func(s *scene) {
				s.list("ctl2", "ctl", "cc09", "SAST cc09", "CCM+TFTP aa09")
				s.transfer(990, ownCTL, "ctl2")
				s.says(991, "trust_list_update_failed")
			},
			"the CTL lists it": func(s *scene) { s.b.Objects[0].List.Records[1].IP = nodeA },
			"only a name is there": func(s *scene) {
				s.b.Objects[0].List.Records[1].IP, s.b.Objects[0].List.Records[1].DNSName = "", "cucm-x"
			},
			"the CTL is not known": without("signature_ok"),
		}},
		{"default-config-no-tvs", ClassRecoverable, "medium", func() *scene {
			s := newScene()
			s.transfer(0, ownConfig, "")
			s.transfer(1, "XMLDefault.cnf.xml.sgn", "x")
			s.says(100, "https_cert_not_in_trust_list", server("10.1.1.20:8443"))
			s.says(101, "tls_handshake_failed", server("10.1.1.20:8443"))
			return s
		}, map[string]func(*scene){
			"TVS was asked":           func(s *scene) { s.tvs(100.5, nodeA, "no-answer", "") },
			"TVS answered":            func(s *scene) { s.says(100.5, "tvs_cert_auth_response", with("status", "1")) },
			"it has its own":          func(s *scene) { s.transfer(2, ownConfig, "x") },
			"the service opens":       without("tls_handshake_failed"),
			"the default names a TVS": func(s *scene) { s.config("x", "aa01", nodeA); s.b.Objects[0].Config.TVS = []string{nodeA} },
		}},
	})
}

// What each file's source says: the trace names the cluster behind the proxy.
func TestCentralTFTPProvenance(t *testing.T) {
	s := central("cc01")
	s.traced(2, "ctftp-sdi", "file_served", with("file", "ITLFile.tlv"), with("actual", "ITLFile.tlv"))
	s.traced(3, "ctftp-sdi", "proxy_fetch", with("file", ownConfig), with("cluster", "10.2.2.11"))
	s.traced(3.1, "ctftp-sdi", "file_served", with("file", ownConfig))
	s.traced(3.5, "tvs-sdi", "tvs_query", with("type", "query"), with("result", "not-found"), with("serial", "cc01"))
	p := s.judge(t)
	if p.Verdict.Class != ClassRecoverable || p.Verdict.Primary != "centralised-tftp-heterogeneous" || p.Verdict.Confidence != "high" || p.Verdict.Deletion != "forbidden" {
		t.Fatalf("verdict %+v", p.Verdict)
	}
	f := has(p, "centralised-tftp-heterogeneous")
	for _, want := range []string{"ITLFile.tlv came from " + nodeA + " over TFTP, which has it itself", "asked the cluster of 10.2.2.11", "serial aa01", "serial cc01"} {
		if !strings.Contains(f.Summary, want) {
			t.Errorf("the summary lacks %q: %s", want, f.Summary)
		}
	}
	for _, id := range []string{"config-signer-not-trusted", "tvs-certificate-unknown-in-store"} {
		if f := has(p, id); f == nil || f.ConsequenceOf == nil || *f.ConsequenceOf != "centralised-tftp-heterogeneous" {
			t.Errorf("%s is not its consequence: %+v", id, f)
		}
	}
	if has(p, "list-fallback-to-generic") == nil {
		t.Error("the generic list is not told")
	}
	for _, step := range f.Remedy {
		if strings.Contains(step.Text, "has to be deleted") {
			t.Errorf("it advises to delete: %q", step.Text)
		}
	}
}

// A leaf before 8.0 that is not in mixed mode signs nothing: the signed file is
// not there, and something has to say that a cluster knows the phone.
func TestCentralTFTPLeafSignsNothing(t *testing.T) {
	leaf := func() *scene {
		s := central("cc01")
		s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool {
			return e.Event == "config_refused" || e.Transfer != nil && e.Transfer.File == ownConfig
		})
		s.transfer(3, ownConfig, "")
		return s
	}
	known := map[string]func(*scene){
		"the phone registers with the leaf": func(s *scene) { s.observed(5, "registration_ok", server("10.2.2.11:2000")) },
		"the proxy asked the leaf": func(s *scene) {
			s.traced(3, "ctftp-sdi", "proxy_fetch", with("file", ownConfig), with("cluster", "10.2.2.11"))
		},
	}
	for name, edit := range known {
		s := leaf()
		edit(s)
		p := s.judge(t)
		if p.Verdict.Primary != "centralised-tftp-heterogeneous" || p.Verdict.Class != ClassRecoverable || p.Verdict.Confidence != "medium" {
			t.Errorf("%s: verdict %+v", name, p.Verdict)
		}
	}
	if p := leaf().judge(t); has(p, "centralised-tftp-heterogeneous") != nil {
		t.Error("a phone that nobody knows is called one of another cluster")
	}
	s := leaf()
	s.transfer(4, "XMLDefault.cnf.xml.sgn", "x")
	s.observed(5, "registration_ok", server("10.2.2.11:2000"))
	if p := s.judge(t); has(p, "centralised-tftp-heterogeneous") != nil {
		t.Error("a new phone that registers itself is called one of another cluster")
	}
}

// All clusters of one kind: the proxy hands on the leaf's own list. One 503 on
// the way is no fault, and neither is a 404 that TFTP makes good.
func TestFalseFriendsOfTransport(t *testing.T) {
	homogeneous := func() *scene {
		s := newScene()
		s.list("itlA", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
		s.config("cfgA", "aa01", nodeA)
		s.busy(ownITL, 1)
		s.transfer(1.6, ownITL, "itlA")
		s.says(1.8, "signature_ok", with("header_length", "296"))
		s.traced(1, "ctftp-sdl", "http_503", with("file", ownITL), with("reason", "proxy lookup pending"))
		s.traced(1.6, "ctftp-sdl", "proxy_fetch", with("file", ownITL), with("cluster", "10.2.2.11"))
		s.traced(1.6, "ctftp-sdl", "file_served", with("file", ownITL), with("actual", "/usr/local/cm/tftp/tftpcache/"+ownITL+".44"))
		s.transfer(2, ownConfig, "cfgA")
		s.says(2.1, "config_verified", with("file", phoneName+".cnf.xml"))
		s.covers("cap", "capture", 0, 100)
		return s
	}
	notFound := func() *scene {
		s := healthyBoot()
		s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool { return e.Transfer != nil })
		for i, x := range []struct{ file, object string }{{ownITL, "itl1"}, {ownConfig, "cfg1"}} {
			s.transfer(float64(i)+0.8, x.file, "")
			s.http()
			s.ends("error", 0, 404)
			s.transfer(float64(i)+1, x.file, x.object)
		}
		return s
	}
	for name, s := range map[string]*scene{"homogeneous": homogeneous(), "404 over HTTP, then TFTP": notFound()} {
		p := s.judge(t)
		if p.Verdict.Class != ClassOK {
			t.Errorf("%s: verdict %+v", name, p.Verdict)
		}
		for _, f := range p.Findings {
			if slices.ContainsFunc(rulesTransport, func(r *Rule) bool { return r.ID == f.ID }) {
				t.Errorf("%s raises %s: %s", name, f.ID, f.Summary)
			}
		}
	}
}

// A boot that broke off and a later one that did not: history.
func TestBrokenTransferIsHistory(t *testing.T) {
	s := healthyBoot()
	s.b.Events = nil
	s.transfer(1, ownITL, "itl1")
	s.ends("incomplete", 512, 0)
	s.transfer(1000, ownITL, "itl1")
	s.says(1000.1, "signature_ok", with("header_length", "296"))
	s.transfer(1001, ownConfig, "cfg1")
	s.says(1001.1, "config_verified", with("file", phoneName+".cnf.xml"))
	s.covers("cap", "capture", 0, 1100)
	p := s.judge(t)
	if f := has(p, "list-transfer-failed"); f == nil || f.Class != ClassNote || !strings.Contains(f.Summary, "History") {
		t.Errorf("%+v", f)
	}
	if p.Verdict.Class != ClassOK {
		t.Errorf("verdict %+v", p.Verdict)
	}
}

// The servers' own trace and alarms, without any phone.
func TestFileServiceOfTheCluster(t *testing.T) {
	alone := func(e *evidence.Event) { e.Address = "" }
	s := newScene()
	s.traced(1, "ctftp-sdi", "tftp_503_max", alone)
	s.traced(2, "syslog", "alarm", with("alarm", "UC_TFTP-1-OFFClusternodedown"), alone)
	r := Judge(s.b, Options{})
	for _, id := range []string{"tftp-server-busy", "proxy-tftp-leaf-unreachable"} {
		i := slices.IndexFunc(r.Cluster.Findings, func(f Finding) bool { return f.ID == id })
		if i < 0 || r.Cluster.Findings[i].About == "" || len(r.Cluster.Findings[i].Remedy) == 0 {
			t.Errorf("%s: %+v", id, r.Cluster.Findings)
		}
	}
}

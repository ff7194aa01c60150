package correlate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

// The scenes below are small cases written by hand as evidence: each raises a
// verdict, and each variation takes one thing away that the verdict needs.

const (
	phoneName = "SEP0011215A1AE3"
	phoneIP   = "10.9.9.9"
	nodeA     = "10.1.1.11"
	nodeB     = "10.1.1.12"
)

// scene builds a bundle step by step; every capture event gets its own frame.
type scene struct {
	b     *evidence.Bundle
	frame int
	line  int
}

func newScene() *scene {
	return &scene{b: &evidence.Bundle{Header: evidence.Header{Schema: evidence.Schema, Inputs: []evidence.Input{{Name: "cap", Kind: "pcap"}, {Name: "console", Kind: "phone-secd"}}}}}
}

func (s *scene) clock(sec float64) *evidence.Clock {
	return &evidence.Clock{Dated: true, Seconds: 1700000000 + int64(sec), Nanos: int32((sec - float64(int64(sec))) * 1e9), Step: 1e-6, Text: fmt.Sprint(sec)}
}

func (s *scene) mark(sec float64) evidence.Mark {
	s.frame++
	return evidence.Mark{Frame: s.frame, Clock: s.clock(sec)}
}

// list adds an ITL or CTL with the given signer and records "ROLE serial".
func (s *scene) list(id, kind, signer string, records ...string) {
	l := &evidence.List{Type: kind, Origin: "binary", File: strings.ToUpper(kind) + "File.tlv", HeaderLength: 296, Length: 4000, SHA1: id, MD5: id, SHA256: id,
		Signer: evidence.Signer{Name: "CN=cucm-a1", Issuer: "CN=cucm-a1", Serial: signer}, Status: "valid"}
	for i, r := range records {
		role, serial, _ := strings.Cut(r, " ")
		l.Records = append(l.Records, evidence.Record{Number: i + 1, Functions: strings.Split(role, "+"), Subject: "CN=cucm-a1", Issuer: "CN=cucm-a1", Serial: serial, Hash: "hash" + serial})
	}
	s.b.Objects = append(s.b.Objects, evidence.Object{Kind: "object", Object: "list", ID: id, Places: []evidence.Place{{Input: "cap", Frame: 1}}, List: l})
}

// config adds a signed configuration that names a CallManager group.
func (s *scene) config(id, signer string, group ...string) {
	s.b.Objects = append(s.b.Objects, evidence.Object{Kind: "object", Object: "signed-file", ID: id, Places: []evidence.Place{{Input: "cap", Frame: 1}},
		List:   &evidence.List{Type: "signed-file", Signer: evidence.Signer{Name: "CN=cucm-a1", Issuer: "CN=cucm-a1", Serial: signer}, SHA256: id},
		Config: &evidence.Config{CallManager: group}})
}

func (s *scene) cert(serial string) string {
	id := "cert" + serial
	s.b.Objects = append(s.b.Objects, evidence.Object{Kind: "object", Object: "certificate", ID: id, Places: []evidence.Place{{Input: "cap", Frame: 1}},
		Certificate: &evidence.Certificate{Subject: "CN=cucm-a1", Issuer: "CN=cucm-a1", Serial: serial, SHA1: "hash" + serial, SHA256: id}})
	return id
}

func (s *scene) transfer(sec float64, file, object string) {
	start, end := s.mark(sec), s.mark(sec+0.02)
	t := &evidence.Transfer{Proto: "tftp", Op: "read", Client: phoneIP + ":50000", Server: nodeA + ":69", File: file, Outcome: "complete", Bytes: 4000, Object: object, End: &end}
	if object == "" {
		code := 1
		t.Outcome, t.ErrorCode, t.Error, t.Bytes = "error", &code, "File not found", 0
	}
	s.b.Events = append(s.b.Events, evidence.Event{Kind: "event", Place: evidence.Place{Input: "cap", Frame: start.Frame}, Clock: start.Clock, Dialect: "capture", Event: "transfer",
		Address: phoneIP, Server: t.Server, Transfer: t, Detail: map[string]string{}})
}

// tvs adds a connection to port 2445 with an outcome and a certificate serial.
func (s *scene) tvs(sec float64, node, outcome, serial string) {
	m := map[string]evidence.Mark{"syn": s.mark(sec)}
	t := &evidence.TLS{Client: phoneIP + ":40000", Server: node + ":2445", Service: "tvs", Outcome: outcome, Marks: m, Syns: []evidence.Mark{m["syn"]}}
	switch outcome {
	case "no-answer":
		t.Syns = append(t.Syns, s.mark(sec+1), s.mark(sec+3))
	default:
		m["server_certificate"] = s.mark(sec + 0.01)
		t.ServerCertificates = []string{s.cert(serial)}
	}
	switch outcome {
	case "alert":
		t.Alerts = []evidence.Alert{{Mark: s.mark(sec + 0.02), From: "client", Level: "fatal", Code: 48, Description: "unknown_ca"}}
	case "established":
		m["client_finished_ccs"] = s.mark(sec + 0.02)
		m["client_data"] = s.mark(sec + 0.03)
		m["server_data"] = s.mark(sec + 0.04)
	}
	s.b.Events = append(s.b.Events, evidence.Event{Kind: "event", Place: evidence.Place{Input: "cap", Frame: m["syn"].Frame}, Clock: m["syn"].Clock, Dialect: "capture", Event: "tls_connection",
		Address: phoneIP, Server: t.Server, TLS: t, Detail: map[string]string{}})
}

// says adds a console line whose clock is the capture's.
func (s *scene) says(sec float64, event string, more ...func(*evidence.Event)) {
	s.line++
	e := evidence.Event{Kind: "event", Place: evidence.Place{Input: "console", Line: s.line}, Clock: s.clock(sec), Dialect: "phone-secd", Event: event, Phone: phoneName, Text: event, Detail: map[string]string{}}
	for _, f := range more {
		f(&e)
	}
	s.b.Events = append(s.b.Events, e)
}

func (s *scene) fact(key, value string) {
	s.b.Facts = append(s.b.Facts, evidence.Fact{Kind: "fact", Place: evidence.Place{Input: "--fact"}, Key: key, Value: value})
}

func (s *scene) judge(t *testing.T) Phone {
	t.Helper()
	r := Judge(s.b, Options{})
	for _, p := range r.Phones {
		if p.Name == phoneName {
			return p
		}
	}
	t.Fatalf("no phone %s in %+v", phoneName, r.Phones)
	return Phone{}
}

// regenerated is the phone that took the old lists at one boot and was served
// lists by a new signer, with a new TVS certificate, at the next.
func regenerated() *scene {
	s := newScene()
	s.list("old", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
	s.list("new", "itl", "aa02", "SAST aa02", "TFTP aa02", "TVS bb02")
	s.config("cfg1", "aa01", nodeA)
	s.config("cfg2", "aa02", nodeA)
	s.transfer(0, "CTL"+phoneName+".tlv", "")
	s.transfer(1, "ITL"+phoneName+".tlv", "old")
	s.says(1.1, "signature_ok", with("header_length", "296"))
	s.transfer(2, phoneName+".cnf.xml.sgn", "cfg1")
	s.says(2.1, "config_verified", with("file", phoneName+".cnf.xml"))
	s.transfer(1000, "CTL"+phoneName+".tlv", "")
	s.transfer(1001, "ITL"+phoneName+".tlv", "new")
	s.tvs(1002, nodeA, "alert", "bb02")
	s.says(1003, "trust_list_verification_failed")
	s.transfer(1004, phoneName+".cnf.xml.sgn", "cfg2")
	s.says(1005, "config_refused", with("file", phoneName+".cnf.xml"))
	return s
}

// closed adds the statements that close the remaining rows of the gate.
func (s *scene) closed() *scene {
	s.fact("cucm-version", "9.1")
	s.fact("drs-backup", "no")
	s.fact("previous-itl-on-server", "no")
	s.fact("other-tftp", "no")
	return s
}

func gateOf(p Phone) map[string]string {
	out := map[string]string{}
	for _, r := range p.Gate.ITL {
		out[r.Row] = r.State
	}
	return out
}

func has(p Phone, id string) *Finding {
	i := slices.IndexFunc(p.Findings, func(f Finding) bool { return f.ID == id })
	if i < 0 {
		return nil
	}
	return &p.Findings[i]
}

func TestLockedOutOnlyWhenEveryRowIsProved(t *testing.T) {
	p := regenerated().closed().judge(t)
	if p.Verdict.Class != ClassLockedOut || p.Verdict.Primary != "callmanager-tvs-both-regenerated" || p.Verdict.Deletion != "allowed" {
		t.Fatalf("verdict %+v gate %+v", p.Verdict, p.Gate.ITL)
	}
	for _, id := range []string{"config-signer-not-trusted", "tvs-cert-mismatch"} {
		if f := has(p, id); f == nil || f.ConsequenceOf == nil || *f.ConsequenceOf != "callmanager-tvs-both-regenerated" {
			t.Errorf("%s is not a consequence: %+v", id, f)
		}
	}
	if has(p, "tvs-port-blocked") != nil {
		t.Error("a certificate fault is reported as a blocked port")
	}
	states := gateOf(p)
	if states["no-reset-path"] != rowNotApplicable || states["no-ctl-anchor"] != rowNotApplicable {
		t.Errorf("rows that cannot apply: %v", states)
	}
}

// Each variation opens or refutes one row; none may still allow deletion.
func TestNoDeletionWithoutProof(t *testing.T) {
	drop := func(key string) func(*scene) {
		return func(s *scene) {
			s.b.Facts = slices.DeleteFunc(s.b.Facts, func(f evidence.Fact) bool { return f.Key == key })
		}
	}
	set := func(key, value string) func(*scene) {
		return func(s *scene) { drop(key)(s); s.fact(key, value) }
	}
	dropEvent := func(name string) func(*scene) {
		return func(s *scene) {
			s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool { return e.Event == name })
		}
	}
	tests := []struct {
		name  string
		row   string
		state string
		class string
		edit  func(*scene)
	}{
		{"no backup statement", "no-key-backup", rowUnknown, ClassInconclusive, drop("drs-backup")},
		{"backup exists", "no-key-backup", rowRefuted, ClassRecoverable, set("drs-backup", "yes")},
		{"release unknown", "no-reset-path", rowUnknown, ClassInconclusive, drop("cucm-version")},
		{"older ITL kept", "no-older-itl-on-server", rowRefuted, ClassRecoverable, set("previous-itl-on-server", "yes")},
		{"older ITL not asked", "no-older-itl-on-server", rowUnknown, ClassInconclusive, drop("previous-itl-on-server")},
		{"other TFTP", "no-other-trusted-tftp", rowRefuted, ClassRecoverable, set("other-tftp", "yes")},
		{"other TFTP not asked", "no-other-trusted-tftp", rowUnknown, ClassInconclusive, drop("other-tftp")},
		{"refusal not seen", "refusal-seen", rowUnknown, ClassInconclusive, func(s *scene) {
			dropEvent("config_refused")(s)
			dropEvent("trust_list_verification_failed")(s)
		}},
		{"TVS not seen", "every-tvs-fails-by-certificate", rowUnknown, ClassInconclusive, dropEvent("tls_connection")},
		{"second server never seen", "every-tvs-fails-by-certificate", rowUnknown, ClassInconclusive, func(s *scene) {
			for i := range s.b.Objects {
				if s.b.Objects[i].Config != nil {
					s.b.Objects[i].Config.CallManager = []string{nodeA, nodeB}
				}
			}
		}},
		{"second server silent", "every-tvs-fails-by-certificate", rowUnknown, ClassInconclusive, func(s *scene) {
			s.tvs(1002.5, nodeB, "no-answer", "")
		}},
		{"group unknown", "every-tvs-fails-by-certificate", rowUnknown, ClassInconclusive, func(s *scene) {
			for i := range s.b.Objects {
				s.b.Objects[i].Config = nil
			}
		}},
		{"old ITL not seen", "served-signer-untrusted", rowUnknown, ClassInconclusive, func(s *scene) {
			s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool {
				return e.Transfer != nil && e.Transfer.Object == "old"
			})
		}},
		{"a part of the served ITL", "no-reset-path", rowUnknown, ClassInconclusive, func(s *scene) {
			set("cucm-version", "11.5")(s)
			s.listAt("new").Partial = true
		}},
		{"a part without its signer", "served-signer-untrusted", rowUnknown, ClassInconclusive, func(s *scene) {
			l := s.listAt("new")
			l.Partial, l.Signer, l.Records = true, evidence.Signer{}, nil
		}},
		{"the same first octets twice", "served-signer-untrusted", rowUnknown, ClassInconclusive, func(s *scene) {
			l := s.listAt("old")
			l.Partial, l.Signer, l.Records = true, evidence.Signer{}, nil
			for i := range s.b.Objects {
				if s.b.Objects[i].ID == "old" {
					s.b.Objects[i].Places = []evidence.Place{{Input: "cap", Frame: 1}, {Input: "cap", Frame: 2}}
				}
			}
			for i := range s.b.Events {
				if tr := s.b.Events[i].Transfer; tr != nil && tr.Object == "new" {
					tr.Object = "old"
				}
			}
		}},
		{"one more fetched that no capture has", "served-signer-untrusted", rowUnknown, ClassInconclusive, func(s *scene) {
			s.says(1100, "file_request", with("file", ownITL))
			s.says(1100.1, "file_download_done", with("file", ownITL), with("bytes", "4000"))
		}},
		{"recovery key still owned", "no-reset-path", rowRefuted, ClassRecoverable, func(s *scene) {
			set("cucm-version", "11.5")(s)
			for i := range s.b.Objects {
				if l := s.b.Objects[i].List; l != nil && l.Type == "itl" {
					l.Records = append(l.Records, evidence.Record{Number: 9, Functions: []string{"SAST"}, Subject: "CN=ITLRECOVERY_cucm-a1", Issuer: "CN=ITLRECOVERY_cucm-a1", Serial: "cc01", Hash: "hashcc01"})
				}
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := regenerated().closed()
			tt.edit(s)
			p := s.judge(t)
			if got := gateOf(p)[tt.row]; got != tt.state {
				t.Errorf("row %s is %s, want %s (%+v)", tt.row, got, tt.state, p.Gate.ITL)
			}
			if p.Verdict.Class != tt.class {
				t.Errorf("class %s, want %s (primary %s: %s)", p.Verdict.Class, tt.class, p.Verdict.Primary, p.Verdict.Headline)
			}
			if p.Verdict.Deletion == "allowed" {
				t.Error("deletion is allowed")
			}
			for _, f := range p.Findings {
				for _, step := range f.Remedy {
					if strings.Contains(step.Text, "has to be deleted") {
						t.Errorf("%s advises to delete: %q", f.ID, step.Text)
					}
				}
			}
		})
	}
}

// A second TVS that the phone still knows vouches for the new signer: healed.
func TestSecondTVSHeals(t *testing.T) {
	s := regenerated().closed()
	for i := range s.b.Objects {
		if o := &s.b.Objects[i]; o.Config != nil {
			o.Config.CallManager = []string{nodeA, nodeB}
		} else if o.List != nil && o.List.Type == "itl" {
			o.List.Records = append(o.List.Records, evidence.Record{Number: 4, Functions: []string{"TVS"}, Subject: "CN=cucm-a2", Issuer: "CN=cucm-a2", Serial: "dd01", Hash: "hashdd01"})
		}
	}
	s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool {
		return e.Event == "config_refused" || e.Event == "trust_list_verification_failed"
	})
	s.tvs(1002.5, nodeB, "established", "dd01")
	s.says(1002.7, "tvs_cert_auth_sent")
	s.says(1002.8, "tvs_cert_auth_response", with("status", "0"))
	s.says(1003, "signature_ok", with("header_length", "296"))
	s.says(1005, "config_verified", with("file", phoneName+".cnf.xml"))
	p := s.judge(t)
	if p.Verdict.Class != ClassOK || p.Verdict.Primary != "itl-updated-via-tvs" || p.Verdict.Deletion != "forbidden" {
		t.Errorf("verdict %+v", p.Verdict)
	}
	if f := has(p, "tvs-fallback-used"); f == nil {
		t.Error("the failing first TVS is not told")
	}
}

func TestTVSBlocked(t *testing.T) {
	silent := func() *scene {
		s := regenerated().closed()
		s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool { return e.Event == "tls_connection" })
		s.tvs(1002, nodeA, "no-answer", "")
		return s
	}
	p := silent().judge(t)
	if p.Verdict.Class != ClassRecoverable || p.Verdict.Primary != "tvs-port-blocked" || p.Verdict.Deletion != "forbidden" {
		t.Errorf("verdict %+v", p.Verdict)
	}
	// One server that resets is no filter, and neither is a single SYN.
	s := silent()
	s.tvs(1004, nodeB, "refused", "ee01")
	if p := s.judge(t); has(p, "tvs-port-blocked") != nil {
		t.Error("a reset counts as silence")
	}
	s = silent()
	for i := range s.b.Events {
		if l := s.b.Events[i].TLS; l != nil {
			l.Syns = l.Syns[:1]
		}
	}
	if p := s.judge(t); has(p, "tvs-port-blocked") != nil {
		t.Error("one SYN counts as silence")
	}
}

// A healthy phone whose held and served lists are one and whose TVS presents
// what the list holds.
func TestDoNotDelete(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
	s.config("cfg", "aa01", nodeA)
	s.transfer(1, "ITL"+phoneName+".tlv", "only")
	s.says(1.1, "signature_ok", with("header_length", "296"))
	s.transfer(2, phoneName+".cnf.xml.sgn", "cfg")
	s.says(2.1, "config_verified", with("file", phoneName+".cnf.xml"))
	s.tvs(10, nodeA, "established", "bb01")
	p := s.judge(t)
	if p.Verdict.Class != ClassOK || p.Verdict.Primary != "itl-ok-do-not-delete" || p.Verdict.Deletion != "forbidden" {
		t.Errorf("verdict %+v", p.Verdict)
	}
	if f := has(p, "itl-ok-do-not-delete"); f == nil || !strings.Contains(f.Summary, "record 3") || !strings.Contains(f.Summary, "bb01") {
		t.Errorf("the proof names neither record nor serial: %+v", f)
	}
	// The same with another certificate on the wire must not be called good.
	s.tvs(20, nodeA, "alert", "bb02")
	if p := s.judge(t); has(p, "itl-ok-do-not-delete") != nil {
		t.Errorf("a TVS certificate outside the list is called good: %+v", p.Verdict)
	}
}

// Every finding and gate row names questions that exist, and every evidence id
// in a report points into its timeline.
func TestCatalogueIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rules {
		if seen[r.ID] || r.Title == "" || r.Says == "" || r.Sees == "" || r.Source == "" || len(r.Needs) == 0 && !r.Frame || r.Class == "" {
			t.Errorf("%s: defined twice or incomplete", r.ID)
		}
		seen[r.ID] = true
		for _, q := range slices.Concat(r.Needs, r.Not, r.Proof) {
			if _, ok := questions[q]; !ok {
				t.Errorf("%s asks %q, which is no question", r.ID, q)
			}
		}
	}
	for _, g := range slices.Concat(itlGate, ctlGate) {
		if _, ok := questions[g.question]; !ok {
			t.Errorf("gate row %s asks %q, which is no question", g.row, g.question)
		}
	}
}

func TestEvidenceLands(t *testing.T) {
	p := regenerated().closed().judge(t)
	known := map[string]bool{}
	for _, e := range p.Timeline {
		if known[e.ID] {
			t.Errorf("id %s twice", e.ID)
		}
		known[e.ID] = true
	}
	check := func(what string, list []string) {
		for _, id := range list {
			if !known[id] {
				t.Errorf("%s cites %s, which is not in the timeline", what, id)
			}
		}
	}
	for _, f := range p.Findings {
		check(f.ID, f.Evidence)
		if len(f.Evidence) == 0 {
			t.Errorf("%s has no evidence", f.ID)
		}
	}
	for _, r := range slices.Concat(p.Gate.ITL, p.Gate.CTL) {
		check(r.Row, r.Evidence)
	}
	for _, r := range p.Verdict.Because {
		check("because", r.Evidence)
	}
}

// The order of the evidence and its repetition change nothing.
func TestOrderDoesNotMatter(t *testing.T) {
	a := Judge(regenerated().closed().b, Options{})
	s := regenerated().closed()
	slices.Reverse(s.b.Events)
	slices.Reverse(s.b.Objects)
	slices.Reverse(s.b.Facts)
	b := Judge(evidence.Merge(s.b, regenerated().closed().b), Options{})
	if x, y := fmt.Sprintf("%+v", a.Phones[0].Verdict), fmt.Sprintf("%+v", b.Phones[0].Verdict); x != y {
		t.Errorf("verdicts differ:\n%s\n%s", x, y)
	}
}

// A console log that names the phone and a trace that knows only its address
// are one phone when the case holds no other; with a second address they are
// not, because nothing says whose it is.
func TestNameAndAddressMeet(t *testing.T) {
	events := func(addresses ...string) []evidence.Event {
		out := []evidence.Event{line("console", "phone-secd", "tvs_cert_auth_sent", "15:20:59.789738", of(phoneName, ""))}
		for i, a := range addresses {
			out = append(out, line("tvs", "tvs-sdi", "tvs_tls_handshake_ok", "15:21:01.954", of("", a), at(i+1)))
		}
		return out
	}
	if r := Judge(bundle(events(phoneIP)...), Options{}); len(r.Phones) != 1 || r.Phones[0].Name != phoneName || !slices.Contains(r.Phones[0].Addresses, phoneIP) {
		t.Errorf("one name and one address: %d phones", len(r.Phones))
	}
	if r := Judge(bundle(events(phoneIP, "10.9.9.10")...), Options{}); len(r.Phones) != 3 {
		t.Errorf("one name and two addresses: %d phones, want 3", len(r.Phones))
	}
}

// The key of a TVS record verifies no configuration: only records of the right
// role may vouch, even when serial and issuer agree.
func TestTVSRecordVouchesForNoConfig(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
	s.config("cfg", "bb01", nodeA)
	s.transfer(0, "CTL"+phoneName+".tlv", "")
	s.transfer(1, "ITL"+phoneName+".tlv", "only")
	s.says(1.1, "signature_ok", with("header_length", "296"))
	s.transfer(2, phoneName+".cnf.xml.sgn", "cfg")
	s.says(2.1, "config_refused", with("file", phoneName+".cnf.xml"))
	p := s.judge(t)
	if p.Verdict.Primary != "config-signer-not-trusted" {
		t.Errorf("verdict %+v", p.Verdict)
	}
	// The same serial in a TFTP record does vouch by name: then the refusal
	// has another cause, and the signer is not the one to blame.
	for i := range s.b.Objects {
		if l := s.b.Objects[i].List; l != nil && l.Type == "itl" {
			l.Records = append(l.Records, evidence.Record{Number: 4, Functions: []string{"TFTP"}, Issuer: "CN=cucm-a1", Serial: "bb01", Hash: "hashbb01"})
		}
	}
	if p := s.judge(t); has(p, "config-signer-not-trusted") != nil {
		t.Errorf("a known signer is called untrusted: %+v", p.Verdict)
	}
}

// HTTP that was busy and the TFTP transfer that followed are one attempt, and
// the timeline says so beside the transfer.
func TestBusyThenTFTPIsOneStory(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
	s.transfer(1, "ITL"+phoneName+".tlv", "")
	busy := s.b.Events[0].Transfer
	code := 503
	busy.Proto, busy.ErrorCode, busy.Error, busy.Server = "http", &code, "Service Unavailable", nodeA+":6970"
	s.transfer(1.6, "ITL"+phoneName+".tlv", "only")
	p := s.judge(t)
	want := "(0.6 s after HTTP: 503 Service Unavailable)"
	if n := len(p.Timeline); n != 2 || !strings.HasSuffix(p.Timeline[1].Summary, want) {
		t.Errorf("timeline %+v, want two entries, the second ending in %q", p.Timeline, want)
	}
	if len(p.States) != 1 || len(p.States[0].Evidence) != 2 {
		t.Errorf("states %+v, want one change that cites both", p.States)
	}
}

// In TLS 1.3 neither acceptance nor refusal can be seen: the connection is
// drawn as neither, and no verdict rests on it.
func TestTLS13ProvesNothing(t *testing.T) {
	for _, outcome := range []string{"closed", "reset", "incomplete", "established"} {
		s := regenerated().closed()
		for i := range s.b.Events {
			if l := s.b.Events[i].TLS; l != nil {
				l.Hidden, l.Outcome, l.Alerts, l.ServerCertificates = true, outcome, nil, nil
			}
		}
		p := s.judge(t)
		if p.Verdict.Class != ClassInconclusive || gateOf(p)["every-tvs-fails-by-certificate"] != rowUnknown {
			t.Errorf("%s: verdict %+v, row %s", outcome, p.Verdict, gateOf(p)["every-tvs-fails-by-certificate"])
		}
		for _, e := range p.Timeline {
			if e.Event == "tls_connection" && e.Outcome == "fail" {
				t.Errorf("%s: drawn as a failure: %q", outcome, e.Summary)
			}
		}
	}
}

// A server without a CTL means a phone without one only outside mixed mode:
// there the phone may hold one from before, and a SAST of it may still exist.
func TestMissingCTLInMixedMode(t *testing.T) {
	if got := gateOf(regenerated().closed().judge(t))["no-ctl-anchor"]; got != rowNotApplicable {
		t.Errorf("non-secure: row is %s", got)
	}
	stated := regenerated().closed()
	stated.fact("security-mode", "mixed")
	read := regenerated().closed()
	for i := range read.b.Objects {
		if l := read.b.Objects[i].List; l != nil && l.Type == "itl" {
			l.Records[1].Functions = []string{"CCM", "TFTP"}
		}
	}
	for name, s := range map[string]*scene{"stated": stated, "as the ITL says": read} {
		p := s.judge(t)
		if got := gateOf(p)["no-ctl-anchor"]; got != rowUnknown {
			t.Errorf("%s: row is %s", name, got)
		}
		if p.Verdict.Class != ClassInconclusive || p.Verdict.Deletion != "open" {
			t.Errorf("%s: verdict %+v", name, p.Verdict)
		}
	}
}

// What a phone's registration was is read off the last word about it, and a
// connection that says nothing is passed over.
func TestRegistered(t *testing.T) {
	for outcome, want := range map[string]string{"established": "yes", "alert": "no", "incomplete": "unknown", "closed": "unknown"} {
		s := regenerated()
		s.tvs(2000, nodeA, outcome, "cc01")
		s.b.Events[len(s.b.Events)-1].TLS.Service = "sccp-tls"
		if got := s.judge(t).Verdict.Registered; got != want {
			t.Errorf("TLS %s: registered %s, want %s", outcome, got, want)
		}
	}
}

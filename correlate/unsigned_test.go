package correlate

import (
	"strings"
	"testing"
)

// fresh is a phone as it comes from the factory: it asks for its configuration
// without a signature, and in the same boot gets its first list.
func fresh() *scene {
	s := newScene()
	s.list("itl1", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
	s.config("cfg1", "aa01", nodeA)
	s.transfer(0, phoneName+".cnf.xml", "")
	s.transfer(1, ownCTL, "")
	s.transfer(2, ownITL, "itl1")
	s.transfer(3, ownConfig, "cfg1")
	s.observed(5, "registration_ok", server(nodeA+":5060"))
	return s
}

// A configuration asked for without a signature before any list tells of a phone
// without lists (the first is taken unchecked); after the signed form, or after a
// list, or by a phone whose list is in evidence, it tells nothing.
func TestFirstRequestWithoutSignature(t *testing.T) {
	if p := fresh().judge(t); has(p, "first-list-blind-trust") == nil {
		t.Errorf("not raised: %s %s", p.Verdict.Class, p.Verdict.Primary)
	}
	for name, change := range map[string]func(*scene){
		"the signed form was asked for first": func(s *scene) { s.b.Events[0].Transfer.File = ownConfig },
		"another phone's":                     func(s *scene) { s.b.Events[0].Transfer.File = "SEP00112233AABB.cnf.xml" },
		"a list was asked for first":          func(s *scene) { s.b.Events = s.b.Events[1:] },
		"the phone's list is in evidence": func(s *scene) {
			s.list("old", "itl", "aa09", "SAST aa09", "TFTP aa09", "TVS bb01")
			s.b.Objects[len(s.b.Objects)-1].Places[0].Input, s.b.Objects[len(s.b.Objects)-1].Places[0].Frame = "phone.tlv", 0
			s.input("phone.tlv", "itl")
			s.fact("origin:phone.tlv", "phone")
		},
		"a model that knows no ITL": func(s *scene) { s.fact("model", "7940") },
	} {
		s := fresh()
		change(s)
		if p := s.judge(t); has(p, "first-list-blind-trust") != nil {
			t.Errorf("%s: raised", name)
		}
	}
}

// A server that is busy over HTTP and then has no such file over TFTP has no
// such file.
func TestBusyThenMissing(t *testing.T) {
	s := healthyBoot()
	code := 503
	first := s.b.Events[0]
	busy := *first.Transfer
	busy.Proto, busy.Server, busy.ErrorCode, busy.Error = "http", nodeA+":6970", &code, "Service Unavailable"
	s.transfer(-0.6, ownCTL, "")
	s.last().Transfer = &busy
	if p := s.judge(t); has(p, "ctl-absent-nonsecure-normal") == nil {
		t.Errorf("the missing CTL is not seen: %+v", p.Findings)
	} else if f := has(p, "tftp-server-busy"); f != nil || strings.Contains(p.Verdict.Headline, "busy") {
		t.Errorf("one 503 is reported: %+v", f)
	}
}

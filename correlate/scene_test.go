package correlate

import (
	"slices"
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

// raises is one finding with a scene that raises it and scenes that must not:
// each near miss is the same scene with one thing changed.
type raises struct {
	id     string
	class  string // of the finding; "" not looked at
	sure   string // confidence; "" not looked at
	make   func() *scene
	misses map[string]func(*scene)
}

func testRaises(t *testing.T, list []raises) {
	t.Helper()
	for _, r := range list {
		t.Run(r.id, func(t *testing.T) {
			p := r.make().judge(t)
			f := has(p, r.id)
			if f == nil {
				t.Fatalf("not raised: %+v\n%+v", p.Verdict, p.Findings)
			}
			if r.class != "" && f.Class != r.class {
				t.Errorf("class %s, want %s", f.Class, r.class)
			}
			if r.sure != "" && f.Confidence != r.sure {
				t.Errorf("confidence %s, want %s", f.Confidence, r.sure)
			}
			speaksWell(t, p, f)
			if len(r.misses) == 0 {
				t.Error("no near miss")
			}
			for name, edit := range r.misses {
				s := r.make()
				edit(s)
				if p := s.judge(t); has(p, r.id) != nil {
					t.Errorf("raised although %s: %s", name, has(p, r.id).Summary)
				}
			}
		})
	}
}

// speaksWell checks that a finding reads as a colleague wrote it: no id of the
// catalogue in its sentences, evidence behind it, an action with its risk.
func speaksWell(t *testing.T, p Phone, f *Finding) {
	t.Helper()
	texts := []string{f.Summary, p.Verdict.Headline, p.Verdict.Advice}
	for _, s := range f.Remedy {
		texts = append(texts, s.Text)
		if s.Risk == "" {
			t.Errorf("%s: the step %q names no risk", f.ID, s.Text)
		}
	}
	if len(f.Remedy) == 0 && f.Class != ClassOK && f.Class != ClassNote {
		t.Errorf("%s has no remedy", f.ID)
	}
	if f.Summary == "" || len(f.Evidence) == 0 {
		t.Errorf("%s has no summary or no evidence: %+v", f.ID, f)
	}
	for _, text := range texts {
		for _, r := range rules {
			if strings.Contains(text, r.ID) {
				t.Errorf("%s: the id %s stands in %q", f.ID, r.ID, text)
			}
		}
	}
}

// without removes events by name.
func without(names ...string) func(*scene) {
	return func(s *scene) {
		s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool { return slices.Contains(names, e.Event) })
	}
}

// traced adds a line of a server's trace about the phone's address.
func (s *scene) traced(sec float64, dialect, event string, more ...func(*evidence.Event)) {
	if !slices.ContainsFunc(s.b.Header.Inputs, func(in evidence.Input) bool { return in.Name == dialect }) {
		s.b.Header.Inputs = append(s.b.Header.Inputs, evidence.Input{Name: dialect, Kind: dialect})
	}
	s.line++
	e := evidence.Event{Kind: "event", Place: evidence.Place{Input: dialect, Line: s.line}, Clock: s.clock(sec), Dialect: dialect, Event: event, Address: phoneIP, Text: event, Detail: map[string]string{}}
	for _, f := range more {
		f(&e)
	}
	s.b.Events = append(s.b.Events, e)
}

// observed adds an observation of the capture.
func (s *scene) observed(sec float64, event string, more ...func(*evidence.Event)) {
	m := s.mark(sec)
	e := evidence.Event{Kind: "event", Place: evidence.Place{Input: "cap", Frame: m.Frame}, Clock: m.Clock, Dialect: "capture", Event: event, Address: phoneIP, Detail: map[string]string{}}
	for _, f := range more {
		f(&e)
	}
	s.b.Events = append(s.b.Events, e)
}

// covers says that an input speaks of the phone from and to.
func (s *scene) covers(input, service string, from, to float64) {
	c := evidence.Coverage{Kind: "coverage", Input: input, Service: service, From: s.clock(from), To: s.clock(to), Sent: true, Got: true}
	if service == "capture" {
		c.Address = phoneIP
	}
	s.b.Coverage = append(s.b.Coverage, c)
}

// served makes a healthy boot: the phone takes the ITL and the configuration.
func healthyBoot() *scene {
	s := newScene()
	s.list("itl1", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
	s.config("cfg1", "aa01", nodeA)
	s.transfer(0, "CTL"+phoneName+".tlv", "")
	s.transfer(1, "ITL"+phoneName+".tlv", "itl1")
	s.says(1.1, "signature_ok", with("header_length", "296"))
	s.transfer(2, phoneName+".cnf.xml.sgn", "cfg1")
	s.says(2.1, "config_verified", with("file", phoneName+".cnf.xml"))
	return s
}

// server fills in the other side of an event.
func server(addr string) func(*evidence.Event) {
	return func(e *evidence.Event) { e.Server = addr }
}

package correlate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"trustline/correlate/evidence"
)

// bootScene is a scene of a phone that fetches its lists and configuration at 100 s,
// asks TVS of node A, and whose capture and console cover that.
func bootScene() *scene {
	s := newScene()
	s.list("itl1", "itl", "aa", "TVS bb")
	s.transfer(100, "ITL"+phoneName+".tlv", "itl1")
	s.tvs(102, nodeA, "established", "bb")
	s.config("cfg", "aa", nodeA)
	s.transfer(104, phoneName+".cnf.xml.sgn", "cfg")
	s.b.Coverage = []evidence.Coverage{
		{Kind: "coverage", Input: "cap", Address: phoneIP, Service: "capture", From: s.clock(50), To: s.clock(300), Sent: true, Got: true},
	}
	return s
}

// log adds a console log or trace with two lines that bound it.
func (s *scene) log(input, dialect, service string, from, to float64) *evidence.Coverage {
	if !slices.ContainsFunc(s.b.Header.Inputs, func(in evidence.Input) bool { return in.Name == input }) {
		s.b.Header.Inputs = append(s.b.Header.Inputs, evidence.Input{Name: input, Kind: dialect})
	}
	for i, at := range []float64{from, to} {
		e := evidence.Event{Kind: "event", Place: evidence.Place{Input: input, Line: 1 + 99*i}, Clock: s.clock(at), Dialect: dialect, Event: "note", Detail: map[string]string{}}
		if strings.HasPrefix(dialect, "phone-") {
			e.Phone = phoneName
		}
		s.b.Events = append(s.b.Events, e)
	}
	s.b.Coverage = append(s.b.Coverage, evidence.Coverage{Kind: "coverage", Input: input, Service: service, From: s.clock(from), To: s.clock(to)})
	return &s.b.Coverage[len(s.b.Coverage)-1]
}

func coverageOf(t *testing.T, r *Report, input, service string) *Coverage {
	t.Helper()
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Input == input && c.Service == service {
			return c
		}
	}
	t.Fatalf("no coverage row of %q %s", input, service)
	return nil
}

func says(c *Coverage, what string) bool {
	return slices.ContainsFunc(c.Hides, func(h string) bool { return strings.Contains(h, what) })
}

// TestSourceLimits takes a good case and spoils one thing of one source.
func TestSourceLimits(t *testing.T) {
	for name, c := range map[string]struct {
		spoil          func(*scene)
		input, service string
		quality, says  string
	}{
		"whole": {func(*scene) {}, "cap", "capture", "good", ""},
		"snap length": {func(s *scene) {
			s.b.Header.Inputs[0].Problems = []evidence.Problem{{What: "31 frames are cut by the snap length 96: what stood behind the cut is not in evidence"}}
		}, "cap", "capture", "limited", "cut after 96 bytes"},
		"one direction": {func(s *scene) { s.b.Coverage[0].Got = false }, "cap", "capture", "limited", "only packets from the phone"},
		"one direction of one server": {func(s *scene) {
			s.b.Header.Inputs[0].Problems = []evidence.Problem{{Where: "frame 9", What: "the capture holds no packets from " + nodeA + " to " + phoneIP + ", though 3 connections show that there were some"}}
		}, "cap", "capture", "limited", "from " + nodeA + " to " + phoneIP},
		"server's side": {func(s *scene) {
			s.b.Facts = append(s.b.Facts, evidence.Fact{Kind: "fact", Key: "capture-side:cap", Value: "server"})
		}, "cap", "capture", "limited", "taken on " + nodeA},
		"mid-stream": {func(s *scene) {
			s.tvs(110, nodeA, "incomplete", "bb")
			e := &s.b.Events[len(s.b.Events)-1]
			e.TLS.Syns, e.TLS.ServerCertificates = nil, nil
		}, "cap", "capture", "limited", "in the middle of 1 connection"},
		"damaged": {func(s *scene) {
			s.b.Header.Inputs[0].Problems = []evidence.Problem{{Where: "byte 11876", What: "packet is cut: 39 of 76 bytes"}}
		}, "cap", "capture", "limited", "byte 11876: packet is cut"},
		"only port 69": {func(s *scene) {
			s.b.Coverage[0].Got = false
			s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool { return e.TLS != nil })
			for i := range s.b.Events {
				s.b.Events[i].Transfer.Outcome, s.b.Events[i].Transfer.Bytes = "no-response", 0
			}
		}, "cap", "capture", "limited", "port 69 only"},
		"only file service": {func(s *scene) {
			s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool { return e.TLS != nil })
		}, "cap", "capture", "limited", "file service only"},
		"begins late": {func(s *scene) {
			s.b.Coverage[0].From = s.clock(102)
			s.b.Events = slices.DeleteFunc(s.b.Events, func(e evidence.Event) bool { return e.Transfer != nil })
		}, "cap", "capture", "limited", "no list or configuration was asked for"},
		"TLS 1.3": {func(s *scene) {
			s.tvs(110, nodeA, "established", "bb")
			s.b.Events[len(s.b.Events)-1].TLS.Hidden = true
		}, "cap", "capture", "limited", "certificates are hidden"},
		"file names in TLS": {func(s *scene) {
			s.tvs(110, nodeA, "established", "bb")
			s.b.Events[len(s.b.Events)-1].TLS.Service = "provisioning"
		}, "cap", "capture", "limited", "6971"},
		"console":                {func(s *scene) { s.log("console", "phone-secd", "console", 90, 200) }, "console", "console", "good", ""},
		"console of other times": {func(s *scene) { s.log("console", "phone-secd", "console", 2000, 2600) }, "console", "console", "limited", "2023-11-14 22:15 to 22:16"},
		"console with a hole": {func(s *scene) {
			s.log("console", "phone-secd", "console", 90, 200).Gaps = []string{"line 50: sequence numbers 838 to 845 are missing"}
		}, "console", "console", "limited", "1 hole"},
		"console with a hole elsewhere": {func(s *scene) {
			c := s.log("console", "phone-secd", "console", 90, 200)
			s.b.Coverage[1].To = s.clock(900)
			c.Gaps = []string{"line 500: sequence numbers 838 to 845 are missing"}
			for i, at := range []float64{800, 900} {
				s.b.Events = append(s.b.Events, evidence.Event{Kind: "event", Place: evidence.Place{Input: "console", Line: 400 + 200*i}, Clock: s.clock(at), Dialect: "phone-secd", Event: "note", Phone: phoneName, Detail: map[string]string{}})
			}
		}, "console", "console", "good", ""},
		"status messages":       {func(s *scene) { s.log("console", "phone-status", "status", 90, 200) }, "console", "status", "limited", "no date"},
		"trace":                 {func(s *scene) { s.log("tvs.txt", "tvs-sdi", "tvs-trace", 90, 200) }, "tvs.txt", "tvs-trace", "good", ""},
		"trace not detailed":    {func(s *scene) { s.log("tvs.txt", "tvs-sdi", "tvs-trace", 90, 200).Level = "not-detailed" }, "tvs.txt", "tvs-trace", "limited", "not detailed"},
		"trace of another node": {func(s *scene) { s.log("tvs.txt", "tvs-sdi", "tvs-trace", 2000, 2600).Node = "10.7.7.7" }, "tvs.txt", "tvs-trace", "good", ""},
		"trace of other minutes": {func(s *scene) { s.log("tvs.txt", "tvs-sdi", "tvs-trace", 1200, 2400) }, "tvs.txt", "tvs-trace", "limited",
			phoneName + " was active from 2023-11-14 22:15 to 22:16, which it does not cover"},
		"trace whose clock nothing ties": {func(s *scene) {
			s.log("tvs.txt", "tvs-sdi", "tvs-trace", 90, 200)
			for i := range s.b.Events {
				if e := &s.b.Events[i]; e.Place.Input == "tvs.txt" {
					c := *e.Clock
					c.Dated, c.Seconds = false, c.Seconds%86400
					e.Clock = &c
				}
			}
			c := &s.b.Coverage[1]
			c.From, c.To = s.b.Events[len(s.b.Events)-2].Clock, s.b.Events[len(s.b.Events)-1].Clock
		}, "tvs.txt", "tvs-trace", "limited", "cannot be tied"},
	} {
		s := bootScene()
		c.spoil(s)
		row := coverageOf(t, Judge(s.b, Options{}), c.input, c.service)
		if row.Quality != c.quality || c.says != "" && !says(row, c.says) || c.quality == "good" && len(row.Hides) > 0 {
			t.Errorf("%s: %s, %q", name, row.Quality, row.Hides)
		}
	}
}

// TestOwnMinutes: the site needs the minutes as the trace's own clock has them.
func TestOwnMinutes(t *testing.T) {
	s := bootScene()
	s.log("tvs.txt", "tvs-sdi", "tvs-trace", 1200, 2400)
	row := coverageOf(t, Judge(s.b, Options{Clock: map[string]float64{"tvs.txt": 3600}}), "tvs.txt", "tvs-trace")
	if !says(row, "2023-11-14 21:15 to 21:16 on its own clock") {
		t.Errorf("%q", row.Hides)
	}
	if len(row.Holes) != 1 || deref(row.Holes[0].From) != "2023-11-14T22:15:02.000000Z" {
		t.Errorf("holes %+v", row.Holes)
	}
}

// TestMissingSources: what the phone's acts make necessary is named by node and
// minutes, and what they do not is told apart.
func TestMissingSources(t *testing.T) {
	s := bootScene()
	s.tvs(102.5, nodeB, "no-answer", "")
	s.log("nodes/"+nodeA+"/cm/trace/tvs/sdi/tvs1.txt", "tvs-sdi", "tvs-trace", 90, 200)
	r := Judge(s.b, Options{})
	missing := map[string]*Coverage{}
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Quality == "missing" {
			missing[strings.TrimSpace(c.Service+" "+deref(c.Node))] = c
		}
	}
	if missing["tvs-trace "+nodeA] != nil {
		t.Error("the trace of node A is there")
	}
	if c := missing["tvs-trace "+nodeB]; c == nil || !c.Needed || deref(c.From) != "2023-11-14T22:15:00.000000Z" || deref(c.To) != "2023-11-14T22:16:00.000000Z" || deref(c.Phone) != phoneName {
		t.Errorf("trace of node B: %+v", c)
	}
	if c := missing["console"]; c == nil || !c.Needed || c.Bundle != "K3" {
		t.Errorf("console: %+v", c)
	}
	if c := missing["capf-trace"]; c == nil || c.Needed || c.From != nil {
		t.Errorf("CAPF trace: %+v", c)
	}
	if missing["capture"] != nil || missing["lists"] != nil {
		t.Error("the capture and the lists are there")
	}
}

// TestCoveredAgrees: what the rules take as covered is what the report shows as
// good, and the other way round.
func TestCoveredAgrees(t *testing.T) {
	hole := []string{"line 50: sequence numbers 838 to 845 are missing"}
	for name, c := range map[string]struct {
		from, to float64
		gaps     []string
	}{"whole": {90, 200, nil}, "before": {10, 60, nil}, "after": {2000, 2600, nil}, "hole": {90, 200, hole}} {
		s := bootScene()
		s.log("console", "phone-secd", "console", c.from, c.to).Gaps = c.gaps
		good := coverageOf(t, Judge(s.b, Options{}), "console", "console").Quality == "good"
		k := newCase(evidence.Merge(s.b), Options{})
		at := instant{ns: time.Unix(1700000103, 0).UnixNano(), known: true, abs: true}
		if got := k.covered(k.byName[phoneName], "console", at); got != good {
			t.Errorf("%s: covered %v, shown as good %v", name, got, good)
		}
	}
}

// TestCollectTraces: the text to the site names nodes, minutes, the level and
// the restart, and no trace that is there.
func TestCollectTraces(t *testing.T) {
	s := bootScene()
	s.tvs(102.5, nodeB, "no-answer", "")
	k := newCase(evidence.Merge(s.b), Options{})
	k.newQuality()
	v := newView(k, k.byName[phoneName])
	text := ""
	for _, st := range v.collectFor("tvs-vouched-for-list") {
		text += st.Text + "\n" + st.Command + "\n"
	}
	for _, want := range []string{"TVS trace of " + nodeA + " and of " + nodeB + " for 2023-11-14 22:15 to 22:16 UTC", "must be detailed", "after a restart", "reset the phone", "cm/trace/tvs/sdi"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	s.log(nodeA+"/cm/trace/tvs/sdi/tvs1.txt", "tvs-sdi", "tvs-trace", 90, 200)
	k = newCase(evidence.Merge(s.b), Options{})
	k.newQuality()
	for _, st := range newView(k, k.byName[phoneName]).collectFor("tvs-vouched-for-list") {
		if strings.Contains(st.Text, nodeA) || !strings.Contains(st.Text, nodeB) {
			t.Errorf("asks for what is there: %s", st.Text)
		}
	}
	for _, st := range v.collectFor("") {
		if strings.HasPrefix(st.Text, "Capture") && !strings.Contains(st.Command, "host ip "+phoneIP+" size ALL") {
			t.Errorf("capture command %s", st.Command)
		}
	}
}

// TestOtherNode: a trace of a server that the phone did not ask is no trace of
// the one that it asked, and does not matter; one whose server nobody knows may
// be the one.
func TestOtherNode(t *testing.T) {
	for node, want := range map[string]bool{"": true, nodeA: true, nodeB: false, "some-name": true} {
		s := bootScene()
		s.log("tvs.txt", "tvs-sdi", "tvs-trace", 90, 200).Node = node
		r := Judge(s.b, Options{})
		row := coverageOf(t, r, "tvs.txt", "tvs-trace")
		missing := slices.ContainsFunc(r.Coverage, func(c Coverage) bool { return c.Quality == "missing" && deref(c.Node) == nodeA })
		if row.Needed != want || missing == want {
			t.Errorf("node %q: needed %v, node A missing %v", node, row.Needed, missing)
		}
	}
}

func TestFolderNode(t *testing.T) {
	for input, want := range map[string]string{
		"case/cucm-a1/cm/trace/tvs/sdi/tvs00000001.txt":                                    "cucm-a1",
		"rtmt.zip!/cucm-a1.example.com/2013-06-18_10-20-00/cm/trace/tvs/sdi/tvs1.txt":      "cucm-a1.example.com",
		"10.1.1.11/2013-06-18_10-20-00/cm/trace/ccm/sdl/SDL001_100_000001.txt.gz!/SDL.txt": "10.1.1.11",
		"cm/trace/tvs/sdi/tvs1.txt":                                                        "", "tvs-a1.txt": "",
	} {
		if got := folderNode(input); got != want {
			t.Errorf("%s: %q", input, got)
		}
	}
}

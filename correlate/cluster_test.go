package correlate

import (
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

// renewed is a node that gets a new CallManager certificate, then a new TVS
// certificate, between two boots of a phone. Seconds count from
// 2023-11-14T22:13:20Z.
func renewed() *scene {
	s := newScene()
	s.b.Header.Inputs = append(s.b.Header.Inputs, evidence.Input{Name: "syslog", Kind: "syslog"})
	s.list("old-itl", "itl", "0011", "SAST 0011", "TFTP 0011", "TVS 0021")
	s.list("new-itl", "itl", "0012", "SAST 0012", "TFTP 0012", "TVS 0022")
	s.b.Objects[0].List.Modified = "2023-11-01T00:00:00Z"
	s.transfer(0, "ITL"+phoneName+".tlv", "old-itl")
	s.tvs(10, nodeA, "established", "0021")
	s.transfer(7200, "ITL"+phoneName+".tlv", "new-itl")
	s.tvs(7210, nodeA, "alert", "0022")
	s.tvs(7300, nodeA, "alert", "0022")
	for i := range s.b.Objects {
		if c := s.b.Objects[i].Certificate; c != nil {
			c.NotBefore, c.NotAfter = "2020-01-01T00:00:00Z", "2023-12-01T00:00:00Z"
			if c.Serial == "0022" {
				c.NotBefore, c.NotAfter = "2023-11-14T23:00:00Z", "2028-11-14T23:00:00Z"
			}
		}
	}
	s.b.Events = append(s.b.Events, evidence.Event{Kind: "event", Place: evidence.Place{Input: "syslog", Line: 1}, Clock: s.clock(2801), Dialect: "syslog", Event: "alarm",
		Detail: map[string]string{"alarm": "TVSCertificateRegenerated", "node_id": "cucm-a1", "text": "TVS Server certificate has been regenerated"}})
	return s
}

func TestClusterView(t *testing.T) {
	c := Judge(renewed().b, Options{}).Cluster
	if deref(c.AsOf) != "2023-11-15T00:15:00.000000Z" {
		t.Errorf("as of %s", deref(c.AsOf))
	}
	if len(c.Servers) != 1 || deref(c.Servers[0].Name) != "cucm-a1" {
		t.Errorf("servers: %+v", c.Servers)
	}

	if len(c.Presented) != 2 {
		t.Fatalf("presented: %+v", c.Presented)
	}
	if p := c.Presented[1]; p.Address != nodeA+":2445" || p.Service != "tvs" || p.Serial != "0022" || p.Connections != 2 || len(p.Evidence) != 2 ||
		deref(p.First) != "2023-11-15T00:13:30.000000Z" || deref(p.Last) != "2023-11-15T00:15:00.000000Z" {
		t.Errorf("the new certificate: %+v %s %s", p, deref(p.First), deref(p.Last))
	}

	if len(c.Signers) != 2 || c.Signers[0].Signer.Serial != "0011" || c.Signers[1].Signer.Serial != "0012" || deref(c.Signers[0].Server) != nodeA || c.Signers[1].Kind != "itl" || c.Signers[1].Phones != 1 || c.Signers[1].Files != 1 {
		t.Errorf("signers: %+v", c.Signers)
	}

	var got []string
	for _, x := range c.Changes {
		got = append(got, x.Kind+" "+deref(x.Time)+" "+x.Serial+" for "+x.Replaces)
	}
	want := []string{
		"certificate 2023-11-14T23:00:00Z 22 for 21",
		"alarm 2023-11-14T23:00:01.000000Z  for ",
		"signer 2023-11-15T00:13:20.000000Z 12 for 11",
		"presented 2023-11-15T00:13:30.000000Z 22 for 21",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("changes:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	for _, x := range c.Certificates {
		switch {
		case x.Serial == "0021" && (x.Status != "ending" || x.ExpiresIn == nil || *x.ExpiresIn != 15):
			t.Errorf("ends in two weeks: %+v %d", x, *x.ExpiresIn)
		case x.Serial == "0022" && (x.Status != "ok" || *x.ExpiresIn != 1826):
			t.Errorf("new: %+v %d", x, *x.ExpiresIn)
		}
		if len(x.Roles) != 1 || x.Roles[0] != roleTVS {
			t.Errorf("%s: roles %v", x.Serial, x.Roles)
		}
	}
}

// TestNoChangeWithoutProof: a list that is younger than the certificate says
// nothing about which was first, and one name in two roles is no renewal.
func TestNoChangeWithoutProof(t *testing.T) {
	certificates := func(s *scene) (n int) {
		for _, c := range Judge(s.b, Options{}).Cluster.Changes {
			if c.Kind == "certificate" {
				n++
			}
		}
		return n
	}
	s := newScene()
	s.list("itl", "itl", "0011", "SAST 0011", "TFTP 0011", "TVS 0021")
	s.transfer(0, "ITL"+phoneName+".tlv", "itl")
	s.tvs(10, nodeA, "alert", "0022")
	cert := s.b.Objects[len(s.b.Objects)-1].Certificate
	cert.NotBefore = "2023-11-14T00:00:00Z"
	for made, want := range map[string]int{"": 0, "2023-11-14T12:00:00Z": 0, "2023-11-13T12:00:00Z": 1, "Mon Nov 13 22:00:00 CST 2023": 0, "Mon Nov 13 12:00:00 EST 2023": 1} {
		s.b.Objects[0].List.Modified = made
		if got := certificates(s); got != want {
			t.Errorf("list of %q: %d changes, want %d", made, got, want)
		}
	}
}

func TestValidity(t *testing.T) {
	now, _ := parseDate("2024-06-01T00:00:00Z")
	for _, c := range []struct {
		from, to string
		days     int
		status   string
	}{
		{"2020-01-01T00:00:00Z", "2024-05-31T23:00:00Z", 0, "expired"},
		{"2020-01-01T00:00:00Z", "2024-05-30T00:00:00Z", -2, "expired"},
		{"2020-01-01T00:00:00Z", "2024-07-01T00:00:00Z", 30, "ending"},
		{"2020-01-01T00:00:00Z", "2024-07-02T00:00:00Z", 31, "ok"},
		{"2024-06-02T00:00:00Z", "2029-06-02T00:00:00Z", 1827, "not-yet-valid"},
		{"", "Sat Jun 1 12:00:00 EDT 2024", 0, "ending"},
	} {
		if days, status := validity(c.from, c.to, now, true); days == nil || *days != c.days || status != c.status {
			t.Errorf("%s to %s: %s, %v", c.from, c.to, status, days)
		}
	}
	if days, status := validity("", "no date", now, true); days != nil || status != "unknown" {
		t.Errorf("no date: %s, %v", status, days)
	}
	if days, status := validity("", "2024-06-01T00:00:00Z", now, false); days != nil || status != "unknown" {
		t.Errorf("nothing dated: %s, %v", status, days)
	}
}

func TestFileRole(t *testing.T) {
	for name, want := range map[string]string{"CallManager": roleCallManager, "tomcat/tomcat.pem": roleTomcat, "TVS.pem": roleTVS, "CAPF.pem": roleCAPF, "ITLRecovery": roleRecovery, "ipsec": ""} {
		if got := fileRole(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestFirmware(t *testing.T) {
	s := renewed()
	load := func(event, load string) func() {
		return func() {
			s.b.Events = append(s.b.Events, evidence.Event{Kind: "event", Place: evidence.Place{Input: "cap", Frame: 900 + len(s.b.Events)}, Clock: s.clock(8000 + float64(len(s.b.Events))), Dialect: "capture", Event: event,
				Phone: phoneName, Address: phoneIP, Detail: map[string]string{"load": load}})
		}
	}
	firmware := func() string {
		for _, p := range Judge(s.b, Options{}).Phones {
			if p.Name == phoneName {
				return deref(p.Firmware)
			}
		}
		return "no phone"
	}
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() {}, ""},
		{load("cdp_phone", "SCCP70.9-3-1SR1-1S"), "SCCP70.9-3-1SR1-1S"},
		{load("registration_requested", "SCCP70.9-3-1SR2-1S"), "SCCP70.9-3-1SR2-1S"},
		{load("cdp_phone", "SCCP70.9-3-1SR1-1S"), "SCCP70.9-3-1SR2-1S"},
		{load("phone_out_of_service", "SCCP70.9-4-2"), "SCCP70.9-4-2"},
		{func() { s.fact("firmware", "as the menu shows") }, "as the menu shows"},
	} {
		step.do()
		if got := firmware(); got != step.want {
			t.Errorf("firmware %q, want %q", got, step.want)
		}
	}
}

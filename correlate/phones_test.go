package correlate

import (
	"strings"
	"testing"
)

const otherPhone = "SEP00A0B1C2D3E4"

// fetch adds a transfer of any device's file from any address.
func (s *scene) fetch(sec float64, address, file string) {
	s.transfer(sec, file, "")
	e := &s.b.Events[len(s.b.Events)-1]
	e.Address, e.Transfer.Client = address, address+":50000"
}

// tvsFrom adds a silent TVS connection from any address.
func (s *scene) tvsFrom(sec float64, address string) {
	s.tvs(sec, nodeA, "no-answer", "")
	e := &s.b.Events[len(s.b.Events)-1]
	e.Address, e.TLS.Client = address, address+":40000"
}

func boots(s *scene, sec float64, name, address string) {
	s.fetch(sec, address, "CTL"+name+".tlv")
	s.fetch(sec+1, address, "ITL"+name+".tlv")
	s.fetch(sec+2, address, name+".cnf.xml.sgn")
}

func phoneOf(t *testing.T, r *Report, name string) Phone {
	t.Helper()
	for _, p := range r.Phones {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no phone %s", name)
	return Phone{}
}

func contacts(p Phone) int {
	n := 0
	for _, e := range p.Timeline {
		if e.Event == "tls_connection" {
			n++
		}
	}
	return n
}

func TestAddressChangesHands(t *testing.T) {
	s := newScene()
	boots(s, 0, phoneName, "10.9.9.9")
	s.tvsFrom(10, "10.9.9.9")
	boots(s, 500, otherPhone, "10.9.9.9")
	s.tvsFrom(510, "10.9.9.9")
	s.tvsFrom(520, "10.9.9.9")
	r := Judge(s.b, Options{})
	if a, b := contacts(phoneOf(t, r, phoneName)), contacts(phoneOf(t, r, otherPhone)); a != 1 || b != 2 {
		t.Errorf("the first holder has %d TVS contacts, the second %d; want 1 and 2", a, b)
	}
}

func TestTwoPhonesBehindOneAddress(t *testing.T) {
	s := newScene()
	s.fetch(0, "10.9.9.9", "CTL"+phoneName+".tlv")
	s.fetch(1, "10.9.9.9", "CTL"+otherPhone+".tlv")
	s.fetch(2, "10.9.9.9", "ITL"+phoneName+".tlv")
	s.fetch(3, "10.9.9.9", "ITL"+otherPhone+".tlv")
	s.tvsFrom(10, "10.9.9.9")
	r := Judge(s.b, Options{})
	for _, name := range []string{phoneName, otherPhone} {
		if n := contacts(phoneOf(t, r, name)); n != 0 {
			t.Errorf("%s was given %d TVS contacts of an address that two phones share", name, n)
		}
	}
	if len(r.Unassigned) != 1 || !strings.Contains(r.Unassigned[0].Summary, "NAT") {
		t.Errorf("unassigned = %+v, want the TVS contact and why", r.Unassigned)
	}
}

func TestEngineersOwnDownload(t *testing.T) {
	s := newScene()
	s.list("served", "itl", "aa02", "SAST aa02", "TFTP aa02", "TVS bb02")
	boots(s, 0, phoneName, phoneIP)
	s.transfer(600, "ITL"+phoneName+".tlv", "served")
	e := &s.b.Events[len(s.b.Events)-1]
	e.Address, e.Transfer.Client = "10.5.5.5", "10.5.5.5:61000"
	r := Judge(s.b, Options{})
	p := phoneOf(t, r, phoneName)
	if len(p.Addresses) != 1 || p.Addresses[0] != phoneIP {
		t.Errorf("addresses = %v, want only the phone's own", p.Addresses)
	}
	if p.Trust.ITL.State == "held" {
		t.Error("what an engineer fetched is taken to be held by the phone")
	}
	if p.Trust.ITL.ServedSHA1 == nil || *p.Trust.ITL.ServedSHA1 != "served" {
		t.Errorf("the fetched file tells what the server offers; served_sha1 = %v", p.Trust.ITL.ServedSHA1)
	}
	if len(r.Unassigned) != 1 || !strings.Contains(r.Unassigned[0].Summary, "somebody's own download") {
		t.Errorf("unassigned = %+v, want the download", r.Unassigned)
	}
}

// A phone that got another address boots again: both addresses are its own.
func TestPhoneChangesAddress(t *testing.T) {
	s := newScene()
	boots(s, 0, phoneName, "10.9.9.9")
	boots(s, 500, phoneName, "10.9.9.77")
	s.tvsFrom(510, "10.9.9.77")
	p := phoneOf(t, Judge(s.b, Options{}), phoneName)
	if len(p.Addresses) != 2 || contacts(p) != 1 {
		t.Errorf("addresses %v, %d contacts; want two and one", p.Addresses, contacts(p))
	}
}

func TestSoftClientNames(t *testing.T) {
	for file, want := range map[string]string{
		"CSFjdoe.cnf.xml": "CSFjdoe", "CTLTCTJDOE.tlv": "TCTJDOE", "ITLBOTJDOE.tlv": "BOTJDOE", "TABJDOE.cnf.xml.sgn": "TABJDOE",
		"XMLDefault.cnf.xml": "", "CTLSEP0026CBDA45D.tlv": "", "CTLFile.tlv": "", "CSF.cnf.xml": "", "CSFthisnameistoolong.cnf.xml": "",
		"SEP0026CBBDA45D.cnf.xml.sgn": "SEP0026CBBDA45D",
	} {
		if got := fileDevice(file); got != want {
			t.Errorf("fileDevice(%q) = %q, want %q", file, got, want)
		}
	}
}

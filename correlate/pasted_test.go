package correlate

import (
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

// paste makes an event of a pasted text, which has no time.
func paste(dialect, event string, lineNo int, more ...func(*evidence.Event)) evidence.Event {
	e := evidence.Event{Kind: "event", Dialect: dialect, Event: event, Text: event, Detail: map[string]string{}, Place: evidence.Place{Input: "ticket", Line: lineNo}}
	for _, f := range more {
		f(&e)
	}
	return e
}

// row is a row of a packet list between the phone and nodeA.
func row(lineNo int, op string, more ...func(*evidence.Event)) evidence.Event {
	return paste("wireshark-rows", "packet_row", lineNo, append([]func(*evidence.Event){of("", phoneIP), server(nodeA), with("op", op)}, more...)...)
}

func attemptsOf(t *testing.T, b *evidence.Bundle) []*attempt {
	t.Helper()
	k := newCase(evidence.Merge(b), Options{})
	p := k.byName[phoneName]
	if p == nil {
		t.Fatalf("no phone: %v", k.byName)
	}
	return p.attempts
}

// The rows of the Cisco expert webcast of 3 April 2012: a request for a CTL that
// is not there, under a name that lost a digit, and one for the ITL.
func rows() *evidence.Bundle {
	return bundle(
		row(1, "read_request", of(phoneName, phoneIP), with("file", "CTLSEP0011215A1AE.tlv"), with("device", "SEP0011215A1AE"), with("near_miss_of", phoneName)),
		row(2, "error", with("for_file", "CTLSEP0011215A1AE.tlv"), with("code", "File not found")),
		row(9, "read_request", of(phoneName, phoneIP), with("file", "ITL"+phoneName+".tlv")),
		row(10, "data", with("for_file", "ITL"+phoneName+".tlv"), with("block", "1")),
		row(11, "data", with("for_file", "ITL"+phoneName+".tlv"), with("block", "8"), with("last", "true")),
	)
}

func TestRowsAreAttempts(t *testing.T) {
	list := attemptsOf(t, rows())
	if len(list) != 2 {
		t.Fatalf("%d attempts, want 2", len(list))
	}
	ctl, itl := list[0], list[1]
	if ctl.file != "CTL"+phoneName+".tlv" || !ctl.missing || len(ctl.lines) != 2 {
		t.Errorf("CTL: %+v", ctl)
	}
	if itl.file != "ITL"+phoneName+".tlv" || !itl.complete || itl.missing {
		t.Errorf("ITL: %+v", itl)
	}
	r := Judge(rows(), Options{})
	said := ""
	for _, e := range r.Phones[0].Timeline {
		said += e.Stage + " " + e.Summary + "\n"
	}
	if !strings.Contains(said, "ctl row of a packet list") || !strings.Contains(said, "(SEP0011215A1AE is taken for SEP0011215A1AE3: one digit differs)") {
		t.Errorf("timeline:\n%s", said)
	}
}

// Rows beside the capture that they were copied from add no attempt.
func TestRowsGiveWayToCapture(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	s.transfer(0, "ITL"+phoneName+".tlv", "only")
	s.add(rows().Events...)
	var kinds []string
	for _, a := range attemptsOf(t, s.b) {
		kinds = append(kinds, a.kind)
	}
	if strings.Join(kinds, " ") != "itl ctl" {
		t.Errorf("attempts %v, want the captured ITL and the pasted CTL", kinds)
	}
}

// A request without an answer in the rows is not a request without an answer.
func TestRowsProveNoAbsence(t *testing.T) {
	b := bundle(row(1, "read_request", of(phoneName, phoneIP), with("file", "ITL"+phoneName+".tlv")))
	p := Judge(b, Options{}).Phones[0]
	if p.Verdict.Class != ClassInconclusive {
		t.Errorf("verdict %+v", p.Verdict)
	}
	for _, f := range p.Findings {
		if f.Class != ClassNote && f.Class != ClassInconclusive {
			t.Errorf("a single row raised %s: %s", f.ID, f.Summary)
		}
	}
}

// The misspelled name stands in another text than the phone.
func TestNearMissAcrossInputs(t *testing.T) {
	for device, want := range map[string]int{"SEP0011215A1AE": 2, "SEP0011215A1AF3": 1, "SEP0011215A1A3E": 1, "SEP001121XA1AE3": 2, "SEP0011215A1AEX3": 2} {
		s := newScene()
		s.says(0, "signature_ok")
		s.add(paste("wireshark-rows", "packet_row", 1, with("device", device), with("file", "CTL"+device+".tlv"), with("op", "read_request")))
		k := newCase(evidence.Merge(s.b), Options{})
		if got := len(k.byName[phoneName].all); got != want {
			t.Errorf("%s: %d entries of the phone, want %d", device, got, want)
		}
	}
}

func TestPastedFacts(t *testing.T) {
	active := func(v string, l int) evidence.Event {
		return paste("cucm-cli", "cucm_version", l, with("version", v), with("partition", "active"))
	}
	mode := func(v string, l int) evidence.Event {
		return paste("cucm-cli", "cluster_security_mode", l, with("mode", v))
	}
	for name, c := range map[string]struct {
		events        []evidence.Event
		version, mode string
	}{
		"both":             {[]evidence.Event{active("11.5.1.12900-21", 1), mode("1", 2)}, "11.5.1.12900-21", "mixed"},
		"inactive":         {[]evidence.Event{paste("cucm-cli", "cucm_version", 1, with("version", "12.5.1"), with("partition", "inactive")), mode("0", 2)}, "", "non-secure"},
		"two releases":     {[]evidence.Event{active("11.5.1", 1), active("12.5.1", 2)}, "", ""},
		"twice the same":   {[]evidence.Event{active("11.5.1", 1), active("11.5.1", 2)}, "11.5.1", ""},
		"set between":      {[]evidence.Event{mode("0", 2), mode("1", 10)}, "", "mixed"},
		"set":              {[]evidence.Event{mode("0", 2), paste("cucm-cli", "cluster_mode_set", 10, with("mode", "Mixed Mode"))}, "", "mixed"},
		"nothing readable": {[]evidence.Event{mode("7", 2)}, "", ""},
	} {
		k := newCase(evidence.Merge(bundle(c.events...)), Options{})
		for key, want := range map[string]string{"cucm-version": c.version, "security-mode": c.mode} {
			got := ""
			if f := k.fact(nil, key); f != nil {
				got = f.fact.Value
			}
			if got != want {
				t.Errorf("%s: %s is %q, want %q", name, key, got, want)
			}
		}
	}
}

// A statement wins over what was pasted, and the contradiction is told.
func TestStatedFactWins(t *testing.T) {
	for stated, contradicted := range map[string]bool{"11.5": false, "11.5.1.12900-21": false, "9.1": true, "11.50": true} {
		s := newScene()
		s.says(0, "signature_ok")
		s.fact("cucm-version", stated)
		s.add(paste("cucm-cli", "cucm_version", 12, with("version", "11.5.1.12900-21"), with("partition", "active")))
		k := newCase(evidence.Merge(s.b), Options{})
		f := k.fact(nil, "cucm-version")
		if f.fact.Value != stated || strings.Contains(f.summary, "ticket line 12 says otherwise: 11.5.1.12900-21") != contradicted {
			t.Errorf("%s: %+v, %q", stated, f.fact, f.summary)
		}
	}
}

// fetched is Cisco TechNote 116232: an ITL fetched by hand and its MD5.
func fetched(md5, fromServer string, lineNo int) []evidence.Event {
	file := with("file", "ITL"+phoneName+".tlv")
	return []evidence.Event{
		paste("tftp-client", "operator_tftp_get", lineNo, of(phoneName, ""), server(fromServer), file, with("result", "ok"), with("bytes", "5438")),
		paste("shell", "file_hash", lineNo+3, of(phoneName, ""), file, with("md5", md5)),
	}
}

const md5ITL = "b61910bb01d8d3a1c1b36526cc9f2ddc"

func TestServedByHash(t *testing.T) {
	menu := paste("phone-menu", "menu_hash", 90, with("list", "ITL"), with("md5", strings.ToUpper(md5ITL)))
	for name, c := range map[string]struct {
		events []evidence.Event
		want   Tri
		ok     bool
	}{
		"the same":     {append(fetched(md5ITL, nodeA, 1), menu), Yes, true},
		"another":      {append(fetched(strings.Repeat("0", 32), nodeA, 1), menu), No, true},
		"two servers":  {append(append(fetched(md5ITL, nodeA, 1), fetched(strings.Repeat("0", 32), nodeB, 11)...), menu), Unknown, false},
		"not fetched":  {append(fetched(md5ITL, nodeA, 1)[1:], menu), Unknown, false},
		"fetch failed": {append(fetched(md5ITL, nodeA, 1), menu), Unknown, false},
	} {
		if name == "fetch failed" {
			c.events[0].Detail["result"] = "error"
		}
		k := newCase(evidence.Merge(bundle(c.events...)), Options{})
		p := k.byName[phoneName]
		if p == nil || p.now(iITL).md5 != md5ITL {
			t.Fatalf("%s: the menu is not the phone's", name)
		}
		a, ok := k.servedAs(p, iITL, p.now(iITL))
		if ok != c.ok || a.Value != c.want {
			t.Errorf("%s: %v %v, want %v %v", name, a.Value, ok, c.want, c.ok)
		}
	}
}

// A fetched file whose hash is that of a list in evidence: the server serves that
// list, records and all; one of unknown content makes no list.
func TestServedHashOfKnownList(t *testing.T) {
	for _, known := range []bool{true, false} {
		s := newScene()
		s.says(0, "signature_ok")
		s.list("itl1", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
		if known {
			s.b.Objects[0].List.MD5 = md5ITL
		}
		s.add(fetched(md5ITL, nodeA, 1)...)
		k := newCase(evidence.Merge(s.b), Options{})
		served := newView(k, k.byName[phoneName]).servedITL()
		if (served.list != nil) != known || known && len(served.list.l.Records) != 3 {
			t.Errorf("known %v: served %+v", known, served.list)
		}
		if len(k.lists) != 1 {
			t.Errorf("%d lists, want 1", len(k.lists))
		}
	}
}

func TestStoppedServiceAndTLSCheck(t *testing.T) {
	b := bundle(
		paste("cucm-cli", "service_state", 1, with("service", "Cisco Trust Verification Service"), with("state", "STOPPED")),
		paste("cucm-cli", "service_state", 2, with("service", "Cisco Tftp"), with("state", "STARTED")),
		paste("shell", "operator_tls_check", 3, server(nodeA+":2445"), with("subject", "CN=cucm-a1")),
	)
	k := newCase(evidence.Merge(b), Options{})
	if got := k.stoppedServices("trust verification"); len(got) != 1 || got[0].place.Line != 1 {
		t.Errorf("stopped: %v", got)
	}
	if got := k.stoppedServices("tftp"); len(got) != 0 {
		t.Errorf("tftp runs, but: %v", got)
	}
	if got := k.presentedNow(nodeA, "2445"); len(got) != 1 || len(k.presentedNow(nodeA, "443")) != 0 || len(k.presentedNow(nodeB, "2445")) != 0 {
		t.Errorf("presented: %v", got)
	}
}

// What is pasted into the phone's own log is not the phone's log.
func TestMenuIsNoConsole(t *testing.T) {
	k := newCase(evidence.Merge(bundle(paste("phone-menu", "menu_hash", 1, of(phoneName, ""), with("list", "ITL"), with("md5", md5ITL)))), Options{})
	if p := k.byName[phoneName]; p == nil || p.console() || p.now(iITL).md5 != md5ITL {
		t.Errorf("phone %+v", p)
	}
}

package register

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// crlf makes a message of a text with blank first line.
func crlf(s string) []byte {
	return []byte(strings.ReplaceAll(strings.TrimPrefix(s, "\n"), "\n", "\r\n"))
}

func intp(n int) *int { return &n }

// The phone's half of the registration in Cisco's EMCC TechNote, in pieces of
// every size.
func TestPublishedPhone(t *testing.T) {
	b := read(t, "emcc-7821-phone.sip")
	for _, size := range []int{1, 2, 3, 7, 100, 536, 1460, len(b)} {
		var s SIPStream
		var got []*SIP
		for i := 0; i < len(b); i += size {
			got = append(got, s.Data(b[i:min(i+size, len(b))])...)
		}
		if len(got) != 3 || s.Messages != 3 || s.Problems != nil || s.Close() != nil {
			t.Fatalf("pieces of %d: %d messages, %v", size, len(got), s.Problems)
		}
		for i, want := range []int{1503, 1506, 2516} { // printed in the log
			if got[i].Length != want {
				t.Errorf("message %d: %d octets, want %d", i, got[i].Length, want)
			}
		}
		first := got[0].Alarms[0]
		if want := (Alarm{
			Name: "DeviceTLInfo", Device: "SEPC80084AA8743", Address: "192.168.7.104", Status: "3",
			CTL: &HeldList{Text: "Not Installed", Missing: true},
			ITL: &HeldList{Text: "1B A1 C9 07 E9 9E 4D 3C 53 9D C8 14 24 AF 6C 9F 7D CE 4D 6D", Installed: true,
				Hash: "1ba1c907e99e4d3c539dc81424af6c9f7dce4d6d", Algorithm: "sha1", Server: "cucm-115.home.lab"},
		}); !reflect.DeepEqual(first, want) {
			t.Errorf("alarm %+v %+v %+v", first, first.CTL, first.ITL)
		}
		if a := got[1].Alarms[0]; a.ITL.Hash != "a36dcf5d1e654d76cde3624b22bd45cf857544a6" || a.ITL.Server != "clstr-2-pub.home.lab" {
			t.Errorf("second alarm %+v", a.ITL)
		}
		reg := got[2]
		want := &SIP{
			Method: "REGISTER", URI: "sip:192.168.7.200", CSeq: 113, Line: "2222",
			CallID: "c80084aa-87430003-255b99f4-783a63d4@192.168.7.104",
			Date:   time.Date(2019, 3, 9, 18, 32, 45, 0, time.UTC),
			Device: "SEPC80084AA8743", MAC: "c80084aa8743", Type: 621, Model: "CP-7821", Version: "12.1.1",
			Load: "sip78xx.12-1-1-12.loads", Agent: "Cisco-CP7821/12.1.1", Expires: intp(3600), Length: 2516,
			Last: &LastReset{Code: 23, Name: "SEPC80084AA8743", Load: "sip78xx.12-1-1-12.loads", Inactive: "sip78xx.10-3-1-12.loads", Last: "reset-restart"},
		}
		want.Reason = reg.Reason
		if !reflect.DeepEqual(reg, want) {
			t.Errorf("got\n%+v\nwant\n%+v", reg, want)
		}
		if !strings.HasPrefix(reg.Reason, `SIP;cause=200;text="cisco-alarm:23 Name=`) {
			t.Errorf("reason %q", reg.Reason)
		}
	}
}

func TestPublishedServer(t *testing.T) {
	b := read(t, "emcc-7821-server.sip")
	for _, size := range []int{1, 5, 384, 1460, len(b)} {
		var s SIPStream
		var line []string
		var last *SIP
		for i := 0; i < len(b); i += size {
			for _, m := range s.Data(b[i:min(i+size, len(b))]) {
				line = append(line, fmt.Sprint(m.Method, m.Status, m.Phrase, m.Response()))
				last = m
			}
		}
		if want := []string{"REFER202Acceptedtrue", "REFER202Acceptedtrue", "REGISTER100Tryingtrue", "REGISTER200OKtrue"}; !reflect.DeepEqual(line, want) {
			t.Fatalf("pieces of %d: %q, %v", size, line, s.Problems)
		}
		if last.Server != "Cisco-CUCM11.5" || *last.Expires != 120 || last.Device != "SEPC80084AA8743" || last.Model != "7821" || last.CSeq != 113 {
			t.Errorf("200: %+v", last)
		}
	}
}

// A refresh to a secondary server, from a public study guide; RFC 3261 forms.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       SIP
	}{
		{"compact and folded", `
REGISTER sips:cucm SIP/2.0
i: abc
t: "A; sip:x" <sip:1003@cucm>
m: <sip:f0ae9f65@192.0.2.1:50057;transport=tcp>;+sip.instance="<urn:uuid:00000000-0000-0000-0000-9c57ad12a4e0>";
 +u.sip!devicename.ccm.cisco.com="SEP9C57AD12A4E0";+u.sip!model.ccm.cisco.com="684";expires=0
CSeq: 155 REGISTER
l: 0

`, SIP{Method: "REGISTER", URI: "sips:cucm", CallID: "abc", CSeq: 155, Device: "SEP9C57AD12A4E0", MAC: "9c57ad12a4e0", Type: 684, Model: "8851", Expires: intp(0)}},
		{"refusal", `
SIP/2.0 404 Not Found
Call-ID: abc
CSeq: 101 REGISTER
Warning: 399 cucm "Unable to find device/user in database"
Content-Length: 0

`, SIP{Method: "REGISTER", Status: 404, Phrase: "Not Found", CallID: "abc", CSeq: 101, Warning: `399 cucm "Unable to find device/user in database"`}},
		{"challenge", `
SIP/2.0 401 Unauthorized
CSeq: 101 REGISTER
WWW-Authenticate: Digest realm="ccmsipline", nonce="x"

`, SIP{Method: "REGISTER", Status: 401, Phrase: "Unauthorized", CSeq: 101, Challenge: true}},
		{"no phrase", "SIP/2.0 200\r\nCSeq: 1 REFER\r\n\r\n", SIP{Method: "REFER", Status: 200, CSeq: 1}},
		{"Jabber", `
REGISTER sip:cucm SIP/2.0
User-Agent: Cisco-CSF
Contact: <sip:1@192.0.2.1:5060;transport=tcp>;+sip.instance="<urn:uuid:00000000-0000-0000-0000-000000000000>";+u.sip!devicename.ccm.cisco.com="CSFJDOE";+u.sip!model.ccm.cisco.com="503";video
Reason: SIP;cause=200;text="cisco-alarm:25 Name=CSFJDOE ActiveLoad=Jabber_for_Windows-14.1.3.57304 InactiveLoad=Jabber_for_Windows-14.1.3.57304 Last=initialized"

`, SIP{Method: "REGISTER", URI: "sip:cucm", Device: "CSFJDOE", Type: 503, Model: "CSF", Agent: "Cisco-CSF", Load: "Jabber_for_Windows-14.1.3.57304"}},
		{"name elsewhere", `
REGISTER sip:cucm SIP/2.0
User-Agent: Cisco-CP7945G/9.4.2
Reason: SIP;cause=200;text="cisco-alarm:10 Name=SEP001122334455 Load=SIP45.9-4-2SR3-1S Last=TCP-timeout"
Expires: never

`, SIP{Method: "REGISTER", URI: "sip:cucm", Device: "SEP001122334455", Model: "CP-7945G", Version: "9.4.2", Agent: "Cisco-CP7945G/9.4.2", Load: "SIP45.9-4-2SR3-1S"}},
		{"header of its own", "REGISTER sip:cucm SIP/2.0\r\nDevice-Name: SEP001122334455\r\n\r\n", SIP{Method: "REGISTER", URI: "sip:cucm", Device: "SEP001122334455"}},
		{"CUCM asks", "OPTIONS sip:phone SIP/2.0\nUser-Agent: Cisco-CUCM11.5\n\n", SIP{Method: "OPTIONS", URI: "sip:phone", Agent: "Cisco-CUCM11.5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := crlf(c.text)
			if strings.Contains(c.text, "\n\n") && c.text[0] != '\n' || strings.Contains(c.text, "\r\n") {
				b = []byte(c.text)
			}
			m, err := ParseSIP(b)
			if err != nil {
				t.Fatal(err)
			}
			want := c.want
			want.Length = len(b)
			want.Reason, want.Last, want.Line = m.Reason, m.Last, m.Line
			if !reflect.DeepEqual(*m, want) {
				t.Errorf("got\n%+v\nwant\n%+v", *m, want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		`"Name" <sip:2222@host>;tag=1`: "2222", "<sips:7@h>": "7", "sip:u:pass@h": "u", "<sip:host>": "", "x": "", "": "",
	} {
		if got := userOf(in); got != want {
			t.Errorf("userOf(%q) = %q", in, got)
		}
	}
}

func TestSecretsAreDropped(t *testing.T) {
	b := crlf(`
REGISTER sip:user:CANARY1@cucm SIP/2.0
To: "CANARY2" <sip:2222:CANARY3@cucm>
From: "CANARY4" <sip:2222@cucm>
Contact: "CANARY5" <sip:2222:CANARY6@192.0.2.1>
Authorization: Digest username="2222",realm="ccmsipline",response="CANARY7"
Proxy-Authorization: Basic CANARY8
CSeq: 1 REGISTER
Content-Length: 7

CANARY9`)
	m, err := ParseSIP(b)
	if err != nil || !m.Credentials || m.Challenge || m.Line != "2222" || m.URI != "sip:cucm" {
		t.Fatalf("%+v, %v", m, err)
	}
	var s SIPStream
	for _, v := range []any{m, s.Data(b)[0], s} {
		if text := fmt.Sprintf("%+v", v); strings.Contains(text, "CANARY") {
			t.Errorf("a secret was kept: %s", text)
		}
	}
	m, err = ParseSIP([]byte("SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest nonce=CANARY"))
	if err == nil || m == nil || !m.Challenge || strings.Contains(fmt.Sprintf("%+v %v", m, err), "CANARY") {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestSIPErrors(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		partial        bool
	}{
		{"empty", "", `register: sip: offset 0: "" is no start line`, false},
		{"keep-alive", "\r\n\r\n", `register: sip: offset 4: "" is no start line`, false},
		{"foreign", "GET / HTTP/1.1\r\n\r\n", `register: sip: offset 0: "GET / HTTP/1.1" is no start line`, false},
		{"status", "SIP/2.0 2000 OK\r\n\r\n", "no start line", false},
		{"binary", "\x16\x03\x01\x00\x05hello", "no start line", false},
		{"no end", "REGISTER sip:x SIP/2.0\r\nUser-Agent: Cisco-CP8861/12", "offset 51: the head does not end", true},
	} {
		m, err := ParseSIP([]byte(c.in))
		var pe *ParseError
		if !errors.As(err, &pe) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
		if (m != nil) != c.partial || m != nil && (!m.Cut || m.Model != "CP-8861") {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
	m, err := ParseSIP([]byte("\r\nREGISTER sip:x SIP/2.0\r\nContent-Length: 9\r\n\r\nabc"))
	if err != nil || !m.Cut || m.Problems != nil {
		t.Errorf("body cut: %+v, %v", m, err)
	}
	m, err = ParseSIP([]byte("REGISTER sip:x SIP/2.0\r\nContent-Length: 99999999\r\nCSeq: x\r\nnonsense\r\n\r\nabc"))
	if err != nil || m.Cut || len(m.Problems) != 1 || m.Problems[0] != `Content-Length "99999999"` {
		t.Errorf("absurd length: %+v, %v", m, err)
	}
	m, err = ParseSIP([]byte("REGISTER sip:x SIP/2.0\r\n" + strings.Repeat("X: y\r\n", 500) + "\r\n" + strings.Repeat("z", 20000)))
	if err != nil || len(m.Problems) != 2 {
		t.Errorf("many: %+v, %v", m.Problems, err)
	}
}

// Messages of calls pass, with bodies that look like messages.
func TestStreamPassesCalls(t *testing.T) {
	inner := "REGISTER sip:inner SIP/2.0\r\n\r\n"
	b := []byte("\r\n\r\nINVITE sip:1 SIP/2.0\r\nCSeq: 1 INVITE\r\nContent-Length: 30\r\n\r\n" + inner +
		"SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n" +
		"REGISTER sip:outer SIP/2.0\r\nContent-Length: 0\r\n\r\n")
	for size := 1; size <= len(b); size++ {
		var s SIPStream
		var got []*SIP
		for i := 0; i < len(b); i += size {
			got = append(got, s.Data(b[i:min(i+size, len(b))])...)
		}
		if len(got) != 1 || got[0].URI != "sip:outer" || s.Messages != 3 || s.Problems != nil {
			t.Fatalf("pieces of %d: %+v, %d, %v", size, got, s.Messages, s.Problems)
		}
	}
}

func TestStreamLoss(t *testing.T) {
	reg := "REGISTER sip:x SIP/2.0\r\nContent-Length: 0\r\n\r\n"
	refer := "REFER sip:x SIP/2.0\r\nContent-Length: 600\r\n\r\n<x-cisco-alarm><Alarm Name=\"DeviceTLInfo\"><String name=\"DeviceName\">SEP1</String>"
	invite := "INVITE sip:x SIP/2.0\r\nContent-Length: 100\r\n\r\n1234567890"

	var s SIPStream
	s.Data([]byte(refer))
	m := s.Lost(10)
	if m == nil || !m.Cut || m.Device != "SEP1" || len(m.Alarms) != 1 {
		t.Errorf("cut REFER: %+v", m)
	}
	if got := s.Data([]byte("rest of it\r\n")); got != nil || s.Problems == nil {
		t.Errorf("while lost: %+v, %v", got, s.Problems)
	}
	if got := s.Data([]byte(reg)); len(got) != 1 {
		t.Errorf("picked up: %+v", got)
	}

	s = SIPStream{}
	s.Data([]byte(invite))
	if s.Lost(80) != nil || s.Problems != nil {
		t.Errorf("gap in a body that nobody wants: %v", s.Problems)
	}
	if got := s.Data([]byte("1234567890" + reg)); len(got) != 1 {
		t.Errorf("after it: %+v, %v", got, s.Problems)
	}

	s = SIPStream{}
	s.Data([]byte(reg[:30]))
	if m := s.Lost(-1); m == nil || !m.Cut || m.Method != "REGISTER" {
		t.Errorf("cut head: %+v", m)
	}
	if m := s.Close(); m != nil {
		t.Errorf("close: %+v", m)
	}

	s = SIPStream{}
	if got := s.Data([]byte("\x80\x00\x01\x02\r\n not SIP")); got != nil || len(s.Problems) != 1 {
		t.Errorf("foreign: %v, %v", got, s.Problems)
	}
	s = SIPStream{}
	if got := s.Data([]byte("HTTP/1.1 200 OK\r\n\r\n")); got != nil || len(s.Problems) != 1 {
		t.Errorf("HTTP: %v, %v", got, s.Problems)
	}
	for range 3 { // bounded also without a line end
		s.Data(make([]byte, maxHead))
	}
	if len(s.buf) > maxHead {
		t.Error("bounds passed")
	}
	s = SIPStream{}
	s.Data([]byte("REFER sip:x SIP/2.0\r\nContent-Length: 40000\r\n\r\n"))
	var got []*SIP
	for range 4 {
		got = append(got, s.Data(make([]byte, 10000))...)
	}
	if len(got) != 1 || len(got[0].Problems) != 1 {
		t.Errorf("large body: %+v", got)
	}
}

func FuzzSIP(f *testing.F) {
	f.Add(read(f, "emcc-7821-phone.sip"), 700)
	f.Add(read(f, "emcc-7821-server.sip"), 3)
	f.Add([]byte("REGISTER sip:a:b@c SIP/2.0\r\nm: ;expires=1;+sip.instance=\"<urn\r\n x\r\nl: 3\r\n\r\nabc"), 1)
	f.Add([]byte("SIP/2.0 401 x\r\nReason: cisco-alarm:7 Load=  Last=\r\n\r\n"), 9)
	f.Fuzz(func(t *testing.T, b []byte, size int) {
		b = slices.Clip(b) // nothing may be read behind the end
		m, err := ParseSIP(b)
		if m == nil && err == nil {
			t.Fatal("neither a message nor an error")
		}
		if m != nil && (m.Length < 1 || m.Length > len(b) || len(m.Alarms) > maxAlarms || len(m.Problems) > maxProblems) {
			t.Errorf("bounds passed: %+v", m)
		}
		if size < 1 {
			size = 1
		}
		var s SIPStream
		for i := 0; i < len(b); i += size {
			for _, m := range s.Data(b[i:min(i+size, len(b))]) {
				if m.Cut || m.Length < 1 {
					t.Errorf("%+v", m)
				}
			}
			if len(s.buf) > maxHead || len(s.Problems) > maxProblems {
				t.Error("bounds passed")
			}
		}
		s.Close()
	})
}

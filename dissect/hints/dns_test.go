package hints

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDNS(t *testing.T) {
	const five, one = 300 * time.Second, 60 * time.Second
	for name, want := range map[string]*DNS{
		"dns-query": {ID: 0x4242, Questions: []Question{{"cucm1.example.com", TypeA}}},
		"dns-answer": {ID: 0x4242, Response: true, Questions: []Question{{"cucm1.example.com", TypeA}}, Answers: []Answer{
			{Name: "cucm1.example.com", Type: TypeCNAME, TTL: five, Target: "cucm-a1.example.com"},
			{Name: "cucm-a1.example.com", Type: TypeA, TTL: five, Addr: netip.MustParseAddr("10.1.1.11")},
			{Name: "cucm-a1.example.com", Type: TypeAAAA, TTL: five, Addr: netip.MustParseAddr("2001:db8::1")},
			{Name: "_cisco-uds._tcp.example.com", Type: TypeSRV, TTL: one, Target: "cucm-a1.example.com", Port: 8443},
		}},
		"dns-nxdomain": {ID: 0x4243, Response: true, RCode: 3, Questions: []Question{{"cucm9.example.com", TypeA}}},
	} {
		d, err := ParseDNS(read(t, name))
		if err != nil || !reflect.DeepEqual(d, want) {
			t.Errorf("%s: got\n%+v, %v\nwant\n%+v", name, d, err, want)
		}
	}
	for code, want := range []string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "6"} {
		if got := (&DNS{RCode: code}).RCodeName(); got != want {
			t.Errorf("result %d: %q", code, got)
		}
	}
}

// dnsMessage puts sections after a header.
func dnsMessage(questions, answers byte, rest string) []byte {
	return []byte("\x00\x01\x81\x80\x00" + string(rune(questions)) + "\x00" + string(rune(answers)) + "\x00\x00\x00\x00" + rest)
}

func TestDNSDamage(t *testing.T) {
	b := read(t, "dns-answer")
	for n := range b {
		d, err := ParseDNS(b[:n])
		if n < 12 {
			fails(t, err, "a header has 12")
		} else if n < len(b)-18 && (d == nil || err == nil || !d.Cut) { // the last 18 octets are the authority
			t.Errorf("first %d octets: %+v, %v", n, d, err)
		}
	}
	long := strings.Repeat("\x3f"+strings.Repeat("x", 63), 5)
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"pointer to itself", dnsMessage(1, 0, "\xc0\x0c\x00\x01\x00\x01"), "hints: dns: offset 12: pointer to 12 does not point back"},
		{"pointer forward", dnsMessage(1, 0, "\xc0\x20\x00\x01\x00\x01"), "offset 12: pointer to 32 does not point back"},
		{"pointers in a circle", dnsMessage(2, 0, "\x01a\xc0\x0c\x00\x01\x00\x01\xc0\x0e\x00\x01\x00\x01"), "offset 14: pointer to 12 does not point back"},
		{"label length", dnsMessage(1, 0, "\x80a\x00\x00\x01\x00\x01"), "offset 12: label length 0x80"},
		{"long name", dnsMessage(1, 0, long+"\x00\x00\x01\x00\x01"), "name of more than 255 octets"},
		{"question cut", dnsMessage(1, 0, "\x01a\x00\x00\x01"), "offset 15: the question ends early"},
		{"pointer cut", dnsMessage(1, 0, "\xc0"), "the pointer ends early"},
		{"data cut", dnsMessage(0, 1, "\x00\x00\x01\x00\x01\x00\x00\x00\x05\x00\x04\x0a\x00"), "data of 4 octets, 2 left"},
	} {
		d, err := ParseDNS(c.b)
		fails(t, err, c.want)
		if d == nil || d.ID != 1 {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
	d, err := ParseDNS(dnsMessage(1, 1, "\x04a.\\\x01\x00\x00\x01\x00\x01"+"\x00\x00\x05\x00\x01\x00\x00\x00\x05\x00\x02\xc0\xff"))
	if err != nil || d.Questions[0].Name != `a\.\\\001` || len(d.Answers) != 1 || d.Answers[0].Target != "" || len(d.Problems) != 1 {
		t.Errorf("odd names: %+v, %v", d, err)
	}
	d, err = ParseDNS(dnsMessage(100, 100, strings.Repeat("\x00\x00\x01\x00\x01", 100)+strings.Repeat("\x00\x00\x01\x00\x01\x00\x00\x00\x05\x00\x00", 100)))
	if err != nil || len(d.Questions) != maxRecords || len(d.Answers) != maxRecords || len(d.Problems) != 2 {
		t.Errorf("many records: %d, %d, %v, %v", len(d.Questions), len(d.Answers), d.Problems, err)
	}
}

func FuzzDNS(f *testing.F) {
	for _, n := range []string{"dns-query", "dns-answer", "dns-nxdomain"} {
		f.Add(read(f, n))
	}
	f.Add(dnsMessage(2, 0, "\x01a\xc0\x0c\x00\x01\x00\x01\xc0\x0e\x00\x01\x00\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		d, err := ParseDNS(b)
		if d == nil && err == nil {
			t.Fatal("neither a message nor an error")
		}
		if d == nil {
			return
		}
		if len(d.Questions) > maxRecords || len(d.Answers) > maxRecords || len(d.Problems) > maxProblems {
			t.Error("bounds passed")
		}
		for _, q := range d.Questions {
			if len(q.Name) > 4*maxName {
				t.Error("name too long")
			}
		}
	})
}

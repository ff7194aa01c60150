package redact

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"trustline/correlate"
)

func ptr[T any](v T) *T { return &v }

var key = []byte("a key for tests")

// run redacts texts together with a few structured fields.
func run(t *testing.T, o Options, texts ...string) ([]string, []Pair, *correlate.Report) {
	t.Helper()
	r := &correlate.Report{
		Cluster: correlate.Cluster{
			Servers:      []correlate.Server{{Address: "10.1.1.11:2445", Name: ptr("cucm-a1"), Services: []string{"tvs"}}},
			Certificates: []correlate.Certificate{{Subject: "CN=cucm-a1;OU=Voice Team;O=Acme, Inc.;L=Springfield;ST=NT;C=DE", Issuer: "CN=Cisco Manufacturing CA;O=Cisco Systems", Serial: "0adc6e7742914a53", SHA1: ptr("0123456789abcdef0123456789abcdef01234567")}},
		},
		Coverage: []correlate.Coverage{{Node: ptr("cucm-b2")}},
		Phones:   []correlate.Phone{{Name: "SEP001122334455", MAC: ptr("00:11:22:33:44:55"), Addresses: []string{"10.9.9.23"}, Firmware: ptr("SCCP45.9-3-1S")}, {Name: "CSFjsmith"}},
	}
	for i, s := range texts {
		r.Phones[0].Timeline = append(r.Phones[0].Timeline, correlate.Entry{ID: "e1", Text: s, Detail: map[string]any{"n": i}})
	}
	out, pairs := Report(r, o)
	var got []string
	for _, e := range out.Phones[0].Timeline {
		got = append(got, e.Text)
	}
	return got, pairs, out
}

// TestNothingStays: none of the planted words comes through, in whatever
// spelling, and each is replaced by one pseudonym.
func TestNothingStays(t *testing.T) {
	texts := []string{
		"SEP001122334455 sep001122334455 CTLSEP001122334455.tlv ITLSEP001122334455.tlv.sgn CP-7970G-SEP001122334455 ATA001122334455 CTLSEP001122334455cv.l SEP0011223344550",
		"00:11:22:33:44:55 00-11-22-33-44-55 0011.2233.4455 0011-2233-4455 mac=001122334455 x001122334455y aa:bb:cc:DD:EE:FF aabbccddeeff",
		"10.9.9.23 ::ffff:10.9.9.23 <10.9.9.23> tftp://10.9.9.23/x 10-9-9-23 10_9_9_23.pcap 0x1709090a 0x0a090917 [10.9.9.23]:69 ip10.9.9.23",
		"2001:db8:17:1::5 [2001:db8:17:1::5]:2445 fe80::211:22ff:fe33:4455%eth0 2001:0db8:0017:0001:0000:0000:0000:0005",
		"cucm-a1 CUCM-A1.acme.example.com cucm-a1.acme.example.com: refused; https://cucm-a1.acme.example.com:8443/ccmcip ITLRECOVERY_cucm-a1 cucm-a1-EC cucm-b2 acme.org",
		"/C=DE/ST=NT/L=Springfield/O=Acme, Inc./OU=Voice Team/CN=cucm-a1 and Springfield of Acme, Inc.",
		"user=jsmith userid: 'jsmith' sip:jsmith@10.9.9.23 jsmith@acme.example.com CSFjsmith CSFJSMITH.cnf.xml",
	}
	got, pairs, out := run(t, Options{Key: key}, texts...)
	all := strings.Join(got, "\n")
	js, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, planted := range []string{"001122334455", "00:11:22", "00-11-22", "0011.2233", "0011-2233", "10.9.9.23", "10-9-9-23", "10_9_9_23", "1709090a", "0a090917", "10.1.1.11",
		"2001:db8:17", "0db8", "211:22ff", "cucm-a1", "cucm-b2", "acme", "springfield", "voice team", "jsmith", "aabbcc", "dd:ee:ff", "=nt", "=de"} {
		if i := strings.Index(strings.ToLower(string(js)), planted); i >= 0 {
			t.Errorf("%q is in %s", planted, js[max(0, i-60):i+60])
		}
	}
	if len(pairs) == 0 || out.Redaction == nil {
		t.Fatal("nothing is told")
	}
	// One device is one MAC address, in every spelling.
	m := regexp.MustCompile(`SEP(02[0-9A-F]{10})`).FindStringSubmatch(got[0])
	if m == nil {
		t.Fatal(got[0])
	}
	h := strings.ToLower(m[1])
	for _, want := range []string{"sep" + h, "CTLSEP" + m[1] + ".tlv", "CP-7970G-SEP" + m[1], h[:2] + ":" + h[2:4], h[:4] + "." + h[4:8] + "." + h[8:]} {
		if !strings.Contains(strings.ToLower(all), strings.ToLower(want)) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	if out.Phones[0].Name != m[0] || *out.Phones[0].MAC != h[:2]+":"+h[2:4]+":"+h[4:6]+":"+h[6:8]+":"+h[8:10]+":"+h[10:] {
		t.Errorf("%s %s", out.Phones[0].Name, *out.Phones[0].MAC)
	}
	// The short name of a host is that of the long one, and of its certificate.
	host := *out.Cluster.Servers[0].Name
	if n := strings.Count(got[4], host); n != 6 {
		t.Errorf("%s is %d times in %s", host, n, got[4])
	}
	if !strings.HasPrefix(out.Cluster.Certificates[0].Subject, "CN="+host+";OU=unit-") || !strings.Contains(got[5], "/CN="+host) || out.Cluster.Certificates[0].Issuer != "CN=Cisco Manufacturing CA;O=Cisco Systems" {
		t.Errorf("%s, %s, %s", out.Cluster.Certificates[0].Subject, got[5], out.Cluster.Certificates[0].Issuer)
	}
	a := out.Phones[0].Addresses[0]
	if n := strings.Count(got[2], a); n != 6 || !strings.HasPrefix(a, "10.") {
		t.Errorf("%s is %d times in %s", a, n, got[2])
	}
	b := netip.MustParseAddr(a).As4()
	for _, want := range []string{strings.ReplaceAll(a, ".", "-"), strings.ReplaceAll(a, ".", "_")} {
		if !strings.Contains(got[2], want) {
			t.Errorf("%s is not in %s (%x)", want, got[2], b)
		}
	}
}

// TestEvidenceStays: what proves something, and words of the product.
func TestEvidenceStays(t *testing.T) {
	texts := []string{
		"CAPF_OP_FAIL CAPF TVS CallManager.pem tvs00000001.txt SIP45.9-3-1S.loads term65.default.loads release 9.1.2.11900-12 OID 1.3.6.1.5.5.7.3.1",
		"e12 2013-06-18T14:00:22.165640Z 09:12:01.690113 0123456789abcdef0123456789abcdef01234567 port 2445 frame 214 serial 0adc6e7742914a53",
		"0a:dc:6e:77:42:91:4a:53 mask 255.255.255.0 127.0.0.1 ::1 ff:ff:ff:ff:ff:ff 01:00:0c:cc:cc:cc tools.cisco.com SEP.cnf.xml XMLDefault.cnf.xml",
		"the phone asks TVS whether it trusts the certificate; L=5 E=3 a::b std::string 12:00:00",
		"CN=Cisco Manufacturing CA;O=Cisco Systems", "140526093012 bytes", "user=null owner: none", "cip.http.ae t.name i.e. 9.1.de", "OU=EVVBU;O=Cisco Systems Inc.", "TABLE BOTH CSF BOT", "",
	}
	got, _, out := run(t, Options{Key: key}, texts...)
	for i := range texts {
		if got[i] != texts[i] {
			t.Errorf("%q\nbecame %q", texts[i], got[i])
		}
	}
	if c := out.Cluster.Certificates[0]; c.Serial != "0adc6e7742914a53" || *c.SHA1 != "0123456789abcdef0123456789abcdef01234567" || *out.Phones[0].Firmware != "SCCP45.9-3-1S" {
		t.Errorf("%+v", c)
	}
}

func TestSerials(t *testing.T) {
	got, _, out := run(t, Options{Key: key, Serials: true}, "serial 0ADC6E7742914A53 adc6e7742914a53 0a:dc:6e:77:42:91:4a:53 of 0adc6e77429")
	s := out.Cluster.Certificates[0].Serial
	if len(s) != 16 || s == "0adc6e7742914a53" || s[0] != '0' {
		t.Error(s)
	}
	if want := "serial " + strings.ToUpper(s) + " " + s[1:] + " "; !strings.HasPrefix(got[0], want) || strings.Contains(got[0], "0a:dc") || !strings.HasSuffix(got[0], " of 0adc6e77429") {
		t.Errorf("%s, not %s", got[0], want)
	}
}

// TestSameKeySamePseudonyms: over two runs and over reports with other contents;
// another key gives others.
func TestSameKeySamePseudonyms(t *testing.T) {
	one, _, a := run(t, Options{Key: key}, "10.9.9.23 SEP001122334455 cucm-a1 jsmith@acme.org")
	two, _, b := run(t, Options{Key: key}, "10.9.9.23 SEP001122334455 cucm-a1 jsmith@acme.org", "zz.acme.org 10.9.9.24")
	if one[0] != two[0] {
		t.Errorf("%s, then %s", one[0], two[0])
	}
	if x, _ := json.Marshal(a.Cluster); true {
		if y, _ := json.Marshal(b.Cluster); !bytes.Equal(x, y) {
			t.Error("the cluster differs")
		}
	}
	other, _, _ := run(t, Options{Key: []byte("another")}, "10.9.9.23 SEP001122334455 cucm-a1 jsmith@acme.org")
	for i, w := range strings.Fields(one[0]) {
		if strings.Fields(other[0])[i] == w {
			t.Errorf("%s with both keys", w)
		}
	}
}

func TestInputIsNotChanged(t *testing.T) {
	r := &correlate.Report{Phones: []correlate.Phone{{Name: "SEP001122334455", MAC: ptr("00:11:22:33:44:55"), Addresses: []string{"10.9.9.23"},
		Timeline: []correlate.Entry{{Text: "10.9.9.23", Detail: map[string]any{"frames": map[string]any{"syn": 3}, "alerts": []any{map[string]any{"from": "10.9.9.23"}}}}}}}}
	before, _ := json.Marshal(r)
	out, _ := Report(r, Options{Key: key})
	if after, _ := json.Marshal(r); !bytes.Equal(before, after) {
		t.Errorf("%s\nbecame %s", before, after)
	}
	if js, _ := json.Marshal(out); bytes.Contains(js, []byte("10.9.9.23")) || !bytes.Contains(js, []byte(`"syn":3`)) {
		t.Errorf("%s", js)
	}
}

func common4(a, b netip.Addr) int {
	x, y := a.As4(), b.As4()
	for n := range 32 {
		if (x[n/8]^y[n/8])>>(7-n%8)&1 != 0 {
			return n
		}
	}
	return 32
}

// TestNetworksStay: addresses share as many bits afterwards as before, private
// ones stay private and public ones public, and no two become one.
func TestNetworksStay(t *testing.T) {
	c := cipher{key}
	var list []netip.Addr
	for _, s := range []string{"10.1.1.11", "10.1.1.12", "10.1.2.11", "10.200.0.1", "192.168.1.1", "192.168.1.254", "172.16.0.1", "172.31.255.1", "100.64.3.3", "169.254.1.1",
		"8.8.8.8", "8.8.8.9", "8.8.9.9", "193.99.144.85", "193.99.144.1", "11.0.0.1", "9.255.1.1", "172.32.0.1", "192.167.0.1"} {
		list = append(list, netip.MustParseAddr(s))
	}
	for i := range 2000 {
		list = append(list, netip.AddrFrom4([4]byte{byte(1 + i%223), byte(i * 7), byte(i / 9), byte(i)}))
	}
	slices.SortFunc(list, netip.Addr.Compare)
	list = slices.Compact(list)
	seen := map[netip.Addr]netip.Addr{}
	for _, a := range list {
		p := c.addr(a)
		if o, ok := seen[p]; ok {
			t.Fatalf("%s and %s become %s", a, o, p)
		}
		seen[p] = a
		if a.IsPrivate() != p.IsPrivate() || keeps(a) != keeps(p) || a.IsLinkLocalUnicast() != p.IsLinkLocalUnicast() {
			t.Errorf("%s becomes %s", a, p)
		}
	}
	for i := range 400 {
		a, b := list[i*5], list[i*5+1]
		before, after := common4(a, b), common4(c.addr(a), c.addr(b))
		if before != after && (before >= 16 || after >= 16) {
			t.Errorf("%s and %s share %d bits, %s and %s %d", a, b, before, c.addr(a), c.addr(b), after)
		}
	}
	x, y, z := c.addr(netip.MustParseAddr("2001:db8:1:2::1")), c.addr(netip.MustParseAddr("2001:db8:1:2:ffff::1")), c.addr(netip.MustParseAddr("2001:db8:1:3::1"))
	if p, _ := x.Prefix(64); !p.Contains(y) || p.Contains(z) {
		t.Errorf("%s %s %s", x, y, z)
	}
	if p, _ := x.Prefix(63); !p.Contains(z) {
		t.Errorf("%s %s", x, z)
	}
	for s, prefix := range map[string]string{"fd00:1::1": "fd00::/8", "fe80::1234": "fe80::/64", "2001:db8::1": "2000::/3"} {
		if p := c.addr(netip.MustParseAddr(s)); !netip.MustParsePrefix(prefix).Contains(p) || p.String() == s {
			t.Errorf("%s becomes %s", s, p)
		}
	}
}

// TestSampleReport redacts the golden report of package report.
func TestSampleReport(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "testdata", "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r correlate.Report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	out, pairs := Report(&r, Options{Key: key})
	js, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pairs {
		if (p.Kind == KindDevice || p.Kind == KindMAC || p.Kind == KindIPv4 || p.Kind == KindHost) && bytes.Contains(js, []byte(`"`+p.Original+`"`)) {
			t.Errorf("%+v is still there", p)
		}
	}
	for _, p := range r.Phones {
		if bytes.Contains(js, []byte(p.Name)) {
			t.Errorf("%s is still there", p.Name)
		}
	}
	if len(out.Phones) != len(r.Phones) || len(out.Phones[0].Timeline) != len(r.Phones[0].Timeline) || out.Phones[0].Verdict.Class != r.Phones[0].Verdict.Class {
		t.Error("the report changed otherwise")
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"10.1.1.1 2001:db8::1", "CN=a;O=b", "user=x@y.com", "SEP001122334455", "::ffff:1.2.3.4", "\xff\x00", "a.b.c.com", "0x0a010101"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := &correlate.Report{Headline: s, Phones: []correlate.Phone{{Name: s, Addresses: []string{"10.1.1.1"}}}, Cluster: correlate.Cluster{Certificates: []correlate.Certificate{{Subject: s, Serial: s}}}}
		a, _ := Report(r, Options{Key: key, Serials: true})
		if b, _ := Report(r, Options{Key: key, Serials: true}); a.Headline != b.Headline || a.Cluster.Certificates[0].Subject != b.Cluster.Certificates[0].Subject {
			t.Errorf("%q: two runs differ", s)
		}
	})
}

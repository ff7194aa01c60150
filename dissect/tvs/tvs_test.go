package tvs

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// The dumps of a TVS trace in Cisco TechNote 213407, as short as published:
// the first 42 octets of a request of 153, the first 50 of an answer of 1480.
const (
	published213407Req = `57 01 03 00 00 00 03 e9 00 8f 01 00 18 01 43 50
		2d 38 38 36 31 2d 53 45 50 42 30 30 30 42 34 42
		41 30 41 45 45 03 00 42 43 4e 3d 75 63 6d 31 31 70 75`
	published213407Res = `57 01 04 f7 00 00 03 e9 05 be 07 00 01 00 02 05
		ab 30 82 05 a7 30 82 04 8f a0 03 02 01 02 02 13
		24 00 00 00 17 94 79 b8 f1 24 ac 3f 3b 00 00 00 00 00`
	// The first 8 octets of a request of 960 in Cisco TechNote 118699.
	published118699 = `57 01 01 00 00 00 03 ea`
)

// What the trace of TechNote 213407 prints of the same request.
const (
	subject213407 = "CN=ucm11pub.stormin.local;OU=IST;O=Stormin;L=Brisbane;ST=QLD;C=AU"
	issuer213407  = "CN=stormin-WIN2012-CA"
	serial213407  = "24000000179479b8f124ac3f3b000000000017"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// element and message build octets by hand.
func element(tag byte, v ...byte) []byte {
	return append([]byte{tag, byte(len(v) >> 8), byte(len(v))}, v...)
}

func message(typ Type, session uint32, elements ...[]byte) []byte {
	b := append([]byte{0x57, 1, byte(typ), 0}, binary.BigEndian.AppendUint32(nil, session)...)
	n := 0
	for _, e := range elements {
		n += len(e)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(n))
	for _, e := range elements {
		b = append(b, e...)
	}
	return b
}

func certificate(t testing.TB) []byte {
	t.Helper()
	der, err := os.ReadFile("testdata/rsa2048-sha256.der")
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestPublishedCutRequest(t *testing.T) {
	m, err := Parse(unhex(t, published213407Req))
	if err != nil {
		t.Fatal(err)
	}
	want := &Message{
		Version: 1, Type: QueryCertReq, SessionID: 1001, Length: 143, Cut: true,
		Device: "CP-8861-SEPB000B4BA0AEE", Model: "CP-8861", Name: "SEPB000B4BA0AEE",
		Elements: []Element{
			{Tag: ElementDevice, Length: 24, Have: 24, Offset: 13, Text: "CP-8861-SEPB000B4BA0AEE"},
			{Tag: ElementSubject, Length: 66, Have: 10, Offset: 40, Text: "CN=ucm11pu"},
		},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got\n%+v\nwant\n%+v", m, want)
	}
	if m.Type.String() != "QUERY_CERT_REQ" || !m.Type.Request() {
		t.Errorf("type %v", m.Type)
	}
}

// The same request with the names that the trace prints has exactly the 153
// octets that the trace counts: this settles elements 4 and 5.
func TestPublishedRequestWhole(t *testing.T) {
	b := message(QueryCertReq, 1001,
		element(ElementDevice, append([]byte{1}, "CP-8861-SEPB000B4BA0AEE"...)...),
		element(ElementSubject, []byte(subject213407+"\x00")...),
		element(ElementIssuer, []byte(issuer213407+"\x00")...),
		element(ElementSerial, unhex(t, serial213407)...))
	if len(b) != 153 || !strings.HasPrefix(string(b), string(unhex(t, published213407Req))) {
		t.Fatalf("%d octets: % x", len(b), b)
	}
	m, err := Parse(b)
	if err != nil || m.Cut || m.Problems != nil {
		t.Fatalf("%+v, %v", m, err)
	}
	if m.Subject != subject213407 || m.Issuer != issuer213407 || m.Serial != serial213407 {
		t.Errorf("got %q, %q, %q", m.Subject, m.Issuer, m.Serial)
	}
	if m.Status != nil || m.Roles != nil || m.TTL != nil || m.Certificate != nil {
		t.Errorf("a request has no answer: %+v", m)
	}
}

func TestPublishedCutAnswer(t *testing.T) {
	m, err := Parse(unhex(t, published213407Res))
	if err != nil {
		t.Fatal(err)
	}
	if m.Type != QueryCertRes || m.Type.Request() || m.SessionID != 1001 || m.Length != 1470 || !m.Cut {
		t.Errorf("header: %+v", m)
	}
	if m.Status == nil || *m.Status != StatusFound {
		t.Errorf("status %v", m.Status)
	}
	if len(m.Elements) != 2 || m.Elements[1].Length != 1451 || m.Elements[1].Have != 33 || m.Elements[1].Whole() {
		t.Errorf("elements %+v", m.Elements)
	}
	if m.Certificate != nil && m.Certificate.Raw != nil {
		t.Error("a cut certificate is not whole")
	}
}

func TestPublishedHeaderOnly(t *testing.T) {
	m, err := Parse(unhex(t, published118699))
	if err != nil {
		t.Fatal(err)
	}
	want := &Message{Version: 1, Type: CertVerificationReq, SessionID: 1002, Length: -1, Cut: true}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got %+v", m)
	}
}

// The answer of TechNote 213407 has body 1470 = 4 + 1454 + 5 + 7: status,
// certificate, two roles, lifetime. The certificate here is shorter.
func TestAnswer(t *testing.T) {
	der := certificate(t)
	status, c := element(ElementStatus, 0), element(ElementCertificate, der...)
	roles, ttl := element(ElementRoles, 0, 3), element(ElementTTL, 0, 1, 0x51, 0x80)
	if n := len(status) + 3 + 1451 + len(roles) + len(ttl); n != 1470 {
		t.Fatalf("the elements of the published answer have %d octets", n)
	}
	for _, order := range [][][]byte{{status, c, roles, ttl}, {ttl, roles, c, status}, {roles, status, ttl, c}} {
		m, err := Parse(message(QueryCertRes, 1001, order...))
		if err != nil || m.Cut || m.Problems != nil {
			t.Fatalf("%+v, %v", m, err)
		}
		if m.Status == nil || *m.Status != 0 || m.TTL == nil || *m.TTL != 24*time.Hour {
			t.Errorf("status %v, ttl %v", m.Status, m.TTL)
		}
		if got := m.Functions(); !reflect.DeepEqual(m.Roles, []Role{RoleSAST, RoleTFTP}) || !reflect.DeepEqual(got, []string{"SAST", "TFTP"}) {
			t.Errorf("roles %v, functions %v", m.Roles, got)
		}
		if m.Certificate == nil || m.Certificate.SHA1 != certSHA1 || m.Certificate.Serial != certSerial {
			t.Errorf("certificate %+v", m.Certificate)
		}
	}
}

// What openssl x509 -fingerprint -sha1 -serial prints of the certificate.
const (
	certSHA1   = "142df505fb7a4629940564a99366fd0edcbbd0c1"
	certSerial = "c3f92700"
)

func TestVerification(t *testing.T) {
	der := certificate(t)
	m, err := Parse(message(CertVerificationReq, 1,
		element(ElementDevice, append([]byte{1}, "CP-7945-SEP001122334455"...)...), element(ElementCertificate, der...)))
	if err != nil || m.Name != "SEP001122334455" || m.Model != "CP-7945" || m.Certificate == nil || m.Certificate.SHA1 != certSHA1 {
		t.Errorf("request: %+v, %v", m, err)
	}
	m, err = Parse(unhex(t, "57010200 00000001 000f 070001 00 080001 07 090004 00015180"))
	if err != nil || *m.Status != StatusFound || m.Functions()[0] != "APP-SERVER" || *m.TTL != 86400*time.Second {
		t.Errorf("good: %+v, %v", m, err)
	}
	m, err = Parse(unhex(t, "57010200 00000001 0004 070001 01"))
	if err != nil || *m.Status != StatusNotFound || m.Roles != nil || m.TTL != nil {
		t.Errorf("bad: %+v, %v", m, err)
	}
}

func TestUnknown(t *testing.T) {
	m, err := Parse(message(9, 7, element(6, 1, 2), element(200), element(ElementRoles, 2, 99, 2)))
	if err != nil {
		t.Fatal(err)
	}
	if m.Type.String() != "9" {
		t.Errorf("type %v", m.Type)
	}
	want := []Element{{Tag: 6, Length: 2, Have: 2, Offset: 13}, {Tag: 200, Offset: 18}, {Tag: 8, Length: 3, Have: 3, Offset: 21}}
	if !reflect.DeepEqual(m.Elements, want) {
		t.Errorf("elements %+v", m.Elements)
	}
	if got := m.Functions(); !reflect.DeepEqual(got, []string{"CCM", "TFTP", "99"}) || m.Roles[0].String() != "CCM+TFTP" {
		t.Errorf("functions %v", got)
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name, hex, want string
		partial         bool
	}{
		{"empty", "", "tvs: offset 0: 0 octets", false},
		{"foreign", "160301 00", "tvs: offset 0: protocol discriminator 0x16", false},
		{"element past the body", "57010400 00000001 0006 070001 00 0200", "tvs: offset 14: 2 octets are too few", true},
		{"element longer than the body", "57010400 00000001 0008 070001 00 02ffff 30", "tvs: offset 14: element 2 of 65535 octets, 1 left", true},
		{"element longer than the body, cut", "57010400 00000001 0008 070001 00 02ffff", "tvs: offset 14: element 2 of 65535 octets, 1 left", true},
	} {
		m, err := Parse(unhex(t, c.hex))
		var pe *ParseError
		if !errors.As(err, &pe) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
		if (m != nil) != c.partial {
			t.Errorf("%s: message %+v", c.name, m)
		}
		if c.partial && (m.Status == nil || *m.Status != 0) {
			t.Errorf("%s: what stood before is lost: %+v", c.name, m)
		}
	}
}

func TestOddities(t *testing.T) {
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"octets after it", append(message(QueryCertRes, 1, element(ElementStatus, 0)), 1, 2), "2 octets after the message"},
		{"version", []byte{0x57, 2, 1, 0, 0, 0, 0, 1, 0, 0}, "version 2"},
		{"repeated", message(QueryCertRes, 1, element(ElementStatus, 0), element(ElementStatus, 1)), "element 7 occurs again"},
		{"size", message(QueryCertRes, 1, element(ElementTTL, 0)), "element 9 of 1 octets, want 4"},
		{"certificate", message(QueryCertRes, 1, element(ElementCertificate, 0x30, 3, 1)), "element 2: cert:"},
		{"serial", message(QueryCertReq, 1, element(ElementSerial, make([]byte, 10)...), element(ElementSubject, []byte(strings.Repeat("x", 5000))...)), "text of 5000 octets"},
		{"many elements", message(QueryCertReq, 1, []byte(strings.Repeat("\x06\x00\x00", 100))), "more than 64 elements"},
	} {
		m, err := Parse(c.b)
		if err != nil || m == nil || !strings.Contains(strings.Join(m.Problems, "; "), c.want) {
			t.Errorf("%s: %+v, %v; want problem %q", c.name, m, err, c.want)
		}
		if m != nil && (len(m.Elements) > maxElements || len(m.Problems) > maxProblems) {
			t.Errorf("%s: bounds passed", c.name)
		}
	}
}

func TestSplitDevice(t *testing.T) {
	for device, want := range map[string][2]string{
		"CP-8861-SEPB000B4BA0AEE":    {"CP-8861", "SEPB000B4BA0AEE"},
		"CP-8821-EX-SEP001122334455": {"CP-8821-EX", "SEP001122334455"},
		"CSFJDOE":                    {"", "CSFJDOE"},
		"SEP001122334455":            {"", "SEP001122334455"},
		"CP-8861":                    {"CP-8861", ""},
		"CP-SEP001122334455":         {"CP-SEP001122334455", ""},
		"CP-":                        {"CP-", ""},
		"":                           {"", ""},
	} {
		if m, n := SplitDevice(device); m != want[0] || n != want[1] {
			t.Errorf("SplitDevice(%q) = %q, %q", device, m, n)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{published213407Req, published213407Res, published118699,
		"57010200 00000001 000f 070001 00 080001 07 090004 00015180", "57010400 00000001 0008 070001 00 02ffff 30"} {
		f.Add(unhex(f, s))
	}
	f.Add(message(CertVerificationReq, 1, element(ElementCertificate, certificate(f)...)))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		m, err := Parse(b)
		if m == nil && err == nil {
			t.Fatal("neither a message nor an error")
		}
		if m == nil {
			return
		}
		if len(m.Elements) > maxElements || len(m.Problems) > maxProblems || len(m.Roles) > maxElements || len(m.Subject) > 3*maxText {
			t.Error("bounds passed")
		}
		for _, e := range m.Elements {
			if e.Have > e.Length || e.Offset+e.Have > len(b) || !m.Cut && !e.Whole() {
				t.Errorf("element %+v of %d octets", e, len(b))
			}
		}
	})
}

package capf

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// What openssl x509 -serial -fingerprint -sha1 and openssl pkey -text print of
// the test certificate and its key.
const (
	rsaSerial = "c3f92700"
	rsaSHA1   = "142df505fb7a4629940564a99366fd0edcbbd0c1"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// element and message build octets by hand.
func element(tag byte, v ...byte) []byte {
	return append([]byte{tag, byte(len(v) >> 8), byte(len(v))}, v...)
}

func message(typ Type, elements ...[]byte) []byte {
	b := []byte{0x55, byte(typ), 0, 0, 0, 7}
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

// entry is a certificate list entry as Jabber4Linux describes it:
// {01} [03D5] 00 01 DER.
func entry(kind byte, der []byte) []byte {
	return append([]byte{1, byte((len(der) + 2) >> 8), byte(len(der) + 2), 0, kind}, der...)
}

func parse(t testing.TB, b []byte) *Message {
	t.Helper()
	m, err := Parse(b)
	if err != nil || m.Cut || m.Problems != nil {
		t.Fatalf("%x: %+v, %v", b, m, err)
	}
	return m
}

// The messages of Jabber4Linux's description, numbered as there; its "current
// session ID" is 7 here.
func TestDescribedMessages(t *testing.T) {
	hello := parse(t, unhex(t, "55 01 00000007 0004 07 0001 03"))
	if hello.Type != AuthReq || hello.SessionID != 7 || hello.Length != 4 || *hello.Version != 3 || hello.AuthType != nil {
		t.Errorf("1. server hello: %+v", hello)
	}
	name := parse(t, unhex(t, "55 02 00000007 0012 07 0001 02 0d 0007 43534631323300 01 0001 01"))
	if name.Type != AuthRes || name.DeviceName != "CSF123" || *name.Version != 2 || *name.Reason != ReasonOK || name.HasPassword {
		t.Errorf("2. phone name: %+v", name)
	}
	order := parse(t, unhex(t, "55 03 00000007 0005 0a 0002 0800"))
	if order.Type != KeyGenReq || order.KeySize != 2048 {
		t.Errorf("3. key generation: %+v", order)
	}
	csr := parse(t, message(KeyGenRes, element(ElementPublicKey, read(t, "rsa2048-sha256.spki.der")...)))
	if csr.Length != 297 { // the length in the description
		t.Errorf("4. length %d", csr.Length)
	}
	if csr.PublicKey.String() != "RSA 2048" || csr.PublicKey.E != 65537 {
		t.Errorf("4. key %v", csr.PublicKey)
	}
	der := read(t, "rsa2048-sha256.der")
	store := parse(t, message(StoreCertReq, element(ElementCertificateType, 1), element(ElementCertificates, entry(1, der)...)))
	if *store.CertificateType != CertificateLSC || len(store.Certificates) != 1 || store.Certificates[0].Kind != CertificateLSC ||
		store.Certificates[0].Serial != rsaSerial || store.Certificates[0].SHA1 != rsaSHA1 {
		t.Errorf("5. certificate: %+v", store)
	}
	if ack := parse(t, unhex(t, "55 0a 00000007 0004 01 0001 01")); ack.Type != StoreCertRes || *ack.Reason != ReasonOK {
		t.Errorf("6. ack: %+v", ack)
	}
	for reason, text := range map[byte]string{0: "no action", 1: "ok", 7: "declined", 9: "unknown device", 55: "55"} {
		fin := parse(t, []byte{0x55, 0x0f, 0, 0, 0, 7, 0, 4, 1, 0, 1, reason})
		if fin.Type != EndSession || fin.Reason.String() != text {
			t.Errorf("7. fin: %+v, %v", fin, fin.Reason)
		}
	}
}

func TestOtherElements(t *testing.T) {
	m := parse(t, message(AuthRes,
		element(ElementAuthType, 3), element(ElementKeyType, 1), element(ElementCurve, 1), element(ElementReasonInfo, []byte("why\x00")...),
		element(5, 1, 2, 3), element(12, 0, 9), element(19, 1), element(ElementSignedDataSHA2, 3, 0, 1, 9), element(200)))
	if AuthName(*m.AuthType) != "LSC" || *m.KeyType != 1 || *m.Curve != 1 || m.ReasonInfo != "why" || !m.Signed {
		t.Errorf("%+v", m)
	}
	var tags []int
	for _, e := range m.Elements {
		tags = append(tags, e.Tag)
	}
	if want := []int{8, 17, 18, 2, 5, 12, 19, 20, 200}; !reflect.DeepEqual(tags, want) {
		t.Errorf("tags %v", tags)
	}
	if e := m.Elements[4]; e.Length != 3 || e.Offset != 30 || !e.Whole() {
		t.Errorf("unknown element %+v", e)
	}
	ec := parse(t, message(KeyGenRes, element(ElementPublicKey, read(t, "ec256-sha256.spki.der")...)))
	if ec.PublicKey.String() != "EC P-256" {
		t.Errorf("key %v", ec.PublicKey)
	}
	two := parse(t, message(FetchCertRes, element(ElementCertificates,
		append(entry(1, read(t, "ec256-sha256.der")), entry(2, read(t, "rsa2048-sha256.der"))...)...)))
	if len(two.Certificates) != 2 || CertificateName(two.Certificates[0].Kind) != "LSC" || CertificateName(two.Certificates[1].Kind) != "MIC" ||
		two.Certificates[1].SHA1 != rsaSHA1 {
		t.Errorf("%+v", two.Certificates)
	}
}

func TestPasswordIsNeverStored(t *testing.T) {
	secret := "CANARY8472"
	m := parse(t, message(AuthRes, element(ElementPassword, append([]byte(secret), 0)...), element(ElementDeviceName, []byte("SEP001122334455\x00")...)))
	if !m.HasPassword || m.PasswordLength != len(secret) || m.DeviceName != "SEP001122334455" {
		t.Errorf("%+v", m)
	}
	var s Session
	s.Add(m)
	for _, v := range []any{m, s, s.Result()} {
		if text := fmt.Sprintf("%+v %q %x", v, v, v); strings.Contains(text, "CANARY") || strings.Contains(text, hex.EncodeToString([]byte(secret))) {
			t.Errorf("the authentication string is in %s", text)
		}
	}
	if !s.Result().PasswordSent {
		t.Error("it is not told that one was sent")
	}
	empty := parse(t, message(AuthRes, element(ElementPassword, 0)))
	if !empty.HasPassword || empty.PasswordLength != 0 {
		t.Errorf("empty: %+v", empty)
	}
	cut, err := Parse(message(AuthRes, element(ElementPassword, append([]byte(secret), 0)...))[:15])
	if err != nil || !cut.Cut || !cut.HasPassword || cut.PasswordLength != 11 || strings.Contains(fmt.Sprintf("%+v", cut), "CANA") {
		t.Errorf("cut: %+v, %v", cut, err)
	}
	// One that is no text of its element, in a message that does not fit.
	bad, err := Parse(append(message(AuthRes, element(99, []byte(secret)...)), secret...))
	if err != nil || strings.Contains(fmt.Sprintf("%+v", bad), "CANARY") {
		t.Errorf("elsewhere: %+v, %v", bad, err)
	}
}

func TestCut(t *testing.T) {
	whole := message(StoreCertReq, element(ElementCertificateType, 1), element(ElementCertificates, entry(1, read(t, "rsa2048-sha256.der"))...))
	for n := 2; n < len(whole); n++ {
		m, err := Parse(whole[:n])
		if err != nil || !m.Cut || m.Type != StoreCertReq || m.Problems != nil {
			t.Fatalf("first %d octets: %+v, %v", n, m, err)
		}
		if (m.CertificateType != nil) != (n >= 12) {
			t.Errorf("first %d octets: kind %v", n, m.CertificateType)
		}
		for _, c := range m.Certificates {
			if c.Raw != nil {
				t.Errorf("first %d octets: the certificate is whole", n)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name, hex, want string
		partial         bool
	}{
		{"empty", "", "capf: offset 0: 0 octets", false},
		{"foreign", "5701030000", "capf: offset 0: protocol discriminator 0x57", false},
		{"end", "55 0f 00000007 0006 01 0001 09 ffff", "capf: offset 12: 2 octets are too few", true},
		{"length", "55 0f 00000007 0007 01 0001 09 02 0001", "capf: offset 12: element 2 of 1 octets, 0 left", true},
	} {
		m, err := Parse(unhex(t, c.hex))
		var pe *ParseError
		if !errors.As(err, &pe) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
		if (m != nil) != c.partial || m != nil && *m.Reason != ReasonUnknownDevice {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
}

func TestOddities(t *testing.T) {
	rsa := read(t, "rsa2048-sha256.spki.der")
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"octets after it", append(message(EndSession), 0), "1 octets after the message"},
		{"repeated", message(EndSession, element(1, 1), element(1, 7)), "element 1 occurs again"},
		{"size", message(EndSession, element(1)), "element 1 of 0 octets, want 1"},
		{"key size", message(KeyGenReq, element(10, 1)), "element 10 of 1 octets, want 2"},
		{"key", message(KeyGenRes, element(9, 0x30, 0)), "element 9: no SubjectPublicKeyInfo"},
		{"key algorithm", message(KeyGenRes, element(9, []byte(strings.Replace(string(rsa), "\x01\x01\x01", "\x01\x01\x63", 1))...)), "element 9: public key algorithm 2a864886f70d010163 is not known"},
		{"entry", message(StoreCertReq, element(4, 1, 0xff, 0xff, 0, 1, 0x30)), "entry at octet 0 has tag 1 and length 65535"},
		{"entry's end", message(StoreCertReq, element(4, 1, 0)), "2 octets after the last certificate"},
		{"certificate", message(StoreCertReq, element(4, entry(1, []byte{0x30, 9})...)), "element 4: cert:"},
		{"many", message(AuthReq, []byte(strings.Repeat("\x63\x00\x00", 100))), "more than 64 elements"},
		{"many certificates", message(AuthReq, element(4, []byte(strings.Repeat(string(entry(1, read(t, "ec256-sha256.der"))), 20))...)), "more than 16 certificates"},
	} {
		m, err := Parse(c.b)
		if err != nil || m == nil || !strings.Contains(strings.Join(m.Problems, "; "), c.want) {
			t.Errorf("%s: %+v, %v; want problem %q", c.name, m, err, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	for typ, want := range map[Type]string{1: "AUTH_REQ", 4: "KEY_GEN_RES", 17: "REQ_IN_PROGRESS", 23: "SIGN_CERT_RES", 0: "0", 24: "24", -1: "-1"} {
		if typ.String() != want {
			t.Errorf("%d: %v", int(typ), typ)
		}
	}
	for typ := Type(1); typ < typeAfterTheEnd; typ++ {
		if typ.String() == "" {
			t.Errorf("type %d has no name", int(typ))
		}
	}
	if AuthName(1) != "authentication string" || AuthName(9) != "9" || CertificateName(3) != "3" {
		t.Error("names of kinds")
	}
	if EndSession.From() != "server" || ReqInProgress.From() != "phone" || Type(5).From() != "" {
		t.Error("senders")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"550100000007000407000103", "55020000000700120700010 20d000743534631323300 01000101", "550f00000007000401000107"} {
		f.Add(unhex(f, s))
	}
	f.Add(message(KeyGenRes, element(ElementPublicKey, read(f, "ec256-sha256.spki.der")...)))
	f.Add(message(StoreCertReq, element(ElementCertificates, entry(1, read(f, "ec256-sha256.der"))...)))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		var s Session
		for range 3 {
			m, err := Parse(b)
			if m == nil && err == nil {
				t.Fatal("neither a message nor an error")
			}
			if m == nil {
				return
			}
			if len(m.Elements) > maxElements || len(m.Problems) > maxProblems || len(m.Certificates) > maxCertificates {
				t.Error("bounds passed")
			}
			for _, e := range m.Elements {
				if e.Have > e.Length || e.Offset+e.Have > len(b) || !m.Cut && !e.Whole() {
					t.Errorf("element %+v of %d octets", e, len(b))
				}
			}
			s.Add(m)
			if r := s.Result(); r.Outcome == "" || len(r.Problems) > maxProblems {
				t.Errorf("result %+v", r)
			}
			if m.Length+headerLength >= len(b) || m.Length < 0 {
				return
			}
			b = b[m.Length+headerLength:] // the next one
		}
	})
}

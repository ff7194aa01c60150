package cert

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"trustline/dissect/signature"
)

// What openssl x509 prints of the samples, by file name.
func opensslSays(t testing.TB) map[string]map[string]string {
	t.Helper()
	f, err := os.Open("testdata/openssl.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string]map[string]string{}
	var m map[string]string
	for s := bufio.NewScanner(f); s.Scan(); {
		k, v, _ := strings.Cut(s.Text(), "=")
		if k == "file" {
			m = map[string]string{}
			all[v] = m
		}
		m[k] = v
	}
	return all
}

func TestParseSamples(t *testing.T) {
	says := opensslSays(t)
	// Names as openssl x509 -nameopt sep_comma_plus prints them, joined anew.
	samples := []struct{ file, subject, key, alg, problem string }{
		{"genuine-cucm-record1.der", "CN=gigantic-6.cisco.com;OU=VTG;O=Alpha;L=SJ;ST=CA;C=US", "RSA 1024", "SHA1-RSA", ""},
		{"genuine-cucm-record4.der", "C=US;O=Alpha;OU=VTG;CN=CAPF-2076a1a2;ST=CA;L=SJ", "RSA 1024", "SHA1-RSA", ""},
		{"rsa1024-sha1.der", "C=US;ST=North Carolina;L=RTP;O=Cisco;OU=TAC;CN=cucm8.example.com", "RSA 1024", "SHA1-RSA", ""},
		{"rsa512-md5.der", "CN=tiny", "RSA 512", "MD5-RSA", ""},
		{"rsa2048-sha256.der", `CN=CAPF-9c4cba7d;OU=TAC;O=Cisco, Inc.\;x\\y`, "RSA 2048", "SHA256-RSA", ""},
		{"rsa2048-sha512-multi.der", "CN=a+serialNumber=PID:CP-8861 SN:FCH1;O=Cisco Systems Inc.", "RSA 2048", "SHA512-RSA", ""},
		{"rsa2048-pss.der", "CN=pss", "RSA 2048", "RSA-PSS", ""}, // its salt length is not one that Go names
		{"ec256-sha256.der", "CN=cucm-ec;emailAddress=a@b.c;DC=lab;UID=u1", "EC P-256", "ECDSA-SHA256", ""},
		{"ec384-sha384.der", "CN=384", "EC P-384", "ECDSA-SHA384", ""},
		{"ec521-sha512.der", "CN=Zürich", "EC P-521", "ECDSA-SHA512", ""},
		{"eck1-sha256.der", "CN=k1", "EC secp256k1", "ECDSA-SHA256", "x509: unsupported elliptic curve"},
		{"ed25519.der", "CN=ed", "Ed25519", "Ed25519", ""},
		{"dsa1024-sha1.der", "CN=dsa", "DSA", "DSA-SHA1", ""},
		{"far-future.der", "CN=far", "RSA 1024", "SHA256-RSA", ""},
		{"negative-serial.der", "CN=negative", "RSA 1024", "SHA1-RSA", "x509: negative serial number"},
	}
	files, err := filepath.Glob("testdata/*.der")
	if err != nil || len(files) != len(samples) || len(says) != len(samples) {
		t.Fatalf("%d files, %d answers of openssl, %d samples, %v", len(files), len(says), len(samples), err)
	}
	for _, s := range samples {
		t.Run(s.file, func(t *testing.T) {
			der, err := os.ReadFile("testdata/" + s.file)
			if err != nil {
				t.Fatal(err)
			}
			c, err := Parse(der)
			if err != nil {
				t.Fatal(err)
			}
			want := says[s.file]
			plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, ":", "")) }
			for _, x := range []struct{ what, got, want string }{
				{"subject", c.Subject, s.subject},
				{"issuer", c.Issuer, s.subject},
				{"key", c.KeyText, s.key},
				{"algorithm", c.SignatureAlgorithm, s.alg},
				{"problem", c.Problem, s.problem},
				{"serial", c.Serial, strings.TrimPrefix(plain(want["serial"]), "-")},
				{"sha1", c.SHA1, plain(want["sha1 Fingerprint"])},
				{"sha256", c.SHA256, plain(want["sha256 Fingerprint"])},
				{"not before", c.NotBefore.Format("Jan _2 15:04:05 2006") + " GMT", want["notBefore"]},
				{"not after", c.NotAfter.Format("Jan _2 15:04:05 2006") + " GMT", want["notAfter"]},
			} {
				if x.got != x.want {
					t.Errorf("%s: got %q, want %q", x.what, x.got, x.want)
				}
			}
			if !bytes.Equal(c.Raw, der) || !c.SelfIssued() {
				t.Error("Raw or SelfIssued is wrong")
			}
			// All of them are self-signed and were made by a correct program.
			err = c.CheckSignature(c.Key)
			switch {
			case s.alg == "RSA-PSS", s.alg == "Ed25519", s.alg == "DSA-SHA1", s.key == "EC secp256k1":
				if err == nil || errors.Is(err, signature.ErrMismatch) {
					t.Errorf("own signature: %v, want that it cannot be checked", err)
				}
			case err != nil:
				t.Errorf("own signature: %v", err)
			}
		})
	}
}

// The table of what Go 1.26 does with odd certificates: each is really signed,
// must be read in full, and Problem must hold Go's reason.
func TestParseOddCertificates(t *testing.T) {
	keys := loadKeys(t)
	k1024 := keys["1024"]
	ca := unhex("300f 0603551d13 0101ff 0405 3003 0101ff")
	for _, c := range []struct {
		name    string
		recipe  recipe
		subject string // "" for the builder's own
		serial  string
		problem string // "" for one that Go takes
	}{
		{name: "2048 SHA256", recipe: recipe{key: keys["2048"]}},
		{name: "1024 SHA256", recipe: recipe{key: k1024}},
		{name: "1023 SHA256", recipe: recipe{key: keys["1023"]}},
		{name: "768 SHA256", recipe: recipe{key: keys["768"]}},
		{name: "512 SHA256", recipe: recipe{key: keys["512"]}},
		{name: "1024 SHA1", recipe: recipe{key: k1024, digest: "sha1"}},
		{name: "2048 SHA1", recipe: recipe{key: keys["2048"], digest: "sha1"}},
		{name: "1024 MD5", recipe: recipe{key: k1024, digest: "md5"}},
		{name: "512 MD5", recipe: recipe{key: keys["512"], digest: "md5"}},
		{name: "512 SHA1", recipe: recipe{key: keys["512"], digest: "sha1"}},
		{name: "negative serial", recipe: recipe{key: k1024, serial: unhex("83e9")}, serial: "7c17", problem: "negative serial number"},
		{name: "negative serial, borrow over zero octets", recipe: recipe{key: k1024, serial: unhex("ff0000")}, serial: "010000", problem: "negative serial number"},
		{name: "zero serial", recipe: recipe{key: k1024, serial: unhex("00")}, serial: "00"},
		{name: "serial with sign octet", recipe: recipe{key: k1024, serial: unhex("0083e9")}, serial: "83e9"},
		{name: "serial with needless zero", recipe: recipe{key: k1024, serial: unhex("000001")}, serial: "01", problem: "malformed serial number"},
		{name: "24-octet serial", recipe: recipe{key: k1024, serial: bytes.Repeat([]byte{0x11}, 24)}, serial: strings.Repeat("11", 24)},
		{name: "version 1", recipe: recipe{key: k1024, version: []byte{}}},
		{name: "version 1 with extensions", recipe: recipe{key: k1024, version: []byte{}, extensions: ca}},
		{name: "'_' in PrintableString", recipe: recipe{key: k1024, name: tlv(0x13, []byte("ITLRECOVERY_cucm"))}, subject: "CN=ITLRECOVERY_cucm", problem: "invalid PrintableString"},
		{name: "'@' in PrintableString", recipe: recipe{key: k1024, name: tlv(0x13, []byte("a@b"))}, subject: "CN=a@b", problem: "invalid PrintableString"},
		{name: "Latin-1 in PrintableString", recipe: recipe{key: k1024, name: tlv(0x13, []byte("Z\xfcrich"))}, subject: "CN=Zürich", problem: "invalid PrintableString"},
		{name: "T61String", recipe: recipe{key: k1024, name: tlv(0x14, []byte("Z\xfcrich"))}, subject: "CN=Zürich"},
		{name: "BMPString", recipe: recipe{key: k1024, name: tlv(0x1e, unhex("005a00fc"))}, subject: "CN=Zü"},
		{name: "UniversalString", recipe: recipe{key: k1024, name: tlv(0x1c, unhex("0000005a0001f600"))}, subject: "CN=Z😀", problem: "unsupported string type"},
		{name: "bad UTF-8 in UTF8String", recipe: recipe{key: k1024, name: tlv(0x0c, []byte("Z\xfcrich"))}, subject: "CN=Zürich", problem: "invalid UTF-8 string"},
		{name: "no string at all", recipe: recipe{key: k1024, name: tlv(0x04, []byte("ab"))}, subject: "CN=#04026162", problem: "unsupported string type"},
		{name: "control characters", recipe: recipe{key: k1024, name: tlv(0x0c, []byte("a\x1b[2Jb\x00"))}, subject: `CN=a\1B[2Jb\00`},
		{name: "separators in a value", recipe: recipe{key: k1024, name: tlv(0x0c, []byte(`a;b\c`))}, subject: `CN=a\;b\\c`},
		{name: "duplicate extension", recipe: recipe{key: k1024, extensions: append(append([]byte{}, ca...), ca...)}, problem: "duplicate extension"},
		{name: "BasicConstraints TRUE=01", recipe: recipe{key: k1024, extensions: unhex("300f 0603551d13 0101ff 0405 3003 010101")}, problem: "invalid basic constraints"},
		{name: "bad SAN dNSName", recipe: recipe{key: k1024, extensions: tlv(0x30, unhex("0603551d11"), tlv(0x04, tlv(0x30, tlv(0x82, []byte("b\xfccher")))))}, problem: "SAN dNSName is malformed"},
		{name: "unknown critical extension", recipe: recipe{key: k1024, extensions: unhex("300c 06032a0304 0101ff 0402 0500")}},
		{name: "trailing octet", recipe: recipe{key: k1024, tail: []byte{0}}, problem: "trailing data (1 bytes"},
		{name: "padding", recipe: recipe{key: k1024, tail: make([]byte, 40)}, problem: "trailing data (40 bytes"},
		{name: "times without seconds and with zone", recipe: recipe{key: k1024, validity: tlv(0x30, tlv(0x17, []byte("1107271016+0000")), tlv(0x18, []byte("20310727101600.5Z")))}, problem: "malformed"},
		{name: "expired", recipe: recipe{key: k1024, validity: tlv(0x30, tlv(0x17, []byte("500101000000Z")), tlv(0x17, []byte("491231235959Z")))}},
	} {
		t.Run(c.name, func(t *testing.T) {
			der := c.recipe.build()
			got, err := Parse(der)
			if err != nil {
				t.Fatal(err)
			}
			whole := der[:len(der)-len(c.recipe.tail)]
			_, goErr := x509.ParseCertificate(der)
			switch {
			case (goErr == nil) != (c.problem == ""):
				t.Fatalf("Go says %v, the table says %q", goErr, c.problem)
			case c.problem == "" && got.Problem != "":
				t.Errorf("problem %q of a good certificate", got.Problem)
			case !strings.Contains(got.Problem, c.problem):
				t.Errorf("problem %q, want %q", got.Problem, c.problem)
			}
			if c.subject == "" {
				c.subject = "CN=cucm"
			}
			if c.serial == "" {
				c.serial = "0adc6e7742914a53"
			}
			if got.Subject != c.subject || got.Issuer != c.subject || got.Serial != c.serial {
				t.Errorf("subject %q, issuer %q, serial %s; want %q, %s", got.Subject, got.Issuer, got.Serial, c.subject, c.serial)
			}
			if want := fmt.Sprintf("RSA %d", c.recipe.key.n.BitLen()); got.KeyText != want || got.Key.N != hex.EncodeToString(c.recipe.key.n.Bytes()) {
				t.Errorf("key %s, want %s", got.KeyText, want)
			}
			if h := sha1.Sum(whole); !bytes.Equal(got.Raw, whole) || got.SHA1 != hex.EncodeToString(h[:]) {
				t.Error("Raw or SHA1 is not of the certificate alone")
			}
			if err := got.CheckSignature(got.Key); err != nil {
				t.Errorf("own signature: %v", err)
			}
			if err := got.CheckSignature(&signature.Key{Kind: signature.KindRSA, N: strings.Repeat("f", len(got.Key.N)), E: 3}); !errors.Is(err, signature.ErrMismatch) {
				t.Errorf("signature under another key: %v", err)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	key := loadKeys(t)["512"]
	utc := func(y int, m time.Month, d, h, min, s int) time.Time {
		return time.Date(y, m, d, h, min, s, 0, time.UTC)
	}
	for _, c := range []struct {
		tag  byte
		text string
		want time.Time // zero: cannot be read
	}{
		{0x17, "110727101624Z", utc(2011, 7, 27, 10, 16, 24)},
		{0x17, "500101000000Z", utc(1950, 1, 1, 0, 0, 0)},
		{0x17, "491231235959Z", utc(2049, 12, 31, 23, 59, 59)},
		{0x17, "690101000000Z", utc(1969, 1, 1, 0, 0, 0)},
		{0x17, "1107271016Z", utc(2011, 7, 27, 10, 16, 0)},
		{0x17, "110727101624-0400", utc(2011, 7, 27, 14, 16, 24)},
		{0x17, "110727101624", utc(2011, 7, 27, 10, 16, 24)},
		{0x18, "20500101000000Z", utc(2050, 1, 1, 0, 0, 0)},
		{0x18, "99991231235959Z", utc(9999, 12, 31, 23, 59, 59)},
		{0x18, "110727101624Z", time.Time{}},
		{0x17, "", time.Time{}},
		{0x17, "111327101624Z", time.Time{}},
		{0x13, "110727101624Z", time.Time{}},
	} {
		moment := tlv(c.tag, []byte(c.text))
		got, err := Parse(recipe{key: key, digest: "sha1", validity: tlv(0x30, moment, moment)}.build())
		if err != nil {
			t.Fatal(err)
		}
		if !got.NotBefore.Equal(c.want) || !got.NotAfter.Equal(c.want) {
			t.Errorf("%q: got %v and %v, want %v", c.text, got.NotBefore, got.NotAfter, c.want)
		}
		if said := strings.Contains(got.Problem, "notAfter cannot be read"); said != c.want.IsZero() {
			t.Errorf("%q: problem %q", c.text, got.Problem)
		}
	}
}

// A certificate that is cut short gives its first fields and an error, at
// every length; never hashes, which would be those of another certificate.
func TestParseCutShort(t *testing.T) {
	der, err := os.ReadFile("testdata/genuine-cucm-record1.der")
	if err != nil {
		t.Fatal(err)
	}
	for n := range der {
		c, err := Parse(der[:n])
		var pe *ParseError
		if !errors.As(err, &pe) {
			t.Fatalf("%d octets: error %v", n, err)
		}
		if c == nil {
			if n > 20 {
				t.Fatalf("%d octets: nothing", n)
			}
			continue
		}
		if c.Raw != nil || c.SHA1 != "" || c.SHA256 != "" {
			t.Fatalf("%d octets: hashes of a part", n)
		}
		if n > 200 && (c.Serial != "24491f10703fea9b" || c.Issuer != "CN=gigantic-6.cisco.com;OU=VTG;O=Alpha;L=SJ;ST=CA;C=US") {
			t.Fatalf("%d octets: serial %q, issuer %q", n, c.Serial, c.Issuer)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	key := loadKeys(t)["512"]
	for _, c := range []struct {
		name   string
		der    []byte
		want   string
		reads  bool // something is returned
		serial string
	}{
		{"nothing", nil, "no outer SEQUENCE", false, ""},
		{"text", []byte("-----BEGIN CERTIFICATE-----"), "no outer SEQUENCE", false, ""},
		{"empty SEQUENCE", unhex("3000"), "no tbsCertificate", false, ""},
		{"empty tbsCertificate", unhex("30023000"), "serial number cannot be read", true, ""},
		{"indefinite length", unhex("3080 3003 020101 0000"), "no outer SEQUENCE", false, ""},
		{"serial without octets", recipe{key: key, digest: "md5", serial: []byte{}}.build(), "serial number cannot be read", true, ""},
		{"serial alone", unhex("3007 3005 0203 00adcc"), "", true, "adcc"},
		{"long form of a short length", unhex("308200 09 30 820005 0203 00adcc"), "", true, "adcc"},
	} {
		got, err := Parse(c.der)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
		if (got != nil) != c.reads || got != nil && got.Serial != c.serial {
			t.Errorf("%s: got %+v", c.name, got)
		}
		if got != nil && got.Problem == "" {
			t.Errorf("%s: no problem", c.name)
		}
	}
}

func TestNameBounds(t *testing.T) {
	key := loadKeys(t)["512"]
	one := tlv(0x31, tlv(0x30, unhex("06032a0304"), tlv(0x0c, []byte("x"))))
	c, err := Parse(recipe{key: key, digest: "md5", subject: tlv(0x30, bytes.Repeat(one, maxAttributes+1))}.build())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.SubjectRDN) != maxAttributes || !strings.Contains(c.Problem, "subject has more than 64 attributes") {
		t.Errorf("%d attributes, problem %q", len(c.SubjectRDN), c.Problem)
	}
	if !strings.HasPrefix(c.Subject, "1.2.3.4=x;1.2.3.4=x;") {
		t.Errorf("subject %q", c.Subject)
	}
	c, err = Parse(recipe{key: key, digest: "md5", subject: tlv(0x30)}.build())
	if err != nil || c.Subject != "" || *c.Row().Subject != "" {
		t.Errorf("empty subject: %q, %v", c.Subject, err)
	}
}

func TestRow(t *testing.T) {
	var none *Certificate
	if none.Row() != nil {
		t.Error("a row of nothing")
	}
	r := (&Certificate{}).Row()
	if r.Subject != nil || r.Serial != nil || r.NotBefore != nil || r.Key != nil || r.SHA1 != nil || r.Problem != nil {
		t.Errorf("an empty certificate says %+v", r)
	}
	der, _ := os.ReadFile("testdata/genuine-cucm-record1.der")
	c, err := Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	if r = c.Row(); *r.NotBefore != "2011-02-10T22:12:26Z" || *r.Serial != "24491f10703fea9b" || *r.Key != "RSA 1024" || r.Problem != nil {
		t.Errorf("row %+v", r)
	}
}

// Whatever the input: no panic, and agreement with crypto/x509 where that
// reads it.
func FuzzCert(f *testing.F) {
	files, err := filepath.Glob("testdata/*.der")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	key := loadKeys(f)["512"]
	f.Add(recipe{key: key, digest: "sha1", serial: unhex("83e9"), name: tlv(0x1e, unhex("005a00fc")), tail: []byte("x")}.build())
	f.Fuzz(func(t *testing.T, der []byte) {
		der = slices.Clip(der) // nothing may be read behind the end
		c, _ := Parse(der)
		if c == nil {
			return
		}
		_ = c.Row()
		_ = c.CheckSignature(c.Key)
		x, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		if c.Problem != "" {
			t.Errorf("Go takes it, we say %q", c.Problem)
		}
		serial := hex.EncodeToString(x.SerialNumber.Bytes())
		if serial == "" {
			serial = "00"
		}
		if c.Serial != serial || !c.NotBefore.Equal(x.NotBefore) || !c.NotAfter.Equal(x.NotAfter) || !bytes.Equal(c.Raw, x.Raw) {
			t.Errorf("serial %s, %v to %v; Go has %s, %v to %v", c.Serial, c.NotBefore, c.NotAfter, serial, x.NotBefore, x.NotAfter)
		}
		if k := signature.FromPublic(x.PublicKey); k != nil && k.Curve != "P-224" && !k.Equal(c.Key) {
			t.Errorf("key %v, Go has %v", c.Key, k)
		}
		if len(c.SubjectRDN) != len(x.Subject.Names) && len(x.Subject.Names) <= maxAttributes {
			t.Errorf("subject of %d attributes, Go has %d", len(c.SubjectRDN), len(x.Subject.Names))
		}
	})
}

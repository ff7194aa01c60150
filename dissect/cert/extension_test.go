package cert

import (
	"os"
	"reflect"
	"testing"
)

// What "openssl x509 -ext basicConstraints,keyUsage" says of the samples.
func TestExtensionsOfSamples(t *testing.T) {
	for file, want := range map[string]Certificate{
		"genuine-cucm-record1.der": {CA: CAAbsent, KeyUsage: []string{"digitalSignature", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign"}},
		"genuine-cucm-record4.der": {CA: CAAbsent, KeyUsage: []string{"digitalSignature", "keyEncipherment", "keyCertSign"}},
		"rsa1024-sha1.der":         {CA: CATrue, KeyUsage: []string{}},
		"eck1-sha256.der":          {CA: CATrue, KeyUsage: []string{}}, // which Go refuses
		"negative-serial.der":      {CA: CATrue, KeyUsage: []string{}},
	} {
		der, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		if c.CA != want.CA || c.PathLen != -1 || !reflect.DeepEqual(c.KeyUsage, want.KeyUsage) {
			t.Errorf("%s: CA %q, path length %d, key usage %q", file, c.CA, c.PathLen, c.KeyUsage)
		}
		// Cut anywhere before its end the extensions say nothing.
		for n := range len(der) {
			c, _ := Parse(der[:n])
			if c != nil && (c.CA != "" && c.CA != want.CA || c.KeyUsage != nil && !reflect.DeepEqual(c.KeyUsage, want.KeyUsage)) {
				t.Fatalf("%s cut at %d: CA %q, key usage %q", file, n, c.CA, c.KeyUsage)
			}
		}
	}
}

func TestExtensions(t *testing.T) {
	key := loadKeys(t)["rsa1024"]
	if key.n == nil {
		for _, k := range loadKeys(t) {
			key = k
		}
	}
	extension := func(oid string, critical bool, value ...byte) []byte {
		flag := []byte{}
		if critical {
			flag = []byte{1, 1, 0xff}
		}
		return tlv(0x30, unhex("0603"+oid), flag, tlv(4, value))
	}
	const constraints, usage = "551d13", "551d0f"
	join := func(parts ...[]byte) (out []byte) {
		out = []byte{}
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	for _, tt := range []struct {
		name       string
		extensions []byte
		ca         string
		pathLen    int
		usage      []string
	}{
		{"none", nil, CAAbsent, -1, []string{}},
		{"CAPF of release 14", join(extension(constraints, true, 0x30, 6, 1, 1, 0xff, 2, 1, 0), extension(usage, true, 3, 2, 2, 0x84)), CATrue, 0, []string{"digitalSignature", "keyCertSign"}},
		{"no authority", extension(constraints, false, 0x30, 0), CAFalse, -1, []string{}},
		{"said to be none", extension(constraints, false, 0x30, 3, 1, 1, 0), CAFalse, -1, []string{}},
		{"path length alone", extension(constraints, false, 0x30, 3, 2, 1, 5), CAFalse, 5, []string{}},
		{"negative path length", extension(constraints, false, 0x30, 3, 2, 1, 0x85), CAFalse, -1, []string{}},
		{"the ninth bit", extension(usage, false, 3, 3, 7, 0, 0x80), CAAbsent, -1, []string{"decipherOnly"}},
		{"bits without octets", extension(usage, false, 3, 1, 0), CAAbsent, -1, []string{}},
		{"twice", join(extension(constraints, true, 0x30, 3, 1, 1, 0xff), extension(constraints, true, 0x30, 0)), CATrue, -1, []string{}},
		{"damaged value", extension(constraints, true, 0x02, 1, 1), CAAbsent, -1, []string{}},
	} {
		c, err := Parse(recipe{key: key, extensions: tt.extensions}.build())
		if err != nil {
			t.Fatal(err)
		}
		if c.CA != tt.ca || c.PathLen != tt.pathLen || !reflect.DeepEqual(c.KeyUsage, tt.usage) {
			t.Errorf("%s: CA %q, path length %d, key usage %q", tt.name, c.CA, c.PathLen, c.KeyUsage)
		}
	}
	c, _ := Parse(recipe{key: key, extensions: []byte{0x30, 0x7f, 1}}.build())
	if c == nil || c.CA != "" || c.KeyUsage != nil {
		t.Errorf("damaged list: %+v", c)
	}
}

package trustlist

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
)

func TestReadKeys(t *testing.T) {
	k := signers(t)
	spki := func(s signer) []byte {
		b, err := x509.MarshalPKIXPublicKey(s.public())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	der := certificate(k["1024"], "cucm", []byte{0x83, 0xe9})
	ed := []byte("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" + strings.Repeat("\x11", 32))
	signed, _, _ := list{version: []byte{1, 0}, digest: 1, modulus: 1, key: k["1024"], serial: []byte{7}, filename: "a.xml.sgn", body: []byte("<a/>")}.build()
	for _, c := range []struct {
		name string
		in   []byte
		want string // name, serial and key of each
		err  string
	}{
		{"DER certificate", der, "f: CN=cucm 83e9 RSA 1024", ""},
		{"DER public key", spki(k["512"]), "f  RSA 512", ""},
		{"DER RSA public key", k["4096"].publicKey(), "f  RSA 4096", ""},
		{"PEM of all kinds", []byte("Bag attributes\n" + block("CERTIFICATE", der) + block("PUBLIC KEY", spki(k["P-384"])) + block("RSA PUBLIC KEY", k["512"].publicKey())),
			"f: CN=cucm 83e9 RSA 1024 | f  EC P-384 | f  RSA 512", ""},
		{"PEM with a private key between", []byte(block("PRIVATE KEY", []byte("x")) + block("CERTIFICATE", der)), "f: CN=cucm 83e9 RSA 1024", `PEM block "PRIVATE KEY"`},
		{"PEM with junk", []byte(block("CERTIFICATE", []byte("junk"))), "", "trustlist: f: cert: offset 0: no outer SEQUENCE"},
		{"key that cannot verify", ed, "", "cert: offset"},
		{"key that cannot verify, PEM", []byte(block("PUBLIC KEY", ed)), "", "cannot be computed with"},
		{"text", []byte("admin:show itl"), "", "no outer SEQUENCE"},
		{"nothing", nil, "", "no outer SEQUENCE"},
		{"signed file", signed, "", "signed-file without a record"},
	} {
		keys, err := ReadKeys("f", c.in)
		var got []string
		for _, x := range keys {
			got = append(got, x.Name+" "+x.Serial+" "+x.Key.String())
		}
		if s := strings.Join(got, " | "); s != c.want {
			t.Errorf("%s: got %q, want %q", c.name, s, c.want)
		}
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.err)
		}
	}
	keys, err := ReadKeys("CTLFile.tlv", genuine(t))
	if err != nil || len(keys) != 6 || keys[4].Name != "CTLFile.tlv: record 5: CN=ITLRECOVERY_gigantic-6.cisco.com;OU=CTG;O=Alpha;L=SJ;ST=CA;C=US" {
		t.Fatalf("list: %v, %v", keys, err)
	}
	if v := parse(t, genuine(t)).Verify(keys...); v.Status != StatusValid {
		t.Errorf("verdict %+v", v)
	}
	if v := parse(t, bytes.Clone(genuine(t))).Verify(keys[2:]...); v.Status != StatusUnverifiable {
		t.Errorf("without the signer: %+v", v)
	}
}

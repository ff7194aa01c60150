package trustlist

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// openssl runs `openssl dgst -verify` over the covered octets.
type openssl struct{ path, dir string }

func findOpenSSL(t *testing.T) openssl {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no openssl")
	}
	return openssl{path, t.TempDir()}
}

func (o openssl) write(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(o.dir, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (o openssl) verify(t *testing.T, digest byte, key signer, covered, sig []byte) bool {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.public())
	if err != nil {
		t.Fatal(err)
	}
	pub := o.write(t, "pub.pem", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	name := map[byte]string{1: "-sha1", 2: "-sha256", 3: "-sha512"}[digest]
	out, err := exec.Command(o.path, "dgst", name, "-verify", pub, "-signature", o.write(t, "sig", sig), o.write(t, "covered", covered)).CombinedOutput()
	if ok := err == nil; ok != bytes.Contains(out, []byte("Verified OK")) {
		t.Fatalf("openssl: %v, %s", err, out)
	}
	return err == nil
}

// Lists of each variation verify or fail exactly as OpenSSL says of the file
// without its SIGNATURE TLV.
func TestVerifyAsOpenSSL(t *testing.T) {
	o := findOpenSSL(t)
	keys := signers(t)
	codes := map[string]byte{"512": 0, "1024": 1, "2048": 2, "4096": 3}
	for _, size := range []string{"512", "1024", "2048", "4096", "P-256", "P-384", "P-521"} {
		for digest := byte(1); digest <= 3; digest++ {
			if size == "512" && digest == 3 {
				continue // the padded digest does not fit
			}
			certutils := digest != 2 // both orders of tags
			t.Run(fmt.Sprintf("%s digest %d", size, digest), func(t *testing.T) {
				key, other := keys[size], keys["1024"]
				if size == "1024" {
					other = keys["2048"]
				}
				serial := []byte{0x21, 0, 0x2d}
				body := bytes.Join([][]byte{
					entry(certutils, 4, other, "capf", []byte{1}),
					entry(certutils, 0, key, "signer", serial),
					entry(certutils, 21, other, "tvs", []byte{2}),
				}, nil)
				algorithm := byte(0)
				if key.ec != nil {
					algorithm = 1
				}
				b, at, sig := list{certutils: certutils, digest: digest, algorithm: algorithm, modulus: codes[size], key: key, serial: serial, filename: "ITLFile.tlv", body: body}.build()
				covered := append(bytes.Clone(b[:at]), b[at+3+len(sig):]...)
				check := func(what string, b, covered, sig []byte) {
					t.Helper()
					want := StatusInvalid
					if o.verify(t, digest, key, covered, sig) {
						want = StatusValid
					}
					f := parse(t, b)
					if v := f.Verify(); v.Status != want {
						t.Errorf("%s: verdict %+v, openssl says %s; %q", what, v, want, f.Problems)
					}
				}
				check("as built", b, covered, sig)
				f := parse(t, b)
				if !f.Records[1].SignedThis || f.Records[0].SignedThis || len(f.Problems) > 0 && key.ec == nil {
					t.Errorf("records or problems: %q", f.Problems)
				}
				wantName := map[byte]string{1: "SHA1", 2: "SHA256", 3: "SHA512"}[digest] + "-RSA"
				if key.ec != nil {
					wantName = map[byte]string{1: "ECDSA-SHA1", 2: "ECDSA-SHA256", 3: "ECDSA-SHA512"}[digest]
				}
				if f.SignatureName() != wantName {
					t.Errorf("signature %q, want %q", f.SignatureName(), wantName)
				}

				last := bytes.Clone(b)
				last[len(last)-1] ^= 1
				check("last octet changed", last, append(covered[:len(covered)-1:len(covered)-1], covered[len(covered)-1]^1), sig)

				bad := bytes.Clone(b)
				bad[at+3+len(sig)/2] ^= 1
				check("signature changed", bad, covered, bad[at+3:at+3+len(sig)])
			})
		}
	}
}

// The genuine list under OpenSSL, and with each cut that is not the right one.
func TestGenuineAsOpenSSL(t *testing.T) {
	o := findOpenSSL(t)
	b := genuine(t)
	f := parse(t, b)
	const at, n = 158, 128
	pub, err := x509.ParseCertificate(f.Records[0].Certificate.Raw)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(pub.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	key := o.write(t, "genuine.pem", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	sig := o.write(t, "genuine.sig", b[at+3:at+3+n])
	zeroed := bytes.Clone(b)
	copy(zeroed[at+3:], make([]byte, n))
	for _, c := range []struct {
		name    string
		covered []byte
		want    bool
	}{
		{"without the TLV", append(bytes.Clone(b[:at]), b[at+3+n:]...), true},
		{"without the value", append(bytes.Clone(b[:at+3]), b[at+3+n:]...), false},
		{"value zeroed", zeroed, false},
		{"before the TLV", b[:at], false},
		{"behind the TLV", b[at+3+n:], false},
	} {
		err := exec.Command(o.path, "dgst", "-sha1", "-verify", key, "-signature", sig, o.write(t, "covered", c.covered)).Run()
		if (err == nil) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestSameName(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"CN=a;O=b", "cn=a, o=b", true},
		{"CN=CAPF-2076a1a2;OU=VTG;O=Alpha;L=SJ;ST=CA;C=US", "C=US;O=Alpha;OU=VTG;CN=CAPF-2076a1a2;ST=CA;L=SJ", true},
		{"CN=stormin-WIN2012-CA", "DC=com,DC=stormin,CN=stormin-WIN2012-CA", true},
		{"/C=US/CN=a", "CN=a;C=US", true},
		{`o="Cisco Systems`, "O=Cisco Systems", true},
		{"CN=a", "CN=A", false},
		{"CN=a;O=b", "CN=a", false},
		{"CN=a;CN=a", "CN=a;CN=b", false},
		{"", "", false},
		{"DC=x", "DC=y", false},
	} {
		if SameName(c.a, c.b) != c.want || SameName(c.b, c.a) != c.want {
			t.Errorf("%q and %q: not %v", c.a, c.b, c.want)
		}
	}
}

package signature

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"strings"
	"testing"
)

var message = []byte("trustline signature test\n")

type vector struct {
	kind, digest, size string
	public, sig        []byte
}

func (v vector) name() string { return v.kind + "-" + v.size + "-" + v.digest }

func (v vector) key(t testing.TB) *Key {
	t.Helper()
	parse := ParseRSAPublicKey
	if v.kind == KindEC {
		parse = ParsePoint
	}
	k, err := parse(v.public)
	if err != nil {
		t.Fatalf("%s: %v", v.name(), err)
	}
	return k
}

func vectors(t testing.TB) []vector {
	t.Helper()
	f, err := os.Open("testdata/vectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []vector
	for s := bufio.NewScanner(f); s.Scan(); {
		w := strings.Fields(s.Text())
		if strings.HasPrefix(s.Text(), "#") || len(w) != 5 {
			continue
		}
		v := vector{kind: w[0], digest: w[1], size: w[2]}
		if v.public, err = hex.DecodeString(w[3]); err != nil {
			t.Fatal(err)
		}
		if v.sig, err = hex.DecodeString(w[4]); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if len(out) < 50 {
		t.Fatalf("only %d vectors", len(out))
	}
	return out
}

func TestVerifyOpenSSLSignatures(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.name(), func(t *testing.T) {
			k := v.key(t)
			want := map[string]string{KindRSA: "RSA ", KindEC: "EC "}[v.kind] + v.size
			if k.String() != want {
				t.Errorf("key prints as %q, want %q", k, want)
			}
			digest, err := Sum(v.digest, message[:5], message[5:])
			if err != nil {
				t.Fatal(err)
			}
			if err := k.Verify(v.digest, digest, v.sig); err != nil {
				t.Errorf("genuine signature: %v", err)
			}
			digest[0] ^= 1
			if err := k.Verify(v.digest, digest, v.sig); !errors.Is(err, ErrMismatch) {
				t.Errorf("other digest: %v, want a mismatch", err)
			}
			digest[0] ^= 1
			for _, i := range []int{0, len(v.sig) / 2, len(v.sig) - 1} {
				bad := append([]byte(nil), v.sig...)
				bad[i] ^= 1
				if err := k.Verify(v.digest, digest, bad); !errors.Is(err, ErrMismatch) {
					t.Errorf("octet %d changed: %v, want a mismatch", i, err)
				}
			}
			for _, bad := range [][]byte{nil, v.sig[1:], append([]byte{0}, v.sig...), append(append([]byte(nil), v.sig...), 0)} {
				if err := k.Verify(v.digest, digest, bad); !errors.Is(err, ErrMismatch) {
					t.Errorf("signature of %d octets: %v, want a mismatch", len(bad), err)
				}
			}
		})
	}
}

// A signature verifies under no other key and no other digest algorithm.
func TestVerifyUnderOthers(t *testing.T) {
	all := vectors(t)
	for _, v := range all {
		digest, err := Sum(v.digest, message)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range all {
			k := o.key(t)
			if k.Equal(v.key(t)) {
				continue
			}
			if k.Verify(v.digest, digest, v.sig) == nil {
				t.Errorf("%s verifies under the key of %s", v.name(), o.name())
			}
		}
	}
	for _, v := range all {
		if v.kind != KindRSA || v.digest != "sha1" {
			continue
		}
		for _, a := range []string{"md5", "sha256"} {
			d, _ := Sum(a, message)
			if v.key(t).Verify(a, d, v.sig) == nil {
				t.Errorf("%s verifies as %s", v.name(), a)
			}
		}
	}
}

// With exponent 3 a signature that leaves room behind the digest can be made
// without the private key: the cube root of a block that begins right
// (Bleichenbacher, CRYPTO 2006 rump session). It must not verify.
func TestVerifyCubeRootForgery(t *testing.T) {
	const size = 256
	k := &Key{Kind: KindRSA, N: strings.Repeat("f", 2*size), E: 3} // any modulus of that size will do
	digest, _ := Sum("sha1", message)
	a, _ := lookup("sha1")
	block := "\x00\x01" + strings.Repeat("\xff", 8) + "\x00" + a.prefix + string(digest)
	block += strings.Repeat("\xff", size-len(block))
	target := new(big.Int).SetBytes([]byte(block))
	low, high := big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 8*size/2)
	for low.Cmp(high) < 0 {
		mid := new(big.Int).Add(low, high)
		mid.Rsh(mid.Add(mid, big.NewInt(1)), 1)
		if new(big.Int).Exp(mid, big.NewInt(3), nil).Cmp(target) <= 0 {
			low = mid
		} else {
			high = mid.Sub(mid, big.NewInt(1))
		}
	}
	cube := new(big.Int).Exp(low, big.NewInt(3), nil).FillBytes(make([]byte, size))
	if string(cube[:46]) != block[:46] {
		t.Fatal("the forgery is not one")
	}
	if err := k.Verify("sha1", digest, low.FillBytes(make([]byte, size))); !errors.Is(err, ErrMismatch) {
		t.Errorf("forged signature: %v, want a mismatch", err)
	}
}

func TestVerifyCannot(t *testing.T) {
	d20 := make([]byte, 20)
	p256 := strings.Repeat("11", 64)
	for _, c := range []struct {
		name string
		key  *Key
		alg  string
		want string
	}{
		{"nil key", nil, "sha1", "no key"},
		{"unknown kind", &Key{}, "sha1", `kind ""`},
		{"unknown digest", &Key{Kind: KindRSA, N: "ff"}, "sha3", `"sha3"`},
		{"digest of wrong size", &Key{Kind: KindRSA, N: "ff"}, "sha256", "20 octets, want 32"},
		{"tiny modulus", &Key{Kind: KindRSA, N: "ff", E: 3}, "sha1", "8 bits is out of range"},
		{"huge modulus", &Key{Kind: KindRSA, N: strings.Repeat("f", 1<<20), E: 3}, "sha1", "4194304 bits is out of range"},
		{"modulus not hex", &Key{Kind: KindRSA, N: strings.Repeat("z", 128), E: 3}, "sha1", "not a hex number"},
		{"negative modulus", &Key{Kind: KindRSA, N: "-" + strings.Repeat("f", 128), E: 3}, "sha1", "not a hex number"},
		{"no exponent", &Key{Kind: KindRSA, N: strings.Repeat("f", 128)}, "sha1", "exponent 0"},
		{"exponent one", &Key{Kind: KindRSA, N: strings.Repeat("f", 128), E: 1}, "sha1", "exponent 1"},
		{"negative exponent", &Key{Kind: KindRSA, N: strings.Repeat("f", 128), E: -3}, "sha1", "exponent -3"},
		{"modulus too short", &Key{Kind: KindRSA, N: strings.Repeat("f", 90), E: 3}, "sha1", "too short for sha1"},
		{"unknown curve", &Key{Kind: KindEC, Curve: "secp256k1", Point: "04" + p256}, "sha1", `"secp256k1"`},
		{"point not hex", &Key{Kind: KindEC, Curve: "P-256", Point: "xy"}, "sha1", "not hex"},
		{"point off the curve", &Key{Kind: KindEC, Curve: "P-256", Point: "04" + p256}, "sha1", "not on P-256"},
		{"point of another curve", &Key{Kind: KindEC, Curve: "P-384", Point: "04" + p256}, "sha1", "not on P-384"},
	} {
		err := c.key.Verify(c.alg, d20, make([]byte, 64))
		if err == nil || errors.Is(err, ErrMismatch) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q that is no mismatch", c.name, err, c.want)
		}
	}
}

func TestParseRSAPublicKey(t *testing.T) {
	for _, c := range []struct {
		name, der, n string
		e            int
		err          string
	}{
		{"good", "300702020fff02010 3", "0fff", 3, ""},
		{"sign octet forgotten", "3007 0202 8001 0201 03", "8001", 3, ""},
		{"sign octet kept", "3008 0203 008001 0201 03", "8001", 3, ""},
		{"octets after", "3007 0202 0fff 0201 03 00", "0fff", 3, "1 octets too many"},
		{"octets inside", "3009 0202 0fff 0201 03 0500", "0fff", 3, "2 octets too many"},
		{"exponent too large", "300f 0202 0fff 0209 010000000000000001", "0fff", 0, "exponent of 65 bits"},
		{"no exponent", "3004 0202 0fff", "0fff", 0, "no exponent"},
		{"modulus zero", "3006 0201 00 0201 03", "", 0, "modulus is zero"},
		{"no modulus", "3000", "", 0, "no modulus"},
		{"a point", "04" + strings.Repeat("11", 64), "", 0, "no SEQUENCE"},
		{"nothing", "", "", 0, "no SEQUENCE"},
	} {
		der, err := hex.DecodeString(strings.ReplaceAll(c.der, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		k, err := ParseRSAPublicKey(der)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.err)
		}
		switch {
		case k == nil && c.n != "":
			t.Errorf("%s: no key", c.name)
		case k != nil && (k.N != c.n || k.E != c.e || k.Kind != KindRSA):
			t.Errorf("%s: got %+v, want n %s, e %d", c.name, k, c.n, c.e)
		}
	}
}

func TestParsePointRefuses(t *testing.T) {
	for _, h := range []string{"", "04", "04" + strings.Repeat("11", 64), "02" + strings.Repeat("ff", 32), "05" + strings.Repeat("11", 64), strings.Repeat("04", 300)} {
		b, _ := hex.DecodeString(h)
		if k, err := ParsePoint(b); err == nil || k != nil {
			t.Errorf("%d octets: got %v, %v", len(b), k, err)
		}
	}
}

func TestKeyForms(t *testing.T) {
	var ec *Key
	for _, v := range vectors(t) {
		k := v.key(t)
		j, err := json.Marshal(k)
		if err != nil {
			t.Fatal(err)
		}
		var back Key
		if err := json.Unmarshal(j, &back); err != nil || !back.Equal(k) || back != *k {
			t.Errorf("%s: %v does not survive JSON: %s", v.name(), k, j)
		}
		if v.kind == KindEC {
			ec = k
		}
	}
	n, _ := new(big.Int).SetString("bd9621ea51022a83", 16)
	if k := FromPublic(&rsa.PublicKey{N: n, E: 65537}); k.N != "bd9621ea51022a83" || k.E != 65537 || k.Bits() != 64 {
		t.Errorf("from rsa.PublicKey: %+v, %d bits", k, k.Bits())
	}
	point, _ := hex.DecodeString(ec.Point)
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P521(), point)
	if err != nil {
		t.Fatal(err)
	}
	if k := FromPublic(pub); !k.Equal(ec) || k.Bits() != 521 {
		t.Errorf("from ecdsa.PublicKey: %v", k)
	}
	for _, other := range []any{nil, "text", (*rsa.PublicKey)(nil), &rsa.PublicKey{}, (*ecdsa.PublicKey)(nil), &ecdsa.PublicKey{}} {
		if k := FromPublic(other); k != nil {
			t.Errorf("FromPublic(%T) = %v", other, k)
		}
	}
	var none *Key
	if none.String() != "unknown" || none.Bits() != 0 || none.Equal(none) || (&Key{}).Equal(&Key{}) || (&Key{}).String() != "unknown" {
		t.Error("a missing key says something")
	}
	for s, want := range map[string]int{"": 0, "0": 0, "1": 1, "003": 2, "7f": 7, "80": 8, "4": 3, "fF": 8} {
		if got := (&Key{Kind: KindRSA, N: s}).Bits(); got != want {
			t.Errorf("%q has %d bits, want %d", s, got, want)
		}
	}
	if a, b := (&Key{Kind: KindRSA, N: "00AB", E: 3}), (&Key{Kind: KindRSA, N: "ab", E: 3}); !a.Equal(b) {
		t.Error("leading zeros or case make keys different")
	}
	if _, err := Sum("crc32"); err == nil {
		t.Error("Sum knows crc32")
	}
}

func FuzzVerify(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.digest, v.public, v.sig)
	}
	f.Fuzz(func(t *testing.T, alg string, public, sig []byte) {
		digest, err := Sum(alg, message)
		if err != nil {
			digest = message
		}
		if len(public) > 2<<10 || len(sig) > 2<<10 {
			return
		}
		for _, parse := range []func([]byte) (*Key, error){ParseRSAPublicKey, ParsePoint} {
			k, _ := parse(public)
			if k == nil {
				continue
			}
			_ = k.String()
			_ = k.Verify(alg, digest, sig)
		}
	})
}

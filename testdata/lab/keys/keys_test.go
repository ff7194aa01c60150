package keys

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"testing"
)

// The first block of the stream is SHA-256("seed" || eight zero bytes), as
// `printf 'seed\0\0\0\0\0\0\0\0' | sha256sum` prints it.
func TestStreamIsSHA256OfCounter(t *testing.T) {
	s := NewStream("seed")
	got := append(s.Bytes(5), s.Bytes(27)...)
	want, _ := hex.DecodeString("1a30d3c0635d49b5a0171067701f1cac41ceaa184e3d080e36335b3eb48db685")
	if !bytes.Equal(got, want) {
		t.Fatalf("stream starts %x, want %x", got, want)
	}
}

func TestSameSeedSameKey(t *testing.T) {
	a, b, c := generate("a", 1024, F4), generate("a", 1024, F4), generate("c", 1024, F4)
	if a.N.Cmp(b.N) != 0 || a.D.Cmp(b.D) != 0 {
		t.Error("same seed gave two keys")
	}
	if a.N.Cmp(c.N) == 0 {
		t.Error("two seeds gave one key")
	}
}

func TestPrivateKeyIsConsistent(t *testing.T) {
	for _, bits := range []int{512, 1024, 2048} {
		k := New("consistent", bits)
		if k.N.BitLen() != bits {
			t.Errorf("%d bits wanted, modulus has %d", bits, k.N.BitLen())
		}
		if !k.P.ProbablyPrime(40) || !k.Q.ProbablyPrime(40) {
			t.Errorf("%d bits: a factor is not prime", bits)
		}
		if bits >= 1024 {
			if err := k.Private().Validate(); err != nil {
				t.Errorf("%d bits: %v", bits, err)
			}
		}
	}
}

// Sizes as the public key items of published trust lists have them: 140 bytes
// for 1,024 bits, 270 for 2,048 (Cisco TechNote 116232), 141 for the token with
// the longer exponent (Cisco Support Community DOC-18834).
func TestPublicKeySizes(t *testing.T) {
	for _, c := range []struct {
		k    *Key
		want int
	}{
		{New("size", 1024), 140}, {New("size", 2048), 270},
		{NewWithExponent("size", 1024, LongExponent), 141},
	} {
		der := c.k.PKCS1()
		if len(der) != c.want {
			t.Errorf("%d bits: %d bytes, want %d", c.k.Bits, len(der), c.want)
		}
		p, err := x509.ParsePKCS1PublicKey(der)
		if err != nil {
			t.Errorf("%d bits: %v", c.k.Bits, err)
		} else if p.N.Cmp(c.k.N) != 0 {
			t.Errorf("%d bits: another modulus", c.k.Bits)
		}
	}
}

func TestSignatureVerifies(t *testing.T) {
	k := New("sign", 1024)
	d := sha1.Sum([]byte("abc"))
	if err := rsa.VerifyPKCS1v15(k.Public(), crypto.SHA1, d[:], k.Sign(crypto.SHA1, d[:])); err != nil {
		t.Error(err)
	}
}

func TestCiphertextDecrypts(t *testing.T) {
	k := New("encrypt", 1024)
	c := k.Encrypt(NewStream("pad"), []byte("premaster"))
	got, err := k.Decrypt(c)
	if err != nil || string(got) != "premaster" {
		t.Errorf("got %q, %v", got, err)
	}
}

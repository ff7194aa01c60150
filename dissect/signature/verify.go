package signature

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math/big"
)

// ErrMismatch is wrapped by the error of Verify when the check was made and
// failed: the signature is not of this key over this digest. Any other error
// means that the check could not be made.
var ErrMismatch = errors.New("does not match")

// An algorithm is a digest with the DER that precedes its value in the
// DigestInfo of RSASSA-PKCS1-v1_5 (RFC 8017 section 9.2, note 1):
//
//	DigestInfo ::= SEQUENCE {
//	    digestAlgorithm SEQUENCE { OBJECT IDENTIFIER, NULL },
//	    digest          OCTET STRING }
type algorithm struct {
	name   string
	size   int // octets of the digest
	prefix string
	new    func() hash.Hash
}

var algorithms = []algorithm{
	{"md5", 16, "\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10", md5.New},
	{"sha1", 20, "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14", sha1.New},
	{"sha256", 32, "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20", sha256.New},
	{"sha384", 48, "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30", sha512.New384},
	{"sha512", 64, "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40", sha512.New},
}

func lookup(name string) (algorithm, bool) {
	for _, a := range algorithms {
		if a.name == name {
			return a, true
		}
	}
	return algorithm{}, false
}

// Sum returns the digest over the concatenation of parts. The algorithm is one
// of md5, sha1, sha256, sha384, sha512.
func Sum(digestAlg string, parts ...[]byte) ([]byte, error) {
	a, ok := lookup(digestAlg)
	if !ok {
		return nil, fmt.Errorf("signature: digest algorithm %q is not known", digestAlg)
	}
	h := a.new()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil), nil
}

// Verify checks that sig is a signature of this key over digest, which was
// made with digestAlg (md5, sha1, sha256, sha384, sha512): RSASSA-PKCS1-v1_5
// for an RSA key, ECDSA with a DER encoded ECDSA-Sig-Value for an EC key. It
// returns nil when the signature is intact under this key, an error that wraps
// ErrMismatch when it is not, and any other error when that cannot be told.
func (k *Key) Verify(digestAlg string, digest, sig []byte) error {
	if k == nil {
		return errors.New("signature: no key")
	}
	a, ok := lookup(digestAlg)
	if !ok {
		return fmt.Errorf("signature: digest algorithm %q is not known", digestAlg)
	}
	if len(digest) != a.size {
		return fmt.Errorf("signature: %s digest of %d octets, want %d", digestAlg, len(digest), a.size)
	}
	switch k.Kind {
	case KindRSA:
		return k.verifyRSA(a, digest, sig)
	case KindEC:
		return k.verifyEC(digest, sig)
	}
	return fmt.Errorf("signature: key kind %q is not known", k.Kind)
}

// verifyRSA rebuilds what the signer must have padded and compares it with
// what the public key makes of the signature (RFC 8017 section 8.2.2):
//
//	00 01 FF FF ... FF 00 || DigestInfo     as long as the modulus, 8 FF or more
//
// Comparing whole blocks leaves no room for the parsing mistakes that made
// forged signatures pass elsewhere.
func (k *Key) verifyRSA(a algorithm, digest, sig []byte) error {
	bits := k.Bits()
	if bits < minModulusBits || bits > maxModulusBits {
		return fmt.Errorf("signature: RSA modulus of %d bits is out of range", bits)
	}
	n, ok := new(big.Int).SetString(k.N, 16)
	if !ok || n.Sign() <= 0 {
		return errors.New("signature: RSA modulus is not a hex number")
	}
	if k.E < 2 {
		return fmt.Errorf("signature: RSA exponent %d cannot be used", k.E)
	}
	size := (bits + 7) / 8
	info := len(a.prefix) + len(digest)
	if size < info+11 {
		return fmt.Errorf("signature: RSA modulus of %d bits is too short for %s", bits, a.name)
	}
	if len(sig) != size {
		return fmt.Errorf("signature: %d octets under a key of %d octets: %w", len(sig), size, ErrMismatch)
	}
	s := new(big.Int).SetBytes(sig)
	if s.Cmp(n) >= 0 {
		return fmt.Errorf("signature: value is not below the modulus: %w", ErrMismatch)
	}
	got := s.Exp(s, big.NewInt(int64(k.E)), n).FillBytes(make([]byte, size))

	want := bytes.Repeat([]byte{0xff}, size)
	want[0], want[1] = 0, 1
	want[size-info-1] = 0
	copy(want[size-info:], a.prefix)
	copy(want[size-len(digest):], digest)
	if !bytes.Equal(got, want) {
		return fmt.Errorf("signature: %s over %s: %w", k, a.name, ErrMismatch)
	}
	return nil
}

func (k *Key) verifyEC(digest, sig []byte) error {
	for _, c := range curves {
		if c.name != k.Curve {
			continue
		}
		b, err := hex.DecodeString(k.Point)
		if err != nil {
			return errors.New("signature: EC point is not hex")
		}
		pub, err := ecdsa.ParseUncompressedPublicKey(c.curve, b)
		if err != nil {
			return fmt.Errorf("signature: EC point is not on %s", c.name)
		}
		if !ecdsa.VerifyASN1(pub, digest, sig) {
			return fmt.Errorf("signature: %s: %w", k, ErrMismatch)
		}
		return nil
	}
	return fmt.Errorf("signature: curve %q cannot be computed with", k.Curve)
}

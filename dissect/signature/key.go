package signature

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Kinds of keys.
const (
	KindRSA = "rsa"
	KindEC  = "ec"
)

// Key is a public key in a form that survives JSON. The zero Key is a key of
// unknown kind: it prints as "unknown" and verifies nothing.
type Key struct {
	Kind  string `json:"kind"`            // rsa, ec, or "" when unknown
	N     string `json:"n,omitempty"`     // RSA modulus, lower-case hex without leading zero octets
	E     int    `json:"e,omitempty"`     // RSA public exponent; 0 when it does not fit an int
	Curve string `json:"curve,omitempty"` // P-256, P-384, P-521, or the name or OID of another curve
	Point string `json:"point,omitempty"` // X9.62 uncompressed point 04||X||Y, lower-case hex
}

// curves are the curves that Verify can compute with.
var curves = []struct {
	name  string
	curve elliptic.Curve
	bits  int
}{
	{"P-256", elliptic.P256(), 256},
	{"P-384", elliptic.P384(), 384},
	{"P-521", elliptic.P521(), 521},
}

// ParseRSAPublicKey decodes the DER of
//
//	RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
//
// (RFC 8017 appendix A.1.1), the form that PUBLICKEY of a trust list has for
// RSA. A modulus whose sign octet was forgotten is taken as positive: a key is
// never negative, and the encoder's slip changes nothing else. Octets after
// the SEQUENCE are an error, but the key that precedes them is returned too.
// An exponent that does not fit an int gives the key with E 0 and an error.
func ParseRSAPublicKey(der []byte) (*Key, error) {
	in := cryptobyte.String(der)
	var seq, n, e cryptobyte.String
	if !in.ReadASN1(&seq, cbasn1.SEQUENCE) {
		return nil, errors.New("signature: RSA public key: no SEQUENCE")
	}
	if !seq.ReadASN1(&n, cbasn1.INTEGER) {
		return nil, errors.New("signature: RSA public key: no modulus")
	}
	modulus := new(big.Int).SetBytes(n)
	if modulus.Sign() == 0 {
		return nil, errors.New("signature: RSA public key: modulus is zero")
	}
	k := &Key{Kind: KindRSA, N: hex.EncodeToString(modulus.Bytes())}
	if !seq.ReadASN1(&e, cbasn1.INTEGER) {
		return k, errors.New("signature: RSA public key: no exponent")
	}
	exponent := new(big.Int).SetBytes(e)
	k.E = int(exponent.Int64())
	if !exponent.IsInt64() || int64(k.E) != exponent.Int64() {
		k.E = 0
		return k, fmt.Errorf("signature: RSA public key: exponent of %d bits is not supported", exponent.BitLen())
	}
	if len(seq) > 0 || len(in) > 0 {
		return k, fmt.Errorf("signature: RSA public key: %d octets too many", len(seq)+len(in))
	}
	return k, nil
}

// ParsePoint decodes an elliptic curve point in X9.62 form, uncompressed
// 04||X||Y or compressed 02|03||X. The curve follows from the length: 65, 97
// or 133 octets uncompressed (33, 49, 67 compressed) for P-256, P-384, P-521.
func ParsePoint(b []byte) (*Key, error) {
	for _, c := range curves {
		octets := (c.bits + 7) / 8
		switch {
		case len(b) == 1+2*octets && b[0] == 4:
			if _, err := ecdsa.ParseUncompressedPublicKey(c.curve, b); err != nil {
				return nil, fmt.Errorf("signature: point of %d octets is not on %s", len(b), c.name)
			}
			return &Key{Kind: KindEC, Curve: c.name, Point: hex.EncodeToString(b)}, nil
		case len(b) == 1+octets && (b[0] == 2 || b[0] == 3):
			x, y := elliptic.UnmarshalCompressed(c.curve, b)
			if x == nil {
				return nil, fmt.Errorf("signature: point of %d octets is not on %s", len(b), c.name)
			}
			full := make([]byte, 1+2*octets)
			full[0] = 4
			x.FillBytes(full[1 : 1+octets])
			y.FillBytes(full[1+octets:])
			return &Key{Kind: KindEC, Curve: c.name, Point: hex.EncodeToString(full)}, nil
		}
	}
	first := "nothing"
	if len(b) > 0 {
		first = fmt.Sprintf("octet %#02x", b[0])
	}
	return nil, fmt.Errorf("signature: %d octets beginning with %s are no point of a known curve", len(b), first)
}

// FromPublic converts *rsa.PublicKey and *ecdsa.PublicKey. It returns nil for
// any other key.
func FromPublic(pub any) *Key {
	switch p := pub.(type) {
	case *rsa.PublicKey:
		if p == nil || p.N == nil {
			return nil
		}
		return &Key{Kind: KindRSA, N: hex.EncodeToString(p.N.Bytes()), E: p.E}
	case *ecdsa.PublicKey:
		if p == nil || p.Curve == nil {
			return nil
		}
		b, err := p.Bytes()
		if err != nil {
			return nil
		}
		return &Key{Kind: KindEC, Curve: p.Curve.Params().Name, Point: hex.EncodeToString(b)}
	}
	return nil
}

// Bits returns the length of the RSA modulus or of the curve's field in bits,
// 0 when it is not known.
func (k *Key) Bits() int {
	if k == nil {
		return 0
	}
	switch k.Kind {
	case KindRSA:
		return hexBits(k.N)
	case KindEC:
		for _, c := range curves {
			if c.name == k.Curve {
				return c.bits
			}
		}
	}
	return 0
}

// String prints kind and size: "RSA 1024", "EC P-256", "unknown".
func (k *Key) String() string {
	switch {
	case k == nil:
		return "unknown"
	case k.Kind == KindRSA:
		return fmt.Sprintf("RSA %d", k.Bits())
	case k.Kind == KindEC:
		return "EC " + k.Curve
	}
	return "unknown"
}

// Equal reports whether two keys are the same public key. Keys of unknown kind
// equal nothing.
func (k *Key) Equal(o *Key) bool {
	if k == nil || o == nil || k.Kind != o.Kind {
		return false
	}
	switch k.Kind {
	case KindRSA:
		return k.E == o.E && k.N != "" && trimHex(k.N) == trimHex(o.N)
	case KindEC:
		return k.Curve == o.Curve && k.Point != "" && strings.EqualFold(k.Point, o.Point)
	}
	return false
}

// trimHex brings hex digits to one form: lower case, no leading zeros.
func trimHex(s string) string {
	return strings.TrimLeft(strings.ToLower(s), "0")
}

// hexBits counts the significant bits of a hex number without building it, so
// that an absurdly long one costs nothing.
func hexBits(s string) int {
	s = strings.TrimLeft(s, "0")
	if s == "" {
		return 0
	}
	top := 4
	switch c := s[0]; {
	case c == '1':
		top = 1
	case c == '2' || c == '3':
		top = 2
	case c >= '4' && c <= '7':
		top = 3
	}
	return 4*(len(s)-1) + top
}

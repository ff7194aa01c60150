package trustlist

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"os"
	"strings"
	"testing"
)

// The builder makes trust lists and signed files of every variation. It shares
// no code with the package: tags and codes stand here again as numbers.

// signer is a private key that signs and shows its public half.
type signer struct {
	bits    int
	n, e, d *big.Int
	ec      *ecdsa.PrivateKey
}

func (s signer) public() any {
	if s.ec != nil {
		return &s.ec.PublicKey
	}
	return &rsa.PublicKey{N: s.n, E: int(s.e.Int64())}
}

// publicKey is the value of PUBLICKEY.
func (s signer) publicKey() []byte {
	if s.ec != nil {
		b, err := s.ec.PublicKey.Bytes()
		if err != nil {
			panic(err)
		}
		return b
	}
	return asn(0x30, asn(2, append([]byte{0}, s.n.Bytes()...)), asn(2, s.e.Bytes()))
}

var digestInfo = map[byte]string{
	1: "3021300906052b0e03021a05000414",
	2: "3031300d060960864801650304020105000420",
	3: "3051300d060960864801650304020305000440",
}

func sum(code byte, data []byte) []byte {
	switch code {
	case 2:
		h := sha256.Sum256(data)
		return h[:]
	case 3:
		h := sha512.Sum512(data)
		return h[:]
	}
	h := sha1.Sum(data)
	return h[:]
}

func (s signer) sign(code byte, data []byte) []byte {
	if s.ec != nil {
		sig, err := ecdsa.SignASN1(rand.Reader, s.ec, sum(code, data))
		if err != nil {
			panic(err)
		}
		return sig
	}
	prefix, _ := hex.DecodeString(digestInfo[code])
	info := append(prefix, sum(code, data)...)
	size := (s.bits + 7) / 8
	m := new(big.Int).SetBytes([]byte("\x00\x01" + strings.Repeat("\xff", size-3-len(info)) + "\x00" + string(info)))
	return m.Exp(m, s.d, s.n).FillBytes(make([]byte, size))
}

// signers are the RSA keys of testdata/keys.txt by size and EC keys by curve.
func signers(t testing.TB) map[string]signer {
	t.Helper()
	b, err := os.ReadFile("testdata/keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]signer{}
	for _, line := range strings.Split(string(b), "\n") {
		w := strings.Fields(line)
		if len(w) != 4 || w[0] == "#" {
			continue
		}
		var v [3]*big.Int
		for i := range v {
			v[i], _ = new(big.Int).SetString(w[i+1], 16)
		}
		out[w[0]] = signer{bits: v[0].BitLen(), n: v[0], e: v[1], d: v[2]}
	}
	for name, curve := range map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()} {
		scalar := make([]byte, (curve.Params().BitSize+7)/8)
		scalar[len(scalar)-1] = 7
		k, err := ecdsa.ParseRawPrivateKey(curve, scalar)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = signer{ec: k}
	}
	return out
}

func asn(tag byte, parts ...[]byte) []byte {
	var body []byte
	for _, p := range parts {
		body = append(body, p...)
	}
	switch n := len(body); {
	case n < 128:
		return append([]byte{tag, byte(n)}, body...)
	case n < 256:
		return append([]byte{tag, 0x81, byte(n)}, body...)
	}
	return append([]byte{tag, 0x82, byte(len(body) >> 8), byte(len(body))}, body...)
}

// certificate makes a self-issued certificate around a key. Its own signature
// is a row of zeros: no test of this package looks at it.
func certificate(s signer, cn string, serial []byte) []byte {
	name := asn(0x30, asn(0x31, asn(0x30, asn(6, []byte{0x55, 4, 3}), asn(0x0c, []byte(cn)))))
	alg := asn(0x30, asn(6, []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11}), asn(5))
	key := asn(0x30, asn(6, []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1}), asn(5))
	if s.ec != nil {
		oids := map[int][]byte{256: {0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7}, 384: {0x2b, 0x81, 4, 0, 34}, 521: {0x2b, 0x81, 4, 0, 35}}
		key = asn(0x30, asn(6, []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1}), asn(6, oids[s.ec.Curve.Params().BitSize]))
	}
	if serial[0]&0x80 != 0 {
		serial = append([]byte{0}, serial...)
	}
	tbs := asn(0x30, asn(0xa0, asn(2, []byte{2})), asn(2, serial), alg, name,
		asn(0x30, asn(0x17, []byte("110727101624Z")), asn(0x17, []byte("160727101624Z"))), name,
		asn(0x30, key, asn(3, []byte{0}, s.publicKey())))
	return asn(0x30, tbs, alg, asn(3, make([]byte, 65)))
}

func tv(tag byte, parts ...[]byte) []byte {
	var body []byte
	for _, p := range parts {
		body = append(body, p...)
	}
	return append([]byte{tag, byte(len(body) >> 8), byte(len(body))}, body...)
}

func nul(s string) []byte { return append([]byte(s), 0) }

// record puts the RECORDLENGTH in front.
func record(parts ...[]byte) []byte {
	n := 5
	for _, p := range parts {
		n += len(p)
	}
	b := []byte{1, 0, 2, byte(n >> 8), byte(n)}
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// entry is a full record in CUCM's order (IP and DNSNAME included) or, with
// certutils, in that of certutils.
func entry(certutils bool, function byte, s signer, cn string, serial []byte) []byte {
	name, der := nul("CN="+cn), certificate(s, cn, serial)
	if certutils {
		return record(tv(3, name), tv(5, name), tv(6, serial), tv(4, []byte{0, function}), tv(7, s.publicKey()), tv(8, make([]byte, 64)), tv(9, der))
	}
	return record(tv(2, nul(cn)), tv(3, name), tv(4, []byte{0, function}), tv(5, name), tv(6, serial),
		tv(7, s.publicKey()), tv(8, make([]byte, 64)), tv(9, der), tv(10, []byte{10, 1, 2, 3}))
}

// A list is what to build; header parts that are nil get their defaults.
type list struct {
	certutils bool // order and tags of certutils
	version   []byte
	digest    byte
	algorithm byte
	modulus   byte
	key       signer
	serial    []byte
	filename  string
	extra     []byte // further header TLVs behind TIMESTAMP
	body      []byte // records or content
}

// build returns the file, and the offset and value of its SIGNATURE.
func (l list) build() (file []byte, at int, sig []byte) {
	if l.version == nil {
		l.version = []byte{1, 2}
	}
	name := nul("CN=signer")
	id := tv(3, tv(4, name), tv(5, l.serial), tv(6, name))
	if l.certutils {
		id = append(tv(28, []byte{1, 1}), tv(3, tv(4, name), tv(6, name), tv(5, l.serial))...)
	}
	info := tv(7, tv(8, []byte{l.digest}), tv(9, tv(10, []byte{l.algorithm}), tv(11, []byte{l.modulus})))
	tail := append(append(tv(14, nul(l.filename)), tv(15, []byte{0x55, 0x4a, 0xd7, 0xb7})...), l.extra...)

	// An ECDSA value differs in length from one signature to the next: sign
	// until the length is the one that the header length was made for.
	for size := len(l.key.sign(l.digest, nil)); ; {
		end := 10 + len(id) + len(info) + 3 + size + len(tail)
		pad := (4 - end%4) % 4
		head := append(tv(1, l.version), tv(2, binary.BigEndian.AppendUint16(nil, uint16(end+pad)))...)
		head = append(append(head, id...), info...)
		rest := append(append([]byte(nil), tail...), strings.Repeat("\x0d", pad)...)
		rest = append(rest, l.body...)
		sig = l.key.sign(l.digest, append(append([]byte(nil), head...), rest...))
		if len(sig) != size {
			continue
		}
		return append(append(append([]byte(nil), head...), tv(12, sig)...), rest...), len(head), sig
	}
}

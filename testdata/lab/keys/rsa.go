package keys

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"fmt"
	"math/big"
	"sync"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Public exponents.
const (
	F4           = 65537      // that of nearly every certificate
	LongExponent = 1073741827 // a prime of four bytes, see [NewWithExponent]
)

// A Key is an RSA key pair.
type Key struct {
	N, D, P, Q *big.Int
	E          int64
	Bits       int

	crt          sync.Once
	dp, dq, qinv *big.Int
}

var one = big.NewInt(1)

// New returns the key of seed with the exponent [F4].
func New(seed string, bits int) *Key { return NewWithExponent(seed, bits, F4) }

// NewWithExponent returns the key of seed with public exponent e. bits must be
// even. A four-byte exponent makes the encoded public key one byte longer than
// usual, as that of one published USB token.
func NewWithExponent(seed string, bits int, e int64) *Key {
	name := fmt.Sprintf("rsa/%d/%d/%s", bits, e, seed)
	if k, ok := made.Load(name); ok {
		return k.(*Key)
	}
	k, _ := made.LoadOrStore(name, generate(name, bits, e))
	return k.(*Key)
}

// made remembers keys, because a search takes up to a second and every case uses
// the same few; a key depends on its name alone, so nobody can tell.
var made sync.Map

func generate(name string, bits int, e int64) *Key {
	s := NewStream(name)
	for {
		p, q := prime(s, bits/2, e), prime(s, bits/2, e)
		n := new(big.Int).Mul(p, q)
		if p.Cmp(q) == 0 || n.BitLen() != bits {
			continue
		}
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(big.NewInt(e), phi)
		if d == nil {
			continue
		}
		return &Key{N: n, D: d, P: p, Q: q, E: e, Bits: bits}
	}
}

// smallPrimes sieves the candidates before the costly test.
var smallPrimes = []int64{3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71,
	73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173,
	179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239, 241, 251}

// prime walks upwards in steps of two from a point of the stream whose two top
// bits are set, so that the product of two such primes has the full length.
func prime(s *Stream, bits int, e int64) *big.Int {
	top := new(big.Int).Lsh(big.NewInt(3), uint(bits-2))
	start := new(big.Int).SetBytes(s.Bytes((bits + 7) / 8))
	start.And(start, new(big.Int).Sub(new(big.Int).Lsh(one, uint(bits)), one))
	start.Or(start, top).SetBit(start, 0, 1)
	var rest [64]int64
	for i, sp := range smallPrimes {
		rest[i] = new(big.Int).Mod(start, big.NewInt(sp)).Int64()
	}
	c, ee := new(big.Int), big.NewInt(e)
next:
	for step := int64(0); ; step += 2 {
		for i, sp := range smallPrimes {
			if (rest[i]+step)%sp == 0 {
				continue next
			}
		}
		c.Add(start, big.NewInt(step))
		if c.BitLen() > bits {
			return prime(s, bits, e)
		}
		if !c.ProbablyPrime(10) {
			continue
		}
		if new(big.Int).GCD(nil, nil, new(big.Int).Sub(c, one), ee).Cmp(one) == 0 {
			return c
		}
	}
}

// Size is the length of a signature in bytes.
func (k *Key) Size() int { return (k.Bits + 7) / 8 }

// PKCS1 returns the public key as RSAPublicKey (RFC 8017 A.1.1):
//
//	RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
func (k *Key) PKCS1() []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(k.N)
		b.AddASN1Int64(k.E)
	})
	return b.BytesOrPanic()
}

// digestInfo holds the bytes before the digest (RFC 8017 9.2, note 1). The pair
// of MD5 and SHA-1 that TLS 1.0 signs has none (RFC 2246 4.7).
var digestInfo = map[crypto.Hash][]byte{
	crypto.MD5SHA1: {},
	crypto.MD5:     {0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05, 0x05, 0x00, 0x04, 0x10},
	crypto.SHA1:    {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14},
	crypto.SHA256:  {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20},
	crypto.SHA512:  {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40},
}

// Sign makes an RSASSA-PKCS1-v1_5 signature of a digest that hash made. It
// panics on an unknown hash or a key too short for it: a mistake of the lab.
func (k *Key) Sign(hash crypto.Hash, digest []byte) []byte {
	info, ok := digestInfo[hash]
	if !ok || len(digest) != hash.Size() {
		panic(fmt.Sprintf("keys: no digest info for %v of %d bytes", hash, len(digest)))
	}
	t := append(append([]byte{}, info...), digest...)
	em := make([]byte, k.Size())
	if len(em) < len(t)+11 {
		panic(fmt.Sprintf("keys: %d bits are too few to sign %v", k.Bits, hash))
	}
	em[1] = 1
	for i := 2; i < len(em)-len(t)-1; i++ {
		em[i] = 0xff
	}
	copy(em[len(em)-len(t):], t)
	return k.power(new(big.Int).SetBytes(em)).FillBytes(make([]byte, k.Size()))
}

// power is m to the private exponent, by the Chinese remainder theorem (RFC 8017
// 5.1.2): a third of the time of the plain power.
func (k *Key) power(m *big.Int) *big.Int {
	k.crt.Do(func() {
		k.dp = new(big.Int).Mod(k.D, new(big.Int).Sub(k.P, one))
		k.dq = new(big.Int).Mod(k.D, new(big.Int).Sub(k.Q, one))
		k.qinv = new(big.Int).ModInverse(k.Q, k.P)
	})
	a, b := new(big.Int).Exp(m, k.dp, k.P), new(big.Int).Exp(m, k.dq, k.Q)
	h := a.Sub(a, b)
	h.Mod(h.Mul(h, k.qinv), k.P)
	return h.Add(h.Mul(h, k.Q), b)
}

// Encrypt makes an RSAES-PKCS1-v1_5 ciphertext of msg for the public half; the
// padding comes from pad.
func (k *Key) Encrypt(pad *Stream, msg []byte) []byte {
	em := make([]byte, k.Size())
	em[1] = 2
	for i := 2; i < len(em)-len(msg)-1; i++ {
		for em[i] == 0 {
			em[i] = pad.Bytes(1)[0]
		}
	}
	copy(em[len(em)-len(msg):], msg)
	m := new(big.Int).SetBytes(em)
	return m.Exp(m, big.NewInt(k.E), k.N).FillBytes(make([]byte, k.Size()))
}

// Decrypt undoes [Key.Encrypt]. The time it takes tells about the padding; there is
// nobody to listen.
func (k *Key) Decrypt(c []byte) ([]byte, error) {
	m := new(big.Int).SetBytes(c)
	em := m.Exp(m, k.D, k.N).FillBytes(make([]byte, k.Size()))
	end := bytes.IndexByte(em[1:], 0)
	if em[0] != 0 || em[1] != 2 || end < 9 {
		return nil, fmt.Errorf("keys: no PKCS #1 block of type 2 in %x", em)
	}
	return em[1+end+1:], nil
}

// Public returns the public half for verification by the standard library.
func (k *Key) Public() *rsa.PublicKey { return &rsa.PublicKey{N: k.N, E: int(k.E)} }

// Private returns the pair for decryption by the standard library.
func (k *Key) Private() *rsa.PrivateKey {
	p := &rsa.PrivateKey{PublicKey: *k.Public(), D: k.D, Primes: []*big.Int{k.P, k.Q}}
	p.Precompute()
	return p
}

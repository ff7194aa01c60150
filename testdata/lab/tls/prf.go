package tls

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"hash"
)

// prf is the pseudorandom function of TLS 1.0 and 1.1 (RFC 2246 5): P_MD5 over
// the first half of the secret, P_SHA-1 over the second, joined by exclusive or.
func prf(secret []byte, label string, seed []byte, n int) []byte {
	half := (len(secret) + 1) / 2
	full := append([]byte(label), seed...)
	a := pHash(md5.New, secret[:half], full, n)
	b := pHash(sha1.New, secret[len(secret)-half:], full, n)
	for i := range a {
		a[i] ^= b[i]
	}
	return a
}

func pHash(h func() hash.Hash, secret, seed []byte, n int) []byte {
	m := hmac.New(h, secret)
	sum := func(parts ...[]byte) []byte {
		m.Reset()
		for _, p := range parts {
			m.Write(p)
		}
		return m.Sum(nil)
	}
	var out []byte
	for a := sum(seed); len(out) < n; a = sum(a) {
		out = append(out, sum(a, seed)...)
	}
	return out[:n]
}

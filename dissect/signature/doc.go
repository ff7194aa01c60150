// Package signature answers one question: was this signature value made over
// this digest with the private half of this key.
//
// In goes a public key (an RSAPublicKey, an X9.62 point, a key of the standard
// library, or the JSON form of a Key), the name of a digest algorithm, a digest
// and a signature value. Out comes nil or the reason why not:
//
//	key, err := signature.ParseRSAPublicKey(record.PublicKey)
//	digest, err := signature.Sum("sha1", covered)
//	err = key.Verify("sha1", digest, sig) // nil: intact under this key
//
// RSA is checked by this package's own RSASSA-PKCS1-v1_5 (RFC 8017 section
// 8.2.2) on math/big: IP phone trust lists are signed with MD5 or SHA-1 and
// with keys down to 512 bits, all of which crypto/rsa and crypto/x509 refuse
// by policy. Everything here is public data, so timing does not matter.
// ECDSA on P-256, P-384 and P-521 is checked by crypto/ecdsa.
//
// It deliberately says nothing about trust, expiry or strength: a signature
// by a 512-bit key with MD5 is intact when the mathematics say so. It decodes
// no certificates and no lists, and imports nothing of this module.
package signature

// Package keys makes the RSA keys of the lab.
//
// In: a seed (any text) and a size in bits. Out: always the same key for the
// same pair, on every machine and with every Go release. crypto/rsa cannot do
// that: since Go 1.26 rsa.GenerateKey ignores the reader it is given, and
// before that it consumed one byte of it at random.
//
//	k := keys.New("directory-via-tvs/CallManager", 1024)
//	sig := k.Sign(crypto.SHA1, digest)
//
// The keys protect nothing: whoever reads the lab's source can compute them.
// The package deliberately offers sizes (512 and 1,024 bits) and digests (MD5
// joined with SHA-1, SHA-1) that a real product must not use, because the
// phones and servers of the cases did use them.
package keys

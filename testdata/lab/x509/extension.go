package x509

import (
	"crypto/sha1"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"trustline/testdata/lab/keys"
)

// An Extension is one extension of a version 3 certificate.
type Extension struct {
	OID      []int
	Critical bool
	Value    []byte // DER inside the OCTET STRING
}

func (e Extension) marshal(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		addOID(b, e.OID)
		if e.Critical {
			b.AddASN1Boolean(true)
		}
		b.AddASN1OctetString(e.Value)
	})
}

func der(f func(*cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	f(&b)
	return b.BytesOrPanic()
}

// Bits of a key usage (RFC 5280 4.2.1.3), the first bit being the highest.
const (
	DigitalSignature = 0x80
	NonRepudiation   = 0x40
	KeyEncipherment  = 0x20
	DataEncipherment = 0x10
	CertSign         = 0x04
	CRLSign          = 0x02
)

// KeyUsage says what the key is for.
func KeyUsage(bits byte) Extension {
	unused := 0
	for bits>>unused&1 == 0 && unused < 7 {
		unused++
	}
	return Extension{OID: []int{2, 5, 29, 15}, Value: der(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.BIT_STRING, func(b *cryptobyte.Builder) { b.AddBytes([]byte{byte(unused), bits}) })
	})}
}

// Purposes of an extended key usage, last arc of 1.3.6.1.5.5.7.3.
const (
	ServerAuth  = 1
	ClientAuth  = 2
	IPSecEndSys = 5
)

// ExtKeyUsage lists the purposes.
func ExtKeyUsage(purposes ...int) Extension {
	return Extension{OID: []int{2, 5, 29, 37}, Value: der(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, p := range purposes {
				addOID(b, []int{1, 3, 6, 1, 5, 5, 7, 3, p})
			}
		})
	})}
}

func keyID(k *keys.Key) []byte {
	h := sha1.Sum(k.PKCS1())
	return h[:]
}

// SubjectKeyID is the SHA-1 of the subject's key.
func SubjectKeyID(k *keys.Key) Extension {
	return Extension{OID: []int{2, 5, 29, 14}, Value: der(func(b *cryptobyte.Builder) { b.AddASN1OctetString(keyID(k)) })}
}

// AuthorityKeyID is the SHA-1 of the issuer's key.
func AuthorityKeyID(k *keys.Key) Extension {
	return Extension{OID: []int{2, 5, 29, 35}, Value: der(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(keyID(k)) })
		})
	})}
}

func uri(b *cryptobyte.Builder, s string) {
	b.AddASN1(asn1.Tag(6).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes([]byte(s)) })
}

// CRLDistributionPoint names where the revocation list is.
func CRLDistributionPoint(url string) Extension {
	return Extension{OID: []int{2, 5, 29, 31}, Value: der(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				zero := asn1.Tag(0).ContextSpecific().Constructed()
				b.AddASN1(zero, func(b *cryptobyte.Builder) {
					b.AddASN1(zero, func(b *cryptobyte.Builder) { uri(b, url) })
				})
			})
		})
	})}
}

// AuthorityInfo names where the issuer's certificate is.
func AuthorityInfo(url string) Extension {
	return Extension{OID: []int{1, 3, 6, 1, 5, 5, 7, 1, 1}, Value: der(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				addOID(b, []int{1, 3, 6, 1, 5, 5, 7, 48, 2})
				uri(b, url)
			})
		})
	})}
}

// CertificateTemplate is the template name that a Microsoft authority adds.
func CertificateTemplate(name string) Extension {
	return Extension{OID: []int{1, 3, 6, 1, 4, 1, 311, 20, 2}, Value: der(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.Tag(30), func(b *cryptobyte.Builder) { // BMPString
			for _, u := range utf16.Encode([]rune(name)) {
				b.AddUint16(u)
			}
		})
	})}
}

// Comment is the Netscape comment, the lab's way to reach a wanted size.
func Comment(text string) Extension {
	return Extension{OID: []int{2, 16, 840, 1, 113730, 1, 13}, Value: der(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.IA5String, func(b *cryptobyte.Builder) { b.AddBytes([]byte(text)) })
	})}
}

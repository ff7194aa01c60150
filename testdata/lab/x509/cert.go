package x509

import (
	"crypto"
	_ "crypto/md5" // digests a template may name
	"crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
	encasn1 "encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"trustline/testdata/lab/keys"
)

// A Template says what a certificate holds.
type Template struct {
	Serial              []byte // magnitude; a leading zero is added where DER needs it
	SignedSerial        bool   // take Serial as the content octets, negative or padded as they are
	Issuer, Subject     Name   // no Issuer: self-signed
	NotBefore, NotAfter time.Time
	Key                 *keys.Key // of the subject
	SignerKey           *keys.Key // of the issuer; nil: Key
	Digest              crypto.Hash
	Extensions          []Extension
	Size                int // wanted length of the DER, reached by a comment; 0: as it comes
}

// A Certificate is what came out.
type Certificate struct {
	Template
	DER       []byte
	Signature []byte // content of the signature BIT STRING
}

var signatureOID = map[crypto.Hash][]int{
	crypto.MD5:    {1, 2, 840, 113549, 1, 1, 4},
	crypto.SHA1:   {1, 2, 840, 113549, 1, 1, 5},
	crypto.SHA256: {1, 2, 840, 113549, 1, 1, 11},
	crypto.SHA512: {1, 2, 840, 113549, 1, 1, 13},
}

// Build makes the certificate. It panics when Size cannot be reached: too small,
// or skipped because a length field grew by a byte.
func (t Template) Build() *Certificate {
	if t.Issuer == nil {
		t.Issuer = t.Subject
	}
	if t.SignerKey == nil {
		t.SignerKey = t.Key
	}
	c := t.build(-1)
	if t.Size == 0 || len(c.DER) == t.Size {
		return c
	}
	fill := t.Size - len(c.DER)
	for range 8 {
		if fill < 0 {
			break
		}
		c = t.build(fill)
		if len(c.DER) == t.Size {
			return c
		}
		fill += t.Size - len(c.DER)
	}
	panic(fmt.Sprintf("x509: %s cannot be made %d bytes long, %d is near", t.Subject, t.Size, len(c.DER)))
}

// build adds a comment of fill characters, none when fill is negative.
func (t Template) build(fill int) *Certificate {
	exts := t.Extensions
	if fill >= 0 {
		exts = append(append([]Extension{}, exts...), Comment(filler(fill)))
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // TBSCertificate, RFC 5280 4.1
		if len(exts) > 0 {
			b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1Int64(2) })
		}
		b.AddASN1(asn1.INTEGER, func(b *cryptobyte.Builder) {
			if !t.SignedSerial && len(t.Serial) > 0 && t.Serial[0] >= 0x80 {
				b.AddUint8(0)
			}
			b.AddBytes(t.Serial)
		})
		t.algorithm(b)
		t.Issuer.marshal(b)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addTime(b, t.NotBefore)
			addTime(b, t.NotAfter)
		})
		t.Subject.marshal(b)
		b.AddBytes(SPKI(t.Key))
		if len(exts) > 0 {
			b.AddASN1(asn1.Tag(3).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					for _, e := range exts {
						e.marshal(b)
					}
				})
			})
		}
	})
	tbs := b.BytesOrPanic()
	h := t.Digest.New()
	h.Write(tbs)
	sig := t.SignerKey.Sign(t.Digest, h.Sum(nil))

	var out cryptobyte.Builder
	out.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		t.algorithm(b)
		b.AddASN1BitString(sig)
	})
	return &Certificate{Template: t, DER: out.BytesOrPanic(), Signature: sig}
}

func (t Template) algorithm(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		addOID(b, signatureOID[t.Digest])
		b.AddASN1NULL()
	})
}

// SPKI is the SubjectPublicKeyInfo of k.
func SPKI(k *keys.Key) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addOID(b, []int{1, 2, 840, 113549, 1, 1, 1})
			b.AddASN1NULL()
		})
		b.AddASN1BitString(k.PKCS1())
	})
	return b.BytesOrPanic()
}

// addTime writes UTCTime up to 2049 and GeneralizedTime after (RFC 5280 4.1.2.5).
func addTime(b *cryptobyte.Builder, t time.Time) {
	if t.Year() < 2050 {
		b.AddASN1UTCTime(t.UTC())
		return
	}
	b.AddASN1GeneralizedTime(t.UTC())
}

func addOID(b *cryptobyte.Builder, oid []int) {
	b.AddASN1ObjectIdentifier(encasn1.ObjectIdentifier(oid))
}

// filler is text of exactly n characters.
func filler(n int) string {
	const text = "Made by the trustline lab; it fills the certificate up to the published length. "
	return strings.Repeat(text, n/len(text)+1)[:n]
}

// SHA1 is the digest of the whole certificate, the value of a CERTHASH item.
func (c *Certificate) SHA1() []byte {
	h := sha1.Sum(c.DER)
	return h[:]
}

// SerialHex is the serial in upper case, two digits to a byte.
func (c *Certificate) SerialHex() string { return strings.ToUpper(hex.EncodeToString(c.Serial)) }

// PEM is the certificate in the form of OS Administration downloads.
func (c *Certificate) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.DER})
}

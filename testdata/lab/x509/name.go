package x509

import (
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// An Attr is one attribute of a name, such as CN and its value.
type Attr struct{ Type, Value string }

// A Name is a distinguished name in the order of the certificate.
type Name []Attr

// attributeOID holds the last two arcs of 2.5.4.x, and DC in full.
var attributeOID = map[string][]int{
	"CN": {2, 5, 4, 3}, "C": {2, 5, 4, 6}, "L": {2, 5, 4, 7}, "ST": {2, 5, 4, 8},
	"O": {2, 5, 4, 10}, "OU": {2, 5, 4, 11}, "serialNumber": {2, 5, 4, 5},
	"DC": {0, 9, 2342, 19200300, 100, 1, 25},
}

// ParseName reads "CN=a;OU=b", the form in which CUCM writes names.
func ParseName(s string) Name {
	var n Name
	for _, part := range strings.Split(s, ";") {
		typ, value, _ := strings.Cut(part, "=")
		n = append(n, Attr{typ, value})
	}
	return n
}

// String joins the attributes as CUCM does: in certificate order, separated by
// ';', without the DC components.
func (n Name) String() string {
	var parts []string
	for _, a := range n {
		if a.Type != "DC" {
			parts = append(parts, a.Type+"="+a.Value)
		}
	}
	return strings.Join(parts, ";")
}

// marshal adds the Name (RFC 5280 4.1.2.4), one attribute to a set.
func (n Name) marshal(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, a := range n {
			oid, ok := attributeOID[a.Type]
			if !ok {
				panic(fmt.Sprintf("x509: no object identifier for attribute %q", a.Type))
			}
			b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					addOID(b, oid)
					b.AddASN1(stringType(a), func(b *cryptobyte.Builder) { b.AddBytes([]byte(a.Value)) })
				})
			})
		}
	})
}

func stringType(a Attr) asn1.Tag {
	if a.Type == "DC" {
		return asn1.IA5String
	}
	for _, r := range a.Value {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 '()+,-./:=?", r) {
			return asn1.UTF8String
		}
	}
	return asn1.PrintableString
}

// DER is the encoded name, as a CertificateRequest of TLS lists it.
func (n Name) DER() []byte { return der(n.marshal) }

package cert

import (
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"trustline/dissect/signature"
)

// An element is one DER element. Content and full alias the input.
type element struct {
	tag     cbasn1.Tag
	content cryptobyte.String
	full    []byte // with its tag and length
	offset  int    // of the tag, from the start of the certificate
	cut     bool   // the length says more than there is
}

// A cursor walks over elements and knows where it is.
type cursor struct {
	rest   cryptobyte.String
	offset int
}

func (e element) inside() *cursor {
	return &cursor{rest: e.content, offset: e.offset + len(e.full) - len(e.content)}
}

// next reads the next element whatever its tag. Two things that cryptobyte
// refuses are taken: a length with needless leading zeros or in the long form
// (seen from embedded encoders; the meaning is not in doubt), and a length
// beyond the end of the input, as the last certificate of a cut capture has.
func (c *cursor) next() (element, bool) {
	e := element{offset: c.offset}
	before := c.rest
	if c.rest.ReadAnyASN1Element((*cryptobyte.String)(&e.full), &e.tag) {
		whole := cryptobyte.String(e.full)
		if !whole.ReadASN1(&e.content, e.tag) {
			return e, false
		}
		c.offset += len(e.full)
		return e, true
	}
	c.rest = before
	var tag, first uint8
	s := before
	if !s.ReadUint8(&tag) || !s.ReadUint8(&first) || tag&0x1f == 0x1f {
		return e, false
	}
	length := int(first)
	if first >= 0x80 {
		var octets cryptobyte.String
		if !s.ReadBytes((*[]byte)(&octets), int(first&0x7f)) || len(octets) == 0 {
			return e, false
		}
		length = 0
		for _, o := range octets {
			if length > maxCertificate {
				return e, false
			}
			length = length<<8 | int(o)
		}
	}
	if length > len(s) {
		length, e.cut = len(s), true
	}
	e.tag, e.content = cbasn1.Tag(tag), s[:length]
	e.full = before[:len(before)-len(s)+length]
	c.rest = s[length:]
	c.offset += len(e.full)
	return e, true
}

// read is the tolerant reader over
//
//	Certificate ::= SEQUENCE {
//	    tbsCertificate SEQUENCE {
//	        version         [0] INTEGER OPTIONAL
//	        serialNumber        INTEGER
//	        signature           SEQUENCE { OID ... }
//	        issuer              Name
//	        validity            SEQUENCE { Time, Time }
//	        subject             Name
//	        subjectPublicKeyInfo SEQUENCE { SEQUENCE { OID, parameters }, BIT STRING }
//	        ... }                                unique identifiers, extensions: see readExtensions
//	    signatureAlgorithm SEQUENCE { OID ... }
//	    signatureValue     BIT STRING }
//
// (RFC 5280 section 4.1). Every field is read for itself: what is wrong with
// one does not hide the next. It returns the number of octets that follow the
// certificate.
func read(der []byte) (c *Certificate, trailing int, err error) {
	in := &cursor{rest: der}
	outer, ok := in.next()
	if !ok || outer.tag != cbasn1.SEQUENCE {
		return nil, 0, &ParseError{0, "no outer SEQUENCE"}
	}
	body := outer.inside()
	tbs, ok := body.next()
	if !ok || tbs.tag != cbasn1.SEQUENCE {
		return nil, 0, &ParseError{body.offset, "no tbsCertificate"}
	}
	c = &Certificate{Version: 1, tbs: tbs.full}
	if outer.cut {
		err = &ParseError{len(der), "certificate is cut short"}
	} else {
		c.Raw = outer.full
		trailing = len(in.rest)
	}
	if e := c.readTBS(tbs.inside()); e != nil && err == nil {
		err = e
	}
	if tbs.cut { // extensions that are not seen cannot be told from none
		c.CA, c.PathLen, c.KeyUsage = "", -1, nil
	}
	if outer.cut {
		return c, 0, err
	}
	if alg, ok := body.next(); ok && alg.tag == cbasn1.SEQUENCE {
		c.SignatureAlgorithm = signatureName(alg)
	} else {
		c.problem("signature algorithm cannot be read")
	}
	if sig, ok := body.next(); ok && sig.tag == cbasn1.BIT_STRING && len(sig.content) > 0 {
		c.signature = sig.content[1:]
	} else {
		c.problem("signature value cannot be read")
	}
	return c, trailing, err
}

func (c *Certificate) readTBS(t *cursor) error {
	e, ok := t.next()
	if ok && e.tag == cbasn1.Tag(0).ContextSpecific().Constructed() {
		if v, ok := e.inside().next(); ok && len(v.content) == 1 {
			c.Version = int(v.content[0]) + 1
		}
		e, ok = t.next()
	}
	var err error
	if !ok || e.tag != cbasn1.INTEGER || len(e.content) == 0 || e.cut {
		err = &ParseError{e.offset, "serial number cannot be read"}
	} else {
		c.SerialRaw = hex.EncodeToString(e.content)
		c.Serial = magnitude(e.content)
	}
	if e, ok = t.next(); ok && e.tag == cbasn1.SEQUENCE {
		c.SignatureAlgorithm = signatureName(e)
	}
	if e, ok = t.next(); ok && e.tag == cbasn1.SEQUENCE {
		c.IssuerRDN = c.readName(e, "issuer")
		c.Issuer = Name(c.IssuerRDN)
	} else {
		c.problem("issuer cannot be read")
	}
	if e, ok = t.next(); ok && e.tag == cbasn1.SEQUENCE {
		c.readValidity(e.inside())
	} else {
		c.problem("validity cannot be read")
	}
	if e, ok = t.next(); ok && e.tag == cbasn1.SEQUENCE {
		c.SubjectRDN = c.readName(e, "subject")
		c.Subject = Name(c.SubjectRDN)
	} else {
		c.problem("subject cannot be read")
	}
	if e, ok = t.next(); ok && e.tag == cbasn1.SEQUENCE {
		c.Key, c.KeyText = readKey(e.inside())
	}
	if c.Key == nil {
		c.problem("public key cannot be read")
	}
	if ok && !e.cut {
		c.readExtensions(t)
	} else {
		c.PathLen = -1
	}
	return err
}

func (c *Certificate) problem(text string) {
	if c.Problem != "" {
		c.Problem += "; "
	}
	c.Problem += text
}

// magnitude prints an INTEGER without its sign. A negative serial number is
// forbidden (RFC 5280 section 4.1.2.2) but exists: encoders that forget the
// sign octet. Like OpenSSL it is printed by its absolute value; SerialRaw has
// the octets as they stand, which is what a trust list repeats.
func magnitude(b []byte) string {
	m := make([]byte, len(b))
	copy(m, b)
	if m[0]&0x80 != 0 {
		carry := byte(1)
		for i := len(m) - 1; i >= 0; i-- {
			m[i] = ^m[i] + carry
			if m[i] != 0 {
				carry = 0
			}
		}
	}
	for len(m) > 1 && m[0] == 0 {
		m = m[1:]
	}
	return hex.EncodeToString(m)
}

func oid(e element) string {
	s := cryptobyte.String(e.full)
	var id []int
	if e.tag != cbasn1.OBJECT_IDENTIFIER || !s.ReadASN1ObjectIdentifier((*oidValue)(&id)) {
		return "#" + hex.EncodeToString(e.content)
	}
	return (oidValue)(id).String()
}

func signatureName(e element) string {
	id, ok := e.inside().next()
	if !ok {
		return ""
	}
	text := oid(id)
	if name, ok := signatureNames[text]; ok {
		return name
	}
	return text
}

// readKey reads SubjectPublicKeyInfo. A key of a kind that cannot be computed
// with has Kind "" and its name as text.
func readKey(c *cursor) (*signature.Key, string) {
	alg, ok := c.next()
	if !ok || alg.tag != cbasn1.SEQUENCE {
		return nil, ""
	}
	params := alg.inside()
	id, ok := params.next()
	if !ok {
		return nil, ""
	}
	bits, ok := c.next()
	if !ok || bits.tag != cbasn1.BIT_STRING || len(bits.content) == 0 || bits.cut {
		return nil, ""
	}
	value := bits.content[1:]
	switch text := oid(id); text {
	case oidRSA, oidRSAPSS:
		// Octets after the key and a huge exponent give a key and an error:
		// the key is what is wanted here.
		if k, _ := signature.ParseRSAPublicKey(value); k != nil {
			return k, k.String()
		}
		return nil, "RSA"
	case oidEC:
		curve := ""
		if p, ok := params.next(); ok {
			curve = oid(p)
			if name, ok := curveNames[curve]; ok {
				curve = name
			}
		}
		if k, err := signature.ParsePoint(value); err == nil && k.Curve == curve {
			return k, k.String()
		}
		k := &signature.Key{Kind: signature.KindEC, Curve: curve, Point: hex.EncodeToString(value)}
		return k, k.String()
	case oidDSA:
		return &signature.Key{}, "DSA"
	case oidEd25519:
		return &signature.Key{}, "Ed25519"
	default:
		return &signature.Key{}, text
	}
}

// Name prints a name: Type=Value in the given order, joined with ';', the
// further attributes of a multi-valued RDN with '+'. Of the escapes of RFC
// 4514 only those are used that keep the text unambiguous and printable: '\'
// before ';' and '\', and \XX for each octet of a control character.
func Name(attributes []Attribute) string {
	var b strings.Builder
	for i, a := range attributes {
		switch {
		case i > 0 && a.Plus:
			b.WriteByte('+')
		case i > 0:
			b.WriteByte(';')
		}
		b.WriteString(a.Type)
		b.WriteByte('=')
		for _, r := range a.Value {
			switch {
			case r == ';' || r == '\\':
				b.WriteByte('\\')
				b.WriteRune(r)
			case r < ' ' || r >= 0x7f && r < 0xa0:
				for _, o := range []byte(string(r)) {
					fmt.Fprintf(&b, "\\%02X", o)
				}
			default:
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

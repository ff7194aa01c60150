package cert

import (
	"strconv"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Whether a certificate may issue others, in Certificate.CA. Certificates that
// CUCM makes for CAPF have no basic constraints in releases 9 and 10 (measured
// on a genuine CTL file) and CA:TRUE with a path length of 0 in newer ones.
const (
	CATrue   = "true"
	CAFalse  = "false"
	CAAbsent = "absent" // the extensions were read and hold no basic constraints
)

const (
	oidKeyUsage         = "2.5.29.15"
	oidBasicConstraints = "2.5.29.19"
)

// keyUsages are the bits of KeyUsage in their order (RFC 5280 section 4.2.1.3).
var keyUsages = [...]string{"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
	"keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"}

// readExtensions reads what stands behind the public key:
//
//	issuerUniqueID  [1] OPTIONAL, subjectUniqueID [2] OPTIONAL
//	extensions      [3] SEQUENCE OF SEQUENCE { OID, critical BOOLEAN DEFAULT FALSE, OCTET STRING }
//
//	BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }
//	KeyUsage         ::= BIT STRING
//
// (RFC 5280 sections 4.1, 4.2.1.3 and 4.2.1.9.) Other extensions are passed
// over. Of an extension that occurs twice the first counts. CA stays "" when
// the end of the list is not in evidence.
func (c *Certificate) readExtensions(t *cursor) {
	ca, usage := CAAbsent, []string{}
	c.PathLen = -1
	for len(t.rest) > 0 {
		e, ok := t.next()
		if !ok || e.cut {
			return
		}
		if e.tag != cbasn1.Tag(3).ContextSpecific().Constructed() {
			continue
		}
		list, ok := e.inside().next()
		if !ok || list.cut {
			return
		}
		seen := map[string]bool{}
		for in := list.inside(); len(in.rest) > 0; {
			x, ok := in.next()
			if !ok || x.cut {
				return
			}
			fields := x.inside()
			id, ok := fields.next()
			if !ok {
				return
			}
			value, ok := fields.next()
			if ok && value.tag == cbasn1.BOOLEAN {
				value, ok = fields.next()
			}
			name := oid(id)
			if !ok || value.tag != cbasn1.OCTET_STRING || seen[name] {
				continue
			}
			seen[name] = true
			switch inner, ok := value.inside().next(); {
			case !ok:
			case name == oidBasicConstraints && inner.tag == cbasn1.SEQUENCE:
				ca = c.readConstraints(inner.inside())
			case name == oidKeyUsage && inner.tag == cbasn1.BIT_STRING:
				usage = readUsage(inner.content)
			}
		}
	}
	c.CA, c.KeyUsage = ca, usage
}

// readConstraints notes the path length and tells whether cA is set.
func (c *Certificate) readConstraints(in *cursor) string {
	ca := CAFalse
	e, ok := in.next()
	if ok && e.tag == cbasn1.BOOLEAN {
		if len(e.content) == 1 && e.content[0] != 0 { // DER wants 0xff
			ca = CATrue
		}
		e, ok = in.next()
	}
	if ok && e.tag == cbasn1.INTEGER {
		if n, err := strconv.ParseUint(magnitudeOf(e.content), 16, 31); err == nil && e.content[0]&0x80 == 0 {
			c.PathLen = int(n)
		}
	}
	return ca
}

// magnitudeOf is magnitude, and "" for an INTEGER without content.
func magnitudeOf(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return magnitude(b)
}

// readUsage reads a BIT STRING of named bits: the octet that counts unused bits,
// then the bits, the first of them highest.
func readUsage(b []byte) []string {
	out := []string{}
	for i, name := range keyUsages {
		if octet := 1 + i/8; octet < len(b) && b[octet]&(0x80>>(i%8)) != 0 {
			out = append(out, name)
		}
	}
	return out
}

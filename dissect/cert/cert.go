package cert

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"trustline/dissect/signature"
)

// Certificate is what a certificate says, as far as it could be read. Strings
// are empty and times zero where it could not.
type Certificate struct {
	Raw []byte // DER of the certificate alone, without what followed it; nil when it is cut short

	Subject    string // printed as the package comment tells
	Issuer     string
	SubjectRDN []Attribute // in certificate order; nil when it could not be read
	IssuerRDN  []Attribute

	Serial    string // lower-case hex, the magnitude in whole octets without leading zero octets
	SerialRaw string // lower-case hex of the INTEGER's content as encoded, with its sign octet

	NotBefore time.Time // UTC
	NotAfter  time.Time

	Key                *signature.Key // nil when it could not be read, Kind "" when its kind is not known
	KeyText            string         // "RSA 2048", "EC P-256", "DSA", "Ed25519", or the OID of the algorithm
	SignatureAlgorithm string         // "SHA1-RSA", "ECDSA-SHA256", or its OID
	Version            int            // 1, 2 or 3

	CA       string   // CATrue, CAFalse or CAAbsent by the basic constraints; "" when the extensions could not be read
	PathLen  int      // pathLenConstraint, -1 without one
	KeyUsage []string // names of RFC 5280 ("keyCertSign"); empty without the extension, nil when the extensions could not be read

	SHA1   string // lower-case hex over Raw, "" when it is cut short
	SHA256 string

	Problem string // why Go's x509 refuses it and what else is odd, "" when nothing is

	tbs       []byte // what the signature covers
	signature []byte
}

// Attribute is one AttributeTypeAndValue of a name.
type Attribute struct {
	Type  string // CN, OU, O, L, ST, C and the like, or the dotted OID
	Value string // unescaped
	Plus  bool   // belongs to the same RelativeDistinguishedName as the one before
}

// ParseError says what of a certificate could not be read and where.
type ParseError struct {
	Offset int // octets from the start of the certificate
	What   string
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("cert: offset %d: %s", e.Offset, e.What)
}

// Parse reads one certificate (RFC 5280 section 4.1) from the start of der.
// Octets after the outer SEQUENCE are left out of Raw and named in Problem.
//
// The error is not nil when the outer structure or the serial number cannot be
// read, or when the certificate is cut short. What was read until then is
// returned with it; the Certificate is nil only when there is nothing.
func Parse(der []byte) (*Certificate, error) {
	if len(der) > maxCertificate {
		der = der[:maxCertificate]
	}
	c, trailing, err := read(der)
	if c == nil {
		return nil, err
	}
	var problems []string
	if c.Raw != nil {
		h1, h256 := sha1.Sum(c.Raw), sha256.Sum256(c.Raw)
		c.SHA1, c.SHA256 = hex.EncodeToString(h1[:]), hex.EncodeToString(h256[:])
		if x, goErr := x509.ParseCertificate(c.Raw); goErr != nil {
			problems = append(problems, goErr.Error())
		} else if x.SignatureAlgorithm != x509.UnknownSignatureAlgorithm {
			c.SignatureAlgorithm = x.SignatureAlgorithm.String()
		}
	}
	if trailing > 0 {
		problems = append(problems, fmt.Sprintf("x509: trailing data (%d bytes after the certificate)", trailing))
	}
	if c.Problem != "" {
		problems = append(problems, c.Problem)
	}
	c.Problem = strings.Join(problems, "; ")
	return c, err
}

// SelfIssued reports whether subject and issuer are the same name.
func (c *Certificate) SelfIssued() bool {
	return c.Subject != "" && c.Subject == c.Issuer
}

// CheckSignature checks the certificate's own signature with the key of its
// issuer. It returns what signature.Key.Verify returns.
func (c *Certificate) CheckSignature(issuer *signature.Key) error {
	alg, ok := digestOf(c.SignatureAlgorithm)
	if !ok {
		return fmt.Errorf("cert: signature algorithm %q cannot be checked", c.SignatureAlgorithm)
	}
	digest, err := signature.Sum(alg, c.tbs)
	if err != nil {
		return err
	}
	return issuer.Verify(alg, digest, c.signature)
}

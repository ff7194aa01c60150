package capf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"trustline/dissect/cert"
	"trustline/dissect/signature"
)

// Numbers of the information elements.
const (
	ElementReason          = 1
	ElementReasonInfo      = 2
	ElementCertificateType = 3
	ElementCertificates    = 4
	ElementSignedData      = 6
	ElementVersion         = 7
	ElementAuthType        = 8
	ElementPublicKey       = 9
	ElementKeySize         = 10
	ElementPassword        = 11
	ElementDeviceName      = 13
	ElementSUDI            = 16
	ElementKeyType         = 17
	ElementCurve           = 18
	ElementSignedDataSHA2  = 20
)

// Message is one message. Strings are empty and pointers nil where it says
// nothing, or where the element was cut.
type Message struct {
	Type      Type
	SessionID uint32 // chosen by the server, one more for each connection, echoed
	Length    int    // octets of the body as the header says; -1 when the header is cut

	Reason     *Reason
	ReasonInfo string
	Version    *int   // of the protocol: 3 from servers, 2 from Jabber
	AuthType   *int   // what proof the server wants
	DeviceName string // "SEP001122334455"

	CertificateType *int
	Certificates    []Certificate

	PublicKey *signature.Key // of the new key pair
	KeySize   int            // bits that the server wants, 0 when it does not say
	KeyType   *int           // 0 RSA, 1 EC
	Curve     *int           // 0 secp256r1, 1 secp384r1, 2 secp521r1

	HasPassword    bool // an authentication string was there; it is never stored
	PasswordLength int  // octets without the NUL; 0 is the empty string
	Signed         bool // proof with LSC, MIC or SUDI was there: element 6, 16 or 20

	Elements []Element // in the order of the message
	Cut      bool      // octets that the header promises were not there
	Problems []string
}

// Certificate is one entry of a certificate list.
type Certificate struct {
	Kind int // 1 LSC, 2 MIC
	*cert.Certificate
}

// Element is one information element as seen. Its octets are not kept: they
// may be a secret.
type Element struct {
	Tag    int
	Length int // octets as it says
	Have   int // octets that were there
	Offset int // of its value in the message
}

// Whole tells that nothing of the element is missing.
func (e Element) Whole() bool { return e.Have == e.Length }

// ParseError says what could not be read and where.
type ParseError struct {
	Offset int // octets from the start of the message
	What   string
}

func (e *ParseError) Error() string { return fmt.Sprintf("capf: offset %d: %s", e.Offset, e.What) }

const (
	protocol     = 0x55
	headerLength = 8
	minHeader    = 2 // less does not tell the type
)

// Parse reads one message from the start of b.
//
//	offset  octets
//	0       1       0x55
//	1       1       type
//	2       4       session identifier, big-endian
//	6       2       length of the body, big-endian
//	8               body: elements of tag (1), length (2, big-endian), value
//
//	tag  value
//	1    reason: 1 octet
//	2    reason info: text
//	3    kind of certificate: 1 LSC, 2 MIC
//	4    certificates: entries of 0x01, length (2), 0x00, kind (1), DER;
//	     the length counts kind and the zero before it
//	5    certificate identifier, not decoded
//	6    proof: the phone's RSA or ECDSA signature, not decoded
//	7    version of the protocol: 1 octet
//	8    kind of proof: 0 none, 1 authentication string, 2 null string, 3 LSC, 4 MIC
//	9    public key: SubjectPublicKeyInfo, DER
//	10   key size in bits: 2 octets
//	11   authentication string: text and NUL; never stored
//	12   retry delay, not decoded
//	13   device name: text and NUL
//	16   SUDI data, not decoded
//	17   kind of key: 0 RSA, 1 EC
//	18   curve: 0 secp256r1, 1 secp384r1, 2 secp521r1
//	19   digest, not decoded
//	20   proof with SHA-2, not decoded
//
// Sources: Jabber4Linux, "CAPF Protocol Specification" (Jabber against CUCM),
// and usecallmanager.nz's capfd and capfc. Unknown elements are kept by number
// and length.
//
// A message that ends early is no error, see Message.Cut. A *ParseError means
// that b is no CAPF message (then Message is nil) or that its elements do not
// fit its length (then what stood before is returned).
func Parse(b []byte) (*Message, error) {
	if len(b) < minHeader {
		return nil, &ParseError{0, fmt.Sprintf("%d octets, a message has at least %d", len(b), minHeader)}
	}
	if b[0] != protocol {
		return nil, &ParseError{0, fmt.Sprintf("protocol discriminator %#02x, want %#02x", b[0], protocol)}
	}
	m := &Message{Type: Type(b[1]), Length: -1}
	if len(b) >= 6 {
		m.SessionID = binary.BigEndian.Uint32(b[2:])
	}
	if len(b) < headerLength {
		m.Cut = true
		return m, nil
	}
	m.Length = int(binary.BigEndian.Uint16(b[6:]))
	end := headerLength + m.Length
	if len(b) > end {
		m.problem("%d octets after the message", len(b)-end)
		b = b[:end]
	}
	m.Cut = len(b) < end
	return m, m.elements(b, end)
}

// elements reads the body of b, which goes on to end when it is not cut.
func (m *Message) elements(b []byte, end int) error {
	for off := headerLength; off < len(b); {
		if off+3 > end {
			return &ParseError{off, fmt.Sprintf("%d octets are too few for an element", end-off)}
		}
		if off+3 > len(b) {
			return nil // cut inside the head of an element
		}
		e := Element{Tag: int(b[off]), Length: int(binary.BigEndian.Uint16(b[off+1:])), Offset: off + 3}
		if e.Length > end-e.Offset {
			return &ParseError{off, fmt.Sprintf("element %d of %d octets, %d left", e.Tag, e.Length, end-e.Offset)}
		}
		e.Have = min(e.Length, len(b)-e.Offset)
		if len(m.Elements) >= maxElements {
			m.problem("more than %d elements, the rest is left out", maxElements)
			return nil
		}
		m.value(e, b[e.Offset:e.Offset+e.Have])
		m.Elements = append(m.Elements, e)
		off = e.Offset + e.Have
	}
	return nil
}

// value decodes one element. The first of a kind counts.
func (m *Message) value(e Element, v []byte) {
	if slices.ContainsFunc(m.Elements, func(o Element) bool { return o.Tag == e.Tag }) {
		m.problem("element %d occurs again", e.Tag)
		return
	}
	switch e.Tag {
	case ElementReason:
		if r := m.octet(e, v); r != nil {
			reason := Reason(*r)
			m.Reason = &reason
		}
	case ElementReasonInfo:
		m.ReasonInfo = m.text(e, v)
	case ElementCertificateType:
		m.CertificateType = m.octet(e, v)
	case ElementCertificates:
		m.certificates(e, v)
	case ElementVersion:
		m.Version = m.octet(e, v)
	case ElementAuthType:
		m.AuthType = m.octet(e, v)
	case ElementPublicKey:
		if e.Whole() {
			key, err := publicKey(v)
			m.PublicKey = key
			if err != nil {
				m.problem("element %d: %v", e.Tag, err)
			}
		}
	case ElementKeySize:
		if e.Length != 2 {
			m.problem("element %d of %d octets, want 2", e.Tag, e.Length)
		} else if e.Whole() {
			m.KeySize = int(binary.BigEndian.Uint16(v))
		}
	case ElementPassword:
		m.HasPassword = true
		m.PasswordLength = e.Length
		if e.Whole() && e.Length > 0 && v[e.Length-1] == 0 {
			m.PasswordLength--
		}
	case ElementDeviceName:
		m.DeviceName = m.text(e, v)
	case ElementSignedData, ElementSUDI, ElementSignedDataSHA2:
		m.Signed = m.Signed || e.Length > 0
	case ElementKeyType:
		m.KeyType = m.octet(e, v)
	case ElementCurve:
		m.Curve = m.octet(e, v)
	}
}

// certificates reads the entries of element 4; the last one may be cut.
func (m *Message) certificates(e Element, v []byte) {
	const head = 3 + 2 // tag, length, zero, kind
	for off := 0; off < len(v); {
		if off+head > len(v) {
			if e.Whole() {
				m.problem("element %d: %d octets after the last certificate", e.Tag, len(v)-off)
			}
			return
		}
		tag, n := v[off], int(binary.BigEndian.Uint16(v[off+1:]))
		if tag != 1 || n < 2 || n > e.Length-off-3 {
			m.problem("element %d: entry at octet %d has tag %d and length %d", e.Tag, off, tag, n)
			return
		}
		if len(m.Certificates) >= maxCertificates {
			m.problem("more than %d certificates, the rest is left out", maxCertificates)
			return
		}
		der := v[off+head : min(off+3+n, len(v))]
		c, err := cert.Parse(der)
		if c != nil {
			m.Certificates = append(m.Certificates, Certificate{Kind: int(v[off+4]), Certificate: c})
		}
		if err != nil && e.Whole() {
			m.problem("element %d: %v", e.Tag, err)
		}
		off += 3 + n
	}
}

// octet reads a value of one octet.
func (m *Message) octet(e Element, v []byte) *int {
	if e.Length != 1 {
		m.problem("element %d of %d octets, want 1", e.Tag, e.Length)
		return nil
	}
	if !e.Whole() {
		return nil
	}
	n := int(v[0])
	return &n
}

// text reads a whole text up to its NUL.
func (m *Message) text(e Element, v []byte) string {
	if !e.Whole() {
		return ""
	}
	s, _, _ := strings.Cut(string(v), "\x00")
	if len(s) > maxText {
		m.problem("text of %d octets, the first %d are kept", len(s), maxText)
		s = s[:maxText]
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

func (m *Message) problem(format string, args ...any) { note(&m.Problems, format, args...) }

// note adds a problem once.
func note(list *[]string, format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if len(*list) < maxProblems && !slices.Contains(*list, s) {
		*list = append(*list, s)
	}
}

// publicKey reads a SubjectPublicKeyInfo (RFC 5280 section 4.1):
//
//	SEQUENCE { SEQUENCE { algorithm OID, parameters }, subjectPublicKey BIT STRING }
//
// Jabber's description calls it a minimal CSR, but that is its form.
func publicKey(der []byte) (*signature.Key, error) {
	in := cryptobyte.String(der)
	var spki, algorithm, oid, bits cryptobyte.String
	if !in.ReadASN1(&spki, cbasn1.SEQUENCE) || !spki.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!algorithm.ReadASN1(&oid, cbasn1.OBJECT_IDENTIFIER) || !spki.ReadASN1(&bits, cbasn1.BIT_STRING) ||
		len(bits) < 2 || bits[0] != 0 {
		return nil, errors.New("no SubjectPublicKeyInfo")
	}
	switch string(oid) {
	case "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01": // rsaEncryption, RFC 8017
		return signature.ParseRSAPublicKey(bits[1:])
	case "\x2a\x86\x48\xce\x3d\x02\x01": // id-ecPublicKey, RFC 5480
		return signature.ParsePoint(bits[1:])
	}
	return nil, fmt.Errorf("public key algorithm %x is not known", []byte(oid[:min(len(oid), 32)]))
}

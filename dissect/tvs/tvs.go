package tvs

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"trustline/dissect/cert"
)

// Type is the type of a message.
type Type int

// The types. 1, 3 and 4 stand in hex dumps published by Cisco (TechNotes
// 118699 and 213407); 2 follows from the trace's name for it and from
// usecallmanager.nz's tvsd, which phones accept.
const (
	CertVerificationReq Type = 1
	CertVerificationRes Type = 2
	QueryCertReq        Type = 3
	QueryCertRes        Type = 4
)

// String returns the name without the TVS_MSG_ that traces put before it,
// or the number of an unknown type.
func (t Type) String() string {
	switch t {
	case CertVerificationReq:
		return "CERT_VERIFICATION_REQ"
	case CertVerificationRes:
		return "CERT_VERIFICATION_RES"
	case QueryCertReq:
		return "QUERY_CERT_REQ"
	case QueryCertRes:
		return "QUERY_CERT_RES"
	}
	return fmt.Sprint(int(t))
}

// Request tells that the phone sends messages of this type.
func (t Type) Request() bool { return t == CertVerificationReq || t == QueryCertReq }

// Numbers of the information elements.
const (
	ElementDevice      = 1
	ElementCertificate = 2
	ElementSubject     = 3
	ElementIssuer      = 4
	ElementSerial      = 5
	ElementStatus      = 7
	ElementRoles       = 8
	ElementTTL         = 9
)

// Status of an answer. 0 is published (TechNote 213407); 1 is what
// usecallmanager.nz's tvsd sends for a certificate that it does not know.
const (
	StatusFound    = 0
	StatusNotFound = 1
)

// Message is one message. Strings are empty and pointers nil where it says
// nothing, or where the element was cut.
type Message struct {
	Version   int    // 1
	Type      Type   //
	SessionID uint32 // chosen by the phone and echoed; traces print 0 whatever it is
	Length    int    // octets of the body as the header says; -1 when the header is cut

	Device string // as sent: "CP-8861-SEPB000B4BA0AEE"
	Model  string // "CP-8861", "" when the device does not say
	Name   string // "SEPB000B4BA0AEE"

	Certificate *cert.Certificate // asked about or returned; without Raw when it is cut
	Subject     string            // as in the message, attributes joined with ';'
	Issuer      string
	Serial      string // lower-case hex, magnitude without leading zero octets

	Status *int // 0 found, 1 not found
	Roles  []Role
	TTL    *time.Duration // how long the phone may keep the answer

	Elements []Element // in the order of the message
	Cut      bool      // octets that the header promises were not there
	Problems []string
}

// Element is one information element as seen.
type Element struct {
	Tag    int
	Length int    // octets as it says
	Have   int    // octets that were there
	Offset int    // of its value in the message
	Text   string // of a name, also of a cut one; "" otherwise
}

// Whole tells that nothing of the element is missing.
func (e Element) Whole() bool { return e.Have == e.Length }

// Functions returns the roles in the words of a trust list, each once, in the
// order of the message.
func (m *Message) Functions() []string {
	var out []string
	for _, r := range m.Roles {
		for _, f := range r.Functions() {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// ParseError says what could not be read and where.
type ParseError struct {
	Offset int // octets from the start of the message
	What   string
}

func (e *ParseError) Error() string { return fmt.Sprintf("tvs: offset %d: %s", e.Offset, e.What) }

const (
	discriminator = 0x57
	headerLength  = 10
	minHeader     = 3 // less does not tell the type
)

// Parse reads one message from the start of b.
//
//	offset  octets
//	0       1       0x57
//	1       1       version, 1
//	2       1       type
//	3       1       not used: 0 from a phone, leftovers from CUCM (0xf7 seen)
//	4       4       session identifier, big-endian
//	8       2       length of the body, big-endian
//	10              body: elements of tag (1), length (2, big-endian), value
//
//	tag  value
//	1    device: 0x01, then text without NUL, "CP-8861-SEPB000B4BA0AEE"
//	2    certificate: X.509 DER
//	3    subject name: text and NUL, attributes joined with ';'
//	4    issuer name: the same
//	5    serial number: octets as in the certificate
//	7    status: 1 octet
//	8    roles: 1 octet each
//	9    time to live: 4 octets, seconds; 86400 seen
//
// Sources: the hex dumps of Cisco TechNotes 213407 (query, its answer, with the
// lengths 153 and 1480) and 118699 (verification request), and
// usecallmanager.nz's tvsd. Elements come in any order; unknown ones are kept
// by number and length. An answer that knows nothing has element 7 only.
//
// A message that ends early is no error, see Message.Cut. A *ParseError means
// that b is no TVS message (then Message is nil) or that its elements do not
// fit its length (then what stood before is returned).
func Parse(b []byte) (*Message, error) {
	if len(b) < minHeader {
		return nil, &ParseError{0, fmt.Sprintf("%d octets, a message has at least %d", len(b), minHeader)}
	}
	if b[0] != discriminator {
		return nil, &ParseError{0, fmt.Sprintf("protocol discriminator %#02x, want %#02x", b[0], discriminator)}
	}
	m := &Message{Version: int(b[1]), Type: Type(b[2]), Length: -1}
	if m.Version != 1 {
		m.problem("version %d, only 1 is known", m.Version)
	}
	if len(b) >= 8 {
		m.SessionID = binary.BigEndian.Uint32(b[4:])
	}
	if len(b) < headerLength {
		m.Cut = true
		return m, nil
	}
	m.Length = int(binary.BigEndian.Uint16(b[8:]))
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
		m.value(&e, b[e.Offset:e.Offset+e.Have])
		m.Elements = append(m.Elements, e)
		off = e.Offset + e.Have
	}
	return nil
}

// value decodes one element. The first of a kind counts: nothing published
// repeats one, and a second could only contradict.
func (m *Message) value(e *Element, v []byte) {
	if slices.ContainsFunc(m.Elements, func(o Element) bool { return o.Tag == e.Tag }) {
		m.problem("element %d occurs again", e.Tag)
		return
	}
	switch e.Tag {
	case ElementDevice:
		if len(v) > 0 {
			e.Text = m.text(v[1:]) // the octet before the text was 1 whenever seen
		}
		if e.Whole() {
			m.Device = e.Text
			m.Model, m.Name = SplitDevice(m.Device)
		}
	case ElementCertificate:
		c, err := cert.Parse(v)
		m.Certificate = c
		if err != nil && e.Whole() {
			m.problem("element %d: %v", e.Tag, err)
		}
	case ElementSubject, ElementIssuer:
		e.Text = m.text(v)
		if !e.Whole() {
			return
		}
		if e.Tag == ElementSubject {
			m.Subject = e.Text
		} else {
			m.Issuer = e.Text
		}
	case ElementSerial:
		if e.Whole() {
			for len(v) > 1 && v[0] == 0 {
				v = v[1:]
			}
			if len(v) > maxSerial {
				m.problem("serial number of %d octets, the first %d are kept", len(v), maxSerial)
				v = v[:maxSerial]
			}
			m.Serial = hex.EncodeToString(v)
		}
	case ElementStatus:
		if m.size(e, 1) {
			s := int(v[0])
			m.Status = &s
		}
	case ElementRoles:
		if e.Whole() {
			for _, r := range v[:min(len(v), maxElements)] {
				m.Roles = append(m.Roles, Role(r))
			}
			if len(v) > maxElements {
				m.problem("element %d: %d roles, the first %d are kept", e.Tag, len(v), maxElements)
			}
		}
	case ElementTTL:
		if m.size(e, 4) {
			d := time.Duration(binary.BigEndian.Uint32(v)) * time.Second
			m.TTL = &d
		}
	}
}

// size tells that the element is whole and has the length of its kind.
func (m *Message) size(e *Element, want int) bool {
	if e.Length != want {
		m.problem("element %d of %d octets, want %d", e.Tag, e.Length, want)
		return false
	}
	return e.Whole()
}

// text takes a value up to its NUL.
func (m *Message) text(v []byte) string {
	s, _, _ := strings.Cut(string(v), "\x00")
	if len(s) > maxText {
		m.problem("text of %d octets, the first %d are kept", len(s), maxText)
		s = s[:maxText]
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

func (m *Message) problem(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if len(m.Problems) < maxProblems && !slices.Contains(m.Problems, s) {
		m.Problems = append(m.Problems, s)
	}
}

// SplitDevice divides the device of a message, which is also the CN of a
// phone's LSC, into model and name: "CP-8861-SEPB000B4BA0AEE" is a CP-8861 with
// the name SEPB000B4BA0AEE. What does not begin with CP-, such as a softphone's
// name, is a name; what does not end in three letters and a MAC is a model.
func SplitDevice(device string) (model, name string) {
	if !strings.HasPrefix(device, "CP-") {
		return "", device
	}
	i := strings.LastIndexByte(device, '-')
	last := device[i+1:]
	if len(last) != 15 {
		return device, ""
	}
	if _, err := hex.DecodeString(last[3:]); err != nil || i == len("CP") {
		return device, ""
	}
	return device[:i], last
}

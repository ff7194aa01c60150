package hints

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// DNS is one message of the domain name system. Only the question and answer
// sections are read.
type DNS struct {
	ID        uint16
	Response  bool
	Opcode    int
	RCode     int  // 0 no error, 3 no such name; of a query 0
	Truncated bool // the server had more to say
	Questions []Question
	Answers   []Answer

	Cut      bool
	Problems []string
}

// Question is a name that is asked for.
type Question struct {
	Name string // "cucm1.example.com", as asked, without the final dot
	Type uint16 // 1 A, 28 AAAA, 33 SRV ...
}

// Answer is one resource record.
type Answer struct {
	Name   string
	Type   uint16
	TTL    time.Duration
	Addr   netip.Addr // of A and AAAA
	Target string     // of CNAME, PTR and SRV
	Port   uint16     // of SRV
}

// Types of records that are decoded.
const (
	TypeA     = 1
	TypeCNAME = 5
	TypePTR   = 12
	TypeAAAA  = 28
	TypeSRV   = 33
)

// RCodeName names the result in the words of RFC 1035 and RFC 2136: "NOERROR",
// "SERVFAIL", "NXDOMAIN", "REFUSED", or the number.
func (d *DNS) RCodeName() string {
	names := [...]string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"}
	if d.RCode < len(names) {
		return names[d.RCode]
	}
	return strconv.Itoa(d.RCode)
}

// ParseDNS reads one message.
//
//	offset  octets
//	0       2      identifier
//	2       2      bits: 15 response, 14-11 opcode, 9 truncated, 3-0 result
//	4       4 x 2  number of questions, answers, authorities, additional records
//	12             question: name, type (2), class (2)
//	               record: name, type (2), class (2), time to live (4),
//	               length (2), data
//
//	a name: labels of length (1, 0 to 63) and text, ended by length 0 or by a
//	pointer (2, the upper two bits set) to an earlier place in the message
//
// RFC 1035 section 4. A pointer must point before the name that it ends, so
// that no chain goes on for ever.
func ParseDNS(b []byte) (*DNS, error) {
	if len(b) < 12 {
		return nil, &ParseError{"dns", 0, fmt.Sprintf("%d octets, a header has 12", len(b))}
	}
	bits := binary.BigEndian.Uint16(b[2:])
	d := &DNS{ID: binary.BigEndian.Uint16(b), Response: bits>>15 == 1, Opcode: int(bits>>11) & 15, RCode: int(bits & 15), Truncated: bits&0x0200 != 0}
	questions, answers := int(binary.BigEndian.Uint16(b[4:])), int(binary.BigEndian.Uint16(b[6:]))
	off := 12
	for range questions {
		name, next, err := domain(b, off)
		if err != nil {
			d.Cut = next >= len(b)
			return d, err
		}
		if next+4 > len(b) {
			d.Cut = true
			return d, &ParseError{"dns", next, "the question ends early"}
		}
		if len(d.Questions) < maxRecords {
			d.Questions = append(d.Questions, Question{name, binary.BigEndian.Uint16(b[next:])})
		} else {
			note(&d.Problems, "%d questions, the first %d are kept", questions, maxRecords)
		}
		off = next + 4
	}
	for range answers {
		a, next, err := d.answer(b, off)
		if err != nil {
			d.Cut = next >= len(b)
			return d, err
		}
		if len(d.Answers) < maxRecords {
			d.Answers = append(d.Answers, a)
		} else {
			note(&d.Problems, "%d answers, the first %d are kept", answers, maxRecords)
		}
		off = next
	}
	return d, nil
}

// answer reads the record at off and returns where the next one begins.
func (d *DNS) answer(b []byte, off int) (Answer, int, error) {
	name, at, err := domain(b, off)
	if err != nil {
		return Answer{}, at, err
	}
	if at+10 > len(b) {
		return Answer{}, len(b), &ParseError{"dns", at, "the record ends early"}
	}
	a := Answer{Name: name, Type: binary.BigEndian.Uint16(b[at:]), TTL: time.Duration(binary.BigEndian.Uint32(b[at+4:])) * time.Second}
	n := int(binary.BigEndian.Uint16(b[at+8:]))
	at += 10
	if n > len(b)-at {
		return a, len(b), &ParseError{"dns", at, fmt.Sprintf("data of %d octets, %d left", n, len(b)-at)}
	}
	data := b[at : at+n]
	switch {
	case a.Type == TypeA && n == 4, a.Type == TypeAAAA && n == 16:
		a.Addr, _ = netip.AddrFromSlice(data)
	case a.Type == TypeCNAME, a.Type == TypePTR:
		a.Target = d.target(b, at)
	case a.Type == TypeSRV && n > 6: // RFC 2782: priority, weight, port, target
		a.Port = binary.BigEndian.Uint16(data[4:])
		a.Target = d.target(b, at+6)
	}
	return a, at + n, nil
}

func (d *DNS) target(b []byte, off int) string {
	name, _, err := domain(b, off)
	if err != nil {
		note(&d.Problems, "%v", err)
	}
	return name
}

// domain reads the name at off and returns where what follows it begins. Dots
// and octets that do not print are escaped as RFC 1035 section 5.1 does.
func domain(b []byte, off int) (name string, next int, err error) {
	var out strings.Builder
	before := off // a pointer must point below this
	octets := 0
	for {
		if off >= len(b) {
			return out.String(), len(b), &ParseError{"dns", off, "the name ends early"}
		}
		n := int(b[off])
		switch {
		case n == 0:
			if next == 0 {
				next = off + 1
			}
			return out.String(), next, nil
		case n >= 0xc0:
			if off+2 > len(b) {
				return out.String(), len(b), &ParseError{"dns", off, "the pointer ends early"}
			}
			to := int(binary.BigEndian.Uint16(b[off:]) & 0x3fff)
			if next == 0 {
				next = off + 2
			}
			if to >= before {
				return out.String(), next, &ParseError{"dns", off, fmt.Sprintf("pointer to %d does not point back", to)}
			}
			off, before = to, to
		case n >= 0x40:
			return out.String(), off, &ParseError{"dns", off, fmt.Sprintf("label length %#02x", n)}
		default:
			if off+1+n > len(b) {
				return out.String(), len(b), &ParseError{"dns", off, "the label ends early"}
			}
			if octets += 1 + n; octets > maxName {
				return out.String(), off, &ParseError{"dns", off, fmt.Sprintf("name of more than %d octets", maxName)}
			}
			if out.Len() > 0 {
				out.WriteByte('.')
			}
			for _, c := range b[off+1 : off+1+n] {
				switch {
				case c == '.' || c == '\\':
					out.WriteByte('\\')
					out.WriteByte(c)
				case c <= ' ' || c > '~':
					fmt.Fprintf(&out, "\\%03d", c)
				default:
					out.WriteByte(c)
				}
			}
			off += 1 + n
		}
	}
}

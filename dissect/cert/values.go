package cert

import (
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

type oidValue = asn1.ObjectIdentifier

// String types that cryptobyte has no name for (X.680 section 8.4).
const (
	tagNumericString   = cbasn1.Tag(18)
	tagVisibleString   = cbasn1.Tag(26)
	tagUniversalString = cbasn1.Tag(28)
	tagBMPString       = cbasn1.Tag(30)
)

// readName reads
//
//	Name ::= SEQUENCE OF SET OF SEQUENCE { type OID, value ANY }
//
// and keeps what it can: an attribute that cannot be read is named in Problem
// and left out.
func (c *Certificate) readName(name element, which string) []Attribute {
	out := []Attribute{}
	rdns := name.inside()
	for len(rdns.rest) > 0 {
		set, ok := rdns.next()
		if !ok {
			c.problem(which + " is damaged")
			return out
		}
		attributes := set.inside()
		for plus := false; len(attributes.rest) > 0; plus = true {
			pair, ok := attributes.next()
			if !ok {
				c.problem(which + " is damaged")
				break
			}
			inside := pair.inside()
			id, ok1 := inside.next()
			value, ok2 := inside.next()
			if !ok1 || !ok2 {
				c.problem(which + " has an attribute without type or value")
				continue
			}
			if len(out) == maxAttributes {
				c.problem(fmt.Sprintf("%s has more than %d attributes", which, maxAttributes))
				return out
			}
			kind := oid(id)
			if short, ok := attributeNames[kind]; ok {
				kind = short
			}
			out = append(out, Attribute{Type: kind, Value: text(value), Plus: plus})
		}
	}
	return out
}

// text decodes a string of any type. The types promise character sets that
// their users break: '_' and '@' in PrintableString, Latin-1 in UTF8String.
// Octets that are UTF-8 are taken as such, others as Latin-1, so that every
// octet stays visible. What is no string is printed as "#" and its hex (RFC
// 4514 section 2.4).
func text(e element) string {
	b := []byte(e.content)
	switch e.tag {
	case cbasn1.UTF8String, cbasn1.PrintableString, cbasn1.IA5String, tagNumericString, tagVisibleString, cbasn1.GeneralString:
		if utf8.Valid(b) {
			return string(b)
		}
		return latin1(b)
	case cbasn1.T61String:
		return latin1(b)
	case tagBMPString:
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		}
		return string(utf16.Decode(units))
	case tagUniversalString:
		runes := make([]rune, len(b)/4)
		for i := range runes {
			runes[i] = rune(b[4*i])<<24 | rune(b[4*i+1])<<16 | rune(b[4*i+2])<<8 | rune(b[4*i+3])
		}
		return string(runes)
	}
	return "#" + hex.EncodeToString(e.full)
}

func latin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, o := range b {
		runes[i] = rune(o)
	}
	return string(runes)
}

func (c *Certificate) readValidity(v *cursor) {
	for _, to := range []struct {
		when *time.Time
		name string
	}{{&c.NotBefore, "notBefore"}, {&c.NotAfter, "notAfter"}} {
		e, ok := v.next()
		if ok {
			*to.when, ok = readTime(e)
		}
		if !ok {
			c.problem(to.name + " cannot be read")
		}
	}
}

// readTime reads UTCTime and GeneralizedTime. RFC 5280 demands seconds and Z;
// X.680 does not, and old encoders use its freedom.
func readTime(e element) (time.Time, bool) {
	var layouts []string
	switch e.tag {
	case cbasn1.UTCTime:
		layouts = []string{"060102150405", "0601021504"}
	case cbasn1.GeneralizedTime:
		layouts = []string{"20060102150405", "20060102150405.999999999", "200601021504"}
	default:
		return time.Time{}, false
	}
	s := strings.TrimSpace(string(e.content))
	for _, layout := range layouts {
		for _, zone := range []string{"Z0700", ""} {
			t, err := time.Parse(layout+zone, s)
			if err != nil {
				continue
			}
			// Two digits stand for 1950 to 2049 (RFC 5280 section 4.1.2.5.1).
			if e.tag == cbasn1.UTCTime && t.Year() >= 2050 {
				t = t.AddDate(-100, 0, 0)
			}
			if e.tag == cbasn1.UTCTime && t.Year() < 1950 {
				t = t.AddDate(100, 0, 0)
			}
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

package hints

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// EAPOL is one frame of IEEE 802.1X between a phone and its switch.
type EAPOL struct {
	Version int
	Type    string // "eap", "start", "logoff", "key", or the number

	Code     string   // of EAP: "request", "response", "success", "failure", or the number; "" otherwise
	ID       int      // matches a response to its request
	Method   string   // of a request or response: "identity", "nak", "md5", "tls", "peap", "fast" ..., or the number
	Identity string   // of an identity response: "CP-8861-SEP001122334455"
	Wanted   []string // methods that a nak asks for
	TLSStart bool     // of tls, peap and fast: the first request
	TLS      int      // octets of TLS in this frame

	Cut bool
}

// eapMethods are the types of EAP that occur with phones, by IANA's registry.
var eapMethods = map[byte]string{1: "identity", 2: "notification", 3: "nak", 4: "md5", 6: "gtc", 13: "tls", 21: "ttls", 25: "peap", 26: "mschapv2", 43: "fast"}

func eapMethod(n byte) string {
	if s, ok := eapMethods[n]; ok {
		return s
	}
	return strconv.Itoa(int(n))
}

// ParseEAPOL reads what follows EtherType 0x888e.
//
//	offset  octets
//	0       1    version: 1 to 3
//	1       1    type: 0 EAP, 1 start, 2 logoff, 3 key
//	2       2    length of the body
//	4       1    code: 1 request, 2 response, 3 success, 4 failure
//	5       1    identifier
//	6       2    length, from offset 4
//	8       1    method, of requests and responses
//	9            its data; of TLS, PEAP and FAST flags (1): 0x80 a length (4)
//	             follows, 0x20 start
//
// IEEE 802.1X-2010 clause 11, RFC 3748 section 4, RFC 5216 section 3. Of the
// data only the identity, the methods of a nak and the flags are read: others
// are challenges, responses and TLS.
func ParseEAPOL(b []byte) (*EAPOL, error) {
	if len(b) < 4 || b[0] < 1 || b[0] > 3 {
		return nil, &ParseError{"eapol", 0, fmt.Sprintf("%d octets beginning with % x are no frame", len(b), b[:min(len(b), 4)])}
	}
	e := &EAPOL{Version: int(b[0]), Type: name(b[1], "eap", "start", "logoff", "key")}
	n := int(binary.BigEndian.Uint16(b[2:]))
	e.Cut = n > len(b)-4
	if b = b[4:min(4+n, len(b))]; e.Type != "eap" { // what follows is padding
		return e, nil
	}
	if len(b) < 4 {
		return e, &ParseError{"eapol", 4, fmt.Sprintf("EAP packet of %d octets", len(b))}
	}
	e.Code, e.ID = name(b[0], "0", "request", "response", "success", "failure"), int(b[1])
	n = int(binary.BigEndian.Uint16(b[2:]))
	switch {
	case n < 4:
		return e, &ParseError{"eapol", 6, fmt.Sprintf("EAP length %d", n)}
	case n > len(b) && !e.Cut:
		return e, &ParseError{"eapol", 6, fmt.Sprintf("EAP packet of %d octets, %d left", n, len(b))}
	}
	if b = b[4:min(n, len(b))]; len(b) == 0 || e.Code != "request" && e.Code != "response" {
		return e, nil
	}
	e.method(b[0], b[1:])
	return e, nil
}

func (e *EAPOL) method(method byte, v []byte) {
	e.Method = eapMethod(method)
	switch e.Method {
	case "identity":
		if e.Code == "response" && !e.Cut {
			e.Identity = text(v)
		}
	case "nak":
		for _, m := range v[:min(len(v), maxAddresses)] {
			if m != 0 { // no alternative
				e.Wanted = append(e.Wanted, eapMethod(m))
			}
		}
	case "tls", "peap", "fast", "ttls":
		if len(v) == 0 {
			return
		}
		e.TLSStart = v[0]&0x20 != 0
		head := 1
		if v[0]&0x80 != 0 {
			head += 4
		}
		e.TLS = max(len(v)-head, 0)
	}
}

// name picks a name by number.
func name(n byte, names ...string) string {
	if int(n) < len(names) {
		return names[n]
	}
	return strconv.Itoa(int(n))
}

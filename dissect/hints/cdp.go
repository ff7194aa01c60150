package hints

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// CDP is one announcement of the Cisco Discovery Protocol.
type CDP struct {
	Version      int // 1 or 2
	TTL          time.Duration
	DeviceID     string // of a phone its name: "SEP001122334455"
	Platform     string // "Cisco IP Phone 8861"
	Model        string // read from Platform: "CP-8861"; "" for what is no phone
	Software     string // of a phone its load: "sip88xx.12-5-1-16"
	PortID       string
	SystemName   string
	Addresses    []netip.Addr
	Management   []netip.Addr
	Capabilities uint32 // bit 7 (0x80) is a phone
	NativeVLAN   int    // 0 when it does not say
	VoiceVLAN    int    // that a switch tells phones to use; 0 when it does not say

	Cut      bool
	Problems []string
}

// Phone tells that the sender says it is a phone.
func (c *CDP) Phone() bool { return c.Capabilities&0x80 != 0 || c.Model != "" }

// ParseCDP reads what follows the LLC/SNAP header (OUI 00-00-0c, type 0x2000).
//
//	offset  octets
//	0       1      version
//	1       1      time to live in seconds
//	2       2      checksum, not checked
//	4              type (2), length (2, counts these four too), value
//
//	type    value
//	0x0001  device identifier, text
//	0x0002  addresses: number (4); protocol type (1), length (1), protocol,
//	        length (2), address
//	0x0003  port identifier, text
//	0x0004  capabilities (4)
//	0x0005  software version, text
//	0x0006  platform, text
//	0x000a  native VLAN (2)
//	0x000e  voice VLAN: 1 octet, VLAN (2)
//	0x0014  system name, text
//	0x0016  management addresses, as 0x0002
//
// Source: Cisco, "Catalyst Token Ring Switching Implementation Guide", appendix
// "Frame Formats", for types 1 to 6; Wireshark for the others. The voice VLAN
// query of phones (0x000f) is not decoded: its meaning is not published.
func ParseCDP(b []byte) (*CDP, error) {
	if len(b) < 4 || b[0] != 1 && b[0] != 2 {
		return nil, &ParseError{"cdp", 0, fmt.Sprintf("%d octets beginning with % x are no announcement", len(b), b[:min(len(b), 4)])}
	}
	c := &CDP{Version: int(b[0]), TTL: time.Duration(b[1]) * time.Second}
	for off := 4; off < len(b); {
		if len(bytes.TrimLeft(b[off:], "\x00")) == 0 {
			break // padding of a short frame
		}
		if len(b)-off < 4 {
			c.Cut = true
			break
		}
		typ, n := binary.BigEndian.Uint16(b[off:]), int(binary.BigEndian.Uint16(b[off+2:]))
		if n < 4 {
			return c, &ParseError{"cdp", off, fmt.Sprintf("TLV %#04x has length %d", typ, n)}
		}
		if n > len(b)-off {
			c.Cut = true
			return c, &ParseError{"cdp", off, fmt.Sprintf("TLV %#04x of %d octets, %d left", typ, n, len(b)-off)}
		}
		c.value(typ, b[off+4:off+n])
		off += n
	}
	return c, nil
}

func (c *CDP) value(typ uint16, v []byte) {
	switch typ {
	case 0x0001:
		c.DeviceID = text(v)
	case 0x0002:
		c.Addresses = c.addresses(typ, v)
	case 0x0003:
		c.PortID = text(v)
	case 0x0004:
		if len(v) == 4 {
			c.Capabilities = binary.BigEndian.Uint32(v)
		}
	case 0x0005:
		c.Software = text(v)
	case 0x0006:
		c.Platform = text(v)
		if model, ok := strings.CutPrefix(c.Platform, "Cisco IP Phone "); ok {
			c.Model = "CP-" + strings.TrimPrefix(model, "CP-")
		}
	case 0x000a:
		if len(v) == 2 {
			c.NativeVLAN = int(binary.BigEndian.Uint16(v))
		}
	case 0x000e:
		if len(v) == 3 {
			c.VoiceVLAN = int(binary.BigEndian.Uint16(v[1:]))
		}
	case 0x0014:
		c.SystemName = text(v)
	case 0x0016:
		c.Management = c.addresses(typ, v)
	}
}

// addresses reads a list of addresses; protocols that are not IP are passed
// over. It stops where the list does not fit.
func (c *CDP) addresses(typ uint16, v []byte) []netip.Addr {
	var out []netip.Addr
	if len(v) < 4 {
		note(&c.Problems, "TLV %#04x has %d octets", typ, len(v))
		return nil
	}
	count := binary.BigEndian.Uint32(v)
	v = v[4:]
	for i := uint32(0); i < count; i++ {
		if len(v) < 2 || len(v) < 2+int(v[1])+2 {
			note(&c.Problems, "TLV %#04x has %d addresses, not %d", typ, i, count)
			break
		}
		protocol := v[:2+int(v[1])]
		v = v[len(protocol):]
		n := int(binary.BigEndian.Uint16(v))
		if v = v[2:]; len(v) < n {
			note(&c.Problems, "TLV %#04x has %d addresses, not %d", typ, i, count)
			break
		}
		switch string(protocol) {
		case "\x01\x01\xcc", "\x02\x08\xaa\xaa\x03\x00\x00\x00\x08\x00", "\x02\x08\xaa\xaa\x03\x00\x00\x00\x86\xdd":
			if a := address(v[:n]); a.IsValid() && len(out) < maxAddresses {
				out = append(out, a)
			}
		}
		v = v[n:]
	}
	return out
}

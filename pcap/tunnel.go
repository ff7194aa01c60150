package pcap

import "github.com/google/gopacket"

// tunnel.go: frames carried by IP: GRE with ERSPAN, VXLAN, Geneve. GRE and
// Geneve are read here because gopacket's decoders are unsafe (decode.go).

// gre reads RFC 2784 and 2890, and version 1 of RFC 2637:
//
//	0  flags (2): 8000 checksum, 4000 routing, 2000 key, 1000 sequence,
//	   0080 acknowledgement (version 1), 0007 version
//	2  protocol, an EtherType (2)
//	4  checksum and reserved (4), key (4), sequence (4), acknowledgement (4),
//	   each when flagged
func (s *scanner) gre(b []byte) {
	if len(b) < 4 {
		s.short("GRE")
		return
	}
	flags, protocol := be16(b), be16(b[2:])
	if flags&0x4000 != 0 || flags&7 > 1 {
		s.problem("GRE flags 0x%04x are not decoded", flags)
		return
	}
	n := 4
	for _, f := range [...]uint16{0x8000, 0x2000, 0x1000} {
		if flags&f != 0 {
			n += 4
		}
	}
	if flags&7 == 1 && flags&0x80 != 0 {
		n += 4
	}
	if n > len(b) {
		s.short("GRE")
		return
	}
	b = b[n:]
	switch protocol {
	case 0x88be:
		// ERSPAN type I has neither a GRE sequence nor a header, type II both:
		// version 1, VLAN, class, session, index (8).
		if flags&0x1000 != 0 {
			e := &s.dec.erspan
			if len(b) < 8 || e.DecodeFromBytes(b, gopacket.NilDecodeFeedback) != nil {
				s.short("ERSPAN")
				return
			}
			b = e.Payload
		}
		s.ethernet(b)
	case 0x22eb:
		// ERSPAN type III: version 2, VLAN, class, session (4), timestamp (4),
		// group tag (2), flags (2): 7c00 frame type, 0001 8 bytes follow.
		if len(b) < 12 {
			s.short("ERSPAN")
			return
		}
		f := be16(b[10:])
		b = b[12:]
		if f&1 != 0 {
			if len(b) < 8 {
				s.short("ERSPAN")
				return
			}
			b = b[8:]
		}
		switch f >> 10 & 31 {
		case 0:
			s.ethernet(b)
		case 2:
			s.ip(b)
		}
	case 0x883e: // WCCP: a redirect header of 4 bytes may precede the packet
		if len(b) > 4 && b[0]>>4 != 4 {
			b = b[4:]
		}
		s.ipv4(b)
	default:
		if len(b) > 0 && protocol > 1500 {
			s.etherType(protocol, b, nil)
		}
	}
}

// overUDP reads the payload of a tunnel port.
//
//	VXLAN (RFC 7348)  0 flags (1) reserved (3) 4 network (3) reserved (1) 8 Ethernet
//	VXLAN GPE         the same, 3 is the next protocol: 1 IPv4, 2 IPv6, 3 Ethernet
//	Geneve (RFC 8926) 0 version, option length in words (2+6 bits) flags (1)
//	                  2 EtherType (2) 4 network (3) reserved (1) 8 options
func (s *scanner) overUDP(port uint16, b []byte) {
	if len(b) < 8 || !s.deeper() {
		return
	}
	switch port {
	case 4789:
		v := &s.dec.vxlan
		if v.DecodeFromBytes(b, gopacket.NilDecodeFeedback) == nil {
			s.ethernet(v.Payload)
		}
	case 4790:
		switch b[3] {
		case 1, 2:
			s.ip(b[8:])
		case 3:
			s.ethernet(b[8:])
		}
	case 6081:
		if n := 8 + int(b[0]&0x3f)*4; n <= len(b) && b[0]>>6 == 0 {
			s.etherType(be16(b[2:]), b[n:], nil)
		}
	}
}

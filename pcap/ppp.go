package pcap

// ppp.go: PPP in its framings, Cisco HDLC, MPLS.

// hdlc reads PPP with or without the address and control bytes ff 03 of
// RFC 1662. A link type of PPP also holds Cisco HDLC (address 0f or 8f).
func (s *scanner) hdlc(b []byte) {
	switch {
	case len(b) >= 2 && b[0] == 0xff && b[1] == 3:
		s.ppp(b[2:])
	case len(b) >= 4 && (b[0] == 0x0f || b[0] == 0x8f) && b[1] == 0:
		s.chdlc(b)
	default:
		s.ppp(b)
	}
}

// ppp reads a protocol number (RFC 1661): two bytes, or one when its lowest bit
// is set (compressed).
func (s *scanner) ppp(b []byte) {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 3 {
		b = b[2:] // PPP in GRE repeats the framing
	}
	if len(b) < 2 {
		s.short("PPP")
		return
	}
	p := uint16(b[0])
	if b[0]&1 != 0 {
		b = b[1:]
	} else {
		p, b = be16(b), b[2:]
	}
	switch p {
	case 0x0021:
		s.ipv4(b)
	case 0x0057:
		s.ipv6(b)
	case 0x0281, 0x0283:
		s.mpls(b)
	case 0x0031: // bridging control: flags (1) type (1) an Ethernet frame
		if len(b) > 2 && b[1] == 1 && s.deeper() {
			s.ethernet(b[2:])
		}
	}
}

// pppoe reads RFC 2516:
//
//	0  version and type (1) code (1), 0 for a session
//	2  session (2)
//	4  length of the rest (2)
//	6  PPP
func (s *scanner) pppoe(b []byte) {
	if len(b) < 6 {
		s.short("PPPoE")
		return
	}
	if b[1] != 0 {
		return // discovery
	}
	if n := int(be16(b[4:])); n < len(b)-6 {
		b = b[:6+n]
	}
	s.ppp(b[6:])
}

// chdlc reads Cisco HDLC: address (1), control (1), EtherType (2).
func (s *scanner) chdlc(b []byte) {
	if len(b) < 4 {
		s.short("Cisco HDLC")
		return
	}
	s.etherType(be16(b[2:]), b[4:], nil)
}

// mpls reads a label stack (RFC 3032): label (20 bits), traffic class (3),
// bottom (1), time to live (8). What follows the bottom is not said: the first
// nibble tells IP, 0 the control word of a pseudowire (RFC 4385), and
// everything else is tried as Ethernet.
func (s *scanner) mpls(b []byte) {
	for range maxNesting {
		if len(b) < 5 {
			s.short("MPLS")
			return
		}
		bottom := b[2]&1 != 0
		b = b[4:]
		if !bottom {
			continue
		}
		switch b[0] >> 4 {
		case 4:
			s.ipv4(b)
		case 6:
			s.ipv6(b)
		case 1: // associated channel: operations, no traffic
		case 0:
			// A control word begins with 0, and so do most addresses.
			if len(b) > 4 && (etherish(b[4:]) || !etherish(b)) {
				b = b[4:]
			}
			if s.deeper() {
				s.ethernet(b)
			}
		default:
			if s.deeper() {
				s.ethernet(b)
			}
		}
		return
	}
}

// etherish reports whether a known EtherType or a length stands where an
// Ethernet frame has it.
func etherish(b []byte) bool {
	if len(b) < 14 {
		return false
	}
	switch t := be16(b[12:]); t {
	case etherIPv4, etherIPv6, etherVLAN, etherQinQ, etherMPLS, etherPPPoE, etherLLDP, 0x0806:
		return true
	default:
		return t > 2 && int(t) <= min(1500, len(b)-14)
	}
}

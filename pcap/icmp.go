package pcap

import (
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// icmp reads the errors of RFC 792 and RFC 4443, which quote the packet that
// they are about:
//
//	0  type (1) code (1) checksum (2)
//	4  unused, MTU or pointer (4)
//	8  the IP header and at least 8 bytes of its payload: the ports
func (s *scanner) icmp(b []byte, v6 bool) {
	if len(b) < 8+20+8 || s.net.quoted {
		return
	}
	kind, code, ok := s.icmpError(b, v6)
	if !ok {
		return
	}
	from := s.srcAddr()
	// The quoted packet is cut by its nature, and its length is that of the
	// whole one or what a router made of it: gopacket refuses many of them.
	q := b[8:]
	var protocol uint8
	outer := s.net
	defer func() { s.net = outer }()
	p := &s.net
	p.quoted = true
	if q[0]>>4 == 4 {
		head := int(q[0]&15) * 4
		if head < 20 || head+8 > len(q) || be16(q[6:])&0x1fff != 0 {
			return
		}
		protocol = q[9]
		p.v6, p.src, p.dst = false, be32(q[12:]), be32(q[16:])
		q = q[head:]
	} else {
		if q[0]>>4 != 6 || len(q) < 48 {
			return
		}
		protocol = q[6]
		p.v6, p.a6 = true, q[8:40]
		p.src, p.dst = s.addrs6.number(s, q[8:24]), s.addrs6.number(s, q[24:40])
		q = q[40:]
	}
	sp, dp := be16(q), be16(q[2:])
	switch protocol {
	case protoUDP:
		if !s.in.look.has(sp) && !s.in.look.has(dp) {
			return
		}
		src, dst := netip.AddrPortFrom(s.srcAddr(), sp), netip.AddrPortFrom(s.dstAddr(), dp)
		if s.in.wantsUDP(src, dst) {
			s.sink.Unreachable(&UnreachableUDP{Mark: s.mark(), From: from, Src: src, Dst: dst, Type: kind, Code: code})
		}
	case protoTCP:
		var c *conv
		if len(q) >= 16 {
			// Wireshark numbers a quoted header as it does a packet.
			c, _ = s.streams.packet(s, sp, dp, q[13], be32(q[4:]), be32(q[8:]), false)
		} else {
			c = s.streams.look(s, sp, dp)
		}
		if c == nil || !s.in.tcp.has(sp) && !s.in.tcp.has(dp) {
			return
		}
		s.tcp.unreachable(c, &Unreachable{Mark: s.mark(), From: from, Type: kind, Code: code})
	}
}

// icmpError tells type and code of a message that quotes a packet.
func (s *scanner) icmpError(b []byte, v6 bool) (kind, code uint8, ok bool) {
	if v6 {
		m := &s.dec.icmp6
		if m.DecodeFromBytes(b, gopacket.NilDecodeFeedback) != nil {
			return 0, 0, false
		}
		switch m.TypeCode.Type() {
		case layers.ICMPv6TypeDestinationUnreachable, layers.ICMPv6TypePacketTooBig,
			layers.ICMPv6TypeTimeExceeded, layers.ICMPv6TypeParameterProblem:
			ok = true
		}
		return m.TypeCode.Type(), m.TypeCode.Code(), ok
	}
	m := &s.dec.icmp4
	if m.DecodeFromBytes(b, gopacket.NilDecodeFeedback) != nil {
		return 0, 0, false
	}
	switch m.TypeCode.Type() {
	case layers.ICMPv4TypeDestinationUnreachable, layers.ICMPv4TypeTimeExceeded, layers.ICMPv4TypeParameterProblem:
		ok = true
	}
	return m.TypeCode.Type(), m.TypeCode.Code(), ok
}

package pcap

import "github.com/google/gopacket"

// IP protocol numbers that are read.
const (
	protoICMP    = 1
	protoIPv4    = 4
	protoTCP     = 6
	protoUDP     = 17
	protoIPv6    = 41
	protoGRE     = 47
	protoAH      = 51
	protoICMPv6  = 58
	protoEtherIP = 97
	protoMPLS    = 137

	extHopByHop    = 0
	extRouting     = 43
	extFragment    = 44
	extDestination = 60
	extMobility    = 135
	extHIP         = 139
	extShim6       = 140
)

// ipv4 reads RFC 791:
//
//	0  version and header length in words (4+4 bits), type of service (1)
//	2  total length (2)
//	4  identification (2)
//	6  flags and fragment offset in 8 bytes (3+13 bits)
//	8  time to live (1) protocol (1) checksum (2)
//	12 source (4)
//	16 destination (4)
//	20 options
//
// Checksums are not looked at: captures on the sending host hold packets
// before the network card has filled them in.
func (s *scanner) ipv4(b []byte) {
	if len(b) < 20 {
		s.short("IPv4")
		return
	}
	head := int(b[0]&15) * 4
	if b[0]>>4 != 4 || head < 20 {
		s.problem("IPv4 header begins with 0x%02x", b[0])
		return
	}
	p := &s.net
	total := int(be16(b[2:]))
	switch {
	case total == 0: // segmentation offload: the card would have filled it in
		total = len(b) + p.missing
	case total < head:
		s.problem("IPv4 total length %d is less than the header", total)
		return
	}
	if total <= len(b) {
		b = b[:total]
		p.missing = 0
	} else {
		p.missing = total - len(b)
	}
	if head > len(b) {
		s.short("IPv4")
		return
	}
	p.v6 = false
	p.src, p.dst = be32(b[12:]), be32(b[16:])
	s.pairs4.count(s, p.src, p.dst)
	flags := be16(b[6:])
	p.ttl = b[8]
	p.id = be16(b[4:])
	if flags&0x3fff != 0 {
		s.fragment4(flags, b[9], b[head:])
		return
	}
	s.transport(b[9], b[head:])
}

// ipv6 reads RFC 8200:
//
//	0  version, traffic class, flow label (4+8+20 bits)
//	4  payload length (2) next header (1) hop limit (1)
//	8  source (16)
//	24 destination (16)
//	40 extension headers: next header (1), length in 8 bytes without the
//	   first (1), data; a fragment header is always 8 bytes
func (s *scanner) ipv6(b []byte) {
	if len(b) < 40 {
		s.short("IPv6")
		return
	}
	if b[0]>>4 != 6 {
		s.problem("IPv6 header begins with 0x%02x", b[0])
		return
	}
	p := &s.net
	length := int(be16(b[4:]))
	next := b[6]
	p.v6, p.a6, p.ttl, p.id = true, b[8:40], b[7], 0
	p.src = s.addrs6.number(s, b[8:24])
	p.dst = s.addrs6.number(s, b[24:40])
	s.pairs6.count(s, p.src, p.dst)
	b = b[40:]
	switch {
	case length == 0 && next != 59: // jumbogram or segmentation offload
	case length <= len(b):
		b = b[:length]
		p.missing = 0
	default:
		p.missing = length - len(b)
	}
	for range maxNesting {
		switch next {
		case extHopByHop, extRouting, extDestination, extMobility, extHIP, extShim6:
			x := &s.dec.ext6
			if x.DecodeFromBytes(b, gopacket.NilDecodeFeedback) != nil {
				s.short("IPv6 extension")
				return
			}
			next, b = uint8(x.NextHeader), x.Payload
		case extFragment:
			s.fragment6(b)
			return
		default:
			s.transport(next, b)
			return
		}
	}
}

// transport goes on behind the IP headers, or behind a reassembled datagram.
func (s *scanner) transport(protocol uint8, b []byte) {
	switch protocol {
	case protoUDP:
		s.udp(b)
	case protoTCP:
		s.tcpHeader(b)
	case protoICMP:
		s.icmp(b, false)
	case protoICMPv6:
		s.icmp(b, true)
	case protoIPv4:
		if s.deeper() {
			s.ipv4(b)
		}
	case protoIPv6:
		if s.deeper() {
			s.ipv6(b)
		}
	case protoGRE:
		if s.deeper() {
			s.gre(b)
		}
	case protoMPLS:
		if s.deeper() {
			s.mpls(b)
		}
	case protoEtherIP:
		if len(b) > 2 && s.deeper() {
			s.ethernet(b[2:]) // RFC 3378: version (4 bits), reserved
		}
	case protoAH:
		// RFC 4302: next header (1), length in words without the first two
		// (1), ... The payload behind it is in the clear.
		if len(b) >= 12 {
			if n := (int(b[1]) + 2) * 4; n <= len(b) && s.deeper() {
				s.transport(b[0], b[n:])
			}
		}
	}
}

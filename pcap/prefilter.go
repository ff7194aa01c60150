package pcap

import "encoding/binary"

// dull reports whether an Ethernet frame is what most frames of most captures
// are: an unfragmented UDP packet over IPv4, untagged or with one tag, that
// nobody asks about. It is the hot path: one look at fixed places of the first
// 46 bytes, nothing kept but the count of the two hosts. Everything else, and
// everything odd, is left to the decoders, which would drop such a packet too.
//
//	 0 Ethernet  12 EtherType 0800          or  12 8100, tag, 16 0800
//	14 IPv4      14 45 (no options)             4 bytes further on
//	             16 total length
//	             20 fragment bits and offset 0
//	             23 protocol 17
//	             26 source  30 destination
//	34 UDP       34 source port  36 destination port
func (s *scanner) dull(b []byte) bool {
	if len(b) < 42 {
		return false
	}
	ip := (*[28]byte)(b[14:42])
	if t := binary.BigEndian.Uint16(b[12:]); t != etherIPv4 {
		if t != etherVLAN || len(b) < 46 || binary.BigEndian.Uint16(b[16:]) != etherIPv4 {
			return false
		}
		ip = (*[28]byte)(b[18:46])
	}
	if ip[0] != 0x45 || ip[9] != protoUDP || binary.BigEndian.Uint16(ip[6:])&0x3fff != 0 ||
		binary.BigEndian.Uint16(ip[2:]) < 28 {
		return false
	}
	look := &s.in.look
	if look.has(binary.BigEndian.Uint16(ip[20:])) || look.has(binary.BigEndian.Uint16(ip[22:])) {
		return false
	}
	s.pairs4.count(s, binary.BigEndian.Uint32(ip[12:]), binary.BigEndian.Uint32(ip[16:]))
	return true
}

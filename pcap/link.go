package pcap

import (
	"encoding/binary"

	"github.com/google/gopacket"
)

// EtherTypes (IEEE 802 numbers) that lead to IP.
const (
	etherIPv4   = 0x0800
	etherIPv6   = 0x86dd
	etherVLAN   = 0x8100
	etherQinQ   = 0x88a8
	etherQinQ91 = 0x9100 // before 802.1ad
	etherQinQ92 = 0x9200
	etherMPLS   = 0x8847
	etherMPLSM  = 0x8848
	etherPPPoE  = 0x8864
	etherBridge = 0x6558 // Transparent Ethernet Bridging
	etherLLDP   = 0x88cc
	etherEAPOL  = 0x888e // IEEE 802.1X
	etherVNTag  = 0x8926 // Cisco VN-Tag, on ports of UCS
	etherCMD    = 0x8909 // Cisco MetaData, TrustSec
	etherPPP    = 0x880b
)

// ethernet reads Ethernet II and 802.3:
//
//	0  destination (6)
//	6  source (6)
//	12 EtherType (2), or the length of an LLC frame when at most 1500
//	14 payload
func (s *scanner) ethernet(b []byte) {
	if len(b) < 14 {
		s.short("Ethernet")
		return
	}
	s.etherType(be16(b[12:]), b[14:], b)
}

// etherType goes on behind an EtherType. frame is the whole Ethernet frame, for
// announcements, or nil.
func (s *scanner) etherType(t uint16, b, frame []byte) {
	for range maxNesting {
		switch t {
		case etherIPv4:
			s.ipv4(b)
			return
		case etherIPv6:
			s.ipv6(b)
			return
		case etherVLAN, etherQinQ, etherQinQ91, etherQinQ92:
			if len(b) < 4 {
				s.short("802.1Q tag")
				return
			}
			if s.net.vlan < 0 {
				s.net.vlan = int(be16(b) & 0xfff)
			}
			t, b = be16(b[2:]), b[4:]
		case etherVNTag:
			if len(b) < 6 {
				return
			}
			t, b = be16(b[4:]), b[6:]
		case etherCMD:
			// version (1) length (1) then per option length and type (2)
			// and value: in practice one, the security group tag (2).
			if len(b) < 8 {
				return
			}
			t, b = be16(b[6:]), b[8:]
		case etherMPLS, etherMPLSM:
			s.mpls(b)
			return
		case etherPPPoE:
			s.pppoe(b)
			return
		case etherBridge:
			if s.deeper() {
				s.ethernet(b)
			}
			return
		case etherPPP:
			s.ppp(b)
			return
		case etherLLDP:
			s.announcement("lldp", b, frame)
			return
		case etherEAPOL:
			s.announcement("eapol", b, frame)
			return
		default:
			if t <= 1500 {
				if int(t) < len(b) {
					b = b[:t] // padding follows
				}
				s.llc(b, frame)
			}
			return
		}
	}
}

// llc reads IEEE 802.2, of which only SNAP leads on:
//
//	0  DSAP, SSAP (1+1), aa aa for SNAP
//	2  control (1), 03
//	3  organisation (3), 00 00 00: an EtherType follows; 00 00 0c: Cisco
//	6  type (2)
func (s *scanner) llc(b, frame []byte) {
	l, h := &s.dec.llc, &s.dec.snap
	if l.DecodeFromBytes(b, gopacket.NilDecodeFeedback) != nil || l.DSAP != 0xaa || l.SSAP != 0xaa || l.Control != 3 ||
		h.DecodeFromBytes(l.Payload, gopacket.NilDecodeFeedback) != nil {
		return
	}
	switch t := uint16(h.Type); [3]byte(h.OrganizationalCode) {
	case [3]byte{}, [3]byte{0, 0, 0xf8}: // 802.1H bridge tunnel
		if t > 1500 && s.deeper() {
			s.etherType(t, h.Payload, frame)
		}
	case [3]byte{0, 0, 0x0c}:
		if t == 0x2000 {
			s.announcement("cdp", h.Payload, frame)
		}
	}
}

func (s *scanner) announcement(protocol string, b, frame []byte) {
	if s.announce == nil || len(frame) < 12 {
		return
	}
	s.announce.Announcement(&Announcement{
		Mark: s.mark(), Protocol: protocol, Dest: [6]byte(frame), Source: [6]byte(frame[6:12]),
		VLAN: s.net.vlan, Payload: b, Cut: s.net.missing > 0,
	})
}

// link reads the link types other than Ethernet.
func (s *scanner) link(t uint32, b []byte) {
	switch t {
	case linkRaw, linkRaw12, linkRaw14, linkIPv4, linkIPv6:
		s.ip(b)
	case linkNull, linkLoop:
		s.null(b)
	case linkSLL:
		s.sll(b)
	case linkSLL2:
		s.sll2(b)
	case linkPPP, linkPPPSerial:
		s.hdlc(b)
	case linkPPPD:
		if len(b) > 2 {
			s.ppp(b[2:]) // the address byte of the framing tells the direction
		}
	case linkPPPDir:
		if len(b) > 1 {
			s.hdlc(b[1:]) // 0: received, else sent; PPP follows, framed or not
		}
	case linkCHDLC:
		s.chdlc(b)
	case linkPPPoE:
		s.pppoe(b)
	}
}

// ip chooses by the version.
func (s *scanner) ip(b []byte) {
	if len(b) == 0 {
		s.short("IP")
		return
	}
	switch b[0] >> 4 {
	case 4:
		s.ipv4(b)
	case 6:
		s.ipv6(b)
	default:
		s.problem("raw IP packet of version %d", b[0]>>4)
	}
}

// null reads BSD loopback: an address family in the byte order of the machine
// that captured (LINKTYPE_NULL) or of the network (LINKTYPE_LOOP). IPv6 has
// another number on every BSD, so the version nibble decides.
func (s *scanner) null(b []byte) {
	if len(b) < 5 {
		s.short("loopback")
		return
	}
	f := binary.LittleEndian.Uint32(b)
	if f > 0xffff {
		f = be32(b)
	}
	switch f {
	case 2, 10, 23, 24, 28, 30:
		s.ip(b[4:])
	}
}

// sll reads Linux cooked capture:
//
//	0  packet type, ARPHRD_, address length (2+2+2)
//	6  address (8)
//	14 protocol (2): EtherType, or 1 to 4 for Novell, unknown, LLC
//	16 payload
func (s *scanner) sll(b []byte) {
	if len(b) < 16 {
		s.short("Linux cooked header")
		return
	}
	s.cooked(be16(b[14:]), be16(b[2:]), b[16:])
}

// sll2 reads Linux cooked capture version 2:
//
//	0  protocol (2) reserved (2)
//	4  interface (4)
//	8  ARPHRD_ (2) packet type (1) address length (1)
//	12 address (8)
//	20 payload
func (s *scanner) sll2(b []byte) {
	if len(b) < 20 {
		s.short("Linux cooked header")
		return
	}
	s.cooked(be16(b), be16(b[8:]), b[20:])
}

func (s *scanner) cooked(protocol, hardware uint16, b []byte) {
	const arphrdNetlink, arphrdGRE = 824, 778
	switch {
	case hardware == arphrdNetlink:
	case hardware == arphrdGRE:
		s.etherType(protocol, b, nil) // the protocol is that of the GRE header
	case protocol == 4:
		s.llc(b, nil)
	case protocol > 1500:
		s.etherType(protocol, b, nil)
	}
}

// short tells a frame that ends inside a header, which a small snap length or
// a damaged record makes.
func (s *scanner) short(header string) { s.problem("frame ends inside the %s header", header) }

// deeper guards the recursion of tunnels.
func (s *scanner) deeper() bool {
	s.net.depth++
	if s.net.depth > maxNesting {
		s.problem("more than %d layers in one frame", maxNesting)
		return false
	}
	return true
}

package pcap

import (
	"hash/maphash"
	"math/bits"
	"net/netip"

	"github.com/google/gopacket"
)

// udp reads RFC 768: source port (2), destination port (2), length with this
// header (2), checksum (2), payload.
func (s *scanner) udp(b []byte) {
	if len(b) < 8 {
		if len(b) < 4 || s.in.look.has(be16(b)) || s.in.look.has(be16(b[2:])) {
			s.short("UDP")
		}
		return
	}
	sp, dp := be16(b), be16(b[2:])
	if look := &s.in.look; !look.has(sp) && !look.has(dp) {
		return // of a fragmented or IPv6 packet
	}
	src, dst := netip.AddrPortFrom(s.srcAddr(), sp), netip.AddrPortFrom(s.dstAddr(), dp)
	wanted := s.in.wantsUDP(src, dst)
	if !wanted && !isTunnelPort(dp) {
		return
	}
	u := &s.dec.udp
	if u.DecodeFromBytes(b, gopacket.NilDecodeFeedback) != nil {
		u.Length, u.Payload = 0, b[8:] // a length below 8 is no reason to lose what is there
	}
	missing := s.net.missing
	if u.Length > 0 { // 0: a jumbogram, or more than 64 KiB before the card splits it
		missing = max(min(len(b)+missing, int(u.Length))-len(b), 0)
	}
	if !wanted {
		s.net.missing = missing
		s.overUDP(dp, u.Payload)
		return
	}
	m := s.mark()
	if s.in.udp.has(dp) {
		s.services.count(s, serviceKey{dst.Addr(), protoUDP, dp}, true, m)
	}
	if s.in.udp.has(sp) {
		s.services.count(s, serviceKey{src.Addr(), protoUDP, sp}, false, m)
	}
	if s.copied(b[:6], u.Payload) {
		return
	}
	s.datagram = Datagram{Mark: m, Src: src, Dst: dst, Payload: u.Payload, Cut: missing > 0, Wire: len(u.Payload) + missing}
	s.sink.Datagram(&s.datagram)
}

// recent remembers the wanted packets of the last milliseconds by their hash,
// to find the copies that a span port or a capture on several interfaces adds.
// It is a ring, so that what it forgets does not depend on the hash. Packets
// with the same last bits of their hash are chained, the latest first.
type recent struct {
	seed  maphash.Seed
	heads []uint16 // place in the ring + 1 of the first of a chain, 0 without one
	ring  []recentPacket
	pos   int
}

type recentPacket struct {
	hash uint64
	ns   int64
	next uint16 // as in heads
}

// recentHeads is the number of chains, twice that of packets.
const recentHeads = 2 * copySlots

// find gives the latest packet of a hash, nil when there is none.
func (r *recent) find(hash uint64) *recentPacket {
	for i := r.heads[hash%recentHeads]; i != 0; i = r.ring[i-1].next {
		if p := &r.ring[i-1]; p.hash == hash {
			return p
		}
	}
	return nil
}

func (r *recent) put(hash uint64, ns int64) {
	place := uint16(r.pos + 1)
	if len(r.ring) < copySlots {
		r.ring = append(r.ring, recentPacket{})
	} else {
		old := &r.ring[r.pos]
		link := &r.heads[old.hash%recentHeads]
		for *link != place {
			link = &r.ring[*link-1].next
		}
		*link = old.next
	}
	head := &r.heads[hash%recentHeads]
	r.ring[r.pos] = recentPacket{hash, ns, *head}
	*head = place
	r.pos = (r.pos + 1) % copySlots
}

// copied reports whether the current packet was seen within copyTime: the same
// addresses, IP identification, and bytes above IP but for the checksum (the
// parts given). MAC addresses, tags and TTL differ between two span ports.
// Without times only an identification other than 0 is believed.
func (s *scanner) copied(parts ...[]byte) bool {
	r := &s.seen
	if r.heads == nil {
		r.seed = maphash.MakeSeed()
		r.heads = make([]uint16, recentHeads)
	}
	if !s.rec.timed && s.net.id == 0 {
		return false
	}
	var head [10]byte
	p := &s.net
	for i := range 4 {
		head[i] = byte(p.src >> (8 * i))
		head[4+i] = byte(p.dst >> (8 * i))
	}
	head[8], head[9] = byte(p.id), byte(p.id>>8)
	sum := maphash.Bytes(r.seed, head[:])
	for _, part := range parts {
		sum = bits.RotateLeft64(sum, 29)*0x9e3779b97f4a7c15 ^ maphash.Bytes(r.seed, part)
	}
	if p := r.find(sum); p != nil {
		if d := s.rec.ns - p.ns; d <= copyTime && d >= -copyTime {
			s.copies++
			return true
		}
	}
	r.put(sum, s.rec.ns)
	return false
}

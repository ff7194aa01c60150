package pcap

import (
	"hash/maphash"
	"math/bits"
	"slices"
)

// streams numbers all TCP conversations of the file as Wireshark's tcp.stream
// does: by addresses and ports, whatever the direction, from 0 in order of the
// first packet. The same addresses and ports begin a new one with a SYN whose
// sequence number is not the one that began the old (Wireshark 4.0,
// packet-tcp.c, dissect_tcp).
//
// It is a hash table with open addressing, 32 bytes a conversation, for it
// holds every conversation of the file and is asked about every TCP packet. The
// hash is keyed by chance, so that no file can be made that is slow to read.
type streams struct {
	slots  []conv
	used   int
	count  uint32 // numbers given
	key    [2]uint64
	thrown bool
	last   uint32 // the number given last
	asked  int    // packets numbered
}

type conv struct {
	a, b   uint32 // addresses: of the lower end, of the higher end
	ports  uint32 // the same two ports
	number uint32
	base   [2]uint32 // first sequence number, from a and from b
	frame  uint32    // of the last packet
	meta   uint32    // flags, and the tracker's index + 1 in the low 24 bits
}

const (
	convUsed   = 1 << 31
	convV6     = 1 << 30
	convClosed = 1 << 29 // FIN or RST seen
	convBaseA  = 1 << 28
	convBaseB  = 1 << 27
	convDone   = 1 << 26 // the wanted connection of this number was ended

	convFlow = 1<<24 - 1
)

func (c *conv) flow() int { return int(c.meta&convFlow) - 1 }

func (c *conv) setFlow(i int) { c.meta = c.meta&^convFlow | uint32(i+1) }

// TCP flags.
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
)

// ends brings the two ends of a packet into an order that is the same for both
// directions. dir is 0 when the packet comes from the lower end.
func ends(src, dst uint32, sp, dp uint16) (a, b, ports uint32, dir int) {
	if src < dst || src == dst && sp <= dp {
		return src, dst, uint32(sp)<<16 | uint32(dp), 0
	}
	return dst, src, uint32(dp)<<16 | uint32(sp), 1
}

func (t *streams) slot(a, b, ports, v6 uint32) int {
	hi, lo := bits.Mul64((uint64(a)<<32|uint64(b))^t.key[0], (uint64(ports)|uint64(v6)<<32)^t.key[1])
	mask := len(t.slots) - 1
	i := int(hi^lo) & mask
	for {
		c := &t.slots[i]
		if c.meta&convUsed == 0 || c.a == a && c.b == b && c.ports == ports && c.meta&convV6 == v6 {
			return i
		}
		i = (i + 1) & mask
	}
}

// look finds the conversation of the addresses in s.net, nil when there is none.
func (t *streams) look(s *scanner, sp, dp uint16) *conv {
	if t.slots == nil {
		return nil
	}
	a, b, ports, _ := ends(s.net.src, s.net.dst, sp, dp)
	c := &t.slots[t.slot(a, b, ports, v6flag(s.net.v6))]
	if c.meta&convUsed == 0 {
		return nil
	}
	return c
}

func v6flag(v6 bool) uint32 {
	if v6 {
		return convV6
	}
	return 0
}

// packet finds or begins the conversation of a TCP packet. The result is valid
// until the next call. dir is the direction as in ends. The numbers of a header
// that is longer than its packet or quoted in an ICMP error (not sane) begin
// nothing, as in Wireshark.
func (t *streams) packet(s *scanner, sp, dp uint16, flags uint8, seq, ack uint32, sane bool) (c *conv, dir int) {
	if t.used*3 >= len(t.slots)*2 {
		t.grow(s)
	}
	p := &s.net
	v6 := v6flag(p.v6)
	a, b, ports, dir := ends(p.src, p.dst, sp, dp)
	c = &t.slots[t.slot(a, b, ports, v6)]
	baseFlag, otherFlag := uint32(convBaseA)>>dir, uint32(convBaseB)<<dir
	switch {
	case c.meta&convUsed == 0:
		*c = conv{a: a, b: b, ports: ports, number: t.count, meta: convUsed | v6}
		t.count++
		t.used++
	case flags&(flagSYN|flagACK) == flagSYN && c.meta&baseFlag != 0 && c.base[dir] != seq:
		c.number = t.count
		c.meta &^= convClosed | convBaseA | convBaseB | convDone
		t.count++
	case flags&(flagSYN|flagACK) == flagSYN|flagACK && c.meta&baseFlag != 0:
		c.base[dir] = seq // a SYN-ACK is believed over what began before it
	}
	if sane && c.meta&baseFlag == 0 {
		c.meta |= baseFlag
		c.base[dir] = seq
		if flags&flagSYN == 0 {
			c.base[dir]--
		}
	}
	if sane && c.meta&otherFlag == 0 && flags&flagACK != 0 {
		c.meta |= otherFlag
		c.base[1-dir] = ack
		if flags&flagSYN != 0 {
			c.base[1-dir]--
		}
	}
	if flags&(flagFIN|flagRST) != 0 {
		c.meta |= convClosed
	}
	c.frame = uint32(s.src.frames)
	t.last = c.number
	t.asked++
	return c, dir
}

// grow makes room: twice the slots up to the bound, then by forgetting.
func (t *streams) grow(s *scanner) {
	if t.slots == nil {
		seed := maphash.MakeSeed()
		t.key = [2]uint64{maphash.Comparable(seed, 1), maphash.Comparable(seed, 2)}
		t.slots = make([]conv, 1024)
		return
	}
	size := len(t.slots) * 2
	keep := func(*conv) bool { return true }
	if size > maxConversations {
		// Forget what was closed or has been silent for the longest; the
		// wanted connections under way are kept.
		size = len(t.slots)
		old := t.median()
		keep = func(c *conv) bool {
			return c.meta&convFlow != 0 || c.meta&convClosed == 0 && c.frame > old
		}
		if !t.thrown {
			t.thrown = true
			s.problem("more than %d TCP conversations at a time: from here on stream numbers can differ from Wireshark's", t.used)
		}
	}
	old := t.slots
	t.slots = make([]conv, size)
	t.used = 0
	for i := range old {
		if c := &old[i]; c.meta&convUsed != 0 && keep(c) {
			t.slots[t.slot(c.a, c.b, c.ports, c.meta&convV6)] = *c
			t.used++
		}
	}
}

// median is a frame number that half of the open conversations were seen after.
func (t *streams) median() uint32 {
	var all []uint32
	for i := range t.slots {
		if c := &t.slots[i]; c.meta&(convUsed|convClosed) == convUsed {
			all = append(all, c.frame)
		}
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

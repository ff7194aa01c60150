package pcap

import (
	"hash/maphash"
	"math/bits"
	"net/netip"
	"sort"
)

// hostTable counts the packets of every host: open addressing on the address or
// its number, as in streams.
type hostTable struct {
	slots []hostCount
	used  int
	key   uint64
	full  bool
}

type hostCount struct {
	addr            uint32
	first, last     uint32 // frames; first 0: the slot is free
	sent, received  uint32
	firstNS, lastNS int64
}

func (t *hostTable) slot(a uint32) *hostCount {
	hi, lo := bits.Mul64(uint64(a)+1, t.key)
	mask := uint64(len(t.slots) - 1)
	for i := (hi ^ lo) & mask; ; i = (i + 1) & mask {
		c := &t.slots[i]
		if c.first == 0 || c.addr == a {
			return c
		}
	}
}

// add adds the packets of a pair to one of its hosts.
func (t *hostTable) add(s *scanner, a uint32, p *pair, sent, received uint32) {
	c := t.get(s, a)
	if c == nil {
		return
	}
	if c.first == 0 || p.first < c.first {
		c.first, c.firstNS = p.first, p.firstNS
	}
	if p.last >= c.last {
		c.last, c.lastNS = p.last, p.lastNS
	}
	c.sent += sent
	c.received += received
}

// get finds a host, nil when there are too many. The slot of a new one is
// still free: the caller sets first.
func (t *hostTable) get(s *scanner, a uint32) *hostCount {
	if t.slots == nil {
		t.key = maphash.Comparable(maphash.MakeSeed(), 1) | 1
		t.slots = make([]hostCount, 256)
	}
	c := t.slot(a)
	if c.first != 0 {
		return c
	}
	if t.used >= maxHosts {
		s.limited = true
		if !t.full {
			t.full = true
			s.problem("more than %d hosts: the coverage of further ones is not kept", maxHosts)
		}
		return nil
	}
	if t.used*2 >= len(t.slots) {
		old := t.slots
		t.slots = make([]hostCount, 2*len(old))
		for i := range old {
			if old[i].first != 0 {
				*t.slot(old[i].addr) = old[i]
			}
		}
		c = t.slot(a)
	}
	t.used++
	c.addr = a
	return c
}

// pairCache stands before a hostTable: it counts the packets from one host to
// another in one slot, and adds them to the two hosts when another pair needs
// the slot. Calls and downloads make long runs of few pairs, so that most
// packets cost one look. Its places are not keyed by chance: a collision costs
// little, and the order in which hosts become known must be the same each time.
type pairCache struct {
	slots []pair
	table *hostTable
}

type pair struct {
	src, dst        uint32
	n               uint32
	first, last     uint32 // frames
	firstNS, lastNS int64
}

func (x *pairCache) count(s *scanner, src, dst uint32) {
	if x.slots == nil {
		x.slots = make([]pair, pairSlots)
	}
	i := ((src ^ dst>>3) * 0x9e3779b1) + dst*0x85ebca6b
	p := &x.slots[(i>>16)%pairSlots]
	if p.src != src || p.dst != dst || p.n == 0 {
		x.flush(s, p)
		*p = pair{src: src, dst: dst, first: uint32(s.src.frames), firstNS: s.rec.ns}
	}
	p.n++
	p.last, p.lastNS = uint32(s.src.frames), s.rec.ns
}

func (x *pairCache) flush(s *scanner, p *pair) {
	if p.n > 0 {
		x.table.add(s, p.src, p, p.n, 0)
		x.table.add(s, p.dst, p, 0, p.n)
	}
}

func (x *pairCache) finish(s *scanner) {
	for i := range x.slots {
		x.flush(s, &x.slots[i])
	}
	x.slots = nil
}

// addresses6 gives numbers to IPv6 addresses, so that the tables need to know
// one size of address.
type addresses6 struct {
	numbers map[[16]byte]uint32
	list    []netip.Addr
	last    [2][16]byte // the addresses asked for last, and their numbers
	lastN   [2]uint32
}

// crowded marks numbers that are hashes, given when there are too many
// addresses to be told apart for certain.
const crowded = 1 << 31

func (x *addresses6) number(s *scanner, b []byte) uint32 {
	a := [16]byte(b)
	for i := range x.last {
		if x.last[i] == a && x.numbers != nil {
			return x.lastN[i]
		}
	}
	n, ok := x.numbers[a]
	if !ok {
		if x.numbers == nil {
			x.numbers = map[[16]byte]uint32{}
		}
		if len(x.list) >= maxAddresses6 {
			s.limited = true
			s.problem("more than %d IPv6 addresses: stream numbers and coverage of further ones can be wrong", maxAddresses6)
			h := uint32(2166136261)
			for _, c := range a {
				h = (h ^ uint32(c)) * 16777619
			}
			return h | crowded
		}
		n = uint32(len(x.list))
		x.numbers[a] = n
		x.list = append(x.list, netip.AddrFrom16(a).Unmap())
	}
	x.last[1], x.lastN[1] = x.last[0], x.lastN[0]
	x.last[0], x.lastN[0] = a, n
	return n
}

type serviceKey struct {
	host     netip.Addr
	protocol uint8
	port     uint16
}

// services counts the wanted packets of every host and port.
type services struct {
	m map[serviceKey]*ServiceCoverage
}

func (v *services) count(s *scanner, k serviceKey, to bool, m Mark) {
	c := v.m[k]
	if c == nil {
		if len(v.m) >= maxServices {
			s.limited = true
			return
		}
		if v.m == nil {
			v.m = map[serviceKey]*ServiceCoverage{}
		}
		c = &ServiceCoverage{Host: k.host, Protocol: "udp", Port: k.port, First: m}
		if k.protocol == protoTCP {
			c.Protocol = "tcp"
		}
		v.m[k] = c
	}
	c.Last = m
	if to {
		c.To++
	} else {
		c.From++
	}
}

func (s *scanner) coverage() Coverage {
	cov := Coverage{Limited: s.limited}
	keys := sortedKeys(s.services.m, func(a, b serviceKey) bool {
		if c := a.host.Compare(b.host); c != 0 {
			return c < 0
		}
		if a.protocol != b.protocol {
			return a.protocol < b.protocol
		}
		return a.port < b.port
	})
	for _, k := range keys {
		cov.Services = append(cov.Services, *s.services.m[k])
	}
	add := func(t *hostTable, addr func(uint32) (netip.Addr, bool)) {
		for i := range t.slots {
			c := &t.slots[i]
			if c.first == 0 {
				continue
			}
			a, ok := addr(c.addr)
			if !ok {
				continue
			}
			h := HostCoverage{Host: a, Sent: int64(c.sent), Received: int64(c.received), Missed: s.missed[a],
				First: Mark{Frame: int(c.first)}, Last: Mark{Frame: int(c.last)}}
			if s.timed {
				h.First.Time, h.Last.Time = instant(c.firstNS), instant(c.lastNS)
			}
			cov.Hosts = append(cov.Hosts, h)
		}
	}
	add(&s.hosts4, func(n uint32) (netip.Addr, bool) { return addr4(n), true })
	add(&s.hosts6, func(n uint32) (netip.Addr, bool) {
		if n&crowded != 0 {
			return netip.Addr{}, false
		}
		return s.addrs6.list[n], true
	})
	sort.Slice(cov.Hosts, func(i, j int) bool {
		a, b := &cov.Hosts[i], &cov.Hosts[j]
		if a.Host != b.Host {
			return a.Host.Less(b.Host)
		}
		return a.First.Frame < b.First.Frame // as IPv4 and as a mapped IPv6 address
	})
	return cov
}

// oneWayConn notes a connection of which one direction is missing although the
// other acknowledges it.
func (s *scanner) oneWayConn(f *flow) {
	c := f.conn
	for _, d := range [...]Dir{ToServer, ToClient} {
		if c.Packets[d] == 0 || c.Packets[d.Other()] != 0 || !f.half[d.Other()].known {
			continue
		}
		from, to := c.Client.Addr(), c.Server.Addr()
		if d == ToClient {
			from, to = to, from
		}
		k := [2]netip.Addr{from, to}
		w := s.oneWay[k]
		if w == nil {
			if len(s.oneWay) >= maxOneWay {
				s.limited = true
				return
			}
			if s.oneWay == nil {
				s.oneWay = map[[2]netip.Addr]*OneWay{}
			}
			w = &OneWay{From: from, To: to, First: c.First}
			s.oneWay[k] = w
		}
		w.Connections++
		if c.First.Frame < w.First.Frame {
			w.First = c.First
		}
	}
}

// missedConn counts what a connection lacks and its receiver has.
func (s *scanner) missedConn(f *flow) {
	c := f.conn
	n := f.half[0].missed + f.half[1].missed
	if n == 0 || c.Packets[ToServer] == 0 || c.Packets[ToClient] == 0 {
		return
	}
	if s.missed == nil {
		s.missed = map[netip.Addr]int64{}
	}
	if _, known := s.missed[c.Client.Addr()]; known || len(s.missed) < maxHosts {
		s.missed[c.Client.Addr()] += n
	}
}

func (s *scanner) oneWayResult() []OneWay {
	var out []OneWay
	for _, k := range sortedKeys(s.oneWay, func(a, b [2]netip.Addr) bool {
		if a[0] != b[0] {
			return a[0].Less(b[0])
		}
		return a[1].Less(b[1])
	}) {
		out = append(out, *s.oneWay[k])
	}
	return out
}

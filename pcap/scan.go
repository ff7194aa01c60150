package pcap

import (
	"io"
	"net/netip"
	"time"
)

// Scan reads a capture of either format, plain or gzip, from its beginning to
// its end or to the first damage, and hands what in asks for to s.
//
// The error is an *Error and means that nothing could be read: the input is no
// capture, is empty, or its reader failed at once. Damage further on is told in
// Summary.Problems, and everything before it counts. The summary is never nil
// when the error is nil.
func Scan(r io.Reader, in *Interest, s Sink) (*Summary, error) {
	sc := newScanner(in, s)
	src, err := openSource(r, true, &sc.probs)
	if err != nil {
		return nil, err
	}
	defer src.close()
	sc.src = src
	for src.next(&sc.rec) {
		sc.frame()
	}
	return sc.finish(), nil
}

// scanner takes frames apart and keeps what outlives one frame.
type scanner struct {
	in       *Interest
	sink     Sink
	announce AnnouncementSink // nil when the sink does not want them

	src *source
	rec record
	net packet // the IP packet being looked at
	dec decoders

	datagram Datagram // handed to the sink

	firstNS, lastNS int64
	timed           bool
	truncated       int
	cutAt           int // the longest of those
	copies          int
	links           linkCounts

	probs    problems
	seen     recent
	frags    fragments
	pairs4   pairCache
	pairs6   pairCache
	hosts4   hostTable
	hosts6   hostTable
	addrs6   addresses6
	streams  streams
	tcp      tracker
	services services
	oneWay   map[[2]netip.Addr]*OneWay
	missed   map[netip.Addr]int64
	limited  bool
}

// packet is the innermost IP packet found so far in a frame.
type packet struct {
	v6       bool
	src, dst uint32 // IPv4 addresses, or numbers of addresses6
	a6       []byte // IPv6: the 32 bytes of source and destination
	ttl      uint8
	id       uint16 // IPv4 identification
	missing  int    // bytes on the wire but not in the frame, after its end
	vlan     int
	depth    int
	quoted   bool // inside an ICMP error: no packet of its own
}

func newScanner(in *Interest, s Sink) *scanner {
	sc := &scanner{in: in, sink: s}
	sc.announce, _ = s.(AnnouncementSink)
	sc.links.init()
	sc.pairs4.table = &sc.hosts4
	sc.pairs6.table = &sc.hosts6
	sc.tcp.init(sc)
	return sc
}

// frame counts one frame and looks into it.
func (s *scanner) frame() {
	r := &s.rec
	if r.timed {
		if !s.timed {
			s.firstNS, s.lastNS, s.timed = r.ns, r.ns, true
		} else if r.ns > s.lastNS {
			s.lastNS = r.ns
		} else if r.ns < s.firstNS {
			s.firstNS = r.ns
		}
	}
	if r.wire > len(r.data) {
		s.truncated++
		s.cutAt = max(s.cutAt, len(r.data))
	}
	s.links.add(r.link)
	if r.link == linkEthernet && s.dull(r.data) {
		return
	}
	s.net.missing = min(r.wire-len(r.data), maxMissing)
	s.net.vlan = -1
	s.net.depth = 0
	s.net.quoted = false
	if r.link == linkEthernet {
		s.ethernet(r.data)
		return
	}
	s.link(r.link, r.data)
}

func (s *scanner) finish() *Summary {
	s.tcp.finish()
	s.frags.finish(s)
	s.pairs4.finish(s)
	s.pairs6.finish(s)
	sum := &Summary{
		Format:    s.src.format,
		Frames:    s.src.frames,
		Links:     s.links.result(s),
		Snaplen:   s.src.snaplen,
		Truncated: s.truncated,
		CutAt:     s.cutAt,
		Copies:    s.copies,
		Streams:   int(s.streams.count),
		Notes:     s.src.notes,
		OneWay:    s.oneWayResult(),
		Coverage:  s.coverage(),
	}
	if s.timed {
		sum.From, sum.To = instant(s.firstNS), instant(s.lastNS)
	}
	sum.Problems = s.probs.result()
	return sum
}

func instant(ns int64) time.Time { return time.Unix(0, ns).UTC() }

func (s *scanner) mark() Mark {
	m := Mark{Frame: s.src.frames}
	if s.rec.timed {
		m.Time = instant(s.rec.ns)
	}
	return m
}

// problem tells something about the current frame.
func (s *scanner) problem(format string, a ...any) {
	s.probs.add("frame", int64(s.src.frames-s.src.before), format, a...)
}

// srcAddr and dstAddr make the addresses of the current IP packet.
func (s *scanner) srcAddr() netip.Addr { return s.net.addr(0) }
func (s *scanner) dstAddr() netip.Addr { return s.net.addr(16) }

func (p *packet) addr(at int) netip.Addr {
	if p.v6 {
		return netip.AddrFrom16([16]byte(p.a6[at : at+16])).Unmap()
	}
	v := p.src
	if at != 0 {
		v = p.dst
	}
	return addr4(v)
}

func addr4(v uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

package pcap

import (
	"fmt"
	"net/netip"
)

// fragments puts datagrams together again that IP has cut (RFC 815, RFC 8200
// section 4.5). Fragments may come in any order and more than once; of bytes
// that come twice the first are kept. Datagrams are forgotten, oldest first,
// when their time or the memory is up.
type fragments struct {
	m         map[fragKey]*fragmented
	queue     []*fragmented // by age; done ones among them
	bytes     int
	stale     int // never completed
	forgotten int // forgotten for want of memory
}

type fragKey struct {
	src, dst netip.Addr
	id       uint32
	protocol uint8 // IPv4 only: it is part of the identity there
}

type fragmented struct {
	key      fragKey
	started  int64
	frame    int
	parts    []part // in order of offset, without overlaps
	have     int    // bytes of parts, as on the wire
	total    int    // length when the last fragment is known, else -1
	held     int    // bytes kept
	protocol uint8  // IPv6: of the first fragment
	done     bool   // complete, unwanted or given up: copies of fragments are ignored
	doneAt   int64
}

// part is a run of payload; data is shorter than length when the snap length
// cut it.
type part struct {
	off, length int
	data        []byte
}

// fragment4 reads the fragment of an IPv4 datagram. flags is the word at
// offset 6: 2000 more fragments, 1fff offset in 8 bytes.
func (s *scanner) fragment4(flags uint16, protocol uint8, b []byte) {
	k := fragKey{src: s.srcAddr(), dst: s.dstAddr(), id: uint32(s.net.id), protocol: protocol}
	s.fragment(k, protocol, int(flags&0x1fff)*8, flags&0x2000 != 0, b)
}

// fragment6 reads the IPv6 fragment header: next header (1), reserved (1),
// offset in 8 bytes, reserved, more (13+2+1 bits), identification (4).
func (s *scanner) fragment6(b []byte) {
	if len(b) < 8 {
		s.short("IPv6 fragment")
		return
	}
	f := be16(b[2:])
	if f&0xfff9 == 0 {
		s.transport(b[0], b[8:]) // atomic (RFC 6946)
		return
	}
	k := fragKey{src: s.srcAddr(), dst: s.dstAddr(), id: be32(b[4:])}
	s.fragment(k, b[0], int(f&^7), f&1 != 0, b[8:])
}

func (s *scanner) fragment(k fragKey, protocol uint8, off int, more bool, b []byte) {
	v := &s.frags
	v.expire(s)
	d := v.m[k]
	if d != nil && d.done && s.rec.timed && s.rec.ns-d.doneAt > fragmentReuse {
		d = nil // the identification comes round again
	}
	if d == nil {
		if v.m == nil {
			v.m = map[fragKey]*fragmented{}
		}
		d = &fragmented{key: k, started: s.rec.ns, frame: s.src.frames, total: -1, protocol: protocol}
		v.m[k] = d
		v.queue = append(v.queue, d)
	}
	if d.done {
		return
	}
	length := len(b) + s.net.missing
	if off == 0 {
		d.protocol = protocol
		if protocol == protoUDP && len(b) >= 4 && !s.in.look.has(be16(b)) && !s.in.look.has(be16(b[2:])) {
			v.drop(d, s.rec.ns) // nobody asks for it
			return
		}
	}
	if !more {
		if d.total >= 0 && d.total != off+length {
			s.problem("last fragments of one datagram disagree about its length")
		} else {
			d.total = off + length
		}
	}
	if !v.add(s, d, part{off, length, b}) {
		v.drop(d, s.rec.ns)
		return
	}
	for v.bytes > maxFragmentBytes {
		v.evict()
	}
	if d.done || d.total < 0 || d.have < d.total {
		return
	}
	whole, wire := d.join()
	v.drop(d, s.rec.ns)
	s.net.missing = wire - len(whole)
	s.transport(d.protocol, whole)
}

// add puts a part in its place; false when the datagram makes no sense.
func (v *fragments) add(s *scanner, d *fragmented, p part) bool {
	if p.off+p.length > 1<<16 || len(d.parts) >= maxFragments {
		s.problem("fragments beyond 64 KiB or too many of them: the datagram is given up")
		return false
	}
	for i := 0; p.length > 0; i++ {
		for i < len(d.parts) && d.parts[i].off+d.parts[i].length <= p.off {
			i++
		}
		if i == len(d.parts) || d.parts[i].off >= p.off+p.length {
			v.insert(d, i, p)
			return true
		}
		q := d.parts[i]
		if q.off != p.off || q.length != p.length {
			s.problem("fragments of one datagram overlap: of bytes that came twice the first count")
		}
		if n := q.off - p.off; n > 0 {
			v.insert(d, i, part{p.off, n, p.data[:min(n, len(p.data))]})
			i++
		}
		n := min(q.off+q.length-p.off, p.length)
		p.off += n
		p.length -= n
		p.data = p.data[min(n, len(p.data)):]
	}
	return true
}

func (v *fragments) insert(d *fragmented, i int, p part) {
	p.data = append([]byte(nil), p.data...)
	d.parts = append(d.parts, part{})
	copy(d.parts[i+1:], d.parts[i:])
	d.parts[i] = p
	d.have += p.length
	d.held += len(p.data)
	v.bytes += len(p.data)
}

// join returns the bytes up to the first that the snap length cut, and the
// length on the wire.
func (d *fragmented) join() (b []byte, wire int) {
	b = make([]byte, 0, d.held)
	for _, p := range d.parts {
		b = append(b, p.data...)
		if len(p.data) < p.length {
			break
		}
	}
	return b[:min(len(b), d.total)], d.total
}

// drop frees the memory and leaves a stub that swallows later fragments.
func (v *fragments) drop(d *fragmented, now int64) {
	d.done, d.doneAt = true, now
	d.parts = nil
	v.bytes -= d.held
	d.held = 0
}

// expire forgets what is too old or too much.
func (v *fragments) expire(s *scanner) {
	for len(v.queue) > 0 {
		d := v.queue[0]
		old := s.rec.timed && s.rec.ns-d.started > fragmentTime
		if !old && len(v.queue) < maxFragmented {
			return
		}
		if !d.done && old {
			v.stale++
		}
		v.evictAs(old)
	}
}

func (v *fragments) evict() { v.evictAs(false) }

func (v *fragments) evictAs(old bool) {
	d := v.queue[0]
	v.queue[0] = nil
	v.queue = v.queue[1:]
	if !d.done && !old {
		v.forgotten++
	}
	v.drop(d, 0)
	if v.m[d.key] == d {
		delete(v.m, d.key)
	}
}

func (v *fragments) finish(s *scanner) {
	for _, d := range v.queue {
		if !d.done {
			v.stale++
		}
	}
	if v.stale > 0 {
		s.probs.file(fmt.Sprintf("%d fragmented datagrams were never completed", v.stale))
	}
	if v.forgotten > 0 {
		s.probs.file(fmt.Sprintf("%d fragmented datagrams were forgotten to keep memory bounded", v.forgotten))
	}
}

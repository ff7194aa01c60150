package pcap

import (
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// segment is a TCP segment of a wanted connection.
//
//	0  source port (2) destination port (2)
//	4  sequence number (4)
//	8  acknowledgement number (4)
//	12 header length in words (4 bits) reserved, flags (12 bits)
//	14 window (2) checksum (2) urgent pointer (2)
//	20 options, payload                              (RFC 9293 section 3.1)
type segment struct {
	*layers.TCP
	cut int // payload bytes on the wire after Payload
}

const tcpHeadLen = 20 // without options

// tcpHeader numbers every TCP packet and goes on with the wanted ones.
func (s *scanner) tcpHeader(b []byte) {
	if len(b) < 16 { // Wireshark numbers a header that is cut behind the window
		s.short("TCP")
		return
	}
	sp, dp := be16(b), be16(b[2:])
	off := int(b[12]>>4) * 4
	wire := len(b) + s.net.missing - off
	c, dir := s.streams.packet(s, sp, dp, b[13], be32(b[4:]), be32(b[8:]), wire >= 0)
	if !s.in.tcp.has(sp) && !s.in.tcp.has(dp) {
		return
	}
	switch {
	case off < tcpHeadLen:
		s.problem("TCP header length of %d bytes", off)
		return
	case wire < 0:
		s.problem("TCP header of %d bytes is longer than the packet", off)
		return
	}
	head := b
	if len(b) < tcpHeadLen {
		s.dec.tcpHead = [tcpHeadLen]byte{}
		copy(s.dec.tcpHead[:], b)
		head = s.dec.tcpHead[:]
	}
	g := segment{TCP: &s.dec.tcp}
	// gopacket refuses two kinds of header that got here: with options that
	// the snap length cut (no payload then), or that are nonsense. It does so
	// when the fields and the payload are set, and nothing here needs options.
	_ = g.DecodeFromBytes(head, gopacket.NilDecodeFeedback)
	g.cut = wire - len(g.Payload)
	s.tcp.segment(c, dir, sp, dp, &g, b)
}

// flow is what the tracker holds of a connection between two packets.
type flow struct {
	conn   *Conn
	conv   convKey
	number uint32 // of conv when it was last seen: a copy of a SYN can renew it
	client int    // direction as in ends: 0 when the client is the lower end
	half   [2]half
	closed int64 // capture time of the close
	ended  bool

	older, newer *flow // by the last packet, for eviction
}

// convKey finds the conv again, whose place moves when the table grows.
type convKey struct{ a, b, ports, v6 uint32 }

// tracker follows the wanted connections.
type tracker struct {
	s       *scanner
	flows   []*flow // by the index in conv; nil is free
	free    []int
	open    int
	pending int // bytes held behind gaps, of all connections

	oldest, newest *flow
	closing        []*flow // closed ones, waiting for late segments
}

func (t *tracker) init(s *scanner) { t.s = s }

func (t *tracker) segment(c *conv, dir int, sp, dp uint16, g *segment, raw []byte) {
	s := t.s
	m := s.mark()
	t.cover(sp, dp, m)
	key := convKey{c.a, c.b, c.ports, c.meta & convV6}
	number := c.number
	var f *flow
	if i := c.flow(); i >= 0 {
		f = t.flows[i]
	}
	if s.copied(raw[:16], raw[min(18, len(raw)):]) {
		if f != nil {
			f.number = number
		}
		return
	}
	if f != nil && f.number != number {
		why := EndReuse
		if f.conn.Fin[0] != nil && f.conn.Fin[1] != nil {
			why = EndFin
		} else if f.conn.Reset != nil {
			why = EndReset
		}
		t.end(f, why)
		f = nil
	}
	t.expire()
	if f != nil && f.ended {
		f = nil
	}
	if f == nil {
		// end and expire have touched conv entries, but moved none.
		if c.meta&convDone != 0 {
			return // late packets of a connection that was ended
		}
		f = t.begin(c, key, dir, sp, dp, g, m)
	}
	t.touch(f)
	t.take(f, Dir((dir^f.client)&1), g, m)
}

// begin opens a connection. Its direction comes from the SYN or SYN-ACK, else
// from the ports asked for.
func (t *tracker) begin(c *conv, key convKey, dir int, sp, dp uint16, g *segment, m Mark) *flow {
	s := t.s
	for t.open >= maxOpen {
		s.problem("more than %d connections open at a time: the longest silent are given up", maxOpen)
		t.end(t.oldest, EndLimit)
	}
	fromClient := true
	switch {
	case g.SYN:
		fromClient = !g.ACK
	case s.in.tcp.has(sp) && s.in.tcp.has(dp):
		fromClient = sp > dp // both asked for: the lower is the service
	default:
		fromClient = s.in.tcp.has(dp)
	}
	src, dst := netip.AddrPortFrom(s.srcAddr(), sp), netip.AddrPortFrom(s.dstAddr(), dp)
	conn := &Conn{Stream: int(c.number), Client: src, Server: dst, First: m, Last: m, MidStream: !g.SYN}
	f := &flow{conn: conn, conv: key, number: c.number, client: dir}
	if !fromClient {
		conn.Client, conn.Server = dst, src
		f.client = 1 - dir
	}
	i := len(t.flows)
	if n := len(t.free); n > 0 {
		i, t.free = t.free[n-1], t.free[:n-1]
		t.flows[i] = f
	} else {
		t.flows = append(t.flows, f)
	}
	c.setFlow(i)
	t.open++
	t.link(f)
	s.sink.Open(conn)
	return f
}

// take accounts for a segment and delivers what it completes.
func (t *tracker) take(f *flow, d Dir, g *segment, m Mark) {
	c := f.conn
	c.Last = m
	c.Packets[d]++
	h, o := &f.half[d], &f.half[d.Other()]
	seq := g.Seq
	if g.SYN {
		if !g.ACK && d == ToServer {
			if len(c.Syns) < maxSyns {
				c.Syns = append(c.Syns, m)
			} else {
				t.s.problem("a connection with more than %d SYNs", maxSyns)
			}
		}
		if g.ACK && d == ToClient {
			if c.SynAck == nil {
				c.SynAck = &m
			}
			c.Established = true
		}
		seq++
		if c.Bytes[d] == 0 && len(h.pend) == 0 {
			h.soft = true // a second SYN-ACK can have another number
		}
		h.start(seq)
	}
	if g.RST {
		if c.Reset == nil {
			c.Reset = &Reset{Mark: m, From: d, TTL: t.s.net.ttl}
			t.close(f)
		}
		return // a payload of RST is text for people (RFC 9293 section 3.5.2)
	}
	if n := len(g.Payload) + g.cut; n > 0 {
		if d == ToClient {
			c.Established = true
		}
		t.data(f, d, seq, g.Payload, g.cut, m)
	} else if !h.known {
		h.start(seq)
		h.soft = c.MidStream // a keep-alive is one byte behind
	} else if h.soft && !g.SYN {
		h.firm(seq, c.MidStream)
	}
	if g.FIN && c.Fin[d] == nil {
		c.Fin[d] = &m
		h.fin = seq + uint32(len(g.Payload)+g.cut)
		if c.Fin[d.Other()] != nil {
			t.close(f)
		}
	}
	if g.ACK {
		o.acknowledge(g.Ack)
	}
	t.gaps(f)
}

// unreachable notes an ICMP error about a conversation. Of several the first
// is kept, but "fragmentation needed" gives way to a real refusal.
func (t *tracker) unreachable(c *conv, u *Unreachable) {
	i := c.flow()
	if i < 0 {
		return
	}
	conn := t.flows[i].conn
	if conn.Unreachable == nil || tooBig(conn.Unreachable) && !tooBig(u) {
		conn.Unreachable = u
	}
}

func tooBig(u *Unreachable) bool {
	if u.From.Is4() {
		return u.Type == layers.ICMPv4TypeDestinationUnreachable && u.Code == layers.ICMPv4CodeFragmentationNeeded
	}
	return u.Type == layers.ICMPv6TypePacketTooBig
}

// close puts a connection among those that wait for late segments.
func (t *tracker) close(f *flow) {
	if f.closed != 0 {
		return
	}
	f.closed = max(t.s.rec.ns, 1)
	t.closing = append(t.closing, f)
}

// expire ends the connections that have waited long enough.
func (t *tracker) expire() {
	n := 0
	for n < len(t.closing) {
		f := t.closing[n]
		if !f.ended {
			if len(t.closing)-n <= maxClosing && (!t.s.rec.timed || t.s.rec.ns-f.closed < closingTime) {
				break
			}
			t.end(f, f.why())
		}
		n++
	}
	if n > 0 {
		t.closing = append(t.closing[:0], t.closing[n:]...)
	}
}

// why is the reason of the end of a closed connection.
func (f *flow) why() EndReason {
	switch {
	case f.conn.Fin[0] != nil && f.conn.Fin[1] != nil:
		return EndFin
	case f.conn.Reset != nil:
		return EndReset
	}
	return EndCapture
}

// end hands out what is held, tells the sink and forgets the connection.
func (t *tracker) end(f *flow, why EndReason) {
	f.ended = true
	t.flush(f)
	t.s.oneWayConn(f)
	t.s.missedConn(f)
	t.unlink(f)
	t.open--
	st := &t.s.streams
	c := &st.slots[st.slot(f.conv.a, f.conv.b, f.conv.ports, f.conv.v6)]
	if i := c.flow(); c.meta&convUsed != 0 && i >= 0 && t.flows[i] == f {
		if c.number == f.number {
			c.meta |= convDone
		}
		c.setFlow(-1)
		t.flows[i] = nil
		t.free = append(t.free, i)
	}
	t.s.sink.End(f.conn, why)
}

// finish ends everything at the end of the capture, in order of the streams.
func (t *tracker) finish() {
	all := make([]*flow, 0, t.open)
	for _, f := range t.flows {
		if f != nil {
			all = append(all, f)
		}
	}
	sortFlows(all)
	for _, f := range all {
		t.end(f, f.why())
	}
}

// link, unlink and touch keep the flows in order of their last packet.
func (t *tracker) link(f *flow) {
	f.older, f.newer = t.newest, nil
	if t.newest != nil {
		t.newest.newer = f
	} else {
		t.oldest = f
	}
	t.newest = f
}

func (t *tracker) unlink(f *flow) {
	if f.older != nil {
		f.older.newer = f.newer
	} else {
		t.oldest = f.newer
	}
	if f.newer != nil {
		f.newer.older = f.older
	} else {
		t.newest = f.older
	}
	f.older, f.newer = nil, nil
}

func (t *tracker) touch(f *flow) {
	if t.newest != f {
		t.unlink(f)
		t.link(f)
	}
}

// cover counts the packet for the services on its ports.
func (t *tracker) cover(sp, dp uint16, m Mark) {
	s := t.s
	if s.in.tcp.has(dp) {
		s.services.count(s, serviceKey{s.dstAddr(), protoTCP, dp}, true, m)
	}
	if s.in.tcp.has(sp) {
		s.services.count(s, serviceKey{s.srcAddr(), protoTCP, sp}, false, m)
	}
}

package pcap

import "sort"

// half is one direction of a connection under reassembly. Sequence numbers wrap
// at 2^32; all comparisons are by signed difference.
type half struct {
	next  uint32 // sequence number of the next byte to hand out
	known bool   // next means something
	soft  bool   // next was told by acknowledgements or empty segments only

	acked    uint32 // highest acknowledgement of the other side
	isAck    bool
	fin      uint32 // sequence number of the FIN, when Conn.Fin has it
	lost     int64  // bytes missing before the next chunk
	missed   int64  // bytes of given-up gaps that the other side acknowledged
	pend     []piece
	bytes    int // held in pend
	patience int // packets since a gap was acknowledged, 0 when none was
	since    int64
}

// piece is a segment that waits for those before it.
type piece struct {
	seq  uint32
	data []byte
	cut  int
	mark Mark
}

func (p *piece) end() uint32 { return p.seq + uint32(len(p.data)+p.cut) }

// farAhead is the largest window (RFC 7323): a number that is further ahead is
// damage.
const farAhead = 1 << 30

func before(a, b uint32) bool { return int32(a-b) < 0 }

// start sets the first sequence number of a direction unless data has made it
// certain.
func (h *half) start(seq uint32) {
	if !h.known || h.soft {
		h.next, h.known, h.soft = seq, true, false
	}
}

// firm replaces what the other side's acknowledgements told by the direction's
// own numbers, once it is seen. In a connection whose beginning was captured
// the acknowledgements were right, and a difference is a loss.
func (h *half) firm(seq uint32, midStream bool) {
	h.soft = false
	if midStream || before(seq, h.next) {
		h.next = seq
	}
}

// acknowledge notes what the other side has received of this direction.
func (h *half) acknowledge(ack uint32) {
	if !h.known {
		h.next, h.known, h.soft = ack, true, true
	}
	if ack-h.next < farAhead && (!h.isAck || before(h.acked, ack)) {
		h.acked, h.isAck = ack, true
	}
}

// data takes the payload of a segment.
func (t *tracker) data(f *flow, d Dir, seq uint32, b []byte, cut int, m Mark) {
	h := &f.half[d]
	c := f.conn
	switch {
	case !h.known:
		h.start(seq)
	case h.soft:
		h.firm(seq, c.MidStream)
	}
	end := seq + uint32(len(b)+cut)
	if !before(h.next, end) {
		if len(b)+cut > 1 || end != h.next {
			c.Retransmits[d]++ // else a keep-alive: one byte, seen before
		}
		return
	}
	if before(seq, h.next) {
		c.Retransmits[d]++
		old := int(h.next - seq)
		k := min(old, len(b))
		b = b[k:]
		cut -= old - k
		seq = h.next
	}
	if seq == h.next {
		t.deliver(f, d, b, cut, m)
		t.drain(f, d)
		return
	}
	t.hold(f, d, piece{seq, b, cut, m})
}

// deliver hands out bytes at h.next.
func (t *tracker) deliver(f *flow, d Dir, b []byte, cut int, m Mark) {
	h := &f.half[d]
	c := f.conn
	h.next += uint32(len(b) + cut)
	c.Bytes[d] += int64(len(b))
	if len(b) > 0 {
		lost := h.lost
		h.lost = 0
		t.s.sink.Data(c, Chunk{Mark: m, Dir: d, Data: b, Lost: lost})
	}
	if cut > 0 {
		h.lost += int64(cut)
		c.Lost[d] += int64(cut)
	}
}

// hold keeps a segment that came before its turn. Bytes that are already held
// stay as they are: the first captured wins.
func (t *tracker) hold(f *flow, d Dir, p piece) {
	h := &f.half[d]
	fresh := false
	for i := 0; len(p.data)+p.cut > 0; i++ {
		for i < len(h.pend) && !before(p.seq, h.pend[i].end()) {
			i++ // lies wholly before p
		}
		if i == len(h.pend) || !before(h.pend[i].seq, p.end()) {
			h.insert(t, i, p)
			fresh = true
			break
		}
		qseq, qend := h.pend[i].seq, h.pend[i].end()
		if before(p.seq, qseq) {
			head := p
			head.truncate(int(qseq - p.seq))
			h.insert(t, i, head)
			fresh = true
			i++ // where the piece is now
		}
		p.drop(int(qend - p.seq))
	}
	if !fresh {
		f.conn.Retransmits[d]++
	}
	for h.bytes > maxPending || len(h.pend) > maxPieces || t.pending > maxPendingAll && h.bytes > 0 {
		t.s.problem("TCP data behind a gap exceeds the room for it: the gap is given up")
		t.skip(f, d)
	}
}

// drop takes n bytes off the front.
func (p *piece) drop(n int) {
	n = min(n, len(p.data)+p.cut)
	p.seq += uint32(n)
	k := min(n, len(p.data))
	p.data = p.data[k:]
	p.cut -= n - k
}

// truncate keeps the first n bytes, n no more than there are.
func (p *piece) truncate(n int) {
	k := min(n, len(p.data))
	p.data, p.cut = p.data[:k], n-k
}

func (h *half) insert(t *tracker, i int, p piece) {
	p.data = append([]byte(nil), p.data...)
	h.pend = append(h.pend, piece{})
	copy(h.pend[i+1:], h.pend[i:])
	h.pend[i] = p
	h.bytes += len(p.data)
	t.pending += len(p.data)
}

// drain hands out held segments whose turn has come.
func (t *tracker) drain(f *flow, d Dir) {
	h := &f.half[d]
	n := 0
	for n < len(h.pend) && !before(h.next, h.pend[n].seq) {
		p := h.pend[n]
		n++
		h.bytes -= len(p.data)
		t.pending -= len(p.data)
		if old := int(h.next - p.seq); old > 0 {
			if old >= len(p.data)+p.cut {
				continue
			}
			p.drop(old)
		}
		t.deliver(f, d, p.data, p.cut, p.mark)
	}
	if n > 0 {
		h.patience = 0
		h.pend = append(h.pend[:0], h.pend[n:]...)
		if len(h.pend) == 0 {
			h.pend = nil
		}
	}
}

// skip gives up the gap before the first held segment.
func (t *tracker) skip(f *flow, d Dir) {
	h := &f.half[d]
	gap := int64(h.pend[0].seq - h.next)
	h.lost += gap
	f.conn.Lost[d] += gap
	if h.isAck && !before(h.acked, h.pend[0].seq) {
		h.missed += gap
	}
	h.next = h.pend[0].seq
	t.drain(f, d)
}

// gaps gives up the gaps that the receiver has acknowledged: it has the bytes,
// the capture does not. A few packets of patience let one come that was
// captured out of order.
func (t *tracker) gaps(f *flow) {
	for d := range f.half {
		h := &f.half[d]
		if len(h.pend) == 0 || !h.isAck || before(h.acked, h.pend[0].seq) {
			h.patience = 0
			continue
		}
		if h.patience == 0 {
			h.since = t.s.rec.ns
		}
		h.patience++
		if h.patience > gapPackets || t.s.rec.timed && t.s.rec.ns-h.since > gapTime {
			t.skip(f, Dir(d))
		}
	}
}

// flush hands out everything that is held, and tells the bytes that are
// missing at the end: before a FIN, or acknowledged and never seen.
func (t *tracker) flush(f *flow) {
	c := f.conn
	for d := range f.half {
		h := &f.half[d]
		for len(h.pend) > 0 {
			t.skip(f, Dir(d))
		}
		if !h.known {
			continue
		}
		tail := int64(0)
		if c.Fin[d] != nil {
			tail = int64(int32(h.fin - h.next))
		} else if h.isAck {
			// One more than was seen is as well a FIN that was not captured.
			if tail = int64(int32(h.acked - h.next)); tail == 1 {
				tail = 0
			}
		}
		if tail > 0 && tail < farAhead {
			h.lost += tail
			c.Lost[d] += tail
			if h.isAck && !before(h.acked, h.next+uint32(tail)) {
				h.missed += tail
			}
			h.next += uint32(tail)
		}
		if h.lost > 0 {
			t.s.sink.Data(c, Chunk{Mark: c.Last, Dir: Dir(d), Lost: h.lost})
			h.lost = 0
		}
	}
}

func sortFlows(all []*flow) {
	sort.Slice(all, func(i, j int) bool { return all[i].conn.Stream < all[j].conn.Stream })
}

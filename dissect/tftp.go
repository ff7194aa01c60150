package dissect

import (
	"container/list"
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"trustline/pcap"
)

// tftp follows transfers by RFC 1350 with the options of RFC 2347, 2348
// (blksize), 2349 (timeout, tsize) and 7440 (windowsize).
type tftp struct {
	in      *pcap.Interest
	deliver func(*Transfer)
	ports   map[uint16]bool
	pool    *pool

	clients map[netip.AddrPort][]*tftpFlow // by the client's endpoint, oldest first
	open    *list.List                     // of *tftpFlow, least recently active first
	done    *list.List                     // the same, finished and lingering
	now     time.Time                      // latest time seen
	stray   int                            // packets on a request port that belong to no request
	evicted int
}

// tftpFlow is one transfer being followed.
type tftpFlow struct {
	t      *Transfer
	ended  bool // nothing but repetitions is expected
	elem   *list.Element
	active time.Time

	store   store
	ahead   map[int64][]byte // blocks after a missing one
	seen    runs
	next    int64 // block that store waits for
	high    int64 // highest block seen
	last    int64 // the short block that ends the transfer, 0 before it was seen
	acked   int64 // highest block acknowledged
	acks    bool  // the receiver's packets are in the capture
	unacked int   // repetitions of the last block without its acknowledgement

	asked    int // blksize requested, 0 none
	blksize  int // in force, 0 before it is known
	oack     bool
	spoke    bool  // the client went on after its request
	wrapsTo1 int64 // blocks skipped because the server wraps from 65535 to 1
	cut      bool  // a block was cut by the snap length
}

func newTFTP(in *pcap.Interest, o *Options, p *pool, deliver func(*Transfer)) *tftp {
	t := &tftp{in: in, deliver: deliver, ports: map[uint16]bool{}, clients: map[netip.AddrPort][]*tftpFlow{},
		open: list.New(), done: list.New(), pool: p}
	for _, p := range o.TFTPPorts {
		t.ports[p] = true
	}
	return t
}

// datagram takes one datagram and reports whether it belongs to TFTP.
func (x *tftp) datagram(d *pcap.Datagram) bool {
	x.expire(d.Time)
	b := d.Payload
	asked := x.ports[d.Dst.Port()]
	if len(b) < 2 {
		return asked
	}
	op := binary.BigEndian.Uint16(b)
	if asked && (op == opRRQ || op == opWRQ) {
		x.request(d, op, parseTFTPRequest(op, b[2:]))
		return true
	}
	f, fromClient := x.find(d.Src, d.Dst)
	if f == nil {
		if asked || x.ports[d.Src.Port()] {
			x.stray++
			return true
		}
		return false
	}
	x.packet(f, d, op, b[2:], fromClient)
	return true
}

// find returns the transfer that a datagram belongs to. The newest of a client
// endpoint counts; among several servers the one with the other endpoint, then
// the one with its address, then one that nobody has answered yet: a server
// with several addresses may answer from another one.
func (x *tftp) find(src, dst netip.AddrPort) (f *tftpFlow, fromClient bool) {
	if f = best(x.clients[src], dst); f != nil {
		return f, true
	}
	return best(x.clients[dst], src), false
}

func best(flows []*tftpFlow, other netip.AddrPort) *tftpFlow {
	var found *tftpFlow
	score := 0
	for i := len(flows) - 1; i >= 0; i-- {
		f, s := flows[i], 0
		switch {
		case f.t.Peer == other || f.t.Server == other && !f.t.Peer.IsValid():
			s = 4
		case f.t.Server.Addr() == other.Addr() || f.t.Peer.IsValid() && f.t.Peer.Addr() == other.Addr():
			s = 3
		case !f.t.Peer.IsValid():
			s = 1
		}
		if s > 1 && !f.ended {
			s *= 2
		}
		if s > score {
			found, score = f, s
		}
	}
	return found
}

// request opens a transfer, or counts the repetition of a request that was
// not answered.
func (x *tftp) request(d *pcap.Datagram, op uint16, r tftpRequest) {
	name := map[bool]string{false: "read", true: "write"}[r.write]
	flows := x.clients[d.Src]
	for i := len(flows) - 1; i >= 0; i-- {
		f := flows[i]
		if f.t.Server != d.Dst || f.ended {
			continue
		}
		if f.t.File == r.file && f.t.Op == name && !f.spoke {
			f.t.Retransmit++
			if len(f.t.Requests) < 16 {
				f.t.Requests = append(f.t.Requests, d.Mark)
			}
			x.touch(f, d.Mark)
			return
		}
		x.end(f) // the client uses its port for something new
		break
	}
	// What lingers on the same endpoints is over for good.
	for _, f := range slices.Clone(flows) {
		if f.ended && f.t.Server.Addr() == d.Dst.Addr() {
			x.finish(f)
		}
	}
	if x.open.Len()+x.done.Len() >= maxTransfers {
		x.evict()
	}
	f := &tftpFlow{next: 1, t: &Transfer{Proto: "tftp", Op: name, Client: d.Src, Server: d.Dst, Stream: -1, File: r.file, Mode: r.mode,
		Options: r.options, First: d.Mark, Requests: []pcap.Mark{d.Mark}}}
	f.store.pool = x.pool
	if n, ok := smallNumber(r.options["blksize"]); ok {
		f.asked = n
	}
	if r.problem != "" {
		f.t.note("%s", r.problem)
	}
	x.clients[d.Src] = append(x.clients[d.Src], f)
	x.in.AddUDP(d.Src)
	f.elem = x.open.PushBack(f)
	x.touch(f, d.Mark)
}

// smallNumber reads the value of blksize: 8 to 65464 (RFC 2348).
func smallNumber(s string) (int, bool) {
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' || n > 65464 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n >= 8 && n <= 65464
}

// touch notes that the transfer is alive.
func (x *tftp) touch(f *tftpFlow, m pcap.Mark) {
	f.t.Last = m
	f.active = x.now
	if f.ended {
		x.done.MoveToBack(f.elem)
	} else {
		x.open.MoveToBack(f.elem)
	}
}

// packet takes a packet of a known transfer.
func (x *tftp) packet(f *tftpFlow, d *pcap.Datagram, op uint16, b []byte, fromClient bool) {
	other := d.Src
	if fromClient {
		other = d.Dst
	}
	if op == opERROR {
		x.failed(f, d, b, fromClient, other)
		return
	}
	if f.ended {
		x.repeated(f, d, op, b)
		return
	}
	if op < opDATA || op > opOACK {
		f.t.note("packet with opcode %d in frame %d", op, d.Frame)
		return
	}
	if fromClient {
		f.spoke = true
	}
	if !f.t.Peer.IsValid() {
		f.t.Peer = other
	} else if f.t.Peer != other {
		if !x.rebind(f, op, b, fromClient, other) {
			f.t.Retransmit++
			x.touch(f, d.Mark)
			return
		}
	}
	x.touch(f, d.Mark)
	write := f.t.Op == "write"
	switch op {
	case opOACK:
		if !fromClient {
			f.agree(b)
		}
	case opDATA:
		if fromClient == write && len(b) >= 2 {
			f.data(d, binary.BigEndian.Uint16(b), b[2:])
		}
	case opACK:
		if fromClient != write && len(b) >= 2 {
			f.ack(binary.BigEndian.Uint16(b))
		}
	}
	if f.last > 0 && f.acked >= f.last {
		f.t.Outcome = OutcomeComplete
		x.end(f)
	}
}

// rebind decides on a packet between the client and another server port than
// before. A doubled request makes two servers answer: what brings nothing new
// is a repetition of the second one. What goes on where the transfer stands
// shows that the server changed its port.
func (x *tftp) rebind(f *tftpFlow, op uint16, b []byte, fromClient bool, other netip.AddrPort) bool {
	if fromClient || op == opOACK || len(b) < 2 {
		return false
	}
	n := f.extend(binary.BigEndian.Uint16(b))
	if op == opDATA && n != f.high+1 || op == opACK && n <= f.acked {
		return false
	}
	f.t.note("the server changed its port from %d to %d", f.t.Peer.Port(), other.Port())
	f.t.Peer = other
	return true
}

// agree reads an OACK.
func (f *tftpFlow) agree(b []byte) {
	options, ok := parseTFTPOptions(b)
	if !ok {
		f.t.note("option acknowledgement without its end")
	}
	if f.oack {
		f.t.Retransmit++
		return
	}
	f.oack = true
	f.t.Options = options
	f.blksize = 512
	if n, ok := smallNumber(options["blksize"]); ok {
		f.blksize = n
	}
}

// extend turns a block number of 16 bits into the one nearest to the highest
// block seen: numbers wrap after 65535 blocks (32 MiB of 512 octets).
func (f *tftpFlow) extend(n uint16) int64 {
	at := f.high + f.wrapsTo1
	return at + int64(int16(n-uint16(at))) - f.wrapsTo1
}

// data takes a DATA packet.
func (f *tftpFlow) data(d *pcap.Datagram, n uint16, b []byte) {
	// Most servers wrap from 65535 to 0, some to 1.
	if n == 1 && f.high > 0 && uint16(f.high+f.wrapsTo1+1) == 0 && uint16(f.acked+f.wrapsTo1) == 0xffff {
		f.wrapsTo1++
		f.t.note("block numbers wrap from 65535 to 1")
	}
	block := f.extend(n)
	if block < 1 {
		if block == 0 && f.high == 0 {
			f.t.note("block 0 in frame %d", d.Frame)
		} else {
			f.t.Retransmit++
		}
		return
	}
	if !f.seen.add(block) {
		f.t.Retransmit++
		if block == f.last {
			f.unacked++
		}
		return
	}
	f.blocksize(len(b))
	f.t.Bytes += int64(len(b))
	f.t.Blocks++
	f.high = max(f.high, block)
	switch {
	case d.Cut:
		f.cut = true
		f.t.note("blocks are cut by the snap length, from frame %d on", d.Frame)
		return // nothing behind it is in order
	case len(b) < f.blksize:
		f.last = block
	case len(b) > f.blksize:
		f.t.note("block %d has %d octets, more than the %d agreed on", block, len(b), f.blksize)
	}
	f.keep(block, b)
}

// blocksize finds the block size when the capture lacks the OACK: the first
// block seen is as large as was asked for or, when the server knows no
// options, as RFC 1350 says.
func (f *tftpFlow) blocksize(n int) {
	if f.blksize != 0 {
		return
	}
	f.blksize = 512
	if f.asked != 0 && (n > 512 || n == f.asked) {
		f.blksize = f.asked
	}
}

// keep stores a block, in order.
func (f *tftpFlow) keep(block int64, b []byte) {
	if block != f.next {
		if f.ahead == nil {
			f.ahead = map[int64][]byte{}
		}
		if len(f.ahead) < maxAhead && int64(len(b)) <= f.store.pool.left {
			f.ahead[block] = slices.Clone(b)
			f.store.pool.left -= int64(len(b))
		}
		return
	}
	f.store.add(b)
	f.next++
	for len(f.ahead) > 0 {
		b, ok := f.ahead[f.next]
		if !ok {
			return
		}
		delete(f.ahead, f.next)
		f.store.pool.left += int64(len(b))
		f.store.add(b)
		f.next++
	}
}

// ack takes an ACK. That of block 0 answers a write request or an OACK.
func (f *tftpFlow) ack(n uint16) {
	f.acks = true
	block := f.extend(n)
	if block == f.high+1 && f.high == 0 {
		// The data is not in the capture, its acknowledgements are.
		f.high = block
	} else if block > f.high && block-f.high < maxAhead {
		f.high = block
	}
	f.acked = max(f.acked, block)
}

// failed takes an ERROR packet.
func (x *tftp) failed(f *tftpFlow, d *pcap.Datagram, b []byte, fromClient bool, other netip.AddrPort) {
	code, text := parseTFTPError(b)
	if code == errUnknownTID && f.t.Peer.IsValid() && f.t.Peer != other {
		return // to or from the second answer to a doubled request
	}
	if f.ended {
		x.repeated(f, d, opERROR, b)
		return
	}
	if !f.t.Peer.IsValid() {
		f.t.Peer = other
	}
	x.touch(f, d.Mark)
	if f.last > 0 && f.seen.through(f.last) && !fromClient {
		return // the receiver has it all: the sender missed the last ACK
	}
	f.t.Outcome, f.t.ErrorCode, f.t.Error = OutcomeError, &code, text
	if fromClient {
		f.t.note("the client ended the transfer")
	}
	x.end(f)
}

// repeated takes a packet of a transfer that is over.
func (x *tftp) repeated(f *tftpFlow, d *pcap.Datagram, op uint16, b []byte) {
	if op == opDATA || op == opOACK || op == opERROR {
		f.t.Retransmit++
	}
	if op != opERROR || f.t.Outcome == OutcomeError {
		x.touch(f, d.Mark)
	}
}

// unreachable takes an ICMP error that quotes a packet of a transfer.
func (x *tftp) unreachable(u *pcap.UnreachableUDP) {
	f, _ := x.find(u.Src, u.Dst)
	if f == nil || f.t.Unreachable != nil {
		return
	}
	c := *u
	f.t.Unreachable = &c
}

// end marks a transfer as over; it waits for repetitions before delivery.
func (x *tftp) end(f *tftpFlow) {
	if f.ended {
		return
	}
	x.open.Remove(f.elem)
	f.ended = true
	f.drop()
	f.elem = x.done.PushBack(f)
}

// drop forgets blocks that will never be in order.
func (f *tftpFlow) drop() {
	for _, b := range f.ahead {
		f.store.pool.left += int64(len(b))
	}
	f.ahead = nil
}

// finish hands a transfer over.
func (x *tftp) finish(f *tftpFlow) {
	x.end(f)
	x.done.Remove(f.elem)
	t := f.t
	x.in.RemoveUDP(t.Client)
	flows := x.clients[t.Client]
	if i := slices.Index(flows, f); i >= 0 {
		flows = slices.Delete(flows, i, i+1)
	}
	if len(flows) == 0 {
		delete(x.clients, t.Client)
	} else {
		x.clients[t.Client] = flows
	}
	if t.Outcome == "" {
		t.Outcome = f.outcome()
	}
	t.Complete = t.Outcome == OutcomeComplete
	if t.Complete && !f.cut && f.last > 0 && f.next > f.last {
		t.SHA256, t.MD5 = f.store.sums()
	}
	if t.Complete && t.SHA256 == "" {
		t.note("octets of the file are missing in the capture")
	}
	if u := t.Unreachable; u != nil && t.Error == "" && !t.Complete {
		t.Error = icmpText(u.From, u.Type, u.Code)
	}
	f.store.release(t)
	x.deliver(t)
}

// outcome judges a transfer that has not been seen to end.
func (f *tftpFlow) outcome() string {
	switch {
	case f.last > 0 && (f.acked >= f.last || f.unacked == 0 || !f.acks):
		// The last block was sent, and either nobody asked for it again or the
		// receiver's side is not in the capture.
		return OutcomeComplete
	case !f.t.Peer.IsValid():
		return OutcomeNoResponse
	}
	return OutcomeIncomplete
}

// expire hands over what has been silent for long enough.
func (x *tftp) expire(now time.Time) {
	if now.After(x.now) {
		x.now = now
	}
	for e := x.done.Front(); e != nil; e = x.done.Front() {
		f := e.Value.(*tftpFlow)
		if x.now.Sub(f.active) < transferLinger {
			break
		}
		x.finish(f)
	}
	for e := x.open.Front(); e != nil; e = x.open.Front() {
		f := e.Value.(*tftpFlow)
		if x.now.Sub(f.active) < transferIdle {
			break
		}
		x.finish(f)
	}
}

// evict hands over the longest silent transfer to make room.
func (x *tftp) evict() {
	e := x.done.Front()
	if e == nil {
		e = x.open.Front()
	}
	if e != nil {
		f := e.Value.(*tftpFlow)
		f.t.note("given up: more than %d transfers at a time", maxTransfers)
		x.finish(f)
		x.evicted++
	}
}

// close hands over everything.
func (x *tftp) close() {
	for _, l := range []*list.List{x.done, x.open} {
		for e := l.Front(); e != nil; e = l.Front() {
			x.finish(e.Value.(*tftpFlow))
		}
	}
}

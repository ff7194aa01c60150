package dissect

import (
	"cmp"
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
	f, fromClient, sure := x.find(d.Src, d.Dst)
	if f != nil && !sure && (fromClient || !answers(op, b)) {
		f = nil // the client uses its port for something else too
	}
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
// the one with its address. Failing that one that nobody has answered yet: a
// server with several addresses may answer from another one, which is not sure.
func (x *tftp) find(src, dst netip.AddrPort) (f *tftpFlow, fromClient, sure bool) {
	// Both ports may be clients of something: where phone and server share an
	// address, a server takes a port that a client has just left.
	out, outScore := best(x.clients[src], dst)
	in, inScore := best(x.clients[dst], src)
	if out != nil && outScore >= inScore {
		return out, true, outScore > 1
	}
	return in, false, inScore > 1
}

func best(flows []*tftpFlow, other netip.AddrPort) (found *tftpFlow, score int) {
	for i := len(flows) - 1; i >= 0; i-- {
		f, s := flows[i], 0
		switch {
		case f.t.Peer == other || f.t.Server == other && !f.t.Peer.IsValid():
			s = 4
		case f.t.Server.Addr() == other.Addr() || f.t.Peer.IsValid() && f.t.Peer.Addr() == other.Addr():
			s = 3
		case !f.t.Peer.IsValid() && !f.ended:
			s = 1
		}
		if s > 1 && !f.ended {
			s *= 2
		}
		if s > score {
			found, score = f, s
		}
	}
	return found, score
}

// answers reports whether b can be the first answer to a request.
func answers(op uint16, b []byte) bool {
	switch op {
	case opDATA:
		return len(b) >= 4 && b[2] == 0 && b[3] == 1
	case opACK:
		return len(b) == 4 && b[2] == 0 && b[3] == 0
	case opERROR:
		return len(b) >= 5 && b[2] == 0 && b[len(b)-1] == 0
	case opOACK:
		return len(b) > 4 && b[len(b)-1] == 0
	}
	return false
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
	if flows = x.clients[d.Src]; len(flows) >= maxPerClient {
		flows[0].t.note("given up: more than %d transfers of one client port", maxPerClient)
		x.finish(flows[0])
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
	if end := cmp.Or(f.last, f.sized); end > 0 && f.acked >= end {
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
	f, _, _ := x.find(u.Src, u.Dst)
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
	if t.Outcome == OutcomeComplete && f.headless() {
		t.Outcome = OutcomeIncomplete
		t.note("the first block was not seen after the request")
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
	t.Clipped = t.Clipped || f.cut
	x.deliver(t)
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

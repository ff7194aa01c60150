package main

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// packet is a frame of one phone.
type packet struct {
	at   int64 // microseconds since 1970
	data []byte
}

// losses counts what was lost.
type losses struct {
	// Unseen is how many were lost before the mirror port, Seen behind it: the
	// capture has those.
	Unseen int `json:"before_the_mirror"`
	Seen   int `json:"behind_the_mirror"`
	Again  int `json:"sent_again"`
	Holes  int `json:"holes"`
}

func (l *losses) add(o losses) {
	l.Unseen, l.Seen, l.Again, l.Holes = l.Unseen+o.Unseen, l.Seen+o.Seen, l.Again+o.Again, l.Holes+o.Holes
}

// Times after which somebody tries again, in microseconds.
const (
	askAgain  = 4_000_000 // a phone its DHCP or TFTP request
	dataAgain = 2_000_000 // a TFTP server its block
	synAgain  = 3_000_000 // TCP, a connection
	tcpAgain  = 300_000   // TCP, data
	replyTime = 900       // between what is sent again and its answer
)

// lose lets the network lose each packet of a phone with probability p, half of
// them before the mirror port, and whoever waits for the packet try again; then
// it leaves out further packets with probability holes. The packets are in order of
// time, those returned need not be.
//
// What a loss does to those after it: a phone does one thing after the other, so
// what depends on the lost packet, and all that follows, is later by the time that
// was waited. Segments of the same flight do not wait: they arrive before the one
// that is sent again.
func lose(r *rand.Rand, ps []packet, p, holes float64) ([]packet, losses) {
	l := loser{ps: ps, heads: make([]header, len(ps)), delay: make([]int64, len(ps)+1)}
	for i := range ps {
		l.heads[i] = parse(ps[i].data)
	}
	for i := range ps {
		l.shift += l.delay[i]
		at := ps[i].at + l.shift
		if r.Float64() >= p || !l.matters(i) {
			l.emit(at, i)
			continue
		}
		if r.IntN(2) == 0 {
			l.lost.Unseen++
		} else {
			l.lost.Seen++
			l.emit(at, i)
		}
		l.again(i, at)
	}
	kept := l.out[:0]
	for _, k := range l.out {
		if holes > 0 && r.Float64() < holes {
			l.lost.Holes++
			continue
		}
		kept = append(kept, k)
	}
	return kept, l.lost
}

type loser struct {
	ps    []packet
	heads []header
	delay []int64 // what starts to be late with each packet
	shift int64
	out   []packet
	lost  losses
}

func (l *loser) emit(at int64, i int) { l.out = append(l.out, packet{at, l.ps[i].data}) }

func (l *loser) repeat(at int64, i int) {
	l.lost.Again++
	// The writer numbers packets in place: a copy of its own.
	l.out = append(l.out, packet{at, slices.Clone(l.ps[i].data)})
}

// matters says whether the loss of a packet is of interest: announcements and
// requests for an address on the segment are left alone.
func (l *loser) matters(i int) bool { return l.heads[i].ip != nil }

// again draws what follows from the loss of a packet at a time.
func (l *loser) again(i int, at int64) {
	h := &l.heads[i]
	answers := func(wait int64) { // the other side sends again what this packet answers
		if q := l.before(i); q >= 0 {
			l.repeat(at+wait, q)
			l.repeat(at+wait+replyTime, i)
			l.delay[i+1] += wait + replyTime
		}
	}
	itself := func(wait int64) {
		l.repeat(at+wait, i)
		l.delay[i+1] += wait
	}
	switch {
	case h.udp && (h.ports[0] == 67 || h.tftp == tftpError):
		answers(askAgain)
	case h.udp && h.tftp == tftpACK:
		answers(dataAgain)
	case h.udp && h.tftp == tftpDATA:
		itself(dataAgain)
	case h.udp:
		itself(askAgain)
	case h.tcp == syn:
		if j := l.after(i); j >= 0 && l.heads[j].tcp&(rst|ack) != 0 {
			itself(synAgain)
		}
	case h.tcp&syn != 0 || h.tcp&rst != 0 && h.seq == 0:
		answers(synAgain)
	case h.tcp&rst != 0 || h.length == 0:
		// Nobody waits for a reset, and the next acknowledgement does as well.
	default:
		l.repeat(at+tcpAgain, i)
		end := h.seq + uint32(h.length)
		for j := i + 1; j < len(l.ps); j++ {
			if o := &l.heads[j]; o.answers(h) && int32(o.ack-end) >= 0 {
				l.delay[j] += tcpAgain
				break
			}
		}
	}
}

// before finds the packet of the other side that a packet answers.
func (l *loser) before(i int) int {
	for j := i - 1; j >= 0; j-- {
		if l.heads[j].answers(&l.heads[i]) {
			return j
		}
	}
	return -1
}

// after finds the next packet of the same conversation.
func (l *loser) after(i int) int {
	for j := i + 1; j < len(l.ps); j++ {
		if o := &l.heads[j]; o.answers(&l.heads[i]) || o.ports == l.heads[i].ports && o.tcp == syn {
			return j
		}
	}
	return -1
}

// header is what loss looks at.
type header struct {
	ip       []byte // IPv4, nil for other frames
	udp      bool
	ports    [2]uint16
	tftp     byte // opcode, 0 for other protocols
	tcp      byte // flags
	seq, ack uint32
	length   int // of data, with SYN and FIN
}

// TCP flags.
const (
	fin = 0x01
	syn = 0x02
	rst = 0x04
	ack = 0x10
)

// TFTP opcodes (RFC 1350).
const (
	tftpRRQ   = 1
	tftpDATA  = 3
	tftpACK   = 4
	tftpError = 5
)

// answers says whether h goes the other way between the same ends as o. TFTP
// servers answer from another port, a request to port 69 included.
func (h *header) answers(o *header) bool {
	if h.ip == nil || o.ip == nil || h.udp != o.udp {
		return false
	}
	return h.ports[0] == o.ports[1] && h.ports[1] == o.ports[0] ||
		h.tftp == tftpRRQ && h.ports[0] == o.ports[1]
}

// parse reads a frame of the lab: Ethernet without tags, IPv4 without options.
func parse(data []byte) (h header) {
	be := binary.BigEndian
	if len(data) < 14+20+8 || be.Uint16(data[12:]) != 0x0800 {
		return h
	}
	h.ip = data[14:]
	total := int(be.Uint16(h.ip[2:]))
	l4 := h.ip[20:total]
	h.ports = [2]uint16{be.Uint16(l4), be.Uint16(l4[2:])}
	if h.ip[9] == 17 {
		h.udp = true
		if h.ports[0] != 67 && h.ports[0] != 68 && len(l4) >= 10 {
			h.tftp = l4[9]
		}
		return h
	}
	h.seq, h.ack, h.tcp = be.Uint32(l4[4:]), be.Uint32(l4[8:]), l4[13]&0x3f
	h.length = len(l4) - int(l4[12]>>4)*4
	if h.tcp&(syn|fin) != 0 {
		h.length++
	}
	h.tcp &^= 0x08 // PSH
	return h
}

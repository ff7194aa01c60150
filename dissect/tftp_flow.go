package dissect

import (
	"container/list"
	"slices"
	"strconv"
	"strings"
	"time"

	"trustline/pcap"
)

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
	sized   int64 // the same by the tsize agreed on, 0 unknown
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
	if size, err := strconv.ParseInt(options["tsize"], 10, 40); err == nil && size >= 0 && strings.EqualFold(f.t.Mode, "octet") {
		f.sized = size/int64(f.blksize) + 1
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
	size := len(b)
	if d.Cut {
		size = max(size, d.Wire-4) // opcode and block number
	}
	f.blocksize(size)
	f.t.Bytes += int64(len(b))
	f.t.Blocks++
	f.high = max(f.high, block)
	switch {
	case size < f.blksize:
		f.last = block
	case size > f.blksize:
		f.t.note("block %d has %d octets, more than the %d agreed on", block, size, f.blksize)
	}
	if !d.Cut {
		f.keep(block, b)
		return
	}
	if block == f.next && !f.cut {
		f.store.add(b) // a list's header may be in it
	}
	if !f.cut {
		f.t.note("blocks are cut by the snap length, from frame %d on", d.Frame)
	}
	f.cut = true // nothing behind it is in order
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

// drop forgets blocks that will never be in order.
func (f *tftpFlow) drop() {
	for _, b := range f.ahead {
		f.store.pool.left += int64(len(b))
	}
	f.ahead = nil
}

// headless reports a transfer that would count as done, but of which the first
// block was not seen: it was sent before the request, which then is not the one
// that was answered, or is not in the capture.
func (f *tftpFlow) headless() bool {
	return !(len(f.seen) > 0 && f.seen[0].lo <= 1)
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

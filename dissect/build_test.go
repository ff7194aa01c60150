package dissect

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"trustline/pcap"
)

// wire builds a classic capture of raw IPv4 packets (LINKTYPE_RAW), one
// millisecond apart.
type wire struct {
	buf  bytes.Buffer
	n    int // frames written
	at   time.Time
	ids  uint16
	snap int // frames are cut to so many octets, 0: not
	seq  map[[2]netip.AddrPort]uint32
}

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func newWire() *wire {
	w := &wire{at: start, seq: map[[2]netip.AddrPort]uint32{}}
	h := make([]byte, 24)
	binary.LittleEndian.PutUint32(h, 0xa1b2c3d4)
	binary.LittleEndian.PutUint16(h[4:], 2)
	binary.LittleEndian.PutUint16(h[6:], 4)
	binary.LittleEndian.PutUint32(h[16:], 262144)
	binary.LittleEndian.PutUint32(h[20:], 101)
	w.buf.Write(h)
	return w
}

func ep(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// wait lets time pass before the next frame.
func (w *wire) wait(d time.Duration) { w.at = w.at.Add(d) }

func (w *wire) ip(proto byte, src, dst netip.Addr, payload []byte) int {
	p := make([]byte, 20, 20+len(payload))
	p[0], p[8], p[9] = 0x45, 64, proto
	w.ids++
	binary.BigEndian.PutUint16(p[2:], uint16(20+len(payload)))
	binary.BigEndian.PutUint16(p[4:], w.ids)
	copy(p[12:], src.AsSlice())
	copy(p[16:], dst.AsSlice())
	p = append(p, payload...)
	h := make([]byte, 16)
	binary.LittleEndian.PutUint32(h, uint32(w.at.Unix()))
	binary.LittleEndian.PutUint32(h[4:], uint32(w.at.Nanosecond()/1000))
	binary.LittleEndian.PutUint32(h[12:], uint32(len(p)))
	if w.snap > 0 {
		p = p[:min(len(p), w.snap)]
	}
	binary.LittleEndian.PutUint32(h[8:], uint32(len(p)))
	w.buf.Write(h)
	w.buf.Write(p)
	w.at = w.at.Add(time.Millisecond)
	w.n++
	return w.n
}

func udpHeader(src, dst netip.AddrPort, n int) []byte {
	h := make([]byte, 8, 8+n)
	binary.BigEndian.PutUint16(h, src.Port())
	binary.BigEndian.PutUint16(h[2:], dst.Port())
	binary.BigEndian.PutUint16(h[4:], uint16(8+n))
	return h
}

// udp writes a datagram and returns its frame.
func (w *wire) udp(src, dst netip.AddrPort, payload []byte) int {
	return w.ip(17, src.Addr(), dst.Addr(), append(udpHeader(src, dst, len(payload)), payload...))
}

// unreachable writes an ICMP error from a host about a datagram or segment.
func (w *wire) unreachable(from netip.Addr, code, proto byte, src, dst netip.AddrPort) int {
	q := make([]byte, 28)
	q[0], q[8], q[9] = 0x45, 63, proto
	binary.BigEndian.PutUint16(q[2:], 48)
	copy(q[12:], src.Addr().AsSlice())
	copy(q[16:], dst.Addr().AsSlice())
	copy(q[20:], udpHeader(src, dst, 20))
	if proto == 6 {
		binary.BigEndian.PutUint32(q[24:], w.seq[[2]netip.AddrPort{src, dst}])
	}
	return w.ip(1, from, src.Addr(), append([]byte{3, code, 0, 0, 0, 0, 0, 0}, q...))
}

const (
	fin = 1
	syn = 2
	rst = 4
	psh = 8
	ack = 16
)

// tcp writes a segment with the next sequence numbers and returns its frame.
func (w *wire) tcp(src, dst netip.AddrPort, flags byte, payload []byte) int {
	out, in := [2]netip.AddrPort{src, dst}, [2]netip.AddrPort{dst, src}
	if _, ok := w.seq[out]; !ok {
		w.seq[out] = 1000
	}
	h := make([]byte, 20, 20+len(payload))
	binary.BigEndian.PutUint16(h, src.Port())
	binary.BigEndian.PutUint16(h[2:], dst.Port())
	binary.BigEndian.PutUint32(h[4:], w.seq[out])
	if flags&ack != 0 {
		binary.BigEndian.PutUint32(h[8:], w.seq[in])
	}
	h[12], h[13] = 0x50, flags
	binary.BigEndian.PutUint16(h[14:], 8192)
	n := w.ip(6, src.Addr(), dst.Addr(), append(h, payload...))
	w.seq[out] += uint32(len(payload))
	if flags&(syn|fin) != 0 {
		w.seq[out]++
	}
	return n
}

// lose moves a side's sequence number on, as if the capture lacked n octets.
func (w *wire) lose(src, dst netip.AddrPort, n int) {
	w.seq[[2]netip.AddrPort{src, dst}] += uint32(n)
}

// connect writes a TCP handshake.
func (w *wire) connect(c, s netip.AddrPort) {
	w.tcp(c, s, syn, nil)
	w.tcp(s, c, syn|ack, nil)
	w.tcp(c, s, ack, nil)
}

// found is a Handler and Observer that keeps everything.
type found struct {
	transfers    []*Transfer
	connections  []*Connection
	observations []*Observation
	sum          *pcap.Summary
}

func (f *found) Transfer(t *Transfer)     { f.transfers = append(f.transfers, t) }
func (f *found) Connection(c *Connection) { f.connections = append(f.connections, c) }
func (f *found) Observe(o *Observation)   { f.observations = append(f.observations, o) }

func (w *wire) read(t testing.TB, o Options) *found {
	t.Helper()
	if dir := os.Getenv("DISSECT_CAPTURES"); dir != "" { // to look at them with tshark
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(t.Name())+".pcap"), w.buf.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f := &found{}
	sum, err := Capture(bytes.NewReader(w.buf.Bytes()), o, f)
	if err != nil {
		t.Fatal(err)
	}
	f.sum = sum
	if sum.Frames != w.n {
		t.Fatalf("%d frames read, %d written", sum.Frames, w.n)
	}
	return f
}

// one expects exactly one transfer.
func (f *found) one(t testing.TB) *Transfer {
	t.Helper()
	if len(f.transfers) != 1 {
		t.Fatalf("%d transfers, want 1", len(f.transfers))
	}
	return f.transfers[0]
}

// payload makes n octets that differ from place to place.
func payload(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

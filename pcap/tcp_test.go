package pcap

import (
	"bytes"
	"fmt"
	"math/rand"
	"net"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

const (
	cl = "10.0.0.7:50000"
	sv = "10.0.0.1:2445"
)

func tlsPorts() *Interest { return NewInterest(nil, []uint16{2445, 2443}) }

// up and down are segments from the client and from the server.
func up(flags string, seq, ack uint32, data string) []byte {
	return seg{cl, sv, flags, seq, ack, data}.ip()
}

func down(flags string, seq, ack uint32, data string) []byte {
	return seg{sv, cl, flags, seq, ack, data}.ip()
}

// opening is a handshake: the client's data begins at 101, the server's at 501.
func opening() [][]byte {
	return [][]byte{up("S", 100, 0, ""), down("SA", 500, 101, ""), up("A", 101, 501, "")}
}

func packets(more ...[]byte) []byte { return classicOf(frames(append(opening(), more...)...)...) }

// paced is a capture of IP packets at the given milliseconds.
func paced(at []int, ips ...[]byte) []byte {
	f := newClassic(1)
	for i, ip := range ips {
		f.add(time.Duration(at[i])*time.Millisecond, frame(ip), 0)
	}
	return f.Bytes()
}

func TestTCPOverlaps(t *testing.T) {
	j, _ := scan(t, packets(
		up("PA", 101, 501, "abcdef"),
		up("PA", 104, 501, "DEFghi"),     // overlaps what was handed out: the first wins
		up("PA", 116, 501, "pqrs"),       // held
		up("PA", 112, 501, "lmnoPQRSTU"), // overlaps what is held on both sides
		up("PA", 110, 501, "jk"),
		up("PA", 101, 501, "abc"), // seen
	), tlsPorts())
	if got := string(j.data[j.conns[0]][ToServer]); got != "abcdefghijklmnopqrsTU" {
		t.Errorf("got %q", got)
	}
	j.want(t, `1 open 0 10.0.0.7:50000 > 10.0.0.1:2445`,
		`4 data 0 to server "abcdef"`,
		`5 data 0 to server "ghi"`,
		`8 data 0 to server "jk"`,
		`7 data 0 to server "lmno"`,
		`6 data 0 to server "pqrs"`,
		`7 data 0 to server "TU"`,
		`end 0 capture end`)
	if c := j.conns[0]; c.Retransmits[ToServer] != 2 || c.Bytes[ToServer] != 21 {
		t.Errorf("%+v", c)
	}
}

func TestTCPSequenceWrap(t *testing.T) {
	j, _ := scan(t, classicOf(frames(
		up("S", 0xfffffffd, 0, ""), down("SA", 0xffffffff, 0xfffffffe, ""),
		up("PA", 0xfffffffe, 0, "abcd"), up("PA", 6, 0, "ijkl"), up("PA", 2, 0, "efgh"), down("A", 0, 10, ""),
	)...), tlsPorts())
	if c := j.conns[0]; string(j.data[c][ToServer]) != "abcdefghijkl" || c.Lost != [2]int64{} || c.Retransmits != [2]int{} {
		t.Errorf("%q %+v", j.data[c][ToServer], c)
	}
}

// A gap that the receiver has acknowledged is given up after a moment, for the
// packet may have been captured late.
func TestTCPGapAcknowledged(t *testing.T) {
	open := opening()
	j, sum := scan(t, paced([]int{0, 1, 2, 10, 20, 30, 290},
		open[0], open[1], open[2],
		down("PA", 501, 101, "one"),
		down("PA", 507, 101, "three"), // 504 to 506 are missing
		up("A", 101, 512, ""),
		down("PA", 512, 101, "four"),
	), tlsPorts())
	j.want(t, `1 open 0 10.0.0.7:50000 > 10.0.0.1:2445`,
		`4 data 0 to client "one"`,
		`5 data 0 to client "three" after 3 lost`,
		`7 data 0 to client "four"`,
		`end 0 capture end`)
	if c := j.conns[0]; c.Lost != [2]int64{0, 3} {
		t.Errorf("%+v", c)
	}
	if missed := missedOf(sum, "10.0.0.7"); missed != 3 {
		t.Errorf("%d octets were acknowledged and not captured, want 3", missed)
	}

	j, sum = scan(t, paced([]int{0, 1, 2, 10, 20, 30, 40},
		open[0], open[1], open[2],
		down("PA", 501, 101, "one"),
		down("PA", 507, 101, "three"),
		up("A", 101, 512, ""),
		down("PA", 504, 101, "two"), // captured out of order
	), tlsPorts())
	if missed := missedOf(sum, "10.0.0.7"); missed != 0 {
		t.Errorf("%d octets are called missing, and none is", missed)
	}
	if c := j.conns[0]; c.Lost != [2]int64{} || string(j.data[c][ToClient]) != "onetwothree" {
		t.Errorf("%q %+v", j.data[c][ToClient], c)
	}
}

// missedOf gives what a host's connections lack though it was acknowledged.
func missedOf(sum *Summary, host string) int64 {
	for _, h := range sum.Coverage.Hosts {
		if h.Host.String() == host {
			return h.Missed
		}
	}
	return -1
}

// Without an acknowledgement a gap waits for a retransmission until the end.
func TestTCPGapAtEnd(t *testing.T) {
	j, _ := scan(t, packets(down("PA", 511, 101, "late")), tlsPorts())
	j.want(t, `1 open 0 10.0.0.7:50000 > 10.0.0.1:2445`,
		`4 data 0 to client "late" after 10 lost`, `end 0 capture end`)
	// The tail: acknowledged, never seen; or before a FIN.
	j, _ = scan(t, packets(down("PA", 501, 101, "x"), up("A", 101, 600, "")), tlsPorts())
	j.want(t, `1 open 0 10.0.0.7:50000 > 10.0.0.1:2445`,
		`4 data 0 to client "x"`, `5 data 0 to client "" after 98 lost`, `end 0 capture end`)
	j, _ = scan(t, packets(down("FA", 521, 101, "")), tlsPorts())
	j.want(t, `1 open 0 10.0.0.7:50000 > 10.0.0.1:2445`,
		`4 data 0 to client "" after 20 lost`, `end 0 capture end`)
	// One byte more is the FIN of the other side, which the capture lacks.
	j, _ = scan(t, packets(down("PA", 501, 101, "x"), up("FA", 101, 503, "")), tlsPorts())
	if c := j.conns[0]; c.Lost != [2]int64{} {
		t.Errorf("%+v", c)
	}
}

func TestTCPPendingBound(t *testing.T) {
	var ps [][]byte
	for i := range 300 {
		ps = append(ps, down("A", 502+uint32(i)*1000, 101, string(make([]byte, 1000))))
	}
	j, sum := scan(t, packets(ps...), tlsPorts())
	c := j.conns[0]
	if c.Lost[ToClient] != 1 || c.Bytes[ToClient] != 300000 {
		t.Errorf("%+v", c)
	}
	wantProblems(t, sum, "the gap is given up")
}

func TestTCPOneDirection(t *testing.T) {
	// Only the client's side, from the SYN on.
	j, sum := scan(t, classicOf(frames(
		up("S", 100, 0, ""), up("A", 101, 501, ""), up("PA", 101, 501, "hello"), up("A", 106, 2501, ""), up("PA", 106, 2501, "more"),
	)...), tlsPorts())
	c := j.conns[0]
	if c.MidStream || c.Established || c.Lost != [2]int64{0, 2000} || string(j.data[c][ToServer]) != "hellomore" {
		t.Errorf("%+v", c)
	}
	if len(sum.OneWay) != 1 || sum.OneWay[0].From.String() != "10.0.0.7" || sum.OneWay[0].To.String() != "10.0.0.1" || sum.OneWay[0].Connections != 1 {
		t.Errorf("%+v", sum.OneWay)
	}
	// Only the server's side: the SYN-ACK tells who is who.
	j, sum = scan(t, classicOf(frames(
		down("SA", 500, 101, ""), down("PA", 501, 301, "hello"), down("PA", 509, 301, "lo"),
	)...), tlsPorts())
	c = j.conns[0]
	if c.MidStream || !c.Established || c.Client.String() != cl || c.Server.String() != sv ||
		c.Lost != [2]int64{200, 3} || string(j.data[c][ToClient]) != "hellolo" {
		t.Errorf("%+v", c)
	}
	if len(sum.OneWay) != 1 || sum.OneWay[0].From.String() != "10.0.0.1" {
		t.Errorf("%+v", sum.OneWay)
	}
	// Unanswered SYNs acknowledge nothing: no proof of a one-way capture.
	_, sum = scan(t, classicOf(frames(up("S", 100, 0, ""))...), tlsPorts())
	if len(sum.OneWay) != 0 {
		t.Errorf("%+v", sum.OneWay)
	}
}

func TestTCPMidStream(t *testing.T) {
	j, _ := scan(t, classicOf(frames(
		down("PA", 7000, 300, "world"), up("PA", 300, 7005, "hello"), up("PA", 310, 7005, "again"), down("A", 7005, 315, ""),
	)...), tlsPorts())
	c := j.conns[0]
	if !c.MidStream || c.Client.String() != cl || c.Server.String() != sv || !c.Established || c.SynAck != nil || len(c.Syns) != 0 ||
		string(j.data[c][ToClient]) != "world" || string(j.data[c][ToServer]) != "helloagain" || c.Lost != [2]int64{5, 0} {
		t.Errorf("%q %+v", j.data[c], c)
	}
	// Both ports asked for: the lower one is the service.
	j, _ = scan(t, classicOf(frames(seg{"10.0.0.1:2443", "10.0.0.7:2445", "PA", 1, 1, "x"}.ip())...), tlsPorts())
	if c := j.conns[0]; c.Server.String() != "10.0.0.1:2443" {
		t.Errorf("%+v", c)
	}
	// A keep-alive, one byte behind, begins no gap.
	j, _ = scan(t, classicOf(frames(up("A", 299, 7005, ""), down("A", 7005, 300, ""), up("PA", 300, 7005, "x"))...), tlsPorts())
	if c := j.conns[0]; c.Lost != [2]int64{} || c.Bytes[ToServer] != 1 {
		t.Errorf("%+v", c)
	}
}

func TestTCPKeepAlive(t *testing.T) {
	j, _ := scan(t, packets(up("PA", 101, 501, "abc"), up("A", 103, 501, "\x00"), up("A", 103, 501, "")), tlsPorts())
	if c := j.conns[0]; c.Retransmits != [2]int{} || c.Bytes[ToServer] != 3 {
		t.Errorf("%+v", c)
	}
}

// Two span ports show every packet twice, one of them a hop later.
func TestTCPCopies(t *testing.T) {
	twice := func(ip []byte) []byte {
		b := bytes.Clone(ip)
		b[8]-- // time to live; the header checksum is not looked at
		return b
	}
	s, a, d := up("S", 100, 0, ""), down("SA", 500, 101, ""), up("PA", 101, 501, "hello")
	again, r := up("PA", 101, 501, "hello"), down("R", 501, 0, "")
	j, sum := scan(t, paced([]int{0, 1, 2, 3, 4, 5, 300, 301, 310, 311}, s, twice(s), a, twice(a), d, twice(d), again, twice(again), r, twice(r)), tlsPorts())
	c := j.conns[0]
	if len(c.Syns) != 1 || c.Retransmits != [2]int{1, 0} || c.Packets != [2]int64{3, 2} || sum.Copies != 5 || c.Reset.Frame != 9 {
		t.Errorf("%d copies, %+v", sum.Copies, c)
	}
	// The same SYN later is a retransmission, though its bytes are equal.
	j, _ = scan(t, paced([]int{0, 1000, 3000}, s, twice(s), s), tlsPorts())
	if c := j.conns[0]; len(c.Syns) != 3 || c.Syns[2].Time.Sub(c.Syns[0].Time) != 3*time.Second {
		t.Errorf("%+v", c)
	}
	// A copy of an old SYN that comes behind the SYN of the next connection does
	// not end that one, though Wireshark counts a stream more.
	j, _ = scan(t, paced([]int{0, 1, 2, 3, 4}, s, up("S", 900, 0, ""), twice(s), down("SA", 1, 901, ""), up("A", 901, 2, "")), tlsPorts())
	if len(j.conns) != 2 || !j.conns[1].Established {
		t.Errorf("%q", j.lines)
	}
}

func TestTCPPortReuse(t *testing.T) {
	j, _ := scan(t, packets(
		up("PA", 101, 501, "first"),
		up("S", 9000, 0, ""), down("SA", 700, 9001, ""), up("PA", 9001, 701, "second"),
		up("R", 9007, 0, ""), up("S", 20000, 0, ""),
	), tlsPorts())
	j.want(t, `1 open 0 10.0.0.7:50000 > 10.0.0.1:2445`,
		`4 data 0 to server "first"`, `end 0 reuse`,
		`5 open 1 10.0.0.7:50000 > 10.0.0.1:2445`,
		`7 data 1 to server "second"`, `end 1 reset`,
		`9 open 2 10.0.0.7:50000 > 10.0.0.1:2445`, `end 2 capture end`)
}

func TestTCPNoAnswer(t *testing.T) {
	j, _ := scan(t, paced([]int{0, 1000, 3000, 7000}, up("S", 100, 0, ""), up("S", 100, 0, ""), up("S", 100, 0, ""), up("S", 100, 0, "")), tlsPorts())
	c := j.conns[0]
	var at []time.Duration
	for _, m := range c.Syns {
		at = append(at, m.Time.Sub(t0))
	}
	if fmt.Sprint(at) != "[0s 1s 3s 7s]" || c.Established || c.SynAck != nil || j.ends[c] != EndCapture {
		t.Errorf("%v %+v", at, c)
	}
}

func TestTCPRefused(t *testing.T) {
	r := down("RA", 0, 101, "")
	r[8] = 255
	j, _ := scan(t, classicOf(frames(up("S", 100, 0, ""), r)...), tlsPorts())
	c := j.conns[0]
	if c.Reset == nil || c.Reset.Frame != 2 || c.Reset.From != ToClient || c.Reset.TTL != 255 || c.Established || j.ends[c] != EndReset {
		t.Errorf("%+v", c)
	}
}

func TestUnreachable(t *testing.T) {
	s := up("S", 100, 0, "")
	q := udp4("10.0.0.7:49152", "10.0.0.1:69", "read")
	j, _ := scan(t, classicOf(frames(s,
		icmpError("10.0.0.9", "10.0.0.7", 3, 4, s[:28]),
		icmpError("10.0.0.9", "10.0.0.7", 3, 13, s[:28]),
		icmpError("10.0.0.8", "10.0.0.7", 3, 1, s[:28]),
		icmpError("10.0.0.1", "10.0.0.7", 3, 3, q[:28]),
		icmpError("10.0.0.1", "10.0.0.7", 3, 3, udp4("10.0.0.7:5", "10.0.0.1:53", "x")[:28]),
		icmpError("10.0.0.1", "10.0.0.7", 8, 0, q[:28]),
	)...), NewInterest([]uint16{69}, []uint16{2445}))
	u := j.conns[0].Unreachable
	if u == nil || u.Frame != 3 || u.From.String() != "10.0.0.9" || u.Type != 3 || u.Code != 13 {
		t.Errorf("%+v", u)
	}
	j.want(t, `1 open 0 10.0.0.7:50000 > 10.0.0.1:2445`,
		`5 unreachable 10.0.0.7:49152 > 10.0.0.1:69 from 10.0.0.1 type 3 code 3`, `end 0 capture end`)

	q = udp4("[2001:db8::7]:49152", "[2001:db8::1]:69", "read")
	ip := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolICMPv6, SrcIP: net.ParseIP("2001:db8::1"), DstIP: net.ParseIP("2001:db8::7")}
	e := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(1, 4)}
	e.SetNetworkLayerForChecksum(ip)
	j, _ = scan(t, classicOf(frame(serialize(ip, e, gopacket.Payload(append(make([]byte, 4), q...))))), NewInterest([]uint16{69}, nil))
	j.want(t, `1 unreachable [2001:db8::7]:49152 > [2001:db8::1]:69 from 2001:db8::1 type 1 code 4`)
}

func TestTCPCutBySnaplen(t *testing.T) {
	f := newClassic(1)
	for _, ip := range append(opening(), up("PA", 101, 501, "0123456789"), up("PA", 111, 501, "abcdefghij")) {
		f.add(0, frame(ip), 14+20+20+4)
	}
	j, sum := scan(t, f.Bytes(), tlsPorts())
	j.want(t, `1 open 0 10.0.0.7:50000 > 10.0.0.1:2445`,
		`4 data 0 to server "0123"`, `5 data 0 to server "abcd" after 6 lost`,
		`5 data 0 to server "" after 6 lost`, `end 0 capture end`)
	if c := j.conns[0]; c.Lost != [2]int64{12, 0} || c.Bytes[ToServer] != 8 || sum.Truncated != 5 || sum.CutAt != 14+20+20+4 {
		t.Errorf("%+v %d at %d", c, sum.Truncated, sum.CutAt)
	}
}

// A closed connection is kept for late segments, then ended while the capture
// goes on; what comes still later is no new connection.
func TestTCPLinger(t *testing.T) {
	open := opening()
	j, _ := scan(t, paced([]int{0, 1, 2, 3, 4, 5, 11000, 11001},
		open[0], open[1], open[2], up("FA", 101, 501, ""), down("FA", 501, 102, ""), up("R", 102, 0, ""),
		seg{"10.0.0.8:1", sv, "S", 1, 0, ""}.ip(), up("R", 102, 0, ""),
	), tlsPorts())
	j.want(t, `1 open 0 10.0.0.7:50000 > 10.0.0.1:2445`, `end 0 fin`,
		`7 open 1 10.0.0.8:1 > 10.0.0.1:2445`, `end 1 capture end`)
	if c := j.conns[0]; c.Reset == nil || c.Last.Frame != 6 {
		t.Errorf("%+v", c)
	}
}

func TestTCPFastOpen(t *testing.T) {
	j, _ := scan(t, classicOf(frames(up("S", 100, 0, "hello"), down("SA", 500, 106, ""), up("PA", 106, 501, "more"))...), tlsPorts())
	if c := j.conns[0]; string(j.data[c][ToServer]) != "hellomore" {
		t.Errorf("%q", j.data[c])
	}
}

func TestTCPOpenBound(t *testing.T) {
	f := newClassic(1)
	b := frame(up("S", 100, 0, ""))
	for i := range maxOpen + 3 {
		b[14+20], b[14+21] = byte(i>>8), byte(i)
		b[14+15] = byte(i >> 16)
		f.add(0, b, 0)
	}
	j, sum := scan(t, f.Bytes(), tlsPorts())
	limit := 0
	for _, why := range j.ends {
		if why == EndLimit {
			limit++
		}
	}
	if limit != 3 || len(j.ends) != maxOpen+3 || j.ends[j.conns[0]] != EndLimit {
		t.Errorf("%d ended by the limit, %d in all", limit, len(j.ends))
	}
	wantProblems(t, sum, "(3 times): more than 32768 connections")
}

// Streams of known bytes, cut into segments, lost, repeated, reordered and
// overlapping: what is handed out lies where it belongs, each byte once, and
// what is missing is told.
func TestTCPRandom(t *testing.T) {
	for seed := range int64(300) {
		r := rand.New(rand.NewSource(seed))
		text := make([]byte, 1+r.Intn(3000))
		for i := range text {
			text[i] = byte(r.Intn(256))
		}
		isn := r.Uint32()
		var segs [][]byte
		have := make([]bool, len(text))
		for at := 0; at < len(text); {
			n := min(1+r.Intn(200), len(text)-at)
			times := r.Intn(3)
			if seed%2 == 0 {
				times = 1 + r.Intn(2) // no loss
			}
			for range times {
				a, b := max(0, at-r.Intn(50)), min(len(text), at+n+r.Intn(50))
				segs = append(segs, up("A", isn+1+uint32(a), 501, string(text[a:b])))
				for i := a; i < b; i++ {
					have[i] = true
				}
			}
			at += n
		}
		for i := range segs {
			k := min(len(segs)-1, i+r.Intn(5))
			segs[i], segs[k] = segs[k], segs[i]
		}
		all := append([][]byte{up("S", isn, 0, ""), down("SA", 500, isn+1, "")}, segs...)
		all = append(all, up("FA", isn+1+uint32(len(text)), 501, ""))
		j := newJournal()
		at, lost := 0, 0
		sink := &checker{journal: j, data: func(ch Chunk) {
			at += int(ch.Lost)
			lost += int(ch.Lost)
			if at+len(ch.Data) > len(text) || !bytes.Equal(ch.Data, text[at:at+len(ch.Data)]) {
				t.Fatalf("seed %d: wrong bytes at %d", seed, at)
			}
			at += len(ch.Data)
		}}
		if _, err := Scan(bytes.NewReader(classicOf(frames(all...)...)), tlsPorts(), sink); err != nil {
			t.Fatal(err)
		}
		missing := 0
		for _, h := range have {
			if !h {
				missing++
			}
		}
		c := j.conns[0]
		if at != len(text) || lost != missing || c.Lost[ToServer] != int64(missing) || c.Bytes[ToServer] != int64(len(text)-missing) {
			t.Fatalf("seed %d: %d of %d bytes, %d lost of %d", seed, at, len(text), lost, missing)
		}
	}
}

type checker struct {
	*journal
	data func(Chunk)
}

func (c *checker) Data(_ *Conn, ch Chunk) { c.data(ch) }

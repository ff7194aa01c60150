package pcap

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"
)

// cut4 cuts an IPv4 packet into fragments of n payload bytes (a multiple of 8).
func cut4(ip []byte, n int) [][]byte {
	var out [][]byte
	for at := 20; at < len(ip); at += n {
		end := min(at+n, len(ip))
		b := append(bytes.Clone(ip[:20]), ip[at:end]...)
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		f := uint16(at-20) / 8
		if end < len(ip) {
			f |= 0x2000
		}
		binary.BigEndian.PutUint16(b[6:], f)
		out = append(out, b)
	}
	return out
}

// cut6 does so with an IPv6 packet, adding the fragment header.
func cut6(ip []byte, n int, id uint32) [][]byte {
	var out [][]byte
	for at := 40; at < len(ip); at += n {
		end := min(at+n, len(ip))
		h := []byte{ip[6], 0, 0, 0, 0, 0, 0, 0}
		f := uint16(at - 40)
		if end < len(ip) {
			f |= 1
		}
		binary.BigEndian.PutUint16(h[2:], f)
		binary.BigEndian.PutUint32(h[4:], id)
		b := join(ip[:40], h, ip[at:end])
		binary.BigEndian.PutUint16(b[4:], uint16(len(b)-40))
		b[6] = 44
		out = append(out, b)
	}
	return out
}

var longText = strings.Repeat("0123456789abcdef", 10)

func reads(frame int, text string) string {
	return fmt.Sprintf("%d udp 10.0.0.7:49152 > 10.0.0.1:69 %q", frame, text)
}

func TestFragmentsInAnyOrder(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for i := range 50 {
		v6 := i%2 == 1
		f := cut4(udp4("10.0.0.7:49152", "10.0.0.1:69", longText), 48)
		want := reads(4, longText)
		if v6 {
			f = cut6(udp4("[2001:db8::7]:49152", "[2001:db8::1]:69", longText), 48, 7)
			want = fmt.Sprintf("4 udp [2001:db8::7]:49152 > [2001:db8::1]:69 %q", longText)
		}
		if len(f) != 4 {
			t.Fatal(len(f))
		}
		r.Shuffle(4, func(a, b int) { f[a], f[b] = f[b], f[a] })
		j, sum := scan(t, classicOf(frames(f...)...), NewInterest([]uint16{69}, nil))
		j.want(t, want)
		wantProblems(t, sum)
	}
}

// Copies of fragments, before and after the datagram is complete, are no
// problem and make no second datagram; the same identification later does.
func TestFragmentCopies(t *testing.T) {
	f := cut4(udp4("10.0.0.7:49152", "10.0.0.1:69", longText), 96)
	file := newClassic(1)
	for i, k := range []int{0, 0, 1, 1, 0, 1} {
		d := time.Duration(i) * time.Millisecond
		if i >= 4 {
			d += 30 * time.Second
		}
		file.add(d, frame(f[k]), 0)
	}
	j, sum := scan(t, file.Bytes(), NewInterest([]uint16{69}, nil))
	j.want(t, reads(3, longText), reads(6, longText))
	wantProblems(t, sum)
}

func TestFragmentOverlap(t *testing.T) {
	whole := udp4("10.0.0.7:49152", "10.0.0.1:69", longText)
	f := cut4(whole, 48)
	other := bytes.Clone(whole)
	copy(other[20+40:], "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX")
	g := cut4(other, 40)[1] // bytes 40 to 79: overlaps the first two
	j, sum := scan(t, classicOf(frames(f[0], g, f[1], f[2], f[3])...), NewInterest([]uint16{69}, nil))
	// 40 to 47 from f[0], 48 to 79 from g, the rest from f.
	want := []byte(longText)
	copy(want[40:], "XXXXXXXXXXXXXXXXXXXXXXXX")
	j.want(t, reads(5, string(want)))
	wantProblems(t, sum, "(2 times): fragments of one datagram overlap")
}

func TestFragmentsIncomplete(t *testing.T) {
	f := cut4(udp4("10.0.0.7:49152", "10.0.0.1:69", longText), 48)
	j, sum := scan(t, classicOf(frames(f[0], f[2], f[3])...), NewInterest([]uint16{69}, nil))
	j.want(t)
	wantProblems(t, sum, "file: 1 fragmented datagrams were never completed")
	// Nobody asks for it: no problem, no memory.
	_, sum = scan(t, classicOf(frames(f[0], f[2], f[3])...), NewInterest([]uint16{70}, nil))
	wantProblems(t, sum)
	// Too late: RFC 8200 gives 60 seconds.
	file := newClassic(1)
	for i := range f {
		file.add(time.Duration(i)*25*time.Second, frame(f[i]), 0)
	}
	j, sum = scan(t, file.Bytes(), NewInterest([]uint16{69}, nil))
	j.want(t)
	wantProblems(t, sum, "2 fragmented datagrams were never completed")
}

func TestFragmentBound(t *testing.T) {
	file := newClassic(1)
	for i := range 10000 {
		f := cut4(udp4("10.0.0.7:49152", fmt.Sprintf("10.0.%d.%d:69", i/250, i%250), strings.Repeat("x", 3000)), 1480)
		file.add(0, frame(f[1]), 0)
	}
	sc := newScanner(NewInterest([]uint16{69}, nil), newJournal())
	src, err := openSource(bytes.NewReader(file.Bytes()), false, &sc.probs)
	if err != nil {
		t.Fatal(err)
	}
	sc.src = src
	for src.next(&sc.rec) {
		sc.frame()
		if len(sc.frags.m) > maxFragmented || sc.frags.bytes > maxFragmentBytes {
			t.Fatalf("%d datagrams, %d bytes", len(sc.frags.m), sc.frags.bytes)
		}
	}
	sum := sc.finish()
	wantProblems(t, sum, "never completed", "forgotten to keep memory bounded")
}

func TestFragmentsOfTCP(t *testing.T) {
	f := cut4(up("PA", 101, 501, longText), 80)
	j, _ := scan(t, packets(f[1], f[0], f[2]), tlsPorts())
	j.want(t, `1 open 0 10.0.0.7:50000 > 10.0.0.1:2445`,
		fmt.Sprintf("6 data 0 to server %q", longText), `end 0 capture end`)
}

// A fragment cut by the snap length: what lies before the cut is handed out.
func TestFragmentsCut(t *testing.T) {
	f := cut4(udp4("10.0.0.7:49152", "10.0.0.1:69", longText), 96)
	file := newClassic(1)
	file.add(0, frame(f[1]), 0)
	file.add(0, frame(f[0]), 14+20+48)
	j, _ := scan(t, file.Bytes(), NewInterest([]uint16{69}, nil))
	j.want(t, reads(2, longText[:40])+" cut")
}

func TestFragmentsAbsurd(t *testing.T) {
	f := cut4(udp4("10.0.0.7:49152", "10.0.0.1:69", longText), 96)
	end := bytes.Clone(f[1])
	binary.BigEndian.PutUint16(end[6:], 0x1fff)
	_, sum := scan(t, classicOf(frames(f[0], end)...), NewInterest([]uint16{69}, nil))
	wantProblems(t, sum, "beyond 64 KiB")
	_, sum = scan(t, classicOf(frames(f[1], cut4(udp4("10.0.0.7:49152", "10.0.0.1:69", longText), 160)[1])...), NewInterest([]uint16{69}, nil))
	wantProblems(t, sum, "2 fragmented datagrams were never completed")
	last := bytes.Clone(f[1])
	binary.BigEndian.PutUint16(last[6:], 2)
	_, sum = scan(t, classicOf(frames(f[1], last)...), NewInterest([]uint16{69}, nil))
	wantProblems(t, sum, "disagree about its length", "never completed")
}

func TestIPv6AtomicFragment(t *testing.T) {
	f := cut6(udp4("[2001:db8::7]:49152", "[2001:db8::1]:69", "read"), 1000, 7)
	j, _ := scan(t, classicOf(frames(f...)...), NewInterest([]uint16{69}, nil))
	j.want(t, `1 udp [2001:db8::7]:49152 > [2001:db8::1]:69 "read"`)
}

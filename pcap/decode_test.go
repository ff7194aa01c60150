package pcap

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// Dropped packets never reach gopacket; wanted ones do.
func TestDroppedNotDecoded(t *testing.T) {
	decoded := func(ips ...[]byte) decoders {
		sc := newScanner(NewInterest([]uint16{69}, []uint16{2445}), newJournal())
		src, err := openSource(bytes.NewReader(classicOf(frames(ips...)...)), false, &sc.probs)
		if err != nil {
			t.Fatal(err)
		}
		sc.src = src
		for src.next(&sc.rec) {
			sc.frame()
		}
		return sc.dec
	}
	if d := decoded(
		udp4("10.0.0.8:20000", "10.0.0.9:20002", "rtp"),
		udp4("[2001:db8::7]:20000", "[2001:db8::1]:20002", "rtp"),
		seg{"10.0.0.8:5060", "10.0.0.9:5060", "SA", 1, 1, "sip"}.ip(),
		seg{"[2001:db8::7]:5060", "[2001:db8::1]:5060", "A", 1, 1, "sip"}.ip(),
	); !reflect.DeepEqual(d, decoders{}) {
		t.Errorf("%+v", d)
	}
	d := decoded(udp4("10.0.0.7:49152", "10.0.0.1:69", "read"), up("S", 100, 0, ""))
	if d.udp.DstPort != 69 || d.tcp.DstPort != 2445 {
		t.Errorf("%+v", d)
	}
}

// Headers that gopacket refuses lose nothing that is there.
func TestRefusedByGopacket(t *testing.T) {
	// A TCP header with options, and what stands in them.
	with := func(options string, text string) []byte {
		b := up("PA", 101, 501, "")
		o := unhex(options)
		b[20+12] = byte(5+len(o)/4) << 4
		b = join(b, o, []byte(text))
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		return b
	}
	open := `1 open 0 10.0.0.7:50000 > 10.0.0.1:2445 mid-stream`
	for name, b := range map[string][]byte{
		"no options":               with("", "hello"),
		"sound options":            with("0101 080a 00000001 00000002", "hello"),
		"option of length 0":       with("0200 0000", "hello"),
		"option beyond the header": with("0204 0564 0108 0a01", "hello"),
		"option without a length":  with("0101 0102", "hello"),
	} {
		j, sum := scan(t, classicOf(frame(b)), tlsPorts())
		t.Run(name, func(t *testing.T) {
			j.want(t, open, `1 data 0 to server "hello"`, `end 0 capture end`)
			wantProblems(t, sum)
		})
	}
	// Cut by the snap length: in the options, and behind the window. The
	// payload is known to be lost.
	for _, n := range []int{14 + 20 + 24, 14 + 20 + 20, 14 + 20 + 19, 14 + 20 + 16} {
		f := newClassic(1)
		f.add(0, frame(with("0101 080a 00000001 00000002", "hello")), n)
		j, sum := scan(t, f.Bytes(), tlsPorts())
		j.want(t, open, `1 data 0 to server "" after 5 lost`, `end 0 capture end`)
		if j.conns[0].Lost != [2]int64{5, 0} || sum.Truncated != 1 || sum.CutAt != n {
			t.Errorf("cut to %d: %+v, at %d", n, j.conns[0], sum.CutAt)
		}
		wantProblems(t, sum)
	}
	// A header that says less than 20 bytes, or more than the packet has.
	for off, problem := range map[byte]string{4: "TCP header length of 16 bytes", 15: "TCP header of 60 bytes is longer than the packet"} {
		b := with("", "hello")
		b[20+12] = off << 4
		j, sum := scan(t, classicOf(frame(b)), tlsPorts())
		j.want(t)
		wantProblems(t, sum, problem)
	}
	// UDP lengths: none, nonsense, beyond the packet, less than the packet.
	for length, want := range map[uint16]string{0: `"read"`, 5: `"read"`, 12: `"read"`, 999: `"read"`, 10: `"re"`} {
		b := udp4("10.0.0.7:49152", "10.0.0.1:69", "read")
		binary.BigEndian.PutUint16(b[24:], length)
		j, sum := scan(t, classicOf(frame(b)), NewInterest([]uint16{69}, nil))
		j.want(t, `1 udp 10.0.0.7:49152 > 10.0.0.1:69 `+want)
		wantProblems(t, sum)
	}
	f := newClassic(1)
	f.add(0, frame(udp4("10.0.0.7:49152", "10.0.0.1:69", "read")), 14+20+8+2)
	j, _ := scan(t, f.Bytes(), NewInterest([]uint16{69}, nil))
	j.want(t, `1 udp 10.0.0.7:49152 > 10.0.0.1:69 "re" cut`)
}

// Bits of GRE that RFC 2784 tells to ignore; tshark 4.0 ignores them.
func TestGREReservedBits(t *testing.T) {
	in4 := udp4("10.0.0.7:49152", "10.0.0.1:69", "read")
	j, sum := scan(t, classicOf(frame(serialize(ip4("192.0.2.1", "192.0.2.2", layers.IPProtocolGRE), gopacket.Payload(join(unhex("0080 0800"), in4))))), NewInterest([]uint16{69}, nil))
	j.want(t, `1 udp 10.0.0.7:49152 > 10.0.0.1:69 "read"`)
	wantProblems(t, sum)
}

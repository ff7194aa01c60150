package pcap

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"reflect"
	"runtime"
	"testing"
	"time"
)

func TestUDPByPortAndLearnedEndpoint(t *testing.T) {
	file := classicOf(frames(
		udp4("10.0.0.7:49152", "10.0.0.1:69", "read"),
		udp4("10.0.0.8:20000", "10.0.0.9:20002", "rtp"),
		udp4("10.0.0.1:33000", "10.0.0.7:49152", "data"),
		udp4("10.0.0.7:49152", "10.0.0.1:33000", "ack"),
		udp4("10.0.0.1:33000", "10.0.0.8:49152", "same port, other host"),
		udp4("10.0.0.1:33000", "10.0.0.7:49152", "after removal"),
	)...)
	in := NewInterest([]uint16{69}, nil)
	j := newJournal()
	client := netip.MustParseAddrPort("10.0.0.7:49152")
	j.onUDP = func(d *Datagram) {
		if d.Dst.Port() == 69 {
			in.AddUDP(client)
		}
		if string(d.Payload) == "ack" {
			in.RemoveUDP(client)
		}
	}
	sum, err := Scan(bytes.NewReader(file), in, j)
	if err != nil {
		t.Fatal(err)
	}
	j.want(t,
		`1 udp 10.0.0.7:49152 > 10.0.0.1:69 "read"`,
		`3 udp 10.0.0.1:33000 > 10.0.0.7:49152 "data"`,
		`4 udp 10.0.0.7:49152 > 10.0.0.1:33000 "ack"`)
	wantProblems(t, sum)
	if sum.Frames != 6 || sum.Format != "pcap" || !sum.From.Equal(t0) || !sum.To.Equal(t0.Add(5*time.Millisecond)) {
		t.Errorf("summary %+v", sum)
	}
	if got := sum.Coverage.Hosts; len(got) != 4 || got[0].Host.String() != "10.0.0.1" || got[0].Sent != 3 || got[0].Received != 2 {
		t.Errorf("hosts %+v", got)
	}
	if got := sum.Coverage.Services; len(got) != 1 || got[0].Host.String() != "10.0.0.1" || got[0].To != 1 || got[0].From != 0 {
		t.Errorf("services %+v", got)
	}
}

func TestTCPConversation(t *testing.T) {
	c, s := "10.0.0.7:50000", "10.0.0.1:2445"
	file := classicOf(frames(
		seg{c, s, "S", 1000, 0, ""}.ip(),
		seg{s, c, "SA", 5000, 1001, ""}.ip(),
		seg{c, s, "A", 1001, 5001, ""}.ip(),
		seg{c, s, "PA", 1001, 5001, "hello"}.ip(),
		seg{s, c, "PA", 5009, 1006, "world"}.ip(), // before its turn
		seg{s, c, "PA", 5001, 1006, "goodbye "}.ip(),
		seg{c, s, "PA", 1001, 5001, "hello"}.ip(), // again
		seg{c, s, "FA", 1006, 5014, ""}.ip(),
		seg{s, c, "FA", 5014, 1007, ""}.ip(),
		seg{c, s, "A", 1007, 5015, ""}.ip(),
	)...)
	j, sum := scan(t, file, NewInterest(nil, []uint16{2445}))
	j.want(t,
		`1 open 0 10.0.0.7:50000 > 10.0.0.1:2445`,
		`4 data 0 to server "hello"`,
		`6 data 0 to client "goodbye "`,
		`5 data 0 to client "world"`,
		`end 0 fin`)
	wantProblems(t, sum)
	k := j.conns[0]
	if len(k.Syns) != 1 || k.SynAck.Frame != 2 || !k.Established || k.MidStream || k.Last.Frame != 10 ||
		k.Packets != [2]int64{6, 4} || k.Bytes != [2]int64{5, 13} || k.Lost != [2]int64{} || k.Retransmits != [2]int{1, 0} ||
		k.Fin[ToServer].Frame != 8 || k.Fin[ToClient].Frame != 9 {
		t.Errorf("connection %+v", k)
	}
}

// Lengths that a file only claims cost no memory.
func TestHostileLengths(t *testing.T) {
	big := newClassic(1)
	binary.LittleEndian.PutUint32(big.Bytes()[16:], 0xffffffff)
	big.record(0, 0, maxFrame, maxFrame, []byte("short"))
	ng := newNG(binary.LittleEndian)
	ng.iface(1, 1<<31)
	ng.Write(ng.fields(6, maxBlock-4, make([]byte, 20)))
	for _, file := range [][]byte{big.Bytes(), ng.Bytes()} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, sum := scan(t, file, NewInterest(nil, nil))
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 3<<20 {
			t.Errorf("%d bytes allocated", n)
		}
		wantProblems(t, sum, "is cut")
	}
}

// Dropping a packet allocates nothing, whatever it is.
func TestUnwantedAllocatesNothing(t *testing.T) {
	var ps [][]byte
	for _, ip := range [][]byte{
		udp4("10.0.0.8:20000", "10.0.0.9:20002", "rtp"),
		udp4("[2001:db8::7]:20000", "[2001:db8::1]:20002", "rtp"),
		seg{"10.0.0.8:5060", "10.0.0.9:5060", "A", 1, 1, "sip"}.ip(),
		seg{"[2001:db8::7]:5060", "[2001:db8::1]:5060", "A", 1, 1, "sip"}.ip(),
	} {
		ps = append(ps, frame(ip), join(macA, macB, unhex("8100 0064"), frame(ip)[12:]))
	}
	allocs := func(n int) float64 {
		f := newClassic(1)
		for i := range n {
			f.add(0, ps[i%len(ps)], 0)
		}
		file := f.Bytes()
		return testing.AllocsPerRun(5, func() { scan(t, file, NewInterest([]uint16{69}, []uint16{2445})) })
	}
	if few, many := allocs(1000), allocs(20000); many > few+20 { // chunks of the longer file
		t.Errorf("%v allocations for 1000 packets, %v for 20000", few, many)
	}
}

// Two scans of one file say the same, in the same order.
func TestDeterministic(t *testing.T) {
	for seed := range int64(5) {
		file := chaos(seed, 1000)
		a, s1 := scan(t, file, NewInterest([]uint16{69}, []uint16{80, 2445}))
		b, s2 := scan(t, file, NewInterest([]uint16{69}, []uint16{80, 2445}))
		if !reflect.DeepEqual(a.lines, b.lines) || !reflect.DeepEqual(s1, s2) {
			t.Errorf("seed %d differs", seed)
		}
	}
}

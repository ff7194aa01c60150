package pcap

import (
	"bytes"
	"net/netip"
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

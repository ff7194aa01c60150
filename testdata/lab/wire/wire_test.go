package wire

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

var start = time.Date(2011, 7, 27, 13, 13, 17, 0, time.UTC)

func hosts() (*Host, *Host) {
	return NewHost("phone", "14.48.44.202", "00:11:21:5a:1a:e3", 64, 8192),
		NewHost("server", "14.48.44.80", "00:0c:29:4b:8e:21", 64, 5840)
}

// A packet is a frame as the standard layers of gopacket see it.
type packet struct {
	gopacket.Packet
	at time.Time
}

// draw reads a classic capture back by the offsets of its format.
func draw(t *testing.T, tr *Trace) []packet {
	t.Helper()
	data := tr.Classic()
	if !bytes.Equal(data[:8], []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0}) || data[20] != 1 {
		t.Fatalf("head %x", data[:24])
	}
	var out []packet
	for data = data[24:]; len(data) > 0; {
		le := binary.LittleEndian
		n := le.Uint32(data[8:])
		at := time.Unix(int64(le.Uint32(data)), int64(le.Uint32(data[4:]))*1000).UTC()
		p := packet{gopacket.NewPacket(data[16:16+n], layers.LayerTypeEthernet, gopacket.Default), at}
		if e := p.ErrorLayer(); e != nil {
			t.Errorf("%v in %x", e.Error(), data[16:16+n])
		}
		out = append(out, p)
		data = data[16+n:]
	}
	return out
}

func TestTransferIsComplete(t *testing.T) {
	phone, server := hosts()
	for _, size := range []int{0, 511, 512, 513, 5438} {
		data := bytes.Repeat([]byte{7}, size)
		var tr Trace
		tr.TFTP(Transfer{Client: phone, Server: server, ClientPort: 49530, ServerPort: 33001, File: "ITLSEP0011215A1AE3.tlv",
			Data: data, Request: start, End: start.Add(14 * time.Millisecond)})
		var got []byte
		packets := draw(t, &tr)
		for i, p := range packets {
			udp := p.Layer(layers.LayerTypeUDP).(*layers.UDP)
			if i == 0 && string(udp.Payload) != "\x00\x01ITLSEP0011215A1AE3.tlv\x00octet\x00" {
				t.Errorf("request %q", udp.Payload)
			}
			if udp.Payload[1] == 3 {
				if n := binary.BigEndian.Uint16(udp.Payload[2:]); int(n) != i/2+1 {
					t.Errorf("packet %d: block %d", i, n)
				}
				got = append(got, udp.Payload[4:]...)
			}
		}
		if !bytes.Equal(got, data) || len(packets) != 1+2*(size/512+1) {
			t.Errorf("%d bytes in %d packets, want %d bytes", len(got), len(packets), size)
		}
		first, last := packets[0].at, packets[len(packets)-1].at
		if !first.Equal(start) || last.Sub(first) != 14*time.Millisecond {
			t.Errorf("from %v to %v", first, last)
		}
	}
}

func TestConnectionNumbersAddUp(t *testing.T) {
	phone, server := hosts()
	var tr Trace
	c, up := tr.Dial(start, phone, server, 51000, 2445, "t")
	c.Send(up.Add(time.Millisecond), FromServer, bytes.Repeat([]byte{1}, 4000))
	c.Send(up.Add(9*time.Millisecond), FromClient, []byte("abc"))
	c.Close(up.Add(20*time.Millisecond), FromClient)
	next := map[layers.TCPPort]uint32{}
	var sent [2]int
	for i, p := range draw(t, &tr) {
		tcp := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if n, ok := next[tcp.SrcPort]; ok && n != tcp.Seq {
			t.Errorf("frame %d: sequence %d, want %d", i+1, tcp.Seq, n)
		}
		n := uint32(len(tcp.Payload))
		if tcp.SYN || tcp.FIN {
			n++
		}
		next[tcp.SrcPort] = tcp.Seq + n
		if tcp.ACK && tcp.Ack > next[tcp.DstPort] {
			t.Errorf("frame %d acknowledges what was not sent", i+1)
		}
		if tcp.SrcPort == 2445 {
			sent[1] += len(tcp.Payload)
		} else {
			sent[0] += len(tcp.Payload)
		}
	}
	if sent != [2]int{3, 4000} {
		t.Errorf("sent %v", sent)
	}
}

// Internet checksums over header and pseudo header must come out as zero.
func TestChecksums(t *testing.T) {
	phone, server := hosts()
	var tr Trace
	tr.Register(start, phone, server, 50000, "SEP0011215A1AE3", time.Minute, start.Add(3*time.Minute))
	tr.UDP(start, phone, server, 1000, 69, []byte("odd"))
	for i, p := range draw(t, &tr) {
		ip := p.NetworkLayer().(*layers.IPv4)
		if sum(ip.Contents) != 0xffff {
			t.Errorf("frame %d: wrong IP checksum", i+1)
		}
		tl := p.TransportLayer()
		seg := append(append([]byte{}, tl.LayerContents()...), tl.LayerPayload()...)
		pseudo := append(append([]byte{}, ip.SrcIP.To4()...), ip.DstIP.To4()...)
		pseudo = append(pseudo, 0, byte(ip.Protocol), byte(len(seg)>>8), byte(len(seg)))
		if len(seg)%2 == 1 {
			seg = append(seg, 0)
		}
		if sum(append(pseudo, seg...)) != 0xffff {
			t.Errorf("frame %d: wrong checksum", i+1)
		}
	}
}

func sum(p []byte) uint16 {
	var s uint32
	for i := 0; i+1 < len(p); i += 2 {
		s += uint32(p[i])<<8 | uint32(p[i+1])
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

func TestPhoneAnnouncesItself(t *testing.T) {
	phone, server := hosts()
	var tr Trace
	tr.CDP(start, phone, "SEP0011215A1AE3", "SCCP70.9-2-1S", "Cisco IP Phone 7970")
	tr.DHCP(start.Add(time.Second), phone, server, "255.255.255.0", []*Host{server}, 7)
	packets := draw(t, &tr)
	cdp, ok := packets[0].Layer(layers.LayerTypeCiscoDiscoveryInfo).(*layers.CiscoDiscoveryInfo)
	if !ok || cdp.DeviceID != "SEP0011215A1AE3" {
		t.Errorf("no announcement in %v", packets[0])
	}
	ack := packets[4].Layer(layers.LayerTypeDHCPv4).(*layers.DHCPv4)
	found := false
	for _, o := range ack.Options {
		found = found || o.Type == 150 && bytes.Equal(o.Data, []byte{14, 48, 44, 80})
	}
	if !found || len(packets) != 5 {
		t.Errorf("no option 150 in %v", ack.Options)
	}
}

func TestNGHoldsTheSameFrames(t *testing.T) {
	phone, server := hosts()
	build := func() *Trace {
		var tr Trace
		tr.ARP(start, phone, server)
		tr.Register(start, phone, server, 50000, "SEP0011215A1AE3", time.Minute, start.Add(3*time.Minute))
		return &tr
	}
	ng := build().NG("eth0", "test")
	phone, server = hosts()
	want := draw(t, build())
	var got int
	for len(ng) > 0 {
		le := binary.LittleEndian
		n := le.Uint32(ng[4:])
		if n%4 != 0 || le.Uint32(ng[n-4:]) != n {
			t.Fatalf("block of %d bytes ends with %x", n, ng[n-4:n])
		}
		if le.Uint32(ng) == 6 {
			us := int64(le.Uint32(ng[12:]))<<32 | int64(le.Uint32(ng[16:]))
			size := le.Uint32(ng[20:])
			w := want[got]
			if !bytes.Equal(ng[28:28+size], w.Data()) || us != w.at.UnixMicro() {
				t.Errorf("frame %d differs", got+1)
			}
			got++
		}
		ng = ng[n:]
	}
	if got != len(want) {
		t.Errorf("%d frames, want %d", got, len(want))
	}
}

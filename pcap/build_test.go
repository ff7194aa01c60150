package pcap

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// Builders for captures and packets. Packets are made by gopacket's
// serializers, so that what we read was not written by us.

var t0 = time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC)

// classicFile builds a classic capture.
type classicFile struct {
	bytes.Buffer
	nano  bool
	order binary.ByteOrder
	n     int
}

func newClassic(link uint32) *classicFile {
	f := &classicFile{order: binary.LittleEndian}
	f.head(0xa1b2c3d4, 262144, link)
	return f
}

func (f *classicFile) head(magic, snap, link uint32) {
	var h [24]byte
	f.order.PutUint32(h[0:], magic)
	f.order.PutUint16(h[4:], 2)
	f.order.PutUint16(h[6:], 4)
	f.order.PutUint32(h[16:], snap)
	f.order.PutUint32(h[20:], link)
	f.Write(h[:])
}

// add appends a frame at t0 + d, cut to snap bytes when snap is not 0.
func (f *classicFile) add(d time.Duration, b []byte, snap int) {
	t := t0.Add(d)
	frac := uint32(t.Nanosecond() / 1000)
	if f.nano {
		frac = uint32(t.Nanosecond())
	}
	c := b
	if snap > 0 && len(b) > snap {
		c = b[:snap]
	}
	f.record(uint32(t.Unix()), frac, uint32(len(c)), uint32(len(b)), c)
}

func (f *classicFile) record(sec, frac, incl, orig uint32, b []byte) {
	var h [16]byte
	f.order.PutUint32(h[0:], sec)
	f.order.PutUint32(h[4:], frac)
	f.order.PutUint32(h[8:], incl)
	f.order.PutUint32(h[12:], orig)
	f.Write(h[:])
	f.Write(b)
	f.n++
}

// classicOf is a capture of Ethernet frames, a millisecond apart.
func classicOf(frames ...[]byte) []byte {
	f := newClassic(1)
	for i, b := range frames {
		f.add(time.Duration(i)*time.Millisecond, b, 0)
	}
	return f.Bytes()
}

// linkOf is a capture of frames of one link type.
func linkOf(link uint32, frames ...[]byte) []byte {
	f := newClassic(link)
	for i, b := range frames {
		f.add(time.Duration(i)*time.Millisecond, b, 0)
	}
	return f.Bytes()
}

func serialize(l ...gopacket.SerializableLayer) []byte {
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, l...); err != nil {
		panic(err)
	}
	return bytes.Clone(b.Bytes())
}

var (
	macA = net.HardwareAddr{0x00, 0x1b, 0x54, 0x11, 0x22, 0x33}
	macB = net.HardwareAddr{0x00, 0x50, 0x56, 0x44, 0x55, 0x66}
)

func ether(t layers.EthernetType) *layers.Ethernet {
	return &layers.Ethernet{SrcMAC: macA, DstMAC: macB, EthernetType: t}
}

var nextID uint16

func ip4(src, dst string, p layers.IPProtocol) *layers.IPv4 {
	nextID++
	return &layers.IPv4{Version: 4, TTL: 64, Id: nextID, Protocol: p, SrcIP: net.ParseIP(src).To4(), DstIP: net.ParseIP(dst).To4()}
}

func ip6(src, dst string, p layers.IPProtocol) *layers.IPv6 {
	return &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: p, SrcIP: net.ParseIP(src), DstIP: net.ParseIP(dst)}
}

// udp4 is a UDP datagram from IP on.
func udp4(src, dst, payload string) []byte {
	s, d := netip.MustParseAddrPort(src), netip.MustParseAddrPort(dst)
	u := &layers.UDP{SrcPort: layers.UDPPort(s.Port()), DstPort: layers.UDPPort(d.Port())}
	if s.Addr().Is6() {
		ip := ip6(s.Addr().String(), d.Addr().String(), layers.IPProtocolUDP)
		u.SetNetworkLayerForChecksum(ip)
		return serialize(ip, u, gopacket.Payload(payload))
	}
	ip := ip4(s.Addr().String(), d.Addr().String(), layers.IPProtocolUDP)
	u.SetNetworkLayerForChecksum(ip)
	return serialize(ip, u, gopacket.Payload(payload))
}

// seg is a TCP segment. Flags by letters: S, A, F, R, P.
type seg struct {
	src, dst string
	flags    string
	seq, ack uint32
	data     string
}

func (g seg) ip() []byte {
	s, d := netip.MustParseAddrPort(g.src), netip.MustParseAddrPort(g.dst)
	t := &layers.TCP{SrcPort: layers.TCPPort(s.Port()), DstPort: layers.TCPPort(d.Port()), Seq: g.seq, Ack: g.ack, Window: 8192,
		SYN: strings.Contains(g.flags, "S"), ACK: strings.Contains(g.flags, "A"), FIN: strings.Contains(g.flags, "F"),
		RST: strings.Contains(g.flags, "R"), PSH: strings.Contains(g.flags, "P")}
	if s.Addr().Is6() {
		ip := ip6(s.Addr().String(), d.Addr().String(), layers.IPProtocolTCP)
		t.SetNetworkLayerForChecksum(ip)
		return serialize(ip, t, gopacket.Payload(g.data))
	}
	ip := ip4(s.Addr().String(), d.Addr().String(), layers.IPProtocolTCP)
	t.SetNetworkLayerForChecksum(ip)
	return serialize(ip, t, gopacket.Payload(g.data))
}

// frame puts an IP packet into Ethernet.
func frame(ip []byte) []byte {
	t := layers.EthernetTypeIPv4
	if ip[0]>>4 == 6 {
		t = layers.EthernetTypeIPv6
	}
	return serialize(ether(t), gopacket.Payload(ip))
}

func frames(ips ...[]byte) [][]byte {
	var out [][]byte
	for _, b := range ips {
		out = append(out, frame(b))
	}
	return out
}

// journal is a sink that writes down what it is told.
type journal struct {
	lines []string
	conns []*Conn
	data  map[*Conn][2][]byte
	ends  map[*Conn]EndReason
	onUDP func(*Datagram)
}

func newJournal() *journal {
	return &journal{data: map[*Conn][2][]byte{}, ends: map[*Conn]EndReason{}}
}

func (j *journal) say(format string, a ...any) { j.lines = append(j.lines, fmt.Sprintf(format, a...)) }

func (j *journal) Datagram(d *Datagram) {
	cut := ""
	if d.Cut {
		cut = " cut"
	}
	j.say("%d udp %v > %v %q%s", d.Frame, d.Src, d.Dst, d.Payload, cut)
	if j.onUDP != nil {
		j.onUDP(d)
	}
}

func (j *journal) Open(c *Conn) {
	mid := ""
	if c.MidStream {
		mid = " mid-stream"
	}
	j.conns = append(j.conns, c)
	j.say("%d open %d %v > %v%s", c.First.Frame, c.Stream, c.Client, c.Server, mid)
}

func (j *journal) Data(c *Conn, ch Chunk) {
	lost := ""
	if ch.Lost > 0 {
		lost = fmt.Sprintf(" after %d lost", ch.Lost)
	}
	j.say("%d data %d %v %q%s", ch.Frame, c.Stream, ch.Dir, ch.Data, lost)
	d := j.data[c]
	d[ch.Dir] = append(d[ch.Dir], ch.Data...)
	j.data[c] = d
}

func (j *journal) End(c *Conn, why EndReason) {
	if _, twice := j.ends[c]; twice {
		j.say("ENDED TWICE")
	}
	j.ends[c] = why
	j.say("end %d %v", c.Stream, why)
}

func (j *journal) Unreachable(u *UnreachableUDP) {
	j.say("%d unreachable %v > %v from %v type %d code %d", u.Frame, u.Src, u.Dst, u.From, u.Type, u.Code)
}

func (j *journal) Announcement(a *Announcement) {
	j.say("%d %s from %x vlan %d %q", a.Frame, a.Protocol, a.Source, a.VLAN, a.Payload)
}

// scan reads a capture that has no problems.
func scan(t testing.TB, file []byte, in *Interest) (*journal, *Summary) {
	t.Helper()
	j := newJournal()
	sum, err := Scan(bytes.NewReader(file), in, j)
	if err != nil {
		t.Fatalf("Scan: %v", err)
	}
	return j, sum
}

func (j *journal) want(t testing.TB, lines ...string) {
	t.Helper()
	got, want := strings.Join(j.lines, "\n"), strings.Join(lines, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func wantProblems(t testing.TB, s *Summary, parts ...string) {
	t.Helper()
	if len(s.Problems) != len(parts) {
		t.Errorf("problems: got %q, want %d", s.Problems, len(parts))
		return
	}
	for i, p := range parts {
		if text := s.Problems[i].Where + ": " + s.Problems[i].What; !strings.Contains(text, p) {
			t.Errorf("problem %d is %q, want %q in it", i, text, p)
		}
	}
}

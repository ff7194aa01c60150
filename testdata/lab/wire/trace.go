package wire

import (
	"encoding/binary"
	"net"
	"net/netip"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// A Host is a station as the phone's segment sees it: a server behind a router
// shows the router's hardware address and a time to live that has come down.
type Host struct {
	Name   string
	IP     netip.Addr
	MAC    net.HardwareAddr
	TTL    uint8
	Window uint16
	id     uint16 // last IP identifier used
}

// NewHost returns a host; mac is six bytes as text.
func NewHost(name, ip, mac string, ttl uint8, window uint16) *Host {
	hw, err := net.ParseMAC(mac)
	if err != nil {
		panic(err)
	}
	h := &Host{Name: name, IP: netip.MustParseAddr(ip), MAC: hw, TTL: ttl, Window: window}
	h.id = binary.BigEndian.Uint16(hw[4:]) ^ binary.BigEndian.Uint16(h.IP.AsSlice()[2:])
	return h
}

// A frame is drawn when its turn comes, because IP identifiers rise in order of
// time and not in order of drawing.
type frame struct {
	at    time.Time
	label string
	seen  Packet // ends only
	draw  func() []byte
}

// A Trace collects frames.
type Trace struct {
	frames []frame
	label  string
	marks  []Mark
}

// A Mark is the number of a frame that the scenario wants to speak of.
type Mark struct {
	Label string
	Frame int // counted from 1
	At    time.Time
}

// Label names the next frame that is drawn. Its number is known when the capture
// has been made, see [Trace.Marks].
func (t *Trace) Label(text string) { t.label = text }

// Marks returns the named frames in order of the capture.
func (t *Trace) Marks() []Mark { return t.marks }

func (t *Trace) add(at time.Time, draw func() []byte) { t.between(at, Packet{}, draw) }

func (t *Trace) between(at time.Time, ends Packet, draw func() []byte) {
	t.frames = append(t.frames, frame{at.Truncate(time.Microsecond), t.label, ends, draw})
	t.label = ""
}

func serialize(ls ...gopacket.SerializableLayer) []byte {
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ls...); err != nil {
		panic(err)
	}
	return append([]byte{}, b.Bytes()...)
}

func (h *Host) ethernet(to *Host) *layers.Ethernet {
	return &layers.Ethernet{SrcMAC: h.MAC, DstMAC: to.MAC, EthernetType: layers.EthernetTypeIPv4}
}

func (h *Host) ipv4(to *Host, proto layers.IPProtocol) *layers.IPv4 {
	h.id++
	return &layers.IPv4{Version: 4, IHL: 5, TTL: h.TTL, Id: h.id, Protocol: proto,
		SrcIP: h.IP.AsSlice(), DstIP: to.IP.AsSlice()}
}

// UDP draws one datagram.
func (t *Trace) UDP(at time.Time, from, to *Host, sport, dport uint16, payload []byte) {
	ends := Packet{From: from.IP, To: to.IP, Ports: [2]uint16{sport, dport}}
	t.between(at, ends, func() []byte {
		ip := from.ipv4(to, layers.IPProtocolUDP)
		udp := &layers.UDP{SrcPort: layers.UDPPort(sport), DstPort: layers.UDPPort(dport)}
		udp.SetNetworkLayerForChecksum(ip)
		return serialize(from.ethernet(to), ip, udp, gopacket.Payload(payload))
	})
}

// Frames returns how many frames were drawn.
func (t *Trace) Frames() int { return len(t.frames) }

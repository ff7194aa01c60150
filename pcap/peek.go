package pcap

import (
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// Headers is what a single frame says of its transport.
type Headers struct {
	Protocol string // "udp" or "tcp"
	Src, Dst netip.AddrPort
	Payload  int // where in Frame.Data the payload begins; len(Data) without one
}

// Peek reads the headers of one frame by itself, for a Reader that looks for the
// packets of a connection. False for what is no UDP or TCP, for fragments, and
// where the layers below are not known. It is no part of the hot loop and uses
// gopacket, which recovers from its own faults.
func (f Frame) Peek() (h Headers, ok bool) {
	data := f.Data
	var first gopacket.Decoder = layers.LinkType(f.Link)
	switch f.Link {
	case linkSLL2: // not in gopacket v1.1.19; drawn in link.go
		if len(data) < 20 {
			return h, false
		}
		first, data = layers.EthernetType(be16(data)), data[20:]
	case linkRaw, linkIPv4, linkIPv6, linkRaw12, linkRaw14:
		first = layers.LayerTypeIPv4
		if len(data) > 0 && data[0]>>4 == 6 {
			first = layers.LayerTypeIPv6
		}
	}
	if f.Link > 0xff && f.Link != linkSLL2 {
		return h, false
	}
	p := gopacket.NewPacket(data, first, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	t := p.TransportLayer()
	if t == nil || p.NetworkLayer() == nil {
		return h, false
	}
	var sp, dp uint16
	switch t := t.(type) {
	case *layers.UDP:
		h.Protocol, sp, dp = "udp", uint16(t.SrcPort), uint16(t.DstPort)
	case *layers.TCP:
		h.Protocol, sp, dp = "tcp", uint16(t.SrcPort), uint16(t.DstPort)
	default:
		return h, false
	}
	// The network layer right below: tunnels have several.
	var src, dst netip.Addr
	for _, l := range p.Layers() {
		switch l := l.(type) {
		case *layers.IPv4:
			src, _ = netip.AddrFromSlice(l.SrcIP)
			dst, _ = netip.AddrFromSlice(l.DstIP)
		case *layers.IPv6:
			src, _ = netip.AddrFromSlice(l.SrcIP)
			dst, _ = netip.AddrFromSlice(l.DstIP)
		case *layers.UDP, *layers.TCP:
			if l != t {
				continue
			}
			h.Src, h.Dst = netip.AddrPortFrom(src.Unmap(), sp), netip.AddrPortFrom(dst.Unmap(), dp)
		}
	}
	h.Payload = len(f.Data)
	if b := t.LayerPayload(); len(b) > 0 {
		if at := cap(f.Data) - cap(b); at > 0 && at < len(f.Data) {
			h.Payload = at
		}
	}
	return h, h.Src.IsValid()
}

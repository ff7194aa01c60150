package pcap

import "net/netip"

// portset is a bit per port: 8 KiB, so that the look at two ports of every
// packet stays in the first-level cache.
type portset [1024]uint64

func (s *portset) add(p uint16)      { s[p>>6] |= 1 << (p & 63) }
func (s *portset) remove(p uint16)   { s[p>>6] &^= 1 << (p & 63) }
func (s *portset) has(p uint16) bool { return s[p>>6]&(1<<(p&63)) != 0 }

// Interest is what the caller asks for. It is consulted by a look at the
// header bytes of every packet, before any layer is decoded. The sink may add
// and remove endpoints while Scan runs; an Interest serves one Scan at a time.
type Interest struct {
	udp, tcp portset // ports asked for
	look     portset // UDP ports worth a second look: asked for, learned, tunnels

	learned map[netip.AddrPort]int // endpoints with their number of AddUDP calls
	ports   map[uint16]int         // how many learned endpoints share a port
}

// NewInterest asks for UDP and TCP ports: a packet is wanted when either of
// its ports is in the set.
func NewInterest(udp, tcp []uint16) *Interest {
	in := &Interest{learned: map[netip.AddrPort]int{}, ports: map[uint16]int{}}
	for _, p := range udp {
		in.udp.add(p)
		in.look.add(p)
	}
	for _, p := range tcp {
		in.tcp.add(p)
	}
	for _, p := range tunnelPorts {
		in.look.add(p)
	}
	return in
}

// AddUDP asks for all datagrams from or to one endpoint, for example the
// client port of a TFTP read request. Calls are counted: as many RemoveUDP
// calls take it back.
func (in *Interest) AddUDP(ep netip.AddrPort) {
	ep = netip.AddrPortFrom(ep.Addr().Unmap().WithZone(""), ep.Port())
	in.learned[ep]++
	if in.learned[ep] > 1 {
		return
	}
	in.ports[ep.Port()]++
	in.look.add(ep.Port())
}

// RemoveUDP takes back one AddUDP of the same endpoint.
func (in *Interest) RemoveUDP(ep netip.AddrPort) {
	ep = netip.AddrPortFrom(ep.Addr().Unmap().WithZone(""), ep.Port())
	n, ok := in.learned[ep]
	if !ok {
		return
	}
	if n > 1 {
		in.learned[ep] = n - 1
		return
	}
	delete(in.learned, ep)
	p := ep.Port()
	if in.ports[p]--; in.ports[p] > 0 {
		return
	}
	delete(in.ports, p)
	if !in.udp.has(p) && !isTunnelPort(p) {
		in.look.remove(p)
	}
}

// wantsUDP is the exact answer after look said that it is worth asking.
func (in *Interest) wantsUDP(src, dst netip.AddrPort) bool {
	if in.udp.has(src.Port()) || in.udp.has(dst.Port()) {
		return true
	}
	if len(in.learned) == 0 {
		return false
	}
	return in.learned[src] > 0 || in.learned[dst] > 0
}

// tunnelPorts are UDP destination ports whose payload is a frame: VXLAN
// (RFC 7348), VXLAN GPE and Geneve (RFC 8926).
var tunnelPorts = [...]uint16{4789, 4790, 6081}

func isTunnelPort(p uint16) bool {
	for _, t := range tunnelPorts {
		if t == p {
			return true
		}
	}
	return false
}

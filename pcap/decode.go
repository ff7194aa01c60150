package pcap

import "github.com/google/gopacket/layers"

// decoders are the layers that gopacket v1.1.19 decodes, each used again for
// every packet, so that decoding allocates nothing. Nothing of them outlives
// the packet. They come after the look at the ports (the headers that lead
// there are on the way of every packet, also of those that are dropped) and for
// layers that are met rarely.
//
// gopacket's other decoders stay away from input that may be hostile or cut.
// TestGopacketHoles shows each of the reasons:
//
//	IPv4, IPv6    on the way of dropped packets; IPv6 refuses the length 0 of
//	              segmentation offload, IPv4 counts such a packet modulo 64 KiB
//	LinuxSLL      takes the length of the address from the packet, which is 20
//	              for InfiniBand, and reads behind the field of 8 bytes
//	GRE           checks no length, and takes a bit that RFC 2784 tells to
//	              ignore for an acknowledgement number
//	ERSPANII      checks no length: guarded here
//	Geneve        counts the offset in 8 bits, checks one byte too few, keeps
//	              the options of all packets before
//	MPLS, PPP, PPPoE, IPv6Fragment, IPSecAH
//	              decode only into a gopacket.Packet, which allocates; the
//	              first three check no length
type decoders struct {
	udp    layers.UDP
	tcp    layers.TCP
	icmp4  layers.ICMPv4
	icmp6  layers.ICMPv6
	ext6   layers.IPv6ExtensionSkipper
	vxlan  layers.VXLAN
	erspan layers.ERSPANII
	llc    layers.LLC
	snap   layers.SNAP

	tcpHead [tcpHeadLen]byte // of a segment that is cut inside its header
}

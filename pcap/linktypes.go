package pcap

import "fmt"

// Link types (https://www.tcpdump.org/linktypes.html) that are read.
const (
	linkNull      = 0
	linkEthernet  = 1
	linkPPP       = 9
	linkRaw12     = 12 // DLT_RAW of most systems, also seen in files
	linkRaw14     = 14 // DLT_RAW of OpenBSD
	linkPPPSerial = 50
	linkPPPoE     = 51
	linkRaw       = 101
	linkCHDLC     = 104
	linkLoop      = 108
	linkSLL       = 113
	linkPPPD      = 166
	linkPPPDir    = 204
	linkIPv4      = 228
	linkIPv6      = 229
	linkSLL2      = 276
)

var linkNames = map[uint32]string{
	linkNull: "Null/Loopback", linkEthernet: "Ethernet", 6: "Token Ring", 7: "ARCNET", 8: "SLIP",
	linkPPP: "PPP", 10: "FDDI", 11: "ATM RFC 1483", linkRaw12: "Raw IP", linkRaw14: "Raw IP",
	linkPPPSerial: "PPP in HDLC-like framing", linkPPPoE: "PPPoE", 100: "ATM RFC 1483", linkRaw: "Raw IP",
	linkCHDLC: "Cisco HDLC", 105: "IEEE 802.11", 107: "Frame Relay", linkLoop: "OpenBSD loopback",
	linkSLL: "Linux cooked v1", 117: "PF log", 119: "Prism 802.11", 127: "Radiotap 802.11",
	147: "User 0", 163: "AVS 802.11", linkPPPD: "PPP of pppd with direction", 187: "Bluetooth HCI H4",
	189: "USB Linux", 192: "PPI", 195: "IEEE 802.15.4", 197: "ERF", 201: "Bluetooth HCI H4 with header",
	linkPPPDir: "PPP with direction", 220: "USB Linux mmapped", linkIPv4: "Raw IPv4", linkIPv6: "Raw IPv6", 239: "NFLOG",
	249: "USBPcap", 252: "Wireshark upper PDU", 253: "Linux netlink", linkSLL2: "Linux cooked v2",
}

// readLink reports whether the layers above a link type are read.
func readLink(t uint32) bool {
	switch t {
	case linkNull, linkEthernet, linkPPP, linkRaw12, linkRaw14, linkPPPSerial, linkPPPoE, linkRaw,
		linkCHDLC, linkLoop, linkSLL, linkPPPD, linkPPPDir, linkIPv4, linkIPv6, linkSLL2:
		return true
	}
	return false
}

// linkCounts counts frames by link type: an array for the usual ones, which
// keeps the map out of the hot loop.
type linkCounts struct {
	low  [512]int
	high map[uint32]int
}

func (l *linkCounts) init() { l.high = map[uint32]int{} }

func (l *linkCounts) add(t uint32) {
	if t < uint32(len(l.low)) {
		l.low[t]++
		return
	}
	l.high[t]++ // link types have 16 bits: bounded by itself
}

func (l *linkCounts) result(s *scanner) map[uint32]LinkCount {
	out := map[uint32]LinkCount{}
	put := func(t uint32, n int) {
		name := linkNames[t]
		if name == "" {
			name = "unknown"
		}
		out[t] = LinkCount{Name: name, Frames: n, Decoded: readLink(t)}
	}
	for t, n := range l.low {
		if n > 0 {
			put(uint32(t), n)
		}
	}
	for t, n := range l.high {
		put(t, n)
	}
	for _, t := range sortedKeys(out, func(a, b uint32) bool { return a < b }) {
		if c := out[t]; !c.Decoded {
			s.probs.file(fmt.Sprintf("%d frames of link type %d (%s) are not decoded", c.Frames, t, c.Name))
		}
	}
	return out
}

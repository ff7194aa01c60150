package pcap

import (
	"net/netip"
	"time"
)

// Mark is a place in a capture.
type Mark struct {
	Frame int       // 1-based over the whole file, as Wireshark counts, or over the whole series: see Summary.Locate
	Time  time.Time // UTC; zero when the capture holds no time (simple packet blocks)
}

// Datagram is one wanted UDP datagram, reassembled when it was fragmented. It
// is the caller's only during the call, which gets the same one each time.
type Datagram struct {
	Mark     // of the frame that completed it
	Src, Dst netip.AddrPort
	Payload  []byte // valid only during the call
	Cut      bool   // shorter than on the wire (snap length)
	Wire     int    // octets of the payload on the wire, len(Payload) unless Cut
}

// Dir is a direction of a TCP connection.
type Dir uint8

// The directions. They index the arrays of Conn.
const (
	ToServer Dir = iota
	ToClient
)

// Other is the opposite direction.
func (d Dir) Other() Dir { return d ^ 1 }

func (d Dir) String() string {
	if d == ToServer {
		return "to server"
	}
	return "to client"
}

// Reset is the first RST segment of a connection.
type Reset struct {
	Mark
	From Dir   // the direction in which it travelled
	TTL  uint8 // IPv4 TTL or IPv6 hop limit: a middlebox often betrays itself by it
}

// Unreachable is an ICMP error that quotes a TCP connection.
type Unreachable struct {
	Mark
	From netip.Addr // who sent the error
	Type uint8      // ICMP or ICMPv6 type, by the family of From
	Code uint8
}

// UnreachableUDP is an ICMP error that quotes a wanted UDP datagram.
type UnreachableUDP struct {
	Mark
	From     netip.Addr
	Src, Dst netip.AddrPort // of the quoted datagram
	Type     uint8
	Code     uint8
}

// Conn is one wanted TCP connection. The sink sees the same *Conn in every
// call about it and may read it at any time during and after the scan.
type Conn struct {
	Stream         int            // Wireshark's tcp.stream
	Client, Server netip.AddrPort // client: sender of the SYN; mid-stream: the side not on a wanted port
	First, Last    Mark
	MidStream      bool   // neither SYN nor SYN-ACK seen
	Syns           []Mark // every distinct client SYN, copies by a span port removed
	SynAck         *Mark
	Established    bool // a SYN-ACK or data was seen from the server
	Reset          *Reset
	Fin            [2]*Mark
	Unreachable    *Unreachable
	Packets        [2]int64 // without copies
	Bytes          [2]int64 // payload bytes seen, each once
	Lost           [2]int64 // bytes never seen: gaps that were given up, bytes cut by the snap length
	Retransmits    [2]int   // segments whose payload was seen before; SYNs are in Syns
	User           any      // for the sink's own state

}

// Chunk is a run of payload bytes of one direction, in sequence order. It
// never spans two frames.
type Chunk struct {
	Mark        // the frame that carried its first byte
	Dir  Dir    //
	Data []byte // valid only during the call; empty in a last chunk that only tells a loss
	Lost int64  // bytes missing between the previous chunk and Data
}

// EndReason says why no more will come of a connection.
type EndReason uint8

// The reasons of an end.
const (
	EndCapture EndReason = iota // the capture ended first
	EndFin                      // closed by FIN in both directions
	EndReset                    // closed by RST
	EndReuse                    // the same addresses and ports began a new connection
	EndLimit                    // dropped to keep memory bounded; Summary.Problems says so
)

func (e EndReason) String() string {
	switch e {
	case EndFin:
		return "fin"
	case EndReset:
		return "reset"
	case EndReuse:
		return "reuse"
	case EndLimit:
		return "limit"
	}
	return "capture end"
}

// Sink receives what was asked for, in file order. The calls come from the
// goroutine that called Scan.
type Sink interface {
	Datagram(d *Datagram)
	Open(c *Conn)
	Data(c *Conn, ch Chunk)
	End(c *Conn, why EndReason) // exactly once for each Open
	Unreachable(u *UnreachableUDP)
}

// Announcement is a link-layer frame that names a device or tells what its
// switch thinks of it: CDP, LLDP or EAP over LAN.
type Announcement struct {
	Mark
	Protocol string // "cdp", "lldp" or "eapol"
	Source   [6]byte
	Dest     [6]byte
	VLAN     int    // of the outermost 802.1Q tag, -1 without one
	Payload  []byte // after the LLC/SNAP header (CDP) or the EtherType (LLDP, EAPOL); valid only during the call
	Cut      bool
}

// AnnouncementSink is an optional extension of Sink.
type AnnouncementSink interface {
	Announcement(a *Announcement)
}

// Problem is something that kept a part of the capture from being read, or a
// bound that was met.
type Problem struct {
	Where string // "byte 1234" (of the unpacked file), "frame 17", "frames 17 to 950 (33 times)", "file"
	What  string
}

// LinkCount counts the frames of one link type.
type LinkCount struct {
	Name    string // as in the registry of link types, "unknown" when we do not know it
	Frames  int
	Decoded bool // the layers above are read; false: the frames were counted only
}

// OneWay is proof that a capture lacks one direction between two hosts:
// packets from From to To acknowledge what is not in the file.
type OneWay struct {
	From, To    netip.Addr
	Connections int
	First       Mark
}

// Summary is what Scan learned about the file as a whole.
type Summary struct {
	Format    string // "pcap", "pcapng"; ", gzip" appended when compressed
	Frames    int
	From, To  time.Time            // earliest and latest time of a frame
	Links     map[uint32]LinkCount // by link type (LINKTYPE_ value)
	Snaplen   int                  // largest of the file, 0 unknown or unlimited
	Truncated int                  // frames cut by the snap length
	CutAt     int                  // octets of the longest of those; a file cut later keeps its Snaplen
	Copies    int                  // wanted packets dropped as copies of one just seen
	Streams   int                  // TCP conversations, Wireshark's count
	Notes     []string             // comments, names of hardware, OS and application (pcapng)
	OneWay    []OneWay
	Problems  []Problem
	Coverage  Coverage
	Parts     []PartSummary // of a series (ScanSeries), else nil
}

// Coverage says what the capture could have shown.
type Coverage struct {
	Services []ServiceCoverage // sorted by host, protocol, port
	Hosts    []HostCoverage    // sorted by address
	Limited  bool              // bounds were met: absence from the lists proves nothing
}

// ServiceCoverage counts the packets of one wanted port of one host.
type ServiceCoverage struct {
	Host        netip.Addr
	Protocol    string // "udp", "tcp"
	Port        uint16
	To, From    int64 // packets to and from the host on that port, copies included
	First, Last Mark
}

// HostCoverage counts all IP packets of one host, wanted or not.
//
// Missed is proof that the capture lost packets: octets of connections which this
// host opened, seen in both directions, that their receiver acknowledged and the
// capture lacks. What the snap length cut is not counted.
type HostCoverage struct {
	Host           netip.Addr
	Sent, Received int64
	Missed         int64
	First, Last    Mark
}

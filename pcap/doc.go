// Package pcap reads packet captures and hands on what was asked for: UDP
// datagrams and TCP connections of chosen ports, in file order, with the frame
// numbers and tcp.stream numbers that Wireshark shows.
//
// # In
//
// Any io.Reader with a classic pcap or pcapng file, plain or gzip, of any size:
// it is read once, from front to back, in bounded memory. The caller says what
// it wants by an Interest, and can change it while the file is read:
//
//	in := pcap.NewInterest([]uint16{69}, []uint16{2445})
//	sum, err := pcap.Scan(file, in, sink)
//
// A TFTP server answers from a port of its own; the sink that sees a read
// request therefore calls in.AddUDP with the client's endpoint.
//
// # Out
//
// A Sink is told of each wanted Datagram; of each wanted TCP connection it
// gets Open, then Data in sequence order per direction, then End:
//
//	Open   stream 4, 10.0.0.7:50000 > 10.0.0.1:2445, first frame 17
//	Data   frame 20, to server, 133 bytes
//	Data   frame 23, to client, 1448 bytes, after 1448 lost
//	End    reset
//
// The Summary says what the file could have shown: frames by link type, hosts
// and services seen in each direction, and every problem with its place. A file
// that is cut or damaged counts up to the damage; Scan returns an error only
// when nothing could be read.
//
// A capture that was rotated into several files is read by ScanSeries as one:
// what was cut between two files is joined.
//
// # How
//
// The bytes of a file pass through window.go (large buffers, read ahead),
// classic.go or ng.go (frames; all lengths checked before they are believed),
// prefilter.go (drops what nobody wants by a look at fixed places), link.go,
// ppp.go, ip.go, frag.go, tunnel.go (headers), and end in udp.go, icmp.go or
// tcp.go with reassembly.go. A dropped packet costs no allocation; what remains
// of it is a count of its hosts and, for TCP, of its conversation.
//
// Copies that a span port adds are dropped before anything is counted. Segments
// that the capture lacks are given up when the receiver has acknowledged them.
//
// # What gopacket does here
//
// The layers of the packets that matter are decoded by gopacket
// (github.com/google/gopacket v1.1.19, decode.go): UDP and TCP of packets that
// are wanted, ICMP, IPv6 extension headers, VXLAN, ERSPAN II, LLC and SNAP, by
// DecodeFromBytes into structures that are used again, after our own checks of
// lengths. pcapgo writes our captures (write.go), and in the tests it is the
// reference: of every file that both can read it must return the same frames,
// and gopacket's full decoding the same payloads.
//
// What stands before that is our own code:
//
//   - The scan of records and blocks. pcapgo copies every packet and allocates
//     what a length in the file claims, up to 4 GiB; here a frame is looked at
//     where it lies in a large buffer, and its length is checked first. From a
//     file that takes less than half the time of pcapgo's reading without copies, a fifth
//     of that with (BenchmarkRead).
//   - Headers and options. pcapgo can read them only as a stream of its own,
//     and what it tells is wrong in places that decide evidence: link types
//     above 255, times in seconds or powers of two, a file that is cut, snap
//     lengths that are exceeded, options that are empty, repeated or damaged.
//   - Link and IP headers up to the ports. They are read of every packet, most
//     of which are dropped there; and cut packets, segmentation offload and
//     fragments need more patience than gopacket's decoders have.
//   - Tunnels whose decoders are unsafe on input that is cut, listed in decode.go.
//
// deviations_test.go shows each of these and fails when a release mends one.
//
// # Not
//
// It knows no application protocol, checks no checksum (captures on the sending
// host hold packets that the card has yet to fill in), decrypts nothing, and
// reads neither IEEE 802.11 nor Frame Relay: such frames are counted in
// Summary.Links and told as a problem.
package pcap

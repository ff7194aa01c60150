package wire

import (
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"trustline/testdata/lab/keys"
)

// mss is the largest segment on Ethernet without options.
const mss = 1460

// Delays of the drawn network.
const (
	// RoundTrip is the time between a segment and its acknowledgement.
	RoundTrip = 900 * time.Microsecond
	// segmentGap lies between segments sent back to back.
	segmentGap = 130 * time.Microsecond
)

// Side is one end of a connection.
type Side int

// The two sides.
const (
	FromClient Side = iota
	FromServer
)

func (s Side) other() Side { return 1 - s }

// A Conn is a TCP connection being drawn.
type Conn struct {
	trace *Trace
	host  [2]*Host
	port  [2]uint16
	seq   [2]uint32 // next sequence number of each side
	acked [2]uint32 // what each side has acknowledged of the other
}

// Attempt is a connection of which nothing is drawn yet.
func (t *Trace) Attempt(client, server *Host, cport, sport uint16, seed string) *Conn {
	s := keys.NewStream("tcp/" + seed)
	isn := func() uint32 { return uint32(s.Below(1<<31 - 1)) }
	return &Conn{trace: t, host: [2]*Host{client, server}, port: [2]uint16{cport, sport}, seq: [2]uint32{isn(), isn()}}
}

// Dial draws the three packets of a new connection, the first at the time given,
// and returns it with the time of the third.
func (t *Trace) Dial(at time.Time, client, server *Host, cport, sport uint16, seed string) (*Conn, time.Time) {
	c := t.Attempt(client, server, cport, sport, seed)
	c.SYN(at)
	c.seq[FromClient]++
	c.acked[FromServer] = c.seq[FromClient]
	c.segment(at.Add(RoundTrip), FromServer, flags{syn: true}, nil)
	c.seq[FromServer]++
	c.acked[FromClient] = c.seq[FromServer]
	established := at.Add(RoundTrip + 250*time.Microsecond)
	c.segment(established, FromClient, flags{}, nil)
	return c, established
}

type flags struct{ syn, noAck, psh, fin, rst, dropped bool }

// SYN draws one connection request; drawn again it is a retransmission.
func (c *Conn) SYN(at time.Time) { c.segment(at, FromClient, flags{syn: true, noAck: true}, nil) }

// LostSYN draws a connection request that a firewall drops on its way: only a
// capture on the client's side shows it.
func (c *Conn) LostSYN(at time.Time) {
	c.segment(at, FromClient, flags{syn: true, noAck: true, dropped: true}, nil)
}

// Refuse draws the reset that answers a request to a closed port.
func (c *Conn) Refuse(at time.Time) {
	c.acked[FromServer] = c.seq[FromClient] + 1
	c.seq[FromServer] = 0
	c.segment(at, FromServer, flags{rst: true}, nil)
}

func (c *Conn) segment(at time.Time, side Side, f flags, data []byte) {
	from, to := c.host[side], c.host[side.other()]
	tcp := layers.TCP{SrcPort: layers.TCPPort(c.port[side]), DstPort: layers.TCPPort(c.port[side.other()]),
		Seq: c.seq[side], SYN: f.syn, ACK: !f.noAck, PSH: f.psh, FIN: f.fin, RST: f.rst, Window: from.Window}
	if tcp.ACK {
		tcp.Ack = c.acked[side]
	}
	if f.syn {
		tcp.Options = []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{mss >> 8, mss & 0xff}}}
	}
	if f.rst {
		tcp.Window = 0
	}
	ends := Packet{From: from.IP, To: to.IP, Ports: [2]uint16{c.port[side], c.port[side.other()]}, Dropped: f.dropped}
	c.trace.between(at, ends, func() []byte {
		ip := from.ipv4(to, layers.IPProtocolTCP)
		tcp.SetNetworkLayerForChecksum(ip)
		return serialize(from.ethernet(to), ip, &tcp, gopacket.Payload(data))
	})
}

// Send draws what one side says, in segments, and the acknowledgement of the
// other after every second segment and at the end. It returns the time of the
// last segment.
func (c *Conn) Send(at time.Time, side Side, data []byte) time.Time {
	last := at
	for i := 0; len(data) > 0; i++ {
		n := min(len(data), mss)
		last = at.Add(time.Duration(i) * segmentGap)
		c.segment(last, side, flags{psh: n == len(data)}, data[:n])
		c.seq[side] += uint32(n)
		data = data[n:]
		if i%2 == 1 || len(data) == 0 {
			c.acked[side.other()] = c.seq[side]
			c.segment(last.Add(RoundTrip/2), side.other(), flags{}, nil)
		}
	}
	return last
}

// Close draws the end that one side begins and the other follows, and returns
// the time of the last acknowledgement.
func (c *Conn) Close(at time.Time, side Side) time.Time {
	c.segment(at, side, flags{fin: true}, nil)
	c.seq[side]++
	c.acked[side.other()] = c.seq[side]
	c.segment(at.Add(RoundTrip), side.other(), flags{fin: true}, nil)
	c.seq[side.other()]++
	c.acked[side] = c.seq[side.other()]
	end := at.Add(RoundTrip + 200*time.Microsecond)
	c.segment(end, side, flags{}, nil)
	return end
}

// Reset draws the hard end by one side.
func (c *Conn) Reset(at time.Time, side Side) { c.segment(at, side, flags{rst: true}, nil) }

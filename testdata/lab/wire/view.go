package wire

import (
	"net/netip"
	"time"
)

// A Packet is a drawn frame with what a view needs to choose it.
type Packet struct {
	At       time.Time
	Data     []byte
	From, To netip.Addr // unset for what is not IP
	Ports    [2]uint16
	Label    string
	Dropped  bool // a firewall dropped it behind the sender
}

// Touches says whether the address is one of the two ends.
func (p Packet) Touches(a netip.Addr) bool { return p.From == a || p.To == a }

// Packets draws all frames in order of time. Like the methods that return a
// capture it uses up the trace.
func (t *Trace) Packets() []Packet {
	i := 0
	out := make([]Packet, 0, len(t.frames))
	t.each(func(at time.Time, data []byte) {
		p := t.frames[i].seen
		p.At, p.Data, p.Label = at, data, t.frames[i].label
		out = append(out, p)
		i++
	})
	return out
}

// Classic writes packets as a classic capture, see [Trace.Classic]. Frames longer
// than snap are cut; 0 cuts none.
func Classic(packets []Packet, snap int) []byte {
	b := classicHead(snap)
	for _, p := range packets {
		b = appendClassic(b, p.At, p.Data, snap)
	}
	return b
}

// NG writes packets as pcapng, see [Trace.NG].
func NG(packets []Packet, interfaceName, comment string, snap int) []byte {
	out := ngHead(interfaceName, comment, snap)
	for _, p := range packets {
		out = appendNG(out, p.At, p.Data, snap)
	}
	return out
}

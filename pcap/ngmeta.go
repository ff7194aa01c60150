package pcap

import (
	"fmt"
	"math/bits"
	"strings"
)

// ngmeta.go: the pcapng blocks that say how to read packets: sections,
// interfaces with their units of time, statistics. Drawn in ng.go.

type ngIface struct {
	link    uint32
	snap    uint32
	limit   uint32
	offset  int64  // seconds to add (if_tsoffset)
	micro   bool   // the usual 10^-6
	units   uint64 // ticks a second, 0 when it cannot be expressed
	dropped uint64
}

func (n *ng) sectionHeader(b []byte, at int64) {
	n.closeSection()
	n.section++
	if len(b) < 16 {
		n.s.remark(at, "section header block is too short")
		return
	}
	if major := n.o.u16(b[4:]); major != 1 {
		n.s.remark(at, "section is of version %d.%d, read as 1.0", major, n.o.u16(b[6:]))
	}
	n.options(b[16:], func(code uint16, v []byte) {
		switch code {
		case 1:
			n.text("comment", v)
		case 2:
			n.text("hardware", v)
		case 3:
			n.text("os", v)
		case 4:
			n.text("application", v)
		}
	})
}

func (n *ng) text(what string, v []byte) {
	s := strings.TrimRight(string(v[:min(len(v), maxNoteLen)]), "\x00")
	if s != "" {
		n.s.note(what + ": " + s)
	}
}

func (n *ng) interfaceHeader(b []byte, at int64) {
	if len(b) < 8 {
		n.s.remark(at, "interface description block is too short")
		return
	}
	if len(n.ifaces) >= maxInterfaces {
		n.s.remark(at, "more than %d interfaces in one section", maxInterfaces)
		return
	}
	i := ngIface{link: uint32(n.o.u16(b)), snap: n.o.u32(b[4:]), micro: true, units: 1e6}
	i.limit = believable(i.snap)
	n.s.sawSnaplen(i.snap)
	n.options(b[8:], func(code uint16, v []byte) {
		switch {
		case code == 1:
			n.text("comment", v)
		case code == 9 && len(v) >= 1: // if_tsresol
			i.units = resolution(v[0])
			i.micro = i.units == 1e6
			if i.units == 0 {
				n.s.remark(at, "interface %d counts time in units of %#02x, which is no use: its frames have no time", len(n.ifaces), v[0])
			}
		case code == 14 && len(v) >= 8: // if_tsoffset
			i.offset = int64(n.o.u64(v))
		}
	})
	n.ifaces = append(n.ifaces, i)
}

// resolution turns if_tsresol into ticks a second: a negative power of 10, or
// of 2 when the highest bit is set. 0 when 64 bits cannot hold it.
func resolution(v byte) uint64 {
	e := v & 0x7f
	if v&0x80 != 0 {
		if e > 63 {
			return 0
		}
		return 1 << e
	}
	if e > 19 {
		return 0
	}
	u := uint64(1)
	for ; e > 0; e-- {
		u *= 10
	}
	return u
}

// options calls f for each option; a damaged list ends early, for the packets
// do not depend on it.
func (n *ng) options(b []byte, f func(code uint16, v []byte)) {
	for len(b) >= 4 {
		code, l := n.o.u16(b), int(n.o.u16(b[2:]))
		b = b[4:]
		if code == 0 || l > len(b) {
			return
		}
		f(code, b[:l])
		b = b[min(len(b), (l+3)&^3):]
	}
}

// time turns ticks into nanoseconds since 1970.
func (i *ngIface) time(t uint64) (int64, bool) {
	if i.units == 0 {
		return 0, false
	}
	sec, frac := t/i.units, t%i.units
	hi, lo := bits.Mul64(frac, 1e9)
	nano, _ := bits.Div64(hi, lo, i.units) // hi < units, for frac < units
	const most = 9_223_372_035             // seconds that int64 nanoseconds hold: the year 2262
	if sec > most {
		return 0, false
	}
	s := int64(sec) + i.offset
	if i.offset > most || i.offset < -most || s > most || s < -most {
		return 0, false
	}
	return s*1e9 + int64(nano), true
}

// statistics notes the packets that the capture lost: absence proves nothing
// where there are any.
func (n *ng) statistics(b []byte) {
	if len(b) < 12 {
		return
	}
	id := n.o.u32(b)
	if int64(id) >= int64(len(n.ifaces)) {
		return
	}
	var d uint64
	n.options(b[12:], func(code uint16, v []byte) {
		if (code == 5 || code == 7) && len(v) >= 8 { // isb_ifdrop, isb_osdrop
			if x := n.o.u64(v); x < 1<<62 {
				d += x
			}
		}
	})
	n.ifaces[id].dropped = max(n.ifaces[id].dropped, d) // the counts run on
}

func (n *ng) closeSection() {
	for i, f := range n.ifaces {
		if f.dropped > 0 {
			n.drops += f.dropped
			n.s.probs.file(fmt.Sprintf("the capture lost %d packets by its own count (section %d, interface %d)", f.dropped, n.section, i))
		}
	}
	n.ifaces = n.ifaces[:0]
}

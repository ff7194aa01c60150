package pcap

import (
	"fmt"
	"math/bits"
	"strings"
)

// pcapng (draft-ietf-opsawg-pcapng). A file is a row of blocks, in the byte
// order of the section header that came last:
//
//	 0  type (4)
//	 4  length of the whole block (4), a multiple of 4
//	 8  body
//	-4  the length again (4)
//
// Bodies read here, options after them:
//
//	section header   byte-order magic (4) major, minor (2+2) section length (8)
//	interface        link type (2) reserved (2) snap length (4)
//	enhanced packet  interface (4) time high, low (4+4) captured (4) wire (4) data
//	simple packet    wire (4) data
//	packet (old)     interface (2) drops (2) time high, low (4+4) captured (4) wire (4) data
//	statistics       interface (4) time (8)
//	option           code (2) length (2) value, padded to a multiple of 4
const (
	ngSection    = 0x0a0d0d0a
	ngInterface  = 1
	ngOldPacket  = 2
	ngSimple     = 3
	ngNames      = 4
	ngStatistics = 5
	ngEnhanced   = 6
	ngJournal    = 9
	ngSecrets    = 10
	ngSysdig     = 0x204 // and two more
	ngSysdigV2   = 0x216
	ngSysdigV2L  = 0x221
	ngCustom     = 0xbad
	ngCustomKeep = 0x40000bad // not to be copied

	ngOrderMagic = 0x1a2b3c4d
)

func isNG(b []byte) bool { return order(true).u32(b) == ngSection }

type ngIface struct {
	link    uint32
	snap    uint32
	limit   uint32
	offset  int64  // seconds to add (if_tsoffset)
	micro   bool   // the usual 10^-6
	units   uint64 // ticks a second, 0 when it cannot be expressed
	dropped uint64
}

type ng struct {
	s       *source
	o       order
	ifaces  []ngIface
	section int
	drops   uint64 // packets that the capture itself lost, by its own count
}

func openNG(s *source) (container, error) {
	n := &ng{s: s}
	w := s.w
	if !w.need(28) {
		return nil, &Error{int64(w.have()), "pcapng: section header is cut"}
	}
	if h := w.view(12); order(false).u32(h[8:]) != ngOrderMagic && order(true).u32(h[8:]) != ngOrderMagic {
		return nil, &Error{8, fmt.Sprintf("pcapng: byte-order magic is %q", h[8:12])}
	}
	return n, nil
}

func (n *ng) next(r *record) bool {
	w := n.s.w
	for {
		if !w.need(12) {
			if w.have() == 0 {
				n.s.ended()
			} else {
				n.s.short("block header", 12)
			}
			return n.end()
		}
		h := w.view(12)
		kind := n.o.u32(h)
		if order(true).u32(h) == ngSection { // reads the same in both orders
			if !n.setOrder(h) {
				return n.end()
			}
			kind = ngSection
		}
		length := n.o.u32(h[4:])
		if length < 12 {
			n.s.damage(w.place(), "block of type 0x%08x has the length %d", kind, length)
			return n.end()
		}
		whole := (int64(length) + 3) &^ 3 // some writers forget the padding
		if whole > maxBlock {
			switch kind {
			case ngEnhanced, ngSimple, ngOldPacket, ngSection, ngInterface:
				n.s.damage(w.place(), "block of type 0x%08x has the length %d", kind, length)
				return n.end()
			}
			n.s.remark(w.place(), "block of type 0x%08x with %d bytes is skipped", kind, length)
			if !w.skip(whole) {
				n.s.damage(w.place(), "block of type 0x%08x is cut", kind)
				return n.end()
			}
			n.other(kind)
			continue
		}
		if !w.need(int(whole)) {
			n.s.short(blockName(kind), int(whole))
			return n.end()
		}
		at := w.place()
		b := w.view(int(whole))
		if tail := n.o.u32(b[whole-4:]); tail != length {
			n.s.damage(at, "%s begins with the length %d and ends with %d", blockName(kind), length, tail)
			return n.end()
		}
		w.r += int(whole)
		body := b[8 : whole-4]
		switch kind {
		case ngEnhanced:
			if n.enhanced(body, at, r) {
				return true
			}
		case ngSimple:
			if n.simple(body, at, r) {
				return true
			}
		case ngOldPacket:
			if n.oldPacket(body, at, r) {
				return true
			}
		case ngSection:
			n.sectionHeader(body, at)
		case ngInterface:
			n.interfaceHeader(body, at)
		case ngStatistics:
			n.statistics(body)
		case ngNames:
			n.s.noteOnce("holds a name resolution block")
		case ngSecrets:
			n.s.noteOnce("holds decryption secrets")
		default:
			n.other(kind)
		}
	}
}

// other passes over a block that is no packet. Some of them take a frame number
// in Wireshark, so they take one here.
func (n *ng) other(kind uint32) {
	switch kind {
	case ngJournal, ngSysdig, ngSysdigV2, ngSysdigV2L, ngCustom, ngCustomKeep:
		n.s.frames++
		n.s.noteOnce(fmt.Sprintf("holds blocks of type 0x%x, which have frame numbers but are no packets", kind))
	}
}

func blockName(kind uint32) string {
	switch kind {
	case ngSection:
		return "section header block"
	case ngInterface:
		return "interface description block"
	case ngOldPacket, ngEnhanced, ngSimple:
		return "packet block"
	}
	return fmt.Sprintf("block of type 0x%08x", kind)
}

func (n *ng) setOrder(h []byte) bool {
	switch {
	case order(false).u32(h[8:]) == ngOrderMagic:
		n.o = false
	case order(true).u32(h[8:]) == ngOrderMagic:
		n.o = true
	default:
		n.s.damage(n.s.w.place()+8, "section header has the byte-order magic %q", h[8:12])
		return false
	}
	return true
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

func (n *ng) iface(id uint32, at int64) *ngIface {
	if int64(id) >= int64(len(n.ifaces)) {
		n.s.frames++ // Wireshark stops here; later frames keep the number they have in the file
		n.s.remark(at, "packet block names interface %d of %d: the frame is not read", id, len(n.ifaces))
		return nil
	}
	return &n.ifaces[id]
}

func (n *ng) enhanced(b []byte, at int64, r *record) bool {
	if len(b) < 20 {
		n.s.remark(at, "packet block is too short: %d bytes", len(b))
		return false
	}
	id := n.o.u32(b)
	i := n.iface(id, at)
	if i == nil {
		return false
	}
	return n.packet(i, int(id), b[20:], n.o.u32(b[4:]), n.o.u32(b[8:]), n.o.u32(b[12:]), n.o.u32(b[16:]), at, r)
}

func (n *ng) oldPacket(b []byte, at int64, r *record) bool {
	if len(b) < 20 {
		n.s.remark(at, "packet block is too short: %d bytes", len(b))
		return false
	}
	id := uint32(n.o.u16(b))
	i := n.iface(id, at)
	if i == nil {
		return false
	}
	if drops := n.o.u16(b[2:]); drops != 0xffff {
		n.drops += uint64(drops)
	}
	return n.packet(i, int(id), b[20:], n.o.u32(b[4:]), n.o.u32(b[8:]), n.o.u32(b[12:]), n.o.u32(b[16:]), at, r)
}

func (n *ng) simple(b []byte, at int64, r *record) bool {
	if len(b) < 4 {
		n.s.remark(at, "packet block is too short: %d bytes", len(b))
		return false
	}
	i := n.iface(0, at)
	if i == nil {
		return false
	}
	wire := n.o.u32(b)
	captured := wire
	if i.snap != 0 {
		captured = min(captured, i.snap)
	}
	captured = min(captured, uint32(len(b)-4)) // the block itself is the last word
	r.data = b[4 : 4+captured]
	r.wire, r.link, r.iface, r.ns, r.timed = int(wire), i.link, 0, 0, false
	return true
}

func (n *ng) packet(i *ngIface, id int, data []byte, hi, lo, captured, wire uint32, at int64, r *record) bool {
	if captured > i.limit || int64(captured) > int64(len(data)) {
		n.s.frames++
		n.s.remark(at, "packet block has room for %d bytes and claims %d: the frame is not read", len(data), captured)
		return false
	}
	r.data = data[:captured:captured]
	r.wire = int(max(captured, wire))
	r.link = i.link
	r.iface = id
	t := uint64(hi)<<32 | uint64(lo)
	if i.micro && t < 1<<53 && i.offset == 0 {
		r.ns, r.timed = int64(t)*1000, true
		return true
	}
	r.ns, r.timed = i.time(t)
	if !r.timed && i.units != 0 {
		n.s.remark(at, "time %d of a frame is out of range", t)
	}
	return true
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

// end closes the last section; it is false to be returned.
func (n *ng) end() bool {
	n.closeSection()
	return false
}

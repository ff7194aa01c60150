package pcap

import "fmt"

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

// end closes the last section; it is false to be returned.
func (n *ng) end() bool {
	n.closeSection()
	return false
}

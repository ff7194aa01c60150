package pcap

// Classic pcap (draft-ietf-opsawg-pcap). All fields in the byte order of the
// magic number:
//
//	file header    0  magic (4)        byte order, resolution, variant
//	               4  major, minor (2+2)
//	               8  zone, accuracy (4+4), unused
//	              16  snap length (4)
//	              20  link type: bits 0-15 LINKTYPE_, bit 26 "FCS length present",
//	                  bits 28-31 FCS length in 16-bit words
//	              24  Ixia only: length of all records (4)
//	record         0  seconds (4)
//	               4  microseconds or nanoseconds (4)
//	               8  captured length (4)      swapped before version 2.3
//	              12  length on the wire (4)
//	              16  variants: interface, protocol, packet type... (8 or 12)
//	                  Nokia: 4 unknown bytes
//	                  the packet

// magicKind is one of the magic numbers in the wild (libpcap's sf-pcap.c,
// Wireshark's wiretap/libpcap.h).
type magicKind struct {
	magic   uint32
	nano    bool
	extra   int   // bytes after the 24 of the file header
	headers []int // lengths that a record header may have, most usual first
}

var magics = [...]magicKind{
	{0xa1b2c3d4, false, 0, []int{16, 24, 20}}, // standard; 1999-04-17 patch; Nokia
	{0xa1b23c4d, true, 0, []int{16}},          // nanoseconds
	{0xa1b2cd34, false, 0, []int{24, 28}},     // Kuznetzov's; 1999-09-15 patch (SuSE)
	{0xa1b234cd, false, 0, []int{24, 28, 16}}, // FMESQUID, by its kin
	{0xa12b3c4d, false, 0, []int{16, 24}},     // Navtel
	{0x1c0001ac, true, 4, []int{16}},          // Ixia lcap, hardware
	{0x1c0001ab, false, 4, []int{16}},         // Ixia lcap, software
}

// classicMagic finds the magic number at b in either byte order.
func classicMagic(b []byte) *magicKind {
	le, be := order(false).u32(b), order(true).u32(b)
	for i := range magics {
		if magics[i].magic == le || magics[i].magic == be {
			return &magics[i]
		}
	}
	return nil
}

type classic struct {
	s       *source
	o       order
	head    int // length of a record header
	unit    int64
	link    uint32
	limit   uint32 // largest captured length that is believed
	swapped bool   // lengths in the order of versions before 2.3
	maybe   bool   // version 2.3: either order
	start   int64  // place of the file header
}

func openClassic(s *source) (container, error) {
	c := &classic{s: s}
	if !c.header() {
		return nil, &Error{s.w.place(), "pcap: file header is cut"}
	}
	return c, nil
}

// header reads a file header, at the beginning or, in files that were joined
// by cat, in the middle.
func (c *classic) header() bool {
	w := c.s.w
	if !w.need(24) {
		return false
	}
	h := w.view(24)
	kind := classicMagic(h)
	c.start = w.place()
	c.o = order(order(true).u32(h) == kind.magic)
	major, minor := c.o.u16(h[4:]), c.o.u16(h[6:])
	snap := c.o.u32(h[16:])
	net := c.o.u32(h[20:])
	c.unit = 1000
	if kind.nano {
		c.unit = 1
	}
	c.swapped = major == 543 || major == 2 && minor < 3
	c.maybe = major == 2 && minor == 3
	c.link = net & 0xffff
	if kind.magic == 0xa1b2c3d4 && major == 2 && minor == 2 {
		// AIX writes RFC 1573 interface types and nanoseconds.
		if link, ok := map[uint32]uint32{6: 1, 9: 6, 15: 10, 24: 0}[net]; ok {
			c.link, c.unit, c.swapped = link, 1, false
		}
	}
	if net&0x03ff0000 != 0 {
		c.s.remark(c.start+20, "reserved bits are set in the link type 0x%08x, taken as %d", net, c.link)
	}
	c.limit = believable(snap)
	c.s.sawSnaplen(snap)
	if !w.skip(int64(24 + kind.extra)) {
		return false
	}
	c.head = c.recordHeader(kind.headers)
	return true
}

// recordHeader chooses the length of the record headers, which no field
// tells, by trying them on the first records.
func (c *classic) recordHeader(lengths []int) int {
	if len(lengths) == 1 {
		return lengths[0]
	}
	best, score := lengths[0], -1
	for _, n := range lengths {
		if s := c.plausible(n); s > score {
			best, score = n, s
		}
	}
	return best
}

// plausible counts how many of the first records make sense when their headers
// are n bytes long.
func (c *classic) plausible(n int) int {
	const tries = 4
	w := c.s.w
	at, last := 0, uint32(0)
	for i := 0; i < tries; i++ {
		if !w.need(at + 16) {
			if w.have() == at {
				return tries // the file ends just there
			}
			return i
		}
		h := w.view(at + 16)[at:]
		sec, frac := c.o.u32(h), c.o.u32(h[4:])
		incl, orig := c.lengths(h)
		if incl > c.limit || orig < incl || orig > 1<<24 || frac >= 1e9 ||
			i > 0 && (int64(sec)-int64(last) > 1e7 || int64(last)-int64(sec) > 1e7) {
			return i
		}
		last = sec
		at += n + int(incl)
		if at > 1<<17 {
			return i + 1 // enough read ahead for a guess
		}
	}
	return tries
}

func (c *classic) lengths(h []byte) (incl, orig uint32) {
	incl, orig = c.o.u32(h[8:]), c.o.u32(h[12:])
	if c.swapped || c.maybe && incl > orig {
		incl, orig = orig, incl
	}
	return
}

func (c *classic) next(r *record) bool {
	w := c.s.w
again:
	if !w.need(c.head) {
		if w.have() == 0 {
			c.s.ended()
		} else {
			c.s.short("record header", c.head)
		}
		return false
	}
	h := (*[16]byte)(w.buf[w.r:])
	sec, frac := c.o.u32(h[0:]), c.o.u32(h[4:])
	incl, orig := c.o.u32(h[8:]), c.o.u32(h[12:])
	if incl == 0 || incl > orig || c.swapped {
		incl, orig = c.lengths(h[:])
		if incl == 0 && orig == 0 && c.joined(h[:]) {
			c.s.remark(w.place(), "another capture begins here: files were joined, it is read on")
			if !c.header() {
				c.s.short("file header", 24)
				return false
			}
			goto again
		}
		orig = max(incl, orig)
	}
	if incl > c.limit {
		c.s.damage(w.place(), "record header is damaged: captured length %d of %d", incl, orig)
		return false
	}
	n := c.head + int(incl)
	if !w.need(n) {
		c.s.short("packet", n)
		return false
	}
	at := w.r
	w.r += n
	r.data = w.buf[at+c.head : w.r : w.r]
	r.wire = int(orig)
	r.link = c.link
	r.iface = 0
	r.ns = int64(sec)*1e9 + int64(frac)*c.unit
	r.timed = true
	return true
}

// joined reports whether a record header is really the header of the next of
// several files in one: magic number for seconds, version 2.4 for the fraction,
// and the two unused fields for lengths of 0.
func (c *classic) joined(h []byte) bool {
	kind := classicMagic(h)
	if kind == nil {
		return false
	}
	o := order(order(true).u32(h) == kind.magic)
	return o.u16(h[4:]) == 2 && o.u16(h[6:]) <= 4
}

// believable is the largest packet that is no damage for a snap length, which
// some tools write as 0 and some exceed.
func believable(snap uint32) uint32 { return min(max(snap, usualFrame), maxFrame) }

func (s *source) sawSnaplen(n uint32) {
	if n > maxFrame {
		n = 0 // means no limit
	}
	s.snaplen = max(s.snaplen, int(n))
}

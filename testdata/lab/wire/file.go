package wire

import (
	"bytes"
	"encoding/binary"
	"sort"
	"time"
)

// snapLength is written to the head of a capture; no frame is cut.
const snapLength = 65535

// linkEthernet is the link type of both formats.
const linkEthernet = 1

// each draws all frames in order of time.
func (t *Trace) each(f func(at time.Time, data []byte)) {
	sort.SliceStable(t.frames, func(i, j int) bool { return t.frames[i].at.Before(t.frames[j].at) })
	for i, fr := range t.frames {
		if fr.label != "" {
			t.marks = append(t.marks, Mark{fr.label, i + 1, fr.at})
		}
		f(fr.at, fr.draw())
	}
}

// Classic returns a classic capture with microseconds, little-endian:
//
//	a1b2c3d4 | 2.4 | zone 0 | accuracy 0 | snap length | link type
//	{ seconds | microseconds | captured | length | frame }...
//
// The methods that return a capture use up the trace: call one of them, once.
func (t *Trace) Classic() []byte {
	b := classicHead(0)
	t.each(func(at time.Time, data []byte) { b = appendClassic(b, at, data, 0) })
	return b
}

// limit is the snap length of the file's head.
func limit(snap int) uint32 {
	if snap == 0 {
		return snapLength
	}
	return uint32(snap)
}

func cut(data []byte, snap int) []byte {
	if snap == 0 || len(data) <= snap {
		return data
	}
	return data[:snap]
}

func classicHead(snap int) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = le.AppendUint16(le.AppendUint16(b, 2), 4)
	b = append(b, make([]byte, 8)...)
	return le.AppendUint32(le.AppendUint32(b, limit(snap)), linkEthernet)
}

func appendClassic(b []byte, at time.Time, data []byte, snap int) []byte {
	le := binary.LittleEndian
	kept := cut(data, snap)
	b = le.AppendUint32(b, uint32(at.Unix()))
	b = le.AppendUint32(b, uint32(at.Nanosecond()/1000))
	b = le.AppendUint32(b, uint32(len(kept)))
	b = le.AppendUint32(b, uint32(len(data)))
	return append(b, kept...)
}

// NG returns a pcapng capture with one section, one interface with the
// resolution of microseconds, and enhanced packet blocks:
//
//	type(4) | length(4) | body, padded to four bytes | length(4)
func (t *Trace) NG(interfaceName, comment string) []byte {
	out := ngHead(interfaceName, comment, 0)
	t.each(func(at time.Time, data []byte) { out = appendNG(out, at, data, 0) })
	return out
}

func padded(p []byte) []byte { return append(p, make([]byte, (4-len(p)%4)%4)...) }

func ngBlock(typ uint32, body []byte) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(le.AppendUint32(nil, typ), uint32(12+len(body)))
	return le.AppendUint32(append(b, body...), uint32(12+len(body)))
}

func ngHead(interfaceName, comment string, snap int) []byte {
	le := binary.LittleEndian
	option := func(code uint16, v string) []byte {
		b := le.AppendUint16(le.AppendUint16(nil, code), uint16(len(v)))
		return append(b, padded([]byte(v))...)
	}
	const end = "\x00\x00\x00\x00"
	section := le.AppendUint32(nil, 0x1a2b3c4d)
	section = append(le.AppendUint16(section, 1), 0, 0)
	section = append(section, bytes.Repeat([]byte{0xff}, 8)...) // length not given
	section = append(append(section, option(1, comment)...), end...)
	out := ngBlock(0x0a0d0d0a, section)

	iface := le.AppendUint16(le.AppendUint16(nil, linkEthernet), 0)
	iface = le.AppendUint32(iface, limit(snap))
	iface = append(append(iface, option(2, interfaceName)...), end...)
	return append(out, ngBlock(1, iface)...)
}

func appendNG(out []byte, at time.Time, data []byte, snap int) []byte {
	le := binary.LittleEndian
	kept := cut(data, snap)
	us := uint64(at.UnixMicro())
	p := le.AppendUint32(nil, 0)
	p = le.AppendUint32(le.AppendUint32(p, uint32(us>>32)), uint32(us))
	p = le.AppendUint32(le.AppendUint32(p, uint32(len(kept))), uint32(len(data)))
	return append(out, ngBlock(6, append(p, padded(append([]byte{}, kept...))...))...)
}

package main

import (
	"encoding/binary"
	"io"
)

// writer writes a classic capture with microseconds and gives every sender's IPv4
// packets identifiers in order, as a host counts them.
type writer struct {
	w       io.Writer
	ids     map[[4]byte]uint16
	packets int
	size    int64
	record  [16]byte
	began   bool
}

func newWriter(w io.Writer) *writer { return &writer{w: w, ids: map[[4]byte]uint16{}} }

func (w *writer) write(p *packet) error {
	le := binary.LittleEndian
	if !w.began {
		w.began = true
		head := le.AppendUint32(nil, 0xa1b2c3d4)
		head = le.AppendUint16(le.AppendUint16(head, 2), 4)
		head = append(head, make([]byte, 8)...)
		head = le.AppendUint32(le.AppendUint32(head, 65535), 1) // Ethernet
		if _, err := w.w.Write(head); err != nil {
			return err
		}
		w.size = int64(len(head))
	}
	h := parse(p.data)
	if h.ip != nil {
		var from [4]byte
		copy(from[:], h.ip[12:])
		id := w.ids[from] + 1
		w.ids[from] = id
		binary.BigEndian.PutUint16(h.ip[4:], id)
		checksum(h.ip[:20])
	}
	le.PutUint32(w.record[0:], uint32(p.at/1e6))
	le.PutUint32(w.record[4:], uint32(p.at%1e6))
	le.PutUint32(w.record[8:], uint32(len(p.data)))
	le.PutUint32(w.record[12:], uint32(len(p.data)))
	if _, err := w.w.Write(w.record[:]); err != nil {
		return err
	}
	w.packets++
	w.size += int64(len(w.record) + len(p.data))
	_, err := w.w.Write(p.data)
	p.data = nil
	return err
}

// checksum sets the one of an IPv4 header without options.
func checksum(ip []byte) {
	ip[10], ip[11] = 0, 0
	var sum uint32
	for i := 0; i < len(ip); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(ip[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(ip[10:], ^uint16(sum))
}

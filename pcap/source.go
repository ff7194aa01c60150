package pcap

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/gzip"
)

// record is a frame as it lies in the file. data is valid until the next call.
type record struct {
	data  []byte
	wire  int    // length on the wire
	link  uint32 // LINKTYPE_ value
	iface int    // pcapng interface of its section, else 0
	ns    int64  // since 1970, UTC
	timed bool   // ns means something
}

// container is one of the two file formats.
type container interface {
	// next fills r with the next frame; false at the end or at damage, which
	// it has told to source.damage.
	next(r *record) bool
}

// source is an opened capture: gzip taken off, format known.
type source struct {
	w      *window
	outer  *window // compressed bytes, when there are any
	c      container
	format string
	frames int // frames handed out, for the place of problems
	before int // of these, in earlier parts of a series

	damaged bool // the reading ended before the end of the file

	snaplen int
	notes   []string
	probs   *problems
}

// Detect reports whether a file that begins with b is a capture that this
// package reads. Compressed input is recognised by its own first bytes only
// after it is unpacked: give the unpacked ones.
func Detect(b []byte) bool {
	return len(b) >= 4 && (classicMagic(b) != nil || isNG(b))
}

func openSource(r io.Reader, ahead bool, probs *problems) (*source, error) {
	s := &source{probs: probs}
	open := newWindow
	if ahead {
		open = newAheadWindow
	}
	s.w = open(r)
	var gz string
	if s.w.need(2) && s.w.view(2)[0] == 0x1f && s.w.view(2)[1] == 0x8b {
		z, err := gzip.NewReader(s.w)
		if err != nil {
			s.close()
			return nil, &Error{0, "gzip: " + reason(err)}
		}
		s.outer = s.w
		s.w = open(z)
		gz = ", gzip"
	}
	if !s.w.need(4) {
		defer s.close()
		switch {
		case s.w.have() == 0 && s.w.err == io.EOF:
			return nil, &Error{0, "empty"}
		case s.w.err != io.EOF:
			return nil, &Error{int64(s.w.have()), reason(s.w.err)}
		}
		return nil, &Error{0, fmt.Sprintf("not a capture: begins with %q", s.w.view(s.w.have()))}
	}
	head := s.w.view(4)
	var err error
	switch {
	case isNG(head):
		s.format = "pcapng"
		s.c, err = openNG(s)
	case classicMagic(head) != nil:
		s.format = "pcap"
		s.c, err = openClassic(s)
	default:
		s.w.need(16)
		err = &Error{0, notACapture(s.w.view(min(16, s.w.have())))}
	}
	if err != nil {
		s.close()
		return nil, err
	}
	s.format += gz
	return s, nil
}

func (s *source) next(r *record) bool {
	if !s.c.next(r) {
		return false
	}
	s.frames++
	return true
}

// close ends the goroutines that read ahead. A Read that blocks for ever is
// left to its reader.
func (s *source) close() {
	s.w.stop()
	if s.outer != nil {
		s.outer.stop()
	}
}

// damage ends the reading at a place; all frames before it count.
func (s *source) damage(at int64, format string, a ...any) {
	s.damaged = true
	what := fmt.Sprintf(format, a...) + fmt.Sprintf("; the %d frames before it count", s.frames-s.before)
	s.probs.put(&problem{what: what, unit: "byte", first: at, last: at, n: 1}, what)
}

// remark is a problem that does not end the reading.
func (s *source) remark(at int64, format string, a ...any) {
	s.probs.add("byte", at, format, a...)
}

func (s *source) note(text string) {
	if len(s.notes) < maxNotes {
		s.notes = append(s.notes, text)
	}
}

func (s *source) noteOnce(text string) {
	if !slices.Contains(s.notes, text) {
		s.note(text)
	}
}

// short explains why need failed: a file that was cut, a compressed stream
// that broke, or a reader that failed.
func (s *source) short(what string, want int) {
	have := s.w.have()
	why := ""
	if s.w.err != io.EOF {
		why = " (" + reason(s.w.err) + ")"
	}
	s.damage(s.w.place(), "%s is cut: %d of %d bytes%s", what, have, want, why)
}

// ended tells a read error at a place where the file could have ended.
func (s *source) ended() {
	if s.w.err != nil && s.w.err != io.EOF {
		s.damage(s.w.place(), "%s", reason(s.w.err))
	}
}

func reason(err error) string {
	switch {
	case err == nil:
		return "no more bytes"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the compressed stream ends early"
	case errors.Is(err, gzip.ErrChecksum):
		return "gzip: checksum differs, some of the bytes are wrong"
	case errors.Is(err, gzip.ErrHeader):
		return "gzip: bytes that are no gzip follow"
	case errors.Is(err, io.EOF):
		return "end of file"
	}
	return err.Error()
}

// notACapture names the formats that are often given in place of a capture.
func notACapture(b []byte) string {
	for _, f := range []struct{ magic, what string }{
		{"\x28\xb5\x2f\xfd", "zstd: unpack it first"},
		{"\x04\x22\x4d\x18", "lz4: unpack it first"},
		{"\xfd7zXZ\x00", "xz: unpack it first"},
		{"BZh", "bzip2: unpack it first"},
		{"PK\x03\x04", "zip: unpack it first"},
		{"snoop\x00\x00\x00", "snoop: save it as pcapng first"},
		{"XCP\x00", "NetXRay: save it as pcapng first"},
		{"GMBU", "Network Monitor 2: save it as pcapng first"},
		{"RTSS", "Network Monitor 1: save it as pcapng first"},
	} {
		if bytes.HasPrefix(b, []byte(f.magic)) {
			return "not a pcap or pcapng capture but " + f.what
		}
	}
	return fmt.Sprintf("not a capture: begins with %q", b)
}

// order is a byte order as a plain choice, which the compiler inlines where an
// interface would cost a call.
type order bool // true: big endian

func (o order) u16(b []byte) uint16 {
	if o {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (o order) u32(b []byte) uint32 {
	if o {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (o order) u64(b []byte) uint64 {
	if o {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }

package pcap

import (
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// Writer writes chosen frames to a pcapng file, each with a comment that
// Wireshark shows above the packet. The blocks are drawn in ng.go; gopacket's
// pcapgo.NgWriter (v1.1.19) has no comments on packets and no link types
// above 255.
type Writer struct {
	w      io.Writer
	ifaces map[ngSource]uint32
	buf    []byte
}

type ngSource struct {
	name string
	link uint32
}

// pcapng options and values written here.
const (
	optComment   = 1
	optIfName    = 2
	optTsResol   = 9
	optUserAppl  = 4
	maxOptionLen = 0xfffc // lengths have 16 bits, and the value is padded to 4
)

// NewWriter begins a file. application names the writing program.
func NewWriter(w io.Writer, application string) (*Writer, error) {
	x := &Writer{w: w, ifaces: map[ngSource]uint32{}}
	x.begin(ngSection)
	x.u32(ngOrderMagic)
	x.buf = binary.LittleEndian.AppendUint16(x.buf, 1) // version 1.0
	x.buf = binary.LittleEndian.AppendUint16(x.buf, 0)
	x.buf = binary.LittleEndian.AppendUint64(x.buf, 1<<64-1) // length of the section is not told
	x.option(optUserAppl, application)
	x.options()
	return x, x.flush()
}

// Write appends a frame. source names the input it comes from; frames of one
// source and link type share an interface of that name. An empty comment is
// left out. A frame without a time is written with that of 1970.
func (x *Writer) Write(f Frame, source, comment string) error {
	if f.Link > 0xffff || len(f.Data) > maxFrame {
		return errors.New("pcap: write: link type or length of the frame does not fit")
	}
	k := ngSource{source, f.Link}
	id, ok := x.ifaces[k]
	if !ok {
		id = uint32(len(x.ifaces))
		x.ifaces[k] = id
		x.begin(ngInterface)
		x.u32(f.Link)
		x.u32(0) // no snap length
		x.option(optIfName, source)
		x.option(optTsResol, "\x09") // nanoseconds
		x.options()
		if err := x.flush(); err != nil {
			return err
		}
	}
	var ns uint64
	if !f.Time.IsZero() {
		ns = uint64(f.Time.UnixNano())
	}
	x.begin(ngEnhanced)
	x.u32(id)
	x.u32(uint32(ns >> 32))
	x.u32(uint32(ns))
	x.u32(uint32(len(f.Data)))
	x.u32(uint32(max(f.Length, len(f.Data))))
	x.buf = append(x.buf, f.Data...)
	x.pad()
	if comment != "" {
		x.option(optComment, comment)
		x.options()
	}
	return x.flush()
}

func (x *Writer) begin(kind uint32) {
	x.buf = x.buf[:0]
	x.u32(kind)
	x.u32(0) // the length, by flush
}

func (x *Writer) u32(v uint32) { x.buf = binary.LittleEndian.AppendUint32(x.buf, v) }

func (x *Writer) pad() {
	for len(x.buf)%4 != 0 {
		x.buf = append(x.buf, 0)
	}
}

func (x *Writer) option(code uint16, s string) {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) > maxOptionLen {
		s = s[:maxOptionLen]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	if s == "" {
		return
	}
	x.buf = binary.LittleEndian.AppendUint16(x.buf, code)
	x.buf = binary.LittleEndian.AppendUint16(x.buf, uint16(len(s)))
	x.buf = append(x.buf, s...)
	x.pad()
}

// options ends a list of options.
func (x *Writer) options() { x.u32(0) }

func (x *Writer) flush() error {
	n := uint32(len(x.buf) + 4)
	x.u32(n)
	binary.LittleEndian.PutUint32(x.buf[4:], n)
	_, err := x.w.Write(x.buf)
	return err
}

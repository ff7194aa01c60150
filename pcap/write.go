package pcap

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/gopacket"
	"github.com/google/gopacket/pcapgo"
)

// Writer writes chosen frames to a pcapng file, each with a comment that
// Wireshark shows above the packet. The blocks are drawn in ng.go.
//
// They are made by gopacket's pcapgo.NgWriter, one at a time in a buffer. What
// v1.1.19 cannot say is put in before they leave it: a link type above 255, the
// comment of a packet, and the number of an interface, which is one less here
// because pcapgo begins a file with an interface and ours come with their first
// frame.
type Writer struct {
	w      io.Writer
	ng     *pcapgo.NgWriter
	block  bytes.Buffer // what ng wrote last
	ifaces map[ngSource]int
}

type ngSource struct {
	name string
	link uint32
}

const (
	optComment   = 1
	maxOptionLen = 0xfffc // lengths have 16 bits, and the value is padded to 4
)

// NewWriter begins a file. application names the writing program.
func NewWriter(w io.Writer, application string) (*Writer, error) {
	x := &Writer{w: w, ifaces: map[ngSource]int{}}
	var err error
	x.ng, err = pcapgo.NewNgWriterInterface(&x.block, pcapgo.NgInterface{},
		pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: optionText(application)}})
	if err != nil {
		return nil, fmt.Errorf("pcap: write: %w", err)
	}
	b, err := x.take()
	if err != nil {
		return nil, err
	}
	return x, x.put(b[:binary.LittleEndian.Uint32(b[4:])]) // the section header alone
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
		var err error
		id, err = x.ng.AddInterface(pcapgo.NgInterface{Name: optionText(source)})
		if err != nil {
			return fmt.Errorf("pcap: write: %w", err)
		}
		b, err := x.take()
		if err != nil {
			return err
		}
		binary.LittleEndian.PutUint16(b[8:], uint16(f.Link))
		if err := x.put(b); err != nil {
			return err
		}
		x.ifaces[k] = id
	}
	if f.Time.IsZero() {
		f.Time = time.Unix(0, 0)
	}
	err := x.ng.WritePacket(gopacket.CaptureInfo{Timestamp: f.Time, InterfaceIndex: id,
		CaptureLength: len(f.Data), Length: max(f.Length, len(f.Data))}, f.Data)
	if err != nil {
		return fmt.Errorf("pcap: write: %w", err)
	}
	b, err := x.take()
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(b[8:], uint32(id-1))
	return x.put(withComment(b, optionText(comment)))
}

// withComment puts a comment between the packet and the closing length of a
// packet block, which has no options so far.
func withComment(b []byte, text string) []byte {
	if text == "" {
		return b
	}
	b = binary.LittleEndian.AppendUint16(b[:len(b)-4], optComment)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(text)))
	b = append(b, text...)
	b = append(b, make([]byte, (4-len(b)%4)%4)...)
	b = binary.LittleEndian.AppendUint32(b, 0) // end of the options
	n := uint32(len(b) + 4)
	binary.LittleEndian.PutUint32(b[4:], n)
	return binary.LittleEndian.AppendUint32(b, n)
}

// optionText is what fits into an option: valid UTF-8, not too long.
func optionText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) > maxOptionLen {
		s = s[:maxOptionLen]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	return s
}

// take is the block that ng has just written, valid until the next one.
func (x *Writer) take() ([]byte, error) {
	if err := x.ng.Flush(); err != nil {
		return nil, fmt.Errorf("pcap: write: %w", err)
	}
	b := x.block.Bytes()
	x.block.Reset()
	return b, nil
}

func (x *Writer) put(b []byte) error {
	_, err := x.w.Write(b)
	return err
}

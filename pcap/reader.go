package pcap

import (
	"io"
	"time"
)

// Frame is a frame as it lies in the file.
type Frame struct {
	Number    int       // 1-based, as Wireshark counts
	Time      time.Time // UTC; zero when the file has none
	Link      uint32    // LINKTYPE_ value
	Interface int       // pcapng interface within its section, else 0
	Data      []byte    // valid until the next call
	Length    int       // on the wire
}

// Reader hands out the frames of a capture one by one, undecoded: to export
// some of them, or to look at what Scan passes over.
type Reader struct {
	src   *source
	rec   record
	probs problems
}

// NewReader opens a capture of either format, plain or gzip. The error is as
// that of Scan.
func NewReader(r io.Reader) (*Reader, error) {
	rd := &Reader{}
	src, err := openSource(r, false, &rd.probs)
	if err != nil {
		return nil, err
	}
	rd.src = src
	return rd, nil
}

// Next returns the next frame, and io.EOF after the last, also when damage made
// it the last: Problems tells.
func (r *Reader) Next() (Frame, error) {
	rec := &r.rec
	if !r.src.next(rec) {
		return Frame{}, io.EOF
	}
	f := Frame{Number: r.src.frames, Link: rec.link, Interface: rec.iface, Data: rec.data, Length: rec.wire}
	if rec.timed {
		f.Time = instant(rec.ns)
	}
	return f, nil
}

// Format is "pcap" or "pcapng", with ", gzip" when it was compressed.
func (r *Reader) Format() string { return r.src.format }

// Problems tells what was wrong with the file so far.
func (r *Reader) Problems() []Problem { return r.probs.result() }

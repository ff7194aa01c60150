package gather

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"sync"

	"trustline/correlate/evidence"
	"trustline/dissect/trustlist"
	"trustline/phonelog/catalogue"
)

// Caps on what is held in memory of one input. A capture streams and has none.
const (
	// maxListFile bounds a file that is read whole as a trust list or signed
	// file: list records hold 16-bit lengths, signed locale files are larger.
	maxListFile = 32 << 20
	// maxText bounds what of a text is searched for pasted listings. Logs
	// stream past it; a listing stands in pasted text, which is small.
	maxText = 8 << 20
	// sniffLen is how much of an input is looked at to recognise it.
	sniffLen = 64 << 10
)

// Options say which ports carry what. Empty lists mean the usual ones.
type Options struct {
	TLSPorts  []uint16
	TFTPPorts []uint16
	HTTPPorts []uint16
	Tool      evidence.Tool
	Spill     *evidence.Spill // where the events of large captures are kept; nil: in memory
}

// Input is one file or archive member, or a rotated capture or trace.
type Input struct {
	Name  string                        // relative to the argument, with '/'
	Size  int64                         // in bytes, -1 when not known
	Hints Hints                         // what the name tells
	Open  func() (io.ReadCloser, error) // may be called more than once; nil when there are Parts

	Parts   []Input // of a rotated capture or trace, in order
	Missing int     // of a part: how many before it are missing, -1 when that cannot be known
}

// Kinds of inputs that were not recognised.
const (
	KindUnknown = "unknown"
	KindEmpty   = "empty"
	KindMissing = "missing"
	KindError   = "unreadable"
	KindUnread  = "capture-not-decoded" // no frame of a known link type, or no frame at all
)

// Recognised tells whether an input of this kind was analysed.
func Recognised(kind string) bool {
	return kind != KindUnknown && kind != KindEmpty && kind != KindMissing && kind != KindError && kind != KindUnread
}

// decoder collects the evidence of one input.
type decoder struct {
	b    *evidence.Bundle
	in   *evidence.Input
	opt  Options
	objs map[objectKey]int // index in b.Objects

	sights []int // indices in b.Objects of what was met, while somebody watches
	watch  bool

	kept    int // events of the text, or of the part of a series, at hand
	dropped int // those beyond maxEvents

	stream func(*evidence.Event)  // takes the events of logs; nil: they are kept in b
	stamp  catalogue.Clock        // of the last event of a log, when it streams
	clock  *evidence.Clock        // and what it became
	read   map[messageKey]message // messages in hex dumps that were decoded
}

func newDecoder(opt Options) *decoder {
	b := &evidence.Bundle{Header: evidence.Header{Schema: evidence.Schema, Tool: opt.Tool}}
	b.SpillTo(opt.Spill)
	return &decoder{b: b, opt: opt, objs: map[objectKey]int{}}
}

// decode is Decode, with the secrets of the input.
func decode(in Input, opt Options) *evidence.Bundle {
	if len(in.Parts) > 0 {
		if text(in.Parts) {
			return traceSeries(in.Parts, opt, nil, nil)
		}
		return decodeSeries(in.Parts, opt)
	}
	d := newDecoder(opt)
	d.in = &evidence.Input{Name: in.Name, Bytes: max(in.Size, 0)}
	err := d.input(in)
	if err != nil {
		d.failed(err)
	}
	if d.b.Header.Inputs == nil { // an evidence file brings its own inputs
		d.b.Header.Inputs = []evidence.Input{*d.in}
	} else if len(d.in.Problems) > 0 {
		d.b.Header.Inputs = append(d.b.Header.Inputs, *d.in)
	}
	return d.b
}

func (d *decoder) problem(where, what string) {
	d.in.Problems = append(d.in.Problems, evidence.Problem{Where: where, What: what})
}

// counter hashes and counts what passes. Package pcap reads ahead in a
// goroutine of its own, which may still read when a damaged capture was given
// up: hence the lock.
type counter struct {
	mu   sync.Mutex
	r    io.Reader
	n    int64
	hash hash.Hash
	err  error // other than the end
	done bool
}

func newCounter(r io.Reader) *counter { return &counter{r: r, hash: sha256.New()} }

func (c *counter) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done {
		return 0, io.EOF
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.hash.Write(p[:n])
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// finish reads what was left, for the hash is over the whole input, and writes
// size and hash to in. Nothing is read after it.
func (c *counter) finish(in *evidence.Input) {
	_, err := io.Copy(io.Discard, c)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done = true
	if c.err == nil {
		c.err = err
	}
	if c.err != nil && !told(in.Problems, c.err) {
		in.Problems = append(in.Problems, evidence.Problem{Where: fmt.Sprintf("byte %d", c.n), What: c.err.Error()})
	}
	in.Bytes = c.n
	in.SHA256 = hex.EncodeToString(c.hash.Sum(nil))
}

// told tells that an error is among the problems: whoever met it first knows
// best where it stands.
func told(list []evidence.Problem, err error) bool {
	return slices.ContainsFunc(list, func(p evidence.Problem) bool { return strings.Contains(p.What, err.Error()) })
}

func (d *decoder) input(in Input) error {
	f, err := in.Open()
	if err != nil {
		return fmt.Errorf("gather: %s: %w", in.Name, err)
	}
	defer f.Close()
	c := newCounter(f)
	head := make([]byte, sniffLen)
	n, err := io.ReadFull(c, head)
	head = head[:n]
	more := io.Reader(c)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		d.problem(fmt.Sprintf("byte %d", n), err.Error())
		more = bytes.NewReader(nil) // an error is told once
	}
	rest := io.MultiReader(bytes.NewReader(head), more)
	switch kind := sniff(head); kind {
	case KindEmpty:
		d.in.Kind = KindEmpty
		d.problem("", "the file is empty")
	case "capture":
		d.capture(rest)
	case "list":
		d.listFile(rest)
	case "evidence":
		d.evidenceFile(rest)
	case "text":
		d.text(head, more)
		d.hinted(in.Hints)
	default:
		d.foreign(head)
	}
	c.finish(d.in)
	return nil
}

func (d *decoder) foreign(head []byte) {
	d.in.Kind = KindUnknown
	d.problem("byte 0", fmt.Sprintf("not a capture, trust list, signed file or text: begins with %q", head[:min(len(head), 16)]))
}

func (d *decoder) evidenceFile(r io.Reader) {
	b, err := evidence.Read(r)
	d.in.Kind = "evidence"
	if err != nil {
		d.problem("", err.Error())
	}
	if b != nil {
		b.Header.Schema, b.Header.Tool = d.b.Header.Schema, d.b.Header.Tool
		*d.b = *b
	}
}

func (d *decoder) listFile(r io.Reader) {
	data, err := io.ReadAll(io.LimitReader(r, maxListFile+1))
	if err != nil {
		d.problem(fmt.Sprintf("byte %d", len(data)), err.Error())
	}
	if len(data) > maxListFile {
		d.problem(fmt.Sprintf("byte %d", maxListFile), "longer than a trust list or signed file can be: the rest was not read")
		data = data[:maxListFile]
	}
	f, err := trustlist.Parse(data)
	if f == nil {
		d.in.Kind = KindUnknown
		d.problem("", err.Error())
		return
	}
	d.in.Kind = cmp.Or(f.Kind, trustlist.KindSignedFile)
	for _, p := range f.Problems {
		d.problem("", p)
	}
	if err != nil && !slices.Contains(f.Problems, err.Error()) {
		d.problem("", err.Error())
	}
	d.list(f, evidence.Place{Input: d.in.Name})
}

package lines

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"trustline/phonelog/catalogue"
)

// Bounds of reading.
const (
	// chunkSize is how much text is handed out at once. Large enough that two
	// cores stay busy with a chunk each, small enough that a few in flight, with
	// their records, do not count.
	chunkSize = 256 << 10
	// firstChunk is the size of the first chunk; each next one is four times as
	// large, up to chunkSize. Most inputs of a case are small.
	firstChunk = 64 << 10
	// MaxLine is how much of one line is kept. The longest genuine lines, web
	// pages printed on one line, have a few ten thousand bytes; a whole log
	// pasted as one line may be larger.
	MaxLine = 1 << 20
	// maxReadProblems bounds what is reported about overlong lines.
	maxReadProblems = 100
)

// Reader cuts a stream into chunks of whole lines. UTF-16 with a byte order
// mark becomes UTF-8, a UTF-8 mark is dropped.
type Reader struct {
	src      io.Reader
	carry    []byte // begun line of the chunk before
	chunk    []byte
	line     int // of the first line of chunk
	next     int
	skipping bool // in the tail of an overlong line
	eof      bool
	err      error
	problems []catalogue.Problem
	alloc    func() []byte
	spare    []byte // a buffer of which nothing was handed out
	size     int
	wide     *utf16Reader // nil unless the text is UTF-16
}

// NewReader reads r.
func NewReader(r io.Reader) *Reader {
	src, wide := decoded(r)
	return &Reader{src: src, wide: wide, next: 1, size: firstChunk, alloc: func() []byte { return nil }}
}

// Reuse makes the reader take the buffers of its chunks from f, which gives
// nil when it has none to spare. Without it every chunk has a buffer of its own.
func (r *Reader) Reuse(f func() []byte) { r.alloc = f }

// Chunk is the text of the current chunk. It belongs to the caller.
func (r *Reader) Chunk() []byte { return r.chunk }

// Line is the number of the chunk's first line, from 1.
func (r *Reader) Line() int { return r.line }

// Count is the number of lines read so far.
func (r *Reader) Count() int { return r.next - 1 }

// Err is the error that ended the stream, nil at its proper end.
func (r *Reader) Err() error { return r.err }

// Problems tells where lines were cut, what of UTF-16 could not be read, and an
// error of the stream.
func (r *Reader) Problems() []catalogue.Problem {
	p := r.problems
	if r.wide != nil {
		p = append(p[:len(p):len(p)], r.wide.problems()...)
	}
	if r.err != nil {
		p = append(p[:len(p):len(p)], catalogue.Problem{Where: fmt.Sprintf("line %d", r.next), What: "read: " + r.err.Error()})
	}
	return p
}

// Next reads the next chunk and tells whether there is one.
func (r *Reader) Next() bool {
	for {
		if r.eof && len(r.carry) == 0 {
			r.chunk = nil
			return false
		}
		// A chunk beyond what was carried over, which is less than MaxLine.
		want := len(r.carry) + r.size
		buf := r.spare
		if r.spare = nil; buf == nil {
			buf = r.alloc()
		}
		if cap(buf) < want {
			buf = make([]byte, 0, want+firstChunk) // fits the next begun line too
		}
		buf = append(buf[:0], r.carry...)
		r.carry = r.carry[:0]
		r.size = min(4*r.size, chunkSize)
		for !r.eof && len(buf) < want {
			n, err := r.src.Read(buf[len(buf):want])
			buf = buf[:len(buf)+n]
			if err != nil {
				r.eof = true
				if !errors.Is(err, io.EOF) {
					r.err = err
				}
			}
		}
		if buf = r.cut(buf); len(buf) == 0 {
			r.spare = buf // the tail of an overlong line takes no memory
			continue
		}
		plainBlanks(buf, "\u00a0")
		if bytes.IndexByte(buf, '&') >= 0 {
			plainBlanks(buf, "&nbsp;")
			buf = plainColons(buf)
		}
		r.chunk, r.line = buf, r.next
		r.next += bytes.Count(buf, []byte{'\n'})
		if buf[len(buf)-1] != '\n' {
			r.next++
		}
		return true
	}
}

// plainBlanks turns no-break spaces (U+00A0, and "&nbsp;" in the source of a
// page) into blanks, one for each of their bytes: a page that was copied from a
// browser holds them wherever the log had several blanks in a row.
func plainBlanks(b []byte, nb string) {
	for rest := b; ; {
		i := bytes.Index(rest, []byte(nb))
		if i < 0 {
			return
		}
		copy(rest[i:], "      "[:len(nb)])
		rest = rest[i+len(nb):]
	}
}

// plainColons turns the entities that publications have for a colon into one, in
// place: no log prints them, and a time, a name or an address behind one is not
// to be told from text by every reader of lines.
func plainColons(b []byte) []byte {
	for _, entity := range colons {
		i := bytes.Index(b, []byte(entity))
		if i < 0 {
			continue
		}
		out := b[:i]
		for rest := b[i:]; ; {
			if i = bytes.Index(rest, []byte(entity)); i < 0 {
				b = append(out, rest...)
				break
			}
			out = append(append(out, rest[:i]...), ':')
			rest = rest[i+len(entity):]
		}
	}
	return b
}

// cut leaves whole lines in buf and carries the begun one over. A line longer
// than MaxLine is closed there and its tail dropped.
func (r *Reader) cut(buf []byte) []byte {
	if r.skipping {
		i := bytes.IndexByte(buf, '\n')
		if i < 0 {
			return buf[:0]
		}
		r.skipping = false
		buf = buf[i+1:]
	}
	if r.eof {
		return buf
	}
	i := bytes.LastIndexByte(buf, '\n')
	if i < 0 && len(buf) < MaxLine {
		r.carry = append(r.carry, buf...)
		return buf[:0]
	}
	if tail := buf[i+1:]; len(tail) < MaxLine {
		r.carry = append(r.carry, tail...)
		return buf[:i+1]
	}
	// The begun line is overlong.
	r.skipping = true
	buf = append(buf[:i+1+MaxLine-1], '\n')
	if len(r.problems) < maxReadProblems {
		r.problems = append(r.problems, catalogue.Problem{
			Where: fmt.Sprintf("line %d", r.next+bytes.Count(buf, []byte{'\n'})-1),
			What:  fmt.Sprintf("line is longer than %d bytes: the rest of it was not read", MaxLine),
		})
	}
	return buf
}

// Lines gives the lines of a chunk with their number within it, from 0, and
// without their ends (LF or CR LF).
func Lines(chunk []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for n := 0; len(chunk) > 0; n++ {
			var l []byte
			if i := bytes.IndexByte(chunk, '\n'); i >= 0 {
				l, chunk = chunk[:i], chunk[i+1:]
			} else {
				l, chunk = chunk, nil
			}
			if len(l) > 0 && l[len(l)-1] == '\r' {
				l = l[:len(l)-1]
			}
			if !yield(n, l) {
				return
			}
		}
	}
}

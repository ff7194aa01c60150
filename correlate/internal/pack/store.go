package pack

import (
	"fmt"
	"io"

	"github.com/klauspost/compress/s2"
)

// File is what a store spills to.
type File interface {
	io.Writer
	io.ReaderAt
	io.Closer
}

// Spill says when and where stores put what they do not hold in memory. Several
// stores may share one. The zero value, and nil, keep everything in memory.
type Spill struct {
	Limit  int64                // bytes that a store holds before it spills
	Create func() (File, error) // makes a file for one store, which goes away when it is closed
	Failed func(error)          // told once for each store that cannot spill and stays in memory
	files  []File
}

// Close closes the files. The stores cannot be read after it.
func (s *Spill) Close() error {
	if s == nil {
		return nil
	}
	var err error
	for _, f := range s.files {
		if e := f.Close(); err == nil {
			err = e
		}
	}
	s.files = nil
	return err
}

// Ref says where a store has a record.
type Ref struct{ chunk, at, n uint32 }

// Store keeps records of bytes, in chunks. Set the exported fields before the
// first use.
type Store struct {
	Chunk    int  // bytes of a chunk; 0 is 64 KiB
	Compress bool // compress full chunks: for records that are read in order
	Spill    *Spill

	full []chunk // and what is being filled
	open []byte
	held int64 // bytes of full chunks in memory

	file    File
	end     int64 // of the file
	failed  bool
	cache   []byte // the chunk that was read last
	cached  int    // its number and one more
	scratch []byte
}

// chunk is one full chunk: in memory, or at its place in the file.
type chunk struct {
	data []byte
	at   int64
	n    int // bytes as they are kept
}

// Add keeps a record.
func (s *Store) Add(record []byte) Ref {
	size := s.Chunk
	if size == 0 {
		size = 64 << 10
	}
	if len(s.open) > 0 && len(s.open)+len(record) > size {
		s.close()
	}
	if s.open == nil {
		s.open = make([]byte, 0, max(size, len(record)))
	}
	r := Ref{uint32(len(s.full)), uint32(len(s.open)), uint32(len(record))}
	s.open = append(s.open, record...)
	return r
}

// close ends the chunk being filled.
func (s *Store) close() {
	data := s.open
	if s.Compress {
		s.scratch = s2.Encode(s.scratch[:cap(s.scratch)], data)
		data = append([]byte(nil), s.scratch...)
		s.open = s.open[:0]
	} else {
		s.open = nil
	}
	s.full = append(s.full, chunk{data: data, n: len(data)})
	s.held += int64(len(data))
	if s.Spill != nil && s.Spill.Create != nil && s.held > s.Spill.Limit && !s.failed {
		s.spill()
	}
}

// spill writes the full chunks to the file. What cannot be written stays.
func (s *Store) spill() {
	fail := func(err error) {
		s.failed = true
		if s.Spill.Failed != nil {
			s.Spill.Failed(err)
		}
	}
	if s.file == nil {
		f, err := s.Spill.Create()
		if err != nil {
			fail(err)
			return
		}
		s.file = f
		s.Spill.files = append(s.Spill.files, f)
	}
	for i := range s.full {
		c := &s.full[i]
		if c.data == nil {
			continue
		}
		n, err := s.file.Write(c.data)
		s.end += int64(n)
		if err != nil {
			fail(err)
			return
		}
		c.at, c.data = s.end-int64(n), nil
		s.held -= int64(n)
	}
}

// Get gives a record. It is valid until the next call, and must not be changed.
func (s *Store) Get(r Ref) ([]byte, error) {
	if int(r.chunk) == len(s.full) {
		return s.open[r.at : r.at+r.n], nil
	}
	c := &s.full[r.chunk]
	if !s.Compress {
		if c.data != nil {
			return c.data[r.at : r.at+r.n], nil
		}
		if cap(s.cache) < int(r.n) {
			s.cache = make([]byte, r.n)
		}
		s.cache = s.cache[:r.n]
		if _, err := s.file.ReadAt(s.cache, c.at+int64(r.at)); err != nil {
			return nil, fmt.Errorf("pack: spilled record: %w", err)
		}
		return s.cache, nil
	}
	if s.cached != int(r.chunk)+1 {
		data := c.data
		if data == nil {
			data = make([]byte, c.n)
			if _, err := s.file.ReadAt(data, c.at); err != nil {
				return nil, fmt.Errorf("pack: spilled record: %w", err)
			}
		}
		s.cached = 0
		var err error
		if s.cache, err = s2.Decode(s.cache[:cap(s.cache)], data); err != nil {
			return nil, fmt.Errorf("pack: spilled record: %w", err)
		}
		s.cached = int(r.chunk) + 1
	}
	return s.cache[r.at : r.at+r.n], nil
}

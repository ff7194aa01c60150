package pack

import (
	"bytes"
	"fmt"
	"io"
	"sync"

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

	mu    sync.Mutex
	files []File
}

// create makes the file of one store.
func (s *Spill) create() (File, error) {
	f, err := s.Create()
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.files = append(s.files, f)
	}
	return f, err
}

// Close closes the files. Stores that have spilled cannot be read after it.
func (s *Spill) Close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
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
	asked   int    // that of the chunk that was asked for last
	one     []byte // the record that was read last
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
		data = bytes.Clone(s.scratch)
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
		f, err := s.Spill.create()
		if err != nil {
			fail(err)
			return
		}
		s.file = f
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
	c, number := &s.full[r.chunk], int(r.chunk)+1
	if !s.Compress && c.data != nil {
		return c.data[r.at : r.at+r.n], nil
	}
	if s.cached != number {
		// What is read in order is read by chunks, and else by records.
		if again := s.asked == number; !s.Compress && !again {
			s.asked = number
			s.one = sized(s.one, int(r.n))
			return s.one, s.read(s.one, c.at+int64(r.at))
		}
		s.cached = 0
		if err := s.load(c); err != nil {
			return nil, err
		}
		s.cached = number
	}
	return s.cache[r.at : r.at+r.n], nil
}

// load brings a full chunk into the cache.
func (s *Store) load(c *chunk) error {
	data := c.data
	if data == nil {
		s.scratch = sized(s.scratch, c.n)
		if err := s.read(s.scratch, c.at); err != nil {
			return err
		}
		data = s.scratch
	}
	if !s.Compress {
		s.cache = append(s.cache[:0], data...)
		return nil
	}
	var err error
	if s.cache, err = s2.Decode(s.cache[:cap(s.cache)], data); err != nil {
		return fmt.Errorf("pack: spilled record: %w", err)
	}
	return nil
}

func (s *Store) read(b []byte, at int64) error {
	if _, err := s.file.ReadAt(b, at); err != nil {
		return fmt.Errorf("pack: spilled record: %w", err)
	}
	return nil
}

// sized gives a buffer of n bytes, b itself where it is large enough.
func sized(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

package keys

import (
	"crypto/sha256"
	"encoding/binary"
)

// A Stream is an endless run of bytes that depends on its seed alone: the
// concatenation of SHA-256(seed || 0), SHA-256(seed || 1), ... with the counter
// as eight big-endian bytes.
type Stream struct {
	seed    string
	counter uint64
	block   []byte
}

// NewStream starts the stream of seed.
func NewStream(seed string) *Stream { return &Stream{seed: seed} }

// Read fills p and never fails.
func (s *Stream) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		if len(s.block) == 0 {
			h := sha256.New()
			h.Write([]byte(s.seed))
			h.Write(binary.BigEndian.AppendUint64(nil, s.counter))
			s.counter++
			s.block = h.Sum(nil)
		}
		c := copy(p[n:], s.block)
		s.block = s.block[c:]
		n += c
	}
	return len(p), nil
}

// Bytes returns the next n bytes.
func (s *Stream) Bytes(n int) []byte {
	b := make([]byte, n)
	s.Read(b)
	return b
}

// Below returns a number from 0 to n-1; the slight bias of the remainder does
// not matter to a lab.
func (s *Stream) Below(n int) int {
	return int(binary.BigEndian.Uint32(s.Bytes(4)) % uint32(n))
}

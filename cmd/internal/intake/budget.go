package intake

import (
	"errors"
	"fmt"
	"io"
	"math"
	"sync/atomic"
)

// errBudget ends the unpacking of one file on disk.
var errBudget = errors.New("intake: unpacks to more than an honest archive would")

// budget counts what one file on disk, or standard input, unpacks to, over all
// levels. The walk is the only one to change it, also while it lends a stream
// to a decoder, because it waits for that one; so the outcome is always the
// same.
type budget struct {
	size int64  // of the file, -1 when it comes from a stream
	read *int64 // bytes of the stream so far, when size is -1
	used int64
}

func (b *budget) left() int64 {
	in := b.size
	if in < 0 {
		in = *b.read
	}
	limit := int64(math.MaxInt64)
	if in < (math.MaxInt64-unpackGrace)/unpackRatio {
		limit = unpackGrace + unpackRatio*in
	}
	return max(0, limit-b.used)
}

// metered charges what is read through it.
type metered struct {
	r io.Reader
	b *budget
}

func (m metered) Read(p []byte) (int, error) {
	left := m.b.left()
	if left == 0 {
		return 0, errBudget
	}
	n, err := m.r.Read(p[:min(int64(len(p)), left)])
	m.b.used += int64(n)
	return n, err
}

// grant is the part of a budget that one member of a zip may use. Several
// members are read at a time, so each gets all that it may need beforehand.
type grant struct {
	bytes int64
	used  atomic.Int64
}

// reserve takes up to n bytes from the budget for a member that will be read
// later. When they are short, it waits for the members that are being read:
// what those did not need is there again.
func (w *walker) reserve(n int64) (*grant, error) {
	if n > w.budget.left() {
		idle := make(chan struct{})
		go func() {
			w.reading.Wait()
			close(idle)
		}()
		select {
		case <-idle:
		case <-w.ctx.Done():
			return nil, w.ctx.Err()
		}
		w.budget.used -= w.refund.Swap(0)
	}
	g := &grant{bytes: min(n, w.budget.left())}
	if g.bytes == 0 && n > 0 {
		return nil, errBudget
	}
	w.budget.used += g.bytes
	w.reading.Add(1)
	return g, nil
}

// settle gives back what a member did not need.
func (w *walker) settle(g *grant) {
	w.refund.Add(g.bytes - g.used.Load())
	w.reading.Done()
}

// share is a reader that gives as many bytes as it was granted.
type share struct {
	io.ReadCloser
	g    *grant
	read int64
}

func (s *share) Read(p []byte) (int, error) {
	left := s.g.bytes - s.read
	if left == 0 {
		var one [1]byte
		if n, err := io.ReadFull(s.ReadCloser, one[:]); n == 0 {
			return 0, err
		}
		return 0, fmt.Errorf("%w: stopped after %d bytes", errBudget, s.read)
	}
	n, err := s.ReadCloser.Read(p[:min(int64(len(p)), left)])
	s.read += int64(n)
	s.g.used.Store(max(s.g.used.Load(), s.read)) // read once; a second time counts no more
	return n, err
}

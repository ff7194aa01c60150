package catalogue

import (
	"bytes"
	"hash/maphash"
)

// Bounds of a memo: some hundred kilobytes.
const (
	memoSlots = 512
	// maxRemembered is how long a message may be that is remembered. The longest
	// that a trace repeats carry a distinguished name and a serial number.
	maxRemembered = 256
)

// A Memo is a catalogue that remembers what messages were. A trace says the same
// few things over and over, with the same values: to compare a message with one
// that was matched before takes a fraction of a match. It gives what the
// catalogue gives, and serves one goroutine.
type Memo struct {
	c     *Catalogue
	seed  maphash.Seed
	slots []remembered // by the hash of the message; another one takes its place
}

type remembered struct {
	msg   []byte
	found found
	kept  []kept
}

// NewMemo makes an empty memo of a catalogue.
func NewMemo(c *Catalogue) *Memo {
	return &Memo{c: c, seed: maphash.MakeSeed(), slots: make([]remembered, memoSlots)}
}

// Match is that of the catalogue. It allocates while it fills.
func (x *Memo) Match(msg []byte, m *Match) bool {
	if len(msg) == 0 || len(msg) > maxRemembered {
		return x.c.Match(msg, m)
	}
	r := &x.slots[maphash.Bytes(x.seed, msg)%memoSlots]
	if bytes.Equal(r.msg, msg) {
		m.n = copy(m.kept[:], r.kept)
		return m.take(msg, &r.found)
	}
	x.c.find(msg, m, &r.found)
	r.msg = append(r.msg[:0], msg...)
	r.kept = r.kept[:0]
	if r.found.prog != nil {
		r.kept = append(r.kept, m.kept[:m.n]...)
	}
	return m.take(msg, &r.found)
}

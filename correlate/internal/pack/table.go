package pack

import "hash/maphash"

const (
	// maxWords bounds the strings that a table numbers: what a fleet says alike
	// are thousands of sentences, not hundreds of thousands.
	maxWords = 1 << 16
	// maxWord bounds one of them.
	maxWord = 4096
	// slots is how many strings that came once are remembered; a power of two.
	slots = 1 << 13
)

// Table numbers the strings that come again. One that comes for the first time
// is only remembered by its hash, so that what is unique (names, hashes,
// addresses) does not fill the table. The zero value is ready for use.
type Table struct {
	words  []string
	index  map[string]uint32
	once   []uint64
	in     []uint32 // the record of each of them
	record uint32
	seed   maphash.Seed
}

// Next begins another record. What comes again within one record only is not
// numbered; without Next all is one to the table, and every second sight counts.
func (t *Table) Next() { t.record++ }

// number gives the number of a string that came before.
func (t *Table) number(s string) (uint32, bool) {
	if len(s) < 2 || len(s) > maxWord {
		return 0, false
	}
	if n, ok := t.index[s]; ok {
		return n, true
	}
	if len(t.words) == maxWords {
		return 0, false
	}
	if t.once == nil {
		t.once, t.in, t.index, t.seed = make([]uint64, slots), make([]uint32, slots), map[string]uint32{}, maphash.MakeSeed()
	}
	h := maphash.String(t.seed, s) | 1 // 0 is an empty slot
	slot := h >> 16 & (slots - 1)
	if t.once[slot] != h {
		t.once[slot], t.in[slot] = h, t.record
		return 0, false
	}
	if t.record > 0 && t.in[slot] == t.record {
		return 0, false
	}
	n := uint32(len(t.words))
	s = clone(s)
	t.words, t.index[s] = append(t.words, s), n
	return n, true
}

// clone copies a string that may be a part of a longer one.
func clone(s string) string { return string([]byte(s)) }

// Word gives the one copy of a string that all its equals share.
func (t *Table) Word(s string) string {
	if n, ok := t.number(s); ok {
		return t.words[n]
	}
	return s
}

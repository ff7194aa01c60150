package catalogue

import "encoding/binary"

// Match is what a message turned out to be. Its values are slices of the
// message: copy what outlives it. The zero value is ready for use, and may be
// used again.
type Match struct {
	Entry *Entry
	Func  []byte // function name that stood before the pattern, nil when none
	Addr  []byte // address that stood before the pattern, nil when none

	prog *prog
	msg  []byte // from where the pattern begins
	n    int
	kept [maxCaptures]kept
}

// kept is a captured value: which capture of the pattern, and where.
type kept struct {
	op       uint16
	from, to uint32
}

// Get gives the value of a capture, nil when there is none of that name.
func (m *Match) Get(name string) []byte {
	for i := range m.n {
		if k := m.kept[i]; m.prog.ops[k.op].name == name {
			return m.msg[k.from:k.to]
		}
	}
	return nil
}

// Len is the number of captured values that are not empty.
func (m *Match) Len() int { return m.n }

// At gives the i-th captured value.
func (m *Match) At(i int) (name string, value []byte) {
	k := m.kept[i]
	return m.prog.ops[k.op].name, m.msg[k.from:k.to]
}

// Constants calls f for the details that the entry sets by itself.
func (m *Match) Constants(f func(name, value string)) {
	for _, s := range m.Entry.set {
		f(s.Key, s.Value)
	}
}

func (m *Match) keep(op, from, to int) {
	if from == to || m.n == maxCaptures {
		return
	}
	m.kept[m.n] = kept{uint16(op), uint32(from), uint32(to)}
	m.n++
}

// Match finds the entry of a message. It does not allocate. When patterns of
// several entries match, the one with more letters of its own is taken, and of
// equals the one written first.
func (c *Catalogue) Match(msg []byte, m *Match) bool {
	var f found
	c.find(msg, m, &f)
	return m.take(msg, &f)
}

// found is where in a message a pattern matched: what a match is beside the
// values that were kept.
type found struct {
	prog     *prog // nil: nothing matched
	from     int   // where the pattern begins
	fn, addr span  // what stood before it, empty when that did not
}

// find fills in f, and the values of m.
func (c *Catalogue) find(msg []byte, m *Match, f *found) {
	var starts [maxPrefixes]int
	n, fn, addr := prefixes(msg, &starts)
	*f = found{}
	for i := range n {
		if f.prog = c.at(msg, starts[i], m); f.prog == nil {
			continue
		}
		f.from = starts[i]
		if f.from > fn.from {
			f.fn = fn
		}
		if f.from > addr.from {
			f.addr = addr
		}
		return
	}
}

// take makes a match of what was found in a message, and tells whether it is one.
func (m *Match) take(msg []byte, f *found) bool {
	if f.prog == nil {
		m.Entry = nil
		return false
	}
	m.Entry, m.prog, m.msg = f.prog.entry, f.prog, msg[f.from:]
	m.Func, m.Addr = nil, nil
	if f.fn.to > 0 {
		m.Func = msg[f.fn.from:f.fn.to]
	}
	if f.addr.to > 0 {
		m.Addr = msg[f.addr.from:f.addr.to]
	}
	return true
}

func (c *Catalogue) at(msg []byte, from int, m *Match) *prog {
	if from >= len(msg) {
		return nil
	}
	s := msg[from:]
	if !c.index.first[fold[s[0]]] {
		return nil
	}
	var best *prog
	if k, full := key(s); full {
		if b := c.index.buckets[k]; len(b) > 0 {
			w := pack(s)
			for i := range b {
				if w&b[i].mask == b[i].word && b[i].prog.match(s, m) {
					best = b[i].prog
					break
				}
			}
		}
	}
	for _, p := range c.index.short {
		if best != nil && best.letters >= p.letters {
			break
		}
		if p.match(s, m) {
			return p
		}
	}
	return best
}

// match runs a pattern over the whole of s.
func (p *prog) match(s []byte, m *Match) bool {
	m.n = 0
	i := 0
	for o := 0; o < len(p.ops); o++ {
		c := &p.ops[o]
		if c.kind == kindLiteral {
			if i = c.literal(s, i); i < 0 {
				return false
			}
			continue
		}
		if o > 0 {
			i = skipBlanks(s, i)
		}
		var next *op
		if o+1 < len(p.ops) {
			next = &p.ops[o+1]
		}
		end, v := c.take(s, i, next)
		if end < 0 {
			return false
		}
		if c.name != "" {
			m.keep(o, v.from, v.to)
		}
		i = end
	}
	for i < len(s) && (fold[s[i]] == ' ' || s[i] == '.' || s[i] == ':') {
		i++
	}
	return i == len(s)
}

// literal matches the literal of an op at i and gives the place behind it, or
// -1. Blanks match in runs, and beside marks they do not count.
func (c *op) literal(s []byte, i int) int {
	// Nearly always the message has the very bytes of the pattern, up to where
	// another message begins to differ.
	n := common(s[i:], c.raw)
	i += n
	lit := c.lit
	for j := n; j < len(lit); j++ {
		b := lit[j]
		if b == ' ' {
			k := skipBlanks(s, i)
			if k == i {
				// At the end, already passed behind an empty capture, or beside
				// a mark.
				free := i == len(s) || i > 0 && fold[s[i-1]] == ' ' ||
					j > 0 && isMark(lit[j-1]) || j+1 < len(lit) && isMark(lit[j+1])
				if !free {
					return -1
				}
			}
			i = k
			continue
		}
		if i < len(s) && fold[s[i]] == b {
			i++
			continue
		}
		if isMark(b) || j > 0 && (isMark(lit[j-1]) || lit[j-1] == ' ') {
			if k := skipBlanks(s, i); k > i && k < len(s) && fold[s[k]] == b {
				i = k + 1
				continue
			}
		}
		return -1
	}
	return i
}

// common is the length of the longest common prefix.
func common(s, raw []byte) int {
	n := min(len(s), len(raw))
	i := 0
	for i+8 <= n && binary.LittleEndian.Uint64(s[i:]) == binary.LittleEndian.Uint64(raw[i:]) {
		i += 8
	}
	for i < n && s[i] == raw[i] {
		i++
	}
	return i
}

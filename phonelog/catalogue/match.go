package catalogue

import "bytes"

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
	var starts [maxPrefixes]int
	n, fn, addr := prefixes(msg, &starts)
	for i := range n {
		if p := c.at(msg, starts[i], m); p != nil {
			m.Entry, m.prog, m.msg = p.entry, p, msg[starts[i]:]
			m.Func, m.Addr = nil, nil
			if starts[i] > fn.from {
				m.Func = msg[fn.from:fn.to]
			}
			if starts[i] > addr.from {
				m.Addr = msg[addr.from:addr.to]
			}
			return true
		}
	}
	m.Entry = nil
	return false
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

// maxPrefixes: as it is, behind "-", behind "EROR:", behind an address, behind
// a function name, behind a second one.
const maxPrefixes = 6

type span struct{ from, to int }

// prefixes finds where a pattern may begin in a message: see the package
// comment.
func prefixes(msg []byte, starts *[maxPrefixes]int) (n int, fn, addr span) {
	i := skipBlanks(msg, 0)
	add := func(at int) {
		if n < maxPrefixes && (n == 0 || starts[n-1] != at) {
			starts[n] = at
			n++
		}
	}
	add(i)
	if i < len(msg) && msg[i] == '-' {
		i = skipBlanks(msg, i+1)
		add(i)
	}
	fn = span{len(msg), len(msg)}
	addr = fn
	for _, tag := range [...]string{"eror:", "error:"} {
		if hasPrefixFold(msg[i:], tag) {
			i = skipBlanks(msg, i+len(tag))
			add(i)
			break
		}
	}
	if i < len(msg) && (msg[i] >= '0' && msg[i] <= '9' || msg[i] == ':') {
		if end := address(msg, i, false); end > i {
			addr = span{i, end}
			if i = end; i < len(msg) && msg[i] == ':' {
				i++
			}
			i = skipBlanks(msg, i)
			add(i)
		}
	}
	for range 2 {
		end, next := function(msg, i)
		if next < 0 {
			break
		}
		if fn.from == len(msg) {
			fn = span{i, end}
		}
		i = next
		add(i)
	}
	return n, fn, addr
}

// function recognises "name:", "name :", "Class::name:" and "Class::name - " at i and
// tells where the name ends and the text begins; next is -1 when there is none.
func function(msg []byte, i int) (end, next int) {
	j := i
	scoped := false
	for j < len(msg) {
		b := msg[j]
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' && j > i || b == '_' || b == '~' && scoped {
			j++
			continue
		}
		if b == ':' && j > i && j+2 < len(msg) && msg[j+1] == ':' && isNameByte(msg[j+2]) {
			scoped = true
			j += 2
			continue
		}
		break
	}
	if j == i || j == len(msg) {
		return 0, -1
	}
	if j+2 < len(msg) && msg[j] == '(' && msg[j+1] == ')' {
		end = j
		j += 2
	} else {
		end = j
	}
	k := skipBlanks(msg, j)
	switch {
	case k < len(msg) && msg[k] == ':':
		return end, skipBlanks(msg, k+1)
	case scoped && k < len(msg) && msg[k] == '-' && (k+1 == len(msg) || msg[k+1] != '-'):
		return end, skipBlanks(msg, k+1)
	case scoped && k > j:
		return end, k // CTFTP: "Class::function text"
	}
	return 0, -1
}

func isNameByte(b byte) bool { return isAlnum(b) || b == '_' || b == '~' }

func skipBlanks(s []byte, i int) int {
	for i < len(s) && fold[s[i]] == ' ' {
		i++
	}
	return i
}

func hasPrefixFold(s []byte, lower string) bool {
	if len(s) < len(lower) {
		return false
	}
	for i := range len(lower) {
		if fold[s[i]] != lower[i] {
			return false
		}
	}
	return true
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
func common(s []byte, raw string) int {
	n := min(len(s), len(raw))
	i := 0
	for i+8 <= n && string(s[i:i+8]) == raw[i:i+8] {
		i += 8
	}
	for i < n && s[i] == raw[i] {
		i++
	}
	return i
}

// take consumes a capture at i: it gives the place behind it, or -1, and where
// the value is, without blanks around.
func (c *op) take(s []byte, i int, next *op) (int, span) {
	end := i
	switch c.kind {
	case kindInt:
		if end < len(s) && s[end] == '-' {
			end++
		}
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		if end == i+1 && s[i] == '-' {
			end = i
		}
	case kindHex:
		if hasPrefixFold(s[i:], "0x") {
			end += 2
		}
		for end < len(s) && isHexDigit(s[end]) {
			end++
		}
	case kindIP:
		end = address(s, i, false)
	case kindIPPort:
		end = address(s, i, true)
	case kindQuoted:
		return quoted(s, i, c.optional)
	case kindOne:
		for j := range c.choices {
			if end := c.choices[j].literal(s, i); end >= 0 {
				return end, span{i, end}
			}
		}
	case kindRest:
		return len(s), trim(s, i, len(s))
	case kindWord, kindText:
		return c.until(s, i, next)
	}
	if end == i && !c.optional {
		return -1, span{}
	}
	return end, span{i, end}
}

// until takes up to where the next literal matches; at the end of a pattern a
// word ends at a blank and a text takes all. Over a word no blank is passed.
func (c *op) until(s []byte, i int, next *op) (int, span) {
	if next == nil {
		end := len(s)
		if c.kind == kindWord {
			end = i
			for end < len(s) && fold[s[end]] != ' ' {
				end++
			}
		}
		v := trim(s, i, end)
		if v.from == v.to && !c.optional {
			return -1, span{}
		}
		return end, v
	}
	first := next.lit[0]
	for end := i; end <= len(s); end++ {
		// A mark may have blanks before it, a blank stands for any run.
		if end < len(s) && fold[s[end]] != first && fold[s[end]] != ' ' && first != ' ' {
			continue
		}
		if (end > i || c.optional) && next.literal(s, end) >= 0 {
			return end, trim(s, i, end)
		}
		if c.kind == kindWord && end < len(s) && fold[s[end]] == ' ' {
			break
		}
	}
	return -1, span{}
}

func quoted(s []byte, i int, optional bool) (int, span) {
	if i < len(s) {
		closing := byte(0)
		switch s[i] {
		case '"', '\'':
			closing = s[i]
		case '<':
			closing = '>'
		}
		if closing != 0 {
			if n := bytes.IndexByte(s[i+1:], closing); n >= 0 {
				return i + n + 2, span{i + 1, i + 1 + n}
			}
		}
	}
	if optional {
		return i, span{}
	}
	return -1, span{}
}

// address takes an IPv4 address, an IPv6 address or what an author put in its
// place (xx.xx.xx.xx, Y.Y.Y.Y, x:x::x); with a port if wanted and there.
func address(s []byte, i int, port bool) int {
	end := i
	if end < len(s) && s[end] == '[' && port {
		end++
	}
	dots, colons := 0, 0
	for end < len(s) {
		b := s[end]
		switch {
		case isHexDigit(b) || b == 'x' || b == 'X' || b == 'y' || b == 'Y':
		case b == '.':
			dots++
		case b == ':':
			if dots > 0 && colons < 2 && !port {
				return end // 10.1.1.1:8443 where the port is not wanted
			}
			colons++
		case b == ']' && port && s[i] == '[':
		default:
			goto done
		}
		end++
	}
done:
	// "192.0.2.1," and "192.0.2.1." end a clause, "<10.1.1.1>:" a function.
	for end > i && (s[end-1] == '.' || s[end-1] == ':' && (end < 2 || s[end-2] != ':')) {
		end--
	}
	if dots == 0 && colons < 2 {
		return i
	}
	return end
}

func isHexDigit(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

// trim takes blanks off both ends of a span.
func trim(s []byte, from, to int) span {
	for from < to && fold[s[from]] == ' ' {
		from++
	}
	for to > from && fold[s[to-1]] == ' ' {
		to--
	}
	return span{from, to}
}

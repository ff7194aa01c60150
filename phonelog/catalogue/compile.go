package catalogue

import (
	"cmp"
	"slices"
	"strings"
)

// A prog is a compiled pattern: literals and captures in turn.
type prog struct {
	entry   *Entry
	source  string // the pattern as written, without its quotes
	ops     []op
	letters int // literal letters and digits: the more, the surer
	order   int // place in the catalogue, breaks ties
}

// An op matches a literal (lit set) or a capture.
type op struct {
	lit      []byte // folded by the table fold; blanks are single
	raw      []byte // the same as written
	name     string // "" matches without keeping
	kind     kind
	choices  []op // literals; for kindOne
	optional bool
}

type kind uint8

const (
	kindLiteral kind = iota
	kindInt
	kindHex
	kindIP
	kindIPPort
	kindWord
	kindText
	kindRest
	kindQuoted
	kindOne
)

// kinds are the type names of the language. File and word differ for the
// reader only, and so do name and text.
func kindOf(name string) (kind, bool) {
	switch name {
	case "int":
		return kindInt, true
	case "hex":
		return kindHex, true
	case "ip":
		return kindIP, true
	case "ipport":
		return kindIPPort, true
	case "word", "file":
		return kindWord, true
	case "name", "text":
		return kindText, true
	case "rest":
		return kindRest, true
	case "quoted":
		return kindQuoted, true
	case "one":
		return kindOne, true
	}
	return 0, false
}

// lazy kinds end where the next literal begins, so they need one.
func (k kind) lazy() bool { return k == kindWord || k == kindText }

func (c *Catalogue) compile(e *Entry, p *pattern) (*prog, error) {
	pr := &prog{entry: e, order: len(c.progs) + len(e.progs)}
	var src strings.Builder
	var lit, asWritten []byte
	captures := 0
	flush := func() {
		if len(lit) > 0 {
			pr.ops = append(pr.ops, op{lit: lit, raw: asWritten})
			lit, asWritten = nil, nil
		}
	}
	for _, part := range p.Parts {
		if part.Capture == nil {
			t := part.Text
			if part.Escaped != "" {
				t = part.Escaped[1:]
			}
			src.WriteString(part.Text + part.Escaped)
			for i := range len(t) {
				b := fold[t[i]]
				if b == ' ' && len(lit) > 0 && lit[len(lit)-1] == ' ' {
					continue // blanks are matched in runs
				}
				if isAlnum(b) {
					pr.letters++
				}
				lit = append(lit, b)
				asWritten = append(asWritten, t[i])
			}
			continue
		}
		flush()
		cp := part.Capture
		k, ok := kindOf(cp.Type)
		if !ok {
			return nil, c.fail(cp.Pos, "unknown type %q", cp.Type)
		}
		if (k == kindOne) != (len(cp.Choices) > 0) {
			return nil, c.fail(cp.Pos, "type %q: choices belong to one(), and to it alone", cp.Type)
		}
		if n := len(pr.ops); n > 0 && pr.ops[n-1].kind != kindLiteral {
			if prev := pr.ops[n-1].kind; prev.lazy() || prev == kindRest {
				return nil, c.fail(cp.Pos, "a capture of unlimited length stands before another one")
			}
		}
		o := op{kind: k, name: cp.Name, optional: cp.Optional}
		for _, w := range cp.Choices {
			o.choices = append(o.choices, op{lit: foldBytes(w), raw: []byte(w)})
		}
		// The longest choice first: "ITL file" before "ITL".
		slices.SortStableFunc(o.choices, func(a, b op) int { return cmp.Compare(len(b.lit), len(a.lit)) })
		fewest := 1 << 10
		for _, w := range o.choices {
			n := 0
			for _, b := range w.lit {
				if isAlnum(b) {
					n++
				}
			}
			fewest = min(fewest, n)
		}
		if len(o.choices) > 0 {
			pr.letters += fewest
		}
		if cp.Name != "" {
			captures++
		}
		pr.ops = append(pr.ops, o)
		writeCapture(&src, cp)
	}
	flush()
	pr.source = src.String()
	switch {
	case captures+len(e.set) > maxCaptures:
		return nil, c.fail(p.Pos, "more than %d captures", maxCaptures)
	case pr.letters < minLetters:
		return nil, c.fail(p.Pos, "pattern %q has fewer than %d letters of its own", pr.source, minLetters)
	}
	if first := pr.ops[0]; first.kind != kindLiteral && first.kind != kindOne || len(first.lit) > 0 && first.lit[0] == ' ' || first.optional {
		return nil, c.fail(p.Pos, "pattern %q must begin with a letter, a mark or one()", pr.source)
	}
	for i, o := range pr.ops {
		if o.kind == kindRest && i != len(pr.ops)-1 {
			return nil, c.fail(p.Pos, "rest must stand at the end of %q", pr.source)
		}
	}
	return pr, nil
}

func writeCapture(b *strings.Builder, cp *capture) {
	b.WriteString("{" + cp.Name + ":" + cp.Type)
	if len(cp.Choices) > 0 {
		b.WriteString("(" + strings.Join(cp.Choices, "|") + ")")
	}
	if cp.Optional {
		b.WriteString("?")
	}
	b.WriteString("}")
}

// fold brings a byte to the form in which patterns are compared: lower case,
// every kind of blank one blank. The two bytes of a UTF-8 no-break space
// (C2 A0) both become blanks; blanks match in runs.
var fold = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
	}
	for b := 'A'; b <= 'Z'; b++ {
		t[b] = byte(b) + 'a' - 'A'
	}
	for _, b := range []byte{'\t', '\r', 0xC2, 0xA0, 0} {
		t[b] = ' '
	}
	return t
}()

func foldBytes(s string) []byte {
	out := make([]byte, len(s))
	for i := range len(s) {
		out[i] = fold[s[i]]
	}
	return out
}

func isAlnum(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 0x80
}

// isMark tells punctuation: beside it blanks do not count.
func isMark(b byte) bool { return b != ' ' && b != '_' && !isAlnum(b) }

// The index finds the patterns that can match from the first bytes of a
// message: up to three folded bytes, cut behind the first blank, hashed into a
// table. Other patterns may share a bucket; they fail on their first literal.
type index struct {
	first   [256]bool // some pattern begins with this byte
	buckets [1 << indexBits][]candidate
	short   []*prog // patterns whose first literal is shorter than three bytes
}

const indexBits = 11

// A candidate is a pattern whose first letters and digits, up to eight of
// them, are word under mask: one comparison refuses most of a bucket.
type candidate struct {
	word, mask uint64
	prog       *prog
}

// pack makes a word of the first eight letters and digits of s, folded.
func pack(s []byte) uint64 {
	w, n := uint64(0), 0
	for _, b := range s {
		if b = fold[b]; isAlnumFolded[b] {
			w |= uint64(b) << (8 * n)
			if n++; n == 8 {
				break
			}
		}
	}
	return w
}

func (x *index) build(progs []*prog) {
	for _, p := range progs {
		starts := p.ops[0].choices
		if p.ops[0].kind == kindLiteral {
			starts = p.ops[:1]
		}
		for _, o := range starts {
			s := o.lit
			x.first[s[0]] = true
			k, full := key(s)
			if !full {
				if !slices.Contains(x.short, p) {
					x.short = append(x.short, p)
				}
				continue
			}
			c := candidate{word: pack(s), prog: p}
			for i := range 8 {
				if c.word>>(8*i)&0xFF != 0 {
					c.mask |= 0xFF << (8 * i)
				}
			}
			x.buckets[k] = append(x.buckets[k], c)
		}
	}
	surest := func(a, b *prog) int {
		return cmp.Or(cmp.Compare(b.letters, a.letters), cmp.Compare(a.order, b.order))
	}
	slices.SortStableFunc(x.short, surest)
	for i := range x.buckets {
		slices.SortStableFunc(x.buckets[i], func(a, b candidate) int { return surest(a.prog, b.prog) })
	}
}

// key hashes the first three bytes, or fewer when a blank or mark ends them
// (behind a mark blanks may be missing or added). It is not full when s ends
// before.
func key(s []byte) (k uint32, full bool) {
	h := uint32(0)
	for i := range 3 {
		if i == len(s) {
			return 0, false
		}
		b := fold[s[i]]
		h = h<<8 | uint32(b)
		if !isAlnumFolded[b] {
			full = true
			break
		}
		full = i == 2
	}
	return (h * 2654435761) >> (32 - indexBits), full
}

var isAlnumFolded = func() (t [256]bool) {
	for i := range t {
		t[i] = isAlnum(byte(i)) || i == '_'
	}
	return t
}()

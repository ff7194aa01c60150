package pcap

import (
	"fmt"
	"sort"
)

// Error says why nothing of an input could be read.
type Error struct {
	Offset int64
	Reason string
}

func (e *Error) Error() string { return fmt.Sprintf("pcap: byte %d: %s", e.Offset, e.Reason) }

// problems collects what went wrong, equal complaints counted in one entry so
// that a million bad packets make one line.
type problems struct {
	list  []*problem
	index map[string]*problem
	lost  int // complaints that found no room
}

type problem struct {
	what        string
	unit        string // "byte" or "frame"
	first, last int64
	n           int
	varied      bool // later ones had other numbers
}

// add tells a problem at a place. Problems of one format are one entry: it
// keeps the numbers of the first.
func (p *problems) add(unit string, at int64, format string, a ...any) {
	if q := p.index[format]; q != nil {
		q.last = at
		q.n++
		q.varied = len(a) > 0
		return
	}
	what := format
	if len(a) > 0 {
		what = fmt.Sprintf(format, a...)
	}
	p.put(&problem{what: what, unit: unit, first: at, last: at, n: 1}, format)
}

// file tells something about the file as a whole, or about a place that comes
// once.
func (p *problems) file(what string) { p.put(&problem{what: what, first: -1, n: 1}, what) }

func (p *problems) put(q *problem, key string) {
	if len(p.list) >= maxProblems {
		p.lost++
		return
	}
	if p.index == nil {
		p.index = map[string]*problem{}
	}
	p.list = append(p.list, q)
	p.index[key] = q
}

func (p *problems) result() []Problem {
	out := make([]Problem, 0, len(p.list)+1)
	for _, q := range p.list {
		where := fmt.Sprintf("%s %d", q.unit, q.first)
		switch {
		case q.first < 0:
			where = "file"
		case q.n > 1 && q.last != q.first:
			where = fmt.Sprintf("%ss %d to %d (%d times)", q.unit, q.first, q.last, q.n)
		}
		what := q.what
		if q.varied {
			what += " (numbers of the first)"
		}
		out = append(out, Problem{Where: where, What: what})
	}
	if p.lost > 0 {
		out = append(out, Problem{Where: "file", What: fmt.Sprintf("%d more problems of other kinds are not listed", p.lost)})
	}
	return out
}

func sortedKeys[K comparable, V any](m map[K]V, less func(a, b K) bool) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return less(keys[i], keys[j]) })
	return keys
}

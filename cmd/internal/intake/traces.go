package intake

import (
	"bufio"
	"fmt"
	"io"
	"math"
)

// joinTraces hands out the files that are parts of one rotated trace. A
// compressed one is unpacked on the way. Files that are no trace, or one of
// another dialect, are left for themselves.
func (w *walker) joinTraces(list []candidate) (taken []string, err error) {
	if w.opt.Trace == nil {
		return nil, nil
	}
	var parts []candidate
	dialect := ""
	var most int64
	for _, c := range list {
		n, ok := w.unpacked(c.node)
		if !ok {
			continue
		}
		d := w.opt.Trace(beginning(n))
		if d == "" || dialect != "" && d != dialect {
			continue
		}
		dialect, c.node = d, n
		parts = append(parts, c)
		if n.most > 0 {
			most = min(most, math.MaxInt64-n.most) + n.most
		}
	}
	if len(parts) < 2 {
		return nil, nil
	}
	parts = turned(parts)
	pool := &pool{w: w, open: len(parts)}
	if most > 0 {
		if pool.g, err = w.reserve(most); err != nil {
			return nil, err
		}
	}
	return w.handOut(parts, "trace", pool.ready)
}

// unpacked gives the text of a node, which may be compressed; false for
// anything else.
func (w *walker) unpacked(n node) (node, bool) {
	f, err := n.open()
	if err != nil {
		return n, false
	}
	defer f.Close()
	head, _ := bufio.NewReaderSize(f, peekLen).Peek(peekLen)
	switch kind, _ := sniff(head); kind {
	case plain:
		return n, true
	case gzipped:
		if n.depth >= maxDepth || isCapture(gunzipHead(head)) {
			return n, false
		}
		n.hints = n.hints.compressed(head)
		return gunzipped(n), true
	}
	return n, false
}

// beginning reads the first bytes of a node.
func beginning(n node) []byte {
	r, err := n.open()
	if err != nil {
		return nil
	}
	defer r.Close()
	head := make([]byte, traceHead)
	k, _ := io.ReadFull(r, head) // what ends early is told when it is decoded
	return head[:k]
}

// turned begins a series with its oldest part: services start again at the
// first number when they have written as many files as they may. Only an
// archive that keeps the times of all tells.
func turned(parts []candidate) []candidate {
	down := 0
	for i, p := range parts {
		if p.hints.Modified.Unix() <= 0 {
			return parts
		}
		next := parts[(i+1)%len(parts)]
		if next.hints.Modified.Before(p.hints.Modified) {
			down++
		}
	}
	if down != 1 {
		return parts
	}
	for i := 1; i < len(parts); i++ {
		if parts[i].hints.Modified.Before(parts[i-1].hints.Modified) {
			return append(parts[i:len(parts):len(parts)], parts[:i]...)
		}
	}
	return parts
}

// pool is what the parts of a trace may unpack to together: they are read one
// after the other, and none says beforehand how much it needs.
type pool struct {
	w    *walker
	g    *grant
	open int // parts that are not Done
}

// ready makes an input of a part.
func (p *pool) ready(n node) (Input, error) {
	in := Input{Name: n.name, Size: n.size, Hints: n.hints, Open: n.open}
	if n.most >= 0 {
		in.Open = func() (io.ReadCloser, error) {
			r, err := n.open()
			if err != nil {
				return nil, err
			}
			return &pooled{r, p.g}, nil
		}
	}
	n.h.acquire()
	in.Done = func() {
		n.h.release()
		if p.open--; p.open == 0 && p.g != nil {
			p.w.settle(p.g)
		}
	}
	return in, nil
}

// pooled is a part that draws on the pool.
type pooled struct {
	io.ReadCloser
	g *grant
}

func (s *pooled) Read(p []byte) (int, error) {
	left := s.g.bytes - s.g.used.Load()
	if left <= 0 {
		return 0, fmt.Errorf("%w: the rest of the trace was not read", errBudget)
	}
	n, err := s.ReadCloser.Read(p[:min(int64(len(p)), left)])
	s.g.used.Add(int64(n))
	return n, err
}

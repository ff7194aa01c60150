package intake

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// Walk hands out the inputs of the plan, one after the other. It ends early
// when ctx does or when emit returns an error, and returns that error; nothing
// else is one, a path that cannot be read is an Input with a Problem.
//
// An Input may be used after emit returned nil, until its Done is called. Before
// the next emit, Walk may wait for the Done of those before it.
func (p *Plan) Walk(ctx context.Context, emit func(Input) error) error {
	series := p.series()
	taken := map[string]bool{}
	for i, f := range p.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		w := &walker{ctx: ctx, opt: p.opt, emit: emit}
		if g := series[i]; g != nil {
			for _, k := range g {
				delete(series, k) // they are tried once
			}
			if err := p.join(w, g, taken); err != nil {
				return err
			}
		}
		if taken[f.path] {
			continue
		}
		if f.problem != nil {
			if err := w.problem(f.name, *f.problem); err != nil {
				return err
			}
			continue
		}
		w.budget = &budget{size: f.size}
		n := node{name: f.name, size: f.size, most: -1, hints: hintsOf(f.name)}
		n.open = func() (io.ReadCloser, error) { return w.file(f.path) }
		if f.size < 0 {
			var read int64
			w.budget.read = &read
			n.once = true
			open := n.open
			n.open = func() (io.ReadCloser, error) {
				r, err := await(ctx, open)
				if err != nil {
					return nil, err
				}
				return counted{r, func(n int64) { read += n }}, nil
			}
		} else {
			n.disk = func() (io.ReaderAt, int64, *handle, error) { return w.disk(f.path) }
		}
		err := w.enter(n)
		if errors.Is(err, errBudget) {
			err = w.problem(f.name, Problem{Kind: KindArchive, What: fmt.Sprintf("unpacks to more than %d MiB and %d times its size: the rest was not read", unpackGrace>>20, unpackRatio)})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// series finds the files on disk whose names look like parts of one series.
func (p *Plan) series() map[int][]int {
	if p.opt.First == nil && p.opt.Trace == nil {
		return nil
	}
	seen := map[string]bool{}
	return rotated(len(p.files), func(i int) (string, bool) {
		f := p.files[i]
		if f.problem != nil || f.size < 0 || seen[f.path] {
			return "", false
		}
		seen[f.path] = true
		return filepath.ToSlash(f.path), true
	})
}

// join hands out the files of the given indexes as one series, if they are one,
// and notes the paths of those that are part of it.
func (p *Plan) join(w *walker, g []int, taken map[string]bool) error {
	w.budget = &budget{size: p.sizeOf(g)}
	list := make([]node, len(g))
	paths := map[string]string{}
	for i, k := range g {
		f := p.files[k]
		list[i] = node{name: f.name, size: f.size, most: -1, hints: hintsOf(f.name), open: func() (io.ReadCloser, error) { return w.file(f.path) }}
		paths[f.name] = f.path
	}
	names, err := w.join(candidates(list))
	for _, n := range names {
		taken[paths[n]] = true
	}
	return err
}

// sizeOf is the size of files on disk together.
func (p *Plan) sizeOf(g []int) int64 {
	var n int64
	for _, k := range g {
		n += p.files[k].size
	}
	return n
}

// walker goes through one file on disk with everything in it.
type walker struct {
	ctx    context.Context
	opt    Options
	emit   func(Input) error
	budget *budget

	reading sync.WaitGroup // members with a grant that are not Done
	refund  atomic.Int64   // what those that are Done did not use of it
}

// node is a file or member on its way to become inputs.
type node struct {
	name  string
	size  int64 // -1: not known
	most  int64 // bytes that open can give at most; -1: bounded by a file on disk
	hints Hints
	depth int                                         // archives around it
	open  func() (io.ReadCloser, error)               // the content
	once  bool                                        // open works once, and the walk has to wait
	disk  func() (io.ReaderAt, int64, *handle, error) // random access, for a file on disk
	h     *handle                                     // what open reads from
	late  *[]node                                     // where it may be put off to

	capture bool // by its first bytes, also inside gzip
}

func (w *walker) problem(name string, p Problem) error {
	return w.emit(Input{Name: name, Size: -1, Done: func() {}, Problem: &p})
}

// counted tells of the bytes read.
type counted struct {
	io.ReadCloser
	tell func(n int64)
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.tell(int64(n))
	return n, err
}

func (w *walker) file(path string) (io.ReadCloser, error) {
	if path == Stdin {
		if w.opt.Stdin == nil {
			return nil, errors.New("intake: no standard input")
		}
		return io.NopCloser(w.opt.Stdin), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if w.opt.Read == nil {
		return f, nil
	}
	return counted{f, w.opt.Read}, nil
}

// enter finds out what a node is and hands out what is in it.
func (w *walker) enter(n node) error {
	f, err := n.open()
	if err != nil {
		p := unopened(err)
		return w.problem(n.name, *p)
	}
	r := bufio.NewReaderSize(f, peekLen)
	head, _ := r.Peek(peekLen) // an error comes again when the content is read
	kind, what := sniff(head)
	if isEmptyTar(head, n.size) {
		f.Close()
		return w.problem(n.name, Problem{Kind: KindArchive, What: "an archive without members"})
	}
	if kind != plain && n.depth >= maxDepth {
		f.Close()
		return w.problem(n.name, Problem{Kind: KindArchive, What: fmt.Sprintf("%s inside %d other archives: not opened", what, n.depth)})
	}
	if n.late != nil && w.hungry(n, kind, head) {
		*n.late = append(*n.late, n)
		f.Close() // a damaged member's error comes again when it is read
		return nil
	}
	n.late = nil
	switch kind {
	case gzipped:
		n.hints = n.hints.compressed(head)
		if isCapture(gunzipHead(head)) {
			n.capture = true
			return w.leaf(n, f, r)
		}
		return w.gunzip(n, f, r)
	case zipped:
		defer f.Close()
		return w.zip(n, r)
	case tarred:
		defer f.Close()
		return w.tar(n, metered{r, w.budget})
	case foreign:
		f.Close()
		return w.problem(n.name, Problem{Kind: KindArchive, What: what + " archive: unpack it and give the folder"})
	}
	n.capture = isCapture(head)
	return w.leaf(n, f, r)
}

// hungry reports whether a node may use more than half of what is left of the
// budget: by its size, or because it is compressed once or more.
func (w *walker) hungry(n node, kind format, head []byte) bool {
	half := w.budget.left() / 2
	switch {
	case kind == zipped:
		return true
	case kind == gzipped:
		inner, _ := sniff(gunzipHead(head))
		return inner == gzipped || inner == zipped || n.size > half/deflateRatio
	}
	return n.size > half
}

// leaf hands out a node that is no archive. f is open, and r reads from it.
func (w *walker) leaf(n node, f io.ReadCloser, r io.Reader) error {
	if n.once {
		most := memberMemory
		if n.depth == 0 && n.capture {
			most = captureMemory
		}
		return w.stream(Input{Name: n.name, Size: n.size, Hints: n.hints}, f, metered{r, w.budget}, most)
	}
	f.Close()
	in, err := w.ready(n)
	if err != nil {
		return err
	}
	if err := w.emit(in); err != nil {
		in.Done()
		return err
	}
	return nil
}

// ready makes an input of a node that can be opened at any time, also more than
// once.
func (w *walker) ready(n node) (Input, error) {
	in := Input{Name: n.name, Size: n.size, Hints: n.hints, Open: n.open, Done: n.h.release}
	if n.most >= 0 {
		g, err := w.reserve(n.most)
		if err != nil {
			return Input{}, err
		}
		in.Open = func() (io.ReadCloser, error) {
			r, err := n.open()
			if err != nil {
				return nil, err
			}
			return &share{ReadCloser: r, g: g}, nil
		}
		in.Done = func() {
			w.settle(g)
			n.h.release()
		}
	}
	n.h.acquire()
	return in, nil
}

// stream hands out content that can be read only now: held in memory when it
// has at most most bytes, else read through while we wait.
func (w *walker) stream(in Input, f io.Closer, r io.Reader, most int) error {
	defer f.Close()
	data, err := readPieces(r, most+1)
	if err != nil || data.size() <= int64(most) {
		if err == nil {
			in.Size = data.size()
		}
		in.Open, in.Done = data.open(err), func() {}
		return w.emit(in)
	}
	done := make(chan struct{})
	in.Open, in.Done = once(data.reader(r)), func() { close(done) }
	if err := w.emit(in); err != nil {
		return err
	}
	select {
	case <-done:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

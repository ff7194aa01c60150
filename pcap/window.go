package pcap

import (
	"io"
	"sync"
)

// window gives a contiguous view of the bytes of a reader. Unlike
// bufio.Reader it hands out whole packets of any size without copying them,
// and it can read ahead in a second goroutine while packets are decoded.
type window struct {
	buf  []byte
	r, w int   // buf[r:w] is read but not used
	base int64 // place in the input of buf[0]
	err  error // why nothing follows w

	next    func() chunk
	recycle func([]byte)
	stop    func()
}

// chunk is buf[chunkHead:chunkHead+n]; err follows it.
type chunk struct {
	buf []byte
	n   int
	err error
}

func fill(r io.Reader, buf []byte) chunk {
	c := chunk{buf: buf}
	for idle := 0; chunkHead+c.n < len(buf) && c.err == nil; {
		n, err := r.Read(buf[chunkHead+c.n:])
		if n < 0 || n > len(buf)-chunkHead-c.n {
			n, err = 0, io.ErrNoProgress // a reader that breaks its contract
		}
		c.n += n
		c.err = err
		if n > 0 {
			idle = 0
		} else if idle++; idle == 100 && err == nil {
			c.err = io.ErrNoProgress
		}
	}
	return c
}

// newWindow reads when asked to.
func newWindow(r io.Reader) *window {
	free := make([]byte, chunkHead+chunkSize)
	return &window{
		next: func() chunk {
			if free == nil {
				free = make([]byte, chunkHead+chunkSize)
			}
			b := free
			free = nil
			return fill(r, b)
		},
		recycle: func(b []byte) { free = b },
		stop:    func() {},
	}
}

// newAheadWindow reads ahead in a goroutine until the input ends or stop is
// called.
func newAheadWindow(r io.Reader) *window {
	full := make(chan chunk, chunkAhead)
	free := make(chan []byte, chunkAhead+2)
	done := make(chan struct{})
	for i := 0; i < chunkAhead; i++ {
		free <- nil // allocated when needed: a small file needs one
	}
	go func() {
		defer close(full)
		for {
			var b []byte
			select {
			case b = <-free:
			case <-done:
				return
			}
			if b == nil {
				b = make([]byte, chunkHead+chunkSize)
			}
			c := fill(r, b)
			select {
			case full <- c:
			case <-done:
				return
			}
			if c.err != nil {
				return
			}
		}
	}()
	var once sync.Once
	return &window{
		next: func() chunk { return <-full },
		recycle: func(b []byte) {
			select {
			case free <- b:
			default:
			}
		},
		stop: func() { once.Do(func() { close(done) }) },
	}
}

// need reports whether n bytes follow; then buf[r:r+n] holds them. The view
// before is invalid after a call.
func (w *window) need(n int) bool {
	return w.w-w.r >= n || w.more(n)
}

func (w *window) more(n int) bool {
	for w.w-w.r < n {
		if w.err != nil {
			return false
		}
		c := w.next()
		w.err = c.err
		rest := w.buf[w.r:w.w]
		old := w.buf
		if len(rest) <= chunkHead {
			at := w.base + int64(w.r)
			w.r = chunkHead - len(rest)
			copy(c.buf[w.r:], rest)
			w.buf, w.w = c.buf, chunkHead+c.n
			w.base = at - int64(w.r)
			if len(old) == chunkHead+chunkSize {
				w.recycle(old)
			}
			continue
		}
		// A packet longer than the head of a chunk: grow by what is really
		// there, never by what a length field promises.
		data := c.buf[chunkHead : chunkHead+c.n]
		if len(old) == chunkHead+chunkSize || cap(old)-w.w < c.n {
			big := make([]byte, 0, len(rest)+c.n+min(len(rest), n))
			w.base += int64(w.r)
			w.buf, w.r = append(big, rest...), 0
			if len(old) == chunkHead+chunkSize {
				w.recycle(old)
			}
		}
		w.buf = append(w.buf[:w.r+len(rest)], data...)
		w.w = len(w.buf)
		w.recycle(c.buf)
	}
	return true
}

// view is what need has granted.
func (w *window) view(n int) []byte { return w.buf[w.r : w.r+n : w.r+n] }

// have is the number of bytes at hand.
func (w *window) have() int { return w.w - w.r }

// place is the offset in the input of the next byte.
func (w *window) place() int64 { return w.base + int64(w.r) }

// skip passes over n bytes, or as many as there are.
func (w *window) skip(n int64) bool {
	for n > int64(w.have()) {
		n -= int64(w.have())
		w.r = w.w
		if !w.more(1) {
			return n == 0
		}
	}
	w.r += int(n)
	return true
}

// Read makes a window the input of a decompressor.
func (w *window) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if !w.need(1) {
		return 0, w.err
	}
	n := copy(p, w.buf[w.r:w.w])
	w.r += n
	return n, nil
}

package intake

import (
	"context"
	"io"
	"os"
	"sync"
)

// awaited is a stream that may have nothing to give for hours (standard input, a
// pipe that was named): an interrupt ends the reading without waiting for it.
type awaited struct {
	r      io.ReadCloser
	ctx    context.Context
	want   chan []byte // for the goroutine that reads
	done   chan given
	closed chan struct{}
	once   sync.Once
}

type given struct {
	n   int
	err error
}

// await opens a stream, which may wait for its writer, and reads it as long as
// ctx lasts.
func await(ctx context.Context, open func() (io.ReadCloser, error)) (io.ReadCloser, error) {
	type opened struct {
		r   io.ReadCloser
		err error
	}
	ready := make(chan opened, 1)
	go func() {
		r, err := open()
		ready <- opened{r, err}
	}()
	select {
	case o := <-ready:
		if o.err != nil {
			return nil, o.err
		}
		a := &awaited{r: o.r, ctx: ctx, want: make(chan []byte), done: make(chan given, 1), closed: make(chan struct{})}
		go a.serve()
		return a, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serve does the reading. One goroutine for all of it: one for each read would be
// the only garbage of a long capture.
func (a *awaited) serve() {
	for {
		select {
		case p := <-a.want:
			n, err := a.r.Read(p)
			a.done <- given{n, err}
		case <-a.closed:
			return
		}
	}
}

// Read reads into p. After an interrupt p belongs to the read that is still
// under way, and nobody may look at it again; the run is over.
func (a *awaited) Read(p []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	select {
	case a.want <- p:
	case <-a.closed:
		return 0, os.ErrClosed
	case <-a.ctx.Done():
		return 0, a.ctx.Err()
	}
	select {
	case g := <-a.done:
		return g.n, g.err
	case <-a.ctx.Done():
		return 0, a.ctx.Err()
	}
}

func (a *awaited) Close() error {
	a.once.Do(func() { close(a.closed) })
	return a.r.Close()
}

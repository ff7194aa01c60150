package intake

import (
	"context"
	"io"
)

// awaited is a stream that may have nothing to give for hours (standard input, a
// pipe that was named): an interrupt ends the reading without waiting for it.
type awaited struct {
	io.ReadCloser
	ctx  context.Context
	done chan given // of the one read that is under way
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
		return &awaited{o.r, ctx, make(chan given, 1)}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Read reads into p. After an interrupt p belongs to the read that is still
// under way, and nobody may look at it again; the run is over.
func (a *awaited) Read(p []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	go func() {
		n, err := a.ReadCloser.Read(p)
		a.done <- given{n, err}
	}()
	select {
	case g := <-a.done:
		return g.n, g.err
	case <-a.ctx.Done():
		return 0, a.ctx.Err()
	}
}

package tvstrace

import (
	"io"
	"runtime"
	"sync"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

const (
	// inFlight is how many chunks are read ahead for each worker.
	inFlight = 2
	// maxWrap is over how many lines a record may be broken.
	maxWrap = 4
	// maxSwallow is how many lines an HTTP head printed into a trace may have.
	maxSwallow = 16
)

// Scan reads a trace and hands out its events in order. The summary is never
// nil; the error is that of the stream.
func Scan(r io.Reader, emit func(*catalogue.Event)) (*catalogue.Summary, error) {
	workers := min(runtime.GOMAXPROCS(0), 4)
	rd := lines.NewReader(r)
	free := make(chan []byte, workers*inFlight+2)
	rd.Reuse(func() []byte {
		select {
		case b := <-free:
			return b
		default:
			return nil
		}
	})
	spare := make(chan *chunk, workers*inFlight+2)
	work := make(chan *chunk, workers*inFlight)
	order := make(chan *chunk, workers*inFlight)
	quit := make(chan struct{})
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for c := range work {
				c.scan()
				c.done <- struct{}{}
			}
		})
	}
	wg.Go(func() {
		defer close(order)
		defer close(work)
		for rd.Next() {
			var c *chunk
			select {
			case c = <-spare:
			default:
				c = &chunk{done: make(chan struct{}, 1)}
			}
			c.data, c.line = rd.Chunk(), rd.Line()
			select {
			case order <- c:
				work <- c
			case <-quit:
				return
			}
		}
	})
	defer func() { // also when emit panics
		close(quit)
		for range order {
		}
		wg.Wait()
	}()
	a := newAssembler(emit)
	for c := range order {
		<-c.done
		a.chunk(c)
		select {
		case free <- c.data:
		default:
		}
		c.data = nil
		select {
		case spare <- c:
		default:
		}
	}
	sum := a.close()
	sum.Lines = rd.Count()
	sum.Problems = append(sum.Problems, rd.Problems()...)
	return sum, rd.Err()
}

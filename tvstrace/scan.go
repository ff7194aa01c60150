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

// Scan reads a trace and hands out its events in order: a series of one part.
// The summary is never nil; the error is that of the stream.
func Scan(r io.Reader, emit func(*catalogue.Event)) (*catalogue.Summary, error) {
	var s Series
	return s.part(r, emit, true)
}

// A Series reads the parts of a rotated trace one after the other: services
// begin a new file every few megabytes, in the middle of whatever they do.
// Connection numbers, the questions and CAPF sessions that are open, and the
// count of midnights and restarts go on in the next part; line numbers and the
// counts of the summary start again.
//
// A record of several lines is placed in the part where it ends. When it began
// in an earlier one its Line is 1 and Detail["begun"] is "earlier part".
//
// The zero value is ready for use. It serves one service of one node.
type Series struct {
	a *assembler
}

// Scan reads the next part. What is open at its end is handed out by a later
// call, or by Close.
func (s *Series) Scan(r io.Reader, emit func(*catalogue.Event)) (*catalogue.Summary, error) {
	return s.part(r, emit, false)
}

// Close hands out what was still open at the end of the last part, as events
// of that part. The series can be used again, as a new one.
func (s *Series) Close(emit func(*catalogue.Event)) {
	if s.a != nil {
		s.a.emit = emit
		s.a.close()
		s.a = nil
	}
}

func (s *Series) part(r io.Reader, emit func(*catalogue.Event), last bool) (*catalogue.Summary, error) {
	if s.a == nil {
		s.a = newAssembler()
	} else {
		s.a.rollOver()
	}
	s.a.emit = emit
	rd := lines.NewReader(r)
	chunks(rd, s.a.chunk)
	s.a.rest()
	if last {
		s.a.close()
	}
	sum := s.a.summary()
	sum.Lines = rd.Count()
	sum.Problems = append(sum.Problems, rd.Problems()...)
	return sum, rd.Err()
}

// await waits until a chunk is read, and reads others meanwhile: a wait costs
// more than a chunk.
func await(c *chunk, work <-chan *chunk, memo *catalogue.Memo) {
	for {
		select {
		case <-c.done:
			return
		default:
		}
		select {
		case <-c.done:
			return
		case w, ok := <-work:
			if !ok {
				<-c.done
				return
			}
			w.scan(memo)
			w.done <- struct{}{}
		}
	}
}

// chunks has the chunks of a stream read by workers and hands them over in
// order.
func chunks(rd *lines.Reader, take func(*chunk)) {
	workers := min(runtime.GOMAXPROCS(0), 4)
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
			memo := catalogue.NewMemo(book())
			for c := range work {
				c.scan(memo)
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
	defer func() { // also when the consumer panics
		close(quit)
		for range order {
		}
		wg.Wait()
	}()
	memo := catalogue.NewMemo(book())
	for c := range order {
		await(c, work, memo)
		take(c)
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
}

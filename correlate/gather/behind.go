package gather

import (
	"trustline/dissect"
	"trustline/pcap"
)

// Bounds of what waits between the packets and their evidence.
const (
	// batchSize is how many findings are handed over at a time.
	batchSize = 64
	// batchBytes is how many octets of transfers make a batch full.
	batchBytes = 256 << 10
	// batchesAhead is how many batches may wait.
	batchesAhead = 2
)

// behind makes evidence of what a capture holds on a goroutine of its own, in
// the order in which it was found, while the packets behind it are read. What
// is handed to a dissect.Handler is the handler's, so nothing is shared.
type behind struct {
	h     *captureHandler
	batch []any // *dissect.Transfer, *dissect.Connection, *dissect.Observation
	bytes int
	work  chan []any
	free  chan []any
	done  chan any // what the goroutine panicked with, nil when it did not
}

// follow reads a capture with read and gives all that it finds to h. When it
// returns, h has everything.
func follow(h *captureHandler, read func(dissect.Handler) (*pcap.Summary, error)) (*pcap.Summary, error) {
	b := &behind{h: h, work: make(chan []any, batchesAhead), free: make(chan []any, batchesAhead+1), done: make(chan any, 1)}
	go b.run()
	ended := false
	defer func() {
		if !ended { // read panics: its fault is the one to tell
			close(b.work)
			<-b.done
		}
	}()
	sum, err := read(b)
	b.send()
	ended = true
	close(b.work)
	if p := <-b.done; p != nil {
		panic(p)
	}
	return sum, err
}

func (b *behind) run() {
	var fault any
	for batch := range b.work {
		if fault == nil {
			fault = b.handle(batch)
		}
		clear(batch)
		select {
		case b.free <- batch[:0]:
		default:
		}
	}
	b.done <- fault
}

func (b *behind) handle(batch []any) (fault any) {
	defer func() { fault = recover() }()
	for _, x := range batch {
		switch x := x.(type) {
		case *dissect.Transfer:
			b.h.Transfer(x)
		case *dissect.Connection:
			b.h.Connection(x)
		case *dissect.Observation:
			b.h.Observe(x)
		}
	}
	return nil
}

func (b *behind) put(x any, n int) {
	if b.batch == nil {
		select {
		case b.batch = <-b.free:
		default:
			b.batch = make([]any, 0, batchSize)
		}
	}
	b.batch = append(b.batch, x)
	b.bytes += n
	if len(b.batch) == batchSize || b.bytes >= batchBytes {
		b.send()
	}
}

func (b *behind) send() {
	if len(b.batch) > 0 {
		b.work <- b.batch
	}
	b.batch, b.bytes = nil, 0
}

func (b *behind) Transfer(t *dissect.Transfer)     { b.put(t, len(t.Content)) }
func (b *behind) Connection(c *dissect.Connection) { b.put(c, 0) }
func (b *behind) Observe(o *dissect.Observation)   { b.put(o, 0) }

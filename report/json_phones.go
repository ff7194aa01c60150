package report

import (
	"bufio"
	"bytes"
	"reflect"

	"trustline/correlate"
)

const (
	jsonWorkers = 2  // that write phones side by side
	jsonAhead   = 16 // phones that wait to be written
)

// part is one phone of the report as JSON.
type part struct {
	phone *correlate.Phone
	text  bytes.Buffer
	err   error
	done  chan struct{}
}

// phones writes the phones of a report, in order. Those of a large fleet are read
// back, and made into JSON, at the same time as others are written.
func (e *encoder) phones(r *correlate.Report) {
	queue, work := make(chan *part, jsonAhead), make(chan *part, jsonAhead)
	go func() {
		defer close(queue)
		defer close(work)
		for _, p := range r.All() {
			one := &part{phone: p, done: make(chan struct{})}
			work <- one
			queue <- one
		}
	}()
	for range jsonWorkers {
		go func() {
			own := &encoder{types: map[reflect.Type][]field{}}
			for p := range work {
				own.w, own.err = bufio.NewWriter(&p.text), nil
				own.value(reflect.ValueOf(p.phone).Elem(), 2)
				own.w.Flush()
				p.err = own.err
				close(p.done)
			}
		}()
	}
	n := 0
	for p := range queue {
		<-p.done
		e.comma(n, 2)
		e.w.Write(p.text.Bytes())
		if e.err == nil {
			e.err = p.err
		}
		n++
	}
	e.close(']', n, 1)
}

package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"trustline/cmd/internal/intake"
	"trustline/correlate/gather"
	"trustline/pcap"
)

const (
	// workers is how many inputs are decoded at a time. Large logs use further
	// cores by themselves, and each worker costs memory.
	workers = 2
	// ahead is how many results may wait for one that takes longer.
	ahead = 64
)

// reading is what a command reads.
type reading struct {
	paths  []string
	skip   []string  // files that are no inputs: what this run writes
	traces bool      // the parts of a rotated trace are one input
	bar    *progress // nil: one of its own
}

// eachInput decodes everything under the paths, a few inputs at a time, and
// hands the results to take in the order of the inputs. What cannot be opened
// goes through decode too, with its Problem.
func eachInput[T any](ctx context.Context, e *env, what reading, decode func(intake.Input) T, take func(T) error) error {
	return streamInputs(ctx, e, what, 1, func(in intake.Input, out func(T)) { out(decode(in)) }, take)
}

// streamInputs is eachInput for decoders with any number of results, of which
// at most buffer wait for an input before theirs.
func streamInputs[T any](ctx context.Context, e *env, what reading, buffer int, decode func(intake.Input, func(T)), take func(T) error) error {
	before := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	bar := what.bar
	printing := bar == nil && e.outTerminal // take prints where the bar is
	if bar == nil {
		bar = newProgress(e)
	}
	opt := intake.Options{Stdin: told{e.stdin, bar.read}, Skip: what.skip, Read: bar.read, First: firstPacket}
	if what.traces {
		opt.Trace = gather.TraceDialect
	}
	plan := intake.List(what.paths, opt)
	bar.begin(plan.Total())
	defer bar.end()

	jobs := make(chan func())
	order := make(chan chan T, ahead)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for job := range jobs {
				job()
			}
		})
	}
	var walked error
	wg.Go(func() {
		defer close(order)
		defer close(jobs)
		walked = plan.Walk(ctx, func(in intake.Input) error {
			results := make(chan T, buffer)
			select {
			case order <- results:
			case <-ctx.Done():
				return ctx.Err()
			}
			job := func() {
				defer close(results)
				if !e.slots.take(ctx) {
					in.Done()
					return
				}
				defer e.slots.give()
				defer bar.file(max(1, len(in.Parts)))
				guarded(decode, interruptible(ctx, in), func(r T) {
					select {
					case results <- r:
					case <-ctx.Done(): // nobody waits for it
					}
				})
			}
			select {
			case jobs <- job:
				return nil
			case <-ctx.Done():
				close(results)
				return ctx.Err()
			}
		})
	})
	var taken error
	inputs := 0
	for results := range order {
		for r := range results {
			if taken == nil {
				if printing {
					bar.pause()
				}
				if taken = take(r); taken != nil {
					cancel()
				}
				if printing {
					bar.resume()
				}
			}
		}
		if ctx.Err() == nil {
			inputs++
		}
	}
	wg.Wait()
	if taken != nil {
		return taken
	}
	if err := before.Err(); err != nil { // results may be missing
		return fmt.Errorf("%w after %s", err, count(inputs, "input"))
	}
	return walked
}

// told is standard input that tells how much of it was read.
type told struct {
	io.Reader
	tell func(n int64)
}

func (t told) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.tell(int64(n))
	return n, err
}

// slots bounds what is done at a time by all cases of a batch together; nil
// bounds nothing.
type slots chan struct{}

// take waits for a slot; false when ctx ended before there was one.
func (s slots) take(ctx context.Context) bool {
	if s == nil {
		return ctx.Err() == nil
	}
	select {
	case s <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s slots) give() {
	if s != nil {
		<-s
	}
}

// interruptible is an input whose reading ends when ctx does, so that nobody
// waits for a capture of many gigabytes.
func interruptible(ctx context.Context, in intake.Input) intake.Input {
	open := in.Open
	if open != nil {
		in.Open = func() (io.ReadCloser, error) {
			r, err := open()
			if err != nil {
				return nil, err
			}
			return ending{r, ctx}, nil
		}
	}
	parts := in.Parts
	in.Parts = nil
	for _, p := range parts {
		in.Parts = append(in.Parts, interruptible(ctx, p))
	}
	return in
}

type ending struct {
	io.ReadCloser
	ctx context.Context
}

func (e ending) Read(p []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	return e.ReadCloser.Read(p)
}

// firstPacket is the time of the first packet of a capture; zero when it holds
// none, and false when the beginning is no capture or tells no time.
func firstPacket(r io.Reader) (time.Time, bool) {
	const most = 512 << 10 // a pcapng file may begin with names and secrets
	c, err := pcap.NewReader(io.LimitReader(r, most))
	if err != nil {
		return time.Time{}, false
	}
	f, err := c.Next()
	if err != nil {
		return time.Time{}, len(c.Problems()) == 0
	}
	return f.Time, !f.Time.IsZero()
}

// guarded decodes one input. A decoder that panics has a fault of its own; the
// other inputs of the case are read all the same, and the report says so.
func guarded[T any](decode func(intake.Input, func(T)), in intake.Input, out func(T)) {
	defer in.Done()
	defer func() {
		if p := recover(); p != nil {
			what := fmt.Sprintf("a fault in trustline ended the decoding; please report it: %v", p)
			if n := len(in.Parts); n > 0 {
				what += fmt.Sprintf(" (in %d files of one series: %s to %s)", n, in.Name, in.Parts[n-1].Name)
			}
			decode(intake.Input{Name: in.Name, Size: in.Size, Problem: &intake.Problem{Kind: intake.KindUnreadable, What: what}}, out)
		}
	}()
	decode(in, out)
}

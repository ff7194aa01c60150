package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"
)

// storm is what the flags ask for.
type storm struct {
	Phones int     `json:"phones"`
	Seed   uint64  `json:"seed"`
	Rate   float64 `json:"rate"`
	Loss   float64 `json:"loss_percent"`
	Holes  float64 `json:"holes_percent"`

	cause []int // of each phone, index of causes
}

// truth is what was planted.
type truth struct {
	storm
	Packets int           `json:"packets"` // in the capture
	Bytes   int64         `json:"bytes"`
	Lost    losses        `json:"lost"`
	Causes  []*cause      `json:"causes"`
	All     []phonesTruth `json:"each"`
}

type phonesTruth struct {
	Name  string `json:"name"`
	Cause string `json:"cause"`
	// Holes is how many packets of the phone arrived and are missing in the
	// capture: an analyser may rightly call such a phone inconclusive.
	Holes int `json:"holes,omitempty"`
}

const (
	// chunk is how many phones are played together: they share lists, which are
	// signed once, and are few enough to hold all their packets.
	chunk = 64
	// lead is how long before its boot a phone can be heard: a reset closes the
	// registration of the boot before.
	lead = 6 * time.Second
	// resumed is the share of healthy phones that take up two TLS sessions, which
	// makes one of five sessions of the storm a resumed one.
	resumed = 0.43
)

// Purposes of random numbers, so that one cannot move the others.
const (
	forCauses = iota
	forPlan
	forLoss
	forStart
)

// rng is the source of one phone's decisions for one purpose.
func (s *storm) rng(phone int, purpose uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.Seed<<8|purpose, uint64(phone)))
}

// boots is when a phone starts; later phones start later.
func (s *storm) boots(phone int) time.Time {
	at := (float64(phone) + s.rng(phone, forStart).Float64()) / s.Rate
	return start.Add(time.Duration(at * float64(time.Second))).Truncate(time.Microsecond)
}

// assign deals the causes out: exact shares, in random order.
func (s *storm) assign(all []*cause) {
	sum := 0.0
	for k, c := range all {
		from := int(math.Round(sum * float64(s.Phones)))
		sum += c.share
		for range int(math.Round(sum*float64(s.Phones))) - from {
			s.cause = append(s.cause, k)
			c.Phones++
		}
	}
	r := s.rng(0, forCauses)
	r.Shuffle(len(s.cause), func(i, j int) { s.cause[i], s.cause[j] = s.cause[j], s.cause[i] })
}

// part is one chunk, played.
type part struct {
	packets []packet // in order of time
	truth   []phonesTruth
	lost    losses
	err     error
}

// write writes the capture.
func (s *storm) write(w io.Writer) (*truth, error) {
	all := causes()
	s.assign(all)
	t := &truth{storm: *s, Causes: all}
	out := newWriter(w)
	var pending []packet
	for from, p := range s.parts(all) {
		if p.err != nil {
			return nil, p.err
		}
		t.All = append(t.All, p.truth...)
		t.Lost.add(p.lost)
		pending = merge(pending, p.packets)
		n := len(pending)
		if next := from + chunk; next < s.Phones {
			until := s.boots(next).Add(-lead).UnixMicro()
			n, _ = slices.BinarySearchFunc(pending, until, func(p packet, at int64) int { return int(p.at - at) })
		}
		for i := range pending[:n] {
			if err := out.write(&pending[i]); err != nil {
				return nil, err
			}
		}
		pending = pending[n:]
	}
	t.Packets, t.Bytes = out.packets, out.size
	return t, nil
}

// parts plays the chunks on all cores and gives them in order, with the number of
// the first phone.
func (s *storm) parts(all []*cause) func(yield func(int, part) bool) {
	return func(yield func(int, part) bool) {
		workers := runtime.GOMAXPROCS(0)
		var queue []chan part
		next := 0
		for from := 0; from < s.Phones; from += chunk {
			for len(queue) <= workers && next < s.Phones {
				c, first := make(chan part, 1), next
				go func() { c <- s.part(all, first, min(first+chunk, s.Phones)) }()
				queue = append(queue, c)
				next += chunk
			}
			p := <-queue[0]
			queue = queue[1:]
			if !yield(from, p) {
				return
			}
		}
	}
}

// part plays some phones and loses their packets.
func (s *storm) part(all []*cause, first, last int) (p part) {
	plan, names := s.plan(all, first, last)
	story, err := plan.Play()
	if err != nil {
		return part{err: err}
	}
	each, err := split(story.Files[plan.Sources.PhoneCapture], names)
	if err != nil {
		return part{err: err}
	}
	for i, name := range names {
		kept, lost := lose(s.rng(first+i, forLoss), each[i], s.Loss/100, s.Holes/100)
		p.packets = append(p.packets, kept...)
		p.lost.add(lost)
		p.truth = append(p.truth, phonesTruth{name, all[s.cause[first+i]].ID, lost.Holes})
	}
	slices.SortStableFunc(p.packets, func(a, b packet) int { return int(a.at - b.at) })
	return p
}

// merge joins two runs of packets, both in order of time.
func merge(a, b []packet) []packet {
	out := make([]packet, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if b[0].at < a[0].at {
			out, b = append(out, b[0]), b[1:]
		} else {
			out, a = append(out, a[0]), a[1:]
		}
	}
	return append(append(out, a...), b...)
}

// split takes a classic capture, little-endian, apart into the packets of each
// phone, by the MAC that is in its name.
func split(capture []byte, names []string) ([][]packet, error) {
	const head, record = 24, 16
	of := map[string]int{}
	for i, n := range names {
		of[n[3:]] = i
	}
	out := make([][]packet, len(names))
	for b := capture[min(head, len(capture)):]; len(b) > 0; {
		if len(b) < record {
			return nil, fmt.Errorf("capture of the lab: %d octets left", len(b))
		}
		at := int64(binary.LittleEndian.Uint32(b))*1e6 + int64(binary.LittleEndian.Uint32(b[4:]))
		n := int(binary.LittleEndian.Uint32(b[8:]))
		data := slices.Clone(b[record : record+n])
		b = b[record+n:]
		i, ok := of[fmt.Sprintf("%X", data[6:12])]
		if !ok {
			i, ok = of[fmt.Sprintf("%X", data[:6])]
		}
		if !ok {
			return nil, fmt.Errorf("capture of the lab: a frame of no phone, from %x to %x", data[6:12], data[:6])
		}
		out[i] = append(out[i], packet{at: at, data: data})
	}
	return out, nil
}

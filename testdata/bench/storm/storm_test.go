package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"

	"trustline/testdata/lab/sweep/trial"
)

// made is a storm of some phones.
func made(t *testing.T, s storm) ([]byte, *truth) {
	t.Helper()
	var b bytes.Buffer
	truth, err := s.write(&b)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), truth
}

func TestStormIsTheSameForASeed(t *testing.T) {
	s := storm{Phones: 20, Seed: 1, Rate: 20, Loss: 1}
	first, _ := made(t, s)
	again, _ := made(t, s)
	if sha256.Sum256(first) != sha256.Sum256(again) {
		t.Error("the same seed gives another capture")
	}
	s.Seed = 2
	if other, _ := made(t, s); bytes.Equal(first, other) {
		t.Error("another seed gives the same capture")
	}
}

func TestStormIsInOrder(t *testing.T) {
	b, truth := made(t, storm{Phones: 3 * chunk, Seed: 3, Rate: 40, Loss: 1})
	if int64(len(b)) != truth.Bytes {
		t.Errorf("%d octets, %d counted", len(b), truth.Bytes)
	}
	var last uint64
	n := 0
	for b = b[24:]; len(b) > 0; n++ {
		at := uint64(binary.LittleEndian.Uint32(b))*1e6 + uint64(binary.LittleEndian.Uint32(b[4:]))
		if at < last {
			t.Fatalf("frame %d is %d µs before the one in front of it", n+1, last-at)
		}
		last, b = at, b[16+binary.LittleEndian.Uint32(b[8:]):]
	}
	if n != truth.Packets {
		t.Errorf("%d packets, %d counted", n, truth.Packets)
	}
	if p := 100 * float64(truth.Lost.Unseen+truth.Lost.Seen) / float64(n); p < 0.8 || p > 1.2 {
		t.Errorf("%.2f %% lost, want about 1", p)
	}
}

// The verdict on every phone is the one that was planted.
func TestTruth(t *testing.T) {
	b, truth := made(t, storm{Phones: 20, Seed: 5, Rate: 20, Loss: 1})
	want := map[string]*cause{}
	for _, c := range truth.Causes {
		if c.Phones < 2 {
			t.Errorf("%d phones with the cause %s", c.Phones, c.ID)
		}
		for _, p := range truth.All {
			if p.Cause == c.ID {
				want[p.Name] = c
			}
		}
	}
	r := trial.Judge(map[string][]byte{"storm.pcap": b})
	if len(r.Phones) != len(want) {
		t.Errorf("%d phones, want %d", len(r.Phones), len(want))
	}
	for _, p := range r.Phones {
		c := want[p.Name]
		if c == nil {
			t.Errorf("phone %s was not planted", p.Name)
		} else if v := p.Verdict; v.Class != c.Class || v.Primary != c.Finding {
			t.Errorf("%s, %s: %s %s, want %s %s", p.Name, c.ID, v.Class, v.Primary, c.Class, c.Finding)
		}
	}
}

// Without loss nothing is sent again; with it, everything that has to arrive is in
// the capture at least once.
func TestLose(t *testing.T) {
	s := storm{Phones: 10, Seed: 1, Rate: 20}
	all := causes()
	s.assign(all)
	plan, names := s.plan(all, 0, s.Phones)
	story, err := plan.Play()
	if err != nil {
		t.Fatal(err)
	}
	each, err := split(story.Files["storm.pcap"], names)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for i, ps := range each {
		if kept, lost := lose(r, ps, 0, 0); len(kept) != len(ps) || lost != (losses{}) {
			t.Errorf("%s: %d of %d packets without loss, %+v", names[i], len(kept), len(ps), lost)
		}
		kept, _ := lose(r, ps, 0.2, 0)
		var have strings.Builder
		for _, k := range kept {
			have.Write(k.data)
		}
		for _, p := range ps {
			h := parse(p.data)
			waited := h.udp || h.tcp&syn != 0 && h.tcp&ack != 0 || h.tcp&(syn|rst) == 0 && h.length > 0
			if waited && !strings.Contains(have.String(), string(p.data)) {
				t.Errorf("%s: a packet was lost for good: %x", names[i], p.data[:min(60, len(p.data))])
			}
		}
		if _, lost := lose(r, ps, 0, 1); lost.Holes != len(ps) {
			t.Errorf("%s: %d of %d packets left out", names[i], lost.Holes, len(ps))
		}
	}
}

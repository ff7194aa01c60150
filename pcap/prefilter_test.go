package pcap

import (
	"bytes"
	"math/rand"
	"reflect"
	"testing"
)

// What the look at the header drops, the decoders would have dropped, with the
// same hosts counted.
func TestDullIsOnlyShorter(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	f := newClassic(1)
	for _, c := range nestedCases() {
		if c.link != 1 {
			continue
		}
		for range 200 {
			b := bytes.Clone(c.b)
			if r.Intn(2) == 0 { // damage in the headers
				b[12+r.Intn(min(len(b), 46)-12)] = byte(r.Intn(256))
			}
			f.add(0, b, []int{0, 0, 0, 40 + r.Intn(10)}[r.Intn(4)])
		}
	}
	for range 500 {
		f.add(0, frame(udp4("10.0.0.7:20000", "10.0.0.8:20002", "rtp")), 0)
	}
	a, b := newJournal(), newJournal()
	var hosts [2][]HostCoverage
	dull := 0
	for i, j := range []*journal{a, b} {
		sc := newScanner(NewInterest([]uint16{69}, nil), j)
		src, err := openSource(bytes.NewReader(f.Bytes()), false, &sc.probs)
		if err != nil {
			t.Fatal(err)
		}
		sc.src = src
		for src.next(&sc.rec) {
			if i == 0 && sc.dull(sc.rec.data) {
				dull++
				continue
			}
			sc.net = packet{vlan: -1, missing: sc.rec.wire - len(sc.rec.data)}
			sc.ethernet(sc.rec.data)
		}
		hosts[i] = sc.finish().Coverage.Hosts
	}
	if !reflect.DeepEqual(a.lines, b.lines) || !reflect.DeepEqual(hosts[0], hosts[1]) {
		t.Errorf("hosts with the look %+v, without %+v", hosts[0], hosts[1])
	}
	if dull < 500 {
		t.Errorf("only %d frames were dull", dull)
	}
}

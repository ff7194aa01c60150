package evidence

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// disordered is evidence of a capture as a decoder hands it over: events and
// places in the order of their ends, some in one frame, one twice.
func disordered(n int) *Bundle {
	b := sampleBundle("a.pcap", "01")
	b.Events, b.Objects, b.Coverage = nil, nil, nil
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		at := Place{Input: "a.pcap", Frame: 1 + 10*i + r.IntN(500)}
		e := Event{Kind: "event", Place: at, Dialect: "capture", Event: []string{"transfer", "tls_connection"}[i%2],
			Address: fmt.Sprintf("10.0.%d.%d", i/250%250, i%250), Detail: map[string]string{"n": fmt.Sprint(i % 3)}}
		b.Events = append(b.Events, e)
		if i%40 == 0 {
			b.Events = append(b.Events, e)
		}
		b.Coverage = append(b.Coverage, Coverage{Kind: "coverage", Input: "a.pcap", Address: e.Address, Service: "capture", Gaps: []string{}})
		id := fmt.Sprintf("%04x", r.IntN(n/4+1))
		b.Objects = append(b.Objects, Object{Kind: "object", Object: []string{"list", "certificate"}[i%2], ID: id, Places: []Place{at, {Input: "a.pcap", Frame: 1 + r.IntN(i+1)}}})
	}
	return b
}

func written(t *testing.T, b *Bundle) string {
	t.Helper()
	var buf bytes.Buffer
	if err := b.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// The order of what comes does not show, and what is in order stays as it is.
func TestMergeCanonical(t *testing.T) {
	b := disordered(2000)
	before := written(t, b)
	once := Merge(b)
	want := written(t, once)
	if written(t, b) != before {
		t.Fatal("Merge changed what it was given")
	}
	for i := 1; i < len(once.Events); i++ {
		x, y := &once.Events[i-1], &once.Events[i]
		if c := compareEvents(x, y); c > 0 || c == 0 && text(x) >= text(y) {
			t.Fatalf("events %d and %d: %+v, %+v", i-1, i, x, y)
		}
	}
	for i, o := range once.Objects {
		if i > 0 && compareObjects(&once.Objects[i-1], &o) >= 0 || !ascending(o.Places) {
			t.Fatalf("object %d: %+v", i, o)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	shuffled := *b
	shuffled.Events, shuffled.Objects, shuffled.Coverage = slices.Clone(b.Events), slices.Clone(b.Objects), slices.Clone(b.Coverage)
	r.Shuffle(len(shuffled.Events), func(i, j int) {
		shuffled.Events[i], shuffled.Events[j] = shuffled.Events[j], shuffled.Events[i]
	})
	r.Shuffle(len(shuffled.Objects), func(i, j int) {
		shuffled.Objects[i], shuffled.Objects[j] = shuffled.Objects[j], shuffled.Objects[i]
	})
	r.Shuffle(len(shuffled.Coverage), func(i, j int) {
		shuffled.Coverage[i], shuffled.Coverage[j] = shuffled.Coverage[j], shuffled.Coverage[i]
	})
	for name, got := range map[string]*Bundle{"again": Merge(once), "with facts of none": Merge(once, &Bundle{}), "with itself": Merge(once, once), "shuffled": Merge(&shuffled)} {
		if written(t, got) != want {
			t.Errorf("%s: another result", name)
		}
	}
	if n := testing.AllocsPerRun(3, func() { Merge(once) }); n > 500 {
		t.Errorf("evidence in order takes %v allocations", n)
	}
	// Who appends to the result does not write into what was given.
	again := Merge(once)
	again.Events = append(again.Events, Event{})
	if written(t, once) != want {
		t.Error("the result is tied to what was given")
	}
}

// What stands in an input that is left out is not kept, whichever way the
// objects and events come.
func TestMergeLeavesOut(t *testing.T) {
	a, b := sampleBundle("a.pcap", "01"), sampleBundle("b.pcap", "01")
	b.Objects[0].Places = append(b.Objects[0].Places, Place{Input: "a.pcap", Frame: 1})
	m := Merge(a, b)
	if len(m.Events) != 1 || m.Events[0].Place.Input != "a.pcap" || len(m.Coverage) != 1 || len(m.Objects) != 1 {
		t.Fatalf("%+v", m)
	}
	if p := m.Objects[0].Places; len(p) != 1 || p[0].Frame != 7 { // of b.pcap itself nothing counts
		t.Errorf("places %+v", p)
	}
}

func BenchmarkMerge(b *testing.B) {
	given := disordered(20000)
	b.Run("disordered", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Merge(given)
		}
	})
	once := Merge(given)
	b.Run("in-order", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Merge(once)
		}
	})
}

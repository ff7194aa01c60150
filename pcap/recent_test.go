package pcap

import (
	"math/rand/v2"
	"testing"
)

// The chains say what a plain list of the last packets says, also when hashes
// meet in one chain and when one comes again and again.
func TestRecent(t *testing.T) {
	r := recent{heads: make([]uint16, recentHeads)}
	draw := rand.New(rand.NewPCG(1, 2))
	last := map[uint64]int{} // the latest packet of each hash
	for n := range 5 * copySlots {
		hash := draw.Uint64N(3) * recentHeads * (1 + draw.Uint64N(50))
		if n%3 > 0 {
			hash = draw.Uint64N(4 * copySlots)
		}
		want, ok := last[hash]
		ok = ok && n-want <= copySlots
		if got := r.find(hash); (got != nil) != ok || ok && got.ns != int64(want) {
			t.Fatalf("packet %d, hash %d: %v, want %d, %v", n, hash, got, want, ok)
		}
		r.put(hash, int64(n))
		last[hash] = n
	}
}

func BenchmarkRecent(b *testing.B) {
	r := recent{heads: make([]uint16, recentHeads)}
	draw := rand.New(rand.NewPCG(1, 2))
	b.ReportAllocs()
	for b.Loop() {
		hash := draw.Uint64()
		if r.find(hash) == nil {
			r.put(hash, 0)
		}
	}
}

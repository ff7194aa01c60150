package dissect

import (
	"bytes"
	"fmt"
	"math/rand"
	"net/netip"
	"os"
	"testing"
	"time"
)

// storm is a boot storm: phones that fetch a CTL (absent), an ITL and a
// configuration and ask a TVS server, all mixed, one packet in fifty lost.
func storm(t testing.TB, phones int) *wire {
	t.Helper()
	itl, config := payload(5438), payload(11_000)
	type step func(w *wire)
	plans := make([][]step, phones)
	r := rand.New(rand.NewSource(2))
	for i := range plans {
		a := netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)})
		add := func(s step) { plans[i] = append(plans[i], s) }
		port := func(p int) netip.AddrPort { return netip.AddrPortFrom(a, uint16(p)) }
		fetch := func(n int, name string, b []byte) {
			c, s := port(49152+n), ep(fmt.Sprintf("10.0.0.1:%d", 20000+i))
			add(func(w *wire) { w.udp(c, srv69, request(opRRQ, name, "octet")) })
			if b == nil {
				add(func(w *wire) { w.udp(s, c, failure(1, "File not found")) })
				return
			}
			for k := 1; ; k++ {
				part := b[:min(512, len(b))]
				b = b[len(part):]
				add(func(w *wire) { w.udp(s, c, block(k, part)) })
				add(func(w *wire) { w.udp(c, s, acknowledge(k)) })
				if len(part) < 512 {
					return
				}
			}
		}
		mac := fmt.Sprintf("SEP0011%08X", i)
		fetch(0, "CTL"+mac+".tlv", nil)
		fetch(1, "ITL"+mac+".tlv", itl)
		fetch(2, mac+".cnf.xml.sgn", config)
		c := port(51000)
		add(func(w *wire) { w.tcp(c, tvs, syn, nil) })
		add(func(w *wire) { w.tcp(tvs, c, syn|ack, nil) })
		add(func(w *wire) { w.replay(t, "tls10-mutual", c, tvs, 0, 99) })
		add(func(w *wire) { w.tcp(c, tvs, fin|ack, nil) })
		add(func(w *wire) { w.tcp(tvs, c, fin|ack, nil) })
	}
	w := newWire()
	active := []int{}
	next := 0
	for next < phones || len(active) > 0 {
		for len(active) < 400 && next < phones { // as many at a time
			active = append(active, next)
			next++
		}
		k := r.Intn(len(active))
		i := active[k]
		if r.Intn(50) == 0 {
			n, l := w.n, w.buf.Len()
			plans[i][0](w)
			w.n = n
			w.buf.Truncate(l) // lost
		} else {
			plans[i][0](w)
		}
		w.at = w.at.Add(-900 * time.Microsecond)
		if plans[i] = plans[i][1:]; len(plans[i]) == 0 {
			active[k] = active[len(active)-1]
			active = active[:len(active)-1]
		}
	}
	return w
}

func BenchmarkStorm(b *testing.B) {
	w := storm(b, 500)
	if path := os.Getenv("DISSECT_STORM"); path != "" { // for comparisons with other tools
		if err := os.WriteFile(path, storm(b, 5000).buf.Bytes(), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(w.buf.Len()))
	b.ReportAllocs()
	for b.Loop() {
		f := &found{}
		if _, err := Capture(bytes.NewReader(w.buf.Bytes()), DefaultOptions(), f); err != nil {
			b.Fatal(err)
		}
		if len(f.connections) < 450 || len(f.transfers) < 1400 {
			b.Fatalf("%d connections, %d transfers", len(f.connections), len(f.transfers))
		}
	}
}

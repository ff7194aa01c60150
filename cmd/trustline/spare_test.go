package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestPercentOfGarbage(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 100}, {1 << 20, 100}, {10 << 20, 100}, {20 << 20, 50}, {40 << 20, 25}, {400 << 20, 25}, {1 << 62, 25}} {
		if got := gcPercentFor(c.live); got != c.want {
			t.Errorf("%d bytes: %d %%, want %d", c.live, got, c.want)
		}
	}
}

// TestGarbageIsBounded: the measure follows what is in use, ends with the run, and
// leaves alone what GOGC asks for.
func TestGarbageIsBounded(t *testing.T) {
	was := debug.SetGCPercent(100)
	defer debug.SetGCPercent(was)
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	stop := boundGarbage()
	held := make([]byte, 80<<20)
	for i := 0; percent() == 100; i++ {
		if i == 500 {
			t.Fatal("80 MB in use, and as much again may be garbage")
		}
		runtime.GC()
		time.Sleep(10 * time.Millisecond) // the finalizer has a goroutine of its own
	}
	if p := percent(); p != spareShare {
		t.Errorf("%d %%", p)
	}
	stop()
	runtime.GC()
	time.Sleep(50 * time.Millisecond)
	if p := percent(); p != 100 {
		t.Errorf("after the end %d %%", p)
	}
	runtime.KeepAlive(held)
	debug.SetGCPercent(300)
	boundGarbage()()
	if p := percent(); p != 300 {
		t.Errorf("GOGC=300 became %d %%", p)
	}
}

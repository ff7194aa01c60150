package correlate

import (
	"slices"
	"testing"
)

// TestInOrder: every value goes through every step, in order, and a panic in any of
// them ends all and is the caller's.
func TestInOrder(t *testing.T) {
	list := make([]int, 100)
	for i := range list {
		list[i] = i
	}
	for _, fails := range []int{0, 1, 2, 3} {
		var ready, used, done []int
		err := func() (err any) {
			defer func() { err = recover() }()
			inOrder(list,
				func(i int) {
					if ready = append(ready, i); fails == 1 && i == 50 {
						panic("ready")
					}
				},
				func(i int) int {
					if used = append(used, i); fails == 2 && i == 50 {
						panic("use")
					}
					return 2 * i
				},
				func(i int) {
					if done = append(done, i/2); fails == 3 && i == 100 {
						panic("done")
					}
				})
			return nil
		}()
		if want := []any{nil, "ready", "use", "done"}[fails]; err != want {
			t.Errorf("%v, want %v", err, want)
		}
		for _, got := range [][]int{ready, used, done} {
			if !slices.Equal(got, list[:len(got)]) || fails == 0 && len(got) != len(list) {
				t.Errorf("failing in %d: %v", fails, got)
			}
		}
	}
}

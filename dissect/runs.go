package dissect

import "slices"

// runs is a set of block numbers, kept as runs of consecutive ones in order.
type runs []run

type run struct{ lo, hi int64 }

// add reports whether n is new. When there are too many runs the two lowest
// are joined, which counts their gap as seen and later as a repetition.
func (r *runs) add(n int64) bool {
	s := *r
	if len(s) > 0 && n == s[len(s)-1].hi+1 { // in order
		s[len(s)-1].hi++
		return true
	}
	i, found := slices.BinarySearchFunc(s, n, func(a run, n int64) int {
		switch {
		case a.hi < n:
			return -1
		case a.lo > n:
			return 1
		}
		return 0
	})
	if found {
		return false
	}
	before, after := i > 0 && s[i-1].hi == n-1, i < len(s) && s[i].lo == n+1
	switch {
	case before && after:
		s[i-1].hi = s[i].hi
		s = slices.Delete(s, i, i+1)
	case before:
		s[i-1].hi = n
	case after:
		s[i].lo = n
	default:
		s = slices.Insert(s, i, run{n, n})
		if len(s) > maxRuns {
			s[1].lo = s[0].lo
			s = slices.Delete(s, 0, 1)
		}
	}
	*r = s
	return true
}

// through reports whether all of 1 to n are in the set.
func (r runs) through(n int64) bool {
	return len(r) > 0 && r[0].lo <= 1 && r[0].hi >= n
}

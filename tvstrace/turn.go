package tvstrace

import "slices"

// turn makes the question of connection n the open one. Lines without a number
// belong to the connection that was named last.
func (x *session) turn(n int32) {
	q := x.query
	switch {
	case q == nil && len(x.waiting) == 0, q != nil && q.conn == n:
		return
	case q != nil && q.conn < 0:
		q.conn = n // an excerpt that began before its number was printed
		if c := x.conns[n]; c != nil && q.address == "" {
			q.address, q.phone = c.address, c.phone
		}
		return
	case q != nil && q.answered:
		x.endQuery()
	case q != nil:
		q.pending, q.behind = x.pending, x.behind
		x.pending, x.behind, x.query = nil, nil, nil
		x.waiting = append(x.waiting, q)
		if len(x.waiting) > maxWaiting {
			x.endWaiting(0, false)
		}
	}
	for i, w := range x.waiting {
		if w.conn == n {
			x.resume(i)
			return
		}
	}
}

// resume makes a waiting question the open one; there must be none.
func (x *session) resume(i int) {
	x.release()
	q := x.waiting[i]
	x.waiting = slices.Delete(x.waiting, i, i+1)
	x.query, x.pending, x.behind = q, q.pending, q.behind
	q.pending, q.behind = nil, nil
}

// endWaiting ends a waiting question; cut when the trace is at its end.
func (x *session) endWaiting(i int, cut bool) {
	open, pending, behind := x.query, x.pending, x.behind
	x.query, x.pending, x.behind = nil, nil, nil
	x.resume(i)
	x.query.cut = cut
	x.endQuery()
	x.query, x.pending, x.behind = open, pending, behind
}

// expire ends what has been silent for too long at a time of day.
func (x *session) expire(at int32) {
	if q := x.query; q != nil && q.at >= 0 && !near(q.at, at, maxQuery) {
		x.endQuery()
	}
	for i := 0; i < len(x.waiting); {
		if q := x.waiting[i]; q.at < 0 || near(q.at, at, maxQuery) {
			i++
			continue
		}
		x.endWaiting(i, false)
	}
}

// endOf ends the question of connection n: the number is given to another, or
// it is answered. One whose number is not known ends with any.
func (x *session) endOf(n int32) {
	if q := x.query; q != nil && (q.conn == n || q.conn < 0 || q.answered) {
		x.endQuery()
	}
	for i, w := range x.waiting {
		if w.conn == n {
			x.endWaiting(i, false)
			return
		}
	}
}

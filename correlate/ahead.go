package correlate

// aheadOf is how many phones are made ready, or wait to be packed, beside the one
// that is judged.
const aheadOf = 8

// inOrder takes values through three steps, each value in order and each step in a
// goroutine of its own: what comes before the second step of one value does not
// wait for that of the value before it. A panic in a step is one of the caller.
func inOrder[A, B any](list []A, ready func(A), use func(A) B, done func(B)) {
	type caught struct{ what any }
	var failed *caught
	step := func(f func()) {
		defer func() {
			if e := recover(); e != nil {
				failed = &caught{e}
			}
		}()
		f()
	}
	stop := make(chan struct{})
	made, used := make(chan A, aheadOf), make(chan B, aheadOf)
	var before, after caught
	go func() {
		defer close(made)
		defer func() { before.what = recover() }()
		for _, a := range list {
			ready(a)
			select {
			case made <- a:
			case <-stop:
				return
			}
		}
	}()
	end := make(chan struct{})
	go func() {
		defer close(end)
		defer func() { after.what = recover() }()
		for b := range used {
			done(b)
		}
	}()
	step(func() {
		for a := range made {
			b := use(a)
			select {
			case used <- b:
			case <-end:
				return
			}
		}
	})
	close(stop)
	close(used)
	for range made {
	}
	<-end
	for _, e := range []*caught{failed, &before, &after} {
		if e != nil && e.what != nil {
			panic(e.what)
		}
	}
}

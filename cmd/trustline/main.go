// Command trustline reads what a support case about Cisco IP phones holds
// (captures, console logs, server traces, pasted CLI output, trust list files,
// in any mix and any archive) and tells for every phone what it trusts, whom it
// asked, what it refused, why, and what the least drastic remedy is. It works
// offline.
//
// This package holds flags, files, progress and exit status. What a capture or
// a log says is for correlate/gather, what follows from it for correlate, and
// how it is shown for report.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // --tz works on machines without a zone database
)

func main() {
	os.Exit(run())
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends at once
	e := systemEnv()
	root := newRoot(e)
	root.SetArgs(os.Args[1:])
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitRan
	}
	return e.report(err)
}

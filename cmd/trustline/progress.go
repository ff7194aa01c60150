package main

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far reading has come. Without a terminal it does nothing.
type progress struct {
	e   *env
	bar *progressbar.ProgressBar
}

func newProgress(e *env) *progress { return &progress{e: e} }

// begin shows the bar, for total bytes; a spinner when nobody knows how many.
func (p *progress) begin(total int64) {
	if !p.e.errTerminal || p.e.quiet {
		return
	}
	if total == 0 {
		total = -1
	}
	p.bar = progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(p.e.stderr),
		progressbar.OptionSetDescription("reading"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}

// read tells of bytes that were read. Files are looked at before they are read,
// so the last few bytes come twice; the bar stays within its bounds.
func (p *progress) read(n int64) {
	if p.bar == nil {
		return
	}
	if max := p.bar.GetMax64(); max > 0 {
		n = min(n, max-1-p.bar.State().CurrentNum)
	}
	if n > 0 {
		// The bar is only a comfort: a terminal that went away ends no run.
		_ = p.bar.Add64(n)
	}
}

// end removes the bar.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
		_ = p.bar.Clear()
	}
}

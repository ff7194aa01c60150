package main

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"trustline/correlate/evidence"
)

// progress shows how far reading has come: bytes, files, phones found. Without
// a terminal it does nothing. Its methods may be called by several goroutines.
type progress struct {
	e  *env
	up *progress // that of the batch this is a case of

	mu     sync.Mutex
	bar    *progressbar.ProgressBar
	total  int64 // bytes, 0 when not known
	paused int   // above 0 while something else is printed
	later  int64 // bytes read meanwhile
	cases  int   // of a batch, 0 without one
	done   int   // cases
	files  int
	phones map[string]bool
}

func newProgress(e *env) *progress {
	return &progress{e: e, up: e.progress, phones: map[string]bool{}}
}

// begin shows the bar, for total bytes; a spinner when nobody knows how many.
func (p *progress) begin(total int64) {
	if p.up != nil || !p.e.errTerminal || p.e.quiet {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.e.bar, p.total = p, total
	if total == 0 {
		total = -1
	}
	p.bar = progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(p.e.stderr),
		progressbar.OptionSetDescription(p.words()),
		progressbar.OptionSetWidth(p.barWidth()),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(p.e.errWidth >= 100), // else the line would break
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}

// barWidth leaves room for the words before the bar and the figures behind it.
func (p *progress) barWidth() int {
	const words, figures = 34, 46
	return min(40, max(4, p.e.errWidth-words-figures))
}

// words say what was done, without the bytes, which the bar tells.
func (p *progress) words() string {
	var s []string
	if p.cases > 0 {
		s = append(s, fmt.Sprintf("case %d/%d", p.done, p.cases))
	}
	if p.files > 0 {
		s = append(s, count(p.files, "file"))
	}
	if n := len(p.phones); n > 0 {
		s = append(s, count(n, "phone"))
	}
	if len(s) == 0 {
		return "reading"
	}
	return strings.Join(s, ", ")
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// read tells of bytes that were read. Files are looked at before they are read,
// so the last few bytes come twice; the bar stays within its bounds.
func (p *progress) read(n int64) {
	if p.up != nil {
		p.up.read(n)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		return
	}
	n += p.later
	if p.paused > 0 {
		p.later = n
		return
	}
	p.later = 0
	if p.total > 0 {
		n = min(n, p.total-1-p.bar.State().CurrentNum)
	}
	if n > 0 {
		// The bar is only a comfort: a terminal that went away ends no run.
		_ = p.bar.Add64(n)
	}
}

// file tells that n files or members were read to their ends.
func (p *progress) file(n int) {
	p.change(func(p *progress) { p.files += n })
}

// sepName is the device name of a phone, as it stands in the names of its files.
var sepName = regexp.MustCompile(`SEP[0-9A-F]{12}`)

// evidence tells what one input gave, for the phones in it.
func (p *progress) evidence(b *evidence.Bundle) {
	p.change(func(p *progress) {
		for _, ev := range b.All() {
			name := ev.Phone
			if name == "" && ev.Transfer != nil {
				name = sepName.FindString(ev.Transfer.File)
			}
			if name != "" {
				p.phones[name] = true
			}
		}
	})
}

// change changes what is shown. Without a bar there is nothing to count for.
func (p *progress) change(f func(*progress)) {
	if p.up != nil {
		p.up.change(f)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		f(p)
		if p.paused == 0 {
			p.bar.Describe(p.words())
		}
	}
}

// pause takes the bar out of the way of something that is printed, until resume.
func (p *progress) pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paused++; p.bar != nil && p.paused == 1 {
		_ = p.bar.Clear()
	}
}

func (p *progress) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paused--
}

// aside runs f, which prints.
func (p *progress) aside(f func()) {
	p.pause()
	defer p.resume()
	f()
}

// end removes the bar.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
		_ = p.bar.Clear()
		p.bar, p.e.bar = nil, nil
	}
}

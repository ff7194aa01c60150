package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A command is a program with what it reads and how often it is run.
type command struct {
	name   string // for the table
	args   []string
	feed   []string // a program whose output it reads, none: nothing is fed
	output string   // file for what it prints, empty: /dev/null
	slow   bool

	longest time.Duration // limits, 0: none
	largest int64

	walls []time.Duration
	cpus  []time.Duration // of all cores
	peak  int64           // most octets of memory of any run
}

// ours is a command of trustline.
func (b *bench) ours(args ...string) *command {
	return &command{name: "trustline " + args[0], args: append([]string{b.program}, args...)}
}

// alternate lets the commands take turns, so that what else the machine does
// meets all of them.
func (b *bench) alternate(commands ...*command) error {
	for i := range b.runs {
		for _, c := range commands {
			if c.slow && i >= b.slow {
				continue
			}
			c.longest, c.largest = b.longest, b.largest
			if err := c.run(); err != nil {
				return err
			}
			b.say("%s: %s, peak %s", c.name, seconds(c.walls[len(c.walls)-1]), mb(c.peak))
		}
	}
	return nil
}

// run runs the command once. The peak is ru_maxrss as the kernel gives it to the
// parent (in kB on Linux, in octets on macOS); a child begins with the pages of this
// program, so that nothing below some 10 MB can be seen, and this program keeps
// nothing large.
func (c *command) run() error {
	cmd := exec.Command(c.args[0], c.args[1:]...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if c.output != "" {
		f, err := os.Create(c.output)
		if err != nil {
			return err
		}
		defer f.Close()
		cmd.Stdout = f
	}
	var feed *exec.Cmd
	if len(c.feed) > 0 {
		feed = exec.Command(c.feed[0], c.feed[1:]...)
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		feed.Stdout, cmd.Stdin = w, r
		err = feed.Start()
		w.Close()
		defer r.Close()
		if err != nil {
			return err
		}
	}
	start := time.Now()
	err := cmd.Start()
	if err == nil {
		err = c.wait(cmd)
	}
	wall := time.Since(start)
	if feed != nil {
		cmd.Stdin.(*os.File).Close()
		if e := feed.Wait(); err == nil && e != nil {
			err = fmt.Errorf("%s: %w", feed.Args[0], e)
		}
	}
	if errors.As(err, new(*tooMuch)) {
		return err
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %.500s", strings.Join(c.args, " "), err, complaint.String())
	}
	c.walls = append(c.walls, wall)
	c.cpus = append(c.cpus, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.peak = max(c.peak, int64(u.Maxrss)*rssUnit)
	}
	return nil
}

// wait waits for the end, and ends a process that takes more than its limits: the
// machine may be shared, and a row that was given up is a row that is missed.
func (c *command) wait(cmd *exec.Cmd) error {
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for start := time.Now(); ; {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			var over tooMuch
			if d := time.Since(start); c.longest > 0 && d > c.longest {
				over = tooMuch(fmt.Sprintf("%s: given up after %s", c.name, seconds(d)))
			} else if m := resident(cmd.Process.Pid); c.largest > 0 && m > c.largest {
				over = tooMuch(fmt.Sprintf("%s: given up at %s after %s", c.name, mb(m), seconds(d)))
			} else {
				continue
			}
			_ = cmd.Process.Kill() // it may just have ended
			<-done
			return &over
		}
	}
}

// tooMuch is a command that was given up.
type tooMuch string

func (t *tooMuch) Error() string { return string(*t) }

// resident is the memory of a process in octets, 0 where /proc does not tell.
func resident(pid int) int64 {
	var kb int64
	fmt.Sscan(value(fmt.Sprintf("/proc/%d/status", pid), "VmRSS"), &kb)
	return kb * 1024
}

// median of the wall times.
func (c *command) median() time.Duration { return median(c.walls) }

func median(all []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(all))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// String is the cell of the table: median, least and most, processor time, peak.
func (c *command) String() string {
	spread := ""
	if len(c.walls) > 1 {
		spread = fmt.Sprintf("%s to %s, ", seconds(slices.Min(c.walls)), seconds(slices.Max(c.walls)))
	}
	return fmt.Sprintf("%s (%s%d×), cpu %s, %s", seconds(c.median()), spread, len(c.walls), seconds(median(c.cpus)), mb(c.peak))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

// against is a row: the ratio of the medians, with those of the rounds.
func (b *bench) against(work string, ours, theirs *command, target float64) {
	ratio := ours.median().Seconds() / theirs.median().Seconds()
	lo, hi := ratio, ratio
	for i := range min(len(ours.walls), len(theirs.walls)) {
		r := ours.walls[i].Seconds() / theirs.walls[i].Seconds()
		lo, hi = min(lo, r), max(hi, r)
	}
	text := func(r float64) string {
		if target < 0.1 { // better read as one of so many
			return fmt.Sprintf("1/%.1f", 1/r)
		}
		return fmt.Sprintf("%.2f", r)
	}
	cell := text(ratio)
	if n := min(len(ours.walls), len(theirs.walls)); n > 1 {
		cell += fmt.Sprintf(" (%s to %s)", text(lo), text(hi))
	}
	most := fmt.Sprintf("at most %g", target)
	if target < 0.1 {
		most = fmt.Sprintf("at most 1/%.0f", 1/target)
	}
	b.rows = append(b.rows, row{work: work, ours: ours.String(), theirs: "`" + theirs.name + "` " + theirs.String(), ratio: cell, target: most, met: ratio <= target})
}

// bound is a row about a number of our own.
func (b *bench) bound(work, ours, value string, target string, met bool) {
	b.rows = append(b.rows, row{work: work, ours: ours, ratio: value, target: target, met: met})
}

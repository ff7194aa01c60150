package play

import (
	"fmt"
	"strings"
	"time"
)

// EDT is the zone of all servers and phones of the lab.
var EDT = time.FixedZone("EDT", -4*3600)

func sprint(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// A row is one line of a log with the true time of its event.
type row struct {
	at    time.Time
	text  string
	minor bool // progress without a say: an excerpt leaves it out
}

// firstNumber is where the security lines of a boot begin; what comes before them
// on a real phone has no bearing on trust and is not made up.
const firstNumber = 801

// wait moves the phone's time on.
func (s *station) wait(d time.Duration) { s.now = s.now.Add(d) }

// at prints a line of the given level after a step.
func (s *station) at(step time.Duration, level, process, text string) {
	s.now = s.now.Add(step)
	s.print(level, process, text, false)
}

// say prints a line at the usual level.
func (s *station) say(step time.Duration, process, format string, args ...any) {
	s.at(step, "NOT", process, fmt.Sprintf(format, args...))
}

// complain prints a line at the level of errors, which says nothing about its weight.
func (s *station) complain(step time.Duration, process, format string, args ...any) {
	s.at(step, "ERR", process, fmt.Sprintf(format, args...))
}

// detail prints a line that an excerpt leaves out.
func (s *station) detail(step time.Duration, process, format string, args ...any) {
	s.now = s.now.Add(step)
	s.print("NOT", process, fmt.Sprintf(format, args...), true)
}

func (s *station) print(level, process, text string, minor bool) {
	at := s.clock(s.now)
	line := ""
	if s.plan.Era == SecureApp {
		line = fmt.Sprintf("%d %s %s %s-%s\n", s.seq, level, at.Format("Jan 02 15:04:05.000000"), process, text)
	} else {
		line = fmt.Sprintf("%d: %s %s %s: %s\n", s.seq, level, at.Format("15:04:05.000000"), process, text)
	}
	s.seq++
	s.console = append(s.console, row{s.now, line, minor})
}

// clock is what the phone's clock shows.
func (s *station) clock(at time.Time) time.Time {
	if n := len(s.plan.Ahead); n > 0 {
		at = at.Add(s.plan.Ahead[min(max(s.boots, 1), n)-1])
	}
	return at.In(EDT)
}

// tell adds a status message with the time of the phone.
func (s *station) tell(text string) {
	s.status = append(s.status, row{at: s.now, text: s.clock(s.now).Format("15:04:05") + " " + text + "\n"})
}

// join renders rows; an excerpt leaves the minor ones out.
func join(rows []row, excerpt bool, from time.Time) []byte {
	var b strings.Builder
	for _, r := range rows {
		if excerpt && r.minor || r.at.Before(from) {
			continue
		}
		b.WriteString(r.text)
	}
	return []byte(b.String())
}

// chosen is what the plan leaves of a console.
func (src Sources) chosen(rows []row) []row {
	var out []row
	lost := map[string]bool{}
next:
	for _, r := range rows {
		for _, text := range src.Lose {
			if !lost[text] && strings.Contains(r.text, text) {
				lost[text] = true
				continue next
			}
		}
		keep := src.Only == nil
		for _, text := range src.Only {
			keep = keep || strings.Contains(r.text, text)
		}
		if keep {
			out = append(out, r)
		}
	}
	return out
}

package scenario

import (
	"fmt"
	"strings"
	"time"
)

// A console is the log of a 79xx phone: sequence number, level, time of day with
// microseconds, process, text. The number starts again at every boot, and with it
// the clock may stand differently.
type console struct {
	b     strings.Builder
	seq   int
	ahead time.Duration // of the phone's clock before the true time
}

// firstNumber is where the security lines of a boot begin; what comes before them
// on a real phone has no bearing on trust and is not made up.
const firstNumber = 801

func (c *console) reboot(ahead time.Duration) { c.seq, c.ahead = firstNumber, ahead }

func (c *console) line(at time.Time, level, process, text string) {
	fmt.Fprintf(&c.b, "%d: %s %s %s: %s\n", c.seq, level, c.clock(at).Format("15:04:05.000000"), process, text)
	c.seq++
}

func (c *console) clock(at time.Time) time.Time { return at.Add(c.ahead).In(edt) }

// A trace is the SDI trace of TVS on one node: time of day with milliseconds, no
// date, no zone.
type trace struct {
	b        strings.Builder
	ahead    time.Duration // of the server's clock before the true time
	accepted int           // connections so far
}

func (t *trace) line(at time.Time, text string) {
	fmt.Fprintf(&t.b, "%s |   debug %s\n", at.Add(t.ahead).In(edt).Format("15:04:05.000"), text)
}

// dump prints bytes as TVS does: a line of its own with the length, then eight
// bytes to a line.
func (t *trace) dump(at time.Time, p []byte) {
	fmt.Fprintf(&t.b, "HEX_DUMP: Len = %d:\n", len(p))
	for len(p) > 0 {
		n := min(8, len(p))
		t.line(at, fmt.Sprintf("% x", p[:n]))
		p = p[n:]
	}
}

// ciscoLog renders one alarm as CiscoSyslog on the publisher holds it.
func ciscoLog(at time.Time, number int, host, facility string, severity int, name, app, text string) string {
	return fmt.Sprintf("%s %s local7 %d : %d: %s.example.com: %s UTC :  %%UC_%s-%d-%s: %%[AppID=%s][ClusterID=StandAloneCluster][NodeID=%s]: %s\n",
		at.In(edt).Format("Jan _2 15:04:05"), host, severity, number, host,
		at.UTC().Format("Jan 02 2006 15:04:05.000"), facility, severity, name, app, host, text)
}

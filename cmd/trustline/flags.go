package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// decodeFlags steer how inputs become evidence.
type decodeFlags struct {
	tls, tftp, http ports
}

func (d *decodeFlags) add(cmd *cobra.Command) {
	addGroup(cmd, "Decoding", func(fs *pflag.FlagSet) {
		fs.Var(&d.tls, "ports", "TCP ports taken as TLS (default 443,2443,2445,3804,5061,6971,6972,8443,9444)")
		fs.Var(&d.tftp, "tftp-ports", "UDP ports on which TFTP requests are expected (default 69)")
		fs.Var(&d.http, "http-ports", "TCP ports of HTTP provisioning (default 6970)")
	})
}

func (d *decodeFlags) options() gather.Options {
	return gather.Options{TLSPorts: d.tls, TFTPPorts: d.tftp, HTTPPorts: d.http, Tool: evidence.Tool{Name: toolName, Version: toolVersion}}
}

// ports is a list of port numbers and ranges, separated by commas. Empty stands
// for the usual ones.
type ports []uint16

func (p *ports) Type() string { return "LIST" }

func (p *ports) String() string {
	var s []string
	for _, n := range *p {
		s = append(s, strconv.Itoa(int(n)))
	}
	return strings.Join(s, ",")
}

func (p *ports) Set(s string) error {
	have := make([]bool, 1<<16)
	for _, n := range *p {
		have[n] = true
	}
	for _, part := range strings.Split(s, ",") {
		from, to, ranged := strings.Cut(strings.TrimSpace(part), "-")
		if !ranged {
			to = from
		}
		a, errA := strconv.ParseUint(from, 10, 16)
		b, errB := strconv.ParseUint(to, 10, 16)
		if errA != nil || errB != nil || a == 0 || b < a {
			return fmt.Errorf("want port numbers like 2445,8000-8010, not %q", part)
		}
		for n := a; n <= b; n++ {
			if !have[n] {
				have[n] = true
				*p = append(*p, uint16(n))
			}
		}
	}
	return nil
}

// size is a number of bytes, as 500kB, 5MB or 1GB.
type size int64

func (s *size) Type() string { return "SIZE" }

func (s *size) String() string {
	if *s == 0 {
		return "" // the usual one
	}
	return strconv.FormatInt(int64(*s), 10)
}

func (s *size) Set(text string) error {
	number, unit := strings.TrimRightFunc(text, unicode.IsLetter), int64(0)
	switch strings.ToLower(text[len(number):]) {
	case "", "b":
		unit = 1
	case "k", "kb", "kib":
		unit = 1 << 10
	case "m", "mb", "mib":
		unit = 1 << 20
	case "g", "gb", "gib":
		unit = 1 << 30
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 32)
	if err != nil || unit == 0 || n <= 0 || n > math.MaxInt32*(1<<10)/unit {
		return fmt.Errorf("want a size like 5MB, not %q", text)
	}
	*s = size(n * unit)
	return nil
}

// judgeFlags steer how evidence becomes a report.
type judgeFlags struct {
	phone, since, until, zone string
	clocks, facts, failOn     []string
	redact                    redactFlags
}

// failOn are the classes that --fail-on takes.
var failOnClasses = []string{correlate.ClassDegraded, correlate.ClassRecoverable, correlate.ClassLockedOut, correlate.ClassInconclusive}

func (j *judgeFlags) add(cmd *cobra.Command) {
	addGroup(cmd, "Judging", func(fs *pflag.FlagSet) {
		fs.StringVar(&j.phone, "phone", "", "report only this phone: `NAME|MAC|IP`")
		fs.StringVar(&j.since, "since", "", "leave out dated evidence before `TIME` (2006-01-02, \"2006-01-02 15:04:05\", RFC 3339)")
		fs.StringVar(&j.until, "until", "", "leave out dated evidence after `TIME`")
		fs.StringVar(&j.zone, "tz", "", "`ZONE` of logs that print none, in which times are shown and --since is read: Europe/Berlin, +02:00 (default UTC)")
		fs.StringArrayVar(&j.clocks, "clock", nil, "set a source's clock instead of measuring it: `SOURCE=OFFSET`, what to add in seconds, as -7h or as +11:27:05.94; may repeat")
		fs.StringArrayVar(&j.facts, "fact", nil, "state what no capture shows: `KEY=VALUE` or PHONE:KEY=VALUE; may repeat, keys above")
		fs.StringArrayVar(&j.failOn, "fail-on", nil, "exit with 3 when a verdict is at or above `CLASS`: "+strings.Join(failOnClasses, ", ")+" (the last only when named); may repeat")
		j.redact.add(fs)
	})
	complete(cmd, "fail-on", failOnClasses...)
}

// factHelp lists the keys of --fact for the help of a command.
func factHelp() string {
	return "\n\nKeys of --fact, also read from a file of such lines (case.facts) among the inputs:\n  " + strings.Join(gather.FactKeys(), "\n  ")
}

// options checks the flags and gives what they mean.
func (j *judgeFlags) options() (correlate.Options, *evidence.Bundle, error) {
	o := correlate.Options{Tool: correlate.Tool{Name: toolName, Version: toolVersion}, Phone: j.phone}
	fail := func(flag string, err error) (correlate.Options, *evidence.Bundle, error) {
		return o, nil, usagef("--%s: %s", flag, strings.TrimPrefix(err.Error(), "gather: "))
	}
	zone, err := parseZone(j.zone)
	if err != nil {
		return fail("tz", err)
	}
	if j.zone != "" { // the default is for reading --since, and says nothing of the logs
		o.Zone = zone
	}
	if o.Since, err = parseTime(j.since, zone, false); err != nil {
		return fail("since", err)
	}
	if o.Until, err = parseTime(j.until, zone, true); err != nil {
		return fail("until", err)
	}
	for _, c := range j.clocks {
		source, offset, err := parseClock(c)
		if err != nil {
			return fail("clock", err)
		}
		if o.Clock == nil {
			o.Clock = map[string]float64{}
		}
		o.Clock[source] = offset
	}
	for _, c := range j.failOn {
		if !slices.Contains(failOnClasses, c) {
			return fail("fail-on", fmt.Errorf("unknown class %q; known are %s", c, strings.Join(failOnClasses, ", ")))
		}
	}
	facts, err := gather.Facts(j.facts)
	if err != nil {
		return fail("fact", err)
	}
	return o, facts, nil
}

// parseZone reads a zone: a name of the IANA database, or an offset.
func parseZone(s string) (*time.Location, error) {
	if s == "" {
		return time.UTC, nil
	}
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, s); err == nil {
			_, sec := t.Zone()
			return time.FixedZone("UTC"+s, sec), nil
		}
	}
	z, err := time.LoadLocation(s)
	if err != nil {
		return nil, fmt.Errorf("unknown zone %q; want a name like Europe/Berlin or an offset like +02:00", s)
	}
	return z, nil
}

// parseTime reads a moment; without a zone of its own it is in the given one.
// A date alone is its first moment, or its last when end is set.
func parseTime(s string, zone *time.Location, end bool) (*time.Time, error) {
	if s == "" {
		return nil, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return &t, nil
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		t, err := time.ParseInLocation(layout, s, zone)
		if err != nil {
			continue
		}
		if end && layout == "2006-01-02" {
			t = t.AddDate(0, 0, 1).Add(-time.Nanosecond)
		}
		return &t, nil
	}
	return nil, fmt.Errorf("cannot read the time %q; want 2006-01-02, \"2006-01-02 15:04:05\" or RFC 3339", s)
}

// parseClock reads SOURCE=OFFSET; a source may hold "=".
func parseClock(s string) (source string, offset float64, err error) {
	i := strings.LastIndex(s, "=")
	if i <= 0 {
		return "", 0, fmt.Errorf("want SOURCE=OFFSET, not %q", s)
	}
	source = s[:i]
	offset, ok := parseOffset(s[i+1:])
	if !ok {
		return "", 0, fmt.Errorf("cannot read the offset %q; want seconds like -25200, -7h or -07:00:00", s[i+1:])
	}
	return source, offset, nil
}

// parseOffset reads seconds, a duration of Go, or [+-]hours:minutes[:seconds].
func parseOffset(s string) (float64, bool) {
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return f, f > -1e12 && f < 1e12 // neither infinite nor NaN
	}
	if d, err := time.ParseDuration(s); err == nil {
		return d.Seconds(), true
	}
	sign := 1.0
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = -1, rest
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	parts := strings.Split(s, ":")
	if len(parts) != 2 && len(parts) != 3 {
		return 0, false
	}
	var total float64
	for i, unit := range []float64{3600, 60, 1}[:len(parts)] {
		f, err := strconv.ParseFloat(parts[i], 64)
		if err != nil || f < 0 || f > 1e6 || i > 0 && f >= 60 || i < 2 && f != float64(int(f)) {
			return 0, false
		}
		total += f * unit
	}
	return sign * total, true
}

// remarks tells of flags that named something the evidence does not hold.
func (j *judgeFlags) remarks(e *env, o correlate.Options, r *correlate.Report, b *evidence.Bundle) {
	if j.phone != "" && r.Count() == 0 {
		e.warn("--phone: no phone %q in the evidence", j.phone)
	}
	known := map[string]bool{}
	for _, in := range b.Header.Inputs {
		known[in.Name] = true
	}
	for _, c := range r.Clocks {
		known[c.Source] = true
	}
	for _, source := range slices.Sorted(maps.Keys(o.Clock)) {
		if !known[source] {
			e.warn("--clock: no source %q in the evidence; sources are named as under inputs", source)
		}
	}
}

// complete registers the values of a flag for shell completion.
func complete(cmd *cobra.Command, flag string, values ...string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag was defined the line before
	}
}

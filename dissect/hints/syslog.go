package hints

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Syslog is one message of RFC 3164, read for the alarms that CUCM writes into
// it. Without an alarm only Text, the priority, and what the head says are set.
type Syslog struct {
	Facility int // of the priority: 23 is local7; -1 when there is none
	Severity int // of the priority: 0 emergency to 7 debug; -1 when there is none

	TimeText string    // as written, the last one that stands before the alarm: "Aug 21 2020 17:02:45 UTC"
	Time     time.Time // UTC; zero when the text lacks year or zone
	Host     string    // the word before the time, after it in RFC 3164's own form

	Application string // "UC_TVS"; "" when it is no alarm
	Level       int    // severity of the alarm, -1 when it is none
	Alarm       string // "TVSCertificateRegenerated"
	Params      []Param
	Text        string // message, of an alarm what follows the parameters
	Problems    []string
}

// Param is one parameter of an alarm, in the order of the message.
type Param struct{ Key, Value string }

// Param returns the value of the first parameter of that name, "" when there is
// none.
func (s *Syslog) Param(key string) string {
	for _, p := range s.Params {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

// ParseSyslog reads one datagram or one line.
//
//	<179>10499: : : 7454: cucm.example.com Aug 21 2020 17:02:45 UTC : %UC_CALLMANAGER-3-
//	DeviceUnregistered: %[DeviceName=SEP...][AppID=Cisco CallManager][NodeID=...]: text
//
//	<PRI>                   facility * 8 + severity, RFC 3164 section 4.1.1
//	sequence, host          in several forms
//	month day year time zone, maybe after a * or a .
//	%APPLICATION-LEVEL-NAME:
//	%[KEY=VALUE][KEY=VALUE]:
//	text
//
// Sources: "Cisco Unified Communications Manager Managed Services Guide",
// chapter 6, "CiscoLog Message Format", and the sample of IBM's QRadar
// documentation, whose host, colons and UNKNOWN_PARAMNAME: differ from it. A
// relay may put its own time and host before; the last one counts. Everything
// is accepted that is text, so that the error is not nil only when b is not.
func ParseSyslog(b []byte) (*Syslog, error) {
	if i := strings.IndexFunc(string(b[:min(len(b), 64)]), func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != 0 }); i >= 0 || len(b) == 0 {
		return nil, &ParseError{"syslog", max(i, 0), fmt.Sprintf("%q is no text", b[:min(len(b), 16)])}
	}
	s := &Syslog{Facility: -1, Severity: -1, Level: -1}
	line := strings.ToValidUTF8(strings.TrimRight(string(b), "\x00\r\n "), "\ufffd")
	if rest, ok := strings.CutPrefix(line, "<"); ok {
		if digits, rest, ok := strings.Cut(rest, ">"); ok {
			if n, err := strconv.Atoi(digits); err == nil && n >= 0 && n < 192 {
				s.Facility, s.Severity = n/8, n%8
				line = rest
			}
		}
	}
	head := line
	if i, end := s.header(line); i >= 0 {
		head, line = line[:i], strings.TrimLeft(line[end:], " ")
		s.params(&line)
	}
	s.time(head)
	if len(line) > maxText {
		note(&s.Problems, "text of %d octets, the first %d are kept", len(line), maxText)
	}
	s.Text = text([]byte(line))
	return s, nil
}

// header looks for %APPLICATION-LEVEL-NAME: and returns where it begins and
// ends, or -1.
func (s *Syslog) header(line string) (begin, end int) {
	for begin = 0; ; begin++ {
		i := strings.IndexByte(line[begin:], '%')
		if i < 0 {
			return -1, 0
		}
		begin += i
		id, _, ok := strings.Cut(line[begin+1:min(len(line), begin+256)], ":")
		if !ok {
			continue
		}
		// APPLICATION and NAME are words; levels have one digit.
		j := strings.IndexByte(id, '-')
		if j < 1 || len(id) < j+4 || id[j+2] != '-' || id[j+1] < '0' || id[j+1] > '7' || !word(id[:j]) || !word(id[j+3:]) {
			continue
		}
		s.Application, s.Level, s.Alarm = id[:j], int(id[j+1]-'0'), id[j+3:]
		return begin, begin + 1 + len(id) + 1
	}
}

func word(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.") == ""
}

// params reads %[KEY=VALUE]...: from the front of line and cuts it off. A value
// ends at the bracket that is followed by another parameter or by the colon:
// values hold brackets of their own. \] is an escaped bracket.
func (s *Syslog) params(line *string) {
	rest, ok := strings.CutPrefix(*line, "%[")
	if !ok {
		return
	}
	for {
		end := -1
		for i := 0; i < len(rest); i++ {
			if rest[i] == '\\' {
				i++
			} else if rest[i] == ']' && (i+1 == len(rest) || rest[i+1] == '[' || rest[i+1] == ':' || rest[i+1] == ' ') {
				end = i
				break
			}
		}
		if end < 0 { // cut: what is there belongs to the last value
			end = len(rest)
		}
		key, value, _ := strings.Cut(rest[:end], "=")
		if len(s.Params) < maxParams {
			s.Params = append(s.Params, Param{text([]byte(strings.TrimPrefix(key, "UNKNOWN_PARAMNAME:"))), text([]byte(unescape.Replace(value)))})
		} else {
			note(&s.Problems, "more than %d parameters, the rest is left out", maxParams)
		}
		rest = rest[min(end+1, len(rest)):]
		if !strings.HasPrefix(rest, "[") {
			break
		}
		rest = rest[1:]
	}
	*line = strings.TrimLeft(strings.TrimPrefix(rest, ":"), " ")
}

var unescape = strings.NewReplacer(`\]`, "]", `\[`, "[", `\\`, `\`)

// time finds the last date of a head and the host before it.
func (s *Syslog) time(head string) {
	words := strings.FieldsFunc(head, func(r rune) bool { return r == ' ' || r == '\n' || r == '\r' || r == '\t' })
	for i := len(words) - 1; i >= 0; i-- {
		month := strings.TrimLeft(words[i], "*.")
		if _, err := time.Parse("Jan", month); err != nil {
			continue
		}
		rest := words[i+1:]
		if len(rest) < 2 || strings.Trim(rest[0], "0123456789") != "" {
			continue
		}
		n := 1
		year := len(rest[n]) == 4 && strings.Trim(rest[n], "0123456789") == ""
		if year {
			n++
		}
		if len(rest) <= n || len(rest[n]) < 8 || rest[n][2] != ':' || rest[n][5] != ':' {
			continue
		}
		clock := strings.TrimRight(rest[n], ":")
		n++
		out := append([]string{month}, rest[:n-1]...)
		out = append(out, clock)
		if year && clock == rest[n-1] && n < len(rest) { // a colon would have ended the field
			if zone := strings.TrimRight(rest[n], ":"); isZone(zone) {
				out = append(out, zone)
				s.Time = parseTime(month, rest[0], rest[1], clock, zone)
			}
		}
		s.TimeText = strings.Join(out, " ")
		switch {
		case i > 0:
			s.Host = text([]byte(strings.Trim(words[i-1], ":")))
		case !year && n < len(rest): // RFC 3164: the host follows the time
			s.Host = text([]byte(strings.Trim(rest[n], ":")))
		}
		return
	}
}

// isZone tells a zone from the process or the text that may follow a time.
func isZone(s string) bool {
	if strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") {
		return len(s) == 5 && strings.Trim(s[1:], "0123456789") == ""
	}
	return len(s) >= 2 && len(s) <= 5 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// parseTime reads a time whose zone is UTC, GMT or a number; the abbreviations
// of others are ambiguous. CUCM writes milliseconds without leading zeros
// ("10:00:00.19"), others as a fraction: less than three digits are left out.
func parseTime(month, day, year, clock, zone string) time.Time {
	if zone == "UTC" || zone == "GMT" {
		zone = "+0000"
	}
	whole, fraction, _ := strings.Cut(clock, ".")
	t, err := time.Parse("Jan 2 2006 15:04:05 -0700", strings.Join([]string{month, day, year, whole, zone}, " "))
	if err != nil {
		return time.Time{}
	}
	if ms, err := strconv.Atoi(fraction); err == nil && len(fraction) == 3 && ms >= 0 {
		t = t.Add(time.Duration(ms) * time.Millisecond)
	}
	return t.UTC()
}

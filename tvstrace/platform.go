package tvstrace

import (
	"bytes"
	"strings"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// Dialects of text without the head of a trace.
const (
	DialectSyslog   = "syslog"
	DialectCertMgmt = "certmgmt-log4j"
	DialectShowCert = "cli-show-cert"
	DialectSQL      = "cli-sql"
)

// platform reads two kinds of lines: those of certificate management, and
// alarms of syslog.
//
//	2014-08-04 15:21:21,241 INFO [main] - op:import                 Cisco TechNote 210541
//	Jun 19 12:00:00 node local7 0 : 42: node.example.com: Jun 19 2019 10:00:00.19 UTC :
//	  %UC_CERT-0-CertExpired: %[Message=...][AppID=...]: text       Cisco TechNotes, alarm catalogue
type platform struct {
	op    *catalogue.Event // cert_operation in the making
	store bool             // "insertCertificateInDB" was seen: fields follow
	cert  *catalogue.Event // cert_stored in the making
}

// line takes a line without the head of a trace; false when it is neither.
func (p *platform) line(a *assembler, text []byte, line int) bool {
	if at, rest, stamp, ok := log4jHead(text); ok {
		p.log4j(a, at, rest, stamp, text, line)
		return true
	}
	if p.cert != nil {
		if p.field(a, text, line) {
			return true
		}
	}
	if i := alarmAt(text); i >= 0 {
		return p.alarm(a, text, i, line)
	}
	return false
}

func (p *platform) end(a *assembler) {
	p.flushOp(a)
	p.flushCert(a)
}

// log4jHead reads "YYYY-MM-DD HH:MM:SS,mmm LEVEL [thread] - ".
func log4jHead(s []byte) (c *catalogue.Clock, rest []byte, stamp string, ok bool) {
	if len(s) < 30 || s[4] != '-' || s[7] != '-' || s[10] != ' ' || s[13] != ':' || s[19] != ',' {
		return nil, nil, "", false
	}
	num := func(i, j int) int {
		v := 0
		for ; i < j; i++ {
			if !isDigit(s[i]) {
				ok = false
				return 0
			}
			v = v*10 + int(s[i]-'0')
		}
		return v
	}
	ok = true
	y, mo, d := num(0, 4), num(5, 7), num(8, 10)
	h, mi, sec, ms := num(11, 13), num(14, 16), num(17, 19), num(20, 23)
	n := bytes.Index(s, []byte("] - "))
	if n < 0 {
		n = bytes.Index(s, []byte("] -"))
	}
	if !ok || n < 0 || n > 120 || mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || sec > 60 {
		return nil, nil, "", false
	}
	stamp = string(s[:23])
	c = &catalogue.Clock{Dated: true, Local: true, Seconds: lines.Days(y, mo, d)*86400 + int64(h*3600+mi*60+sec), Nanos: int32(ms) * 1e6, Step: 1e-3, Text: stamp}
	return c, s[min(n+4, len(s)):], stamp, true
}

// log4j takes a record of certificate management.
func (p *platform) log4j(a *assembler, c *catalogue.Clock, msg []byte, stamp string, raw []byte, line int) {
	p.flushCert(a)
	a.dated(*c)
	if p.op != nil && p.op.Clock.Text != stamp {
		p.flushOp(a)
	}
	msg = bytes.TrimSpace(msg)
	if k, v, ok := bytes.Cut(msg, []byte(":")); ok && len(v) > 0 && v[0] != ':' {
		switch key := string(k); key {
		case "op", "type", "unit":
			if p.op == nil {
				p.op = &catalogue.Event{Line: line, Clock: c, Dialect: DialectCertMgmt, Name: "cert_operation", Text: lines.Text(raw), Detail: map[string]string{}}
			} else {
				p.op.Text += "\n" + lines.Text(raw)
			}
			p.op.EndLine = line
			p.op.Detail[key] = lines.Text(bytes.TrimSpace(v))
			a.matched++
			return
		}
	}
	if bytes.HasPrefix(msg, []byte("IN -- ")) || bytes.HasPrefix(msg, []byte("OUT -- ")) {
		if bytes.Contains(msg, []byte("insertCertificateInDB")) && msg[0] == 'I' {
			p.store = true
		}
		a.ignored++
		return
	}
	if p.store && bytes.Contains(msg, []byte("DBParameters")) || p.store && len(msg) == 0 {
		p.store = false
		p.cert = &catalogue.Event{Line: line, EndLine: line, Clock: c, Dialect: DialectCertMgmt, Name: "cert_stored", Text: lines.Text(raw), Detail: map[string]string{}}
		a.matched++
		return
	}
	var m catalogue.Match
	if len(msg) > 0 && book().Match(msg, &m) && m.Entry.File == "platform.tl" && !m.Entry.Part {
		a.matched++
		e := &catalogue.Event{Line: line, EndLine: line, Clock: c, Dialect: DialectCertMgmt, Name: m.Entry.Event, Text: lines.Text(raw), Detail: map[string]string{}}
		for i := range m.Len() {
			k, v := m.At(i)
			e.Detail[k] = lines.Text(v)
		}
		a.session.send(e)
		return
	}
	a.tally.Add(line, msg)
}

// field takes "serialNo :	7a40f8743a793b44fe802b5f3e1e6f36" of the
// certificate that is being stored.
func (p *platform) field(a *assembler, text []byte, line int) bool {
	k, v, ok := bytes.Cut(text, []byte(":"))
	if !ok || len(k) > 24 {
		return false
	}
	names := map[string]string{"CN": "subject", "serialNo": "serial", "issuerName": "issuer", "hostName": "host", "IPV4Address": "address", "UNIT": "unit", "TYPE": "type", "ROLE": "role", "RoleEnum": "role_enum"}
	p.cert.EndLine = line
	p.cert.Text += "\n" + lines.Text(text)
	a.ignored++
	if name := names[string(bytes.TrimSpace(k))]; name != "" {
		if val := lines.Text(bytes.TrimSpace(v)); val != "" && val != "null" {
			p.cert.Detail[name] = val
		}
	}
	return true
}

func (p *platform) flushCert(a *assembler) {
	if e := p.cert; e != nil {
		p.cert = nil
		if s := e.Detail["serial"]; s != "" {
			e.Detail["serial"] = strings.ToLower(s)
			a.session.send(e)
		}
	}
}

func (p *platform) flushOp(a *assembler) {
	if e := p.op; e != nil {
		p.op = nil
		a.session.send(e)
	}
}

// alarmAt finds the name of an alarm, "UC_SERVICE-severity-Name", -1 when there
// is none. Some collectors drop the "%" before it.
func alarmAt(text []byte) int {
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte("UC_"))
		if i < 0 {
			return -1
		}
		i += from
		if i == 0 || text[i-1] == '%' || text[i-1] == ' ' {
			return i
		}
		from = i + 3
	}
}

// alarm reads "%UC_SERVICE-severity-Name: %[Key=Value][Key=Value]...: text",
// whose name is at i.
func (p *platform) alarm(a *assembler, text []byte, i, line int) bool {
	end := i
	for end < len(text) && (isLetterOrDigit(text[end]) || text[end] == '_' || text[end] == '-' || text[end] == '.') {
		end++
	}
	name, rest := bytes.TrimRight(text[i:end], "."), bytes.TrimPrefix(bytes.TrimSpace(text[end:]), []byte(":"))
	parts := strings.SplitN(string(name), "-", 3)
	if len(name) > 120 || len(parts) != 3 || len(parts[1]) != 1 || parts[1] < "0" || parts[1] > "7" || parts[2] == "" {
		return false
	}
	e := &catalogue.Event{Line: line, EndLine: line, Dialect: DialectSyslog, Name: "alarm", Text: lines.Text(text),
		Detail: map[string]string{"service": parts[0], "severity": parts[1], "alarm": parts[2]}}
	var m catalogue.Match
	if book().Match(name, &m) && m.Entry.Event == "alarm" {
		e.Detail["known"] = "yes"
	}
	rest = bytes.TrimPrefix(bytes.TrimSpace(rest), []byte("%"))
	for len(rest) > 0 && rest[0] == '[' {
		n := bytes.IndexByte(rest, ']')
		if n < 0 {
			break
		}
		if k, v, ok := bytes.Cut(rest[1:n], []byte("=")); ok && len(v) > 0 {
			e.Detail[snake(string(k))] = lines.Text(v)
		}
		rest = rest[n+1:]
	}
	if t := strings.TrimSpace(strings.TrimPrefix(lines.Text(rest), ":")); t != "" {
		e.Detail["text"] = t
	}
	if e.Clock = syslogClock(text[:i]); e.Clock != nil {
		a.dated(*e.Clock)
	}
	e.Phone = lines.Device(e.Detail["device_name"])
	nameReason(e)
	a.matched++
	a.session.send(e)
	return true
}

// snake makes "device_name" of "DeviceName" and "app_id" of "AppID".
func snake(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			if i > 0 && (s[i-1] < 'A' || s[i-1] > 'Z') && b.Len() > 0 {
				b.WriteByte('_')
			}
			b.WriteByte(c + 'a' - 'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b.WriteByte(c)
		default:
			b.WriteByte('_')
		}
	}
	return b.String()
}

// syslogClock finds the last "Mon dd YYYY HH:MM:SS.ff UTC" or, without year,
// "Mon dd HH:MM:SS" before an alarm.
func syslogClock(s []byte) *catalogue.Clock {
	var best *catalogue.Clock
	for i := 0; i+15 <= len(s); i++ {
		m := lines.Month(s[i:])
		if m == 0 || i > 0 && s[i-1] != ' ' {
			continue
		}
		f := bytes.Fields(s[i:min(len(s), i+48)])
		if len(f) < 3 {
			continue
		}
		day, ok := atoi(f[1])
		if !ok || day < 1 || day > 31 {
			continue
		}
		year, t := 0, f[2]
		used := 3
		if y, ok := atoi(f[2]); ok && len(f[2]) == 4 && len(f) > 3 {
			year, t, used = y, f[3], 4
		}
		if len(t) < 8 || t[2] != ':' || t[5] != ':' {
			continue
		}
		hh, ok1 := atoi(t[:2])
		mm, ok2 := atoi(t[3:5])
		ss, ok3 := atoi(t[6:8])
		if !ok1 || !ok2 || !ok3 || hh > 23 || mm > 59 || ss > 60 {
			continue
		}
		c := &catalogue.Clock{Seconds: int64(hh*3600 + mm*60 + ss), Step: 1, Text: lines.Text(bytes.Join(f[:used], []byte(" ")))}
		if len(t) > 9 && t[8] == '.' {
			unit := int32(100_000_000)
			c.Step = 1
			for _, b := range t[9:] {
				if !isDigit(b) || unit == 0 {
					break
				}
				c.Nanos += int32(b-'0') * unit
				unit /= 10
				c.Step /= 10
			}
		}
		if year > 0 {
			c.Dated, c.Local = true, true
			c.Seconds += lines.Days(year, m, day) * 86400
			if len(f) > used && (string(f[used]) == "UTC" || string(f[used]) == "GMT") {
				c.Local = false
				c.Text += " " + string(f[used])
			}
		} else {
			c.YearUnknown = true
			c.Seconds += lines.SinceJanuary(m, day)
		}
		if best == nil || c.Dated || !best.Dated {
			best = c
		}
	}
	return best
}

func atoi(b []byte) (int, bool) {
	if len(b) == 0 || len(b) > 6 {
		return 0, false
	}
	v := 0
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	return v, true
}

func isLetterOrDigit(b byte) bool { return isLetter(b) || isDigit(b) }

package phonelog

import (
	"bytes"
	"strings"

	"trustline/dissect/register"
	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// An alarm is XML that a SIP phone sends in a REFER before it registers and
// that its console log prints line by line (Cisco's EMCC TechNote 200599). The
// one that names the lists it holds is read:
//
//	<Alarm Name="DeviceTLInfo">
//	<ParameterList>
//	<String name="DeviceName">SEPC80084AA8743</String>
//	<String name="CTL_Signature">Not Installed</String>
//	<String name="ITL_Signature">1B A1 C9 07 ... 7D CE 4D 6D </String>
//	</ParameterList>
//	</Alarm>
type alarm struct {
	line, end int
	text      []byte // from the start of the alarm on; nil: none is open
}

// maxAlarm bounds the text of an alarm; those that are published have 569
// bytes with all that stands around.
const maxAlarm = 4 << 10

var (
	alarmName = []byte("DeviceTLInfo")
	alarmEnd  = []byte("</Alarm>")
)

// alarmLine takes a line of an alarm; false when it is of none.
func (s *scanner) alarmLine(line int, text []byte) bool {
	a := &s.alarm
	if bytes.IndexByte(text, '&') >= 0 && (a.text != nil || bytes.Contains(text, alarmName)) {
		text = lines.Unescape(nil, text) // the source of a page
	}
	if a.text == nil {
		i := bytes.Index(text, []byte("<Alarm "))
		if i < 0 || !bytes.Contains(text[i:], alarmName) {
			return false
		}
		s.close()
		*a = alarm{line: line, text: append([]byte("<x-cisco-alarm>"), text[i:]...)}
		s.matched++
	} else {
		if text[0] != '<' || len(a.text)+len(text) > maxAlarm {
			s.alarmClose()
			return false
		}
		a.text = append(append(a.text, '\n'), text...)
		s.ignored++ // an event counts once
	}
	a.end = line
	if bytes.Contains(a.text, alarmEnd) {
		s.alarmClose()
	}
	return true
}

// alarmClose makes an event of the open alarm.
func (s *scanner) alarmClose() {
	a := s.alarm
	s.alarm = alarm{}
	if a.text == nil {
		return
	}
	for _, r := range register.ParseAlarms(a.text) {
		if r.CTL == nil && r.ITL == nil {
			continue
		}
		e := &catalogue.Event{Line: a.line, EndLine: a.end, Dialect: s.spoken, Name: "phone_held_lists",
			Phone: lines.Device(r.Device), Text: lines.Text(bytes.TrimPrefix(a.text, []byte("<x-cisco-alarm>"))), Detail: map[string]string{}}
		if s.spoken == "" {
			e.Dialect = DialectSecureApp // the only phones that print it
		} else {
			e.Clock = s.track(s.spoken).Clock() // that of the record that prints the message
		}
		e.Address, _, _ = strings.Cut(r.Address, "/")
		if r.Status != "" {
			e.Detail["status"] = r.Status
		}
		r.Held(e.Detail)
		s.dialects[e.Dialect]++
		s.session.event(s, e)
		return
	}
}

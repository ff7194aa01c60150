package tvstrace

import (
	"bytes"
	"strconv"
	"strings"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// Bounds of CAPF sessions, in milliseconds.
const (
	// capfLinger: what is printed of a session behind its result.
	capfLinger = 5_000
	// capfSilence is how long a phone may be silent: slow ones take minutes to
	// generate a key of 2048 bits.
	capfSilence = 15 * 60_000
	// maxSessions bounds the sessions that are open at once.
	maxSessions = 1024
	// maxMessages bounds the messages of one; a phone that reports its progress
	// for a quarter of an hour stays below.
	maxMessages = 64
)

// A capfSession is one connection of a phone to CAPF, from its acceptance to its
// result:
//
//	10:03:06.983 | debug 3:UNKNOWN:Got a new ph conn 14.48.44.202 on 15
//	10:03:08.065 | debug MsgType : CAPF_MSG_AUTH_REQ
//	10:03:08.341 | debug 3:SEP0011215A1AE3:CAPF CORE: Rcvd Event: ...
//	10:03:21.158 | debug MsgType : CAPF_MSG_KEY_GEN_RES
//	10:03:21.724 | debug 3:SEP0011215A1AE3:Certificate upgrade successful
//
// (Cisco Support Community document DOC-18834.)
type capfSession struct {
	conn           int32
	address, phone string
	line, end      int
	clock          *catalogue.Clock
	at             int64 // time of its last line
	first, last    string
	messages       []string
	dropped        int // messages beyond maxMessages
	keyFrom, keyTo int64
	cipher         string
	shook          bool // the TLS handshake ended well
	spoke          bool // a line with its number told more than its connection
	operation      string
	result, code   string
	done           bool
	earlier        bool // it began in an earlier part of a series
}

// capfResults are the codes of a certificate operation. Source: Cisco Unified
// Communications Manager Troubleshooting Guide 12.5(1), chapter on CAPF; 9 and
// 10 are not documented. The spelling of 6 is Cisco's.
var capfResults = [...]struct{ code, name string }{
	{"0", "CAPF_OP_SUCCESS"},
	{"1", "CAPF_FETCH_SUCCESS_BUT_NO_CERT"},
	{"2", "CAPF_OP_FAIL"},
	{"3", "CAPF_OP_FAIL_INVALID_AUTH_STR"},
	{"4", "CAPF_OP_FAIL_INVALID_LSC"},
	{"5", "CAPF_OP_FAIL_INVALID_MIC"},
	{"6", "CAPF_OP_FAIL_INVALID_CRENDENTIALS"},
	{"7", "CAPF_OP_FAIL_PHONE_COMM_ERROR"},
	{"8", "CAPF_OP_FAIL_OP_TIMED_OUT"},
	{"11", "CAPF_OP_FAIL_LATE_REQUEST"},
}

// outcomes begin the names by which CAPF tells how an operation ended, and
// libEST how an enrolment did.
var outcomes = [...][]byte{[]byte("CAPF_OP_"), []byte("CAPF_FETCH_"), []byte("EST_ERR_")}

// matchOutcome finds such a name inside a sentence: no sentence with one is
// published, the names are. It must stand there whole.
//
//	Certificate operation failed, result : 3 (CAPF_OP_FAIL_INVALID_AUTH_STR)
func matchOutcome(text []byte, m *catalogue.Match) bool {
	if bytes.IndexByte(text, '_') < 0 {
		return false
	}
	for _, o := range outcomes {
		i := bytes.Index(text, o)
		if i < 0 || i > 0 && partOfName(text[i-1]) {
			continue
		}
		end := i
		for end < len(text) && partOfName(text[end]) {
			end++
		}
		if book().Match(text[i:end], m) {
			return true
		}
	}
	return false
}

func partOfName(b byte) bool { return b == '_' || isLetter(b) || isDigit(b) }

// millis counts as a clock does, over midnights.
func millis(c *catalogue.Clock) int64 {
	if c == nil {
		return 0
	}
	return c.Seconds*1000 + int64(c.Nanos/1_000_000)
}

// capf takes a record of the CAPF service.
func (x *session) capf(r *record, line int, name string) {
	x.a.dialect = DialectCAPF
	e := x.make(r, line, name)
	s := x.capfOf(r, e, name)
	if s.phone == "" {
		s.phone = e.Phone
	}
	if e.Phone == "" {
		e.Phone = s.phone
	}
	if e.Address == "" {
		e.Address = s.address
	}
	if s.conn >= 0 {
		e.Detail["conn"] = strconv.Itoa(int(s.conn))
		if c := x.conns[s.conn]; c != nil && e.Phone != "" {
			c.phone = e.Phone
		}
	}
	x.alive("")
	switch name {
	case "capf_message":
		x.capfMessage(s, e)
	case "capf_cert_generated":
		s.operation = "install"
	case "capf_cert_upgraded":
		s.operation = "install"
		x.capfResult(s, "0", "")
		s.last = e.Text
	case "capf_result":
		code, result := x.capfResult(s, e.Detail["code"], strings.ToUpper(e.Detail["result"]))
		delete(e.Detail, "code")
		if code != "" {
			e.Detail["result_code"] = code
		}
		e.Detail["result"] = result
		s.last = e.Text
	}
	x.send(e)
}

// capfOf finds the session of a record, and begins one for a trace that has its
// middle only. A message without a number belongs to the connection that was
// named last, unless that one has just connected and the message cannot be its
// first.
func (x *session) capfOf(r *record, e *catalogue.Event, name string) *capfSession {
	at := millis(e.Clock)
	if e.Clock != nil {
		x.capfExpire(at)
	}
	n := r.conn
	if n < 0 {
		n = x.current
	}
	s := x.capfOn(n)
	opens := name == "capf_message" && strings.EqualFold(e.Detail["type"], "AUTH_REQ")
	if r.conn < 0 && !opens && (s == nil || len(s.messages) == 0 && !s.spoke) {
		for _, o := range x.capfs {
			if !o.done && len(o.messages) > 0 && (s == nil || len(s.messages) == 0 || o.at >= s.at) {
				s = o
			}
		}
	}
	if s == nil || s.done && opens {
		if s != nil {
			x.capfEnd(s)
		}
		s = &capfSession{conn: n, line: e.Line, clock: e.Clock, first: e.Text}
		if c := x.conns[n]; c != nil {
			s.address, s.phone = c.address, c.phone
		}
		x.capfAdd(s)
	}
	s.end, s.spoke = e.Line, s.spoke || r.conn >= 0
	if e.Clock != nil {
		s.at = at
	}
	return s
}

// capfOn is the session of connection n, nil when there is none.
func (x *session) capfOn(n int32) *capfSession {
	for i := len(x.capfs) - 1; i >= 0; i-- {
		if x.capfs[i].conn == n {
			return x.capfs[i]
		}
	}
	return nil
}

func (x *session) capfAdd(s *capfSession) {
	if len(x.capfs) >= maxSessions {
		x.capfEnd(x.capfs[0])
	}
	x.capfs = append(x.capfs, s)
}

// capfBegin begins a session with the line that reports its connection.
func (x *session) capfBegin(n int32, e *catalogue.Event) {
	if e.Clock != nil {
		x.capfExpire(millis(e.Clock))
	}
	if s := x.capfOn(n); s != nil {
		x.capfEnd(s)
	}
	x.capfAdd(&capfSession{conn: n, address: e.Address, line: e.Line, end: e.Line, clock: e.Clock, at: millis(e.Clock), first: e.Text})
}

// capfHandshake notes the handshake of a session.
func (x *session) capfHandshake(e *catalogue.Event) {
	s := x.capfOn(x.current)
	for _, o := range x.capfs {
		if e.Address != "" && o.address == e.Address && !o.done {
			s = o
		}
	}
	if s != nil {
		s.end, s.shook = e.Line, true
		if c := e.Detail["cipher"]; c != "" {
			s.cipher = c
		}
		if e.Clock != nil {
			s.at = millis(e.Clock)
		}
	}
}

// capfIncoming notes "3:SEP...:Incoming Phone Msg".
func (x *session) capfIncoming(r *record, line int) {
	s := x.capfOn(r.conn)
	if s == nil || s.done {
		return
	}
	s.end, s.spoke = line, true
	x.dump.next, x.capfHex = dumpCAPF, ""
	if d := lines.Device(string(r.who)); d != "" {
		s.phone = d
		if c := x.conns[r.conn]; c != nil {
			c.phone = d
		}
	}
}

// capfMessage takes "MsgType : CAPF_MSG_...".
func (x *session) capfMessage(s *capfSession, e *catalogue.Event) {
	typ := strings.ToUpper(e.Detail["type"])
	e.Detail["type"] = typ
	// The dump behind "Incoming Phone Msg" is that of this message.
	if x.capfHex != "" {
		e.Detail["hex"], x.capfHex = x.capfHex, ""
	}
	x.dump.next = dumpNone
	switch typ {
	case "AUTH_REQ":
		e.Name = "capf_auth_req"
	case "REQ_IN_PROGRESS", "REQUEST_IN_PROGRESS":
		e.Name = "capf_request_in_progress"
		if s.keyFrom == 0 {
			s.keyFrom = millis(e.Clock)
		}
	case "KEY_GEN_REQ":
		s.operation, s.keyFrom = "install", millis(e.Clock)
	case "KEY_GEN_RES":
		e.Name = "capf_key_gen_res"
		s.operation, s.keyTo = "install", millis(e.Clock)
	case "STORE_CERT_REQ", "STORE_CERT_RES":
		s.operation = "install"
	case "FETCH_CERT_REQ", "FETCH_CERT_RES":
		s.operation = "fetch"
	case "DELETE_CERT_REQ", "DELETE_CERT_RES":
		s.operation = "delete"
	}
	if len(s.messages) < maxMessages {
		s.messages = append(s.messages, typ)
	} else {
		s.dropped++
	}
}

// capfResult notes the result of a session and gives the code its name, and the
// name its code. A code that is not documented has no name.
func (x *session) capfResult(s *capfSession, code, name string) (string, string) {
	for _, r := range capfResults {
		switch {
		case name == "" && r.code == code:
			name = r.name
		case code == "" && r.name == name:
			code = r.code
		}
	}
	// The line that says more stays: "Certificate upgrade successful" and a code
	// may both be printed, and a failure outweighs a success.
	if s.code == "" || s.code == "0" {
		s.code, s.result = code, name
	}
	s.done = true
	return code, name
}

// capfExpire ends the sessions that are over.
func (x *session) capfExpire(at int64) {
	for i := 0; i < len(x.capfs); {
		s := x.capfs[i]
		limit := int64(capfSilence)
		if s.done {
			limit = capfLinger
		}
		if d := at - s.at; d > limit || d < -limit {
			x.capfEnd(s)
			continue
		}
		i++
	}
}

// capfClose ends all sessions.
func (x *session) capfClose() {
	for len(x.capfs) > 0 {
		s := x.capfs[0]
		x.capfEnd(s)
	}
}

// capfEnd hands a session out. A connection of which nothing more was seen, not
// even a handshake, is no session: it has its own event.
func (x *session) capfEnd(s *capfSession) {
	for i := range x.capfs {
		if x.capfs[i] == s {
			x.capfs = append(x.capfs[:i], x.capfs[i+1:]...)
			break
		}
	}
	if len(s.messages) == 0 && !s.done && s.operation == "" && !s.shook {
		return
	}
	d := map[string]string{"result": "unknown"}
	add := func(k, v string) {
		if v != "" {
			d[k] = v
		}
	}
	if s.conn >= 0 {
		d["conn"] = strconv.Itoa(int(s.conn))
	}
	add("messages", strings.Join(s.messages, ","))
	if s.dropped > 0 {
		d["messages_more"] = strconv.Itoa(s.dropped)
	}
	add("operation", s.operation)
	add("cipher", s.cipher)
	add("result", s.result)
	add("result_code", s.code)
	if s.keyFrom > 0 && s.keyTo >= s.keyFrom {
		d["key_gen_seconds"] = strconv.FormatFloat(float64(s.keyTo-s.keyFrom)/1000, 'f', 3, 64)
	}
	if s.earlier {
		d["begun"] = begunEarlier
	}
	text := s.first
	if s.last != "" && s.last != s.first {
		text += "\n" + s.last
	}
	x.send(&catalogue.Event{
		Line: s.line, EndLine: max(s.end, s.line), Clock: s.clock, Dialect: DialectCAPF, Name: "capf_session",
		Phone: s.phone, Address: s.address, Text: text, Detail: d,
	})
}

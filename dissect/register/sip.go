package register

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// SIP is one decoded message. Strings are empty and pointers nil where it does
// not say.
type SIP struct {
	Method string // REGISTER, REFER ...; of a response that of its CSeq
	URI    string // of a request, without user information: "sip:192.168.7.200"
	Status int    // of a response: 200, 401, 403, 404 ...; 0 in a request
	Phrase string // "Not Found"

	CallID string // the same in a request and its responses
	CSeq   int
	Line   string    // user of To: the directory number that registers
	Date   time.Time // by the sender's clock, zero when it does not say

	Device  string // devicename.ccm.cisco.com of Contact, else Name of Reason: "SEPC80084AA8743"
	MAC     string // last part of +sip.instance when the rest is zero: "c80084aa8743"
	Type    uint32 // model.ccm.cisco.com of Contact
	Model   string // of User-Agent: "CP-8861"; else of Type: "8861"
	Version string // of User-Agent: "12.5.1"
	Load    string // ActiveLoad of Reason: "sip78xx.12-1-1-12.loads"
	Agent   string // User-Agent as sent
	Server  string // Server as sent: "Cisco-CUCM11.5"

	Expires *int       // seconds; 0 takes a registration back or keeps a secondary server warm
	Reason  string     // as sent
	Last    *LastReset // read from Reason
	Warning string     // as sent; CUCM tells here why it refuses
	Alarms  []Alarm    // of the body

	Challenge   bool // the response asks for credentials
	Credentials bool // the request brought some; they are never stored

	Length   int  // octets of the message; what follows is the next one
	Cut      bool // octets that Content-Length promises were not there
	Problems []string
}

// Response tells that the message is an answer.
func (m *SIP) Response() bool { return m.Status != 0 }

// Registration tells that the message has to do with registering: REGISTER, a
// REFER that brings alarms, or an answer to one of them.
func (m *SIP) Registration() bool { return m.Method == "REGISTER" || m.Method == "REFER" }

// ParseSIP reads one message (RFC 3261) from the start of b, such as a UDP
// datagram. Empty lines before it are passed over, as RFC 3261 section 7.5
// asks for.
//
//	REGISTER sip:192.168.7.200 SIP/2.0            or   SIP/2.0 200 OK
//	To: <sip:2222@192.168.7.200>
//	Call-ID: c80084aa-87430003-255b99f4-783a63d4@192.168.7.104
//	Date: Sat, 09 Mar 2019 18:32:45 GMT
//	CSeq: 113 REGISTER
//	User-Agent: Cisco-CP7821/12.1.1
//	Contact: <sip:04984998-...@192.168.7.104:51778;transport=tcp>;
//	  +sip.instance="<urn:uuid:00000000-0000-0000-0000-c80084aa8743>";
//	  +u.sip!devicename.ccm.cisco.com="SEPC80084AA8743";
//	  +u.sip!model.ccm.cisco.com="621"
//	Reason: SIP;cause=200;text="cisco-alarm:23 Name=... Last=reset-restart"
//	Expires: 3600
//	Content-Length: 1313
//
//	body
//
// (a 7821 in Cisco's EMCC TechNote). It returns what it read together with the
// error, and nil only when b does not begin with a SIP message.
func ParseSIP(b []byte) (*SIP, error) {
	lead := leading(b)
	head, length, end := headOf(b[lead:])
	if !startLine(head) {
		return nil, &ParseError{"sip", lead, fmt.Sprintf("%q is no start line", head[:min(len(head), 40)])}
	}
	m := &SIP{Length: len(b)}
	claimed, whole := m.head(head)
	if end < 0 {
		m.Cut = true
		return m, &ParseError{"sip", len(b), "the head does not end"}
	}
	body := b[lead+length:]
	if whole { // without Content-Length the body is the rest of the datagram
		if claimed > len(body) {
			m.Cut = true
		} else {
			body = body[:claimed]
		}
		m.Length = lead + length + len(body)
	}
	m.body(body)
	return m, nil
}

// leading counts the empty lines before a message.
func leading(b []byte) int {
	return len(b) - len(bytes.TrimLeft(b, "\r\n"))
}

// headOf finds the empty line that ends a head. It returns the head without
// it, the length with it, and -1 as end when there is none.
func headOf(b []byte) (head []byte, length, end int) {
	if i := bytes.Index(b, []byte("\r\n\r\n")); i >= 0 {
		return b[:i], i + 4, i
	}
	if i := bytes.Index(b, []byte("\n\n")); i >= 0 { // not by RFC 3261, but harmless to take
		return b[:i], i + 2, i
	}
	return b, len(b), -1
}

// startLine tells that a head begins with a request or status line.
func startLine(head []byte) bool {
	line, _, _ := bytes.Cut(head[:min(len(head), maxHead)], []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if code, ok := bytes.CutPrefix(line, []byte("SIP/2.0 ")); ok {
		return len(code) >= 3 && len(bytes.Trim(code[:3], "0123456789")) == 0 && code[0] != '0' &&
			(len(code) == 3 || code[3] == ' ')
	}
	method, _, ok := bytes.Cut(line, []byte(" "))
	if !ok || len(method) == 0 || len(method) > 32 || !bytes.HasSuffix(line, []byte(" SIP/2.0")) {
		return false
	}
	return len(bytes.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-")) == 0
}

// head reads start line and headers. It returns Content-Length and whether
// there is one that can be believed.
func (m *SIP) head(head []byte) (length int, known bool) {
	lines := strings.Split(strings.ReplaceAll(string(head), "\r\n", "\n"), "\n")
	first := lines[0]
	if rest, ok := strings.CutPrefix(first, "SIP/2.0 "); ok {
		code, phrase, _ := strings.Cut(rest, " ")
		m.Status, _ = strconv.Atoi(code) // three digits, see startLine
		m.Phrase = text([]byte(phrase))
	} else {
		method, rest, _ := strings.Cut(first, " ")
		m.Method = method
		m.URI = withoutUser(text([]byte(strings.TrimSuffix(rest, " SIP/2.0"))))
	}
	if len(lines) > maxHeaders {
		note(&m.Problems, "more than %d headers, the rest is left out", maxHeaders)
		lines = lines[:maxHeaders]
	}
	for i := 1; i < len(lines); i++ {
		line := lines[i]
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], " ") || i+1 < len(lines) && strings.HasPrefix(lines[i+1], "\t") {
			i++ // folded, RFC 3261 section 7.3.1
			line += " " + strings.TrimSpace(lines[i])
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		if name = strings.ToLower(strings.TrimSpace(name)); name == "content-length" || name == "l" {
			n, err := strconv.Atoi(value)
			if err != nil || n < 0 || n > maxContentLength {
				note(&m.Problems, "Content-Length %q", text([]byte(value)))
				continue
			}
			length, known = n, true
			continue
		}
		m.header(name, value)
	}
	if m.Last != nil {
		m.Device, m.Load = cmp.Or(m.Device, m.Last.Name), m.Last.Load
	}
	m.Model = cmp.Or(m.Model, Model(m.Type))
	return length, known
}

// header takes one header. The first of a kind counts, except that the method
// of CSeq never overrides that of a request.
func (m *SIP) header(name, value string) {
	v := text([]byte(value))
	switch name {
	case "call-id", "i":
		m.CallID = cmp.Or(m.CallID, v)
	case "cseq":
		n, method, _ := strings.Cut(v, " ")
		m.CSeq, _ = strconv.Atoi(n) // 0 when it is no number
		if m.Response() {
			m.Method = strings.TrimSpace(method)
		}
	case "to", "t":
		if m.Line == "" {
			m.Line = userOf(v)
		}
	case "date":
		if t, err := time.Parse(time.RFC1123, v); err == nil {
			m.Date = t.UTC()
		}
	case "contact", "m":
		m.contact(value)
	case "user-agent":
		m.Agent = cmp.Or(m.Agent, v)
		m.Model, m.Version = agent(m.Agent)
	case "server":
		m.Server = cmp.Or(m.Server, v)
	case "device-name":
		m.Device = cmp.Or(m.Device, v)
	case "expires":
		if n, err := strconv.Atoi(v); err == nil && n >= 0 {
			m.Expires = &n
		}
	case "reason":
		if m.Reason != "" {
			return
		}
		m.Reason = v
		if i := strings.Index(v, "cisco-alarm:"); i >= 0 {
			alarm, _, _ := strings.Cut(v[i:], `"`)
			m.Last = parseLastReset(alarm)
		}
	case "warning":
		m.Warning = cmp.Or(m.Warning, v)
	case "www-authenticate", "proxy-authenticate":
		m.Challenge = true
	case "authorization", "proxy-authorization":
		m.Credentials = true
	}
}

// contact reads the parameters of a Contact header that name the phone.
func (m *SIP) contact(v string) {
	m.Device = cmp.Or(m.Device, text([]byte(parameter(v, "+u.sip!devicename.ccm.cisco.com"))))
	if n, ok := modelOf(parameter(v, "+u.sip!model.ccm.cisco.com")); ok && m.Type == 0 {
		m.Type = n
	}
	if mac, ok := strings.CutPrefix(parameter(v, "+sip.instance"), "<urn:uuid:00000000-0000-0000-0000-"); ok && m.MAC == "" {
		if mac = strings.TrimSuffix(mac, ">"); len(mac) == 12 && strings.Trim(mac, "0123456789abcdefABCDEF") == "" && strings.Trim(mac, "0") != "" {
			m.MAC = strings.ToLower(mac)
		}
	}
	if n, err := strconv.Atoi(parameter(v, "expires")); err == nil && n >= 0 && m.Expires == nil {
		m.Expires = &n
	}
}

// parameter returns the value of ;name=value or ;name="value", "" when there is
// none.
func parameter(s, name string) string {
	for rest := s; ; {
		i := strings.IndexByte(rest, ';')
		if i < 0 {
			return ""
		}
		rest = strings.TrimLeft(rest[i+1:], " ")
		if len(rest) <= len(name) || !strings.EqualFold(rest[:len(name)], name) || rest[len(name)] != '=' {
			continue
		}
		v := rest[len(name)+1:]
		if q, ok := strings.CutPrefix(v, `"`); ok {
			v, _, _ = strings.Cut(q, `"`)
			return v
		}
		if j := strings.IndexAny(v, ";, \t"); j >= 0 {
			v = v[:j]
		}
		return v
	}
}

// agent reads model and version of a User-Agent: "Cisco-CP8861/12.5.1",
// "Cisco-CP7945G/9.4.2", "Cisco-CSF".
func agent(s string) (model, version string) {
	rest, ok := strings.CutPrefix(s, "Cisco-")
	if !ok || strings.HasPrefix(rest, "CUCM") { // CUCM's own requests
		return "", ""
	}
	model, version, _ = strings.Cut(rest, "/")
	if number, ok := strings.CutPrefix(model, "CP"); ok && !strings.HasPrefix(number, "-") {
		model = "CP-" + number
	}
	return model, version
}

// userOf returns the user of an address: 2222 of "Name" <sip:2222@host>;tag=1.
func userOf(s string) string {
	_, rest, ok := strings.Cut(s, "sip:")
	if !ok {
		if _, rest, ok = strings.Cut(s, "sips:"); !ok {
			return ""
		}
	}
	user, _, ok := strings.Cut(rest, "@")
	if !ok {
		return ""
	}
	user, _, _ = strings.Cut(user, ":") // a password
	return user
}

// withoutUser removes user information from a URI: it may hold a password.
func withoutUser(u string) string {
	scheme, rest, ok := strings.Cut(u, ":")
	if !ok {
		return u
	}
	return scheme + ":" + rest[strings.LastIndexByte(rest, '@')+1:]
}

// body looks for alarms.
func (m *SIP) body(b []byte) {
	if len(b) > maxBody {
		note(&m.Problems, "body of %d octets, the first %d are read", len(b), maxBody)
		b = b[:maxBody]
	}
	m.Alarms = parseAlarms(b, &m.Problems)
	for _, a := range m.Alarms {
		m.Device = cmp.Or(m.Device, a.Device)
	}
}

package tvstrace

import (
	"bytes"
	"strconv"
	"strings"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// Bounds of a session.
const (
	// maxConns bounds the connections that are remembered, by number and by
	// address. A node serves some ten thousand phones.
	maxConns = 1 << 16
	// maxHex is how many bytes of a dump are kept: the longest message carries
	// one certificate chain.
	maxHex = 8 << 10
	// maxQuery is how many milliseconds after its last line a query ends:
	// answers take some ten.
	maxQuery = 10_000
	// maxWaiting bounds the questions that wait while another connection is
	// served. The service has some ten threads.
	maxWaiting = 256
	// oneDay in milliseconds.
	oneDay = 86_400_000
)

// since gives the milliseconds from one time of day to another, across midnight;
// negative when the second is earlier.
func since(from, to int32) int32 {
	d := to - from
	switch {
	case d > oneDay/2:
		d -= oneDay
	case d < -oneDay/2:
		d += oneDay
	}
	return d
}

// near tells that two times of day are at most d milliseconds apart.
func near(a, b, d int32) bool { n := since(a, b); return n <= d && n >= -d }

// A conn is a connection of a phone as the trace numbers it.
type conn struct {
	address string
	phone   string
	line    int // of its first line
	clock   *catalogue.Clock
	text    string
	alive   bool // a handshake or a message was seen on it
	earlier bool // it began in an earlier part of a series
}

// session holds what one record says about the next.
type session struct {
	a       *assembler
	conns   map[int32]*conn
	byAddr  map[string]*conn
	current int32 // connection of the last line that names one, -1 unknown

	// the address line that no connection line has used yet
	fresh     string
	freshLine int
	freshTime *catalogue.Clock
	freshText string

	cipher   bool // a handshake was reported with its cipher; its "HS Done" follows
	pending  *catalogue.Event
	behind   []*catalogue.Event // events that wait for the pending one
	dump     dump
	capfHex  string // of the phone's message to CAPF whose name is still to come
	query    *query
	waiting  []*query // questions of other connections that are not answered yet
	capfs    []*capfSession
	tftp     tftp
	peers    peers
	problems []catalogue.Problem
}

func (x *session) init() {
	x.conns, x.byAddr = map[int32]*conn{}, map[string]*conn{}
	x.current = -1
}

// rollOver begins the next part of a series: what is open goes on at its first
// line.
func (x *session) rollOver() {
	for _, c := range x.conns {
		c.line, c.earlier = 1, true
	}
	for _, c := range x.byAddr {
		c.line, c.earlier = 1, true
	}
	if x.query != nil {
		x.query.line, x.query.end, x.query.earlier = 1, 1, true
	}
	for _, q := range x.waiting {
		q.line, q.end, q.earlier = 1, 1, true
	}
	for _, s := range x.capfs {
		s.line, s.end, s.earlier = 1, 1, true
	}
	for _, f := range x.peers.open {
		f.e.Line, f.e.EndLine = 1, 1
		f.e.Detail["begun"] = begunEarlier
	}
	if e := x.tftp.miss; e != nil {
		e.Line, e.EndLine = 1, 1
		e.Detail["begun"] = begunEarlier
	}
	x.freshLine = 1
	x.dump.end = 0
}

// begunEarlier marks a record of several lines that began in an earlier part of
// a series.
const begunEarlier = "earlier part"

// make builds an event of a record.
func (x *session) make(r *record, line int, name string) *catalogue.Event {
	e := &catalogue.Event{Line: line, EndLine: line, Clock: x.a.time(r.at, r.date), Dialect: x.a.dialect, Name: name, Text: lines.Text(bytes.TrimSpace(r.raw))}
	e.Detail = make(map[string]string, r.m.Len()+2)
	r.m.Constants(func(k, v string) { e.Detail[k] = v })
	for i := range r.m.Len() {
		k, v := r.m.At(i)
		e.Detail[k] = lines.Text(v)
	}
	if s, ok := e.Detail["serial"]; ok {
		e.Detail["serial"] = strings.ToLower(s)
	}
	if c, ok := e.Detail["cache"]; ok {
		e.Detail["cache"] = cacheOf(c)
	}
	if n := r.conn; n >= 0 {
		e.Detail["conn"] = strconv.Itoa(int(n))
	}
	if c := x.conns[r.conn]; c != nil {
		e.Address, e.Phone = c.address, c.phone
	}
	if d := lines.Device(string(r.who)); d != "" {
		e.Phone = d
	}
	return e
}

// cacheOf gives the name of a cache as TVS writes it, whatever the case of a
// publication.
func cacheOf(s string) string {
	for _, c := range [...]string{"CertificateDBCache", "CertificateCTLCache"} {
		if strings.EqualFold(s, c) {
			return c
		}
	}
	return s
}

// hold keeps an event back until the next one, so that the lines between can
// add to it.
func (x *session) hold(e *catalogue.Event) {
	x.release()
	x.pending = e
}

func (x *session) release() {
	if e := x.pending; e != nil {
		x.pending = nil
		if e.Name == "tvs_cert_found" && e.Detail["compare"] != "" && e.Detail["compare"] != "0" {
			e.Name = "tvs_cert_different"
		}
		x.a.send(e)
		for _, e := range x.behind {
			x.a.send(e)
		}
		x.behind = x.behind[:0]
	}
}

func (x *session) send(e *catalogue.Event) {
	x.release()
	x.a.send(e)
}

// extend adds details to the pending event of that name; false when there is
// none, or when it has other values already.
func (x *session) extend(name string, line int, kv ...string) bool {
	e := x.pending
	if e == nil || e.Name != name {
		return false
	}
	for i := 0; i < len(kv); i += 2 {
		if old, ok := e.Detail[kv[i]]; ok && old != kv[i+1] {
			return false
		}
	}
	for i := 0; i < len(kv); i += 2 {
		e.Detail[kv[i]] = kv[i+1]
	}
	e.EndLine = max(e.EndLine, line)
	return true
}

// event takes a matched record.
func (x *session) event(r *record, line int) {
	x.finishDump()
	if r.at >= 0 {
		x.expire(r.at)
	}
	name := r.m.Entry.Event
	if r.conn >= 0 {
		switch name {
		case "tvs_phone_connection", "tvs_tcp_accept", "tvs_phone_address", "tvs_tls_handshake_ok":
			// Connections come in while a question is being answered.
		default:
			x.turn(r.conn)
		}
		x.current = r.conn
	}
	switch {
	case strings.HasPrefix(name, "tvs_"), name == "etoken":
		x.tvs(r, line, name)
	case strings.HasPrefix(name, "capf_"):
		x.capf(r, line, name)
	default:
		x.server(r, line, name)
	}
}

// connected notes a connection line.
func (x *session) connected(r *record, line int) {
	x.a.served(r)
	e := x.make(r, line, "tvs_phone_connection")
	e.Address = lines.Plainer(e.Detail["address"])
	e.Detail["address"] = e.Address
	n := r.conn
	if n < 0 {
		if fd, err := strconv.Atoi(e.Detail["fd"]); err == nil && fd < 1<<30 {
			n = int32(fd)
			e.Detail["conn"] = e.Detail["fd"]
		}
	}
	e.Phone = ""
	x.bind(n, e)
	x.fresh = ""
}

// bind makes n the connection that e reports. An earlier connection of the
// same phone on which nothing happened was given up before its handshake ended.
func (x *session) bind(n int32, e *catalogue.Event) {
	x.endOf(n)
	if x.a.dialect == DialectCAPF {
		e.Name = "capf_phone_connection"
		x.capfBegin(n, e)
	}
	if old := x.byAddr[e.Address]; old != nil && e.Address != "" {
		if !old.alive && e.Name == "tvs_phone_connection" {
			missing := &catalogue.Event{Line: old.line, EndLine: e.Line, Clock: old.clock, Dialect: e.Dialect, Name: "tvs_tls_handshake_missing", Address: old.address, Phone: old.phone, Text: old.text, Detail: map[string]string{}}
			if old.earlier {
				missing.Detail["begun"] = begunEarlier
			}
			x.aside(missing)
		}
		e.Phone = old.phone // the same phone comes again
	}
	c := &conn{address: e.Address, phone: e.Phone, line: e.Line, clock: e.Clock, text: e.Text}
	if len(x.conns) >= maxConns || len(x.byAddr) >= maxConns {
		x.conns, x.byAddr = map[int32]*conn{}, map[string]*conn{}
		if len(x.problems) == 0 {
			x.problems = append(x.problems, catalogue.Problem{Where: "line " + strconv.Itoa(e.Line), What: "more than " + strconv.Itoa(maxConns) + " connections at once: the earlier ones are forgotten"})
		}
	}
	if n >= 0 {
		x.conns[n] = c
		x.current = n
	}
	if e.Address != "" {
		x.byAddr[e.Address] = c
	}
	x.aside(e)
}

// aside hands out an event that came between the lines of an open question,
// which must not close what that question is collecting.
func (x *session) aside(e *catalogue.Event) {
	if x.query != nil && !x.query.answered && x.pending != nil {
		x.behind = append(x.behind, e)
		return
	}
	x.send(e)
}

// alive notes that something was said on the current connection.
func (x *session) alive(address string) {
	if c := x.conns[x.current]; c != nil && (address == "" || c.address == address) {
		c.alive = true
		return
	}
	if c := x.byAddr[address]; c != nil {
		c.alive = true
	}
}

// handshake reports a finished TLS handshake once: the line with the cipher
// and the line "TLS HS Done" speak of the same.
func (x *session) handshake(r *record, line int) {
	cipher := r.m.Get("cipher")
	if cipher == nil && x.cipher {
		x.cipher = false
		return
	}
	x.cipher = cipher != nil
	name := "tvs_tls_handshake_ok"
	x.a.served(r)
	if x.a.dialect == DialectCAPF {
		name = "capf_tls_handshake_ok"
	}
	e := x.make(r, line, name)
	switch {
	case r.m.Addr != nil:
		e.Address = lines.Plainer(string(r.m.Addr))
	case e.Address == "" && x.fresh != "":
		e.Address = x.fresh
	case e.Address == "":
		if c := x.conns[x.current]; c != nil {
			e.Address = c.address
		}
	}
	if c := x.byAddr[e.Address]; c != nil {
		c.alive = true
		e.Phone = c.phone
	}
	if name == "capf_tls_handshake_ok" {
		x.capfHandshake(e)
	}
	x.aside(e)
}

func (x *session) close() {
	x.finishDump()
	if x.query != nil {
		x.query.cut = true
		x.endQuery()
	}
	for len(x.waiting) > 0 {
		x.endWaiting(0, true)
	}
	x.capfClose()
	x.forget404()
	x.release()
	x.peersClose()
}

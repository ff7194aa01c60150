package tvstrace

import (
	"strconv"
	"strings"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// A query is one question of a phone: the incoming message, the lookups in the
// two caches, the answer.
type query struct {
	kind  string // query, verify, "" unknown
	conn  int32
	line  int
	end   int
	at    int32 // time of its last line
	clock *catalogue.Clock
	first string // first line
	last  string // the line that decided it

	address, phone, client   string
	serial, issuer, subject  string
	roles, caches            []string
	misses                   int
	found, different, denied bool
	handled                  bool // tvsHandleQueryCertReq was seen
	answered                 bool
	certs                    string
	ttl                      string
	etoken                   bool
	requestBytes             int
	responseBytes            int
	hex, responseHex         string
	status                   string             // item 7 of the answer: 0 found, 1 not found
	earlier                  bool               // it began in an earlier part of a series
	cut                      bool               // the trace ends before the answer
	pending                  *catalogue.Event   // while another connection is served
	behind                   []*catalogue.Event //
}

// response is the name of the event that reports the answer.
func (q *query) response() string {
	if q.kind == "verify" {
		return "tvs_cert_verification_res"
	}
	return "tvs_query_cert_res"
}

// result: a miss in one cache and a hit in the other is found; a certificate
// of the same name that differs, a verdict, an empty answer, or misses in both
// caches mean not found. Anything less is an excerpt that shows too little, and
// then the status in the bytes of the answer decides.
func (q *query) result() string {
	switch {
	case q.found:
		return "found"
	case q.denied, q.certs == "0", q.misses >= 2, q.answered && (q.misses > 0 || q.different):
		return "not-found"
	case q.status == "0":
		return "found"
	case q.status == "1":
		return "not-found"
	}
	return "unknown"
}

// open gives the query that a record belongs to, a new one when there is none.
func (x *session) open(r *record, line int) *query {
	if x.query == nil {
		n := r.conn
		if n < 0 {
			n = x.current
		}
		q := &query{conn: n, line: line, clock: x.a.time(r.at, r.date), first: lines.Text(r.raw)}
		if c := x.conns[n]; c != nil {
			q.address, q.phone = c.address, c.phone
			c.alive = true
		}
		q.at = r.at
		x.query = q
	}
	x.query.end = line
	if r.at >= 0 {
		x.query.at = r.at
	}
	return x.query
}

// endQuery hands the open query out.
func (x *session) endQuery() {
	q := x.query
	if q == nil {
		return
	}
	x.finishDump()
	x.query = nil
	x.release()
	if q.serial == "" && q.issuer == "" && q.hex == "" && !q.answered && q.result() == "unknown" {
		return // a message that was no question
	}
	d := map[string]string{"result": q.result()}
	add := func(k, v string) {
		if v != "" {
			d[k] = v
		}
	}
	num := func(k string, n int) {
		if n > 0 {
			d[k] = strconv.Itoa(n)
		}
	}
	add("type", q.kind)
	if q.conn >= 0 {
		d["conn"] = strconv.Itoa(int(q.conn))
	}
	add("serial", q.serial)
	add("issuer", q.issuer)
	add("subject", q.subject)
	add("roles", strings.Join(q.roles, ","))
	add("caches", strings.Join(q.caches, ","))
	add("client", q.client)
	add("hex", q.hex)
	add("response_hex", q.responseHex)
	add("ttl", q.ttl)
	add("certs", q.certs)
	num("request_bytes", q.requestBytes)
	num("response_bytes", q.responseBytes)
	if q.etoken {
		d["etoken"] = "yes"
	}
	add("status", q.status)
	switch {
	case q.answered:
	case q.cut:
		d["answer"] = "cut"
	default:
		d["answer"] = "missing"
	}
	if q.earlier {
		d["begun"] = begunEarlier
	}
	text := q.first
	if q.last != "" && q.last != q.first {
		text += "\n" + q.last
	}
	x.a.send(&catalogue.Event{
		Line: q.line, EndLine: q.end, Clock: q.clock, Dialect: DialectTVS, Name: "tvs_query",
		Phone: q.phone, Address: q.address, Text: text, Detail: d,
	})
}

// tvs takes a record of the Trust Verification Service.
func (x *session) tvs(r *record, line int, name string) {
	switch name {
	case "tvs_tcp_accept":
		if x.query != nil && x.query.answered {
			x.endQuery()
		}
		x.aside(x.make(r, line, name))
	case "tvs_state":
		if x.query != nil && x.query.conn == r.conn {
			x.query.end = line // it names the connection, nothing else
		}
	case "tvs_phone_connection":
		x.connected(r, line)
	case "tvs_phone_address":
		x.address(r, line)
	case "tvs_tls_handshake_ok":
		x.handshake(r, line)
	case "tvs_incoming":
		x.incoming(r, line)
	case "tvs_hex_dump":
		x.begin(r, line)
	case "tvs_message":
		x.message(r, line)
	case "tvs_sending":
		q := x.open(r, line)
		if q.kind == "" {
			q.kind = "query"
			if strings.EqualFold(string(r.m.Get("kind")), "CERT_VERIF") {
				q.kind = "verify"
			}
		}
		q.answered = true
	case "tvs_query_cert_req", "tvs_query_subject", "tvs_query_issuer", "tvs_query_serial":
		x.asked(r, line, name)
	case "tvs_issuer", "tvs_serial", "etoken", "tvs_cert_lookup", "tvs_cert_found", "tvs_cert_role", "tvs_cache_miss", "tvs_cert_not_found":
		x.lookup(r, line, name)
	case "tvs_field":
		if q := x.query; q != nil && x.pending != nil {
			q.end = line
			k, v := r.m.At(0)
			x.extend(x.pending.Name, line, k, lines.Text(v))
			if k == "certs" {
				q.certs = lines.Text(v)
			}
		}
	case "tvs_dump_cert":
		x.dump.next = dumpCert
	case "tvs_dump_ttl":
		x.dump.next = dumpTTL
	case "tvs_dump_sent":
		x.dump.next = dumpSent
	case "tvs_ctl_cert_cached":
		e := x.make(r, line, name)
		e.Detail["serial"], e.Detail["issuer"] = splitKey(e.Detail["key"])
		delete(e.Detail, "key")
		x.send(e)
	default:
		x.send(x.make(r, line, name))
	}
}

// address notes "ipAddrStr (Phone) ADDRESS". It stands before the message of a
// phone, and also in many other places; it counts as a connection only when
// the message that follows comes on a number that nothing has announced.
func (x *session) address(r *record, line int) {
	x.fresh = lines.Plainer(lines.Text(r.m.Get("address")))
	x.freshLine, x.freshTime, x.freshText = line, x.a.time(r.at, r.date), lines.Text(r.raw)
	if x.query != nil && x.query.answered {
		x.endQuery()
	}
}

func (x *session) incoming(r *record, line int) {
	if x.a.dialect == DialectCAPF {
		x.release()
		x.capfIncoming(r, line)
		return
	}
	x.a.dialect = DialectTVS
	x.endQuery()
	if x.conns[r.conn] == nil && x.fresh != "" && r.conn >= 0 {
		e := &catalogue.Event{Line: x.freshLine, EndLine: x.freshLine, Clock: x.freshTime, Dialect: DialectTVS, Name: "tvs_phone_connection",
			Address: x.fresh, Text: x.freshText, Detail: map[string]string{"address": x.fresh, "conn": strconv.Itoa(int(r.conn))}}
		x.bind(r.conn, e)
	}
	x.fresh = ""
	x.open(r, line)
	x.dump.next = dumpRequest
}

// message takes "MsgType : TVS_MSG_...".
func (x *session) message(r *record, line int) {
	x.a.dialect = DialectTVS
	kind := ""
	typ := strings.ToUpper(string(r.m.Get("type")))
	switch {
	case strings.HasPrefix(typ, "CERT_VERIFICATION_"):
		kind = "verify"
	case strings.HasPrefix(typ, "QUERY_CERT_"):
		kind = "query"
	default:
		e := x.make(r, line, "tvs_other_message")
		x.send(e)
		return
	}
	if strings.HasSuffix(typ, "_REQ") && x.query != nil && (x.query.kind != "" || x.query.answered) {
		x.endQuery()
	}
	q := x.open(r, line)
	q.kind = kind
	if strings.HasSuffix(typ, "_RES") {
		q.answered = true
		e := x.make(r, line, q.response())
		x.about(e, q)
		if kind == "verify" {
			switch q.result() {
			case "found":
				e.Detail["outcome"] = "ok"
			case "not-found":
				e.Detail["outcome"] = "not-found"
			}
			q.last = e.Text
		}
		x.dump.next = dumpNone
		x.hold(e)
		return
	}
	name := "tvs_query_cert_req"
	if kind == "verify" {
		name = "tvs_cert_verification_req"
	}
	e := x.make(r, line, name)
	x.about(e, q)
	if q.requestBytes > 0 {
		e.Detail["len"] = strconv.Itoa(q.requestBytes)
	}
	if q.client != "" {
		e.Detail["client"] = q.client
	}
	x.dump.next = dumpNone
	x.hold(e)
}

// about gives an event the connection, address and phone of its query.
func (x *session) about(e *catalogue.Event, q *query) {
	delete(e.Detail, "type")
	if q.conn >= 0 {
		e.Detail["conn"] = strconv.Itoa(int(q.conn))
	}
	e.Address, e.Phone = q.address, q.phone
}

// asked takes the lines of tvsHandleQueryCertReq. An excerpt may begin with
// any of them.
func (x *session) asked(r *record, line int, name string) {
	if q := x.query; q != nil && (q.answered || name == "tvs_query_cert_req" && q.handled) {
		x.endQuery()
	}
	q := x.open(r, line)
	q.kind = "query"
	q.handled = true
	if x.pending == nil || x.pending.Name != "tvs_query_cert_req" {
		e := x.make(r, line, "tvs_query_cert_req")
		x.about(e, q)
		x.hold(e)
	}
	for i := range r.m.Len() {
		k, b := r.m.At(i)
		v := lines.Text(b)
		switch k {
		case "serial":
			v = strings.ToLower(v)
			q.serial = v
		case "issuer":
			q.issuer = v
		case "subject":
			q.subject = v
		}
		x.extend("tvs_query_cert_req", line, k, v)
	}
}

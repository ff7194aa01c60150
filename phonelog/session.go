package phonelog

import (
	"strconv"
	"strings"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// Bounds of a session, in records.
const (
	// patience is how long an event waits for the records that complete it
	// (subject and issuer of a certificate stand on lines of their own). Other
	// processes print between them.
	patience = 12
	// again is how long a second record about one failure counts as the same.
	again = 16
	// stages is how long a failed connection waits for its further records:
	// 79xx phones print up to four, and busy ones much between them.
	stages = 48
	// maxTransfers bounds the transfers that are remembered by number.
	maxTransfers = 256
)

// session holds what one record says about the next: parts of one event on
// several lines, one fact printed several times, the file of a transfer.
type session struct {
	queue     []waiting
	record    int // number of the current record
	phone     string
	transfers map[string]*transfer // by bracketed number or process id
	children  map[string]*transfer // by the process that does the transfer (GHTTP, TFTPD)
	answered  map[string]string    // server of a transfer whose request was not seen
	failures  map[string]failure   // last failed connection, by server or sockets
	lastFile  string               // last file asked for
	question  string               // what TVS is about to be asked
	lastSent  int                  // record of the last tvs_cert_auth_sent
	lastSeen  map[string]int       // record of the last event of a name and server
	refusal   *catalogue.Event     // last signature_failed
	refusedAt int
}

// A transfer is what is known of a file on its way.
type transfer struct {
	file   string
	server string
	phone  string
	bytes  string
	ended  string // status that was reported
}

// A failure is how far the records of a failed connection have come.
type failure struct {
	stage  int
	record int
}

type waiting struct {
	e    *catalogue.Event
	key  string // process and pid; "" when complete
	left int
}

// restart forgets what does not survive a reboot. What the phone is called
// does, but the next capture may be of another phone.
func (x *session) restart(s *scanner) {
	x.flush(s)
	x.phone, x.question, x.refusal = "", "", nil
	x.transfers, x.children, x.answered, x.lastSeen, x.failures = nil, nil, nil, nil, nil
	x.lastSent = 0
}

// tick counts a record, known or not.
func (x *session) tick(s *scanner) {
	x.record++
	if len(x.queue) == 0 {
		return
	}
	for i := range x.queue {
		if x.queue[i].left--; x.queue[i].left <= 0 {
			x.queue[i].key = ""
		}
	}
	x.drain(s)
}

func (x *session) flush(s *scanner) {
	for i := range x.queue {
		x.queue[i].key = ""
	}
	x.drain(s)
}

func (x *session) drain(s *scanner) {
	n := 0
	for n < len(x.queue) && x.queue[n].key == "" {
		x.finish(s, x.queue[n].e)
		n++
	}
	x.queue = append(x.queue[:0], x.queue[n:]...)
}

// event takes a matched record.
func (x *session) event(s *scanner, e *catalogue.Event) {
	key := e.Process + "/" + string(s.head.pid)
	if x.absorbed(e, key) {
		x.drain(s)
		return
	}
	if !x.refine(e, key) {
		x.drain(s)
		return
	}
	w := waiting{e: e}
	if open(e) {
		w.key, w.left = key, patience
		if e.Name == "tls_handshake_failed" {
			w.left = stages
		}
	}
	if w.key == "" && len(x.queue) == 0 {
		x.finish(s, e)
		return
	}
	x.queue = append(x.queue, w)
	x.drain(s)
}

// open tells that a further record may complete an event.
func open(e *catalogue.Event) bool {
	d := e.Detail
	switch e.Name {
	case "tls_client_cert":
		return d["app"] == "" && (d["subject"] == "" || d["issuer"] == "")
	case "server_cert_valid", "server_cert_invalid":
		return d["result"] == ""
	case "file_download_done":
		return d["status"] == "" != (d["server"] == "") && d["transfer"] == ""
	case "tls_alert":
		return d["description"] == "" != (d["code"] == "")
	case "tls_handshake_failed":
		stage := failedStage(e)
		return stage > 0 && stage < stageSetup
	case "dot1x_failed":
		return e.Dialect == DialectSecureApp && !strings.Contains(strings.ToUpper(e.Text), "AUTH FAILED")
	}
	return false
}

// The records of one failed connection, in the order in which 79xx phones print
// them (Cisco TechNote 118699); any of them may be missing:
//
//	1  clpState: SSL_connect:failed in SSLv3 read server hello A:<192.168.136.6>
//	2  clpSetupSsl: ** SSL handshake failed, <192.168.136.6> c:14 s:15
//	3  clpSetupSsl: SSL/TLS handshake failed, <192.168.136.6> c:14 s:15
//	4  clpSetupSsl: SSL/TLS setup failed, <192.168.136.6> c:14 s:15
const stageSetup = 4

// failedStage is the place of a record in that order, by its last line; 0 for
// the Linux phones, which print one.
func failedStage(e *catalogue.Event) int {
	t := strings.ToLower(e.Text[strings.LastIndexByte(e.Text, '\n')+1:])
	switch {
	case e.Dialect != DialectSECD:
		return 0
	case strings.Contains(t, "setup failed"):
		return stageSetup
	case strings.Contains(t, "** ssl"):
		return 2
	case strings.Contains(t, "ssl/tls handshake failed"):
		return 3
	}
	return 1
}

// failureKey tells failed connections apart.
func failureKey(e *catalogue.Event) string {
	if s := e.Detail["server"]; s != "" {
		return s
	}
	return e.Detail["client_socket"]
}

// absorbed adds e to an event that waits for it.
func (x *session) absorbed(e *catalogue.Event, key string) bool {
	for i := range x.queue {
		w := &x.queue[i]
		if w.key != key || w.e.Name != e.Name {
			continue
		}
		clash := false
		for k, v := range e.Detail {
			if old, ok := w.e.Detail[k]; ok && old != v {
				clash = true
			}
		}
		if clash {
			continue
		}
		if e.Name == "tls_handshake_failed" {
			if failedStage(e) <= failedStage(w.e) {
				w.key = "" // another attempt
				continue
			}
			if w.e.Detail["client_socket"] == "" {
				// The failure is dated by the sentence that says so, not by the state.
				w.e.Clock, w.e.Seq = e.Clock, e.Seq
			}
			x.failed(e)
		}
		for k, v := range e.Detail {
			w.e.Detail[k] = v
		}
		if w.e.Server == "" {
			w.e.Server = e.Server
		}
		if w.e.Phone == "" {
			w.e.Phone = e.Phone
		}
		w.e.EndLine = max(w.e.EndLine, e.EndLine)
		w.e.Text += "\n" + e.Text
		if !open(w.e) {
			w.key = ""
		}
		return true
	}
	return false
}

// refine gives an event the name and the details that follow from what went
// before; false when the event repeats one.
func (x *session) refine(e *catalogue.Event, key string) bool {
	d := e.Detail
	switch e.Name {
	case "file_request":
		x.lastFile = d["file"]
		if k := transferKey(e, key); k != "" {
			x.transfers = put(x.transfers, k, &transfer{file: d["file"], server: d["server"], phone: e.Phone})
			delete(x.answered, k)
		}
	case "signed_file_requested":
		if t := x.transfers[transferKey(e, key)]; t != nil && d["file"] != "" {
			t.file = d["file"]
		}
	case "download_server":
		// The server stands before the result on some phones and behind it on
		// others; either way it belongs to the result.
		k := transferKey(e, key)
		if t := x.transfers[k]; t != nil && t.ended == "" {
			t.server = d["server"]
			return false
		}
		e.Name = "file_download_done"
		if x.absorbed(e, key) {
			return false
		}
		x.answered = put(x.answered, k, d["server"])
		return false
	case "download_argument":
		c := x.child(e)
		switch {
		case c == nil:
		case d["n"] == "2":
			c.server = lines.Plainer(d["value"])
		case d["n"] == "4":
			c.file = d["value"]
		}
		return false
	case "http_length":
		if c := x.child(e); c != nil {
			c.bytes = d["bytes"]
			if t := x.transferOf(c.file); t != nil {
				t.bytes = c.bytes
			}
		}
		return false
	case "tftp_rrq":
		if c := x.child(e); c != nil {
			c.file, c.server = d["file"], d["server"]
		}
	case "http_ok", "http_503", "http_404", "tftp_timeout", "file_not_found":
		if c := x.child(e); c != nil && c.file != "" {
			set(d, "file", c.file)
			set(d, "server", c.server)
			if e.Server == "" {
				e.Server = c.server
			}
			if t := x.transferOf(c.file); t != nil && e.Name == "file_not_found" {
				t.ended = "2" // the phone reports it once more, for the transfer
			}
		}
		if e.Dialect == DialectStatus && e.Name == "file_not_found" && listOf(d["file"]) == "CTL" {
			e.Name = "ctl_absent"
		}
	case "file_download_done":
		k := transferKey(e, key)
		t := x.transfers[k]
		switch {
		case t != nil && d["status"] != "":
			if t.ended == d["status"] {
				return false // DDGETTFTP.RESULT after XXTP complete
			}
			t.ended = d["status"]
		case e.Process == "downd":
			// downd repeats the result of its child dgetfile.
			d["code"] = d["status"]
			again := x.repeats(e)
			delete(d, "code")
			if again {
				return false
			}
		}
		if t == nil {
			t = &transfer{server: x.answered[k]}
			delete(x.answered, k)
		}
		set(d, "file", t.file)
		if set(d, "server", t.server); e.Server == "" {
			e.Server = t.server
		}
		if d["status"] == "100" {
			set(d, "bytes", t.bytes)
		}
		if e.Phone == "" {
			e.Phone = t.phone
		}
	case "tcp_connect_attempt":
		x.fresh(d["server"])
		// One TVS connection is announced by connectToTvsServer and by
		// clpSetupSsl; only the port tells the latter from other connections.
		if d["port"] == "2445" {
			e.Name = "tvs_connect_attempt"
			return !x.repeats(e)
		}
	case "tvs_connect_attempt", "http_result":
		return !x.repeats(e)
	case "tcp_connected", "tls_handshake_start":
		delete(x.lastSeen, "tvs_connect_attempt "+d["server"])
		x.fresh(d["server"])
	case "tls_handshake_failed":
		return x.failed(e)
	case "tvs_cert_auth_request", "tvs_cert_auth_response":
		x.lastSent = 0
	case "tvs_cert_auth_sent":
		if x.lastSent > 0 && d["bytes"] == "" {
			return false // the sentence with the number of bytes stood before
		}
		x.lastSent = x.record
	case "tvs_question":
		x.question = d["question"]
		return false // its answer, "sent ... bytes written", is the event
	case "tvs_query_cert_request":
		if x.question != "" && !strings.Contains(strings.ToLower(x.question), "query") {
			e.Name = "tvs_cert_auth_sent"
		}
		x.question = ""
	case "tvs_cert_cached":
		if h, err := strconv.Atoi(d["hours"]); err == nil && h >= 0 && h < 1_000_000 {
			delete(d, "hours")
			d["ttl"] = strconv.Itoa(h * 3600)
		}
	case "signature_failed":
		x.refusal, x.refusedAt = e, x.record
	case "config_refused":
		if r := x.refusal; r != nil && x.record-x.refusedAt <= again && (r.Detail["file"] == d["file"] || d["file"] == "") {
			for _, k := range [...]string{"errclass", "errcode", "reason"} {
				set(d, k, r.Detail[k])
			}
		}
	case "signature_ok", "trust_list_parsed", "trust_list_verified", "trust_list_updated", "local_trust_list_miss":
		if e.Dialect == DialectSecureApp {
			// These lines name no file; the last one asked for is what they
			// most likely judge, said as such.
			set(d, "last_request", x.lastFile)
			if l := listOf(x.lastFile); l != "" && strings.HasPrefix(e.Name, "trust_list_") {
				set(d, "list", l)
			}
		}
	}
	return true
}

// transferKey is the number in brackets of TFTP lines, the process or thread of
// the Linux phones' download program.
func transferKey(e *catalogue.Event, key string) string {
	if t := e.Detail["transfer"]; t != "" {
		return t
	}
	if e.Process == "dgetfile" || e.Process == "downd" && !strings.HasSuffix(key, "/") {
		return key
	}
	return ""
}

// child is what is known of the process that a record is from: downd starts one
// for each attempt, which prints its arguments first ("(339:1886) downd-XXX
// arg[4] ...") and runs as GHTTP or TFTPD "(1886:1886)" then.
func (x *session) child(e *catalogue.Event) *transfer {
	id := e.Detail["pid"]
	id = id[strings.LastIndexAny(id, ":-")+1:]
	delete(e.Detail, "pid")
	if id == "" || e.Dialect != DialectSecureApp {
		return nil
	}
	if x.children[id] == nil {
		x.children = put(x.children, id, &transfer{})
	}
	return x.children[id]
}

// transferOf finds the running transfer of a file.
func (x *session) transferOf(file string) *transfer {
	for _, t := range x.transfers {
		if t.ended == "" && file != "" && strings.TrimSuffix(t.file, ".sgn") == strings.TrimSuffix(file, ".sgn") {
			return t
		}
	}
	return nil
}

// put sets a key of a map that holds no more than maxTransfers: what was there
// before is forgotten then.
func put[V any](m map[string]V, k string, v V) map[string]V {
	if m == nil || len(m) >= maxTransfers {
		m = map[string]V{}
	}
	m[k] = v
	return m
}

// failed notes a record of a failed connection; false when it only goes on
// about the one before.
func (x *session) failed(e *catalogue.Event) bool {
	k, stage := failureKey(e), failedStage(e)
	last, ok := x.failures[k]
	x.failures = put(x.failures, k, failure{stage, x.record})
	return stage == 0 || !ok || stage <= last.stage || x.record-last.record > stages
}

// fresh closes the failures of a server to which a new connection is opened.
func (x *session) fresh(server string) {
	delete(x.failures, server)
	for i := range x.queue {
		if w := &x.queue[i]; w.e.Name == "tls_handshake_failed" && w.e.Detail["server"] == server {
			w.key = ""
		}
	}
}

// repeats tells that the same thing was said a few records ago, and notes it.
func (x *session) repeats(e *catalogue.Event) bool {
	k := e.Name + " " + e.Detail["server"] + e.Detail["code"]
	last, ok := x.lastSeen[k]
	x.seen(e)
	return ok && x.record-last <= again
}

func (x *session) seen(e *catalogue.Event) {
	if x.lastSeen == nil || len(x.lastSeen) >= maxTransfers {
		x.lastSeen = map[string]int{}
	}
	x.lastSeen[e.Name+" "+e.Detail["server"]+e.Detail["code"]] = x.record
}

// finish gives an event its final name and hands it out.
func (x *session) finish(s *scanner, e *catalogue.Event) {
	d := e.Detail
	switch e.Name {
	case "file_download_done":
		// 100 is done, 2 is "file not found" (Cisco TechNote 213407 and the
		// DDGETTFTP.RESULT lines, which print the words).
		switch d["status"] {
		case "", "100":
		case "2":
			e.Name = "file_not_found"
		default:
			e.Name = "file_download_failed"
		}
	case "tls_client_cert":
		if d["type"] == "" {
			set(d, "type", certType(d["issuer"]))
		}
	case "server_cert_valid":
		if r := d["result"]; r != "" && r != "1" {
			e.Name = "server_cert_invalid"
		}
	}
	if e.Phone != "" {
		x.phone = e.Phone
	} else {
		e.Phone = x.phone
	}
	s.send(e)
}

// certType tells LSC from MIC by the issuer: LSCs come from a CAPF, MICs from
// Cisco's manufacturing authorities.
func certType(issuer string) string {
	switch up := strings.ToUpper(issuer); {
	case strings.Contains(up, "CN=CAPF-"):
		return "LSC"
	case strings.Contains(up, "CISCO MANUFACTURING CA"), strings.Contains(up, "CN=CAP-RTP-"):
		return "MIC"
	}
	return ""
}

// listOf tells by its name which list a file is.
func listOf(file string) string {
	base := file[strings.LastIndexByte(file, '/')+1:]
	if !strings.HasSuffix(strings.ToLower(base), ".tlv") || len(base) < 3 {
		return ""
	}
	switch up := strings.ToUpper(base[:3]); up {
	case "CTL", "ITL":
		return up
	}
	return ""
}

func set(d map[string]string, k, v string) {
	if v != "" && d[k] == "" {
		d[k] = v
	}
}

package phonelog

import (
	"strconv"
	"strings"

	"trustline/phonelog/catalogue"
)

// Bounds of a session, in records.
const (
	// patience is how long an event waits for the records that complete it
	// (subject and issuer of a certificate stand on lines of their own). Other
	// processes print between them.
	patience = 12
	// again is how long a second record about one failure counts as the same.
	again = 16
	// maxTransfers bounds the transfers that are remembered by number.
	maxTransfers = 256
)

// session holds what one record says about the next: parts of one event on
// several lines, one fact printed several times, the file of a transfer.
type session struct {
	queue     []waiting
	record    int // number of the current record
	phone     string
	transfers map[string]*catalogue.Event // by bracketed number or process id
	lastFile  string                      // last file asked for
	question  string                      // what TVS is about to be asked
	lastSent  int                         // record of the last tvs_cert_auth_sent
	lastSeen  map[string]int              // record of the last event of a name and server
	refusal   *catalogue.Event            // last signature_failed
	refusedAt int
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
	x.transfers, x.lastSeen = nil, nil
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
		return
	}
	w := waiting{e: e}
	if open(e) {
		w.key, w.left = key, patience
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
		return d["openssl_state"] != "" && d["client_socket"] == ""
	}
	return false
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
			// The failure is dated by the sentence that says so, not by the state.
			w.e.Clock, w.e.Seq = e.Clock, e.Seq
			x.seen(e)
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
			if x.transfers == nil || len(x.transfers) >= maxTransfers {
				x.transfers = map[string]*catalogue.Event{}
			}
			x.transfers[k] = e
		}
	case "file_download_done":
		if e.Process == "downd" {
			// downd repeats the result of its child dgetfile.
			d["code"] = d["status"]
			again := x.repeats(e)
			delete(d, "code")
			if again {
				return false
			}
		}
		if req := x.transfers[transferKey(e, key)]; req != nil {
			set(d, "file", req.Detail["file"])
			set(d, "server", req.Detail["server"])
			if e.Server == "" {
				e.Server = req.Server
			}
			if e.Phone == "" {
				e.Phone = req.Phone
			}
		}
	case "tcp_connect_attempt":
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
		delete(x.lastSeen, "tls_handshake_failed "+d["server"])
	case "tls_handshake_failed":
		return !x.repeats(e)
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
	case "file_not_found":
		if e.Dialect == DialectStatus && listOf(d["file"]) == "CTL" {
			e.Name = "ctl_absent"
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

// transferKey is the number in brackets of TFTP lines, the process of the
// Linux phones' download program.
func transferKey(e *catalogue.Event, key string) string {
	if t := e.Detail["transfer"]; t != "" {
		return t
	}
	if e.Process == "dgetfile" {
		return key
	}
	return ""
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

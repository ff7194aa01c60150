package pasted

import (
	"bytes"
	"strings"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// get opens a fetch: the answer on one of the next lines ends it.
func (s *scanner) get(n int, t []byte) {
	r := &s.rec
	e := &catalogue.Event{Line: n, EndLine: n, Dialect: DialectTFTP, Name: "operator_tftp_get", Text: lines.Text(t), Detail: map[string]string{"protocol": "tftp"}}
	if r.m.Entry.Event == "http_get" {
		e.Detail["protocol"], e.Dialect = "http", DialectShell
	}
	if f := lines.Text(r.get("file")); f != "" {
		e.Detail["file"] = f
	}
	if v := lines.Text(r.get("server")); v != "" {
		e.Server = v
		if e.Detail["protocol"] == "tftp" {
			s.server = v
		}
	} else {
		e.Server = s.server
	}
	if e.Server != "" {
		e.Detail["server"] = e.Server
	}
	s.open = operation{kind: get, event: e, line: n}
}

// result takes an answer that begins a record of its own where its command was
// not pasted.
func (s *scanner) result(n int, t []byte) {
	if s.open.kind != get {
		s.close()
		s.open = operation{kind: get, line: n, event: &catalogue.Event{Line: n, EndLine: n, Dialect: DialectTFTP, Name: "operator_tftp_get",
			Server: s.server, Detail: map[string]string{"protocol": "tftp"}}}
		if bytes.HasPrefix(t, []byte("curl:")) {
			s.open.event.Detail["protocol"] = "http"
		}
	}
	s.outcome(n, t)
	s.close()
}

// outcome notes what an answer says in the open fetch.
func (s *scanner) outcome(n int, t []byte) {
	s.join(n, t)
	e := s.open.event
	e.Text = strings.TrimPrefix(e.Text, "\n")
	for k, v := range s.rec.detail() {
		e.Detail[k] = v
	}
	if n := e.Detail["bytes"]; n != "" {
		e.Detail["bytes"] = ungroup([]byte(n))
	}
	if st := e.Detail["status"]; st != "" && s.rec.get("status") != nil {
		switch {
		case st == "200":
			e.Detail["result"] = "ok"
			delete(e.Detail, "message")
		case st != "100":
			e.Detail["result"] = "error"
		}
	}
}

// check opens an engineer's test of a port or of TLS, or goes on with it.
func (s *scanner) check(n int, t []byte) {
	if s.rec.m.Entry.Event == "check_begin" && s.open.kind == checking {
		s.join(n, t)
		s.open.event.Detail["connected"] = "true"
		return
	}
	s.close()
	s.matched++
	d := s.rec.detail()
	e := &catalogue.Event{Line: n, EndLine: n, Dialect: DialectShell, Name: "operator_port_check", Text: lines.Text(t), Detail: d}
	if d["tool"] != "port" {
		e.Name = "operator_tls_check"
	}
	delete(d, "tool")
	if d["server"] != "" {
		e.Server = d["server"]
		if d["port"] != "" {
			e.Server = lines.Join(d["server"], d["port"])
		}
		delete(d, "server")
		delete(d, "port")
	}
	s.open = operation{kind: checking, event: e, line: n}
}

// checked takes the lines that a test printed.
func (s *scanner) checked(n int, t []byte, k kind) bool {
	o := &s.open
	if o.event.Name == "operator_tls_check" {
		if bytes.HasPrefix(t, []byte("-----BEGIN ")) {
			o.inCert, o.idle = true, 0
			return s.skip()
		}
		if o.inCert {
			o.inCert = !bytes.HasPrefix(t, []byte("-----END ")) && n-o.line < maxCertLines
			return s.skip()
		}
		if ruler(t) || t[0] == '-' || bytes.HasPrefix(t, []byte("Certificate chain")) || bytes.HasPrefix(t, []byte("Server certificate")) ||
			len(t) > 3 && isDigit(t[0]) && t[1] == ' ' && t[3] == ':' || hasPrefixFold(t, "i:") || hasPrefixFold(t, "ssl") {
			return s.skip()
		}
	}
	if k != weak || s.rec.m.Entry.Event != "check_answer" {
		return false
	}
	s.join(n, t)
	for key, v := range s.rec.detail() {
		if o.event.Detail[key] == "" { // the first subject is that of the server
			o.event.Detail[key] = v
		}
	}
	delete(o.event.Detail, "host")
	if o.event.Detail["verify_code"] != "" {
		s.close()
	}
	return true
}

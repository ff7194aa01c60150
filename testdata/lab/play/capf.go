package play

import (
	"fmt"
	"time"

	"trustline/testdata/lab/message"
	"trustline/testdata/lab/phone"
	"trustline/testdata/lab/tls"
	"trustline/testdata/lab/wire"
)

// results of a CAPF operation, as the Troubleshooting Guide names them.
var results = map[int]string{0: "CAPF_OP_SUCCESS", 1: "CAPF_OP_FETCH_SUCCESS_BUT_NO_CERT", 2: "CAPF_OP_FAIL", 3: "CAPF_OP_FAIL_INVALID_AUTH_STR",
	4: "CAPF_OP_FAIL_INVALID_LSC", 5: "CAPF_OP_FAIL_INVALID_MIC", 6: "CAPF_OP_FAIL_INVALID_CRENDENTIALS", 7: "CAPF_OP_FAIL_PHONE_COMM_ERROR",
	8: "CAPF_OP_FAIL_OP_TIMED_OUT", 11: "CAPF_OP_FAIL_LATE_REQUEST"}

var resultStatus = map[int]string{3: "Invalid Authentication String", 4: "Invalid LSC", 5: "Invalid MIC"}

// keyTime is how long a phone takes to generate its key.
const keyTime = 12800 * ms

// certify is a CAPF operation: the phone connects, the server speaks first.
func (s *station) certify(e Event) {
	n := s.home.publisher()
	if e.Address != "" {
		n = s.w.nodes[e.Address]
	}
	op := Operation{At: s.now, Address: n.Address}
	defer func() { s.truth.CAPF = append(s.truth.CAPF, op) }()
	seed := fmt.Sprintf("%s/%s/capf/%d/%d", s.plan.Name, n.Name, s.port, s.boots)
	c, failed := s.dial(n, capfPort, seed)
	if failed != "" {
		op.Outcome = string(failed)
		return
	}
	say := func(at time.Time, format string, args ...any) {
		n.trace(capfTrace).say(at, "  debug "+format, args...)
	}
	fd := n.accept(capfTrace, s.now, s.host)
	cert := n.cert(CAPF, s.now, false)
	s.voice.secure(n.Address, capfPort)
	x := s.hello(c, n, capfPort, cert, s.plan.Own.LSC, seed)
	s.voice.serverCert(n.Address, false)
	if s.expired(cert) || !s.judge(phone.CAPF, n.Address, "", cert, []byte{4}) {
		alert := byte(tls.UnknownCA)
		if s.expired(cert) {
			alert = tls.CertificateExpired
		}
		s.refuse(x, n, capfPort, alert)
		s.voice.failed(n.Address, alertText[alert], true, false)
		s.tell("No valid CAPF server")
		op.Outcome = "server certificate refused"
		return
	}
	s.finish(x, 60*ms, 110*ms)
	at := s.now.Add(110 * ms)
	n.handshaken(capfTrace, at, s.host, "AES256-SHA")
	session := uint32(n.fds)
	server := func(after time.Duration, what string, p []byte) {
		at = at.Add(after)
		s.mark("CAPF to phone: %s", what)
		x.Send(at, wire.FromServer, x.data(tls.Server, p))
		say(at, "MsgType : CAPF_MSG_%s", what)
	}
	fromPhone := func(after time.Duration, what string, p []byte) {
		at = at.Add(after)
		s.mark("phone to CAPF: %s", what)
		x.Send(at, wire.FromClient, x.data(tls.Client, p))
		say(at.Add(ms), "%d:%s:Incoming Phone Msg:", fd, s.plan.Name)
		say(at.Add(2*ms), "MsgType : CAPF_MSG_%s", what)
	}
	op.Outcome = fmt.Sprintf("result %d", e.Result)
	end := func(reason byte) {
		server(6*ms, "END_SESSION", message.EndSession(session, reason))
		s.now = at.Add(20 * ms)
		s.part(x, 0)
	}
	server(5*ms, "AUTH_REQ", message.AuthRequest(session))
	fromPhone(40*ms, "AUTH_RES", message.AuthResponse(session, s.plan.Name, "48151"))
	if e.Result >= 3 && e.Result <= 6 || e.Result == 11 {
		say(at.Add(4*ms), "%d:%s:Certificate operation failed, result : %d (%s)", fd, s.plan.Name, e.Result, results[e.Result])
		end(7)
		if text := resultStatus[e.Result]; text != "" {
			s.tell(text)
		}
		return
	}
	server(30*ms, "KEY_GEN_REQ", message.KeyGenRequest(session, 1024))
	fromPhone(200*ms, "REQ_IN_PROGRESS", message.InProgress(session))
	say(at.Add(2*ms), "%d:%s:CAPF CORE: Rcvd Event: CAPF_EV_REQUEST_IN_PROGRESS in State: CAPF_STATE_AWAIT_KEY_GEN_RES", fd, s.plan.Name)
	if e.Result == 7 || e.Result == 8 {
		at = at.Add(31 * time.Second)
		x.Reset(at, wire.FromClient)
		say(at, "%d:%s:Certificate operation failed, result : %d (%s)", fd, s.plan.Name, e.Result, results[e.Result])
		s.now = at
		return
	}
	fresh := lsc(s.plan.Model, s.plan.Name, cert, s.now.Truncate(time.Second))
	fromPhone(keyTime, "KEY_GEN_RES", message.KeyGenResponse(session, fresh, make([]byte, 128)))
	say(at.Add(4*ms), "Generated the cert")
	server(150*ms, "STORE_CERT_REQ", message.StoreRequest(session, fresh))
	fromPhone(390*ms, "STORE_CERT_RES", message.StoreResponse(session, 1))
	say(at.Add(5*ms), "%d:%s:Certificate upgrade successful", fd, s.plan.Name)
	end(1)
	s.own, s.issued = fresh, true
}

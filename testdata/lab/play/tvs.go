package play

import (
	"fmt"
	"time"

	"trustline/testdata/lab/message"
	"trustline/testdata/lab/tls"
	"trustline/testdata/lab/wire"
	"trustline/testdata/lab/x509"
)

// Ports.
const (
	tvsPort  = 2445
	capfPort = 3804
	webPort  = 8443
)

// A question to TVS: give me the certificate of this signer, it must have one of
// the roles. With web set: is this server certificate good.
type question struct {
	signer *x509.Certificate
	roles  []byte
	web    bool
}

// maxTVS is how many servers of the group a phone asks before the TFTP server.
const maxTVS = 3

// ask puts the question to the servers of the group in its order, then to the
// TFTP server if it is not among them.
func (s *station) ask(q question) (bool, []Ask) {
	s.voice.tvsStart()
	servers := s.group
	if len(servers) > maxTVS {
		servers = servers[:maxTVS]
	}
	servers = append([]*node{}, servers...)
	tftp := s.server
	if tftp == nil && len(s.plan.TFTP) > 0 {
		tftp = s.w.nodes[s.plan.TFTP[0]]
	}
	last := tftp != nil
	for _, n := range servers {
		last = last && n != tftp
	}
	if last {
		servers = append(servers, tftp)
	}
	var asked []Ask
	judged := false
	for _, n := range servers {
		a := s.askAt(n, q)
		asked = append(asked, a)
		if a.Result == Vouched {
			return true, asked
		}
		judged = judged || a.Result != Silent && a.Result != Refused
	}
	if !judged {
		s.refusal = "Trust List Update Failed"
	}
	return false, asked
}

// When a phone repeats a connection request, and how long it waits.
var (
	synTimes   = []time.Duration{0, 3 * time.Second, 9 * time.Second, 21 * time.Second}
	synPatient = 45 * time.Second
)

// dial opens a connection, or draws the attempt on a port that does not answer.
func (s *station) dial(n *node, port uint16, seed string) (*wire.Conn, Result) {
	ip, local := n.host.IP, s.nextPort()
	s.peer = ip.String()
	b := s.w.blocked(n.Address, port, s.now)
	syn := s.now.Add(900 * us)
	if b == nil {
		s.mark("SYN to %s:%d", ip, port)
		c, up := s.w.packets.Dial(syn, s.host, n.host, local, port, seed)
		s.now = up
		return c, ""
	}
	c := s.w.packets.Attempt(s.host, n.host, local, port, seed)
	if b.Reset {
		s.mark("SYN to %s:%d, refused", ip, port)
		c.SYN(syn)
		c.Refuse(syn.Add(wire.RoundTrip))
		s.now = syn.Add(2 * ms)
		return nil, Refused
	}
	for i, d := range synTimes {
		s.mark("SYN %d to %s:%d, no answer", i+1, ip, port)
		c.LostSYN(syn.Add(d))
	}
	s.now = syn.Add(synPatient)
	return nil, Silent
}

// secured is a connection with its TLS half.
type secured struct {
	*wire.Conn
	tls    *tls.Conn
	hidden *tls.Hidden
	resume bool
}

// data is what one side says inside.
func (c *secured) data(side tls.Side, p []byte) []byte {
	if c.hidden != nil {
		return c.hidden.Data(len(p))
	}
	return c.tls.Data(side, p)
}

// hello draws both hellos and the server's flight.
func (s *station) hello(c *wire.Conn, n *node, port uint16, cert *x509.Certificate, askClient bool, seed string) *secured {
	x := &secured{Conn: c}
	up := s.now
	if s.plan.TLS13 {
		x.hidden = tls.NewHidden(seed, []*x509.Certificate{cert})
		c.Send(up.Add(17*ms), wire.FromClient, x.hidden.ClientHello())
		s.mark("ServerHello of TLS 1.3 from %s:%d", n.Address, port)
		s.now = c.Send(up.Add(32*ms), wire.FromServer, x.hidden.ServerFlight())
		return x
	}
	cfg := tls.Config{Seed: seed, Time: up, Chain: []*x509.Certificate{cert}, AskClient: askClient, ClientChain: []*x509.Certificate{s.own}}
	if askClient {
		cfg.Authorities = []x509.Name{manufacturing, n.cluster.publisher().cert(CAPF, up, false).Subject}
	}
	if s.plan.TLS12 {
		cfg.Version = tls.TLS12
	}
	at := fmt.Sprint(n.Address, port)
	if s.plan.Resumes {
		cfg.Resume = s.sessions[at]
		x.resume = cfg.Resume != nil
	}
	x.tls = tls.New(cfg)
	s.sessions[at] = x.tls
	c.Send(up.Add(17*ms), wire.FromClient, x.tls.ClientHello())
	s.mark("ServerHello, Certificate from %s:%d, serial %x", n.Address, port, cert.Serial)
	s.now = c.Send(up.Add(32*ms), wire.FromServer, x.tls.ServerFlight())
	return x
}

// finish draws the client's flight and the server's.
func (s *station) finish(c *secured, client, server time.Duration) {
	if c.hidden != nil {
		c.Send(s.now.Add(client), wire.FromClient, c.hidden.ClientFlight())
		c.Send(s.now.Add(server), wire.FromServer, c.hidden.Data(239))
		return
	}
	c.Send(s.now.Add(client), wire.FromClient, c.tls.ClientFlight())
	if !c.resume {
		c.Send(s.now.Add(server), wire.FromServer, c.tls.ServerFinish())
	}
}

// refuse draws the phone's fatal alert and the end of the connection.
func (s *station) refuse(c *secured, n *node, port uint16, alert byte) {
	delete(s.sessions, fmt.Sprint(n.Address, port)) // a session that was refused is not taken up
	if c.hidden != nil {
		c.Send(s.now.Add(900*us), wire.FromClient, c.hidden.Data(2))
	} else {
		s.mark("alert %d to %s:%d", alert, n.Address, port)
		c.Send(s.now.Add(900*us), wire.FromClient, c.tls.Alert(tls.Client, tls.Fatal, alert))
	}
	c.Close(s.now.Add(1700*us), wire.FromClient)
}

// part ends a connection as the phone does when all is said.
func (s *station) part(c *secured, after time.Duration) {
	if c.hidden != nil {
		c.Send(s.now.Add(after), wire.FromClient, c.hidden.Data(2))
	} else {
		c.Send(s.now.Add(after), wire.FromClient, c.tls.Alert(tls.Client, tls.Warning, tls.CloseNotify))
	}
	c.Close(s.now.Add(after+300*us), wire.FromClient)
}

// expired says whether the phone refuses a certificate for its date.
func (s *station) expired(c *x509.Certificate) bool {
	return s.plan.ChecksDates && s.clock(s.now).After(c.NotAfter)
}

// askAt is the whole exchange with one server.
func (s *station) askAt(n *node, q question) Ask {
	a := Ask{At: s.now, Server: n.Address}
	seed := fmt.Sprintf("%s/%s/tvs/%d/%d", s.plan.Name, n.Name, s.port, s.boots)
	s.voice.tvsTry(n.Address)
	c, failed := s.dial(n, tvsPort, seed)
	if failed != "" {
		a.Result = failed
		return a
	}
	cert := n.cert(TVS, s.now, false)
	a.TVS = fmt.Sprintf("%x", cert.Serial)
	fd := n.accept(tvsTrace, s.now, s.host)
	x := s.hello(c, n, tvsPort, cert, true, seed)
	s.voice.serverCert(n.Address, true)
	alert := byte(0)
	switch {
	case x.resume: // accepted before; the certificate is not shown again
	case s.expired(cert):
		a.Result, alert = Expired, tls.CertificateExpired
	case !s.KnowsTVS(cert):
		a.Result, alert = Stranger, tls.UnknownCA
	}
	if alert != 0 {
		s.refuse(x, n, tvsPort, alert)
		s.voice.failed(n.Address, alertText[alert], true, false)
		return a
	}
	s.voice.tvsKnown(n.Address)
	s.mark("client Certificate, ClientKeyExchange to %s:2445", n.Address)
	s.finish(x, 65*ms, 114*ms)
	n.handshaken(tvsTrace, s.now.Add(114*ms), s.host, "AES256-SHA")
	s.wait(150 * ms)
	s.voice.tvsUp()

	s.session++
	dev := message.Device(s.plan.Model, s.plan.Name)
	request, roles := message.Query(s.session, dev, q.signer), s.w.roles(n, q.signer, s.now)
	response := message.Unknown(message.QueryResponse, s.session)
	switch {
	case q.web && roles != nil:
		response = message.VerifyAnswer(s.session, roles...)
	case q.web:
		response = message.Unknown(message.VerifyResponse, s.session)
	case roles != nil:
		response = message.QueryAnswer(s.session, q.signer, roles...)
	}
	if q.web {
		request = message.Verify(s.session, dev, q.signer)
	}
	s.mark("TVS question to %s (application data)", n.Address)
	x.Send(s.now, wire.FromClient, x.data(tls.Client, request))
	s.voice.tvsSent(len(request), q.web)
	n.answer(s.now.Add(1200*us), fd, q, request, response, roles)
	s.mark("TVS answer from %s (application data)", n.Address)
	x.Send(s.now.Add(4*ms), wire.FromServer, x.data(tls.Server, response))
	a.Result = answered(roles, q.roles)
	status := 1
	if a.Result == Vouched {
		status = 0
	}
	s.voice.tvsAnswer(status, len(response))
	s.part(x, 9*ms)
	s.wait(10 * ms)
	return a
}

// answered compares the roles of an answer with those wanted.
func answered(roles, wanted []byte) Result {
	if roles == nil {
		return NotFound
	}
	for _, r := range roles {
		for _, v := range wanted {
			if r == v {
				return Vouched
			}
		}
	}
	return NoRole
}

var alertText = map[byte]string{tls.UnknownCA: "unknown CA", tls.CertificateExpired: "certificate expired"}

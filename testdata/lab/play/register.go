package play

import (
	"fmt"
	"time"

	"trustline/testdata/lab/phone"
	"trustline/testdata/lab/tls"
	"trustline/testdata/lab/wire"
)

// keepAlive is the interval of a registration.
const keepAlive = time.Minute

// keepFor is how long keep-alives are drawn after a registration.
const keepFor = 130 * time.Second

// register signs on at the first server of the group that takes the phone.
func (s *station) register(e Event) {
	s.wait(1900 * ms)
	port := uint16(2000)
	if s.plan.Protocol == "SIP" {
		port = 5060
	}
	if s.plan.Secure {
		port = map[uint16]uint16{2000: 2443, 5060: 5061}[port]
	}
	for i, n := range s.group {
		r := Registration{At: s.now, Address: n.Address, Port: port}
		if s.plan.Secure {
			r.Outcome = s.registerTLS(n, port, e)
		} else {
			r.Outcome = s.registerPlain(n, port)
		}
		s.truth.Registered = append(s.truth.Registered, r)
		if r.Outcome == "registered" {
			s.standBy(s.group[i+1:], port)
			return
		}
		s.wait(2 * time.Second)
	}
}

// standBy keeps a connection to the next servers of the group, as SCCP phones do.
func (s *station) standBy(next []*node, port uint16) {
	for _, n := range next {
		if port != 2000 || s.w.blocked(n.Address, port, s.now) != nil {
			continue
		}
		s.callers = append(s.callers, s.w.packets.Standby(s.now.Add(300*ms), s.host, n.host, s.nextPort(), s.plan.Name, 5*keepAlive, s.lasting()))
	}
}

func (s *station) lasting() time.Time {
	end := s.now.Add(keepFor)
	if s.until.After(s.now) && s.until.Before(end) {
		end = s.until
	}
	return end
}

func (s *station) registerPlain(n *node, port uint16) string {
	if s.w.blocked(n.Address, port, s.now) != nil {
		_, failed := s.dial(n, port, fmt.Sprint(s.plan.Name, "reg", s.port, s.boots))
		return string(failed)
	}
	s.peer = n.Address
	s.mark("registration at %s:%d", n.Address, port)
	if port == 2000 {
		s.callers = append(s.callers, s.w.packets.Register(s.now, s.host, n.host, s.nextPort(), s.plan.Name, keepAlive, s.lasting()))
		return "registered"
	}
	c, up := s.w.packets.Dial(s.now, s.host, n.host, s.nextPort(), port, s.plan.Name+s.now.String())
	c.Send(up.Add(2*ms), wire.FromClient, wire.SIPRegister(s.host, n.host, s.plan.Name, s.plan.Model, "TCP"))
	c.Send(up.Add(42*ms), wire.FromServer, wire.SIPOK(s.host, n.host, s.plan.Name, "TCP"))
	s.callers = append(s.callers, c)
	return "registered"
}

// trusts says whether CallManager of the node knows the issuer of the phone's
// certificate.
func (s *station) trusts(n *node, at time.Time) bool {
	if s.own.Issuer.String() == manufacturing.String() {
		return true
	}
	for name, c := range s.w.clusters {
		if c == n.cluster || contains(n.cluster.Imports, name) {
			for _, m := range c.nodes {
				if m.Runs&CAPF == 0 {
					continue
				}
				if m.cert(CAPF, at, false).Subject.String() == s.own.Issuer.String() ||
					n.cluster.OldCAPF && m.cert(CAPF, s.own.NotBefore, false).Subject.String() == s.own.Issuer.String() {
					return true
				}
			}
		}
	}
	return false
}

func (s *station) registerTLS(n *node, port uint16, e Event) string {
	seed := fmt.Sprintf("%s/%s/reg/%d/%d", s.plan.Name, n.Name, s.port, s.boots)
	s.voice.secure(n.Address, port)
	c, failed := s.dial(n, port, seed)
	if failed != "" {
		return string(failed)
	}
	cert := n.cert(CallManager, s.now, false)
	local := s.port
	x := s.hello(c, n, port, cert, true, seed)
	s.voice.serverCert(n.Address, false)
	if s.expired(cert) {
		s.refuse(x, n, port, tls.CertificateExpired)
		s.voice.failed(n.Address, alertText[tls.CertificateExpired], true, false)
		return "server certificate expired"
	}
	if !x.resume && !s.judge(phone.Call, n.Address, "", cert, nil) {
		s.refuse(x, n, port, tls.UnknownCA)
		s.voice.failed(n.Address, alertText[tls.UnknownCA], true, false)
		return "server certificate refused"
	}
	say := func(at time.Time, format string, args ...any) { n.trace(callTrace).say(at, format, args...) }
	code := e.Refuse
	if code == "" && !s.trusts(n, s.now) {
		code = "20"
	}
	if code != "" {
		text := map[string]string{"20": "unable to get local issuer certificate", "10": "certificate has expired", "18": "self signed certificate"}[code]
		alert := byte(tls.UnknownCA)
		if code == "10" {
			alert = tls.CertificateExpired
		}
		s.mark("client Certificate to %s:%d, issuer %s", n.Address, port, s.own.Issuer)
		s.clientFlight(x, 60*ms)
		s.mark("alert %d from %s:%d", alert, n.Address, port)
		s.serverAlert(x, 64*ms, alert)
		at := s.now.Add(62 * ms)
		say(at, "SdlSSLTCPListener::verify_cb pre-verified=0,cert verification errno=%s,depth=0", code)
		say(at.Add(ms), "[1, 100, 17, 5]: HandleSSLError - Certificate verification failed:(Verification error:%s)- %s for %s:%d", code, text, s.plan.Address, local)
		x.Close(s.now.Add(66*ms), wire.FromServer)
		s.wait(66 * ms)
		s.voice.refusedByServer(n.Address)
		return "client certificate refused"
	}
	s.mark("client Certificate to %s:%d", n.Address, port)
	s.finish(x, 60*ms, 110*ms)
	s.wait(110 * ms)
	s.voice.registered()
	say(s.now, "SdlSSLTCPListener::verify_cb pre-verified=1,cert verification errno=0,depth=0")
	say(s.now.Add(5*ms), "New connection accepted. DeviceName=, TCPPid = [1.100.13.7], IPAddr=%s, Port=%d,", s.plan.Address, local)
	mode := 2
	if s.plan.Encrypted {
		mode = 3
	}
	request, answer := wire.RegisterMessage(s.host, s.plan.Name), wire.RegisterAck(keepAlive)
	if port == 5061 {
		request = wire.SIPRegister(s.host, n.host, s.plan.Name, s.plan.Model, "TLS")
		answer = wire.SIPOK(s.host, n.host, s.plan.Name, "TLS")
	} else {
		say(s.now.Add(430*ms), "StationD: (0000048) ClusterSecurityMode = (1) DeviceSecurityMode = (%d)", mode)
		say(s.now.Add(430*ms), "StationD: (0000048) TLS Connection Cipher - INFO:deviceName=%s, Cipher=AES128-SHA, Security Mode=%d", s.plan.Name, mode)
	}
	s.mark("registration inside TLS at %s:%d", n.Address, port)
	x.Send(s.now.Add(40*ms), wire.FromClient, x.data(tls.Client, request))
	x.Send(s.now.Add(90*ms), wire.FromServer, x.data(tls.Server, answer))
	for at, end := s.now.Add(keepAlive), s.lasting(); at.Before(end); at = at.Add(keepAlive) {
		x.Exchange(at, x.data(tls.Client, make([]byte, 12)), x.data(tls.Server, make([]byte, 12)))
	}
	s.callers = append(s.callers, x.Conn)
	return "registered"
}

func (s *station) clientFlight(x *secured, after time.Duration) {
	if x.hidden != nil {
		x.Send(s.now.Add(after), wire.FromClient, x.hidden.ClientFlight())
		return
	}
	x.Send(s.now.Add(after), wire.FromClient, x.tls.ClientFlight())
}

func (s *station) serverAlert(x *secured, after time.Duration, alert byte) {
	if x.hidden != nil {
		x.Send(s.now.Add(after), wire.FromServer, x.hidden.Data(2))
		return
	}
	x.Send(s.now.Add(after), wire.FromServer, x.tls.Alert(tls.Server, tls.Fatal, alert))
}

// hangUp ends the registrations, as a reset from the server makes the phone do.
func (s *station) hangUp(at time.Time) {
	for i, c := range s.callers {
		c.Close(at.Add(time.Duration(i)*4*ms), wire.FromClient)
	}
	s.callers = nil
}

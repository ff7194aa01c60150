package scenario

import (
	"fmt"
	"strings"
	"time"

	"trustline/testdata/lab/message"
	"trustline/testdata/lab/phone"
	"trustline/testdata/lab/tls"
	"trustline/testdata/lab/wire"
	"trustline/testdata/lab/x509"
)

// tvsPort is where TVS listens.
const tvsPort = 2445

// A question to TVS: give me the certificate of this signer, it must have the
// role. With web set: is this server certificate good.
type question struct {
	signer *x509.Certificate
	role   byte
	web    bool
}

// ask puts the question to the servers of the group in its order, then to the
// TFTP server if it is not among them.
func (s *station) ask(q question) bool {
	s.say(9*ms, "SECD", "processTvsClntReq: TVS Certificate Authentication request")
	s.say(990*us, "SECD", "lookupAuthCertTvsCacheEntry: No matching entry found at cache")
	s.say(1011*us, "SECD", "processTvsClntReq: No server sock exists, must be created")
	s.say(4860*us, "SECD", "secReq_initClient: clnt sock fd 11 bound to </tmp/secClnt_secd>")
	servers := append([]*node{}, s.group...)
	inGroup := false
	for _, n := range servers {
		inGroup = inGroup || n == s.tftp
	}
	if !inGroup {
		servers = append(servers, s.tftp)
	}
	for _, n := range servers {
		if s.askAt(n, q) {
			return true
		}
	}
	return false
}

// synTimes is when a phone repeats a connection request, and how long it waits.
var (
	synTimes   = []time.Duration{0, 3 * time.Second, 9 * time.Second, 21 * time.Second}
	synPatient = 45 * time.Second
)

// askAt is the whole exchange with one server.
func (s *station) askAt(n *node, q question) bool {
	ip, port := n.host.IP, s.nextPort()
	seed := fmt.Sprintf("%s/%d/%d", n.name, port, s.boots)
	s.say(6265*us, "SECD", "getTvsServerInfo: Phone in IPv4 only mode")
	s.say(1063*us, "SECD", "getTvsServerInfo: Retreiving IPv4 address")
	syn := s.now.Add(12 * ms)
	s.now = syn
	s.say(922*us, "SECD", "connectToTvsServer: Successfully started a TLS connection establishment to the TVS server: IP:%s, port:2445(default); Waiting for it to get connected.", ip)
	if n.blocked[tvsPort] {
		c := s.packets.Attempt(s.host, n.host, port, tvsPort, seed)
		for i, d := range synTimes {
			s.mark("SYN %d to %s:2445, no answer", i+1, ip)
			c.SYN(syn.Add(d))
		}
		s.now = syn.Add(synPatient)
		return false
	}
	s.mark("SYN to %s:2445", ip)
	c, up := s.packets.Dial(syn, s.host, n.host, port, tvsPort, seed)
	fd := n.accept(up, s.host)
	t := tls.New(tls.Config{Seed: seed, Time: up, Chain: []*x509.Certificate{n.tvs}, AskClient: true,
		Authorities: authorities(s.capf), ClientChain: []*x509.Certificate{s.mic}})
	c.Send(up.Add(17*ms), wire.FromClient, t.ClientHello())
	s.mark("ServerHello, Certificate from %s:2445, serial %x", ip, n.tvs.Serial)
	last := c.Send(up.Add(32*ms), wire.FromServer, t.ServerFlight())
	s.now = last
	s.say(23*ms, "SECD", "srvr_cert_vfy: Server Certificate Validation needs to be done")
	s.say(3474*us, "SECD", "findByIssuerAndSerialAndRoleInTL: Searching TL from CTL file")
	s.say(1524*us, "SECD", "findByIssuerAndSerialAndRoleInTL: Searching TL from ITL file")
	if !s.KnowsTVS(n.tvs) {
		s.mark("alert fatal unknown_ca to %s:2445", ip)
		c.Send(s.now.Add(900*us), wire.FromClient, t.Alert(tls.Client, tls.Fatal, tls.UnknownCA))
		s.mark("FIN to %s:2445", ip)
		c.Close(s.now.Add(1700*us), wire.FromClient)
		s.handshakeFailed(ip.String(), "c:14 s:15", true)
		return false
	}
	s.say(2423*us, "SECD", "verifyCertWithHashFromTL: cert hash and hash in TL MATCH")
	s.say(1367*us, "SECD", "tvs_cert_vfy: TVS cert verified with hash from TL, <%s>", ip)
	s.mark("client Certificate, ClientKeyExchange to %s:2445", ip)
	c.Send(s.now.Add(165*ms), wire.FromClient, t.ClientFlight())
	c.Send(s.now.Add(214*ms), wire.FromServer, t.ServerFinish())
	n.handshaken(s.now.Add(214*ms), s.host)
	s.now = s.now.Add(250 * ms)

	s.session++
	dev := message.Device(phoneModel, phoneName)
	request := message.Query(s.session, dev, q.signer)
	if q.web {
		request = message.Verify(s.session, dev, q.signer)
	}
	roles := n.roles(q.signer)
	response := message.Unknown(message.QueryResponse, s.session)
	switch {
	case roles != nil && q.web:
		response = message.VerifyAnswer(s.session, roles...)
	case roles != nil:
		response = message.QueryAnswer(s.session, q.signer, roles...)
	case q.web:
		response = message.Unknown(message.VerifyResponse, s.session)
	}
	s.mark("TVS question to %s (application data)", ip)
	c.Send(s.now, wire.FromClient, t.Data(tls.Client, request))
	s.say(700*us, "SECD", "sendTvsClientReqToSrvr: Authenticate Certificate : request sent to TVS server - waiting for response")
	n.answer(s.now.Add(1200*us), fd, q, request, response, roles)
	s.mark("TVS answer from %s (application data)", ip)
	c.Send(s.now.Add(4*ms), wire.FromServer, t.Data(tls.Server, response))
	found := strings.IndexByte(string(roles), q.role) >= 0
	status := 1
	if found {
		status = 0
	}
	s.say(14*ms, "SECD", "processTvsSrvrResponse: Authentication Response received, status : %d", status)
	if found {
		s.say(11438*us, "SECD", "saveCertToTvsCache: Saving certificate in TVS cache with default time-to-live value: 86400 seconds")
	}
	c.Send(s.now.Add(9*ms), wire.FromClient, t.Alert(tls.Client, tls.Warning, tls.CloseNotify))
	c.Close(s.now.Add(9300*us), wire.FromClient)
	return found
}

// handshakeFailed prints the lines of a connection that came to nothing; own says
// that the phone itself sent an alert.
func (s *station) handshakeFailed(ip, sockets string, own bool) {
	if own {
		s.complain(2100*us, "SECD", "EROR:clpState: SSL3 alert write:fatal:unknown CA:<%s>", ip)
		s.complain(1062*us, "SECD", "EROR:clpState: SSL_connect:failed in SSLv3 read server certificate B:<%s>", ip)
	}
	s.complain(6207*us, "SECD", "EROR:clpSetupSsl: ** SSL handshake failed, <%s> %s", ip, sockets)
	s.complain(1008*us, "SECD", "EROR:clpSetupSsl: SSL/TLS handshake failed, <%s> %s", ip, sockets)
	s.complain(1144*us, "SECD", "EROR:clpSetupSsl: SSL/TLS setup failed, <%s> %s", ip, sockets)
	s.complain(963*us, "SECD", "EROR:clpSndStatus: SSL CLNT ERR, srvr<%s>", ip)
}

// directory presses the button: an HTTPS connection whose certificate is in no
// list, the question to TVS, and on refusal the end of the connection.
func (s *station) directory(at time.Time) bool {
	n, port := s.group[0], s.nextPort()
	ip := n.host.IP
	s.now = at
	s.say(0, "JVM", "Startup Module Loader|cip.dir.TandunDirectories:? - Directory url https://%s:8443/ccmcip/xmldirectory.jsp", ip)
	s.say(4185*ms, "SECD", "clpSetupSsl: Trying to connect to IPV4, IP: %s, Port : 8443", ip)
	s.mark("SYN to %s:8443", ip)
	c, up := s.packets.Dial(s.now.Add(1200*us), s.host, n.host, port, 8443, fmt.Sprint("https", s.boots))
	s.say(1925*us, "SECD", "clpSetupSsl: TCP connect() waiting, <%s> c:8 s:9 port: 8443", ip)
	s.now = up
	s.say(800*us, "SECD", "clpSetupSsl: TCP connected, <%s> c:8 s:9", ip)
	s.say(1257*us, "SECD", "clpSetupSsl: start SSL/TLS handshake, <%s> c:8 s:9", ip)
	t := tls.New(tls.Config{Seed: fmt.Sprint(n.name, "/https/", port), Time: up, Chain: []*x509.Certificate{n.tomcat}})
	c.Send(s.now.Add(1600*us), wire.FromClient, t.ClientHello())
	s.mark("ServerHello, Certificate from %s:8443, serial %x", ip, n.tomcat.Serial)
	s.now = c.Send(s.now.Add(8*ms), wire.FromServer, t.ServerFlight())
	s.say(6146*us, "SECD", "srvr_cert_vfy: Server Certificate Validation needs to be done")
	s.say(5790*us, "SECD", "findByCertAndRoleInTL: Searching TL from CTL file")
	s.say(1139*us, "SECD", "findByCertAndRoleInTL: Searching TL from ITL file")
	s.complain(999*us, "SECD", "EROR:https_cert_vfy: HTTPS cert not in CTL, <%s>", ip)
	d := s.Judge(phone.Web, n.tomcat, func() bool { return s.ask(question{signer: n.tomcat, role: 7, web: true}) })
	if !d.Accepted {
		s.mark("FIN to %s:8443 after the server's certificate", ip)
		c.Close(s.now.Add(3*ms), wire.FromClient)
		s.handshakeFailed(ip.String(), "c:8 s:9", false)
		return false
	}
	s.complain(22*ms, "SECD", "Authenticated the HTTPS conn via TVS")
	c.Send(s.now.Add(30*ms), wire.FromClient, t.ClientFlight())
	c.Send(s.now.Add(37*ms), wire.FromServer, t.ServerFinish())
	c.Send(s.now.Add(70*ms), wire.FromClient, t.Data(tls.Client, []byte("GET /ccmcip/xmldirectory.jsp HTTP/1.1\r\n\r\n")))
	c.Send(s.now.Add(350*ms), wire.FromServer, t.Data(tls.Server, []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")))
	c.Close(s.now.Add(5350*ms), wire.FromClient)
	s.complain(380*ms, "JVM", "Startup Module Loader|cip.http.ae:? - listener.httpSucceed:  https://%s:8443/ccmcip/xmldirectory.jsp", ip)
	return true
}

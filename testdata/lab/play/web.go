package play

import (
	"fmt"

	"trustline/testdata/lab/tls"
	"trustline/testdata/lab/wire"
)

// directory presses the button: an HTTPS connection whose certificate is in no
// list, the question to TVS, and on refusal the end of the connection.
func (s *station) directory(address string) {
	n := s.w.nodes[address]
	s.peer = address
	s.voice.webStart(address)
	seed := fmt.Sprintf("%s/%s/web/%d/%d", s.plan.Name, n.Name, s.port, s.boots)
	c, failed := s.dial(n, webPort, seed)
	if failed != "" {
		return
	}
	s.voice.webUp(address)
	cert := n.cert(Tomcat, s.now, false)
	x := s.hello(c, n, webPort, cert, false, seed)
	s.voice.serverCert(address, false)
	if !s.judge(web, address, "", cert, []byte{7}) {
		s.mark("FIN to %s:8443 after the server's certificate", address)
		x.Close(s.now.Add(3*ms), wire.FromClient)
		s.voice.failed(address, "", false, false)
		return
	}
	j := s.truth.last(web)
	s.finish(x, 30*ms, 37*ms)
	x.Send(s.now.Add(70*ms), wire.FromClient, x.data(tls.Client, []byte("GET /ccmcip/xmldirectory.jsp HTTP/1.1\r\nHost: "+address+":8443\r\n\r\n")))
	x.Send(s.now.Add(350*ms), wire.FromServer, x.data(tls.Server, []byte("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 45\r\n\r\n<CiscoIPPhoneMenu><Title>A</Title></CiscoIPPh")))
	s.mark("RST to %s:8443 after the answer", address)
	x.Reset(s.now.Add(5350*ms), wire.FromClient)
	s.voice.webDone(address, j.By)
}

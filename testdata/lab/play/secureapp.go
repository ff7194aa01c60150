package play

import (
	"strings"

	"trustline/testdata/lab/phone"
)

// secureApp words the console of a 78xx or 88xx as Cisco TechNotes 213407 (lists,
// TVS), 214535 (files) and 215014 (HTTPS, a refused client certificate) print it.
type secureApp struct {
	s   *station
	job int
}

func (v *secureApp) get(text string, args ...any) {
	v.s.say(400*us, sprint("dgetfile(%d)", v.job), text, args...)
}

func (v *secureApp) request(file string, list bool) {
	v.job += 7
	sec, dst := 0, "/tmp/"+map[byte]string{'C': "CTLFile.tlv", 'I': "ITLFile.tlv"}[file[0]]
	if !list {
		dst = "/tmp/" + trimSign(file)
		if trimSign(file) != file {
			sec = 2
		}
	}
	v.s.wait(60 * ms)
	v.get("GETXXTP [GT%d][src=%s][dest=%s][serv=][serv6=][sec=%d]", v.job, trimSign(file), dst, sec)
	if list {
		v.get("XXTP Non secure file requested")
		return
	}
	if sec == 2 {
		v.get("XXTP Secure file requested")
		v.get("authenticated file approved - add .sgn if necessary -- %s", file)
	}
}

func (v *secureApp) requesting(file string, _ bool) {
	v.s.say(2*ms, "TFTPD", "Requesting %s from %s", file, v.s.server.host.IP)
}

func (v *secureApp) delivered(int) {
	v.get("XXTP complete - status = 100 ")
	v.get("XXTP actualserver [%s]", v.s.server.host.IP)
	v.s.wait(10 * ms)
}

func (v *secureApp) absent(string) {
	v.s.complain(300*us, "TFTPD", "Error: (1+1)File not found")
	v.get("XXTP complete - status = 2 ")
	v.s.wait(20 * ms)
}

func (v *secureApp) http(status int) {
	if status == 200 {
		v.s.say(300*us, "GHTTP", "hdr->HTTP/1.1 200 OK")
		return
	}
	v.s.say(300*us, "GHTTP", "http get [HTTP/1.1 %s]", map[int]string{404: "404 Not Found", 503: "503 Service Unavailable"}[status])
}

func (v *secureApp) search(bool) { v.s.wait(2 * ms) }

func (v *secureApp) missed() {
	v.s.complain(2*ms, "SECUREAPP", "No match found in trust list against the item")
}

func (v *secureApp) verified(phone.Object, string, int) {
	v.s.say(80*ms, "SECUREAPP", "Hashes match... authentication successful.")
}

func (v *secureApp) installed() {
	s := v.s
	s.at(1178*us, "WRN", "SECUREAPP", "AUTH: early exit from parser loop; old version header?")
	s.at(96*us, "WRN", "SECUREAPP", "AUTH: hdr ver 1.2 (knows only upto 1.1)")
	s.say(86*us, "SECUREAPP", "updateFromFile: TL parse to table: CTL_SUCCESS")
	s.detail(57*us, "SECUREAPP", "updateFromFile: Updating master TL table")
	s.at(354*us, "DEB", "SECUREAPP", "TL file verified successfully.")
	s.at(70*us, "INF", "SECUREAPP", "TL file updated.")
}

func (v *secureApp) blind() {
	v.s.say(ms, "SECUREAPP", "Using leap of faith to accept TL file")
}

func (v *secureApp) refused(phone.Object, string) {}

func (v *secureApp) tvsStart() {}

func (v *secureApp) tvsTry(ip string) {
	v.s.at(300*us, "INF", "SECUREAPP", sprint("Attempting connect to TVS server addr [%s], mode [IPv4]", ip))
}

func (v *secureApp) serverCert(_ string, tvs bool) {
	s := v.s
	if tvs {
		s.at(300*us, "INF", "SECUREAPP", sprint("TCP connect() successful, [%s] [11]", s.peer))
		s.at(100*us, "DEB", "SECUREAPP", sprint("BIO created with: addr:%s, port:2445, mode:IPv4", s.peer))
		s.at(120*us, "INF", "SECUREAPP", "Sec SSL Connection - TVS.")
		v.own()
		s.at(2*ms, "DEB", "SECUREAPP", "SSL session setup Cert Verification - Role is = 21")
	}
	s.at(100*us, "INF", "SECUREAPP", "SSL session setup Cert Verification - Invoking certificate validation helper plugin.")
}

// own prints the certificate that the phone presents.
func (v *secureApp) own() {
	s := v.s
	kind := "MIC"
	if s.plan.Own.LSC || s.issued {
		kind = "LSC"
	}
	slashes := func(n string) string { return "/" + strings.ReplaceAll(n, ";", "/") }
	s.at(150*us, "INF", "SECUREAPP", "SSL session setup - Requesting Cert")
	s.at(60*us, "DEB", "SECUREAPP", sprint("SSL session setup - cert len=%d, type=%s", len(s.own.DER), kind))
	s.at(400*us, "DEB", "SECUREAPP", "Certificate subject name = "+slashes(s.own.Subject.String()))
	s.at(60*us, "DEB", "SECUREAPP", "SSL session setup - Certificate issuer name = "+slashes(s.own.Issuer.String()))
}

func (v *secureApp) tvsKnown(string) { v.valid() }

func (v *secureApp) valid() {
	v.s.at(250*us, "INF", "SECUREAPP", "SSL session setup Cert Verification - Certificate validation helper plugin returned.")
	v.s.at(70*us, "INF", "SECUREAPP", "SSL session setup Cert Verification - Certificate is valid.")
	v.s.at(50*us, "DEB", "SECUREAPP", "SSL session setup Cert Verification - returning validation result = 1")
}

func (v *secureApp) tvsUp() {
	v.s.say(ms, "SECUREAPP", "Sec SSL Connection - Handshake successful.")
	v.s.at(100*us, "DEB", "SECUREAPP", "Connection to server succeeded")
}

func (v *secureApp) tvsSent(n int, web bool) {
	kind := "Query Certificate"
	if web {
		kind = "Certificate Verification"
	}
	v.s.at(100*us, "DEB", "SECUREAPP", "TVS process request - processing TVS "+kind+" request.")
	v.s.say(500*us, "SECUREAPP", "TVS process request - Successfully sent the TVS request to TVS server, bytes written : %d", n)
}

func (v *secureApp) tvsAnswer(status, n int) {
	v.s.at(9*ms, "DEB", "SECUREAPP", sprint("TVS Service receives %d bytes of data", n))
	if status == 0 {
		v.s.at(1800*us, "INF", "SECUREAPP", "TVS added cert to TVS cache - expires in 24 hours")
	}
}

func (v *secureApp) tvsFailed() {
	v.s.complain(ms, "SECUREAPP", "Failed to get signer using TVS")
}

func (v *secureApp) failed(_, _ string, sent, _ bool) {
	if sent {
		v.s.complain(ms, "SECUREAPP", "SSL session setup Cert Verification - Certificate is not valid.")
	}
	v.s.complain(2*ms, "SECUREAPP", "Sec SSL Connection - Handshake failed.")
}

func (v *secureApp) webStart(string) {
	v.s.at(0, "INF", "JAVA", "Sec SSL Connection - HTTPS_TLS.")
}

func (v *secureApp) webUp(string) { v.s.wait(2 * ms) }

func (v *secureApp) webUnknown(string) { v.missed() }

func (v *secureApp) webDone(string, phone.Step) {
	v.s.at(ms, "INF", "JAVA", "SSL session setup Cert Verification - Certificate is valid.")
	v.s.say(40*ms, "JAVA", "Sec SSL Connection - Handshake successful.")
}

func (v *secureApp) secure(_ string, port uint16) {
	if service := map[uint16]string{2443: "SCCP_TLS", 5061: "SIP_TLS", capfPort: "CAPF"}[port]; service != "" {
		v.s.at(ms, "INF", "SECUREAPP", sprint("Sec SSL Connection - %s.", service))
	}
	if port != capfPort || v.s.plan.Own.LSC {
		v.own()
	}
}

func (v *secureApp) registered() {
	v.valid()
	v.s.say(40*ms, "SECUREAPP", "Sec SSL Connection - Handshake successful.")
}

func (v *secureApp) refusedByServer(string) {
	v.valid()
	v.s.complain(60*ms, "SECUREAPP", "Sec SSL Connection - Handshake failed.")
}

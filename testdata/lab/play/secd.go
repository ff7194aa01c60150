package play

import (
	"trustline/testdata/lab/phone"
)

// A voice is the wording of a console. Every method moves the phone's time on by
// what the step takes on a real phone.
type voice interface {
	request(file string, list bool)
	requesting(file string, limit bool)
	delivered(n int)
	absent(file string)
	http(status int)
	search(web bool)
	missed()
	verified(o phone.Object, file string, header int)
	installed()
	blind()
	refused(o phone.Object, file string)
	tvsStart()
	tvsTry(ip string)
	serverCert(ip string, tvs bool)
	tvsKnown(ip string)
	tvsUp()
	tvsSent(n int, web bool)
	tvsAnswer(status, n int)
	tvsFailed()
	failed(ip string, alert string, sent, hello bool)
	webStart(ip string)
	webUp(ip string)
	webUnknown(ip string)
	webDone(ip string, via phone.Step)
	secure(ip string, port uint16)
	registered()
	refusedByServer(ip string)
}

// secd words the console of a 79xx as Cisco TechNotes 116232, 118893 (cache flush),
// 118699 (failed handshake), 200860 (own certificate, alert of the server), the
// document DOC-18834 (expired certificate) and community thread 3108501 (refused
// configuration) print it. Where no wording is published it says nothing.
type secd struct {
	s        *station
	transfer int
}

func (v *secd) request(file string, list bool) {
	s := v.s
	if list {
		s.say(95*ms, "SECD", "tlRequestFile: Request %s", file)
		return
	}
	plain, ip := trimSign(file), s.server.host.IP
	s.detail(210*ms, "tftpClient", "tftp request rcv'd from /usr/tmp/tftp, srcFile = %s, dstFile = /usr/ram/%s max size = 550001", plain, plain)
	s.detail(24538*us, "tftpClient", "auth server - tftpList[0] = ::ffff:%s", ip)
	s.detail(989*us, "tftpClient", "look up server - 0")
	if plain == file {
		return
	}
	s.say(3541*us, "SECD", "lookupCTL: TFTP SRVR secure")
	s.detail(4179*us, "tftpClient", "secVal = 0x9")
	s.detail(1104*us, "tftpClient", "::ffff:%s is a secure server", ip)
	s.detail(852*us, "tftpClient", "retval = SRVR_SECURE")
	s.detail(871*us, "tftpClient", "Secure file requested")
	s.say(1732*us, "tftpClient", "authenticated file approved - add .sgn -- %s", file)
}

func (v *secd) requesting(file string, limit bool) {
	v.transfer++
	size := ""
	if limit {
		size = " with size limit of 550001"
	}
	v.s.say(70*ms, "TFTP", "[%d]:Requesting %s from %s%s", v.transfer, file, v.s.server.host.IP, size)
}

func (v *secd) delivered(n int) {
	v.s.say(450*us, "TFTP", "[%d]:Finished --> rcvd %d bytes", v.transfer, n)
	v.s.wait(30 * ms)
}

func (v *secd) absent(string) { v.s.wait(60 * ms) }
func (v *secd) http(int)      {}
func (v *secd) missed()       {}
func (v *secd) blind()        {}
func (v *secd) tvsFailed()    {}
func (v *secd) tvsUp()        {}

func (v *secd) search(web bool) {
	by := "findByIssuerAndSerialAndRoleInTL"
	if web {
		by = "findByCertAndRoleInTL"
	}
	v.s.say(2*ms, "SECD", "%s: Searching TL from CTL file", by)
	v.s.say(1240*us, "SECD", "%s: Searching TL from ITL file", by)
}

func (v *secd) verified(o phone.Object, file string, header int) {
	if o == signed {
		v.s.say(57*ms, "SECD", "verifyFile: verify SUCCESS </usr/ram/%s>", trimSign(file))
		return
	}
	v.s.say(22*ms, "SECD", "validate_file_envelope: File sign verify SUCCESS; header length <%d>", header)
}

func (v *secd) installed() {
	s := v.s
	s.detail(31*ms, "SECD", "setupSocketToTvsProxy: Connected to TVS proxy server")
	s.say(1419*us, "SECD", "tvsReqFlushTvsCertCache: Sent Request to TVS proxy, len: 3708")
	s.detail(18*ms, "SECD", "clpTvsInit: Client message received on TVS proxy socket")
	s.detail(1567*us, "SECD", "processTvsClntReq: Success reading the client TVS request, len : 3708")
	s.say(1116*us, "SECD", "processTvsClntReq: TVS Certificate cache flush request received")
	s.say(1819*us, "SECD", "tvsFlushCertCache: Completed TVS Certificate cache flush request")
}

func (v *secd) refused(o phone.Object, file string) {
	if o != signed {
		return
	}
	v.s.complain(16*ms, "SECD", "EROR:verifyFile: sgn verify file failed </usr/ram/%s>, errclass 8, errcode 19 (signer not in CTL)", trimSign(file))
	v.s.complain(769*us, "SECD", "EROR:verifyFile: verify FAILED, </usr/ram/%s>", trimSign(file))
}

func (v *secd) tvsStart() {
	v.s.say(9*ms, "SECD", "processTvsClntReq: TVS Certificate Authentication request")
	v.s.say(990*us, "SECD", "lookupAuthCertTvsCacheEntry: No matching entry found at cache")
	v.s.detail(1011*us, "SECD", "processTvsClntReq: No server sock exists, must be created")
	v.s.detail(4860*us, "SECD", "secReq_initClient: clnt sock fd 11 bound to </tmp/secClnt_secd>")
}

func (v *secd) tvsTry(ip string) {
	v.s.detail(6265*us, "SECD", "getTvsServerInfo: Phone in IPv4 only mode")
	v.s.detail(1063*us, "SECD", "getTvsServerInfo: Retreiving IPv4 address")
	v.s.say(922*us, "SECD", "connectToTvsServer: Successfully started a TLS connection establishment to the TVS server: IP:%s, port:2445(default); Waiting for it to get connected.", ip)
}

func (v *secd) serverCert(_ string, tvs bool) {
	v.s.say(23*ms, "SECD", "srvr_cert_vfy: Server Certificate Validation needs to be done")
	if tvs {
		v.search(false)
	}
}

func (v *secd) tvsKnown(ip string) {
	v.s.say(2423*us, "SECD", "verifyCertWithHashFromTL: cert hash and hash in TL MATCH")
	v.s.say(1367*us, "SECD", "tvs_cert_vfy: TVS cert verified with hash from TL, <%s>", ip)
}

func (v *secd) tvsSent(int, bool) {
	v.s.say(700*us, "SECD", "sendTvsClientReqToSrvr: Authenticate Certificate : request sent to TVS server - waiting for response")
}

func (v *secd) tvsAnswer(status, _ int) {
	v.s.say(14*ms, "SECD", "processTvsSrvrResponse: Authentication Response received, status : %d", status)
	if status == 0 {
		v.s.say(11438*us, "SECD", "saveCertToTvsCache: Saving certificate in TVS cache with default time-to-live value: 86400 seconds")
	}
}

func (v *secd) failed(ip, alert string, sent, hello bool) {
	s, sockets := v.s, "c:14 s:15"
	if alert != "" {
		side, where := "read", "SSLv3 read server hello A"
		if sent {
			side, where = "write", "SSLv3 read server certificate B"
		}
		if !sent && !hello {
			where = "SSLv3 read finished A"
		}
		s.complain(2100*us, "SECD", "EROR:clpState: SSL3 alert %s:fatal:%s:<%s>", side, alert, ip)
		s.complain(1062*us, "SECD", "EROR:clpState: SSL_connect:failed in %s:<%s>", where, ip)
	}
	s.complain(6207*us, "SECD", "EROR:clpSetupSsl: ** SSL handshake failed, <%s> %s", ip, sockets)
	s.complain(1008*us, "SECD", "EROR:clpSetupSsl: SSL/TLS handshake failed, <%s> %s", ip, sockets)
	s.complain(1144*us, "SECD", "EROR:clpSetupSsl: SSL/TLS setup failed, <%s> %s", ip, sockets)
	if alert == "certificate expired" {
		s.complain(963*us, "SECD", "EROR:clpSndStatus: ** SEC-ERR: code:5(SSL_ALERT) subcode:45(EXPIRED_CERT)")
		s.complain(963*us, "SECD", "EROR:clpSndStatus: ** SEC-ERR: desc <certificate expired>")
	}
	s.complain(963*us, "SECD", "EROR:clpSndStatus: SSL CLNT ERR, srvr<%s>", ip)
}

func (v *secd) webStart(ip string) {
	v.s.say(0, "JVM", "Startup Module Loader|cip.dir.TandunDirectories:? - Directory url https://%s:8443/ccmcip/xmldirectory.jsp", ip)
	v.s.say(4185*ms, "SECD", "clpSetupSsl: Trying to connect to IPV4, IP: %s, Port : 8443", ip)
	v.s.detail(1925*us, "SECD", "clpSetupSsl: TCP connect() waiting, <%s> c:8 s:9 port: 8443", ip)
}

func (v *secd) webUp(ip string) {
	v.s.say(800*us, "SECD", "clpSetupSsl: TCP connected, <%s> c:8 s:9", ip)
	v.s.say(1257*us, "SECD", "clpSetupSsl: start SSL/TLS handshake, <%s> c:8 s:9", ip)
}

func (v *secd) webUnknown(ip string) {
	v.s.complain(999*us, "SECD", "EROR:https_cert_vfy: HTTPS cert not in CTL, <%s>", ip)
}

func (v *secd) webDone(ip string, via phone.Step) {
	if via == phone.AtTVS {
		v.s.complain(22*ms, "SECD", "Authenticated the HTTPS conn via TVS")
	}
	v.s.complain(380*ms, "JVM", "Startup Module Loader|cip.http.ae:? - listener.httpSucceed:  https://%s:8443/ccmcip/xmldirectory.jsp", ip)
}

func (v *secd) secure(ip string, port uint16) {
	s := v.s
	app := "SCCP"
	if s.plan.Protocol == "SIP" {
		app = "SIP"
	}
	if port == capfPort {
		return
	}
	kind := "LSC"
	if !s.plan.Own.LSC && !s.issued {
		kind = "MIC"
		s.say(5*ms, "SECD", "-PXY_NO_LSC: No LSC for [%s], will try MIC", app)
	}
	s.say(4*ms, "SECD", "-PXY_CERT_CIPHER: [%s], [TLSv1], cert [%s], cipher [AES256-SHA:AES128-SHA]", app, kind)
}

func (v *secd) registered() {}

func (v *secd) refusedByServer(string) {
	v.s.complain(2*ms, "SECD", "-STATE_SSL3_ALERT: SSL3 alert [read]:[fatal]:[unknown CA]")
}

// trimSign is the name without the suffix of a signed file.
func trimSign(file string) string {
	const suffix = ".sgn"
	if len(file) > len(suffix) && file[len(file)-len(suffix):] == suffix {
		return file[:len(file)-len(suffix)]
	}
	return file
}

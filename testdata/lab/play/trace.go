package play

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"trustline/testdata/lab/wire"
)

// A trace is the SDI or SDL trace of one service of a node.
type trace struct {
	node *node
	sdl  bool
	rows []row
}

// Names of traces.
const (
	tvsTrace  = "tvs"
	capfTrace = "capf"
	tftpTrace = "ctftp"
	callTrace = "ccm"
)

func (n *node) trace(name string) *trace {
	t := n.traces[name]
	if t == nil {
		t = &trace{node: n, sdl: name == callTrace}
		n.traces[name] = t
	}
	return t
}

// say adds a line. SDI: time of day with milliseconds, no date, no zone; the
// number of an SDL line is set when the trace is written.
func (t *trace) say(at time.Time, format string, args ...any) {
	t.rows = append(t.rows, row{at: at, text: fmt.Sprintf(format, args...)})
}

// bare adds a line without a time, as part of the one before.
func (t *trace) bare(at time.Time, text string) {
	t.rows = append(t.rows, row{at: at, text: text, minor: true})
}

// dump prints bytes as TVS does: a line of its own with the length, then eight
// bytes to a line.
func (t *trace) dump(at time.Time, p []byte) {
	t.bare(at, fmt.Sprintf("HEX_DUMP: Len = %d:", len(p)))
	for len(p) > 0 {
		n := min(8, len(p))
		t.say(at, "  debug % x", p[:n])
		p = p[n:]
	}
}

// lines renders the trace in order of time. The running total of connections is
// filled in here, because phones play one after the other.
func (t *trace) lines() []row {
	rows := append([]row{}, t.rows...)
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].at.Before(rows[j].at) })
	total, of := 6, map[string]string{}
	out := rows[:0]
	for i, r := range rows {
		text := r.text
		for from := strings.Index(text, "{total:"); from >= 0; from = strings.Index(text, "{total:") {
			end := from + strings.IndexByte(text[from:], '}')
			id := text[from:end]
			if of[id] == "" {
				total++
				of[id] = fmt.Sprint(total)
			}
			text = text[:from] + of[id] + text[end+1:]
		}
		clock := r.at.Add(t.node.Ahead).In(EDT).Format("15:04:05.000")
		switch {
		case r.minor:
			text += "\n"
		case t.sdl:
			text = fmt.Sprintf("%08d.000 |%s |AppInfo  |%s\n", 4100+i, clock, text)
		default:
			text = clock + " |" + text + "\n"
		}
		out = append(out, row{at: r.at, text: text})
	}
	return out
}

// accept writes what TVS and CAPF print of a new connection, in the words of the
// trace in Cisco TechNote 213407, and returns its number.
func (n *node) accept(name string, at time.Time, phone *wire.Host) (fd int) {
	t := n.trace(name)
	fd = 8 + n.fds%200
	n.fds++
	id := fmt.Sprintf("{total:%d}", n.fds)
	for _, l := range []string{
		fmt.Sprintf("Accepted TCP connection from socket 0x00000012, fd = %d", fd),
		fmt.Sprintf("Total Session attempted = %s accepted = %s", id, id),
		fmt.Sprintf("new ph on fd %d", fd),
		fmt.Sprintf("%d:UNKNOWN:Got a new SCB from RBTree", fd),
		fmt.Sprintf("ipAddrStr (Phone) %s", phone.IP),
		fmt.Sprintf("%d:UNKNOWN:Got a new ph conn %s on %d, Total Acc = %s..", fd, phone.IP, fd, id),
	} {
		t.say(at.Add(ms), "  debug %s", l)
	}
	return fd
}

// handshaken writes the end of a handshake.
func (n *node) handshaken(name string, at time.Time, phone *wire.Host, cipher string) {
	t := n.trace(name)
	if name == tvsTrace {
		t.say(at, "  debug %s: tvsSSLHandShake Session ciphers - %s", phone.IP, cipher)
	}
	t.say(at, "  debug TLS HS Done for ph_conn .")
}

// answer writes the question, the search, and the answer.
func (n *node) answer(at time.Time, fd int, q question, request, response, roles []byte) {
	t := n.trace(tvsTrace)
	say := func(format string, args ...any) { t.say(at, "  debug "+format, args...) }
	message := func(typ string, p []byte) {
		say("tvsPhoneDecodeMsg -")
		t.bare(at, "Decoded Phone Msg:")
		say("    Protocol Discriminator: 57")
		say("    MsgType               : TVS_MSG_%s", typ)
		say("    Session Id            : 0")
		say("    Length                : %d", len(p)-10)
	}
	kind := "QUERY_CERT"
	if q.web {
		kind = "CERT_VERIFICATION"
	}
	say("%d:UNKNOWN:Incoming Phone Msg:", fd)
	t.dump(at, request)
	message(kind+"_REQ", request)
	say("%d:UNKNOWN:TVS CORE: Rcvd Event: TVS_EV_%s_REQ in State: TVS_STATE_AWAIT_REQ", fd, kind)
	subject, issuer := q.signer.Subject.String(), q.signer.Issuer.String()
	if q.web {
		say("tvsGetIssuerNameFromX509 - issuerName : %s and Length: %d", issuer, len(issuer))
		say("tvsGetSerialNumberFromX509 - serialNumber : %s and Length: %d", q.signer.SerialHex(), len(q.signer.Serial))
	} else {
		say("tvsHandleQueryCertReq")
		say("tvsHandleQueryCertReq : Subject Name is: %s", subject)
		say("tvsHandleQueryCertReq : Issuer Name is: %s", issuer)
		say("tvsHandleQueryCertReq : Serial Number is: %s", q.signer.SerialHex())
	}
	say("CertificateDBCache::getCertificateInformation - Looking up the certificate cache using Unique MAP ID : %s%s", q.signer.SerialHex(), issuer)
	switch {
	case roles == nil:
		say("ERROR:CertificateDBCache::getCertificateInformation - Cannot find the certificate in the cache")
		say("CertificateCTLCache::getCertificateInformation - Looking up the certificate cache using Unique MAP ID : %s%s, len : %d", q.signer.SerialHex(), issuer, len(q.signer.SerialHex())+len(issuer))
		say("ERROR:CertificateCTLCache::getCertificateInformation - Cannot find the certificate in the cache")
		say("getCertificateInformation(cert) : certificate not found")
	case q.web:
		say("CertificateDBCache::getCertificateInformation - Certificate compare return =0")
		say("CertificateDBCache::getCertificateInformation -Certificate found and equal")
	default:
		say("CertificateDBCache::getCertificateInformation - Found entry {rolecount : %d}", len(roles))
		for _, r := range roles {
			say("CertificateDBCache::getCertificateInformation - {role : %d}", r)
		}
		say("convertX509ToDER -x509cert : 0xbb696e0")
	}
	at = at.Add(ms)
	say("%d:UNKNOWN:Sending %s_RES msg", fd, strings.Replace(kind, "VERIFICATION", "VERIF", 1))
	message(kind+"_RES", response)
	if roles != nil && !q.web {
		say("    Number of Certs       : 1")
		say("    Cert[0]               :")
		say("    Cert Type             : 0")
		t.dump(at, q.signer.DER)
		say("    Version               : 0")
		say("    PublicKey             :")
		t.dump(at, []byte{0, 1, 0x51, 0x80})
	}
	say("Sending TLS Msg ..")
	t.dump(at, response)
}

// tftp writes a read request and what became of it, in the words of the
// document DOC-18834; over HTTP in those of Cisco TechNote 214528.
func (n *node) tftp(at time.Time, phone *wire.Host, port uint16, file, physical string, status int, http bool) {
	t := n.trace(tftpTrace)
	if http {
		t.say(at, "HTTPConnection::wait_SdlDataInd Printing the HTTPRequest : msgBuffer size [%d] --: GET /%s HTTP/1.1", len(file)+len(n.Address)+35, file)
		switch status {
		case 200:
			t.say(at.Add(4*ms), "HTTPConnection::wait_FileResponse Requested file FOUND... Sending file Response")
		case 503:
			t.say(at.Add(4*ms), "HTTPConnection::wait_FileResponse HTTPConnection::wait_FileResponse - Requested file is Busy... Sending 503 response")
		default:
			t.say(at.Add(4*ms), "HTTPConnection::wait_FileResponse Requested file NOT FOUND or File Contents EMPTY ... Sending error response")
		}
		return
	}
	id := fmt.Sprintf("0x9950830~%d~%s~%d", 100+port%100, phone.IP, port)
	t.say(at, "TFTPEngine::isReadRequest[%s], [%s] opcode(1), Mode(octet), Serving Count(0)", id, file)
	if status == 200 {
		t.say(at.Add(13*ms), "TID[a5a4fba0] TFTPEngine::processMessage[%s], Transferred[%s] Socket[5]", id, physical)
	} else {
		t.say(at.Add(2*ms), "INFO: TFTPEngine::sendNAK[%s], File[%s], Error(1)", id, file)
	}
}

// fetched writes how a central TFTP server got a file from another cluster, in the
// words of Cisco TechNote 214528.
func (n *node) fetched(at time.Time, file, address string) {
	t := n.trace(tftpTrace)
	t.say(at, "ServeFile::wait_FileResponse OffClusters are configured. Have to search in off-cluster")
	t.say(at.Add(9*ms), "ClusterClient::searching_SdlReadRsp ClusterClient_searching_SdlReadRsp: Contents of msgBuffer is HTTP/1.1 200 OK")
	t.say(at.Add(10*ms), "ClusterClient::decodeHttpHdr SERVE_QUERY: Writing Dynamic file to location [/usr/local/cm/tftp/tftpcache/%s.44]", file)
	t.say(at.Add(11*ms), "sendServeRsp to [1.600.31.2], result[15], transId[44], filename[%s], clusterId[%s(99a15a05-1cb3-4d8f-9d55-0ec097da47cc)],prevResult[0],Protocoltype [1] ", file, address)
}

package scenario

import (
	"fmt"
	"strings"
	"time"

	"trustline/testdata/lab/wire"
)

// accept writes what TVS prints of a new connection, in the words of the trace in
// Cisco TechNote 213407, and returns its number.
func (n *node) accept(at time.Time, phone *wire.Host) (fd int) {
	t := &n.trace
	t.accepted++
	fd = 8
	for _, l := range []string{
		fmt.Sprintf("Accepted TCP connection from socket 0x00000012, fd = %d", fd),
		fmt.Sprintf("Total Session attempted = %d accepted = %d", t.accepted, t.accepted),
		"tvsGetNextThread", "Recd event", fmt.Sprintf("new ph on fd %d", fd),
		fmt.Sprintf("%d:UNKNOWN:Got a new SCB from RBTree", fd),
		fmt.Sprintf("ipAddrStr (Phone) %s", phone.IP),
		fmt.Sprintf("%d:UNKNOWN:Got a new ph conn %s on %d, Total Acc = %d..", fd, phone.IP, fd, t.accepted),
		fmt.Sprintf("addded %d to readset", fd),
	} {
		t.line(at.Add(ms), l)
	}
	t.line(at.Add(17*ms), fmt.Sprintf("after select, %d was set", fd))
	t.line(at.Add(17*ms), fmt.Sprintf("ipAddrStr (Phone) %s", phone.IP))
	return fd
}

// handshaken writes the end of a handshake.
func (n *node) handshaken(at time.Time, phone *wire.Host) {
	for _, l := range []string{"tvsSSLHandShakeNotify",
		fmt.Sprintf("%s: tvsSSLHandShake Session ciphers - AES256-SHA", phone.IP),
		"addded 8 to readset", "Recd event", "TLS HS Done for ph_conn"} {
		n.trace.line(at, l)
	}
}

// answer writes the question, the search, and the answer.
func (n *node) answer(at time.Time, fd int, q question, request, response, roles []byte) {
	t := &n.trace
	say := func(format string, args ...any) { t.line(at, fmt.Sprintf(format, args...)) }
	message := func(typ string, p []byte) {
		say("tvsPhoneDecodeMsg -")
		t.b.WriteString("Decoded Phone Msg:\n")
		say("    Protocol Discriminator: 57")
		say("    MsgType               : TVS_MSG_%s", typ)
		say("    Session Id            : 0")
		say("    Length                : %d", len(p)-10)
	}
	kind, name := "QUERY_CERT", "QueryCert"
	if q.web {
		kind, name = "CERT_VERIFICATION", "CertVerification"
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
		say("tvsHandle%sReq", name)
		say("tvsHandle%sReq : Subject Name is: %s", name, subject)
		say("tvsHandle%sReq : Issuer Name is: %s", name, issuer)
		say("tvsHandle%sReq : Serial Number is: %s", name, q.signer.SerialHex())
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

// Tvstrace writes a trace of the Trust Verification Service as a cluster of
// some thousand phones leaves it: connections, handshakes, questions with their
// hex dumps, lookups and answers.
//
//	go run ./testdata/bench/tvstrace -size 300000000 > tvs00000001.txt
//
// The wording and the order of the lines are those of Cisco TechNotes 213407
// (QUERY_CERT), 118699 (CERT_VERIFICATION) and 118893 (a miss in one cache);
// every message stands between "-->debug" and "<--debug", as the service prints
// it. Three questions of four are for the signer of a list, one for the
// certificate of a directory; one of ten is answered with "not found". The same
// flags give the same bytes. At the end it prints to stderr what it planted.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	size := flag.Int64("size", 300_000_000, "size of the trace in octets")
	phones := flag.Int("phones", 5000, "phones that ask")
	flag.Parse()
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	t := &trace{w: w, at: 6 * 3600 * 1000}
	err := t.write(*size, *phones)
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tvstrace:", err)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stderr, "tvstrace: %d lines, %d octets, %d connections, %d queries, %d verifications, %d not found\n", t.lines, t.size, t.conns, t.queries, t.verifications, t.missed)
}

const (
	subject = "CN=ucm11pub.stormin.local;OU=IST;O=Stormin;L=Brisbane;ST=QLD;C=AU"
	serial  = "24000000179479B8F124AC3F3B000000000017"
)

// certificate is self-signed, with the subject and the serial number above.
var certificate = func() []byte {
	b, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(certificateText, "\n", ""))
	if err != nil {
		panic(err) // a constant
	}
	return b
}()

type trace struct {
	w     io.Writer
	size  int64
	lines int64
	at    int64 // milliseconds since midnight of the first day
	seed  uint32
	stamp string
	err   error

	conns, queries, verifications, missed int
}

func (t *trace) write(size int64, phones int) error {
	for t.size < size && t.err == nil {
		t.phone(int(t.random(uint32(phones))))
	}
	return t.err
}

// random is Knuth's "quick and dirty" generator.
func (t *trace) random(n uint32) uint32 {
	t.seed = t.seed*1664525 + 1013904223
	return (t.seed >> 8) % n
}

// wait lets time pass.
func (t *trace) wait(ms int64) {
	t.at += ms
	day := t.at % 86_400_000
	t.stamp = fmt.Sprintf("%02d:%02d:%02d.%03d", day/3_600_000, day/60_000%60, day/1000%60, day%1000)
}

func (t *trace) put(s string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.w, s)
	}
	t.size += int64(len(s))
	t.lines += int64(strings.Count(s, "\n"))
}

// say is one message with its brackets.
func (t *trace) say(format string, a ...any) {
	t.put(t.stamp + " |-->debug\n" + t.stamp + " |   debug " + fmt.Sprintf(format, a...) + "\n" + t.stamp + " |<--debug\n")
}

// call is the bracket of a function.
func (t *trace) call(name, text string) {
	t.put(t.stamp + " |-->" + name + "\n" + t.stamp + " |   " + name + " " + text + "\n" + t.stamp + " |<--" + name + "\n")
}

// dump is a hex dump: its head begins with a line break.
func (t *trace) dump(b []byte) {
	t.put(fmt.Sprintf("HEX_DUMP: Len = %d:\n", len(b)))
	for len(b) > 0 {
		n := min(8, len(b))
		t.say("% x", b[:n])
		b = b[n:]
	}
}

// phone is one connection with one to three questions.
func (t *trace) phone(n int) {
	t.conns++
	fd := 8 + t.random(40)
	ip := fmt.Sprintf("10.%d.%d.%d", 20+n/62500, n/250%250, 1+n%250)
	t.wait(int64(5 + t.random(60)))
	t.say("Accepted TCP connection from socket 0x00000012, fd = %d", fd)
	t.say("Total Session attempted = %d accepted = %d", t.conns, t.conns)
	t.say("tvsGetNextThread")
	t.say("Recd event")
	t.say("new ph on fd %d", fd)
	t.say("%d:UNKNOWN:Got a new SCB from RBTree", fd)
	t.say("ipAddrStr (Phone) %s", ip)
	t.say("%d:UNKNOWN:Got a new ph conn %s on %d, Total Acc = %d..", fd, ip, fd, t.conns)
	t.say("addded %d to readset", fd)
	t.wait(4)
	t.say("after select, %d was set", fd)
	t.say("ipAddrStr (Phone) %s", ip)
	t.wait(40)
	t.say("tvsSSLHandShakeNotify")
	t.say("%s: tvsSSLHandShake Session ciphers - AES256-SHA", ip)
	t.say("addded %d to readset", fd)
	t.say("Recd event")
	t.say("TLS HS Done for ph_conn")
	for range 1 + t.random(3) {
		t.wait(int64(3 + t.random(20)))
		if t.random(4) == 0 {
			t.verification(n, fd, ip)
		} else {
			t.query(n, fd, ip)
		}
	}
}

// element is one information element of a message.
func element(tag byte, value []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{tag}, uint16(len(value))), value...)
}

// message is header and elements.
func message(kind byte, elements ...[]byte) []byte {
	b := []byte{0x57, 1, kind, 0, 0, 0, 3, 0xe9, 0, 0}
	for _, e := range elements {
		b = append(b, e...)
	}
	binary.BigEndian.PutUint16(b[8:], uint16(len(b)-10))
	return b
}

func device(n int) []byte {
	return append([]byte{1}, fmt.Sprintf("CP-8861-SEP00EE%08X", n)...)
}

func (t *trace) incoming(fd uint32, request []byte, name string) {
	t.say("%d:UNKNOWN:Incoming Phone Msg:", fd)
	t.dump(request)
	t.decoded(name, len(request)-10)
}

func (t *trace) decoded(name string, length int) {
	t.say("tvsPhoneDecodeMsg -")
	t.put("Decoded Phone Msg:\n")
	t.say("    Protocol Discriminator: 57")
	t.say("    MsgType               : %s", name)
	t.say("    Session Id            : 0")
	t.say("    Length                : %d", length)
}

// query asks for the signer of a list.
func (t *trace) query(n int, fd uint32, ip string) {
	t.queries++
	number := make([]byte, len(serial)/2)
	fmt.Sscanf(serial, "%x", &number)
	found := t.random(10) > 0
	if !found {
		number[0] = byte(n)
	}
	t.incoming(fd, message(3, element(1, device(n)), element(3, []byte(subject+"\x00")), element(4, []byte(subject+"\x00")), element(5, number)), "TVS_MSG_QUERY_CERT_REQ")
	t.say("%d:UNKNOWN:TVS CORE: Rcvd Event: TVS_EV_QUERY_CERT_REQ in State: TVS_STATE_AWAIT_REQ", fd)
	t.say("tvsHandleQueryCertReq")
	t.say("tvsHandleQueryCertReq : Subject Name is: %s", subject)
	t.say("tvsHandleQueryCertReq : Issuer Name is: %s", subject)
	t.say("tvsHandleQueryCertReq : Serial Number is: %X", number)
	if !t.lookup(number, found) {
		t.wait(1)
		t.say("%d:UNKNOWN:Sending QUERY_CERT_RES msg", fd)
		answer := message(4, element(7, []byte{1}))
		t.decoded("TVS_MSG_QUERY_CERT_RES", len(answer)-10)
		t.say("    Number of Certs       : 0")
		t.sent(answer, ip)
		return
	}
	t.say("CertificateDBCache::getCertificateInformation - Found entry {rolecount : 2}")
	t.say("CertificateDBCache::getCertificateInformation - {role : 0}")
	t.say("CertificateDBCache::getCertificateInformation - {role : 3}")
	t.wait(1)
	t.say("convertX509ToDER -x509cert : 0xbb696e0")
	t.say("%d:UNKNOWN:Sending QUERY_CERT_RES msg", fd)
	answer := message(4, element(7, []byte{0}), element(2, certificate), element(8, []byte{0, 3}), element(9, []byte{0, 1, 0x51, 0x80}))
	t.decoded("TVS_MSG_QUERY_CERT_RES", len(answer)-10)
	t.say("    Number of Certs       : 1")
	t.say("    Cert[0] :")
	t.say("    Cert Type             : 0")
	t.dump(certificate)
	t.say("    Version               : 0")
	t.say("    PublicKey             :")
	t.dump([]byte{0, 1, 0x51, 0x80})
	t.sent(answer, ip)
}

// sent is the answer as it goes out.
func (t *trace) sent(answer []byte, ip string) {
	t.wait(1)
	t.say("Sending TLS Msg ..")
	t.dump(answer)
	t.say("ipAddrStr (Phone) %s", ip)
}

// lookup searches both caches when the first does not know the certificate.
func (t *trace) lookup(number []byte, found bool) bool {
	t.say("CertificateDBCache::getCertificateInformation - Looking up the certificate cache using Unique MAP ID : %X%s", number, subject)
	if found {
		return true
	}
	t.missed++
	t.say("ERROR:CertificateDBCache::getCertificateInformation - Cannot find the certificate in the cache")
	t.say("CertificateCTLCache::getCertificateInformation - Looking up the certificate cache using Unique MAP ID : %X%s, len : %d", number, subject, len(subject))
	t.say("ERROR:CertificateCTLCache::getCertificateInformation - Cannot find the certificate in the cache")
	t.say("getCertificateInformation(cert) : certificate not found")
	return false
}

// verification asks whether the certificate of a server may be trusted.
func (t *trace) verification(n int, fd uint32, ip string) {
	t.verifications++
	number := make([]byte, len(serial)/2)
	fmt.Sscanf(serial, "%x", &number)
	t.incoming(fd, message(1, element(1, device(n)), element(2, certificate)), "TVS_MSG_CERT_VERIFICATION_REQ")
	t.call("CDefaultCertificateReader::GetIssuerName", "got issuer name")
	t.say("tvsGetIssuerNameFromX509 - issuerName : %s and Length: %d", subject, len(subject))
	t.say("tvsGetSerialNumberFromX509 - serialNumber : %X and Length: %d", number, len(number))
	if t.lookup(number, t.random(10) > 0) {
		t.say("CertificateDBCache::getCertificateInformation - Certificate compare return =0")
		t.say("CertificateDBCache::getCertificateInformation - Certificate found and equal")
	}
	t.wait(1)
	t.say("%d:UNKNOWN:Sending CERT_VERIF_RES msg", fd)
	t.say("    MsgType               : TVS_MSG_CERT_VERIFICATION_RES")
	t.say("ipAddrStr (Phone) %s", ip)
}

const certificateText = `
MIIDvjCCAqagAwIBAgITJAAAABeUebjxJKw/OwAAAAAAFzANBgkqhkiG9w0BAQsFADBvMQswCQYDVQQGEwJBVTEMMAoGA1UECAwD
UUxEMREwDwYDVQQHDAhCcmlzYmFuZTEQMA4GA1UECgwHU3Rvcm1pbjEMMAoGA1UECwwDSVNUMR8wHQYDVQQDDBZ1Y20xMXB1Yi5z
dG9ybWluLmxvY2FsMB4XDTI2MTEyMTA3MzkzMloXDTM2MTExODA3MzkzMlowbzELMAkGA1UEBhMCQVUxDDAKBgNVBAgMA1FMRDER
MA8GA1UEBwwIQnJpc2JhbmUxEDAOBgNVBAoMB1N0b3JtaW4xDDAKBgNVBAsMA0lTVDEfMB0GA1UEAwwWdWNtMTFwdWIuc3Rvcm1p
bi5sb2NhbDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAK3siaFuV6Es9Azjb2yGz7ewtaqpEGnXfUxEwtBs3wZejwja
Q8MYn/JcnsKMsk/rmotAg1nzGV7f8cHzfCCoIKJGgVSfJO0n1z8ryYKlTBGouhGmvIlFcikIu7kJD9cX4ITWg4qtsiRsWmO5NJMp
HGb4Cp1DfWrIVksuELxACwZcXRboaa3o2Udf7VpWTrfNYCy4Jd3+UCBY4iZ3ircmoISY6JErUa1w+RDzDCZwkd/t2H/4HLppUswl
OdQKiXhuhwnsc5hhyEsrZssGJqA+HoYm2eSHFkH2siPHrutTajpIJy02MDfrX/WSpoC0/SaAQ4BxIpFFX3iBFjCWoaqgJrcCAwEA
AaNTMFEwHQYDVR0OBBYEFLhBAyG0XxtjegIQVgeWBMOzC28UMB8GA1UdIwQYMBaAFLhBAyG0XxtjegIQVgeWBMOzC28UMA8GA1Ud
EwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBADSRzxnjweWZK4Y9nPkXooqIRf/7zQy7ZLJURmFebH7zRvYJUwcLatoGpWrs
Mz02wCtBSgB4vhurRa36QwYOMomqbI4+86AOxp6M8wGNYfDqayDKxwvnvAWSoyFlTfQ+0VseTy0W893vyo4wKv2SEv5Lw+ovyhfB
cZaHJiXJJH5/AsfiIVB9JO8RWoZODKXxL49zP5WlWK68Gf3aCpIRGcuUIzpNUNmmLx8y/1HDsax8wcDRkkWtxsaIPYTQ2/nKDiqb
RREkehAZ0bCds6WxX2Ji4AeHDpg8qV2NoPN2OC3uMdRO78IqMd8qdrHJeIW4wwn7QdAE+k8jHeOBrmL2ips=`

package tls

import (
	"encoding/hex"
	"strings"

	"golang.org/x/crypto/cryptobyte"

	"trustline/dissect/cert"
)

// A handshake message (RFC 5246 section 7.4) may span records, and a record
// may hold several:
//
//	+------+--------+------+
//	| type | length | body |
//	| 1    | 3      |      |
//	+------+--------+------+

const messageHeader = 4

// handshake takes the body of a handshake record that is not encrypted.
func (s *Stream) handshake(d *side, b []byte) {
	if d.hsGuess {
		d.hsGuess = false
		if !looksLikeMessage(b) {
			s.problem("%s: handshake record in frame %d cannot be read after missing octets", d.name(), d.mark.Frame)
			d.hsGuess = true
			return
		}
	}
	d.hsMark = d.mark
	if n := min(d.hsSkip, len(b)); n > 0 {
		d.hsSkip -= n
		b = b[n:]
	}
	if len(b) == 0 {
		return
	}
	waited := len(d.hs) > 0
	if waited {
		d.hs = append(d.hs, b...)
		b = d.hs
	}
	for len(b) >= messageHeader {
		n := int(b[1])<<16 | int(b[2])<<8 | int(b[3])
		if n > maxHandshake {
			s.problem("%s: message type %d of %d octets in frame %d is too long and left out", d.name(), b[0], n, d.mark.Frame)
			d.hsSkip = max(0, messageHeader+n-len(b))
			b = b[min(len(b), messageHeader+n):]
			continue
		}
		if len(b) < messageHeader+n {
			break
		}
		s.message(d, b[0], b[messageHeader:messageHeader+n], d.mark, false)
		b = b[messageHeader+n:]
	}
	if len(b) == 0 {
		d.hs = nil
		return
	}
	if waited && len(b) == len(d.hs) {
		return // still the same message: copying it for each record would be quadratic
	}
	d.hs = append([]byte(nil), b...)
}

// looksLikeMessage decides after missing octets whether a record begins with a
// message. A HelloRequest counts only alone in its record: encrypted records
// of AEAD ciphers often begin with zeros.
func looksLikeMessage(b []byte) bool {
	if len(b) < messageHeader {
		return false
	}
	n := int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	if b[0] == typeHelloRequest {
		return n == 0 && len(b) == messageHeader
	}
	_, known := messages[b[0]]
	return known && n <= maxHandshake && (b[0] == typeCertificate || b[0] == typeCertificateRequest || messageHeader+n <= len(b))
}

// flush reads what there is of an unfinished message.
func (s *Stream) flush(d *side, why string) {
	b := d.hs
	d.hs, d.hsSkip = nil, 0
	if len(b) < messageHeader {
		return
	}
	name := messages[b[0]].name
	if name == "" {
		return
	}
	n := int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	s.problem("%s: %s %s: %d of %d octets", d.name(), name, why, len(b)-messageHeader, n)
	s.message(d, b[0], b[messageHeader:], d.hsMark, true)
}

// message reads one message. A cut one gives the fields that are whole.
func (s *Stream) message(d *side, t uint8, b []byte, m Mark, cut bool) {
	if t == typeServerHello && isRetry(b) {
		t = typeHelloRetryRequest
	}
	name, letter := messages[t].name, messages[t].letter
	if name == "" {
		name, letter = "unknown", 'z'
	}
	s.step(d, m, name, letter, len(b))
	f := &s.h.Frames
	switch t {
	case typeClientHello:
		if f.ClientHello.Seen() && f.ServerHello.Seen() && s.version != versionTLS13 {
			s.h.Renegotiation = true
			return
		}
		s.clientHello(b, m)
	case typeServerHello:
		s.serverHello(b, m)
	case typeHelloRetryRequest:
		first(&f.HelloRetry, m)
		s.retry(b)
	case typeCertificate:
		s.certificate(d, b, m, cut)
	case typeServerKeyExchange:
		first(&f.ServerKeyExchange, m)
		s.fresh = true
	case typeCertificateRequest:
		first(&f.CertificateRequest, m)
		s.h.CertificateRequested = true
		s.fresh = true
	case typeServerHelloDone:
		first(&f.ServerHelloDone, m)
		s.fresh = true
	case typeClientKeyExchange:
		first(&f.ClientKeyExchange, m)
	case typeCertificateVerify:
		first(&f.CertificateVerify, m)
	case typeNewSessionTicket:
		first(&f.NewSessionTicket, m)
	}
	if s.fresh {
		s.h.Resumed, s.h.ResumedBy = false, ""
	}
}

// certificate reads a Certificate message (RFC 5246 section 7.4.2):
//
//	+--------+--------+-----+--------+-----+----
//	| length | length | DER | length | DER | ...
//	| 3      | 3      |     | 3      |     |
//	+--------+--------+-----+--------+-----+----
func (s *Stream) certificate(d *side, b []byte, m Mark, cut bool) {
	at, chain := &s.h.Frames.ClientCertificate, &s.h.ClientCertificates
	if d.server {
		at, chain = &s.h.Frames.ServerCertificate, &s.h.ServerCertificates
		s.fresh = true
	}
	if at.Seen() { // a second handshake in the clear: the first chain stands
		return
	}
	*at = m
	in := cryptobyte.String(b)
	var total uint32
	if !in.ReadUint24(&total) {
		return
	}
	if int(total) < len(in) {
		in = in[:total]
	}
	for len(in) > 0 {
		if len(*chain) >= maxCertificates {
			s.problem("%s: more than %d certificates, the rest is left out", d.name(), maxCertificates)
			return
		}
		var der cryptobyte.String
		rest := in
		if !in.ReadUint24LengthPrefixed(&der) {
			if !cut {
				s.problem("%s: certificate %d runs past its message", d.name(), len(*chain)+1)
			}
			if len(rest) > 3 {
				s.addCertificate(d, chain, rest[3:])
			}
			return
		}
		s.addCertificate(d, chain, der)
	}
}

// addCertificate appends what can be read of a certificate.
func (s *Stream) addCertificate(d *side, chain *[]*cert.Certificate, der []byte) {
	if c := s.cache.get(der); c != nil {
		*chain = append(*chain, c)
		return
	}
	c, err := cert.Parse(append([]byte(nil), der...))
	if err == nil {
		s.cache.put(c)
	} else {
		s.problem("%s: certificate %d: %v", d.name(), len(*chain)+1, err)
		if c != nil && c.Problem == "" {
			c.Problem = err.Error()
		}
	}
	if c != nil {
		*chain = append(*chain, c)
	}
}

// changeCipherSpec notes that a side goes over to encryption. In TLS 1.3 the
// message means nothing (RFC 8446 appendix D.4).
func (s *Stream) changeCipherSpec(d *side, length int) {
	s.flush(d, "followed by change_cipher_spec")
	s.step(d, d.mark, "change_cipher_spec", 'i', length)
	at := &s.h.Frames.ClientCipherSpec
	if d.server {
		at = &s.h.Frames.ServerCipherSpec
	}
	first(at, d.mark)
	if s.version == versionTLS13 {
		return
	}
	// Without its certificate and key exchange the server has resumed, unless
	// they were among missing octets.
	if d.server && !d.encrypted && s.version != 0 && !s.fresh && !d.uncertain {
		s.resumed()
	}
	d.encrypted, d.uncertain, d.hsGuess = true, false, false
}

// resumed notes an abbreviated handshake: the server goes from its hello
// straight to encryption.
func (s *Stream) resumed() {
	s.h.Resumed = true
	if s.h.ResumedBy != "" {
		return
	}
	s.h.ResumedBy = "session-id"
	if s.ticket {
		s.h.ResumedBy = "ticket"
	}
}

// encryptedHandshake accounts for a handshake message that cannot be read. The
// first one after ChangeCipherSpec is Finished, later ones renegotiate.
func (s *Stream) encryptedHandshake(d *side, length int) {
	if !d.finished {
		d.finished = true
		s.step(d, d.mark, "finished", 'f', length)
		if d.server {
			first(&s.h.Frames.ServerFinished, d.mark)
		} else {
			first(&s.h.Frames.ClientFinished, d.mark)
		}
		return
	}
	s.h.Renegotiation = true
	s.step(d, d.mark, "encrypted_handshake", 'z', length)
}

// applicationData accounts for a record of data.
func (s *Stream) applicationData(d *side, length int) {
	s.step(d, d.mark, "application_data", 'd', length)
	s.exchange(d, length)
	if d.server {
		first(&s.h.Frames.ServerData, d.mark)
		s.h.ServerRecords++
		s.h.ServerBytes += int64(length)
		return
	}
	first(&s.h.Frames.ClientData, d.mark)
	s.h.ClientRecords++
	s.h.ClientBytes += int64(length)
}

// exchange follows the flights of TLS 1.3, which travel as application data:
// server, client, and the server again (tickets or an answer). A record that
// may be an alert counts for none.
func (s *Stream) exchange(d *side, length int) {
	if length <= maxHiddenAlert {
		return
	}
	at := &s.turns
	switch {
	case d.server && at[0].Frame == 0:
		at[0] = d.mark
	case !d.server && at[0].Frame != 0 && at[1].Frame == 0 && d.mark.Frame > at[0].Frame:
		at[1] = d.mark
	case d.server && at[1].Frame != 0 && d.mark.Frame > at[1].Frame:
		s.h.Exchanged = true
	}
}

// alert reads an alert record: level and description, one octet each. After
// ChangeCipherSpec it is encrypted, except for ciphers that do not encrypt:
// there the two octets stand before the MAC. A clear one may be split over two
// records (RFC 5246 section 6.2.1); the second is its mark.
func (s *Stream) alert(d *side, b []byte) {
	if !d.encrypted && len(b) == 1 && (len(d.alertHead) > 0 || b[0] == 1 || b[0] == 2) {
		if len(d.alertHead) == 0 {
			d.alertHead = append(d.alertHead, b[0])
			return
		}
		b = append(d.alertHead, b[0])
	}
	d.alertHead = nil
	a := Alert{Mark: d.mark, FromServer: d.server, Code: -1, Encrypted: true}
	clear := !d.encrypted && len(b) == 2 || d.encrypted && s.null && len(b) > 2
	if clear && (b[0] == 1 || b[0] == 2) {
		a.Encrypted = false
		a.Level = [...]string{"warning", "fatal"}[b[0]-1]
		a.Code = int(b[1])
		a.Description = AlertName(b[1])
	}
	s.step(d, d.mark, "alert", 'l', len(b))
	if len(s.h.Alerts) >= maxAlerts {
		s.problem("more than %d alerts, that in frame %d is left out", maxAlerts, d.mark.Frame)
		return
	}
	s.h.Alerts = append(s.h.Alerts, a)
}

// offer appends a cipher suite of the ClientHello.
func (s *Stream) offer(name string) bool {
	if len(s.h.Ciphers) >= maxCiphers {
		s.problem("more than %d cipher suites offered, the rest is left out", maxCiphers)
		return false
	}
	s.h.Ciphers = append(s.h.Ciphers, name)
	return true
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// noEncryption reports a cipher suite that only authenticates, as phones in
// device security mode "authenticated" use (TLS_RSA_WITH_NULL_SHA).
func noEncryption(cipher string) bool { return strings.Contains(cipher, "_WITH_NULL_") }

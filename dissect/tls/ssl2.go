package tls

import (
	"encoding/binary"

	"golang.org/x/crypto/cryptobyte"
)

// A ClientHello in SSL 2.0 form (RFC 5246 appendix E.2), sent by old clients
// that can do more:
//
//	+---------------+------+---------+---------+---------+-----------+
//	| 0x8000|length | type | version | ciphers | session | challenge |
//	| 2             | 1: 1 | 2       | 2: n    | 2: m    | 2: k      |
//	+---------------+------+---------+---------+---------+-----------+
//	| cipher specs: n octets, 3 each | session id: m | challenge: k  |
//	+--------------------------------+---------------+---------------+
//
// The length counts what follows its own two octets.

// isSSL2Hello looks at headerLength octets.
func isSSL2Hello(b []byte) bool {
	return b[0]&0x80 != 0 && ssl2Length(b) >= 11 && b[2] == typeClientHello &&
		(b[3] == 3 && b[4] <= 4 || b[3] == 0 && b[4] == 2)
}

// isSSL2ServerHello recognises the answer of a server that speaks only SSL
// 2.0: message 4, whose next octet says whether it knows the session.
func isSSL2ServerHello(b []byte) bool {
	return b[0]&0x80 != 0 && b[2] == 4 && b[3] <= 1
}

func ssl2Length(b []byte) int {
	return 2 + int(binary.BigEndian.Uint16(b)&0x7fff)
}

// ssl2Hello reads the message after the two octets of length.
func (s *Stream) ssl2Hello(d *side, b []byte) {
	m := d.mark
	first(&s.h.Frames.ClientHello, m)
	s.step(d, m, "client_hello", 'c', len(b))
	in := cryptobyte.String(b)
	var version, specs, session, challenge uint16
	var list []byte
	if !in.Skip(1) || !in.ReadUint16(&version) {
		s.problem("client_hello of SSL 2.0 form cut short")
		return
	}
	s.clientVersion = version
	if !in.ReadUint16(&specs) || !in.ReadUint16(&session) || !in.ReadUint16(&challenge) ||
		!in.ReadBytes(&list, int(specs)) {
		s.problem("client_hello of SSL 2.0 form cut short")
		return
	}
	for ; len(list) >= 3; list = list[3:] {
		spec := uint32(list[0])<<16 | uint32(list[1])<<8 | uint32(list[2])
		name, ok := ssl2CipherNames[spec]
		if !ok {
			name = CipherName(uint16(spec))
			if spec > 0xffff {
				name = "0x" + hexOf(list[:3])
			}
		}
		if !s.offer(name) {
			break
		}
	}
}

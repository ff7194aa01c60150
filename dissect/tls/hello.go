package tls

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/crypto/cryptobyte"
)

// Extensions that are read (registry "TLS ExtensionType Values").
const (
	extServerName        = 0
	extALPN              = 16
	extSessionTicket     = 35
	extPreSharedKey      = 41
	extSupportedVersions = 43
)

// retryRandom is the random value that makes a ServerHello a
// HelloRetryRequest (RFC 8446 section 4.1.3).
var retryRandom = []byte{
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
}

func isRetry(b []byte) bool {
	return len(b) >= 34 && bytes.Equal(b[2:34], retryRandom)
}

// clientHello reads (RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2)
//
//	+---------+--------+------------+---------+-------------+------------+
//	| version | random | session id | ciphers | compression | extensions |
//	| 2       | 32     | 1 + n      | 2 + n   | 1 + n       | 2 + n      |
//	+---------+--------+------------+---------+-------------+------------+
//
// where the extensions may be absent. After a HelloRetryRequest a second one
// repeats the first; it replaces it.
func (s *Stream) clientHello(b []byte, m Mark) {
	h := &s.h
	if h.Frames.ClientHello.Seen() {
		h.Ciphers, h.ALPN, h.SNI = nil, nil, ""
	}
	first(&h.Frames.ClientHello, m)
	in := cryptobyte.String(b)
	var version uint16
	if !in.ReadUint16(&version) {
		return
	}
	s.clientVersion = version
	var session, ciphers, compression cryptobyte.String
	if !in.Skip(32) || !in.ReadUint8LengthPrefixed(&session) {
		s.problem("client_hello in frame %d: no room for its session id", m.Frame)
		return
	}
	s.sessionID = append([]byte(nil), session...)
	rest := in
	if !in.ReadUint16LengthPrefixed(&ciphers) {
		if len(rest) > 2 {
			ciphers = rest[2:] // those that are there
		}
		s.problem("client_hello in frame %d: cipher suites run past the message", m.Frame)
		in = nil
	}
	for len(ciphers) >= 2 {
		var id uint16
		ciphers.ReadUint16(&id)
		if !s.offer(CipherName(id)) {
			break
		}
	}
	if len(in) == 0 || !in.ReadUint8LengthPrefixed(&compression) {
		return
	}
	s.extensions(in, m, "client_hello", func(t uint16, ext cryptobyte.String) {
		switch t {
		case extServerName:
			h.SNI = serverName(ext)
		case extALPN:
			var list, p cryptobyte.String
			ext.ReadUint16LengthPrefixed(&list)
			for len(h.ALPN) < 16 && list.ReadUint8LengthPrefixed(&p) {
				h.ALPN = append(h.ALPN, string(p))
			}
		case extSessionTicket:
			s.ticket = len(ext) > 0
		case extSupportedVersions:
			var list cryptobyte.String
			ext.ReadUint8LengthPrefixed(&list)
			if v := highest(list); v != 0 {
				s.clientVersion = v
			}
		}
	})
}

// highest returns the highest version of a list, 0 when there is none.
// Drafts of TLS 1.3 stand for it.
func highest(list cryptobyte.String) uint16 {
	var best, v uint16
	for list.ReadUint16(&v) {
		if isGREASE(v) {
			continue
		}
		if v>>8 == 0x7f {
			v = versionTLS13
		}
		if v>>8 == 3 && v > best {
			best = v
		}
	}
	return best
}

// serverName reads the first host name of a server_name extension.
func serverName(ext cryptobyte.String) string {
	var list, name cryptobyte.String
	var kind uint8
	if !ext.ReadUint16LengthPrefixed(&list) {
		return ""
	}
	for list.ReadUint8(&kind) && list.ReadUint16LengthPrefixed(&name) {
		if kind == 0 {
			return string(name)
		}
	}
	return ""
}

// serverHello reads (RFC 5246 section 7.4.1.3)
//
//	+---------+--------+------------+--------+-------------+------------+
//	| version | random | session id | cipher | compression | extensions |
//	| 2       | 32     | 1 + n      | 2      | 1           | 2 + n      |
//	+---------+--------+------------+--------+-------------+------------+
func (s *Stream) serverHello(b []byte, m Mark) {
	h := &s.h
	if h.Frames.ServerHello.Seen() {
		h.Renegotiation = true
		return
	}
	h.Frames.ServerHello = m
	in := cryptobyte.String(b)
	var version, cipher uint16
	var session cryptobyte.String
	if !in.ReadUint16(&version) {
		return
	}
	// The version is known only with the extensions: a cut hello of TLS 1.3
	// says 1.2 here.
	whole := in.Skip(32) && in.ReadUint8LengthPrefixed(&session) && in.ReadUint16(&cipher) && in.Skip(1)
	psk := false
	s.extensions(in, m, "server_hello", func(t uint16, ext cryptobyte.String) {
		switch t {
		case extSupportedVersions:
			ext.ReadUint16(&version)
		case extPreSharedKey:
			psk = true
		}
	})
	if version>>8 == 0x7f {
		version = versionTLS13
	}
	if !whole && version == versionTLS12 && s.clientVersion == versionTLS13 {
		s.problem("server_hello in frame %d is cut short, its version is not certain", m.Frame)
		version = 0
	}
	if cipher>>8 == 0x13 && version == versionTLS12 {
		version = versionTLS13 // only 1.3 uses these suites (RFC 8446 appendix B.4)
	}
	s.version = version
	if whole {
		h.Cipher = CipherName(cipher)
		h.SessionID = hexOf(session)
		s.null = noEncryption(h.Cipher)
	}
	if version == versionTLS13 {
		s.tls13()
		if psk {
			h.Resumed, h.ResumedBy = true, "psk"
		}
		return
	}
	if version != 0 && len(session) > 0 && bytes.Equal(session, s.sessionID) {
		s.resumed()
	}
}

// retry reads the version of a HelloRetryRequest, which is always TLS 1.3.
func (s *Stream) retry(b []byte) {
	if len(b) > 35 {
		if at := 35 + int(b[34]); at+2 <= len(b) {
			s.h.Cipher = CipherName(binary.BigEndian.Uint16(b[at:]))
		}
	}
	s.version = versionTLS13
	s.tls13()
}

// tls13 takes back what ChangeCipherSpec stood for: in TLS 1.3 it is there for
// middleboxes only, and a second ClientHello may follow it in the clear.
func (s *Stream) tls13() {
	for i := range s.sides {
		s.sides[i].encrypted, s.sides[i].finished = false, false
	}
}

// extensions calls read for each extension that is whole.
func (s *Stream) extensions(in cryptobyte.String, m Mark, where string, read func(uint16, cryptobyte.String)) {
	if len(in) == 0 {
		return
	}
	var list cryptobyte.String
	rest := in
	if !in.ReadUint16LengthPrefixed(&list) {
		list = rest[min(2, len(rest)):]
	}
	for len(list) > 0 {
		var t uint16
		var ext cryptobyte.String
		if !list.ReadUint16(&t) || !list.ReadUint16LengthPrefixed(&ext) {
			s.problem("%s in frame %d: an extension runs past its end", where, m.Frame)
			return
		}
		read(t, ext)
	}
}

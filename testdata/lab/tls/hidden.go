package tls

import (
	"encoding/binary"

	"trustline/testdata/lab/keys"
	"trustline/testdata/lab/x509"
)

// Hidden is a TLS 1.3 connection as a passive observer sees it (RFC 8446): the two
// hellos in clear, then records that all call themselves application data, with
// certificates, alerts and data behind the same type. What is inside is random
// bytes of the right length, because nobody without the keys can tell.
type Hidden struct {
	stream *keys.Stream
	chain  []*x509.Certificate
}

// NewHidden starts such a connection; the chain only gives the size of the
// server's answer.
func NewHidden(seed string, chain []*x509.Certificate) *Hidden {
	return &Hidden{keys.NewStream("tls13/" + seed), chain}
}

// ClientHello offers TLS 1.3 and 1.2 in the extension supported_versions (43), and
// a key share (51) for secp256r1.
func (h *Hidden) ClientHello() []byte {
	share := append([]byte{0, 23}, vector16(h.stream.Bytes(65))...)
	ext := append(extension(43, []byte{4, 3, 4, 3, 3}), extension(51, vector16(share))...)
	ext = append(ext, extension(10, []byte{0, 2, 0, 23})...)
	ext = append(ext, extension(13, []byte{0, 4, 4, 3, 8, 4})...)
	suites := []byte{0x13, 0x02, 0x13, 0x01, 0x00, 0x2f}
	return h.hello(1, append(append(vector16(suites), 1, 0), vector16(ext)...))
}

// ServerFlight is ServerHello, the compatibility ChangeCipherSpec, and the
// encrypted rest of the server's handshake.
func (h *Hidden) ServerFlight() []byte {
	share := append([]byte{0, 23}, vector16(h.stream.Bytes(65))...)
	ext := append(extension(43, []byte{3, 4}), extension(51, share)...)
	out := h.hello(2, append([]byte{0x13, 0x02, 0}, vector16(ext)...))
	out = append(out, typeChangeCipherSpec, 3, 3, 0, 1, 1)
	n := 0
	for _, c := range h.chain {
		n += len(c.DER) + 5
	}
	return append(append(append(out, h.Data(27)...), h.Data(n+8)...), h.Data(316)...)
}

// ClientFlight is the rest of the client's handshake.
func (h *Hidden) ClientFlight() []byte {
	return append([]byte{typeChangeCipherSpec, 3, 3, 0, 1, 1}, h.Data(53)...)
}

// Data is one protected record of n bytes of content.
func (h *Hidden) Data(n int) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{typeData, 3, 3}, uint16(n+17)), h.stream.Bytes(n+17)...)
}

func extension(typ uint16, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, typ), vector16(body)...)
}

func (h *Hidden) hello(typ byte, rest []byte) []byte {
	body := append([]byte{3, 3}, h.stream.Bytes(32)...)
	body = append(append(body, 32), h.stream.Bytes(32)...)
	body = append(body, rest...)
	m := append([]byte{typ, 0}, vector16(body)...)
	return append(binary.BigEndian.AppendUint16([]byte{typeHandshake, 3, 3}, uint16(len(m))), m...)
}

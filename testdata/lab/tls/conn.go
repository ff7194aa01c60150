package tls

import (
	"crypto"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"trustline/testdata/lab/keys"
	"trustline/testdata/lab/x509"
)

// Versions on the wire.
const (
	TLS10 = 0x0301
	TLS11 = 0x0302
	TLS12 = 0x0303
)

// Cipher suites that the lab can run; a ClientHello may offer others.
const (
	AES128SHA = 0x002f
	AES256SHA = 0x0035
)

// Levels and descriptions of alerts (RFC 2246 7.2).
const (
	Warning = 1
	Fatal   = 2

	CloseNotify        = 0
	HandshakeFailure   = 40
	BadCertificate     = 42
	CertificateExpired = 45
	CertificateUnknown = 46
	UnknownCA          = 48
)

// A Config describes a connection.
type Config struct {
	Seed        string
	Time        time.Time // goes into the random values of both sides
	Version     uint16    // 0: TLS 1.0
	Offer       []uint16  // suites of the ClientHello; nil: those of a 7900 phone
	Suite       uint16    // chosen by the server; 0: AES256-SHA
	Chain       []*x509.Certificate
	AskClient   bool // server sends CertificateRequest
	Authorities []x509.Name
	ClientChain []*x509.Certificate // what the client presents when asked; none: empty
	Resume      *Conn               // take up the session of an earlier connection
}

// A Conn is a connection being recorded.
type Conn struct {
	Config
	random    [2][]byte
	session   []byte
	premaster []byte
	master    []byte
	w         [2]writer
	stream    *keys.Stream
	messages  []byte // all handshake messages so far
}

// New starts a connection; nothing is sent yet.
func New(c Config) *Conn {
	if c.Version == 0 {
		c.Version = TLS10
	}
	if c.Suite == 0 {
		c.Suite = AES256SHA
	}
	if c.Offer == nil {
		c.Offer = []uint16{AES256SHA, AES128SHA, 0x000a, 0x0005, 0x0004}
	}
	conn := &Conn{Config: c, stream: keys.NewStream("tls/" + c.Seed)}
	for side := range conn.random {
		conn.random[side] = append(binary.BigEndian.AppendUint32(nil, uint32(c.Time.Unix())), conn.stream.Bytes(28)...)
		conn.w[side] = writer{version: c.Version, random: conn.stream}
	}
	conn.session = conn.stream.Bytes(32)
	if c.Resume != nil {
		conn.session, conn.master = c.Resume.session, c.Resume.master
	}
	return conn
}

// message adds a handshake message to the transcript and returns it.
func (c *Conn) message(typ byte, body []byte) []byte {
	m := append([]byte{typ, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
	c.messages = append(c.messages, m...)
	return m
}

func (c *Conn) handshake(side Side, typ byte, body []byte) []byte {
	return c.w[side].write(typeHandshake, c.message(typ, body))
}

func vector16(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...)
}

func vector24(b []byte) []byte {
	return append([]byte{byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b))}, b...)
}

// ClientHello offers the version, the suites and, to resume, the session.
func (c *Conn) ClientHello() []byte {
	body := binary.BigEndian.AppendUint16(nil, c.Version)
	body = append(body, c.random[Client]...)
	if c.Resume != nil {
		body = append(append(body, byte(len(c.session))), c.session...)
	} else {
		body = append(body, 0)
	}
	var suites []byte
	for _, s := range c.Offer {
		suites = binary.BigEndian.AppendUint16(suites, s)
	}
	body = append(body, vector16(suites)...)
	return c.handshake(Client, 1, append(body, 1, 0))
}

func (c *Conn) serverHello() []byte {
	body := binary.BigEndian.AppendUint16(nil, c.Version)
	body = append(body, c.random[Server]...)
	body = append(append(body, byte(len(c.session))), c.session...)
	body = binary.BigEndian.AppendUint16(body, c.Suite)
	return c.handshake(Server, 2, append(body, 0))
}

func certificates(chain []*x509.Certificate) []byte {
	var all []byte
	for _, cert := range chain {
		all = append(all, vector24(cert.DER)...)
	}
	return vector24(all)
}

// ServerFlight is ServerHello, Certificate, CertificateRequest when the server
// asks for one, and ServerHelloDone, each in its own record as OpenSSL 0.9.8
// wrote them. A resumed session goes on at once with [Conn.ServerFinish].
func (c *Conn) ServerFlight() []byte {
	out := c.serverHello()
	if c.Resume != nil {
		return append(out, c.finish(Server)...)
	}
	out = append(out, c.handshake(Server, 11, certificates(c.Chain))...)
	if c.AskClient {
		body := []byte{2, 1, 2} // rsa_sign, dss_sign
		if c.Version >= TLS12 {
			body = append(body, 0, 4, 4, 1, 2, 1) // RSA with SHA-256, with SHA-1 (RFC 5246 7.4.4)
		}
		var names []byte
		for _, n := range c.Authorities {
			names = append(names, vector16(n.DER())...)
		}
		out = append(out, c.handshake(Server, 13, append(body, vector16(names)...))...)
	}
	return append(out, c.handshake(Server, 14, nil)...)
}

// ClientFlight is the client's answer: its certificate when asked, the encrypted
// premaster secret, the proof of its key, ChangeCipherSpec and Finished.
func (c *Conn) ClientFlight() []byte {
	if c.Resume != nil {
		return c.finish(Client)
	}
	var out []byte
	if c.AskClient {
		out = append(out, c.handshake(Client, 11, certificates(c.ClientChain))...)
	}
	c.premaster = binary.BigEndian.AppendUint16(nil, c.Version)
	c.premaster = append(c.premaster, c.stream.Bytes(46)...)
	encrypted := c.Chain[0].Key.Encrypt(c.stream, c.premaster)
	out = append(out, c.handshake(Client, 16, vector16(encrypted))...)
	if c.AskClient && len(c.ClientChain) > 0 {
		out = append(out, c.handshake(Client, 15, c.proof())...)
	}
	return append(out, c.finish(Client)...)
}

// ServerFinish is the server's ChangeCipherSpec and Finished.
func (c *Conn) ServerFinish() []byte { return c.finish(Server) }

// proof is the body of CertificateVerify: since TLS 1.2 the algorithm stands
// before the signature (RFC 5246 7.4.8).
func (c *Conn) proof() []byte {
	key := c.ClientChain[0].Key
	if c.Version < TLS12 {
		return vector16(key.Sign(crypto.MD5SHA1, c.transcript()))
	}
	return append([]byte{4, 1}, vector16(key.Sign(crypto.SHA256, c.transcript()))...)
}

// prf is the pseudorandom function of the version.
func (c *Conn) prf(secret []byte, label string, seed []byte, n int) []byte {
	if c.Version < TLS12 {
		return prf(secret, label, seed, n)
	}
	return pHash(sha256.New, secret, append([]byte(label), seed...), n)
}

// transcript is MD5 and SHA-1, since TLS 1.2 SHA-256, of all handshake messages so
// far.
func (c *Conn) transcript() []byte {
	if c.Version >= TLS12 {
		h := sha256.Sum256(c.messages)
		return h[:]
	}
	a, b := md5.Sum(c.messages), sha1.Sum(c.messages)
	return append(a[:], b[:]...)
}

func (c *Conn) finish(side Side) []byte {
	c.derive()
	label := [...]string{"client finished", "server finished"}[side]
	verify := c.prf(c.master, label, c.transcript(), 12)
	out := c.w[side].write(typeChangeCipherSpec, []byte{1})
	c.w[side].activate()
	return append(out, c.handshake(side, 20, verify)...)
}

// derive computes the master secret and the keys of both sides, once.
func (c *Conn) derive() {
	if c.w[Client].block != nil {
		return
	}
	if c.master == nil {
		seed := append(append([]byte{}, c.random[Client]...), c.random[Server]...)
		c.master = c.prf(c.premaster, "master secret", seed, 48)
	}
	const mac, iv = 20, 16
	key := 16
	if c.Suite == AES256SHA {
		key = 32
	}
	seed := append(append([]byte{}, c.random[Server]...), c.random[Client]...)
	block := c.prf(c.master, "key expansion", seed, 2*(mac+key+iv))
	take := func(n int) []byte {
		p := block[:n]
		block = block[n:]
		return p
	}
	macs := [2][]byte{take(mac), take(mac)}
	enc := [2][]byte{take(key), take(key)}
	ivs := [2][]byte{take(iv), take(iv)}
	for side := range c.w {
		c.w[side].set(macs[side], enc[side], ivs[side])
	}
}

// Data is application data of one side.
func (c *Conn) Data(side Side, p []byte) []byte { return c.w[side].write(typeData, p) }

// Alert is an alert of one side, protected once that side has changed ciphers.
func (c *Conn) Alert(side Side, level, description byte) []byte {
	return c.w[side].write(typeAlert, []byte{level, description})
}

// KeyLog is the line that lets Wireshark decrypt the connection.
func (c *Conn) KeyLog() string {
	return fmt.Sprintf("CLIENT_RANDOM %x %x\n", c.random[Client], c.master)
}

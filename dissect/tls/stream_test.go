package tls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	stdtls "crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"io"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tap notes what is written through a connection.
type tap struct {
	net.Conn
	server bool
	mu     *sync.Mutex
	log    *[]piece
}

func (c *tap) Write(b []byte) (int, error) {
	c.mu.Lock()
	*c.log = append(*c.log, piece{c.server, bytes.Clone(b)})
	c.mu.Unlock()
	return c.Conn.Write(b)
}

// talk lets crypto/tls shake hands over a pipe and exchange a line each way.
func talk(t *testing.T, client, server *stdtls.Config) []piece {
	t.Helper()
	var log []piece
	var mu sync.Mutex
	l, err := net.Listen("tcp", "127.0.0.1:0") // not net.Pipe: both sides may write at once
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	a.SetDeadline(time.Now().Add(5 * time.Second))
	b.SetDeadline(time.Now().Add(5 * time.Second))
	done := make(chan struct{})
	go func() {
		defer close(done)
		c := stdtls.Server(&tap{b, true, &mu, &log}, server)
		buf := make([]byte, 5)
		if _, err := io.ReadFull(c, buf); err == nil {
			c.Write([]byte("answer"))
			io.Copy(io.Discard, c)
		}
		b.Close()
	}()
	c := stdtls.Client(&tap{a, false, &mu, &log}, client)
	if _, err := c.Write([]byte("query")); err == nil {
		io.ReadFull(c, make([]byte, 6))
		c.Close()
	}
	a.Close()
	<-done
	return log
}

func newCertificate(t *testing.T, name string) stdtls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(77), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return stdtls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestStandardLibrary reads handshakes of crypto/tls in all its versions and
// compares with what its own ConnectionState would say.
func TestStandardLibrary(t *testing.T) {
	srv, cli := newCertificate(t, "tvs.example.com"), newCertificate(t, "SEP001122334455")
	sum := func(c stdtls.Certificate) string {
		h := sha256.Sum256(c.Certificate[0])
		return hex.EncodeToString(h[:])
	}
	for _, v := range []uint16{stdtls.VersionTLS10, stdtls.VersionTLS11, stdtls.VersionTLS12, stdtls.VersionTLS13} {
		var state stdtls.ConnectionState
		cc := &stdtls.Config{InsecureSkipVerify: true, ServerName: "tvs.example.com", MinVersion: v, MaxVersion: v,
			Certificates: []stdtls.Certificate{cli}, NextProtos: []string{"tvs"}, ClientSessionCache: stdtls.NewLRUClientSessionCache(4),
			VerifyConnection: func(s stdtls.ConnectionState) error { state = s; return nil }}
		sc := &stdtls.Config{MinVersion: stdtls.VersionTLS10, Certificates: []stdtls.Certificate{srv}, ClientAuth: stdtls.RequireAnyClientCert}
		for _, resumed := range []bool{false, true} {
			h := play(talk(t, cc, sc))
			if h.Version != VersionName(v) || h.ClientVersion != VersionName(v) || h.Cipher != CipherName(state.CipherSuite) ||
				h.SNI != "tvs.example.com" || !cmp.Equal(h.ALPN, []string{"tvs"}) || h.Resumed != state.DidResume || h.Resumed != resumed {
				t.Errorf("%s: read %s %s %q %q resumed %v; the client says %s, resumed %v", VersionName(v), h.Version, h.Cipher, h.SNI, h.ALPN,
					h.Resumed, stdtls.CipherSuiteName(state.CipherSuite), state.DidResume)
			}
			if len(h.Problems) > 0 {
				t.Errorf("%s: %q", VersionName(v), h.Problems)
			}
			if v == stdtls.VersionTLS13 {
				if h.Established || len(h.ServerCertificates) > 0 {
					t.Errorf("TLS 1.3: established %v with %d certificates", h.Established, len(h.ServerCertificates))
				}
				continue
			}
			if !h.Established {
				t.Errorf("%s: not established: %s", VersionName(v), h.History)
			}
			if resumed {
				continue
			}
			if len(h.ServerCertificates) != 1 || h.ServerCertificates[0].SHA256 != sum(srv) ||
				len(h.ClientCertificates) != 1 || h.ClientCertificates[0].SHA256 != sum(cli) {
				t.Errorf("%s: certificates differ", VersionName(v))
			}
		}
	}
}

// TestRefusedByClient: crypto/tls refuses an unknown issuer with bad_certificate.
func TestRefusedByClient(t *testing.T) {
	srv := newCertificate(t, "tvs.example.com")
	h := play(talk(t, &stdtls.Config{ServerName: "tvs.example.com", MaxVersion: stdtls.VersionTLS12, RootCAs: x509.NewCertPool()},
		&stdtls.Config{Certificates: []stdtls.Certificate{srv}}))
	a := h.FatalAlert()
	if a == nil || a.FromServer || a.Code != 42 || a.Description != "bad_certificate" || h.Established {
		t.Errorf("alert %+v, history %s", a, h.History)
	}
}

func TestCipherNamesOfStandardLibrary(t *testing.T) {
	for _, c := range append(stdtls.CipherSuites(), stdtls.InsecureCipherSuites()...) {
		if got := CipherName(c.ID); got != c.Name {
			t.Errorf("0x%04x: %s, crypto/tls says %s", c.ID, got, c.Name)
		}
	}
	if got := CipherName(0x2a2a); got != "GREASE" {
		t.Error(got)
	}
	if got := CipherName(0xfff0); got != "0xfff0" {
		t.Error(got)
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSSL2Hello: a hello as OpenSSL 0.9.8 sends it, by RFC 5246 appendix E.2.
func TestSSL2Hello(t *testing.T) {
	hello := unhex(t, `802e 01 0301 0015 0000 0010
		000039 00002f 000005 010080 0700c0 000004 0000ff
		00112233445566778899aabbccddeeff`)
	rest := recording(t, "tls10-mutual")[1:]
	h := play(append([]piece{{false, hello}}, rest...))
	want := []string{"TLS_DHE_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA",
		"SSL_CK_RC4_128_WITH_MD5", "SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "TLS_RSA_WITH_RC4_128_MD5", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"}
	if h.ClientVersion != "TLS1.0" || !cmp.Equal(h.Ciphers, want) || h.History != "CsxrnXGYIFifdDLl" || !h.Established {
		t.Errorf("%s %q %s %v %q", h.ClientVersion, h.Ciphers, h.History, h.Established, h.Problems)
	}
}

// TestSSL3 rewrites the versions of a TLS 1.0 recording: the cleartext part of
// SSL 3.0 (RFC 6101) differs in nothing else that is read here.
func TestSSL3(t *testing.T) {
	pieces := recording(t, "tls10-mutual")
	for i := range pieces {
		b := pieces[i].data
		b = bytes.ReplaceAll(b, []byte{20, 3, 1}, []byte{20, 3, 0})
		b = bytes.ReplaceAll(b, []byte{22, 3, 1}, []byte{22, 3, 0})
		b = bytes.ReplaceAll(b, []byte{21, 3, 1}, []byte{21, 3, 0})
		b = bytes.ReplaceAll(b, []byte{23, 3, 1}, []byte{23, 3, 0})
		pieces[i].data = b
	}
	for i, at := range []int{9, 9} { // version of the two hellos
		pieces[i].data[at+1] = 0
	}
	h := play(pieces)
	if h.Version != "SSL3.0" || h.ClientVersion != "SSL3.0" || h.History != "CsxrnXGYIFifdDLl" || len(h.ServerCertificates) != 1 {
		t.Errorf("%s %s %s %q", h.ClientVersion, h.Version, h.History, h.Problems)
	}
}

func TestNotTLS(t *testing.T) {
	for _, c := range []struct{ name, client, server, want string }{
		{"http request", "GET / HTTP/1.1\r\n\r\n", "", "http"},
		{"http answer to TLS", "", "HTTP/1.1 400 Bad Request\r\n", "http"},
		{"sip", "REGISTER sip:cucm SIP/2.0\r\n", "", "sip"},
		{"ssh", "", "SSH-2.0-OpenSSH\r\n", "ssh"},
		{"tvs in the clear", "\x57\x01\x01\x00\x00\x00\x00\x01\x00\x05", "", "tvs"},
		{"capf in the clear", "", "\x55\x01\x00\x00\x00\x07\x00\x00", "capf"},
		{"sccp", "\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "", "sccp"},
		{"noise", "\x00\xff\x80\x01\x99\x00\x11", "", "unknown"},
	} {
		for _, size := range []int{1, 3, 100} {
			s := NewStream()
			if c.client == "" {
				s.Data(false, 1, epoch, recording(t, "tls10-mutual")[0].data, 0)
			}
			for _, d := range []string{c.client, c.server} {
				for b := []byte(d); len(b) > 0; {
					n := min(size, len(b))
					s.Data(d == c.server, 2, epoch, b[:n], 0)
					b = b[n:]
				}
			}
			s.Close()
			h := s.Result()
			if h.Foreign == nil || h.Foreign.Protocol != c.want || h.Foreign.FromServer != (c.server != "") || h.Established {
				t.Errorf("%s in pieces of %d: %+v %q", c.name, size, h.Foreign, h.Problems)
			}
		}
	}
}

// TestMissing takes pieces out of a recording.
func TestMissing(t *testing.T) {
	pieces := recording(t, "tls12-ecdhe-mutual")
	feed := func(from map[int][2]int) *Handshake { // piece: octets [a, b) are missing
		s := NewStream()
		var lost [2]int64
		for i, p := range pieces {
			side := 0
			if p.server {
				side = 1
			}
			cut, ok := from[i]
			if !ok {
				cut = [2]int{len(p.data), len(p.data)}
			}
			if cut[1] < 0 {
				cut[1] = len(p.data)
			}
			for j, b := range [][]byte{p.data[:cut[0]], p.data[cut[1]:]} {
				if len(b) > 0 {
					s.Data(p.server, i+4, epoch, b, lost[side])
					lost[side] = 0
				}
				if j == 0 {
					lost[side] += int64(cut[1] - cut[0])
				}
			}
		}
		s.Close()
		return s.Result()
	}
	if h := feed(nil); !h.Established || len(h.Problems) > 0 {
		t.Fatalf("nothing missing: %s %q", h.History, h.Problems)
	}
	// The server's first flight: its certificate is gone, the chain of the
	// client and the success are not.
	h := feed(map[int][2]int{1: {0, -1}})
	if h.Version != "" || len(h.ServerCertificates) != 0 || len(h.ClientCertificates) != 3 || h.Resumed || !h.Established || len(h.Problems) == 0 {
		t.Errorf("server flight missing: %s %q", h.History, h.Problems)
	}
	// Without any message of TLS 1.2 in the clear it could be TLS 1.3.
	ccs := []byte{20, 3, 3, 0, 1, 1}
	h = feed(map[int][2]int{1: {0, -1}, 2: {0, -1}, 3: {0, bytes.Index(pieces[3].data, ccs)}, 4: {0, bytes.Index(pieces[4].data, ccs)}})
	if h.Version != "" || h.Established {
		t.Errorf("version unknown: %s %q", h.History, h.Problems)
	}
	// A hole in the middle of the client's certificate message.
	h = feed(map[int][2]int{2: {1000, 1200}})
	if len(h.ClientCertificates) == 0 || h.ClientCertificates[0].SHA1 != sha1LSC || len(h.Problems) == 0 || len(h.ServerCertificates) != 1 {
		t.Errorf("hole in the client's chain: %s %q", h.History, h.Problems)
	}
	// Octets of application data are missing: the next record is found.
	h = feed(map[int][2]int{5: {6, 10}})
	if h.History != "CsxkrnXGYIFtifdDLl" || !h.Established {
		t.Errorf("hole in a data record: %s %q", h.History, h.Problems)
	}
	// The server's last handshake flight is gone: without its
	// ChangeCipherSpec success is not claimed.
	h = feed(map[int][2]int{4: {0, -1}})
	if h.Established || h.Frames.ServerCipherSpec.Seen() || !h.Frames.ServerData.Seen() {
		t.Errorf("server's ChangeCipherSpec missing: %s %q", h.History, h.Problems)
	}
	// Resumption is not claimed because a certificate was lost.
	h = feed(map[int][2]int{1: {100, -1}})
	if h.Resumed {
		t.Errorf("certificate lost: resumed by %q, %s", h.ResumedBy, h.History)
	}
}

// TestLate gives the server's octets after all of the client's, as they come
// when a gap is given up late: the order is that of the frames.
func TestLate(t *testing.T) {
	pieces := recording(t, "tls12-client-unknown-ca")
	s := NewStream()
	for _, server := range []bool{false, true} {
		for i, p := range pieces {
			if p.server == server {
				s.Data(server, i+4, epoch, p.data, 0)
			}
		}
	}
	s.Close()
	h := s.Result()
	if h.History != "CsxkrnXGYIFl" || h.Steps[0].Name != "client_hello" || h.Steps[1].Name != "server_hello" || h.Version != "TLS1.2" {
		t.Errorf("%s %q", h.History, h.Problems)
	}
	// A segment that came late completes a record in the frame that filled it.
	s = NewStream()
	hello := pieces[0].data
	s.Data(false, 6, epoch, hello[:20], 0)
	s.Data(false, 5, epoch, hello[20:], 0)
	if f := s.Result().Frames.ClientHello.Frame; f != 6 {
		t.Errorf("frame %d, want 6", f)
	}
}

// TestCutShort: a capture that ends inside the server's certificate.
func TestCutShort(t *testing.T) {
	pieces := recording(t, "tls10-mutual")[:2]
	pieces[1].data = pieces[1].data[:600]
	h := play(pieces)
	if h.Version != "TLS1.0" || len(h.ServerCertificates) != 1 || h.ServerCertificates[0].Serial != "2e3e1a7bdaa64d84" ||
		h.ServerCertificates[0].SHA1 != "" || h.ServerCertificates[0].Problem == "" || len(h.Problems) == 0 {
		t.Errorf("%s %+v %q", h.History, h.ServerCertificates, h.Problems)
	}
}

func TestMidStream(t *testing.T) {
	pieces := recording(t, "tls12-ecdhe-mutual")
	s := NewStream()
	s.MidStream()
	s.Data(true, 1, epoch, pieces[1].data[300:], 0)
	for i, p := range pieces[2:] {
		s.Data(p.server, i+2, epoch, p.data, 0)
	}
	s.Close()
	h := s.Result()
	if h.Foreign != nil || len(h.ClientCertificates) != 3 || !strings.HasSuffix(h.History, "XGYIFtifdDLl") {
		t.Errorf("%s %q", h.History, h.Problems)
	}
}

// TestLongChain: a certificate message of just under and just over 128 KiB,
// spread over records.
func TestLongChain(t *testing.T) {
	hello := recording(t, "tls10-mutual")
	filler := func(total int) []piece {
		body := make([]byte, total)
		body[0] = typeCertificate
		n := total - 4
		copy(body[1:], []byte{byte(n >> 16), byte(n >> 8), byte(n)})
		m := n - 3
		copy(body[4:], []byte{byte(m >> 16), byte(m >> 8), byte(m)})
		der := play(hello).ServerCertificates[0].Raw
		at := 7
		copy(body[at:], []byte{0, byte(len(der) >> 8), byte(len(der))})
		copy(body[at+3:], der)
		at += 3 + len(der)
		k := total - at - 3
		copy(body[at:], []byte{byte(k >> 16), byte(k >> 8), byte(k)})
		var out []piece
		for len(body) > 0 {
			n := min(1<<14, len(body))
			out = append(out, piece{true, append([]byte{22, 3, 1, byte(n >> 8), byte(n)}, body[:n]...)})
			body = body[n:]
		}
		return append(out, piece{true, []byte{22, 3, 1, 0, 4, 14, 0, 0, 0}})
	}
	sh := hello[1].data[:5+int(hello[1].data[3])<<8+int(hello[1].data[4])]
	start := []piece{hello[0], {true, sh}}
	h := play(append(start, filler(maxHandshake)...))
	if len(h.ServerCertificates) == 0 || h.ServerCertificates[0].SHA1 != sha1TVS || h.History != "Csxn" {
		t.Errorf("long chain: %s %q", h.History, h.Problems)
	}
	h = play(append(start, filler(maxHandshake+5)...))
	if len(h.ServerCertificates) != 0 || h.History != "Csn" || len(h.Problems) != 1 {
		t.Errorf("too long chain: %s %q", h.History, h.Problems)
	}
}

// TestDrip: a long message in records of one octet takes no quadratic time.
func TestDrip(t *testing.T) {
	s := NewStream()
	begin := time.Now()
	s.Data(true, 1, epoch, []byte{22, 3, 1, 0, 4, typeCertificate, 1, 0xff, 0xff}, 0)
	for range 128 << 10 {
		s.Data(true, 1, epoch, []byte{22, 3, 1, 0, 1, 0}, 0)
	}
	s.Close()
	if d := time.Since(begin); d > 3*time.Second {
		t.Errorf("%v for 128 KiB", d)
	}
}

// TestFloods: nothing grows without bound.
func TestFloods(t *testing.T) {
	s := NewStream()
	for i := range 5000 {
		s.Data(i%2 == 0, i+1, epoch, []byte{21, 3, 1, 0, 2, 1, 90}, 0)
		s.Data(i%2 == 0, i+1, epoch, []byte{22, 3, 1, 0, 4, 0, 0, 0, 0}, 0)
	}
	s.Close()
	h := s.Result()
	if len(h.Steps) != maxSteps || len(h.History) != maxSteps+1 || len(h.Alerts) != maxAlerts || len(h.Problems) > maxProblems+1 {
		t.Errorf("%d steps, history of %d, %d alerts, %d problems", len(h.Steps), len(h.History), len(h.Alerts), len(h.Problems))
	}
	if h.FatalAlert() != nil {
		t.Error("user_canceled as a warning ends no handshake")
	}
}

func FuzzStream(f *testing.F) {
	for _, name := range []string{"tls10-mutual", "tls12-fragments", "tls13-retry", "tls10-null-sha"} {
		var b []byte
		for _, p := range recording(f, name) {
			who := byte(0)
			if p.server {
				who = 1
			}
			b = append(b, who, byte(len(p.data)>>8), byte(len(p.data)), 0)
			b = append(b, p.data...)
		}
		f.Add(b)
	}
	f.Add([]byte{0, 0, 9, 0, 0x80, 0x2e, 1, 3, 1, 0, 3, 0, 0})
	// The input is a row of pieces: side, two octets of length, octets missing.
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		s := NewStream()
		for i := 1; len(b) >= 4; i++ {
			n := min(int(b[1])<<8|int(b[2]), len(b)-4)
			if b[0]&2 != 0 {
				s.MidStream()
			}
			s.Data(b[0]&1 == 1, i, epoch, b[4:4+n], int64(b[3]))
			b = b[4+n:]
		}
		s.Close()
		h := s.Result()
		if len(h.History) > maxSteps+1 || len(h.Steps) > maxSteps || len(h.Alerts) > maxAlerts || len(h.Problems) > maxProblems+1 {
			t.Error("a cap was passed")
		}
		if h.TLS13 && h.Established {
			t.Error("success claimed for TLS 1.3")
		}
	})
}

// TestSplitAlert: the two octets of an alert in records of their own, as
// RFC 5246 section 6.2.1 allows.
func TestSplitAlert(t *testing.T) {
	hello := piece{false, recording(t, "tls10-mutual")[0].data}
	for _, c := range []struct {
		name, sent, history, text string
		problems                  int
	}{
		{"one record", "1503010002 0228", "Cl", "fatal handshake_failure", 0},
		{"two records", "1503010001 02 1503010001 28", "Cl", "fatal handshake_failure", 0},
		{"two alerts", "1503010001 01 1503010001 00 1503010001 02 1503010001 2a", "Cll", "warning close_notify", 0},
		{"no second half", "1503010001 02", "C", "", 1},
		{"another record between", "1503010001 02 1403010001 01", "Ci", "", 1},
	} {
		h := play([]piece{hello, {true, unhex(t, c.sent)}})
		text := ""
		if len(h.Alerts) > 0 {
			text = h.Alerts[0].Level + " " + h.Alerts[0].Description
		}
		if h.History != c.history || text != c.text || len(h.Problems) != c.problems {
			t.Errorf("%s: %s %q %q", c.name, h.History, text, h.Problems)
		}
	}
}

// TestExchanged: what TLS 1.3 shows of an accepted connection, and what a
// refusal by an encrypted alert of 19 octets (RFC 8446 section 5.2) does not.
func TestExchanged(t *testing.T) {
	for name, want := range map[string]bool{"tls13-mutual": true, "tls13-resumed-psk": true, "tls13-retry": true, "tls12-ecdhe-mutual": false} {
		if h := play(recording(t, name)); h.Exchanged != want {
			t.Errorf("%s: %v, history %s", name, h.Exchanged, h.History)
		}
	}
	pieces := recording(t, "tls13-mutual")[:3] // up to the client's flight
	alert := append([]byte{23, 3, 3, 0, 19}, make([]byte, 19)...)
	if h := play(append(pieces[:len(pieces):len(pieces)], piece{true, alert})); h.Exchanged || !h.TLS13 {
		t.Errorf("refused: %s", h.History)
	}
}

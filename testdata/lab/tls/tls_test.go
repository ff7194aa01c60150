package tls

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"trustline/testdata/lab/keys"
	"trustline/testdata/lab/x509"
)

var epoch = time.Date(2011, 7, 27, 19, 21, 0, 0, time.UTC)

func certificate(name string, bits int) *x509.Certificate {
	return x509.Template{Serial: []byte{1}, Subject: x509.ParseName("CN=" + name), NotBefore: epoch, NotAfter: epoch,
		Key: keys.New("tls/"+name, bits), Digest: crypto.SHA1}.Build()
}

func config() Config {
	return Config{Seed: "test", Time: epoch, Chain: []*x509.Certificate{certificate("server", 2048)}, AskClient: true,
		ClientChain: []*x509.Certificate{certificate("phone", 1024)}}
}

type record struct {
	typ  byte
	data []byte
}

func split(t *testing.T, p []byte) (out []record) {
	t.Helper()
	for len(p) > 0 {
		n := int(binary.BigEndian.Uint16(p[3:]))
		if p[1] != 3 || len(p) < 5+n {
			t.Fatalf("no record: %x", p)
		}
		out = append(out, record{p[0], p[5 : 5+n]})
		p = p[5+n:]
	}
	return out
}

// The vector that Benne de Weger published on the IETF TLS list for the TLS 1.0
// PRF (104 bytes; the beginning and the end).
func TestPRFVector(t *testing.T) {
	got := prf(bytes.Repeat([]byte{0xab}, 48), "PRF Testvector", bytes.Repeat([]byte{0xcd}, 64), 104)
	head, _ := hex.DecodeString("d3d4d1e349b5d515044666d51de32bab")
	if !bytes.HasPrefix(got, head) || len(got) != 104 {
		t.Errorf("%x", got)
	}
}

// The vector published on the IETF TLS list for the PRF of TLS 1.2 with SHA-256.
func TestPRFVector12(t *testing.T) {
	unhex := func(s string) []byte { b, _ := hex.DecodeString(s); return b }
	c := Conn{Config: Config{Version: TLS12}}
	got := c.prf(unhex("9bbe436ba940f017b17652849a71db35"), "test label", unhex("a0ba9f936cda311827a6f796ffd5198c"), 100)
	if want := unhex("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a"); !bytes.HasPrefix(got, want) {
		t.Errorf("%x", got)
	}
}

// What an observer of TLS 1.3 sees: two hellos, the compatibility message, and
// nothing but application data.
func TestHidden(t *testing.T) {
	h := NewHidden("test", []*x509.Certificate{certificate("server", 2048)})
	hello, flight, end := split(t, h.ClientHello()), split(t, h.ServerFlight()), split(t, h.ClientFlight())
	types := ""
	for _, r := range append(append(hello, flight...), end...) {
		types += fmt.Sprint(r.typ, " ")
	}
	if types != "22 22 20 23 23 23 20 23 " {
		t.Error(types)
	}
	if !bytes.Contains(hello[0].data, []byte{0, 43, 0, 5, 4, 3, 4, 3, 3}) || !bytes.Contains(flight[0].data, []byte{0, 43, 0, 2, 3, 4}) {
		t.Error("supported_versions does not say 1.3")
	}
}

// open undoes the record protection with code of its own kind: the standard
// library's AES, HMAC and RSA, keys derived from the wire alone.
func TestRecordingDecryptsWithTheServersKey(t *testing.T) {
	for _, version := range []uint16{TLS10, TLS11, TLS12} {
		cfg := config()
		cfg.Version = version
		c := New(cfg)
		hello := split(t, c.ClientHello())
		flight := split(t, c.ServerFlight())
		answer := split(t, c.ClientFlight())
		done := split(t, c.ServerFinish())
		question := split(t, c.Data(Client, []byte("question")))

		var transcript []byte
		for _, r := range append(append([]record{}, hello...), flight...) {
			transcript = append(transcript, r.data...)
		}
		for _, r := range answer[:3] {
			transcript = append(transcript, r.data...)
		}
		// answer: Certificate, ClientKeyExchange, CertificateVerify, ChangeCipherSpec, Finished
		premaster, err := cfg.Chain[0].Key.Decrypt(answer[1].data[6:])
		if err != nil || binary.BigEndian.Uint16(premaster) != version {
			t.Fatalf("premaster %x, %v", premaster, err)
		}
		clientRandom, serverRandom := hello[0].data[6:38], flight[0].data[6:38]
		probe := Conn{Config: Config{Version: version}}
		master := probe.prf(premaster, "master secret", append(append([]byte{}, clientRandom...), serverRandom...), 48)
		block := probe.prf(master, "key expansion", append(append([]byte{}, serverRandom...), clientRandom...), 136)

		// CertificateVerify signs the messages before it.
		signed := transcript[:len(transcript)-len(answer[2].data)]
		probe.messages = signed
		hash, sig := crypto.MD5SHA1, answer[2].data[6:]
		if version == TLS12 { // algorithm before the signature
			hash, sig = crypto.SHA256, answer[2].data[8:]
		}
		if err := rsa.VerifyPKCS1v15(cfg.ClientChain[0].Key.Public(), hash, probe.transcript(), sig); err != nil {
			t.Errorf("certificate verify: %v", err)
		}

		state := append([]byte{}, block[104:120]...)
		var seq uint64
		open := func(r record) []byte {
			iv, data := state, append([]byte{}, r.data...)
			if version >= TLS11 {
				iv, data = data[:16], data[16:]
			}
			b, _ := aes.NewCipher(block[40:72])
			state = append([]byte{}, data[len(data)-16:]...)
			cipher.NewCBCDecrypter(b, iv).CryptBlocks(data, data)
			data = data[:len(data)-1-int(data[len(data)-1])]
			plain, mac := data[:len(data)-20], data[len(data)-20:]
			h := hmac.New(sha1.New, block[:20])
			head := binary.BigEndian.AppendUint64(nil, seq)
			head = binary.BigEndian.AppendUint16(append(head, r.typ), version)
			h.Write(binary.BigEndian.AppendUint16(head, uint16(len(plain))))
			h.Write(plain)
			if !hmac.Equal(h.Sum(nil), mac) {
				t.Errorf("record %d: wrong MAC", seq)
			}
			seq++
			return plain
		}
		probe.messages = transcript
		finished := open(answer[4])
		if want := probe.prf(master, "client finished", probe.transcript(), 12); !bytes.Equal(finished[4:], want) {
			t.Errorf("finished %x, want %x", finished[4:], want)
		}
		if got := open(question[0]); string(got) != "question" {
			t.Errorf("data %q", got)
		}
		if len(done) != 2 || done[0].typ != 20 || done[1].typ != 22 {
			t.Errorf("server finish %v", done)
		}
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	run := func() []byte {
		c := New(config())
		out := append(c.ClientHello(), c.ServerFlight()...)
		out = append(out, c.ClientFlight()...)
		return append(append(out, c.ServerFinish()...), c.Data(Server, []byte("x"))...)
	}
	if !bytes.Equal(run(), run()) {
		t.Error("two runs differ")
	}
}

func TestResumedSessionHasNoCertificate(t *testing.T) {
	first := New(config())
	first.ClientHello()
	first.ServerFlight()
	first.ClientFlight()
	first.ServerFinish()
	cfg := config()
	cfg.Seed, cfg.Resume = "again", first
	second := New(cfg)
	hello := second.ClientHello()
	if !bytes.Contains(hello, first.session) {
		t.Error("the hello does not name the session")
	}
	flight := split(t, second.ServerFlight())
	if len(flight) != 3 || flight[0].typ != 22 || flight[1].typ != 20 || flight[2].typ != 22 {
		t.Errorf("server answers %v", flight)
	}
	if answer := split(t, second.ClientFlight()); len(answer) != 2 {
		t.Errorf("client answers %v", answer)
	}
}

func TestAlertBeforeAndAfterChangeCipherSpec(t *testing.T) {
	c := New(config())
	c.ClientHello()
	c.ServerFlight()
	if got := c.Alert(Client, Fatal, UnknownCA); !bytes.Equal(got, []byte{21, 3, 1, 0, 2, 2, 48}) {
		t.Errorf("%x", got)
	}
	c.ClientFlight()
	if got := c.Alert(Client, Warning, CloseNotify); len(got) != 5+32 {
		t.Errorf("protected alert of %d bytes", len(got))
	}
}

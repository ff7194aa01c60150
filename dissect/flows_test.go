package dissect

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	tvs      = ep("10.0.0.1:2445")
	phoneTLS = ep("10.0.0.7:52000")
)

// replay writes a handshake recorded from OpenSSL, see tls/testdata. Of its
// pieces those from first to last (exclusive) are written.
func (w *wire) replay(t testing.TB, name string, c, s netip.AddrPort, first, last int) {
	t.Helper()
	f, err := os.Open("tls/testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for i := 0; sc.Scan(); i++ {
		who, text, _ := strings.Cut(sc.Text(), " ")
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case i < first || i >= last:
			// not on the wire
		case who == "C":
			w.tcp(c, s, psh|ack, b)
		default:
			w.tcp(s, c, psh|ack, b)
		}
	}
}

// TestTLSRow compares every member. Frames are those that tshark shows for
// this handshake; certificate members are what `openssl x509` prints.
func TestTLSRow(t *testing.T) {
	w := newWire()
	w.connect(phoneTLS, tvs)
	w.replay(t, "tls12-client-unknown-ca", phoneTLS, tvs, 0, 99)
	w.tcp(tvs, phoneTLS, fin|ack, nil)
	w.tcp(phoneTLS, tvs, fin|ack, nil)
	f := w.read(t, DefaultOptions())
	if len(f.connections) != 1 {
		t.Fatalf("%d connections", len(f.connections))
	}
	row := f.connections[0].Row("dir/a.pcap")
	if len(row.Ciphers) < 10 {
		t.Errorf("%d ciphers", len(row.Ciphers))
	}
	row.Ciphers = row.Ciphers[:1]
	row.ClientCertificates = row.ClientCertificates[:1]
	row.ServerCertificates[0].NotBefore, row.ServerCertificates[0].NotAfter, row.ServerCertificates[0].SHA256 = nil, nil, nil
	row.ClientCertificates[0].NotBefore, row.ClientCertificates[0].NotAfter, row.ClientCertificates[0].SHA256 = nil, nil, nil
	got, _ := json.MarshalIndent(row, "", " ")
	want := `{
 "capture": "dir/a.pcap",
 "stream": 0,
 "first_frame": 1,
 "time": "2026-03-01T08:00:00.000000Z",
 "client": "10.0.0.7:52000",
 "server": "10.0.0.1:2445",
 "service": "tvs",
 "syn": {
  "count": 1,
  "seconds": [
   0
  ]
 },
 "client_version": "TLS1.2",
 "version": "TLS1.2",
 "cipher": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
 "sni": null,
 "ciphers": [
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
 ],
 "server_certificates": [
  {
   "subject": "CN=cucm1.example.com;OU=TAC;O=Cisco;L=RTP;ST=NC;C=US",
   "issuer": "CN=cucm1.example.com;OU=TAC;O=Cisco;L=RTP;ST=NC;C=US",
   "serial": "2e3e1a7bdaa64d84",
   "not_before": null,
   "not_after": null,
   "key": "RSA 1024",
   "signature_algorithm": "SHA1-RSA",
   "sha1": "49bb8b15e07ea87ab4a03c6b61cc2f448471da6c",
   "sha256": null,
   "problem": null
  }
 ],
 "certificate_requested": true,
 "client_certificates": [
  {
   "subject": "C=US;O=Cisco;OU=TAC;CN=CP-8861-SEP00112233AABB",
   "issuer": "C=US;O=Cisco;OU=TAC;CN=CAPF-9c4cba7d;ST=NC;L=RTP",
   "serial": "07",
   "not_before": null,
   "not_after": null,
   "key": "RSA 1024",
   "signature_algorithm": "SHA256-RSA",
   "sha1": "f2cb571e155ad71e9b0057f508a9806b659adeed",
   "sha256": null,
   "problem": null
  }
 ],
 "alerts": [
  {
   "frame": 8,
   "from": "server",
   "level": "fatal",
   "code": 48,
   "description": "unknown_ca",
   "encrypted": false
  }
 ],
 "resumed": false,
 "history": "CsxkrnXGYIFl",
 "outcome": "alert",
 "frames": {
  "syn": 1,
  "client_hello": 4,
  "server_hello": 5,
  "server_certificate": 5,
  "client_certificate": 7,
  "application_data": null
 },
 "decrypted": false,
 "closed_by": "server",
 "unreachable": null,
 "not_tls": null,
 "problems": []
}`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
}

func TestOutcomes(t *testing.T) {
	both := func(w *wire) {
		w.tcp(phoneTLS, tvs, fin|ack, nil)
		w.tcp(tvs, phoneTLS, fin|ack, nil)
	}
	again := func(w *wire, n int, gaps ...time.Duration) {
		for i := range n {
			if i > 0 {
				w.wait(gaps[i-1] - time.Millisecond)
			}
			w.tcp(phoneTLS, tvs, syn, nil)
			w.lose(phoneTLS, tvs, -1)
		}
	}
	for _, c := range []struct {
		name string
		make func(w *wire)
		want string
		by   string
	}{
		{"done and closed", func(w *wire) { w.connect(phoneTLS, tvs); w.replay(t, "tls10-mutual", phoneTLS, tvs, 0, 99); both(w) }, OutcomeEstablished, "client"},
		{"done and reset", func(w *wire) {
			w.connect(phoneTLS, tvs)
			w.replay(t, "tls12-ecdhe-mutual", phoneTLS, tvs, 0, 99)
			w.tcp(phoneTLS, tvs, rst|ack, nil)
		}, OutcomeEstablished, "client"},
		{"handshake without data", func(w *wire) { w.connect(phoneTLS, tvs); w.replay(t, "tls10-mutual", phoneTLS, tvs, 0, 5); both(w) }, OutcomeClosed, "client"},
		{"alert of the client", func(w *wire) {
			w.connect(phoneTLS, tvs)
			w.replay(t, "tls12-server-refused", phoneTLS, tvs, 0, 99)
			w.tcp(phoneTLS, tvs, rst|ack, nil)
		}, OutcomeAlert, "client"},
		{"reset during the handshake", func(w *wire) {
			w.connect(phoneTLS, tvs)
			w.replay(t, "tls10-mutual", phoneTLS, tvs, 0, 2)
			w.tcp(tvs, phoneTLS, rst|ack, nil)
		}, OutcomeReset, "server"},
		{"closed after the certificate", func(w *wire) { w.connect(phoneTLS, tvs); w.replay(t, "tls10-mutual", phoneTLS, tvs, 0, 2); both(w) }, OutcomeClosed, "client"},
		{"TLS 1.3 is never success", func(w *wire) { w.connect(phoneTLS, tvs); w.replay(t, "tls13-mutual", phoneTLS, tvs, 0, 99); both(w) }, OutcomeIncomplete, "client"},
		{"TLS 1.3 ended by the client's flight", func(w *wire) {
			w.connect(phoneTLS, tvs)
			w.replay(t, "tls13-mutual", phoneTLS, tvs, 0, 2)
			both(w)
		}, OutcomeClosed, "client"},
		{"port closed", func(w *wire) {
			w.tcp(phoneTLS, tvs, syn, nil)
			w.tcp(tvs, phoneTLS, rst|ack, nil)
		}, OutcomeRefused, "server"},
		{"filtered with ICMP", func(w *wire) {
			w.tcp(phoneTLS, tvs, syn, nil)
			w.lose(phoneTLS, tvs, -1)
			w.unreachable(netip.MustParseAddr("10.0.0.254"), 13, 6, phoneTLS, tvs)
		}, OutcomeRefused, ""},
		{"silence", func(w *wire) { again(w, 4, time.Second, 2*time.Second, 4*time.Second) }, OutcomeNoAnswer, ""},
		{"only the client's side", func(w *wire) {
			w.tcp(phoneTLS, tvs, syn, nil)
			w.tcp(phoneTLS, tvs, ack, nil)
			w.replay(t, "tls10-mutual", phoneTLS, tvs, 0, 1)
		}, OutcomeIncomplete, ""},
		{"capture ends", func(w *wire) { w.connect(phoneTLS, tvs); w.replay(t, "tls10-mutual", phoneTLS, tvs, 0, 2) }, OutcomeIncomplete, ""},
		{"begins in the middle", func(w *wire) { w.replay(t, "tls10-mutual", phoneTLS, tvs, 5, 99) }, OutcomeIncomplete, ""},
		{"begins with data and is closed", func(w *wire) { w.replay(t, "tls10-mutual", phoneTLS, tvs, 5, 99); both(w) }, OutcomeIncomplete, "client"},
		{"begins behind the hello and is reset", func(w *wire) {
			w.replay(t, "tls10-mutual", phoneTLS, tvs, 1, 2)
			w.tcp(phoneTLS, tvs, rst|ack, nil)
		}, OutcomeIncomplete, "client"},
		{"begins with the hello", func(w *wire) { w.replay(t, "tls10-mutual", phoneTLS, tvs, 0, 2); both(w) }, OutcomeClosed, "client"},
		{"only the server's side", func(w *wire) {
			w.tcp(tvs, phoneTLS, syn|ack, nil)
			w.replay(t, "tls10-mutual", phoneTLS, tvs, 1, 2)
			w.tcp(tvs, phoneTLS, fin|ack, nil)
		}, OutcomeIncomplete, "server"},
		{"server's octets acknowledged and not seen", func(w *wire) {
			w.connect(phoneTLS, tvs)
			w.replay(t, "tls10-mutual", phoneTLS, tvs, 0, 1)
			w.lose(tvs, phoneTLS, 900)
			w.tcp(phoneTLS, tvs, ack, nil)
			w.tcp(phoneTLS, tvs, rst|ack, nil)
		}, OutcomeIncomplete, "client"},
		{"cut by the snap length", func(w *wire) {
			w.connect(phoneTLS, tvs)
			w.snap = 200
			w.replay(t, "tls10-mutual", phoneTLS, tvs, 0, 2)
			both(w)
		}, OutcomeIncomplete, "client"},
		{"no TLS", func(w *wire) {
			w.connect(phoneTLS, tvs)
			w.tcp(phoneTLS, tvs, psh|ack, []byte("GET / HTTP/1.1\r\n\r\n"))
			both(w)
		}, OutcomeClosed, "client"},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			w := newWire()
			c.make(w)
			f := w.read(t, DefaultOptions())
			if len(f.connections) != 1 {
				t.Fatalf("%d connections", len(f.connections))
			}
			got := f.connections[0]
			if got.Outcome != c.want || got.ClosedBy() != c.by || got.Conn.Server != tvs || got.Service != "tvs" {
				t.Errorf("%s by %q, want %s by %q; %s of %s, history %s", got.Outcome, got.ClosedBy(), c.want, c.by, got.Service, got.Conn.Server, got.Handshake.History)
			}
			row := got.Row("a")
			if c.name == "silence" && (row.Syn.Count != 4 || !cmp.Equal(row.Syn.Seconds, []float64{0, 1, 3, 7})) {
				t.Errorf("%+v", row.Syn)
			}
			if c.name == "TLS 1.3 is never success" && (row.Frames.ApplicationData != nil || row.CertificateRequested != nil ||
				!got.Handshake.Exchanged || !cmp.Equal(row.Problems, []string{"TLS 1.3: whether the handshake was accepted cannot be seen"})) {
				t.Errorf("%+v", row)
			}
			if c.name == "filtered with ICMP" && (row.Unreachable == nil || *row.Unreachable != "ICMP administratively prohibited from 10.0.0.254") {
				t.Errorf("%v", row.Unreachable)
			}
			if c.name == "no TLS" && (row.NotTLS == nil || *row.NotTLS != "http") {
				t.Errorf("%v", row.NotTLS)
			}
		})
	}
}

func TestServices(t *testing.T) {
	for port, want := range map[uint16]string{2445: "tvs", 3804: "capf", 2443: "sccp-tls", 5061: "sip-tls", 5090: "sip-tls", 5091: "sip-tls", 443: "https", 8443: "https",
		9444: "https", 6971: "provisioning", 6972: "provisioning", 4443: "other"} {
		if got := Service(port); got != want {
			t.Errorf("%d: %s, want %s", port, got, want)
		}
	}
}

// TestOtherTLSPort: connections on ports that were not chosen are no rows.
func TestOtherTLSPort(t *testing.T) {
	w := newWire()
	other := ep("10.0.0.1:4443")
	w.connect(phoneTLS, other)
	w.replay(t, "tls10-mutual", phoneTLS, other, 0, 99)
	w.connect(phoneTCP, tvs)
	o := DefaultOptions()
	if f := w.read(t, o); len(f.connections) != 1 || f.connections[0].Conn.Stream != 1 {
		t.Errorf("%d connections", len(f.connections))
	}
	o.TLSPorts = []uint16{4443}
	if f := w.read(t, o); len(f.connections) != 1 || f.connections[0].Outcome != OutcomeEstablished || f.connections[0].Service != "other" {
		t.Errorf("%d connections", len(f.connections))
	}
}

func TestNotACapture(t *testing.T) {
	if _, err := Capture(strings.NewReader("no capture"), DefaultOptions(), &found{}); err == nil {
		t.Error("no error")
	}
}

package tls

import (
	"bufio"
	"encoding/hex"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// piece is one read of a recording.
type piece struct {
	server bool
	data   []byte
}

func recording(t testing.TB, name string) []piece {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []piece
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		who, text, _ := strings.Cut(sc.Text(), " ")
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, piece{who == "S", b})
	}
	return out
}

var epoch = time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC)

// play feeds pieces as the frames that follow a TCP handshake of three.
func play(pieces []piece) *Handshake {
	s := NewStream()
	for i, p := range pieces {
		s.Data(p.server, i+4, epoch.Add(time.Duration(i)*time.Millisecond), p.data, 0)
	}
	s.Close()
	return s.Result()
}

const (
	sha1TVS  = "49bb8b15e07ea87ab4a03c6b61cc2f448471da6c"
	sha1EC   = "93043e403cb3cd37bea74bf77052474634cedcb8"
	sha1CAPF = "f7695ec05d265704be33e8aac92a467996038269"
	sha1LSC  = "f2cb571e155ad71e9b0057f508a9806b659adeed"
)

// TestRecorded compares with what tshark prints for the same octets.
func TestRecorded(t *testing.T) {
	type alert struct {
		frame int
		from  string
		text  string
	}
	type want struct {
		client, version, cipher string
		ciphers                 int
		server, clientChain     []string // SHA-1
		requested               bool
		alerts                  []alert
		resumed                 string
		history                 string
		established             bool
		renegotiation           bool
		frames                  [6]int // client hello, server hello, server certificate, client certificate, client data, server data
	}
	enc := func(c, s int) []alert {
		return []alert{{c, "client", "encrypted"}, {s, "server", "encrypted"}}
	}
	for name, w := range map[string]want{
		"dh-anon": {client: "TLS1.2", version: "TLS1.2", cipher: "TLS_DH_anon_WITH_AES_128_CBC_SHA", ciphers: 2,
			alerts: enc(10, 11), history: "CsknGIFtifdDLl", established: true, frames: [6]int{4, 5, 0, 0, 9, 8}},
		"tls10-mutual": {client: "TLS1.0", version: "TLS1.0", cipher: "TLS_RSA_WITH_AES_256_CBC_SHA", ciphers: 3,
			server: []string{sha1TVS}, clientChain: []string{sha1LSC, sha1LSC, sha1CAPF}, requested: true,
			alerts: enc(11, 12), history: "CsxrnXGYIFifdDLl", established: true, frames: [6]int{4, 5, 5, 7, 10, 9}},
		"tls10-null-sha": {client: "TLS1.0", version: "TLS1.0", cipher: "TLS_RSA_WITH_NULL_SHA", ciphers: 2,
			server:  []string{sha1TVS},
			alerts:  []alert{{10, "client", "warning close_notify"}, {11, "server", "warning close_notify"}},
			history: "CsxnGIFifdDLl", established: true, frames: [6]int{4, 5, 5, 0, 9, 8}},
		"tls11-server-only": {client: "TLS1.1", version: "TLS1.1", cipher: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
			server: []string{sha1TVS}, alerts: enc(10, 11), history: "CsxknGIFifdDLl", established: true,
			frames: [6]int{4, 5, 5, 0, 9, 8}},
		"tls12-client-unknown-ca": {client: "TLS1.2", version: "TLS1.2", cipher: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
			server: []string{sha1TVS}, clientChain: []string{sha1LSC, sha1LSC, sha1CAPF}, requested: true,
			alerts: []alert{{8, "server", "fatal unknown_ca"}}, history: "CsxkrnXGYIFl", frames: [6]int{4, 5, 5, 7, 0, 0}},
		"tls12-ecdhe-mutual": {client: "TLS1.2", version: "TLS1.2", cipher: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
			server: []string{sha1EC}, clientChain: []string{sha1LSC, sha1LSC, sha1CAPF}, requested: true,
			alerts: enc(11, 12), history: "CsxkrnXGYIFtifdDLl", established: true, frames: [6]int{4, 5, 5, 7, 10, 9}},
		"tls12-fragments": {client: "TLS1.2", version: "TLS1.2", cipher: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
			server: []string{sha1TVS, sha1LSC, sha1CAPF}, clientChain: []string{sha1LSC, sha1LSC, sha1CAPF}, requested: true,
			alerts: enc(12, 13), history: "CsxkrnXGYIFtifdDLl", established: true, frames: [6]int{4, 5, 6, 8, 11, 10}},
		"tls12-no-client-certificate": {client: "TLS1.2", version: "TLS1.2", cipher: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
			server: []string{sha1TVS}, requested: true,
			alerts: []alert{{7, "server", "fatal handshake_failure"}}, history: "CsxkrnXGIFl", frames: [6]int{4, 5, 5, 6, 0, 0}},
		"tls12-no-shared-cipher": {client: "TLS1.2", ciphers: 2,
			alerts: []alert{{5, "server", "fatal handshake_failure"}}, history: "Cl", frames: [6]int{4, 0, 0, 0, 0, 0}},
		"tls12-renegotiation": {client: "TLS1.2", version: "TLS1.2", cipher: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
			server: []string{sha1TVS}, alerts: enc(15, 16), history: "CsxknGIFtifdDZzzzzZIZzizDLl", established: true,
			renegotiation: true, frames: [6]int{4, 5, 5, 0, 9, 8}},
		"tls12-resumed-session-id": {client: "TLS1.2", version: "TLS1.2", cipher: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
			alerts: enc(9, 10), resumed: "session-id", history: "CsifIFDdLl", established: true, frames: [6]int{4, 5, 0, 0, 7, 8}},
		"tls12-resumed-ticket": {client: "TLS1.2", version: "TLS1.2", cipher: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
			alerts: enc(9, 10), resumed: "ticket", history: "CsifIFDdLl", established: true, frames: [6]int{4, 5, 0, 0, 7, 8}},
		"tls12-server-refused": {client: "TLS1.2", version: "TLS1.2", cipher: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
			server: []string{sha1TVS}, alerts: []alert{{6, "client", "fatal unknown_ca"}}, history: "CsxknL",
			frames: [6]int{4, 5, 5, 0, 0, 0}},
		"tls13-mutual": {client: "TLS1.3", version: "TLS1.3", cipher: "TLS_AES_256_GCM_SHA384", ciphers: 4,
			history: "CsidIDdDd", frames: [6]int{4, 5, 0, 0, 7, 5}},
		"tls13-resumed-psk": {client: "TLS1.3", version: "TLS1.3", cipher: "TLS_AES_256_GCM_SHA384", ciphers: 4,
			resumed: "psk", history: "CsidIDdDdDd", frames: [6]int{4, 5, 0, 0, 6, 5}},
		"tls13-retry": {client: "TLS1.3", version: "TLS1.3", cipher: "TLS_AES_256_GCM_SHA384", ciphers: 4,
			history: "CjiICsdDdDd", frames: [6]int{4, 7, 0, 0, 8, 7}},
		"version-refused": {client: "TLS1.0",
			alerts: []alert{{5, "server", "fatal protocol_version"}}, history: "Cl", frames: [6]int{4, 0, 0, 0, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			h := play(recording(t, name))
			got := want{client: h.ClientVersion, version: h.Version, cipher: h.Cipher,
				requested: h.CertificateRequested, resumed: h.ResumedBy, history: h.History,
				established: h.Established, renegotiation: h.Renegotiation}
			if w.ciphers != 0 {
				got.ciphers = len(h.Ciphers)
			}
			for _, c := range h.ServerCertificates {
				got.server = append(got.server, c.SHA1)
			}
			for _, c := range h.ClientCertificates {
				got.clientChain = append(got.clientChain, c.SHA1)
			}
			for _, a := range h.Alerts {
				x := alert{a.Frame, "client", "encrypted"}
				if a.FromServer {
					x.from = "server"
				}
				if !a.Encrypted {
					x.text = a.Level + " " + a.Description
				}
				got.alerts = append(got.alerts, x)
			}
			f := h.Frames
			for i, m := range []Mark{f.ClientHello, f.ServerHello, f.ServerCertificate, f.ClientCertificate, f.ClientData, f.ServerData} {
				got.frames[i] = m.Frame
			}
			if d := cmp.Diff(w, got, cmp.AllowUnexported(want{}, alert{})); d != "" {
				t.Error(d)
			}
			if h.Resumed != (h.ResumedBy != "") || h.TLS13 != (h.Version == "TLS1.3") {
				t.Errorf("resumed %v by %q, TLS 1.3 %v of %q", h.Resumed, h.ResumedBy, h.TLS13, h.Version)
			}
			if len(h.Problems) > 0 {
				t.Errorf("problems: %q", h.Problems)
			}
		})
	}
}

// TestExtensions compares with the arguments given to s_client.
func TestExtensions(t *testing.T) {
	h := play(recording(t, "tls12-ecdhe-mutual"))
	if h.SNI != "cucm1.example.com" || !cmp.Equal(h.ALPN, []string{"http/1.1"}) {
		t.Errorf("server name %q, protocols %q", h.SNI, h.ALPN)
	}
	if c := h.ClientCertificates[0]; c.Serial != "07" || !strings.Contains(c.Subject, "CN=CP-8861-SEP00112233AABB") {
		t.Errorf("client certificate %q serial %q", c.Subject, c.Serial)
	}
	if last := h.Ciphers[len(h.Ciphers)-1]; last != "TLS_EMPTY_RENEGOTIATION_INFO_SCSV" {
		t.Errorf("last cipher %q", last)
	}
}

// TestSplit feeds every recording in other pieces: messages do not depend on
// how TCP cut them.
func TestSplit(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) == 0 {
		t.Fatal("no recordings")
	}
	r := rand.New(rand.NewSource(1))
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".txt")
		pieces := recording(t, name)
		whole := play(pieces)
		for _, size := range []int{1, 2, 7, 0, 0} {
			s := NewStream()
			frame := 3
			for _, p := range pieces {
				for b := p.data; len(b) > 0; {
					n := size
					if n == 0 {
						n = 1 + r.Intn(len(b))
					}
					n = min(n, len(b))
					frame++
					s.Data(p.server, frame, epoch, b[:n], 0)
					b = b[n:]
				}
			}
			s.Close()
			h := s.Result()
			if h.History != whole.History || h.Established != whole.Established || h.SNI != whole.SNI ||
				len(h.ServerCertificates) != len(whole.ServerCertificates) || len(h.ClientCertificates) != len(whole.ClientCertificates) ||
				!cmp.Equal(h.Ciphers, whole.Ciphers) || h.ResumedBy != whole.ResumedBy || len(h.Problems) > 0 {
				t.Errorf("%s in pieces of %d: history %q, want %q; problems %q", name, size, h.History, whole.History, h.Problems)
			}
		}
	}
}

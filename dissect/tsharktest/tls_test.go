//go:build linux

package tsharktest

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"trustline/dissect"
)

// endpoint is an `openssl s_server`.
type endpoint struct {
	name string
	port int
	args []string
}

// visit is one `openssl s_client` run, or several of a session.
type visit struct {
	scene string
	to    *endpoint
	runs  [][]string // arguments of each run
	abort bool       // the client ends at once, without data
}

func compareTLS(t *testing.T, l *ledger) {
	need(t, "tshark", "tcpdump", "openssl", "timeout")
	names := l.names(t)
	pki := makePKI(t)
	ends := endpoints(pki)
	var ports []int
	opt := dissect.Options{}
	for _, e := range ends {
		e.port = freePort(t, "127.0.0.1")
		ports = append(ports, e.port)
		start(t, "openssl", append([]string{"s_server", "-accept", fmt.Sprintf("127.0.0.1:%d", e.port), "-www"}, e.args...)...)
	}
	for _, e := range ends {
		await(t, e.name, func() bool { return listens(t, "tcp", "127.0.0.1", e.port) })
	}
	chop := chopper(t, ends["rsa2048"].port)
	silent := freePort(t, "127.0.0.1") // nobody listens there
	ports = append(ports, chop, silent)
	var filter []string
	for _, p := range ports {
		opt.TLSPorts = append(opt.TLSPorts, uint16(p))
		filter = append(filter, fmt.Sprintf("tcp port %d", p))
	}
	rec := record(t, strings.Join(filter, " or "))
	visits := planTLS(pki, ends, &endpoint{name: "chopped", port: chop}, &endpoint{name: "nobody", port: silent})
	visitAll(visits)
	file := rec.stop(t)
	keep(t, file, "tls.pcap")
	byPort := map[string]string{}
	for _, e := range ends {
		byPort[fmt.Sprintf("127.0.0.1:%d", e.port)] = e.name
	}
	byPort[fmt.Sprintf("127.0.0.1:%d", chop)] = "chopped"
	byPort[fmt.Sprintf("127.0.0.1:%d", silent)] = "nobody"
	matchTLS(t, l, "tls", analyse(t, file, opt).connections, tsharkHandshakes(t, file, names, ports), func(r *dissect.TLSRow) string { return byPort[r.Server] })
}

// matchTLS pairs connections by TCP stream and compares them.
func matchTLS(t *testing.T, l *ledger, part string, rows []*dissect.TLSRow, theirs map[int]*handshake, scene func(*dissect.TLSRow) string) {
	t.Helper()
	for _, r := range rows {
		item := fmt.Sprintf("%s stream %d %s", r.Capture, r.Stream, r.History)
		h := theirs[r.Stream]
		if h == nil {
			l.report(t, difference{part, item, scene(r), "connection", r.Server, ""})
			continue
		}
		delete(theirs, r.Stream)
		l.compare(t, part, item, scene(r), handshakeView(r), h.members)
		if h.hello {
			l.handshakes++
		}
		l.certificates += h.certificates
		l.alerts += h.alerts
		l.scenes["server "+h.members["version"]]++
		if h.members["sni"] != "" {
			l.scenes["sni"]++
		}
		if h.members["client_certificates"] != "" {
			l.scenes["client certificate"]++
		}
		if h.members["resumed"] == "true" {
			l.scenes["resumed "+h.members["version"]]++
		}
		for _, a := range strings.Split(h.members["alerts"], "; ") {
			if _, what, ok := strings.Cut(a, " "); ok {
				l.scenes["alert "+what]++
			}
		}
		l.scenes["outcome "+r.Outcome]++
	}
	for n, h := range theirs {
		l.report(t, difference{part, fmt.Sprintf("stream %d", n), "", "connection", "", h.members["server"]})
	}
}

// visitAll runs the clients, those of different servers at a time: s_server
// takes one connection after the other.
func visitAll(visits []*visit) {
	queues := map[int][]*visit{}
	for _, v := range visits {
		queues[v.to.port] = append(queues[v.to.port], v)
	}
	var wg sync.WaitGroup
	slots := make(chan bool, 4)
	for _, q := range queues {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for _, v := range q {
				for _, args := range v.runs {
					slots <- true
					stdin := "GET / HTTP/1.0\r\n\r\n"
					if v.abort {
						stdin = ""
					} else {
						args = append(args, "-ign_eof")
					}
					run(10*time.Second, stdin, "openssl", append([]string{"s_client", "-connect", fmt.Sprintf("127.0.0.1:%d", v.to.port)}, args...)...)
					<-slots
				}
			}
		}()
	}
	wg.Wait()
}

// chopper relays to a port in segments of a few octets, so that records and
// messages begin and end anywhere.
func chopper(t *testing.T, to int) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", to))
			if err != nil {
				c.Close()
				continue
			}
			go chop(c, s, 61)
			go chop(s, c, 97)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func chop(to, from net.Conn, n int) {
	defer to.(*net.TCPConn).CloseWrite()
	b := make([]byte, n)
	for i := 0; ; i++ {
		k, err := from.Read(b[:1+(i*37)%n])
		if err != nil {
			return
		}
		if _, err := to.Write(b[:k]); err != nil {
			return
		}
	}
}

// pki are keys and certificates made by openssl.
type pki struct{ dir string }

func (p *pki) file(name string) string { return filepath.Join(p.dir, name+".pem") }

// makePKI makes a root, an intermediate, and leaves of many kinds. Each file
// holds key and certificate, chain.pem intermediate and root.
func makePKI(t *testing.T) *pki {
	t.Helper()
	p := &pki{t.TempDir()}
	do := func(args ...string) {
		if out, err := run(30*time.Second, "", "openssl", args...); err != nil {
			t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	make := func(name, by, alg string, more ...string) {
		key, crt := filepath.Join(p.dir, name+".key"), filepath.Join(p.dir, name+".crt")
		args := []string{"req", "-x509", "-nodes", "-keyout", key, "-out", crt, "-subj", "/O=Trustline test/CN=" + name, "-days", "30", "-newkey"}
		args = append(append(args, strings.Fields(alg)...), more...)
		if by != "" {
			args = append(args, "-CA", filepath.Join(p.dir, by+".crt"), "-CAkey", filepath.Join(p.dir, by+".key"))
		}
		do(args...)
		join(t, p.file(name), crt, key)
	}
	ca := []string{"-addext", "basicConstraints=critical,CA:TRUE"}
	leaf := []string{"-addext", "basicConstraints=CA:FALSE"}
	make("root", "", "rsa:2048", ca...)
	make("intermediate", "root", "rsa:2048", ca...)
	make("rsa2048", "intermediate", "rsa:2048", leaf...)
	make("rsa1024", "", "rsa:1024", "-sha1")
	make("ec", "intermediate", "ec -pkeyopt ec_paramgen_curve:P-256", leaf...)
	make("p384", "", "ec -pkeyopt ec_paramgen_curve:P-384")
	make("ed25519", "", "ed25519")
	make("second", "intermediate", "rsa:2048", leaf...)
	make("client", "intermediate", "rsa:2048", leaf...)
	make("stranger", "", "rsa:1024", "-sha1")
	// An expired one: req -x509 has no way to it, x509 -days with a minus has.
	do("req", "-new", "-key", filepath.Join(p.dir, "second.key"), "-subj", "/CN=expired", "-out", filepath.Join(p.dir, "expired.csr"))
	do("x509", "-req", "-in", filepath.Join(p.dir, "expired.csr"), "-CA", filepath.Join(p.dir, "root.crt"), "-CAkey", filepath.Join(p.dir, "root.key"),
		"-days", "-1", "-out", filepath.Join(p.dir, "expired.crt"), "-set_serial", "77")
	join(t, p.file("expired"), filepath.Join(p.dir, "expired.crt"), filepath.Join(p.dir, "second.key"))
	join(t, p.file("chain"), filepath.Join(p.dir, "intermediate.crt"), filepath.Join(p.dir, "root.crt"))
	return p
}

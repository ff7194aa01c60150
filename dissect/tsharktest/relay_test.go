//go:build linux

package tsharktest

import (
	"net"
	"sync"
	"testing"
	"time"
)

// badAddr is where the relay and the mute server are.
const badAddr = "127.0.0.68"

// mute is a server that takes requests and says nothing.
func mute(t *testing.T) *daemon {
	t.Helper()
	u, err := net.ListenPacket("udp", badAddr+":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.Close() })
	return &daemon{name: "mute", addr: badAddr, port: u.LocalAddr().(*net.UDPAddr).Port}
}

// relay stands before a server and loses or doubles packets, by their number. Each client gets a socket towards
// it and one towards the server, as the ports of TFTP ask for.
func relay(t *testing.T, to *daemon) *daemon {
	t.Helper()
	front, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(badAddr)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { front.Close() })
	r := &line{server: &net.UDPAddr{IP: net.ParseIP(to.addr), Port: to.port}, clients: map[string]*pair{}}
	go func() {
		b := make([]byte, 65536)
		for {
			n, client, err := front.ReadFromUDP(b)
			if err != nil {
				return
			}
			if p := r.pair(client); p != nil {
				p.pass(p.toServer, p.server, b[:n])
			}
		}
	}()
	return &daemon{name: "relay", addr: badAddr, port: front.LocalAddr().(*net.UDPAddr).Port, writes: true}
}

// line is what the relay knows.
type line struct {
	server  *net.UDPAddr
	clients map[string]*pair
}

// pair are the two sockets of one client.
type pair struct {
	mu                 sync.Mutex
	n                  int
	safe               bool // nothing is lost
	toClient, toServer *net.UDPConn
	client, server     *net.UDPAddr
}

func (r *line) pair(client *net.UDPAddr) *pair {
	if p := r.clients[client.String()]; p != nil {
		return p
	}
	a, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(badAddr)})
	if err != nil {
		return nil
	}
	b, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		a.Close()
		return nil
	}
	for _, c := range []*net.UDPConn{a, b} {
		c.SetDeadline(time.Now().Add(30 * time.Second))
	}
	p := &pair{toClient: a, toServer: b, client: client, server: r.server}
	r.clients[client.String()] = p
	go p.pump(a, func(*net.UDPAddr) (*net.UDPConn, *net.UDPAddr) { return b, p.server })
	go p.pump(b, func(from *net.UDPAddr) (*net.UDPConn, *net.UDPAddr) { p.server = from; return a, client })
	return p
}

// pump moves packets from one socket to where route says.
func (p *pair) pump(from *net.UDPConn, route func(*net.UDPAddr) (*net.UDPConn, *net.UDPAddr)) {
	defer from.Close()
	b := make([]byte, 65536)
	for {
		n, source, err := from.ReadFromUDP(b)
		if err != nil {
			return
		}
		p.mu.Lock()
		out, to := route(source)
		p.mu.Unlock()
		p.pass(out, to, b[:n])
	}
}

// pass sends a packet on: every ninth not at all, every fourth twice. Nothing
// is lost any more once the last block got through, and nothing of a write: a
// server that misses the last ACK repeats its block for a while, a client that
// misses it never learns how things stand.
func (p *pair) pass(out *net.UDPConn, to *net.UDPAddr, b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	if p.n == 1 && len(b) > 1 && b[1] == opWrite {
		p.safe = true
	}
	if p.n%9 == 0 && !p.safe {
		return
	}
	if len(b) > 1 && b[1] == opData && len(b) < 4+512 {
		p.safe = true
	}
	out.WriteToUDP(b, to)
	if p.n%4 == 0 {
		out.WriteToUDP(b, to)
	}
}

// Opcodes of RFC 1350.
const (
	opWrite = 2
	opData  = 3
)

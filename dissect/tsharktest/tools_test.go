//go:build linux

package tsharktest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// packages names the Debian package of each program.
var packages = map[string]string{
	"tshark": "tshark", "tcpdump": "tcpdump", "openssl": "openssl", "curl": "curl", "timeout": "coreutils",
	"atftpd": "atftpd", "atftp": "atftp", "tftp": "tftp-hpa", "dnsmasq": "dnsmasq-base",
}

// absent ends the test for want of something: skipped on a desk, failed in CI.
func absent(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// need looks for programs. Servers live in sbin, which is not in everyone's
// PATH.
func need(t *testing.T, names ...string) {
	t.Helper()
	for _, n := range names {
		if program(n) == "" {
			absent(t, "%s is not installed: apt-get install %s", n, packages[n])
		}
	}
}

func program(name string) string {
	if p, err := exec.LookPath(name); err == nil {
		return p
	}
	p, _ := exec.LookPath(filepath.Join("/usr/sbin", name))
	return p
}

// command makes a command that `timeout` ends after a while, even when the
// test is killed, in a process group of its own.
func command(ctx context.Context, limit time.Duration, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "timeout", append([]string{"-k", "1", fmt.Sprint(int(limit.Seconds())), program(name)}, args...)...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = 2 * time.Second
	return c
}

// run runs a client to its end and returns what it printed.
func run(limit time.Duration, stdin, name string, args ...string) (string, error) {
	c := command(context.Background(), limit, name, args...)
	c.Stdin = strings.NewReader(stdin)
	out, err := c.CombinedOutput()
	return string(out), err
}

// server is a child that runs until stop.
type server struct {
	pid  int
	out  *log
	done chan struct{}
}

// log is what a child prints; it may be read while the child writes.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start starts a server; it is killed at the end of the test.
func start(t *testing.T, name string, args ...string) *server {
	t.Helper()
	c := command(context.Background(), 110*time.Second, name, args...)
	s := &server{out: &log{}, done: make(chan struct{})}
	c.Stdout, c.Stderr = s.out, s.out
	if err := c.Start(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	s.pid = c.Process.Pid
	go func() { c.Wait(); close(s.done) }()
	t.Cleanup(func() { s.stop(syscall.SIGKILL) })
	return s
}

func (s *server) running() bool {
	select {
	case <-s.done:
		return false
	default:
		return true
	}
}

func (s *server) stop(sig syscall.Signal) {
	if s.running() {
		syscall.Kill(-s.pid, sig)
		<-s.done
	}
}

// freePort returns a port that is free for both TCP and UDP at an address.
func freePort(t *testing.T, host string) int {
	t.Helper()
	for range 50 {
		l, err := net.Listen("tcp", host+":0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		u, err := net.ListenPacket("udp", fmt.Sprintf("%s:%d", host, port))
		l.Close()
		if err == nil {
			u.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

// await polls until ok.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 500 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s: nothing after 5 s", what)
}

// listens reports whether a socket is bound to an IPv4 address, without
// touching it: a probe that binds gets in the way of a server that starts.
func listens(t *testing.T, network, host string, port int) bool {
	t.Helper()
	table, err := os.ReadFile("/proc/net/" + network)
	if err != nil {
		t.Fatal(err)
	}
	a := net.ParseIP(host).To4()
	bound := regexp.MustCompile(fmt.Sprintf(`(?m)^ *\d+: (%02X%02X%02X%02X|00000000):%04X [0-9A-F:]+ 0[7A] `, a[3], a[2], a[1], a[0], port))
	return bound.Match(table)
}

// write makes a file.
func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil { // servers run as nobody
		t.Fatal(err)
	}
}

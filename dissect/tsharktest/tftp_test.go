//go:build linux

package tsharktest

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"trustline/dissect"
)

// job is one transfer to be made.
type job struct {
	name  string // file on the server
	scene string
	local string // the client's copy
	run   func() (string, error)
	sum   string // SHA-256 of the file, "" when it does not exist
	raw   []byte // the file as the sender has it
	size  int
	fails bool   // there is no such file, or the server does not take it
	copy  string // where the receiver's copy is
	early bool   // the client gives up before the last block
	open  bool   // the transfer is not meant to come to an end
}

// daemon is a TFTP server under test.
type daemon struct {
	name, addr string
	port       int
	writes     bool // takes write requests for new files
	window     bool // knows RFC 7440
}

// sizes around block boundaries of RFC 1350 and RFC 2348, and those of trust
// lists, which end at 64 KiB.
var sizes = []int{0, 1, 100, 511, 512, 513, 1023, 1024, 1025, 1427, 1428, 1429, 2856, 4096, 5438, 8192, 20000, 32768, 65024, 65535, 65536}

// blksizes are what clients ask for: the least, phones' default, Ethernet's,
// jumbo, the most.
var blksizes = []int{8, 16, 511, 512, 1024, 1428, 1468, 8192, 65464}

func compareTFTP(t *testing.T, l *ledger) {
	need(t, "tshark", "tcpdump", "atftpd", "atftp", "tftp", "dnsmasq", "curl", "timeout")
	root, local := t.TempDir(), t.TempDir()
	for _, d := range []string{root, filepath.Dir(root)} {
		os.Chmod(d, 0o777) // servers run as nobody
	}
	daemons := startDaemons(t, root)
	// What the relay asks is not in the capture, for it misses things.
	behind := &daemon{name: "behind", addr: "127.0.0.65", port: freePort(t, "127.0.0.65")}
	startAtftpd(t, behind, root)
	await(t, behind.name, func() bool { return listens(t, "udp", behind.addr, behind.port) })
	bad := []*daemon{relay(t, behind), mute(t)}
	var hosts []string
	for _, d := range append(daemons, bad...) {
		hosts = append(hosts, "host "+d.addr)
	}
	rec := record(t, "udp and ("+strings.Join(hosts, " or ")+")")
	jobs := plan(t, daemons, bad[0], bad[1], root, local)
	work(jobs)
	file := rec.stop(t)
	keep(t, file, "tftp.pcap")
	var ports []int
	opt := dissect.Options{}
	for _, d := range append(daemons, bad...) {
		ports = append(ports, d.port)
		opt.TFTPPorts = append(opt.TFTPPorts, uint16(d.port))
	}
	byName := map[string]*job{}
	for _, j := range jobs {
		byName[j.name] = j
	}
	found := map[string]bool{}
	matchTFTP(t, l, "tftp", analyse(t, file, opt).transfers, tsharkTransfers(t, file, ports...), func(r *dissect.TFTPRow) string {
		j := byName[r.File]
		if j == nil {
			return ""
		}
		found[r.File] = true
		truth(t, l, j, r)
		return j.scene
	})
	for _, j := range jobs {
		if !found[j.name] {
			t.Errorf("%s of %s is not in the listing", j.scene, j.name)
		}
	}
}

// matchTFTP pairs requests by frame and compares them.
func matchTFTP(t *testing.T, l *ledger, part string, rows []*dissect.TFTPRow, theirs []*transfer, scene func(*dissect.TFTPRow) string) {
	t.Helper()
	left := map[int]*transfer{}
	for _, x := range theirs {
		left[x.frame] = x
	}
	for _, r := range rows {
		if r.Proto != "tftp" {
			continue
		}
		item, s := fmt.Sprintf("%s frame %d %s", r.Capture, r.Frame, r.File), scene(r)
		x := left[r.Frame]
		if x == nil {
			l.report(t, difference{part, item, s, "request", r.File, ""})
			continue
		}
		delete(left, r.Frame)
		l.compare(t, part, item, s, view(r).members(), x.members())
		l.transfers++
		if x.sha256 != "" {
			l.hashes++
		}
		if x.errorCode != "" {
			l.errors++
		}
	}
	for _, x := range left {
		l.report(t, difference{part, fmt.Sprintf("frame %d", x.frame), "", "request", "", x.file})
	}
}

// truth compares a row with the file that was served and the copy that the
// receiver made.
func truth(t *testing.T, l *ledger, j *job, r *dissect.TFTPRow) {
	t.Helper()
	b, err := os.ReadFile(j.copy)
	got := err == nil && (sum(b) == j.sum || bytes.Equal(b, j.raw))
	complete := r.Outcome == "complete"
	switch {
	case j.fails || j.open || j.early:
		if complete {
			t.Errorf("%s: %s is complete, which it cannot be", j.scene, j.name)
		}
	case complete && (str(r.SHA256) != j.sum || r.Bytes != int64(j.size)):
		t.Errorf("%s: %s has %d octets, SHA-256 %s; the file has %d octets, SHA-256 %s", j.scene, j.name, r.Bytes, str(r.SHA256), j.size, j.sum)
	case complete != got:
		t.Errorf("%s: %s is %s; that the receiver has the whole file is %v", j.scene, j.name, r.Outcome, got)
	}
	l.scenes["tftp "+r.Outcome]++
	if r.Retransmits > 0 {
		l.scenes["tftp with retransmissions"]++
	}
	if r.Blocks > 1<<16 {
		l.scenes["tftp with block wrap"]++
	}
}

// startDaemons starts every server that is there.
func startDaemons(t *testing.T, root string) []*daemon {
	t.Helper()
	// Each has an address of its own, as servers have: with one address for
	// all, a server's data port may be the port that a client just gave back.
	var list []*daemon
	add := func(name, addr string, port int) *daemon {
		if port == 0 {
			port = freePort(t, addr)
		}
		d := &daemon{name: name, addr: addr, port: port}
		list = append(list, d)
		return d
	}
	d := add("atftpd", "127.0.0.66", 0)
	d.writes, d.window = true, true
	startAtftpd(t, d, root)
	if p := os.Getenv("TRUSTLINE_IN_TFTPD"); p != "" {
		d := add("in.tftpd", "127.0.0.67", 0)
		d.writes = true
		start(t, p, "-L", "--address", fmt.Sprintf("%s:%d", d.addr, d.port), "--create", "--secure", root)
	}
	// dnsmasq knows only port 69; the address is one that nobody has it on.
	host := 69
	for listens(t, "udp", fmt.Sprintf("127.0.0.%d", host), 69) {
		if host++; host > 90 {
			absent(t, "UDP port 69 is taken on every loopback address, and dnsmasq needs it")
		}
	}
	d = add("dnsmasq", fmt.Sprintf("127.0.0.%d", host), 69)
	start(t, "dnsmasq", "--no-daemon", "--port=0", "--listen-address="+d.addr, "--bind-interfaces", "--enable-tftp",
		"--tftp-root="+root, "--conf-file=/dev/null", "--user=root", "--pid-file=", "--no-hosts", "--no-resolv")
	for _, d := range list {
		await(t, d.name, func() bool { return listens(t, "udp", d.addr, d.port) })
	}
	return list
}

func startAtftpd(t *testing.T, d *daemon, root string) {
	t.Helper()
	start(t, "atftpd", "--daemon", "--no-fork", "--port", fmt.Sprint(d.port), "--bind-address", d.addr, "--logfile", "-", root)
}

// planner makes jobs.
type planner struct {
	t           *testing.T
	root, local string
	random      *rand.Rand
	jobs        []*job
}

func plan(t *testing.T, daemons []*daemon, lossy, mute *daemon, root, local string) []*job {
	p := &planner{t: t, root: root, local: local, random: rand.New(rand.NewSource(1350))}
	for _, d := range daemons {
		for _, n := range sizes {
			p.get(d, "tftp-hpa", "octet", n)
			p.get(d, "atftp", "plain", n)
			p.get(d, "curl", "options", n)
		}
		for i, b := range blksizes {
			n := min(b*(3+i), 70000)
			p.get(d, "curl", fmt.Sprintf("blksize %d", b), n)
			p.get(d, "atftp", fmt.Sprintf("blksize %d", b), n+1)
		}
		p.get(d, "curl", "no options", 3000)
		p.get(d, "tftp-hpa", "netascii", 3000)
		for range 3 {
			p.missing(d, "tftp-hpa")
			p.missing(d, "atftp")
			p.missing(d, "curl")
		}
		for _, n := range []int{0, 1, 511, 512, 513, 10240, 65536} {
			p.put(d, "tftp-hpa", n)
			p.put(d, "atftp", n)
			p.put(d, "curl", n)
		}
		p.session(d)
		if d.window {
			p.get(d, "atftp", "blksize 32 windowsize 64", 32*(1<<16)+100) // block numbers wrap
			for _, w := range []int{2, 4, 16, 64} {
				p.get(d, "atftp", fmt.Sprintf("windowsize %d", w), 65536)
				p.get(d, "atftp", fmt.Sprintf("windowsize %d", w), 513)
			}
		}
	}
	p.lossy(lossy)
	p.silent(mute)
	return p.jobs
}

// file makes the content of a served file. Text for netascii, whose line ends
// are changed on the way.
func (p *planner) file(n int) []byte {
	b := make([]byte, n)
	p.random.Read(b)
	return b
}

func (p *planner) add(d *daemon, scene string, size int) *job {
	j := &job{name: fmt.Sprintf("f%04d-%s.bin", len(p.jobs), strings.ReplaceAll(d.name, ".", "")), scene: scene, size: size}
	j.local = filepath.Join(p.local, j.name)
	p.jobs = append(p.jobs, j)
	return j
}

// get plans a read.
func (p *planner) get(d *daemon, client, how string, n int) {
	j := p.add(d, fmt.Sprintf("%s get %s from %s, %d octets", client, how, d.name, n), n)
	b := p.file(n)
	if how == "netascii" {
		b = bytes.Repeat([]byte("a line of text\r\n"), n/16)
		j.size = len(b)
		b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
		j.sum = sum(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))) // as it crosses the wire
	} else {
		j.sum = sum(b)
	}
	j.raw, j.copy = b, j.local
	// curl gives up when the OACK says tsize 0.
	j.early = client == "curl" && n == 0
	write(p.t, filepath.Join(p.root, j.name), b)
	j.run = p.reader(d, client, how, j)
}

// missing plans a read of a file that is not there.
func (p *planner) missing(d *daemon, client string) {
	j := p.add(d, fmt.Sprintf("%s get missing file from %s", client, d.name), 0)
	j.fails = true
	j.run = p.reader(d, client, "octet", j)
}

func (p *planner) reader(d *daemon, client, how string, j *job) func() (string, error) {
	port := fmt.Sprint(d.port)
	switch client {
	case "tftp-hpa":
		mode := "octet"
		if how == "netascii" {
			mode = how
		}
		return func() (string, error) {
			return run(20e9, "", "tftp", "-m", mode, d.addr, port, "-c", "get", j.name, j.local)
		}
	case "atftp":
		args := []string{"-g", "-r", j.name, "-l", j.local}
		for f := strings.Fields(how); len(f) > 1; f = f[2:] {
			args = append(args, "--option", f[0]+" "+f[1])
		}
		return func() (string, error) { return run(20e9, "", "atftp", append(args, d.addr, port)...) }
	}
	args := []string{"-s", "-o", j.local, fmt.Sprintf("tftp://%s:%s/%s", d.addr, port, j.name)}
	if how == "no options" {
		args = append(args, "--tftp-no-options")
	} else if n, ok := strings.CutPrefix(how, "blksize "); ok {
		args = append(args, "--tftp-blksize", n)
	}
	return func() (string, error) { return run(20e9, "", "curl", args...) }
}

// session plans several reads from one client port: tftp-hpa keeps its socket.
func (p *planner) session(d *daemon) {
	var script strings.Builder
	script.WriteString("binary\n")
	var all []*job
	for _, n := range []int{700, 0, 512, 5000} {
		p.get(d, "tftp-hpa", "in a session", n)
		j := p.jobs[len(p.jobs)-1]
		fmt.Fprintf(&script, "get %s %s\n", j.name, j.local)
		all = append(all, j)
	}
	for _, j := range all {
		j.run = func() (string, error) { return "", nil }
	}
	all[0].run = func() (string, error) {
		return run(20e9, script.String(), "tftp", d.addr, fmt.Sprint(d.port))
	}
}

// lossy plans reads and writes through a relay that loses and doubles packets.
func (p *planner) lossy(d *daemon) {
	for i, n := range []int{0, 100, 512, 2000, 3000, 5000, 8000} {
		p.get(d, "atftp", "through a lossy line", n)
		j := p.jobs[len(p.jobs)-1]
		j.run = func() (string, error) {
			return run(15e9, "", "atftp", "--tftp-timeout", "1", "-g", "-r", j.name, "-l", j.local, d.addr, fmt.Sprint(d.port))
		}
		if i%2 == 0 {
			p.put(d, "atftp", n)
		}
	}
}

// silent plans reads that nothing answers.
func (p *planner) silent(d *daemon) {
	for range 2 {
		p.missing(d, "atftp")
		j := p.jobs[len(p.jobs)-1]
		j.run = func() (string, error) {
			return run(3e9, "", "atftp", "--tftp-timeout", "1", "-g", "-r", j.name, "-l", j.local, d.addr, fmt.Sprint(d.port))
		}
		p.missing(d, "curl")
		k := p.jobs[len(p.jobs)-1]
		k.run = func() (string, error) {
			return run(3e9, "", "curl", "-s", "-m", "2", fmt.Sprintf("tftp://%s:%d/%s", d.addr, d.port, k.name))
		}
	}
}

// put plans a write.
func (p *planner) put(d *daemon, client string, n int) {
	if !d.writes && n > 1 {
		return // one refusal is like the other
	}
	j := p.add(d, fmt.Sprintf("%s put to %s, %d octets", client, d.name, n), n)
	j.fails = !d.writes
	b := p.file(n)
	j.raw, j.sum, j.copy = b, sum(b), filepath.Join(p.root, j.name)
	write(p.t, j.local, b)
	port := fmt.Sprint(d.port)
	switch client {
	case "tftp-hpa":
		j.run = func() (string, error) {
			return run(20e9, "", "tftp", "-m", "octet", d.addr, port, "-c", "put", j.local, j.name)
		}
	case "atftp":
		j.run = func() (string, error) {
			return run(20e9, "", "atftp", "-p", "-l", j.local, "-r", j.name, d.addr, port)
		}
	default:
		j.run = func() (string, error) {
			return run(20e9, "", "curl", "-s", "-T", j.local, fmt.Sprintf("tftp://%s:%s/%s", d.addr, port, j.name))
		}
	}
}

// work runs the jobs, some at a time, so that transfers interleave.
func work(jobs []*job) {
	queue := make(chan *job)
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range queue {
				j.run() // failures are part of it; what counts is in the capture
			}
		}()
	}
	for _, j := range jobs {
		queue <- j
	}
	close(queue)
	wg.Wait()
}

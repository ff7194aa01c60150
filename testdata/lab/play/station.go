package play

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"net"
	"strings"
	"time"

	"trustline/testdata/lab/list"
	"trustline/testdata/lab/phone"
	"trustline/testdata/lab/tls"
	"trustline/testdata/lab/wire"
	"trustline/testdata/lab/x509"
)

// A station is a phone with everything around it, while the plan is played.
type station struct {
	phone.Phone
	w            *world
	plan         *Phone
	host, router *wire.Host
	own          *x509.Certificate
	issued       bool // an LSC was issued in this story
	group        []*node
	server       *node // that serves the files of this boot
	home         *cluster
	voice        voice
	truth        *Truth

	console, status []row
	now             time.Time // true time, moved on by every step
	seq             int
	port            uint16
	session         uint32
	boots           int
	peer            string // address of the server being spoken to
	refusal         string // why the last question failed, for the status message
	callers         []*wire.Conn
	sessions        map[string]*tls.Conn
	until           time.Time // next event: keep-alives end before
}

// routerMAC is the phones' side of the router before all servers.
const routerMAC = "00:1b:54:c2:77:80"

func newStation(w *world, p *Phone, number int) (*station, error) {
	if len(p.Name) != 15 || !strings.HasPrefix(p.Name, "SEP") {
		return nil, fmt.Errorf("play: phone %q has no device name", p.Name)
	}
	mac := p.Name[3:]
	var parts []string
	for i := 0; i < 12; i += 2 {
		parts = append(parts, mac[i:i+2])
	}
	address := strings.Join(parts, ":")
	if _, err := net.ParseMAC(address); err != nil {
		return nil, fmt.Errorf("play: phone %q: %v", p.Name, err)
	}
	s := &station{w: w, plan: p, host: wire.NewHost("phone", p.Address, address, 64, 8192),
		router: wire.NewHost("router", routerOf(p.Address), routerMAC, 255, 4128), home: w.clusters[p.Home],
		port: 49600 + uint16(number%97)*16, session: 1000, truth: &Truth{Phone: p.Name, Cause: p.Cause}, sessions: map[string]*tls.Conn{}}
	if s.home == nil {
		return nil, fmt.Errorf("play: phone %s: no cluster %q", p.Name, p.Home)
	}
	s.voice = &secd{s: s, transfer: 26}
	if p.Era == SecureApp {
		s.voice = &secureApp{s: s, job: 863}
	}
	s.Old = p.NoSBD
	for _, h := range []struct {
		held *Held
		set  **list.File
		ctl  bool
	}{{p.CTL, &s.CTL, true}, {p.ITL, &s.ITL, false}} {
		if h.held == nil {
			continue
		}
		n, err := w.node(h.held.Cluster, h.held.Node)
		if err != nil {
			return nil, fmt.Errorf("play: phone %s: %v", p.Name, err)
		}
		if *h.set = n.itl(h.held.At); h.ctl {
			*h.set = n.cluster.ctl(h.held.At)
		}
	}
	s.own = mic(p.Model, p.Name)
	if p.Own.LSC {
		c := w.clusters[p.Own.Cluster]
		if c == nil {
			return nil, fmt.Errorf("play: phone %s: LSC of no cluster %q", p.Name, p.Own.Cluster)
		}
		s.own = lsc(p.Model, p.Name, c.publisher().cert(CAPF, p.Own.At, false), p.Own.At)
	}
	var err error
	if s.group, err = w.members(p.Group); err != nil {
		return nil, fmt.Errorf("play: phone %s: %v", p.Name, err)
	}
	s.truth.Before = s.lists()
	return s, nil
}

// routerOf is the first address of the phone's segment.
func routerOf(ip string) string { return ip[:strings.LastIndexByte(ip, '.')] + ".1" }

func (s *station) lists() (l Lists) {
	if s.CTL != nil {
		l.CTL, l.CTLSigner = s.w.hash(s.CTL), fmt.Sprintf("%x", s.CTL.Signer.Serial)
	}
	if s.ITL != nil {
		l.ITL, l.ITLSigner = s.w.hash(s.ITL), fmt.Sprintf("%x", s.ITL.Signer.Serial)
	}
	return l
}

func (s *station) nextPort() uint16 {
	s.port++
	return s.port
}

// mark names the next frame, with the boot it belongs to.
func (s *station) mark(format string, args ...any) {
	label := fmt.Sprintf("boot %d: ", max(s.boots, 1)) + fmt.Sprintf(format, args...)
	if len(s.w.plan.Phones) > 1 {
		label = s.plan.Name + ", " + label
	}
	s.w.packets.Label(label)
}

// play does one event.
func (s *station) play(e Event, until time.Time) {
	s.now, s.until = e.At, until
	if s.boots == 0 && e.Kind != Boot {
		s.seq = firstNumber + 340
	}
	switch e.Kind {
	case Boot:
		s.boot(e)
	case Directory:
		s.directory(e.Address)
	case LSC:
		s.certify(e)
	case Erase:
		s.Forget()
		s.tell("Erasing CTL and ITL files")
	case Idle:
		s.register(e)
	}
}

// boot starts the phone: address, lists, configuration, registration.
func (s *station) boot(e Event) {
	s.hangUp(e.At.Add(-4 * time.Second))
	s.boots++
	s.truth.Boots++
	s.seq = firstNumber
	pk := &s.w.packets
	model := "Cisco IP Phone " + strings.TrimSuffix(s.plan.Model, "G")
	pk.CDP(e.At, s.host, s.plan.Name, load(s.plan), model)
	var servers []*wire.Host
	for _, a := range s.plan.TFTP {
		if n := s.w.nodes[a]; n != nil {
			servers = append(servers, n.host)
		}
	}
	pk.DHCP(e.At.Add(7*time.Second), s.host, s.router, "255.255.255.0", servers, 0x5a1ae300+uint32(s.boots))
	pk.ARP(e.At.Add(21*time.Second), s.host, s.router)
	s.now = e.At.Add(22 * time.Second)
	if s.plan.NTP != "" {
		clock := wire.NewHost("ntp", s.plan.NTP, routerMAC, 62, 0)
		for i := range 3 {
			pk.UDP(s.now.Add(time.Duration(i)*2*time.Second), s.host, clock, 123, 123, append([]byte{0xe3, 0, 6, 0xec}, make([]byte, 44)...))
		}
	}
	if !s.findServer(e) {
		return
	}
	if !e.NoLists && s.CTL == nil && s.ITL == nil {
		s.tell("No Trust List Installed")
	}
	if !e.NoLists {
		s.fetchCTL(e)
		s.fetchITL(e)
		s.fetchConfig(e)
	}
	s.register(e)
}

// findServer takes the first TFTP server that answers; the silent ones are asked
// three times.
func (s *station) findServer(e Event) bool {
	for _, a := range s.plan.TFTP {
		n := s.w.nodes[a]
		if n == nil || e.Node != "" && n.Name != e.Node {
			continue
		}
		if b := s.w.blocked(a, 69, s.now); b == nil {
			s.server = n
			return true
		}
		port, file := s.nextPort(), "CTL"+s.plan.Name+".tlv"
		for range 3 {
			s.mark("read request to %s, no answer", a)
			s.w.packets.UDP(s.now, s.host, n.host, port, 69, []byte("\x00\x01"+file+"\x00octet\x00"))
			s.wait(4 * time.Second)
		}
	}
	s.tell("TFTP Timeout")
	return false
}

// fetch transfers a file and prints both lines of the transfer. physical is its
// name on the server.
func (s *station) fetch(e Event, file, physical string, data []byte, limit bool) {
	w, status := s.w, 200
	if data == nil {
		status = 404
	}
	if s.plan.HTTP {
		port, first := s.nextPort(), status
		if e.Busy {
			first = 503
		} else if e.NoHTTP {
			first = 404
		}
		s.mark("GET %s at %s:6970", file, s.server.Address)
		at := s.now.Add(600 * us)
		s.now = w.packets.HTTP(wire.HTTPGet{Client: s.host, Server: s.server.host, Port: port, File: file, Status: first, Data: data, At: at}).Add(5 * ms)
		s.server.tftp(at.Add(2*ms), s.host, port, file, physical, first, true)
		s.voice.http(first)
		if first == 200 {
			s.voice.delivered(len(data))
			return
		}
		s.wait(600 * ms)
	}
	s.voice.requesting(file, limit)
	port := s.nextPort()
	s.mark("read request %s", file)
	start := s.now.Add(640 * us)
	end := start.Add(time.Duration(len(data)/512+1) * 1300 * us)
	w.packets.TFTP(wire.Transfer{Client: s.host, Server: s.server.host, ClientPort: port, ServerPort: 33000 + port%1000, File: file,
		Data: data, Missing: data == nil, Request: start, End: end})
	s.server.tftp(start.Add(ms), s.host, port, file, physical, status, false)
	s.now = end
	if data == nil {
		s.voice.absent(file)
		return
	}
	s.voice.delivered(len(data))
}

// fetchCTL asks for the list that only a cluster in mixed mode has.
func (s *station) fetchCTL(e Event) {
	file := "CTL" + s.plan.Name + ".tlv"
	s.voice.request(file, true)
	if !s.server.cluster.Mixed {
		s.fetch(e, file, "", nil, false)
		s.tell("File Not Found <CTLFile.tlv>")
		return
	}
	f := s.server.cluster.ctl(s.now)
	s.fetch(e, file, "CTLFile.tlv", s.w.bytes(f), false)
	s.list(newCTL, file, f, true)
}

// fetchITL takes the list and judges it.
func (s *station) fetchITL(e Event) {
	if s.Old {
		return
	}
	file := "ITL" + s.plan.Name + ".tlv"
	s.voice.request(file, true)
	if s.server.cluster.NoITL || e.Generic {
		s.fetch(e, file, "", nil, false)
		if s.server.cluster.NoITL {
			return
		}
		file = "ITLFile.tlv"
		s.voice.request(file, true)
	}
	f := s.server.itl(s.now)
	if e.Foreign != "" && !e.Generic { // the homogeneous central server hands on the leaf's list
		leaf := s.w.clusters[e.Foreign].publisher()
		f = leaf.itl(s.now)
		s.server.fetched(s.now.Add(-20*ms), file, leaf.Address)
	}
	s.fetch(e, file, "ITLFile.tlv", s.w.bytes(f), false)
	s.list(newITL, file, f, false)
}

// list judges a list and installs it.
func (s *station) list(o phone.Object, file string, f *list.File, isCTL bool) {
	held := s.ITL
	if isCTL {
		held = s.CTL
	}
	if !s.judge(o, file, s.w.hash(f), f.Signer, []byte{list.SAST}) {
		s.voice.refused(o, file)
		s.tell(s.refusal)
		return
	}
	s.voice.verified(o, file, f.HeaderLength())
	if held != nil && bytes.Equal(s.w.bytes(held), s.w.bytes(f)) {
		return
	}
	s.Install(f, isCTL)
	s.voice.installed()
	s.tell("Trust List Updated")
}

// fetchConfig asks for the signed file when a list is held, and judges it.
func (s *station) fetchConfig(e Event) {
	origin, at := s.server, s.now
	if e.Foreign != "" {
		origin = s.w.clusters[e.Foreign].publisher()
	}
	addresses := s.plan.NewGroup
	if addresses == nil {
		addresses = s.plan.Group
	}
	f := origin.config(s.plan, addresses, at)
	name := f.Name
	plain := s.State() == phone.None || s.State() == phone.OldNone
	if plain {
		name = trimSign(name)
	}
	s.voice.request(name, false)
	if origin != s.server {
		s.server.fetched(s.now.Add(-20*ms), name, origin.Address)
	}
	switch {
	case plain:
		s.fetch(e, name, name, f.Payload, true)
		s.adopt(addresses)
		return
	case origin.cluster.NoITL && !origin.cluster.Mixed: // does not sign
		s.fetch(e, name, "", nil, true)
		s.tell("File Not Found <" + name + ">")
		return
	}
	s.fetch(e, name, name, s.w.bytes(f), true)
	if s.judge(signed, name, s.w.hash(f), f.Signer, []byte{2, list.TFTP}) {
		s.voice.verified(signed, name, f.HeaderLength())
		s.adopt(addresses)
	} else {
		s.voice.refused(signed, name)
	}
	for _, other := range e.Files {
		g := &list.File{Version: [2]byte{1, 0}, Name: other, Signer: s.server.cert(CallManager, at, true), Time: f.Time,
			Payload: []byte("<?xml version=\"1.0\"?>\n<CiscoIPPhoneRingList>\n</CiscoIPPhoneRingList>\n")}
		s.voice.request(other, false)
		s.fetch(e, other, other, s.w.bytes(g), true)
		if s.judge(signed, other, s.w.hash(g), g.Signer, []byte{2, list.TFTP}) {
			s.voice.verified(signed, other, g.HeaderLength())
		} else {
			s.voice.refused(signed, other)
		}
	}
}

func (s *station) adopt(addresses []string) {
	if g, err := s.w.members(addresses); err == nil {
		s.group = g
	}
}

// judge asks the table, prints the searches on the way, and notes the outcome.
func (s *station) judge(o phone.Object, file, hash string, signer *x509.Certificate, roles []byte) bool {
	j := Judgement{Boot: s.boots, At: s.now, Object: o, File: file, SHA1: hash, Signer: fmt.Sprintf("%x", signer.Serial), State: s.State()}
	steps := phone.Table[s.State()][o]
	for _, step := range steps {
		if step == phone.InCTL || step == phone.InITL && s.State() == phone.BlankITL {
			s.voice.search(o == web)
			break
		}
	}
	if o == web {
		s.voice.webUnknown(s.peer)
	}
	s.refusal = "Trust List Verification Failed"
	d := s.Judge(o, signer, func() bool {
		if o != web {
			s.voice.missed()
		}
		vouched, asked := s.ask(question{signer: signer, roles: roles, web: o == web})
		j.Asked = asked
		if !vouched && o != web {
			s.voice.tvsFailed()
		}
		return vouched
	})
	j.Accepted, j.By = d.Accepted, d.By()
	if d.By() == phone.Blind {
		s.voice.blind()
	}
	s.truth.Judged = append(s.truth.Judged, j)
	return d.Accepted
}

// hash is the SHA-1 of a file, in hex.
func (w *world) hash(f *list.File) string { return fmt.Sprintf("%x", sha1.Sum(w.bytes(f))) }

package scenario

import (
	"fmt"
	"strings"
	"time"

	"trustline/testdata/lab/list"
	"trustline/testdata/lab/phone"
	"trustline/testdata/lab/wire"
	"trustline/testdata/lab/x509"
)

// A station is a phone with everything around it.
type station struct {
	phone.Phone
	host, router *wire.Host
	mic          *x509.Certificate
	group        []*node // CallManager group of the configuration it holds
	tftp         *node
	capf         *x509.Certificate

	packets wire.Trace
	console console
	status  strings.Builder
	now     time.Time // true time, moved on by every step
	port    uint16    // last local port used
	session uint32    // last TVS session
	boots   int
	callers []*wire.Conn // open connections to CallManager
	refusal string       // status message about a refused list, by firmware
}

func newStation(c *cluster, held *list.File, group []*node) *station {
	return &station{
		Phone: phone.Phone{ITL: held}, group: group, tftp: c.a1, capf: c.capf, mic: mic(phoneModel, phoneName),
		host:   wire.NewHost("phone", phoneAddr, phoneMAC, 64, 8192),
		router: wire.NewHost("router", routerAddr, routerMAC, 255, 4128),
		port:   49600, session: 1000, refusal: "Trust List Verification Failed",
	}
}

const (
	ms = time.Millisecond
	us = time.Microsecond
)

// say moves on and prints a line at the usual level.
func (s *station) say(step time.Duration, process, format string, args ...any) {
	s.now = s.now.Add(step)
	s.console.line(s.now, "NOT", process, fmt.Sprintf(format, args...))
}

// complain prints a line at the level of errors, which says nothing about its weight.
func (s *station) complain(step time.Duration, process, format string, args ...any) {
	s.now = s.now.Add(step)
	s.console.line(s.now, "ERR", process, fmt.Sprintf(format, args...))
}

// tell adds a status message with the time of the phone.
func (s *station) tell(text string) {
	fmt.Fprintf(&s.status, "%s %s\n", s.console.clock(s.now).Format("15:04:05"), text)
}

func (s *station) nextPort() uint16 {
	s.port++
	return s.port
}

// mark names the next frame, with the boot it belongs to.
func (s *station) mark(format string, args ...any) {
	s.packets.Label(fmt.Sprintf("boot %d: ", s.boots) + fmt.Sprintf(format, args...))
}

// boot starts the phone: address, lists, configuration, registration. The phone's
// clock stands ahead of the true time by the offset given; until is the true time
// at which the keep-alives end.
func (s *station) boot(at time.Time, ahead time.Duration, itl, config *list.File, group []*node, until time.Time) {
	s.boots++
	s.now = at
	s.console.reboot(ahead)
	s.packets.CDP(at, s.host, phoneName, phoneLoad, "Cisco IP Phone 7970")
	s.packets.DHCP(at.Add(7*time.Second), s.host, s.router, "255.255.255.0", []*wire.Host{s.tftp.host}, 0x5a1ae300+uint32(s.boots))
	s.packets.ARP(at.Add(21*time.Second), s.host, s.router)
	s.now = at.Add(22 * time.Second)

	s.fetchCTL()
	s.fetchITL(itl)
	if s.fetchConfig(config) {
		s.group = group
	}
	s.register(until)
}

// fetchCTL asks for a list that a non-secure cluster does not have. The console's
// wording for a missing file is not published, so the log has only the request.
func (s *station) fetchCTL() {
	file := "CTL" + phoneName + ".tlv"
	s.say(0, "SECD", "tlRequestFile: Request %s", file)
	s.say(108500*us, "TFTP", "[27]:Requesting %s from %s", file, s.tftp.host.IP)
	s.mark("read request %s", file)
	s.packets.TFTP(wire.Transfer{Client: s.host, Server: s.tftp.host, ClientPort: s.nextPort(), ServerPort: 33000 + s.port%1000, File: file,
		Missing: true, Request: s.now.Add(600 * us), End: s.now.Add(1900 * us)})
	s.now = s.now.Add(80 * ms)
	s.tell("File Not Found <CTLFile.tlv>")
}

// fetch transfers a file and prints both lines of the transfer.
func (s *station) fetch(id int, file, limit string, data []byte) {
	s.say(70*ms, "TFTP", "[%d]:Requesting %s from %s%s", id, file, s.tftp.host.IP, limit)
	start := s.now.Add(640 * us)
	end := start.Add(time.Duration(len(data)/512+1) * 1300 * us)
	s.mark("read request %s", file)
	s.packets.TFTP(wire.Transfer{Client: s.host, Server: s.tftp.host, ClientPort: s.nextPort(), ServerPort: 33000 + s.port%1000, File: file,
		Data: data, Request: start, End: end})
	s.now = end
	s.say(450*us, "TFTP", "[%d]:Finished --> rcvd %d bytes", id, len(data))
}

// fetchITL takes the list and judges it.
func (s *station) fetchITL(itl *list.File) {
	file := "ITL" + phoneName + ".tlv"
	s.say(95*ms, "SECD", "tlRequestFile: Request %s", file)
	s.fetch(28, file, "", itl.Bytes())
	s.now = s.now.Add(20 * ms)
	if !s.judge(phone.NewITL, itl.Signer, list.SAST) {
		s.tell(s.refusal)
		return
	}
	s.say(22*ms, "SECD", "validate_file_envelope: File sign verify SUCCESS; header length <%d>", itl.HeaderLength())
	if string(s.ITL.Bytes()) == string(itl.Bytes()) {
		return
	}
	s.Install(itl, false)
	s.say(31*ms, "SECD", "setupSocketToTvsProxy: Connected to TVS proxy server")
	s.say(1419*us, "SECD", "tvsReqFlushTvsCertCache: Sent Request to TVS proxy, len: 3708")
	s.say(18*ms, "SECD", "clpTvsInit: Client message received on TVS proxy socket")
	s.say(1567*us, "SECD", "processTvsClntReq: Success reading the client TVS request, len : 3708")
	s.say(1116*us, "SECD", "processTvsClntReq: TVS Certificate cache flush request received")
	s.say(1819*us, "SECD", "tvsFlushCertCache: Completed TVS Certificate cache flush request")
	s.tell("Trust List Updated")
}

// fetchConfig asks for the signed file, because a list is held, and judges it.
func (s *station) fetchConfig(config *list.File) bool {
	plain := strings.TrimSuffix(config.Name, ".sgn")
	ip := s.tftp.host.IP
	s.say(210*ms, "tftpClient", "tftp request rcv'd from /usr/tmp/tftp, srcFile = %s, dstFile = /usr/ram/%s max size = 550001", plain, plain)
	s.say(24538*us, "tftpClient", "auth server - tftpList[0] = ::ffff:%s", ip)
	s.say(989*us, "tftpClient", "look up server - 0")
	s.say(3541*us, "SECD", "lookupCTL: TFTP SRVR secure")
	s.say(4179*us, "tftpClient", "secVal = 0x9")
	s.say(1104*us, "tftpClient", "::ffff:%s is a secure server", ip)
	s.say(852*us, "tftpClient", "retval = SRVR_SECURE")
	s.say(871*us, "tftpClient", "Secure file requested")
	s.say(1732*us, "tftpClient", "authenticated file approved - add .sgn -- %s", config.Name)
	s.fetch(10, config.Name, " with size limit of 550001", config.Bytes())
	s.now = s.now.Add(40 * ms)
	if !s.judge(phone.Config, config.Signer, list.TFTP) {
		s.complain(16*ms, "SECD", "EROR:verifyFile: sgn verify file failed </usr/ram/%s>, errclass 8, errcode 19 (signer not in CTL)", plain)
		s.complain(769*us, "SECD", "EROR:verifyFile: verify FAILED, </usr/ram/%s>", plain)
		return false
	}
	s.say(57*ms, "SECD", "verifyFile: verify SUCCESS </usr/ram/%s>", plain)
	return true
}

// judge asks the table and prints the searches on the way.
func (s *station) judge(o phone.Object, signer *x509.Certificate, role byte) bool {
	for _, step := range phone.Table[s.State()][o] {
		if step == phone.InCTL { // both searches are printed before either can fail
			s.say(2*ms, "SECD", "findByIssuerAndSerialAndRoleInTL: Searching TL from CTL file")
			s.say(1240*us, "SECD", "findByIssuerAndSerialAndRoleInTL: Searching TL from ITL file")
		}
	}
	return s.Judge(o, signer, func() bool { return s.ask(question{signer: signer, role: role}) }).Accepted
}

// register signs on at the first server of the group that the phone holds, keeps
// a second connection to the next, and leaves both open.
func (s *station) register(until time.Time) {
	s.now = s.now.Add(1900 * ms)
	s.mark("registration at %s (SCCP 2000)", s.group[0].host.IP)
	s.callers = []*wire.Conn{s.packets.Register(s.now, s.host, s.group[0].host, s.nextPort(), phoneName, time.Minute, until)}
	for _, n := range s.group[1:] {
		s.callers = append(s.callers, s.packets.Standby(s.now.Add(300*ms), s.host, n.host, s.nextPort(), phoneName, 5*time.Minute, until))
	}
}

// reset ends the connections, as a reset from the server makes the phone do.
func (s *station) reset(at time.Time) {
	for i, c := range s.callers {
		c.Close(at.Add(time.Duration(i)*4*ms), wire.FromClient)
	}
	s.callers = nil
}

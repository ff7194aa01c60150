package dissect

import (
	"fmt"
	"io"
	"net/netip"
	"slices"

	"trustline/dissect/tls"
	"trustline/pcap"
)

// Outcomes of a Connection; the last one is OutcomeIncomplete: the capture
// ends, begins too late, or lacks a direction or octets, so that nothing more
// can be said. It is also that of a TLS 1.3 connection in which both sides sent
// encrypted records before it ended, see tls.Handshake.Exchanged.
const (
	OutcomeEstablished = "established" // the handshake was done and both sides sent data
	OutcomeAlert       = "alert"       // a refusal by alert, readable in the capture
	OutcomeReset       = "reset"       // ended by RST before success
	OutcomeClosed      = "closed"      // ended by FIN before success
	OutcomeRefused     = "refused"     // the SYN was answered by RST or an ICMP error
	OutcomeNoAnswer    = "no-answer"   // the SYN was not answered
)

// Connection is one TCP connection on a TLS port.
type Connection struct {
	Conn      *pcap.Conn
	End       pcap.EndReason
	Service   string
	Outcome   string
	Handshake *tls.Handshake // never nil; empty when nothing of a handshake was seen
}

// Handler receives what Capture finds, each as soon as it has ended. The calls
// come from the goroutine that called Capture.
type Handler interface {
	Transfer(*Transfer)
	Connection(*Connection)
}

// Observer is an optional extension of Handler for what explains a failure
// from aside, see Observation.
type Observer interface {
	Observe(*Observation)
}

// Capture reads a capture and hands what it finds to h. The error is not nil
// only when nothing could be read; damage further on is in the summary, and
// what stood before it was handed over.
func Capture(r io.Reader, o Options, h Handler) (*pcap.Summary, error) {
	return capture(o, h, func(in *pcap.Interest, s pcap.Sink) (*pcap.Summary, error) { return pcap.Scan(r, in, s) })
}

// CaptureSeries is Capture over the parts of a rotated capture: what is cut
// between two of them is found whole. Frames and streams are counted over the
// series, see pcap.ScanSeries. After an error what was handed to h is of no use.
func CaptureSeries(parts []pcap.Part, o Options, h Handler) (*pcap.Summary, error) {
	return capture(o, h, func(in *pcap.Interest, s pcap.Sink) (*pcap.Summary, error) { return pcap.ScanSeries(parts, in, s) })
}

func capture(o Options, h Handler, scan func(*pcap.Interest, pcap.Sink) (*pcap.Summary, error)) (*pcap.Summary, error) {
	f := &flows{opt: o, h: h, pool: &pool{max: o.maxContent(), left: o.maxHeld()}}
	if to, ok := h.(Observer); ok {
		f.watch = newWatcher(to)
	}
	f.opt.Hints = f.opt.Hints && f.watch != nil
	in := pcap.NewInterest(f.opt.udp(), f.opt.tcp())
	f.tftp = newTFTP(in, &f.opt, f.pool, h.Transfer)
	sum, err := scan(in, f)
	f.tftp.close()
	if sum != nil {
		if f.watch != nil {
			f.watch.close(sum)
		}
		if n := f.tftp.stray; n > 0 {
			sum.Problems = append(sum.Problems, pcap.Problem{Where: "tftp",
				What: fmt.Sprintf("%d packets belong to transfers whose request is not in the capture", n)})
		}
		if n := f.tftp.evicted; n > 0 {
			sum.Problems = append(sum.Problems, pcap.Problem{Where: "tftp",
				What: fmt.Sprintf("%d transfers were given up: more than %d at a time", n, maxTransfers)})
		}
		if f.watch != nil && f.watch.left > 0 {
			sum.Problems = append(sum.Problems, pcap.Problem{Where: "observations",
				What: fmt.Sprintf("%d are left out: more than %d", f.watch.left, maxObservations)})
		}
	}
	return sum, err
}

// flows is the pcap.Sink that routes by port.
type flows struct {
	opt   Options
	h     Handler
	watch *watcher // nil when nobody observes
	pool  *pool
	tftp  *tftp
	certs tls.Cache
}

// follower is what reads one TCP connection.
type follower struct {
	tls      *tls.Stream
	http     *httpConn
	register *registration
}

func (f *flows) Datagram(d *pcap.Datagram) {
	if !f.tftp.datagram(d) && f.opt.Hints {
		f.watch.aside(d)
	}
}

// Announcement makes flows a pcap.AnnouncementSink.
func (f *flows) Announcement(a *pcap.Announcement) {
	if f.opt.Hints {
		f.watch.announcement(a)
	}
}

func (f *flows) Unreachable(u *pcap.UnreachableUDP) { f.tftp.unreachable(u) }

func (f *flows) Open(c *pcap.Conn) {
	w := &follower{}
	c.User = w
	port := c.Server.Port()
	if slices.Contains(f.opt.HTTPPorts, port) {
		w.http = newHTTP(c, f.pool, f.h.Transfer)
	}
	if slices.Contains(f.opt.TLSPorts, port) {
		w.tls = tls.NewStream()
		w.tls.UseCache(&f.certs)
		if c.MidStream {
			w.tls.MidStream()
		}
	}
	if f.opt.Hints && w.http == nil && w.tls == nil && (port == portSCCP || port == portSIP) {
		w.register = newRegistration(f.watch, c)
	}
}

func (f *flows) Data(c *pcap.Conn, ch pcap.Chunk) {
	w := c.User.(*follower)
	if w.tls != nil {
		w.tls.Data(ch.Dir == pcap.ToClient, ch.Frame, ch.Time, ch.Data, ch.Lost)
	}
	if w.http != nil {
		w.http.data(ch)
	}
	if w.register != nil {
		w.register.data(ch)
	}
}

func (f *flows) End(c *pcap.Conn, why pcap.EndReason) {
	w := c.User.(*follower)
	c.User = nil
	if w.tls != nil {
		w.tls.Close()
		hs := w.tls.Result()
		f.h.Connection(&Connection{Conn: c, End: why, Service: Service(c.Server.Port()), Outcome: outcome(c, hs), Handshake: hs})
	}
	if w.http != nil {
		w.http.finish()
		f.unanswered(c)
	}
}

// outcome says how a connection ended, by what the packets show.
func outcome(c *pcap.Conn, hs *tls.Handshake) string {
	switch {
	case hs.Established:
		return OutcomeEstablished
	case hs.FatalAlert() != nil:
		return OutcomeAlert
	}
	how := transport(c)
	if how != OutcomeReset && how != OutcomeClosed {
		return how
	}
	switch {
	case unseen(c, hs):
		return OutcomeIncomplete
	case hs.TLS13 && hs.ClientRecords >= 2 && hs.ServerRecords >= 2:
		hs.Problems = append(hs.Problems[:len(hs.Problems):len(hs.Problems)],
			"TLS 1.3: whether the handshake was accepted cannot be seen")
		return OutcomeIncomplete
	}
	return how
}

// unseen reports whether the capture lacks what could explain the end of a
// connection: its start, a direction, or octets, among which an alert or the
// first data may have been.
func unseen(c *pcap.Conn, hs *tls.Handshake) bool {
	return c.MidStream && !hs.Frames.ClientHello.Seen() ||
		c.Packets[pcap.ToServer] == 0 || c.Packets[pcap.ToClient] == 0 ||
		c.Lost[pcap.ToServer] > 0 || c.Lost[pcap.ToClient] > 0
}

// transport says how a TCP connection ended.
func transport(c *pcap.Conn) string {
	switch {
	case !c.Established && !c.MidStream:
		if c.Reset != nil && c.Reset.From == pcap.ToClient || c.Unreachable != nil && refuses(c.Unreachable) {
			return OutcomeRefused
		}
		if c.Packets[pcap.ToClient] == 0 && c.Packets[pcap.ToServer] <= int64(len(c.Syns)) {
			return OutcomeNoAnswer
		}
		return OutcomeIncomplete // the server's side is not in the capture
	case c.Reset != nil:
		return OutcomeReset
	case c.Fin[pcap.ToServer] != nil || c.Fin[pcap.ToClient] != nil:
		return OutcomeClosed
	}
	return OutcomeIncomplete
}

// unanswered tells of an HTTP connection that did not come about: it has no
// transfer to tell it.
func (f *flows) unanswered(c *pcap.Conn) {
	if f.watch == nil {
		return
	}
	how := transport(c)
	if how != OutcomeNoAnswer && how != OutcomeRefused {
		return
	}
	o := &Observation{First: c.First, Last: c.Last, Kind: "http", Event: how, Client: c.Client.Addr(), Server: c.Server,
		Detail: map[string]string{"syns": fmt.Sprint(len(c.Syns))}}
	if u := c.Unreachable; u != nil {
		o.Detail["error"] = icmpText(u.From, u.Type, u.Code)
	}
	f.watch.say(o, fmt.Sprint(c.Stream))
}

// refuses reports an ICMP error that ends a connection attempt: destination
// unreachable (ICMP type 3 but for "fragmentation needed", ICMPv6 type 1).
func refuses(u *pcap.Unreachable) bool {
	if u.From.Is4() {
		return u.Type == 3 && u.Code != 4
	}
	return u.Type == 1
}

// icmpText names an ICMP error (RFC 792, RFC 1812 section 5.2.7.1, RFC 4443).
func icmpText(from netip.Addr, kind, code uint8) string {
	names := map[uint8]string{0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
		4: "fragmentation needed", 5: "source route failed", 9: "network prohibited", 10: "host prohibited", 13: "administratively prohibited"}
	at, exceeded := uint8(3), uint8(11)
	if !from.Is4() {
		names = map[uint8]string{0: "no route", 1: "administratively prohibited", 2: "beyond scope", 3: "address unreachable",
			4: "port unreachable", 5: "policy failed", 6: "route rejected"}
		at, exceeded = 1, 3
	}
	what := fmt.Sprintf("type %d code %d", kind, code)
	switch {
	case kind == at && names[code] != "":
		what = names[code]
	case kind == exceeded:
		what = "time exceeded"
	}
	return fmt.Sprintf("ICMP %s from %s", what, from)
}

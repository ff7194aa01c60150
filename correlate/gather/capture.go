package gather

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"trustline/correlate/evidence"
	"trustline/dissect"
	"trustline/dissect/cert"
	"trustline/dissect/trustlist"
	"trustline/pcap"
)

// capture decodes a capture: every transfer and every TLS connection becomes
// an event at its first frame, their content becomes objects.
func (d *decoder) capture(r io.Reader) {
	h := &captureHandler{d: d}
	sum, err := follow(h, func(to dissect.Handler) (*pcap.Summary, error) { return dissect.Capture(r, d.ports(), to) })
	if err != nil {
		d.problem("", err.Error())
	}
	if sum == nil {
		d.in.Kind = KindUnknown
		return
	}
	captured(d.in, sum.Format, sum.Frames, sum.From, sum.To)
	h.finish(sum, []string{d.in.Name}, "")
	if why := dissect.Unread(sum); why != "" {
		d.in.Kind = KindUnread
		d.problem("", why)
	}
}

// ports are the options of dissect.
func (d *decoder) ports() dissect.Options {
	opt := dissect.DefaultOptions()
	if len(d.opt.TLSPorts) > 0 {
		opt.TLSPorts = d.opt.TLSPorts
	}
	if len(d.opt.TFTPPorts) > 0 {
		opt.TFTPPorts = d.opt.TFTPPorts
	}
	if len(d.opt.HTTPPorts) > 0 {
		opt.HTTPPorts = d.opt.HTTPPorts
	}
	return opt
}

// captured fills in what is known of a capture as an input.
func captured(in *evidence.Input, format string, frames int, from, to time.Time) {
	in.Kind, _, _ = strings.Cut(format, ",")
	in.Frames = &frames
	if !from.IsZero() {
		a, b := clockOf(from).Text, clockOf(to).Text
		in.From, in.To = &a, &b
	}
}

// finish adds what can be told at the end only. names are those of the parts;
// all is the place of a problem that concerns all of them.
func (h *captureHandler) finish(sum *pcap.Summary, names []string, all string) {
	for _, r := range h.remarks {
		h.remark(sum, r.frame, r.what)
	}
	for _, p := range sum.Problems {
		if all != "" && p.Where == "file" {
			p.Where = all
		}
		h.d.problem(p.Where, p.What)
	}
	h.links(sum, all)
	h.answered(sum)
	h.coverage(sum, names)
}

// remark is a problem at a frame, told of the part that holds it.
func (h *captureHandler) remark(sum *pcap.Summary, frame int, what string) {
	part, local := sum.Locate(frame)
	in := h.d.in
	if part > 0 {
		in = &h.d.b.Header.Inputs[part]
	}
	in.Problems = append(in.Problems, evidence.Problem{Where: fmt.Sprintf("frame %d", local), What: what})
}

// links reports frames of link types that nobody decodes, and what a short
// snap length hides.
func (h *captureHandler) links(sum *pcap.Summary, all string) {
	d := h.d
	if sum.Truncated > 0 {
		d.problem(all, fmt.Sprintf("%d frames are cut by the snap length %d: what stood behind the cut is not in evidence", sum.Truncated, sum.CutAt))
	}
	for i, o := range sum.OneWay {
		if i == maxGaps {
			d.problem(all, fmt.Sprintf("and %d further pairs of hosts with one direction only", len(sum.OneWay)-i))
			break
		}
		h.remark(sum, o.First.Frame, fmt.Sprintf("the capture holds no packets from %s to %s, though %d connections show that there were some", o.To, o.From, o.Connections))
	}
}

type captureHandler struct {
	d       *decoder
	clients map[netip.Addr]bool // addresses that acted as a phone
	silent  []silent
	same    sameContent
	remarks []remark

	stretches []stretch // of a series
}

// remark is a problem with what stands at a frame.
type remark struct {
	frame int
	what  string
}

// silent is a server that left a connection attempt unanswered.
type silent struct {
	server netip.Addr
	client netip.Addr
}

func (h *captureHandler) client(a netip.Addr) {
	if h.clients == nil {
		h.clients = map[netip.Addr]bool{}
	}
	h.clients[a] = true
}

// Transfer takes over one file transfer and decodes what it carried.
func (h *captureHandler) Transfer(t *dissect.Transfer) {
	h.client(t.Client.Addr())
	if t.Method == "HEAD" && t.Outcome == dissect.OutcomeComplete {
		return // whether the file is there was asked, and nothing was fetched
	}
	at := evidence.Place{Input: h.d.in.Name, Frame: t.First.Frame}
	out := &evidence.Transfer{Proto: t.Proto, Op: t.Op, Client: t.Client.String(), Server: t.Server.String(), File: t.File, Outcome: t.Outcome,
		Bytes: t.Bytes, SHA256: t.SHA256, MD5: t.MD5, ErrorCode: t.ErrorCode, Error: t.Error, Object: h.content(t, at)}
	if t.Last.Frame != 0 {
		m := mark(t.Last.Frame, t.Last.Time)
		out.End = &m
	}
	h.d.b.Add(&evidence.Event{Kind: "event", Place: at, Clock: clockOf(t.First.Time), Dialect: dialectCapture, Event: eventTransfer,
		Address: t.Client.Addr().String(), Server: out.Server, Detail: map[string]string{}, Transfer: out})
}

// content makes an object of what a transfer carried, also of the first part
// of an unfinished one: it holds a list's header and signer. A file that was
// seen before, whole, is not read again.
func (h *captureHandler) content(t *dissect.Transfer, at evidence.Place) string {
	if len(t.Content) == 0 {
		return ""
	}
	if t.SHA256 == "" || t.Clipped {
		return h.decoded(t, at)
	}
	if id, ok := h.same.again(h.d, t.SHA256, at); ok {
		return id
	}
	return h.same.first(h.d, t.SHA256, func() (string, bool) {
		n := len(h.remarks)
		id := h.decoded(t, at)
		return id, len(h.remarks) == n // a remark is told of every frame
	})
}

// decoded reads what a transfer carried.
func (h *captureHandler) decoded(t *dissect.Transfer, at evidence.Place) string {
	d := h.d
	if trustlist.Detect(t.Content) {
		f, err := trustlist.Parse(t.Content)
		if f == nil {
			h.remarks = append(h.remarks, remark{at.Frame, err.Error()})
			return ""
		}
		if t.SHA256 == "" { // octets are missing: what is there neither has the file's hash nor verifies
			f.Partial, f.CoveredDigest = true, nil
		}
		return d.list(f, at)
	}
	if c := configOf(t.File, t.Content); c != nil && t.SHA256 != "" {
		return d.object(evidence.Object{Object: "config", ID: t.SHA256, Places: []evidence.Place{at}, Config: c})
	}
	return ""
}

// Connection takes over one TCP connection on a TLS port.
func (h *captureHandler) Connection(c *dissect.Connection) {
	conn, hs := c.Conn, c.Handshake
	at := evidence.Place{Input: h.d.in.Name, Frame: conn.First.Frame}
	t := &evidence.TLS{Stream: conn.Stream, Client: conn.Client.String(), Server: conn.Server.String(), Service: c.Service, Outcome: c.Outcome,
		Syns: []evidence.Mark{}, Alerts: []evidence.Alert{}, Marks: map[string]evidence.Mark{}, ClosedBy: c.ClosedBy()}
	for _, m := range conn.Syns {
		t.Syns = append(t.Syns, mark(m.Frame, m.Time))
	}
	set := func(name string, frame int, tm time.Time) {
		if frame != 0 {
			t.Marks[name] = mark(frame, tm)
		}
	}
	if len(conn.Syns) > 0 {
		set("syn", conn.Syns[0].Frame, conn.Syns[0].Time)
	}
	if conn.SynAck != nil {
		set("syn_ack", conn.SynAck.Frame, conn.SynAck.Time)
	}
	set("end", conn.Last.Frame, conn.Last.Time)
	if hs != nil {
		t.ClientVersion, t.Version, t.Cipher, t.History = hs.ClientVersion, hs.Version, hs.Cipher, hs.History
		t.CertificateRequested, t.Resumed, t.Hidden = hs.CertificateRequested, hs.Resumed, hs.TLS13
		t.ServerCertificates, t.ClientCertificates = h.chain(hs.ServerCertificates, hs.Frames.ServerCertificate.Frame), h.chain(hs.ClientCertificates, hs.Frames.ClientCertificate.Frame)
		f := &hs.Frames
		set("client_hello", f.ClientHello.Frame, f.ClientHello.Time)
		set("server_hello", f.ServerHello.Frame, f.ServerHello.Time)
		set("server_certificate", f.ServerCertificate.Frame, f.ServerCertificate.Time)
		set("client_certificate", f.ClientCertificate.Frame, f.ClientCertificate.Time)
		set("client_finished_ccs", f.ClientCipherSpec.Frame, f.ClientCipherSpec.Time)
		set("server_finished_ccs", f.ServerCipherSpec.Frame, f.ServerCipherSpec.Time)
		if !hs.TLS13 { // in TLS 1.3 handshake messages travel as application data
			set("client_data", f.ClientData.Frame, f.ClientData.Time)
			set("server_data", f.ServerData.Frame, f.ServerData.Time)
		}
		for _, a := range hs.Alerts {
			from := "client"
			if a.FromServer {
				from = "server"
			}
			t.Alerts = append(t.Alerts, evidence.Alert{Mark: mark(a.Frame, a.Time), From: from, Level: a.Level, Code: a.Code, Description: a.Description, Encrypted: a.Encrypted})
		}
	}
	h.client(conn.Client.Addr())
	if c.Outcome == "no-answer" {
		h.silent = append(h.silent, silent{conn.Server.Addr(), conn.Client.Addr()})
	}
	h.d.b.Add(&evidence.Event{Kind: "event", Place: at, Clock: clockOf(conn.First.Time), Dialect: dialectCapture, Event: eventConnection,
		Address: conn.Client.Addr().String(), Server: t.Server, Detail: map[string]string{}, TLS: t})
}

// Observe takes over what names a phone or explains a failure from aside:
// registration, DHCP, neighbour announcements, DNS, EAP, alarms.
func (h *captureHandler) Observe(o *dissect.Observation) {
	e := evidence.Event{Kind: "event", Place: evidence.Place{Input: h.d.in.Name, Frame: o.First.Frame}, Clock: clockOf(o.First.Time), Dialect: dialectCapture,
		Event: observationName(o.Kind, o.Event), Phone: o.Device, Detail: map[string]string{}}
	if o.Client.IsValid() {
		e.Address = o.Client.String()
	}
	if o.Server.IsValid() {
		e.Server = o.Server.String()
	}
	for k, v := range o.Detail {
		e.Detail[k] = v
	}
	for k, v := range map[string]string{"mac": o.MAC, "model": o.Model} {
		if v != "" {
			e.Detail[k] = v
		}
	}
	h.d.b.Add(&e)
}

func (h *captureHandler) chain(list []*cert.Certificate, frame int) []string {
	out := []string{}
	for _, c := range list {
		if id := h.d.certificate(c, evidence.Place{Input: h.d.in.Name, Frame: frame}); id != "" {
			out = append(out, id)
		}
	}
	return out
}

// answered says of hosts that left port 2445 or the like unanswered whether
// any packet of theirs is in the capture: a host that is down, or a capture of
// one direction, looks the same as a blocked port otherwise.
func (h *captureHandler) answered(sum *pcap.Summary) {
	done := map[silent]bool{}
	for _, s := range h.silent {
		if done[s] {
			continue
		}
		done[s] = true
		hosts := sum.Coverage.Hosts // in order of their addresses
		i, _ := slices.BinarySearchFunc(hosts, s.server, func(host pcap.HostCoverage, a netip.Addr) int { return host.Host.Compare(a) })
		for ; i < len(hosts) && hosts[i].Host == s.server; i++ {
			host := &hosts[i]
			if host.Sent == 0 {
				continue
			}
			h.d.b.Add(&evidence.Event{Kind: "event", Place: evidence.Place{Input: h.d.in.Name, Frame: host.First.Frame}, Clock: clockOf(host.First.Time),
				Dialect: dialectCapture, Event: eventHostAnswered, Address: s.client.String(), Server: s.server.String(),
				Detail: map[string]string{"packets": strconv.FormatInt(host.Sent, 10)}})
		}
	}
}

// coverage says for every address that acted as a phone from when to when the
// capture has packets of it, and in which directions: one row, or of a series
// with gaps one for each stretch between them.
func (h *captureHandler) coverage(sum *pcap.Summary, names []string) {
	for _, host := range sum.Coverage.Hosts {
		if !h.clients[host.Host] {
			continue
		}
		part, _ := sum.Locate(host.First.Frame)
		row := evidence.Coverage{Kind: "coverage", Input: names[part], Address: host.Host.String(), Service: "capture",
			From: clockOf(host.First.Time), To: clockOf(host.Last.Time), Sent: host.Sent > 0, Got: host.Received > 0, Missed: host.Missed, Gaps: []string{},
			Note: fmt.Sprintf("%d packets from the phone, %d to it", host.Sent, host.Received)}
		if len(h.stretches) < 2 {
			h.d.b.Coverage = append(h.d.b.Coverage, row)
			continue
		}
		row.Note += ", in all parts of the series"
		for _, s := range h.stretches {
			from, to := host.First.Time, host.Last.Time
			if !from.After(s.from) {
				from, part = s.from, s.part
			}
			if to.After(s.to) {
				to = s.to
			}
			if to.Before(from) {
				continue
			}
			row.Input, row.From, row.To = names[part], clockOf(from), clockOf(to)
			h.d.b.Coverage = append(h.d.b.Coverage, row)
		}
	}
}

func mark(frame int, t time.Time) evidence.Mark {
	return evidence.Mark{Frame: frame, Clock: clockOf(t)}
}

// clockOf is a capture's time; nil when the capture holds none.
func clockOf(t time.Time) *evidence.Clock {
	if t.IsZero() {
		return nil
	}
	ns := t.Nanosecond()
	c := &evidence.Clock{Dated: true, Seconds: t.Unix(), Nanos: int32(ns), Step: 1e-6}
	digits := 6
	if ns%1000 != 0 {
		c.Step, digits = 1e-9, 9
	} else {
		ns /= 1000
	}
	var buf [40]byte
	b := t.UTC().AppendFormat(buf[:0], "2006-01-02T15:04:05.")
	for range digits {
		b = append(b, '0')
	}
	for i := len(b) - 1; ns > 0; i, ns = i-1, ns/10 {
		b[i] += byte(ns % 10)
	}
	c.Text = string(append(b, 'Z'))
	return c
}

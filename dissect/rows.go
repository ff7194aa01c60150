package dissect

import (
	"math"
	"net/netip"
	"time"

	"trustline/dissect/cert"
	"trustline/dissect/tls"
	"trustline/pcap"
)

// TFTPRow is one line of `trustline tftp --json`. Unknown members are null.
type TFTPRow struct {
	Capture     string            `json:"capture"`
	Frame       int               `json:"frame"`
	LastFrame   int               `json:"last_frame"`
	Time        *string           `json:"time"`
	Duration    *float64          `json:"duration"` // seconds from the first packet to the last
	Proto       string            `json:"proto"`
	Op          string            `json:"op"`
	Client      string            `json:"client"`
	Server      string            `json:"server"`
	File        string            `json:"-"`    // "" when the request is not in the capture
	FileName    *string           `json:"file"` // the same, null for ""
	Mode        *string           `json:"mode"`
	Options     map[string]string `json:"options"`
	Outcome     string            `json:"outcome"`
	Bytes       int64             `json:"bytes"`
	Blocks      int64             `json:"blocks"`
	Retransmits int               `json:"retransmits"`
	SHA256      *string           `json:"sha256"`
	MD5         *string           `json:"md5"`
	ErrorCode   *int              `json:"error_code"`
	Error       *string           `json:"error"`
	Peer        *string           `json:"peer"`   // where the answer came from
	Stream      *int              `json:"stream"` // tcp.stream of HTTP
	Notes       []string          `json:"notes"`
}

// Row returns the JSON form of a transfer in the capture of that name.
func (t *Transfer) Row(capture string) *TFTPRow {
	r := &TFTPRow{Capture: capture, Frame: t.First.Frame, LastFrame: t.Last.Frame, Time: stamp(t.First.Time),
		Duration: seconds(t.First.Time, t.Last.Time), Proto: t.Proto, Op: t.Op,
		Client: t.Client.String(), Server: t.Server.String(), File: t.File, FileName: text(t.File), Mode: text(t.Mode), Options: t.Options,
		Outcome: t.Outcome, Bytes: t.Bytes, Blocks: t.Blocks, Retransmits: t.Retransmit,
		SHA256: text(t.SHA256), MD5: text(t.MD5), ErrorCode: t.ErrorCode, Error: text(t.Error), Peer: endpoint(t.Peer), Notes: t.Notes}
	if t.Stream >= 0 {
		r.Stream = &t.Stream
	}
	if r.Options == nil {
		r.Options = map[string]string{}
	}
	if r.Notes == nil {
		r.Notes = []string{}
	}
	return r
}

// TLSRow is one line of `trustline tls --json`. Unknown members are null.
type TLSRow struct {
	Capture              string      `json:"capture"`
	Stream               int         `json:"stream"`
	FirstFrame           int         `json:"first_frame"`
	Time                 *string     `json:"time"`
	Client               string      `json:"client"`
	Server               string      `json:"server"`
	Service              string      `json:"service"`
	Syn                  SynRow      `json:"syn"`
	ClientVersion        *string     `json:"client_version"`
	Version              *string     `json:"version"`
	Cipher               *string     `json:"cipher"`
	SNI                  *string     `json:"sni"`
	Ciphers              []string    `json:"ciphers"`
	ServerCertificates   []*cert.Row `json:"server_certificates"`
	CertificateRequested *bool       `json:"certificate_requested"` // null where it could not be seen
	ClientCertificates   []*cert.Row `json:"client_certificates"`
	Alerts               []AlertRow  `json:"alerts"`
	Resumed              *bool       `json:"resumed"` // null before the server's answer
	History              string      `json:"history"`
	Outcome              string      `json:"outcome"`
	Frames               FramesRow   `json:"frames"`
	Decrypted            bool        `json:"decrypted"`
	ClosedBy             *string     `json:"closed_by"`   // client, server: who ended the connection first
	Unreachable          *string     `json:"unreachable"` // ICMP error about the connection
	NotTLS               *string     `json:"not_tls"`     // protocol spoken instead
	Problems             []string    `json:"problems"`
}

// SynRow counts the client's SYN segments: seconds of each after the first.
type SynRow struct {
	Count   int       `json:"count"`
	Seconds []float64 `json:"seconds"`
}

// AlertRow is one alert; level, code and description of an encrypted one are null.
type AlertRow struct {
	Frame       int     `json:"frame"`
	From        string  `json:"from"`
	Level       *string `json:"level"`
	Code        *int    `json:"code"`
	Description *string `json:"description"`
	Encrypted   bool    `json:"encrypted"`
}

// FramesRow are the frames of the steps, null for those not seen.
type FramesRow struct {
	Syn               *int `json:"syn"`
	ClientHello       *int `json:"client_hello"`
	ServerHello       *int `json:"server_hello"`
	ServerCertificate *int `json:"server_certificate"`
	ClientCertificate *int `json:"client_certificate"`
	ApplicationData   *int `json:"application_data"` // null for TLS 1.3, where it proves nothing
}

// Row returns the JSON form of a connection in the capture of that name.
func (c *Connection) Row(capture string) *TLSRow {
	h, conn := c.Handshake, c.Conn
	r := &TLSRow{Capture: capture, Stream: conn.Stream, FirstFrame: conn.First.Frame, Time: stamp(conn.First.Time),
		Client: conn.Client.String(), Server: conn.Server.String(), Service: c.Service,
		Syn:           SynRow{Count: len(conn.Syns), Seconds: []float64{}},
		ClientVersion: text(h.ClientVersion), Version: text(h.Version), Cipher: text(h.Cipher), SNI: text(h.SNI),
		Ciphers: append([]string{}, h.Ciphers...), ServerCertificates: chain(h.ServerCertificates), ClientCertificates: chain(h.ClientCertificates),
		Alerts: []AlertRow{}, History: h.History, Outcome: c.Outcome, ClosedBy: text(c.ClosedBy()), Problems: append([]string{}, h.Problems...)}
	for _, m := range conn.Syns {
		if s := seconds(conn.Syns[0].Time, m.Time); s != nil {
			r.Syn.Seconds = append(r.Syn.Seconds, *s)
		}
	}
	f := &h.Frames
	if f.ServerHello.Seen() {
		r.Resumed = &h.Resumed
	}
	if h.CertificateRequested || f.ServerHelloDone.Seen() || h.Resumed && !h.TLS13 {
		r.CertificateRequested = &h.CertificateRequested
	}
	for i := range h.Alerts {
		r.Alerts = append(r.Alerts, alertRow(&h.Alerts[i]))
	}
	if len(conn.Syns) > 0 {
		r.Frames.Syn = &conn.Syns[0].Frame
	}
	r.Frames.ClientHello, r.Frames.ServerHello = frame(f.ClientHello), frame(f.ServerHello)
	r.Frames.ServerCertificate, r.Frames.ClientCertificate = frame(f.ServerCertificate), frame(f.ClientCertificate)
	if !h.TLS13 {
		data := f.ClientData
		if !data.Seen() || f.ServerData.Seen() && f.ServerData.Frame < data.Frame {
			data = f.ServerData
		}
		r.Frames.ApplicationData = frame(data)
	}
	if u := conn.Unreachable; u != nil {
		r.Unreachable = text(icmpText(u.From, u.Type, u.Code))
	}
	if h.Foreign != nil {
		r.NotTLS = text(h.Foreign.Protocol)
	}
	return r
}

// ClosedBy returns which side ended the connection first, by FIN or RST:
// "client", "server", or "" when neither did.
func (c *Connection) ClosedBy() string {
	by, at := "", 0
	for _, e := range []struct {
		m    *pcap.Mark
		name string
	}{{c.Conn.Fin[pcap.ToServer], "client"}, {c.Conn.Fin[pcap.ToClient], "server"}} {
		if e.m != nil && (at == 0 || e.m.Frame < at) {
			by, at = e.name, e.m.Frame
		}
	}
	if r := c.Conn.Reset; r != nil && (at == 0 || r.Frame < at) {
		by = "client"
		if r.From == pcap.ToClient {
			by = "server"
		}
	}
	return by
}

func alertRow(a *tls.Alert) AlertRow {
	r := AlertRow{Frame: a.Frame, From: "client", Level: text(a.Level), Description: text(a.Description), Encrypted: a.Encrypted}
	if a.FromServer {
		r.From = "server"
	}
	if a.Code >= 0 {
		r.Code = &a.Code
	}
	return r
}

func chain(list []*cert.Certificate) []*cert.Row {
	rows := make([]*cert.Row, len(list))
	for i, c := range list {
		rows[i] = c.Row()
	}
	return rows
}

func frame(m tls.Mark) *int {
	if !m.Seen() {
		return nil
	}
	return &m.Frame
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func endpoint(a netip.AddrPort) *string {
	if !a.IsValid() {
		return nil
	}
	s := a.String()
	return &s
}

// stamp prints a time as RFC 3339 UTC with 6 digits, with 9 when the capture
// has more than microseconds.
func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	layout := "2006-01-02T15:04:05.000000Z"
	if t.Nanosecond()%1000 != 0 {
		layout = "2006-01-02T15:04:05.000000000Z"
	}
	s := t.UTC().Format(layout)
	return &s
}

// seconds is the time from a to b; null when the capture holds no times.
func seconds(a, b time.Time) *float64 {
	if a.IsZero() || b.IsZero() {
		return nil
	}
	s := math.Round(b.Sub(a).Seconds()*1e9) / 1e9
	return &s
}

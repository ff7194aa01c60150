package dissect

import (
	"net/netip"
	"strconv"

	"trustline/dissect/register"
	"trustline/pcap"
)

// registration follows one TCP connection on which phones register in clear.
type registration struct {
	w    *watcher
	c    *pcap.Conn
	sccp *[2]register.SCCPStream // by pcap.Dir; nil for SIP
	sip  *[2]register.SIPStream
	asks map[string]*register.SIP // REGISTER by Call-ID

	device, model string // of SCCP's Register
}

func newRegistration(w *watcher, c *pcap.Conn) *registration {
	r := &registration{w: w, c: c}
	if c.Server.Port() == portSCCP {
		r.sccp = &[2]register.SCCPStream{}
	} else {
		r.sip, r.asks = &[2]register.SIPStream{}, map[string]*register.SIP{}
	}
	return r
}

func (r *registration) data(ch pcap.Chunk) {
	if r.sccp != nil {
		s := &r.sccp[ch.Dir]
		if ch.Lost > 0 {
			s.Lost(ch.Lost)
		}
		for _, m := range s.Data(ch.Data) {
			r.skinny(m, ch.Mark)
		}
		return
	}
	s := &r.sip[ch.Dir]
	from, to := r.c.Client, r.c.Server
	if ch.Dir == pcap.ToClient {
		from, to = to, from
	}
	if ch.Lost > 0 {
		if m := s.Lost(ch.Lost); m != nil {
			r.w.sip(m, from, to, ch.Mark, r.asks)
		}
	}
	for _, m := range s.Data(ch.Data) {
		r.w.sip(m, from, to, ch.Mark, r.asks)
	}
}

// skinny reads one SCCP message.
func (r *registration) skinny(m *register.SCCP, at pcap.Mark) {
	o := &Observation{First: at, Last: at, Kind: "registration", Client: r.c.Client.Addr(), Server: r.c.Server}
	switch m.ID {
	case register.Register, register.RegisterToken:
		r.device, r.model = m.Device, m.Model
		o.Event = "requested"
		o.Detail = map[string]string{"load": m.Load, "version_stamp": m.Stamp}
	case register.RegisterAck:
		o.Event = "ok"
	case register.RegisterReject:
		o.Event = "rejected"
		o.Detail = map[string]string{"reason": m.Text}
	case register.RegisterTokenReject:
		o.Event = "rejected"
		o.Detail = map[string]string{"reason": "token refused", "retry": strconv.Itoa(m.Code)}
	case register.Reset:
		o.Event = "reset"
		o.Detail = map[string]string{"kind": map[int]string{1: "reset", 2: "restart"}[m.Code]}
	case register.Unregister:
		o.Event = "unregistered"
	case register.AlarmMessage, register.EnhancedAlarm:
		r.w.phoneSays(r.c.Client.Addr(), r.c.Server, at, m.Last, m.Alarms)
		return
	default:
		return
	}
	o.Device, o.Model = r.device, r.model
	r.w.say(o, o.Client.String()+" "+o.Server.String())
}

// sipDatagram reads a SIP message of UDP 5060.
func (w *watcher) sipDatagram(d *pcap.Datagram) {
	m, _ := register.ParseSIP(d.Payload)
	if m == nil || !m.Registration() {
		return
	}
	if w.sipAsks == nil || len(w.sipAsks) > maxQuestions {
		w.sipAsks = map[string]*register.SIP{}
	}
	w.sip(m, d.Src, d.Dst, d.Mark, w.sipAsks)
}

// sip reads one message about a registration. asks holds the REGISTER
// requests: their answers name no device.
func (w *watcher) sip(m *register.SIP, from, to netip.AddrPort, at pcap.Mark, asks map[string]*register.SIP) {
	o := &Observation{First: at, Last: at, Kind: "registration", Client: from.Addr(), Server: to}
	if !m.Response() {
		w.phoneSays(from.Addr(), to, at, m.Last, m.Alarms)
		if m.Method != "REGISTER" {
			return
		}
		if len(asks) < maxPipeline || asks[m.CallID] != nil {
			asks[m.CallID] = m
		}
		if m.Expires != nil && *m.Expires == 0 {
			return // takes a registration back, or keeps a secondary server warm
		}
		o.Event, o.Device, o.Model, o.MAC = "requested", m.Device, m.Model, m.MAC
		o.Detail = map[string]string{"load": m.Load, "version": m.Version, "line": m.Line}
		w.say(o, o.Client.String()+" "+to.String())
		return
	}
	if m.Method != "REGISTER" || m.Status < 200 || m.Challenge {
		return
	}
	o.Client, o.Server = to.Addr(), from
	ask := asks[m.CallID]
	if ask != nil {
		o.Device, o.Model, o.MAC = ask.Device, ask.Model, ask.MAC
		if ask.Expires != nil && *ask.Expires == 0 {
			return
		}
		delete(asks, m.CallID)
	}
	switch {
	case m.Status < 300:
		o.Event = "ok"
	default:
		o.Event = "rejected"
		o.Detail = map[string]string{"status": strconv.Itoa(m.Status), "reason": m.Phrase, "warning": m.Warning}
	}
	w.say(o, o.Client.String()+" "+from.String())
}

// phoneSays passes on what a phone tells of itself when it registers.
func (w *watcher) phoneSays(phone netip.Addr, server netip.AddrPort, at pcap.Mark, last *register.LastReset, alarms []register.Alarm) {
	if last != nil {
		o := &Observation{First: at, Last: at, Kind: "phone", Event: "out-of-service", Client: phone, Server: server, Device: deviceOf(last.Name),
			Detail: map[string]string{"last": last.Last, "load": last.Load}}
		if last.Code >= 0 {
			o.Detail["code"] = strconv.Itoa(last.Code)
		}
		w.say(o, phone.String()+" reset")
	}
	for _, a := range alarms {
		o := &Observation{First: at, Last: at, Kind: "phone", Client: phone, Server: server, Device: deviceOf(a.Device), Model: a.Model}
		switch {
		case a.CTL != nil || a.ITL != nil:
			o.Event = "held-lists"
			o.Detail = map[string]string{"status": a.Status}
			a.Held(o.Detail)
		case a.Reason != "" || a.Text != "":
			o.Event = "out-of-service"
			o.Detail = map[string]string{"code": a.Reason, "reason": a.Text}
		default:
			continue
		}
		w.say(o, phone.String()+" "+a.Name)
	}
}

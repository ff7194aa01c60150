package dissect

import (
	"cmp"
	"encoding/hex"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"trustline/dissect/hints"
	"trustline/pcap"
)

// aside reads datagrams of the protocols that give hints.
func (w *watcher) aside(d *pcap.Datagram) {
	switch src, dst := d.Src.Port(), d.Dst.Port(); {
	case src == portDHCPServer || src == portDHCPClient || dst == portDHCPServer || dst == portDHCPClient:
		if m, _ := hints.ParseDHCP(d.Payload); m != nil {
			w.dhcp(d, m)
		}
	case src == portDNS || dst == portDNS:
		if m, _ := hints.ParseDNS(d.Payload); m != nil {
			w.dns(d, m)
		}
	case dst == portSyslog:
		if m, _ := hints.ParseSyslog(d.Payload); m != nil && m.Alarm != "" {
			w.syslog(d, m)
		}
	case src == portSIP || dst == portSIP:
		w.sipDatagram(d)
	}
}

// dhcp tells which address and TFTP servers a client was given. Name and model
// stand in the client's messages, the servers in the answer.
func (w *watcher) dhcp(d *pcap.Datagram, m *hints.DHCP) {
	if !m.Reply {
		w.learn(m.MAC, deviceOf(m.HostName), m.Model)
		if m.Type == "DISCOVER" {
			o := &Observation{First: d.Mark, Last: d.Mark, Kind: "dhcp", Event: "no-answer", MAC: m.MAC, Device: deviceOf(m.HostName), Model: m.Model,
				Detail: map[string]string{"host_name": m.HostName, "vendor": m.Vendor}}
			w.ask("dhcp "+m.MAC, o)
		}
		return
	}
	w.answered("dhcp " + m.MAC)
	o := &Observation{First: d.Mark, Last: d.Mark, Kind: "dhcp", MAC: m.MAC, Model: w.devices[m.MAC].model, Device: w.devices[m.MAC].device, Client: m.Your}
	server := m.ServerID
	if !server.IsValid() {
		server = d.Src.Addr()
	}
	o.Server = netip.AddrPortFrom(server, portDHCPServer)
	switch m.Type {
	case "ACK", "":
		o.Event = "ack"
		if !m.Your.IsValid() || m.Your.IsUnspecified() {
			o.Client = m.Client
		}
		o.Detail = map[string]string{"tftp_servers": addresses(m.TFTPServers), "tftp_name": m.TFTPName, "boot_file": m.BootFile,
			"dns": addresses(m.DNSServers), "routers": addresses(m.Routers), "domain": m.Domain}
		if m.Lease != nil {
			o.Detail["lease"] = strconv.FormatInt(int64(m.Lease.Seconds()), 10)
		}
		if m.Server.IsValid() && !m.Server.IsUnspecified() {
			o.Detail["next_server"] = m.Server.String()
		}
	case "NAK":
		o.Event, o.Client = "nak", netip.Addr{}
		o.Detail = map[string]string{"message": m.Message}
	default:
		return
	}
	w.say(o, m.MAC)
}

func addresses(list []netip.Addr) string {
	text := make([]string, len(list))
	for i, a := range list {
		text[i] = a.String()
	}
	return strings.Join(text, " ")
}

// dns tells of names that could not be resolved.
func (w *watcher) dns(d *pcap.Datagram, m *hints.DNS) {
	if m.Opcode != 0 || len(m.Questions) == 0 {
		return
	}
	q := m.Questions[0]
	name := strings.ToLower(q.Name)
	client, server := d.Src, d.Dst
	if m.Response {
		client, server = d.Dst, d.Src
	}
	key := client.Addr().String() + " " + name
	o := &Observation{First: d.Mark, Last: d.Mark, Kind: "dns", Client: client.Addr(), Server: server,
		Detail: map[string]string{"name": q.Name, "type": strconv.Itoa(int(q.Type))}}
	if !m.Response {
		o.Event = "no-answer"
		w.ask("dns "+key, o)
		return
	}
	w.answered("dns " + key)
	switch m.RCode {
	case 0:
		return
	case 3:
		o.Event = "nxdomain"
	default:
		o.Event = "failed"
		o.Detail["rcode"] = m.RCodeName()
	}
	w.say(o, key)
}

// syslog passes an alarm of CUCM on. Passwords are no part of alarms.
func (w *watcher) syslog(d *pcap.Datagram, m *hints.Syslog) {
	o := &Observation{First: d.Mark, Last: d.Mark, Kind: "syslog", Event: "alarm", Server: d.Src,
		Detail: map[string]string{"alarm": m.Alarm, "application": m.Application, "severity": strconv.Itoa(m.Level), "text": m.Text, "time_text": m.TimeText, "host": m.Host}}
	for i, p := range m.Params {
		if i == maxParams {
			break
		}
		o.Detail["param."+p.Key] = p.Value
		if n := deviceOf(p.Value); n != "" && o.Device == "" {
			o.Device = n
		}
		if a, err := netip.ParseAddr(p.Value); err == nil && strings.Contains(strings.ToLower(p.Key), "ip") && !o.Client.IsValid() {
			o.Client = a
		}
	}
	w.say(o, strconv.Itoa(d.Frame))
}

// announcement reads CDP, LLDP and EAP over LAN.
func (w *watcher) announcement(a *pcap.Announcement) {
	mac := hex.EncodeToString(a.Source[:])
	o := &Observation{First: a.Mark, Last: a.Mark, Kind: a.Protocol, Event: "phone", MAC: mac}
	switch a.Protocol {
	case "cdp":
		m, _ := hints.ParseCDP(a.Payload)
		if m == nil || !m.Phone() {
			return
		}
		o.Device, o.Model = deviceOf(m.DeviceID), m.Model
		w.learn(mac, cmp.Or(o.Device, deviceOfMAC(mac)), m.Model)
		o.Detail = map[string]string{"load": m.Software, "platform": m.Platform, "port": m.PortID, "name": m.DeviceID}
		if len(m.Addresses) > 0 {
			o.Client = m.Addresses[0]
		}
	case "lldp":
		m, _ := hints.ParseLLDP(a.Payload)
		if m == nil || !m.Phone() {
			return
		}
		o.Device, o.Model = deviceOf(m.SystemName), m.Model
		w.learn(mac, cmp.Or(o.Device, deviceOfMAC(mac)), m.Model)
		o.Detail = map[string]string{"load": m.Software, "platform": m.Description, "port": m.PortID, "name": m.SystemName, "serial": m.Serial}
		if len(m.Management) > 0 {
			o.Client = m.Management[0]
		}
	case "eapol":
		m, _ := hints.ParseEAPOL(a.Payload)
		if m == nil {
			return
		}
		o.Kind, o.Event = "eap", m.Code
		if m.Identity != "" {
			if len(w.eap) >= maxQuestions {
				clear(w.eap)
			}
			w.eap[mac] = identity{deviceIn(m.Identity), m.Identity}
		}
		if m.Code != "failure" && m.Code != "success" {
			return
		}
		// Where the switch sends this to a group address, it is about the only
		// identity of the capture, or nobody knows about whom.
		phone := hex.EncodeToString(a.Dest[:])
		if a.Dest[0]&1 != 0 {
			phone = ""
			if len(w.eap) == 1 {
				for phone = range w.eap {
				}
			}
		}
		id := w.eap[phone]
		o.MAC, o.Device = phone, id.device
		o.Detail = map[string]string{"identity": id.model, "switch": mac}
		w.supplicant(o, mac)
		return
	default:
		return
	}
	w.say(o, mac)
}

// learn notes that a MAC address is that of a phone. What DHCP says comes in
// parts: not every message of a client says all.
func (w *watcher) learn(mac, device, model string) {
	if device == "" && model == "" {
		return
	}
	if len(w.devices) >= maxQuestions {
		clear(w.devices)
	}
	id := w.devices[mac]
	id.device, id.model = cmp.Or(device, id.device), cmp.Or(model, id.model)
	w.devices[mac] = id
	w.unnamed = slices.DeleteFunc(w.unnamed, func(u unnamed) bool {
		if u.o.MAC == mac {
			w.named(u, id)
		}
		return u.o.MAC == mac
	})
}

// unnamed is what 802.1X said of a MAC address that is not known to be a
// phone's yet: a port is opened before the phone can say anything else.
type unnamed struct {
	o       *Observation
	subject string
}

// supplicant passes on what 802.1X said. Without a name in the identity it
// waits for the phone to announce itself, by CDP, LLDP or DHCP.
func (w *watcher) supplicant(o *Observation, subject string) {
	u := unnamed{o, subject}
	id, known := w.devices[o.MAC]
	switch {
	case o.Device != "" || o.MAC == "":
		w.say(o, subject)
	case known:
		w.named(u, id)
	default:
		if len(w.unnamed) >= maxUnnamed {
			w.say(w.unnamed[0].o, w.unnamed[0].subject)
			w.unnamed = w.unnamed[1:]
		}
		w.unnamed = append(w.unnamed, u)
	}
}

func (w *watcher) named(u unnamed, id identity) {
	u.o.Device, u.o.Model = cmp.Or(id.device, deviceOfMAC(u.o.MAC)), id.model
	w.say(u.o, u.subject)
}

// deviceOfMAC is the name that a phone of this MAC address has.
func deviceOfMAC(mac string) string { return deviceOf("SEP" + mac) }

// deviceIn finds a device name in an identity such as
// "CP-8861-SEP001122334455".
func deviceIn(s string) string {
	if i := strings.Index(strings.ToUpper(s), "SEP"); i >= 0 && len(s) >= i+15 {
		return deviceOf(s[i : i+15])
	}
	return ""
}

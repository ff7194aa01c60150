package dissect

import (
	"net/netip"
	"slices"
	"strings"

	"trustline/dissect/register"
	"trustline/pcap"
)

// Observation is something seen beside transfers and TLS connections that
// names a phone or explains why nothing followed. Kinds and events are those
// of ObservationKinds.
type Observation struct {
	First, Last pcap.Mark
	Kind        string
	Event       string
	Client      netip.Addr     // the phone; not valid when the protocol is below IP
	Server      netip.AddrPort // not valid when there is none
	MAC         string         // 12 lower-case hex digits, "" when unknown
	Device      string         // SEP..., "" when unknown
	Model       string
	Detail      map[string]string
}

// ObservationKind describes one event of an Observation.
type ObservationKind struct{ Kind, Event, Meaning, Source string }

// ObservationKinds is the closed list.
func ObservationKinds() []ObservationKind {
	return []ObservationKind{
		{"registration", "requested", "the phone asks to register, in clear", "SCCP Register on TCP 2000, SIP REGISTER on 5060"},
		{"registration", "ok", "the phone is registered, in clear", "SCCP RegisterAck, SIP 200"},
		{"registration", "rejected", "the server refuses, with its reason", "SCCP RegisterReject, SIP 3xx to 6xx other than a challenge"},
		{"registration", "reset", "the server tells the phone to reset or restart", "SCCP Reset"},
		{"registration", "unregistered", "the phone takes its registration back", "SCCP Unregister"},
		{"phone", "out-of-service", "why the phone registers anew", "SCCP Alarm, SIP Reason, LastOutOfServiceInformation"},
		{"phone", "held-lists", "hashes of the lists that the phone says it holds", "alarm DeviceTLInfo in SIP REFER or SCCP"},
		{"dhcp", "ack", "address and TFTP servers given to a phone", "RFC 2131, options 12, 60, 66, 150"},
		{"dhcp", "nak", "the server refuses an address", "RFC 2131"},
		{"dhcp", "no-answer", "DISCOVER without an OFFER up to the end of the capture", "RFC 2131"},
		{"cdp", "phone", "a phone announces itself", "Cisco Discovery Protocol"},
		{"lldp", "phone", "a phone announces itself", "IEEE 802.1AB, LLDP-MED"},
		{"dns", "nxdomain", "a name does not exist", "RFC 1035"},
		{"dns", "failed", "another error answers a query", "RFC 1035"},
		{"dns", "no-answer", "no answer to a query up to the end of the capture", "RFC 1035"},
		{"eap", "failure", "802.1X refuses the phone", "IEEE 802.1X, RFC 3748"},
		{"eap", "success", "802.1X accepts the phone", "IEEE 802.1X, RFC 3748"},
		{"syslog", "alarm", "an alarm of CUCM", "RFC 3164, UDP 514"},
		{"http", "no-answer", "no answer to the SYN on the provisioning port", "RFC 9293"},
		{"http", "refused", "RST or ICMP error on the provisioning port", "RFC 9293"},
	}
}

// watcher passes observations on. A statement that is repeated, like a
// registration refreshed every two minutes, counts when it changes.
type watcher struct {
	to      Observer
	said    map[string]string // subject -> what was said last
	count   int
	left    int
	devices map[string]identity // phones by MAC, from DHCP requests, CDP and LLDP
	unnamed []unnamed           // of 802.1X, oldest first
	eap     map[string]identity // by MAC, from EAP identities
	asked   map[string]*Observation
	order   []string                 // keys of asked, oldest first
	sipAsks map[string]*register.SIP // of UDP, by Call-ID
}

type identity struct{ device, model string }

func newWatcher(to Observer) *watcher {
	return &watcher{to: to, said: map[string]string{}, devices: map[string]identity{}, eap: map[string]identity{}, asked: map[string]*Observation{}}
}

// say passes an observation on unless the same was the last word about its
// subject.
func (w *watcher) say(o *Observation, subject string) {
	if o.Detail == nil {
		o.Detail = map[string]string{}
	}
	for k, v := range o.Detail {
		if v == "" {
			delete(o.Detail, k)
		}
	}
	key := o.Kind + " " + subject
	what := o.words()
	if w.said[key] == what {
		return
	}
	if w.count >= maxObservations {
		w.left++
		return
	}
	w.count++
	w.said[key] = what
	w.to.Observe(o)
}

// words is everything that an observation says, to tell whether it is new.
func (o *Observation) words() string {
	b := make([]byte, 0, 256)
	for _, s := range [...]string{o.Event, o.Device, o.Model} {
		b = append(append(b, s...), 0)
	}
	b = o.Client.AppendTo(b)
	b = append(b, 0)
	b = o.Server.AppendTo(b)
	keys := make([]string, 0, 16)
	for k := range o.Detail {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		b = append(append(b, 0), k...)
		b = append(append(b, 0), o.Detail[k]...)
	}
	return string(b)
}

// ask notes a question that something should answer.
func (w *watcher) ask(key string, o *Observation) {
	if before := w.asked[key]; before != nil {
		before.Last = o.First
		return
	}
	if len(w.order) >= maxQuestions {
		delete(w.asked, w.order[0])
		w.order = w.order[1:]
	}
	w.asked[key] = o
	w.order = append(w.order, key)
}

func (w *watcher) answered(key string) { delete(w.asked, key) }

// close says what was never answered: questions that had time for an answer,
// of clients to whom packets are in the capture.
func (w *watcher) close(sum *pcap.Summary) {
	for _, u := range w.unnamed {
		w.say(u.o, u.subject)
	}
	w.unnamed = nil
	hears := map[netip.Addr]bool{}
	for _, h := range sum.Coverage.Hosts {
		hears[h.Host] = h.Received > 0
	}
	for _, key := range w.order {
		o := w.asked[key]
		if o == nil {
			continue
		}
		delete(w.asked, key)
		if sum.To.Sub(o.Last.Time) < answerTime || o.Client.IsValid() && !hears[o.Client] {
			continue
		}
		w.say(o, key)
	}
}

// deviceOf returns s when it is a device name: SEP and a MAC address. A domain
// behind it is cut off, as phones add it in LLDP.
func deviceOf(s string) string {
	s, _, _ = strings.Cut(s, ".")
	if len(s) != 15 || !strings.EqualFold(s[:3], "SEP") || strings.Trim(s[3:], "0123456789abcdefABCDEF") != "" {
		return ""
	}
	return strings.ToUpper(s)
}

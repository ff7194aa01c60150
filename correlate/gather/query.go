package gather

import (
	"encoding/hex"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"trustline/correlate/evidence"
	"trustline/dissect/capf"
	"trustline/dissect/cert"
	"trustline/dissect/tvs"
	"trustline/tvstrace"
)

// maxMessages bounds the decoded messages that are remembered: a cluster asks
// about some dozens of certificates, thousands of times.
const maxMessages = 512

// tvsHeader is the length of the header of a TVS message.
const tvsHeader = 10

// message is what a dump of a message said, but for whose it was.
type message struct {
	detail      map[string]string
	certificate *cert.Certificate
	whole       bool
}

// messages decodes the messages that a trace printed as hex dumps, also those
// that an author cut short, and adds what they say to the event's details:
//
//	status       what TVS answered: 0 found, 1 not found
//	roles        what the certificate may be, where the trace does not print it
//	lifetime     seconds for which the phone may keep the answer
//	cert_*       subject, serial and sha1 of the certificate that TVS sent or was sent
//	problem      what could not be read of the dumps
//
// and of a message to CAPF the device, reason, public_key, authentication_string
// (how long, never which) and the certificate.
func (d *decoder) messages(e *evidence.Event) {
	switch e.Event {
	case "tvs_query":
		d.tvsDump(e, "hex")
		d.tvsDump(e, "response_hex")
	default:
		if e.Dialect == tvstrace.DialectCAPF && e.Detail["hex"] != "" {
			d.capfDump(e)
		}
	}
}

// capfDump decodes the dump of a phone's message to CAPF. The octets are never
// kept: they may hold the authentication string that somebody typed.
func (d *decoder) capfDump(e *evidence.Event) {
	b, err := hex.DecodeString(e.Detail["hex"])
	delete(e.Detail, "hex")
	if err != nil {
		return
	}
	m, err := capf.Parse(b)
	var problems []string
	if err != nil {
		problems = append(problems, err.Error())
	}
	set := func(k, v string) {
		if v != "" && e.Detail[k] == "" {
			e.Detail[k] = v
		}
	}
	if m != nil {
		set("message", m.Type.String())
		set("device", m.DeviceName)
		if m.Reason != nil {
			set("reason", m.Reason.String())
		}
		set("reason_info", m.ReasonInfo)
		if m.HasPassword {
			set("authentication_string", fmt.Sprintf("%d characters", m.PasswordLength))
		}
		if m.Signed {
			set("signed", "yes")
		}
		if k := m.PublicKey; k != nil {
			set("public_key", k.String())
		}
		for _, c := range m.Certificates {
			if x := c.Certificate; x != nil {
				maps.Copy(e.Detail, certificateDetail(x))
				set("certificate", d.certificate(x, e.Place))
			}
		}
		if m.Cut {
			problems = append(problems, fmt.Sprintf("the dump ends before the %d octets of its message", m.Length))
		}
		problems = append(problems, m.Problems...)
	}
	set("problem", strings.Join(problems, "; "))
}

// tvsDump decodes one dump of a TVS message.
func (d *decoder) tvsDump(e *evidence.Event, key string) {
	dump := e.Detail[key]
	if dump == "" {
		return
	}
	m := d.tvsMessage(dump)
	if m.detail == nil {
		return
	}
	what := map[string]string{"hex": "request", "response_hex": "answer"}[key]
	for k, v := range m.detail {
		switch {
		case k == "problem":
			v = what + ": " + v
			if old := e.Detail[k]; old != "" {
				v = old + "; " + v
			}
			e.Detail[k] = v
		case e.Detail[k] == "":
			e.Detail[k] = v
		}
	}
	if m.certificate != nil {
		if id := d.certificate(m.certificate, e.Place); id != "" {
			e.Detail["certificate"] = id
		}
	}
	if m.whole && d.stream == nil {
		delete(e.Detail, key) // every octet of it is told otherwise
	}
}

// messageKey is what two messages with the same meaning share: all but their
// session and the device that sent or got them. It is cut out of the hex dump:
//
//	57 01 TYPE . SESSION(4) LENGTH(2) 01 LENGTH(2) DEVICE ...
type messageKey struct{ head, length, rest string }

func keyOf(dump string) (k messageKey, ok bool) {
	const session = 2 * 3 // where what CUCM leaves there, and the session, begin
	if len(dump) < 2*tvsHeader {
		return k, false
	}
	k = messageKey{dump[:session], dump[2*tvsHeader-4 : 2*tvsHeader], dump[2*tvsHeader:]}
	if len(k.rest) >= 6 && k.rest[:2] == "01" {
		n, err := strconv.ParseUint(k.rest[2:6], 16, 16)
		if err != nil {
			return k, false
		}
		k.rest = k.rest[min(len(k.rest), 6+2*int(n)):]
	}
	return k, true
}

// tvsMessage decodes a hex dump of a message. The answers to all phones that
// ask about one certificate are decoded once.
func (d *decoder) tvsMessage(dump string) message {
	key, ok := keyOf(dump)
	if m, have := d.read[key]; ok && have {
		return m
	}
	b, err := hex.DecodeString(dump)
	if err != nil {
		return message{}
	}
	m := tvsDetail(tvs.Parse(b))
	if d.read == nil || len(d.read) >= maxMessages {
		d.read = map[messageKey]message{}
	}
	if ok {
		d.read[key] = m
	}
	return m
}

func tvsDetail(m *tvs.Message, err error) message {
	out := message{detail: map[string]string{}}
	var problems []string
	if err != nil {
		problems = append(problems, err.Error())
	}
	if m == nil {
		out.detail["problem"] = strings.Join(problems, "; ")
		return out
	}
	whole := err == nil && !m.Cut && len(m.Problems) == 0
	have := 0
	for _, x := range m.Elements {
		have = x.Offset + x.Have
		whole = whole && x.Tag >= tvs.ElementDevice && x.Tag <= tvs.ElementTTL && x.Tag != 6
	}
	if m.Cut {
		cut := "the dump ends within the header"
		if m.Length >= 0 {
			cut = fmt.Sprintf("the dump ends after %d of %d octets", max(have, tvsHeader), m.Length+tvsHeader)
		}
		problems = append(problems, cut)
	}
	problems = append(problems, m.Problems...)
	set := func(k, v string) {
		if v != "" {
			out.detail[k] = v
		}
	}
	set("subject", m.Subject)
	set("issuer", m.Issuer)
	set("serial", m.Serial)
	if m.Status != nil {
		set("status", strconv.Itoa(*m.Status))
	}
	var roles []string
	for _, r := range m.Roles {
		roles = append(roles, strconv.Itoa(int(r)))
	}
	set("roles", strings.Join(roles, ","))
	if m.TTL != nil {
		set("lifetime", strconv.FormatInt(int64(m.TTL.Seconds()), 10))
	}
	maps.Copy(out.detail, certificateDetail(m.Certificate))
	if c := m.Certificate; c != nil && c.Raw != nil {
		out.certificate = c
	}
	set("problem", strings.Join(problems, "; "))
	out.whole = whole && (m.Certificate == nil || m.Certificate.Raw != nil)
	return out
}

// certificateDetail are the details of a certificate in a message.
func certificateDetail(c *cert.Certificate) map[string]string {
	out := map[string]string{}
	if c == nil {
		return out
	}
	for k, v := range map[string]string{"cert_subject": c.Subject, "cert_serial": c.Serial, "cert_sha1": c.SHA1} {
		if v != "" {
			out[k] = v
		}
	}
	return out
}

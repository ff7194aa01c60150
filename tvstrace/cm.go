package tvstrace

import (
	"net/netip"
	"strconv"
	"strings"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// peers is what call control says about one connection over several lines.
type peers struct {
	refused   string
	refusedAt int32
	password  string
	passAt    int32
	open      []*failure
	name      *catalogue.Event // the name in a certificate differs, until its SAN is looked at
	nameAt    int32
}

// A failure is one TLS connection that failed, of which several lines speak:
//
//	SdlSSLTCPListener::verify_cb pre-verified=0,cert verification errno= 20 ,depth=1
//	HandleSSLError - Certificate verification failed:(Verification error: 20 )- ... for 10.1.1.1:51948
//	HandleSSLError - Certificate verification failed for 10.1.1.1:51948
//	HandleSSLError - TLS protocol error(ssl reason code=...) ... for 10.1.1.1:51948
type failure struct {
	e     *catalogue.Event
	at    int32
	lines int
	told  bool // a HandleSSLError says that it failed; verify_cb alone does not
}

// maxFailures bounds the failures of one window: a phone that loops makes some
// ten a second.
const maxFailures = 64

// peer takes a record about a TLS connection of call control.
func (x *session) peer(r *record, line int, name string) {
	e := x.make(r, line, name)
	host, port := lines.HostPort(e.Detail["peer"])
	if port == "" {
		port = e.Detail["port"]
	}
	if _, err := netip.ParseAddr(host); err == nil {
		e.Address = host
		if port != "" {
			e.Detail["peer"] = lines.Join(host, port)
		}
	}
	if d := lines.Device(e.Detail["device"]); d != "" {
		e.Phone = d
	}
	x.peersExpire(r.at)
	switch name {
	case "cert_verification":
		if e.Detail["preverified"] == "0" || e.Detail["openssl_error"] != "0" {
			e.Name = "cert_verification_failed"
			x.failed(e, r.at, false)
		}
	case "cert_verification_failed":
		x.failed(e, r.at, true)
		p := e.Detail["peer"]
		again := x.peers.refused == p && e.Detail["openssl_error"] == "" && near(r.at, x.peers.refusedAt, sameFault)
		x.peers.refused, x.peers.refusedAt = p, r.at
		if again {
			return
		}
	case "tls_protocol_error":
		x.failed(e, r.at, true)
	case "auth_failed":
		again := x.peers.password == e.Address && near(r.at, x.peers.passAt, sameFault)
		x.peers.password, x.peers.passAt = e.Address, r.at
		if again {
			return
		}
	case "x509_name_mismatch":
		x.nameDiffers(e, r.at)
		return
	case "alarm":
		if x.alarm(e) {
			return
		}
		x.hold(e)
		return
	case "peer_cert_not_in_store":
		if e.Detail["peer"] == "" {
			x.hold(e)
			return
		}
		if p := x.pending; p != nil && p.Name == name && x.extend(name, line, "peer", e.Detail["peer"]) {
			p.Text += "\n" + e.Text
			return
		}
	}
	x.send(e)
}

// failed adds a line to the failure that it speaks of. verify_cb names no peer:
// the HandleSSLError that follows it does.
func (x *session) failed(e *catalogue.Event, at int32, told bool) {
	peer := e.Detail["peer"]
	var f *failure
	for _, o := range x.peers.open {
		p := o.e.Detail["peer"]
		if p == peer || p == "" && agree(o.e.Detail["openssl_error"], e.Detail["openssl_error"]) {
			f = o
			break
		}
	}
	if f == nil {
		f = &failure{e: &catalogue.Event{Line: e.Line, Clock: e.Clock, Dialect: e.Dialect, Name: "cm_tls_failure", Detail: map[string]string{}}}
		x.peers.open = append(x.peers.open, f)
		if len(x.peers.open) > maxFailures {
			x.failureEnd(0)
		}
	}
	f.at, f.told = at, f.told || told
	f.lines++
	f.e.EndLine = e.Line
	if f.e.Address == "" {
		f.e.Address, f.e.Phone = e.Address, e.Phone
	}
	if f.lines <= maxFailures {
		f.e.Text = strings.TrimPrefix(f.e.Text+"\n"+e.Text, "\n")
	}
	for _, k := range [...]string{"peer", "openssl_error", "depth", "text", "reason", "lib", "function"} {
		if v := e.Detail[k]; v != "" && (f.e.Detail[k] == "" || k == "depth") {
			f.e.Detail[k] = v
		}
	}
	if e.Name == "tls_protocol_error" {
		f.e.Detail["tls_error"] = e.Detail["text"]
	}
}

// agree tells that two details are equal, or that one is not told.
func agree(a, b string) bool { return a == b || a == "" || b == "" }

// failureEnd hands a failure out. One of which only verify_cb speaks is none:
// the service may accept the certificate all the same.
func (x *session) failureEnd(i int) {
	f := x.peers.open[i]
	x.peers.open = append(x.peers.open[:i], x.peers.open[i+1:]...)
	if f.told {
		f.e.Detail["lines"] = strconv.Itoa(f.lines)
		x.send(f.e)
	}
}

// peersExpire ends what was not spoken of for a while.
func (x *session) peersExpire(at int32) {
	for i := 0; i < len(x.peers.open); {
		if near(x.peers.open[i].at, at, sameFault) {
			i++
			continue
		}
		x.failureEnd(i)
	}
	if x.peers.name != nil && !near(x.peers.nameAt, at, sameFault) {
		x.peers.name = nil // a name among the alternative ones matched
	}
}

func (x *session) peersClose() {
	for len(x.peers.open) > 0 {
		x.failureEnd(0)
	}
}

// nameDiffers: call control compares the name of a certificate first, then the
// alternative names. Only when those fail too it says so again.
func (x *session) nameDiffers(e *catalogue.Event, at int32) {
	if e.Detail["next"] != "" {
		delete(e.Detail, "next")
		x.peers.name, x.peers.nameAt = e, at
		return
	}
	delete(e.Detail, "san")
	if p := x.peers.name; p != nil && p.Detail["received"] == e.Detail["received"] {
		if d := lines.Device(p.Detail["expected"]); d != "" {
			e.Phone = d
		}
		e.Line, e.Clock = p.Line, p.Clock
		e.Text = p.Text + "\n" + e.Text
	}
	x.peers.name = nil
	x.send(e)
}

// alarm completes an alarm, and tells that it repeats the one before: call
// control prints its text first and its parameters then.
func (x *session) alarm(e *catalogue.Event) bool {
	for _, kv := range strings.Split(e.Detail["parameters"], ",") {
		if k, v, ok := strings.Cut(strings.TrimSpace(kv), ":"); ok && v != "" {
			e.Detail[snake(k)] = v
		}
	}
	delete(e.Detail, "parameters")
	if d := e.Detail["device_name"]; d != "" && e.Detail["device"] == "" {
		e.Detail["device"] = d
	}
	if e.Phone == "" {
		e.Phone = lines.Device(e.Detail["device"])
	}
	nameReason(e)
	p := x.pending
	if p == nil || p.Name != "alarm" || p.Detail["alarm"] != e.Detail["alarm"] || p.Detail["device"] != e.Detail["device"] {
		return false
	}
	for k, v := range e.Detail {
		if p.Detail[k] == "" {
			p.Detail[k] = v
		}
	}
	p.EndLine = e.EndLine
	p.Text += "\n" + e.Text
	return true
}

// reasons of alarms about the trust between a phone and call control.
//
// ConnectionFailure: System Error Messages for Cisco Unified Communications
// Manager. EndPointTransientConnection: CcmDevFailCauseCode of CISCO-CCM-MIB,
// the codes that are about trust.
var reasons = map[string]map[string]string{
	"ConnectionFailure": {
		"1": "device security mode differs",
		"2": "invalid X.509 name in certificate",
		"3": "invalid TLS cipher",
	},
	"EndPointTransientConnection": {
		"10": "authentication error",
		"11": "invalid X.509 name in certificate",
		"12": "invalid TLS cipher",
	},
}

// nameReason gives the reason of an alarm its name.
func nameReason(e *catalogue.Event) {
	if n := reasons[e.Detail["alarm"]][e.Detail["reason"]]; n != "" {
		e.Detail["reason_name"] = n
	}
}

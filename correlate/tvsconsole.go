package correlate

import "slices"

// logWait is how long a phone waits for TVS to accept a connection before it
// tries the next server; a log must go on for longer before silence counts.
const logWait = 20.0 // seconds

// consoleTries reads the contacts with TVS that the phone's own log tells of:
// from the line that begins a connection to the next such line.
//
//	clpSetupSsl: Trying to connect to IPV4, IP: 10.1.1.11, Port : 2445   begins
//	clpSetupSsl: TCP connected                                           reached
//	clpState: SSL3 alert read:fatal:handshake failure                    refused by the server
//	tvs_cert_vfy: TVS cert verified with hash from TL                    accepted
func (v *view) consoleTries() []*tvsTry {
	var out []*tvsTry
	var open *tvsTry
	var connected bool
	end := func(next *entry) {
		if open != nil && open.state == "unclear" && !connected && v.logGoesOn(open.n, next) {
			open.state = "silent"
		}
		open, connected = nil, false
	}
	for _, n := range v.p.all {
		if n.sourceKind() != "phone" {
			continue
		}
		switch {
		case n.is("tvs_connect_attempt"):
			end(n)
			open = &tvsTry{n: n, server: hostOf(n.e().Server), state: "unclear", heldITL: v.p.heldAt(iITL, n.at)}
			out = append(out, open)
			continue
		case n.is("tvs_cert_verified"):
			if open == nil || open.server != hostOf(n.e().Server) && hostOf(n.e().Server) != "" {
				open = &tvsTry{n: n, server: hostOf(n.e().Server), heldITL: v.p.heldAt(iITL, n.at)}
				out = append(out, open)
			}
			open.n, open.state, open.against = n, "accepted", match{state: "match"}
			continue
		}
		if open == nil || !n.ofServer(open.server) {
			continue
		}
		if d, ok := n.at.sub(open.n.at); !ok || d > verdictWindow {
			continue
		}
		switch {
		case n.is("tcp_connected") && !connected:
			connected = true
		case n.is("tvs_tls_connected"), n.is("tls_handshake_ok") && n.toTVS():
			connected, open.state = true, "accepted"
		case n.is("tls_alert_received") && open.state == "unclear":
			connected, open.state = true, "refused-by-server"
			open.log = append(open.log, n)
		case n.is("tls_alert_sent") && open.state == "unclear":
			connected, open.state = true, "refused-by-phone"
			open.log = append(open.log, n)
		case n.is("tls_handshake_failed"):
			connected = true
			open.log = append(open.log, n)
		}
	}
	end(nil)
	return slices.DeleteFunc(out, func(t *tvsTry) bool { return t.server == "" })
}

// ofServer tells that a console line speaks of a server, or of none.
func (n *entry) ofServer(host string) bool {
	h := hostOf(n.e().Server)
	return h == "" || h == host
}

// logGoesOn tells that the phone's log has no hole after a line and still
// speaks logWait later, or begins the next connection: only then does a line
// that is not there mean that nothing happened.
func (v *view) logGoesOn(from, next *entry) bool {
	if next != nil {
		d, ok := next.at.sub(from.at)
		return ok && d >= 1 && !v.holeAfter(from, next)
	}
	for i := len(v.p.all) - 1; i >= 0; i-- {
		n := v.p.all[i]
		if n.e() == nil || n.place.Input != from.place.Input {
			continue
		}
		d, ok := n.at.sub(from.at)
		return ok && d >= logWait && !v.holeAfter(from, n)
	}
	return false
}

// holeAfter tells that sequence numbers are missing between two lines of one
// log: the log is an excerpt there and its silence means nothing.
func (v *view) holeAfter(a, b *entry) bool {
	if a.place.Input != b.place.Input {
		return true
	}
	for _, c := range v.k.rows(v.p, "console") {
		if c.Input != a.place.Input {
			continue
		}
		for _, g := range c.Gaps {
			if line := gapLine(g); line == 0 || line > a.place.Line && line <= b.place.Line {
				return true
			}
		}
	}
	return false
}

// gapLine reads the line number off a gap ("line 12: sequence numbers ...").
func gapLine(g string) int {
	line := 0
	for i := len("line "); i < len(g) && g[i] >= '0' && g[i] <= '9'; i++ {
		line = line*10 + int(g[i]-'0')
	}
	return line
}

package correlate

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"trustline/correlate/evidence"
)

// anchors collects every pair of events that two clocks may have seen, by
// source and reference. Each rule names what it pairs and which side of the
// offset it bounds, by causality: a request is sent before it is received.
func (k *kase) anchors(all []source) map[[2]source][]*anchor {
	out := map[[2]source][]*anchor{}
	if !slices.ContainsFunc(all, func(s source) bool { return s.kind != "capture" }) {
		return out // all rules pair the words of a log with something
	}
	add := func(a *anchor) {
		if a.srcClock == nil || a.refClock == nil {
			return // evidence from elsewhere may lack a time
		}
		s := k.sourceOf(a.src.place.Input, a.src.sourceKind(), a.srcClock)
		r := k.sourceOf(a.ref.place.Input, a.ref.sourceKind(), a.refClock)
		out[[2]source{s, r}] = append(out[[2]source{s, r}], a)
	}
	for _, p := range k.phones {
		close := k.open(p)
		p.part()
		k.phoneToCapture(p, add)
		k.traceToCapture(p, add)
		k.phoneToTrace(p, add)
		k.serials(p, add)
		close()
	}
	k.ports(add)
	return out
}

// bound is shorthand for one anchor between an entry and another entry.
func bound(kind string, src, ref *entry, low, high, strong bool) *anchor {
	return &anchor{kind: kind, src: src, ref: ref, srcClock: src.e().Clock, refClock: ref.e().Clock, refPlace: ref.place, low: low, high: high, strong: strong}
}

// boundMark is the same against a packet inside a connection or transfer, which
// may stand in a later part of a rotated capture than its beginning.
func boundMark(kind string, src, ref *entry, m evidence.Mark, low, high, strong bool) *anchor {
	a := bound(kind, src, ref, low, high, strong)
	a.refClock = m.Clock
	a.refPlace = evidence.Place{Input: cmp.Or(m.Input, ref.place.Input), Frame: m.Frame}
	return a
}

func timed(n *entry) bool { return n.has(holdsClock) }

// phoneToCapture pairs console lines with packets.
func (k *kase) phoneToCapture(p *phone, add func(*anchor)) {
	for _, n := range p.all {
		if !timed(n) || n.sourceKind() != "phone" || n.e().Clock.Absolute() {
			continue
		}
		switch n.name {
		case "file_request", "file_download_done":
			for _, c := range p.transfers {
				t := c.e().Transfer
				if t.End == nil || !sameFile(t.File, n.detail("file")) {
					continue
				}
				if n.name == "file_request" {
					add(boundMark("file asked for before its last packet", n, c, *t.End, false, true, true))
				} else if b := n.detail("bytes"); t.Outcome == "complete" && (b == "" || b == strconv.FormatInt(t.Bytes, 10)) {
					add(boundMark("download reported after its last packet", n, c, *t.End, true, false, true))
				}
			}
		case "tvs_connect_attempt", "tcp_connected", "tcp_connect_attempt", "tvs_cert_verified", "tvs_cert_auth_sent",
			"tvs_query_cert_request", "tvs_cert_auth_response", "tvs_response":
			for _, c := range p.conns {
				k.consoleToConn(n, c, add)
			}
		}
	}
}

func (k *kase) consoleToConn(n, c *entry, add func(*anchor)) {
	t := c.e().TLS
	tvs := t.Service == "tvs"
	if s := hostOf(n.e().Server); s != "" && s != hostOf(t.Server) {
		return
	}
	if port := portOf(n.e().Server); port != "" && port != portOf(t.Server) {
		return
	}
	mark := func(name, kind string, low, high, strong bool) {
		if m, ok := t.Marks[name]; ok && m.Clock != nil {
			add(boundMark(kind, n, c, m, low, high, strong))
		}
	}
	switch n.name {
	case "tcp_connect_attempt":
		if !tvs {
			mark("syn_ack", "connection begun before it was accepted", false, true, true)
		}
	case "tvs_connect_attempt":
		if tvs {
			mark("server_hello", "connection begun before the server's hello", false, true, false)
		}
	case "tcp_connected":
		if portOf(n.e().Server) != "" {
			mark("syn_ack", "connected after the server accepted", true, false, true)
			mark("client_hello", "connected before the phone's hello", false, true, false)
		}
	case "tvs_cert_verified":
		if tvs {
			mark("server_certificate", "TVS certificate judged after it arrived", true, false, true)
		}
	case "tvs_cert_auth_sent", "tvs_query_cert_request":
		if tvs {
			mark("server_data", "question sent before its answer arrived", false, true, true)
		}
	case "tvs_cert_auth_response", "tvs_response":
		if tvs {
			mark("server_data", "answer reported after it arrived", true, false, true)
		}
	}
}

// traceToCapture pairs a trace of TVS or CAPF with the connections to that
// service which a server accepted.
func (k *kase) traceToCapture(p *phone, add func(*anchor)) {
	missing := map[evidence.Place]bool{} // connections whose handshake never ended, by the line that began them
	for _, n := range p.all {
		if n.is("tvs_tls_handshake_missing") {
			missing[evidence.Place{Input: n.place.Input, Line: n.place.Line}] = true
		}
	}
	for _, n := range p.all {
		if !timed(n) || n.sourceKind() != "server" || n.e().Clock.Absolute() {
			continue
		}
		for _, c := range p.conns {
			t := c.e().TLS
			if t.Outcome == "no-answer" || t.Outcome == "refused" || k.otherNode(n.place.Input, hostOf(t.Server)) {
				continue
			}
			mark := func(name, kind string, low, high, strong bool) {
				if m, ok := t.Marks[name]; ok && m.Clock != nil {
					add(boundMark(kind, n, c, m, low, high, strong))
				}
			}
			switch t.Service {
			case "tvs":
				tvsToMarks(n, missing[evidence.Place{Input: n.place.Input, Line: n.place.Line}], t.Outcome == "established", mark)
			case "capf":
				capfToMarks(n, mark)
			}
		}
	}
}

func tvsToMarks(n *entry, failed, established bool, mark func(name, kind string, low, high, strong bool)) {
	switch n.name {
	case "tvs_phone_connection":
		if failed && established {
			return // the trace tells of another one
		}
		mark("syn", "connection accepted after its SYN", true, false, true)
		if failed {
			mark("end", "connection accepted before it ended", false, true, true)
		} else {
			mark("client_data", "connection accepted before its first request", false, true, true)
		}
	case "tvs_tls_handshake_ok":
		mark("client_finished_ccs", "handshake done after the phone's last flight", true, false, true)
		mark("client_data", "handshake done before the first request", false, true, true)
	case "tvs_cert_verification_req", "tvs_query_cert_req":
		mark("client_data", "request logged after it was sent", true, false, true)
	case "tvs_cert_verification_res", "tvs_query_cert_res":
		mark("server_data", "answer logged before it arrived", false, true, true)
	}
}

// capfToMarks: with CAPF the server speaks first, to ask for authentication.
func capfToMarks(n *entry, mark func(name, kind string, low, high, strong bool)) {
	switch n.name {
	case "capf_phone_connection":
		mark("syn", "connection accepted after its SYN", true, false, true)
		mark("server_data", "connection accepted before CAPF's first message", false, true, true)
	case "capf_tls_handshake_ok":
		mark("client_finished_ccs", "handshake done after the phone's last flight", true, false, true)
		mark("server_data", "handshake done before CAPF's first message", false, true, true)
	case "capf_auth_req":
		mark("client_finished_ccs", "authentication asked for after the handshake", true, false, true)
		mark("server_data", "authentication asked for before the message was seen", false, true, true)
	}
}

// phoneToTrace pairs console lines with TVS trace lines. Accept and handshake
// are seen by both at nearly the same moment; request and answer bound the
// offset from either side, which is all that older firmware prints. Their number
// of bytes, where both print it, tells which belong together; the bounds stay
// weak ones, since traces lag by up to half a second.
func (k *kase) phoneToTrace(p *phone, add func(*anchor)) {
	var phoneSide, serverSide []*entry
	for _, n := range p.all {
		if !timed(n) || n.e().Clock.Absolute() {
			continue
		}
		switch n.sourceKind() {
		case "phone":
			if n.is("tcp_connected", "tls_handshake_ok", "tvs_tls_connected", "tvs_cert_auth_sent", "tvs_query_cert_request", "tvs_cert_auth_response", "tvs_response") {
				phoneSide = append(phoneSide, n)
			}
		case "server":
			if n.is("tvs_phone_connection", "tvs_tcp_accept", "tvs_tls_handshake_ok", "tvs_cert_verification_req", "tvs_query_cert_req", "tvs_cert_verification_res", "tvs_query_cert_res") {
				serverSide = append(serverSide, n)
			}
		}
	}
	for _, a := range phoneSide {
		for _, b := range serverSide {
			switch {
			case a.is("tcp_connected") && b.is("tvs_phone_connection", "tvs_tcp_accept") && a.toTVS():
				add(bound("connected and accepted", a, b, true, true, true))
			case (a.is("tls_handshake_ok") && a.toTVS() || a.is("tvs_tls_connected")) && b.is("tvs_tls_handshake_ok"):
				add(bound("handshake done on both sides", a, b, true, true, true))
			case a.is("tvs_cert_auth_sent") && b.is("tvs_cert_verification_req"),
				a.is("tvs_query_cert_request") && b.is("tvs_query_cert_req"):
				sameBytes(bound("request sent before it was received", a, b, false, true, false), add)
			case a.is("tvs_cert_auth_response") && b.is("tvs_cert_verification_res"),
				a.is("tvs_response") && b.is("tvs_query_cert_res"):
				sameBytes(bound("answer sent before it was received", a, b, true, false, false), add)
			}
		}
	}
}

// bytesApart is how far the numbers of bytes of one message may lie apart: a
// published pair prints 962 written and 960 received.
const bytesApart = 4

// sameBytes adds an anchor unless the two sides print different numbers of bytes.
func sameBytes(a *anchor, add func(*anchor)) {
	x, err1 := strconv.Atoi(a.src.detail("bytes"))
	y, err2 := strconv.Atoi(cmp.Or(a.ref.detail("msg_len"), a.ref.detail("len")))
	if err1 == nil && err2 == nil {
		if max(x-y, y-x) > bytesApart {
			return
		}
		a.exact = true
		a.kind += ", of as many bytes"
	}
	add(a)
}

// toTVS tells that a console line speaks of a connection to TVS. The Linux
// phones do not print the port on every line; the 79xx do when it matters.
func (n *entry) toTVS() bool {
	p := portOf(n.e().Server)
	return p == "2445" || p == "" && n.e().Dialect == "phone-secureapp"
}

// sameFile compares file names as phone and server spell them: without path,
// without regard to case, and with or without the .sgn that the phone adds.
func sameFile(a, b string) bool { return a != "" && b != "" && normFile(a) == normFile(b) }

// otherNode tells that a trace names another node than the one at an address,
// by the name of its file or folder: tvs-cucm-a2.txt is not of the server that
// presents a certificate for cucm-a1. A name is only a hint, so it must hold
// the name of exactly one server that the capture shows.
func (k *kase) otherNode(input, address string) bool {
	low := strings.ToLower(input)
	named := ""
	for name, addr := range k.hosts {
		if addr == "" || len(name) < 4 || !strings.Contains(low, name) {
			continue
		}
		if named != "" && named != addr {
			return false
		}
		named = addr
	}
	return named != "" && named != address
}

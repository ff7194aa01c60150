package correlate

import (
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

// tvsServer is one Trust Verification Service that the phone can use, with
// everything seen of it.
type tvsServer struct {
	address string // IP address, or the configured name when no address is known
	names   []string
	from    []*entry // what makes it one of the phone's servers
	tries   []*tvsTry
}

// tvsTry is one contact with a TVS server.
type tvsTry struct {
	n        *entry
	server   string   // address, of a contact that a log tells of
	log      []*entry // lines that say how it ended
	state    string   // accepted, refused-by-phone, refused-by-server, silent, port-closed, unreachable, unclear
	cert     *evidence.Certificate
	against  match // the certificate against the ITL that the phone held then
	heldITL  held
	mismatch bool
}

// tvsServers gathers the servers: the members of the CallManager group in the
// configuration the phone holds, the TFTP server as last resort, and every
// address it really tried. complete tells that the group is known, by the
// configuration or by what the phone did, so that "every server" means
// something.
func (v *view) tvsServers() (list []*tvsServer, complete bool) {
	by := map[string]*tvsServer{}
	get := func(addr string) *tvsServer {
		s := by[addr]
		if s == nil {
			s = &tvsServer{address: addr}
			by[addr] = s
			list = append(list, s)
		}
		return s
	}
	if a := v.heldConfig(); a != nil {
		complete = len(a.list.config.CallManager) > 0 || len(a.list.config.TVS) > 0
		for _, name := range slices.Concat(a.list.config.TVS, a.list.config.CallManager) {
			host := hostOf(name)
			addr := v.resolve(host)
			s := get(addr)
			s.from = append(s.from, a.evidence()...)
			if addr != host && !slices.Contains(s.names, host) {
				s.names = append(s.names, host)
			}
		}
	}
	for _, a := range v.p.attempts {
		if a.kind == "other" {
			continue
		}
		for _, n := range a.wire {
			if n.e().Transfer.Outcome == "complete" || n.e().Transfer.Outcome == "error" {
				get(hostOf(n.e().Transfer.Server)).from = append(by[hostOf(n.e().Transfer.Server)].from, n)
			}
		}
	}
	for _, n := range v.p.conns {
		if n.e().TLS.Service == "tvs" {
			s := get(hostOf(n.e().TLS.Server))
			s.tries = append(s.tries, v.wireTry(n))
		}
	}
	for _, t := range v.consoleTries() {
		s := get(t.server)
		s.tries = append(s.tries, t)
	}
	return list, complete || v.askedAll(list)
}

// heldConfig gives the configuration in force: the last one accepted. A served
// configuration that was refused changes no server order.
func (v *view) heldConfig() *attempt {
	for i := len(v.p.attempts) - 1; i >= 0; i-- {
		a := v.p.attempts[i]
		if a.kind == "config" && a.complete && a.list != nil && a.list.config != nil && a.result == Yes {
			return a
		}
	}
	return nil
}

// resolve finds the address of a server name through the certificates that
// servers presented.
func (v *view) resolve(name string) string {
	if strings.Trim(name, "0123456789.:abcdefABCDEF") == "" && strings.ContainsAny(name, ".:") {
		return name
	}
	full := strings.ToLower(name)
	short, _, _ := strings.Cut(full, ".")
	for _, n := range []string{full, short} {
		if addr := v.k.hosts[n]; addr != "" {
			return addr
		}
	}
	return name
}

// show is a certificate, by its object, that a server showed.
type show struct{ cert, server string }

// learnHost learns which address presents which name (the CN of its
// certificate), in full and without domain. A name that two addresses claim
// resolves to neither.
func (k *kase) learnHost(s show) {
	c := k.cert(s.cert)
	if c == nil {
		return
	}
	learn := func(name, addr string) {
		if have, ok := k.hosts[name]; ok && have != addr {
			addr = ""
		}
		if name != "" {
			k.hosts[name] = addr
		}
	}
	name := strings.ToLower(commonName(c.Subject))
	short, _, _ := strings.Cut(name, ".")
	learn(name, s.server)
	if short != name {
		learn(short, s.server)
	}
}

// wireTry reads one captured connection to port 2445.
func (v *view) wireTry(n *entry) *tvsTry {
	t := n.e().TLS
	try := &tvsTry{n: n, state: "unclear", heldITL: v.p.heldAt(iITL, n.at)}
	if len(t.ServerCertificates) > 0 {
		try.cert = v.k.cert(t.ServerCertificates[0])
	}
	try.against = certIn(try.heldITL.list, try.cert, "TVS")
	if t.Hidden {
		return try // neither acceptance nor refusal can be seen in TLS 1.3
	}
	switch t.Outcome {
	case "established":
		try.state = "accepted"
	case "no-answer":
		try.state = "silent"
	case "refused":
		try.state = "port-closed"
	case "alert", "closed", "reset", "incomplete":
		try.state = failedState(t)
	}
	try.mismatch = try.state == "refused-by-phone" && (try.against.state == "absent" || try.against.state == "same-name-new-key")
	return try
}

// failedState tells whose refusal ended a handshake: a refusal of the server's
// certificate lies between that certificate and the phone's ChangeCipherSpec.
func failedState(t *evidence.TLS) string {
	_, cert := t.Marks["server_certificate"]
	_, ccs := t.Marks["client_finished_ccs"]
	for _, a := range t.Alerts {
		if a.Encrypted || a.Level != "fatal" && a.Description == "close_notify" {
			continue
		}
		if a.From == "server" {
			return "refused-by-server"
		}
		if cert && !ccs {
			return "refused-by-phone"
		}
	}
	if cert && !ccs && (t.Outcome == "closed" || t.Outcome == "reset") && t.ClosedBy == "client" {
		return "refused-by-phone"
	}
	return "unclear"
}

// accepted gives the contacts in which the phone accepted this server.
func (s *tvsServer) accepted() []*entry { return s.inState("accepted") }

func (s *tvsServer) inState(states ...string) []*entry {
	var out []*entry
	for _, t := range s.tries {
		if slices.Contains(states, t.state) {
			out = append(out, t.n)
		}
	}
	return out
}

// last gives the last contact that the capture shows.
func (s *tvsServer) last() *tvsTry {
	for i := len(s.tries) - 1; i >= 0; i-- {
		if s.tries[i].n.e() != nil && s.tries[i].n.e().TLS != nil {
			return s.tries[i]
		}
	}
	if len(s.tries) > 0 {
		return s.tries[len(s.tries)-1]
	}
	return nil
}

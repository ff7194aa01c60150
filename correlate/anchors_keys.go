package correlate

// Anchors by exact keys need no phone: what a server's trace and a capture name
// alike is one thing.
//
//	CTFTP        isReadRequest[0xf4d26318~5~192.0.2.11~51909]          = a captured RRQ from 192.0.2.11:51909
//	CallManager  New connection accepted. ... IPAddr=…, Port=51948      = a captured connection from that port
//	TVS          Serial Number is: 6F969D5B…                            = a server certificate, or a signer, in a capture

// ports pairs traces with captures by the phone's address and port.
func (k *kase) ports(add func(*anchor)) {
	traced := map[string][]*entry{}
	look := func(list []*entry) {
		for _, n := range list {
			if timed(n) && n.sourceKind() == "server" && !n.e().Clock.Absolute() && n.is("tftp_rrq", "tftp_nak", "connection_accepted") && portOf(n.detail("peer")) != "" {
				traced[n.detail("peer")] = append(traced[n.detail("peer")], n)
			}
		}
	}
	for _, p := range k.phones {
		look(p.all)
	}
	look(k.general)
	look(k.strays)
	if len(traced) == 0 {
		return
	}
	exact := func(a *anchor) {
		a.exact = true
		add(a)
	}
	pair := func(list []*entry) {
		for _, c := range list {
			switch {
			case c.e() == nil:
			case c.e().Transfer != nil && c.e().Transfer.Proto == "tftp":
				for _, n := range traced[c.e().Transfer.Client] {
					rrqToTransfer(n, c, exact)
				}
			case c.e().TLS != nil:
				for _, n := range traced[c.e().TLS.Client] {
					acceptToConn(n, c, exact)
				}
			}
		}
	}
	for _, p := range k.phones {
		pair(p.all)
	}
	pair(k.strays)
}

func rrqToTransfer(n, c *entry, add func(*anchor)) {
	t := c.e().Transfer
	if !n.is("tftp_rrq", "tftp_nak") || n.detail("file") != "" && !sameFile(t.File, n.detail("file")) {
		return
	}
	if timed(c) {
		add(bound("logged after the request from this port", n, c, true, false, true))
	}
	if t.End != nil && t.End.Clock != nil && (t.Outcome == "complete" || t.Outcome == "error") {
		add(boundMark("logged before the last packet to this port", n, c, *t.End, false, true, true))
	}
}

func acceptToConn(n, c *entry, add func(*anchor)) {
	if !n.is("connection_accepted") {
		return
	}
	if m, ok := c.e().TLS.Marks["syn"]; ok && m.Clock != nil {
		add(boundMark("accepted after the SYN from this port", n, c, m, true, false, true))
	}
	if m, ok := c.e().TLS.Marks["server_data"]; ok && m.Clock != nil {
		add(boundMark("accepted before the first data to this port", n, c, m, false, true, true))
	}
}

// serials pairs the questions in a TVS trace with what made the phone ask: a
// server's certificate that it was shown on another connection, or a file whose
// signer it does not know. It goes on with that connection when it has an
// answer. Certificates return at every boot, so these bounds are weak.
func (k *kase) serials(p *phone, add func(*anchor)) {
	for _, n := range p.all {
		if !timed(n) || !n.is("tvs_query") || n.sourceKind() != "server" || n.e().Clock.Absolute() || n.detail("serial") == "" {
			continue
		}
		for _, c := range p.conns {
			if t := c.e().TLS; t.Service != "tvs" && n.detail("type") == "verify" && len(t.ServerCertificates) > 0 {
				if cert := k.cert(t.ServerCertificates[0]); cert != nil && sameSerial(cert.Serial, n.detail("serial")) {
					serialToConn(n, c, add)
				}
			}
		}
		for _, c := range p.transfers {
			t := c.e().Transfer
			if l := k.list(t.Object); l != nil && n.detail("type") == "query" && t.End != nil && t.End.Clock != nil && sameSerial(l.l.Signer.Serial, n.detail("serial")) {
				add(boundMark("signer asked for after the file arrived", n, c, *t.End, true, false, false))
			}
		}
	}
}

func serialToConn(n, c *entry, add func(*anchor)) {
	if m, ok := c.e().TLS.Marks["server_certificate"]; ok && m.Clock != nil {
		add(boundMark("certificate asked for after it was shown", n, c, m, true, false, false))
	}
	if m, ok := c.e().TLS.Marks["client_finished_ccs"]; ok && m.Clock != nil {
		add(boundMark("certificate asked for before the phone went on", n, c, m, false, true, false))
	}
}

package correlate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// seen is what the evidence of all phones, and that of none, tells about the
// servers.
type seen struct {
	k         *kase
	once      map[*entry]bool // statements and files stand with every phone
	modes     map[string]bool
	services  map[string]map[string]bool // address -> what it did
	last      instant                    // that anything is dated with
	certs     map[string]map[string]bool // by its object, where a certificate was seen
	roles     map[string]map[string]bool // by its object, what the ports make of it
	presented []presentation
	signings  []signing
	alarms    []*entry
	printed   []*entry // certificates that a node printed
}

func (k *kase) newSeen() *seen {
	return &seen{k: k, once: map[*entry]bool{}, modes: map[string]bool{}, services: map[string]map[string]bool{}, certs: map[string]map[string]bool{}, roles: map[string]map[string]bool{}}
}

// phone looks at one phone.
func (s *seen) phone(p *phone) {
	if m := s.k.mode(p); m != "unknown" {
		s.modes[m] = true
	}
	s.look(p.all)
	for _, n := range p.all {
		if !n.has(holdsTransfer | holdsTLS) {
			continue
		}
		if t := n.e().Transfer; t != nil && t.Outcome != "no-response" {
			addTo(s.services, hostOf(t.Server), t.Proto)
		}
		if t := n.e().TLS; t != nil && t.Outcome != "no-answer" {
			addTo(s.services, hostOf(t.Server), t.Service)
		}
	}
}

// look looks at evidence, each piece once.
func (s *seen) look(list []*entry) {
	for _, n := range list {
		if !n.observed() {
			if s.once[n] {
				continue
			}
			s.once[n] = true
		}
		if n.at.known && n.at.abs && (!s.last.known || n.at.ns > s.last.ns) {
			s.last = n.at
		}
		if n.has(holdsTLS) {
			for _, id := range n.e().TLS.ServerCertificates {
				addTo(s.certs, id, n.e().TLS.Server)
			}
			for _, id := range n.e().TLS.ClientCertificates {
				addTo(s.certs, id, "client "+hostOf(n.e().TLS.Client))
			}
		}
		s.showed(n)
		s.signed(n)
		switch {
		case n.is("alarm", "syslog_alarm"):
			s.alarms = append(s.alarms, n)
		case n.is("cli_show_cert") && n.detail("subject") != "" && n.detail("serial") != "":
			s.printed = append(s.printed, n)
		}
	}
}

// reportCluster gathers what the case tells about the servers, whichever phone
// it was seen with.
func (k *kase) reportCluster(s *seen) Cluster {
	s.look(k.strays)
	s.look(k.general)
	if len(k.phones) == 0 { // else they stand with each of them
		for _, l := range k.files {
			for _, n := range k.listEntries(&phone{}, l) {
				s.signed(n)
			}
		}
	}
	c := Cluster{Mode: k.clusterMode(s), Servers: k.reportServers(s), Findings: []Finding{}}
	now, dated := time.Unix(0, s.last.ns).UTC(), s.last.known
	if dated {
		c.AsOf = ptr(rfc3339(now.UnixNano(), 1e-6))
	}
	known := k.identities(s)
	c.Certificates = k.reportCertificates(s, known, now, dated)
	presented := s.presentations()
	signers := s.signers()
	c.Presented, c.Signers = k.reportPresented(presented), k.reportSigners(signers)
	c.Changes = k.reportChanges(s, known, presented, signers)
	return c
}

func (k *kase) clusterMode(s *seen) string {
	if f := k.fact(nil, "security-mode"); f != nil {
		return f.fact.Value
	}
	if len(s.modes) == 1 {
		return one(s.modes)
	}
	return "unknown"
}

// reportServers lists the addresses that acted as servers towards phones, with
// the name that their certificates agree on.
func (k *kase) reportServers(s *seen) []Server {
	written := map[string]string{} // names as certificates spell them
	for _, c := range k.certBy {
		cn := commonName(c.Subject)
		written[strings.ToLower(cn)] = max(written[strings.ToLower(cn)], cn)
	}
	out := []Server{}
	for _, addr := range slices.Sorted(maps.Keys(s.services)) {
		out = append(out, Server{Address: addr, Name: ptr(k.hostName(addr, written)), Services: slices.Sorted(maps.Keys(s.services[addr]))})
	}
	return out
}

// hostName is the name that the certificates of an address carry, "" when they
// carry several. A name with its domain stands for the short one too.
func (k *kase) hostName(addr string, written map[string]string) string {
	var names []string
	for name, a := range k.hosts {
		if a == addr {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	for i, name := range names {
		if short, _, _ := strings.Cut(names[0], "."); i > 0 && name != short {
			return ""
		}
	}
	if len(names) == 0 {
		return ""
	}
	return firstOf(written[names[0]], names[0])
}

// reportCertificates lists every certificate of the case with its dates: those
// whose bytes are in evidence, and those that a node printed.
func (k *kase) reportCertificates(s *seen, known *identities, now time.Time, dated bool) []Certificate {
	seen := s.certs
	for _, l := range k.lists {
		for i := range l.l.Records {
			if r := &l.l.Records[i]; r.Certificate != "" {
				addTo(seen, r.Certificate, fmt.Sprintf("%s record %d", firstOf(l.l.File, strings.ToUpper(l.l.Type)), r.Number))
			}
		}
	}
	out := []Certificate{}
	add := func(c Certificate) {
		c.ExpiresIn, c.Status = validity(deref(c.NotBefore), deref(c.NotAfter), now, dated)
		out = append(out, c)
	}
	have := map[string]bool{}
	for id, cert := range k.certBy {
		i := known.of(cert.Subject, cert.Serial, cert.SHA1)
		have[i.key] = true
		add(Certificate{Subject: cert.Subject, Issuer: cert.Issuer, Serial: cert.Serial, NotBefore: ptr(cert.NotBefore), NotAfter: ptr(cert.NotAfter),
			Key: ptr(cert.KeyText), SHA1: ptr(cert.SHA1), Seen: slices.Sorted(maps.Keys(seen[id])), Problem: ptr(cert.Problem), Roles: i.roleNames()})
	}
	for _, i := range known.list {
		if i.printed == nil || have[i.key] {
			continue
		}
		n := i.printed
		add(Certificate{Subject: n.detail("subject"), Issuer: n.detail("issuer"), Serial: normBytes(n.detail("serial")), NotBefore: ptr(dateText(n.detail("not_before"))), NotAfter: ptr(dateText(n.detail("not_after"))),
			Seen: []string{"listing in " + n.place.Input}, Roles: i.roleNames()})
	}
	for i := range out {
		if out[i].Seen == nil {
			out[i].Seen = []string{}
		}
	}
	slices.SortFunc(out, func(a, b Certificate) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Serial, b.Serial), cmp.Compare(deref(a.SHA1), deref(b.SHA1)))
	})
	return out
}

// validity holds a certificate's dates against the last moment in evidence.
func validity(notBefore, notAfter string, now time.Time, dated bool) (days *int, status string) {
	to, ok := dateOf(notAfter)
	if !dated || !ok {
		return nil, "unknown"
	}
	n := int(to.Sub(now) / (24 * time.Hour)) // towards zero: what is full
	from, started := dateOf(notBefore)
	switch left := to.Sub(now); {
	case left < 0:
		status = "expired"
	case started && from.After(now):
		status = "not-yet-valid"
	case left <= nearEnd:
		status = "ending"
	default:
		status = "ok"
	}
	return &n, status
}

// dateText brings a date that a listing prints to RFC 3339, as the dates of
// decoded certificates are; one whose zone is not known stays as it is.
func dateText(s string) string {
	if t, slack, ok := listDate(s); ok && slack == 0 {
		return t.UTC().Format(time.RFC3339)
	}
	return s
}

// dateOf reads a date of any form, to the hour where its zone is known.
func dateOf(s string) (time.Time, bool) {
	if t, _, ok := listDate(s); ok {
		return t, true
	}
	return parseDate(s)
}

// normBytes gives a serial in whole bytes, as a listing prints it with or without
// its leading zeros and separators.
func normBytes(s string) string {
	s = normSerial(s)
	if len(s)%2 == 1 {
		s = "0" + s
	}
	return s
}

// when gives the time of an entry for the report, nil when it has no date.
func (n *entry) when() *string {
	if !n.at.known || !n.at.abs {
		return nil
	}
	step := 1e-6
	if n.e() != nil && n.e().Clock != nil {
		step = n.e().Clock.Step
	}
	return ptr(rfc3339(n.at.ns, step))
}

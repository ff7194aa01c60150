package correlate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

func (k *kase) reportCluster() Cluster {
	c := Cluster{Mode: "unknown", Servers: []Server{}, Certificates: []Certificate{}, Findings: []Finding{}}
	modes := map[string]bool{}
	servers := map[string]map[string]bool{}
	seen := map[string][]string{}
	for _, p := range k.phones {
		if m := k.mode(p); m != "unknown" {
			modes[m] = true
		}
		for _, n := range p.all {
			if n.e == nil {
				continue
			}
			if t := n.e.Transfer; t != nil && t.Outcome != "no-response" {
				addTo(servers, hostOf(t.Server), t.Proto)
			}
			if t := n.e.TLS; t != nil && t.Outcome != "no-answer" {
				addTo(servers, hostOf(t.Server), t.Service)
				for _, id := range t.ServerCertificates {
					at := t.Server
					if !slices.Contains(seen[id], at) {
						seen[id] = append(seen[id], at)
					}
				}
				for _, id := range t.ClientCertificates {
					if at := "client " + hostOf(t.Client); !slices.Contains(seen[id], at) {
						seen[id] = append(seen[id], at)
					}
				}
			}
		}
	}
	if f := k.fact(nil, "security-mode"); f != nil {
		c.Mode = f.fact.Value
	} else if len(modes) == 1 {
		c.Mode = one(modes)
	}
	for addr, svc := range servers {
		s := Server{Address: addr, Services: []string{}}
		for name := range svc {
			s.Services = append(s.Services, name)
		}
		slices.Sort(s.Services)
		c.Servers = append(c.Servers, s)
	}
	slices.SortFunc(c.Servers, func(a, b Server) int { return cmp.Compare(a.Address, b.Address) })
	for _, l := range k.lists {
		for i := range l.l.Records {
			if id := l.l.Records[i].Certificate; id != "" {
				at := fmt.Sprintf("%s record %d", firstOf(l.l.File, strings.ToUpper(l.l.Type)), l.l.Records[i].Number)
				if !slices.Contains(seen[id], at) {
					seen[id] = append(seen[id], at)
				}
			}
		}
	}
	for id, cert := range k.certBy {
		where := append([]string{}, seen[id]...)
		slices.Sort(where)
		c.Certificates = append(c.Certificates, Certificate{Subject: cert.Subject, Issuer: cert.Issuer, Serial: cert.Serial,
			NotBefore: ptr(cert.NotBefore), NotAfter: ptr(cert.NotAfter), Key: ptr(cert.KeyText), SHA1: ptr(cert.SHA1), Seen: where, Problem: ptr(cert.Problem)})
	}
	slices.SortFunc(c.Certificates, func(a, b Certificate) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Serial, b.Serial), cmp.Compare(deref(a.SHA1), deref(b.SHA1)))
	})
	return c
}

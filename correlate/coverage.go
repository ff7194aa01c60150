package correlate

import (
	"trustline/correlate/evidence"
)

// covered tells whether a source spans a moment of a phone, so that its
// silence means something: the service's coverage rows have traffic or lines
// both before and after, and for captures in both directions.
func (k *kase) covered(p *phone, service string, at instant) bool {
	if !at.known {
		return false
	}
	for i := range k.b.Coverage {
		c := &k.b.Coverage[i]
		if c.Service != service || !k.about(c, p) {
			continue
		}
		from, to := k.at(c.Input, coverageKind(c), c.From), k.at(c.Input, coverageKind(c), c.To)
		d1, ok1 := at.sub(from)
		d2, ok2 := to.sub(at)
		if ok1 && ok2 && d1 >= -joinWindow && d2 >= -joinWindow && (c.Service == "console" || c.Sent && c.Got) {
			return true
		}
	}
	return false
}

// about tells that a coverage row speaks of the phone.
func (k *kase) about(c *evidence.Coverage, p *phone) bool {
	if c.Address == "" {
		return k.owner[c.Input] == p.name || k.owner[c.Input] == "" && coverageKind(c) != "phone"
	}
	for _, a := range p.addresses {
		if a == c.Address {
			return true
		}
	}
	return false
}

// row finds the coverage rows of one service for a phone.
func (k *kase) rows(p *phone, service string) []*evidence.Coverage {
	var out []*evidence.Coverage
	for i := range k.b.Coverage {
		c := &k.b.Coverage[i]
		if c.Service == service && k.about(c, p) {
			out = append(out, c)
		}
	}
	return out
}

package correlate

import (
	"cmp"
	"slices"

	"trustline/correlate/evidence"
)

// lack gathers the phones that miss one source.
type lack struct {
	want
	first  string // one of them
	phones int
}

// optional are the sources that matter to some cases only.
var optional = []string{"tvs-trace", "capf-trace", "ctftp-trace", "ccm-trace", "syslog", "statements"}

// lacking notes what a phone needs and the case does not hold.
func (q *quality) lacking(n *needs) {
	for _, w := range n.wants {
		if q.given(n.p, n.lists, w) {
			continue
		}
		i := slices.IndexFunc(q.lacks, func(l *lack) bool { return l.service == w.service && l.node == w.node })
		if i < 0 {
			i = len(q.lacks)
			q.lacks = append(q.lacks, &lack{want: w, first: n.p.name})
		}
		l := q.lacks[i]
		l.phones++
		if l.span.from.abs && w.span.from.abs {
			l.span.from, l.span.to = earlier(l.span.from, w.span.from), later(l.span.to, w.span.to)
		}
	}
}

// missing gives a row for each source that was not given: first what the
// phones' acts make necessary, then the rest, so that a reader sees what the
// report does without.
func (q *quality) missing() []Coverage {
	list := q.lacks
	slices.SortStableFunc(list, func(a, b *lack) int {
		return cmp.Or(cmp.Compare(bundleOf(a.service), bundleOf(b.service)), cmp.Compare(a.node, b.node))
	})
	row := func(service, node string) Coverage {
		return Coverage{Service: service, Node: ptr(node), Bundle: bundleOf(service), Quality: qualityMissing,
			Gaps: []string{}, Holes: []Hole{}, Hides: []string{wouldShow[service]}}
	}
	out := []Coverage{}
	for _, l := range list {
		r := row(l.service, l.node)
		r.Needed = true
		if l.phones == 1 {
			r.Phone = ptr(l.first)
		} else {
			r.Note = "for " + plural(l.phones, "phone")
		}
		if l.during() && l.span.from.known {
			p := piece{l.span.from, l.span.to}
			r.From, r.To = momentText(p.wide().from), momentText(p.wide().to)
			r.Holes = append(r.Holes, Hole{From: r.From, To: r.To, What: "needed for " + minutes(p)})
		}
		out = append(out, r)
	}
	for _, service := range optional {
		wanted := slices.ContainsFunc(list, func(l *lack) bool { return l.service == service })
		if q.first != nil && !wanted && !q.given(q.first, false, want{service: service}) {
			out = append(out, row(service, ""))
		}
	}
	return out
}

// given tells that the case holds a source of the kind. A trace of an unknown
// node may be that of any.
func (q *quality) given(p *phone, lists bool, w want) bool {
	switch w.service {
	case "lists":
		return lists
	case "statements":
		return len(q.k.facts) > 0
	case "ccm-trace":
		return slices.ContainsFunc(q.general, func(c *evidence.Coverage) bool { return bundleOf(c.Service) == "K7" })
	case "syslog", "ctftp-trace":
		b := bundleOf(w.service)
		return slices.ContainsFunc(q.general, func(c *evidence.Coverage) bool { return bundleOf(c.Service) == b })
	}
	return len(q.rows(p, w.service, w.node)) > 0
}

// wouldShow says what is lost without a source.
var wouldShow = map[string]string{
	"lists":       "which signer, keys and servers the lists name",
	"capture":     "which files and certificates went over the wire, and who did not answer",
	"console":     "what the phone accepted or refused, in its own words",
	"tvs-trace":   "what TVS was asked and answered on this node",
	"capf-trace":  "how CAPF judged the phone's request",
	"ctftp-trace": "why the server did not deliver a file",
	"ccm-trace":   "why the server refused the registration",
	"syslog":      "which certificate was changed, and when",
	"statements":  "backups, tokens and dates that no file shows",
}

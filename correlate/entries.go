package correlate

import (
	"cmp"
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

// entry is one piece of evidence as judging uses it: the event with its
// corrected time. It becomes a line of the timeline and is what answers cite.
type entry struct {
	seen    *evidence.Event // the event; nil while it is packed, see e
	in      *kase           // of a packed event
	index   int32           // and which one it is there
	shown   int32           // which of the case's shows of a certificate it is, from 1
	holds   uint8           // what the event has
	address string          // the phone's address as the source tells it
	fact    *evidence.Fact  // instead of an event for a statement
	obj     *listObj        // instead of an event for a list given as a file or listing
	place   evidence.Place
	at      instant
	id      string
	phone   string
	name    string // event name
	note    string // why it belongs to no phone
	*described
}

// described is what the report says of an entry beside the event itself. That of
// an event is made by describe.
type described struct {
	stage, actor, summary, outcome string
}

// e gives the event, nil for a statement or a list. That of a large capture is
// packed: while its phone is open it is there, else it is unpacked for this call.
func (n *entry) e() *evidence.Event {
	if n.seen != nil || n.in == nil {
		return n.seen
	}
	return n.in.b.Event(int(n.index))
}

// What an event has, so that it need not be unpacked for the question.
const (
	holdsTransfer = 1 << iota
	holdsTLS
	holdsClock
	holdsService // a connection to TVS, CAPF or CallManager
	holdsDevice  // the act of a phone, see deviceEvidence
	holdsKind    // and above: the kind of file of a transfer, see fileKinds
)

var fileKinds = [...]string{"other", "ctl", "itl", "config"}

func holdings(e *evidence.Event) (h uint8) {
	if e.Transfer != nil {
		h |= holdsTransfer | uint8(max(slices.Index(fileKinds[:], fileKind(e.Transfer.File)), 0))*holdsKind
	}
	if e.TLS != nil {
		h |= holdsTLS
		switch e.TLS.Service {
		case "tvs", "capf", "sccp-tls", "sip-tls":
			h |= holdsService
		}
	}
	if e.Clock != nil {
		h |= holdsClock
	}
	if deviceEvidence(e) {
		h |= holdsDevice
	}
	return h
}

// has tells whether an entry is an event with one of these.
func (n *entry) has(what uint8) bool { return n.holds&what != 0 }

// asksFor gives the kind of file of a transfer.
func (n *entry) asksFor() string { return fileKinds[n.holds/holdsKind] }

// observation is the entry of one event of the bundle.
func (k *kase) observation(i int, e *evidence.Event) entry {
	n := entry{seen: e, index: int32(i), holds: holdings(e), place: e.Place, name: e.Event, address: e.Address}
	if k.b.Packed(i) {
		n.in = k
	}
	return n
}

// observed tells that an entry is an event, and no statement or list.
func (n *entry) observed() bool { return n.seen != nil || n.in != nil }

// open unpacks the events of a phone that was not folded yet, for work that goes
// back and forth in them. What it gives packs them again.
func (k *kase) open(p *phone) (close func()) {
	var here []*entry
	for _, n := range p.all {
		if n.in != nil && n.seen == nil {
			n.seen = k.b.Event(int(n.index))
			here = append(here, n)
		}
	}
	return func() {
		for _, n := range here {
			n.seen = nil
		}
	}
}

// instant is a time in nanoseconds: since the Unix epoch when abs, else since
// a midnight that no source dates. The zero value means: no time at all.
type instant struct {
	ns    int64
	known bool
	abs   bool
	scale int32 // which of the clocks that nobody dates; 0 when abs
}

// compare orders instants: dated before undated before none, so that a timeline
// shows first what it can place.
func (a instant) compare(b instant) int {
	rank := func(i instant) int {
		switch {
		case i.known && i.abs:
			return 0
		case i.known:
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.ns, b.ns))
}

// sub gives a-b in seconds and whether both stand on one scale.
func (a instant) sub(b instant) (float64, bool) {
	if !a.known || !b.known || a.abs != b.abs || a.scale != b.scale {
		return 0, false
	}
	return float64(a.ns-b.ns) / 1e9, true
}

func (a instant) before(b instant) bool {
	d, ok := a.sub(b)
	return ok && d < 0
}

// sourceKind names the kind of witness: two kinds agreeing is what makes a
// statement sure.
func (n *entry) sourceKind() string {
	switch {
	case n.in != nil:
		return "capture"
	case n.fact != nil:
		return "operator"
	case n.obj != nil:
		return "file"
	}
	switch d := n.e().Dialect; {
	case d == "capture":
		return "capture"
	case pastedDialect(d):
		return "pasted"
	case strings.HasPrefix(d, "phone-"):
		return "phone"
	default:
		return "server"
	}
}

// aside tells that an entry is an observation of a capture that says nothing
// unless it is about a phone: a DHCP lease, a DNS answer. An alarm of CUCM is
// about the cluster.
func (n *entry) aside() bool {
	return n.observed() && n.sourceKind() == "capture" && !n.has(holdsTransfer|holdsTLS) && n.name != "syslog_alarm"
}

func (n *entry) is(names ...string) bool { return n != nil && slices.Contains(names, n.name) }

// detail gives a value that the source printed.
func (n *entry) detail(key string) string {
	if n.e() == nil {
		return ""
	}
	return n.e().Detail[key]
}

func compareEntries(a, b *entry) int {
	return cmp.Or(a.at.compare(b.at), comparePlaces(&a.place, &b.place), cmp.Compare(a.name, b.name))
}

func comparePlaces(a, b *evidence.Place) int {
	return cmp.Or(cmp.Compare(a.Input, b.Input), cmp.Compare(a.Frame, b.Frame), cmp.Compare(a.Line, b.Line))
}

// idList is the list of the identifiers, without those that are none.
func idList(list ...string) []string {
	out := []string{}
	for _, id := range list {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// ids lists the identifiers of entries for the report, without repetition.
func ids(list []*entry) []string {
	out := []string{}
	for _, n := range list {
		if n != nil && n.id != "" && !slices.Contains(out, n.id) {
			out = append(out, n.id)
		}
	}
	return out
}

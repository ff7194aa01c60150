package correlate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"trustline/correlate/evidence"
)

// covered tells whether a source spans a moment of a phone, so that its
// silence means something: it has traffic or lines both before and after, and
// its silence speaks.
func (k *kase) covered(p *phone, service string, at instant) bool {
	if !at.known {
		return false
	}
	for _, c := range k.coverageOf(p) {
		if c.Service != service || !speaks(c) {
			continue
		}
		if yes, _ := k.spans(c, at, at); yes && !k.inHole(p, c, at) {
			return true
		}
	}
	return false
}

// inHole tells that the sequence numbers of a log have a hole at a moment.
func (k *kase) inHole(p *phone, c *evidence.Coverage, at instant) bool {
	for _, g := range c.Gaps {
		from, to := p.around(c.Input, holeAt(g))
		d1, ok1 := at.sub(from)
		d2, ok2 := to.sub(at)
		if ok1 && ok2 && d1 > 0 && d2 > 0 {
			return true
		}
	}
	return false
}

// holeLine reads the line of a hole in the sequence numbers, as gather words it.
var holeLine = regexp.MustCompile(`^line (\d+): sequence numbers`)

// holeAt gives the line before which records are missing, 0 when it is not told.
func holeAt(gap string) int {
	m := holeLine.FindStringSubmatch(gap)
	if m == nil {
		return 0
	}
	line, _ := strconv.Atoi(m[1])
	return line
}

// around gives the moments of the decoded lines on both sides of a line.
func (p *phone) around(input string, line int) (from, to instant) {
	if line == 0 {
		return
	}
	below, above := -1, -1
	for _, e := range p.all {
		if e.e() == nil || e.place.Input != input || e.place.Line == 0 || !e.at.known {
			continue
		}
		switch l := e.place.Line; {
		case l < line && l > below:
			below, from = l, e.at
		case l >= line && (above < 0 || l < above):
			above, to = l, e.at
		}
	}
	return from, to
}

// speaks tells whether the silence of a source can mean anything at all: not
// that of a capture with one direction only, of status messages, which carry no
// date and outlive restarts, or of a trace whose level leaves questions out.
func speaks(c *evidence.Coverage) bool {
	switch c.Service {
	case "capture":
		return c.Sent && c.Got
	case "status":
		return false
	}
	return c.Level != levelNotDetailed
}

// spans tells whether a source reaches from one moment to another; ok is false
// when its clock cannot be compared with theirs.
func (k *kase) spans(c *evidence.Coverage, from, to instant) (yes, ok bool) {
	d1, ok1 := from.sub(k.at(c.Input, coverageKind(c), c.From))
	d2, ok2 := k.at(c.Input, coverageKind(c), c.To).sub(to)
	return ok1 && ok2 && d1 >= -joinWindow && d2 >= -joinWindow, ok1 && ok2
}

// findCovers notes whom the coverage rows speak of.
func (k *kase) findCovers() {
	k.covers = map[string][]int{}
	for i := range k.b.Coverage {
		c := &k.b.Coverage[i]
		key := "address " + c.Address
		if c.Address == "" {
			key = "owner " + k.owner[c.Input]
			if k.owner[c.Input] == "" && coverageKind(c) == "phone" {
				continue // of a phone that nothing names
			}
		}
		k.covers[key] = append(k.covers[key], i)
	}
}

// coverageOf gives the coverage rows that speak of a phone: by its address, by
// the log's owner, and those of servers' logs, which speak of all.
func (k *kase) coverageOf(p *phone) []*evidence.Coverage {
	found := slices.Clone(k.covers["owner "])
	found = append(found, k.covers["owner "+p.name]...)
	for _, a := range p.addresses {
		found = append(found, k.covers["address "+a]...)
	}
	slices.Sort(found)
	out := make([]*evidence.Coverage, 0, len(found))
	for _, i := range slices.Compact(found) {
		out = append(out, &k.b.Coverage[i])
	}
	return out
}

// rows finds the coverage rows of one service for a phone.
func (k *kase) rows(p *phone, service string) []*evidence.Coverage {
	var out []*evidence.Coverage
	for _, c := range k.coverageOf(p) {
		if c.Service == service {
			out = append(out, c)
		}
	}
	return out
}

// bootGap is how long a phone may be silent within one boot: it waits for
// servers that do not answer, and asks again every few minutes.
const bootGap = 600.0 // seconds

// boot is a stretch of a phone's acts that begins with its first request for a
// list or configuration and ends with the last of TVS, CAPF or registration.
type boot struct {
	from, to instant
	scale    source // the clock that undated instants are told on; zero for real dates
}

// boots finds them in the phone's evidence, in order. Without any request, as
// in a capture that began late, all acts together stand for one.
func (k *kase) boots(p *phone) []boot {
	var out, acts []boot
	for _, n := range p.all {
		if !ofBoot(n) {
			continue
		}
		b := boot{from: n.at, to: n.at, scale: k.scaleOf(n.place.Input, n.sourceKind(), n.e().Clock)}
		if t := n.e().Transfer; t != nil && t.End != nil {
			if end := k.at(n.place.Input, "capture", t.End.Clock); b.to.before(end) {
				b.to = end
			}
		}
		if joined(out, b) {
			continue
		}
		if asksForTrust(n) {
			out = append(out, b)
		} else if !joined(acts, b) {
			acts = append(acts, b)
		}
	}
	if len(out) == 0 && len(acts) > 0 {
		return acts[len(acts)-1:]
	}
	return out
}

// ofBoot tells that an entry is an act of the phone that a boot consists of, and
// not other talk of its console or traffic.
func ofBoot(n *entry) bool {
	if !n.observed() || !n.at.known || n.sourceKind() == "server" || n.in == nil && n.e().Dialect == "phone-status" {
		return false
	}
	switch n.stage {
	case "ctl", "itl", "config", "tvs", "https", "capf", "registration":
		return true
	}
	return n.has(holdsTransfer|holdsTLS) || n.name == "file_request"
}

// joined adds an act to the last boot when it follows soon enough.
func joined(list []boot, b boot) bool {
	if len(list) == 0 || list[len(list)-1].scale != b.scale {
		return false
	}
	last := &list[len(list)-1]
	d, ok := b.from.sub(last.to)
	if !ok || d > bootGap {
		return false
	}
	if last.to.before(b.to) {
		last.to = b.to
	}
	return true
}

// asksForTrust tells that the phone asks for a list or its configuration.
func asksForTrust(n *entry) bool {
	file := n.detail("file")
	if n.e().Transfer != nil {
		file = n.e().Transfer.File
	} else if n.name != "file_request" {
		return false
	}
	kind := fileKind(file)
	return kind == "ctl" || kind == "itl" || kind == "config"
}

// scaleOf names the clock that tells an undated instant: two such instants can
// be compared only on one.
func (k *kase) scaleOf(input, kind string, c *evidence.Clock) source {
	s := k.sourceOf(input, kind, c)
	if o := k.clock.to[s]; o != nil && !k.clock.abs[s] {
		return o.ref
	}
	return source{}
}

// piece is a piece of time on the common scale.
type piece struct{ from, to instant }

// uncovered gives what rows together leave out of a boot. ok is false when the
// clock of none of them can be compared with the phone's.
func (k *kase) uncovered(b boot, rows []*evidence.Coverage) (out []piece, ok bool) {
	out = []piece{{b.from, b.to}}
	for _, c := range rows {
		if c.From == nil || c.To == nil || k.scaleOf(c.Input, coverageKind(c), c.To) != b.scale {
			continue
		}
		from, to := k.at(c.Input, coverageKind(c), c.From), k.at(c.Input, coverageKind(c), c.To)
		var rest []piece
		for _, p := range out {
			d1, ok1 := from.sub(p.from)
			d2, ok2 := p.to.sub(to)
			if !ok1 || !ok2 {
				rest = append(rest, p)
				continue
			}
			ok = true
			if d1 > joinWindow { // what lies before the source begins
				rest = append(rest, piece{p.from, earlier(p.to, from)})
			}
			if d2 > joinWindow { // what lies after its end
				rest = append(rest, piece{later(p.from, to), p.to})
			}
		}
		out = rest
	}
	return out, ok
}

func earlier(a, b instant) instant {
	if b.before(a) {
		return b
	}
	return a
}

func later(a, b instant) instant {
	if a.before(b) {
		return b
	}
	return a
}

// wide gives the whole minutes that a piece of time lies in.
func (p piece) wide() piece {
	const minute = 60 * second
	p.from.ns, p.to.ns = floorTo(p.from.ns, minute), floorTo(p.to.ns, minute)+minute
	return p
}

// minutes prints a piece of time to the minutes around it, on the common scale.
func minutes(p piece) string {
	return minuteText(p.from.ns, p.to.ns, p.from.abs)
}

// ownMinutes prints it as the source's own clock tells it.
func (k *kase) ownMinutes(c *evidence.Coverage, p piece) string {
	o := k.clock.to[k.sourceOf(c.Input, coverageKind(c), c.To)]
	if o == nil {
		return ""
	}
	return minuteText(p.from.ns-o.mid(), p.to.ns-o.mid(), c.To.Dated)
}

func minuteText(from, to int64, dated bool) string {
	w := piece{instant{ns: from}, instant{ns: to}}.wide()
	a, z := time.Unix(0, w.from.ns).UTC(), time.Unix(0, w.to.ns).UTC()
	s := a.Format("15:04") + " to " + z.Format("15:04")
	if dated {
		s = a.Format("2006-01-02 ") + s
	}
	return s
}

func floorTo(ns, unit int64) int64 {
	r := ns % unit
	if r < 0 {
		r += unit
	}
	return ns - r
}

// clockText prints a moment of a source: corrected where it can be dated.
func (k *kase) clockText(row *evidence.Coverage, c *evidence.Clock) *string {
	if c == nil {
		return nil
	}
	if t := k.at(row.Input, coverageKind(row), c); t.known && t.abs {
		return ptr(rfc3339(t.ns, c.Step))
	}
	return ptr(c.Text)
}

// momentText prints an instant: RFC 3339, or the time of day on the scale of
// sources that nobody dates.
func momentText(t instant) *string {
	switch {
	case !t.known:
		return nil
	case t.abs:
		return ptr(rfc3339(t.ns, 1e-6))
	}
	return ptr(time.Unix(0, t.ns).UTC().Format("15:04:05.000000"))
}

// bundleOf names what kind of evidence a service is, by the list of what to
// collect: K1 lists, K2 capture, K3 console and status messages, K4 TVS, K5
// CAPF, K6 TFTP and K7 CallManager traces, K8 alarms and certificate logs, K9
// statements.
func bundleOf(service string) string {
	switch {
	case service == "lists":
		return "K1"
	case service == "capture":
		return "K2"
	case service == "console", service == "status":
		return "K3"
	case strings.HasPrefix(service, "tvs"):
		return "K4"
	case strings.HasPrefix(service, "capf"):
		return "K5"
	case strings.HasPrefix(service, "ctftp"):
		return "K6"
	case service == "syslog", strings.HasPrefix(service, "certmgmt"):
		return "K8"
	case service == "statements":
		return "K9"
	}
	return "K7"
}

package correlate

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"trustline/correlate/evidence"
)

// Qualities of a source.
const (
	qualityGood    = "good"
	qualityLimited = "limited"
	qualityMissing = "missing"
)

const (
	levelDetailed    = "detailed"
	levelNotDetailed = "not-detailed"
	levelUnknown     = "unknown"
)

// maxHides bounds the limits of one source that are told one by one.
const maxHides = 8

// Gather tells of the cut packets and of missing directions as problems of the
// input; these read them back. A test holds both sides together.
var (
	snapProblem   = regexp.MustCompile(`^(\d+) frames are cut by the snap length (\d+)`)
	oneWayProblem = regexp.MustCompile(`^the capture holds no packets from (\S+) to (\S+),`)
)

// quality judges the sources of a case: what each could have shown of the
// phones' boots, and which source is missing.
type quality struct {
	k        *kase
	first    *phone   // that was looked at
	list     []*needs // theirs, when the case has traces, which concern all of them
	lacks    []*lack
	problems map[string][]evidence.Problem
	damages  map[string][]string
	general  []*evidence.Coverage // rows about no phone of their own
	traces   bool                 // there is a row of a trace
	own      map[string][]int32   // rows by address or owner
	told     map[int32]Coverage   // rows about a phone, as far as they are made
	later    map[int32]*needs     // those of traces, which speak of all phones
	detailed map[string]bool      // traces that print what only the detailed level prints
	nodes    map[string]string    // input -> server, as the clock pairs show
}

// report gives a row for every source, and one for each that is missing.
func (q *quality) report() []Coverage {
	out := make([]Coverage, 0, len(q.k.b.Coverage))
	for i := range q.k.b.Coverage {
		row, ok := q.told[int32(i)]
		if n := q.later[int32(i)]; n != nil {
			q.k.unfold(n.p)
			row = q.row(&q.k.b.Coverage[i], n)
			q.k.fold(n.p)
		} else if !ok {
			row = q.row(&q.k.b.Coverage[i], nil)
		}
		out = append(out, row)
	}
	q.told, q.later = nil, nil
	return append(out, q.missing()...)
}

func (k *kase) newQuality() *quality {
	q := &quality{k: k, problems: map[string][]evidence.Problem{}, damages: map[string][]string{}, own: map[string][]int32{}, told: map[int32]Coverage{}, later: map[int32]*needs{},
		detailed: map[string]bool{}, nodes: map[string]string{}}
	k.sourceQuality = q
	for _, in := range k.b.Header.Inputs {
		q.problems[in.Name], q.damages[in.Name] = in.Problems, damagesOf(in.Problems)
	}
	for i := range k.b.Events { // those of logs are never packed
		if e := &k.b.Events[i]; !q.detailed[e.Place.Input] && debugLine(e) {
			q.detailed[e.Place.Input] = true
		}
	}
	q.findNodes()
	for i := range k.b.Coverage {
		c := &k.b.Coverage[i]
		q.traces = q.traces || coverageKind(c) == "server"
		switch key := firstOf(c.Address, k.owner[c.Input]); {
		case key != "":
			q.own[key] = append(q.own[key], int32(i))
		case coverageKind(c) != "phone":
			q.general = append(q.general, c)
		}
	}
	return q
}

// phone notes what a phone needs, and tells how good its own sources are. Where
// several phones had an address the last one stands for it.
func (q *quality) phone(p *phone) {
	n := newView(q.k, p).needs()
	if q.first == nil {
		q.first = p
	}
	q.lacking(n)
	if q.traces {
		q.list = append(q.list, n)
	}
	for _, key := range append([]string{p.name}, p.addresses...) {
		for _, i := range q.own[key] {
			if c := &q.k.b.Coverage[i]; coverageKind(c) == "server" {
				q.later[i] = n
			} else {
				q.told[i] = q.row(c, n)
			}
		}
	}
}

// debugLine tells that a TVS or CAPF trace prints what only the level detailed
// does: records of the level debug.
func debugLine(e *evidence.Event) bool {
	if !strings.HasSuffix(e.Dialect, "-sdi") {
		return false
	}
	_, rest, ok := strings.Cut(e.Text, "|")
	return ok && strings.HasPrefix(strings.TrimSpace(rest), "debug")
}

// findNodes learns which server wrote a trace from the connections that its
// clock was measured with. A phone that spoke to several TVS servers proves
// nothing: a trace does not say which of the connections it tells of.
func (q *quality) findNodes() {
	seen, several, asked := map[string]map[string]bool{}, map[string]bool{}, map[*phone]bool{}
	for _, o := range q.k.clock.measured {
		for _, a := range o.pairs {
			for _, pair := range [2][2]*entry{{a.src, a.ref}, {a.ref, a.src}} {
				if pair[0].sourceKind() == "server" && pair[1].sourceKind() != "server" && pair[1].e().Server != "" {
					addTo(seen, pair[0].place.Input, hostOf(pair[1].e().Server))
					if p := q.k.byName[pair[1].phone]; p != nil && !several[pair[0].place.Input] {
						several[pair[0].place.Input] = q.severalTVS(p, asked)
					}
				}
			}
		}
	}
	for input, set := range seen {
		if len(set) == 1 && !several[input] {
			q.nodes[input] = one(set)
		}
	}
}

// severalTVS tells that a phone spoke to more than one TVS server.
func (q *quality) severalTVS(p *phone, known map[*phone]bool) bool {
	if several, ok := known[p]; ok {
		return several
	}
	defer q.k.open(p)()
	q.k.order(p)
	servers := map[string]bool{}
	for _, n := range p.all {
		if n.e() != nil && n.e().Server != "" && n.stage == "tvs" {
			servers[hostOf(n.e().Server)] = true
		}
	}
	known[p] = len(servers) > 1
	return known[p]
}

// node names the server on which a trace was written: as its clock pairs show,
// or as the folders of a trace bundle are named.
func (q *quality) node(c *evidence.Coverage) string {
	if coverageKind(c) != "server" {
		return ""
	}
	return firstOf(q.nodes[c.Input], q.k.addressOf(firstOf(c.Node, folderNode(c.Input))))
}

// sameNode tells whether two names may mean one server: an unknown one may be
// any, and a host name that no certificate ties to an address any address.
func sameNode(a, b string) bool {
	if a == "" || b == "" || strings.EqualFold(a, b) {
		return true
	}
	_, err1 := netip.ParseAddr(a)
	_, err2 := netip.ParseAddr(b)
	return (err1 == nil) != (err2 == nil)
}

// folderNode reads the node off the path of a trace as RTMT and DIME lay it
// out: node/[date_time/]cm/trace/...
func folderNode(input string) string {
	parts := strings.Split(strings.ReplaceAll(input, "!/", "/"), "/")
	for i := 1; i+1 < len(parts); i++ {
		if parts[i] != "cm" || parts[i+1] != "trace" {
			continue
		}
		for j := i - 1; j >= 0; j-- {
			if name := parts[j]; strings.Trim(name, "0123456789-_:T") != "" || strings.Count(name, ".") == 3 {
				return name
			}
		}
	}
	return ""
}

// addressOf gives the address of a server name when certificates tell it.
func (k *kase) addressOf(name string) string {
	full := strings.ToLower(name)
	short, _, _ := strings.Cut(full, ".")
	return firstOf(k.hosts[full], k.hosts[short], name)
}

// level is how much a trace writes.
func (q *quality) level(c *evidence.Coverage) string {
	switch {
	case c.Level == levelDetailed, q.detailed[c.Input]:
		return levelDetailed
	case c.Level == levelNotDetailed:
		return levelNotDetailed
	}
	return levelUnknown
}

// rows gives the sources of one service that tell of a phone, of a trace those
// of the node or of an unknown one.
func (q *quality) rows(p *phone, service, node string) []*evidence.Coverage {
	var out []*evidence.Coverage
	add := func(c *evidence.Coverage) {
		if c.Service == service && sameNode(q.node(c), node) {
			out = append(out, c)
		}
	}
	for _, c := range q.general {
		add(c)
	}
	for _, key := range append([]string{p.name}, p.addresses...) {
		for _, i := range q.own[key] {
			add(&q.k.b.Coverage[i])
		}
	}
	return out
}

// row tells how good one source is, of a phone's own what it shows of that one.
func (q *quality) row(c *evidence.Coverage, about *needs) Coverage {
	k := q.k
	r := Coverage{Input: c.Input, Service: c.Service, From: k.clockText(c, c.From), To: k.clockText(c, c.To), Gaps: append([]string{}, c.Gaps...), Note: c.Note,
		Bundle: bundleOf(c.Service), Quality: qualityGood, Needed: true, Holes: []Hole{}, Hides: []string{}, Node: ptr(q.node(c))}
	r.Phone = ptr(firstOf(c.Address, k.owner[c.Input]))
	if about != nil {
		r.Phone = ptr(about.p.name)
	}
	if c.Service == "capture" || c.Sent || c.Got {
		both := c.Sent && c.Got
		r.Both = &both
	}
	switch coverageKind(c) {
	case "capture":
		q.capture(&r, c, about)
	case "server":
		q.trace(&r, c)
	}
	q.sequence(&r, c, about)
	if about != nil && (c.Service == "capture" || c.Service == "console") {
		q.window(&r, c, about, about.boot, "")
		q.earlier(&r, c, about)
	}
	if c.Service == "status" {
		r.Hides = append(r.Hides, "status messages carry no date and give no reason")
		r.Needed = about == nil || len(q.rows(about.p, "console", "")) == 0
	}
	q.damage(&r, c)
	if len(r.Hides) > maxHides {
		r.Hides = append(r.Hides[:maxHides], fmt.Sprintf("and %d further limits", len(r.Hides)-maxHides))
	}
	if len(r.Hides) > 0 {
		r.Quality = qualityLimited
	}
	return r
}

// capture says what the way of taking a capture hides.
func (q *quality) capture(r *Coverage, c *evidence.Coverage, n *needs) {
	hide := func(format string, a ...any) { r.Hides = append(r.Hides, fmt.Sprintf(format, a...)) }
	r.Side = ptr("unknown")
	for _, p := range q.problems[c.Input] {
		if m := snapProblem.FindStringSubmatch(p.What); m != nil {
			snap, _ := strconv.Atoi(m[2])
			r.Snap = &snap
			hide("%s packets are cut after %d bytes: certificates, alerts and the content of files can be lost", m[1], snap)
		}
		if m := oneWayProblem.FindStringSubmatch(p.What); m != nil && c.Address != "" && (m[1] == c.Address || m[2] == c.Address) && c.Sent && c.Got {
			hide("of the packets from %s to %s none is in it: only one direction was taken", m[1], m[2])
		}
	}
	if c.Missed > 0 {
		hide("packets are missing: %d octets that their receiver acknowledged are not in it", c.Missed)
	}
	switch {
	case c.Sent && !c.Got:
		hide("only packets from the phone: whether anybody answered cannot be seen")
	case !c.Sent:
		hide("only packets to the phone: what it asked cannot be seen")
	}
	if n == nil {
		return
	}
	seen := n.seen(c.Input, q.k)
	stated := q.k.fact(n.p, "capture-side:"+c.Input)
	switch {
	case stated != nil:
		r.Side = ptr(stated.fact.Value)
	case len(seen.servers) > 1: // a server's own capture holds its own traffic only
		r.Side = ptr("phone")
	}
	if *r.Side == "server" {
		at := "one server"
		if len(seen.servers) == 1 {
			r.Node = ptr(one(seen.servers))
			at = *r.Node
		}
		hide("taken on %s: what the phone asked other servers is not in it", at)
	}
	r.Filter = seen.filter(c, q.k)
	if r.Filter != "" {
		hide("seems to be filtered (%s): other services of the phone are not in it", r.Filter)
	}
	if seen.midstream > 0 {
		hide("begins in the middle of %s: what was presented before is not in it", plural(seen.midstream, "connection"))
	}
	if seen.hiddenFiles > 0 {
		hide("files were fetched over TLS (6971, 6972): their names and content are hidden")
	}
	if seen.hiddenCerts > 0 {
		hide("%s to TVS resumed or with TLS 1.3: certificates are hidden", plural(seen.hiddenCerts, "connection"))
	}
	if seen.transfers == 0 && seen.conns > 0 && seen.hiddenFiles == 0 {
		hide("no list or configuration was asked for in it: it begins after the boot, or leaves file service out")
	}
}

// trace says what a server's trace leaves out, for all phones that need it.
func (q *quality) trace(r *Coverage, c *evidence.Coverage) {
	service := c.Service
	if service != "syslog" && bundleOf(service) != "K8" {
		r.Level = ptr(q.level(c))
	}
	if deref(r.Level) == levelNotDetailed {
		r.Hides = append(r.Hides, "its level is not detailed: questions and answers are not written")
	}
	r.Needed = false
	others := 0
	for _, n := range q.list {
		w := n.wantOf(service, deref(r.Node))
		if w == nil {
			continue
		}
		r.Needed = true
		if !w.during() {
			continue
		}
		if len(r.Hides) < 3 {
			q.window(r, c, n, w.span, n.p.name)
		} else if gap, ok := q.k.uncovered(w.span, q.rows(n.p, service, deref(r.Node))); len(gap) > 0 || !ok {
			others++
		}
	}
	if others > 0 {
		r.Hides = append(r.Hides, fmt.Sprintf("the acts of %s are not in it either", plural(others, "further phone")))
	}
}

// window says which part of a phone's acts neither this source nor its like
// covers, on the source's own clock where that differs.
func (q *quality) window(r *Coverage, c *evidence.Coverage, n *needs, b boot, whose string) {
	if !b.from.known || c.From == nil || c.To == nil {
		return
	}
	gap, ok := q.k.uncovered(b, q.rows(n.p, c.Service, deref(r.Node)))
	if !ok {
		r.Hides = append(r.Hides, fmt.Sprintf("its clock cannot be tied to that of %s: no event was seen by both", firstOf(whose, "other sources")))
		return
	}
	for _, p := range gap {
		text := fmt.Sprintf("%s was active from %s, which it does not cover", firstOf(whose, "the phone"), minutes(p))
		if own := q.k.ownMinutes(c, p); own != "" && !strings.HasSuffix(minutes(p), own) {
			text += " (" + own + " on its own clock)"
		}
		r.Hides = append(r.Hides, text)
		r.Holes = append(r.Holes, Hole{From: momentText(p.from), To: momentText(p.to), What: text})
	}
}

// earlier notes the boots before the last that no source of the kind covers:
// they tell where the phone's lists came from, and limit no verdict by
// themselves.
func (q *quality) earlier(r *Coverage, c *evidence.Coverage, n *needs) {
	for _, b := range n.boots[max(0, len(n.boots)-1-maxHides):max(0, len(n.boots)-1)] {
		gap, ok := q.k.uncovered(b, q.rows(n.p, c.Service, ""))
		for _, p := range gap {
			if ok {
				r.Holes = append(r.Holes, Hole{From: momentText(p.from), To: momentText(p.to), What: "an earlier boot of the phone, not covered"})
			}
		}
	}
}

// sequence places the holes of a console log in time: after the last decoded
// line before and before the first after it. Holes outside the last boot do not
// limit what the log says of it.
func (q *quality) sequence(r *Coverage, c *evidence.Coverage, n *needs) {
	if len(c.Gaps) == 0 {
		return
	}
	limits := 0
	for _, g := range c.Gaps {
		h := Hole{What: g}
		inside := true
		if line := holeAt(g); line > 0 && n != nil {
			from, to := n.p.around(c.Input, line)
			h.From, h.To = momentText(from), momentText(to)
			if d, ok := n.boot.from.sub(to); ok && d > joinWindow && len(n.boots) > 0 {
				inside = false
			}
			if d, ok := from.sub(n.boot.to); ok && d > joinWindow && len(n.boots) > 0 {
				inside = false
			}
		}
		if inside {
			limits++
		}
		r.Holes = append(r.Holes, h)
	}
	if limits > 0 {
		r.Hides = append(r.Hides, fmt.Sprintf("an excerpt: %s in its sequence numbers, so what it does not say proves nothing", plural(limits, "hole")))
	}
}

// damage repeats what could not be read of the input.
func (q *quality) damage(r *Coverage, c *evidence.Coverage) {
	r.Hides = append(r.Hides, q.damages[c.Input]...)
}

// damagesOf says what could not be read of an input, without what is told of it
// otherwise.
func damagesOf(problems []evidence.Problem) (out []string) {
	n := 0
	for _, p := range problems {
		if snapProblem.MatchString(p.What) || oneWayProblem.MatchString(p.What) || strings.Contains(p.What, "with one direction only") {
			continue
		}
		if n++; n <= 2 {
			out = append(out, strings.TrimPrefix(strings.TrimSpace(p.Where)+": "+p.What, ": "))
		}
	}
	if n > 2 {
		out = append(out, fmt.Sprintf("and %s", plural(n-2, "further problem")))
	}
	return out
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

package correlate

import (
	"cmp"
	"slices"

	"trustline/correlate/evidence"
)

// kase is the whole evidence of a case, indexed for judging.
type kase struct {
	b         *evidence.Bundle
	opt       Options
	lists     []*listObj        // all but the signed files and configurations of a large capture
	files     []*listObj        // those that stand in a file or listing, not only in packets
	hosts     map[string]string // server name -> address, as certificates show
	offers    []*offer
	listBy    map[string]*listObj
	certBy    map[string]*evidence.Certificate
	phones    []*phone
	byName    map[string]*phone
	strays    []*entry            // evidence that fits no phone
	downloads map[string][]*entry // by device: its files fetched by somebody else
	general   []*entry            // evidence about the cluster: listings, alarms, files of unknown origin
	clock     *clockModel
	kinds     map[string][]string // input -> phone, server, capture
	owner     map[string]string   // input -> the one phone it tells of
	series    map[string]string   // part of a rotated capture -> its first part
	facts     []*entry
	served    []*servedHash       // lists that somebody fetched from a server and took the hash of
	catalogue []*Rule             // the findings: what a rule asks of its own list
	named     map[string][]*entry // general evidence by event name, made once
	covers    map[string][]int    // coverage rows by address or owner, made once
	hinted    map[source]string   // what the name of an input told of the date of its log
	listEntry map[string]*entry   // entries of lists in files, made once per phone

	life  map[source]*lifetime // of every clock, its first and last stamp
	told  telling              // while phones are found
	shows []show               // servers and the certificates they showed, each pair once

	users  map[string][]user  // address -> phones that it stands for in captures
	takers map[string]*taker  // model -> a phone that took a file signed with SHA-512
	latest map[string]instant // kind of witness -> the last moment of any phone

	sourceQuality *quality // how good the sources are; set before phones are judged
}

// phone is one device with its evidence.
type phone struct {
	name      string
	addresses []string
	model     string
	cluster   bool     // stands for the servers: evidence that is about no phone
	all       []*entry // in order of corrected time
	transfers []*entry
	conns     []*entry
	attempts  []*attempt
	states    []heldState
	stated    []*entry // what the operator stated of it or of all
	before    int      // identifiers before its first one
	folded    *folded  // what is kept of it while nobody asks; nil when it is not folded
}

// newCase reads the evidence of a case and all of its phones.
func newCase(b *evidence.Bundle, opt Options) *kase {
	k := readCase(b, opt)
	k.survey(func(*phone) {})
	return k
}

// readCase finds the phones of a case and the scale of its clocks.
func readCase(b *evidence.Bundle, opt Options) *kase {
	k := &kase{
		b: b, opt: opt, catalogue: rules,
		listBy: map[string]*listObj{}, downloads: map[string][]*entry{}, certBy: map[string]*evidence.Certificate{},
		byName: map[string]*phone{}, kinds: map[string][]string{}, owner: map[string]string{}, series: map[string]string{},
		hosts: map[string]string{}, life: map[source]*lifetime{}, users: map[string][]user{}, takers: map[string]*taker{}, latest: map[string]instant{},
	}
	for i := range b.Header.Inputs {
		if in := &b.Header.Inputs[i]; in.Series != nil {
			k.series[in.Name] = in.Series.Name
		}
	}
	for i := range b.Objects {
		o := &b.Objects[i]
		switch {
		case o.Certificate != nil:
			k.certBy[o.ID] = o.Certificate
		case o.Packed() && !slices.ContainsFunc(o.Places, func(p evidence.Place) bool { return p.Frame == 0 }):
			// a phone's own file, read when it is asked for
		default:
			if l := asList(o.Whole()); l != nil {
				k.lists = append(k.lists, l)
				k.listBy[o.ID] = l
			}
		}
	}
	for _, l := range k.lists {
		if slices.ContainsFunc(l.places, func(p evidence.Place) bool { return p.Frame == 0 }) && l.l.Type != "config" {
			k.files = append(k.files, l)
		}
	}
	entries := k.observations()
	k.factEntries()
	k.pastedFacts(entries)
	k.findServed(entries)
	k.assign(entries)
	k.told = telling{}
	k.findCovers()
	k.solve(opt.Clock)
	for _, n := range slices.Concat(k.strays, k.general) {
		k.date(n)
	}
	slices.SortFunc(k.strays, compareEntries)
	slices.SortFunc(k.general, compareEntries)
	return k
}

// date gives an entry its place on the common scale.
func (k *kase) date(n *entry) { n.at = k.at(n.place.Input, n.sourceKind(), n.e().Clock) }

// telling is what events tell of the phone that they are about.
type telling struct {
	name  []string // by the number of the event
	model map[*entry]string
}

// observations makes an entry of every event and reads off it, while it is
// unpacked, what has to be known of all before any can be understood.
func (k *kase) observations() []*entry {
	out := make([]*entry, 0, k.b.Count())
	k.told = telling{make([]string, k.b.Count()), map[*entry]string{}}
	pairs := map[show]int32{}
	for i, e := range k.b.All() {
		n := new(entry)
		*n = k.observation(i, e)
		k.told.name[i] = k.nameIn(e)
		if model := k.modelIn(e); model != "" {
			k.told.model[n] = model
		}
		if t := e.TLS; t != nil && len(t.ServerCertificates) > 0 {
			s := show{t.ServerCertificates[0], hostOf(t.Server)}
			if pairs[s] == 0 {
				k.shows = append(k.shows, s)
				pairs[s] = int32(len(k.shows))
			}
			n.shown = pairs[s]
		}
		k.ticks(n)
		if n.in != nil {
			n.seen = nil
		}
		out = append(out, n)
	}
	return out
}

// order dates and sorts a phone's evidence.
func (k *kase) order(p *phone) {
	k.stateOf(p)
	for _, n := range p.all {
		k.date(n)
	}
	slices.SortFunc(p.all, compareEntries)
	p.all = within(p.all, k.opt)
	k.follow(p)
}

// follow builds what is read off the order of a phone's evidence.
func (k *kase) follow(p *phone) {
	for _, n := range p.all {
		k.describe(n)
	}
	p.part()
	k.findAttempts(p)
	k.walkStates(p)
}

// part tells a phone's transfers and connections from the rest.
func (p *phone) part() {
	p.transfers, p.conns = nil, nil
	for _, n := range p.all {
		if n.has(holdsTransfer) {
			p.transfers = append(p.transfers, n)
		}
		if n.has(holdsTLS) {
			p.conns = append(p.conns, n)
		}
	}
}

// within keeps what lies between --since and --until; evidence without a date
// cannot be excluded by one.
func within(list []*entry, o Options) []*entry {
	if o.Since == nil && o.Until == nil {
		return list
	}
	return slices.DeleteFunc(list, func(n *entry) bool {
		if !n.at.known || !n.at.abs {
			return false
		}
		return o.Since != nil && n.at.ns < o.Since.UnixNano() || o.Until != nil && n.at.ns > o.Until.UnixNano()
	})
}

func (k *kase) factEntries() {
	for i := range k.b.Facts {
		f := &k.b.Facts[i]
		n := &entry{fact: f, place: f.Place, name: "operator_fact", described: &described{stage: "transport", actor: "operator", outcome: "info"}}
		n.summary = "stated: " + f.Key + "=" + f.Value
		if f.Phone != "" {
			n.summary = "stated for " + f.Phone + ": " + f.Key + "=" + f.Value
		}
		k.facts = append(k.facts, n)
	}
}

// stateOf gives a phone entries of its own for the statements about it: each
// stands in its timeline under an identifier of its own.
func (k *kase) stateOf(p *phone) {
	if p.stated != nil {
		return
	}
	for _, f := range k.facts {
		if f.fact.Phone == "" || deviceName(f.fact.Phone) == p.name {
			own := *f
			p.stated = append(p.stated, &own)
		}
	}
}

// citeFacts lets what is said of the cluster cite the statements as the first
// phone has them.
func (k *kase) citeFacts(p *phone) {
	for _, f := range k.facts {
		for _, own := range p.stated {
			if f.id == "" && own.fact == f.fact {
				f.id = own.id
			}
		}
	}
}

// fact gives the statement under a key: the phone's own before the general.
func (k *kase) fact(p *phone, key string) *entry {
	var general *entry
	list := k.facts
	if p != nil && p.stated != nil {
		list = p.stated
	}
	for _, n := range list {
		if n.fact.Key != key {
			continue
		}
		if n.fact.Phone == "" {
			general = n
		} else if p != nil && deviceName(n.fact.Phone) == p.name {
			return n
		}
	}
	return general
}

// originOf gives the stated origin of an input: phone, server or "".
func (k *kase) originOf(input string) (string, *entry) {
	n := k.fact(nil, "origin:"+input)
	if n == nil {
		return "", nil
	}
	return n.fact.Value, n
}

// list gives a list, signed file or configuration by its id, nil for one that is
// not in evidence.
func (k *kase) list(id string) *listObj {
	if l := k.listBy[id]; l != nil || id == "" {
		return l
	}
	for _, object := range []string{"signed-file", "config"} {
		i, ok := slices.BinarySearchFunc(k.b.Objects, id, func(o evidence.Object, id string) int {
			return cmp.Or(cmp.Compare(o.Object, object), cmp.Compare(o.ID, id))
		})
		if ok && k.b.Objects[i].Packed() {
			return asList(k.b.Objects[i].Whole())
		}
	}
	return nil
}

func (k *kase) cert(id string) *evidence.Certificate { return k.certBy[id] }

// comparePhones orders phones by name.
func comparePhones(a, b *phone) int { return cmp.Compare(a.name, b.name) }

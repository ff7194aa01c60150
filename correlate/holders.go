package correlate

import (
	"fmt"
	"slices"
	"strings"
)

// holders knows which device stood behind an address, and when. An address
// changes hands (DHCP), stands for several phones at once (NAT), and files are
// also fetched by people.
type holders struct {
	k     *kase
	names map[string]map[string]bool // address -> names
	runs  map[clockAddress][]run     // what one clock saw of an address that had several names
	acts  map[string]map[string]bool // name -> addresses that did what only the device itself does
}

type clockAddress struct{ clock, address string }

// run is a row of named events of one device at one address, in order of time.
type run struct {
	name     string
	from, to int64 // nanoseconds of the source's clock
	leased   bool  // the device was seen to be given the address
}

// afterwards is for how long a contact without a name still belongs to the
// device that showed its name at the address last, when several did and no lease
// is seen: the length of a boot.
const afterwards = 120 * second

func (k *kase) newHolders(entries []*entry, names []string) *holders {
	h := &holders{k: k, names: map[string]map[string]bool{}, runs: map[clockAddress][]run{}, acts: map[string]map[string]bool{}}
	h.findActs(entries, names)
	for _, n := range entries {
		if name := names[n.index]; name != "" && n.address != "" && !h.bystander(n, name) {
			addTo(h.names, n.address, name)
		}
	}
	stamped := map[clockAddress][]*entry{}
	for _, n := range entries {
		name, a := names[n.index], n.address
		if name == "" || len(h.names[a]) < 2 || !h.names[a][name] || !n.has(holdsClock) {
			continue
		}
		key := clockAddress{k.clockOf(n.place.Input), a}
		stamped[key] = append(stamped[key], n)
	}
	for key, list := range stamped {
		slices.SortStableFunc(list, func(a, b *entry) int { return int(min(max(ns(a.e().Clock)-ns(b.e().Clock), -1), 1)) })
		var runs []run
		for _, n := range list {
			at := ns(n.e().Clock)
			lease := n.is("dhcp_ack")
			if i := len(runs) - 1; i >= 0 && runs[i].name == names[n.index] {
				runs[i].to, runs[i].leased = at, runs[i].leased || lease
				continue
			}
			runs = append(runs, run{names[n.index], at, at, lease})
		}
		h.runs[key] = runs
	}
	return h
}

// findActs notes the addresses from which a device did what nobody does for
// it: fetch its configuration in the row of a boot, ask TVS, talk to CAPF,
// register, or take a lease under its own name.
func (h *holders) findActs(entries []*entry, names []string) {
	lists := map[[2]string]map[string]bool{}
	spoke := map[string]bool{}
	for _, n := range entries {
		if n.address != "" && n.has(holdsService) {
			spoke[n.address] = true
		}
	}
	for _, n := range entries {
		name, a := names[n.index], n.address
		if name == "" || a == "" {
			continue
		}
		if !n.has(holdsTransfer) || spoke[a] {
			addTo(h.acts, name, a)
			continue
		}
		key := [2]string{name, a}
		if lists[key] == nil {
			lists[key] = map[string]bool{}
		}
		lists[key][n.asksFor()] = true
		if len(lists[key]) > 1 {
			addTo(h.acts, name, a)
		}
	}
}

// bystander tells that a transfer of a device's file was asked for by somebody
// else: the device itself acts at another address, and this one fetched one
// kind of file and did nothing more.
func (h *holders) bystander(n *entry, name string) bool {
	return n.has(holdsTransfer) && n.address != "" && len(h.acts[name]) > 0 && !h.acts[name][n.address]
}

// at gives the device behind the address of an event that names none, or "" and
// why it cannot be told.
func (h *holders) at(n *entry) (name, why string) {
	set := h.names[n.address]
	switch len(set) {
	case 0:
		return "", ""
	case 1:
		return one(set), ""
	}
	all := make([]string, 0, len(set))
	for s := range set {
		all = append(all, s)
	}
	slices.Sort(all)
	runs := h.runs[clockAddress{h.k.clockOf(n.place.Input), n.address}]
	if n.e().Clock == nil || len(runs) == 0 {
		return "", fmt.Sprintf("%s was the address of %s", n.address, strings.Join(all, " and of "))
	}
	if len(runs) > len(set) {
		return "", fmt.Sprintf("%s stands for %s at the same time (NAT, or a proxy)", n.address, strings.Join(all, " and "))
	}
	held := runs[0]
	for _, r := range runs { // the one that held it last; a phone shows its name early in a boot
		if r.from <= ns(n.e().Clock) {
			held = r
		}
	}
	if !held.leased && ns(n.e().Clock) > held.to+afterwards {
		return "", fmt.Sprintf("%s was the address of %s, and no lease tells whose it is now", n.address, strings.Join(all, " and of "))
	}
	return held.name, ""
}

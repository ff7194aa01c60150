package correlate

import (
	"regexp"
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

// sepName finds a hardware phone's name inside a certificate subject
// (CN=CP-8861-SEPB000B4BA0AEE) or a URL.
var sepName = regexp.MustCompile(`(?i)SEP[0-9A-F]{12}`)

// modelName finds the model in the same subject.
var modelName = regexp.MustCompile(`CP-([0-9A-Za-z-]+?)-SEP[0-9A-Fa-f]{12}`)

// assign gives every event to the phone it is about. A device name decides;
// without one the address decides, through whatever named the address. An
// input that names exactly one phone is that phone's as a whole, and a case
// that knows only one phone gives it the phone logs that name nobody.
func (k *kase) assign(entries []*entry) {
	names := k.told.name
	perInput := map[string]map[string]bool{}
	lone := soleAddress(entries)
	known := map[string]bool{}
	for _, n := range entries {
		if n.address == "" && n.sourceKind() == "server" {
			n.address = lone[n.place.Input]
			n.e().Address = n.address
		}
		name := names[n.index]
		if name == "" {
			continue
		}
		known[name] = true
		if n.sourceKind() == "phone" {
			addTo(perInput, n.place.Input, name)
		}
	}
	for input, set := range perInput {
		if len(set) == 1 {
			k.owner[input] = one(set)
		}
	}
	h := k.newHolders(entries, names)
	k.onlyPair(entries, names, h.names, known)
	for _, n := range entries {
		name := names[n.index]
		if name != "" && h.bystander(n, name) {
			n.note = "asked for by " + n.address + ", which is not the phone: somebody's own download"
			k.downloads[name] = append(k.downloads[name], n)
			k.give(n, "")
			continue
		}
		if name == "" && n.sourceKind() == "pasted" {
			k.give(n, k.pastedName(n, h, known))
			continue
		}
		if name == "" {
			name = k.owner[n.place.Input]
		}
		if name == "" && n.address != "" {
			name, n.note = h.at(n)
		}
		if name == "" && n.sourceKind() == "phone" && len(known) == 1 {
			name = one(known)
			k.owner[n.place.Input] = name
		}
		if name == "" && n.address != "" && len(h.names[n.address]) == 0 && n.has(holdsDevice) {
			name = n.address
		}
		k.give(n, name)
	}
	k.nameless()
	slices.SortFunc(k.phones, comparePhones)
}

// soleAddress gives, for a trace that speaks of one phone's address only, that
// address: excerpts leave out the lines that bind a connection to it.
func soleAddress(entries []*entry) map[string]string {
	seen := map[string]map[string]bool{}
	for _, n := range entries {
		if n.address != "" && n.sourceKind() == "server" {
			addTo(seen, n.place.Input, n.address)
		}
	}
	out := map[string]string{}
	for input, set := range seen {
		if len(set) == 1 {
			out[input] = one(set)
		}
	}
	return out
}

// onlyPair joins a name without an address and an address without a name when
// the case holds exactly one of each: a console log that names the phone beside
// a capture or trace that knows only where it sits.
func (k *kase) onlyPair(entries []*entry, names []string, byAddress map[string]map[string]bool, known map[string]bool) {
	placed := map[string]bool{}
	for _, set := range byAddress {
		for name := range set {
			placed[name] = true
		}
	}
	homeless := map[string]bool{}
	for name := range known {
		if !placed[name] {
			homeless[name] = true
		}
	}
	nameless := map[string]bool{}
	for _, n := range entries {
		if a := n.address; a != "" && names[n.index] == "" && len(byAddress[a]) == 0 && n.has(holdsDevice) {
			nameless[a] = true
		}
	}
	if len(homeless) == 1 && len(nameless) == 1 {
		addTo(byAddress, one(nameless), one(homeless))
	}
}

// nameIn reads the device name off an event: what the source told, the file
// asked for, the phone's own certificate.
func (k *kase) nameIn(e *evidence.Event) string {
	if e.Phone != "" {
		return deviceName(e.Phone)
	}
	if e.Transfer != nil {
		if d := fileDevice(e.Transfer.File); d != "" {
			return d
		}
	}
	if e.TLS != nil {
		for _, id := range e.TLS.ClientCertificates {
			if c := k.cert(id); c != nil {
				if m := sepName.FindString(c.Subject); m != "" {
					return deviceName(m)
				}
			}
		}
	}
	return ""
}

// deviceEvidence tells that an event is the act of a phone even though nothing
// names it: it asked for a list, or spoke to TVS or CAPF.
func deviceEvidence(e *evidence.Event) bool {
	switch {
	case e.Transfer != nil:
		k := fileKind(e.Transfer.File)
		return k == "ctl" || k == "itl" || k == "config"
	case e.TLS != nil:
		return e.TLS.Service == "tvs" || e.TLS.Service == "capf"
	}
	return strings.HasPrefix(e.Event, "tvs_") || strings.HasPrefix(e.Dialect, "phone-")
}

func (k *kase) give(n *entry, name string) {
	if name == "" {
		if n.aside() {
			return // the DHCP lease or DNS question of some other host
		}
		if n.address == "" && !n.ofPhone() && (n.sourceKind() == "server" || n.sourceKind() == "pasted") {
			k.general = append(k.general, n)
		} else {
			k.strays = append(k.strays, n)
		}
		k.describe(n)
		if n.note != "" {
			n.summary += " (" + n.note + ")"
		}
		return
	}
	p := k.byName[name]
	if p == nil {
		p = &phone{name: name}
		k.byName[name] = p
		k.phones = append(k.phones, p)
	}
	n.phone = p.name
	p.all = append(p.all, n)
	if n.shown > 0 {
		k.learnHost(k.shows[n.shown-1])
	}
	if i := slices.Index(p.addresses, n.address); i >= 0 {
		n.address = p.addresses[i] // one copy for all
	} else if n.address != "" {
		p.addresses = append(p.addresses, n.address)
		slices.Sort(p.addresses)
	}
	if p.model == "" {
		p.model = k.told.model[n]
	}
}

func (k *kase) modelIn(e *evidence.Event) string {
	if e.TLS != nil {
		for _, id := range e.TLS.ClientCertificates {
			if c := k.cert(id); c != nil {
				if m := modelName.FindStringSubmatch(c.Subject); m != nil {
					return m[1]
				}
			}
		}
	}
	if m := e.Detail["model"]; m != "" {
		return strings.TrimPrefix(m, "CP-")
	}
	for _, key := range []string{"subject", "client", "device"} {
		if m := modelName.FindStringSubmatch(e.Detail[key]); m != nil {
			return m[1]
		}
	}
	return ""
}

// nameless hands phone logs that name nobody to the only phone of the case
// that the capture found, or makes one phone of each such log.
func (k *kase) nameless() {
	rest := k.strays
	k.strays = nil
	for _, n := range rest {
		switch {
		case n.sourceKind() == "phone" && len(k.phones) == 1 && !k.phones[0].fromLog():
			k.owner[n.place.Input] = k.phones[0].name
			k.give(n, k.phones[0].name)
		case n.sourceKind() == "pasted" && n.address == "" && !n.is("packet_row") && len(k.phones) == 1:
			k.give(n, k.phones[0].name)
		case n.sourceKind() == "phone":
			k.owner[n.place.Input] = "phone of " + n.place.Input
			k.give(n, k.owner[n.place.Input])
		default:
			k.strays = append(k.strays, n)
		}
	}
}

func (p *phone) fromLog() bool { return strings.HasPrefix(p.name, "phone of ") }

func addTo(m map[string]map[string]bool, key, value string) {
	if m[key] == nil {
		m[key] = map[string]bool{}
	}
	m[key][value] = true
}

func one(set map[string]bool) string {
	for v := range set {
		return v
	}
	return ""
}

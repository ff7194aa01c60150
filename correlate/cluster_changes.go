package correlate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"trustline/correlate/evidence"
)

// presentation is one handshake in which a server showed its certificate.
type presentation struct {
	n       sight
	cert    *evidence.Certificate
	server  string // and what it is in evidence as
	id      string
	service string
}

// showed notes the handshakes that show a server's certificate. A resumed session
// and TLS 1.3 show none.
func (s *seen) showed(n *entry) {
	if !n.has(holdsTLS) || len(n.e().TLS.ServerCertificates) == 0 {
		return
	}
	if t := n.e().TLS; s.k.cert(t.ServerCertificates[0]) != nil {
		s.presented = append(s.presented, presentation{s.k.sighted(n), s.k.cert(t.ServerCertificates[0]), t.Server, t.ServerCertificates[0], t.Service})
		addTo(s.roles, t.ServerCertificates[0], portRole(t))
	}
}

// presentations lists them by address and port, in order of time.
func (s *seen) presentations() []presentation {
	slices.SortStableFunc(s.presented, func(a, b presentation) int {
		return cmp.Or(strings.Compare(a.server, b.server), compareSights(&a.n, &b.n))
	})
	return s.presented
}

func (k *kase) reportPresented(list []presentation) []Presented {
	type key struct{ address, id string }
	at := map[key]int{}
	out := []Presented{}
	last := map[key]string{}
	for _, p := range list {
		id := key{p.server, p.id}
		i, ok := at[id]
		if !ok {
			i = len(out)
			at[id] = i
			out = append(out, Presented{Address: p.server, Service: p.service, Subject: p.cert.Subject, Serial: p.cert.Serial, SHA1: ptr(p.cert.SHA1), First: p.n.when(), Evidence: idList(p.n.id)})
		}
		if w := p.n.when(); w != nil {
			out[i].Last = w
		}
		out[i].Connections++
		last[id] = p.n.id
	}
	for id, i := range at {
		for _, e := range idList(last[id]) {
			if !slices.Contains(out[i].Evidence, e) {
				out[i].Evidence = append(out[i].Evidence, e)
			}
		}
	}
	return out
}

// signing is one signed list or file with its signer: as a server sent it, or as
// it lies among the inputs.
type signing struct {
	kind, origin   string
	server, source string
	n              sight // the transfer, or the list's own entry
	phone          string
	list           string // its id
	signer         evidence.Signer
	file           string
}

// signed notes what was signed by whom. A list that is stated to come from a
// phone is no server's.
func (s *seen) signed(n *entry) {
	k := s.k
	switch {
	case n.obj != nil:
		if origin, _ := k.originOf(n.place.Input); origin == "phone" || n.obj.l.Signer.Serial == "" {
			return
		}
		g := signing{kind: n.obj.l.Type, origin: "file", source: n.place.Input, n: k.sighted(n), phone: n.phone, list: n.obj.id, signer: n.obj.l.Signer, file: n.obj.l.File}
		if n.obj.l.Origin == "listing" {
			g.origin = "listing"
		}
		if g.kind != "itl" && g.kind != "ctl" {
			g.kind = fileKind(g.file)
		}
		s.signings = append(s.signings, g)
	case n.has(holdsTransfer):
		t := n.e().Transfer
		if l := k.list(t.Object); l != nil && l.l.Signer.Serial != "" && t.Op != "write" {
			s.signings = append(s.signings, signing{kind: fileKind(t.File), origin: "transfer", server: hostOf(t.Server), n: k.sighted(n), phone: n.phone, list: l.id, signer: l.l.Signer, file: t.File})
		}
	}
}

// signers lists them by server and kind, in order of time.
func (s *seen) signers() []signing {
	slices.SortStableFunc(s.signings, func(a, b signing) int {
		return cmp.Or(strings.Compare(a.origin, b.origin), strings.Compare(a.server, b.server), strings.Compare(a.source, b.source), cmp.Compare(kindRank(a.kind), kindRank(b.kind)), compareSights(&a.n, &b.n), strings.Compare(a.list, b.list))
	})
	return slices.CompactFunc(s.signings, func(a, b signing) bool { // a file stands with every phone
		return a.origin != "transfer" && a.source == b.source && a.list == b.list && a.n.place == b.n.place
	})
}

func kindRank(kind string) int { return slices.Index([]string{"ctl", "itl", "config", "other"}, kind) }

func (k *kase) reportSigners(list []signing) []ServedSigner {
	type key struct{ kind, origin, server, source, serial, name string }
	type sums struct {
		row           int
		files, phones map[string]bool
		last          string
	}
	at := map[key]*sums{}
	out := []ServedSigner{}
	for _, s := range list {
		signer := s.signer
		id := key{s.kind, s.origin, s.server, s.source, normSerial(signer.Serial), normDN(signer.Name)}
		sum := at[id]
		if sum == nil {
			sum = &sums{row: len(out), files: map[string]bool{}, phones: map[string]bool{}}
			at[id] = sum
			out = append(out, ServedSigner{Kind: s.kind, Origin: s.origin, Server: ptr(s.server), Source: ptr(s.source), File: s.file, Signer: Signer(signer), First: s.n.when(), Evidence: idList(s.n.id)})
		}
		r := &out[sum.row]
		if w := s.n.when(); w != nil {
			r.Last = w
		}
		if s.origin == "transfer" && s.phone != "" {
			sum.phones[s.phone] = true
		}
		sum.files[strings.ToLower(s.file)] = true
		r.Files, r.Phones = len(sum.files), len(sum.phones)
		sum.last = s.n.id
	}
	for _, sum := range at {
		r := &out[sum.row]
		for _, e := range idList(sum.last) {
			if !slices.Contains(r.Evidence, e) {
				r.Evidence = append(r.Evidence, e)
			}
		}
	}
	return out
}

// reportChanges tells what became different, by alarms, by the dates of
// certificates, by what the wire shows, and by statements.
func (k *kase) reportChanges(s *seen, known *identities, presented []presentation, signed []signing) []Change {
	out := slices.Concat(alarmChanges(s.alarms), certificateChanges(known), k.presentedChanges(presented), k.signerChanges(signed), k.statedChanges())
	rank := func(c Change) string {
		if c.Time == nil {
			return "~" // behind every date
		}
		return *c.Time
	}
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(strings.Compare(rank(a), rank(b)), strings.Compare(a.TimeText, b.TimeText), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Text, b.Text))
	})
	if out == nil {
		out = []Change{}
	}
	return out
}

// alarmChanges are the alarms of CUCM that tell of a new certificate or list, or
// of another mode. One that several sources tell in the same second is one.
func alarmChanges(alarms []*entry) []Change {
	type key struct{ alarm, node, time string }
	at := map[key]int{}
	var out []Change
	for _, n := range alarms {
		alarm := n.detail("alarm")
		if !strings.Contains(strings.ToLower(alarm), "regen") && !strings.Contains(alarm, "RollBackToPre8.0") && !strings.Contains(alarm, "SecurityModeModified") {
			continue
		}
		node := firstOf(n.detail("node_id"), n.detail("host"), hostOf(n.e().Server))
		c := Change{Kind: "alarm", Time: n.when(), Server: ptr(node), Text: alarm + prefixed(": ", n.detail("text")), Evidence: ids([]*entry{n})}
		if n.e().Clock != nil {
			c.TimeText = n.e().Clock.Text
		}
		id := key{alarm, node, c.TimeText}
		if c.Time != nil {
			id.time = (*c.Time)[:19]
		}
		if i, ok := at[id]; ok && id.time != "" {
			out[i].Evidence = append(out[i].Evidence, c.Evidence...)
			continue
		}
		at[id] = len(out)
		out = append(out, c)
	}
	return out
}

// certificateChanges date a regeneration by the notBefore of the new certificate.
func certificateChanges(known *identities) []Change {
	var out []Change
	for _, r := range known.replacements() {
		name := firstOf(commonName(r.new.subject), r.new.subject)
		out = append(out, Change{Kind: "certificate", Time: ptr(r.new.notBefore.UTC().Format("2006-01-02T15:04:05Z")), TimeText: "notBefore", Server: ptr(name), Serial: r.new.serial, Replaces: r.old.serial, Evidence: []string{},
			Text: fmt.Sprintf("a new %s certificate, serial %s, in place of %s%s", r.role, r.new.serial, r.old.serial, madeOn(r.old))})
	}
	return out
}

func madeOn(i *identity) string {
	if !i.dated {
		return ""
	}
	return ", which was made on " + i.notBefore.UTC().Format(time.DateOnly)
}

// presentedChanges tell since when another certificate is seen at a port, once
// for each pair: two nodes behind one address take turns.
func (k *kase) presentedChanges(list []presentation) []Change {
	var out []Change
	seen := map[[3]string]bool{}
	for i := 1; i < len(list); i++ {
		a, b := list[i-1], list[i]
		at, from, to := b.server, a.id, b.id
		if a.server != at || from == to || seen[[3]string{at, from, to}] {
			continue
		}
		seen[[3]string{at, from, to}] = true
		out = append(out, Change{Kind: "presented", Time: b.n.when(), TimeText: k.entryOf(b.n).text(), Server: ptr(at), Serial: normBytes(b.cert.Serial), Replaces: normBytes(a.cert.Serial), Evidence: idList(a.n.id, b.n.id),
			Text: fmt.Sprintf("presents the certificate of %s with serial %s; before that %s with serial %s", nameOf(b.cert.Subject), normBytes(b.cert.Serial), nameOf(a.cert.Subject), normBytes(a.cert.Serial))})
	}
	return out
}

// signerChanges tell since when a server's files of a kind bear another signer.
func (k *kase) signerChanges(list []signing) []Change {
	var out []Change
	seen := map[[4]string]bool{}
	for i := 1; i < len(list); i++ {
		a, b := list[i-1], list[i]
		from, to := a.signer, b.signer
		id := [4]string{b.server, b.kind, normSerial(from.Serial), normSerial(to.Serial)}
		if a.origin != "transfer" || b.origin != "transfer" || a.server != b.server || a.kind != b.kind || sameSerial(from.Serial, to.Serial) || seen[id] {
			continue
		}
		seen[id] = true
		out = append(out, Change{Kind: "signer", Time: b.n.when(), TimeText: k.entryOf(b.n).text(), Server: ptr(b.server), Serial: normBytes(to.Serial), Replaces: normBytes(from.Serial), Evidence: idList(a.n.id, b.n.id),
			Text: fmt.Sprintf("serves %s signed by %s with serial %s; before that by %s with serial %s", kindText(b.kind), nameOf(to.Name), normBytes(to.Serial), nameOf(from.Name), normBytes(from.Serial))})
	}
	return out
}

func kindText(kind string) string {
	switch kind {
	case "ctl":
		return "a CTL"
	case "itl":
		return "an ITL"
	case "config":
		return "a configuration"
	}
	return "a file"
}

// statedChanges are the dates that an operator gave.
func (k *kase) statedChanges() []Change {
	var out []Change
	words := map[string]string{"rebuilt": "the cluster was rebuilt", "renamed": "a server was renamed", "reset": "the phones were reset"}
	for _, n := range k.facts {
		if text := words[n.fact.Key]; text != "" {
			c := Change{Kind: "stated", TimeText: n.fact.Value, Text: "stated: " + text, Evidence: ids([]*entry{n})}
			if t, ok := evidence.Date(n.fact.Value); ok {
				c.Time = ptr(t.UTC().Format("2006-01-02T15:04:05Z"))
			}
			out = append(out, c)
		}
	}
	return out
}

func nameOf(dn string) string { return firstOf(commonName(dn), dn) }

// text is the time as the source printed it.
func (n *entry) text() string {
	if n.e() == nil || n.e().Clock == nil {
		return ""
	}
	return n.e().Clock.Text
}

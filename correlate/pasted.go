package correlate

import (
	"fmt"
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

// What engineers paste into tickets is a witness of its own kind: somebody chose
// it, cut it and perhaps typed it. It shows what it shows; that it does not show
// something means nothing, so it covers no moment and proves no absence.
var pastedDialects = map[string]bool{"shell": true, "tftp-client": true, "cucm-cli": true, "phone-menu": true, "wireshark-rows": true, "xstatus": true, "expressway": true}

func pastedDialect(d string) bool { return pastedDialects[d] }

// ofPhone tells that a pasted piece is what one phone shows or does, and not
// what somebody did or asked a server.
func (n *entry) ofPhone() bool { return n.is("menu_hash", "packet_row", "phone_state") }

// pastedName finds the phone that a pasted piece is about: the one it names, if
// need be with a digit lost, the owner of the log it stands in, the one at the
// address, or the only one of the case.
func (k *kase) pastedName(n *entry, h *holders, known map[string]bool) string {
	if d := n.detail("device"); d != "" {
		if near := nearDevice(d, known); near != "" {
			n.e().Detail["near_miss_of"] = near
			return near
		}
	}
	if !n.ofPhone() {
		return ""
	}
	if name := k.owner[n.place.Input]; name != "" {
		return name
	}
	if n.e().Address != "" {
		name, why := h.at(n)
		n.note = why
		return name
	}
	if len(known) == 1 && !n.is("packet_row") {
		return one(known)
	}
	return ""
}

// nearDevice finds the one device of which a name is a misspelling: a digit lost,
// added, replaced by something that is none, or exchanged with its neighbour.
// Two names that are both valid are two phones.
func nearDevice(name string, known map[string]bool) string {
	found := ""
	if macOf(deviceName(name)) != "" {
		return ""
	}
	for d := range known {
		if macOf(d) == "" || !oneSlip(strings.ToUpper(name), d) {
			continue
		}
		if found != "" {
			return ""
		}
		found = d
	}
	return found
}

// oneSlip tells that one edit makes b of a.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 0:
		return i < len(a) && (a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:])
	case 1:
		return a[i:] == b[i+1:]
	}
	return false
}

// pastedAttempts reads file requests off pasted rows of a packet list. They
// count only for a kind of file that neither a capture nor the console tells of:
// mostly they are taken from that same capture.
func (k *kase) pastedAttempts(p *phone) {
	better := map[string]bool{}
	for _, a := range p.attempts {
		better[a.kind] = true
	}
	var rows []*entry
	for _, n := range p.all {
		if n.is("packet_row") {
			rows = append(rows, n)
		}
	}
	// Rows stand as they were copied; only some show a time of day.
	slices.SortStableFunc(rows, func(a, b *entry) int {
		if a.place.Input != b.place.Input {
			return strings.Compare(a.place.Input, b.place.Input)
		}
		return a.place.Line - b.place.Line
	})
	open := map[[2]string]*attempt{}
	for _, n := range rows {
		pair := [2]string{n.e().Address, hostOf(n.e().Server)}
		switch n.detail("op") {
		case "read_request", "get":
			file := n.askedFile()
			kind := fileKind(file)
			if kind == "other" || better[kind] {
				delete(open, pair)
				continue
			}
			if a := open[pair]; a != nil && sameFile(a.file, file) && !a.missing && !a.complete {
				a.lines = append(a.lines, n)
				continue
			}
			a := &attempt{kind: kind, file: file, lines: []*entry{n}, start: n.at, end: n.at}
			p.attempts = append(p.attempts, a)
			open[pair] = a
		case "error", "response", "data":
			if a := open[pair]; a != nil {
				a.answered(n)
			}
		}
	}
}

// askedFile is the file of a request, with the device's name as it should be.
func (n *entry) askedFile() string {
	file, wrong := n.detail("file"), n.detail("device")
	near := n.detail("near_miss_of")
	i := strings.Index(strings.ToUpper(file), strings.ToUpper(wrong))
	if near == "" || wrong == "" || i < 0 || i+len(wrong) > len(file) {
		return file
	}
	return file[:i] + near + file[i+len(wrong):]
}

// answered takes a row that tells what became of a request.
func (a *attempt) answered(n *entry) {
	told := strings.ToLower(n.detail("code") + " " + n.detail("message") + " " + n.detail("status"))
	switch n.detail("op") {
	case "data":
		if n.detail("last") == "" {
			return
		}
		a.complete, a.missing = true, false
	case "response":
		if strings.Contains(told, "404") {
			a.missing = true
		} else if !strings.Contains(told, "200") {
			return
		}
	default:
		if !strings.Contains(told, "not found") && n.detail("code") != "1" {
			return
		}
		a.missing = true
	}
	a.lines = append(a.lines, n)
	a.end = n.at
}

// pastedFacts turns the output of commands into what the operator could have
// stated. A statement wins; that the output contradicts it is said beside it.
// Output of two nodes that differs states nothing.
func (k *kase) pastedFacts(entries []*entry) {
	said := map[string]*entry{}
	several := map[string]bool{}
	for _, n := range entries {
		key, value := pastedFact(n)
		if key == "" {
			continue
		}
		f := &entry{fact: &evidence.Fact{Kind: "fact", Place: n.place, Key: key, Value: value}, place: n.place, name: "operator_fact", described: &described{stage: "transport", actor: "operator", outcome: "info"}}
		f.summary = fmt.Sprintf("pasted: %s=%s (%s)", key, value, strings.TrimSpace(n.e().Text))
		was := said[key]
		switch {
		case was == nil || was.fact.Value == value:
		case key == "security-mode" && was.place.Input == n.place.Input:
			if was.place.Line > n.place.Line {
				continue // it was set between two looks at it
			}
		default:
			several[key] = true
		}
		said[key] = f
	}
	for _, key := range []string{"cucm-version", "security-mode"} {
		f := said[key]
		if f == nil || several[key] {
			continue
		}
		stated := k.fact(nil, key)
		switch {
		case stated == nil:
			k.facts = append(k.facts, f)
		case !agrees(stated.fact.Value, f.fact.Value):
			stated.summary += fmt.Sprintf("; %s line %d says otherwise: %s", f.place.Input, f.place.Line, f.fact.Value)
		}
	}
}

// agrees tells that a value is another one, or the beginning of it: 11.5 of
// 11.5.1.12900-21.
func agrees(stated, pasted string) bool {
	return stated == pasted || strings.HasPrefix(pasted, stated+".")
}

// pastedFact reads the key and value that an event stands for.
func pastedFact(n *entry) (key, value string) {
	switch n.name {
	case "cucm_version":
		if v := n.detail("version"); v != "" && n.detail("partition") == "active" {
			return "cucm-version", v
		}
	case "cluster_security_mode":
		return "security-mode", map[string]string{"0": "non-secure", "1": "mixed"}[n.detail("mode")]
	case "cluster_mode_set":
		if strings.HasPrefix(strings.ToLower(n.detail("mode")), "mixed") {
			return "security-mode", "mixed"
		}
		return "security-mode", "non-secure"
	}
	return "", ""
}

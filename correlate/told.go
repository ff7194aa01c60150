package correlate

import (
	"slices"
	"strings"
)

// told is what a phone says by itself about the lists it holds: that it has
// none, that it erases them, or their hashes (an alarm when it registers, or
// its menu, pasted).
type told struct {
	at   instant
	n    *entry
	text string
	h    [2]*held // nil: nothing is said of this list
}

// tolds collects what the phone says of its lists, in order of time; what
// carries no comparable time comes last, as the menu does.
func (k *kase) tolds(p *phone) []told {
	var out []told
	if n := k.asksUnsigned(p); n != nil {
		text := "the phone asks for its configuration without a signature, before it asks for any list: it holds none"
		none := held{state: "none", ev: []*entry{n}, how: text}
		out = append(out, told{at: n.at, n: n, text: text, h: [2]*held{&none, &none}})
	}
	for _, n := range p.all {
		switch {
		case n.is("no_trust_list", "trust_lists_erased"):
			at := n.at
			if n.e().Dialect == "phone-status" { // the page survives boots and shows no date
				a := p.listAfter(n)
				if a == nil {
					continue
				}
				at = a.start
			}
			if a := p.listJudgedAt(n); a != nil {
				at = a.start // said while it judged that list: it is the state before
			}
			text := "the phone says that it has no trust list"
			if n.is("trust_lists_erased") {
				text = "the phone erases its trust lists"
			}
			none := held{state: "none", ev: []*entry{n}, how: text}
			out = append(out, told{at: at, n: n, text: text, h: [2]*held{&none, &none}})
		case n.is("phone_held_lists"):
			t := told{at: n.at, n: n, text: "the phone tells the hashes of its lists when it registers"}
			for i, kind := range []string{"ctl", "itl"} {
				t.h[i] = k.heldBy(kind, n, kind, t.text)
			}
			out = append(out, t)
		case n.is("menu_hash"):
			t := told{at: n.at, n: n, text: "the phone's menu shows the hash of its list"}
			if i := slices.Index([]string{"ctl", "itl"}, strings.ToLower(n.detail("list"))); i >= 0 {
				t.h[i] = k.heldBy([]string{"ctl", "itl"}[i], n, "", t.text)
			}
			out = append(out, t)
		}
	}
	return slices.DeleteFunc(out, func(t told) bool { return t.h[0] == nil && t.h[1] == nil })
}

// asksUnsigned gives the request that shows a phone without any list: the first
// that a capture holds of it, for its own configuration and not for the signed
// form, which whoever holds a list asks for. What is asked for without a
// signature after the signed form failed, or after a list, shows nothing; nor
// does a model that knows no ITL, or a phone whose list is in evidence, which
// may be blank.
func (k *kase) asksUnsigned(p *phone) *entry {
	if model, _ := k.modelOf(p); slices.Contains(noSBD, model) {
		return nil
	}
	for _, kind := range []string{"ctl", "itl"} {
		if _, ok := k.phoneFile(p, kind); ok {
			return nil
		}
	}
	for _, a := range p.attempts {
		if a.kind == "other" {
			continue
		}
		if len(a.wire) == 0 || len(a.lines) > 0 && a.lines[0].at.before(a.wire[0].at) {
			return nil
		}
		if n := a.wire[0]; strings.HasSuffix(strings.ToLower(n.e().Transfer.File), ".cnf.xml") && fileDevice(a.file) == p.name && strings.HasPrefix(p.name, "SEP") {
			return n
		}
		return nil
	}
	return nil
}

// listJudgedAt gives the list that the phone had downloaded and not yet judged
// when it wrote a line.
func (p *phone) listJudgedAt(n *entry) *attempt {
	for _, a := range p.attempts {
		if a.kind != "ctl" && a.kind != "itl" || n.e().Dialect == "phone-status" {
			continue
		}
		if d, ok := n.at.sub(a.end); ok && d >= -0.1 && d < settle && !a.decided().before(n.at) {
			return a
		}
	}
	return nil
}

// listAfter gives the first list that the phone asked for after a message.
func (p *phone) listAfter(n *entry) *attempt {
	for _, a := range p.attempts {
		d, ok := a.since(n, a.start)
		if (a.kind == "ctl" || a.kind == "itl") && ok && d > -verdictWindow && d < joinWindow {
			return a
		}
	}
	return nil
}

// heldBy turns a told hash into the list of the case that has it. A hash that
// fits no list says nothing: which bytes a phone's alarm covers is not
// documented. The menu's is over the whole file.
func (k *kase) heldBy(kind string, n *entry, prefix, how string) *held {
	if prefix != "" && n.detail(prefix) == "none" {
		return &held{state: "none", ev: []*entry{n}, how: how}
	}
	if prefix != "" {
		prefix += "_"
	}
	for _, alg := range []string{"sha1", "md5", "sha256"} {
		want := hexOnly(n.detail(prefix + alg))
		if want == "" {
			continue
		}
		for _, l := range k.lists {
			if l.l.Type == kind && want == map[string]string{"sha1": l.l.SHA1, "md5": l.l.MD5, "sha256": l.l.SHA256}[alg] {
				h := &held{state: "held", list: l, ev: []*entry{n}, how: how}
				if blank(l.l) {
					h.state = "blank"
				}
				return h
			}
		}
		if prefix == "" && alg != "sha256" {
			h := &held{state: "held", ev: []*entry{n}, how: how}
			if alg == "sha1" {
				h.sha1 = want
			} else {
				h.md5 = want
			}
			return h
		}
	}
	return nil
}

func hexOnly(s string) string {
	return strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(s))
}

// tell applies what the phone said to what it holds.
func (p *phone) tell(t told, now [2]held) [2]held {
	after := now
	for i, h := range t.h {
		switch {
		case h == nil:
		case h.list != nil && now[i].list != nil && sameList(h.list, now[i].list):
			after[i].ev = append(slices.Clone(now[i].ev), h.ev...)
			after[i].inferred = false
		default:
			after[i] = *h
		}
	}
	p.states = append(p.states, heldState{at: t.at, causeText: t.text, ev: []*entry{t.n}, before: now, after: after})
	return after
}

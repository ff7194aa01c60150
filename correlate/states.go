package correlate

import (
	"fmt"
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

// held is what the phone has stored of one kind of list at some moment.
type held struct {
	state    string // none, blank, held, unknown
	list     *listObj
	ev       []*entry
	how      string // in words: how the evidence makes this the phone's
	inferred bool   // read off behaviour, stated by nobody
	sha1     string // from the phone's menu, when the content is unknown
	md5      string
}

// heldState is one change of what the phone holds.
type heldState struct {
	at            instant
	cause         *attempt
	causeText     string
	ev            []*entry
	before, after [2]held // ctl, itl
}

const (
	iCTL = 0
	iITL = 1
)

func listIndex(kind string) int {
	if kind == "ctl" {
		return iCTL
	}
	return iITL
}

// walkStates infers what the phone held before and after each attempt, only
// from evidence: a list taken becomes the stored one, a list refused changes
// nothing, and an attempt of unknown end leaves the state unknown unless the
// list offered was the stored one anyway.
func (k *kase) walkStates(p *phone) {
	now := [2]held{{state: "unknown"}, {state: "unknown"}}
	k.menuKeeps(p)
	if _, ev := k.withoutSBD(p); ev != nil {
		now[iITL] = held{state: "none", ev: ev, inferred: true, how: "its model knows no ITL, and it asks for none"}
	}
	for i, kind := range []string{"ctl", "itl"} {
		if h, ok := k.phoneFile(p, kind); ok {
			now[i] = h
		}
	}
	p.states = []heldState{{after: now, causeText: "start of the evidence"}}
	said := k.tolds(p)
	for i, a := range p.attempts {
		if a.kind != "ctl" && a.kind != "itl" {
			continue
		}
		for len(said) > 0 && said[0].at.before(a.end) {
			now, said = p.tell(said[0], now), said[1:]
		}
		j := listIndex(a.kind)
		if a.missing {
			if h := k.noCTL(p, a); h != nil && now[j].state == "unknown" {
				before := now
				now[j] = *h
				p.states = append(p.states, heldState{at: a.end, cause: a, causeText: a.file + " not found on the server", ev: a.evidence(), before: before, after: now})
			}
			continue
		}
		if !a.complete {
			continue
		}
		a.blind = a.result != No && takesBlind(now)
		if a.result == Unknown && a.blind {
			a.result, a.inferred = Yes, true
			a.proof = append(slices.Clone(now[iCTL].ev), now[iITL].ev...)
		}
		if a.result == Unknown && ctlAlone(now, a) {
			a.result, a.inferred = No, true
			a.proof = append(slices.Clone(now[iCTL].ev), now[iITL].ev...)
		}
		if b := refusedByNew(p, a, i, now); a.result == Unknown && b != nil {
			a.result, a.inferred = No, true
			a.proof = slices.Concat(b.evidence(), b.proof)
		}
		if a.result == Unknown {
			k.infer(p, a, i, now)
		}
		before := now
		next := now[j]
		cause := ""
		switch {
		case a.result == Yes:
			next = held{state: "held", list: a.list, ev: slices.Concat(a.evidence(), a.proof), inferred: a.inferred, how: "accepted by the phone"}
			if a.inferred {
				next.how = "served, and the phone behaved as having accepted it"
			}
			if a.list != nil && a.list.l.Type == "itl" && blank(a.list.l) {
				next.state = "blank"
			}
			cause = a.file + " accepted"
		case a.result == No:
			cause = a.file + " refused: the stored list stays"
		case now[j].list != nil && sameList(now[j].list, a.list):
			continue
		default:
			next = held{state: "unknown", ev: a.evidence()}
			if now[j].list != nil {
				// Either of two lists: keep the old one as the last known.
				next.how = "a different list was served afterwards and nothing says whether the phone took it"
			}
			cause = a.file + " served, acceptance not in evidence"
		}
		now[j] = next
		p.states = append(p.states, heldState{at: a.decided(), cause: a, causeText: cause, ev: slices.Concat(a.evidence(), a.proof), before: before, after: now})
	}
	for _, t := range said {
		now = p.tell(t, now)
	}
	k.menu(p)
}

// takesBlind tells that the phone, by its own word, holds no list at all: the
// next one becomes its anchor unchecked.
func takesBlind(now [2]held) bool {
	return now[iCTL].state == "none" && now[iITL].state == "none" && !now[iCTL].inferred && !now[iITL].inferred
}

// ctlAlone tells that a phone which holds a CTL and no ITL was offered an ITL
// that its CTL does not know: it has no TVS to ask, so it cannot take it.
func ctlAlone(now [2]held, a *attempt) bool {
	c := now[iCTL]
	if a.kind != "itl" || now[iITL].state != "none" || now[iITL].inferred || c.list == nil || c.list.l.Partial || a.list == nil || a.list.l.Partial || len(c.list.l.Records) == 0 {
		return false
	}
	s := signerIn(c.list, a.list.l, rolesForITL)
	return !s.found && !s.near
}

// refusedByNew gives the configuration that shows that an ITL was not taken: the
// phone refused it in the same boot although the new ITL knows its signer, which
// the list held before does not. A phone that had taken the list would have
// known the key.
func refusedByNew(p *phone, a *attempt, i int, now [2]held) *attempt {
	if a.kind != "itl" || a.list == nil || a.list.l.Partial || now[iITL].list == nil {
		return nil
	}
	for _, b := range p.attempts[i+1:] {
		switch d, ok := b.start.sub(a.end); {
		case b.kind == "itl" || !ok || d > verdictWindow:
			return nil
		case b.kind != "config" || b.result != No || b.inferred || b.list == nil || b.list.l.Partial || b.list.l.Status == "invalid":
			continue
		}
		s, t := signerIn(a.list, b.list.l, rolesForConfig), signerIn(now[iITL].list, b.list.l, rolesForConfig)
		if s.found && !s.wrong && !s.near && !t.found && !t.near {
			return b
		}
	}
	return nil
}

// infer reads acceptance off behaviour where no console covers the moment: the
// phone went on to ask for its signed config, put no question to TVS, and
// either held a list that knows the signer or none that the evidence shows.
// A server that serves a new list and a config by the same new key proves
// nothing, so the signer must be known from before, or no question asked while
// the capture still saw the phone long enough to have seen one.
func (k *kase) infer(p *phone, a *attempt, i int, now [2]held) {
	if len(a.wire) == 0 || a.list == nil || a.list.l.Status == "invalid" || k.covered(p, "console", a.end) {
		return
	}
	known := signerIn(now[iITL].list, listOf(a.list), rolesFor(a.kind)).proved || signerIn(now[iCTL].list, listOf(a.list), rolesFor(a.kind)).proved
	for _, b := range p.attempts[i+1:] {
		if b.kind != "config" {
			continue
		}
		d, ok := b.start.sub(a.end)
		if !ok || d > 60 || !strings.HasSuffix(strings.ToLower(b.file), ".sgn") {
			return
		}
		if !known && k.tookOnTVS(p, a, b, now) {
			a.result, a.inferred, a.askedTVS = Yes, true, true
			a.proof = slices.Clone(b.wire)
			return
		}
		if !known && (now[listIndex(a.kind)].list != nil || !k.couldAsk(p, a, now) || k.spokeToTVS(p, a.end, b.end) || !k.seenUntil(p, b.end, settle)) {
			return
		}
		a.result, a.inferred = Yes, true
		a.proof = slices.Clone(b.wire)
		return
	}
}

// tookOnTVS reads off a capture that the phone took a list on TVS's word: it
// asked a TVS it accepted, then fetched a configuration by a signer that only
// the new list knows, and asked nobody about that.
func (k *kase) tookOnTVS(p *phone, a, b *attempt, now [2]held) bool {
	if a.kind != "itl" || now[iITL].list == nil || b.list == nil || b.list.l.Partial || a.list.l.Partial || !k.seenUntil(p, b.end, settle) {
		return false
	}
	asked := false
	for _, n := range p.conns {
		t := n.e().TLS
		if t.Service != "tvs" {
			continue
		}
		if d, ok := n.at.sub(b.end); ok && d >= 0 && d <= settle {
			return false
		}
		_, answer := t.Marks["server_data"]
		if d, ok := n.at.sub(a.end); ok && d >= -joinWindow && n.at.before(b.start) && t.Outcome == "established" && answer {
			asked = true
		}
	}
	knows := func(l *listObj) bool { s := signerIn(l, b.list.l, rolesForConfig); return s.found && !s.wrong }
	return asked && knows(a.list) && !knows(now[iITL].list) && !knows(now[iCTL].list)
}

// couldAsk tells that a phone which does not know the signer would have asked
// TVS: it holds an ITL with TVS records, or it can hold no CTL, so that it has an
// ITL if it has anything. A phone with a CTL alone, or of a model without
// Security By Default, never asks, and its silence proves nothing.
func (k *kase) couldAsk(p *phone, a *attempt, now [2]held) bool {
	if l := now[iITL].list; l != nil {
		return slices.ContainsFunc(l.l.Records, func(r evidence.Record) bool { return hasFunction(&r, "TVS") })
	}
	if p.lastAttempt("itl") == nil || now[iCTL].list != nil {
		return false
	}
	for _, n := range p.conns {
		if n.e().TLS.Service == "tvs" {
			return true
		}
	}
	c := p.lastAttempt("ctl")
	return c != nil && c.missing && k.mode(p) == "non-secure"
}

func listOf(o *listObj) *evidence.List {
	if o == nil {
		return nil
	}
	return o.l
}

func rolesFor(kind string) []string {
	switch kind {
	case "ctl":
		return rolesForCTL
	case "itl":
		return rolesForITL
	}
	return rolesForConfig
}

// settle is how many seconds a phone that cannot verify a file takes at most
// until it has begun to ask TVS.
const settle = 30.0

// seenUntil tells that a capture holds both directions of the phone's traffic
// until some seconds after a moment: only then is silence on a port a fact.
func (k *kase) seenUntil(p *phone, at instant, seconds float64) bool {
	for _, c := range k.rows(p, "capture") {
		if d, ok := k.at(c.Input, coverageKind(c), c.To).sub(at); ok && d >= seconds && c.Sent && c.Got {
			return true
		}
	}
	return false
}

// spokeToTVS tells whether the phone opened or tried a TVS connection between
// two moments, or within half a minute of the second.
func (k *kase) spokeToTVS(p *phone, from, to instant) bool {
	for _, n := range p.conns {
		if n.e().TLS.Service != "tvs" {
			continue
		}
		d1, ok1 := n.at.sub(from)
		d2, ok2 := n.at.sub(to)
		if ok1 && ok2 && d1 >= 0 && d2 <= settle {
			return true
		}
	}
	return false
}

// noCTL turns a CTL missing on the server into a state: in a non-secure cluster
// there is none, and a phone that is told so at every boot and never took one
// in the evidence holds none. Where the ITL or the operator says mixed mode, the
// phone may well hold one; and a missing ITL tells nothing of the phone's.
func (k *kase) noCTL(p *phone, a *attempt) *held {
	if a.kind != "ctl" || k.mode(p) == "mixed" {
		return nil
	}
	if f := k.fact(p, "security-mode"); f != nil && f.fact.Value == "mixed" {
		return nil
	}
	for _, b := range p.attempts {
		if b.kind == a.kind && (b.complete || !b.missing) {
			return nil
		}
	}
	return &held{state: "none", ev: a.evidence(), inferred: true, how: "the server has none and the phone took none in the evidence"}
}

// phoneFile finds a list whose origin the operator gave as the phone. When it
// equals a list that the phone accepts in the evidence it is the state after,
// and the walk finds it by itself; otherwise it is the state before.
func (k *kase) phoneFile(p *phone, kind string) (held, bool) {
	for _, l := range k.files {
		if l.l.Type != kind {
			continue
		}
		for _, pl := range l.places {
			origin, fact := k.originFor(p, pl.Input)
			if origin != "phone" || pl.Frame != 0 {
				continue
			}
			if d := deviceName(sepName.FindString(pl.Input)); d != "" && d != p.name && len(k.phones) > 1 {
				continue
			}
			for _, a := range p.attempts {
				if a.result == Yes && sameList(a.list, l) {
					k.keeps(p, kind, l, fact)
					return held{}, false
				}
			}
			h := held{state: "held", list: l, ev: []*entry{fact}, how: fmt.Sprintf("%s comes from the phone, as stated", pl.Input)}
			if blank(l.l) {
				h.state = "blank"
			}
			return h, true
		}
	}
	return held{}, false
}

// originFor gives the stated origin of an input, what was stated for one phone
// first.
func (k *kase) originFor(p *phone, input string) (string, *entry) {
	n := k.fact(p, "origin:"+input)
	if n == nil {
		return "", nil
	}
	return n.fact.Value, n
}

// keeps notes that a list is what the phone holds after everything in the
// evidence: another one that it was served last, and of whose end nothing is
// said, was not taken.
func (k *kase) keeps(p *phone, kind string, l *listObj, fact *entry) {
	for i := len(p.attempts) - 1; i >= 0; i-- {
		a := p.attempts[i]
		if a.kind != kind || !a.complete {
			continue
		}
		if a.result != Unknown || a.list == nil || a.list.l.Partial || sameList(a.list, l) {
			return
		}
		a.result, a.inferred = No, true
		a.proof = []*entry{fact}
	}
}

// menuKeeps applies the hashes of the menu to the lists served before.
func (k *kase) menuKeeps(p *phone) {
	for _, kind := range []string{"ctl", "itl"} {
		for _, alg := range []string{"sha1", "md5"} {
			f := k.fact(p, kind+"-"+alg)
			if f == nil {
				continue
			}
			for _, l := range k.lists {
				if l.l.Type == kind && hexOnly(f.fact.Value) == map[string]string{"sha1": l.l.SHA1, "md5": l.l.MD5}[alg] {
					k.keeps(p, kind, l, f)
					break
				}
			}
		}
	}
}

// menu applies the hash that the phone's menu shows: what it holds after
// everything in the evidence.
func (k *kase) menu(p *phone) {
	for i, kind := range []string{"ctl", "itl"} {
		for _, alg := range []string{"sha1", "md5"} {
			f := k.fact(p, kind+"-"+alg)
			if f == nil {
				continue
			}
			last := p.now(i)
			want := hexOnly(f.fact.Value)
			h := held{state: "held", ev: []*entry{f}, how: "the phone's menu shows its " + strings.ToUpper(alg), sha1: "", md5: ""}
			if alg == "sha1" {
				h.sha1 = want
			} else {
				h.md5 = want
			}
			for _, l := range k.lists {
				if l.l.Type == kind && (alg == "sha1" && l.l.SHA1 == want || alg == "md5" && l.l.MD5 == want) {
					h.list = l
					h.ev = append(h.ev, last.ev...)
					if blank(l.l) {
						h.state = "blank"
					}
				}
			}
			before := p.states[len(p.states)-1].after
			after := before
			after[i] = h
			p.states = append(p.states, heldState{causeText: "stated by the operator from the phone's menu", ev: h.ev, before: before, after: after})
		}
	}
}

// now gives what the phone holds at the end of the evidence.
func (p *phone) now(i int) held { return p.states[len(p.states)-1].after[i] }

// heldAt gives what the phone held just before a moment.
func (p *phone) heldAt(i int, at instant) held {
	h := p.states[0].after[i]
	for _, s := range p.states[1:] {
		if !s.at.known || !s.at.before(at) {
			break
		}
		h = s.after[i]
	}
	return h
}

// served gives the last list of a kind that a server offered to the phone.
func (p *phone) served(kind string) *attempt {
	for i := len(p.attempts) - 1; i >= 0; i-- {
		a := p.attempts[i]
		switch {
		case a.kind != kind || a.missing:
		case a.list != nil:
			return a
		case len(a.wire) > 0:
			return nil // a later one went by of which the capture lacks the content
		}
	}
	return nil
}

// fetchedSince gives a later attempt than the one that served returns, by which the
// phone says that it got a file that no capture has.
func (p *phone) fetchedSince(served *attempt) *attempt {
	for i := len(p.attempts) - 1; i >= 0 && p.attempts[i] != served; i-- {
		if a := p.attempts[i]; a.kind == served.kind && a.complete && a.list == nil {
			return a
		}
	}
	return nil
}

// lastAttempt gives the last attempt at a kind of file, whatever its end.
func (p *phone) lastAttempt(kind string) *attempt {
	for i := len(p.attempts) - 1; i >= 0; i-- {
		if p.attempts[i].kind == kind {
			return p.attempts[i]
		}
	}
	return nil
}

// stateName names what is stored in the words of the decision model.
func stateName(h [2]held) string {
	name := func(i int, list string) string {
		switch h[i].state {
		case "held":
			return list
		case "blank":
			return "blank " + list
		case "none":
			return ""
		}
		return list + "?"
	}
	c, i := name(iCTL, "CTL"), name(iITL, "ITL")
	switch {
	case c == "" && i == "":
		return "none"
	case c == "":
		return i + " only"
	case i == "":
		return c + " only"
	}
	return c + "+" + i
}

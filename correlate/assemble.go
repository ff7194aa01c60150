package correlate

import (
	"fmt"
	"strings"
	"time"

	"trustline/correlate/evidence"
)

func (k *kase) reportInputs() []Input {
	out := []Input{}
	for _, in := range k.b.Header.Inputs {
		r := Input{Name: in.Name, Kind: in.Kind, Bytes: in.Bytes, SHA256: in.SHA256, Frames: in.Frames, Lines: in.Lines,
			Matched: in.Matched, Ignored: in.Ignored, Unknown: in.Unknown, From: in.From, To: in.To, Samples: []Sample{}, Problems: []Problem{}}
		for _, s := range in.Samples {
			r.Samples = append(r.Samples, Sample(s))
		}
		for _, p := range in.Problems {
			r.Problems = append(r.Problems, Problem(p))
		}
		out = append(out, r)
	}
	return out
}

// rfc3339 prints UTC with 6 digits, or 9 when the source is finer than that.
func rfc3339(ns int64, step float64) string {
	f := "2006-01-02T15:04:05.000000Z"
	if step > 0 && step < 1e-6 {
		f = "2006-01-02T15:04:05.000000000Z"
	}
	return time.Unix(0, ns).UTC().Format(f)
}

func place(p evidence.Place) Place {
	out := Place{Input: p.Input}
	if p.Frame != 0 {
		out.Frame = &p.Frame
	} else if p.Line != 0 {
		out.Line = &p.Line
	}
	if p.EndLine != 0 && p.EndLine != p.Line {
		out.EndLine = &p.EndLine
	}
	return out
}

func (k *kase) reportEntry(n *entry) Entry {
	out := Entry{ID: n.id, Source: place(n.place), Stage: n.stage, Actor: n.actor, Event: n.name, Summary: n.summary, Outcome: n.outcome, Phone: n.phone, Detail: map[string]any{}}
	switch {
	case n.fact != nil:
		out.Detail["key"], out.Detail["value"] = n.fact.Key, n.fact.Value
		return out
	case n.obj != nil:
		out.Detail["sha1"], out.Detail["md5"], out.Detail["length"], out.Detail["signer"] = n.obj.l.SHA1, n.obj.l.MD5, n.obj.l.Length, n.obj.l.Signer.Serial
		return out
	}
	out.Text = n.e().Text
	if c := n.e().Clock; c != nil {
		out.TimeText = c.Text
		if n.at.known && n.at.abs {
			out.Time = ptr(rfc3339(n.at.ns, c.Step))
		}
	}
	for key, val := range n.e().Detail {
		out.Detail[key] = val
	}
	if n.e().Server != "" {
		out.Detail["server"] = n.e().Server
	}
	if t := n.e().Transfer; t != nil {
		out.Detail["file"], out.Detail["client"], out.Detail["server"], out.Detail["outcome"], out.Detail["bytes"] = t.File, t.Client, t.Server, t.Outcome, t.Bytes
		if t.SHA256 != "" {
			out.Detail["sha256"], out.Detail["md5"] = t.SHA256, t.MD5
		}
		if t.End != nil {
			out.Detail["last_frame"] = t.End.Frame
			if t.End.Input != "" {
				out.Detail["last_input"] = t.End.Input
			}
		}
		if l := k.list(t.Object); l != nil && l.l.Signer.Serial != "" {
			out.Detail["signer"] = l.l.Signer.Serial
		}
	}
	if t := n.e().TLS; t != nil {
		k.tlsDetail(out.Detail, t)
	}
	return out
}

func (k *kase) tlsDetail(d map[string]any, t *evidence.TLS) {
	d["client"], d["server"], d["service"], d["outcome"], d["stream"] = t.Client, t.Server, t.Service, t.Outcome, t.Stream
	for key, val := range map[string]string{"version": t.Version, "cipher": t.Cipher, "history": t.History, "closed_by": t.ClosedBy} {
		if val != "" {
			d[key] = val
		}
	}
	if t.Resumed {
		d["resumed"] = true
	}
	for side, list := range map[string][]string{"server_certificate": t.ServerCertificates, "client_certificate": t.ClientCertificates} {
		if len(list) > 0 {
			if c := k.cert(list[0]); c != nil {
				d[side] = map[string]any{"subject": c.Subject, "issuer": c.Issuer, "serial": c.Serial, "sha1": c.SHA1, "not_before": c.NotBefore, "not_after": c.NotAfter}
			}
		}
	}
	frames, inputs := map[string]any{}, map[string]any{}
	for name, m := range t.Marks {
		frames[name] = m.Frame
		if m.Input != "" { // a later part of a rotated capture
			inputs[name] = m.Input
		}
	}
	if len(frames) > 0 {
		d["frames"] = frames
	}
	if len(inputs) > 0 {
		d["frame_inputs"] = inputs
	}
	var alerts []any
	for _, a := range t.Alerts {
		alert := map[string]any{"frame": a.Mark.Frame, "from": a.From, "level": a.Level, "description": a.Description, "encrypted": a.Encrypted}
		if a.Mark.Input != "" {
			alert["input"] = a.Mark.Input
		}
		alerts = append(alerts, alert)
	}
	if alerts != nil {
		d["alerts"] = alerts
	}
}

func (k *kase) reportStates(p *phone) []State {
	out := []State{}
	for i, s := range p.states {
		if i == 0 {
			continue
		}
		r := State{Before: stateName(s.before), After: stateName(s.after), Cause: s.causeText, Evidence: ids(s.ev)}
		if s.at.known && s.at.abs {
			r.Time = ptr(rfc3339(s.at.ns, 1e-6))
		}
		if s.cause != nil && len(s.cause.lines) > 0 && s.cause.lines[0].e().Clock != nil {
			r.TimeText = s.cause.lines[0].e().Clock.Text
		}
		out = append(out, r)
	}
	return out
}

func (v *view) trust(i int) Trust {
	h := v.p.now(i)
	t := Trust{State: h.state, SHA1: ptr(h.sha1), MD5: ptr(h.md5)}
	served := v.servedITL()
	if i == iCTL {
		served = v.servedCTL()
	}
	if h.list != nil {
		t.SHA1, t.MD5 = ptr(h.list.l.SHA1), ptr(h.list.l.MD5)
		t.List = v.reportList(h.list, i == iITL)
	}
	if served.list != nil {
		t.ServedSHA1 = ptr(served.list.l.SHA1)
		if h.list != nil {
			if same := sameList(h.list, served.list); served.since == nil && (same || otherList(h.list, served.list)) {
				t.Same = &same
			}
		}
		if (t.Same == nil || !*t.Same) && (served.list.l.Signer.Serial != "" || len(served.list.l.Records) > 0) {
			t.Served = v.reportList(served.list, i == iITL)
		}
	}
	return t
}

func (v *view) reportList(o *listObj, itl bool) *List {
	l := &List{File: firstOf(o.l.File, strings.ToUpper(o.l.Type)), From: []Place{}, Length: o.l.Length, HeaderLength: o.l.HeaderLength,
		Signer: Signer(o.l.Signer), Signature: firstOf(o.l.Status, "unverifiable"), Records: []Record{}}
	for _, p := range v.placesOf(o) {
		l.From = append(l.From, place(p))
	}
	for i := range o.l.Records {
		r := &o.l.Records[i]
		rec := Record{Number: r.Number, Functions: append([]string{}, r.Functions...), Subject: r.Subject, Issuer: r.Issuer, Serial: r.Serial, SHA1: recordHash(r), HashOnly: r.SHA1 == "" && r.Hash != ""}
		if itl && hasFunction(r, "TVS") {
			rec.Presented = v.presented(r)
		}
		l.Records = append(l.Records, rec)
	}
	return l
}

// maxPlaces bounds the places of a list that no file holds and that this phone
// did not fetch: a fleet fetches the same one thousands of times.
const maxPlaces = 8

// placesOf gives the places where a list was found, as far as they concern the
// phone: its own transfers, and the files and listings of the case.
func (v *view) placesOf(o *listObj) []evidence.Place {
	var out []evidence.Place
	for _, p := range o.places {
		if p.Frame == 0 {
			out = append(out, p)
		}
	}
	for _, n := range v.p.transfers {
		if n.e().Transfer.Object == o.id {
			out = append(out, n.place)
		}
	}
	if len(out) == 0 {
		out = o.places[:min(len(o.places), maxPlaces)]
	}
	return out
}

// presented compares a TVS record with what the wire showed last.
func (v *view) presented(r *evidence.Record) string {
	servers, _ := v.tvsServers()
	state := ""
	one := &listObj{l: &evidence.List{Records: []evidence.Record{*r}}}
	for _, s := range servers {
		t := lastPresented(s)
		if t == nil {
			continue
		}
		switch m := certIn(one, t.cert, "TVS"); m.state {
		case "match":
			return "match"
		case "same-name-new-key":
			state = m.state
		default:
			state = firstOf(state, "absent")
		}
	}
	return state
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func headline(r *Report) string {
	count := map[string]int{}
	for i := range r.Count() {
		count[r.Brief(i).Class]++
	}
	frames, lines, usable := 0, 0, 0
	for _, in := range r.Inputs {
		if in.Frames != nil {
			frames += *in.Frames
		}
		if in.Lines != nil {
			lines += *in.Lines
		}
		if in.Kind != "unknown" && in.Kind != "empty" && in.Kind != "missing" && in.Kind != "unreadable" && in.Kind != "capture-not-decoded" {
			usable++
		}
	}
	if r.Count() == 0 {
		return fmt.Sprintf("No trust evidence of any phone in %s and %s of %s: nothing can be said about trust.", plural(frames, "frame"), plural(lines, "line"), plural(usable, "input"))
	}
	if r.Count() == 1 {
		return r.Phones[0].Name + ": " + r.Phones[0].Verdict.Class + ". " + r.Phones[0].Verdict.Headline
	}
	var parts []string
	for _, c := range []string{ClassLockedOut, ClassRecoverable, ClassInconclusive, ClassDegraded, ClassOK} {
		if count[c] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[c], c))
		}
	}
	return fmt.Sprintf("%d phones: %s.", r.Count(), strings.Join(parts, ", "))
}

// Worst tells whether the report holds a verdict at or above a class on the
// scale of --fail-on; inconclusive counts only when it is named.
func Worst(r *Report, threshold string) bool {
	for i := range r.Count() {
		c := r.Brief(i).Class
		if c == threshold || c != ClassInconclusive && threshold != ClassInconclusive && classRank(c) >= classRank(threshold) {
			return true
		}
	}
	return false
}

package html

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// ladder is the deciding exchange: the entries that the verdict cites, and what
// happened between them, as messages between the phone and its servers. A
// transfer becomes a request and an answer, a TLS connection the messages of
// its handshake.
type ladder struct {
	Height int
	Lanes  []ladderLane
	Rows   []message
	Left   int
}

type ladderLane struct {
	X         int
	Name, Sub string
	key       laneKey
}

type laneKey struct{ actor, host string }

type message struct {
	Y        int
	Kind     string // ok, fail, info
	Symbol   string // none for info
	ID       string
	Anchor   string
	Clock    string
	Label    string
	Title    string
	X1, X2   int // from, to; equal for a step of one party
	Head     int // x of the arrow's tip
	TextX    int
	TextEnd  bool // text ends at TextX
	Lost     bool // no answer: the arrow ends in a cross
	Pause    string
	From, To string // parties, To "" for a step of one
	from, to laneKey
	step     bool
	frame    int
}

const (
	ladderLeft  = 150
	ladderRight = 60
	ladderTop   = 64
	ladderRow   = 30
)

// portActor tells by its port what a server is.
var portActor = map[uint16]string{
	69: "tftp", 6970: "tftp", 6971: "tftp", 6972: "tftp", 2445: "tvs", 3804: "capf",
	443: "https-server", 8443: "https-server", 2000: "callmanager", 2443: "callmanager", 5060: "callmanager", 5061: "callmanager", 5090: "callmanager", 5091: "callmanager",
}

// stageActor is the other side of an entry of the phone when no port tells it.
var stageActor = map[string]string{
	"transport": "tftp", "ctl": "tftp", "itl": "tftp", "config": "tftp", "tvs": "tvs", "https": "https-server", "capf": "capf", "registration": "callmanager",
}

func (b *builder) ladder(p *correlate.Phone) *ladder {
	chosen, left := deciding(p)
	l := &ladder{Left: left}
	peers := peersOf(chosen)
	var before view.Moment
	for n, e := range chosen {
		m := b.x.When(e.Time, e.TimeText)
		msgs := messages(e, peers[n])
		for i := range msgs {
			k := &msgs[i]
			k.ID, k.Title = view.Shorten(e.ID, 8), fmt.Sprintf("%s %s (%s)", m.Day, view.Clip(e.Summary, 240), b.x.Short(e.Source))
			if b.shown[e.ID] {
				k.Anchor = b.x.Anchor(e.ID)
			}
			if i == 0 {
				k.Clock = view.Shorten(m.Clock, 13)
				if d, ok := m.Since(before); n > 0 && ok && d > breakAfter {
					k.Pause = about(d) + " later"
				}
			}
			if k.frame > 0 {
				k.Clock = fmt.Sprintf("frame %d", k.frame)
			}
		}
		l.Rows = append(l.Rows, msgs...)
		before = m
	}
	if len(l.Rows) < 2 {
		return nil
	}
	l.place()
	return l
}

// deciding picks the cited entries of the exchange, and fills what lies between
// the first and the last of them while the picture stays readable.
func deciding(p *correlate.Phone) (out []*correlate.Entry, left int) {
	cited := map[string]bool{}
	for _, r := range p.Verdict.Because {
		for _, id := range r.Evidence {
			cited[id] = true
		}
	}
	if f := view.Primary(p); f != nil {
		for _, id := range f.Evidence {
			cited[id] = true
		}
	}
	usable := func(e *correlate.Entry) bool {
		return e.Actor != "operator" && (e.Time != nil || e.TimeText != "")
	}
	first, end, n := -1, -1, 0
	stages := map[string]bool{}
	for i := range p.Timeline {
		if e := &p.Timeline[i]; cited[e.ID] && usable(e) {
			if first < 0 {
				first = i
			}
			end = i
			stages[e.Stage] = true
			n++
		}
	}
	if first < 0 {
		return nil, 0
	}
	keep := neighbours(p.Timeline[first:end+1], maxLadder/2-n, func(e *correlate.Entry) bool {
		return usable(e) && !cited[e.ID] && stages[e.Stage]
	})
	for i := first; i <= end; i++ {
		e := &p.Timeline[i]
		switch {
		case !usable(e):
		case len(out) < maxLadder && (cited[e.ID] || keep[i-first]):
			out = append(out, e)
		default:
			left++
		}
	}
	return out, left
}

// neighbours picks up to n entries that tell most: failures, then successes,
// then messages; steps that a party took by itself without outcome say little.
func neighbours(list []correlate.Entry, n int, fit func(*correlate.Entry) bool) []bool {
	keep := make([]bool, len(list))
	for _, pass := range []func(*correlate.Entry) bool{
		func(e *correlate.Entry) bool { return e.Outcome == "fail" },
		func(e *correlate.Entry) bool { return e.Outcome == "ok" },
		func(e *correlate.Entry) bool { return direction(e) != own },
	} {
		for i := range list {
			if n > 0 && !keep[i] && fit(&list[i]) && pass(&list[i]) {
				keep[i] = true
				n--
			}
		}
	}
	return keep
}

// peersOf tells for each entry who is on the other side, with its address. An
// entry that gives none, as the first lines of a log, is taken to mean the server
// of its kind that was met last, or else the one that is met next.
func peersOf(list []*correlate.Entry) []laneKey {
	out := make([]laneKey, len(list))
	last := map[string]string{}
	for i, e := range list {
		out[i] = peerOf(e)
		if k := &out[i]; k.host == "" {
			k.host = last[k.actor]
		} else {
			last[k.actor] = k.host
		}
	}
	clear(last)
	for i := len(out) - 1; i >= 0; i-- {
		if k := &out[i]; k.host == "" {
			k.host = last[k.actor]
		} else {
			last[k.actor] = k.host
		}
	}
	return out
}

func peerOf(e *correlate.Entry) laneKey {
	k := laneKey{actor: e.Actor}
	if k.actor == "phone" || !slices.Contains(view.Actors, k.actor) {
		k.actor = ""
	}
	server := text(e.Detail, "server")
	if a, err := netip.ParseAddrPort(server); err == nil {
		k.host = a.Addr().String()
		if by := portActor[a.Port()]; by != "" && k.actor == "" {
			k.actor = by
		}
	} else if a, err := netip.ParseAddr(server); err == nil {
		k.host = a.String()
	}
	if k.actor == "" {
		k.actor = cmp.Or(stageActor[e.Stage], "tftp")
	}
	return k
}

var thePhone = laneKey{actor: "phone"}

// messages turns an entry into arrows.
func messages(e *correlate.Entry, peer laneKey) []message {
	o := view.Outcome(e.Outcome)
	base := message{Kind: o.Key, Symbol: o.Symbol, from: thePhone, to: peer, Label: view.Shorten(cmp.Or(e.Summary, e.Event), 84)}
	frames := object(e.Detail, "frames")
	switch {
	case frames != nil || text(e.Detail, "outcome") == "no-answer":
		if list := handshake(e, base, frames); len(list) > 0 {
			return list
		}
	case text(e.Detail, "file") != "" && text(e.Detail, "client") != "":
		return transfer(e, base)
	}
	switch direction(e) {
	case toPhone:
		base.from, base.to = base.to, base.from
	case own:
		base.step = true
		if e.Actor != "phone" {
			base.from = peer
		}
		base.to = base.from
	}
	return []message{base}
}

// transfer draws a request and what came of it.
func transfer(e *correlate.Entry, base message) []message {
	ask, answer := base, base
	ask.Kind, ask.Symbol = "info", "·"
	ask.Label = "asks for " + view.Shorten(text(e.Detail, "file"), 48)
	if e.Source.Frame != nil {
		ask.frame = *e.Source.Frame
	}
	answer.from, answer.to = base.to, base.from
	answer.frame, _ = whole(e.Detail["last_frame"])
	size, known := whole(e.Detail["bytes"])
	switch text(e.Detail, "outcome") {
	case "complete":
		answer.Label = "the whole file"
		if known {
			answer.Label = view.Count(size) + " bytes"
		}
		if s := text(e.Detail, "signer"); s != "" {
			answer.Label += ", signed by serial " + view.Shorten(s, serialWidth)
		}
	case "no-response":
		ask.Kind, ask.Symbol, ask.Lost = "fail", "✘", true
		ask.Label += ": no answer"
		return []message{ask}
	case "error":
		answer.Label = "refuses: " + view.Shorten(lastPart(e.Summary), 56)
	default:
		answer.Label = fmt.Sprintf("breaks off after %s bytes", view.Count(size))
	}
	return []message{ask, answer}
}

// lastPart is what a summary says after its last colon.
func lastPart(s string) string {
	if i := strings.LastIndex(s, ": "); i >= 0 {
		return s[i+2:]
	}
	return s
}

// flights are the marks of a TLS connection in the order of a handshake, who
// sends them, and their name.
var flights = []struct {
	mark, name string
	server     bool
}{
	{"syn", "SYN", false}, {"syn_ack", "SYN-ACK", true}, {"client_hello", "ClientHello", false}, {"server_hello", "ServerHello", true},
	{"server_certificate", "Certificate", true}, {"client_certificate", "Certificate of the phone", false},
	{"client_finished_ccs", "ChangeCipherSpec, Finished", false}, {"server_finished_ccs", "ChangeCipherSpec, Finished", true},
	{"client_data", "data, encrypted", false}, {"server_data", "data, encrypted", true},
}

// handshake draws a connection by the frames of its messages; those of one
// packet share an arrow.
func handshake(e *correlate.Entry, base message, frames map[string]any) []message {
	var out []message
	add := func(frame int, server bool, kind, label string) {
		if n := len(out); n > 0 && frame > 0 && out[n-1].frame == frame && (out[n-1].from == base.to) == server {
			out[n-1].Label += ", " + label
			if kind == "fail" {
				out[n-1].Kind, out[n-1].Symbol = "fail", "✘"
			}
			return
		}
		k := base
		k.frame, k.Label, k.Kind, k.Symbol = frame, label, kind, view.Outcome(kind).Symbol
		if server {
			k.from, k.to = base.to, base.from
		}
		out = append(out, k)
	}
	for _, f := range flights {
		frame, ok := whole(frames[f.mark])
		if !ok {
			continue
		}
		label := f.name
		switch f.mark {
		case "server_hello":
			if v := text(e.Detail, "version"); v != "" {
				label += " " + view.Shorten(v, 8)
			}
		case "server_certificate", "client_certificate":
			if c := object(e.Detail, f.mark); c != nil {
				label += fmt.Sprintf(" %s, serial %s", view.Shorten(view.CommonName(text(c, "subject")), 20), view.Shorten(text(c, "serial"), serialWidth))
			}
		}
		add(frame, f.server, "info", label)
	}
	alerts, _ := e.Detail["alerts"].([]any)
	for i, a := range alerts {
		m, _ := a.(map[string]any)
		if m == nil || i == 4 {
			continue
		}
		frame, _ := whole(m["frame"])
		label := "alert " + view.Shorten(text(m, "description"), 32)
		if enc, _ := m["encrypted"].(bool); enc {
			label = "alert, encrypted"
		}
		kind := "fail"
		if text(m, "description") == "close_notify" || e.Outcome == "ok" {
			kind = "info"
		}
		add(frame, text(m, "from") == "server", kind, label)
	}
	slices.SortStableFunc(out, func(a, b message) int { return cmp.Compare(a.frame, b.frame) })
	end, _ := whole(frames["end"])
	switch outcome := text(e.Detail, "outcome"); outcome {
	case "established":
		if len(out) > 0 {
			k := &out[finished(out, frames)]
			k.Kind, k.Symbol = "ok", "✔"
		}
	case "no-answer":
		if len(out) == 0 {
			add(0, false, "fail", "SYN")
		}
		k := &out[len(out)-1]
		k.Label, k.Lost, k.Kind, k.Symbol = view.Shorten(lastPart(e.Summary), 48), true, "fail", "✘"
	case "refused":
		add(end, true, "fail", "RST: nothing listens")
	case "closed", "reset":
		add(end, text(e.Detail, "closed_by") == "server", "fail", outcome+" before the handshake was done")
	case "alert":
		if by := text(e.Detail, "closed_by"); by != "" && end > 0 {
			add(end, by == "server", "info", "closes the connection")
		}
	}
	return out
}

// finished finds the message that completes a handshake, else the last one.
func finished(list []message, frames map[string]any) int {
	client, _ := whole(frames["client_finished_ccs"])
	server, _ := whole(frames["server_finished_ccs"])
	if i := slices.IndexFunc(list, func(k message) bool { return k.frame > 0 && k.frame == max(client, server) }); i >= 0 {
		return i
	}
	return len(list) - 1
}

// Directions of an entry that is neither a transfer nor a connection.
const (
	toServer = iota
	toPhone
	own
)

// direction tells by its name which way a logged event went; what is neither
// sent nor received is a step of its own party.
func direction(e *correlate.Entry) int {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(e.Event, w) })
	}
	switch text(e.Detail, "from") {
	case "server":
		return toPhone
	case "client":
		return toServer
	}
	if e.Actor == "phone" {
		switch {
		case has("_received", "_response", "download_done", "not_found", "http_success", "http_ok", "http_503"):
			return toPhone
		case has("_sent", "_attempt", "file_requested", "file_request", "query_cert_request", "tftp_rrq"):
			return toServer
		}
		return own
	}
	switch {
	case has("_res", "_nak", "served", "_404", "_503", "registered"):
		return toPhone
	case has("_req", "_connection", "_accept", "_rrq", "http_get"):
		return toServer
	}
	return own
}

// letter is about the width of a character of a label.
const letter = 5.9

// write finds room for the label: above an arrow, from the sender's side when
// the arrow is long enough; beside a dot, on the side that has more room.
func (k *message) write() {
	need := int(float64(len([]rune(k.Label)))*letter) + 24
	left, right := min(k.X1, k.X2), max(k.X1, k.X2)
	room := picWidth - left
	switch {
	case k.step && (need <= picWidth-k.X1 || picWidth-k.X1 >= k.X1-ladderLeft):
		k.TextX = k.X1 + 14
		room -= 14
	case k.step:
		k.TextX, k.TextEnd = k.X1-14, true
		room = k.X1 - ladderLeft
	case k.X2 < k.X1 && need <= right-left:
		k.TextX, k.TextEnd = right-10, true
	default:
		k.TextX = left + 10
	}
	k.Label = view.Shorten(k.Label, max(8, int(float64(room-20)/letter)))
}

// party names a lane in words.
func party(k laneKey) string {
	return strings.TrimSpace(view.ActorName(k.actor) + " " + view.Shorten(k.host, 24))
}

// place gives every party a lane and every message its coordinates.
func (l *ladder) place() {
	lanes := []laneKey{thePhone}
	for _, k := range l.Rows {
		for _, q := range []laneKey{k.from, k.to} {
			if !slices.Contains(lanes, q) {
				lanes = append(lanes, q)
			}
		}
	}
	rank := func(k laneKey) int {
		if i := slices.Index(view.Actors, k.actor); i >= 0 {
			return i
		}
		return len(view.Actors)
	}
	slices.SortStableFunc(lanes[1:], func(a, b laneKey) int { return rank(a) - rank(b) })
	spread := picWidth - ladderLeft - ladderRight - 140
	at := map[laneKey]int{}
	for i, k := range lanes {
		x := ladderLeft + 60
		if len(lanes) > 1 {
			x += i * spread / (len(lanes) - 1)
		}
		at[k] = x
		l.Lanes = append(l.Lanes, ladderLane{X: x, Name: view.ActorName(k.actor), Sub: view.Shorten(k.host, 24), key: k})
	}
	y := ladderTop + 22
	for i := range l.Rows {
		k := &l.Rows[i]
		if k.Pause != "" && i > 0 {
			y += 22
		}
		k.Y = y
		k.X1, k.X2 = at[k.from], at[k.to]
		if !k.step {
			k.Head = k.X2
			if k.Lost {
				k.Head = k.X2 - 28
			}
		}
		k.write()
		if k.Kind != "ok" && k.Kind != "fail" {
			k.Symbol = ""
		}
		y += ladderRow
		k.From = party(k.from)
		if !k.step {
			k.To = party(k.to)
		}
	}
	l.Height = y
}

package correlate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// joinWindow is how far, on the common clock, a console line may lie from the
// packets of the transfer it speaks of.
const joinWindow = 3.0 // seconds

// verdictWindow is how long after a download a status message may still speak
// of it: the phone first tries every TVS.
const verdictWindow = 150.0 // seconds

// attempt is one file that the phone asked for, with everything that tells
// what became of it.
type attempt struct {
	kind     string // ctl, itl, config, other
	file     string
	wire     []*entry // transfers in captures
	lines    []*entry // request and download lines of the console
	start    instant
	end      instant
	complete bool // its content arrived whole
	missing  bool // the server said it has no such file
	list     *listObj
	bytes    int64
	result   Tri      // accepted: yes, no, unknown
	proof    []*entry // what says so
	inferred bool     // the result follows from behaviour, nobody states it
	blind    bool     // the phone held no list, so it took this one unchecked
	askedTVS bool     // the phone asked TVS between download and result
}

func (a *attempt) evidence() []*entry { return slices.Concat(a.wire, a.lines) }

// findAttempts joins requests seen in captures with those of the console and
// decides what became of each.
func (k *kase) findAttempts(p *phone) {
	p.attempts = nil
	for _, n := range p.transfers {
		t := n.e().Transfer
		kind := fileKind(t.File)
		a := &attempt{kind: kind, file: t.File, wire: []*entry{n}, start: n.at, end: n.at}
		if t.End != nil {
			a.end = k.at(n.place.Input, "capture", t.End.Clock)
		}
		a.complete = t.Outcome == "complete"
		a.missing = t.Outcome == "error" && t.ErrorCode != nil && (t.Proto == "tftp" && *t.ErrorCode == 1 || t.Proto == "http" && *t.ErrorCode == 404)
		a.list, a.bytes = k.list(t.Object), t.Bytes
		if again := sameAttempt(p.attempts, a); again != nil {
			again.wire = append(again.wire, n)
			if a.complete && !again.complete {
				again.complete, again.missing, again.list, again.bytes, again.end = true, false, a.list, a.bytes, a.end
			}
			if a.missing && !again.complete {
				again.missing, again.end = true, a.end // busy at first, not there at last
			}
			continue
		}
		p.attempts = append(p.attempts, a)
	}
	for _, a := range p.attempts {
		k.oneStory(p, a)
	}
	k.consoleAttempts(p)
	k.pastedAttempts(p)
	slices.SortStableFunc(p.attempts, func(a, b *attempt) int { return a.start.compare(b.start) })
	// Status messages are read last: they carry no file name, and so they speak
	// of what the log leaves open.
	for _, status := range []bool{false, true} {
		for i, a := range p.attempts {
			var next instant
			for _, b := range p.attempts[i+1:] {
				if b.kind == a.kind && b.start.known {
					next = b.start
					break
				}
			}
			k.outcome(p, a, next, status)
		}
	}
}

// oneStory says beside a transfer what went before it for the same file: HTTP
// that was busy or closed, another server that did not have it.
func (k *kase) oneStory(p *phone, a *attempt) {
	for i, n := range a.wire {
		if i > 0 {
			b := a.wire[i-1].e()
			n.summary += fmt.Sprintf(" (%s: %s)", before(n, a.wire[i-1], strings.ToUpper(b.Transfer.Proto)), firstOf(strings.TrimSpace(errorText(b.Transfer.ErrorCode, b.Transfer.Error)), b.Transfer.Outcome))
			continue
		}
		for _, o := range p.all {
			if d, ok := n.at.sub(o.at); ok && d >= 0 && d < 60 && o.is("http_refused", "http_no_answer") && n.e().Transfer.Proto == "tftp" {
				n.summary += fmt.Sprintf(" (%s: %s)", before(n, o, "TCP 6970"), strings.ReplaceAll(strings.TrimPrefix(o.name, "http_"), "_", " "))
				break
			}
		}
	}
}

// before says what went before, and by how much.
func before(n, first *entry, what string) string {
	d, ok := n.at.sub(first.at)
	if !ok {
		return "after " + what
	}
	return fmt.Sprintf("%.1f s after %s", d, what)
}

// sameAttempt finds the attempt that a further transfer of the same file
// continues: another server or transport within a minute, or a second capture.
func sameAttempt(list []*attempt, a *attempt) *attempt {
	for _, b := range list {
		if normFile(b.file) != normFile(a.file) {
			continue
		}
		if d, ok := a.start.sub(b.end); ok && d >= -joinWindow && d < 60 && (!b.complete || d < 1) {
			return b
		}
	}
	return nil
}

// consoleAttempts adds what the console says of requests and downloads.
func (k *kase) consoleAttempts(p *phone) {
	open := map[string]*attempt{} // by file, and by the bracketed transfer number
	var last *attempt
	for _, n := range p.all {
		if n.sourceKind() != "phone" || !n.is("file_request", "file_download_done", "file_not_found") {
			continue
		}
		id := n.place.Input + "/" + n.detail("transfer")
		file := n.detail("file")
		if file == "" && n.detail("transfer") != "" {
			if a := open[id]; a != nil {
				file = a.file
			}
		}
		if file == "" && last != nil && n.name != "file_request" {
			if d, ok := n.at.sub(last.end); ok && d >= -joinWindow && d < verdictWindow {
				file = last.file
			}
		}
		if file == "" {
			continue
		}
		a := k.attemptFor(p, n, file)
		a.lines = append(a.lines, n)
		last = a
		if n.detail("transfer") != "" {
			open[id] = a
		}
		switch n.name {
		case "file_download_done":
			if n.detail("status") == "" || n.detail("status") == "100" {
				a.complete = true
				if b, err := strconv.ParseInt(n.detail("bytes"), 10, 64); err == nil && a.bytes == 0 {
					a.bytes = b
				}
				if len(a.wire) == 0 {
					a.end = n.at
				}
			}
		case "file_not_found":
			// The wire shows the answer, unless the capture lost it.
			if len(a.wire) == 0 || a.wire[len(a.wire)-1].e().Transfer.Outcome == "no-response" {
				a.missing = !a.complete
			}
		}
	}
}

// attemptFor finds the attempt that a console line speaks of, or begins one.
func (k *kase) attemptFor(p *phone, n *entry, file string) *attempt {
	var best *attempt
	bestD := joinWindow
	for _, a := range p.attempts {
		if !sameFile(a.file, file) {
			continue
		}
		d1, ok1 := n.at.sub(a.start)
		d2, ok2 := n.at.sub(a.end)
		if !ok1 || !ok2 {
			continue
		}
		d := max(-d1, d2, 0)
		if d < bestD {
			best, bestD = a, d
		}
	}
	if best == nil {
		best = &attempt{kind: fileKind(file), file: file, start: n.at, end: n.at}
		p.attempts = append(p.attempts, best)
	}
	return best
}

// outcome looks for the line that says what became of a completed download:
// up to the next attempt at the same kind of file.
func (k *kase) outcome(p *phone, a *attempt, next instant, status bool) {
	if !a.judged() || a.kind == "other" {
		return
	}
	for _, n := range p.all {
		d, ok := a.since(n, a.end)
		if !ok || !a.precedes(n, d) || d > verdictWindow || next.known && (n.e() == nil || n.e().Dialect != "phone-status") && !n.at.before(next) {
			continue
		}
		// A trace may lag by half a second, so the server's word on when the
		// question came counts only where the phone prints none.
		if n.is("tvs_cert_auth_sent", "tvs_query_cert_request") && (a.result == Unknown || a.byStatus()) && d < verdictWindow ||
			n.is("tvs_query") && !p.console() && d < verdictWindow {
			a.askedTVS = true
		}
		if n.sourceKind() != "phone" || (n.e().Dialect == "phone-status") != status {
			continue
		}
		switch {
		case a.kind == "config" && n.is("signature_ok") && n.e().Dialect == "phone-secureapp" && k.lastBefore(p, n) == a:
			a.decide(Yes, n)
		case a.kind == "config" && n.is("config_verified") && k.speaksOf(n, a):
			a.decide(Yes, n)
		case a.kind == "config" && n.is("config_refused", "signature_failed") && k.speaksOf(n, a):
			a.decide(No, n)
		case a.kind != "config" && n.is("signature_ok") && k.envelopeOf(p, n) == a:
			a.decide(Yes, n)
		case a.kind != "config" && n.is("signature_failed") && n.detail("file") != "" && k.speaksOf(n, a):
			a.decide(No, n)
		case a.kind != "config" && n.is("trust_list_verified", "trust_list_updated", "trust_list_installed", "ctl_update_result") && k.listOf(p, n) == a && !(status && a.result == Unknown && p.takenBeside(a, n)):
			a.decide(Yes, n)
		case n.is("tvs_failed") && k.lastBefore(p, n) == a && a.missed(p, n):
			a.decide(No, n)
		case a.kind != "config" && n.is("trust_list_update_failed", "trust_list_verification_failed") && k.refusedList(p, n) == a:
			a.decide(No, n)
		}
	}
}

// decided is when the phone had judged the file: the last line or packet that
// says so. Between download and judgement it still held the old list.
func (a *attempt) decided() instant {
	at := a.end
	for _, n := range a.proof {
		if n.e() != nil && n.e().Dialect == "phone-status" {
			continue
		}
		if d, ok := n.at.sub(at); ok && d > 0 && d < verdictWindow {
			at = n.at
		}
	}
	return at
}

// since gives how many seconds a line stands after a moment of the attempt.
func (a *attempt) since(n *entry, from instant) (seconds float64, ok bool) {
	if d, ok := a.statusAfter(n); ok {
		return d, true
	}
	return n.at.sub(from)
}

// statusAfter compares a status message with the console of the same phone by
// the time of day alone: both print the phone's clock, and the message shows no
// date.
func (a *attempt) statusAfter(n *entry) (seconds float64, ok bool) {
	if n.e() == nil || n.e().Clock == nil || n.e().Dialect != "phone-status" || n.e().Clock.Dated {
		return 0, false
	}
	for _, l := range slices.Backward(a.lines) {
		if c := l.e().Clock; c != nil && l.sourceKind() == "phone" && (!c.Dated || c.Local) {
			const day = 86400
			d := (n.e().Clock.Seconds%day - c.Seconds%day + day + day/2) % day
			return float64(d-day/2) - float64(c.Nanos)/1e9, true
		}
	}
	return 0, false
}

// byStatus tells that only status messages say what became of the file: they
// are stamped to the second, so they may stand before lines that they follow.
func (a *attempt) byStatus() bool {
	return !slices.ContainsFunc(a.proof, func(n *entry) bool { return n.e() == nil || n.e().Dialect != "phone-status" })
}

// takenBeside tells that the log shows another list taken in the same seconds:
// a status message, which names no file, may be about that one.
func (p *phone) takenBeside(a *attempt, n *entry) bool {
	return slices.ContainsFunc(p.attempts, func(b *attempt) bool {
		if b == a || b.kind != "ctl" && b.kind != "itl" || b.result != Yes || b.byStatus() {
			return false
		}
		d, ok := b.since(n, b.end)
		return ok && d > -3 && d < 3
	})
}

// lastBefore gives the file that was downloaded last before a line.
func (k *kase) lastBefore(p *phone, n *entry) *attempt {
	var last *attempt
	for _, a := range p.attempts {
		if d, ok := n.at.sub(a.end); ok && a.judged() && a.precedes(n, d) && d <= verdictWindow {
			last = a
		}
	}
	return last
}

// missed tells that the phone's log says between the download and a line that
// no list knows the signer: then a failing TVS is the end of it. The Linux
// phones print the same for a web server's certificate, whose connection they
// begin in between.
func (a *attempt) missed(p *phone, n *entry) bool {
	miss := false
	for _, m := range p.all {
		d, ok := m.at.sub(a.end)
		if m.place.Input != n.place.Input || m.place.Line >= n.place.Line || !ok || !a.precedes(m, d) {
			continue
		}
		switch {
		case m.is("local_trust_list_miss"):
			miss = true
		case m.is("tls_start", "https_request_start") && m.detail("purpose") != "TVS":
			return false
		}
	}
	return miss
}

// precedes tells that a line may speak of the attempt: in the same log the
// order of lines decides, between sources the clocks with a little slack.
func (a *attempt) precedes(n *entry, d float64) bool {
	for _, l := range a.lines {
		if l.place.Input == n.place.Input {
			return n.place.Line > l.place.Line && d >= -joinWindow
		}
	}
	if c := n.e().Clock; c != nil && c.Step >= 1 {
		return d >= -0.1-c.Step // a stamp of whole seconds stands for all of that second
	}
	return d >= -0.1
}

// console tells whether the phone's own log is among the evidence.
func (p *phone) console() bool {
	for _, n := range p.all {
		if n.sourceKind() == "phone" && n.e().Dialect != "phone-status" {
			return true
		}
	}
	return false
}

// judged tells that the phone may have judged the file: it arrived, or the
// console alone tells of it and printed no end (excerpts leave lines out).
func (a *attempt) judged() bool {
	return a.complete || len(a.wire) == 0 && !a.missing
}

func (a *attempt) decide(v Tri, n *entry) {
	a.complete = true
	switch {
	case a.result == Unknown:
		a.result = v
	case a.result != v && v == No:
		// "Trust List Update Failed" after a good envelope check: the list
		// did not become the phone's.
		a.result = No
	case a.result != v:
		return
	}
	if !slices.Contains(a.proof, n) {
		a.proof = append(a.proof, n)
	}
}

// speaksOf tells that a verdict line names the attempt's file, or none.
func (k *kase) speaksOf(n *entry, a *attempt) bool {
	f := n.detail("file")
	return f == "" || sameFile(strings.Trim(f, "<>"), a.file)
}

// envelopeOf gives the download that a "File sign verify SUCCESS; header
// length <N>" line judges: the latest one whose header has that length, else
// the latest one. A published note shows the line of the ITL as the CTL's.
func (k *kase) envelopeOf(p *phone, n *entry) *attempt {
	want, _ := strconv.Atoi(n.detail("header_length"))
	var latest, fits *attempt
	unknownHeader := false
	for _, a := range p.attempts {
		if !a.judged() || a.kind == "other" {
			continue
		}
		d, ok := n.at.sub(a.end)
		if !ok || !a.precedes(n, d) || d > verdictWindow {
			continue
		}
		latest = a
		if a.list == nil {
			unknownHeader = true
		} else if want != 0 && a.list.l.HeaderLength == want {
			fits = a
		}
	}
	if fits != nil || want != 0 && !unknownHeader {
		return fits
	}
	return latest
}

// listOf gives the list that "TL file verified/updated" speaks of: the last
// one downloaded, since the line says CTL even for an ITL.
func (k *kase) listOf(p *phone, n *entry) *attempt {
	var latest *attempt
	for _, a := range p.attempts {
		if a.kind != "ctl" && a.kind != "itl" || !a.start.known {
			continue
		}
		d, ok := a.since(n, a.start)
		if ok && a.precedes(n, d) && d <= verdictWindow {
			latest = a
		}
	}
	return latest
}

// refusedList gives the list that a "Trust List ... Failed" message speaks of.
// Only a completed download can have been refused; with several the one whose
// signer the phone did not know is meant, and when none is known to be so the
// message decides nothing.
func (k *kase) refusedList(p *phone, n *entry) *attempt {
	var done []*attempt
	for _, a := range p.attempts {
		if a.kind != "ctl" && a.kind != "itl" || !a.complete {
			continue
		}
		d, ok := a.since(n, a.end)
		if ok && a.precedes(n, d) && d <= verdictWindow {
			done = append(done, a)
		}
	}
	done = slices.DeleteFunc(done, func(a *attempt) bool { return a.result == Yes })
	if len(done) == 1 {
		return done[0]
	}
	for i := len(done) - 1; i >= 0; i-- {
		if done[i].kind == "itl" {
			return done[i]
		}
	}
	return nil
}

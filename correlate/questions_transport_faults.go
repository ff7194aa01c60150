package correlate

import (
	"fmt"
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

var _ = register(
	Question{"list-transfer-broken", "Did a list or the configuration never arrive whole, by no transport and from no server?", listTransferBroken},
	Question{"tftp-busy", "Did the TFTP service turn the phone away as busy, over and over?", tftpBusy},
	Question{"tftp-unreachable", "Did nothing at the TFTP address answer the phone?", tftpUnreachable},
	Question{"tftp-answered", "Did a TFTP server answer the phone?", tftpAnswered},
	Question{"leaf-cluster-silent", "Did the proxy TFTP get no answer from the cluster that has the phone?", leafSilent},
	Question{"leaf-cluster-answered", "Did another cluster answer the proxy TFTP for this phone?", leafAnswered},
)

// stall is how long the phone waits for the next block before it gives up or
// asks again. When it goes on at once, the capture rather than the phone lacks
// the packets.
const stall = 4.0 // seconds

// brokenTransfer finds the last request for a list or configuration that did
// not arrive: the last one of its kind, or an earlier one that a later boot
// made good.
func (v *view) brokenTransfer() (*attempt, string) {
	for _, a := range slices.Backward(v.p.attempts) {
		if a.kind == "other" || a.complete || a.missing || a.result == Yes || v.saysTaken(a) {
			continue
		}
		if why := v.howBroken(a); why != "" {
			return a, why
		}
	}
	return nil, ""
}

// saysTaken tells that the phone speaks of a verified file where no other one
// came: then it got this one, and the capture lacks packets.
func (v *view) saysTaken(a *attempt) bool {
	for _, n := range v.p.all {
		d, ok := n.at.sub(a.end)
		if !ok || d < 0 || d > verdictWindow || n.sourceKind() != "phone" {
			continue
		}
		list := n.is("signature_ok", "trust_list_verified", "trust_list_updated", "trust_list_installed")
		if !(a.kind == "config" && n.is("config_verified") || a.kind != "config" && list) {
			continue
		}
		if !slices.ContainsFunc(v.p.attempts, func(b *attempt) bool {
			return b != a && b.complete && (b.kind == "config") == (a.kind == "config") && !b.end.before(a.start) && b.end.before(n.at)
		}) {
			return true
		}
	}
	return false
}

// howBroken words what the evidence shows of a request without a file, "" when
// it shows too little.
func (v *view) howBroken(a *attempt) string {
	if len(a.wire) == 0 {
		for _, n := range slices.Backward(v.p.all) {
			d, ok := n.at.sub(a.start)
			if !ok || d < 0 || d > verdictWindow || !n.is("file_download_failed", "tftp_timeout") || n.e().Dialect == "phone-status" || !sameFile(n.detail("file"), a.file) {
				continue
			}
			return "the phone's own log says so: " + quoteLine([]*entry{n})
		}
		return ""
	}
	last := a.wire[len(a.wire)-1]
	t := last.e().Transfer
	end := last.at
	if t.End != nil {
		end = v.k.at(last.place.Input, "capture", t.End.Clock)
	}
	if !v.k.seenUntil(v.p, end, 10) {
		return "" // the capture ends with it, or has one direction
	}
	if t.Outcome == "no-response" || t.Outcome == "incomplete" {
		if v.lossy(last.place.Input) && !v.complained(a, "file_download_failed", "tftp_timeout") {
			return "" // the capture lost packets, so what it lacks was not lost by the network
		}
		if v.complained(a, "trust_list_update_failed", "file_download_failed", "tftp_timeout") {
			return how(t)
		}
		if len(a.wire) == 1 && v.wentOn(end, a) {
			return "" // at once: it had what it wanted, or its answer
		}
	}
	if t.Outcome == "error" && notFound(last) {
		return ""
	}
	return how(t)
}

// how says how a transfer failed, "" for one that did not.
func how(t *evidence.Transfer) string {
	switch {
	case t.Outcome == "error" && t.ErrorCode != nil && *t.ErrorCode != 503:
		return fmt.Sprintf("%s answered with error %s", hostOf(t.Server), errorText(t.ErrorCode, t.Error))
	case t.Outcome == "no-response":
		return fmt.Sprintf("%s sent nothing over %s", hostOf(t.Server), strings.ToUpper(t.Proto)) + prefixed(": ", t.Error)
	case t.Outcome == "incomplete":
		return fmt.Sprintf("the transfer from %s over %s broke off after %d bytes", hostOf(t.Server), strings.ToUpper(t.Proto), t.Bytes)
	}
	return ""
}

// wentOn tells that the phone did something else at once, on the wire or in its
// log: one that waits for a file does not.
func (v *view) wentOn(at instant, but *attempt) bool {
	soon := func(next instant) bool {
		d, ok := next.sub(at)
		return ok && d > 0 && d < stall
	}
	return slices.ContainsFunc(v.p.all, func(n *entry) bool {
		return n.e() != nil && (n.e().Transfer != nil || n.e().TLS != nil || n.is("registration_requested")) && !slices.Contains(but.wire, n) && soon(n.at)
	}) || slices.ContainsFunc(v.p.attempts, func(b *attempt) bool { return b.complete && b.kind != but.kind && soon(b.start) })
}

// lossy tells that a capture lost packets of the phone: octets that their
// receiver acknowledged are not in it, in a connection or in a file.
func (v *view) lossy(input string) bool {
	return slices.ContainsFunc(v.k.coverageOf(v.p), func(c *evidence.Coverage) bool { return c.Input == input && c.Missed > 0 }) ||
		slices.ContainsFunc(v.p.transfers, func(n *entry) bool {
			l := v.k.list(n.e().Transfer.Object)
			return n.place.Input == input && n.e().Transfer.Outcome == "complete" && l != nil && l.l.Partial
		})
}

// complained tells that the phone itself says, in one of these events, that it
// failed.
func (v *view) complained(a *attempt, events ...string) bool {
	for _, n := range v.p.all {
		if d, ok := n.at.sub(a.end); ok && d >= 0 && d < verdictWindow && n.is(events...) {
			return true
		}
	}
	return false
}

func listTransferBroken(v *view) Answer {
	a, why := v.brokenTransfer()
	if a == nil {
		for _, kind := range []string{"config", "itl", "ctl"} {
			if l := v.p.lastAttempt(kind); l != nil && l.complete {
				return no(l.file+" arrived whole", l.evidence()...)
			}
		}
		return unknown("no broken transfer of a list or configuration is in evidence")
	}
	ev := a.evidence()
	for _, n := range v.p.all {
		if d, ok := n.at.sub(a.start); ok && d >= 0 && d < verdictWindow && n.is("file_download_failed", "tftp_timeout", "trust_list_update_failed") {
			ev = append(ev, n)
		}
	}
	return yes(fmt.Sprintf("%s never arrived: %s", a.file, why), ev...)
}

// deliveredSince gives the next attempt of the same kind that was delivered.
func (v *view) deliveredSince(a *attempt) *attempt {
	if a == nil {
		return nil
	}
	for _, b := range v.p.attempts {
		if b.kind == a.kind && b.complete && a.start.before(b.start) {
			return b
		}
	}
	return nil
}

// busyFor is how long the service has to turn a phone away: a proxy answers 503
// once while it still asks other clusters, and the phone goes on over TFTP.
const busyFor = 60.0 // seconds

// refusedAsBusy gives the longest row of busy answers that nothing interrupts,
// and what ended it.
func (v *view) refusedAsBusy() (row []*entry, server string, after *entry) {
	var cur []*entry
	end := func(n *entry) {
		if len(cur) > 1 && len(cur) > len(row) {
			if d, ok := cur[len(cur)-1].at.sub(cur[0].at); ok && d >= busyFor {
				row, after = cur, n
			}
		}
		cur = nil
	}
	for _, n := range v.p.all {
		if n.e() == nil {
			continue
		}
		switch t := n.e().Transfer; {
		case t != nil && t.ErrorCode != nil && t.Outcome == "error" && t.Proto == "http" && *t.ErrorCode == 503,
			n.is("http_503") && n.sourceKind() == "phone":
			cur = append(cur, n)
			server = hostOf(firstOf(n.e().Server, n.detail("server")))
		case t != nil && t.Outcome == "complete" && fileKind(t.File) != "other", n.is("file_download_done") && fileKind(n.detail("file")) != "other":
			end(n)
		}
	}
	end(nil)
	return row, server, after
}

// tftpBusy takes the service's own word that all its places are taken, where
// the phone got nothing at that time, or the phone's repeated 503.
func tftpBusy(v *view) Answer {
	var full []*entry
	for _, n := range slices.Concat(v.p.all, v.k.general) {
		if n.is("tftp_503_max") {
			full = append(full, n)
		}
	}
	if v.p.cluster {
		if len(full) > 0 {
			return yes(fmt.Sprintf("the trace of the TFTP service says %d times that as many transfers are open as it allows: %s", len(full), quoteLine(full)), full...)
		}
		return unknown("no trace of a TFTP service that is full is in evidence")
	}
	row, server, _ := v.refusedAsBusy()
	if len(row) > 0 {
		d, _ := row[len(row)-1].at.sub(row[0].at)
		text := fmt.Sprintf("%s answered 503 (busy) %d times in %.0f s and sent no file meanwhile", firstOf(server, "the TFTP server"), len(row), d)
		if len(full) > 0 {
			text += ", and its trace says that as many transfers are open as it allows"
		}
		return yes(text, slices.Concat(row, full)...)
	}
	for _, n := range full {
		for _, f := range v.fetches() {
			if d, ok := n.at.sub(f.at); ok && d > -5 && d < busyFor && !f.got && !f.missing {
				return yes(fmt.Sprintf("the phone asked for %s and got nothing while the trace of the TFTP service says that it is full: %s", f.file, quoteLine([]*entry{n})), append(f.evidence(), n)...)
			}
		}
	}
	return unknown("no row of busy answers is in evidence")
}

// tftpTalk is what one TFTP address answered the phone.
type tftpTalk struct {
	silent map[string][]*entry // host -> requests without an answer
	http   map[string]bool     // host -> 6970 silent or closed
	icmp   string
	answer *entry
}

func (v *view) tftpTalk() tftpTalk {
	t := tftpTalk{silent: map[string][]*entry{}, http: map[string]bool{}}
	for _, n := range v.p.all {
		if n.e() == nil || n.sourceKind() == "server" {
			continue
		}
		host := hostOf(firstOf(n.e().Server, n.detail("server")))
		switch x := n.e().Transfer; {
		case x != nil && x.Outcome == "no-response":
			t.silent[host] = append(t.silent[host], n)
			if strings.Contains(x.Error, "ICMP") {
				t.icmp = x.Error
			}
		case x != nil:
			t.answer = n
		case n.is("http_no_answer", "http_refused"):
			t.silent[host] = append(t.silent[host], n)
			t.http[host] = true
		case n.is("file_download_done", "file_loaded", "file_not_found", "http_404", "http_503"):
			t.answer = n
		case n.is("tftp_timeout") && n.e().Dialect != "phone-status":
			t.silent[host] = append(t.silent[host], n)
		case n.e().TLS != nil && n.e().TLS.Service == "provisioning" && (n.e().TLS.Outcome == "established" || len(n.e().TLS.ServerCertificates) > 0):
			t.answer = n
		}
	}
	return t
}

func tftpAnswered(v *view) Answer {
	if n := v.tftpTalk().answer; n != nil {
		return yes(firstOf(hostOf(firstOf(n.e().Server, n.detail("server"))), "a TFTP server")+" answered the phone", n)
	}
	return unknown("no answer of a TFTP server is in evidence")
}

// tftpUnreachable wants unanswered requests from a capture of both directions,
// or the time-outs of the phone's log, and no answer of any server at all.
func tftpUnreachable(v *view) Answer {
	t := v.tftpTalk()
	if t.answer != nil {
		return no("a TFTP server answered the phone", t.answer)
	}
	var ev []*entry
	var says []string
	tries, wire := 0, false
	hosts := make([]string, 0, len(t.silent))
	for h := range t.silent {
		hosts = append(hosts, h)
	}
	slices.Sort(hosts)
	for _, h := range hosts {
		ev = append(ev, t.silent[h]...)
		tries += len(t.silent[h])
		for _, n := range t.silent[h] {
			wire = wire || n.sourceKind() == "capture"
		}
		what := fmt.Sprintf("%s left %d requests without an answer", firstOf(h, "the TFTP server"), len(t.silent[h]))
		if t.http[h] {
			what += ", TCP 6970 included"
		}
		says = append(says, what)
	}
	switch {
	case tries == 0:
		return unknown("no request to a TFTP server that stayed without an answer is in evidence")
	case tries < 2 && t.icmp == "":
		return unknown("a single request without an answer proves nothing: "+says[0], ev...)
	case wire && t.icmp == "" && !v.bothWays():
		return unknown("the capture holds one direction only, so silence means nothing: "+strings.Join(says, "; "), ev...)
	}
	for _, n := range slices.Backward(v.p.all) {
		if n.is("dhcp_ack") {
			given := strings.Join(strings.FieldsFunc(n.detail("tftp_servers")+" "+n.detail("tftp_name"), func(r rune) bool { return r == ' ' || r == ',' }), " and ")
			if given != "" {
				says, ev = append(says, "DHCP gives "+given+" as TFTP server"), append(ev, n)
			} else {
				says, ev = append(says, "DHCP gives no TFTP server (neither option 150 nor 66)"), append(ev, n)
			}
			break
		}
	}
	if t.icmp != "" {
		says = append(says, "the network answers "+t.icmp)
	}
	return yes(strings.Join(says, "; "), ev...)
}

// bothWays tells that a capture holds both directions of the phone's traffic.
func (v *view) bothWays() bool {
	return slices.ContainsFunc(v.k.rows(v.p, "capture"), speaks)
}

// leafSilent takes the alarm about a remote cluster, or a search that the trace
// shows beginning and not ending. A file that is not found alone says nothing.
func leafSilent(v *view) Answer {
	var alarm *entry
	for _, n := range slices.Concat(v.p.all, v.k.general, v.k.strays) {
		if n.is("alarm", "syslog_alarm") && strings.Contains(strings.ToLower(n.detail("alarm")), "offclusternodedown") {
			alarm = n
		}
	}
	if v.p.cluster {
		if alarm != nil {
			return yes("the TFTP service raised the alarm "+alarm.detail("alarm")+prefixed(": ", alarm.detail("text")), alarm)
		}
		return unknown("no alarm about a remote cluster is in evidence")
	}
	var gone *fetch
	for _, f := range v.fetches() {
		if fileDevice(f.file) == "" || f.kind == "ctl" {
			continue
		}
		switch {
		case f.got:
			gone = nil
		case f.missing || f.busy:
			gone = f
		}
	}
	switch {
	case gone == nil && alarm != nil:
		return unknown("a remote cluster was reported down, and no file that this phone did not get is in evidence", alarm)
	case gone == nil:
		return unknown("no file of the phone that a proxy TFTP did not get is in evidence")
	case alarm != nil:
		return yes(fmt.Sprintf("the TFTP service raised the alarm %s%s, and the phone did not get %s", alarm.detail("alarm"), prefixed(": ", alarm.detail("text")), gone.file), append(gone.evidence(), alarm)...)
	case gone.busy && gone.cluster == "" && v.searchNeverEnded(gone):
		return yes(fmt.Sprintf("the proxy TFTP began to ask other clusters for %s, and its trace shows no answer of theirs", gone.file), gone.evidence()...)
	}
	return unknown("nothing says that the server asked another cluster for "+gone.file, gone.evidence()...)
}

// searchNeverEnded wants a trace that goes on for longer than a search takes.
func (v *view) searchNeverEnded(f *fetch) bool {
	const searchTime = 15.0
	var from *entry
	for _, n := range f.trace {
		if n.is("proxy_search_result", "proxy_fetch", "file_served") {
			return false
		}
		if n.is("http_503") {
			from = n
		}
	}
	if from == nil {
		return false
	}
	for _, n := range slices.Concat(v.p.all, v.k.general, v.k.strays) {
		if d, ok := n.at.sub(from.at); ok && n.e() != nil && n.place.Input == from.place.Input && d > searchTime {
			return true
		}
	}
	return false
}

func leafAnswered(v *view) Answer {
	for _, f := range slices.Backward(v.fetches()) {
		if f.cluster != "" && f.got {
			return yes(fmt.Sprintf("the cluster of %s answered for %s", f.cluster, f.file), f.evidence()...)
		}
	}
	return unknown("no answer of another cluster is in evidence")
}

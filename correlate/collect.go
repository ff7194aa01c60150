package correlate

import (
	"fmt"
	"slices"
	"strings"
)

// collectFor says what to fetch so that a question can be answered, in words
// that can be sent to the site as they are: with the phone's own name and
// address, the servers, and the minutes that count.
func (v *view) collectFor(question string) []Step {
	switch question {
	case "served-signer-untrusted", "held-itl-is-served-itl", "itl-updated", "config-signer-untrusted", "itl-good", "lists":
		return v.listSteps()
	case "every-tvs-fails-by-certificate", "tvs-cert-in-held-itl", "tvs-cert-mismatch", "capture":
		return append([]Step{v.captureStep()}, v.unseenTVS()...)
	case "tvs-host-alive", "tvs-silent":
		return slices.Concat([]Step{v.captureStep()}, v.unseenTVS(), v.traceSteps())
	case "refusal-seen", "ctl-refusal-seen", "config-refused", "lists-verified-locally", "console":
		return []Step{v.consoleStep()}
	case "no-key-backup":
		return []Step{{Text: "Ask whether a DRS backup from before the certificate change exists.", Command: "--fact drs-backup=yes|no", Risk: "none"}}
	case "no-reset-path":
		return []Step{{Text: "State the CUCM release.", Command: "show version active; then --fact cucm-version=...", Risk: "none"}}
	case "no-ctl-anchor", "ctl-held":
		return []Step{{Text: "Fetch the CTL listing, and ask whether a token of it is at hand.", Command: "show ctl; then --fact ctl-token=available|lost", Risk: "none"}}
	case "no-older-itl-on-server":
		return []Step{{Text: "Have TAC check whether the server kept an older ITL (CSCts01319).", Command: "--fact previous-itl-on-server=yes|no", Risk: "none"}}
	case "no-other-trusted-tftp":
		return []Step{{Text: "Ask whether another TFTP server exists whose files the phone trusts.", Command: "--fact other-tftp=yes|no", Risk: "none"}}
	case "tvs-vouched-for-list", "https-authenticated", "tvs-trace":
		return v.traceSteps()
	case "capf-trace":
		return []Step{
			{Text: "Collect the CAPF trace, level detailed, of the publisher" + v.during() + ".", Command: "file get activelog cm/trace/capf/sdi/*", Risk: "none"},
			{Text: "Read on the phone's page in Cisco Unified CM Administration: Certificate Operation Status, Authentication Mode and Operation Completes By.", Risk: "none"}}
	case "ctftp-trace":
		return []Step{{Text: "Collect the TFTP trace, level detailed, of " + firstOf(v.tftpNode(), "the node that served the phone") + v.during() + ".", Command: "file get activelog cm/trace/ctftp/sdi/*; file get activelog cm/trace/ctftp/sdl/*", Risk: "none"}}
	case "ccm-trace":
		return []Step{{Text: "Collect the CallManager traces of the nodes of the phone's group" + v.during() + ", and the certificates of the node.", Command: "file get activelog cm/trace/ccm/sdl/*; show cert list own", Risk: "none"}}
	case "syslog":
		return []Step{{Text: "Collect the alarms and certificate logs of every node since before the change.", Command: "file get activelog syslog/CiscoSyslog*; file get activelog platform/log/certMgmt*", Risk: "none"}}
	}
	return []Step{v.captureStep(), v.consoleStep()}
}

// address is where the phone is reached, or a word in its place.
func (v *view) address() string {
	if n := len(v.p.addresses); n > 0 {
		return v.p.addresses[n-1]
	}
	return "<phone>"
}

// sources gives how good the phone's sources of one service are, in the words
// of the report.
func (v *view) sources(service string) []Coverage {
	q := v.k.sourceQuality
	if q == nil || v.p.cluster {
		return nil
	}
	var out []Coverage
	for _, c := range q.rows(v.p, service, "") {
		about := v.needs()
		if firstOf(c.Address, q.k.owner[c.Input]) == "" {
			about = nil
		}
		out = append(out, q.row(c, about))
	}
	return out
}

// amiss tells why what was given of a service does not do: " The one given: ...".
func (v *view) amiss(service string) string {
	list := v.sources(service)
	if len(list) == 0 {
		return ""
	}
	for _, c := range list {
		if c.Quality == qualityGood {
			return ""
		}
	}
	return " The one given (" + list[0].Input + "): " + list[0].Hides[0] + "."
}

// during names the minutes of the phone's last boot: " for 2013-06-18 10:15 to
// 10:17 UTC".
func (v *view) during() string {
	boots := v.k.boots(v.p)
	if len(boots) == 0 {
		return ""
	}
	b := boots[len(boots)-1]
	return spanText(piece{b.from, b.to})
}

func spanText(p piece) string {
	switch {
	case !p.from.known:
		return ""
	case p.from.abs:
		return " for " + minutes(p) + " UTC"
	}
	return " for " + minutes(p) + " (time of day as the logs have it)"
}

// tftpNode is the server that served the phone last.
func (v *view) tftpNode() string {
	for i := len(v.p.transfers) - 1; i >= 0; i-- {
		if kind := fileKind(v.p.transfers[i].e().Transfer.File); kind != "other" {
			return hostOf(v.p.transfers[i].e().Transfer.Server)
		}
	}
	return ""
}

func (v *view) captureStep() Step {
	return Step{
		Text:    "Capture the phone's traffic from power-up until it registers, on the phone's side if possible (PC port or switch mirror), without filter and with full packets." + v.amiss("capture") + " On a server:",
		Command: fmt.Sprintf("utils network capture host ip %s size ALL count 10000 file %s", v.address(), captureName(v.p.name)),
		Risk:    "none",
	}
}

func (v *view) consoleStep() Step {
	return Step{Text: "Fetch the console log and the status messages of the same boot from the phone's web page, or a problem report (on the phone: Settings > Phone information > Report problem)." + v.amiss("console"),
		Command: fmt.Sprintf("http://%s/ > Console Logs, Status Messages", v.address()), Risk: "none"}
}

func (v *view) listSteps() []Step {
	node := v.tftpNode()
	from := ""
	if node != "" {
		from = " from " + node
	}
	return []Step{
		{Text: "Read the hash of the phone's ITL off its menu and give it as a fact.", Command: "phone: Settings > Security Configuration > Trust List > ITL File (78xx, 88xx: Settings > Admin settings > Security setup > Trust list); then --fact itl-md5=... or itl-sha1=...", Risk: "none"},
		{Text: "Fetch the lists as the phone's TFTP node serves them, and its listing.", Command: fmt.Sprintf("tftp get ITL%s.tlv%s; on %s: show itl", v.device(), from, firstOf(node, "the node")), Risk: "none"},
	}
}

// traceSteps asks for the TVS trace of each node that the phone needed and that
// was not given, by node and minutes. A past minute cannot be traced again: when
// the level was not detailed, the phone has to ask once more.
func (v *view) traceSteps() []Step {
	const level = "The level must be detailed: Cisco Unified Serviceability > Trace > Configuration > Security Services > Cisco Trust Verification Service. A change counts only after a restart of the service (CSCuq22327), under Tools > Control Center - Network Services; then reset the phone and collect the minutes after."
	byTime := map[string][]string{}
	var times []string
	for _, w := range v.needs().wants {
		if w.service != "tvs-trace" || w.node == "" || v.traced(&w) {
			continue
		}
		t := spanText(piece{w.span.from, w.span.to})
		if byTime[t] == nil {
			times = append(times, t)
		}
		byTime[t] = append(byTime[t], w.node)
	}
	if len(times) == 0 {
		times, byTime = []string{v.during()}, map[string][]string{v.during(): {"every node of the CallManager group and the TFTP node"}}
	}
	var out []Step
	for i, t := range times {
		s := Step{Text: "Collect the TVS trace of " + strings.Join(byTime[t], " and of ") + t + ".", Command: "file get activelog cm/trace/tvs/sdi/*", Risk: "none"}
		if i == 0 {
			s.Text += v.amiss("tvs-trace") + " " + level
			s.Risk = "The restart interrupts TVS for seconds."
		}
		out = append(out, s)
	}
	return out
}

// traced tells that a good trace of the node is in evidence already.
func (v *view) traced(w *want) bool {
	for _, c := range v.sources("tvs-trace") {
		if c.Quality == qualityGood && deref(c.Node) == w.node {
			return true
		}
	}
	return false
}

func captureName(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '-'
	}, phone)
}

// device is the phone's name in commands; a phone that nothing names gets the
// form that a name has.
func (v *view) device() string {
	if v.p.fromLog() || strings.ContainsAny(v.p.name, ".: ") {
		return "SEP<MAC>"
	}
	return v.p.name
}

// unseenTVS names the servers whose certificate nobody saw, with the command
// that shows it without the phone.
func (v *view) unseenTVS() []Step {
	servers, _ := v.tvsServers()
	var out []Step
	for _, s := range servers {
		if lastPresented(s) == nil {
			out = append(out, Step{Text: "Read the TVS certificate that " + s.address + " presents.", Command: fmt.Sprintf("openssl s_client -connect %s:2445 -showcerts", s.address), Risk: "none"})
		}
	}
	return out
}

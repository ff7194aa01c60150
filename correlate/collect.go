package correlate

import (
	"fmt"
	"strings"
)

// collectFor says what to fetch so that a question can be answered, filled in
// with the phone's own name and address.
func (v *view) collectFor(question string) []Step {
	name, addr := v.p.name, "<phone>"
	if len(v.p.addresses) > 0 {
		addr = v.p.addresses[len(v.p.addresses)-1]
	}
	capture := Step{
		Text:    "Capture the phone's traffic from power-up until it registers, on the phone's side if possible (PC port or switch mirror), without filter and with full packets; on the server:",
		Command: fmt.Sprintf("utils network capture host ip %s size ALL count 10000 file %s", addr, captureName(name)),
		Risk:    "none",
	}
	console := Step{Text: "Fetch the console log and the status messages of the same boot from the phone's web page, or a problem report.", Command: fmt.Sprintf("http://%s/ > Console Logs, Status Messages", addr), Risk: "none"}
	phoneITL := Step{Text: "Read the hash of the phone's ITL off its menu and give it as a fact.", Command: "phone: Settings > Security Configuration > Trust List > ITL File; then --fact itl-md5=... or itl-sha1=...", Risk: "none"}
	served := Step{Text: "Fetch the lists as the phone's TFTP node serves them, and its listing.", Command: fmt.Sprintf("tftp get ITL%s.tlv; on the node: show itl", name), Risk: "none"}
	switch question {
	case "served-signer-untrusted", "held-itl-is-served-itl", "itl-updated", "config-signer-untrusted", "itl-good":
		return []Step{phoneITL, served}
	case "every-tvs-fails-by-certificate", "tvs-cert-in-held-itl", "tvs-cert-mismatch", "tvs-host-alive", "tvs-silent":
		return append([]Step{capture}, v.unseenTVS()...)
	case "refusal-seen", "ctl-refusal-seen", "config-refused", "lists-verified-locally":
		return []Step{console}
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
	case "tvs-vouched-for-list", "https-authenticated":
		return []Step{{Text: "Collect the TVS traces, level detailed, of every node of the CallManager group; after a change of the level restart the service.", Command: "file get activelog cm/trace/tvs/sdi/*", Risk: "The restart interrupts TVS for seconds."}}
	}
	return []Step{capture, console}
}

func captureName(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '-'
	}, phone)
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

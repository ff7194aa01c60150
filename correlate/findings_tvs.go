package correlate

// rulesTVS are the findings on the Trust Verification Service.
var rulesTVS = []*Rule{
	{
		ID: "tvs-port-blocked", Title: "TVS is silent on TCP 2445",
		Sees:  "\"Host Not Found\", lists are not updated",
		Says:  "TCP 2445 to TVS is blocked on the way; no certificate is at fault.",
		Needs: []string{"tvs-silent", "tvs-host-alive"},
		Class: ClassRecoverable, Stage: stageTransport,
		Explain:    []string{"itl-stale-on-phone", "https-service-unverified", "config-signer-not-trusted", "config-not-applied", "tvs-no-answer"},
		Neighbours: []string{"tvs-not-listening", "tvs-cert-mismatch", "tvs-fallback-used"},
		Source:     "Cisco TechNote 118699",
		// Unanswered SYNs beside packets of the same host on other ports are
		// direct; a console that only says "started" is not.
		sure: onTheWire("tvs-silent"),
		summary: func(v *view) string {
			return "TCP 2445 to TVS is blocked: " + v.ask("tvs-silent").Because + ". The same hosts answer on other ports, so a filter stands in the way; no certificate is at fault."
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Open TCP 2445 from the phones' network to every node of the CallManager group and to the TFTP server, then reset the phone; it repairs itself.", Command: "", Risk: "none; the phone keeps its lists"},
				{Text: "Check that the Cisco Trust Verification Service runs on these nodes.", Command: "utils service list", Risk: "none"},
			}
		},
	},
	{
		ID: "tvs-not-listening", Title: "TVS does not listen on TCP 2445",
		Sees:  "\"Host Not Found\", lists are not updated",
		Says:  "The TVS host is there, but nothing listens on TCP 2445: the Trust Verification Service is down; no certificate is at fault.",
		Needs: []string{"tvs-port-closed"}, Not: []string{"tvs-reached"},
		Class: ClassRecoverable, Stage: stageTransport,
		Explain:    []string{"itl-stale-on-phone", "https-service-unverified", "config-signer-not-trusted", "config-not-applied"},
		Neighbours: []string{"tvs-port-blocked", "tvs-cert-mismatch"},
		Source:     "Cisco TechNote 116232; System Error Messages for Cisco Unified Communications Manager, TVSServerListenBindFailed",
		sure:       onTheWire("tvs-port-closed"),
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "See whether the Cisco Trust Verification Service runs on that node, and start it; it is a network service and belongs on every node.", Command: "utils service list; utils service start Cisco Trust Verification Service", Risk: "none; phones ask again by themselves"},
				{Text: "When it runs and the port is still closed, a firewall answers in its place: compare the time-to-live of the reset with that of the host's other packets.", Command: "wireshark filter: tcp.port == 2445 and tcp.flags.reset == 1, column ip.ttl", Risk: "none"},
			}
		},
	},
	{
		ID: "tvs-handshake-failed", Title: "TVS ends the TLS handshake before it shows a certificate",
		Sees:  "\"Host Not Found\" after a change of the minimum TLS version, of ciphers, or of the phone's load",
		Says:  "TVS refuses the phone's TLS hello, so no certificate was ever judged: versions or ciphers do not fit, trust is not the question.",
		Needs: []string{"tvs-handshake-refused"}, Not: []string{"tvs-reached"},
		Class: ClassRecoverable, Stage: stageTVS,
		Explain:    []string{"itl-stale-on-phone", "https-service-unverified", "config-signer-not-trusted", "config-not-applied", "tls-version-or-cipher-mismatch"},
		Neighbours: []string{"tvs-cert-mismatch", "tvs-port-blocked", "server-certificate-expired"},
		Source:     "Cisco TechNote 118699 (CSCua65618)",
		sure:       onTheWire("tvs-handshake-refused"),
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Compare what the phone offers with the minimum TLS version and the ciphers of the cluster; lower the minimum for this interface or give the phone a newer load.", Command: "show tls min-version; phone page: Device Information > Active Load", Risk: "set tls min-version restarts the server"},
				{Text: "On an old load look at CSCua65618 first.", Command: "Bug Search Tool: CSCua65618", Risk: "none"},
			}
		},
	},
	{
		ID: "tvs-cert-mismatch", Title: "TVS presents a certificate that the phone's ITL does not hold",
		Sees:  "\"Host Not Found\" on secure services, or lists are not updated",
		Says:  "TVS presents a certificate that the phone's ITL does not hold, and the phone refused it.",
		Needs: []string{"tvs-cert-mismatch"},
		past: func(v *view) string {
			if v.yes("mismatch-healed") {
				return v.ask("mismatch-healed").Because
			}
			return ""
		},
		Class: ClassDegraded, Stage: stageTVS,
		Explain:    []string{"config-signer-not-trusted", "https-service-unverified"},
		Neighbours: []string{"callmanager-tvs-both-regenerated", "tvs-regenerated-itl-not-refreshed", "cert-identity-near-miss"},
		Source:     "Cisco TechNote 116232",
		class: func(v *view) string {
			if v.yes("refusal-seen") {
				return ClassRecoverable // it stood in the way of a file, not of a service only
			}
			return ClassDegraded
		},
		summary: func(v *view) string {
			return sentence(v.ask("tvs-cert-mismatch").Because)
		},
		remedy: func(v *view) []Step {
			return []Step{{Text: "If the served ITL already holds the new TVS certificate and its signer is one the phone trusts, reset the phone: it takes the new list and with it the certificate. Do not regenerate a further certificate before.", Risk: "A second regeneration before the phones have updated can lock them out."}}
		},
	},
	{
		Explain: []string{"tvs-cert-mismatch"},
		ID:      "tvs-fallback-used", Title: "One TVS failed and another answered",
		Sees:  "nothing, or a delay",
		Says:  "One TVS failed and another one answered.",
		Needs: []string{"tvs-fallback"},
		Class: ClassDegraded, Stage: stageTVS,
		Source: "Cisco TechNote 116232",
		class: func(v *view) string {
			if v.yes("itl-updated") && v.yes("tvs-cert-in-held-itl") && v.fallbackHealed() {
				return ClassNote // the list taken since holds the failing server's new certificate
			}
			return ClassDegraded
		},
		summary: func(v *view) string { return sentence(v.ask("tvs-fallback").Because) },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Repair the failing TVS before the next certificate is touched: while it fails, the phone depends on the other one.", Risk: "none"}}
		},
	},
}

func (v *view) fallbackHealed() bool {
	servers, _ := v.tvsServers()
	h := v.p.now(iITL)
	for _, s := range servers {
		if t := lastPresented(s); t != nil && certIn(h.list, t.cert, "TVS").state != "match" {
			return false
		}
		if len(s.inState("silent", "port-closed")) > 0 && len(s.accepted()) == 0 {
			return false
		}
	}
	return true
}

// onTheWire gives the confidence of a finding whose question is direct on the
// wire and one source's word in a log.
func onTheWire(question string) func(*view) string {
	return func(v *view) string {
		for _, n := range v.ask(question).Evidence {
			if n.sourceKind() == "capture" {
				return "high"
			}
		}
		return "medium"
	}
}

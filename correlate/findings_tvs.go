package correlate

// rulesTVS are the findings on the Trust Verification Service.
var rulesTVS = []*Rule{
	{
		ID: "tvs-port-blocked", Title: "TVS is silent on TCP 2445",
		Sees:  "\"Host Not Found\", lists are not updated",
		Says:  "TCP 2445 to TVS is blocked on the way; no certificate is at fault.",
		Needs: []string{"tvs-silent", "tvs-host-alive"},
		Class: ClassRecoverable, Stage: stageTransport,
		Explain: []string{"config-signer-not-trusted"},
		Source:  "Cisco TechNote 118699",
		// Unanswered SYNs beside packets of the same host on other ports are
		// direct; a console that only says "started" is not.
		sure: func(v *view) string {
			for _, n := range v.ask("tvs-silent").Evidence {
				if n.sourceKind() == "capture" {
					return "high"
				}
			}
			return "medium"
		},
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
		ID: "tvs-cert-mismatch", Title: "TVS presents a certificate that the phone's ITL does not hold",
		Sees:  "\"Host Not Found\" on secure services, or lists are not updated",
		Says:  "TVS presents a certificate that the phone's ITL does not hold, and the phone refused it.",
		Needs: []string{"tvs-cert-mismatch"},
		Class: ClassDegraded, Stage: stageTVS,
		Explain: []string{"config-signer-not-trusted"},
		Source:  "Cisco TechNote 116232",
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
		ID: "tvs-fallback-used", Title: "One TVS failed and another answered",
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

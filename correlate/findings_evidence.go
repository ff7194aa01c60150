package correlate

// rulesEvidence are the findings on the evidence itself. They make a comparison
// unknown or say what to collect; what is proved otherwise stays proved.
var rulesEvidence = []*Rule{
	{
		ID: "phone-clock-wrong", Title: "A wrong date makes valid certificates look expired",
		Sees:  "certificate errors, though every certificate is valid",
		Says:  "The certificate was refused for its dates although it is valid: the clock of the side that refused it is wrong.",
		Needs: []string{"valid-certificate-called-expired"},
		Class: ClassRecoverable, Stage: stageTransport,
		Explain:    []string{"tvs-handshake-failed", "config-signer-not-trusted", "https-service-unverified"},
		Neighbours: []string{"server-certificate-expired", "certificate-expired-or-expiring"},
		Get:        []string{"every-tvs-fails-by-certificate", "refusal-seen"},
		Source:     "RFC 5246, alert 45; RFC 5280, validity",
		sure:       func(*view) string { return "medium" },
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Correct the date of the side that sent the alert: the phone takes its date from the SIP registration or from its phone NTP reference, a server from NTP. Then reset the phone.", Command: "utils ntp status; System > Phone NTP Reference; phone: Settings > Device Information", Risk: "none; renew no certificate for this"},
				{Text: "If the clock is right on both sides, check the clock of the host that took the capture: the certificate was judged by it.", Command: "date -u", Risk: "none"},
			}
		},
	},
	{
		ID: "certificate-expired-or-expiring", Title: "A certificate is past its end, or near it",
		Sees:  "nothing yet, or alarms of the certificate monitor",
		Says:  "A certificate in use or in the lists is past its end or ends within 30 days; nothing has failed because of it yet.",
		Needs: []string{"certificate-near-end"}, Not: []string{"alert-certificate-expired"},
		Class: ClassDegraded, Stage: stageEvidence, Scope: "both",
		Neighbours: []string{"server-certificate-expired", "phone-clock-wrong", "itlrecovery-renewed"},
		Get:        []string{"held-itl-is-served-itl"},
		Source:     "Cisco Support Community DOC-18834; Cisco TechNote 214231; System Error Messages 14, UC_CERT",
		about:      func(v *view) string { return clusterAbout(v, "certificates") },
		sure:       func(*view) string { return "high" },
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Renew one certificate at a time, with all phones registered before and after each: never TVS and the signer of the ITL in one window, and LSCs before the old CAPF certificate is removed from the trust stores.", Command: "show cert list own; Cisco Unified OS Administration > Security > Certificate Management > Regenerate", Risk: "A second renewal before all phones have updated can lock the rest out."},
				{Text: "For a certificate of a security token or of ITLRecovery follow its own procedure.", Command: "utils itl reset localkey; utils ctl reset localkey", Risk: "Phones reset twice."},
			}
		},
	},
	{
		ID: "capture-window-misses-boot", Title: "The capture misses the phone's request for its lists",
		Sees:  "the report says inconclusive",
		Says:  "The capture begins after the phone had fetched its lists, or leaves them out: what they hold is not in it.",
		Needs: []string{"capture-without-boot"}, Not: []string{"intermediary-seen"},
		Class: ClassInconclusive, Stage: stageEvidence,
		Neighbours: []string{"intermediary-in-path"},
		Get:        []string{"every-tvs-fails-by-certificate", "held-itl-is-served-itl"},
		Source:     "Cisco Support Community DOC-18834",
		class: func(v *view) string {
			if v.p.now(iITL).list != nil || v.p.now(iITL).state == "none" || v.saidByLog("itl") {
				return ClassNote // another source shows what the capture does not
			}
			return ClassInconclusive
		},
		sure: func(*view) string { return "high" },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Capture again from the phone's power-up until it registers, unfiltered and with full packets; on the server, and fetch it afterwards with the second command.", Command: "utils network capture host ip " + v.addressOr("<phone>") + " size ALL count 10000 file " + captureName(v.p.name) + "; file get activelog platform/cli/" + captureName(v.p.name) + ".cap", Risk: "none; a reset of the phone interrupts it"}}
		},
	},
	{
		ID: "evidence-mixed-epochs", Title: "The inputs are of different dates",
		Sees:  "sizes, serials and dates do not fit together",
		Says:  "The inputs are of different dates: what is joined across them is less sure than it looks.",
		Needs: []string{"inputs-of-different-dates"},
		Class: ClassNote, Stage: stageEvidence,
		Neighbours: []string{"itl-stale-on-phone", "ctl-corrupt-on-server"},
		Get:        []string{"held-itl-is-served-itl", "every-tvs-fails-by-certificate", "refusal-seen"},
		Source:     "Cisco TechNote 116232 and Cisco Support Community DOC-18834, whose own figures differ",
		sure:       func(*view) string { return "high" },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Collect everything in one session: capture and console log of one boot, and the listings right after it.", Command: "show itl; show ctl; show cert list own", Risk: "none"}}
		},
	},
	{
		ID: "cert-identity-near-miss", Title: "Two serials differ by a slip of the pen",
		Sees:  "two serials that should be equal differ by a digit",
		Says:  "Two serials differ by a digit or a byte and no hash decides: rather a slip in copying than another certificate.",
		Needs: []string{"serials-near-miss"},
		Class: ClassInconclusive, Stage: stageEvidence,
		Neighbours: []string{"tvs-cert-mismatch", "config-signer-not-trusted"},
		Get:        []string{"held-itl-is-served-itl"},
		Source:     "Cisco TechNote 116232, whose translations print one serial in two ways",
		sure:       func(*view) string { return "high" },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Export both again digitally, without retyping, and compare the hashes: nothing is concluded from serials that are almost equal.", Command: "tftp get ITL" + v.device() + ".tlv; show itl; openssl x509 -noout -serial -fingerprint -sha1", Risk: "none"}}
		},
	},
	{
		ID: "tls-certificates-hidden", Title: "The capture cannot show the certificates",
		Sees:  "a capture without certificates",
		Says:  "TLS 1.3 or a resumed session hides the certificates of a connection that would decide: the capture proves neither acceptance nor refusal there.",
		Needs: []string{"certificates-hidden"},
		Class: ClassInconclusive, Stage: stageEvidence,
		Neighbours: []string{"tvs-cert-mismatch", "tvs-handshake-failed"},
		Get:        []string{"refusal-seen", "tvs-vouched-for-list"},
		Release:    "TLS 1.3: 15 and later; resumption: any",
		Source:     "RFC 8446; RFC 5246, section 7.3",
		class: func(v *view) string {
			if v.saidOfTLS() {
				return ClassNote // a log tells what the capture hides
			}
			return ClassInconclusive
		},
		sure: func(*view) string { return "high" },
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Take the word of a log instead: the phone's console log or problem report, and the TVS trace at level detailed.", Command: "http://" + v.addressOr("<phone>") + "/ > Console Logs; file get activelog cm/trace/tvs/sdi/*", Risk: "none"},
				{Text: "A resumed session shows its certificates again after a reset of the phone, which forces a full handshake; TLS 1.3 never does.", Command: "Device > Phone > Reset", Risk: "The phone is away for a minute."},
			}
		},
	},
	{
		ID: "intermediary-in-path", Title: "Something stands between the phone and the cluster",
		Sees:  "the capture shows no TFTP, no TVS and no CAPF of the cluster, or one address for many phones",
		Says:  "An Expressway, a VPN or a NAT stands between the phone and the cluster: that a packet is missing in this capture means nothing.",
		Needs: []string{"intermediary-seen"},
		Class: ClassInconclusive, Stage: stageEvidence,
		Neighbours: []string{"capture-window-misses-boot", "tvs-port-blocked"},
		Get:        []string{"refusal-seen", "tvs-vouched-for-list"},
		Source:     "Cisco TechNote 218018; Cisco Community thread on phone VPN to ASA",
		class: func(v *view) string {
			if v.saidByLog("itl") || v.saidByLog("config") || v.p.now(iITL).list != nil {
				return ClassNote
			}
			return ClassInconclusive
		},
		sure: func(*view) string { return "high" },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Judge by the phone's own log and by the server's traces, and capture between the intermediary and CUCM. What an Expressway checks of CUCM's certificates is not the phone's trust.", Command: "http://" + v.addressOr("<phone>") + "/ > Console Logs; utils network capture port 2445 size ALL count 10000 file tvs", Risk: "none"}}
		},
	},
	{
		ID: "clock-skew", Title: "The sources' clocks differ",
		Sees:  "events look out of order",
		Says:  "The sources' clocks differ; times in the report are corrected.",
		Class: ClassNote, Frame: true, Stage: stageEvidence,
		Neighbours: []string{"phone-clock-wrong", "evidence-mixed-epochs"},
		Source:     "measured from events that two sources saw; Cisco TechNote 116232 for the worked example",
		remedy: func(v *view) []Step {
			return []Step{{Text: "Check NTP on the servers, and the phone's date reference; the offset itself breaks nothing.", Command: "utils ntp status", Risk: "none"}}
		},
	},
	{
		ID: "evidence-insufficient", Title: "The sources do not settle the question",
		Sees:  "the report says inconclusive",
		Says:  "The evidence does not settle the question; the report says what would.",
		Class: ClassInconclusive, Frame: true, Stage: stageEvidence,
		Neighbours: []string{"capture-window-misses-boot", "tls-certificates-hidden", "intermediary-in-path"},
		Get:        []string{"held-itl-is-served-itl", "every-tvs-fails-by-certificate", "refusal-seen", "tvs-vouched-for-list"},
		Source:     "Cisco TechNote 118699, on what to collect; Cisco Support Community Ask the Expert on Security By Default 2012",
		remedy: func(v *view) []Step {
			return []Step{{Text: "Collect what the report names, in one session, and run the analysis again: the phone's lists for the signers, a capture from power-up for the TVS certificates, the console log for the refusal, the TVS trace for the server's view (restart TVS after a change of its trace level, CSCuq22327).", Command: "tftp get ITL" + v.device() + ".tlv; utils network capture host ip " + v.addressOr("<phone>") + " size ALL count 10000 file " + captureName(v.p.name), Risk: "none; the restart interrupts TVS for seconds"}}
		},
	},
}

// addressOr gives the phone's last address, for commands.
func (v *view) addressOr(none string) string {
	if n := len(v.p.addresses); n > 0 {
		return v.p.addresses[n-1]
	}
	return none
}

// saidByLog tells that a log tells of a request for that kind of file.
func (v *view) saidByLog(kind string) bool {
	for _, a := range v.p.attempts {
		if a.kind == kind && len(a.lines) > 0 {
			return true
		}
	}
	return false
}

// saidOfTLS tells that a log says what came of a TLS handshake.
func (v *view) saidOfTLS() bool {
	for _, n := range v.p.all {
		if n.is("tvs_cert_verified", "tvs_tls_connected", "tvs_tls_handshake_ok", "tls_handshake_ok", "tls_handshake_failed", "server_cert_valid", "server_cert_invalid", "tvs_query") && n.sourceKind() != "capture" {
			return true
		}
	}
	return false
}

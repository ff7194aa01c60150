package correlate

// rulesRegistration are the findings on secure registration; what refused the
// phone's own certificate stands in findings_registration_refused.go.
var rulesRegistration = append([]*Rule{
	{
		ID: "secure-registration-ok", Title: "The phone registers over TLS",
		Sees:  "registered; a lock or shield on calls",
		Says:  "The phone and CallManager accepted each other's certificates, and the phone is registered over TLS.",
		Needs: []string{"secure-registration"}, Not: []string{"registered-in-clear-since", "secure-registration-silent"},
		Class: ClassOK, Healthy: true, Stage: stageRegistration,
		Neighbours: []string{"registered-nonsecure", "ccm-certificate-not-in-ctl", "phone-certificate-refused-by-cucm"},
		Source:     "Cisco Support Community DOC-18834; Cisco TechNote 200860",
		sure: func(v *view) string {
			kinds := map[string]bool{}
			for _, n := range v.ask("secure-registration").Evidence {
				kinds[n.sourceKind()] = true
			}
			for _, c := range v.registrations() { // either side, and the certificate is the list's
				if c.state == "accepted" && v.pin(c.n.at, c.cert, []string{"CCM"}, iCTL, iITL).state == "match" {
					return "high"
				}
			}
			if len(kinds) > 1 {
				return "high"
			}
			return "medium"
		},
		remedy: func(*view) []Step {
			return []Step{{Text: "Nothing to mend.", Command: "Device > Phone > Security: shows the profile and the mode in use", Risk: "none"}}
		},
	},
	{
		ID: "secure-registration-port-blocked", Title: "The port of secure registration does not answer",
		Sees:  "the phone keeps registering",
		Says:  "TCP 2443 or 5061 does not answer, so the phone cannot register securely; no certificate is at fault.",
		Needs: []string{"secure-registration-silent", "secure-registration-host-alive"},
		Class: ClassRecoverable, Stage: stageRegistration,
		Neighbours: []string{"ccm-certificate-not-in-ctl", "phone-certificate-refused-by-cucm", "tls-version-or-cipher-mismatch"},
		Get:        []string{"capture", "ccm-trace"},
		Source:     "Cisco Support Community DOC-18834",
		sure:       wireSure("secure-registration-silent"),
		summary: func(v *view) string {
			return paragraphs(v.ask("secure-registration-silent").Because, v.ask("secure-registration-host-alive").Because)
		},
		remedy: func(*view) []Step {
			return []Step{
				{Text: "Check that the Cisco CallManager service runs on the nodes of the group and that the cluster is in mixed mode; a reset means that nothing listens there.", Command: "utils service list; run sql select paramvalue from processconfig where paramname='ClusterSecurityMode'", Risk: "none"},
				{Text: "Open TCP 2443 (SCCP) and 5061 (SIP) from the phones' network to every node of the CallManager group.", Command: "utils network capture port 2443 size ALL count 1000 file secure (5061 for SIP)", Risk: "none"},
			}
		},
	},
	{
		ID: "upgrade-secure-7x-ctl-not-refreshed", Title: "The CTL is still that of the release before the upgrade",
		Sees:  "after an upgrade of a secure 7.x cluster phones do not register",
		Says:  "The CTL was not signed anew after the upgrade, so it lacks the CallManager certificate of today and phones refuse to register.",
		Needs: []string{"ctl-from-before-upgrade"},
		Class: ClassRecoverable, Stage: stageCTL,
		Explain:    []string{"ccm-certificate-not-in-ctl"},
		Neighbours: []string{"ccm-certificate-not-in-ctl", "ctl-stale-vs-certificates"},
		Get:        []string{"ctl-held", "syslog"},
		Release:    "upgrades of secure 7.x clusters to 8.x and later",
		Source:     "Cisco Support Community Ask the Expert on Security By Default 2012",
		sure:       always("medium"),
		remedy:     signCTL,
	},
	{
		ID: "ccm-certificate-not-in-ctl", Title: "CallManager's certificate is not in the phone's CTL",
		Sees:  "the phone keeps registering",
		Says:  "CallManager presents a certificate that the phone's CTL does not hold, so the phone breaks the registration off.",
		Needs: []string{"ccm-cert-unlisted"}, Not: []string{"peer-outside-cluster"},
		Class: ClassRecoverable, Stage: stageRegistration,
		Neighbours: []string{"phone-certificate-refused-by-cucm", "ctl-stale-vs-certificates", "tls-version-or-cipher-mismatch"},
		Get:        []string{"capture", "ccm-trace"},
		Release:    "mixed mode; with a Multi-SAN certificate only the publisher's is listed, and a reused Tomcat certificate (14 and later) has Tomcat's serial",
		Source:     "Cisco Support Community DOC-18834; Cisco TechNote 222534; Security Guide for Cisco Unified Communications Manager 14",
		sure: func(v *view) string {
			switch c := v.lastRefusedCCM(); {
			case c != nil && v.p.heldAt(iCTL, c.n.at).list != nil:
				return "high"
			case v.servedCTL().list != nil:
				return "medium"
			}
			return "low" // no CTL in evidence: that it lacks the certificate is inferred from the refusal
		},
		past: func(v *view) string {
			c := v.lastRefusedCCM()
			for _, o := range v.registrations() {
				if c != nil && o.state == "accepted" && hostOf(o.t.Server) == hostOf(c.t.Server) && c.n.at.before(o.n.at) {
					return "the phone accepted " + o.t.Server + " later"
				}
			}
			return ""
		},
		remedy: signCTL,
	},
	{
		ID: "security-profile-mismatch", Title: "The phone does not fit its security profile",
		Sees:  "registration is rejected, an alarm is raised",
		Says:  "Call control trusts the phone but not what it calls itself: mode, name or cipher are not those of its security profile.",
		Needs: []string{"profile-mismatch"}, Not: []string{"phone-certificate-refused"},
		Class: ClassRecoverable, Stage: stageRegistration,
		Neighbours: []string{"phone-certificate-refused-by-cucm", "registered-nonsecure"},
		Get:        []string{"capture", "ccm-trace"},
		Source:     "System Error Messages 14",
		sure:       always("high"),
		past:       securedSince("profile-mismatch"),
		remedy: func(*view) []Step {
			return []Step{{Text: "Compare the profile with what the alarm says: device security mode, X.509 subject name (a phone's certificate carries CP-model-SEP...), TLS ciphers; correct the profile, apply it and reset the phone.", Command: "System > Security > Phone Security Profile; System > Enterprise Parameters > TLS Ciphers", Risk: "Phones with that profile reset."}}
		},
	},
	{
		ID: "tls-version-or-cipher-mismatch", Title: "No common TLS version or cipher",
		Sees:  "after TLS was hardened the phone keeps registering",
		Says:  "Phone and server have no TLS version or cipher in common; no certificate was even shown.",
		Needs: []string{"no-common-tls"},
		Class: ClassRecoverable, Stage: stageRegistration,
		Neighbours: []string{"ccm-certificate-not-in-ctl", "phone-certificate-refused-by-cucm", "secure-registration-port-blocked"},
		Get:        []string{"capture", "ccm-trace"},
		Source:     "Cisco TechNote 118699; Security Guide for Cisco Unified Communications Manager 14",
		sure:       wireSure("no-common-tls"),
		past:       securedSince("no-common-tls"),
		remedy: func(*view) []Step {
			return []Step{
				{Text: "Compare the server's minimum with what the phone offers; older models end at TLS 1.0 with AES128-SHA.", Command: "show tls min-version", Risk: "none"},
				{Text: "Give the phone a firmware load that knows the version, if there is one.", Command: "Device > Device Settings > Device Defaults", Risk: "The phone restarts with the new load."},
				{Text: "Else lower the minimum on all nodes until such phones are gone.", Command: "set tls min-version 1.0", Risk: "The nodes restart; all interfaces accept the older version."},
			}
		},
	},
	{
		ID: "server-key-not-fips", Title: "The server's key is too short for FIPS",
		Sees:  "\"Phone failed to register. Cert key size is not FIPS compliant\"",
		Says:  "The phone runs in FIPS mode and refuses a server certificate whose key is shorter than 2048 bits.",
		Needs: []string{"fips-key-too-small"},
		Class: ClassRecoverable, Stage: stageRegistration,
		Neighbours: []string{"ccm-certificate-not-in-ctl", "tls-version-or-cipher-mismatch"},
		Get:        []string{"capture", "ccm-trace"},
		Source:     "Cisco IP Phone 8800 Series Administration Guide",
		sure:       always("high"),
		past:       securedSince("fips-key-too-small"),
		remedy: func(*view) []Step {
			return []Step{
				{Text: "Read the key lengths of the certificates; in a list a PUBLICKEY of 140 bytes is a key of 1024 bits, one of 270 is 2048.", Command: "show cert own CallManager; show ctl", Risk: "none"},
				{Text: "Issue the short one anew with 2048 bits, one certificate at a time, and let all phones take the new lists before the next.", Command: "set cert regen CallManager", Risk: "Renewing CallManager.pem and TVS.pem in one window can lock phones out."},
				{Text: "In mixed mode sign the CTL anew; restart TFTP, then CallManager, and reset the phones.", Command: "utils ctl update CTLFile", Risk: "Phones reset."},
			}
		},
	},
	{
		ID: "registered-nonsecure", Title: "Registered in clear though the profile is secure",
		Sees:  "registered, but no lock on calls",
		Says:  "The phone's configuration orders a secure registration, but the phone is registered in clear.",
		Needs: []string{"registered-in-clear"},
		Class: ClassDegraded, Stage: stageRegistration,
		Neighbours: []string{"secure-registration-ok", "security-profile-mismatch"},
		Get:        []string{"capture", "ccm-trace"},
		Release:    "SIP OAuth (5090, 5091; 14 and later) is no registration in clear",
		Source:     "Cisco Support Community DOC-18834",
		sure:       always("high"),
		past:       securedSince("registered-in-clear"),
		remedy: func(*view) []Step {
			return []Step{
				{Text: "Check that the cluster is in mixed mode: value 1.", Command: "run sql select paramvalue from processconfig where paramname='ClusterSecurityMode'", Risk: "none"},
				{Text: "Check on the phone that it has taken the configuration and holds a CTL, and an LSC or MIC.", Command: "phone: Settings > Security Configuration", Risk: "none"},
				{Text: "Apply the security profile again and reset the phone.", Command: "Device > Phone > Device Security Profile > Apply Config", Risk: "The phone resets."},
			}
		},
	},
	{
		ID: "call-security-lowered", Title: "A call is only as secure as its least secure party",
		Sees:  "no lock or shield on some calls",
		Says:  "The icon shows the mode of the least secure party of the call; the phone's own trust is not at fault.",
		Needs: []string{"call-modes"},
		Class: ClassDegraded, Stage: stageServices,
		Missing:    "the signalling of a call with the security modes of both parties: trustline reads registrations, not calls",
		Neighbours: []string{"registered-nonsecure"},
		Source:     "Cisco Support Community DOC-18834",
		sure:       always("low"),
		remedy: func(*view) []Step {
			return []Step{{Text: "Set both ends, and the trunks, gateways and media resources between them, to an encrypted profile.", Command: "System > Security > Phone Security Profile; Device > Trunk > SRTP Allowed", Risk: "Devices reset."}}
		},
	},
}, rulesRefused...)

// signCTL brings the certificates of today into the CTL.
func signCTL(v *view) []Step {
	return []Step{
		{Text: "Compare CallManager's certificate with the CTL: in mixed mode every node's CallManager certificate has to be in it.", Command: "show cert own CallManager; show ctl", Risk: "none"},
		{Text: "Sign the CTL anew (tokenless: on the publisher; with tokens: run the CTL client with a token that the CTL already names).", Command: "utils ctl update CTLFile", Risk: "A CTL signed by a key that the phones do not know would be refused by all of them: check the signer first."},
		{Text: "Restart TFTP, then CallManager, on all nodes that run them, and reset the phones.", Command: "utils service restart Cisco Tftp; utils service restart Cisco CallManager", Risk: "Phones move to another node while CallManager restarts."},
	}
}

// securedSince is the past of a finding about registration: the phone
// registered over TLS afterwards.
func securedSince(q string) func(*view) string {
	return func(v *view) string {
		ok := v.ask("secure-registration")
		a := v.ask(q)
		if ok.Value != Yes || len(a.Evidence) == 0 || len(ok.Evidence) == 0 {
			return ""
		}
		last := a.Evidence[0].at
		for _, n := range a.Evidence {
			if n.e() != nil && last.before(n.at) {
				last = n.at
			}
		}
		for _, n := range ok.Evidence {
			if n.e() != nil && (n.e().TLS != nil || n.is("tls_cipher", "security_modes")) && last.before(n.at) {
				return "the phone registered over TLS later"
			}
		}
		return ""
	}
}

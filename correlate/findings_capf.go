package correlate

import "strings"

// rulesCAPF are the findings on CAPF and the LSC: how the phone reaches and
// trusts CAPF, and whether CAPF can issue anything. What became of a single
// operation stands in findings_capf_lsc.go.
var rulesCAPF = append([]*Rule{
	{
		ID: "lsc-installed", Title: "LSC issued and stored",
		Sees:  "the phone's menu shows LSC: Installed; the page shows Upgrade Success",
		Says:  "CAPF issued the phone's LSC, and the phone stored it.",
		Needs: []string{"lsc-installed"},
		Class: ClassOK, Healthy: true, Stage: stageCAPF,
		Neighbours: []string{"lsc-auth-string-wrong", "capf-external-ca-failed"},
		Source:     "Cisco Support Community DOC-18834",
		sure: func(v *view) string {
			for _, n := range v.ask("lsc-installed").Evidence {
				if n.sourceKind() == "server" {
					return "high" // CAPF itself says so
				}
			}
			return "medium"
		},
		remedy: func(*view) []Step {
			return []Step{{Text: "Nothing to mend. Keep the CAPF certificate that issued this LSC in CallManager-trust as long as phones present it.", Command: "show cert list trust", Risk: "none"}}
		},
	},
	{
		ID: "capf-port-blocked", Title: "CAPF does not answer on TCP 3804",
		Sees:  "LSC: Operation Pending, or failed",
		Says:  "CAPF does not answer on TCP 3804, so the phone gets no LSC; no certificate is at fault.",
		Needs: []string{"capf-silent", "capf-host-alive"},
		Class: ClassRecoverable, Stage: stageCAPF,
		Neighbours: []string{"capf-cert-mismatch", "lsc-auth-string-not-entered"},
		Get:        []string{"capf-trace", "held-itl-is-served-itl"},
		Source:     "Cisco Support Community DOC-18834; Security Guide for Cisco Unified Communications Manager 14",
		sure:       wireSure("capf-silent"),
		past:       capfHistory("capf-silent"),
		summary: func(v *view) string {
			return sentence(v.ask("capf-silent").Because) + " " + sentence(v.ask("capf-host-alive").Because) + " A phone tries three times, half a minute apart, and gives up."
		},
		remedy: func(*view) []Step {
			return []Step{
				{Text: "Check that the Cisco Certificate Authority Proxy Function runs on the publisher; a reset of the connection means that nothing listens there.", Command: "utils service list", Risk: "none"},
				{Text: "Open TCP 3804 from the phones' network to the publisher, then have the phone try again.", Command: "Device > Phone > Certificate Operation: Install/Upgrade, then Reset", Risk: "The phone resets."},
			}
		},
	},
	{
		ID: "capf-record-missing", Title: "The phone's lists name no CAPF",
		Sees:  "the LSC is never installed; \"No valid CAPF server\"",
		Says:  "Neither list of the phone has a record for CAPF, so it trusts no CAPF server.",
		Needs: []string{"capf-record-missing"}, Not: []string{"capf-reached"},
		Class: ClassRecoverable, Stage: stageCAPF,
		Explain:    []string{"capf-cert-mismatch"},
		Neighbours: []string{"capf-cert-mismatch", "capf-port-blocked"},
		Get:        []string{"capf-trace", "held-itl-is-served-itl"},
		Source:     "Cisco Support Community DOC-18834, question on the ITL; Security Guide for Cisco Unified Communications Manager 14",
		sure:       always("medium"),
		past:       capfHistory("capf-record-missing"),
		remedy: func(*view) []Step {
			return []Step{
				{Text: "Activate the Cisco Certificate Authority Proxy Function on the publisher.", Command: "Cisco Unified Serviceability > Tools > Service Activation", Risk: "none"},
				{Text: "In mixed mode sign the CTL anew, so that it names CAPF (token clusters: run the CTL client).", Command: "utils ctl update CTLFile", Risk: "none until the phones reset"},
				{Text: "Restart the TFTP service, so that the ITL is built anew, and reset the phone.", Command: "utils service restart Cisco Tftp", Risk: "Phones cannot fetch files for a minute."},
			}
		},
	},
	{
		ID: "capf-cert-mismatch", Title: "CAPF presents a certificate that the phone's lists do not hold",
		Sees:  "the LSC is not installed; \"No valid CAPF server\"",
		Says:  "CAPF presents a certificate that the phone's CTL and ITL do not hold, so the phone takes no LSC from it.",
		Needs: []string{"capf-cert-unlisted"},
		Class: ClassRecoverable, Stage: stageCAPF,
		Explain:    []string{"tvs-certificate-unknown-in-store", "ctl-stale-vs-certificates"},
		Neighbours: []string{"lsc-auth-string-wrong", "capf-record-missing", "cert-identity-near-miss"},
		Get:        []string{"capf-trace", "held-itl-is-served-itl"},
		Source:     "Cisco Support Community DOC-18834; Cisco TechNote 225746",
		sure: func(v *view) string {
			if c := v.lastCAPF(); c != nil && v.pin(c.n.at, c.cert, []string{"CAPF"}, iCTL, iITL).all || v.noCAPF() != nil {
				return "high"
			}
			return "medium" // one of the two lists is not in evidence; the refusal says that it did not help
		},
		past:   capfHistory("capf-cert-unlisted"),
		remedy: oneCAPF,
	},
	{
		ID: "capf-differs-between-nodes", Title: "Nodes have different CAPF certificates, and the lists name only one",
		Sees:  "LSCs are installed on some phones only",
		Says:  "The cluster has more than one CAPF certificate, and the phone was sent to one that its lists do not name.",
		Needs: []string{"capf-differs"},
		Class: ClassRecoverable, Stage: stageCAPF,
		Neighbours: []string{"capf-cert-mismatch"},
		Get:        []string{"capf-trace", "held-itl-is-served-itl"},
		Release:    "before 14; from 14 on CAPF runs on the publisher only",
		Source:     "Cisco Support Community DOC-18834, question on two CAPF certificates",
		sure:       always("medium"),
		past:       capfHistory("capf-differs"),
		remedy:     oneCAPF,
	},
	{
		ID: "capf-certificate-unfit", Title: "CAPF's certificate does not fit its key",
		Sees:  "no phone gets an LSC",
		Says:  "CAPF's certificate does not belong to its private key, so it can issue no LSC to anybody.",
		Needs: []string{"capf-certificate-unfit"},
		Class: ClassRecoverable, Stage: stageCAPF, Scope: "both",
		Neighbours: []string{"capf-cert-mismatch", "capf-external-ca-failed"},
		Get:        []string{"capf-trace", "syslog"},
		Release:    "from 14 SU2 on the certificate also has to be a CA: basic constraints CA:TRUE with path length 0, and key usage certificate signing",
		Source:     "System Error Messages 14; Security Guide for Cisco Unified Communications Manager 14",
		sure:       always("high"),
		about:      func(*view) string { return "CAPF.pem" },
		class: func(v *view) string {
			if why, _ := v.lscWanted(); why == "" && !v.p.cluster {
				return ClassNote // the servers' trouble, and this phone wants no LSC
			}
			return ClassRecoverable
		},
		remedy: func(*view) []Step {
			return append([]Step{{Text: "Regenerate the CAPF certificate on the publisher and restart the Cisco Certificate Authority Proxy Function.", Command: "set cert regen CAPF; utils service restart Cisco Certificate Authority Proxy Function", Risk: "Keep the former CAPF certificate in CallManager-trust and CAPF-trust until all LSCs are issued anew; 802.1X and VPN that trust the old one have to learn the new one."}}, oneCAPFTail()...)
		},
	},
	{
		ID: "capf-external-ca-failed", Title: "The certificate authority behind CAPF issues no LSC",
		Sees:  "Operation Pending, no certificate",
		Says:  "CAPF received the phone's key but got no certificate for it from the certificate authority behind it.",
		Needs: []string{"capf-signing-failed"},
		Class: ClassRecoverable, Stage: stageCAPF,
		Neighbours: []string{"capf-certificate-unfit", "lsc-operation-failed-comm-or-timeout"},
		Get:        []string{"capf-trace", "held-itl-is-served-itl"},
		Release:    "CAPF with an online or offline certificate authority, 12.5 and later for online",
		Source:     "Security Guide for Cisco Unified Communications Manager 14; Cisco TechNote 214396",
		sure: func(v *view) string {
			for _, n := range v.ask("capf-signing-failed").Evidence {
				if n.is("capf_ca_error", "capf_enrollment_failed") {
					return "medium"
				}
			}
			return "low" // that an authority stands behind CAPF is inferred from what is missing
		},
		past: capfHistory("capf-signing-failed"),
		remedy: func(*view) []Step {
			return []Step{
				{Text: "See which issuer CAPF is set to use. With an offline authority the pending requests have to be exported, signed and imported by hand.", Command: "Cisco Unified CM Administration > System > Service Parameters > Cisco Certificate Authority Proxy Function > Certificate Issuer to Endpoint; utils capf csr count", Risk: "none"},
				{Text: "With an online authority check that the publisher reaches it by name, that template and account are right, and that its root and intermediate certificates are in CAPF-trust and CallManager-trust.", Command: "Cisco Unified OS Administration > Security > Certificate Management", Risk: "none"},
				{Text: "Then order the operation again and reset the phone.", Command: "Device > Phone > Certificate Operation: Install/Upgrade", Risk: "The phone resets."},
			}
		},
	},
}, rulesLSC...)

// oneCAPF is the way back to one CAPF that every list names.
func oneCAPF(v *view) []Step {
	steps := []Step{{Text: "Do not delete any list: the phone's lists are sound, they are only older than the CAPF certificate.", Risk: "none"}}
	if v.yes("capf-differs") {
		steps = append(steps, Step{Text: "Settle on the publisher's CAPF: deactivate the service on the other nodes.", Command: "Cisco Unified Serviceability > Tools > Service Activation; show cert own CAPF", Risk: "none"})
	}
	return append(steps, oneCAPFTail()...)
}

func oneCAPFTail() []Step {
	return []Step{
		{Text: "In mixed mode sign the CTL anew, so that it holds today's CAPF certificate (token clusters: run the CTL client).", Command: "utils ctl update CTLFile", Risk: "none until the phones reset"},
		{Text: "Restart TFTP, then CallManager, on all nodes that run them, and reset the phones.", Command: "utils service restart Cisco Tftp; utils service restart Cisco CallManager", Risk: "Phones move to another node while CallManager restarts."},
		{Text: "Leave the former CAPF certificate in CallManager-trust until every LSC that it issued is replaced.", Command: "show cert list trust", Risk: "Phones with an LSC of the former CAPF lose their secure registration once it is gone."},
	}
}

// always is a confidence that the kind of proof fixes.
func always(c string) func(*view) string { return func(*view) string { return c } }

// wireSure calls a silence that a capture shows sure.
func wireSure(q string) func(*view) string {
	return func(v *view) string {
		for _, n := range v.ask(q).Evidence {
			if n.sourceKind() == "capture" {
				return "high"
			}
		}
		return "medium"
	}
}

// paragraphs joins sentences that are not empty.
func paragraphs(list ...string) string {
	var out []string
	for _, s := range list {
		if s = sentence(s); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

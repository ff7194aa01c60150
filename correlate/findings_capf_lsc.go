package correlate

// rulesLSC are the findings on a single operation of CAPF, by its result.
var rulesLSC = []*Rule{
	{
		ID: "lsc-auth-string-wrong", Title: "CAPF refused the authentication string",
		Sees:  "the phone shows LSC: failed; the page shows Invalid Authentication String",
		Says:  "CAPF refused the authentication string that was typed at the phone; trust lists and certificates are not at fault.",
		Needs: []string{"lsc-auth-string-refused"}, Not: []string{"capf-key-generated"},
		Class: ClassRecoverable, Stage: stageCAPF,
		Neighbours: []string{"capf-cert-mismatch", "lsc-invalid-existing-certificate", "capf-port-blocked"},
		Get:        []string{"capf-trace", "capture"},
		Source:     "Troubleshooting Guide 12.5; Cisco Support Community DOC-18834; Security Guide for Cisco Unified Communications Manager 14",
		sure: func(v *view) string {
			if code, _, _ := v.capfSaid("3"); code != "" {
				return "high"
			}
			return "low" // a session that ended early may have other reasons
		},
		past:   capfHistory("lsc-auth-string-refused"),
		remedy: byAnotherMode,
	},
	{
		ID: "lsc-auth-string-not-entered", Title: "CAPF waits for a string to be typed at the phone",
		Sees:  "Operation Pending for ever",
		Says:  "The operation of CAPF is set to an authentication string, and the phone waits for somebody to type it.",
		Needs: []string{"lsc-auth-string-awaited"},
		Class: ClassRecoverable, Stage: stageCAPF,
		Neighbours: []string{"lsc-auth-string-wrong", "capf-port-blocked"},
		Get:        []string{"capf-trace", "capture"},
		Source:     "Cisco Support Community DOC-18834; Security Guide for Cisco Unified Communications Manager 14",
		sure:       always("medium"),
		past:       capfHistory("lsc-auth-string-awaited"),
		summary: func(v *view) string {
			return paragraphs(v.ask("lsc-auth-string-awaited").Because, "a phone with a secure profile and the mode by string never goes to CAPF by itself")
		},
		remedy: byAnotherMode,
	},
	{
		ID: "lsc-invalid-existing-certificate", Title: "CAPF does not take the certificate by which the phone proves itself",
		Sees:  "the page shows Invalid LSC or Invalid MIC",
		Says:  "The phone is to prove itself to CAPF by a certificate that it has, and CAPF does not trust that certificate's issuer.",
		Needs: []string{"lsc-certificate-refused"},
		Class: ClassRecoverable, Stage: stageCAPF,
		Neighbours: []string{"lsc-auth-string-wrong", "phone-certificate-refused-by-cucm", "mic-missing"},
		Get:        []string{"capf-trace", "capture"},
		Source:     "Cisco TechNote 200860; Troubleshooting Guide 12.5",
		sure:       resultSure("4", "5", "6"),
		past:       capfHistory("lsc-certificate-refused"),
		remedy: func(v *view) []Step {
			steps := []Step{{Text: "Set the authentication mode to a null string for this operation, order it again and reset the phone.", Command: "Device > Phone > Authentication Mode: By Null String; Certificate Operation: Install/Upgrade", Risk: "With a null string any device of that name gets the LSC: do it in a network that you trust."}}
			if code, _, _ := v.capfSaid("5"); code != "" {
				return append(steps, Step{Text: "Or have CAPF trust the factory's authority again: upload the missing Cisco manufacturing certificate to CAPF-trust.", Command: "Cisco Unified OS Administration > Security > Certificate Management; show cert list trust", Risk: "none"})
			}
			return append(steps, Step{Text: "Or upload the certificate of the CAPF that issued the phone's present LSC to CAPF-trust; keep it there until all LSCs are issued anew.", Command: "Cisco Unified OS Administration > Security > Certificate Management; show cert list trust", Risk: "none"})
		},
	},
	{
		ID: "lsc-operation-failed-comm-or-timeout", Title: "The operation of CAPF broke off",
		Sees:  "the page shows a communication failure, a time-out or a late request",
		Says:  "The operation of CAPF ended by time or communication; string and certificates were not refused.",
		Needs: []string{"capf-operation-broken"},
		Class: ClassRecoverable, Stage: stageCAPF,
		Neighbours: []string{"lsc-auth-string-wrong", "lsc-invalid-existing-certificate", "capf-port-blocked"},
		Get:        []string{"capf-trace", "capture"},
		Source:     "Troubleshooting Guide 12.5; Security Guide for Cisco Unified Communications Manager 14",
		sure:       resultSure("2", "7", "8", "11"),
		past:       capfHistory("capf-operation-broken"),
		remedy: func(v *view) []Step {
			order := Step{Text: "Order the operation again with an end date in the future (Operation Completes By) and reset the phone.", Command: "Device > Phone > Certificate Operation: Install/Upgrade; Operation Completes By", Risk: "The phone resets."}
			if code, _, _ := v.capfSaid("11"); code != "" {
				return []Step{order}
			}
			return []Step{
				{Text: "Check the way between phone and publisher on TCP 3804 for loss, resets and idle time-outs: making a key takes a phone up to minutes, in which the connection is silent.", Command: "utils network capture port 3804 size ALL count 10000 file capf", Risk: "none"},
				order,
			}
		},
	},
	{
		ID: "mic-missing", Title: "The phone has no MIC",
		Sees:  "\"MIC not installed\"",
		Says:  "The phone has no certificate from the factory, so it cannot prove itself to CAPF by one.",
		Needs: []string{"mic-missing"}, Not: []string{"mic-presented"},
		Class: ClassRecoverable, Stage: stageCAPF,
		Neighbours: []string{"lsc-invalid-existing-certificate", "mic-roots-removed"},
		Get:        []string{"capf-trace", "capture"},
		Release:    "8821: CSCvc65418",
		Source:     "Cisco TechNote 201021",
		sure:       always("medium"),
		past:       capfHistory("mic-missing"),
		remedy: func(*view) []Step {
			return []Step{
				{Text: "Install an LSC without the MIC: set the authentication mode to a null string or to a string, order the operation and reset the phone.", Command: "Device > Phone > Authentication Mode: By Null String; Certificate Operation: Install/Upgrade", Risk: "With a null string any device of that name gets the LSC: do it in a network that you trust."},
				{Text: "If the MIC itself is needed (802.1X, VPN, Expressway on-boarding), the phone has to be exchanged.", Command: "phone: Settings > Security Configuration shows MIC: Not Installed; open an RMA", Risk: "none"},
			}
		},
	},
}

// resultSure calls a result that CAPF or its page printed sure.
func resultSure(codes ...string) func(*view) string {
	return func(v *view) string {
		if code, _, _ := v.capfSaid(codes...); code != "" {
			return "high"
		}
		return "medium"
	}
}

// byAnotherMode is the way out of a string that nobody types right.
func byAnotherMode(*view) []Step {
	return []Step{
		{Text: "From the server: set the authentication mode to a null string or to an existing certificate, order the operation again and reset the phone.", Command: "Device > Phone > Authentication Mode: By Null String; Certificate Operation: Install/Upgrade", Risk: "With a null string any device of that name gets the LSC: do it in a network that you trust."},
		{Text: "Or at the phone: type the string that its page shows.", Command: "phone: Settings > Security Configuration > unlock with **# > LSC > Update", Risk: "Somebody has to stand at the phone."},
	}
}

package correlate

import (
	"fmt"
	"strings"
)

// rulesCertificates are the findings on certificates and lists that changed on the cluster.
var rulesCertificates = []*Rule{
	{
		ID: "callmanager-tvs-both-regenerated", Title: "List signer and TVS certificate changed together",
		Sees:  "\"Trust List Update Failed\" or \"Verification Failed\", changes are not applied, secure services fail; the phone may still register",
		Says:  "The ITL's signer and the TVS certificate were both replaced since the phone last updated: it can verify no new file and reach no TVS it trusts, so it keeps its old lists and refuses every change.",
		Needs: []string{"served-signer-untrusted", "every-tvs-fails-by-certificate", "refusal-seen"}, Not: []string{"names-changed", "rebuilt"},
		Opens: []string{"served-signer-untrusted", "every-tvs-fails-by-certificate", "refusal-seen"},
		Class: ClassLockedOut, Gate: "itl", Stage: stageITL,
		Explain:    []string{"config-signer-not-trusted", "tvs-cert-mismatch", "https-service-unverified", "config-not-applied", "itl-stale-on-phone", "itlrecovery-renewed", "cm-group-single-tvs", "other-signed-file-rejected"},
		Neighbours: []string{"tvs-port-blocked", "tvs-regenerated-itl-not-refreshed", "callmanager-regenerated-pending", "moved-cluster-no-trust", "itl-corrupt-on-server"},
		Source:     "Cisco TechNote 116232; Cisco TechNote 214231; Cisco TechNote 225746",
		summary: func(v *view) string {
			return "The ITL's signer and the TVS certificate were both replaced since the phone last updated: it can neither verify the new files nor reach a TVS it trusts, so it keeps its old lists and refuses every change."
		},
		remedy: bothRegeneratedRemedy,
	},
	{
		ID: "hostname-change-with-ctl", Title: "Servers renamed; the phone's CTL can still be renewed",
		Sees:  "\"Trust List Verification Failed\" on the phones of a mixed-mode site after a rename",
		Says:  "The servers were renamed, so every certificate is new to the phone's ITL; its CTL has an anchor that still signs, and a new CTL brings the phone back.",
		Needs: []string{"names-changed", "every-tvs-fails-by-certificate", "refusal-seen", "ctl-anchor-left"}, Not: []string{"lists-of-other-cluster"},
		Class: ClassRecoverable, Stage: stageITL,
		Explain:    []string{"config-signer-not-trusted", "tvs-cert-mismatch", "https-service-unverified", "config-not-applied", "itl-stale-on-phone", "cm-group-single-tvs", "ctl-stale-vs-certificates"},
		Neighbours: []string{"callmanager-tvs-both-regenerated", "hostname-change-single-node-itl-only", "ctl-anchors-lost"},
		Source:     "Cisco TechNote 116232",
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Sign a new CTL with the anchor that the phone still holds (token, or the CTL's second SAST key), restart TFTP, then CallManager, and reset the phones: the new CTL names the new certificates, and the ITL follows.", Command: "utils ctl update CTLFile (tokens: CTL client); utils service restart Cisco Tftp", Risk: "Phones reset."},
				{Text: "Do not delete lists: the CTL's anchor makes it unnecessary.", Risk: "none"},
			}
		},
	},
	{
		ID: "hostname-change-single-node-itl-only", Title: "Single server renamed, and the phone has only an ITL",
		Sees:  "\"Trust List Verification Failed\" on all phones after a rename",
		Says:  "The only server was renamed: its files are signed by a name that the phone does not know, and so is the only TVS it could ask.",
		Needs: []string{"names-changed", "every-tvs-fails-by-certificate", "refusal-seen", "one-server"}, Not: []string{"ctl-held", "lists-of-other-cluster"},
		Class: ClassLockedOut, Gate: "itl", Stage: stageITL,
		Explain:    []string{"all-nodes-renamed-together", "config-signer-not-trusted", "tvs-cert-mismatch", "https-service-unverified", "config-not-applied", "itl-stale-on-phone", "cm-group-single-tvs"},
		Neighbours: []string{"callmanager-tvs-both-regenerated", "hostname-change-with-ctl", "moved-cluster-no-trust"},
		Source:     "Cisco TechNote 116232",
		remedy: func(v *view) []Step {
			return append([]Step{{Text: "If the old name is still possible, give it back to the server: that alone does not bring the old keys back, a DRS backup does.", Command: "Disaster Recovery System > Restore", Risk: "Brings the whole node back to the date of the backup."}}, bothRegeneratedRemedy(v)...)
		},
	},
	{
		ID: "all-nodes-renamed-together", Title: "All servers renamed in one window: no TVS is left that the phone knows",
		Sees:  "a whole cluster stops taking changes after a maintenance night",
		Says:  "Every server that the phone could ask was renamed in one window: the lists' signer is new, and no TVS is left whose certificate its ITL holds.",
		Needs: []string{"names-changed", "every-tvs-fails-by-certificate", "refusal-seen"}, Not: []string{"ctl-anchor-left", "lists-of-other-cluster"},
		Class: ClassLockedOut, Gate: "itl", Stage: stageITL,
		Explain:    []string{"config-signer-not-trusted", "tvs-cert-mismatch", "https-service-unverified", "config-not-applied", "itl-stale-on-phone"},
		Neighbours: []string{"callmanager-tvs-both-regenerated", "hostname-change-with-ctl", "tvs-fallback-used"},
		Source:     "Cisco TechNote 116232",
		remedy:     bothRegeneratedRemedy,
	},
	{
		ID: "cluster-rebuilt-no-drs", Title: "Cluster rebuilt without its old keys",
		Sees:  "a whole site refuses everything after a new installation",
		Says:  "The cluster was rebuilt without its old keys: the names are the same, every key is another, and for the phones it is a different cluster.",
		Needs: []string{"rebuilt", "served-signer-untrusted", "every-tvs-fails-by-certificate", "refusal-seen"}, Not: []string{"lists-of-other-cluster"},
		Class: ClassLockedOut, Gate: "itl", Stage: stageITL,
		Explain:    []string{"config-signer-not-trusted", "tvs-cert-mismatch", "https-service-unverified", "config-not-applied", "itl-stale-on-phone", "cm-group-single-tvs"},
		Neighbours: []string{"callmanager-tvs-both-regenerated", "moved-cluster-no-trust"},
		Source:     "Cisco TechNote 116232; Cisco TechNote 221069",
		sure:       func(*view) string { return "medium" },
		remedy: func(v *view) []Step {
			return append([]Step{{Text: "A publisher that was rebuilt from a subscriber heals by itself: the subscriber's TVS still vouches. Check that TCP 2445 to every old subscriber is open before anything else.", Command: "show itl (on each subscriber)", Risk: "none"}}, bothRegeneratedRemedy(v)...)
		},
	},
	{
		ID: "callmanager-regenerated-pending", Title: "List signer changed; the phone has not fetched the new list yet",
		Sees:  "nothing yet; a changed configuration does not arrive",
		Says:  "The key that signs the lists is new and the phone has not been reset since; TVS.pem is unchanged, so it will take the new list on TVS's word.",
		Needs: []string{"newer-itl-untried", "tvs-cert-in-held-itl"}, Not: []string{"refusal-seen"},
		Class: ClassDegraded, Stage: stageITL,
		Explain:    []string{"itl-stale-on-phone", "itlrecovery-renewed"},
		Neighbours: []string{"callmanager-tvs-both-regenerated", "itl-updated-via-tvs"},
		Source:     "Cisco TechNote 116232; Cisco TechNote 221070",
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Restart TVS and TFTP if that was not done after the change, then reset the phones and see each take the new list. Do not touch TVS.pem until every phone has it; take a DRS backup afterwards.", Command: "utils service restart Cisco Trust Verification Service; utils service restart Cisco Tftp; Cisco Unified CM Administration > Device > Phone > Reset", Risk: "Phones reset. Regenerating TVS.pem before all have updated locks the rest out."},
			}
		},
	},
	{
		ID: "tvs-regenerated-itl-not-refreshed", Title: "TVS certificate changed; the phone has not taken the new list yet",
		Sees:  "secure services fail, files are still accepted",
		Says:  "TVS presents a new certificate that the phone's ITL does not hold yet; the served files are signed by a key that it knows, so one reset repairs it.",
		Needs: []string{"tvs-changed-only"}, Not: []string{"moved-between-clusters"},
		Class: ClassDegraded, Stage: stageITL,
		Explain:    []string{"tvs-cert-mismatch", "https-service-unverified", "itl-stale-on-phone", "tvs-fallback-used", "cm-group-single-tvs", "config-not-applied"},
		Neighbours: []string{"callmanager-tvs-both-regenerated", "tvs-port-blocked"},
		Source:     "Cisco TechNote 116232; Cisco Support Community mirror of TechNote 116232, comments",
		class: func(v *view) string {
			if v.yes("refusal-seen") && v.yes("served-signer-untrusted") {
				return ClassRecoverable
			}
			return ClassDegraded
		},
		summary: func(v *view) string {
			s := sentence(v.ask("tvs-changed-only").Because)
			if v.no("served-itl-knows-tvs") {
				s += " The served ITL does not hold the new certificate either: TFTP was not restarted since."
			}
			return s
		},
		remedy: func(v *view) []Step {
			var out []Step
			if v.no("served-itl-knows-tvs") {
				out = append(out, Step{Text: "Restart TFTP first, so that the ITL is built anew with the new TVS certificate.", Command: "utils service restart Cisco Tftp", Risk: "File requests fail for the seconds of the restart."})
			}
			return append(out, Step{Text: "Reset the phone: the new ITL is signed by a key it knows, and brings the new TVS certificate. Regenerate nothing else before.", Command: "Cisco Unified CM Administration > Device > Phone > Reset", Risk: "Phones reset. Regenerating CallManager.pem before they have updated locks them out."})
		},
	},
	{
		ID: "itl-stale-on-phone", Title: "The phone's ITL is older than the served one",
		Sees:  "nothing, or services that moved are not found",
		Says:  "The phone holds an older ITL than its server offers.",
		Needs: []string{"stale-itl"},
		Class: ClassDegraded, Stage: stageServices,
		Neighbours: []string{"callmanager-tvs-both-regenerated", "itl-differs-between-tftp-servers", "list-transfer-failed"},
		Source:     "Cisco TechNote 116232; Security Guide for Cisco Unified Communications Manager 14",
		remedy: func(v *view) []Step {
			return []Step{{Text: "Reset the phone and see it take the served list; if it does not, look at the transfer first and at the signer second.", Command: "Cisco Unified CM Administration > Device > Phone > Reset", Risk: "The phone reboots."}}
		},
	},
	{
		ID: "cm-group-single-tvs", Title: "The phone can use only one TVS although the cluster has more",
		Sees:  "nothing, until a certificate changes",
		Says:  "The phone's configuration names one server, so it has one TVS to ask although the cluster runs more; the next certificate change can lock it out.",
		Needs: []string{"more-tvs-in-itl", "one-server"},
		Class: ClassDegraded, Stage: stageEvidence,
		Source: "Cisco TechNote 116232, comments",
		// A risk, not a loss: it weighs only where that one TVS fails.
		class: func(v *view) string {
			servers, _ := v.tvsServers()
			for _, s := range servers {
				if len(s.tries) > 0 && len(s.accepted()) == 0 {
					return ClassDegraded
				}
			}
			return ClassNote
		},
		remedy: func(v *view) []Step {
			return []Step{{Text: "Add a second server to the CallManager group before the next certificate is touched; a TFTP node that runs no CallManager is safer still.", Command: "Cisco Unified CM Administration > System > Cisco Unified CM Group", Risk: "Phones of the group reset."}}
		},
	},
	{
		ID: "cert-regenerated-ok", Title: "A certificate was regenerated and the phone has followed",
		Sees:  "one reset of the phone",
		Says:  "A certificate was regenerated alone, and this phone has taken the list that came of it.",
		Needs: []string{"regenerated-and-taken"}, Not: []string{"stale-itl", "refusal-seen"},
		Class: ClassOK, Stage: stageITL,
		Source: "Cisco TechNote 116232; Cisco Support Community mirror of TechNote 116232, comments",
		remedy: func(v *view) []Step {
			return []Step{{Text: "Take a DRS backup, and go on to the next certificate only when every phone has followed.", Command: "Disaster Recovery System > Backup > Manual Backup", Risk: "none"}}
		},
	},
	{
		ID: "itlrecovery-renewed", Title: "ITLRecovery was renewed",
		Sees:  "nothing; lists are refused where TVS cannot help",
		Says:  "The lists are signed by a new ITLRecovery key that the phone's lists do not know.",
		Needs: []string{"new-recovery-signer"}, Not: []string{"ctl-recovery-stale"},
		Class: ClassDegraded, Stage: stageITL,
		Release: "12.0 and later",
		Source:  "Security Guide for Cisco Unified Communications Manager 12.5(1); CLI Reference 12.5(1)",
		class: func(v *view) string {
			switch {
			case v.yes("itl-updated") || v.yes("held-itl-is-served-itl"):
				return ClassOK
			case v.yes("refusal-seen"):
				return ClassRecoverable
			}
			return ClassDegraded
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Non-secure cluster: sign the ITL with the key that did not change, reset the phones in batches until all are registered, restart TFTP, reset again. Mixed mode: the same with the CTL, then update the CTL.", Command: "utils itl reset localkey (mixed mode: utils ctl reset localkey, later utils ctl update CTLFile); utils service restart Cisco Tftp", Risk: "Phones reset twice. When CallManager.pem changed too, no key is left that they know: try it on one phone first."},
			}
		},
	},
	{
		ID: "itl-reset-transition", Title: "List signed for the time being by another key of the cluster",
		Sees:  "nothing, while the ITL is being reset",
		Says:  "The ITL was reset: it is signed for the time being by another of the cluster's keys, which the phone knows.",
		Needs: []string{"reset-signer"}, Not: []string{"refusal-seen"},
		Class: ClassOK, Stage: stageITL,
		Release: "10.0 and later",
		Source:  "Security Guide for Cisco Unified Communications Manager 14; Cisco TechNote 117598",
		sure:    func(*view) string { return "medium" },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Reset the phones, restart TFTP (which signs with the usual key again), and reset them once more.", Command: "utils service restart Cisco Tftp; Cisco Unified CM Administration > Device > Phone > Reset", Risk: "Phones reset twice."}}
		},
	},
}

// bothRegeneratedRemedy gives the least drastic way that the gate leaves open.
func bothRegeneratedRemedy(v *view) []Step {
	steps := []Step{{Text: "Touch no further certificate until the phones are back.", Risk: "none"}}
	rows := v.rows(itlGate)
	state := map[string]string{}
	for _, r := range rows {
		state[r.Row] = r.State
	}
	if state["no-other-trusted-tftp"] == rowRefuted {
		steps = append(steps, Step{Text: "Point the phones at the TFTP server whose files they still trust (DHCP option 150), let them update, then move them back.", Risk: "Phones fetch from the other server meanwhile."})
	}
	if state["no-ctl-anchor"] == rowRefuted {
		steps = append(steps, Step{Text: "Sign a new CTL with the anchor that the phones still hold, restart TFTP, then CallManager, and reset the phones: they trust the new certificates through the CTL.", Command: "utils ctl update CTLFile", Risk: "Phones reset."})
	}
	if state["no-reset-path"] == rowRefuted {
		steps = append(steps, Step{Text: "Have the ITL signed by the key that the phones still trust, then reset the phones; restart TFTP afterwards and reset again.", Command: "utils itl reset localkey", Risk: "Phones reset twice; read show itl after the command to see which key signed."})
	}
	if state["no-key-backup"] == rowRefuted {
		steps = append(steps, Step{Text: "Restore the old keys from the DRS backup, let the phones update, then change one certificate at a time.", Command: "Disaster Recovery System > Restore", Risk: "Brings the whole node back to the date of the backup: needs a window, and TAC."})
	}
	if state["no-older-itl-on-server"] == rowRefuted {
		steps = append(steps, Step{Text: "Have TAC bring back the older ITL that is kept on the server (CSCts01319).", Risk: "TAC only."})
	}
	if major, _, f := v.release(); f != nil && major >= 12 && state["no-reset-path"] == rowProved {
		steps = append(steps, Step{Text: "Try to have the ITL signed by the cluster's other key before any list is deleted, on one phone first: it is recommended for this case, but phones that know none of the new keys may still refuse. Look for an exported ITLRecovery.p12 of the old key (remotekey), too.", Command: "utils itl reset localkey; utils itl reset remotekey", Risk: "It may not help: try, not sure. Phones reset."})
	}
	switch gateState(rows) {
	case "allowed":
		steps = append(steps,
			Step{Text: "Every other door is closed: the ITL has to be deleted on the phone, after all certificate work and service restarts are finished, because the next list is taken unchecked. Try one phone first and see it take the new list and its configuration.", Command: "phone: Settings > Security Configuration > Trust List > unlock with **# > Erase", Risk: "A walk to every phone; a factory reset instead also removes the LSC. With settings access restricted only the factory reset is left."})
	case "open":
		steps = append(steps, Step{Text: "Do not delete the ITL yet. Answer first: " + openRows(rows) + ".", Risk: "none"})
	case "forbidden":
		steps = append(steps, Step{Text: "Do not delete the ITL: " + refutedReasons(rows) + ".", Risk: "none"})
	}
	return steps
}

func openRows(rows []GateRow) string { return rowNames(rows, rowUnknown) }

// refutedReasons gives why the gate forbids deletion, row by row.
func refutedReasons(rows []GateRow) string {
	var out []string
	for _, r := range rows {
		if r.State == rowRefuted {
			out = append(out, r.Because)
		}
	}
	return strings.Join(out, "; ")
}

func rowNames(rows []GateRow, state string) string {
	var out []string
	for _, r := range rows {
		if r.State == state {
			out = append(out, fmt.Sprintf("%s (%s)", rowAsks(r.Row), r.Because))
		}
	}
	return strings.Join(out, "; ")
}

package correlate

// rulesCTL are the findings on the CTL and its anchors.
var rulesCTL = []*Rule{
	{
		ID: "ctl-anchors-lost", Title: "No anchor of the phone's CTL exists any more",
		Sees:  "secure phones are not registered, the CTL update fails",
		Says:  "Every SAST key in the phone's CTL is gone from the servers, and no TVS can vouch for the new one: nobody can sign a CTL that this phone takes.",
		Needs: []string{"served-ctl-signer-untrusted", "ctl-refusal-seen", "no-anchor-left", "tvs-cannot-vouch"}, Not: []string{"lists-of-other-cluster"},
		Class: ClassLockedOut, Gate: "ctl", Stage: stageCTL,
		Explain:    []string{"ctl-signer-unknown", "ctl-tokenless-signer-changed", "ccm-certificate-not-in-ctl", "ctl-stale-vs-certificates", "itl-stale-on-phone", "config-not-applied", "config-signer-not-trusted"},
		Neighbours: []string{"ctl-signer-unknown", "itlrecovery-regenerated-refresh-upgrade", "ctl-corrupt-on-server"},
		Source:     "Cisco Field Notice 70613; Cisco Support Community DOC-18834",
		remedy:     ctlRemedy,
	},
	{
		ID: "ctl-signer-unknown", Title: "The CTL is signed by a key that the phone does not hold",
		Sees:  "\"Trust List Update Failed\" for the CTL",
		Says:  "The served CTL is signed by a key that is no SAST of the phone's lists, and TVS did not vouch for it, so the phone keeps its old CTL.",
		Needs: []string{"served-ctl-signer-untrusted", "ctl-refusal-seen"}, Not: []string{"ctl-recovery-stale"},
		Class: ClassLockedOut, Gate: "ctl", Stage: stageCTL,
		Explain:    []string{"ctl-stale-vs-certificates", "ccm-certificate-not-in-ctl", "ctl-tokenless-signer-changed", "config-not-applied"},
		Neighbours: []string{"ctl-corrupt-on-server", "ctl-anchors-lost", "moved-cluster-no-trust"},
		Source:     "Cisco Support Community DOC-18834; Cisco TechNote 118893",
		remedy:     ctlRemedy,
	},
	{
		ID: "itlrecovery-regenerated-refresh-upgrade", Title: "The upgrade replaced ITLRecovery; the CTL still lists the old one",
		Sees:  "secure phones stop registering, or URLs fail, after a refresh upgrade to 12.5(1)",
		Says:  "The CTL still lists the ITLRecovery certificate from before the upgrade; its CallManager record is current, so the CTL can be signed with that key once more.",
		Needs: []string{"ctl-recovery-stale"},
		Scope: "both", Class: ClassRecoverable, Stage: stageCTL,
		Explain:    []string{"itlrecovery-renewed", "ctl-signer-unknown", "ctl-stale-vs-certificates", "config-not-applied", "itl-stale-on-phone"},
		Neighbours: []string{"ctl-anchors-lost", "itlrecovery-renewed"},
		Release:    "12.5(1) before SU3, refresh upgrade, mixed mode",
		Source:     "Cisco Field Notice 70613 (CSCvv13565)",
		sure:       func(*view) string { return "high" },
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "On the publisher sign the CTL with the key that did not change, restart CallManager and CTIManager, reset the phones and check the serial on one of them.", Command: "utils ctl reset localkey; utils service restart Cisco CallManager", Risk: "Registrations drop during the restart. Do not regenerate CallManager.pem before: it is the last key that the phones know."},
				{Text: "Then write the new ITLRecovery certificate into the CTL, restart again and check again.", Command: "utils ctl update CTLFile", Risk: "Phones reset."},
			}
		},
	},
	{
		ID: "ctl-stale-vs-certificates", Title: "The CTL is older than the certificates it should list",
		Sees:  "LSC installation or secure registration fails after certificate work",
		Says:  "The CTL lists a certificate that its server has replaced since.",
		Needs: []string{"ctl-record-outdated"},
		Scope: "both", Class: ClassRecoverable, Stage: stageServices,
		Neighbours: []string{"capf-cert-mismatch", "ccm-certificate-not-in-ctl"},
		Source:     "Cisco Support Community DOC-18834",
		sure:       func(*view) string { return "high" },
		summary: func(v *view) string {
			s := sentence(v.ask("ctl-record-outdated").Because)
			if a := v.ask("ctl-older-than-certificate"); a.Value == Yes {
				s += " " + sentence(a.Because)
			}
			return s
		},
		remedy: func(v *view) []Step {
			return []Step{{Text: "Update the CTL, restart TFTP, then CallManager, and reset the phones. A change of TVS alone does not need it.", Command: "utils ctl update CTLFile (tokens: CTL client); utils service restart Cisco Tftp; utils service restart Cisco CallManager", Risk: "Registrations drop during the restart."}}
		},
	},
	{
		ID: "ctl-tokenless-signer-changed", Title: "A tokenless CTL is signed by a new server key",
		Sees:  "old models drop out, newer ones follow",
		Says:  "The tokenless CTL is signed by a new server key: phones with TVS take it on TVS's word, models without Security By Default refuse it.",
		Needs: []string{"tokenless-signer-changed"},
		Class: ClassOK, Stage: stageCTL,
		Neighbours: []string{"ctl-signer-unknown"},
		Release:    "10.0 and later",
		Source:     "Cisco TechNote 118893",
		class: func(v *view) string {
			switch {
			case v.yes("ctl-refusal-seen"):
				return ClassRecoverable
			}
			return ClassOK
		},
		remedy: func(v *view) []Step {
			return []Step{{Text: "Leave TVS.pem untouched until every phone has the new CTL. Models without Security By Default need the old key back, or their CTL deleted by hand.", Command: "show ctl; Cisco Unified Reporting > Unified CM Phone Feature List > Security By Default", Risk: "A walk to each phone of the old models."}}
		},
	},
	{
		ID: "ctl-left-behind-nonsecure", Title: "A CTL is served although the cluster is not in mixed mode",
		Sees:  "phones hold a CTL in a non-secure cluster",
		Says:  "The cluster left mixed mode and still serves its CTL, which goes on to bind the phones.",
		Needs: []string{"ctl-in-nonsecure-cluster"},
		Scope: "both", Class: ClassDegraded, Stage: stageEvidence,
		Source: "Cisco TechNote 118892; Cisco TechNote 118893; Cisco Support Community DOC-18834",
		sure:   func(*view) string { return "high" },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Only if the cluster is meant to stay non-secure: remove the file on each server and restart TFTP. Phones keep the CTL that they hold.", Command: "file delete activelog cm/tftpdata/CTLFile.tlv; utils service restart Cisco Tftp", Risk: "In mixed mode this would break secure registration."}}
		},
	},
}

// ctlRemedy gives the least drastic way that the CTL's gate leaves open.
func ctlRemedy(v *view) []Step {
	rows := v.rows(ctlGate)
	state := map[string]string{}
	for _, r := range rows {
		state[r.Row] = r.State
	}
	var steps []Step
	if state["no-token-left"] == rowRefuted {
		steps = append(steps, Step{Text: "Run the CTL client with a token that is already in the phone's CTL; one of the two is enough. Then restart TFTP, then CallManager, and reset the phones.", Command: "CTL client > Update CTL File", Risk: "Phones reset."})
	}
	if state["no-anchor-left"] == rowRefuted {
		steps = append(steps, Step{Text: "Sign the CTL with the server key that the phone still trusts, restart CallManager, reset the phones, then update the CTL.", Command: "utils ctl reset localkey; later utils ctl update CTLFile", Risk: "Phones reset twice."})
	}
	if state["tvs-cannot-vouch"] != rowProved {
		steps = append(steps, Step{Text: "Repair TVS first: with a good ITL the phone takes a CTL by an unknown signer on TVS's word.", Command: "utils service list; show itl", Risk: "none"})
	}
	steps = append(steps, Step{Text: "A DRS backup that holds the old keys is the way back to the old anchor.", Command: "Disaster Recovery System > Restore", Risk: "Brings the whole node back to the date of the backup: needs a window."})
	switch gateState(rows) {
	case "allowed":
		steps = append(steps, Step{Text: "Every other door is closed: the CTL has to be deleted on the phone, after all certificate work is finished. Try one phone first.", Command: "phone: Settings > Security Configuration > CTL File > unlock with **# > Erase", Risk: "A walk to every phone; a factory reset instead also removes the LSC."})
	case "open":
		steps = append(steps, Step{Text: "Do not delete the CTL yet. Answer first: " + openRows(rows) + ".", Risk: "none"})
	case "forbidden":
		steps = append(steps, Step{Text: "Do not delete the CTL: " + refutedReasons(rows) + ".", Risk: "none"})
	}
	return steps
}

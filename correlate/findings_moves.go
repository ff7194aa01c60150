package correlate

import (
	"slices"
)

// rulesMoves are the findings on moves between clusters, rollback and neighbours.
var rulesMoves = slices.Concat(rulesRollback, rulesMoved, rulesNeighbours)

// rulesRollback are the findings on the blank ITL that "Prepare Cluster for
// Rollback to pre 8.0" makes.
var rulesRollback = []*Rule{
	{
		ID: "blank-itl-refused", Title: "Blank ITL refused: the rollback came too late",
		Sees:  "\"Prepare Cluster for Rollback to pre 8.0\" is set, and the phones do not change",
		Says:  "The rollback was switched on after trust was already broken: the phone cannot verify the blank ITL either, so it keeps its old lists.",
		Needs: []string{"blank-itl-refused", "served-signer-untrusted"},
		Class: ClassLockedOut, Gate: "itl", Stage: stageITL,
		Explain:    []string{"blank-itl-rollback-active", "callmanager-tvs-both-regenerated", "config-signer-not-trusted", "tvs-cert-mismatch", "https-service-unverified", "config-not-applied", "moved-cluster-no-trust"},
		Neighbours: []string{"blank-itl-rollback-active", "callmanager-tvs-both-regenerated"},
		Get:        []string{"held-itl-is-served-itl", "no-reset-path"},
		Release:    "8.0 and later",
		Source:     "Cisco TechNote 116232",
		class: func(v *view) string {
			if v.yes("itl-blank") {
				return ClassLockedOut
			}
			return ClassNote // nothing blank: the rule does not apply
		},
		summary: func(v *view) string {
			return sentence(v.ask("blank-itl-refused").Because) + " " + sentence(v.ask("served-signer-untrusted").Because) + " The rollback parameter cannot help a phone whose trust was broken before."
		},
		remedy: func(v *view) []Step {
			return append([]Step{{Text: "Leave the rollback parameter as it is and change no further certificate: a blank ITL is a new list like any other, and this phone cannot verify its signer.", Risk: "none"}}, doorsOfITL(v)...)
		},
	},
	{
		ID: "blank-itl-rollback-active", Title: "Blank ITL: the rollback parameter is on",
		Sees:  "the ITL on the phone's menu shows no TVS and no TFTP server; services over HTTPS do not open",
		Says:  "\"Prepare Cluster for Rollback to pre 8.0\" is on: the ITL is blank, so the phone takes any file unchecked and has no TVS to ask.",
		Needs: []string{"itl-blank"},
		Class: ClassDegraded, Stage: stageITL, Scope: "both",
		Explain:    []string{"https-service-unverified", "config-unsigned-accepted"},
		Neighbours: []string{"itl-corrupt-on-server", "blank-itl-refused"},
		Get:        []string{"held-itl-is-served-itl", "no-reset-path"},
		Release:    "8.0 and later",
		Source:     "Cisco TechNote 116232; Cisco Support Community mirror of 116232; Security Guide for Cisco Unified Communications Manager 14",
		class: func(v *view) string {
			for _, key := range []string{"rebuilt", "renamed"} {
				if v.k.fact(v.p, key) != nil {
					return ClassOK // the work it is meant for is stated
				}
			}
			if v.asksBesideBlank() {
				return ClassInconclusive
			}
			return ClassDegraded
		},
		past: func(v *view) string {
			if a := v.p.served("itl"); a != nil && !blankList(a.list) && a.result == Yes {
				return "the phone has taken a full ITL since: " + a.file
			}
			return ""
		},
		about: func(v *view) string { return clusterAbout(v, "the cluster's ITL") },
		sure: func(v *view) string {
			for _, n := range v.ask("itl-blank").Evidence {
				if n.is("syslog_alarm", "alarm") {
					return "medium"
				}
			}
			return "high"
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "If a downgrade, re-image or move is planned: restart TVS, then TFTP, then CallManager on every node, and let every phone take the blank ITL before anything else is done. Until then use http, not https, for the directory, authentication and service URLs; Extension Mobility may not work.", Command: "Cisco Unified Serviceability > Tools > Control Center - Network Services; System > Enterprise Parameters > Phone URL Parameters", Risk: "Phones re-register. A phone that is offline now keeps its full ITL."},
				{Text: "When that work is finished, with all phones registered: set the parameter to False, restart TVS, TFTP and CallManager, and reset the phones, so that they take a full ITL.", Command: "System > Enterprise Parameters > Prepare Cluster for Rollback to pre 8.0", Risk: "The next ITL is taken unchecked: be sure that the phones reach the right TFTP server."},
			}
		},
	},
}

// rulesMoved are the findings on a phone that was moved to another cluster, the
// deeper cause first.
var rulesMoved = []*Rule{
	{
		ID: "secure-move-with-rollback", Title: "Moved between secure clusters by rollback: the old CTL is in the way",
		Sees:  "moved secure phones refuse the CTL and do not register",
		Says:  "The phone was moved with a blank ITL but still holds the old cluster's CTL: it must refuse the new cluster's CTL, and the blank ITL leaves it no TVS to ask.",
		Needs: []string{"ctl-beside-blank-itl", "foreign-ctl-refused"},
		Class: ClassLockedOut, Gate: "ctl", Stage: stageCTL,
		Explain:    []string{"moved-cluster-no-trust", "old-tvs-unreachable-after-move", "blank-itl-rollback-active", "blank-itl-refused", "ctl-signer-unknown", "ctl-anchors-lost", "config-signer-not-trusted", "tvs-cert-mismatch", "https-service-unverified", "config-not-applied"},
		Neighbours: []string{"moved-cluster-no-trust", "ctl-signer-unknown"},
		Get:        []string{"held-itl-is-served-itl", "ctl-held", "tvs-vouched-for-list"},
		Release:    "8.0 and later",
		Source:     "Cisco TechNote 213407",
		class: func(v *view) string {
			switch {
			case v.no("foreign-ctl-refused"):
				return ClassNote // nothing says that the phone was moved
			case !v.no("old-cluster-answers") && !v.yes("old-cluster-silent"):
				return ClassRecoverable // its list comes back from there
			}
			return ClassLockedOut
		},
		summary: func(v *view) string {
			s := sentence(v.ask("ctl-beside-blank-itl").Because) + " " + sentence(v.ask("foreign-ctl-refused").Because)
			if a := v.ask("old-cluster-answers"); a.Value != Unknown {
				s += " " + sentence(a.Because)
			}
			return s
		},
		remedy: func(v *view) []Step {
			steps := []Step{
				{Text: "While the old cluster is alive: set the rollback parameter to False there, restart its TVS, TFTP and CallManager, and point the phones back to its TFTP server. The old CTL verifies its full ITL, and with it the TVS record returns.", Command: "System > Enterprise Parameters > Prepare Cluster for Rollback to pre 8.0; DHCP option 150", Risk: "The phones register with the old cluster meanwhile."},
				{Text: "Then move them with exchanged certificates instead of rollback: export TFTP and CallManager certificates of both clusters, consolidate, import on both, restart TVS, and only then change option 150.", Command: "Cisco Unified OS Administration > Security > Bulk Certificate Management", Risk: "none to phones that stay; restart TVS and TFTP in a window."},
			}
			if gateState(v.rows(ctlGate)) == "allowed" && !v.yes("old-cluster-answers") {
				steps = append(steps, Step{Text: "The old cluster is gone and every other door is closed: delete the CTL on the phone, on one phone first.", Command: "phone: Settings > Security Configuration > Trust List > CTL File > unlock with **# > Erase", Risk: "A walk to every phone; the next CTL is taken unchecked."})
			} else {
				steps = append(steps, Step{Text: "Delete no CTL before it is certain that the old cluster cannot be brought back.", Risk: "none"})
			}
			return steps
		},
	},
	{
		ID: "bulk-certificate-incomplete", Title: "The old cluster's TVS does not know the new cluster's signer",
		Sees:  "after the exchange of certificates some of the moved phones, or phones at some nodes, still refuse their files",
		Says:  "The moved phone asked its old TVS about the new cluster's signer, and that TVS does not have the certificate: the exchange of certificates is incomplete.",
		Needs: []string{"old-tvs-denied-signer"},
		Class: ClassRecoverable, Stage: stageTVS,
		Explain:    []string{"moved-cluster-no-trust", "callmanager-tvs-both-regenerated", "tvs-certificate-unknown-in-store", "config-signer-not-trusted", "https-service-unverified", "config-not-applied", "itl-stale-on-phone", "tvs-cert-mismatch", "ctl-signer-unknown"},
		Neighbours: []string{"moved-cluster-no-trust", "old-tvs-unreachable-after-move", "tvs-certificate-unknown-in-store"},
		Get:        []string{"held-itl-is-served-itl", "tvs-vouched-for-list", "every-tvs-fails-by-certificate"},
		Release:    "8.0 and later; CSCuy43181 for what bulk export leaves out",
		Source:     "Cisco TechNote 213407",
		sure:       func(*view) string { return "high" },
		summary: func(v *view) string {
			return sentence(v.ask("old-tvs-denied-signer").Because) + " " + sentence(v.ask("lists-of-other-cluster").Because)
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "On the old cluster, import the CallManager certificate of every TFTP node of the new one as CallManager-trust and as Phone-SAST-trust; for a new cluster of release 12.0 and later also its ITLRecovery certificate as Phone-SAST-trust.", Command: "Cisco Unified OS Administration > Security > Certificate Management > Upload Certificate", Risk: "none"},
				{Text: "Restart TVS on every node of the old cluster, then reset the phone: it asks again and takes the new lists.", Command: "utils service restart Cisco Trust Verification Service", Risk: "TVS is away for seconds."},
			}
		},
	},
	{
		ID: "old-tvs-unreachable-after-move", Title: "Moved phone cannot reach its old cluster's TVS",
		Sees:  "moved phones are not updated",
		Says:  "The phone was moved and still has to ask its old cluster's TVS about the new lists, but TCP 2445 to it does not get through.",
		Needs: []string{"old-tvs-unreachable", "served-signer-untrusted"}, Not: []string{"old-tvs-denied-signer"},
		Class: ClassRecoverable, Stage: stageTransport,
		Explain:    []string{"moved-cluster-no-trust", "callmanager-tvs-both-regenerated", "tvs-port-blocked", "tvs-not-listening", "tvs-no-answer", "tvs-cert-mismatch", "config-signer-not-trusted", "https-service-unverified", "config-not-applied", "itl-stale-on-phone", "ctl-signer-unknown"},
		Neighbours: []string{"tvs-port-blocked", "tvs-not-listening", "moved-cluster-no-trust", "bulk-certificate-incomplete"},
		Get:        []string{"held-itl-is-served-itl", "every-tvs-fails-by-certificate", "tvs-vouched-for-list"},
		Release:    "8.0 and later",
		Source:     "Cisco Community thread 3108501; Cisco TechNote 213407",
		sure: func(v *view) string {
			for _, n := range v.ask("old-tvs-unreachable").Evidence {
				if n.sourceKind() == "capture" {
					return "high"
				}
			}
			return "medium"
		},
		summary: func(v *view) string {
			return sentence(v.ask("old-tvs-unreachable").Because) + " " + sentence(v.ask("lists-of-other-cluster").Because)
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Open TCP 2445 from the phone's network to every node of the old cluster's CallManager group, check that the Cisco Trust Verification Service runs there, and keep the path until every moved phone has taken the new lists.", Command: "utils service list", Risk: "none; the phone keeps its lists meanwhile"},
				{Text: "Before that, make sure that the old cluster knows the new one's certificates, or its TVS will say no: exchange them, then reset the phone.", Command: "Cisco Unified OS Administration > Security > Bulk Certificate Management", Risk: "none; restart TVS in a window."},
			}
		},
	},
	{
		ID: "moved-cluster-no-trust", Title: "Moved phone carries another cluster's lists",
		Sees:  "a moved phone does not update; it may or may not register",
		Says:  "The phone still holds the lists of another cluster: nothing in them knows the cluster that serves it now, so it refuses every file.",
		Needs: []string{"lists-of-other-cluster", "served-signer-untrusted", "refusal-seen"},
		Class: ClassLockedOut, Gate: "itl", Stage: stageITL,
		Explain:    []string{"callmanager-tvs-both-regenerated", "cluster-rebuilt-no-drs", "all-nodes-renamed-together", "tvs-regenerated-itl-not-refreshed", "callmanager-regenerated-pending", "config-signer-not-trusted", "tvs-cert-mismatch", "https-service-unverified", "config-not-applied", "itl-stale-on-phone", "ctl-signer-unknown", "ctl-anchors-lost"},
		Neighbours: []string{"callmanager-tvs-both-regenerated", "old-tvs-unreachable-after-move", "bulk-certificate-incomplete", "secure-move-with-rollback", "centralised-tftp-heterogeneous"},
		Get:        []string{"held-itl-is-served-itl", "tvs-vouched-for-list", "every-tvs-fails-by-certificate"},
		Release:    "8.0 and later",
		Source:     "Cisco TechNote 116232; Cisco Support Community Ask the Expert on Security By Default 2012; Cisco Community thread 3108501",
		class: func(v *view) string {
			switch {
			case !v.yes("lists-of-other-cluster"):
				return ClassNote // nothing says that the phone was moved
			case v.yes("old-cluster-answers"):
				return ClassRecoverable
			}
			return ClassLockedOut
		},
		summary: func(v *view) string {
			s := sentence(v.ask("lists-of-other-cluster").Because) + " " + sentence(v.ask("served-signer-untrusted").Because)
			if a := v.ask("old-cluster-answers"); a.Value != Unknown {
				s += " " + sentence(a.Because)
			}
			return s
		},
		remedy: func(v *view) []Step {
			steps := []Step{
				{Text: "Point the phone back to its old cluster's TFTP server while that cluster is alive: there it trusts everything. All that follows is done before it is moved again.", Command: "DHCP option 150, or phone: Settings > Network Configuration > Alternate TFTP", Risk: "The phone registers with the old cluster meanwhile."},
				{Text: "With both clusters online, exchange certificates (type TFTP; one SFTP directory), restart TVS, then move: the phone asks its old TVS about the new signer.", Command: "Cisco Unified OS Administration > Security > Bulk Certificate Management", Risk: "none to phones that stay."},
			}
			if v.no("ctl-held") {
				steps = append(steps, Step{Text: "Or, for a phone without a CTL: switch on the rollback parameter on the old cluster, let the phone take the blank ITL, then move it.", Command: "System > Enterprise Parameters > Prepare Cluster for Rollback to pre 8.0", Risk: "With the blank ITL the phone takes any list unchecked. Never with a CTL on the phone."})
			} else {
				steps = append(steps, Step{Text: "With a CTL on the phone do not use the rollback parameter: a CTL signed in the new cluster by a security token that is also in the old CTL is taken at once.", Command: "utils ctl (CTL client with the common token)", Risk: "The token locks after 15 wrong passwords."})
			}
			return append(steps, doorsOfITL(v)...)
		},
	},
	{
		ID: "migration-by-same-token", Title: "Moved to another cluster by a common security token",
		Sees:  "the move works",
		Says:  "The phone took the other cluster's CTL because both clusters' CTLs hold the same security token.",
		Needs: []string{"ctl-taken-by-shared-token"}, Not: []string{"ctl-refusal-seen"},
		Class: ClassOK, Healthy: true, Stage: stageCTL,
		Neighbours: []string{"moved-cluster-no-trust", "secure-move-with-rollback"},
		Get:        []string{"ctl-held", "held-itl-is-served-itl"},
		Release:    "up to 12.x, with token-based CTL",
		Source:     "Cisco Support Community Ask the Expert on Security By Default 2012; Cisco Support Community DOC-18834",
		sure: func(v *view) string {
			if v.ask("ctl-taken-by-shared-token").Sources > 1 {
				return "high"
			}
			return "medium"
		},
		remedy: func(v *view) []Step {
			return []Step{{Text: "Nothing to mend: the phone follows the new cluster. Check on the phone that CTL and ITL are the new cluster's, and keep the common token in a safe place.", Command: "show ctl", Risk: "none"}}
		},
	},
	{
		ID: "token-lost", Title: "The security tokens of the CTL are lost",
		Sees:  "the CTL cannot be updated any more",
		Says:  "The CTL is signed by a security token that nobody has any more: the next change to it cannot be signed.",
		Needs: []string{"token-stated-lost", "ctl-token-based"},
		Class: ClassDegraded, Stage: stageCTL,
		Neighbours: []string{"ctl-signer-unknown", "ctl-anchors-lost"},
		Get:        []string{"ctl-held"},
		Release:    "up to 12.x, with token-based CTL",
		Source:     "Cisco Support Community DOC-18834; Cisco TechNote 118893",
		class: func(v *view) string {
			if v.yes("token-stated-lost") {
				return ClassDegraded
			}
			return ClassNote
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Change no certificate of the CTL until it can be signed again, and search for the second token: one of the two is enough. Leaving mixed mode needs a token too.", Command: "show ctl", Risk: "A token locks for good after 15 wrong passwords."},
				{Text: "On release 10.0 and later, while ITL and TVS of all phones are healthy, turn to a CTL without tokens: phones that know TVS accept its signer on the word of TVS.", Command: "utils ctl set-cluster mixed-mode", Risk: "Phones without TVS (7940, 7960 and the like) need their CTL deleted; restart TFTP, then CallManager, and reset the phones."},
			}
		},
	},
}

// doorsOfITL says whether the ITL may be deleted, by its gate.
func doorsOfITL(v *view) []Step {
	rows := v.rows(itlGate)
	switch gateState(rows) {
	case "allowed":
		return []Step{{Text: "Every other door is closed: the ITL has to be deleted on the phone, after all work on certificates and addresses is finished, because the next list is taken unchecked. Try one phone first.", Command: "phone: Settings > Security Configuration > Trust List > unlock with **# > Erase", Risk: "A walk to every phone; a factory reset instead also removes the LSC."}}
	case "open":
		return []Step{{Text: "Do not delete the ITL yet. Answer first: " + openRows(rows) + ".", Risk: "none"}}
	}
	return []Step{{Text: "Do not delete the ITL: " + refutedReasons(rows) + ".", Risk: "none"}}
}

// clusterAbout says what a finding is about where no phone is.
func clusterAbout(v *view, what string) string {
	if v.p.cluster {
		return what
	}
	return ""
}

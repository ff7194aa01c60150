package correlate

// rulesLists are the findings on lists as the servers serve them.
var rulesLists = []*Rule{
	{
		ID: "itl-corrupt-after-drs-restore", Title: "The server's ITL is not signed by its own key, as after a DRS restore",
		Sees:  "after a restore phones refuse their lists",
		Says:  "The server builds its ITL with a CallManager certificate whose key it does not have: what a restore leaves behind when the backup lacked CallManager.pem (CSCtn50405).",
		Needs: []string{"itl-says-unsigned"},
		Scope: "both", Class: ClassLockedOut, Gate: "itl", Stage: stageITL,
		Explain:    []string{"tvs-certificate-unknown-in-store", "itl-corrupt-on-server", "config-signer-not-trusted", "tvs-cert-mismatch", "https-service-unverified", "config-not-applied", "itl-stale-on-phone", "itl-differs-between-tftp-servers", "cm-group-single-tvs"},
		Neighbours: []string{"itl-corrupt-on-server", "callmanager-tvs-both-regenerated"},
		Source:     "Cisco TechNote 116232 (CSCtn50405)",
		class: func(v *view) string {
			if v.p.cluster || !v.yes("refusal-seen") {
				return ClassRecoverable // a new CallManager.pem mends the server; no phone is seen to be lost
			}
			return ClassLockedOut
		},
		sure: func(v *view) string { return "high" },
		summary: func(v *view) string {
			s := sentence(v.ask("itl-says-unsigned").Because)
			if a := v.ask("itls-differ"); a.Value == Yes {
				s += " " + sentence(a.Because)
			}
			return s
		},
		remedy: func(v *view) []Step {
			steps := []Step{
				{Text: "If another TFTP server has a good ITL, point the phones at it first (DHCP option 150).", Command: "show itl (on every TFTP server)", Risk: "Phones fetch from the other server meanwhile."},
				{Text: "Compare the serial of the CallManager certificate in the database with the one on the certificate page; on the bad server regenerate CallManager.pem alone. TVS.pem stays as it is, so that TVS can vouch for the new signer.", Command: "run sql select c.subjectname, c.serialnumber, c.ipv4address, t.name from certificate as c, certificatetrustrolemap as r, typetrustrole as t where c.pkid = r.fkcertificate and t.enum = r.tktrustrole; then Cisco Unified OS Administration > Security > Certificate Management > CallManager.pem > Regenerate", Risk: "Regenerating TVS.pem too would lock the phones out."},
				{Text: "Check the new listing, then make a new DRS backup and move to a release with the fix.", Command: "show itl", Risk: "none"},
			}
			if !v.p.cluster {
				steps = append(steps, bothRegeneratedRemedy(v)[1:]...)
			}
			return steps
		},
	},
	{
		ID: "itl-corrupt-on-server", Title: "The served ITL does not verify",
		Sees:  "\"Trust List Update Failed\" on every phone of that TFTP server",
		Says:  "The ITL that the server serves does not verify, so every phone that holds a list refuses it.",
		Needs: []string{"served-itl-corrupt"}, Not: []string{"served-itl-taken"},
		Scope: "both", Class: ClassRecoverable, Stage: stageITL,
		Explain:    []string{"itl-stale-on-phone", "config-not-applied"},
		Neighbours: []string{"itl-corrupt-after-drs-restore", "list-transfer-failed"},
		Source:     "Cisco TechNote 116232",
		sure:       recomputed("served-itl-corrupt"),
		remedy: func(v *view) []Step {
			return []Step{{Text: "Restart TFTP on that server, which builds and signs the ITL anew, and read the listing again; if it still fails, compare the CallManager certificate of the database with the one on disk.", Command: "utils service restart Cisco Tftp; show itl", Risk: "File requests fail for the seconds of the restart."}}
		},
	},
	{
		ID: "ctl-corrupt-on-server", Title: "The served CTL does not verify",
		Sees:  "the CTL update fails on every phone of that TFTP server",
		Says:  "The CTL that the server serves does not verify.",
		Needs: []string{"served-ctl-corrupt"}, Not: []string{"ctl-vouched"},
		Scope: "both", Class: ClassRecoverable, Stage: stageCTL,
		Neighbours: []string{"ctl-signer-unknown", "list-transfer-failed"},
		Source:     "Cisco Support Community DOC-18834; Cisco TechNote 118893",
		sure:       recomputed("served-ctl-corrupt"),
		remedy: func(v *view) []Step {
			return []Step{{Text: "Write the CTL anew, then restart TFTP, then CallManager, and read the listing again.", Command: "utils ctl update CTLFile (tokens: CTL client); utils service restart Cisco Tftp; show ctl", Risk: "Restarting CallManager drops registrations for minutes."}}
		},
	},
	{
		ID: "itl-differs-between-tftp-servers", Title: "Two TFTP servers serve different lists",
		Sees:  "the hash on the phone's menu changes with the TFTP server",
		Says:  "The TFTP servers of the cluster serve different lists; an ITL is each server's own up to release 11.5, a stale one or a CTL that differs is not normal.",
		Needs: []string{"lists-differ"}, Not: []string{"moved-between-clusters"},
		Scope: "both", Class: ClassOK, Stage: stageEvidence,
		Neighbours: []string{"itl-updated-via-tvs", "centralised-tftp-heterogeneous"},
		Source:     "Cisco TechNote 116232; Security Guide for Cisco Unified Communications Manager 14",
		class: func(v *view) string {
			if v.yes("one-itl-stale") || v.yes("ctls-differ") {
				return ClassDegraded
			}
			return ClassOK
		},
		sure: func(*view) string { return "high" },
		remedy: func(v *view) []Step {
			if v.yes("ctls-differ") {
				return []Step{{Text: "The CTL is one for the whole cluster: update it again while every server can be reached on TCP 2444, then restart TFTP on all of them.", Command: "utils ctl update CTLFile; utils service restart Cisco Tftp", Risk: "Phones reset."}}
			}
			return []Step{{Text: "Compare the listings; restart TFTP on a server whose ITL is older than the last certificate change.", Command: "show itl; utils service restart Cisco Tftp", Risk: "File requests fail for the seconds of the restart."}}
		},
	},
	{
		ID: "itl-too-large", Title: "The ITL is larger than phones load",
		Sees:  "registration fails after servers or certificates were added",
		Says:  "The ITL has grown beyond what phones load.",
		Needs: []string{"itl-above-limit"}, Not: []string{"served-itl-taken"},
		Scope: "both", Class: ClassRecoverable, Stage: stageITL,
		Source: "Security Guide for Cisco Unified Communications Manager 14",
		sure:   func(*view) string { return "medium" },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Remove trust certificates that nobody needs, or use a multi-server certificate for CallManager, then restart TFTP.", Command: "Cisco Unified OS Administration > Security > Certificate Management; utils service restart Cisco Tftp", Risk: "A certificate that phones still need is a new fault."}}
		},
	},
}

// recomputed gives the confidence of a damaged list: high from its bytes,
// medium from what the CLI says.
func recomputed(question string) func(*view) string {
	return func(v *view) string {
		for _, n := range v.ask(question).Evidence {
			if n.obj == nil || n.obj.l.Origin != "listing" {
				return "high"
			}
		}
		return "medium"
	}
}

package correlate

import (
	"fmt"
	"strings"
)

// rules is the finding catalogue, upstream first within each group. A new
// finding is one value here, its questions, and a case that raises it beside a
// near miss that must not.
var rules = []*Rule{
	{
		ID: "itl-updated-via-tvs", Title: "New list taken on the word of TVS",
		Sees:  "\"Trust List Updated\" after a certificate change",
		Says:  "The servers' lists are signed by a new key; the phone did not know it, asked TVS, and took them on its word.",
		Needs: []string{"itl-updated", "tvs-vouched-for-list"}, Not: []string{"refusal-seen"},
		Class: ClassOK, Healthy: true, Stage: stageITL,
		Source: "Cisco TechNote 116232; Cisco TechNote 118893",
		summary: func(v *view) string {
			return "The server's lists are signed by a new key. The phone did not know it, asked TVS, and took the list on its word: healed, nothing to delete."
		},
		remedy: func(v *view) []Step {
			return []Step{{Text: "Nothing to mend on this phone. Take a DRS backup now, so that the new keys are in it, and confirm that every phone has taken the new list before the next certificate is touched.", Risk: "Regenerating TVS.pem before all phones have updated would lock the rest out."}}
		},
	},
	{
		ID: "itl-ok-do-not-delete", Title: "The phone's ITL is good: do not delete it",
		Sees:  "someone wants to delete the ITL because a service fails",
		Says:  "The phone's ITL is good; deleting it would not help.",
		Needs: []string{"itl-good"}, Not: []string{"refusal-seen"},
		Proof: []string{"held-itl-is-served-itl", "tvs-cert-in-held-itl", "tvs-cert-hash-logged"},
		Class: ClassOK, Healthy: true, Stage: stageITL,
		Source: "Cisco TechNote 116232",
		// Both halves on the wire make it sure; a half that only a log line
		// proves, or none, does not.
		sure: func(v *view) string {
			if same := v.ask("held-itl-is-served-itl"); same.Value == Yes && same.Sources > 1 && v.yes("tvs-cert-in-held-itl") {
				return "high"
			}
			return "medium"
		},
		summary: func(v *view) string { return "The phone's ITL is good; deleting it would not help: " + itlGoodText(v) },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Do not delete the ITL. If something still fails, follow the next step of the flow instead: the service's URL, name resolution, and the HTTP answer.", Risk: "none"}}
		},
	},
	{
		ID: "trust-lists-verified", Title: "Trust lists downloaded and verified by the phone itself",
		Sees:  "nothing, or \"Trust List Updated\"",
		Says:  "The phone downloaded its trust lists and verified them itself.",
		Needs: []string{"lists-verified-locally"},
		Class: ClassOK, Healthy: true, Stage: stageITL,
		Source: "Cisco TechNote 116232",
		sure: func(v *view) string {
			if v.ask("lists-verified-locally").Sources > 1 {
				return "high"
			}
			return "medium"
		},
	},
	{
		ID: "https-authenticated-via-tvs", Title: "HTTPS server accepted on the word of TVS",
		Sees:  "the service opens",
		Says:  "The phone accepted an HTTPS server that its lists do not hold, on the word of TVS.",
		Needs: []string{"https-authenticated"},
		Class: ClassOK, Healthy: true, Stage: stageServices,
		Source: "Cisco TechNote 116232; Cisco TechNote 118699",
		summary: func(v *view) string {
			s := "The HTTPS server's certificate is in no list of the phone; TVS vouched for it and the connection was accepted"
			if ttl := v.cachedFor(); ttl != "" {
				s += ", cached for " + ttl
			}
			return s + ". Lines at level ERR on the way are not errors."
		},
	},
	{
		ID: "callmanager-tvs-both-regenerated", Title: "List signer and TVS certificate changed together",
		Sees:  "\"Trust List Update Failed\" or \"Verification Failed\", changes are not applied, secure services fail; the phone may still register",
		Says:  "The ITL's signer and the TVS certificate were both replaced since the phone last updated: it can verify no new file and reach no TVS it trusts, so it keeps its old lists and refuses every change.",
		Needs: []string{"served-signer-untrusted", "every-tvs-fails-by-certificate", "refusal-seen"}, Not: []string{"tvs-vouched-for-list"},
		Class: ClassLockedOut, Gated: true, Stage: stageITL,
		Explain: []string{"config-signer-not-trusted", "tvs-cert-mismatch"},
		Source:  "Cisco TechNote 116232; Cisco TechNote 214231",
		summary: func(v *view) string {
			return "The ITL's signer and the TVS certificate were both replaced since the phone last updated: it can neither verify the new files nor reach a TVS it trusts, so it keeps its old lists and refuses every change."
		},
		remedy: bothRegeneratedRemedy,
	},
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
		ID: "config-signer-not-trusted", Title: "Configuration refused: its signer is not trusted",
		Sees:  "changes are not applied to the phone",
		Says:  "The phone refuses its configuration because nothing it holds knows the signer.",
		Needs: []string{"config-refused", "config-signer-untrusted"},
		Class: ClassRecoverable, Stage: stageConfig,
		Source: "Cisco TechNote 116232",
		summary: func(v *view) string {
			return sentence(v.ask("config-refused").Because) + " " + sentence(v.ask("config-signer-untrusted").Because)
		},
		remedy: func(v *view) []Step {
			return []Step{{Text: "Find out why the signer is unknown before anything is deleted: compare its serial with CallManager.pem of the serving TFTP node and with the phone's lists.", Command: "show cert own CallManager", Risk: "none"}}
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
	{
		ID: "clock-skew", Title: "The sources' clocks differ",
		Sees:  "events look out of order",
		Says:  "The sources' clocks differ; times in the report are corrected.",
		Class: ClassNote, Frame: true, Stage: stageEvidence,
		Source: "measured from events that two sources saw",
	},
	{
		ID: "evidence-insufficient", Title: "The sources do not settle the question",
		Sees:  "the report says inconclusive",
		Says:  "The evidence does not settle the question; the report says what would.",
		Class: ClassInconclusive, Frame: true, Stage: stageEvidence,
		Source: "Cisco TechNote 118699, on what to collect",
	},
}

var _ = register(
	Question{"itl-good", "Is the phone's ITL the served one, and does it hold the TVS certificate on the wire?", itlGood},
)

// Rules gives the finding catalogue in order, for those who explain it.
func Rules() []Rule {
	out := make([]Rule, 0, len(rules))
	for _, r := range rules {
		out = append(out, *r)
	}
	return out
}

// QuestionText gives a question in words, or "" when there is none of the name.
func QuestionText(name string) string { return questions[name].Asks }

// title gives the title of a finding of the catalogue.
func title(id string) string {
	for _, r := range rules {
		if r.ID == id {
			return r.Title
		}
	}
	return id
}

// itlGood needs one half proved and the other not contradicted.
func itlGood(v *view) Answer {
	same := v.ask("held-itl-is-served-itl")
	wire := v.ask("tvs-cert-in-held-itl")
	logged := v.ask("tvs-cert-hash-logged")
	switch {
	case same.Value == No:
		return same
	case wire.Value == No:
		return wire
	case same.Value == Yes && wire.Value == Yes:
		return yes(same.Because+"; "+wire.Because, append(same.Evidence, wire.Evidence...)...)
	case same.Value == Yes && logged.Value == Yes:
		return yes(same.Because+"; the TVS half is proved by the log: "+logged.Because, append(same.Evidence, logged.Evidence...)...)
	case same.Value == Yes:
		return yes(same.Because+"; the TVS certificate on the wire is not in evidence", same.Evidence...)
	case wire.Value == Yes:
		return yes(wire.Because+"; whether the server still serves this ITL is not in evidence", wire.Evidence...)
	}
	return unknown(same.Because + "; " + wire.Because)
}

func itlGoodText(v *view) string { return sentence(v.ask("itl-good").Because) }

// cachedFor gives how long the phone keeps TVS's word, as the console says.
func (v *view) cachedFor() string {
	for i := len(v.p.all) - 1; i >= 0; i-- {
		n := v.p.all[i]
		if !n.is("tvs_cert_cached") || n.detail("ttl") == "" {
			continue
		}
		ttl := n.detail("ttl")
		if strings.Trim(ttl, "0123456789") == "" {
			ttl += " seconds" // 86400: a day
		}
		return ttl
	}
	return ""
}

// fallbackHealed tells that the failing TVS presents what the ITL held now
// knows.
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
	switch gateState(rows) {
	case "allowed":
		steps = append(steps,
			Step{Text: "Every other door is closed: the ITL has to be deleted on the phone, after all certificate work and service restarts are finished, because the next list is taken unchecked. Try one phone first and see it take the new list and its configuration.", Command: "phone: Settings > Security Configuration > Trust List > unlock with **# > Erase", Risk: "A walk to every phone; a factory reset instead also removes the LSC. With settings access restricted only the factory reset is left."})
	case "open":
		steps = append(steps, Step{Text: "Do not delete the ITL yet. Answer first: " + openRows(rows) + ".", Risk: "none"})
	case "forbidden":
		steps = append(steps, Step{Text: "Do not delete the ITL: " + refutedRows(rows) + ".", Risk: "none"})
	}
	return steps
}

func openRows(rows []GateRow) string    { return rowNames(rows, rowUnknown) }
func refutedRows(rows []GateRow) string { return rowNames(rows, rowRefuted) }

func rowNames(rows []GateRow, state string) string {
	var out []string
	for _, r := range rows {
		if r.State == state {
			out = append(out, fmt.Sprintf("%s (%s)", r.Row, r.Because))
		}
	}
	return strings.Join(out, "; ")
}

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
		Needs: []string{"served-signer-untrusted", "every-tvs-fails-by-certificate", "refusal-seen"}, Not: []string{"tvs-vouched-for-list"},
		Class: ClassLockedOut, Gate: "itl", Stage: stageITL,
		Explain: []string{"config-signer-not-trusted", "tvs-cert-mismatch"},
		Source:  "Cisco TechNote 116232; Cisco TechNote 214231",
		summary: func(v *view) string {
			return "The ITL's signer and the TVS certificate were both replaced since the phone last updated: it can neither verify the new files nor reach a TVS it trusts, so it keeps its old lists and refuses every change."
		},
		remedy: bothRegeneratedRemedy,
	},
}

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

package correlate

import (
	"slices"
	"strings"
)

// rulesConfig are the findings on configuration and other signed files.
var rulesConfig = []*Rule{
	{
		ID: "config-signer-not-trusted", Title: "Configuration refused: its signer is not trusted",
		Sees:  "changes are not applied to the phone; \"authenticated fail. Reason:14\" on an 8945",
		Says:  "The phone refuses its configuration because nothing it holds knows the signer.",
		Needs: []string{"config-refused", "config-signer-untrusted"}, Not: []string{"config-signature-wrong"},
		Class: ClassRecoverable, Stage: stageConfig,
		Explain:    []string{"config-not-applied"},
		Neighbours: []string{"config-signature-invalid", "config-signature-algorithm-unsupported", "centralised-tftp-heterogeneous", "tvs-cert-mismatch", "tvs-certificate-unknown-in-store"},
		Get:        []string{"lists", "capture", "console"},
		Source:     "Cisco TechNote 116232; Cisco Community threads 3108501 and 2064222",
		summary: func(v *view) string {
			return sentence(v.ask("config-refused").Because) + " " + sentence(v.ask("config-signer-untrusted").Because)
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Find out why the signer is unknown before anything is deleted: compare its serial with CallManager.pem of the serving TFTP node and with the phone's lists.", Command: "show cert own CallManager; show itl; show ctl", Risk: "none"},
				{Text: "If CallManager.pem was regenerated, let TVS vouch for the new one: TVS has to run and be reached on TCP 2445, then reset the phone. Touch no TVS certificate meanwhile.", Command: "utils service list; Device > Phone > Reset", Risk: "The phone reboots."},
			}
		},
	},
	{
		ID: "config-signature-invalid", Title: "The configuration's signature does not verify",
		Sees:  "every model refuses its configuration, though nobody changed a certificate",
		Says:  "The phone knows the signer of its configuration, but the signature is not that signer's over these bytes: the file was changed on its way or is damaged on the server.",
		Needs: []string{"config-signature-wrong"}, Not: []string{"config-accepted"},
		Class: ClassRecoverable, Stage: stageConfig,
		Explain:    []string{"config-not-applied", "config-signature-algorithm-unsupported"},
		Neighbours: []string{"config-signer-not-trusted", "config-signature-algorithm-unsupported", "list-transfer-failed"},
		Get:        []string{"capture", "ctftp-trace"},
		Source:     "Cisco TechNote 116232",
		sure:       always("high"), // computed from the bytes
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Restart Cisco TFTP on the node that served the file: it builds and signs its files anew. Then reset one phone.", Command: "utils service restart Cisco Tftp", Risk: "Phones that boot during the restart wait or use the next TFTP server."},
				{Text: "Fetch the file on the server's side and on the phone's side and compare: what differs was changed in between (WAN optimiser, proxy, virus scanner).", Command: "tftp <server> get " + v.device() + ".cnf.xml.sgn; sha256sum", Risk: "none"},
			}
		},
	},
	{
		ID: "config-signature-algorithm-unsupported", Title: "The phone does not take files signed with SHA-512",
		Sees:  "one model refuses its configuration since the signature algorithm was changed",
		Says:  "The configuration is signed with SHA-512 by a key that the phone holds, and the phone refuses it: its load does not know that algorithm.",
		Needs: []string{"sha512-config-refused"}, Not: []string{"same-model-takes-sha512"},
		Class: ClassRecoverable, Stage: stageConfig,
		Explain:    []string{"config-not-applied"},
		Neighbours: []string{"config-signature-invalid", "config-signer-not-trusted"},
		Get:        []string{"capture", "console"},
		Release:    "releases with the enterprise parameter TFTP File Signature Algorithm",
		Source:     "Security Guide for Cisco Unified Communications Manager 14",
		sure:       always("medium"),
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Set the algorithm back to SHA-1, or give the phones a load that knows SHA-512 first.", Command: "System > Enterprise Parameters > TFTP File Signature Algorithm; Device > Device Settings > Device Defaults", Risk: "Every phone of the cluster gets new signatures."},
				{Text: "In mixed mode make the CTL anew; then restart Cisco TFTP on every node and reset the phones.", Command: "utils ctl update CTLFile; utils service restart Cisco Tftp", Risk: "Phones reset; in a cluster with tokens the CTL client is needed instead."},
			}
		},
	},
	{
		ID: "encrypted-config-unreadable", Title: "The phone verified its encrypted configuration and cannot read it",
		Sees:  "the phone does not come up since its configuration is encrypted",
		Says:  "The encrypted configuration arrived and its signature is good, but the phone cannot decrypt it: it was made for a key that the phone does not have.",
		Needs: []string{"encrypted-config-not-used"},
		Class: ClassRecoverable, Stage: stageConfig,
		Explain:    []string{"config-not-applied"},
		Neighbours: []string{"config-signature-invalid", "config-signer-not-trusted"},
		Get:        []string{"console", "capture", "capf-trace"},
		Source:     "Cisco TechNote 116232; Security Guide for Cisco Unified Communications Manager 14",
		class: func(v *view) string {
			if model, _ := v.modelOf(); slices.Contains(manualKey, model) {
				return ClassLockedOut // the key is typed at the phone
			}
			return ClassRecoverable
		},
		sure: func(v *view) string {
			if slices.ContainsFunc(v.ask("encrypted-config-not-used").Evidence, func(n *entry) bool { return n.is("config_verified") }) {
				return "medium"
			}
			return "low"
		},
		remedy: func(v *view) []Step {
			steps := []Step{
				{Text: "Take the encryption off the phone's security profile and reset the phone.", Command: "System > Security > Phone Security Profile > TFTP Encrypted Config; Device > Phone > Reset", Risk: "The configuration, with its passwords, travels readable meanwhile."},
				{Text: "See which key the phone has: the file is encrypted for its LSC, else its MIC, as the cluster knows them. Install the LSC anew, then switch encryption on again.", Command: "Device > Phone > Certificate Operation: Install/Upgrade", Risk: "The phone resets."},
			}
			if model, _ := v.modelOf(); slices.Contains(manualKey, model) {
				steps = append(steps, Step{Text: "This model takes its key by hand: enter on the phone the symmetric key that its device page shows.", Command: "Device > Phone > Symmetric Key; phone: unlock with **#, Settings > Network Configuration", Risk: "A walk to the phone."})
			}
			return steps
		},
	},
	{
		ID: "config-unsigned-accepted", Title: "The phone takes a configuration that nobody vouches for",
		Sees:  "nothing; the phone follows whichever TFTP server answers it",
		Says:  "The phone takes its configuration unsigned, or by a signer that nothing vouches for: it holds no list, or a blank one.",
		Needs: []string{"unsigned-config-taken"}, Not: []string{"server-without-itl"},
		Class: ClassDegraded, Stage: stageConfig,
		Neighbours: []string{"blank-itl-rollback-active", "phone-without-sbd", "first-list-blind-trust"},
		Get:        []string{"lists", "capture"},
		Source:     "Cisco TechNote 116232; Cisco Support Community Ask the Expert on Security By Default 2012",
		sure:       onTheWire("unsigned-config-taken"),
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "If \"Prepare Cluster for Rollback to pre 8.0\" is on and no migration runs, switch it off, restart TVS and TFTP on every node and reset the phones.", Command: "System > Enterprise Parameters > Prepare Cluster for Rollback to pre 8.0 = False; utils service restart Cisco Trust Verification Service; utils service restart Cisco Tftp", Risk: "Phones reset; during a migration the parameter has to stay on until they have moved."},
				{Text: "Otherwise see on the phone which lists it holds, and reset it so that it takes them.", Command: "phone: Settings > Security Configuration > Trust List", Risk: "The first list is taken unchecked: do it in the cluster's own network."},
			}
		},
	},
	{
		ID: "config-not-applied", Title: "The served configuration is not the one in force",
		Sees:  "the phone registers with the former server, or a change on its page has no effect",
		Says:  "The phone does not live by the configuration that is served: a change never reached it.",
		Needs: []string{"served-config-not-in-force"},
		Class: ClassDegraded, Stage: stageServices,
		Neighbours: []string{"config-signer-not-trusted", "list-transfer-failed", "default-config-no-tvs"},
		Get:        []string{"console", "capture", "lists"},
		Source:     "Cisco Support Community mirror of 116232; Cisco TechNote 117598; Cisco TechNote 116232",
		sure:       always("medium"),
		class: func(v *view) string {
			if v.explained("config-not-applied") {
				return ClassNote // a symptom: its cause stands beside it
			}
			return ClassDegraded
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Follow the cause: see whether the phone fetched its configuration after the change and what it made of it.", Command: "Device > Phone > Reset; then phone: Settings > Status > Status Messages", Risk: "The phone reboots."},
				{Text: "To find all phones of that kind, put another server first in their CallManager group, keep the former one in it, and see which phones go back to the former one.", Command: "System > Cisco Unified CM Group; utils service list; show risdb query phone", Risk: "The phones of the group register anew."},
			}
		},
	},
	{
		ID: "other-signed-file-rejected", Title: "A signed file other than the configuration is refused",
		Sees:  "rings, language, dial rules or clock are not as configured",
		Says:  "The phone takes its configuration and refuses another signed file: that file carries the signature of another cluster, or an old one.",
		Needs: []string{"other-file-refused"},
		Class: ClassDegraded, Stage: stageConfig,
		Neighbours: []string{"config-signer-not-trusted", "centralised-tftp-heterogeneous"},
		Get:        []string{"console", "ctftp-trace"},
		Source:     "Cisco TechNote 116232; Cisco TechNote 214528; Security Guide for Cisco Unified Communications Manager 14",
		sure: func(v *view) string {
			if v.yes("config-accepted") {
				return "medium"
			}
			return "low" // whether the configuration passes is not in evidence
		},
		remedy: func(v *view) []Step {
			text := "Restart Cisco TFTP on the node that serves the file, so that its static files are signed by its present key; then reset the phone."
			if strings.Contains(v.ask("other-file-refused").Because, "own disk") {
				text = "The proxy TFTP sends its own copy of this file, with its own cluster's signature: remove the copy there if the leaf has the file, or let the phones trust that cluster. Otherwise: " + lower(text)
			}
			return []Step{{Text: text, Command: "utils service restart Cisco Tftp; OS Administration > Software Upgrades > TFTP File Management", Risk: "Phones that boot during the restart wait or use the next TFTP server."}}
		},
	},
}

// manualKey are models that get the key of their encrypted configuration typed in
// by hand (Security Guide for Cisco Unified Communications Manager 14).
var manualKey = []string{"7905", "7912", "7940", "7960"}

// explained tells that a finding of which another one is a consequence holds.
func (v *view) explained(id string) bool {
	return slices.ContainsFunc(v.k.catalogue, func(r *Rule) bool {
		return slices.Contains(r.Explain, id) && r.Missing == "" && v.within(r) && v.try(r).holds
	})
}

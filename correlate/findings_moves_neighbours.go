package correlate

// rulesNeighbours are the findings on what stands beside trust in lists: other
// clusters' visitors, VPN, 802.1X, auto-registration, the menu.
var rulesNeighbours = []*Rule{
	{
		ID: "emcc-certificates-missing", Title: "Visiting phone cannot trust its home cluster",
		Sees:  "Extension Mobility Cross Cluster: the login fails, or the phone restarts over and over",
		Says:  "The visiting phone is sent to its user's home cluster for its configuration, and the visited cluster's TVS does not know the home cluster's signer.",
		Needs: []string{"sent-to-home-cluster", "config-signer-untrusted", "tvs-denied-config-signer"}, Not: []string{"lists-of-other-cluster"},
		Class: ClassRecoverable, Stage: stageConfig,
		Explain:    []string{"config-signer-not-trusted", "tvs-certificate-unknown-in-store", "config-not-applied"},
		Neighbours: []string{"bulk-certificate-incomplete", "centralised-tftp-heterogeneous", "config-signer-not-trusted"},
		Get:        []string{"held-itl-is-served-itl", "tvs-vouched-for-list"},
		Release:    "8.0 and later",
		Source:     "Cisco TechNote 200599",
		class: func(v *view) string {
			if v.yes("sent-to-home-cluster") {
				return ClassRecoverable
			}
			return ClassNote // nothing says that the phone visits
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Exchange the certificates of both clusters, type All, both ways: export, consolidate, import on each.", Command: "Cisco Unified OS Administration > Security > Bulk Certificate Management", Risk: "none"},
				{Text: "Restart TVS on the visited cluster, then log in again on one phone.", Command: "utils service restart Cisco Trust Verification Service", Risk: "TVS is away for seconds."},
			}
		},
	},
	{
		ID: "vpn-hash-mismatch", Title: "VPN gateway presents a certificate that the phone was not given",
		Sees:  "the phone's VPN fails: invalid certificate",
		Says:  "The VPN gateway's certificate was changed after the phone got its configuration: the hash in the configuration is another one.",
		Needs: []string{"vpn-gateway-differs"},
		Class: ClassRecoverable, Stage: stageTransport,
		Neighbours: []string{"certificate-expired-or-expiring", "phone-certificate-refused-by-cucm"},
		Get:        []string{"every-tvs-fails-by-certificate"},
		Source:     "Cisco Community thread on phone VPN to ASA; Cisco Support Community DOC-18834",
		sure:       func(*view) string { return "high" },
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Upload the gateway's present certificate as Phone-VPN-trust and choose it in the VPN gateway's entry.", Command: "Cisco Unified OS Administration > Security > Certificate Management; Advanced Features > VPN > VPN Gateway", Risk: "none"},
				{Text: "Let the phone fetch its configuration inside the network once: outside it cannot get the new hash.", Command: "phone: reset on the inside network", Risk: "The phone has to be brought in."},
			}
		},
	},
	{
		ID: "dot1x-failed-after-capf-change", Title: "802.1X refuses the phone since CAPF changed",
		Sees:  "the phone loses the network; \"802.1X Authentication: Failed\"",
		Says:  "802.1X refuses the phone since the CAPF certificate changed: the authentication server trusts another CAPF than the one that issued the phone's LSC.",
		Needs: []string{"dot1x-failed", "capf-changed-since-lsc"},
		Class: ClassRecoverable, Stage: stageTransport,
		Neighbours: []string{"capf-cert-mismatch", "phone-certificate-refused-by-cucm"},
		Get:        []string{"refusal-seen", "held-itl-is-served-itl"},
		Source:     "Cisco TechNote 225746",
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Load the present CAPF certificate into the authentication server's trusted roots, and keep the old one until every LSC has been issued anew.", Command: "Cisco Unified OS Administration > Security > Certificate Management > CAPF > Download; RADIUS server: trusted certificates", Risk: "none"},
				{Text: "Let the phone in without 802.1X (bypass on the switch port) and install a new LSC.", Command: "Device > Phone > Certification Authority Proxy Function > Install/Upgrade", Risk: "The port is open meanwhile; the phone resets."},
			}
		},
	},
	{
		ID: "autoregistration-in-mixed-mode", Title: "New phone does not auto-register in mixed mode",
		Sees:  "a new phone stays unregistered",
		Says:  "The cluster does not know this phone and is in mixed mode, where auto-registration is not supported by older releases.",
		Needs: []string{"new-phone-not-registered", "cluster-mixed-mode"}, Not: []string{"release-auto-registers"},
		Class: ClassDegraded, Stage: stageRegistration,
		Neighbours: []string{"default-config-no-tvs", "secure-registration-port-blocked"},
		Get:        []string{"every-tvs-fails-by-certificate", "no-reset-path"},
		Release:    "before 14; for 11.5 to 12.5 look it up in the release's Security Guide",
		Source:     "Cisco Support Community Ask the Expert on Security By Default 2012; Security Guide for Cisco Unified Communications Manager 14",
		sure:       func(*view) string { return "low" }, // the release decides, and a plain misconfiguration looks the same
		class: func(v *view) string {
			if v.yes("new-phone-not-registered") {
				return ClassDegraded
			}
			return ClassNote
		},
		remedy: func(v *view) []Step {
			return []Step{{Text: "Add the phone by hand, or with a template, before it is plugged in; or check whether the release auto-registers in mixed mode and whether auto-registration is on.", Command: "Device > Phone > Add New; System > Cisco Unified CM > Auto-registration Information", Risk: "none"}}
		},
	},
	{
		ID: "itl-deleted-or-erased", Title: "The phone lost the lists that it held",
		Sees:  "the trust lists are gone from the phone's menu",
		Says:  "The phone's trust lists were deleted: it takes the next ones unchecked.",
		Needs: []string{"lists-erased"},
		Class: ClassOK, Stage: stageITL,
		Explain:    []string{"first-list-blind-trust"},
		Neighbours: []string{"first-list-blind-trust"},
		Get:        []string{"refusal-seen"},
		Source:     "Cisco IP Phone 8800 Series Administration Guide; Cisco TechNote 116232",
		remedy: func(v *view) []Step {
			return []Step{{Text: "Nothing to mend: ask who deleted them, and compare the list that the phone takes next with the server's.", Command: "show itl", Risk: "The next list is taken unchecked: a phone that reaches a wrong TFTP server then trusts it."}}
		},
	},
	{
		ID: "settings-access-blocks-deletion", Title: "Users cannot reach the menu that deletes a list",
		Sees:  "the phone's settings menu is locked",
		Says:  "The configuration keeps users out of the settings menu: should a list have to be deleted, only a factory reset is left.",
		Needs: []string{"settings-access-restricted", "deletion-in-question"},
		Class: ClassNote, Stage: stageServices,
		Get:    []string{"refusal-seen"},
		Source: "Cisco TechNote 116232; Cisco Community thread 2064222",
		sure:   func(*view) string { return "high" },
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "While the phone still accepts its configuration, enable settings access in it.", Command: "Device > Phone > Product Specific Configuration > Settings Access", Risk: "Users can then change network settings."},
				{Text: "Else a list can only be deleted by a factory reset; on the 8900 and 6900 series, whose menu erases no single list, by resetting the security settings.", Command: "phone: factory reset key sequence, or Reset Settings > Security", Risk: "A factory reset removes the LSC too."},
			}
		},
	},
}

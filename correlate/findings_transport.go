package correlate

import "slices"

// rulesTransport are the findings on transport and file service.
var rulesTransport = []*Rule{
	{
		ID: "tftp-address-wrong-or-down", Title: "No TFTP server answers the phone",
		Sees:  "TFTP timeout; the phone stays at \"Configuring IP\" or \"Registering\"",
		Says:  "Nothing at the phone's TFTP address answers, so it gets neither lists nor configuration; trust is not the question.",
		Needs: []string{"tftp-unreachable"},
		Class: ClassRecoverable, Stage: stageTransport,
		Explain:    []string{"list-transfer-failed", "config-not-applied", "itl-stale-on-phone"},
		Neighbours: []string{"list-transfer-failed", "tftp-server-busy"},
		Get:        []string{"capture", "ctftp-trace"},
		Source:     "Cisco IP Phone 8800 Series Administration Guide; Cisco TechNote 116232",
		sure:       onTheWire("tftp-unreachable"),
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Compare the address that the phone asks with option 150 (or 66) of its DHCP scope and with the nodes that run Cisco TFTP; an alternate TFTP address set on the phone goes before DHCP.", Command: "phone: Settings > Network Configuration > TFTP Server 1, Alternate TFTP; router: show ip dhcp pool; show running-config | section dhcp", Risk: "none"},
				{Text: "See whether Cisco TFTP runs on that node, and start it.", Command: "utils service list; utils service start Cisco Tftp", Risk: "none; phones that boot meanwhile ask again"},
				{Text: "Try the way from the phones' network: UDP 69 and the high ports of the answer, TCP 6970.", Command: "tftp <server> get ringlist.xml; curl -v http://<server>:6970/ringlist.xml", Risk: "none"},
			}
		},
	},
	{
		ID: "list-transfer-failed", Title: "A list or the configuration never arrived",
		Sees:  "\"Trust List Update Failed\" or TFTP timeout",
		Says:  "The file never arrived whole, so there was nothing to verify: the network or the file service is at fault, not trust.",
		Needs: []string{"list-transfer-broken"}, Not: []string{"tftp-unreachable", "tftp-busy"},
		Class: ClassRecoverable, Stage: stageTransport,
		Explain:    []string{"config-not-applied", "itl-stale-on-phone"},
		Neighbours: []string{"tftp-address-wrong-or-down", "tftp-server-busy", "config-signer-not-trusted"},
		Get:        []string{"capture", "ctftp-trace"},
		Source:     "Cisco IP Phone 8800 Series Administration Guide; Cisco Support Community DOC-18834",
		sure:       onTheWire("list-transfer-broken"),
		past: func(v *view) string {
			a, _ := v.brokenTransfer()
			if b := v.deliveredSince(a); b != nil {
				return "a later boot got " + b.file
			}
			return ""
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Check the way of the data: TFTP answers from a port of its own, which a firewall or NAT must let back to the phone; over HTTP look for a proxy that cuts TCP 6970.", Command: "wireshark filter: tftp || tcp.port == 6970, on both sides of the firewall", Risk: "none"},
				{Text: "Fetch the same file from a PC in the phones' network, and try another TFTP node.", Command: "tftp <server> get ITL" + v.device() + ".tlv; DHCP option 150", Risk: "Another TFTP node serves a list with a signer of its own; the phone then asks TVS about it."},
			}
		},
	},
	{
		ID: "tftp-server-busy", Title: "The TFTP service turns phones away as busy",
		Sees:  "after a mass reset phones hang at \"Registering\" or \"Configuring\"",
		Says:  "The TFTP service has as many transfers open as it allows and answers 503; the phone gets no file, and trust is not the question.",
		Needs: []string{"tftp-busy"},
		Class: ClassRecoverable, Stage: stageTransport, Scope: "both",
		Explain:    []string{"list-transfer-failed", "config-not-applied", "itl-stale-on-phone"},
		Neighbours: []string{"list-transfer-failed", "tftp-address-wrong-or-down", "proxy-tftp-leaf-unreachable"},
		Get:        []string{"ctftp-trace", "capture"},
		Source:     "Cisco TechNote 222878; Cisco TechNote 214528",
		about:      func(v *view) string { return clusterAbout(v, "TFTP service") },
		sure: func(v *view) string {
			if slices.ContainsFunc(v.ask("tftp-busy").Evidence, func(n *entry) bool { return n.is("tftp_503_max") }) {
				return "high" // the service says so itself
			}
			return "medium"
		},
		past: func(v *view) string {
			if v.p.cluster {
				return ""
			}
			if _, _, after := v.refusedAsBusy(); after != nil {
				return "the service delivered again afterwards"
			}
			return ""
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Restart Cisco TFTP on that node; when its count stays up with few phones booting, have TAC look at it.", Command: "utils service restart Cisco Tftp", Risk: "Phones that boot during the restart wait or use the next TFTP server."},
				{Text: "Raise the number of transfers that the service allows, and reset phones in groups rather than all at once.", Command: "System > Service Parameters > Cisco Tftp > Maximum Serving Count", Risk: "More load on the node."},
			}
		},
	},
	{
		ID: "centralised-tftp-heterogeneous", Title: "The list is the central cluster's, the configuration another cluster's",
		Sees:  "phones of one cluster, usually the older one, refuse their files; the others work",
		Says:  "The central TFTP server gives the phone its own generic ITL, while the configuration belongs to a leaf cluster whose key that list does not hold: no list is corrupt, the two do not belong together.",
		Needs: []string{"list-and-config-of-two-clusters", "own-config-not-taken"},
		Class: ClassRecoverable, Stage: stageTransport,
		Explain:    []string{"config-signer-not-trusted", "config-not-applied", "tvs-certificate-unknown-in-store", "tvs-fallback-used", "tvs-not-listening", "https-service-unverified", "other-signed-file-rejected"},
		Neighbours: []string{"config-signer-not-trusted", "list-fallback-to-generic", "proxy-tftp-leaf-unreachable", "itl-corrupt-on-server", "callmanager-tvs-both-regenerated"},
		Get:        []string{"ctftp-trace", "lists", "capture"},
		Release:    "an 8.0 or later cluster that serves phones of an older one",
		Source:     "Cisco TechNote 116232 (CSCto87262)",
		sure: func(v *view) string {
			if _, itl := v.genericList("itl"); itl != nil && itl.list() != nil {
				if cfg := v.ownConfig(itl); cfg != nil && cfg.got && !cfg.plain && cfg.list() != nil {
					return "high" // both files were read and their signers compared
				}
			}
			return "medium"
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Do not delete the ITL on the phones: they would take the same generic list again at the next boot, and the central cluster can still change it for them.", Risk: "none"},
				{Text: "Best: give the phones a TFTP server of their own cluster (option 150 of their scope), or bring every cluster behind the central TFTP to 8.0 or later, so that the central server hands on the leaf's own list.", Command: "DHCP option 150; on each leaf: show version active", Risk: "Phones fetch from another server after their next boot."},
				{Text: "While old and new stay mixed: set the rollback parameter on the cluster that serves the generic ITL, restart TVS and TFTP on all of its nodes, reset the phones: the blank ITL is signed by a key they hold.", Command: "System > Enterprise Parameters > Prepare Cluster for Rollback to pre 8.0 = True; utils service restart Cisco Trust Verification Service; utils service restart Cisco Tftp", Risk: "Every phone of that cluster then takes any file unchecked and cannot open HTTPS services. Whether the leaf needs it too is disputed."},
				{Text: "With it, set the secured phone URLs to http.", Command: "System > Enterprise Parameters > Secured Phone URL Parameters", Risk: "Directory and login travel in clear."},
			}
		},
	},
	{
		ID: "proxy-tftp-leaf-unreachable", Title: "The proxy TFTP does not reach the phone's cluster",
		Sees:  "phones of one leaf cluster do not come up, or come up as new phones",
		Says:  "The central TFTP server gets no answer from the cluster that has this phone, so it says that the files do not exist.",
		Needs: []string{"leaf-cluster-silent"}, Not: []string{"leaf-cluster-answered"},
		Class: ClassRecoverable, Stage: stageTransport, Scope: "both",
		Explain:    []string{"list-fallback-to-generic", "config-not-applied", "default-config-no-tvs", "tftp-server-busy"},
		Neighbours: []string{"centralised-tftp-heterogeneous", "tftp-server-busy", "list-transfer-failed"},
		Get:        []string{"ctftp-trace", "syslog", "capture"},
		Source:     "Cisco TechNote 214528; Cisco TechNote 200599; System Error Messages 14",
		about:      func(v *view) string { return clusterAbout(v, "proxy TFTP") },
		sure: func(v *view) string {
			if slices.ContainsFunc(v.ask("leaf-cluster-silent").Evidence, func(n *entry) bool { return n.is("alarm", "syslog_alarm") }) {
				return "high"
			}
			return "medium"
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "See whether Cisco TFTP of the leaf runs and answers from the central node: TCP 6970 between the nodes.", Command: "on the leaf: utils service list; on the central node: utils network connectivity <leaf> 6970", Risk: "none"},
				{Text: "Check the entry of the remote cluster: addresses, and that its TFTP service is on for centralised TFTP. For Extension Mobility Cross Cluster it has to be off.", Command: "Advanced Features > Cluster View > Remote Cluster > TFTP", Risk: "Changing it for one purpose touches the other."},
				{Text: "Then reset the phones of that cluster.", Command: "Device > Phone > Reset", Risk: "The phones reboot."},
			}
		},
	},
	{
		ID: "tftp-address-not-in-ctl", Title: "A 7940 or 7960 uses a TFTP server that its CTL does not list",
		Sees:  "after a move of servers only the 7940 and 7960 fail",
		Says:  "A 7940 or 7960 takes files only from a TFTP server whose address stands in its CTL; later models judge the signature alone. This one asks an address that its CTL does not hold.",
		Needs: []string{"old-phone-tftp-not-in-ctl"}, Not: []string{"served-ctl-signer-untrusted"},
		Class: ClassLockedOut, Gate: "ctl", Stage: stageCTL,
		Explain:    []string{"config-signer-not-trusted", "config-not-applied", "list-transfer-failed"},
		Neighbours: []string{"config-signer-not-trusted", "tftp-address-wrong-or-down", "ctl-signer-unknown"},
		Get:        []string{"ctl-held", "capture"},
		Release:    "7940 and 7960",
		Source:     "Cisco Support Community DOC-18834",
		sure: func(v *view) string {
			if v.yes("config-refused") || v.yes("ctl-refusal-seen") {
				return "high"
			}
			return "medium"
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "While the phone can still fetch from its old TFTP server: add the new address to the CTL of the old cluster as alternate TFTP, reset the phones so that they take it, and only then move them.", Command: "CTL client > Add TFTP Server; afterwards: show ctl", Risk: "A token of that CTL is needed; TFTP and CallManager restart."},
				{Text: "When the old server is gone the CTL of these phones has to go: see the conditions for deleting the CTL before anybody walks.", Command: "phone: Settings > Security Configuration > CTL File > unlock with **# > Erase", Risk: "A walk to every phone; the next CTL is taken unchecked."},
			}
		},
	},
	{
		ID: "default-config-no-tvs", Title: "The phone runs on the default configuration, which names no TVS",
		Sees:  "\"Host Not Found\" in the directory of new or auto-registered phones",
		Says:  "The phone never got a configuration of its own and runs on the default one, which names no TVS: it cannot ask about the certificate of a secure service.",
		Needs: []string{"default-config-without-tvs"}, Not: []string{"tvs-reached"},
		Class: ClassRecoverable, Stage: stageConfig,
		Explain:    []string{"https-service-unverified"},
		Neighbours: []string{"https-service-unverified", "tvs-port-blocked", "tvs-name-unresolvable"},
		Get:        []string{"console", "capture"},
		Source:     "Cisco TechNote 118699 (CSCti64589, CSCuq33297)",
		sure:       always("medium"),
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Give the phone a configuration of its own: see that its device exists under this very MAC address and is registered, then reset it.", Command: "Device > Phone > Find " + v.device() + "; Reset", Risk: "The phone reboots."},
				{Text: "On 8.6 look at CSCti64589 (fixed in 8.6.2), later at CSCuq33297.", Command: "Bug Search Tool: CSCti64589, CSCuq33297; show version active", Risk: "none"},
			}
		},
	},
	{
		ID: "list-fallback-to-generic", Title: "The generic list came in place of the phone's own",
		Sees:  "nothing",
		Says:  "The server has no list for this phone and handed out the generic one, as it does for every phone that is not configured on it.",
		Needs: []string{"generic-list-taken"},
		Class: ClassOK, Stage: stageTransport,
		Neighbours: []string{"centralised-tftp-heterogeneous", "proxy-tftp-leaf-unreachable"},
		Get:        []string{"console", "ctftp-trace"},
		Source:     "Cisco TechNote 116232; Cisco Support Community DOC-18834",
		sure: func(v *view) string {
			if slices.ContainsFunc(v.ask("generic-list-taken").Evidence, func(n *entry) bool { return n.sourceKind() != "phone" }) {
				return "high"
			}
			return "medium"
		},
		remedy: func(v *view) []Step {
			return []Step{{Text: "Nothing to do for a phone that is not configured on this cluster. If it is, see why the cluster has no list under its name.", Command: "file list tftp *" + v.device() + "*", Risk: "none"}}
		},
	},
}

package correlate

import "slices"

// rulesTVSAnswers are the findings on what TVS answers, or does not.
var rulesTVSAnswers = []*Rule{
	{
		ID: "tvs-certificate-unknown-in-store", Title: "TVS does not know the certificate it was asked about",
		Sees:  "a secure service or a list update fails although TCP 2445 works",
		Says:  "TVS answers, but it does not hold the certificate that the phone asks about, so it cannot vouch for it.",
		Needs: []string{"tvs-does-not-vouch"}, Not: []string{"tvs-vouched-later"},
		Class: ClassRecoverable, Stage: stageTVS,
		Explain:    []string{"https-service-unverified", "config-signer-not-trusted", "itl-stale-on-phone", "config-not-applied"},
		Neighbours: []string{"tvs-cert-mismatch", "tvs-port-blocked", "tvs-no-answer"},
		Source:     "Cisco TechNote 118699; Cisco TechNote 210541",
		class: func(v *view) string {
			if !v.refusedForGood() {
				return ClassInconclusive
			}
			return ClassRecoverable
		},
		past: func(v *view) string {
			if a := v.ask("taken-all-the-same"); a.Value == Yes {
				return a.Because
			}
			return ""
		},
		// The trace shows both caches; a status on the phone alone says only that.
		sure: func(v *view) string {
			if slices.ContainsFunc(v.ask("tvs-does-not-vouch").Evidence, func(n *entry) bool { return n.is("tvs_query") }) {
				return "high"
			}
			return "medium"
		},
		remedy: func(v *view) []Step {
			return []Step{
				{Text: "Upload the certificate that was asked for to the trust store of its service (CallManager-trust or tomcat-trust; for a list signer Phone-SAST-trust), and wait for the change notification: up to half an hour.", Command: "Cisco Unified OS Administration > Security > Certificate Management > Upload Certificate/Certificate chain", Risk: "none for the phones' lists"},
				{Text: "If TVS still does not find it, restart TVS on that node: it keeps its certificates in memory.", Command: "utils service restart Cisco Trust Verification Service", Risk: "Questions fail for the seconds of the restart."},
			}
		},
	},
	{
		ID: "tvs-no-answer", Title: "TVS takes the question and does not answer",
		Sees:  "a long wait, then \"Host Not Found\"",
		Says:  "The phone put its question to TVS and got no answer: the service on that node hangs.",
		Needs: []string{"tvs-left-without-answer"},
		Class: ClassRecoverable, Stage: stageTVS,
		Explain:    []string{"https-service-unverified", "config-signer-not-trusted", "itl-stale-on-phone"},
		Neighbours: []string{"tvs-certificate-unknown-in-store", "tvs-port-blocked"},
		Source:     "Cisco TechNote 116232, the order of question and answer",
		sure:       func(*view) string { return "medium" },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Restart TVS on that node and look at its load and at the database replication while the phone asks again.", Command: "utils service restart Cisco Trust Verification Service; utils dbreplication runtimestate; show process load", Risk: "Questions of other phones fail for the seconds of the restart."}}
		},
	},
	{
		ID: "tvs-cache-masks-change", Title: "The phone still lives on an answer of TVS that it kept",
		Sees:  "a change of certificates does not show on this phone yet",
		Says:  "The phone accepted a certificate on an answer of TVS it had kept for a day, while the servers' certificates changed in between.",
		Needs: []string{"answer-from-cache", "changed-since-cached"},
		Class: ClassDegraded, Stage: stageTVS,
		Neighbours: []string{"https-authenticated-via-tvs"},
		Source:     "Cisco TechNote 116232; Cisco TechNote 213407",
		sure:       func(*view) string { return "medium" },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Reset the phone, or wait a day: it forgets kept answers after 86400 seconds and whenever a trust list changes.", Command: "Cisco Unified CM Administration > Device > Phone > Reset", Risk: "The phone reboots."}}
		},
	},
	{
		ID: "tvs-name-unresolvable", Title: "The name of the TVS server does not resolve",
		Sees:  "\"Host Not Found\" on secure services",
		Says:  "The phone's configuration names its servers, and the name of the TVS server does not resolve, so TVS is never asked.",
		Needs: []string{"tvs-name-unresolved"}, Not: []string{"tvs-reached"},
		Class: ClassRecoverable, Stage: stageTransport,
		Explain:    []string{"https-service-unverified", "itl-stale-on-phone", "config-signer-not-trusted"},
		Neighbours: []string{"tvs-port-blocked"},
		Source:     "Cisco TechNote 118699",
		sure:       func(*view) string { return "high" },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Add the name to the DNS that the phone uses, or define the servers by address, then reset the phone.", Command: "Cisco Unified CM Administration > System > Server; DHCP option 6 of the phone's scope", Risk: "Changing a server to an address touches every configuration file; phones reset."}}
		},
	},
}

// rulesServices are the findings on secure services.
var rulesServices = []*Rule{
	{
		ID: "https-service-unverified", Title: "A secure service fails because nothing vouches for its certificate",
		Sees:  "\"Host Not Found\"; directory, Extension Mobility or services do not open",
		Says:  "The phone gave up a secure service because its certificate is in no list and no TVS vouched for it.",
		Needs: []string{"https-refused-by-phone"}, Not: []string{"https-opened-later"},
		Class: ClassRecoverable, Stage: stageServices,
		// The phone refused its TVS, and nothing shows whether a list has to go:
		// an effect whose cause may be worse.
		class: func(v *view) string {
			if v.ask("every-tvs-fails-by-certificate").Value == Unknown && v.ask("served-signer-untrusted").Value != No && slices.ContainsFunc(v.tlsTries(), func(t *tvsTry) bool { return t.state == "refused-by-phone" }) {
				return ClassInconclusive
			}
			return ClassRecoverable
		},
		Neighbours: []string{"phone-certificate-refused-by-cucm", "tvs-port-blocked", "tvs-certificate-unknown-in-store"},
		Source:     "Cisco TechNote 118699",
		sure:       func(*view) string { return "medium" },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Follow the TVS exchange of that moment: port 2445, the TVS certificate, and what TVS knows. To confirm that only the certificate stands in the way, point a test service at plain HTTP.", Command: "Cisco Unified CM Administration > Device > Device Settings > Phone Services (http://...)", Risk: "The test service is not encrypted."}}
		},
	},
}

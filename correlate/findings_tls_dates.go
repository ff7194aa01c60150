package correlate

// rulesDates are the findings on certificates that were refused for their
// dates, with proof of which one.
var rulesDates = []*Rule{
	{
		ID: "server-certificate-expired", Title: "A certificate was refused because it has expired",
		Sees:  "phones drop out suddenly, at the same hour",
		Says:  "A certificate has expired and the other side refuses it.",
		Needs: []string{"alert-certificate-expired"}, Not: []string{"valid-certificate-called-expired", "expiry-survived"},
		Get:   []string{"every-tvs-fails-by-certificate", "refusal-seen"},
		Class: ClassRecoverable, Stage: stageTransport,
		Explain:    []string{"https-service-unverified", "tvs-cert-mismatch", "tvs-handshake-failed", "itl-stale-on-phone", "config-signer-not-trusted", "config-not-applied", "tvs-no-answer"},
		Neighbours: []string{"phone-clock-wrong", "certificate-expired-or-expiring", "tvs-cert-mismatch"},
		Source:     "Cisco Support Community DOC-18834; RFC 5246, alert 45",
		// A log names neither the side nor the port: a candidate.
		sure: func(v *view) string {
			if v.yes("expired-certificate-on-wire") {
				return "high"
			}
			return "low"
		},
		summary: func(v *view) string {
			if !v.yes("expired-certificate-on-wire") {
				return sentence(v.ask("alert-certificate-expired").Because) + " Whose certificate it is, the log does not say. It may be any of these: 2445 (TVS), 3804 (CAPF), 2443 and 5061 (the registration server), 8443 (the web server), or the phone's own LSC or MIC."
			}
			return sentence(v.ask("expired-certificate-on-wire").Because) + " " + sentence(v.ask("alert-certificate-expired").Because)
		},
		remedy: func(v *view) []Step {
			if v.yes("tvs-certificate-expired") {
				return []Step{
					{Text: "Renew TVS.pem alone on that node and leave TFTP and CallManager.pem untouched, so that the new ITL comes signed by a key that the phones know; then reset the phones.", Command: "Cisco Unified OS Administration > Security > Certificate Management > TVS.pem > Regenerate; utils service restart Cisco Trust Verification Service; Device > Phone > Reset", Risk: "Regenerating CallManager.pem in the same window would lock the phones out."},
				}
			}
			if !v.yes("expired-certificate-on-wire") {
				return []Step{
					{Text: "Renew nothing yet: find out first whose certificate has ended. Compare the end dates of the certificates on every node, and the phone's LSC and MIC, with the time of the alert; a capture of that connection shows it at once.", Command: "show cert list own; show cert own <name>; phone: Settings > Security Configuration > LSC, MIC", Risk: "none"},
				}
			}
			return []Step{
				{Text: "Renew the certificate named in the proof, and nothing else in the same window: a server's own certificate on its node; a phone's LSC by installing a new one; an expired MIC by giving the phone an LSC.", Command: "Cisco Unified OS Administration > Security > Certificate Management > Regenerate; for an LSC: Device > Phone > Certificate Operation: Install/Upgrade", Risk: "A second renewal before all phones have updated can lock them out."},
			}
		},
	},
}

var _ = register(
	Question{"expiry-survived", "Did the phone get what it wanted from another server?", expirySurvived},
	Question{"tvs-certificate-expired", "Is it the certificate of a TVS that has expired?", tvsCertificateExpired},
)

// expirySurvived tells that an expired TVS certificate cost nothing: the next
// TVS vouched.
func expirySurvived(v *view) Answer {
	if !v.yes("tvs-certificate-expired") {
		return unknown("no expired certificate of a TVS is in evidence")
	}
	bad := v.ask("tvs-certificate-expired").Evidence[0]
	for _, t := range v.tlsTries() {
		if t.state == "accepted" && bad.at.before(t.n.at) {
			return yes("another TVS answered afterwards", t.n)
		}
	}
	return unknown("no later answer of a TVS is in evidence")
}

func tvsCertificateExpired(v *view) Answer {
	a := v.ask("expired-certificate-on-wire")
	if a.Value != Yes {
		return unknown("no expired certificate on the wire is in evidence")
	}
	for _, n := range a.Evidence {
		if n.e() != nil && n.e().TLS != nil && n.e().TLS.Service == "tvs" {
			return yes("it was presented on port 2445 by "+hostOf(n.e().Server), n)
		}
	}
	return no("it was presented by another service", a.Evidence...)
}

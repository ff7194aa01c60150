package correlate

import (
	"strings"
)

// rulesHealthy are the findings on what is normal and works. The order is that in which a healthy phone takes its primary.
var rulesHealthy = []*Rule{
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
}

var _ = register(
	Question{"itl-good", "Is the phone's ITL the served one, and does it hold the TVS certificate on the wire?", itlGood},
)

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

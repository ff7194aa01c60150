package correlate

import (
	"slices"
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
	{
		ID: "first-list-blind-trust", Title: "First list taken unchecked",
		Sees:  "a new or factory-reset phone comes up",
		Says:  "The phone held no list, so it took the first one unchecked; from now on that list's signer is its anchor.",
		Needs: []string{"list-taken-blind"},
		Class: ClassOK, Healthy: true, Stage: stageITL,
		Neighbours: []string{"trust-lists-verified", "itl-updated-via-tvs"},
		Source:     "Cisco TechNote 116232; Security Guide for Cisco Unified Communications Manager 14",
		class: func(v *view) string {
			if v.yes("blind-signer-unknown") {
				return ClassDegraded
			}
			return ClassOK
		},
		sure: func(*view) string { return "medium" },
		summary: func(v *view) string {
			s := sentence(v.ask("list-taken-blind").Because)
			if a := v.ask("blind-signer-unknown"); a.Value != Unknown {
				s += " " + sentence(a.Because)
			}
			return s
		},
		remedy: func(v *view) []Step {
			return []Step{{Text: "Compare the signer and the hash on the phone's menu with the listing of the node that served it; stage new phones in a network that you trust.", Command: "show itl; phone: Settings > Security Configuration > Trust List", Risk: "none"}}
		},
	},
	{
		ID: "itl-verified-by-ctl", Title: "ITL accepted by a record of the CTL",
		Sees:  "nothing",
		Says:  "The phone's old ITL did not know the new signer, its CTL did: the ITL was accepted without TVS.",
		Needs: []string{"itl-taken-by-ctl"},
		Class: ClassOK, Stage: stageITL,
		Neighbours: []string{"itl-updated-via-tvs"},
		Source:     "Cisco TechNote 116232; Cisco TechNote 213407",
		remedy: func(v *view) []Step {
			return []Step{{Text: "Nothing to mend. Keep the CTL's anchor: it has just saved a walk to the phone.", Command: "show ctl", Risk: "none"}}
		},
	},
	{
		ID: "ctl-absent-nonsecure-normal", Title: "No CTL, as it should be in a non-secure cluster",
		Sees:  "\"File not found\" for the CTL among the status messages",
		Says:  "The cluster is not in mixed mode, so there is no CTL; the message about the missing file is harmless.",
		Needs: []string{"ctl-absent"}, Not: []string{"security-wanted"},
		Class: ClassOK, Stage: stageCTL,
		Source: "Cisco Support Community, Ask the Expert: Security By Default; Cisco TechNote 214528",
		remedy: func(v *view) []Step {
			return []Step{{Text: "Nothing to do, unless the phone is meant to use a secure profile: then the cluster has to be in mixed mode first.", Command: "run sql select paramvalue from processconfig where paramname='ClusterSecurityMode'", Risk: "none"}}
		},
	},
	{
		ID: "phone-without-sbd", Title: "The model knows neither ITL nor TVS",
		Sees:    "the phone is untouched by work on the ITL",
		Says:    "This model does not implement Security By Default: it asks for no ITL and knows no TVS, only its CTL binds it.",
		Needs:   []string{"model-without-sbd"},
		Healthy: true, healthy: func(v *view) bool { return v.registered() == "yes" },
		Class: ClassOK, Stage: stageITL,
		Source: "Cisco Support Community, Ask the Expert: Security By Default; Cisco TechNote 118893",
		sure:   func(*view) string { return "medium" },
		remedy: func(v *view) []Step {
			return []Step{{Text: "Do not move to a tokenless CTL while such phones are in use, or plan to delete their CTL when the publisher's CallManager certificate changes.", Command: "Cisco Unified Reporting > Unified CM Phone Feature List > Security By Default", Risk: "none"}}
		},
	},
}

var _ = register(
	Question{"itl-good", "Is the phone's ITL the served one, and does it hold the TVS certificate on the wire?", itlGood},
)

func itlGood(v *view) Answer {
	same := v.ask("held-itl-is-served-itl")
	wire := v.ask("tvs-cert-in-held-itl")
	if wire.Value == Yes && v.p.itlTakenSince(wire.Evidence[0].at) {
		wire = unknown("the TVS certificate was seen before the phone took this ITL", wire.Evidence...)
	}
	logged := v.ask("tvs-cert-hash-logged")
	switch {
	case same.Value == No:
		return same
	case wire.Value == No:
		return wire
	case same.Value == Yes && wire.Value == Yes && v.p.tookNewList():
		return unknown("the phone has just taken a new ITL that it verified itself", same.Evidence...)
	case same.Value == Yes && wire.Value == Yes:
		return yes(same.Because+"; "+wire.Because, append(same.Evidence, wire.Evidence...)...)
	case same.Value == Yes && logged.Value == Yes:
		return yes(same.Because+"; the TVS half is proved by the log: "+logged.Because, append(same.Evidence, logged.Evidence...)...)
	case same.Value == Yes && wire.Value != Yes && logged.Value != Yes && (v.yes("lists-verified-locally") || v.yes("list-taken-blind")):
		return unknown("the phone has just taken the served ITL; no TVS certificate is in evidence that could be held against it", same.Evidence...)
	case same.Value == Yes:
		return yes(same.Because+"; the TVS certificate on the wire is not in evidence", same.Evidence...)
	case wire.Value == Yes:
		return yes(wire.Because+"; whether the server still serves this ITL is not in evidence", wire.Evidence...)
	}
	return unknown(same.Because + "; " + wire.Because)
}

// tookNewList tells that the last ITL which the phone took was another than it
// held before, and that it verified it itself.
func (p *phone) tookNewList() bool {
	for _, s := range slices.Backward(p.states) {
		if s.cause == nil || s.cause.kind != "itl" || s.cause.result != Yes {
			continue
		}
		old := s.before[iITL].list
		return otherList(old, s.cause.list) && !s.cause.askedTVS
	}
	return false
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

package correlate

import (
	"fmt"
	"slices"
)

// rulesRefused are the findings on a server that does not take the phone's
// certificate.
var rulesRefused = []*Rule{
	{
		ID: "mic-roots-removed", Title: "The phone uses its MIC, and its authority is not trusted",
		Sees:  "phones without an LSC drop after trust stores were cleaned",
		Says:  "The phone has no LSC and presents its MIC, and the server does not trust the factory's certificate authority.",
		Needs: []string{"mic-refused"},
		Class: ClassRecoverable, Stage: stageRegistration,
		Explain:    []string{"phone-certificate-refused-by-cucm"},
		Neighbours: []string{"phone-certificate-refused-by-cucm", "mic-missing"},
		Get:        []string{"capture", "ccm-trace"},
		Source:     "Security Guide for Cisco Unified Communications Manager 14; Cisco TechNote 200860",
		sure:       always("high"),
		past:       refusalHistory,
		class:      refusalClass,
		remedy: func(v *view) []Step {
			authority := "the manufacturing authority that issued the MIC"
			if r := v.refused(); r != nil && r.issuer != "" {
				authority = commonName(r.issuer)
			}
			return []Step{
				{Text: "Install an LSC on the phone; until then it may register with a non-secure profile.", Command: "Device > Phone > Certificate Operation: Install/Upgrade", Risk: "The phone resets."},
				{Text: fmt.Sprintf("Or upload %s to CallManager-trust again (CAP-RTP-001, CAP-RTP-002, Cisco Manufacturing CA or Cisco Manufacturing CA SHA2, whichever issued the MIC) and restart CallManager.", authority), Command: "Cisco Unified OS Administration > Security > Certificate Management; utils service restart Cisco CallManager", Risk: "Any phone with a MIC of that authority is trusted again."},
			}
		},
	},
	{
		ID: "phone-certificate-refused-by-cucm", Title: "The server refused the phone's certificate",
		Sees:  "the phone keeps registering, or a secure service fails",
		Says:  "The server does not trust the certificate that the phone presents; the phone itself trusts the server, and its lists are not at fault.",
		Needs: []string{"phone-certificate-refused"},
		Class: ClassRecoverable, Stage: stageRegistration,
		Neighbours: []string{"ccm-certificate-not-in-ctl", "mic-roots-removed", "security-profile-mismatch"},
		Get:        []string{"capture", "ccm-trace"},
		Source:     "Cisco TechNote 200860; Cisco TechNote 215014; Cisco TechNote 212214; Cisco TechNote 210541",
		sure: func(v *view) string {
			kinds := map[string]bool{}
			r := v.refused()
			for _, n := range r.ev {
				kinds[n.sourceKind()] = true
			}
			if kind, _, ev := v.origin(r); r.direct && (len(kinds) > 1 || kind != "" && len(ev) > 0) {
				return "high" // two witnesses, or a list or certificate that tells whose it is
			}
			return "medium"
		},
		past:  refusalHistory,
		class: refusalClass,
		summary: func(v *view) string {
			s := sentence(v.ask("phone-certificate-refused").Because)
			kind, because, _ := v.origin(v.refused())
			s += " " + sentence(map[string]string{
				lscForeign:  "The LSC is of another cluster",
				capfRenewed: "The LSC is of this cluster's former CAPF",
				caSigned:    "The LSC comes from a certificate authority outside the cluster",
				ownCAPF:     "The LSC is of this cluster's own CAPF, which CallManager-trust lacks or has not loaded",
				"":          "Whether the LSC is of another cluster or of a former CAPF of this one is not settled",
			}[kind])
			if because != "" {
				s += " " + sentence("Because "+because)
			}
			if slices.ContainsFunc(v.p.all, func(n *entry) bool { return n.is("server_cert_valid") }) {
				s += " The console's \"Certificate is valid\" judges the server, not the phone, and does not speak against it."
			}
			return s
		},
		remedy: refusedRemedy,
	},
}

// refusedRemedy depends on whose certificate it is.
func refusedRemedy(v *view) []Step {
	r := v.refused()
	kind, _, _ := v.origin(r)
	issuer := firstOf(commonName(r.issuer), "the issuer of the phone's certificate")
	keep := Step{Text: "Do not delete the CTL or ITL: the phone trusts the server.", Risk: "none"}
	renew := Step{Text: "Give the phone a new LSC from this cluster: set a non-secure profile, delete the old LSC, install a new one, set the secure profile again.", Command: "Device > Phone > Device Security Profile; Certificate Operation: Delete, then Install/Upgrade (By Null String)", Risk: "The phone works unencrypted meanwhile; a factory reset clears the LSC too, but means a walk."}
	upload := Step{Text: "Upload the certificate of " + issuer + " to CallManager-trust (and CAPF-trust) and restart CallManager, so that LSCs of it are taken until they are replaced.", Command: "Cisco Unified OS Administration > Security > Certificate Management; utils service restart Cisco CallManager", Risk: "Phones move to another node while CallManager restarts."}
	look := Step{Text: "Compare the LSC's issuer, " + issuer + ", with the CAPF certificates that the servers own and trust.", Command: "show cert list own; show cert list trust", Risk: "none"}
	switch kind {
	case lscForeign:
		return []Step{keep, renew, {Text: "Before the next phones are moved, delete their LSC on the old cluster.", Command: "Device > Phone > Certificate Operation: Delete", Risk: "They work unencrypted until they have the new LSC."}}
	case capfRenewed:
		upload.Text = "Put the former CAPF certificate (" + issuer + ") back into CallManager-trust and CAPF-trust and restart CallManager; keep it there until every LSC is issued anew."
		return []Step{keep, upload, {Text: "Then issue the LSCs anew.", Command: "Bulk Administration > Phones > Update Phones > Certificate Operation: Install/Upgrade", Risk: "The phones reset."}}
	case caSigned:
		return []Step{keep, {Text: "Upload the root, and each intermediate certificate, of the authority that signed CAPF or the LSC to CallManager-trust and restart CallManager (CSCut87382).", Command: "Cisco Unified OS Administration > Security > Certificate Management; utils service restart Cisco CallManager", Risk: "Phones move to another node while CallManager restarts."}, look}
	case ownCAPF:
		return []Step{keep, look, upload}
	}
	return []Step{keep, look,
		{Text: "If it is the CAPF of another cluster: " + lower(renew.Text), Command: renew.Command, Risk: renew.Risk},
		{Text: "If it is a former CAPF of this cluster: " + lower(upload.Text), Command: upload.Command, Risk: upload.Risk},
	}
}

func lower(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]|0x20) + s[1:]
}

// refusalHistory tells that the same server took the phone later.
func refusalHistory(v *view) string {
	if r := v.refused(); r != nil {
		if n, same := v.takenSince(r); n != nil && same {
			return "a later connection of the phone was accepted, with " + v.ownShown(n)
		}
	}
	return ""
}

// ownShown words which certificate the phone showed on a connection.
func (v *view) ownShown(n *entry) string {
	for _, c := range v.contacts("sccp-tls", "sip-tls", "https", "provisioning", "other") {
		if c.n == n && c.own != nil {
			return "its " + certKind(c.own.Issuer) + " of " + firstOf(commonName(c.own.Issuer), c.own.Issuer)
		}
	}
	for _, t := range v.talks() {
		if t.done == n && t.own != nil && t.own.detail("type") != "" {
			return "its " + t.own.detail("type")
		}
	}
	return "a certificate that is not in evidence"
}

// refusalClass: a phone that another node takes works, with less to fall back on.
func refusalClass(v *view) string {
	if r := v.refused(); r != nil {
		if n, _ := v.takenSince(r); n != nil {
			return ClassDegraded
		}
	}
	return ClassRecoverable
}

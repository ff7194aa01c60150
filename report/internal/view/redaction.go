package view

import (
	"strings"

	"trustline/correlate"
)

var redacted = map[string]string{
	"device": "device name", "mac": "MAC address", "ipv4": "IPv4 address", "ipv6": "IPv6 address", "host": "host name", "domain": "domain name",
	"subject": "certificate name", "user": "user name", "serial": "serial number",
}

// Redaction says in one sentence what was replaced in a report, "" when nothing
// was to be.
func Redaction(r *correlate.Report) string {
	if r.Redaction == nil {
		return ""
	}
	var parts []string
	for _, k := range r.Redaction.Kinds {
		if k.Distinct == 0 {
			continue
		}
		noun := redacted[k.Kind]
		if noun == "" {
			noun = Name(k.Kind)
		}
		n := Plural(k.Distinct, noun)
		if strings.HasSuffix(noun, "ss") && k.Distinct != 1 {
			n = Count(k.Distinct) + " " + noun + "es"
		}
		parts = append(parts, n+" in "+Plural(k.Count, "place"))
	}
	s := "Redacted: pseudonyms stand for names and addresses, equal ones for equal ones, and networks are kept"
	if len(parts) == 0 {
		return s + "; there was none to replace."
	}
	return s + ". Replaced: " + strings.Join(parts, ", ") + "."
}

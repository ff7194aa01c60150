package view

import (
	"strings"

	"trustline/correlate"
)

// Word is how a closed value of the report is shown: a symbol, a word that
// says the same without it, and what it means.
type Word struct {
	Key    string // the value in the report, cleaned; names of CSS classes use only known ones
	Symbol string
	Label  string
	Means  string
}

var classes = map[string]Word{
	correlate.ClassOK:           {"ok", "✔", "OK", "works"},
	correlate.ClassDegraded:     {"degraded", "▲", "DEGRADED", "works, but a layer of protection or redundancy is gone"},
	correlate.ClassRecoverable:  {"recoverable", "◆", "RECOVERABLE", "broken, and can be mended from the server side"},
	correlate.ClassLockedOut:    {"locked-out", "✘", "LOCKED OUT", "broken, and somebody has to touch the phone"},
	correlate.ClassInconclusive: {"inconclusive", "?", "INCONCLUSIVE", "not settled by what was given; see what to collect"},
	correlate.ClassNote:         {"note", "·", "NOTE", "for information"},
}

// Class gives the word of a class of verdicts and findings.
func Class(s string) Word { return known(classes, s) }

// CaseClass gives the word for the worst class of a case, which is "" when no
// phone is in evidence.
func CaseClass(s string) Word {
	if s == "" {
		return Word{"none", "·", "NO PHONE", "no phone is in evidence"}
	}
	return Class(s)
}

var states = map[string]Word{
	"proved":         {"proved", "✔", "proved", "speaks for deletion"},
	"refuted":        {"refuted", "✘", "refuted", "forbids deletion"},
	"unknown":        {"unknown", "?", "unknown", "must be answered before deletion"},
	"not-applicable": {"not-applicable", "–", "n/a", "cannot apply here, counts as proved"},
}

// GateState gives the word of a gate row's state.
func GateState(s string) Word { return known(states, s) }

var outcomes = map[string]Word{
	"ok":   {"ok", "✔", "ok", "succeeded"},
	"fail": {"fail", "✘", "fail", "failed or was refused"},
	"info": {"info", "·", "info", "took place"},
}

// Outcome gives the word of a timeline entry's outcome.
func Outcome(s string) Word { return known(outcomes, s) }

var deletions = map[string]Word{
	"forbidden": {"forbidden", "✘", "NO", "one condition at least is refuted"},
	"open":      {"open", "?", "NOT YET", "no condition is refuted, one at least is unanswered"},
	"allowed":   {"allowed", "!", "GATE OPEN", "every condition is proved"},
}

// Deletion gives the word for what the gate says about deleting the list.
func Deletion(s string) Word { return known(deletions, s) }

var presented = map[string]Word{
	"":                  {"none", "", "not compared", "no certificate was compared with it"},
	"match":             {"match", "✔", "same certificate", "the wire showed this very certificate"},
	"same-name-new-key": {"mismatch", "✘", "same name, other key", "the wire showed another certificate of this name"},
	"absent":            {"absent", "✘", "not presented", "no server presented it"},
}

// Presented gives the word for a record against the certificates of the wire.
func Presented(s string) Word { return known(presented, s) }

var signatures = map[string]Word{
	"valid":        {"ok", "✔", "valid", "intact under the named key"},
	"invalid":      {"fail", "✘", "invalid", "not made with the named key over these bytes"},
	"unverifiable": {"info", "?", "not checkable", "the key or the bytes are not in evidence"},
}

// Signature gives the word for the state of a signature.
func Signature(s string) Word { return known(signatures, s) }

var registered = map[string]string{"yes": "registered", "no": "not registered", "unknown": "registration not seen"}

// Registered says whether the phone was seen to register.
func Registered(s string) string {
	if w, ok := registered[s]; ok {
		return w
	}
	return "registration: " + Shorten(s, 24)
}

var trusts = map[string]string{
	"none":    "none on the phone",
	"blank":   "a blank list on the phone",
	"held":    "a list on the phone",
	"unknown": "not known what the phone holds",
}

// TrustState says what the phone holds of one kind of list.
func TrustState(s string) string {
	if w, ok := trusts[s]; ok {
		return w
	}
	return Name(s)
}

// known looks a value up; one of a newer report is shown as it is.
func known(m map[string]Word, s string) Word {
	if w, ok := m[s]; ok {
		return w
	}
	return Word{Key: "other", Symbol: "•", Label: Shorten(s, 24)}
}

// Stages and Actors in the order of a boot, for lanes and columns. A word of
// another report follows them.
var (
	Stages = []string{"transport", "ctl", "itl", "config", "tvs", "https", "capf", "registration"}
	Actors = []string{"operator", "phone", "tftp", "tvs", "https-server", "capf", "callmanager"}
)

var shortWords = map[string]string{
	"transport": "net", "registration": "reg", "https-server": "https", "callmanager": "ccm", "operator": "oper",
}

// ShortWord abbreviates an actor or stage to at most seven characters.
func ShortWord(s string) string {
	if w, ok := shortWords[s]; ok {
		return w
	}
	return Shorten(s, 7)
}

// Shorten cuts a text that has to fit a column or a picture; the cut shows as
// an ellipsis.
func Shorten(s string, max int) string {
	c := []rune(Clip(s, max))
	if len(c) > max {
		return string(c[:max-1]) + "…"
	}
	return string(c)
}

var actorNames = map[string]string{
	"phone": "Phone", "tftp": "TFTP", "tvs": "TVS", "https-server": "HTTPS server", "capf": "CAPF",
	"callmanager": "CallManager", "operator": "Operator",
}

// ActorName is the heading of an actor's lane.
func ActorName(s string) string {
	if w, ok := actorNames[s]; ok {
		return w
	}
	return Shorten(s, 14)
}

// Opt prints a possibly absent text.
func Opt(s *string) string {
	if s == nil {
		return ""
	}
	return Text(*s)
}

// CommonName picks the CN out of a distinguished name, else gives the name.
func CommonName(dn string) string {
	head := dn[:min(len(dn), 4*MaxText)]
	for _, part := range strings.FieldsFunc(head, func(r rune) bool { return r == ',' || r == ';' || r == '/' }) {
		if k, v, ok := strings.Cut(part, "="); ok && strings.EqualFold(strings.TrimSpace(k), "CN") {
			return Name(strings.Trim(strings.TrimSpace(v), `"`))
		}
	}
	return Name(dn)
}

// SameSerial compares serial numbers without leading zeros.
func SameSerial(a, b string) bool {
	a, b = strings.TrimLeft(strings.ToLower(a), "0"), strings.TrimLeft(strings.ToLower(b), "0")
	return a != "" && a == b
}

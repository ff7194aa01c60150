package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"trustline/correlate"
)

// Task is what the phones of a fleet need, one action after the other.
type Task struct {
	Key    string
	Symbol string
	Label  string // what is done
	Phones []string
	Groups []*correlate.Group
}

// tasks in the order of work: what a person has to walk to comes first, and
// what needs nothing last.
var tasks = []Task{
	{Key: correlate.ActionTouch, Symbol: "✘", Label: "touch the phone"},
	{Key: correlate.ActionServer, Symbol: "◆", Label: "work on the server only"},
	{Key: correlate.ActionReset, Symbol: "▲", Label: "reset from the server"},
	{Key: correlate.ActionCollect, Symbol: "?", Label: "collect evidence"},
	{Key: correlate.ActionNone, Symbol: "✔", Label: "nothing"},
}

// Tasks lists the phones of the report by what has to be done, without empty
// actions. An action of another report follows those known.
func Tasks(r *correlate.Report) []Task {
	out := slices.Clone(tasks)
	for i := range r.Groups {
		g := &r.Groups[i]
		at := slices.IndexFunc(out, func(t Task) bool { return t.Key == g.Action })
		if at < 0 {
			at = len(out)
			out = append(out, Task{Key: g.Action, Symbol: "•", Label: Shorten(g.Action, 24)})
		}
		t := &out[at]
		t.Groups = append(t.Groups, g)
		t.Phones = append(t.Phones, g.Phones...)
	}
	out = slices.DeleteFunc(out, func(t Task) bool { return len(t.Phones) == 0 })
	for i := range out {
		slices.Sort(out[i].Phones)
	}
	return out
}

// Names lists at most max names, then how many more there are.
func Names(all []string, max int) string {
	var out []string
	for i, n := range all {
		if i == max {
			out = append(out, fmt.Sprintf("and %s more", Count(len(all)-i)))
			break
		}
		out = append(out, Name(n))
	}
	return strings.Join(out, ", ")
}

// Odds lists the odd phones of all groups.
func Odds(r *correlate.Report) []correlate.Odd {
	var out []correlate.Odd
	for i := range r.Groups {
		for _, o := range r.Groups[i].Odd {
			out = append(out, correlate.Odd{Phone: Name(o.Phone), Because: Text(o.Because)})
		}
	}
	return out
}

var statuses = map[string]Word{
	"ok":            {"ok", "✔", "valid", "within its dates"},
	"ending":        {"degraded", "▲", "ends soon", "30 days or less are left"},
	"expired":       {"fail", "✘", "expired", "its end lies before the last evidence"},
	"not-yet-valid": {"fail", "✘", "not yet valid", "its dates begin after the last evidence"},
	"unknown":       {"unknown", "?", "dates unknown", "no date, or nothing to hold it against"},
}

// CertStatus gives the word for a certificate's dates.
func CertStatus(s string) Word { return known(statuses, s) }

// Left says how long a certificate has, or for how long it has been over.
func Left(c *correlate.Certificate) string {
	if c.ExpiresIn == nil {
		return ""
	}
	n := *c.ExpiresIn
	switch {
	case c.Status == "expired" && n == 0:
		return "ended that day"
	case n < 0:
		return Plural(-n, "day") + " ago"
	case n > 2*366:
		return fmt.Sprintf("%d years", n/365)
	}
	return "in " + Plural(n, "day")
}

// Expiring lists the certificates whose dates need a word, the earliest end
// first: those over, those that end soon, and those that have not begun.
func Expiring(r *correlate.Report) []*correlate.Certificate {
	var out []*correlate.Certificate
	for i := range r.Cluster.Certificates {
		if c := &r.Cluster.Certificates[i]; c.Status == "expired" || c.Status == "ending" || c.Status == "not-yet-valid" {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b *correlate.Certificate) int { return strings.Compare(Opt(a.NotAfter), Opt(b.NotAfter)) })
	return out
}

// CertName names a certificate by its common name and what it serves as.
func CertName(c *correlate.Certificate) string {
	name := CommonName(c.Subject)
	if len(c.Roles) > 0 {
		name += " (" + Text(strings.Join(c.Roles, ", ")) + ")"
	}
	return name
}

var changeKinds = map[string]string{
	"alarm": "alarm", "certificate": "made anew", "presented": "first seen", "signer": "new signer", "stated": "stated",
}

// ChangeKind says how a change is known.
func ChangeKind(s string) string {
	if w, ok := changeKinds[s]; ok {
		return w
	}
	return Shorten(s, 16)
}

// DateOf reads a certificate's date for a picture.
func DateOf(s *string) (time.Time, bool) {
	if s == nil {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, *s)
	return t, err == nil
}

// Second prints a time to the second, in the report's zone where it has a date.
func (x *Index) Second(t *string, text string) string {
	m := x.When(t, text)
	if m.Day == "" {
		return m.Clock
	}
	return m.Day + " " + m.Clock[:min(8, len(m.Clock))]
}

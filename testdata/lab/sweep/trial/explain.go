package trial

import (
	"fmt"
	"strings"

	"trustline/testdata/lab/play"
)

// Explain prints a trial: plan, truth, what was given, verdict.
func (o *Outcome) Explain() string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("seed %d, mix %s: %s %s", o.Seed, o.Mix, o.Grade, o.Because)
	for _, c := range o.Plan.Clusters {
		say("cluster %s release %s mixed %v tokens %v imports %v forgets %v norole %v", c.Name, c.Release, c.Mixed, c.Tokens, c.Imports, c.Forgets, c.NoRole)
		for _, n := range c.Nodes {
			say("  %s %s runs %v", n.Name, n.Address, n.Runs)
		}
		for _, h := range c.History {
			say("  %s: %s %s %v stale %v %s", h.At.Format("Jan 2 15:04:05"), whats[h.What], h.Node, h.Service, h.Stale, h.Name)
		}
	}
	for _, k := range o.Plan.Blocks {
		say("  port %s:%d blocked, reset %v until %s", k.Address, k.Port, k.Reset, k.Until.Format("15:04:05"))
	}
	for _, f := range o.Plan.Facts {
		say("  fact %s", f)
	}
	p := o.Plan.Phones[0]
	say("phone %s %s %s tls13 %v resumes %v dates %v http %v group %v new %v tftp %v itl %v ctl %v own %v secure %v nosbd %v", p.Name, p.Model, p.Era, p.TLS13, p.Resumes, p.ChecksDates, p.HTTP, p.Group, p.NewGroup, p.TFTP, held(p.ITL), held(p.CTL), p.Own, p.Secure, p.NoSBD)
	for _, e := range p.Events {
		say("  event %s %v %s", e.At.Format("Jan 2 15:04:05"), e.Kind, e.Address)
	}
	t := o.Truth
	for _, j := range t.Judged {
		say("  %s boot %d %s: accepted %v by %q signer %s state %q", j.At.Format("15:04:05"), j.Boot, j.Object, j.Accepted, j.By, j.Signer, j.State)
		for _, a := range j.Asked {
			say("      %s %s %s", a.Server, a.Result, a.TVS)
		}
	}
	for _, r := range t.Registered {
		say("  %s %s:%d %s", r.At.Format("15:04:05"), r.Address, r.Port, r.Outcome)
	}
	for _, r := range t.CAPF {
		say("  %s CAPF %s %s", r.At.Format("15:04:05"), r.Address, r.Outcome)
	}
	say("  ways %v, by CTL %v", t.Ways, t.CTLWays)
	say("want %s %v\ngot  %s %s (%s) deletion %s registered %s\n  %s\n  %s", o.Want, o.Want.Primaries, o.Got.Class, o.Got.Primary, o.Got.Confidence, o.Got.Deletion, o.Got.Registered, o.Got.Headline, o.Got.Advice)
	for _, r := range o.Got.Because {
		say("  because %s", r.Text)
	}
	for _, ph := range o.Report.Phones {
		for _, f := range ph.Findings {
			c := ""
			if f.ConsequenceOf != nil {
				c = " consequence of " + *f.ConsequenceOf
			}
			say("  finding %s %s %s%s: %s", f.ID, f.Class, f.Confidence, c, f.Summary)
		}
		for _, g := range ph.Gate.ITL {
			say("  gate %s %s: %s", g.Row, g.State, g.Because)
		}
	}
	return b.String()
}

var whats = map[play.What]string{play.Regenerate: "regenerate", play.Rename: "rename", play.Expire: "expire", play.UpdateCTL: "update CTL", play.Rollback: "rollback",
	play.RollbackEnd: "rollback end", play.ResetLocalKey: "reset localkey", play.Restore: "restore", play.RestartTFTP: "restart TFTP"}

func held(h *play.Held) string {
	if h == nil {
		return "none"
	}
	return fmt.Sprintf("%s/%s %s", h.Cluster, h.Node, h.At.Format("Jan 2 15:04"))
}

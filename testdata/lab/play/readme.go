package play

import (
	"fmt"
	"sort"
	"strings"

	"trustline/testdata/lab/wire"
)

// origin tells what is copied and what is made, in every README.
const origin = `## What is copied, what the lab made

Everything is the lab's: names, addresses, serials, keys. Lists have the record shapes of
published ones, certificates are really signed, handshakes are computed. The wording of the
79xx console is that of Cisco TechNotes 116232, 118699, 118893, 200860 and of the community
documents DOC-18834 and 3108501; of the 78xx/88xx console that of Cisco TechNotes 213407,
214535 and 215014; of the traces that of Cisco TechNotes 213407, 214528, 200694 and of
DOC-18834; of the listings that of Cisco TechNotes 116232 and 118892. The line with the
result of a CAPF operation has the names of the Troubleshooting Guide 12.5, because no
line is published. Where no wording is published the console is silent. The phone accepts
and refuses by the lab's literal decision table.

`

// readme writes the planted facts.
func (w *world) readme(s *Story, packets []wire.Packet) {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n%s## Planted\n\n", w.plan.Name, strings.TrimSpace(w.plan.Story), origin)
	for _, pc := range w.plan.Clusters {
		c := w.clusters[pc.Name]
		mode := "non-secure"
		if c.Mixed && c.Tokens {
			mode = "mixed mode, CTL signed by tokens"
		} else if c.Mixed {
			mode = "mixed mode, tokenless CTL"
		}
		fmt.Fprintf(&b, "- cluster %s: release %s, %s\n", c.Name, c.Release, mode)
		for _, n := range c.nodes {
			fmt.Fprintf(&b, "  - %s %s: %s; clock %+.3f s\n", n.Name, n.Address, n.Runs, n.Ahead.Seconds())
		}
		for _, h := range c.History {
			fmt.Fprintf(&b, "  - %s: %s\n", h.At.UTC().Format("2006-01-02 15:04:05"), h)
		}
	}
	for _, k := range w.plan.Blocks {
		how := "dropped in silence"
		if k.Reset {
			how = "refused with RST"
		}
		fmt.Fprintf(&b, "- TCP/UDP %d of %s: %s\n", k.Port, k.Address, how)
	}
	for _, f := range w.plan.Facts {
		fmt.Fprintf(&b, "- operator: %s\n", f)
	}
	for _, st := range w.stations {
		st.describe(&b)
	}
	w.certificateTable(&b)
	if len(packets) > 0 {
		fmt.Fprintf(&b, "\nFrames of %s (%d in all):\n\n| frame | time (UTC) | what |\n| --- | --- | --- |\n", w.plan.Sources.PhoneCapture, len(packets))
		for i, p := range packets {
			if p.Label != "" {
				fmt.Fprintf(&b, "| %d | %s | %s |\n", i+1, p.At.UTC().Format("2006-01-02 15:04:05.000000"), p.Label)
			}
		}
	}
	s.put("README.md", other, []byte(b.String()))
}

// describe writes what a phone did.
func (st *station) describe(b *strings.Builder) {
	p, t := st.plan, st.truth
	fmt.Fprintf(b, "\n### %s\n\n%s, model %s, %s console; presents %s issued by `%s`\n\n", p.Name, p.Address, p.Model, p.Era,
		map[bool]string{false: "its MIC", true: "an LSC"}[p.Own.LSC], st.own.Issuer)
	if p.Cause != "" {
		fmt.Fprintf(b, "Planted: %s\n\n", p.Cause)
	}
	for i, a := range p.Ahead[:min(len(p.Ahead), t.Boots)] {
		fmt.Fprintf(b, "- clock in boot %d: %+.3f s\n", i+1, a.Seconds())
	}
	fmt.Fprintf(b, "- held before: %s\n- held after: %s\n", t.Before, t.After)
	for _, j := range t.Judged {
		end := "refused"
		if j.Accepted {
			end = "accepted by " + string(j.By)
		}
		what := fmt.Sprintf("certificate `%s`", j.Signer)
		if j.SHA1 != "" {
			what = fmt.Sprintf("SHA-1 `%s`, signer `%s`", j.SHA1, j.Signer)
		}
		fmt.Fprintf(b, "- %s, boot %d, %s: %s `%s`, %s: %s\n", j.At.UTC().Format("15:04:05"), j.Boot, j.State, j.Object, j.File, what, end)
		for _, a := range j.Asked {
			fmt.Fprintf(b, "  - asked TVS of %s (certificate `%s`): %s\n", a.Server, a.TVS, a.Result)
		}
	}
	for _, o := range t.CAPF {
		fmt.Fprintf(b, "- %s: CAPF operation at %s: %s\n", o.At.UTC().Format("15:04:05"), o.Address, o.Outcome)
	}
	for _, r := range t.Registered {
		fmt.Fprintf(b, "- %s: %s:%d: %s\n", r.At.UTC().Format("15:04:05"), r.Address, r.Port, r.Outcome)
	}
}

// certificateTable lists every certificate that a service had.
func (w *world) certificateTable(b *strings.Builder) {
	b.WriteString("\n| certificate | serial | subject | SHA-1 | valid from (UTC) | to |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, pc := range w.plan.Clusters {
		c := w.clusters[pc.Name]
		for i, n := range c.nodes {
			for _, s := range []Service{CallManager, TVS, CAPF, Tomcat, ITLRecovery} {
				if n.Runs&s == 0 && !(s == ITLRecovery && i == 0 && c.Release >= 105) {
					continue
				}
				times := []int{0}
				for k := range c.History {
					times = append(times, k+1)
				}
				seen := map[string]bool{}
				for _, k := range times {
					at := c.installed()
					if k > 0 {
						at = c.History[k-1].At
					}
					x := n.cert(s, at, false)
					if id := fmt.Sprintf("%x", x.Serial); !seen[id] {
						seen[id] = true
						fmt.Fprintf(b, "| %s of %s | `%s` | `%s` | `%x` | %s | %s |\n", serviceNames[s], n.Name, id, x.Subject, x.SHA1(),
							x.NotBefore.UTC().Format("2006-01-02 15:04:05"), x.NotAfter.UTC().Format("2006-01-02"))
					}
				}
			}
		}
	}
}

func (l Lists) String() string {
	var parts []string
	if l.CTL != "" {
		parts = append(parts, fmt.Sprintf("CTL SHA-1 `%s` signed by `%s`", l.CTL, l.CTLSigner))
	}
	if l.ITL != "" {
		parts = append(parts, fmt.Sprintf("ITL SHA-1 `%s` signed by `%s`", l.ITL, l.ITLSigner))
	}
	if parts == nil {
		return "no list"
	}
	return strings.Join(parts, "; ")
}

func (r Release) String() string {
	return fmt.Sprintf("%d.%d", r/10, r%10)
}

func (s Service) String() string {
	var names []string
	for k, n := range map[Service]string{TFTP: "TFTP", CallManager: "CallManager", TVS: "TVS", CAPF: "CAPF", Tomcat: "Tomcat", ITLRecovery: "ITLRecovery"} {
		if s&k != 0 {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

// String words a change.
func (h Change) String() string {
	what := map[What]string{Regenerate: "regenerated", Rename: "renamed to " + h.Name, Expire: "expires", UpdateCTL: "CTL made anew", Rollback: "rollback to pre-8.0 set",
		RollbackEnd: "rollback to pre-8.0 taken back", ResetLocalKey: "utils itl reset localkey", Restore: "restored from a backup without CallManager.pem", RestartTFTP: "TFTP restarted"}[h.What]
	switch h.What {
	case Regenerate, Expire:
		what = h.Service.String() + " of " + h.Node + " " + what
	case Rename, Restore:
		what = h.Node + " " + what
	}
	if h.Stale {
		what += ", TFTP not restarted"
	}
	return what
}

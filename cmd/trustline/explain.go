package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trustline/correlate"
	"trustline/correlate/gather"
	"trustline/phonelog/catalogue"
	"trustline/report"
)

func explainCommand(e *env) *cobra.Command {
	var schema, events bool
	cmd := &cobra.Command{
		Use:     "explain [ID] [flags]",
		Short:   "The finding catalogue, one finding in full, the JSON Schema, the event names",
		GroupID: "other",
		Long: `explain prints what trustline can find: without arguments every finding with its
class and title, with an ID that finding in full: what is noticed, which
questions must be answered yes, which rule it out, and where it is documented.`,
		Example: `  trustline explain
  trustline explain itl-updated-via-tvs
  trustline explain --schema > report.schema.json
  trustline explain --events`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return usagef("explain takes one finding")
			case schema && events, (schema || events) && len(args) > 0:
				return usagef("explain takes one of ID, --schema and --events")
			}
			return nil
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var ids []cobra.Completion
			for _, r := range correlate.Rules() {
				ids = append(ids, cobra.CompletionWithDesc(r.ID, r.Title))
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return buffered(e, func(w *bufio.Writer) error {
				switch {
				case schema:
					_, err := w.Write(report.Schema())
					return err
				case events:
					return explainEvents(w)
				case len(args) == 1:
					return explainFinding(w, args[0])
				}
				return explainAll(w)
			})
		},
	}
	addGroup(cmd, "Instead of findings", func(fs *pflag.FlagSet) {
		fs.BoolVar(&schema, "schema", false, "print the JSON Schema of the report")
		fs.BoolVar(&events, "events", false, "print every event name with its patterns and their sources")
	})
	return cmd
}

func explainAll(w io.Writer) error {
	p := &lines{w: w}
	for _, r := range correlate.Rules() {
		p.line("%-12s  %-36s  %s", r.Class, r.ID, r.Title)
	}
	return p.err
}

func explainFinding(w io.Writer, id string) error {
	rules := correlate.Rules()
	i := slices.IndexFunc(rules, func(r correlate.Rule) bool { return r.ID == id })
	if i < 0 {
		f := usagef("unknown finding %q", id).hinting("trustline explain lists them")
		for _, r := range rules {
			if strings.Contains(r.ID, id) {
				f.hinting("did you mean %s?", r.ID)
				break
			}
		}
		return f
	}
	r := rules[i]
	p := &lines{w: w}
	p.line("%s", r.ID)
	p.line("  %s", r.Title)
	p.line("")
	class := r.Class
	if r.Gate != "" {
		class += ", by way of the deletion gate of the " + strings.ToUpper(r.Gate)
	}
	p.line("class:    %s", class)
	if r.Sees != "" {
		p.line("noticed:  %s", r.Sees)
	}
	p.questions("holds when all are answered yes:", r.Needs)
	p.questions("ruled out when one is answered yes:", r.Not)
	if len(r.Explain) > 0 {
		p.line("")
		p.line("explains: %s", strings.Join(r.Explain, ", "))
	}
	if r.Source != "" {
		p.line("")
		p.line("source:   %s", r.Source)
	}
	return p.err
}

func (p *lines) questions(heading string, names []string) {
	if len(names) == 0 {
		return
	}
	p.line("")
	p.line("%s", heading)
	for _, n := range names {
		p.line("  %-32s  %s", n, correlate.QuestionText(n))
	}
}

// explainEvents prints the closed list of event names in the order of the
// alphabet, each with what it means, its patterns and the documents of its
// samples.
func explainEvents(w io.Writer) error {
	byName := map[string][]catalogue.Entry{}
	for _, entry := range gather.Entries() {
		if entry.Event != "" && !entry.Part {
			byName[entry.Event] = append(byName[entry.Event], entry)
		}
	}
	var names []string
	for n := range byName {
		names = append(names, n)
	}
	slices.Sort(names)
	p := &lines{w: w}
	for _, n := range names {
		entries := byName[n]
		slices.SortStableFunc(entries, func(a, b catalogue.Entry) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
		})
		means := ""
		for _, x := range entries {
			means = cmp.Or(means, x.Means)
		}
		p.line("%s  %s", n, means)
		for _, x := range entries {
			for _, line := range strings.Split(cmp.Or(x.Pattern, "made of: "+x.Derived), "\n") {
				p.line("    %-14s %s", x.File, strings.TrimSpace(line))
			}
			if x.Source != "" {
				p.line("    %-14s source: %s", "", x.Source)
			}
		}
	}
	if p.err != nil {
		return fmt.Errorf("explain: %w", p.err)
	}
	return nil
}

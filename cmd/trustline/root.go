package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newRoot builds the command tree.
func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   "trustline",
		Short: "Why does this phone not trust that server?",
		Long: `trustline tells from captures, phone console logs, server traces, pasted CLI
output and trust list files what each Cisco IP phone trusts, whom it asked, what
it refused, why, and what the least drastic remedy is. It works offline: nothing
is sent anywhere, and nothing is asked of a phone or server.`,
		Example: `  trustline analyze case/                      everything in a folder, with its archives
  trustline analyze phone.pcap console.log tvs00000001.txt
  trustline analyze case.zip -o report.html    a page to hand on`,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       versionLine(),
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usagef("no command given").hinting("trustline --help lists the commands")
		}
		f := usagef("unknown command %q", args[0]).hinting("trustline --help lists the commands")
		if like := root.SuggestionsFor(args[0]); len(like) > 0 {
			f.hinting("did you mean %s?", strings.Join(like, " or "))
		}
		return f
	}
	root.SuggestionsMinimumDistance = 2
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v", err).hinting("%s --help lists the flags", cmd.CommandPath())
	})
	root.SetUsageTemplate(usageTemplate)
	root.AddGroup(&cobra.Group{ID: "main", Title: "Commands:"}, &cobra.Group{ID: "part", Title: "One kind of evidence:"}, &cobra.Group{ID: "half", Title: "One half at a time:"}, &cobra.Group{ID: "other", Title: "More:"})
	root.SetHelpCommandGroupID("other")
	root.SetCompletionCommandGroupID("other")
	root.AddCommand(analyzeCommand(e), batchCommand(e), evidenceCommand(e), judgeCommand(e), tftpCommand(e), tlsCommand(e), trustlistCommand(e), eventsCommand(e), explainCommand(e), versionCommand(e), manCommand(e))
	root.CompletionOptions.HiddenDefaultCmd = false
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			completing(c)
		case "help":
			helping(c)
		}
	}
	return root
}

// completing makes cobra's command end as ours do on wrong usage.
func completing(c *cobra.Command) {
	c.Use = "completion SHELL"
	c.DisableFlagsInUseLine = true
	c.Short = "Shell completion for bash, zsh, fish or PowerShell"
	c.Long = "completion prints the script that completes commands, flags and what they take, for\nbash, zsh, fish or powershell. \"trustline completion SHELL --help\" says how that\nshell loads it."
	c.Example = `  trustline completion bash > /etc/bash_completion.d/trustline
  trustline completion zsh > "${fpath[1]}/_trustline"
  source <(trustline completion bash)`
	var shells []string
	for _, sub := range c.Commands() {
		shells = append(shells, sub.Name())
		sub.Args = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("%s takes no arguments", cmd.CommandPath())
			}
			return nil
		}
	}
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usagef("no shell given").hinting("known are %s", strings.Join(shells, ", "))
		}
		return usagef("unknown shell %q", args[0]).hinting("known are %s", strings.Join(shells, ", "))
	}
}

// helping does so for help.
func helping(c *cobra.Command) {
	c.Example = "  trustline help analyze"
	c.Run = nil
	c.RunE = func(cmd *cobra.Command, args []string) error {
		of, rest, err := cmd.Root().Find(args)
		if err != nil || len(rest) > 0 {
			return usagef("unknown command %q", strings.Join(args, " ")).hinting("trustline --help lists the commands")
		}
		of.InitDefaultHelpFlag()
		return of.Help()
	}
}

// usageTemplate is cobra's with flags in groups.
const usageTemplate = `Usage:{{if and .HasAvailableSubCommands (not .HasParent)}}
  trustline COMMAND [flags] PATH...{{else}}
  {{.UseLine}}{{end}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}{{$cmds := .Commands}}{{range $group := .Groups}}

{{.Title}}{{range $cmds}}{{if and (eq .GroupID $group.ID) .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{end}}{{flagGroups .}}
{{if and .HasAvailableSubCommands (not .HasParent)}}
"trustline COMMAND --help" tells more about a command.
{{end}}`

// groupKey marks a flag with the heading it stands under in the help.
const groupKey = "trustline_group"

func init() { cobra.AddTemplateFunc("flagGroups", flagGroups) }

// addGroup adds flags to a command under a heading.
func addGroup(cmd *cobra.Command, heading string, define func(*pflag.FlagSet)) {
	fs := pflag.NewFlagSet(heading, pflag.ContinueOnError)
	fs.SortFlags = false
	define(fs)
	fs.VisitAll(func(f *pflag.Flag) { f.Annotations = map[string][]string{groupKey: {heading}} })
	cmd.Flags().SortFlags = false
	cmd.Flags().AddFlagSet(fs)
}

// flagGroups prints the flags of a command under their headings.
func flagGroups(cmd *cobra.Command) string {
	var b strings.Builder
	for _, fs := range flagSets(cmd) {
		fmt.Fprintf(&b, "\n\n%s:\n%s", fs.Name(), strings.TrimRight(fs.FlagUsagesWrapped(80), "\n"))
	}
	return b.String()
}

// flagSets are the flags of a command by their headings, in the order in which
// they were defined.
func flagSets(cmd *cobra.Command) []*pflag.FlagSet {
	const rest = "Flags" // --help, which stands last
	var sets []*pflag.FlagSet
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		heading := rest
		if g := f.Annotations[groupKey]; g != nil {
			heading = g[0]
		}
		i := slices.IndexFunc(sets, func(fs *pflag.FlagSet) bool { return fs.Name() == heading })
		if i < 0 {
			i = len(sets)
			sets = append(sets, pflag.NewFlagSet(heading, pflag.ContinueOnError))
			sets[i].SortFlags = false
		}
		sets[i].AddFlag(f)
	})
	if i := slices.IndexFunc(sets, func(fs *pflag.FlagSet) bool { return fs.Name() == rest }); i >= 0 {
		last := sets[i]
		sets = append(slices.Delete(sets, i, i+1), last)
	}
	return sets
}

// needPaths is the argument check of commands that read paths.
func needPaths(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usagef("no %s given", what).hinting("%s --help shows examples; - is standard input", cmd.CommandPath())
		}
		return nil
	}
}

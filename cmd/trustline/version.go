package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// The name and version that evidence and reports carry.
const (
	toolName    = "trustline"
	toolVersion = "0.1.0"
)

func versionCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		GroupID: "other",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("version takes no arguments")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			line := toolName + " " + toolVersion
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" && len(s.Value) >= 12 {
						line += " (" + s.Value[:12] + ")"
					}
				}
				line += " " + info.GoVersion
			}
			_, err := fmt.Fprintln(e.stdout, line)
			return err
		},
	}
}

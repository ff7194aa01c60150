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
		Example: "  trustline version",
		Long:    "version prints the version of trustline, and what it was built from and with.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("version takes no arguments")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := fmt.Fprintln(e.stdout, versionLine()); err != nil {
				return fmt.Errorf("writing to standard output: %w", err)
			}
			return nil
		},
	}
}

// versionLine names the program, what it was built from, and with what.
func versionLine() string {
	line := toolName + " " + toolVersion
	if info, ok := debug.ReadBuildInfo(); ok {
		built, changed := "", ""
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision" && len(s.Value) >= 12:
				built = s.Value[:12]
			case s.Key == "vcs.modified" && s.Value == "true":
				changed = ", changed since"
			}
		}
		if built != "" {
			line += " (" + built + changed + ")"
		}
		line += " " + info.GoVersion
	}
	return line
}

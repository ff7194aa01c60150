package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

func evidenceCommand(e *env) *cobra.Command {
	var decode decodeFlags
	cmd := &cobra.Command{
		Use:     "evidence [flags] PATH...",
		Short:   "The first half of analyze: every input decoded, as NDJSON",
		GroupID: "half",
		Long: `evidence decodes every input and prints what it holds, without judging: one JSON
object a line, first a header with the inputs, then objects of the kinds object,
event, coverage and fact. Inputs can be decoded one by one, on different
machines, and judged together by "trustline judge".`,
		Example: `  trustline evidence case/ > case.ndjson
  trustline evidence phone.pcap > 1.ndjson; trustline evidence tvs.txt > 2.ndjson; trustline judge 1.ndjson 2.ndjson`,
		Args: needPaths("path"),
		RunE: func(cmd *cobra.Command, args []string) error {
			defer boundGarbage()()
			spill := newSpill(e)
			defer spill.Close()
			opt := decode.options()
			opt.Spill = spill
			c, err := collect(cmd.Context(), e, args, nil, func(in gather.Input) *evidence.Bundle { return gather.Decode(in, opt) })
			if err != nil {
				return err
			}
			b, nothing := c.bundle(e, whatIsRead)
			if nothing != nil {
				// That an input holds nothing is said in evidence too: judged
				// with others, the report names it as analyze would.
				if b = evidence.Merge(c.bundles...); len(c.missing) == len(b.Header.Inputs) {
					return nothing
				}
				b.Header.Tool = evidence.Tool{Name: toolName, Version: toolVersion}
			}
			if err := b.Write(e.stdout); err != nil {
				return fmt.Errorf("writing to standard output: %w", err)
			}
			return nothing
		},
	}
	decode.add(cmd)
	addGroup(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(&e.quiet, "quiet", false, "nothing on standard error but errors")
	})
	return cmd
}

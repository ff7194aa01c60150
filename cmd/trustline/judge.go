package main

import (
	"strings"

	"github.com/spf13/cobra"

	"trustline/correlate/evidence"
	"trustline/correlate/gather"
	"trustline/correlate/secret"
)

func judgeCommand(e *env) *cobra.Command {
	var (
		judge judgeFlags
		out   outputFlags
	)
	cmd := &cobra.Command{
		Use:     "judge [flags] FILE...",
		Short:   "The second half of analyze: evidence in, verdicts out",
		GroupID: "half",
		Long: `judge reads evidence written by "trustline evidence", from any number of files,
and gives the report that "trustline analyze" would give of the same inputs. The
order of the files does not matter, and an input that stands in several of them
counts once.` + factHelp(),
		Example: `  trustline judge case.ndjson
  trustline judge node1.ndjson node2.ndjson -o report.html
  trustline judge case.ndjson --fact drs-backup=yes --fail-on locked-out`,
		Args: needPaths("evidence file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			run, err := prepare(&judge, &out)
			if err != nil {
				return err
			}
			defer boundGarbage()()
			spill := newSpill(e)
			defer spill.Close()
			run.options.Spill = spill
			c, err := collect(cmd.Context(), e, args, run.written(), readEvidence)
			if err != nil {
				return err
			}
			b, err := c.bundle(e, `judge reads what "trustline evidence" wrote; captures, logs and archives are for "trustline analyze"`)
			if err != nil {
				return err
			}
			return run.judge(cmd.Context(), e, b, nil)
		},
	}
	out.add(cmd, e)
	judge.add(cmd)
	return cmd
}

// readEvidence reads an evidence file, and nothing else. Of a damaged one the
// lines that can be read count, and the others are told as its problems.
func readEvidence(in gather.Input) *evidence.Bundle {
	self := evidence.Input{Name: in.Name, Kind: gather.KindError}
	failed := func(err error) {
		for _, line := range strings.Split(err.Error(), "\n") {
			self.Problems = append(self.Problems, evidence.Problem{What: line})
		}
	}
	r, err := in.Open()
	if err != nil {
		failed(err)
		return &evidence.Bundle{Header: evidence.Header{Inputs: []evidence.Input{self}}}
	}
	defer r.Close()
	b, err := evidence.Read(r)
	if b == nil {
		self.Kind = gather.KindUnknown
		b = &evidence.Bundle{}
	} else {
		self.Kind = "evidence"
		secret.Bundle(b) // it may come from elsewhere
	}
	if err != nil {
		failed(err)
		b.Header.Inputs = append(b.Header.Inputs, self)
	}
	return b
}

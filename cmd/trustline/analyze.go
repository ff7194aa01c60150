package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// whatIsRead is the hint when nothing was recognised.
const whatIsRead = "trustline reads captures (pcap, pcapng), phone console logs and status messages, traces of CUCM's services, pasted show itl, show ctl and other command output, CTL, ITL and signed files, evidence files, and folders and archives of these"

func analyzeCommand(e *env) *cobra.Command {
	var (
		decode decodeFlags
		judge  judgeFlags
		out    outputFlags
		cited  packetFlags
	)
	cmd := &cobra.Command{
		Use:     "analyze [flags] PATH...",
		Short:   "Everything in, a verdict for every phone out",
		GroupID: "main",
		Long: `analyze reads all paths (files, folders, archives, - for standard input), decodes
what it recognises by content, joins it on one clock and says for every phone
what it trusts, what it refused, why, and the least drastic remedy. It is
"trustline evidence" followed by "trustline judge" and gives the same report.

A path that is missing or damaged is named in the report and stops nothing. An
interrupt (Ctrl-C, SIGTERM) ends the run and says how far it came; a file is
written whole or not at all.

Exit status: 0 the analysis ran, whatever it found; 1 nothing could be analysed,
the result could not be written, or the run was interrupted; 2 wrong usage; 3 a
verdict at or above --fail-on.` + factHelp(),
		Example: `  trustline analyze case/
  trustline analyze phone.pcapng console.log 'show itl.txt'
  trustline analyze case.zip -o report.html -o report.json
  trustline analyze case/ --phone SEP001122334455 --since 2014-05-06
  trustline analyze case/ --fact security-mode=mixed --fact SEP001122334455:itl-sha1=ab12...
  trustline analyze case/ -o report.html --redact --redact-map who-is-who.tsv
  trustline analyze case/ -o report.html --packets cited.pcapng
  ssh probe tcpdump -w - | trustline analyze -`,
		Args: needPaths("path"),
		RunE: func(cmd *cobra.Command, args []string) error {
			run, err := prepare(&judge, &out)
			if err != nil {
				return err
			}
			if err := cited.check(args, &judge.redact, &out); err != nil {
				return err
			}
			defer boundGarbage()()
			spill := newSpill(e)
			defer spill.Close()
			opt := decode.options()
			opt.Spill, run.options.Spill = spill, spill
			written := run.written(cited.file)
			c, err := collect(cmd.Context(), e, args, written, func(in gather.Input) *evidence.Bundle { return gather.Decode(in, opt) })
			if err != nil {
				return err
			}
			b, err := c.bundle(e, whatIsRead)
			if err != nil {
				return err
			}
			return run.judge(cmd.Context(), e, b, func(r *correlate.Report) error {
				return cited.write(cmd.Context(), e, args, written, r)
			})
		},
	}
	out.add(cmd, e)
	addGroup(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.StringVar(&cited.file, "packets", "", "write the packets that the report cites to `FILE.pcapng`, each with a comment that says why; reads the captures a second time")
	})
	judge.add(cmd)
	decode.add(cmd)
	return cmd
}

// judging is everything that judge and the second half of analyze need, checked
// before any input is read.
type judging struct {
	flags   *judgeFlags
	out     *outputFlags
	options correlate.Options
	facts   *evidence.Bundle
	targets []target
}

func prepare(flags *judgeFlags, out *outputFlags) (*judging, error) {
	j := &judging{flags: flags, out: out}
	var err error
	if j.options, j.facts, err = flags.options(); err != nil {
		return nil, err
	}
	out.zone = j.options.Zone
	if j.targets, err = out.targets(); err != nil {
		return nil, err
	}
	return j, nil
}

// written are the files that the run writes, which are no inputs.
func (j *judging) written(more ...string) []string {
	out := slices.Clone(j.out.files)
	for _, f := range append(more, j.flags.redact.mapFile) {
		if f != "" {
			out = append(out, f)
		}
	}
	return out
}

// judge makes the report and writes it. also writes what else is made of it.
func (j *judging) judge(ctx context.Context, e *env, b *evidence.Bundle, also func(*correlate.Report) error) error {
	r, err := j.report(ctx, e, b)
	if err != nil {
		return err
	}
	for i := range j.targets {
		j.targets[i].format.write = whole(j.targets[i].format.write)
	}
	if err := j.out.write(e, j.targets, r); err != nil {
		return err
	}
	if also != nil {
		if err := also(r); err != nil {
			return err
		}
	}
	if j.flags.fails(r) {
		return errThreshold
	}
	return nil
}

// report makes the report.
func (j *judging) report(ctx context.Context, e *env, b *evidence.Bundle) (*correlate.Report, error) {
	key, err := j.flags.redact.key(b)
	if err != nil {
		return nil, err
	}
	b = evidence.Merge(b, j.facts)
	r := correlate.Judge(b, j.options)
	if err := b.Err(); err != nil {
		return nil, fmt.Errorf("the temporary folder lost a part of the evidence: %w", err)
	}
	if err := ctx.Err(); err != nil { // while judging, which asks nobody
		return nil, fmt.Errorf("%w while judging: nothing was written", err)
	}
	j.flags.remarks(e, j.options, r, b)
	redacted, err := j.flags.redact.apply(r, key)
	if err == nil {
		err = readBack(r)
	}
	return redacted, err
}

// readBack tells that a part of a report could not be read from where it was
// spilled to: what was written of it lacks that part.
func readBack(r *correlate.Report) error {
	if err := r.Err(); err != nil {
		return fmt.Errorf("the temporary folder lost a part of the report: %w", err)
	}
	return nil
}

// whole makes a writer fail that did not get all of the report.
func whole(write func(io.Writer, *correlate.Report, writing) error) func(io.Writer, *correlate.Report, writing) error {
	return func(w io.Writer, r *correlate.Report, o writing) error {
		return cmp.Or(write(w, r, o), readBack(r))
	}
}

// fails tells whether a verdict is at or above one of --fail-on.
func (j *judgeFlags) fails(r *correlate.Report) bool {
	return slices.ContainsFunc(j.failOn, func(class string) bool { return correlate.Worst(r, class) })
}

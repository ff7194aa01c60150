package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trustline/cmd/internal/intake"
	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
	"trustline/report"
	"trustline/report/html"
)

func batchCommand(e *env) *cobra.Command {
	var (
		decode decodeFlags
		judge  judgeFlags
		out    outputFlags
		dir    string
		force  bool
	)
	cmd := &cobra.Command{
		Use:     "batch [flags] DIR -o OUT",
		Short:   "Many cases at once: a report for each child of a folder, and a page over all",
		GroupID: "main",
		Long: `batch takes every child of DIR for a case: a folder, an archive, or a single
capture or log. For each it writes what "trustline analyze" would, as
OUT/CASE/report.html and OUT/CASE/report.json, and over all of them
OUT/index.html and OUT/summary.csv: the worst verdict, its cause, the phones by
verdict, the first failure.

A case that cannot be analysed is named, and the others go on. A case of which
nothing changed since the last run is not read again; OUT/CASE/case.json tells:
it holds a digest of trustline's version, of the flags, and of the names, sizes
and times of change of all files of the case. --force reads all of them.

With --redact the cases are called case-001 and so on, in the order of their
names; what is printed tells which is which.

Children whose names begin with a dot, OUT itself and what an earlier batch wrote
are no cases. Folders of cases that are gone stay in OUT; the page over all does
not name them. When the run is interrupted, what is done stays, and the same
command goes on from there.

Exit status: 0 one case at least was analysed, whatever was found; 1 none was, or
the run was interrupted; 2 wrong usage; 3 a verdict in any case at or above
--fail-on.` + factHelp(),
		Example: `  trustline batch cases/ -o reports/
  trustline batch cases/ -o reports/ --fact cucm-version=11.5 --tz Europe/Berlin
  trustline batch cases/ -o reports/ --fail-on locked-out --quiet`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) != 1:
				return usagef("batch takes one folder of cases, not %s", count(len(args), "path")).hinting("trustline analyze takes any number of paths of one case")
			case args[0] == intake.Stdin:
				return usagef("batch takes a folder of cases, not standard input").hinting("trustline analyze - reads an archive of one case")
			case dir == "":
				return usagef("no folder for the reports given").hinting("add -o OUT")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			run, err := prepare(&judge, &out)
			if err != nil {
				return err
			}
			defer boundGarbage()()
			judge.phone = "" // that a case does not hold it is no remark
			b := &batch{env: e, judging: run, decode: decode.options(), dir: args[0], out: dir, force: force, settings: settings(cmd)}
			return b.run(cmd.Context())
		},
	}
	addGroup(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.StringVarP(&dir, "output", "o", "", "write the reports into the folder `OUT`, which is made when it is not there")
		fs.BoolVar(&force, "force", false, "analyse also what did not change since the last run")
		fs.Var(&out.max, "max-report", "largest HTML page of a case, like 5MB (default 10MB)")
		fs.BoolVar(&e.quiet, "quiet", false, "nothing on standard error but errors")
	})
	// What judge takes, but for the clocks of sources and the map of pseudonyms,
	// which are of one case.
	one := &cobra.Command{}
	judge.add(one)
	one.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "clock" && f.Name != "redact-map" {
			cmd.Flags().AddFlag(f)
		}
	})
	decode.add(cmd)
	if err := cmd.MarkFlagDirname("output"); err != nil {
		panic(err) // it was defined above
	}
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return cmd
}

// settings are the flags that change what a report says, in one text.
func settings(cmd *cobra.Command) string {
	var s []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains([]string{"output", "force", "quiet", "fail-on"}, f.Name) {
			s = append(s, fmt.Sprintf("--%s=%q", f.Name, f.Value))
		}
	})
	slices.Sort(s)
	return strings.Join(s, " ")
}

// batch is one run over many cases.
type batch struct {
	*env
	*judging
	decode   gather.Options
	dir, out string
	force    bool
	settings string

	bar *progress
}

// errInterrupted is what became of a case that the run did not come to.
var errInterrupted = errors.New("not analysed: the run was interrupted")

// run goes through the cases. Their lines come in the order of their names,
// as soon as those before them are done.
func (b *batch) run(ctx context.Context) error {
	cases, err := b.cases()
	if err != nil {
		return err
	}
	if len(cases) == 0 {
		return &failure{status: exitNothing, err: fmt.Errorf("%s: no case in it: nothing to analyse", b.dir)}
	}
	if b.flags.redact.wanted() {
		if dir := b.plain(); dir != "" {
			return usagef("-o: %s is of an earlier run without --redact", dir).hinting("name another folder, to hand on nothing by mistake")
		}
	}
	if err := os.MkdirAll(b.out, 0o777); err != nil {
		return usagef("-o: %v", err)
	}
	probe, err := createFile(filepath.Join(b.out, "index.html"))
	if err != nil { // said now, and not after hours
		return unwritten(filepath.Join(b.out, "index.html"), err)
	}
	probe.discard()
	b.bar = newProgress(b.env)
	b.bar.cases = len(cases)
	var total int64
	for _, c := range cases {
		if c.known == nil {
			total += c.bytes
		}
	}
	b.bar.begin(total)
	defer b.bar.end()

	b.analyse(ctx, cases)
	b.bar.end()
	return b.finish(ctx, cases)
}

// analyse goes through the cases, two at a time, and prints their lines.
func (b *batch) analyse(ctx context.Context, cases []*batchCase) {
	shared := make(slots, workers)
	next := make(chan *batchCase)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for c := range next {
				b.one(ctx, c, shared)
				b.bar.change(func(p *progress) { p.done++ })
				close(c.done)
			}
		})
	}
	go func() {
		defer close(next)
		for _, c := range cases {
			next <- c
		}
	}()
	for _, c := range cases {
		<-c.done
		if c.err == errInterrupted {
			continue
		}
		b.bar.aside(func() {
			shown := c.row
			if shown.Name = c.name; c.row.Name != c.name {
				shown.Name += " as " + c.row.Name
			}
			line := shown.Line()
			if c.known != nil {
				line += "  unchanged"
			}
			fmt.Fprintln(b.stdout, line) // what cannot be written shows at the end
			if c.err != nil {
				for _, l := range c.reasons() {
					say(b.stderr, "%s: %s", c.name, l)
				}
			}
			for _, l := range strings.Split(strings.TrimSpace(c.said.String()), "\n") {
				if l = strings.TrimPrefix(l, "trustline: "); l != "" {
					b.warn("%s: %s", c.name, l)
				}
			}
		})
	}
	wg.Wait()
}

// one analyses one case, unless it is known from an earlier run.
func (b *batch) one(ctx context.Context, c *batchCase, shared slots) {
	if c.known != nil {
		c.row.Summary, c.row.Folder = *c.known, c.folder
		return
	}
	defer func() {
		if p := recover(); p != nil {
			c.err = fmt.Errorf("a fault in trustline ended the analysis; please report it: %v", p)
		}
		if errors.Is(c.err, context.Canceled) {
			c.err = errInterrupted
		}
		if c.err != nil {
			c.row.Failure = strings.Join(c.reasons(), "; ")
			if c.row.Name != c.name && c.err != errInterrupted { // the reason holds names
				c.row.Failure = "could not be analysed; the run told why"
			}
		}
		if c.err != nil && c.err != errInterrupted {
			c.forget(b.out) // an older report would pass for one of this run
		}
	}()
	if c.err != nil {
		return
	}
	e := &env{stdin: strings.NewReader(""), stdout: b.stdout, stderr: &c.said, spill: b.spill, slots: shared, progress: b.bar}
	spill := newSpill(e)
	defer spill.Close()
	opt, judging := b.decode, *b.judging
	opt.Spill, judging.options.Spill = spill, spill
	got, err := collect(ctx, e, []string{c.path}, b.skip(), func(in gather.Input) *evidence.Bundle { return gather.Decode(in, opt) })
	if err != nil {
		c.err = err
		return
	}
	bundle, err := got.bundle(e, whatIsRead)
	if err != nil {
		c.err = err
		return
	}
	if !shared.take(ctx) {
		c.err = errInterrupted
		return
	}
	defer shared.give()
	r, err := judging.report(ctx, e, bundle)
	if err != nil {
		c.err = err
		return
	}
	c.row.Summary = report.Summarize(r)
	c.err = b.write(c, r)
	c.row.Folder = c.folder
}

// finish writes the pages over all cases and says how the run ends.
func (b *batch) finish(ctx context.Context, cases []*batchCase) error {
	rows := make([]report.Case, len(cases))
	analysed, reached := 0, 0
	found := &correlate.Report{} // a phone for each verdict there is
	for i, c := range cases {
		rows[i] = c.row
		if c.err != errInterrupted {
			reached++
		}
		if c.err != nil {
			continue
		}
		analysed++
		for class, n := range c.row.Phones {
			if n > 0 {
				found.Phones = append(found.Phones, correlate.Phone{Verdict: correlate.Verdict{Class: class}})
			}
		}
	}
	page := filepath.Join(b.out, "index.html")
	title := filepath.Base(absolute(b.dir))
	if b.flags.redact.wanted() {
		title = ""
	}
	err := writeFiles(
		fileText{page, func(w *bytes.Buffer) error {
			return html.Index(w, rows, html.IndexOptions{Title: title, Tool: toolName, Version: toolVersion, Zone: b.options.Zone})
		}},
		fileText{filepath.Join(b.out, "summary.csv"), func(w *bytes.Buffer) error { return report.SummaryCSV(w, rows) }},
	)
	if err != nil {
		return err
	}
	if reached < len(cases) && ctx.Err() != nil {
		return fmt.Errorf("%w: %d of %s are done; the same command goes on from there", ctx.Err(), reached, count(len(cases), "case"))
	}
	if _, err := fmt.Fprintf(b.stdout, "%s; see %s\n", report.Totals(rows), report.Clean(page)); err != nil {
		return fmt.Errorf("writing to standard output: %w", err)
	}
	switch {
	case analysed == 0:
		return &failure{status: exitNothing, err: errors.New("no case could be analysed"), hint: whatIsRead}
	case b.flags.fails(found):
		return errThreshold
	}
	return nil
}

package main

import (
	"bufio"
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trustline/cmd/internal/intake"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
	"trustline/report"
)

// logsHint is said when no log was found.
const logsHint = "only logs are read here: phone console logs and status messages, server traces, pasted CLI output, and archives of these"

const (
	// blockSize is how much of the listing goes out at once.
	blockSize = 32 << 10
	// blocksAhead is how many blocks of an input may wait for one before it.
	blocksAhead = 4
	// gcPercent is how much garbage there may be for what is in use.
	gcPercent = 200
)

func eventsCommand(e *env) *cobra.Command {
	var asJSON, unknown, noColor bool
	cmd := &cobra.Command{
		Use:     "events [flags] PATH...",
		Short:   "Every log line that carries evidence, decoded, in order",
		GroupID: "part",
		Long: `events lists what phone console logs, status messages, server traces and pasted
CLI output say about trust: one row for each record that matters, in the order of
the lines. The names of the events are a closed list, which "trustline explain
--events" prints with the patterns and their sources. A time is given in UTC when
the source tells date and zone; otherwise it stands as the source printed it.

At the end it says of every log how many lines it has, how many records gave an
event, how many are known to say nothing, and how many nobody knows; those are
listed by --unknown, the most frequent first. With --json this goes to standard
error.`,
		Example: `  trustline events console.log
  trustline events tvs00000001.txt tvs00000002.txt.gz
  trustline events --json case.zip | jq -r 'select(.event == "tvs_query") | .detail.result'
  trustline events --unknown case/`,
		Args: needPaths("path"),
		RunE: func(cmd *cobra.Command, args []string) error {
			// Nothing is kept, so that little is worth collecting: the collector
			// runs half as often, for some ten megabytes.
			debug.SetGCPercent(gcPercent)
			color := e.color && !noColor && !asJSON
			return buffered(e, func(w *bufio.Writer) error {
				l := &logListing{e: e, w: w, json: asJSON, color: color, unknown: unknown, free: make(chan []byte, workers*blocksAhead)}
				return l.run(cmd.Context(), args)
			})
		},
	}
	listingFlags(cmd, e, &asJSON, func(fs *pflag.FlagSet) {
		fs.BoolVar(&unknown, "unknown", false, "list the messages that nobody knows instead, the most frequent first")
		fs.BoolVar(&noColor, "no-color", false, "no colour, also on a terminal")
	})
	return cmd
}

// logListing is one run of events.
type logListing struct {
	e              *env
	w              *bufio.Writer
	json, color    bool
	unknown        bool
	counts         []logCount
	strange        strangers
	nothing        inventory
	missing, other []string
	free           chan []byte // blocks that were written
}

// logBlock is a piece of the listing, or the end of an input.
type logBlock struct {
	rows   []byte
	inputs []evidence.Input // at the end
	note   *evidence.Input  // what could not be entered
}

func (l *logListing) run(ctx context.Context, paths []string) error {
	err := streamInputs(ctx, l.e, reading{paths: paths, traces: true}, blocksAhead, l.decode, l.take)
	if err != nil {
		return err
	}
	if len(l.counts) == 0 {
		return l.nothing.failure(logsHint)
	}
	for _, m := range l.missing {
		l.e.warn("%s", m)
	}
	if len(l.other) > 0 {
		l.e.warn("no log in %s", enumerate(l.other))
	}
	if l.unknown {
		if err := l.strange.print(l.w, l.json); err != nil {
			return fmt.Errorf("writing to standard output: %w", err)
		}
	}
	return l.total()
}

// decode writes the rows of one input, block by block.
func (l *logListing) decode(in intake.Input, out func(logBlock)) {
	if in.Problem != nil {
		out(logBlock{note: noteOf(in)})
		return
	}
	rows := &rowWriter{json: l.json, color: l.color}
	name := ""
	inputs := gather.Events(gatherInput(in), gather.Options{}, func(ev *evidence.Event) {
		if l.unknown {
			return
		}
		if !l.json && ev.Place.Input != name {
			name = ev.Place.Input
			rows.heading(name)
		}
		rows.row(ev)
		if len(rows.buf) >= blockSize {
			out(logBlock{rows: rows.buf})
			rows.buf = l.block()
		}
	})
	out(logBlock{rows: rows.buf, inputs: inputs})
}

// block gives memory for the next rows.
func (l *logListing) block() []byte {
	select {
	case b := <-l.free:
		return b[:0]
	default:
		return make([]byte, 0, blockSize+blockSize/4)
	}
}

// take shows a block, in the order of the inputs.
func (l *logListing) take(b logBlock) error {
	if len(b.rows) > 0 {
		if _, err := l.w.Write(b.rows); err != nil {
			return fmt.Errorf("writing to standard output: %w", err)
		}
		select {
		case l.free <- b.rows:
		default:
		}
	}
	if b.note != nil {
		l.leave(b.note)
	}
	for i := range b.inputs {
		l.input(&b.inputs[i])
	}
	return nil
}

// input notes what became of one input.
func (l *logListing) input(in *evidence.Input) {
	if what, ok := strings.CutPrefix(in.Kind, gather.KindSkipped); ok {
		l.nothing.add(in.Name, "no log, a "+what)
		l.other = append(l.other, in.Name)
		return
	}
	if !gather.Recognised(in.Kind) {
		l.leave(in)
		return
	}
	for _, p := range in.Problems {
		l.e.warn("%s: %s", in.Name, strings.TrimPrefix(p.Where+": "+p.What, ": "))
	}
	l.counts = append(l.counts, countOf(in))
	for _, s := range in.Samples {
		l.strange.add(in.Name, s)
	}
}

// leave notes an input without a log.
func (l *logListing) leave(in *evidence.Input) {
	why := in.Kind
	if len(in.Problems) > 0 {
		why = in.Problems[0].What
	}
	l.nothing.add(in.Name, why)
	if in.Kind == gather.KindUnknown {
		l.other = append(l.other, in.Name)
		return
	}
	l.missing = append(l.missing, in.Name+": "+why)
}

// logCount is what was counted in one log.
type logCount struct {
	name                             string
	kind                             string
	lines, matched, ignored, unknown int
}

func countOf(in *evidence.Input) logCount {
	n := func(p *int) int {
		if p == nil {
			return 0
		}
		return *p
	}
	return logCount{in.Name, in.Kind, n(in.Lines), n(in.Matched), n(in.Ignored), n(in.Unknown)}
}

func (c logCount) String() string {
	return fmt.Sprintf("%d lines, %d matched, %d ignored, %d unknown", c.lines, c.matched, c.ignored, c.unknown)
}

// total says what was read: behind the rows, or on standard error when those
// are for a program.
func (l *logListing) total() error {
	var sum logCount
	say := func(format string, a ...any) {
		if l.json {
			l.e.warn(format, a...)
			return
		}
		fmt.Fprintf(l.w, "%s\n", report.Clean(fmt.Sprintf(format, a...)))
	}
	if !l.json {
		fmt.Fprintln(l.w)
	}
	for _, c := range l.counts {
		say("%s (%s): %s", c.name, c.kind, c)
		sum.lines, sum.matched, sum.ignored, sum.unknown = sum.lines+c.lines, sum.matched+c.matched, sum.ignored+c.ignored, sum.unknown+c.unknown
	}
	if len(l.counts) > 1 {
		say("%d logs: %s", len(l.counts), sum)
	}
	return nil // the flush behind tells when writing failed
}

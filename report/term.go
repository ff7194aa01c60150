package report

// Rules of the terminal output:
//
//   - Standard output carries the result and nothing else; progress and
//     warnings belong to the command and to standard error.
//   - A few lines on how good the evidence is stand above everything: who reads a
//     verdict has seen what it was reached without.
//   - Then the answer comes first: what each phone's verdict is, then whether a
//     list may be deleted, then the proof, then what to do. Inputs and clocks
//     close the report.
//   - Every claim names its place: input:line, or input and frame as Wireshark
//     counts them.
//   - Colour is a second channel. With Color false the same words are there:
//     every colour stands beside a symbol, and every symbol beside or under a
//     word.
//   - A line has at most the width's columns, 80 unless told, and never more
//     than 120. Text is wrapped, not cut; what is left out is counted.
//   - Nothing of an input reaches the terminal but through Clean: no control
//     character is printed except the line breaks and colours written here.
//   - Headings are short nouns without a full stop. Nothing blinks, nothing is
//     drawn with boxes, and the output can be pasted into a mail.

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// Options of Terminal.
type Options struct {
	Width   int            // columns; 0 is 80, above 120 counts as 120
	Color   bool           // use the terminal's colours; the caller knows NO_COLOR
	Zone    *time.Location // in which times are shown; nil is UTC
	Verbose bool           // every phone and every line of the timelines in full
}

const (
	// fullPhones is how many phones are shown in full when there are more than
	// fleetSize of them: a reader of a fleet starts at the groups.
	fullPhones = 3
	fleetSize  = 3
	// timelineRows bounds a timeline; what the verdict cites and what failed
	// comes before the rest.
	timelineRows = 40
	// namesInGroup bounds the names listed for an action, namesOfCause those for
	// a cause, whose column is narrow because identifiers stay whole.
	namesInGroup = 12
	namesOfCause = 4
	// sampleRows bounds the unknown messages shown of one input.
	sampleRows = 3
)

// Terminal writes the report for reading in a terminal.
func Terminal(w io.Writer, r *correlate.Report, o Options) error {
	if o.Width == 0 {
		o.Width = defaultWidth
	}
	b := bufio.NewWriter(w)
	t := &term{page: page{w: b, width: min(max(o.Width, leastWidth), mostWidth), styles: newStyles(b, o.Color)}, r: r, x: view.NewIndex(r, o.Zone), verbose: o.Verbose}
	t.report()
	if err := b.Flush(); err != nil {
		return fmt.Errorf("report: text: %w", err)
	}
	return nil
}

type term struct {
	page
	r       *correlate.Report
	x       *view.Index
	verbose bool
}

// word shows a closed value with its symbol, coloured by its kind.
func (t *term) word(w view.Word) string {
	return t.class[w.Key].Render(strings.TrimSpace(w.Symbol + " " + w.Label))
}

// symbol shows the symbol alone, where the word stands beside it.
func (t *term) symbol(w view.Word) string { return t.class[w.Key].Render(w.Symbol) }

// report prints everything in the order of reading.
func (t *term) report() {
	phones := view.WorstFirst(t.r)
	t.sources()
	// The headline over one phone is the phone's own, which follows.
	if len(phones) != 1 {
		t.para("", view.Text(t.r.Headline), t.strong)
	}
	if len(phones) > 1 {
		t.tasks()
	}
	if len(phones) > fleetSize {
		t.groups()
		phones = t.chosen(phones)
	}
	for _, p := range view.Phones(t.r, phones) {
		if t.r.Count() != 1 {
			t.blank()
			t.line(t.faint.Render(strings.Repeat("─", t.width)))
		}
		t.phone(p)
	}
	t.cluster()
	t.clocks()
	t.inputs()
	if s := view.Redaction(t.r); s != "" {
		t.blank()
		t.para("", s, t.faint)
	}
}

// groups prints the phones by cause.
func (t *term) groups() {
	t.section("Phones by cause")
	var rows [][]string
	for _, g := range t.r.Groups {
		c := view.Class(g.Class)
		names := make([]string, 0, namesOfCause+1)
		for i, n := range g.Phones {
			if i == namesOfCause && !t.verbose {
				names = append(names, fmt.Sprintf("and %s more", view.Count(len(g.Phones)-i)))
				break
			}
			names = append(names, view.Name(n))
		}
		rows = append(rows, []string{view.Count(len(g.Phones)), c.Symbol + " " + c.Label, view.Name(g.Cause), strings.Join(names, ", ")})
	}
	// The longest identifier of the catalogue stays whole in 80 columns, so that
	// it can be copied and searched for.
	t.table("", []string{"phones", "class", "cause", "names"}, rows, 40)
}

// chosen picks the phones to be shown in full: one of each cause, worst first.
func (t *term) chosen(phones []int) []int {
	if t.verbose {
		return phones
	}
	var out []int
	seen := map[[2]string]bool{}
	for _, p := range phones {
		b := t.r.Brief(p)
		k := [2]string{b.Class, b.Primary}
		if !seen[k] && len(out) < fullPhones {
			out = append(out, p)
		}
		seen[k] = true
	}
	t.blank()
	t.para("", fmt.Sprintf("In full below: %s of %s, one for each of the worst causes. The JSON and HTML reports hold all of them.",
		view.Plural(len(out), "phone"), view.Count(len(phones))), t.faint)
	return out
}

// cluster prints what was found about the servers rather than a phone.
func (t *term) cluster() {
	c := &t.r.Cluster
	if len(c.Findings) == 0 && len(c.Servers) == 0 && len(c.Changes) == 0 && len(view.Expiring(t.r)) == 0 {
		return
	}
	t.section("Cluster")
	t.text("  mode  ", view.Name(c.Mode))
	for _, s := range c.Servers {
		name := view.Name(s.Address)
		if s.Name != nil {
			name += " (" + view.Name(*s.Name) + ")"
		}
		t.text("  server  ", name+": "+view.Text(strings.Join(s.Services, ", ")))
	}
	t.changes()
	t.expiring()
	for i := range c.Findings {
		t.finding(&c.Findings[i], "")
	}
}

// clocks says how the sources' clocks differ.
func (t *term) clocks() {
	if len(t.r.Clocks) == 0 {
		return
	}
	t.section("Clocks")
	for _, c := range t.r.Clocks {
		t.text("  ", t.x.Clock(c))
		if c.Note != "" {
			t.para("    ", view.Text(c.Note), t.faint)
		}
	}
}

// inputs lists what was read, and for each what could not be.
func (t *term) inputs() {
	t.section("Inputs")
	var rows [][]string
	for _, in := range t.r.Inputs {
		rows = append(rows, []string{view.Name(in.Kind), view.Size(in.Bytes), read(in), view.Name(in.Name)})
	}
	t.table("  ", []string{"kind", "size", "read", "name"}, rows, 26)
	for _, in := range t.r.Inputs {
		t.troubles(in)
	}
	if n := len(t.r.Unassigned); n > 0 {
		t.text("  ", view.Plural(n, "entry")+" of the evidence could not be assigned to a phone.")
	}
}

// read says how much of an input was taken in.
func read(in correlate.Input) string {
	switch {
	case in.Frames != nil:
		return view.Plural(*in.Frames, "frame")
	case in.Lines != nil:
		return view.Plural(*in.Lines, "line")
	}
	return "whole"
}

// troubles prints the problems of an input and the messages nobody knows.
func (t *term) troubles(in correlate.Input) {
	unknown := in.Unknown != nil && *in.Unknown > 0
	if len(in.Problems) == 0 && !unknown {
		return
	}
	t.blank()
	t.text("  ", t.x.Input(in.Name))
	for _, p := range in.Problems {
		t.text("    problem  ", view.Name(p.Where)+": "+view.Text(p.What))
	}
	if !unknown {
		return
	}
	t.text("    ", fmt.Sprintf("%s of unknown form", view.Plural(*in.Unknown, "line")))
	for i, s := range in.Samples {
		if i == sampleRows && !t.verbose {
			t.para("      ", "and "+view.Plural(len(in.Samples)-i, "other message"), t.faint)
			break
		}
		t.para(fmt.Sprintf("      %d times, first in line %d: ", s.Count, s.Line), view.Text(s.Text), t.faint)
	}
}

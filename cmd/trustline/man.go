package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func manCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use:    "man [DIR]",
		Short:  "The manual pages",
		Hidden: true, // for those who package trustline
		Long: `man prints the manual page trustline(1), or writes it into a folder together with
a page for each command.`,
		Example: `  trustline man | man -l -
  trustline man /usr/local/share/man/man1`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("man takes one folder")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			if len(args) == 0 {
				if _, err := e.stdout.Write(manPage(root)); err != nil {
					return fmt.Errorf("writing to standard output: %w", err)
				}
				return nil
			}
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return usagef("%v", err)
			}
			var files []fileText
			for _, c := range append([]*cobra.Command{root}, offered(root)...) {
				files = append(files, fileText{filepath.Join(args[0], manName(c)+".1"), func(w *bytes.Buffer) error {
					w.Write(manPage(c))
					return nil
				}})
			}
			return writeFiles(files...)
		},
	}
}

// offered are the commands that the help lists, in its order.
func offered(root *cobra.Command) []*cobra.Command {
	var out []*cobra.Command
	for _, g := range root.Groups() {
		for _, c := range root.Commands() {
			if c.GroupID == g.ID && c.IsAvailableCommand() {
				out = append(out, c)
			}
		}
	}
	return out
}

// manName is the name of a command's page: trustline-analyze.
func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manStatus and manEnvironment are on every page.
const (
	manStatus = `0 it ran, whatever was found; 1 nothing could be analysed, the result could not
be written, or the run was interrupted; 2 wrong usage; 3 a verdict at or above
--fail-on.`
	manEnvironment = `With NO_COLOR set to anything, or TERM=dumb, nothing is coloured. Without a
terminal as standard error no progress is shown.`
)

// manPage writes the page of a command for man(7) macros: see groff_man(7).
func manPage(c *cobra.Command) []byte {
	var b bytes.Buffer
	m := &roff{&b}
	root := c.Root()
	m.line(`.TH "%s" "1" "" "%s %s" "User Commands"`, strings.ToUpper(manName(c)), toolName, toolVersion)
	m.head("NAME")
	m.line(`%s \- %s`, escape(manName(c)), escape(strings.TrimSuffix(c.Short, "?")))
	m.head("SYNOPSIS")
	use := c.UseLine()
	if c == root {
		use = "trustline COMMAND [flags] PATH..."
	}
	m.text(use)
	m.head("DESCRIPTION")
	status := manStatus
	for _, p := range strings.Split(c.Long, "\n\n") {
		if own, ok := strings.CutPrefix(p, "Exit status: "); ok {
			status = own
		} else {
			m.paragraph(p)
		}
	}
	if c == root {
		for _, g := range root.Groups() {
			m.line(`.SS "%s"`, escape(strings.TrimSuffix(g.Title, ":")))
			for _, sub := range offered(root) {
				if sub.GroupID == g.ID {
					m.line(".TP\n\\fB%s\\fR", escape(sub.Name()))
					m.text(sub.Short)
				}
			}
		}
	} else if groups := flagSets(c); len(groups) > 0 {
		m.head("OPTIONS")
		for _, g := range groups {
			m.line(`.SS "%s"`, escape(g.Name()))
			g.VisitAll(m.flag)
		}
	}
	if c.HasExample() {
		m.head("EXAMPLES")
		m.verbatim(c.Example)
	}
	m.head("EXIT STATUS")
	m.text(status)
	m.head("ENVIRONMENT")
	m.text(manEnvironment)
	m.head("SEE ALSO")
	var also []string
	for _, other := range append([]*cobra.Command{root}, offered(root)...) {
		if other != c {
			also = append(also, fmt.Sprintf(`\fB%s\fR(1)`, escape(manName(other))))
		}
	}
	m.line("%s", strings.Join(also, ",\n"))
	return b.Bytes()
}

// roff writes text as man(7) macros.
type roff struct{ w io.Writer }

func (m *roff) line(format string, a ...any) { fmt.Fprintf(m.w, format+"\n", a...) }

func (m *roff) head(s string) { m.line(".SH %s", s) }

// text writes lines that may be filled.
func (m *roff) text(s string) {
	for _, l := range strings.Split(strings.TrimSpace(s), "\n") {
		m.line("%s", escape(l))
	}
}

// verbatim writes lines as they are.
func (m *roff) verbatim(s string) {
	m.line(".PP\n.nf")
	m.line(".RS 4")
	for _, l := range strings.Split(strings.Trim(s, "\n"), "\n") {
		m.line("%s", escape(strings.TrimPrefix(l, "  ")))
	}
	m.line(".RE\n.fi")
}

// paragraph writes a paragraph. Indented lines at its end are a list, and stay
// as they are.
func (m *roff) paragraph(p string) {
	lines := strings.Split(strings.Trim(p, "\n"), "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "  ") })
	if i < 0 {
		i = len(lines)
	}
	if i > 0 {
		m.line(".PP")
		m.text(strings.Join(lines[:i], "\n"))
	}
	if i < len(lines) {
		m.verbatim(strings.Join(lines[i:], "\n"))
	}
}

func (m *roff) flag(f *pflag.Flag) {
	name, usage := pflag.UnquoteUsage(f)
	s := `\fB` + escape("--"+f.Name) + `\fR`
	if f.Shorthand != "" {
		s = `\fB` + escape("-"+f.Shorthand) + `\fR, ` + s
	}
	if name != "" {
		s += ` \fI` + escape(name) + `\fR`
	}
	m.line(".TP\n%s", s)
	m.text(usage)
}

// escape makes text of what roff would take for a request or an escape. A hyphen
// of a flag is a minus, which can be searched and pasted; other characters than
// ASCII are named by their numbers, because what a formatter reads is not known.
func escape(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case i == 0 && (r == '.' || r == '\''):
			b.WriteString(`\&` + string(r))
		case r == '\\':
			b.WriteString(`\e`)
		case r == '-':
			b.WriteString(`\-`)
		case r == '\'':
			b.WriteString(`\(aq`)
		case r == '"':
			b.WriteString(`\(dq`)
		case r == '^':
			b.WriteString(`\(ha`)
		case r == '~':
			b.WriteString(`\(ti`)
		case r == '`':
			b.WriteString(`\(ga`)
		case r >= 0x80:
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

package main

import (
	"bytes"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// macros are those of groff_man(7) that the pages use.
var macros = regexp.MustCompile(`^\.(TH|SH|SS|TP|PP|RS|RE|nf|fi)( |$)`)

// TestManPages: every command has a page with all its flags and examples, and no
// line of it is a request that was not meant.
func TestManPages(t *testing.T) {
	root := newRoot(quietEnv())
	commands := offered(root)
	for _, want := range []string{"analyze", "batch", "completion", "events", "evidence", "explain", "judge", "tftp", "tls", "trustlist", "version"} {
		if !slices.ContainsFunc(commands, func(c *cobra.Command) bool { return c.Name() == want }) {
			t.Errorf("no page for %s", want)
		}
	}
	for _, c := range append(commands, root) {
		page := string(manPage(c))
		for i, l := range strings.Split(page, "\n") {
			if strings.HasPrefix(l, "'") || strings.HasPrefix(l, ".") && !macros.MatchString(l) {
				t.Errorf("%s: line %d: %q", manName(c), i+1, l)
			}
		}
		for _, want := range []string{".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH EXAMPLES", ".SH EXIT STATUS", ".SH SEE ALSO"} {
			if strings.Count(page, want+"\n") != 1 {
				t.Errorf("%s: %s %d times", manName(c), want, strings.Count(page, want))
			}
		}
		if c != root {
			c.LocalFlags().VisitAll(func(f *pflag.Flag) {
				if !strings.Contains(page, `\fB\-\-`+strings.ReplaceAll(f.Name, "-", `\-`)+`\fR`) {
					t.Errorf("%s: no --%s", manName(c), f.Name)
				}
			})
		}
	}
}

// TestManRendered: the formatter has nothing to complain of, and the examples
// come out as they are, to be pasted.
func TestManRendered(t *testing.T) {
	if _, err := exec.LookPath("groff"); err != nil {
		t.Skip("no groff")
	}
	root := newRoot(quietEnv())
	for _, c := range append(offered(root), root) {
		cmd := exec.Command("groff", "-man", "-Tascii", "-P-cbou", "-ww", "-rLL=200n")
		cmd.Stdin = bytes.NewReader(manPage(c))
		var out, said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &said
		if err := cmd.Run(); err != nil || said.Len() > 0 {
			t.Errorf("%s: %v: %s", manName(c), err, said.String())
		}
		for _, l := range strings.Split(c.Example, "\n") {
			if !strings.Contains(out.String(), strings.TrimSpace(l)) {
				t.Errorf("%s: no example %q", manName(c), l)
			}
		}
	}
}

func TestEscape(t *testing.T) {
	// The escapes are those of groff_char(7).
	for in, want := range map[string]string{
		".TH":            `\&.TH`,
		"'quoted'":       `\&'quoted\(aq`,
		`C:\x --no`:      `C:\ex \-\-no`,
		`a "b" ~^` + "`": `a \(dqb\(dq \(ti\(ha\(ga`,
		"§ 2":            `\[u00A7] 2`,
	} {
		if got := escape(in); got != want {
			t.Errorf("escape(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestHelp: every command has a text, examples that name commands and flags that
// there are, and its flags under headings.
func TestHelp(t *testing.T) {
	root := newRoot(quietEnv())
	for _, c := range append(offered(root), root) {
		if c.Short == "" || c.Long == "" || c.Example == "" {
			t.Errorf("%s has no text or example", c.CommandPath())
		}
		for _, l := range strings.Split(c.Example, "\n") {
			if !strings.HasPrefix(l, "  ") {
				t.Errorf("%s: the example %q is not indented", c.CommandPath(), l)
			}
			for _, part := range regexp.MustCompile(`[|;(<]`).Split(l, -1) {
				words := strings.Fields(part)
				if len(words) < 2 || words[0] != "trustline" {
					continue
				}
				of, _, err := root.Find(words[1:2])
				if err != nil || of == root {
					t.Errorf("%s: the example %q names no command", c.CommandPath(), l)
					continue
				}
				for _, w := range words[2:] {
					name, _, _ := strings.Cut(strings.TrimLeft(w, "-"), "=")
					switch {
					case strings.HasPrefix(w, "--") && of.Flags().Lookup(name) == nil,
						strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && w != "-" && of.Flags().ShorthandLookup(name[:1]) == nil:
						t.Errorf("%s: the example %q has the flag %s", c.CommandPath(), l, w)
					}
				}
			}
		}
		for _, fs := range flagSets(c) {
			if fs.Name() != "Flags" {
				continue
			}
			fs.VisitAll(func(f *pflag.Flag) {
				if f.Name != "help" {
					t.Errorf("%s: --%s stands under no heading", c.CommandPath(), f.Name)
				}
			})
		}
		var b bytes.Buffer
		c.SetOut(&b)
		if err := c.Help(); err != nil {
			t.Error(err)
		}
		for _, l := range strings.Split(b.String(), "\n") {
			if len([]rune(l)) > 130 {
				t.Errorf("%s: a line of %d characters in the help: %q", c.CommandPath(), len(l), l)
			}
		}
	}
}

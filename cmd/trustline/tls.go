package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trustline/cmd/internal/intake"
	"trustline/dissect"
	"trustline/dissect/cert"
	"trustline/report"
)

func tlsCommand(e *env) *cobra.Command {
	var (
		asJSON bool
		tls    ports
	)
	cmd := &cobra.Command{
		Use:     "tls [flags] PATH...",
		Short:   "Every connection on the TLS ports, with certificates and alerts",
		GroupID: "part",
		Long: `tls lists every TCP connection of captures on the ports where phones speak TLS,
also those on which no handshake came about: who presented which certificate,
who refused whom, and how it ended.

In the line of messages, as Zeek writes it, a capital is from the client.`,
		Example: `  trustline tls phone.pcap
  trustline tls --ports 2445 --json phone.pcap | jq '.server_certificates[0].serial'`,
		Args: needPaths("path"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o := dissect.DefaultOptions()
			o.TFTPPorts, o.HTTPPorts = nil, nil // transfers are not asked for
			if tls != nil {
				o.TLSPorts = tls
			}
			return buffered(e, func(w *bufio.Writer) error {
				put := jsonLines(w)
				return listInputs(cmd.Context(), e, args, captureHint, func(in intake.Input, f *found[*dissect.TLSRow]) {
					readCapture(in, f, o, &tlsHandler{f})
					slices.SortStableFunc(f.rows, func(a, b *dissect.TLSRow) int { return cmp.Compare(a.FirstFrame, b.FirstFrame) })
				}, func(f *found[*dissect.TLSRow]) error {
					if !asJSON {
						return printConnections(w, f)
					}
					for _, r := range f.rows {
						if err := put(r); err != nil {
							return err
						}
					}
					return nil
				})
			})
		},
	}
	listingFlags(cmd, e, &asJSON, nil)
	addGroup(cmd, "Decoding", func(fs *pflag.FlagSet) {
		fs.Var(&tls, "ports", "TCP ports taken as TLS (default 443,2443,2445,3804,5061,6971,6972,8443,9444)")
	})
	return cmd
}

// tlsHandler keeps the connections of a capture as rows.
type tlsHandler struct{ f *found[*dissect.TLSRow] }

func (h *tlsHandler) Transfer(*dissect.Transfer) {}

func (h *tlsHandler) Connection(c *dissect.Connection) {
	h.f.rows = append(h.f.rows, c.Row(h.f.name))
}

// printConnections is the listing for people: a line for each connection, and
// below it what it showed.
func printConnections(w io.Writer, f *found[*dissect.TLSRow]) error {
	p := &lines{w: w}
	p.line("==> %s: %d connections", f.name, len(f.rows))
	for _, r := range f.rows {
		p.line("")
		p.line("frame %d, stream %d, %s: %s to %s (%s): %s", r.FirstFrame, r.Stream, or(r.Time), r.Client, r.Server, r.Service, r.Outcome)
		if r.Syn.Count > 1 {
			p.line("  %d SYN, the last after %.3f s", r.Syn.Count, r.Syn.Seconds[len(r.Syn.Seconds)-1])
		}
		if u := or(r.Unreachable); u != "" {
			p.line("  %s", u)
		}
		if n := or(r.NotTLS); n != "" {
			p.line("  not TLS but %s", n)
		}
		if r.ClientVersion != nil || r.Version != nil {
			s := "  offered " + cmp.Or(or(r.ClientVersion), "unknown")
			if r.Version != nil {
				s += ", agreed on " + *r.Version + " " + or(r.Cipher)
			}
			if r.Resumed != nil && *r.Resumed {
				s += ", resumed"
			}
			p.line("%s", s)
		}
		if n := or(r.SNI); n != "" {
			p.line("  asked for %s", n)
		}
		p.certificates("server", r.ServerCertificates)
		if r.CertificateRequested != nil && *r.CertificateRequested && len(r.ClientCertificates) == 0 {
			p.line("  the server asked for a certificate, none was seen")
		}
		p.certificates("client", r.ClientCertificates)
		for _, a := range r.Alerts {
			what := "encrypted"
			if a.Code != nil {
				what = fmt.Sprintf("%s %s (%d)", or(a.Level), or(a.Description), *a.Code)
			}
			p.line("  frame %d: alert from the %s: %s", a.Frame, a.From, what)
		}
		if r.History != "" {
			p.line("  messages %s", r.History)
		}
		if c := or(r.ClosedBy); c != "" {
			p.line("  ended by the %s", c)
		}
		for _, s := range r.Problems {
			p.line("  %s", s)
		}
	}
	p.line("")
	return p.err
}

// lines prints cleaned lines and keeps the first error.
type lines struct {
	w   io.Writer
	err error
}

func (p *lines) line(format string, a ...any) {
	if p.err != nil {
		return
	}
	if _, err := fmt.Fprintln(p.w, report.Clean(fmt.Sprintf(format, a...))); err != nil {
		p.err = fmt.Errorf("writing to standard output: %w", err)
	}
}

func (p *lines) certificates(of string, chain []*cert.Row) {
	for i, c := range chain {
		if c == nil {
			continue
		}
		p.line("  %s certificate %d: %s", of, i+1, or(c.Subject))
		var facts []string
		for _, f := range []struct {
			name  string
			value *string
		}{{"issuer", c.Issuer}, {"serial", c.Serial}, {"", c.Key}, {"", c.SignatureAlgorithm}, {"from", c.NotBefore}, {"to", c.NotAfter}, {"sha1", c.SHA1}, {"problem:", c.Problem}} {
			if f.value != nil {
				facts = append(facts, strings.TrimSpace(f.name+" "+*f.value))
			}
		}
		p.line("    %s", strings.Join(facts, ", "))
	}
}

package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
				read := capturing[*tlsRow]{
					options: o,
					handler: func(f *found[*tlsRow]) dissect.Handler { return &tlsHandler{f} },
					order:   func(a, b *tlsRow) int { return cmp.Compare(a.FirstFrame, b.FirstFrame) },
					place:   (*tlsRow).place,
				}
				return listInputs(cmd.Context(), e, args, captureHint, read.read, func(f *found[*tlsRow]) error {
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

// tlsRow is one connection: the row of package dissect. In a rotated capture
// some of its frames can stand in a later file than its first.
type tlsRow struct {
	*dissect.TLSRow
	Alerts        []alertRow        `json:"alerts"`
	FrameCaptures map[string]string `json:"frame_captures"` // of the frames that are not in "capture"
}

// alertRow is an alert, and the file that holds its frame.
type alertRow struct {
	dissect.AlertRow
	Capture string `json:"capture"`
}

func (r *tlsRow) place(l *located) int {
	part, name, local := l.at(r.FirstFrame)
	r.Capture, r.FirstFrame = name, local
	r.FrameCaptures = map[string]string{}
	for step, frame := range map[string]**int{
		"syn": &r.Frames.Syn, "client_hello": &r.Frames.ClientHello, "server_hello": &r.Frames.ServerHello,
		"server_certificate": &r.Frames.ServerCertificate, "client_certificate": &r.Frames.ClientCertificate,
		"application_data": &r.Frames.ApplicationData,
	} {
		if *frame == nil {
			continue
		}
		in, local := l.elsewhere(part, **frame)
		*frame = &local
		if in != "" {
			r.FrameCaptures[step] = in
		}
	}
	l.words(part, r.Problems)
	r.Alerts = []alertRow{}
	for _, a := range r.TLSRow.Alerts {
		_, in, local := l.at(a.Frame)
		a.Frame = local
		r.Alerts = append(r.Alerts, alertRow{a, in})
	}
	return part
}

// tlsHandler keeps the connections of a capture as rows.
type tlsHandler struct{ f *found[*tlsRow] }

func (h *tlsHandler) Transfer(*dissect.Transfer) {}

func (h *tlsHandler) Connection(c *dissect.Connection) {
	h.f.rows = append(h.f.rows, &tlsRow{TLSRow: c.Row(h.f.name)})
}

// printConnections is the listing for people: a line for each connection, and
// below it what it showed.
func printConnections(w io.Writer, f *found[*tlsRow]) error {
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
			if a.Capture != r.Capture {
				what += ", in " + a.Capture
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

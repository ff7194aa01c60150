package main

import (
	"bufio"
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trustline/correlate/secret"
	"trustline/dissect"
	"trustline/report"
)

// captureHint is said when a listing of captures found none.
const captureHint = "only captures (pcap, pcapng, also compressed or in archives) are read here"

func tftpCommand(e *env) *cobra.Command {
	var (
		asJSON   bool
		extract  string
		udp, tcp ports
	)
	cmd := &cobra.Command{
		Use:     "tftp [flags] PATH...",
		Short:   "Every file transfer: TFTP and HTTP provisioning",
		GroupID: "part",
		Long: `tftp lists the file transfers of captures, by TFTP and by HTTP provisioning:
who asked whom for what, and what became of it. A transfer that broke off is
extracted as far as it went, under a name that ends in .part.`,
		Example: `  trustline tftp phone.pcap
  trustline tftp --json case.zip | jq -r 'select(.outcome != "complete") | .file'
  trustline tftp phone.pcap --extract files/`,
		Args: needPaths("path"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o := dissect.DefaultOptions()
			o.TLSPorts = nil // TLS is not asked for
			if udp != nil {
				o.TFTPPorts = udp
			}
			if tcp != nil {
				o.HTTPPorts = tcp
			}
			var x *extractor
			if extract == "" {
				o.MaxContent = 1 // the hashes cover all of it nevertheless
			} else {
				var err error
				if x, err = newExtractor(extract); err != nil {
					return err
				}
				defer x.close()
			}
			return buffered(e, func(w *bufio.Writer) error {
				put := jsonLines(w)
				read := capturing[*transfer]{
					options: o,
					handler: func(f *found[*transfer]) dissect.Handler { return &transferHandler{f, x != nil} },
					order:   func(a, b *transfer) int { return cmp.Compare(a.First.Frame, b.First.Frame) },
					place:   (*transfer).place,
				}
				return listInputs(cmd.Context(), e, args, captureHint, read.read, func(f *found[*transfer]) error {
					for _, t := range f.rows {
						if x != nil {
							if err := extractTransfer(x, t.Transfer); err != nil {
								return err
							}
						}
						if asJSON {
							if err := put(t.row(f.name)); err != nil {
								return err
							}
						}
					}
					if asJSON {
						return nil
					}
					return printTransfers(w, f)
				})
			})
		},
	}
	listingFlags(cmd, e, &asJSON, func(fs *pflag.FlagSet) {
		fs.StringVar(&extract, "extract", "", "write the content of each transfer into the folder `DIR`, as FRAME-FILE and with every byte that was transferred: a configuration keeps its passwords")
	})
	addGroup(cmd, "Decoding", func(fs *pflag.FlagSet) {
		fs.Var(&udp, "ports", "UDP ports on which TFTP requests are expected (default 69)")
		fs.Var(&tcp, "http-ports", "TCP ports of HTTP provisioning (default 6970)")
	})
	return cmd
}

// transfer is one file transfer. In a rotated capture its last frame can stand
// in a later file than its first.
type transfer struct {
	*dissect.Transfer
	last string
}

// transferRow is the JSON form: the row of package dissect, and the file that
// holds last_frame.
type transferRow struct {
	*dissect.TFTPRow
	LastCapture string `json:"last_capture"`
}

func (t *transfer) row(capture string) transferRow {
	r := t.Row(capture)
	r.File = secret.Text(r.File) // of a URL
	for _, p := range []*string{r.FileName, r.Error} {
		if p != nil {
			*p = secret.Text(*p)
		}
	}
	return transferRow{r, cmp.Or(t.last, capture)}
}

func (t *transfer) place(l *located) int {
	part, _, local := l.at(t.First.Frame)
	t.First.Frame = local
	t.last, t.Last.Frame = l.elsewhere(part, t.Last.Frame)
	l.words(part, t.Notes)
	return part
}

// transferHandler keeps the transfers of a capture; their content only when it
// is to be extracted.
type transferHandler struct {
	f    *found[*transfer]
	keep bool
}

func (h *transferHandler) Connection(*dissect.Connection) {}

func (h *transferHandler) Transfer(t *dissect.Transfer) {
	if !h.keep {
		t.Content = nil
	}
	h.f.rows = append(h.f.rows, &transfer{Transfer: t})
}

// extractTransfer writes what a transfer carried.
func extractTransfer(x *extractor, t *dissect.Transfer) error {
	if len(t.Content) == 0 {
		return nil
	}
	name := secret.Text(t.File)
	if !t.Complete || t.Clipped {
		name += ".part"
	}
	_, err := x.put(t.First.Frame, name, t.Content)
	t.Content = nil
	if err != nil {
		return fmt.Errorf("--extract: %w", err)
	}
	return nil
}

// printTransfers is the listing for people.
func printTransfers(w *bufio.Writer, f *found[*transfer]) error {
	fmt.Fprintf(w, "==> %s: %d transfers\n", report.Clean(f.name), len(f.rows))
	if len(f.rows) > 0 {
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(tw, "FRAME\tTIME\tPROTO\tCLIENT\tSERVER\tFILE\tOUTCOME\tBYTES\tREMARK")
		for _, t := range f.rows {
			r := t.row(f.name)
			file := r.File
			if r.Op != "read" {
				file = r.Op + " " + file
			}
			remark := or(r.Error)
			if r.ErrorCode != nil {
				remark = fmt.Sprintf("%d %s", *r.ErrorCode, remark)
			}
			if r.Retransmits > 0 {
				remark = fmt.Sprintf("%s (%d sent again)", remark, r.Retransmits)
			}
			if t.last != "" {
				remark = strings.TrimSpace(fmt.Sprintf("%s (to frame %d of %s)", remark, r.LastFrame, t.last))
			}
			fmt.Fprintf(tw, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", r.Frame, or(r.Time), r.Proto, r.Client, r.Server, report.Clean(file), r.Outcome, r.Bytes, report.Clean(remark))
		}
		if err := tw.Flush(); err != nil {
			return fmt.Errorf("writing to standard output: %w", err)
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

// or is a text that may be unknown.
func or(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

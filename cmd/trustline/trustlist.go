package main

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trustline/cmd/internal/intake"
	"trustline/correlate/secret"
	"trustline/dissect"
	"trustline/dissect/trustlist"
	"trustline/report"
)

const (
	// maxListFile is how much of a file is read as a trust list or signed file,
	// and of a text in search of listings; locale files are the largest.
	maxListFile = 32 << 20
	// maxKeyFile is how much of a file of keys is read.
	maxKeyFile = 4 << 20
	// maxSameLists is how many lists of a capture, and rows of them, are
	// remembered to be read and checked once for all phones that fetched them.
	maxSameLists = 1 << 10
)

// listed is a trust list or signed file with where it came from.
type listed struct {
	*trustlist.File
	source  string
	frame   int // first frame of its transfer, 0 when it is no part of a capture
	name    string
	client  netip.AddrPort
	server  netip.AddrPort
	content []byte // nil for a listing
}

// where names the place in words.
func (l *listed) where() string {
	switch {
	case l.frame > 0:
		return fmt.Sprintf("%s, frame %d, %s from %s to %s", l.source, l.frame, l.name, l.server, l.client)
	case l.Line > 0:
		return fmt.Sprintf("%s, lines %d to %d", l.source, l.Line, l.EndLine)
	}
	return l.source
}

// listedRow is the JSON form: the row of package trustlist, and the transfer.
type listedRow struct {
	*trustlist.Row
	Frame  *int    `json:"frame"`
	Client *string `json:"client"`
	Server *string `json:"server"`
}

// changeRow is one pair of lists under --diff --json.
type changeRow struct {
	Kind    string             `json:"kind"`
	A       string             `json:"a"`
	B       string             `json:"b"`
	Changes []trustlist.Change `json:"changes"`
}

func trustlistCommand(e *env) *cobra.Command {
	var (
		asJSON, diff bool
		verifyWith   []string
		extract      string
	)
	cmd := &cobra.Command{
		Use:     "trustlist [flags] PATH...",
		Short:   "CTL, ITL and signed files: from files, captures or pasted listings",
		GroupID: "part",
		Long: `trustlist shows trust lists and signed files as "show itl" does, with what that
leaves out: it reads files (CTLFile.tlv, ITLFile.tlv, *.sgn), carves them out of
the transfers of a capture, and finds the output of "show ctl" and "show itl" in
texts.

Each is checked with the keys of --verify-with, without it with its own signer
record. "valid" means that it is intact under the named key, never that a phone
would trust it.`,
		Example: `  trustline trustlist ITLFile.tlv
  trustline trustlist phone.pcap --extract lists/
  trustline trustlist SEP001122334455.cnf.xml.sgn --verify-with ITLFile.tlv
  trustline trustlist before.tlv after.tlv --diff`,
		Args: needPaths("path"),
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := readKeys(verifyWith)
			if err != nil {
				return err
			}
			var x *extractor
			if extract != "" {
				if x, err = newExtractor(extract); err != nil {
					return err
				}
				defer x.close()
			}
			var all []*listed
			rows := map[*trustlist.File]*trustlist.Row{}
			return buffered(e, func(w *bufio.Writer) error {
				put := jsonLines(w)
				const hint = "trustlist reads CTL, ITL and signed files, captures and texts with the output of show ctl or show itl"
				err := listInputs(cmd.Context(), e, args, hint, readLists, func(f *found[*listed]) error {
					for _, l := range f.rows {
						if x != nil && l.content != nil {
							if _, err := x.put(l.frame, l.name, l.content); err != nil {
								return fmt.Errorf("--extract: %w", err)
							}
						}
						if diff {
							l.content = nil
							all = append(all, l)
							continue
						}
						if asJSON {
							if err := put(l.row(rows, keys)); err != nil {
								return err
							}
							continue
						}
						fmt.Fprintf(w, "==> %s\n", report.Clean(l.where()))
						if err := l.WriteListing(w, keys...); err != nil {
							return fmt.Errorf("writing to standard output: %w", err)
						}
						fmt.Fprintln(w)
					}
					return nil
				})
				if err != nil || !diff {
					return err
				}
				return showChanges(e, w, all, asJSON)
			})
		},
	}
	listingFlags(cmd, e, &asJSON, func(fs *pflag.FlagSet) {
		fs.StringArrayVar(&verifyWith, "verify-with", nil, "check signatures with the keys in `FILE`: PEM, DER or a trust list; may repeat")
		fs.StringVar(&extract, "extract", "", "write each file into the folder `DIR`, as FRAME-FILE when it came out of a capture, with every byte of it")
		fs.BoolVar(&diff, "diff", false, "show what changed from each list to the next of its kind")
	})
	return cmd
}

// readKeys reads the files of --verify-with.
func readKeys(files []string) ([]trustlist.NamedKey, error) {
	var keys []trustlist.NamedKey
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			return nil, usagef("--verify-with: %v", err)
		}
		data, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
		f.Close()
		if err != nil {
			return nil, usagef("--verify-with: %v", err)
		}
		k, err := trustlist.ReadKeys(filepath.Base(path), data)
		if len(k) == 0 && err != nil {
			return nil, usagef("--verify-with: %v", err).hinting("PEM and DER certificates or public keys, and trust lists are read")
		}
		keys = append(keys, k...)
	}
	return keys, nil
}

// readLists finds the lists and signed files of one input.
func readLists(in intake.Input) []*found[*listed] {
	o := dissect.DefaultOptions()
	o.TLSPorts = nil // lists come by transfers
	captures := capturing[*listed]{options: o, handler: func(f *found[*listed]) dissect.Handler { return &listHandler{f: f} }, place: (*listed).place}
	if in.Parts != nil {
		return captures.read(in)
	}
	f := &found[*listed]{name: in.Name, entered: true}
	r, err := in.Open()
	if err != nil {
		f.problems = append(f.problems, err.Error())
		return []*found[*listed]{f}
	}
	defer r.Close()
	br := bufio.NewReaderSize(r, 64<<10)
	head, _ := br.Peek(16) // an error comes again below
	if isCapture(head) {
		captures.from(br, f)
	} else {
		listsFrom(in.Name, br, f)
	}
	return []*found[*listed]{f}
}

// place says where a list came from.
func (l *listed) place(at *located) int {
	part, name, local := at.at(l.frame)
	l.source, l.frame = name, local
	return part
}

// listsFrom finds the lists and signed files of a file or text.
func listsFrom(name string, br io.Reader, f *found[*listed]) {
	data, err := io.ReadAll(io.LimitReader(br, maxListFile+1))
	if err != nil {
		f.problems = append(f.problems, fmt.Sprintf("byte %d: %v", len(data), err))
	}
	if len(data) > maxListFile {
		data = data[:maxListFile]
		f.problems = append(f.problems, fmt.Sprintf("only the first %d bytes were read", maxListFile))
	}
	if trustlist.Detect(data) {
		list, err := trustlist.Parse(data)
		if err != nil {
			f.problems = append(f.problems, err.Error())
			return
		}
		f.read = true
		f.rows = append(f.rows, &listed{File: list, source: name, name: filepath.Base(filepath.FromSlash(name)), content: data})
		return
	}
	for _, list := range trustlist.ParseListings(data) {
		f.read = true
		f.rows = append(f.rows, &listed{File: list, source: name, name: name})
	}
	if !f.read && len(f.problems) == 0 {
		f.problems = append(f.problems, "no trust list, signed file, capture or listing")
	}
}

// listHandler keeps the transfers of a capture that carried a list or signed
// file.
type listHandler struct {
	f    *found[*listed]
	same map[string]*listed // whole ones by their SHA-256
}

func (h *listHandler) Connection(*dissect.Connection) {}

func (h *listHandler) Transfer(t *dissect.Transfer) {
	if !trustlist.Detect(t.Content) {
		return
	}
	whole := t.Outcome == dissect.OutcomeComplete && !t.Clipped
	if l := h.same[t.SHA256]; whole && l != nil {
		again := *l
		again.frame, again.name, again.client, again.server = t.First.Frame, secret.Text(t.File), t.Client, t.Server
		h.f.rows = append(h.f.rows, &again)
		return
	}
	list, err := trustlist.Parse(t.Content)
	if err != nil {
		h.f.remarks = append(h.f.remarks, remark{t.First.Frame, err.Error()})
		return
	}
	name := secret.Text(t.File)
	if !whole {
		list.MarkPartial()
		name += ".part"
	}
	l := &listed{File: list, source: h.f.name, frame: t.First.Frame, name: name, client: t.Client, server: t.Server, content: t.Content}
	h.f.rows = append(h.f.rows, l)
	if whole && t.SHA256 != "" {
		if h.same == nil || len(h.same) >= maxSameLists {
			h.same = map[string]*listed{}
		}
		h.same[t.SHA256] = l
	}
}

// row makes the JSON form. rows are those made before, of files that may come
// again.
func (l *listed) row(rows map[*trustlist.File]*trustlist.Row, keys []trustlist.NamedKey) listedRow {
	made := rows[l.File]
	if made == nil {
		made = l.Row(keys...)
		if len(rows) >= maxSameLists {
			clear(rows)
		}
		rows[l.File] = made
	}
	own := *made
	r := listedRow{Row: &own}
	r.Source = l.source
	if l.frame > 0 {
		client, server := l.client.String(), l.server.String()
		r.Frame, r.Client, r.Server = &l.frame, &client, &server
	}
	return r
}

// showChanges compares each list with the one before it of the same kind. Equal
// lists one after the other are one list.
func showChanges(e *env, w *bufio.Writer, all []*listed, asJSON bool) error {
	put := jsonLines(w)
	before := map[string]*listed{}
	compared := false
	for _, b := range all {
		a := before[b.Kind]
		before[b.Kind] = b
		if a == nil || b.Kind != trustlist.KindCTL && b.Kind != trustlist.KindITL {
			continue
		}
		compared = true
		changes := trustlist.Diff(a.File, b.File)
		if p, q := a.File.SHA1, b.File.SHA1; len(changes) == 0 && p != "" && q != "" && p != q {
			changes = []trustlist.Change{{Kind: trustlist.ChangeBytes, Text: fmt.Sprintf("header, signer and records say the same, but the bytes differ: SHA-1 %s became %s", p, q)}}
		}
		if asJSON {
			if changes == nil {
				changes = []trustlist.Change{}
			}
			if err := put(changeRow{b.Kind, a.where(), b.where(), changes}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(w, "--- %s\n+++ %s\n", report.Clean(a.where()), report.Clean(b.where()))
		if len(changes) == 0 {
			fmt.Fprintln(w, "  no difference")
		}
		for _, c := range changes {
			fmt.Fprintf(w, "  %s\n", report.Clean(c.Text))
		}
		fmt.Fprintln(w)
	}
	if !compared {
		e.warn("--diff: there are no two lists of one kind to compare")
	}
	return nil
}

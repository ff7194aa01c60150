package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"trustline/cmd/internal/intake"
	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/report"
	"trustline/report/html"
)

// The files of a case in OUT/CASE.
const (
	caseHTML = "report.html"
	caseJSON = "report.json"
	caseNote = "case.json"
)

// caseSchema names the form of caseNote.
const caseSchema = "trustline/batch-case/v1"

// batchCase is one case on its way.
type batchCase struct {
	path        string
	name        string // of the child; that of the row may be another
	folder      string // below OUT
	bytes       int64  // of its files
	fingerprint string
	known       *report.Summary // of an earlier run, when nothing changed since

	row  report.Case
	err  error
	said bytes.Buffer // warnings
	done chan struct{}
}

// note is what caseNote holds. It tells nothing of the inputs but whether they
// changed, so that a folder of redacted reports can be handed on.
type note struct {
	Schema      string           `json:"schema"`
	Fingerprint string           `json:"fingerprint"`
	Files       map[string]int64 `json:"files"` // sizes of the reports
	Redacted    bool             `json:"redacted"`
	Summary     report.Summary   `json:"summary"`
}

// cases lists the children of the folder, in the order of their names.
func (b *batch) cases() ([]*batchCase, error) {
	info, err := os.Stat(b.dir)
	if err != nil {
		return nil, &failure{status: exitNothing, err: fmt.Errorf("%s: %s", b.dir, reason(err))}
	}
	if !info.IsDir() {
		return nil, usagef("%s is not a folder", b.dir).hinting("trustline analyze reads a single case")
	}
	home, err := os.Stat(b.out)
	if err == nil && os.SameFile(info, home) {
		return nil, usagef("-o %s: is the folder of the cases itself", b.out).hinting("name a folder of its own, like -o %s", filepath.Join(b.out, "reports"))
	}
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return nil, &failure{status: exitNothing, err: fmt.Errorf("%s: %s", b.dir, reason(err))}
	}
	// Names that are not for cases: the pages over all, and where the cases
	// stand themselves when that is in OUT.
	taken := map[string]bool{"index.html": true, "summary.csv": true}
	if rel, err := filepath.Rel(real(b.out), real(b.dir)); err == nil && !strings.HasPrefix(rel, "..") {
		first, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		taken[strings.ToLower(first)] = true
	}
	var out []*batchCase
	for _, entry := range entries { // sorted by name
		path := filepath.Join(b.dir, entry.Name())
		info, err := os.Stat(path)
		if strings.HasPrefix(entry.Name(), ".") || err == nil && (home != nil && os.SameFile(info, home) || written(path)) {
			continue
		}
		c := &batchCase{path: path, name: entry.Name(), done: make(chan struct{})}
		if c.row.Name = c.name; b.flags.redact.wanted() { // a name tells whose case it is
			c.row.Name = fmt.Sprintf("case-%03d", len(out)+1)
		}
		c.folder = free(taken, c.row.Name)
		switch {
		case err != nil:
			c.err = errors.New(reason(err))
		case !info.IsDir() && !info.Mode().IsRegular():
			c.err = errors.New("neither a file nor a folder: not read")
		default:
			b.look(c)
		}
		out = append(out, c)
	}
	return out, nil
}

// skip names OUT as the walk through the cases will meet it: DIR and OUT may be
// given through links.
func (b *batch) skip() []string {
	out := []string{absolute(b.out), real(b.out)}
	if rel, err := filepath.Rel(real(b.dir), real(b.out)); err == nil {
		out = append(out, filepath.Join(absolute(b.dir), rel))
	}
	return out
}

// look finds out whether a case changed since the last run.
func (b *batch) look(c *batchCase) {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%q\n%s\n%q\n", caseSchema, versionLine(), b.settings, c.name)
	for _, f := range intake.List([]string{c.path}, intake.Options{Skip: b.skip()}).Files() {
		c.bytes += max(0, f.Size)
		fmt.Fprintf(h, "%q %d %d %q\n", f.Name, f.Size, f.Changed.UnixNano(), f.Problem)
	}
	c.fingerprint = hex.EncodeToString(h.Sum(nil))
	if b.force {
		return
	}
	n := readNote(filepath.Join(b.out, c.folder, caseNote))
	if n == nil || n.Fingerprint != c.fingerprint {
		return
	}
	for _, name := range []string{caseHTML, caseJSON} {
		info, err := os.Stat(filepath.Join(b.out, c.folder, name))
		if err != nil || info.Size() != n.Files[name] {
			return
		}
	}
	c.known = &n.Summary
}

// readNote reads a note, nil when it is none.
func readNote(path string) *note {
	var n note
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &n) != nil || n.Schema != caseSchema {
		return nil
	}
	return &n
}

// plain gives the folder of a case that an earlier run wrote without
// pseudonyms, "" when there is none. It would be handed on with those that have
// them.
func (b *batch) plain() string {
	entries, _ := os.ReadDir(b.out) // it may not be there yet
	for _, e := range entries {
		if n := readNote(filepath.Join(b.out, e.Name(), caseNote)); n != nil && !n.Redacted {
			return filepath.Join(b.out, e.Name())
		}
	}
	return ""
}

// write writes the reports of a case: all or none. The note goes away before
// and comes last, so that it never stands beside reports of another run.
func (b *batch) write(c *batchCase, r *correlate.Report) error {
	dir := filepath.Join(b.out, c.folder)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(dir, caseNote)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	n := note{Schema: caseSchema, Fingerprint: c.fingerprint, Files: map[string]int64{}, Redacted: b.flags.redact.wanted(), Summary: c.row.Summary}
	sized := func(name string, write func(io.Writer) error) fileText {
		return fileText{filepath.Join(dir, name), func(w *bytes.Buffer) error {
			err := cmp.Or(write(w), readBack(r))
			n.Files[name] = int64(w.Len())
			return err
		}}
	}
	return writeFiles(
		sized(caseHTML, func(w io.Writer) error {
			return html.HTML(w, r, html.Options{Title: c.row.Name, Zone: b.options.Zone, MaxBytes: int(b.judging.out.max)})
		}),
		sized(caseJSON, func(w io.Writer) error { return report.JSON(w, r) }),
		fileText{filepath.Join(dir, caseNote), func(w *bytes.Buffer) error {
			enc := json.NewEncoder(evidence.Plain(w))
			enc.SetIndent("", "  ")
			return enc.Encode(n)
		}},
	)
}

// reasons says why there is no report, in lines that do not begin with the name
// of a case that is one file.
func (c *batchCase) reasons() []string {
	lines := strings.Split(c.err.Error(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, c.name+": ")
	}
	return lines
}

// forget removes the reports of an earlier run.
func (c *batchCase) forget(out string) {
	dir := filepath.Join(out, c.folder)
	for _, name := range []string{caseNote, caseHTML, caseJSON} {
		os.Remove(filepath.Join(dir, name))
	}
	os.Remove(dir) // only when it is empty
}

// fileText is a file with what makes its content.
type fileText struct {
	path  string
	write func(*bytes.Buffer) error
}

// writeFiles writes files, in their order; when one fails, none appears. An
// error names the file.
func writeFiles(files ...fileText) error {
	var done []*newFile
	defer func() {
		for _, f := range done {
			f.discard()
		}
	}()
	for _, t := range files {
		var text bytes.Buffer
		if err := t.write(&text); err != nil {
			return fmt.Errorf("%s: %w", t.path, err)
		}
		f, err := createFile(t.path)
		if err != nil {
			return unwritten(t.path, err)
		}
		done = append(done, f)
		if _, err := f.Write(text.Bytes()); err != nil {
			return unwritten(t.path, err)
		}
	}
	for i, f := range done {
		if err := f.commit(); err != nil {
			return unwritten(files[i].path, err)
		}
	}
	return nil
}

// reason is what the system says, without the path that we name ourselves.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// free makes a folder name of a child's name that no other child has, also
// where upper and lower case are the same.
func free(taken map[string]bool, name string) string {
	stem := folderName(name)
	try := stem
	for i := 2; taken[strings.ToLower(try)]; i++ {
		try = stem + "-" + strconv.Itoa(i)
	}
	taken[strings.ToLower(try)] = true
	return try
}

// written tells whether a folder is the OUT of a batch, by its summary.csv.
func written(dir string) bool {
	f, err := os.Open(filepath.Join(dir, "summary.csv"))
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(report.SummaryHeader()))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == report.SummaryHeader()
}

// absolute is a path from the root, as far as the system tells.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return filepath.Clean(path)
}

// real is an absolute path without links, as far as it is there.
func real(path string) string {
	if r, err := filepath.EvalSymlinks(absolute(path)); err == nil {
		return r
	}
	return absolute(path)
}

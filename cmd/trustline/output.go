package main

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trustline/correlate"
	"trustline/report"
	"trustline/report/html"
)

// writing is what the writers want to know.
type writing struct {
	text     report.Options
	maxBytes int // of an HTML page, 0 for the usual
}

// format is one way to write a report.
type format struct {
	name  string   // for --format, "" when it is only for files
	exts  []string // of -o, the first is the usual one
	write func(w io.Writer, r *correlate.Report, o writing) error
}

var formats = []format{
	{"text", []string{".txt"}, func(w io.Writer, r *correlate.Report, o writing) error { return report.Terminal(w, r, o.text) }},
	{"json", []string{".json"}, func(w io.Writer, r *correlate.Report, _ writing) error { return report.JSON(w, r) }},
	{"html", []string{".html", ".htm"}, func(w io.Writer, r *correlate.Report, o writing) error {
		return html.HTML(w, r, html.Options{Zone: o.text.Zone, MaxBytes: o.maxBytes})
	}},
	{"markdown", []string{".md", ".markdown"}, func(w io.Writer, r *correlate.Report, _ writing) error { return report.Markdown(w, r) }},
	{"", []string{".csv"}, func(w io.Writer, r *correlate.Report, _ writing) error { return report.CSV(w, r) }},
}

func formatNames() []string {
	var names []string
	for _, f := range formats {
		if f.name != "" {
			names = append(names, f.name)
		}
	}
	return names
}

// outputFlags say where the report goes.
type outputFlags struct {
	zone    *time.Location // of --tz, a judge flag
	format  string
	files   []string
	noColor bool
	verbose bool
	max     size
}

func (o *outputFlags) add(cmd *cobra.Command, e *env) {
	addGroup(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.StringVar(&o.format, "format", "", "print the report as `"+strings.Join(formatNames(), "|")+"` (default text, or nothing with -o)")
		fs.StringArrayVarP(&o.files, "output", "o", nil, "write the report to `FILE`, in the form its extension names (.txt .json .html .md .csv); may repeat")
		fs.BoolVar(&o.verbose, "verbose", false, "in text, every phone and every line of the timelines")
		fs.Var(&o.max, "max-report", "largest HTML page, like 5MB; what does not fit is reduced to its row, and the page says so (default 10MB)")
		fs.BoolVar(&o.noColor, "no-color", false, "no colour, also on a terminal")
		fs.BoolVar(&e.quiet, "quiet", false, "nothing on standard error but errors")
	})
	complete(cmd, "format", formatNames()...)
}

// target is a place that a report is written to.
type target struct {
	path   string // "" is standard output
	format format
}

// targets checks the flags before any work is done.
func (o *outputFlags) targets() ([]target, error) {
	var out []target
	for _, path := range o.files {
		ext := strings.ToLower(filepath.Ext(path))
		i := slices.IndexFunc(formats, func(f format) bool { return slices.Contains(f.exts, ext) })
		if i < 0 {
			return nil, usagef("-o %s: the extension %q names no form of report", path, ext).hinting("known are .txt .json .html .md .csv")
		}
		dir, err := os.Stat(filepath.Dir(path))
		if err == nil && !dir.IsDir() {
			err = errors.New("not a folder")
		}
		if err != nil {
			return nil, usagef("-o %s: there is no folder %s", path, filepath.Dir(path))
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return nil, usagef("-o %s: is a folder", path)
		}
		out = append(out, target{path, formats[i]})
	}
	name := o.format
	if name == "" && len(out) == 0 {
		name = "text"
	}
	if name != "" {
		i := slices.IndexFunc(formats, func(f format) bool { return f.name == name })
		if i < 0 {
			return nil, usagef("--format: unknown format %q", name).hinting("known are %s", strings.Join(formatNames(), ", "))
		}
		out = append(out, target{"", formats[i]})
	}
	return out, nil
}

// write writes the report everywhere. Files appear whole or not at all: each is
// written beside its place under another name, and all are put into place when
// the last is done.
func (o *outputFlags) write(e *env, targets []target, r *correlate.Report) (err error) {
	var done []*newFile
	defer func() {
		for _, f := range done {
			f.discard()
		}
	}()
	for _, t := range targets {
		if t.path == "" {
			continue
		}
		f, err := createFile(t.path)
		if err != nil {
			return unwritten(t.path, err)
		}
		done = append(done, f)
		if err := t.format.write(f, r, writing{report.Options{Zone: o.zone, Verbose: o.verbose}, int(o.max)}); err != nil {
			return unwritten(t.path, err)
		}
	}
	for _, f := range done {
		if err := f.commit(); err != nil {
			return unwritten(f.path, err)
		}
	}
	for _, t := range targets {
		if t.path != "" {
			continue
		}
		w := bufio.NewWriter(e.stdout)
		err := t.format.write(w, r, writing{report.Options{Width: e.width, Color: e.color && !o.noColor, Zone: o.zone, Verbose: o.verbose}, int(o.max)})
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			return fmt.Errorf("writing to standard output: %w", err)
		}
	}
	return nil
}

// unwritten names the file that was meant, and not the temporary one, with what
// the system says.
func unwritten(path string, err error) error {
	var (
		pe *fs.PathError
		le *os.LinkError
	)
	switch {
	case errors.As(err, &pe):
		err = pe.Err
	case errors.As(err, &le):
		err = le.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// newFile is a file on its way to replace another, or to appear.
type newFile struct {
	*os.File
	path string // where it is to be
	temp string // where it is, "" when it is written in place
}

// maxTempName is how much of a file's name stands in that of its temporary file,
// which is longer than it by 18 bytes. Names have 255 bytes at most.
const maxTempName = 200

// salt makes the name of a temporary file like no other.
func salt() string {
	var b [6]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// createFile begins a file. A name that is a device or pipe is written to as it
// is, because replacing it would not be what was meant.
func createFile(path string) (*newFile, error) {
	mode := fs.FileMode(0o666) // less the user's mask
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // what a link points to is replaced, not the link
	}
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return nil, err
			}
			return &newFile{File: f, path: path}, nil
		}
		mode = info.Mode().Perm()
	}
	base := filepath.Base(path)
	base = strings.ToValidUTF8(base[:min(len(base), maxTempName)], "") // systems bound the length of a name
	temp := filepath.Join(filepath.Dir(path), "."+base+"."+salt()+".tmp")
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, err
	}
	return &newFile{File: f, path: path, temp: temp}, nil
}

// commit puts the file into its place.
func (f *newFile) commit() error {
	err := f.Close()
	if err == nil && f.temp != "" {
		err = os.Rename(f.temp, f.path)
		if err == nil {
			f.temp = ""
		}
	}
	return err
}

// discard removes what was not put into place.
func (f *newFile) discard() {
	f.Close()
	if f.temp != "" {
		os.Remove(f.temp)
	}
}

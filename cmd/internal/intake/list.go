package intake

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Stdin is the path that stands for standard input.
const Stdin = "-"

// Options are what the walk needs from outside.
type Options struct {
	Stdin   io.Reader     // read for the path "-"
	TempDir string        // for spools; "" is the system's
	Skip    []string      // files and folders that are no inputs: what this run writes
	Read    func(n int64) // told of the bytes read from the files listed; may be nil; called by several goroutines

	// First gives the time of the first packet of a capture, the zero time
	// when it holds none; false when it is no capture or has no times. Without
	// it no series are found. It need not read to the end.
	First func(r io.Reader) (time.Time, bool)

	// Trace names the dialect of a server's trace by its first bytes, "" when
	// they are none. Without it no series of traces are found.
	Trace func(head []byte) string
}

// file is one entry of the plan: a file on disk, standard input or a problem.
type file struct {
	name    string
	path    string // absolute, or Stdin
	root    string // absolute folder that rel is relative to
	rel     string // with '/'
	size    int64  // -1: a stream
	problem *Problem
}

// Plan is the files that were found under the paths, in order.
type Plan struct {
	files []*file
	opt   Options
	total int64
}

// Total is the size of all files together, as far as it is known.
func (p *Plan) Total() int64 { return p.total }

// List looks at the paths and into folders, without opening a file. The order
// is that of the arguments, and sorted by name within each.
func List(paths []string, opt Options) *Plan {
	l := &lister{skip: map[string]bool{}}
	for _, s := range opt.Skip {
		if abs, err := filepath.Abs(s); err == nil {
			l.skip[abs] = true
		}
	}
	seen := map[string]bool{}
	for _, p := range paths {
		abs := p
		if p != Stdin {
			var err error
			if abs, err = filepath.Abs(p); err != nil {
				abs = filepath.Clean(p)
			}
		}
		if !seen[abs] { // a path given twice is one path
			seen[abs] = true
			l.argument(p, abs)
		}
	}
	distinguish(l.files)
	plan := &Plan{files: l.files, opt: opt}
	for _, f := range l.files {
		plan.total += max(0, f.size)
	}
	return plan
}

type lister struct {
	files []*file
	count int
	skip  map[string]bool
}

func (l *lister) argument(given, abs string) {
	if given == Stdin {
		l.files = append(l.files, &file{name: Stdin, path: Stdin, root: Stdin, rel: Stdin, size: -1})
		return
	}
	f := &file{path: abs, root: filepath.Dir(abs), rel: filepath.ToSlash(filepath.Base(abs)), size: -1}
	f.name = printable(f.rel)
	info, err := os.Stat(abs)
	switch {
	case err != nil:
		f.name = printable(filepath.ToSlash(given))
		f.problem = unopened(err)
		l.files = append(l.files, f)
	case info.IsDir():
		l.folder(abs)
	default: // also a pipe, when it is named: it is read once
		if info.Mode().IsRegular() {
			f.size = info.Size()
		}
		l.add(f)
	}
}

// unopened says in words why a path cannot be opened.
func unopened(err error) *Problem {
	var pe *fs.PathError
	reason := err.Error()
	if errors.As(err, &pe) {
		reason = pe.Err.Error()
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Problem{Kind: KindMissing, What: "there is no such file or folder"}
	case errors.Is(err, fs.ErrPermission):
		return &Problem{Kind: KindUnreadable, What: "may not be read: permission denied"}
	}
	return &Problem{Kind: KindUnreadable, What: reason}
}

func (l *lister) add(f *file) bool {
	if l.skip[f.path] {
		return true
	}
	l.count++
	if l.count > maxFiles {
		return false
	}
	l.files = append(l.files, f)
	return true
}

// folder lists everything below root.
func (l *lister) folder(root string) {
	before := len(l.files)
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		real = root
	}
	d := &descent{lister: l, root: root, real: real, linked: map[string]bool{}}
	if !d.into(root, "") {
		d.problem("", &Problem{Kind: KindFolder, What: fmt.Sprintf("holds more than %d files: the rest was not read", maxFiles)})
	}
	if len(l.files) == before {
		d.problem("", &Problem{Kind: KindFolder, What: "the folder is empty"})
	}
}

// descent is the way through one folder given as an argument.
type descent struct {
	*lister
	root   string
	real   string          // root without links
	linked map[string]bool // folders entered through links, without links
}

func (d *descent) problem(rel string, p *Problem) {
	name := rel
	if rel == "" {
		name = filepath.ToSlash(filepath.Base(d.root))
	}
	d.files = append(d.files, &file{name: printable(name), path: filepath.Join(d.root, filepath.FromSlash(rel)), root: d.root, rel: rel, size: -1, problem: p})
}

// into lists one folder; false when there are too many files.
func (d *descent) into(dir, rel string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil { // what was listed before the error counts
		d.problem(rel, unopened(err))
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		sub := strings.TrimPrefix(rel+"/"+e.Name(), "/")
		info, err := os.Stat(path) // through links
		switch {
		case err != nil:
			d.problem(sub, unopened(err))
		case info.IsDir() && e.Type()&fs.ModeSymlink != 0:
			if !d.link(path, sub) {
				return false
			}
		case info.IsDir() && d.skip[path]:
		case info.IsDir():
			if !d.into(path, sub) {
				return false
			}
		case info.Mode().IsRegular():
			if !d.add(&file{name: printable(sub), path: path, root: d.root, rel: sub, size: info.Size()}) {
				return false
			}
		default: // reading a pipe or device nobody named may never end
			d.problem(sub, &Problem{Kind: KindUnreadable, What: "neither a file nor a folder: not read"})
		}
	}
	return true
}

// link follows a link to a folder, once, unless the folder is read anyway or
// would lead back to where we are.
func (d *descent) link(path, rel string) bool {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		d.problem(rel, unopened(err))
		return true
	}
	switch {
	case within(real, d.real), d.linked[real]:
		if here, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil && within(here, real) {
			d.problem(rel, &Problem{Kind: KindFolder, What: "a link to a folder above it: not followed"})
		}
		return true
	case within(d.real, real):
		d.problem(rel, &Problem{Kind: KindFolder, What: "a link to a folder above it: not followed"})
		return true
	}
	for other := range d.linked {
		if within(real, other) {
			return true
		}
	}
	d.linked[real] = true
	return d.into(path, rel)
}

// within tells whether path is dir or lies below it.
func within(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

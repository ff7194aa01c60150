package intake

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/klauspost/compress/flate"
)

// Compression methods of members, APPNOTE.TXT section 4.4.5, that have to be
// unpacked by other means.
var zipMethods = map[uint16]string{
	1: "shrink", 6: "implode", 9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstd", 95: "xz", 98: "ppmd", 99: "AES",
}

// disk opens a file for random access.
func (w *walker) disk(path string) (io.ReaderAt, int64, *handle, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, nil, err
	}
	h := newHandle(func() { f.Close() })
	if w.opt.Read == nil {
		return f, info.Size(), h, nil
	}
	return countedAt{f, w.opt.Read}, info.Size(), h, nil
}

type countedAt struct {
	io.ReaderAt
	tell func(n int64)
}

func (c countedAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.tell(int64(n))
	return n, err
}

// zip enters the members of a zip archive: by its directory, or, when that is
// gone because the file was cut, from one member to the next.
func (w *walker) zip(n node, r io.Reader) error {
	open := n.disk
	if open == nil {
		open = func() (io.ReaderAt, int64, *handle, error) { return w.spool(metered{r, w.budget}) }
	}
	at, size, h, err := open()
	if errors.Is(err, errBudget) {
		return err
	}
	if err != nil {
		return w.problem(n.name, Problem{Kind: KindArchive, What: "zip: " + err.Error()})
	}
	defer h.release()
	zr, err := zip.NewReader(at, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // a name is only a name here
		if err := w.problem(n.name, Problem{Kind: KindArchive, What: fmt.Sprintf("the directory of the zip archive cannot be read (%v): its members are read one after the other", err)}); err != nil {
			return err
		}
		return w.salvage(n, io.NewSectionReader(at, 0, size))
	}
	zr.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser { return flate.NewReader(r) })
	if len(zr.File) == 0 {
		return w.problem(n.name, Problem{Kind: KindArchive, What: "an archive without members"})
	}
	late, err := w.members(n, zr, h, uint64(size))
	if err != nil {
		return err
	}
	for _, c := range late {
		c.late = nil
		if err := w.enter(c); err != nil {
			return err
		}
	}
	return nil
}

// members enters the members of a zip archive in its order, but for those that
// could use up the budget alone: they are returned, to be entered when the
// others have been, so that a bomb takes nothing from its neighbours.
func (w *walker) members(n node, zr *zip.Reader, h *handle, size uint64) (late []node, err error) {
	seen := names{}
	series := w.zipSeries(zr)
	taken := map[int]bool{} // members that were handed out as parts of a series
	last := ""
	var packed uint64
	for i, f := range zr.File {
		if i == maxMembers {
			return late, w.problem(n.name, tooMany(last))
		}
		if f.Mode().IsDir() || f.Mode()&fs.ModeSymlink != 0 {
			continue
		}
		if g := series[i]; g != nil {
			if err := w.joinZip(n, zr, g, h, size, taken); err != nil {
				return nil, err
			}
			for _, k := range g {
				delete(series, k) // they are tried once
			}
		}
		name := seen.take(n.name, f.Name)
		// Members that lie over each other make a small file unpack without
		// end; no archiver writes them.
		if packed += f.CompressedSize64; f.CompressedSize64 > size || packed > size {
			return late, w.problem(n.name, Problem{Kind: KindArchive, Where: after(last), What: "the members overlap or are larger than the archive: the rest was not read"})
		}
		last = f.Name
		if taken[i] {
			continue
		}
		if why := closed(f.Flags, f.Method); why != "" {
			if err := w.problem(name, Problem{Kind: KindArchive, What: why}); err != nil {
				return nil, err
			}
			continue
		}
		c := zipNode(n, name, f, h)
		c.late = &late
		if err := w.enter(c); err != nil {
			return nil, err
		}
	}
	return late, nil
}

// zipNode is a member of a zip archive. Its time is no hint, see byPhone.
func zipNode(archive node, name string, f *zip.File, h *handle) node {
	c := node{name: name, size: int64(min(f.UncompressedSize64, 1<<62)), depth: archive.depth + 1, h: h, hints: hintsOf(name)}
	c.most = c.size
	c.open = func() (io.ReadCloser, error) { return openMember(f) }
	return c
}

// zipSeries finds the members whose names look like parts of one capture.
func (w *walker) zipSeries(zr *zip.Reader) map[int][]int {
	if w.opt.First == nil && w.opt.Trace == nil {
		return nil
	}
	return rotated(min(len(zr.File), maxMembers), func(i int) (string, bool) {
		f := zr.File[i]
		return memberName(f.Name), f.Mode().IsRegular() && closed(f.Flags, f.Method) == ""
	})
}

// joinZip hands out members as one series, if they are one, and notes which
// are part of it.
func (w *walker) joinZip(n node, zr *zip.Reader, g []int, h *handle, size uint64, taken map[int]bool) error {
	list := make([]node, len(g))
	index := map[string]int{}
	var packed uint64
	for i, k := range g {
		f := zr.File[k]
		if packed += f.CompressedSize64; f.CompressedSize64 > size || packed > size {
			return nil // the members overlap, which is told later
		}
		list[i] = zipNode(n, names{}.take(n.name, f.Name), f, h)
		index[list[i].name] = k
	}
	joined, err := w.join(candidates(list))
	for _, name := range joined {
		taken[index[name]] = true
	}
	return err
}

// closed says why a member cannot be unpacked, "" when it can.
func closed(flags, method uint16) string {
	const encrypted = 1
	if flags&encrypted != 0 {
		return "zip: encrypted: unpack it with its password and give the folder"
	}
	if method == zip.Store || method == zip.Deflate {
		return ""
	}
	name := zipMethods[method]
	if name == "" {
		name = fmt.Sprint(method)
	}
	return fmt.Sprintf("zip: compression method %s: unpack it and give the folder", name)
}

// openMember opens a member so that its errors are worded like the others.
func openMember(f *zip.File) (io.ReadCloser, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("intake: zip: %w", err)
	}
	return zipMember{r}, nil
}

type zipMember struct{ io.ReadCloser }

func (m zipMember) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	switch {
	case err == nil, err == io.EOF:
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("intake: zip: the member ends early: %w", err)
	case errors.Is(err, zip.ErrChecksum):
		err = fmt.Errorf("intake: zip: the checksum differs, some of the bytes are wrong: %w", err)
	default:
		err = fmt.Errorf("intake: zip: %w", err)
	}
	return n, err
}

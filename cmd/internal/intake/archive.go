package intake

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/klauspost/compress/gzip"
)

// gunzip enters what is inside gzip, under the same name. A file that was
// still being written when it was collected (.gzo) ends early: what came before
// is read, and the end is told as a problem of its content.
func (w *walker) gunzip(n node, f io.ReadCloser, r io.Reader) error {
	if !n.once {
		f.Close()
		return w.enter(gunzipped(n))
	}
	child := n
	child.depth++
	child.size = -1
	child.disk = nil
	child.open = func() (io.ReadCloser, error) { return unzipper(r, f) }
	return w.enter(child)
}

// gunzipped is what is inside a gzip node that can be opened at any time.
func gunzipped(n node) node {
	child := n
	child.depth++
	child.size = -1
	child.disk = nil
	child.open = func() (io.ReadCloser, error) {
		f, err := n.open()
		if err != nil {
			return nil, err
		}
		return unzipper(f, f)
	}
	packed := n.size
	if packed < 0 {
		packed = n.most // gzip in gzip
	}
	child.most = math.MaxInt64
	if packed < math.MaxInt64/(2*deflateRatio) {
		child.most = deflateGrace + deflateRatio*packed
	}
	return child
}

// inflated is the content of a gzip stream.
type inflated struct {
	z      *gzip.Reader
	closer io.Closer
}

func unzipper(r io.Reader, c io.Closer) (io.ReadCloser, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		c.Close()
		return nil, gzipError(err)
	}
	return &inflated{z: z, closer: c}, nil
}

func (g *inflated) Read(p []byte) (int, error) {
	n, err := g.z.Read(p)
	if err != nil && err != io.EOF {
		err = gzipError(err)
	}
	return n, err
}

func (g *inflated) Close() error { return g.closer.Close() }

// gzipError says what the library's errors mean for the content.
func gzipError(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("intake: gzip: ends early: %w", io.ErrUnexpectedEOF)
	case errors.Is(err, gzip.ErrHeader):
		return fmt.Errorf("intake: gzip: bytes that are no gzip follow: %w", err)
	case errors.Is(err, gzip.ErrChecksum):
		return fmt.Errorf("intake: gzip: the checksum differs, some of the bytes are wrong: %w", err)
	case errors.Is(err, errBudget):
		return err
	}
	return fmt.Errorf("intake: gzip: %w", err)
}

// tar enters the members of a tar archive, as they come out of the stream.
func (w *walker) tar(n node, r io.Reader) error {
	tr := tar.NewReader(r)
	seen := names{}
	last := ""
	rotated := &row{w: w}
	for i := 0; ; i++ {
		h, err := tr.Next()
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			if err := rotated.flush(); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF && i == 0:
			return w.problem(n.name, Problem{Kind: KindArchive, What: "an archive without members"})
		case err == io.EOF:
			return nil
		case errors.Is(err, tar.ErrInsecurePath): // a name is only a name here
		case errors.Is(err, errBudget):
			return err
		case err != nil:
			return w.problem(n.name, Problem{Kind: KindArchive, Where: after(last), What: "the tar archive is damaged or ends early: " + reason(err)})
		}
		if i == maxMembers {
			return w.problem(n.name, tooMany(last))
		}
		if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse {
			continue // folders, and links to members that are here anyway
		}
		last = h.Name
		c := node{name: seen.take(n.name, h.Name), size: h.Size, depth: n.depth + 1, once: true, open: once(tr)}
		c.hints = hintsOf(c.name)
		if byPhone(n.name) {
			c.hints.Modified = h.ModTime.UTC()
		}
		held, err := rotated.take(c, h.Size, tr)
		if err != nil {
			return err
		}
		if held {
			continue
		}
		if err := w.enter(c); err != nil {
			return err
		}
	}
}

func after(member string) string {
	if member == "" {
		return "before the first member"
	}
	return "after " + printable(member)
}

func tooMany(last string) Problem {
	return Problem{Kind: KindArchive, Where: after(last), What: fmt.Sprintf("more than %d members: the rest was not read", maxMembers)}
}

func reason(err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "no more bytes"
	}
	return err.Error()
}

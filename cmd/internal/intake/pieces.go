package intake

import (
	"bytes"
	"io"
)

// Pieces in which a stream is held: the first one, and the longest.
const (
	firstPiece  = 8 << 10
	largestMost = 512 << 10
)

// pieces are the beginning of a stream. One slice that grows would be copied
// again and again, and take several times its size on the way; and what has been
// read of a large one would stay until the last of it has.
type pieces [][]byte

// readPieces reads most bytes, or up to the error that ends the stream. The end
// of it is no error.
func readPieces(r io.Reader, most int) (pieces, error) {
	var p pieces
	for size := firstPiece; most > 0; size = min(2*size, largestMost) {
		b := make([]byte, min(size, most))
		n := 0
		var err error
		for n < len(b) && err == nil {
			var k int
			k, err = r.Read(b[n:])
			n += k
		}
		p = append(p, b[:n])
		most -= n
		if err == io.EOF {
			return p, nil
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

// open is for a stream that the pieces hold to its end, up to the error that
// ended it.
func (p pieces) open(err error) func() (io.ReadCloser, error) {
	if err == nil {
		err = io.EOF
	}
	return func() (io.ReadCloser, error) { return io.NopCloser(p.reader(failing{err})), nil }
}

func (p pieces) size() int64 {
	n := 0
	for _, b := range p {
		n += len(b)
	}
	return int64(n)
}

// reader reads the pieces and then what follows. It lets go of each piece that
// was read.
func (p pieces) reader(rest io.Reader) io.Reader {
	all := make([]io.Reader, 0, len(p)+1)
	for _, b := range p {
		all = append(all, bytes.NewReader(b))
	}
	return io.MultiReader(append(all, rest)...)
}

package intake

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// Input is one file or archive member, or a Problem in the place of one.
type Input struct {
	// Name is relative to the argument, with '/'; archive members stand after
	// "!/". Bytes that are not printable UTF-8 are written as \xNN.
	Name string
	// Size is the length in bytes, -1 when it is not known before reading.
	Size int64
	// Hints is what the name and the archive tell about the content.
	Hints Hints
	// Open begins to read the content. A member that is too large to be held
	// and comes out of a stream can be opened once only.
	Open func() (io.ReadCloser, error)
	// Done says that the input will not be opened again. It must be called
	// once for every Input; an archive may wait for it, and a file is kept
	// open for it.
	Done func()
	// Parts are those of a rotated capture, in order, each with a name, a size
	// and an Open of its own. The Input itself then has no Open, the name of
	// the first part, and the Done of all.
	Parts []Input
	// Missing is of a part: how many parts before it are missing by their
	// numbers, -1 when the names do not tell.
	Missing int
	// Problem is set when there is nothing to open.
	Problem *Problem
}

// Kinds of problems.
const (
	KindMissing    = "missing"    // there is no such path
	KindUnreadable = "unreadable" // it is there, and may not or cannot be read
	KindArchive    = "archive"    // an archive or a part of one cannot be entered
	KindFolder     = "folder"     // a folder is empty or was not followed
)

// Problem says why a path or member, or the rest of an archive, is not among
// the inputs.
type Problem struct {
	Kind  string
	Where string // within the named input, "" for all of it
	What  string
}

// errOnce is the answer to a second Open of a stream.
var errOnce = errors.New("intake: this input can be read only once")

// held is a member whose content is in memory, up to the error that ended it.
func held(data []byte, err error) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		r := io.Reader(bytes.NewReader(data))
		if err != nil {
			r = io.MultiReader(r, failing{err})
		}
		return io.NopCloser(r), nil
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// once gives a reader away a single time.
func once(r io.Reader) func() (io.ReadCloser, error) {
	var mu sync.Mutex
	return func() (io.ReadCloser, error) {
		mu.Lock()
		defer mu.Unlock()
		if r == nil {
			return nil, errOnce
		}
		c := io.NopCloser(r)
		r = nil
		return c, nil
	}
}

// handle is an open file that is shared by the members of an archive and
// closed by the last one.
type handle struct {
	mu    sync.Mutex
	refs  int
	close func()
}

func newHandle(close func()) *handle { return &handle{refs: 1, close: close} }

func (h *handle) acquire() {
	if h != nil {
		h.mu.Lock()
		h.refs++
		h.mu.Unlock()
	}
}

func (h *handle) release() {
	if h == nil {
		return
	}
	h.mu.Lock()
	h.refs--
	last := h.refs == 0
	h.mu.Unlock()
	if last {
		h.close()
	}
}

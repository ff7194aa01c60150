package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"trustline/cmd/internal/scratch"
)

// spool makes a stream readable at random: in memory, and beyond spoolMemory
// in a scratch file, which the last release of the handle ends. A stream
// that ends with an error keeps what came before.
func (w *walker) spool(r io.Reader) (io.ReaderAt, int64, *handle, error) {
	data, err := io.ReadAll(io.LimitReader(r, spoolMemory+1))
	if errors.Is(err, errBudget) {
		return nil, 0, nil, err
	}
	if err != nil || len(data) <= spoolMemory {
		return bytes.NewReader(data), int64(len(data)), newHandle(func() {}), nil
	}
	f, end, err := scratch.File(w.opt.TempDir)
	if err != nil {
		return nil, 0, nil, fmt.Errorf("intake: no place to hold an archive inside another: %w", err)
	}
	h := newHandle(end)
	n, err := io.Copy(f, io.MultiReader(bytes.NewReader(data), io.LimitReader(r, maxSpool+1)))
	var pe *os.PathError
	switch {
	case errors.Is(err, errBudget):
	case errors.As(err, &pe): // writing failed
		err = fmt.Errorf("intake: holding an archive inside another: %w", err)
	case n > maxSpool:
		err = fmt.Errorf("intake: an archive of more than %d bytes inside another: unpack the outer one and give the folder", int64(maxSpool))
	default:
		return f, n, h, nil
	}
	h.release()
	return nil, 0, nil, err
}

package intake

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// What is held of a stream is its beginning as it was, however it came.
func TestPieces(t *testing.T) {
	broken := errors.New("broken")
	for _, n := range []int{0, 1, firstPiece - 1, firstPiece, firstPiece + 1, 3 * firstPiece, 3*largestMost + 7} {
		text := strings.Repeat("0123456789abcdef", n/16+1)[:n]
		for how, r := range map[string]io.Reader{
			"at once":           strings.NewReader(text),
			"by halves":         iotest.HalfReader(strings.NewReader(text)),
			"data with its end": iotest.DataErrReader(strings.NewReader(text)),
		} {
			p, err := readPieces(r, n+10)
			if err != nil || p.size() != int64(n) {
				t.Errorf("%d bytes, %s: %d bytes held, %v", n, how, p.size(), err)
			}
			for range 2 { // it can be opened again
				f, err := p.open(nil)()
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(f); string(got) != text || err != nil {
					t.Errorf("%d bytes, %s: %d bytes read, %v", n, how, len(got), err)
				}
			}
		}
		// The errors of readers are not to be taken for the end.
		for _, fault := range []error{broken, io.ErrUnexpectedEOF} {
			p, err := readPieces(io.MultiReader(strings.NewReader(text), iotest.ErrReader(fault)), n+10)
			if err != fault {
				t.Errorf("%d bytes and %v: %v", n, fault, err)
			}
			f, _ := p.open(err)()
			if got, err := io.ReadAll(f); string(got) != text || err != fault {
				t.Errorf("%d bytes and %v: %d bytes read, %v", n, fault, len(got), err)
			}
		}
		// No more is taken than was asked for, and the rest follows.
		r := strings.NewReader(text)
		p, err := readPieces(r, n/2)
		if err != nil || p.size() != int64(n/2) || r.Len() != n-n/2 {
			t.Errorf("half of %d: %d bytes, %d left, %v", n, p.size(), r.Len(), err)
		}
		if got, err := io.ReadAll(p.reader(r)); string(got) != text || err != nil {
			t.Errorf("half of %d and the rest: %d bytes, %v", n, len(got), err)
		}
	}
}

// To hold a stream takes its size, and little more.
func TestPiecesMemory(t *testing.T) {
	data := make([]byte, memberMemory)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p, err := readPieces(bytes.NewReader(data), memberMemory+1)
	runtime.ReadMemStats(&after)
	if err != nil || p.size() != memberMemory {
		t.Fatal(p.size(), err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > memberMemory*5/4 {
		t.Errorf("%d bytes were taken to hold %d", took, memberMemory)
	}
}

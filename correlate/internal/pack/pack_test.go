package pack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
)

type inner struct {
	Words []string
	Any   map[string]any
	Score float64
}

type outer struct {
	Name   string
	Number int
	Yes    bool
	In     *inner
	List   []inner
	Text   map[string]string
	Small  int32
	None   *int
}

func sample(i int) outer {
	n := i % 3
	return outer{Name: fmt.Sprintf("phone %d", i), Number: -i << 33, Yes: n == 1, Small: int32(i),
		In:   &inner{Words: []string{"", "a", "0adc6e7742914a53", "0ADC6E7742914A53", strings.Repeat("long ", 500)}, Score: 1e-6},
		List: []inner{{Any: map[string]any{"n": nil, "s": "common words", "i": i, "l": int64(i), "f": 0.5, "t": true, "no": false, "ss": []string{"x"}, "a": []any{1, "2"}, "m": map[string]any{"syn": 7}, "mm": map[string]any(nil)}}, {Words: []string{}}},
		Text: map[string]string{"load": "SCCP45.9-3-1S", "": "0011"}}
}

func TestRoundTrip(t *testing.T) {
	var table Table
	var all [][]byte
	for i := range 50 {
		v := sample(i)
		b, err := Append(&table, nil, &v)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	if len(all[49]) >= len(all[0])-2000 {
		t.Errorf("what came before takes as much again: %d, then %d bytes", len(all[0]), len(all[49]))
	}
	for i, b := range all {
		var got outer
		if err := Read(&table, b, &got); err != nil {
			t.Fatal(err)
		}
		want := sample(i)
		want.In.Any, want.List[1].Any = nil, nil
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%d: %+v", i, got)
		}
	}
	var none, got outer
	b, _ := Append(&table, nil, &none)
	if err := Read(&table, b, &got); err != nil || !reflect.DeepEqual(got, none) {
		t.Errorf("%+v %v", got, err)
	}
}

func TestUnknown(t *testing.T) {
	v := struct{ A any }{struct{}{}}
	if _, err := Append(&Table{}, nil, &v); err == nil {
		t.Error("a struct in an interface is packed")
	}
}

// TestWords: what comes again in another record is numbered, and what comes again
// within one is not.
func TestWords(t *testing.T) {
	var table Table
	for record, want := range []int{0, 1, 1} {
		table.Next()
		for range 3 {
			table.Word("said of all")
			table.Word(fmt.Sprintf("said of %d", record))
		}
		if len(table.words) != want {
			t.Errorf("after record %d: %q", record, table.words)
		}
	}
	var plain Table
	plain.Word("twice")
	plain.Word("twice")
	if len(plain.words) != 1 {
		t.Errorf("without records: %q", plain.words)
	}
}

// TestDamage: bytes that were changed or cut give an error or other values, and
// never a panic or a large allocation.
func TestDamage(t *testing.T) {
	var table Table
	v := sample(1)
	b, _ := Append(&table, nil, &v)
	for i := range b {
		var got outer
		if err := Read(&table, b[:i], &got); !errors.Is(err, ErrDamaged) {
			t.Fatalf("%d bytes: %v", i, err)
		}
		c := bytes.Clone(b)
		c[i] ^= 0x5a
		got = outer{}
		Read(&table, c, &got) // whatever it says
	}
}

func FuzzRead(f *testing.F) {
	var table Table
	v := sample(1)
	b, _ := Append(&table, nil, &v)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		var got outer
		Read(&Table{words: []string{"x"}}, b, &got)
	})
}

// file is a file that may break.
type file struct {
	*os.File
	full   int // writes that still succeed
	closed *int
}

func (f *file) Write(b []byte) (int, error) {
	if f.full--; f.full < 0 {
		n, _ := f.File.Write(b[:len(b)/2])
		return n, errors.New("no space left")
	}
	return f.File.Write(b)
}

func (f *file) Close() error { *f.closed++; return f.File.Close() }

// TestStore: what a store keeps is the same whether it spills or cannot.
func TestStore(t *testing.T) {
	record := func(i int) []byte { return bytes.Repeat([]byte{byte(i), byte(i >> 8)}, i%700) }
	const n = 3000
	for _, compress := range []bool{false, true} {
		for name, c := range map[string]struct {
			spill  bool
			full   int
			create error
			failed int
		}{
			"memory": {}, "spilled": {spill: true, full: 1 << 30}, "disk full": {spill: true, full: 5, failed: 1}, "no folder": {spill: true, create: os.ErrPermission, failed: 1},
		} {
			closed, failed := 0, 0
			s := Store{Chunk: 16 << 10, Compress: compress}
			if c.spill {
				s.Spill = &Spill{Limit: 32 << 10, Failed: func(error) { failed++ }, Create: func() (File, error) {
					if c.create != nil {
						return nil, c.create
					}
					f, err := os.CreateTemp(t.TempDir(), "")
					return &file{f, c.full, &closed}, err
				}}
				if compress {
					s.Spill.Limit = 2 << 10
				}
			}
			var refs []Ref
			for i := range n {
				refs = append(refs, s.Add(record(i)))
			}
			check := func(i int) {
				if got, err := s.Get(refs[i]); err != nil || !bytes.Equal(got, record(i)) {
					t.Fatalf("%s, compress %v: record %d: %d bytes, %v", name, compress, i, len(got), err)
				}
			}
			for i := range n {
				check(i)
				check(i * 7919 % n)
			}
			if failed != c.failed {
				t.Errorf("%s, compress %v: told %d times", name, compress, failed)
			}
			if held := s.held > 64<<10 && !compress; held == (name == "spilled") && !compress {
				t.Errorf("%s: %d bytes in memory", name, s.held)
			}
			if err := s.Spill.Close(); err != nil || closed != min(1, c.full) {
				t.Errorf("%s: closed %d times, %v", name, closed, err)
			}
		}
	}
}

func TestLostFile(t *testing.T) {
	s := Store{Chunk: 1 << 10, Spill: &Spill{Create: func() (File, error) {
		f, err := os.CreateTemp(t.TempDir(), "")
		return f, err
	}}}
	r := s.Add(make([]byte, 1000))
	for range 10 {
		s.Add(make([]byte, 1000))
	}
	s.file.(*os.File).Truncate(10)
	if _, err := s.Get(r); !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
}

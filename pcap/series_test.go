package pcap

import (
	"bytes"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// partOf is a part of a series from memory.
func partOf(name string, data []byte) Part {
	return Part{name, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

// cutFile cuts a classic capture behind the given frames, as editcap does.
func cutFile(t testing.TB, file []byte, after ...int) [][]byte {
	t.Helper()
	var out [][]byte
	part := bytes.Clone(file[:24])
	frame := 0
	for at := 24; at < len(file); {
		n := 16 + int(uint32(file[at+8])|uint32(file[at+9])<<8|uint32(file[at+10])<<16)
		part = append(part, file[at:at+n]...)
		at += n
		if frame++; len(after) > 0 && after[0] == frame {
			out = append(out, part)
			part = bytes.Clone(file[:24])
			after = after[1:]
		}
	}
	return append(out, part)
}

func scanSeries(t testing.TB, in *Interest, files ...[]byte) (*journal, *Summary) {
	t.Helper()
	j := newJournal()
	var parts []Part
	for i, f := range files {
		parts = append(parts, partOf(string(rune('a'+i)), f))
	}
	sum, err := ScanSeries(parts, in, j)
	if err != nil {
		t.Fatal(err)
	}
	return j, sum
}

// mixed holds what can be cut: a connection, one that is refused, and a
// datagram in fragments.
func mixed() []byte {
	c, s := "10.0.0.7:50000", "10.0.0.1:2445"
	var ips [][]byte
	ips = append(ips, cut4(udp4("10.0.0.7:49152", "10.0.0.1:69", longText), 48)...)
	ips = append(ips,
		seg{c, s, "S", 1000, 0, ""}.ip(),
		seg{s, c, "SA", 5000, 1001, ""}.ip(),
		seg{"10.0.0.8:50001", s, "S", 77, 0, ""}.ip(),
		seg{c, s, "PA", 1001, 5001, "hello"}.ip(),
		seg{s, c, "PA", 5009, 1006, "world"}.ip(), // before its turn
		seg{s, c, "PA", 5001, 1006, "goodbye "}.ip(),
		seg{c, s, "PA", 1001, 5001, "hello"}.ip(), // again
		seg{s, "10.0.0.8:50001", "RA", 0, 78, ""}.ip(),
		seg{c, s, "FA", 1006, 5014, ""}.ip(),
		seg{s, c, "FA", 5014, 1007, ""}.ip(),
	)
	return classicOf(frames(ips...)...)
}

// TestSeriesIsOneCapture: wherever a capture is cut in two or three, it gives
// the same calls and the same summary as the whole.
func TestSeriesIsOneCapture(t *testing.T) {
	file := mixed()
	interest := func() *Interest { return NewInterest([]uint16{69}, []uint16{2445}) }
	whole, want := scan(t, file, interest())
	if want.Frames != 14 || len(whole.conns) != 2 {
		t.Fatalf("%d frames, %d connections", want.Frames, len(whole.conns))
	}
	for i := 1; i < want.Frames; i++ {
		for k := i; k < want.Frames; k++ {
			cuts := []int{i, k}
			if i == k {
				cuts = cuts[:1]
			}
			j, sum := scanSeries(t, interest(), cutFile(t, file, cuts...)...)
			if d := cmp.Diff(whole.lines, j.lines); d != "" {
				t.Fatalf("cut after %v: %s", cuts, d)
			}
			for n, c := range j.conns {
				if !reflect.DeepEqual(c, whole.conns[n]) {
					t.Errorf("cut after %v: connection %d is %+v, want %+v", cuts, n, c, whole.conns[n])
				}
			}
			parts := sum.Parts
			sum.Parts = nil
			if d := cmp.Diff(want, sum, cmp.Comparer(func(a, b HostCoverage) bool { return a == b }),
				cmp.Comparer(func(a, b ServiceCoverage) bool { return a == b })); d != "" {
				t.Errorf("cut after %v: %s", cuts, d)
			}
			if len(parts) != len(cuts)+1 || parts[1].Before != i || parts[0].Frames != i || !parts[1].From.Equal(t0.Add(time.Duration(i)*time.Millisecond)) {
				t.Errorf("cut after %v: parts %+v", cuts, parts)
			}
		}
	}
}

func TestLocate(t *testing.T) {
	s := &Summary{Parts: []PartSummary{{Before: 0, Frames: 5}, {Before: 5}, {Before: 5, Frames: 2}, {Before: 7, Frames: 1}}}
	for _, c := range [][3]int{{1, 0, 1}, {5, 0, 5}, {6, 2, 1}, {7, 2, 2}, {8, 3, 1}, {0, 0, 0}} {
		if p, n := s.Locate(c[0]); p != c[1] || n != c[2] {
			t.Errorf("frame %d is frame %d of part %d, want %d of %d", c[0], n, p, c[2], c[1])
		}
	}
	if p, n := (&Summary{}).Locate(9); p != 0 || n != 9 {
		t.Errorf("without parts: frame %d of part %d", n, p)
	}
}

// TestSeriesWithoutAPart: a part that is missing, unreadable or cut is told
// with its own places, and the connection goes on behind it.
func TestSeriesWithoutAPart(t *testing.T) {
	files := cutFile(t, mixed(), 7, 9) // "hello" is frame 7+1, "world" 9
	for name, c := range map[string]struct {
		open    func() (io.ReadCloser, error)
		problem string
	}{
		"missing":       {func() (io.ReadCloser, error) { return nil, os.ErrNotExist }, "file: file does not exist"},
		"not a capture": {partOf("", []byte("PK\x03\x04...............")).Open, "byte 0: not a pcap or pcapng capture but zip: unpack it first"},
		"empty":         {partOf("", nil).Open, "byte 0: empty"},
		"damaged":       {partOf("", append(bytes.Clone(files[1][:24]), files[1][24:34]...)).Open, "byte 24: record header is cut: 10 of 16 bytes; the 0 frames before it count"},
	} {
		j := newJournal()
		sum, err := ScanSeries([]Part{partOf("a", files[0]), {"b", c.open}, partOf("c", files[2])}, NewInterest(nil, []uint16{2445}), j)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b := sum.Parts[1]
		if b.Name != "b" || !b.Cut || b.Frames != 0 || len(b.Problems) != 1 || b.Problems[0].Where+": "+b.Problems[0].What != c.problem {
			t.Errorf("%s: part %+v", name, b)
		}
		if len(sum.Problems) != 0 || sum.Frames != 12 || sum.Parts[2].Before != 7 || sum.Parts[0].Cut || sum.Parts[2].Cut {
			t.Errorf("%s: %+v", name, sum)
		}
		k := j.conns[0]
		if k.Last.Frame != 12 || j.ends[k] != EndFin || k.Bytes != [2]int64{5, 8} || k.Lost != [2]int64{0, 5} {
			t.Errorf("%s: connection %+v, %v", name, k, j.ends[k])
		}
	}
}

// TestSeriesPlaces: problems within a part have the part's own numbers.
func TestSeriesPlaces(t *testing.T) {
	bad := bytes.Clone(frame(seg{"10.0.0.7:50000", "10.0.0.1:2445", "S", 1000, 0, ""}.ip()))
	bad[14+20+12] = 0x10 // header length of 4 bytes
	_, sum := scanSeries(t, NewInterest(nil, []uint16{2445}), classicOf(frame(udp4("10.0.0.7:1", "10.0.0.1:2", "x"))), classicOf(bad)[:0:0],
		shift(classicOf(bad, bad), time.Second))
	if len(sum.Problems) != 0 || len(sum.Parts[0].Problems) != 0 {
		t.Errorf("%+v", sum)
	}
	if p := sum.Parts[2].Problems; len(p) != 1 || p[0].Where != "frames 1 to 2 (2 times)" {
		t.Errorf("problems %+v", p)
	}
}

// shift moves the frames of a classic capture in time by whole seconds.
func shift(file []byte, d time.Duration) []byte {
	file = bytes.Clone(file)
	for at := 24; at < len(file); {
		file[at] += byte(d / time.Second)
		at += 16 + int(uint32(file[at+8])|uint32(file[at+9])<<8)
	}
	return file
}

// TestSeriesFormats: parts may differ in format, compression and link type.
func TestSeriesFormats(t *testing.T) {
	files := cutFile(t, mixed(), 3, 6)
	whole, _ := scan(t, mixed(), NewInterest([]uint16{69}, []uint16{2445}))
	var ng bytes.Buffer
	w, err := NewWriter(&ng, "test")
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(files[1]))
	if err != nil {
		t.Fatal(err)
	}
	for f, err := r.Next(); err == nil; f, err = r.Next() {
		if err := w.Write(f, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	j, sum := scanSeries(t, NewInterest([]uint16{69}, []uint16{2445}), files[0], ng.Bytes(), zip(files[2]))
	j.want(t, whole.lines...)
	if sum.Format != "pcap and pcapng and pcap, gzip" || sum.Parts[1].Format != "pcapng" || sum.Frames != 14 || !reflect.DeepEqual(sum.Notes, []string{"application: test"}) {
		t.Errorf("%+v", sum)
	}
}

// TestSeriesOverlap: files that run beside each other are no series; a second
// is allowed for.
func TestSeriesOverlap(t *testing.T) {
	early, late := classicOf(frame(udp4("10.0.0.7:1", "10.0.0.1:2", "x"))), shift(classicOf(frame(udp4("10.0.0.7:1", "10.0.0.1:2", "y"))), 2*time.Second)
	_, err := ScanSeries([]Part{partOf("a", late), partOf("b", early)}, NewInterest(nil, nil), newJournal())
	if !errors.Is(err, ErrOverlap) || !strings.HasPrefix(err.Error(), "b: ") {
		t.Errorf("got %v", err)
	}
	if _, err := ScanSeries([]Part{partOf("a", shift(early, time.Second)), partOf("b", early)}, NewInterest(nil, nil), newJournal()); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestSeriesUnreadable(t *testing.T) {
	for _, parts := range [][]Part{nil, {partOf("a", nil)}, {partOf("a", nil), partOf("b", []byte("text"))}} {
		if sum, err := ScanSeries(parts, NewInterest(nil, nil), newJournal()); err == nil || sum != nil {
			t.Errorf("%d parts: %+v, %v", len(parts), sum, err)
		}
	}
}

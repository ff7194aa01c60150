package gather_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// ignorePacked leaves out where a bundle keeps the events of large captures.
var ignorePacked = cmpopts.IgnoreUnexported(evidence.Bundle{}, evidence.Object{})

// split cuts a capture, classic or pcapng with one section, into n parts of
// about as many frames each, as editcap -c does.
func split(t testing.TB, file []byte, n int) [][]byte {
	t.Helper()
	le := binary.LittleEndian
	head, at := 24, 24
	size := func(b []byte) int { return 16 + int(le.Uint32(b[8:])) }
	if le.Uint32(file) == 0x0a0d0d0a {
		size = func(b []byte) int { return int(le.Uint32(b[4:])) }
		at = 0
		for le.Uint32(file[at:]) != 6 { // up to the first enhanced packet block
			at += size(file[at:])
		}
		head = at
	}
	var ends []int
	for at < len(file) {
		at += size(file[at:])
		ends = append(ends, at)
	}
	var out [][]byte
	from := head
	n = min(n, len(ends)) // no part is empty
	for i := range n {
		to := ends[(i+1)*len(ends)/n-1]
		out = append(out, append(bytes.Clone(file[:head]), file[from:to]...))
		from = to
	}
	return out
}

// inputOf makes an input of a series.
func inputOf(parts [][]byte) gather.Input {
	in := gather.Input{}
	for i, p := range parts {
		in.Parts = append(in.Parts, gather.Input{Name: partName(i), Size: int64(len(p)),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(p)), nil }})
	}
	in.Name = in.Parts[0].Name
	return in
}

func partName(i int) string { return fmt.Sprintf("phone_%05d_20130618164000.pcap", i+1) }

// wholeBundle and seriesBundles are the evidence of a case as it is and with
// its capture in n parts.
func caseBundles(t testing.TB, dir string, n int) (whole, series []*evidence.Bundle, capture []byte) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		if name == "README.md" || name == "want.json" {
			continue
		}
		in := gather.Input{Name: name, Size: -1, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
		b := gather.Decode(in, gather.Options{})
		whole = append(whole, b)
		if strings.HasPrefix(name, "phone.pcap") {
			if capture, err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
			b = gather.Decode(inputOf(split(t, capture, n)), gather.Options{})
		}
		series = append(series, b)
	}
	return whole, series, capture
}

// seriesCases stand for all: two boots, a list refused, TVS of several servers,
// silence, doubled frames, CAPF, a move, TLS 1.3, a second phone.
var seriesCases = []string{
	"both-regenerated-second-node", "d03-both-regenerated", "d04-span-doubled", "d06-central-heterogeneous",
	"d09-healthy-secure", "d10-certificates-incomplete", "d11-corrupt-after-restore", "d13-tls13",
}

// TestSeriesSameReport: a case with its capture in 2, 5 and 23 parts has the
// report of the whole, but for the names and frame numbers of the places.
func TestSeriesSameReport(t *testing.T) {
	var dirs []string
	for _, name := range seriesCases {
		found, err := filepath.Glob(filepath.Join(cases, name, "phone.pcap*"))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s has %d captures, %v", name, len(found), err)
		}
		dirs = append(dirs, found[0])
	}
	for _, path := range dirs {
		dir := filepath.Dir(path)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			for _, n := range []int{2, 5, 23} {
				whole, series, capture := caseBundles(t, dir, n)
				frames := frameCounts(t, split(t, capture, n))
				want := plain(t, correlate.Judge(evidence.Merge(whole...), correlate.Options{}), filepath.Base(path), nil)
				got := plain(t, correlate.Judge(evidence.Merge(series...), correlate.Options{}), filepath.Base(path), frames)
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("in %d parts: %s", n, d)
				}
			}
		})
	}
}

// frameCounts gives how many frames stand before each part.
func frameCounts(t testing.TB, parts [][]byte) map[string]int {
	t.Helper()
	out := map[string]int{}
	before := 0
	for i, p := range parts {
		out[partName(i)] = before
		b := gather.Decode(gather.Input{Name: "x", Size: -1, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(p)), nil }}, gather.Options{})
		before += *b.Header.Inputs[0].Frames
	}
	return out
}

// plain is a report without its inputs. Places in parts are written as places
// in the whole, by the number of frames before each part.
func plain(t testing.TB, r *correlate.Report, capture string, before map[string]int) any {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	delete(v, "inputs")
	var walk func(v any, in string) any
	move := func(m map[string]any, key, in string) {
		if f, ok := m[key].(float64); ok {
			m[key] = f + float64(before[in])
		}
	}
	walk = func(v any, in string) any {
		switch x := v.(type) {
		case string:
			for name := range before {
				x = strings.ReplaceAll(x, name, capture)
			}
			return x
		case []any:
			for i := range x {
				x[i] = walk(x[i], in)
			}
			// Lists of places and pairs are sorted by the name of the input.
			slices.SortStableFunc(x, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		case map[string]any:
			if s, ok := x["source"].(map[string]any); ok { // an entry: its detail has frames
				in, _ = s["input"].(string)
			}
			if s, ok := x["input"].(string); ok {
				in = s
			}
			move(x, "frame", in)
			if last, ok := x["last_input"].(string); ok {
				move(x, "last_frame", last)
			} else {
				move(x, "last_frame", in)
			}
			if frames, ok := x["frames"].(map[string]any); ok {
				inputs, _ := x["frame_inputs"].(map[string]any)
				for k := range frames {
					if s, ok := inputs[k].(string); ok {
						move(frames, k, s)
					} else {
						move(frames, k, in)
					}
				}
			}
			delete(x, "last_input")
			delete(x, "frame_inputs")
			for k, e := range x {
				if k != "input" && k != "frames" {
					x[k] = walk(e, in)
				}
			}
			if s, ok := x["input"].(string); ok {
				x["input"] = walk(s, "")
			}
			if _, ok := x["from"]; ok && x["level"] != nil { // an alert
				delete(x, "input")
			}
		}
		return v
	}
	return walk(v, "")
}

// TestSeriesInputs: each part is an input with its own size, hash, frames and
// times, and every place names a part and a frame in it.
func TestSeriesInputs(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(cases, "both-regenerated", "phone.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	parts := split(t, file, 23)
	b := gather.Decode(inputOf(parts), gather.Options{})
	frames := map[string]int{}
	for i, in := range b.Header.Inputs {
		alone := gather.Decode(inputOf(parts).Parts[i], gather.Options{}).Header.Inputs[0]
		in.Series, in.Problems, alone.Problems = nil, nil, nil
		if d := cmp.Diff(alone, in); d != "" {
			t.Errorf("part %d: %s", i+1, d)
		}
		frames[in.Name] = *in.Frames
	}
	crossed := 0
	check := func(input string, frame int) {
		if frame < 1 || frame > frames[input] {
			t.Errorf("there is no frame %d in %q", frame, input)
		}
	}
	for _, e := range b.Events {
		check(e.Place.Input, e.Place.Frame)
		mark := func(m evidence.Mark) {
			if m.Input != "" {
				crossed++
				check(m.Input, m.Frame)
			} else {
				check(e.Place.Input, m.Frame)
			}
		}
		if e.Transfer != nil && e.Transfer.End != nil {
			mark(*e.Transfer.End)
		}
		if e.TLS != nil {
			for _, m := range e.TLS.Marks {
				mark(m)
			}
		}
	}
	for _, o := range b.Objects {
		for _, p := range o.Places {
			check(p.Input, p.Frame)
		}
	}
	if crossed == 0 || len(frames) != 23 {
		t.Errorf("%d marks in other parts, %d parts", crossed, len(frames))
	}
}

// TestSeriesGaps: what is missing is told, and nothing is covered there.
func TestSeriesGaps(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(cases, "both-regenerated", "phone.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	parts := split(t, file, 5)
	whole := inputOf(parts)
	phone := func(in gather.Input) []evidence.Coverage {
		var out []evidence.Coverage
		for _, c := range gather.Decode(in, gather.Options{}).Coverage {
			if c.Address == "10.9.9.9" {
				out = append(out, c)
			}
		}
		return out
	}
	near := whole
	near.Parts = slices.Clone(whole.Parts)
	near.Parts[1].Missing = -1 // less than maxQuiet lies between it and the first
	for _, in := range []gather.Input{whole, near} {
		if c := phone(in); len(c) != 1 {
			t.Fatalf("the whole series: %+v", c)
		}
	}
	missing := whole
	missing.Parts = slices.Delete(slices.Clone(whole.Parts), 2, 3)
	missing.Parts[2].Missing = 1
	unreadable := whole
	unreadable.Parts = slices.Clone(whole.Parts)
	unreadable.Parts[2].Open = func() (io.ReadCloser, error) { return nil, os.ErrPermission }
	damaged := whole
	damaged.Parts = slices.Clone(whole.Parts)
	damaged.Parts[2].Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(parts[2][:2000])), nil }
	apart := whole
	apart.Parts = slices.Delete(slices.Clone(whole.Parts), 2, 3)
	apart.Parts[2].Missing = -1
	for name, c := range map[string]struct {
		in      gather.Input
		part    int
		problem string
	}{
		"missing":    {missing, 2, "before it 1 parts of the rotated capture are missing"},
		"unreadable": {unreadable, 2, "permission denied"},
		"damaged":    {damaged, 2, "is cut"},
		"apart":      {apart, -1, ""}, // more than maxQuiet
	} {
		cov := phone(c.in)
		if len(cov) != 2 || cov[0].To.Seconds > cov[1].From.Seconds || cov[0].Input != partName(0) {
			t.Errorf("%s: %+v", name, cov)
		}
		b := gather.Decode(c.in, gather.Options{})
		if c.part < 0 {
			continue
		}
		if p := b.Header.Inputs[c.part].Problems; len(p) == 0 || !strings.Contains(p[0].What, c.problem) {
			t.Errorf("%s: problems %+v", name, p)
		}
	}
}

// TestSeriesThatIsNone: captures that run beside each other are decoded one by
// one.
func TestSeriesThatIsNone(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(cases, "directory-via-tvs", "phone.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	b := gather.Decode(inputOf([][]byte{file, split(t, file, 3)[1]}), gather.Options{})
	if len(b.Header.Inputs) != 2 || b.Header.Inputs[0].Series != nil || b.Header.Inputs[1].SHA256 == "" {
		t.Errorf("%+v", b.Header.Inputs)
	}
}

// TestSeriesOnce: a part that is given by itself too, under its own or another
// name, adds nothing to the series.
func TestSeriesOnce(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(cases, "directory-via-tvs", "phone.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	in := inputOf(split(t, file, 3))
	series := gather.Decode(in, gather.Options{})
	want := evidence.Merge(series)
	for i, name := range []string{in.Parts[1].Name, "a copy", "zzz"} {
		part := in.Parts[i]
		part.Name = name
		single := gather.Decode(part, gather.Options{})
		for _, b := range []*evidence.Bundle{evidence.Merge(single, series), evidence.Merge(series, single, series)} {
			if i == 0 { // another file of the same name
				if len(b.Header.Inputs) != 3 {
					t.Errorf("%s: %d inputs", name, len(b.Header.Inputs))
				}
				continue
			}
			if d := cmp.Diff(want, b, ignorePacked); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
	// Half of a series that is given whole adds nothing either.
	half := in
	half.Parts = in.Parts[:2]
	if d := cmp.Diff(want, evidence.Merge(gather.Decode(half, gather.Options{}), series), ignorePacked); d != "" {
		t.Error(d)
	}
}

// TestDamagedCaptureHash: the hash is over the whole input, also of a capture
// that is given up in the middle of what was read ahead.
func TestDamagedCaptureHash(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(cases, "directory-via-tvs", "phone.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	file = append(file, bytes.Repeat([]byte{0xff}, 8<<20)...)
	b := gather.Decode(gather.Input{Name: "x", Size: -1, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }}, gather.Options{})
	if in := b.Header.Inputs[0]; in.SHA256 != fmt.Sprintf("%x", sha256.Sum256(file)) || in.Bytes != int64(len(file)) {
		t.Errorf("%d bytes, %s", in.Bytes, in.SHA256)
	}
}

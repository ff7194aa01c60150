package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"trustline/cmd/internal/intake"
	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// everyFault asks for all cuts and flips of all samples, which takes minutes;
// without it a few of each sample are tried, at other places in each.
const everyFault = "TRUSTLINE_EVERY_FAULT"

// faultStride is how far apart the cuts and flips of a sample are.
const faultStride = 97

// samples are the files of all testdata folders that could be in a case.
func samples(t *testing.T) map[string][]byte {
	t.Helper()
	root := filepath.Join("..", "..")
	out := map[string][]byte{}
	kinds := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "script" || d.Name() == "fuzz" || d.Name() == ".git" {
				return filepath.SkipDir
			}
			return nil
		}
		name, _ := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		ext := filepath.Ext(name)
		if !strings.Contains("/"+name, "/testdata/") || slices.Contains([]string{".go", ".md", ".want", ".csv"}, ext) || d.Name() == "want.json" {
			return nil
		}
		kinds[ext] = true
		out[name], err = os.ReadFile(path)
		return err
	})
	if err != nil || len(out) < 500 {
		t.Fatalf("%d samples, %v", len(out), err)
	}
	for _, ext := range []string{".pcap", ".pcapng", ".log", ".txt", ".tlv", ".facts", ".zip", ".tgz", ".gz", ".der", ".sip", ".bin"} {
		if !kinds[ext] {
			t.Errorf("no sample is a %s file", ext)
		}
	}
	return out
}

// decoded sends the bytes of one file through intake, decoders and verdict.
func decoded(t *testing.T, data []byte) (inputs []evidence.Input) {
	var all []*evidence.Bundle
	opt := intake.Options{Stdin: bytes.NewReader(data), First: firstPacket, Trace: gather.TraceDialect}
	err := intake.List([]string{intake.Stdin}, opt).Walk(context.Background(), func(in intake.Input) error {
		defer in.Done()
		if in.Problem == nil {
			all = append(all, gather.Decode(gatherInput(in), gather.Options{}))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b := evidence.Merge(all...)
	correlate.Judge(b, correlate.Options{})
	return b.Header.Inputs
}

// damaged calls f for places in every sample: at every faultStride-th octet, or
// at few of them, beginning elsewhere in each sample.
func damaged(t *testing.T, few int, f func(t *testing.T, name string, data []byte, places []int)) {
	all := samples(t)
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	var done atomic.Int64
	const parts = 4
	t.Run("all", func(t *testing.T) {
		for part := range parts {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for i := part; i < len(names); i += parts {
					data := all[names[i]]
					stride := faultStride
					if n := len(data) / faultStride; os.Getenv(everyFault) == "" && n > few {
						stride *= (n + few - 1) / few
					}
					var places []int
					for at := i % stride; at < len(data); at += stride {
						places = append(places, at)
					}
					f(t, names[i], data, places)
					done.Add(int64(len(places)))
				}
			})
		}
	})
	t.Logf("%d samples, %d places", len(names), done.Load())
}

// TestTruncated: wherever a sample ends early, what comes before the end is read
// and accounted for.
func TestTruncated(t *testing.T) {
	damaged(t, 3, func(t *testing.T, name string, data []byte, places []int) {
		frames := 0
		for _, at := range places {
			for _, in := range decoded(t, data[:at]) {
				if in.Kind == "" || in.Name == "" {
					t.Errorf("%s cut at %d: %+v", name, at, in)
				}
				if in.Name != intake.Stdin {
					continue // a member
				}
				if packed, _ := filepath.Match("*.*z*", filepath.Base(name)); in.Bytes > int64(at) && !packed {
					t.Errorf("%s cut at %d: %d bytes read", name, at, in.Bytes)
				}
				if in.Frames != nil {
					if *in.Frames < frames {
						t.Errorf("%s cut at %d: %d frames, of less there were %d", name, at, *in.Frames, frames)
					}
					frames = *in.Frames
				}
			}
		}
	})
}

// TestBitFlips: a bit that is wrong anywhere spoils nothing but itself: the file
// is read, and accounted for.
func TestBitFlips(t *testing.T) {
	damaged(t, 3, func(t *testing.T, name string, data []byte, places []int) {
		data = bytes.Clone(data)
		for i, at := range places {
			bit := byte(1) << (i % 8)
			data[at] ^= bit
			for _, in := range decoded(t, data) {
				if in.Kind == "" || in.Name == "" {
					t.Errorf("%s with bit %#x of octet %d: %+v", name, bit, at, in)
				}
			}
			data[at] ^= bit
		}
	})
}

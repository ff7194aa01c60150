package intake

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// traceOf reads the traces of these tests: "TRACE" and a dialect.
func traceOf(head []byte) string {
	var dialect string
	fmt.Sscanf(string(head), "TRACE %s", &dialect)
	return dialect
}

// walkedTraces is one line for each input: the names of its parts, in front of each
// but the first how many are missing.
func walkedTraces(t testing.TB, paths ...string) []string {
	t.Helper()
	var out []string
	err := List(paths, Options{First: firstOf, Trace: traceOf}).Walk(context.Background(), func(in Input) error {
		defer in.Done()
		line := in.Name
		for i, p := range in.Parts {
			if i == 0 {
				line = "series " + p.Name
			} else {
				line += fmt.Sprintf(" %d %s", p.Missing, p.Name)
			}
			if s := content(p); !strings.HasPrefix(s, `"TRACE`) && !strings.Contains(s, "ends early") {
				t.Errorf("%s holds %s", p.Name, s)
			}
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTracesByName(t *testing.T) {
	tvs, sdl := "TRACE tvs\n", "TRACE sdl\n"
	packed := string(gzipOf(t, []byte(sdl)))
	for _, c := range []struct {
		what  string
		files []string // name, content
		want  []string
	}{
		{"SDI, with a hole", []string{"tvs00000001.txt", tvs, "tvs00000002.txt", tvs, "tvs00000005.txt", tvs}, []string{"series tvs00000001.txt 0 tvs00000002.txt 2 tvs00000005.txt"}},
		{"SDL, compressed, the last still written", []string{"SDL001_100_000009.txt.gz", packed, "SDL001_100_000010.txt", sdl, "SDL001_100_000011.txt.gzo", packed},
			[]string{"series SDL001_100_000009.txt.gz 0 SDL001_100_000010.txt 0 SDL001_100_000011.txt.gzo"}},
		{"two nodes", []string{"SDL001_100_000001.txt", sdl, "SDL002_100_000002.txt", sdl}, []string{"SDL001_100_000001.txt", "SDL002_100_000002.txt"}},
		{"two services", []string{"capf00000001.txt", "TRACE capf\n", "capf00000002.txt", "TRACE capf\n", "ctftp00000003.txt", "TRACE ctftp\n"},
			[]string{"series capf00000001.txt 0 capf00000002.txt", "ctftp00000003.txt"}},
		{"a note with the name of a trace", []string{"tvs00000001.txt", tvs, "tvs00000002.txt", "dear colleague\n"}, []string{"tvs00000001.txt", "tvs00000002.txt"}},
		{"a note between", []string{"tvs00000001.txt", tvs, "tvs00000002.txt", "dear colleague\n", "tvs00000003.txt", tvs}, []string{"series tvs00000001.txt 1 tvs00000003.txt", "tvs00000002.txt"}},
		{"another trace in between", []string{"tvs00000001.txt", tvs, "tvs00000002.txt", "TRACE capf\n", "tvs00000003.txt", tvs}, []string{"series tvs00000001.txt 1 tvs00000003.txt", "tvs00000002.txt"}},
		{"two folders", []string{"a/tvs00000001.txt", tvs, "b/tvs00000002.txt", tvs}, []string{"a/tvs00000001.txt", "b/tvs00000002.txt"}},
	} {
		dir := t.TempDir()
		var zipped, tarred []entry
		for i := 0; i < len(c.files); i += 2 {
			path := filepath.Join(dir, filepath.FromSlash(c.files[i]))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(c.files[i+1]), 0o600); err != nil {
				t.Fatal(err)
			}
			zipped = append(zipped, entry{c.files[i], c.files[i+1]})
			tarred = append(tarred, entry{c.files[i], c.files[i+1]})
		}
		t.Run(c.what, func(t *testing.T) {
			same(t, walkedTraces(t, dir), c.want...)
			var inZip []string
			for _, w := range c.want {
				fields := strings.Fields(w)
				for i, f := range fields {
					if strings.Contains(f, ".txt") {
						fields[i] = "c.zip!/" + f
					}
				}
				inZip = append(inZip, strings.Join(fields, " "))
			}
			same(t, walkedTraces(t, put(t, t.TempDir(), "c.zip", zipOf(t, zipped...))), inZip...)
		})
		if c.what == "SDI, with a hole" {
			same(t, walkedTraces(t, put(t, t.TempDir(), "c.tar", tarOf(t, tarred...))), "series c.tar!/tvs00000001.txt 0 c.tar!/tvs00000002.txt 2 c.tar!/tvs00000005.txt")
		}
	}
}

// TestTracesOfArguments: the order of the arguments does not matter.
func TestTracesOfArguments(t *testing.T) {
	dir := t.TempDir()
	one, two := put(t, dir, "tvs00000001.txt", []byte("TRACE tvs\n")), put(t, dir, "tvs00000002.txt", []byte("TRACE tvs\n"))
	want := []string{"series tvs00000001.txt 0 tvs00000002.txt"}
	same(t, walkedTraces(t, one, two), want...)
	same(t, walkedTraces(t, two, one), want...)
}

// TestTurned: a service that began again at its first number has its oldest
// file in the middle; the times in an archive tell.
func TestTurned(t *testing.T) {
	parts := make([]candidate, 4)
	for i := range parts {
		parts[i].name = fmt.Sprint(i)
		parts[i].hints.Modified = time.Unix(int64(1_400_000_000+(i+2)%4*60), 0)
	}
	var got []string
	for _, p := range turned(parts) {
		got = append(got, p.name)
	}
	same(t, got, "2", "3", "0", "1")
	parts[1].hints.Modified = time.Time{}
	if turned(parts)[0].name != "0" {
		t.Error("turned without knowing the times")
	}
}

// TestTraceBomb: the parts of a trace draw on one budget.
func TestTraceBomb(t *testing.T) {
	one := append(gzipOf(t, []byte("TRACE tvs\n")), zeros(t, 400)...)
	data := zipOf(t, entry{"tvs00000001.txt.gz", string(one)}, entry{"tvs00000002.txt.gz", string(one)}, entry{"tvs00000003.txt.gz", string(one)})
	var total int64
	last := ""
	err := List([]string{put(t, t.TempDir(), "c.zip", data)}, Options{Trace: traceOf}).Walk(context.Background(), func(in Input) error {
		defer in.Done()
		if len(in.Parts) != 3 {
			t.Fatalf("%+v", in)
		}
		for _, p := range in.Parts {
			r, err := p.Open()
			if err != nil {
				return err
			}
			var b [64 << 10]byte
			for err == nil {
				var n int
				n, err = r.Read(b[:])
				total += int64(n)
			}
			last = err.Error()
			r.Close()
		}
		return nil
	})
	if limit := int64(unpackGrace + unpackRatio*len(data)); err != nil || total > limit || total < unpackGrace/2 || !strings.Contains(last, "unpacks to more than") {
		t.Errorf("unpacked %d of at most %d, last words %q, %v", total, limit, last, err)
	}
	if bytes.Count(data, []byte("PK\x01\x02")) != 3 {
		t.Error("the archive is not what it should be")
	}
}

// TestLargeTracesInTar: parts of a trace that come out of a stream are joined
// also when they are too large to be held as they are; what does not even fit
// compressed is handed out by itself, whole.
func TestLargeTracesInTar(t *testing.T) {
	large := "TRACE tvs\n" + strings.Repeat("18:01:06.345 | debug nothing of interest\n", 200_000)
	noise := make([]byte, 40<<20)
	seed := uint32(1)
	for i := range noise {
		seed = seed*1664525 + 1013904223
		noise[i] = byte(seed >> 24)
	}
	wild := "TRACE tvs\n" + string(noise)
	dir := t.TempDir()
	joined := put(t, dir, "joined.tar", tarOf(t, entry{"tvs00000001.txt", large}, entry{"tvs00000002.txt", "TRACE tvs\n"}, entry{"tvs00000003.txt", large}))
	single := put(t, dir, "single.tar", tarOf(t, entry{"tvs00000001.txt", large}, entry{"tvs00000002.txt", wild}, entry{"tvs00000003.txt", large}))
	sizes := map[string]int{}
	var got []string
	var mu sync.Mutex
	var all sync.WaitGroup
	err := List([]string{joined, single}, Options{First: firstOf, Trace: traceOf}).Walk(context.Background(), func(in Input) error {
		parts := in.Parts
		if len(parts) == 0 {
			parts = []Input{in}
		}
		got = append(got, fmt.Sprint(in.Name, " ", len(in.Parts)))
		all.Add(1)
		go func() {
			defer in.Done() // the archive may wait for it
			for _, p := range parts {
				n := read(t, p)
				mu.Lock()
				sizes[p.Name] = n
				mu.Unlock()
			}
			all.Done()
		}()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all.Wait()
	same(t, got, "joined.tar!/tvs00000001.txt 3", "single.tar!/tvs00000001.txt 0", "single.tar!/tvs00000002.txt 0", "single.tar!/tvs00000003.txt 0")
	for name, want := range map[string]int{
		"joined.tar!/tvs00000001.txt": len(large), "joined.tar!/tvs00000002.txt": 10, "joined.tar!/tvs00000003.txt": len(large),
		"single.tar!/tvs00000001.txt": len(large), "single.tar!/tvs00000002.txt": len(wild), "single.tar!/tvs00000003.txt": len(large),
	} {
		if sizes[name] != want {
			t.Errorf("%s: %d bytes, want %d", name, sizes[name], want)
		}
	}
}

// read gives the length of an input's content.
func read(t *testing.T, in Input) int {
	r, err := in.Open()
	if err != nil {
		t.Error(err)
		return -1
	}
	defer r.Close()
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		t.Error(err)
	}
	return int(n)
}

func TestEmptyTar(t *testing.T) {
	dir := t.TempDir()
	for name, size := range map[string]int{"a.tar": 1024, "b.tar": 10240} {
		path := put(t, dir, name, make([]byte, size))
		same(t, saw(t, Options{}, path), name+" archive:: an archive without members")
	}
}

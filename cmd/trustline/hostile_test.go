package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// hostileMemory is the most that any of these inputs may take, and hostileTime
// how long. Both are far above what is measured, and far below what an input
// that got out of hand would take.
const (
	hostileMemory = 96 << 20
	hostileTime   = 20 * time.Second
)

// peak runs f and gives the largest heap meanwhile.
func peak(f func()) uint64 {
	runtime.GC()
	var m runtime.MemStats
	var most uint64
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	})
	f()
	close(done)
	wg.Wait()
	return most
}

// through sends a path through evidence and judge, and through events, and
// gives what was said of it: the inputs with kind and problems, the events, and
// standard error of the latter.
func through(t *testing.T, path string) (inputs []evidence.Input, listing, said string) {
	t.Helper()
	started := time.Now()
	var out, errs bytes.Buffer
	heap := peak(func() {
		c, err := collect(context.Background(), quietEnv(), []string{path}, nil, func(in gather.Input) *evidence.Bundle { return gather.Decode(in, gather.Options{}) })
		if err != nil {
			t.Fatal(err)
		}
		b := evidence.Merge(c.bundles...)
		correlate.Judge(b, correlate.Options{})
		inputs = b.Header.Inputs
		e := &env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs}
		root := newRoot(e)
		root.SetArgs([]string{"events", path})
		if err := root.ExecuteContext(context.Background()); err != nil {
			e.report(err)
		}
	})
	if took := time.Since(started); took > hostileTime {
		t.Errorf("it took %v", took)
	}
	if heap > hostileMemory {
		t.Errorf("it took %d MiB", heap>>20)
	}
	return inputs, out.String(), errs.String()
}

// problems is everything that the inputs say, one line for each.
func problems(inputs []evidence.Input) string {
	var b strings.Builder
	for _, in := range inputs {
		b.WriteString(in.Name + " [" + in.Kind + "]")
		for _, p := range in.Problems {
			b.WriteString(" " + p.Where + ": " + p.What + ";")
		}
		b.WriteString("\n")
	}
	return b.String()
}

const (
	consoleLine = "7949 NOT 11:04:14.765155 SECD: -Authenticated the HTTPS conn via TVS\n"
	traceLine   = "18:01:06.345 |   debug 8:UNKNOWN:Got a new ph conn 192.168.11.100 on 8, Total Acc = 7..\n"
)

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t *testing.T, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		f, err := w.Create(members[i])
		if err == nil {
			_, err = io.WriteString(f, members[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarred(t *testing.T, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		err := w.WriteHeader(&tar.Header{Name: members[i], Mode: 0o600, Size: int64(len(members[i+1]))})
		if err == nil {
			_, err = io.WriteString(w, members[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func wide(order binary.ByteOrder, text string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
		b = append(b, 0, 0)
		order.PutUint16(b[len(b)-2:], u)
	}
	return string(b)
}

// TestHostile: whatever comes, what can be read is read, and what cannot has
// its place and reason.
func TestHostile(t *testing.T) {
	many := strings.Repeat(consoleLine, 2000)
	packed := gzipped(t, []byte(many))
	nested := []byte(consoleLine)
	for range 9 {
		nested = zipped(t, "in.zip", string(nested))
	}
	for _, c := range []struct {
		name, file string
		data       string
		say        []string // in the inputs' problems
		list       []string // among the events
	}{
		{"a gzip file that ends early", "log.gz", string(packed[:len(packed)/2]), []string{"log.gz [phone-secd]", "ends early"}, []string{"https_authenticated_via_tvs"}},
		{"member names with ..", "case.zip", string(zipped(t, "../../etc/phone.log", consoleLine, `..\..\tvs.txt`, traceLine)),
			[]string{"case.zip!/../../etc/phone.log [phone-secd]\n", "case.zip!/../../tvs.txt [tvs-sdi]\n"}, []string{"https_authenticated_via_tvs", "tvs_phone_connection"}},
		{"archives in archives", "deep.zip", string(nested), []string{"zip inside 6 other archives: not opened"}, nil},
		{"invalid UTF-8", "x.log", strings.Replace(consoleLine, "conn", "conn\xff\xfe", 1) + consoleLine, []string{"x.log [phone-secd] line 1: bytes that are no UTF-8"}, []string{"https_authenticated_via_tvs"}},
		{"NUL bytes", "x.log", consoleLine + "\x00\x00\x00\n" + strings.Replace(consoleLine, "SECD", "\x00SECD", 1), []string{"x.log [phone-secd] line 2: NUL bytes"}, []string{"https_authenticated_via_tvs"}},
		{"CRLF", "x.log", strings.ReplaceAll(consoleLine+consoleLine, "\n", "\r\n"), []string{"x.log [phone-secd]\n"}, []string{"https_authenticated_via_tvs"}},
		{"UTF-16 from Windows", "x.log", wide(binary.LittleEndian, consoleLine+traceLine), []string{"x.log [phone-secd]\n"}, []string{"https_authenticated_via_tvs", "tvs_phone_connection"}},
		{"UTF-16 the other way", "x.log", wide(binary.BigEndian, traceLine), []string{"x.log [tvs-sdi]\n"}, []string{"tvs_phone_connection"}},
		{"an empty archive", "e.zip", string(zipped(t)), []string{"e.zip [archive] : an archive without members;"}, nil},
		{"an empty file", "e.txt", "", []string{"e.txt [empty]"}, nil},
		{"7z", "a.7z", "7z\xbc\xaf\x27\x1c\x00\x04", []string{"a.7z [archive] : 7z archive: unpack it and give the folder;"}, nil},
		{"rar", "a.rar", "Rar!\x1a\x07\x01\x00", []string{"rar archive: unpack it and give the folder;"}, nil},
		{"xz", "a.xz", "\xfd7zXZ\x00\x00\x04", []string{"xz archive: unpack it and give the folder;"}, nil},
		{"not a log", "letter.txt", "Dear colleague,\nplease find attached\n", []string{"letter.txt [unknown] line 1: no line of a known dialect"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), c.file)
			if err := os.WriteFile(path, []byte(c.data), 0o600); err != nil {
				t.Fatal(err)
			}
			inputs, listing, said := through(t, path)
			all := problems(inputs)
			for _, s := range c.say {
				if !strings.Contains(all, s) {
					t.Errorf("the inputs do not say %q but %q", s, all)
				}
			}
			for _, s := range c.list {
				if !strings.Contains(listing, s) {
					t.Errorf("no %s in %q", s, listing)
				}
			}
			if len(c.list) == 0 && !strings.Contains(said, "nothing to analyse") {
				t.Errorf("events says %q", said)
			}
		})
	}
}

// TestTimeRunsBack: a log whose clock is set back is one log with a restart,
// not an error.
func TestTimeRunsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.log")
	text := consoleLine + strings.Replace(consoleLine, "7949 NOT 11:04", "7950 NOT 03:04", 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, listing, _ := through(t, path)
	if n := strings.Count(listing, "https_authenticated_via_tvs"); n != 2 {
		t.Errorf("%d events in %q", n, listing)
	}
}

// TestLongLine: one line of 100 MB is read as far as a line can go.
func TestLongLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.log")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	piece := bytes.Repeat([]byte("A"), 1<<20)
	_, err = f.WriteString(consoleLine)
	for range 100 {
		if err == nil {
			_, err = f.Write(piece)
		}
	}
	if err == nil {
		_, err = f.WriteString("\n" + consoleLine)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	inputs, listing, _ := through(t, path)
	if all := problems(inputs); !strings.Contains(all, "x.log [phone-secd] line 2: line is longer than 1048576 bytes") {
		t.Errorf("the inputs say %q", all)
	}
	if n := strings.Count(listing, "https_authenticated_via_tvs"); n != 2 {
		t.Errorf("%d events", n)
	}
}

// TestBomb: ten megabytes that unpack to four gigabytes are given up.
func TestBomb(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks a gigabyte and a half")
	}
	path := filepath.Join(t.TempDir(), "bomb.gz")
	one := gzipped(t, make([]byte, 16<<20)) // gzip members follow each other (RFC 1952 section 2.2)
	data := bytes.Repeat(one, 256)
	pad := make([]byte, 10<<20-len(data)) // which no compressor makes smaller
	x := uint32(1)
	for i := range pad {
		x = x*1664525 + 1013904223
		pad[i] = byte(x >> 24)
	}
	data = append(data, gzipped(t, pad)...)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	var inputs []evidence.Input
	heap := peak(func() {
		c, err := collect(context.Background(), quietEnv(), []string{path}, nil, func(in gather.Input) *evidence.Bundle { return gather.Decode(in, gather.Options{}) })
		if err != nil {
			t.Fatal(err)
		}
		inputs = evidence.Merge(c.bundles...).Header.Inputs
	})
	if all := problems(inputs); !strings.Contains(all, "unpacks to more than an honest archive would") {
		t.Errorf("%d bytes: the inputs say %q", len(data), all)
	}
	if heap > hostileMemory {
		t.Errorf("it took %d MiB", heap>>20)
	}
}

package intake

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// sums is one line for each input: its name and what sha256sum says of it.
func sums(t *testing.T, path string) []string {
	t.Helper()
	var out []string
	err := List([]string{path}, Options{}).Walk(context.Background(), func(in Input) error {
		defer in.Done()
		if in.Problem != nil {
			out = append(out, in.Name+" "+content(in))
			return nil
		}
		r, err := in.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		h := sha256.New()
		if _, err := io.Copy(h, r); err != nil {
			return err
		}
		out = append(out, in.Name+" "+hex.EncodeToString(h.Sum(nil))[:16])
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// TestOtherPrograms reads what Info-ZIP, GNU tar and Python packed.
func TestOtherPrograms(t *testing.T) {
	all := []string{
		"!/node1/cm/trace/tvs/sdi/tvs00000001.txt 980e79047d6a9610",
		"!/node1/cm/trace/tvs/sdi/tvs00000002.txt 13a4c9e0df933dba",
		"!/node1/cm/trace/tvs/sdi/tvs00000003.txt e1c344b121e15099",
	}
	for name, want := range map[string][]string{
		"infozip.zip":          all,
		"infozip-streamed.zip": all,
		"gnutar.tgz":           all,
		"v7.tar.gz":            all[:1],
		// The digests are of "one more line\n" and "text of b\n", by sha256sum.
		"stdin.zip":             {"!/- 435262423654293e"},
		"infozip-encrypted.zip": {"!/node1/cm/trace/tvs/sdi/tvs00000001.txt archive:: zip: encrypted: unpack it with its password and give the folder"},
		"bzip2.zip": {"!/a.txt archive:: zip: compression method bzip2: unpack it and give the folder",
			"!/b.txt f44fdf451f96e3f2"},
		"trace.xz": {" archive:: xz archive: unpack it and give the folder"},
	} {
		for i := range want {
			want[i] = name + strings.TrimPrefix(want[i], name)
		}
		t.Run(name, func(t *testing.T) {
			same(t, sums(t, filepath.Join("testdata", name)), want...)
		})
		for i := range want {
			want[i] = strings.TrimPrefix(want[i], name)
		}
	}
}

// TestCutZip: an archive that lost its directory gives the members that are
// whole, and of the last one what is there.
func TestCutZip(t *testing.T) {
	for _, name := range []string{"infozip.zip", "infozip-streamed.zip"} {
		whole, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		zr, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
		if err != nil {
			t.Fatal(err)
		}
		files := slices.DeleteFunc(zr.File, func(f *zip.File) bool { return f.Mode().IsDir() })
		at, err := files[2].DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		path := put(t, t.TempDir(), "cut.zip", whole[:at+20])
		got := saw(t, Options{}, path)
		if len(got) != 5 {
			t.Fatalf("%s: got %d inputs: %q", name, len(got), got)
		}
		for i := range 2 {
			if want := "cut.zip!/" + files[i].Name + " 219 bytes"; got[i+1] != want {
				t.Errorf("%s: got %q, want %q", name, got[i+1], want)
			}
		}
		if want := "cut.zip!/" + files[2].Name; !strings.HasPrefix(got[3], want+` "line`) || !strings.HasSuffix(got[3], "then intake: zip: the member ends early: unexpected EOF") {
			t.Errorf("%s: got %q", name, got[3])
		}
		if !strings.Contains(got[0], "the directory of the zip archive cannot be read") || !strings.Contains(got[4], "after "+files[2].Name) {
			t.Errorf("%s: got %q and %q", name, got[0], got[4])
		}
		// Only the directory is gone: everything is there.
		end, err := files[2].DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		path = put(t, t.TempDir(), "cut.zip", whole[:end+int64(files[2].CompressedSize64)])
		if got := saw(t, Options{}, path); len(got) != 4 || !strings.HasSuffix(got[3], " 219 bytes") {
			t.Errorf("%s without its directory: %q", name, got)
		}
	}
}

// TestGzip: one compressed file keeps its name, a compressed capture is handed
// on as it is.
func TestGzip(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.txt.gz", gzipOf(t, []byte("text")))
	put(t, dir, "b.txt.gz.gz", gzipOf(t, gzipOf(t, []byte("twice"))))
	put(t, dir, "c.gz", gzipOf(t, zipOf(t, entry{"in/zip", "z"})))
	capture := gzipOf(t, []byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00"))
	put(t, dir, "d.pcap.gz", capture)
	put(t, dir, "e.zip", zipOf(t, entry{"f.pcap.gz", string(capture)}, entry{"g.txt.gz", string(gzipOf(t, []byte("G")))}))
	same(t, saw(t, Options{}, dir),
		`a.txt.gz "text"`, `b.txt.gz.gz "twice"`, `c.gz!/in/zip "z"`,
		fmt.Sprintf("d.pcap.gz %q", capture), fmt.Sprintf("e.zip!/f.pcap.gz %q", capture), `e.zip!/g.txt.gz "G"`)
}

// TestGzipEndsEarly: a trace that was still being written (.gzo) keeps what
// came before its end, wherever that is.
func TestGzipEndsEarly(t *testing.T) {
	text := []byte(strings.Repeat("07:08:09.123 |tvsHandleQueryCertReq : Subject Name is\n", 3))
	var flushed bytes.Buffer
	w := gzip.NewWriter(&flushed)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil { // as the server does while it writes
		t.Fatal(err)
	}
	dir := t.TempDir()
	put(t, dir, "SDL001_100_000001.txt.gzo", flushed.Bytes())
	put(t, dir, "short.gz", flushed.Bytes()[:5])
	put(t, dir, "trailing.gz", append(gzipOf(t, []byte("kept")), "garbage garbage"...))
	bad := gzipOf(t, []byte("kept"))
	bad[len(bad)-6] ^= 0xff
	put(t, dir, "sum.gz", bad)
	same(t, saw(t, Options{}, dir),
		`SDL001_100_000001.txt.gzo 162 bytes then intake: gzip: ends early: unexpected EOF`,
		`short.gz unreadable:: intake: gzip: ends early: unexpected EOF`,
		`sum.gz "kept" then intake: gzip: the checksum differs, some of the bytes are wrong: gzip: invalid checksum`,
		`trailing.gz "kept" then intake: gzip: bytes that are no gzip follow: gzip: invalid header`)
}

// TestNested: archives one in another, each level with "!/".
func TestNested(t *testing.T) {
	inner := tarOf(t, entry{"node/tvs.txt", "T"}, entry{"node/SDL.txt.gz", string(gzipOf(t, []byte("S")))})
	outer := zipOf(t, entry{"bundle.tar.gz", string(gzipOf(t, inner))}, entry{"more.zip", string(zipOf(t, entry{"x", "X"}))})
	path := put(t, t.TempDir(), "case.tar", tarOf(t, entry{"upload.zip", string(outer)}))
	same(t, saw(t, Options{}, path),
		`case.tar!/upload.zip!/bundle.tar.gz!/node/tvs.txt "T"`,
		`case.tar!/upload.zip!/bundle.tar.gz!/node/SDL.txt.gz "S"`,
		`case.tar!/upload.zip!/more.zip!/x "X"`)
}

// TestDepth: nesting ends at maxDepth, in words.
func TestDepth(t *testing.T) {
	data := []byte("core")
	for range maxDepth {
		data = zipOf(t, entry{"i", string(data)})
	}
	dir := t.TempDir()
	same(t, saw(t, Options{}, put(t, dir, "d.zip", data)), "d.zip"+strings.Repeat("!/i", maxDepth)+` "core"`)
	same(t, saw(t, Options{}, put(t, dir, "d.zip", zipOf(t, entry{"i", string(data)}))),
		"d.zip"+strings.Repeat("!/i", maxDepth)+" archive:: zip inside 6 other archives: not opened")
}

// TestMemberNames are only names: none leaves the report.
func TestMemberNames(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.zip", zipOf(t, entry{"../../etc/passwd", "1"}, entry{`C:\logs\x.txt`, "2"}, entry{"same", "3"}, entry{"same", "4"}, entry{"\x1b]0;x\x07", "5"}))
	put(t, dir, "b.tar", tarOf(t, entry{"/etc/shadow", "6"}, entry{"../up", "7"}))
	same(t, saw(t, Options{}, dir),
		`a.zip!/../../etc/passwd "1"`, `a.zip!/C:/logs/x.txt "2"`, `a.zip!/same "3"`, `a.zip!/same (2) "4"`, `a.zip!/\x1b]0;x\x07 "5"`,
		`b.tar!/etc/shadow "6"`, `b.tar!/../up "7"`)
}

// TestCutTar: the members before the cut count.
func TestCutTar(t *testing.T) {
	data := tarOf(t, entry{"a", "A"}, entry{"b", strings.Repeat("B", 40)}, entry{"c", "C"})
	dir := t.TempDir()
	put(t, dir, "cut.tar", data[:512*3+20])
	put(t, dir, "cut.tgz", gzipOf(t, data)[:len(gzipOf(t, data))-12])
	put(t, dir, "damaged.tar", append(slices.Clone(data[:1024]), bytes.Repeat([]byte("x"), 1024)...))
	got := saw(t, Options{}, dir)
	same(t, got[:3], `cut.tar!/a "A"`, `cut.tar!/b "BBBBBBBBBBBBBBBBBBBB" then unexpected EOF`,
		`cut.tar archive: after b: the tar archive is damaged or ends early: no more bytes`)
	same(t, got[3:5], `cut.tgz!/a "A"`, fmt.Sprintf(`cut.tgz!/b %q`, strings.Repeat("B", 40)))
	same(t, got[len(got)-2:], `damaged.tar!/a "A"`, `damaged.tar archive: after a: the tar archive is damaged or ends early: archive/tar: invalid tar header`)
}

// TestEmptyArchive is named.
func TestEmptyArchive(t *testing.T) {
	same(t, saw(t, Options{}, put(t, t.TempDir(), "e.zip", zipOf(t))), `e.zip archive:: an archive without members`)
}

// TestForeign: what has to be unpacked by other means is named, with advice.
// The magic numbers are those of file(1).
func TestForeign(t *testing.T) {
	dir := t.TempDir()
	for name, head := range map[string]string{"a.7z": "7z\xbc\xaf\x27\x1c\x00\x04", "b.rar": "Rar!\x1a\x07\x01\x00", "c.bz2": "BZh91AY&SY\x00", "d.txt": "BZh is how this note begins"} {
		put(t, dir, name, []byte(head))
	}
	same(t, saw(t, Options{}, dir),
		"a.7z archive:: 7z archive: unpack it and give the folder", "b.rar archive:: rar archive: unpack it and give the folder",
		"c.bz2 archive:: bzip2 archive: unpack it and give the folder", `d.txt "BZh is how this note begins"`)
}

// TestSpool: a zip inside another archive that is too large for memory goes
// through a temporary file, of which nothing stays; without a place for one, it
// is named.
func TestSpool(t *testing.T) {
	noise := make([]byte, spoolMemory+1000)
	seed := sha256.Sum256(nil)
	for i := range noise {
		if i%32 == 0 {
			seed = sha256.Sum256(seed[:])
		}
		noise[i] = seed[i%32]
	}
	inner := zipOf(t, entry{"noise", string(noise)}, entry{"note", "N"})
	tmp := t.TempDir()
	path := put(t, t.TempDir(), "o.tar", tarOf(t, entry{"i.zip", string(inner)}))
	var mu sync.Mutex
	var got []string
	err := List([]string{path}, Options{TempDir: tmp}).Walk(context.Background(), func(in Input) error {
		if files, _ := os.ReadDir(tmp); len(files) != 0 && runtime.GOOS != "windows" {
			t.Errorf("%d names of temporary files while the members are read", len(files))
		}
		go func() { // used after emit returned
			time.Sleep(time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			got = append(got, in.Name+" "+content(in))
			in.Done()
		}()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	read := func() int { mu.Lock(); defer mu.Unlock(); return len(got) }
	for range 200 {
		if files, _ := os.ReadDir(tmp); len(files) == 0 && read() == 2 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if files, _ := os.ReadDir(tmp); len(files) != 0 {
		t.Errorf("%d temporary files stay", len(files))
	}
	nowhere := saw(t, Options{TempDir: filepath.Join(tmp, "missing")}, path)
	if len(nowhere) != 1 || !strings.Contains(nowhere[0], "o.tar!/i.zip archive:: zip: intake: no place to hold an archive inside another: ") {
		t.Errorf("without a place: %q", nowhere)
	}
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(got)
	same(t, got, fmt.Sprintf("o.tar!/i.zip!/noise %d bytes", len(noise)), `o.tar!/i.zip!/note "N"`)
}

// zeros is gzip of n MiB of zero bytes: streams one after the other.
func zeros(t *testing.T, n int) []byte {
	t.Helper()
	return bytes.Repeat(gzipOf(t, make([]byte, 1<<20)), n)
}

// unpacked is how many bytes the inputs of a path give, and their last words.
func unpacked(t *testing.T, path string) (total int64, last string) {
	t.Helper()
	err := List([]string{path}, Options{}).Walk(context.Background(), func(in Input) error {
		defer in.Done()
		if in.Problem != nil {
			last = in.Problem.What
			return nil
		}
		r, err := in.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		n, err := io.Copy(io.Discard, r)
		total += n
		if err != nil {
			last = err.Error()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return total, last
}

// TestBombs: what unpacks without proportion is cut, at every level.
func TestBombs(t *testing.T) {
	one := zeros(t, 400)
	for name, data := range map[string][]byte{
		"gzip.gz":  gzipOf(t, zeros(t, 1200)),
		"tar.tgz":  gzipOf(t, tarOf(t, entry{"a.gz", string(one)}, entry{"b.gz", string(one)})),
		"many.zip": zipOf(t, entry{"a.gz", string(one)}, entry{"b.gz", string(one)}, entry{"c.gz", string(one)}),
	} {
		path := put(t, t.TempDir(), name, data)
		limit := int64(unpackGrace + unpackRatio*len(data))
		total, last := unpacked(t, path)
		if total > limit || total < unpackGrace/2 || !strings.Contains(last, "unpacks to more than") {
			t.Errorf("%s of %d bytes: unpacked %d of at most %d, last words %q", name, len(data), total, limit, last)
		}
	}
}

// TestBombAmongOthers: what stands beside a bomb in a zip archive is read,
// wherever the bomb stands.
func TestBombAmongOthers(t *testing.T) {
	for name, bomb := range map[string]entry{
		"packed": {"a-bomb.gz", string(gzipOf(t, zeros(t, 1200)))},
		"zip":    {"a-bomb.zip", string(zipOf(t, entry{"zeros", string(zeros(t, 1200))}))},
	} {
		path := put(t, t.TempDir(), "m.zip", zipOf(t, entry{"before.txt", "one"}, bomb, entry{"show itl.txt", "two"}, entry{"z.gz", string(gzipOf(t, []byte("three")))}))
		read := map[string]string{}
		err := List([]string{path}, Options{TempDir: t.TempDir()}).Walk(context.Background(), func(in Input) error {
			defer in.Done()
			if !strings.Contains(in.Name, "bomb") {
				read[in.Name] = content(in)
				return nil
			}
			if in.Problem == nil {
				r, err := in.Open()
				if err != nil {
					return err
				}
				defer r.Close()
				_, _ = io.Copy(io.Discard, r) // a bomb is read as far as it goes
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for member, want := range map[string]string{"before.txt": `"one"`, "show itl.txt": `"two"`, "z.gz": `"three"`} {
			if got := read["m.zip!/"+member]; got != want {
				t.Errorf("%s: %s gave %s, want %s", name, member, got, want)
			}
		}
	}
}

// TestDamagedAmongOthers: an archive in a zip archive whose packed bytes are
// damaged from the first on ends neither the walk nor what stands beside it.
func TestDamagedAmongOthers(t *testing.T) {
	inner := zipOf(t, entry{"member", "text"})
	data := zipOf(t, entry{"a.zip", string(inner)}, entry{"b.txt", "two"})
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	at, err := zr.File[0].DataOffset()
	if err != nil {
		t.Fatal(err)
	}
	packed := data[at : at+int64(zr.File[0].CompressedSize64)]
	for i := len(packed) / 2; i < len(packed); i++ {
		packed[i] = 0xff
	}
	got := saw(t, Options{}, put(t, t.TempDir(), "m.zip", data))
	if len(got) < 2 || got[0] != `m.zip!/b.txt "two"` || !strings.HasPrefix(got[1], "m.zip!/a.zip unreadable") && !strings.HasPrefix(got[1], "m.zip!/a.zip archive") {
		t.Errorf("got %q", got)
	}
}

// TestRefund: many compressed members, each of which might have unpacked to
// more than it did, all come through.
func TestRefund(t *testing.T) {
	var members []entry
	data := gzipOf(t, []byte(strings.Repeat("a line of a trace\n", 50)))
	for i := range 12_000 { // 12,000 x deflateGrace is more than unpackGrace
		members = append(members, entry{fmt.Sprint(i), string(data)})
	}
	n := 0
	err := List([]string{put(t, t.TempDir(), "m.zip", zipOf(t, members...))}, Options{}).Walk(context.Background(), func(in Input) error {
		defer in.Done()
		if in.Problem != nil {
			t.Fatalf("%s: %s", in.Name, in.Problem.What)
		}
		if s := content(in); s != "900 bytes" {
			t.Fatalf("%s: %s", in.Name, s)
		}
		n++
		return nil
	})
	if err != nil || n != len(members) {
		t.Errorf("%d members, %v", n, err)
	}
}

// TestOverlap: a zip whose directory names the same bytes many times stops.
// (David Fifield, "A better zip bomb", WOOT 2019.)
func TestOverlap(t *testing.T) {
	one := zipOf(t, entry{"a", strings.Repeat("A", 100_000)})
	end := bytes.Index(one, []byte("PK\x05\x06"))
	dir := bytes.Index(one, []byte("PK\x01\x02"))
	var b bytes.Buffer
	b.Write(one[:dir])
	const n = 50
	for range n {
		b.Write(one[dir:end])
	}
	tail := slices.Clone(one[end:])
	binary.LittleEndian.PutUint16(tail[8:], n)
	binary.LittleEndian.PutUint16(tail[10:], n)
	binary.LittleEndian.PutUint32(tail[12:], uint32(n*(end-dir)))
	b.Write(tail)
	total, last := unpacked(t, put(t, t.TempDir(), "o.zip", b.Bytes()))
	if !strings.Contains(last, "overlap") || total > 3_000_000 {
		t.Errorf("unpacked %d, %q", total, last)
	}
}

// FuzzWalk: no bytes make the walk fail, hang or unpack beyond its bounds.
func FuzzWalk(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)*2/3])
	}
	f.Add(zipOf(f, entry{"a.tgz", string(gzipOf(f, tarOf(f, entry{"b", "B"})))}))
	f.Fuzz(func(t *testing.T, data []byte) {
		seen := names{}
		err := List([]string{"-"}, Options{Stdin: bytes.NewReader(data), TempDir: t.TempDir()}).Walk(context.Background(), func(in Input) error {
			defer in.Done()
			if in.Problem != nil {
				return nil
			}
			if seen[in.Name] {
				t.Errorf("name %q comes twice", in.Name)
			}
			seen[in.Name] = true
			r, err := in.Open()
			if err != nil {
				return nil
			}
			defer r.Close()
			if n, _ := io.Copy(io.Discard, r); n > unpackGrace+unpackRatio*int64(len(data)) {
				t.Errorf("%d bytes gave %d", len(data), n)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

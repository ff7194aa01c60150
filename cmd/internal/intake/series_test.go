package intake

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// firstOf reads the captures of these tests: "CAP" and a second, "CAP" alone
// for one without packets.
func firstOf(r io.Reader) (time.Time, bool) {
	line, _ := bufio.NewReader(r).ReadString('\n')
	var sec int64
	switch n, _ := fmt.Sscanf(line, "CAP %d", &sec); {
	case n == 1:
		return time.Unix(sec, 0), true
	case strings.HasPrefix(line, "CAP"):
		return time.Time{}, true
	}
	return time.Time{}, false
}

// walked is one line for each input: the names of its parts, in front of each
// but the first how many are missing.
func walked(t testing.TB, paths ...string) []string {
	t.Helper()
	var out []string
	err := List(paths, Options{First: firstOf}).Walk(context.Background(), func(in Input) error {
		defer in.Done()
		line := in.Name
		if in.Parts != nil {
			var size int64
			for i, p := range in.Parts {
				size += p.Size
				if i == 0 {
					line = "series " + p.Name
				} else {
					line += fmt.Sprintf(" %d %s", p.Missing, p.Name)
				}
				for range 2 { // can be opened more than once
					if s := content(p); !strings.HasPrefix(s, `"CAP`) && !strings.HasSuffix(p.Name, ".gz") {
						t.Errorf("%s holds %s", p.Name, s)
					}
				}
			}
			if in.Name != in.Parts[0].Name || in.Size != size {
				t.Errorf("series %s of %d bytes", in.Name, in.Size)
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

// capAt is a capture of one packet.
func capAt(sec int) string { return fmt.Sprintf("CAP %d\n", sec) }

func TestSeriesByName(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []entry
		want  []string
	}{
		{"dumpcap", []entry{{"a_00001_20240101120000.pcapng", capAt(10)}, {"a_00002_20240101120100.pcapng", capAt(20)}, {"a_00010_20240101120900.pcapng", capAt(90)}},
			[]string{"series a_00001_20240101120000.pcapng 0 a_00002_20240101120100.pcapng 7 a_00010_20240101120900.pcapng"}},
		{"dumpcap, time first", []entry{{"a_20240101120000_00001.pcap", capAt(10)}, {"a_20240101120100_00002.pcap", capAt(20)}},
			[]string{"series a_20240101120000_00001.pcap 0 a_20240101120100_00002.pcap"}},
		{"editcap", []entry{{"a_00000_20240101120000", capAt(10)}, {"a_00001_20240101120000", capAt(11)}},
			[]string{"series a_00000_20240101120000 0 a_00001_20240101120000"}},
		{"tcpdump -C", []entry{{"a.pcap", capAt(10)}, {"a.pcap1", capAt(20)}, {"a.pcap2", capAt(30)}, {"a.pcap10", capAt(99)}, {"a.pcap-notes", "text"}},
			[]string{"series a.pcap 0 a.pcap1 0 a.pcap2 7 a.pcap10", "a.pcap-notes"}},
		{"Cisco", []entry{{"packets.cap", capAt(10)}, {"packets.cap1", capAt(20)}}, []string{"series packets.cap 0 packets.cap1"}},
		{"ring", []entry{{"a.pcap00", capAt(50)}, {"a.pcap01", capAt(60)}, {"a.pcap02", capAt(30)}, {"a.pcap03", capAt(40)}},
			[]string{"series a.pcap02 0 a.pcap03 -1 a.pcap00 0 a.pcap01"}},
		{"tcpdump -G", []entry{{"a-20240101120000.pcap", capAt(10)}, {"a-20240101120100.pcap", capAt(70)}},
			[]string{"series a-20240101120000.pcap -1 a-20240101120100.pcap"}},
		{"tcpdump -G, -C", []entry{{"a-2024-01-01_12.00.00.pcap", capAt(10)}, {"a-2024-01-01_12.00.00.pcap1", capAt(20)}, {"a-2024-01-01_12.01.00.pcap", capAt(70)}},
			[]string{"series a-2024-01-01_12.00.00.pcap -1 a-2024-01-01_12.00.00.pcap1 -1 a-2024-01-01_12.01.00.pcap"}},
		{"an empty part", []entry{{"a.pcap", capAt(10)}, {"a.pcap1", "CAP\n"}, {"a.pcap2", capAt(30)}}, []string{"series a.pcap 0 a.pcap1 0 a.pcap2"}},

		{"no capture among them", []entry{{"a.pcap", capAt(10)}, {"a.pcap1", ""}, {"a.pcap2", capAt(30)}}, []string{"series a.pcap 1 a.pcap2", "a.pcap1"}},
		{"the first is none", []entry{{"a.pcap", "text"}, {"a.pcap1", capAt(20)}, {"a.pcap2", capAt(30)}}, []string{"series a.pcap1 0 a.pcap2", "a.pcap"}},
		{"against the order", []entry{{"a_00001_20240101120000.pcap", capAt(20)}, {"a_00002_20240101120100.pcap", capAt(10)}},
			[]string{"a_00001_20240101120000.pcap", "a_00002_20240101120100.pcap"}},
		{"no ring", []entry{{"a.pcap0", capAt(50)}, {"a.pcap1", capAt(20)}, {"a.pcap2", capAt(60)}, {"a.pcap3", capAt(10)}},
			[]string{"a.pcap0", "a.pcap1", "a.pcap2", "a.pcap3"}},
		{"at once", []entry{{"a.pcap", capAt(10)}, {"a.pcap1", capAt(10)}}, []string{"a.pcap", "a.pcap1"}},
		{"days apart", []entry{{"a-20240101120000.pcap", capAt(10)}, {"a-20240103120000.pcap", capAt(172810)}}, []string{"a-20240101120000.pcap", "a-20240103120000.pcap"}},
		{"one number twice", []entry{{"a.pcap", capAt(10)}, {"a.pcap1", capAt(20)}, {"a.pcap01", capAt(30)}}, []string{"a.pcap", "a.pcap01", "a.pcap1"}},
		{"other stems", []entry{{"a.pcap", capAt(10)}, {"b.pcap1", capAt(20)}, {"c1.pcap", capAt(30)}, {"c2.pcap", capAt(40)}}, []string{"a.pcap", "b.pcap1", "c1.pcap", "c2.pcap"}},
		{"other folders", []entry{{"x/a.pcap", capAt(10)}, {"y/a.pcap1", capAt(20)}}, []string{"x/a.pcap", "y/a.pcap1"}},
		{"other formats", []entry{{"a_00001_20240101120000.pcap", capAt(10)}, {"a_00002_20240101120100.pcapng", capAt(20)}},
			[]string{"a_00001_20240101120000.pcap", "a_00002_20240101120100.pcapng"}},
		{"no time", []entry{{"a.pcap", "CAP\n"}, {"a.pcap1", "CAP\n"}}, []string{"a.pcap", "a.pcap1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			inZip := make([]string, len(c.want))
			for _, f := range c.files {
				put(t, dir, "case/"+f.name, []byte(f.data))
			}
			sorted := func(s []string) string { // the order of single inputs is that of their container
				var series, rest []string
				for _, l := range s {
					if strings.HasPrefix(l, "series") {
						series = append(series, l)
					} else {
						rest = append(rest, l)
					}
				}
				return strings.Join(series, "\n") + "\n" + fmt.Sprint(len(rest))
			}
			if d := cmp.Diff(c.want, walked(t, filepath.Join(dir, "case"))); d != "" {
				t.Errorf("folder: %s", d)
			}
			for i, l := range c.want {
				for _, f := range c.files {
					l = strings.ReplaceAll(" "+l+" ", " "+f.name+" ", " c!/"+f.name+" ")
					l = l[1 : len(l)-1]
				}
				inZip[i] = l
			}
			reversed := make([]entry, 0, len(c.files))
			for i := range c.files {
				reversed = append(reversed, c.files[len(c.files)-1-i])
			}
			for _, files := range [][]entry{c.files, reversed} {
				for _, data := range [][]byte{zipOf(t, files...), tarOf(t, files...), gzipOf(t, tarOf(t, files...))} {
					got := walked(t, put(t, dir, "c", data))
					if d := cmp.Diff(sorted(inZip), sorted(got)); d != "" {
						t.Errorf("archive: %s", d)
					}
				}
			}
		})
	}
}

// TestSeriesOfArguments: parts that are named one by one, in any order, some
// compressed, are a series all the same; none is handed out twice.
func TestSeriesOfArguments(t *testing.T) {
	dir := t.TempDir()
	a, b := put(t, dir, "a.pcap", []byte(capAt(10))), put(t, dir, "a.pcap1", []byte(capAt(20)))
	if d := cmp.Diff([]string{"series a.pcap 0 a.pcap1"}, walked(t, b, a)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"series a.pcap 0 a.pcap1"}, walked(t, b, a, dir, b)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"a.pcap1"}, walked(t, b)); d != "" {
		t.Error(d)
	}
}

// TestSeriesAbandoned: Done of a series is called when nobody takes it.
func TestSeriesAbandoned(t *testing.T) {
	dir := t.TempDir()
	path := put(t, dir, "c.zip", zipOf(t, entry{"a.pcap", capAt(10)}, entry{"a.pcap1", capAt(20)}, entry{"b", "x"}))
	stop := fmt.Errorf("stop")
	if err := List([]string{path}, Options{First: firstOf}).Walk(context.Background(), func(Input) error { return stop }); err != stop {
		t.Errorf("got %v", err)
	}
}

package intake

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzMembers packs whatever names and contents into a tar, a zip and a zip
// without its directory. Every member comes out once, with its content, under a
// name that can be shown, alone or as a part of a series.
func FuzzMembers(f *testing.F) {
	f.Add("a.pcap\na.pcap1\na.pcap2", "CAP 1\n\x00CAP 2\n\x00CAP 3\n")
	f.Add("tvs00000001.txt\ntvs00000002.txt\ntvs00000004.txt.gz", "TRACE tvs\n\x00TRACE tvs\n\x00TRACE tvs\n")
	f.Add("../../x\n/etc/passwd\n\x1b[31m\u202e\nx\nx", "1\x002\x003\x004\x005")
	f.Add("x_00001_20240101120000.pcap\nx_00002_20240101120001.pcap\nSEP001122334455/cm/trace/tvs/sdi/tvs00000001.txt", "CAP 5\n\x00CAP 4\n\x00TRACE tvs")
	f.Add("prt-20140506-070809-001122334455.tar.gz\nq/\n", "a\x00b")
	f.Fuzz(func(t *testing.T, list, contents string) {
		var members []entry
		data := strings.Split(contents, "\x00")
		want := map[string]int{}
		for i, name := range strings.Split(list, "\n") {
			if i == len(data) || i == 20 || len(name) > 200 || strings.HasSuffix(name, "/") || strings.HasSuffix(name, `\`) {
				break
			}
			if strings.IndexByte(name, 0) >= 0 || name == "" {
				continue // tar ends a name there
			}
			if head := []byte(data[i]); len(head) > 400 || isGzip(head) || bytes.HasPrefix(head, []byte("PK")) {
				continue // what is inside an archive would come out
			}
			if kind, _ := sniff([]byte(data[i])); kind != plain {
				continue
			}
			members = append(members, entry{name, data[i]})
			want[data[i]]++
		}
		if len(members) == 0 {
			return
		}
		var packed bytes.Buffer
		w := tar.NewWriter(&packed)
		for _, m := range members {
			if err := w.WriteHeader(&tar.Header{Name: m.name, Mode: 0o600, Size: int64(len(m.data)), Format: tar.FormatGNU}); err != nil {
				return // a name that tar cannot hold
			}
			if _, err := io.WriteString(w, m.data); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		zipped := zipOf(t, members...)
		for form, archive := range map[string][]byte{"tar": packed.Bytes(), "tgz": gzipOf(t, packed.Bytes()), "zip": zipped, "cut zip": zipped[:bytes.LastIndex(zipped, []byte("PK\x05\x06"))]} {
			got := map[string]int{}
			names := map[string]bool{}
			take := func(in Input) {
				if names[in.Name] {
					t.Errorf("%s: %q comes twice", form, in.Name)
				}
				names[in.Name] = true
				for _, r := range in.Name {
					if !unicode.IsPrint(r) && r != ' ' {
						t.Errorf("%s: the name %q cannot be shown", form, in.Name)
					}
				}
				if !utf8.ValidString(in.Name) || !strings.HasPrefix(in.Name, "-!/") {
					t.Errorf("%s: name %q", form, in.Name)
				}
				r, err := in.Open()
				if err != nil {
					t.Fatalf("%s: %q: %v", form, in.Name, err)
				}
				defer r.Close()
				b, err := io.ReadAll(r)
				if err != nil {
					t.Errorf("%s: %q: %v", form, in.Name, err)
				}
				got[string(b)]++
			}
			opt := Options{Stdin: bytes.NewReader(archive), TempDir: t.TempDir(), First: firstOf, Trace: traceOf}
			err := List([]string{Stdin}, opt).Walk(context.Background(), func(in Input) error {
				defer in.Done()
				switch {
				case in.Problem != nil && form == "cut zip": // that it was cut
				case in.Problem != nil:
					t.Errorf("%s: %s: %s", form, in.Name, in.Problem.What)
				case in.Parts != nil:
					for _, p := range in.Parts {
						take(p)
					}
				default:
					take(in)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for text, n := range want {
				if got[text] != n {
					t.Errorf("%s: %q came %d times, want %d", form, text, got[text], n)
				}
			}
		}
	})
}

func isGzip(b []byte) bool { return bytes.HasPrefix(b, []byte{0x1f, 0x8b}) }

// FuzzNames: what a name tells is harmless, and a rotated name keeps its place.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"tvs00000001.txt.gz", "x_00001_20240101120000.pcapng", "case.zip!/cucm1/2024-01-01_10-00-00/cm/trace/tvs/sdi/tvs00000001.txt", "prt-20140506-070809-001122334455.tar.gz", "a.pcap99999999999", "\xff\x1b\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		shown := printable(name)
		if shown != printable(shown) {
			t.Errorf("%q is shown as %q, and that as %q", name, shown, printable(shown))
		}
		hintsOf(shown)
		if r, ok := rotationOf(name); ok && compareRotation(r, r) != 0 {
			t.Errorf("%q: %+v", name, r)
		}
	})
}

package trustlist

import (
	"bytes"
	"encoding/pem"
	"slices"
	"strings"
	"testing"
)

func FuzzParse(f *testing.F) {
	k := signers(f)["512"]
	f.Add(genuine(f))
	f.Add(genuine(f)[:1500])
	for _, certutils := range []bool{false, true} {
		b, _, _ := list{certutils: certutils, digest: 1, key: k, serial: []byte{1}, filename: "ITLFile.tlv",
			body: append(entry(certutils, 0, k, "s", []byte{1}), record(tv(2, nul("x")), tv(4, []byte{0, 2}), tv(10, []byte{10, 48, 47, 153}))...)}.build()
		f.Add(b)
	}
	b, _, _ := list{version: []byte{2, 0}, digest: 2, key: k, serial: []byte{1}, filename: "a.cnf.xml.enc.sgn",
		extra: append(tv(16, tv(17, tv(18, []byte{0}), tv(19, make([]byte, 16)), tv(20, []byte{0, 1})), tv(21, tv(22, []byte{0}), tv(23, []byte{2, 0}), tv(25, make([]byte, 64)))), tv(26, []byte{1})...),
		body:  []byte("secret")}.build()
	f.Add(b)
	f.Add([]byte("\x01\x02\x02\x00\x02\x0185"))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		file, err := Parse(b)
		if file == nil {
			t.Fatal("no file")
		}
		if err == nil && file.Verify().Status == "" {
			t.Fatal("no verdict")
		}
		if len(file.Records) > maxRecords || len(file.Problems) > maxProblems+1 {
			t.Fatalf("%d records, %d problems", len(file.Records), len(file.Problems))
		}
		total := 0
		for _, r := range file.Records {
			if r.Length == 0 && len(r.Fields) == 0 {
				t.Fatal("a record of nothing")
			}
			total += len(r.Fields)
		}
		if total > len(b) {
			t.Fatalf("%d fields of %d octets", total, len(b))
		}
	})
}

// FuzzVerify changes one octet of a good list: it must never verify.
func FuzzVerify(f *testing.F) {
	good := genuine(f)
	f.Add(0, byte(1))
	f.Add(158, byte(0x80))
	f.Add(len(good)-1, byte(0xff))
	f.Fuzz(func(t *testing.T, at int, change byte) {
		if at < 0 || at >= len(good) || change == 0 {
			return
		}
		b := bytes.Clone(good)
		b[at] ^= change
		file, err := Parse(b)
		if err == nil && file.Verify().Status == StatusValid {
			t.Fatalf("octet %d changed by %#x: still valid", at, change)
		}
	})
}

func FuzzListing(f *testing.F) {
	for _, name := range []string{"116232-show-itl.txt", "116232-nl-show-itl.txt", "118892-show-ctl-2.txt", "118892-show-ctl-3.txt", "doc18834-show-ctl.txt"} {
		b := fixture(f, name)
		f.Add(b)
		f.Add(b[len(b)/3:])
	}
	f.Add([]byte("BYTEPOS\n3 SIGNERID 2\n\n1 RECORDLENGTH 2 \xff\n-- \"show ctl\" ITL Record #:99999 99 AAAA 99999"))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		if len(b) > 8<<10 {
			return
		}
		lines := bytes.Count(b, []byte("\n")) + 1
		files := ParseListings(b)
		if len(files) > 0 && !DetectListing(b) {
			t.Fatal("not detected")
		}
		for _, file := range files {
			if file.Line < 1 || file.EndLine < file.Line || file.EndLine > lines {
				t.Fatalf("lines %d to %d of %d", file.Line, file.EndLine, lines)
			}
			if file.Origin != OriginListing || file.Verify().Status != StatusUnverifiable {
				t.Fatalf("a listing verifies: %+v", file)
			}
			for _, p := range file.Problems {
				if bytes.Contains([]byte(p), []byte("grammar")) {
					t.Fatal(p)
				}
			}
			_ = file.Row()
		}
		if p, err := parsePage(normalise(b)); err != nil || p == nil {
			t.Fatalf("the grammar refuses: %v", err)
		}
	})
}

// FuzzReadKeys: a file given to verify with is keys or an error, and each key
// has the name of its file.
func FuzzReadKeys(f *testing.F) {
	f.Add(genuine(f))
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: genuine(f)[:80]}))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		keys, err := ReadKeys("file", b)
		if len(keys) == 0 && err == nil {
			t.Fatal("neither a key nor an error")
		}
		for _, k := range keys {
			if !strings.HasPrefix(k.Name, "file") || k.Key == nil {
				t.Fatalf("%+v", k)
			}
		}
	})
}

// FuzzDiff: what Diff tells between two lists is nothing between a list and
// itself.
func FuzzDiff(f *testing.F) {
	f.Add(genuine(f), genuine(f)[:1500])
	f.Add([]byte{}, genuine(f))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		x, _ := Parse(a)
		y, _ := Parse(b)
		Diff(x, y)
		if same := Diff(x, x); len(same) > 0 {
			t.Fatalf("a list differs from itself: %v", same)
		}
	})
}

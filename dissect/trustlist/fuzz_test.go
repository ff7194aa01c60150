package trustlist

import (
	"bytes"
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
	f.Fuzz(func(t *testing.T, b []byte) {
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

package trustlist

import (
	"bytes"
	"strings"
	"testing"
)

func TestHeaderForms(t *testing.T) {
	k := signers(t)["1024"]
	body := append(entry(false, 0, k, "signer", []byte{1}), entry(false, 0, k, "other", []byte{2})...)
	base := list{digest: 1, modulus: 1, key: k, serial: []byte{1}, filename: "CTLFile.tlv", body: body}
	for _, c := range []struct {
		name    string
		change  func(*list)
		check   func(*File) bool
		problem string
	}{
		{"certutils order with signer version", func(l *list) { l.certutils = true }, func(f *File) bool { return f.SignerVersion == "1.1" }, ""},
		{"later version", func(l *list) { l.version = []byte{1, 9} }, func(f *File) bool { return f.Version == "1.9" && f.Kind == KindCTL }, ""},
		{"unknown tag", func(l *list) { l.extra = tv(40, []byte("odd")) }, nil, "header tag 40 is not known (3 octets"},
		{"tag twice", func(l *list) { l.extra = tv(14, nul("ITLFile.tlv")) }, func(f *File) bool { return f.Kind == KindCTL }, "header tag 14 occurs again"},
		{"signature twice", func(l *list) { l.extra = tv(12, make([]byte, 128)) }, nil, "header tag 12 occurs again"},
		{"modulus code of another size", func(l *list) { l.modulus = 2 }, nil, "modulus code 2 stands for 2048 bits, the signature has 1024"},
		{"modulus code unknown", func(l *list) { l.modulus = 9 }, nil, "modulus code 9 is not known"},
		{"name with a folder", func(l *list) { l.filename = `a\b/ITLSEP001122334455.tlv` }, func(f *File) bool { return f.Kind == KindITL }, ""},
		{"name that says nothing", func(l *list) { l.filename = "list.tlv" }, func(f *File) bool { return f.Kind == KindCTL }, ""},
		{"name that says nothing, TVS inside", func(l *list) {
			l.filename = "list.tlv"
			l.body = append(bytes.Clone(body), entry(false, 21, k, "tvs", []byte{3})...)
		}, func(f *File) bool { return f.Kind == KindITL }, ""},
		{"no records", func(l *list) { l.body = nil }, func(f *File) bool { return len(f.Records) == 0 && !f.Partial && f.Kind == KindCTL }, ""},
		{"4096 records and more", func(l *list) { l.body = bytes.Repeat(record(), 4100) }, func(f *File) bool { return len(f.Records) == 4096 }, "problems are not listed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := base
			c.change(&l)
			b, _, _ := l.build()
			f := parse(t, b)
			if c.check != nil && !c.check(f) {
				t.Errorf("got %+v", f)
			}
			want := StatusValid
			if len(f.Records) != 2 && len(f.Records) != 3 {
				want = StatusUnverifiable
			}
			if v := f.Verify(); v.Status != want {
				t.Errorf("verdict %+v, want %s", v, want)
			}
			problems := strings.Join(f.Problems, "\n")
			if c.problem == "" && problems != "" || !strings.Contains(problems, c.problem) {
				t.Errorf("problems %q, want %q", f.Problems, c.problem)
			}
		})
	}
}

// The tags may come in any order, header length and version included.
func TestHeaderOrder(t *testing.T) {
	parts := [][]byte{tv(15, []byte{0, 0, 0, 1}), tv(12, make([]byte, 64)), tv(14, nul("ITLFile.tlv")), tv(5, []byte{9}), tv(2, []byte{0, 0}), tv(8, []byte{3}), tv(1, []byte{1, 2}), tv(4, nul("CN=a"))}
	b := bytes.Join(parts, nil)
	i := bytes.Index(b, tv(2, []byte{0, 0}))
	b[i+4] = byte(len(b))
	f := parse(t, append(b, record(tv(4, []byte{0, 21}))...))
	if f.Kind != KindITL || f.Version != "1.2" || f.Signer.Serial != "09" || f.DigestAlgorithm != "sha512" || len(f.Records) != 1 || f.CoveredDigest == nil {
		t.Errorf("got %+v", f)
	}
}

func TestSignedFile(t *testing.T) {
	keys := signers(t)
	k := keys["2048"]
	xml := []byte("<?xml version=\"1.0\"?>\n<device><deviceName>SEP001122334455</deviceName></device>\n")
	b, _, _ := list{certutils: false, version: []byte{1, 0}, digest: 3, modulus: 2, key: k, serial: []byte{7}, filename: "SEP001122334455.cnf.xml.sgn", body: xml}.build()
	f := parse(t, b)
	if f.Kind != KindSignedFile || f.Filename != "SEP001122334455.cnf.xml.sgn" || !bytes.Equal(f.Payload, xml) || len(f.Records) != 0 || len(f.Problems) != 0 {
		t.Fatalf("got %+v", f)
	}
	if v := f.Verify(); v.Status != StatusUnverifiable || !strings.Contains(v.Reason, "serial 07") {
		t.Errorf("without keys: %+v", v)
	}
	// Checked against a list that holds its signer, and against one that does not.
	lb, _, _ := list{digest: 1, modulus: 1, key: keys["1024"], serial: []byte{1}, filename: "ITLFile.tlv",
		body: append(entry(false, 0, keys["1024"], "signer", []byte{1}), entry(false, 2, k, "tftp", []byte{7})...)}.build()
	if v := f.Verify(parse(t, lb).Keys()...); v.Status != StatusValid || v.By != "record 2: CN=tftp" {
		t.Errorf("with its list: %+v", v)
	}
	if v := f.Verify(parse(t, genuine(t)).Keys()...); v.Status != StatusUnverifiable || v.Reason != "the signer (serial 07) is not among the given keys" {
		t.Errorf("with another list: %+v", v)
	}
	// The same serial with another key, and a key without a name.
	for _, other := range []NamedKey{{Name: "a.pem", Serial: "07"}, {Name: "b.pem"}} {
		other.Key = parse(t, lb).Records[0].Key
		if v := f.Verify(other); v.Status != StatusInvalid || !strings.Contains(v.Reason, other.Name) {
			t.Errorf("with %+v: %+v", other, v)
		}
	}
}

func TestEncryptedFile(t *testing.T) {
	k := signers(t)["1024"]
	extra := append(tv(16, tv(17, tv(18, []byte{0}), tv(19, bytes.Repeat([]byte{0xab}, 16)), tv(20, []byte{0, 11})),
		tv(21, tv(22, []byte{0}), tv(23, []byte{8, 0}), tv(24, []byte{1}), tv(25, make([]byte, 256)))), append(tv(26, []byte{3}), tv(27, make([]byte, 64))...)...)
	cipher := bytes.Repeat([]byte{0x0d, 1}, 40)
	b, _, _ := list{version: []byte{2, 0}, digest: 1, modulus: 1, key: k, serial: []byte{7}, filename: "SEP001122334455.cnf.xml.enc.sgn", extra: extra, body: cipher}.build()
	f := parse(t, b)
	want := Encryption{Cipher: 0, IV: strings.Repeat("ab", 16), PadLength: 11, KeyCipher: 0, KeyBits: 2048, WrappedCode: 1,
		WrappedKey: strings.Repeat("00", 256), HashAlgorithm: "SHA-512", Hash: strings.Repeat("00", 64)}
	if f.Kind != KindEncryptedFile || *f.Encryption != want || !bytes.Equal(f.Payload, cipher) || len(f.Problems) != 0 {
		t.Errorf("got %+v, %+v, %q", f.Kind, f.Encryption, f.Problems)
	}
	if v := f.Verify(NamedKey{Name: "k", Key: parse(t, func() []byte {
		b, _, _ := list{digest: 1, key: k, serial: []byte{1}, filename: "x.tlv", body: entry(false, 0, k, "s", []byte{1})}.build()
		return b
	}()).Records[0].Key}); v.Status != StatusValid {
		t.Errorf("verdict %+v", v)
	}
}

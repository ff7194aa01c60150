package trustlist

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func genuine(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/ctl-genuine-cucm.tlv")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t testing.TB, b []byte) *File {
	t.Helper()
	f, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The expected values are those of `xxd`, `md5sum`, `sha1sum`, `openssl x509`
// and `openssl dgst` on the file.
func TestGenuineCTL(t *testing.T) {
	b := genuine(t)
	if !Detect(b) {
		t.Fatal("not detected")
	}
	f := parse(t, b)
	if len(f.Problems) > 0 {
		t.Errorf("problems: %q", f.Problems)
	}
	name := "CN=gigantic-6.cisco.com;OU=VTG;O=Alpha;L=SJ;ST=CA;C=US"
	for _, x := range []struct {
		what      string
		got, want any
	}{
		{"kind", f.Kind, KindCTL},
		{"origin", f.Origin, OriginBinary},
		{"filename", f.Filename, "CTLFile.tlv"},
		{"version", f.Version, "1.2"},
		{"signer version", f.SignerVersion, ""},
		{"header length", f.HeaderLength, 312},
		{"length", f.Length, 7166},
		{"signer", f.Signer, Signer{name, name, "24491f10703fea9b"}},
		{"digest", f.DigestAlgorithm, "sha1"},
		{"algorithm", f.SignatureAlgorithm, 0},
		{"modulus", f.ModulusCode, 1},
		{"signature", hex.EncodeToString(f.Signature[:8]), "356df0f8aaf1056e"},
		{"signature length", len(f.Signature), 128},
		{"covered digest", hex.EncodeToString(f.CoveredDigest), "fa268ab1d9cf393332d159978cb185caeed0559c"},
		{"timestamp", f.Timestamp, time.Date(2015, 5, 7, 3, 10, 47, 0, time.UTC)},
		{"sha1", f.SHA1, "7bc2b30ebc2c52dcb6af9389af7a32e4a65be824"},
		{"partial", f.Partial, false},
		{"payload", len(f.Payload), 0},
		{"records", len(f.Records), 6},
	} {
		if !reflect.DeepEqual(x.got, x.want) {
			t.Errorf("%s: got %v, want %v", x.what, x.got, x.want)
		}
	}
	type row struct {
		length    int
		functions string
		dns, ip   string
		subject   string
		serial    string
		certLen   int
		certSHA1  string
		signed    bool
	}
	want := []row{
		{1147, "SAST", "gigantic-6", "10.35.48.106", name, "24491f10703fea9b", 712, "", true},
		{1147, "CCM TFTP", "gigantic-6", "10.35.48.106", name, "24491f10703fea9b", 712, "", false},
		{1171, "CCM TFTP", "gigantic-7", "10.35.150.151", "CN=gigantic-7.cisco.com;OU=vtg;O=cisco;L=san jose;ST=ca;C=US", "6330981c017c4743", 724, "", false},
		{1085, "CAPF", "gigantic-6", "10.35.48.106", "CN=CAPF-2076a1a2;OU=VTG;O=Alpha;L=SJ;ST=CA;C=US", "615dd8840a63eb4119be843e201550e0", 656, "", false},
		{1161, "SAST", "gigantic-6", "10.35.48.106", "CN=ITLRECOVERY_gigantic-6.cisco.com;OU=CTG;O=Alpha;L=SJ;ST=CA;C=US", "5b7328d0a02932d816d59eeef6ec9d18", 694, "", false},
		{1143, "CCM TFTP", "ccm-sjcctg-013", "10.32.134.77", "CN=ccm-sjcctg-013.cisco.com;OU=CTG;O=Alpha;L=SJ;ST=CA;C=US", "418c549abc251e2f2609ecf6a092d22f", 688, "", false},
	}
	total := f.HeaderLength
	for i, r := range f.Records {
		got := row{r.Length, strings.Join(r.Functions, " "), r.DNSName, r.IP, r.Subject, r.Serial, r.CertificateLength, "", r.SignedThis}
		if i < len(want) && got != want[i] {
			t.Errorf("record %d:\n got %+v\nwant %+v", i+1, got, want[i])
		}
		if r.Number != i+1 || r.Issuer != r.Subject || r.Key.String() != "RSA 1024" || r.KeyLength != 140 || r.SignatureLength != 128 || r.Certificate.Problem != "" {
			t.Errorf("record %d: %+v", i+1, r)
		}
		total += r.Length
	}
	if total != 7166 {
		t.Errorf("lengths add up to %d", total)
	}
	v := f.Verify()
	if want := (Verdict{Status: StatusValid, By: "record 1: " + name}); v != want {
		t.Errorf("verdict %+v, want %+v", v, want)
	}
	if got := f.SignatureName(); got != "SHA1-RSA" {
		t.Errorf("signature %q", got)
	}
	var tags []int
	for _, x := range f.Fields {
		tags = append(tags, x.Tag)
	}
	if !reflect.DeepEqual(tags, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15}) {
		t.Errorf("header tags %v", tags)
	}
}

// Record 2 has the signer's certificate too. When record 1 is damaged its key
// still tells.
func TestEveryRecordOfTheSignerIsTried(t *testing.T) {
	f := parse(t, genuine(t))
	f.Records[0].Key = f.Records[3].Key
	f.Records[0].Certificate = nil
	if v := f.Verify(); v.Status != StatusValid || !strings.HasPrefix(v.By, "record 2: ") {
		t.Errorf("verdict %+v", v)
	}
}

// Every octet of a list is covered by the signature or is the signature: no
// change of one bit may leave it valid. Neither may any change panic.
func TestNoChangedListIsValid(t *testing.T) {
	key := signers(t)["512"]
	b, _, _ := list{digest: 1, key: key, serial: []byte{0x21, 5}, filename: "ITLFile.tlv",
		body: append(entry(false, 0, key, "signer", []byte{0x21, 5}), entry(true, 21, key, "tvs", []byte{9})...)}.build()
	if v := parse(t, b).Verify(); v.Status != StatusValid {
		t.Fatalf("unchanged: %+v", v)
	}
	statuses := map[string]int{}
	for i := range b {
		for bit := range 8 {
			c := bytes.Clone(b)
			c[i] ^= 1 << bit
			f, err := Parse(c)
			if err != nil {
				continue
			}
			v := f.Verify()
			if v.Status == StatusValid {
				t.Fatalf("bit %d of octet %d changed: still %+v", bit, i, v)
			}
			statuses[v.Status]++
		}
	}
	// A change seldom hides who signed, so nearly all of them must be told.
	if statuses[StatusInvalid] < 5*statuses[StatusUnverifiable] {
		t.Errorf("statuses %v", statuses)
	}
}

// The first part of a file gives what it holds, is marked, and never verifies.
func TestFirstPart(t *testing.T) {
	b := genuine(t)
	full := parse(t, b)
	bounds := map[int]int{312: 0} // offset of a record's end -> records
	for end, i := 312, 0; i < len(full.Records); i++ {
		end += full.Records[i].Length
		bounds[end] = i + 1
	}
	for n := 1; n < len(b); n++ {
		f, err := Parse(b[:n])
		if err != nil && n >= 5 {
			t.Fatalf("%d octets: %v", n, err)
		}
		if f == nil {
			t.Fatalf("%d octets: nothing", n)
		}
		if f.Verify().Status == StatusValid {
			t.Fatalf("%d octets: valid", n)
		}
		if _, whole := bounds[n]; !whole && !f.Partial && n >= 5 {
			t.Fatalf("%d octets: not marked as a part", n)
		}
		if f.Partial && f.CoveredDigest != nil {
			t.Fatalf("%d octets: covered digest of a part", n)
		}
		if n >= 140 && f.Signer != full.Signer {
			t.Fatalf("%d octets: signer %+v", n, f.Signer)
		}
		if n >= 304 && f.Kind != KindCTL {
			t.Fatalf("%d octets: kind %q", n, f.Kind)
		}
		if want, whole := bounds[n]; whole && len(f.Records) != want {
			t.Fatalf("%d octets: %d records", n, len(f.Records))
		}
		for i, r := range f.Records {
			if i+1 < len(f.Records) && r.Serial != full.Records[i].Serial {
				t.Fatalf("%d octets: record %d: %+v", n, i+1, r)
			}
		}
	}
	f := parse(t, b)
	f.MarkPartial()
	if v := f.Verify(); v.Status != StatusUnverifiable || f.SHA256 != "" || v.Reason != "the file is incomplete" {
		t.Errorf("marked: %+v", v)
	}
}

func TestNoTrustList(t *testing.T) {
	for _, s := range []string{"", "\x0d\x0d\x0d\x0d", "<?xml version=\"1.0\"?><device>", "\xef\xbb\xbf<device>", "admin:show itl", strings.Repeat("\x00", 100), "\x70\x00\x01\x00\x00\x00\x00\x00", "\x01\x00\x10\x00\x00\x01\x02\x03\x04\x05"} {
		f, err := Parse([]byte(s))
		var pe *ParseError
		if !errors.As(err, &pe) || Detect([]byte(s)) {
			t.Errorf("%q: %v", s, err)
		}
		if f == nil || f.SHA256 == "" {
			t.Errorf("%q: no hashes", s)
		}
	}
}

// Records that are not as CUCM writes them today.
func TestRecordForms(t *testing.T) {
	keys := signers(t)
	k, serial := keys["1024"], []byte{0x83, 0xe9}
	name := nul("CN=CUCM8-Publisher.bbbburns.lab;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US")
	for _, c := range []struct {
		name    string
		record  []byte
		want    Record
		problem string
	}{
		{
			name: "hash only, as TVS in the ITL of Cisco TechNote 116232",
			record: record(tv(2, nul("x")), tv(3, name), tv(4, []byte{0, 21}), tv(5, name), tv(6, []byte{0x2e, 0x3e, 0x1a, 0x7b, 0xda, 0xa6, 0x4d, 0x84}),
				tv(7, keys["2048"].publicKey()), tv(8, make([]byte, 256)), tv(11, bytes.Repeat([]byte{0xc7}, 20)), tv(12, []byte{1})),
			want: Record{Length: 743, Functions: []string{"TVS"}, DNSName: "x", Subject: string(name[:75]), Issuer: string(name[:75]), Serial: "2e3e1a7bdaa64d84",
				KeyLength: 270, SignatureLength: 256, Hash: strings.Repeat("c7", 20), HashAlgorithm: "SHA-1"},
		},
		{
			name:   "emptied, as in the CTL of Cisco TechNote 118892",
			record: record(tv(2, nul("10.48.47.153")), tv(4, []byte{0, 2}), tv(10, []byte{10, 48, 47, 153})),
			want:   Record{Length: 33, Functions: []string{"CCM", "TFTP"}, DNSName: "10.48.47.153", IP: "10.48.47.153"},
		},
		{
			name:   "only a function",
			record: record(tv(4, []byte{0, 0})),
			want:   Record{Length: 10, Functions: []string{"SAST"}},
		},
		{
			name:    "nothing but its length",
			record:  record(),
			want:    Record{Length: 5},
			problem: "has no function",
		},
		{
			name:   "serial with a sign octet and one without are the same",
			record: record(tv(4, []byte{0, 0}), tv(6, append([]byte{0}, serial...)), tv(9, certificate(k, "a", serial))),
			want:   Record{Functions: []string{"SAST"}, Serial: "83e9"},
		},
		{
			name:   "IPv6 address",
			record: record(tv(4, []byte{0, 1}), tv(10, []byte{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})),
			want:   Record{Functions: []string{"CCM"}, IP: "2001:db8::1"},
		},
		{
			name:    "address of another size",
			record:  record(tv(4, []byte{0, 3}), tv(10, []byte{1, 2, 3})),
			want:    Record{Functions: []string{"TFTP"}},
			problem: "address of 3 octets",
		},
		{
			name:    "unknown function and tag",
			record:  record(tv(4, []byte{1, 2}), tv(99, []byte("odd"))),
			want:    Record{Functions: []string{"258"}},
			problem: "tag 99 is not known (3 octets)",
		},
		{
			name:    "function of one octet",
			record:  record(tv(4, []byte{7})),
			want:    Record{Functions: []string{"APP-SERVER"}},
			problem: "function of 1 octets",
		},
		{
			name:    "tag twice",
			record:  record(tv(4, []byte{0, 4}), tv(4, []byte{0, 21}), tv(2, nul("first")), tv(2, nul("second"))),
			want:    Record{Functions: []string{"CAPF"}, DNSName: "first"},
			problem: "tag 4 occurs again; the first counts",
		},
		{
			name:    "SHA-256 hash with an algorithm of unknown code",
			record:  record(tv(4, []byte{0, 21}), tv(11, make([]byte, 32)), tv(12, []byte{9})),
			want:    Record{Functions: []string{"TVS"}, Hash: strings.Repeat("00", 32), HashAlgorithm: "9"},
			problem: "",
		},
		{
			name:   "SHA-512 hash",
			record: record(tv(4, []byte{0, 21}), tv(11, make([]byte, 64)), tv(12, []byte{3})),
			want:   Record{Functions: []string{"TVS"}, Hash: strings.Repeat("00", 64), HashAlgorithm: "SHA-512"},
		},
		{
			name:   "name without NUL, name of Latin-1",
			record: record(tv(4, []byte{0, 2}), tv(2, []byte("host")), tv(3, nul("CN=Z\xfcrich"))),
			want:   Record{Functions: []string{"CCM", "TFTP"}, DNSName: "host", Subject: "CN=Zürich"},
		},
		{
			name:    "public key of neither form",
			record:  record(tv(4, []byte{0, 2}), tv(7, []byte("no key"))),
			want:    Record{Functions: []string{"CCM", "TFTP"}, KeyLength: 6},
			problem: "public key of 6 octets: signature: RSA public key",
		},
		{
			name:    "certificate of another serial number and key",
			record:  record(tv(4, []byte{0, 2}), tv(6, []byte{5}), tv(7, keys["P-256"].publicKey()), tv(9, certificate(k, "a", []byte{6}))),
			want:    Record{Functions: []string{"CCM", "TFTP"}, Serial: "05", KeyLength: 65},
			problem: "serial number 05, its certificate has 06 | public key (EC P-256) is not its certificate's (RSA 1024)",
		},
		{
			name:    "hash of another certificate",
			record:  record(tv(4, []byte{0, 2}), tv(9, certificate(k, "a", []byte{6})), tv(11, make([]byte, 20))),
			want:    Record{Functions: []string{"CCM", "TFTP"}, Hash: strings.Repeat("00", 20)},
			problem: "hash 0000000000000000000000000000000000000000, its certificate has",
		},
		{
			name:    "no certificate",
			record:  record(tv(4, []byte{0, 2}), tv(9, []byte("junk"))),
			want:    Record{Functions: []string{"CCM", "TFTP"}},
			problem: "certificate of 4 octets: cert: offset 0: no outer SEQUENCE",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, _, _ := list{digest: 1, modulus: 1, key: k, serial: serial, filename: "ITLFile.tlv",
				body: bytes.Join([][]byte{entry(false, 0, k, "signer", serial), c.record, entry(true, 21, k, "tvs", []byte{1})}, nil)}.build()
			f := parse(t, b)
			if len(f.Records) != 3 || f.Verify().Status != StatusValid {
				t.Fatalf("%d records, %+v, %q", len(f.Records), f.Verify(), f.Problems)
			}
			got := f.Records[1]
			if c.want.Length != 0 && got.Length != c.want.Length {
				t.Errorf("length %d, want %d", got.Length, c.want.Length)
			}
			for _, x := range []struct{ what, got, want string }{
				{"functions", fmt.Sprint(got.Functions), fmt.Sprint(c.want.Functions)},
				{"dns name", got.DNSName, c.want.DNSName},
				{"ip", got.IP, c.want.IP},
				{"subject", got.Subject, c.want.Subject},
				{"issuer", got.Issuer, c.want.Issuer},
				{"serial", got.Serial, c.want.Serial},
				{"hash", got.Hash, c.want.Hash},
				{"hash algorithm", got.HashAlgorithm, c.want.HashAlgorithm},
				{"key length", fmt.Sprint(got.KeyLength), fmt.Sprint(c.want.KeyLength)},
				{"signature length", fmt.Sprint(got.SignatureLength), fmt.Sprint(c.want.SignatureLength)},
			} {
				if x.got != x.want && !(x.what == "key length" && c.want.KeyLength == 0) {
					t.Errorf("%s: got %q, want %q", x.what, x.got, x.want)
				}
			}
			problems := strings.Join(f.Problems, "\n")
			for _, p := range strings.Split(c.problem, " | ") {
				if p == "" && problems != "" || !strings.Contains(problems, p) {
					t.Errorf("problems %q, want %q", f.Problems, p)
				}
			}
			if got.SignedThis || !f.Records[0].SignedThis || f.Records[2].SignedThis {
				t.Error("the wrong record signed")
			}
		})
	}
}

// One wrong length must not hide the records behind it, nor make the file pass.
func TestDamagedLengths(t *testing.T) {
	k := signers(t)["512"]
	records := [][]byte{
		entry(false, 0, k, "signer", []byte{1}),
		record(tv(2, nul("10.48.47.153")), tv(4, []byte{0, 2}), tv(10, []byte{10, 48, 47, 153})),
		entry(true, 21, k, "tvs", []byte{2}),
	}
	good, _, _ := list{digest: 1, key: k, serial: []byte{1}, filename: "ITLFile.tlv", body: bytes.Join(records, nil)}.build()
	start := parse(t, good).HeaderLength
	second := start + len(records[0])
	third := second + len(records[1])
	for _, c := range []struct {
		name    string
		at      int
		value   []byte
		records int
		partial bool
		status  string
		problem string
	}{
		{"record too short", second + 3, []byte{0, 20}, 3, false, StatusInvalid, "record 2: length 20, but its tags end after 33"},
		{"record of length 0", second + 3, []byte{0, 0}, 3, false, StatusInvalid, "record 2: length 0, but its tags end after 33"},
		{"record too long", second + 3, []byte{0, 50}, 3, false, StatusInvalid, "record 2: length 50, but its tags end after 33"},
		{"record past the end", second + 3, []byte{0xff, 0xff}, 3, false, StatusInvalid, "record 2: length 65535, but its tags end after 33"},
		{"last record past the end", third + 3, []byte{0xff, 0xff}, 3, false, StatusInvalid, "record 3: length 65535, but its tags end after"},
		{"tag past the record", second + 6, []byte{0, 200}, 3, false, StatusInvalid, "record 2: tag 2: length 200 past the end (have 25)"},
		{"tag past the file", second + 6, []byte{0xff, 0xff}, 3, false, StatusInvalid, "record 2: tag 2: length 65535 past the end (have 25)"},
		{"record head damaged", third, []byte{9}, 2, false, StatusInvalid, "that are no record"},
		{"record head damaged, one follows", second, []byte{9}, 2, false, StatusInvalid, "33 octets that are no record"},
		{"header length into the header", 8, []byte{0, 20}, 3, false, StatusInvalid, "header length 20, but the header's tags end at offset"},
		{"header length past the end", 8, []byte{0xff, 0xff}, 0, true, StatusUnverifiable, "header length 65535 past the end"},
		{"header length behind the first record", 8, []byte{byte(second >> 8), byte(second)}, 2, false, StatusUnverifiable, "octets that are no padding before the end of the header"},
		{"container too short", 11, []byte{0, 1}, 3, false, StatusInvalid, "header tag 3: its parts end at"},
		{"container too long", 11, []byte{0xff, 0xff}, 3, false, StatusInvalid, "header tag 3 says that its parts end at"},
		{"unknown version", 3, []byte{9, 9}, 3, false, StatusInvalid, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := bytes.Clone(good)
			copy(b[c.at:], c.value)
			f := parse(t, b)
			if len(f.Records) != c.records || f.Partial != c.partial {
				t.Errorf("%d records, partial %v; want %d, %v", len(f.Records), f.Partial, c.records, c.partial)
			}
			if v := f.Verify(); v.Status != c.status {
				t.Errorf("verdict %+v, want %s", v, c.status)
			}
			if !strings.Contains(strings.Join(f.Problems, "\n"), c.problem) {
				t.Errorf("problems %q, want %q", f.Problems, c.problem)
			}
		})
	}
	// Octets behind the last record belong to none.
	f := parse(t, append(bytes.Clone(good), "\r\n"...))
	if len(f.Records) != 3 || f.Verify().Status != StatusInvalid || !strings.Contains(strings.Join(f.Problems, " "), "2 octets that are no record") {
		t.Errorf("octets behind: %d records, %+v, %q", len(f.Records), f.Verify(), f.Problems)
	}
}

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

package trustlist

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

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

package trustlist

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func printed(t *testing.T, f *File, keys ...NamedKey) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.WriteListing(&b, keys...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The genuine list printed is read again as a listing of the same list: what
// `show ctl` would say of it.
func TestWriteListingReadsBack(t *testing.T) {
	f := parse(t, genuine(t))
	out := printed(t, f)
	got := one(t, ParseListings([]byte(out)))
	want := *f
	want.Origin, want.Filename, want.Modified = OriginListing, "", ""
	want.DigestAlgorithm, want.SignatureAlgorithm, want.ModulusCode, want.CoveredDigest = "", -1, -1, nil
	want.SHA256, want.Timestamp = "", got.Timestamp
	want.Records = append([]Record(nil), f.Records...)
	for i := range want.Records {
		r := &want.Records[i]
		r.Certificate, r.Key, r.Offset = nil, nil, 0
		r.SaidUnused = !r.SignedThis && slices.Contains(r.Functions, "SAST")
	}
	same(t, got, &want)
	for _, s := range []string{
		"The checksum value of the CTL file:\n0c43d702a9bc273d1ba7e9512877ab6a(MD5)\n7bc2b30ebc2c52dcb6af9389af7a32e4a65be824(SHA1)\n",
		"Length of CTL file: 7166\n",
		"HeaderLength:\t312 (BYTES)\n",
		"5\tSERIALNUMBER\t8\t24:49:1F:10:70:3F:EA:9B\n",
		"12\tSIGNATURE\t128\n35  6d  f0  f8  aa  f1  5  6e\n",
		"4\tFUNCTION\t2\tSystem Administrator Security Token\n",
		"9\tCERTIFICATE\t712\tBD 3A AF C7 F3 E2 16 27 B5 2B 5B DD 7F B4 D0 7C 58 24 A7 68 (SHA1 Hash HEX)\n",
		"10\tIPADDRESS\t4\t10.35.48.106\n",
		"\tkey: RSA 1024\n",
		"\tcertificate: RSA 1024, SHA1-RSA, valid from 2011-02-10 22:12:26 UTC to 2016-02-10 22:12:26 UTC\nThis etoken was used to sign the CTL file.\n",
		"This etoken was not used to sign the CTL file.\n",
		"Signature (SHA1-RSA): valid under record 1: CN=gigantic-6.cisco.com;OU=VTG;O=Alpha;L=SJ;ST=CA;C=US\n",
	} {
		if !strings.Contains(out, s) {
			t.Errorf("%q is not in\n%s", s, out)
		}
	}
}

func TestWriteListingOfListing(t *testing.T) {
	for _, name := range []string{"116232-show-itl.txt", "118892-show-ctl-2.txt", "118892-show-ctl-3.txt", "118892-show-ctl-4.txt", "doc18834-show-ctl.txt"} {
		f := one(t, listings(t, name))
		same(t, one(t, ParseListings([]byte(printed(t, f)))), f)
	}
}

func TestWriteListingForms(t *testing.T) {
	k := signers(t)["1024"]
	evil := "evil\x1b[2J\u009b\nThe CTL file was verified successfully."
	body := bytes.Join([][]byte{
		entry(true, 0, k, evil, []byte{1}),
		record(tv(2, nul("10.48.47.153")), tv(4, []byte{0, 2}), tv(10, []byte{10, 48, 47, 153})),
		record(tv(4, []byte{0, 21}), tv(11, bytes.Repeat([]byte{0xc7}, 20)), tv(12, []byte{1}), tv(99, []byte("x"))),
	}, nil)
	b, _, _ := list{certutils: true, digest: 2, modulus: 1, key: k, serial: []byte{1}, filename: "ITLFile.tlv", body: body}.build()
	out := printed(t, parse(t, b))
	for _, s := range []string{
		"28\tSIGNERVERSION\t2\t1.1\n",
		"\tITL Record #:2\n",
		"4\tFUNCTION\t2\tCCM+TFTP\n",
		"11\tCERTHASH\t20\tC7 C7 C7",
		"12\tHASH ALGORITHM\t1\tSHA-1\n",
		"99\t(tag 99)\t1\n",
		`CN=evil\x1b[2J\x9b\x0aThe CTL file was verified successfully.` + "\n",
		"Signature (SHA256-RSA): valid under record 1: CN=evil",
		"Problem: offset ",
	} {
		if !strings.Contains(out, s) {
			t.Errorf("%q is not in\n%q", s, out)
		}
	}
	if strings.ContainsAny(out, "\x1b\u009b") || strings.Contains(out, "\nThe CTL file was verified") {
		t.Error("control characters of the file reach the terminal")
	}

	b, _, _ = list{version: []byte{2, 0}, digest: 1, modulus: 1, key: k, serial: []byte{1}, filename: "SEP001122334455.cnf.xml.enc.sgn",
		extra: append(tv(16, tv(17, tv(18, []byte{0}), tv(19, bytes.Repeat([]byte{0xab}, 16)), tv(20, []byte{0, 3})), tv(21, tv(22, []byte{0}), tv(23, []byte{4, 0}), tv(24, []byte{1}), tv(25, make([]byte, 128)))), append(tv(26, []byte{1}), tv(27, make([]byte, 20))...)...),
		body:  make([]byte, 48)}.build()
	out = printed(t, parse(t, b))
	for _, s := range []string{"Length of encrypted file: ", "19\tCIPHERIV\t16\tabababababababababababababababab\n", "23\tKEYBITS\t\t2\t1024\n", "Content: 48 bytes\n",
		"Signature (SHA1-RSA): unverifiable: no key: the file holds no record of its signer (serial 01)\n"} {
		if !strings.Contains(out, s) {
			t.Errorf("%q is not in\n%s", s, out)
		}
	}
	if got := ParseListings([]byte(out)); len(got) > 0 && got[0].Kind != "" {
		t.Errorf("an encrypted file printed is read as %s", got[0].Kind)
	}
	if err := parse(t, b).WriteListing(broken{}); !errors.Is(err, errBroken) {
		t.Errorf("error of the writer: %v", err)
	}
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

// Every named member of the contract is there, null or [] when unknown.
func TestRow(t *testing.T) {
	row := func(f *File, keys ...NamedKey) map[string]any {
		b, err := json.Marshal(f.Row(keys...))
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	get := func(m any, path string) any {
		for _, p := range strings.Split(path, ".") {
			switch v := m.(type) {
			case map[string]any:
				x, ok := v[p]
				if !ok {
					t.Errorf("no member %q of %q", p, path)
				}
				m = x
			case []any:
				m = v[int(p[0]-'0')]
			}
		}
		return m
	}
	contract := "source kind file version header_length length md5 sha1 sha256 signer.name signer.issuer signer.serial signature.algorithm signature.status signature.by signature.reason asserted records encrypted payload_sha256 problems"
	ofRecord := "number length functions dns_name ip subject issuer serial key certificate hash hash_algorithm signed_this_list"
	ofCert := "subject issuer serial not_before not_after key signature_algorithm sha1 sha256 problem"
	m := row(parse(t, genuine(t)))
	for _, p := range strings.Fields(contract) {
		get(m, p)
	}
	for _, p := range strings.Fields(ofRecord) {
		get(m, "records.0."+p)
	}
	for _, p := range strings.Fields(ofCert) {
		get(m, "records.0.certificate."+p)
	}
	itl := row(one(t, listings(t, "116232-show-itl.txt")))
	missing := row(one(t, listings(t, "118892-show-ctl-3.txt")))
	k := signers(t)["1024"]
	xml := []byte("<device/>")
	b, _, _ := list{version: []byte{1, 0}, digest: 1, modulus: 1, key: k, serial: []byte{7}, filename: "a.xml.sgn", body: xml}.build()
	signed := row(parse(t, b), NamedKey{Name: "key.pem", Key: parse(t, genuine(t)).Records[0].Key})
	for _, c := range []struct {
		m    map[string]any
		path string
		want any
	}{
		{m, "kind", "ctl"},
		{m, "file", "CTLFile.tlv"},
		{m, "header_length", 312.0},
		{m, "length", 7166.0},
		{m, "signature.algorithm", "SHA1-RSA"},
		{m, "signature.status", "valid"},
		{m, "signature.reason", nil},
		{m, "encrypted", false},
		{m, "payload_sha256", nil},
		{m, "records.0.key", "RSA 1024"},
		{m, "records.0.signed_this_list", true},
		{m, "records.1.functions.1", "TFTP"},
		{m, "records.3.certificate.not_after", "2016-07-04T17:58:51Z"},
		{m, "records.3.hash", nil},
		{itl, "kind", "itl"},
		{itl, "file", nil},
		{itl, "md5", nil},
		{itl, "signature.status", "unverifiable"},
		{itl, "signature.by", nil},
		{itl, "asserted.0", verified},
		{itl, "records.0.certificate", nil},
		{itl, "records.0.certificate_sha1", callmgr},
		{itl, "records.0.dns_name", ""},
		{itl, "records.0.key", nil},
		{itl, "records.3.hash", "c73dea77945e0614d290b1a1437b69841d2d852e"},
		{itl, "records.3.hash_algorithm", "SHA-1"},
		{missing, "length", 0.0},
		{missing, "signer.name", nil},
		{signed, "kind", "signed-file"},
		{signed, "signature.status", "invalid"},
		// printf '<device/>' | sha256sum
		{signed, "payload_sha256", "b6d248a5a8f348688a7ea71a792dce7bb2d8f12229f3be906b9edc1c84fa92d0"},
	} {
		if got := get(c.m, c.path); got != c.want {
			t.Errorf("%s: got %v, want %v", c.path, got, c.want)
		}
	}
	for _, p := range []string{"asserted", "records", "problems"} {
		if get(missing, p) == nil || get(signed, p) == nil {
			t.Errorf("%s is null, want []", p)
		}
	}
}

package trustlist

import (
	"bytes"
	"encoding/hex"
	"errors"
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
	if v := f.Verify(); v.Status != StatusUnverifiable || f.CoveredDigest != nil || v.Reason != "the file is incomplete" {
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

package list

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha512"
	"strings"
	"testing"
	"time"

	"trustline/testdata/lab/keys"
	"trustline/testdata/lab/x509"
)

var (
	day       = time.Date(2011, 7, 27, 14, 16, 24, 0, time.UTC)
	publisher = x509.ParseName("CN=CUCM8-Publisher.bbbburns.lab;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US")
	ca        = keys.New("list/ca", 2048)
)

func cert(t *testing.T, subject, issuer x509.Name, serial string, bits, size int, signer *keys.Key) *x509.Certificate {
	t.Helper()
	return x509.Template{Serial: []byte(serial), Subject: subject, Issuer: issuer, NotBefore: day, NotAfter: day.AddDate(5, 0, 0),
		Key: keys.New("list/"+serial, bits), SignerKey: signer, Digest: crypto.SHA1, Size: size}.Build()
}

func published(t *testing.T) *File {
	signer := cert(t, publisher, x509.ParseName("CN=JASBURNS-AD"), "0123456789", 1024, 1442, ca)
	tvs := cert(t, publisher, nil, "abcdefgh", 2048, 0, nil)
	capf := cert(t, x509.ParseName("CN=CAPF-9c4cba7d;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US"), nil, "ABCDEFGH", 1024, 0, nil)
	return &File{Version: [2]byte{1, 2}, Name: "ITLFile.tlv", Signer: signer, Time: day, Records: []Record{
		Full(SAST, signer, " "), Full(CCMTFTP, signer, " "), HashOnly(TVS, tvs, " "), HashOnly(CAPF, capf, " ")}}
}

// The lengths of the listing in Cisco TechNote 116232: header 296, records
// 1972, 1972, 743 and 455, file 5438.
func TestLengthsOfThePublishedList(t *testing.T) {
	f := published(t)
	if got := f.HeaderLength(); got != 296 {
		t.Errorf("header %d", got)
	}
	for i, want := range []int{1972, 1972, 743, 455} {
		if got := len(f.Records[i].Bytes()); got != want {
			t.Errorf("record %d: %d bytes, want %d", i+1, got, want)
		}
	}
	if got := len(f.Bytes()); got != 5438 {
		t.Errorf("file %d", got)
	}
}

// The signature must verify over the file without the signature item, cut out
// here by its place: header items of known lengths come before it.
func TestSignatureCoversTheRest(t *testing.T) {
	for _, digest := range []byte{SHA1, SHA512} {
		f := published(t)
		f.Digest = digest
		data := f.Bytes()
		at := 5 + 5 + 3 + 110 + 3 + 15
		if !bytes.Equal(data[at:at+3], []byte{12, 0, 128}) {
			t.Fatalf("no signature at %d: %x", at, data[at:at+3])
		}
		rest := append(append([]byte{}, data[:at]...), data[at+131:]...)
		hash, sum := crypto.SHA1, sha1.Sum(rest)
		d := sum[:]
		if digest == SHA512 {
			long := sha512.Sum512(rest)
			hash, d = crypto.SHA512, long[:]
		}
		if err := rsa.VerifyPKCS1v15(f.Signer.Key.Public(), hash, d, data[at+3:at+131]); err != nil {
			t.Errorf("digest %d: %v", digest, err)
		}
	}
}

// Lines as printed in Cisco TechNote 116232, names and figures included.
func TestListingHasThePublishedLines(t *testing.T) {
	edt := time.FixedZone("EDT", -4*3600)
	got := published(t).Listing(Style{Word: "ITL", Zone: edt, Modified: day, Prompt: "admin:"})
	for _, want := range []string{
		"admin:show itl\nLength of ITL file: 5438\nThe ITL File was last modified on Wed Jul 27 10:16:24 EDT 2011\n",
		"Version:        1.2\nHeaderLength:   296 (BYTES)\nBYTEPOS TAG             LENGTH  VALUE\n------- ---             ------  -----\n",
		"3       SIGNERID        2       110\n4       SIGNERNAME      76      CN=CUCM8-Publisher.bbbburns.lab;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US\n",
		"6       CANAME          15      CN=JASBURNS-AD\n",
		"        ITL Record #:1\n                  ----\nBYTEPOS TAG             LENGTH  VALUE\n------- ---             ------  -----\n1       RECORDLENGTH    2       1972\n2       DNSNAME         2\n",
		"4       FUNCTION        2       System Administrator Security Token\n",
		"7       PUBLICKEY       140\n8       SIGNATURE       256\n9       CERTIFICATE     1442    ",
		"(SHA1 Hash HEX)\nThis etoken was used to sign the ITL file.\n",
		"4       FUNCTION        2       TVS\n", "12      HASH ALGORITHM  1       SHA-1\n",
		"8       DIGESTALGORTITHM        1\n", "10      SIGNATUREALGORTITHM     1\n",
		"The ITL file was verified successfully.\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the listing lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// 33 bytes with a name of 13, as Cisco TechNote 118892 shows.
func TestEmptiedRecord(t *testing.T) {
	if got := len(Emptied(CCMTFTP, "10.48.47.153", []byte{10, 48, 47, 153}).Bytes()); got != 33 {
		t.Errorf("%d bytes", got)
	}
}

func TestCertutilsOrder(t *testing.T) {
	f := published(t)
	f.Certutils = true
	want := []byte{1, 0, 2, 1, 2, 2, 0, 2, 0x01, 0x2c, 28, 0, 2, 1, 1, 3, 0, 110, 4, 0, 76}
	if data := f.Bytes(); !bytes.HasPrefix(data, want) {
		t.Errorf("starts %x, want %x", data[:len(want)], want)
	}
}

package x509

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	stdx509 "crypto/x509"
	"encoding/hex"
	"testing"
	"time"

	"trustline/testdata/lab/keys"
)

var (
	from = time.Date(2011, 7, 26, 14, 2, 11, 0, time.UTC)
	to   = time.Date(2016, 7, 25, 14, 2, 11, 0, time.UTC)
)

func template() Template {
	return Template{
		Serial:    []byte{0x2e, 0x3e, 0x1a, 0x7b, 0xda, 0xa6, 0x4d, 0x84},
		Subject:   ParseName("CN=CUCM8-Publisher.bbbburns.lab;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US"),
		NotBefore: from, NotAfter: to,
		Key: keys.New("x509/subject", 1024), Digest: crypto.SHA1,
		Extensions: []Extension{KeyUsage(DigitalSignature | KeyEncipherment), ExtKeyUsage(ServerAuth, ClientAuth)},
	}
}

func TestStandardLibraryReadsIt(t *testing.T) {
	c := template().Build()
	p, err := stdx509.ParseCertificate(c.DER)
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(p.SerialNumber.Bytes()); got != "2e3e1a7bdaa64d84" {
		t.Errorf("serial %s", got)
	}
	if p.Subject.CommonName != "CUCM8-Publisher.bbbburns.lab" || p.Issuer.Country[0] != "US" {
		t.Errorf("subject %v, issuer %v", p.Subject, p.Issuer)
	}
	if !p.NotBefore.Equal(from) || !p.NotAfter.Equal(to) {
		t.Errorf("valid %v to %v", p.NotBefore, p.NotAfter)
	}
	if p.KeyUsage != stdx509.KeyUsageDigitalSignature|stdx509.KeyUsageKeyEncipherment || len(p.ExtKeyUsage) != 2 {
		t.Errorf("usage %v %v", p.KeyUsage, p.ExtKeyUsage)
	}
	digest := sha1.Sum(p.RawTBSCertificate)
	if err := rsa.VerifyPKCS1v15(c.Key.Public(), crypto.SHA1, digest[:], p.Signature); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(p.Signature, c.Signature) {
		t.Error("Signature is not the content of the bit string")
	}
}

func TestIssuedByAnother(t *testing.T) {
	ca := template()
	ca.Subject, ca.Key, ca.Extensions = ParseName("CN=JASBURNS-AD"), keys.New("x509/ca", 2048), nil
	c := template()
	c.Issuer, c.SignerKey, c.Digest = ca.Subject, ca.Key, crypto.SHA256
	p, err := stdx509.ParseCertificate(c.Build().DER)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := stdx509.ParseCertificate(ca.Build().DER)
	if err != nil {
		t.Fatal(err)
	}
	if err := authority.CheckSignature(p.SignatureAlgorithm, p.RawTBSCertificate, p.Signature); err != nil {
		t.Error(err)
	}
}

func TestSizeIsReached(t *testing.T) {
	for _, size := range []int{900, 1023, 1024, 1442} {
		c := template()
		c.Size = size
		der := c.Build().DER
		if len(der) != size {
			t.Errorf("%d bytes, want %d", len(der), size)
		}
		if _, err := stdx509.ParseCertificate(der); err != nil {
			t.Error(err)
		}
	}
}

func TestSerials(t *testing.T) {
	for _, c := range []struct {
		serial string
		signed bool
		want   string
	}{
		{"2e3e", false, "02022e3e"},
		{"bda3020000", false, "020600bda3020000"},
		{"bda3020000", true, "0205bda3020000"}, // a negative number
	} {
		tm := template()
		tm.Serial, _ = hex.DecodeString(c.serial)
		tm.SignedSerial = c.signed
		want, _ := hex.DecodeString("a003020102" + c.want + "300d")
		if !bytes.Contains(tm.Build().DER, want) {
			t.Errorf("serial %s: no %x", c.serial, want)
		}
	}
}

func TestNameAsCUCMWritesIt(t *testing.T) {
	n := Name{{"CN", "stormin-WIN2012-CA"}, {"DC", "stormin"}, {"DC", "local"}}
	if got := n.String(); got != "CN=stormin-WIN2012-CA" {
		t.Errorf("%q", got)
	}
}

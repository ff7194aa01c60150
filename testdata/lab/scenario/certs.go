package scenario

import (
	"crypto"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"trustline/testdata/lab/keys"
	"trustline/testdata/lab/x509"
)

func serial(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, ":", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// serverCert is a self-signed certificate as CUCM 8 and 9 made them.
func serverCert(seed, subject, serialHex string, bits int, from time.Time) *x509.Certificate {
	return x509.Template{
		Serial: serial(serialHex), Subject: x509.ParseName(subject),
		NotBefore: from, NotAfter: from.AddDate(5, 0, 0).Add(-time.Second),
		Key: keys.New(seed, bits), Digest: crypto.SHA1,
		Extensions: []x509.Extension{
			x509.KeyUsage(x509.DigitalSignature | x509.KeyEncipherment | x509.DataEncipherment | x509.CertSign),
			x509.ExtKeyUsage(x509.ServerAuth, x509.ClientAuth, x509.IPSecEndSys),
			x509.SubjectKeyID(keys.New(seed, bits)),
		},
	}.Build()
}

// Manufacturing is the authority of phone certificates and tokens.
var manufacturing = x509.ParseName("O=Cisco Systems;CN=Cisco Manufacturing CA")

// authorities are what a server names in its request for a client certificate.
func authorities(capf *x509.Certificate) []x509.Name {
	return []x509.Name{manufacturing, x509.ParseName("O=Cisco Systems;CN=CAP-RTP-001"),
		x509.ParseName("O=Cisco Systems;CN=CAP-RTP-002"), capf.Subject}
}

// mic is the certificate that a phone got in the factory.
func mic(model, name string) *x509.Certificate {
	from := time.Date(2005, 3, 2, 8, 41, 12, 0, time.UTC)
	return x509.Template{
		Serial:  serial("3f8a5c1100000002b7e4"),
		Subject: x509.ParseName("O=Cisco Systems Inc.;OU=EVVBU;CN=CP-" + model + "-" + name),
		Issuer:  manufacturing, NotBefore: from, NotAfter: from.AddDate(20, 0, 0),
		Key: keys.New("mic/"+name, 1024), SignerKey: keys.New("Cisco Manufacturing CA", 2048), Digest: crypto.SHA1,
		Extensions: []x509.Extension{x509.KeyUsage(x509.DigitalSignature | x509.KeyEncipherment)},
	}.Build()
}

// facts describes a certificate in one line of a README.
func facts(what string, c *x509.Certificate) string {
	return fmt.Sprintf("| %s | `%x` | `%s` | `%x` | %s | %d |\n", what, c.Serial, c.Issuer, c.SHA1(),
		c.NotBefore.UTC().Format("2006-01-02 15:04:05"), c.Key.Bits)
}

const factsHead = "| certificate | serial | issuer | SHA-1 | not before (UTC) | bits |\n| --- | --- | --- | --- | --- | --- |\n"

package play

import (
	"crypto"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"trustline/testdata/lab/keys"
	"trustline/testdata/lab/x509"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
	ms   = time.Millisecond
	us   = time.Microsecond
)

// made remembers certificates. One depends on its template alone, so nobody can
// tell; a random draw of scenarios would otherwise sign the same few over and over.
var made sync.Map

func build(name string, t x509.Template) *x509.Certificate {
	id := fmt.Sprint(name, "|", t.Subject, "|", t.Issuer, "|", t.NotBefore.Unix(), "|", t.NotAfter.Unix(), "|", t.Key.Bits, "|", t.Digest)
	if c, ok := made.Load(id); ok {
		return c.(*x509.Certificate)
	}
	h := sha256.Sum256([]byte(id))
	t.Serial = append([]byte{0x40 | h[0]&0x3f}, h[1:16]...)
	c, _ := made.LoadOrStore(id, t.Build())
	return c.(*x509.Certificate)
}

// server is a self-signed certificate of a service.
func server(name, subject string, bits int, digest crypto.Hash, from, to time.Time) *x509.Certificate {
	k := keys.New("play/"+name, bits)
	return build(name, x509.Template{
		Subject: x509.ParseName(subject), NotBefore: from, NotAfter: to, Key: k, Digest: digest,
		Extensions: []x509.Extension{
			x509.KeyUsage(x509.DigitalSignature | x509.KeyEncipherment | x509.DataEncipherment | x509.CertSign),
			x509.ExtKeyUsage(x509.ServerAuth, x509.ClientAuth, x509.IPSecEndSys), x509.SubjectKeyID(k),
		},
	})
}

// manufacturing issues the certificates of phones and tokens.
var manufacturing = x509.ParseName("O=Cisco Systems;CN=Cisco Manufacturing CA")

// phoneKeys is how many key pairs all phones share: what tells phones apart is the
// certificate, and a key takes a tenth of a second to find.
const phoneKeys = 4

func phoneKey(name string) *keys.Key {
	h := sha256.Sum256([]byte(name))
	return keys.New(fmt.Sprint("play/phone/", binary.BigEndian.Uint16(h[:])%phoneKeys), 1024)
}

// mic is the certificate that a phone got in the factory.
func mic(model, name string) *x509.Certificate {
	from := time.Date(2010, 3, 2, 8, 41, 12, 0, time.UTC)
	return build("mic", x509.Template{
		Subject: x509.ParseName("O=Cisco Systems Inc.;OU=EVVBU;CN=CP-" + model + "-" + name), Issuer: manufacturing,
		NotBefore: from, NotAfter: from.Add(20 * year), Key: phoneKey(name), SignerKey: keys.New("play/manufacturing", 1024),
		Digest: crypto.SHA1, Extensions: []x509.Extension{x509.KeyUsage(x509.DigitalSignature | x509.KeyEncipherment)},
	})
}

// lsc is the certificate that CAPF issued.
func lsc(model, name string, capf *x509.Certificate, at time.Time) *x509.Certificate {
	return build("lsc", x509.Template{
		Subject: x509.ParseName("CN=CP-" + model + "-" + name + ";OU=VOICE;O=Example"), Issuer: capf.Subject,
		NotBefore: at, NotAfter: at.Add(5 * year), Key: phoneKey(name + "/lsc"), SignerKey: capf.Key, Digest: capf.Digest,
		Extensions: []x509.Extension{x509.KeyUsage(x509.DigitalSignature | x509.KeyEncipherment)},
	})
}

// token is one of the two USB tokens of a pair.
func token(pair string, n int) *x509.Certificate {
	from := time.Date(2009, 9, 14, 18, 20, 31, 0, time.UTC)
	h := sha256.Sum256([]byte(pair))
	cn := fmt.Sprintf("SAST-ADN%x", binary.BigEndian.Uint32(h[4*n:]))
	return build("token", x509.Template{
		Subject: x509.ParseName(fmt.Sprintf("CN=%-24s;OU=IPCBU;O=Cisco Systems", cn)),
		Issuer:  x509.ParseName("CN=Cisco Manufacturing CA;O=Cisco Systems"), NotBefore: from, NotAfter: from.Add(12 * year),
		Key: keys.New(fmt.Sprint("play/token/", pair, n), 1024), SignerKey: keys.New("play/manufacturing", 1024), Digest: crypto.SHA1,
	})
}

// Names of USB tokens as the CTL client wrote them: lower case, quoted, padded
// with blanks, the last quotation mark lost.
const tokenIssuer = "cn=Cisco Manufacturing CA;o=Cisco Systems"

func tokenName(c *x509.Certificate) string {
	return fmt.Sprintf(`cn="%-24s";ou=IPCBU;o="Cisco Systems`, c.Subject[0].Value)
}

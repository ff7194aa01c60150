package list

import (
	"encoding/binary"

	"trustline/testdata/lab/x509"
)

// Roles of a record, item 4.
const (
	SAST    = 0
	CCM     = 1
	CCMTFTP = 2
	TFTP    = 3
	CAPF    = 4
	TVS     = 21
)

// A Record is one entry of a list; absent items are nil. Items, in the order of
// a genuine file:
//
//	1 record length, of the whole record   2 host name   3 subject   4 role
//	5 issuer   6 serial   7 public key   8 signature of the certificate
//	9 certificate   10 IPv4 address   11 hash of the certificate   12 hash algorithm
type Record struct {
	DNS         *string
	Subject     string
	Role        uint16
	Issuer      string
	Serial      []byte
	PublicKey   []byte
	Signature   []byte
	Certificate []byte
	IP          []byte
	Hash        []byte
	Cert        *x509.Certificate // for the listing
}

// Full is a record with the whole certificate, as in an ITL. host is one blank
// where the published listing shows a name of length 2.
func Full(role uint16, c *x509.Certificate, host string) Record {
	r := named(role, c, host)
	r.Certificate = c.DER
	return r
}

// HashOnly is a record that holds the SHA-1 of the certificate in its place.
func HashOnly(role uint16, c *x509.Certificate, host string) Record {
	r := named(role, c, host)
	r.Hash = c.SHA1()
	return r
}

func named(role uint16, c *x509.Certificate, host string) Record {
	return Record{
		DNS: &host, Subject: c.Subject.String(), Role: role, Issuer: c.Issuer.String(),
		Serial: c.Serial, PublicKey: c.Key.PKCS1(), Signature: c.Signature, Cert: c,
	}
}

// Client is a record as the CTL client for USB tokens wrote it: certificate and
// address, but no copy of the signature.
func Client(role uint16, c *x509.Certificate, host string, ip []byte) Record {
	r := Full(role, c, host)
	r.Signature, r.IP = nil, ip
	return r
}

// Emptied is what is left of a server record when the cluster goes back to
// non-secure mode.
func Emptied(role uint16, host string, ip []byte) Record {
	return Record{DNS: &host, Role: role, IP: ip}
}

// Bytes is the record with its length.
func (r Record) Bytes() []byte {
	var b []byte
	add := func(tag byte, value []byte) {
		if value != nil {
			b = append(b, item(tag, value)...)
		}
	}
	text := func(tag byte, s string) {
		if s != "" {
			add(tag, name(s))
		}
	}
	if r.DNS != nil {
		add(2, name(*r.DNS))
	}
	text(3, r.Subject)
	add(4, binary.BigEndian.AppendUint16(nil, r.Role))
	text(5, r.Issuer)
	add(6, r.Serial)
	add(7, r.PublicKey)
	add(8, r.Signature)
	add(9, r.Certificate)
	add(10, r.IP)
	if r.Hash != nil {
		add(11, r.Hash)
		add(12, []byte{SHA1})
	}
	return append(item(1, binary.BigEndian.AppendUint16(nil, uint16(len(b)+5))), b...)
}

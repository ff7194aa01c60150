package message

import (
	"encoding/binary"

	"trustline/testdata/lab/x509"
)

// Types of TVS messages.
const (
	VerifyRequest  = 1
	VerifyResponse = 2
	QueryRequest   = 3
	QueryResponse  = 4
)

// tvs is one message inside TLS:
//
//	0x57 | version 1 | type | unused | session(4) | length of the body(2) | body
//
// and the body a row of items: tag(1) length(2) value.
func tvs(typ, unused byte, session uint32, items ...[]byte) []byte {
	var body []byte
	for _, it := range items {
		body = append(body, it...)
	}
	b := binary.BigEndian.AppendUint32([]byte{0x57, 1, typ, unused}, session)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(body))), body...)
}

func item(tag byte, value []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{tag}, uint16(len(value))), value...)
}

// Device is item 1: a byte 1, then the name, without a final zero.
func Device(model, name string) []byte {
	return item(1, append([]byte{1}, "CP-"+model+"-"+name...))
}

func zeroTerminated(s string) []byte { return append([]byte(s), 0) }

// Verify asks about the certificate of a web server.
func Verify(session uint32, dev []byte, c *x509.Certificate) []byte {
	return tvs(VerifyRequest, 0, session, dev, item(2, c.DER))
}

// day is the lifetime of an answer in the phone's cache, 86,400 seconds.
var day = item(9, []byte{0, 1, 0x51, 0x80})

// VerifyAnswer says yes: status 0, the roles, the lifetime.
func VerifyAnswer(session uint32, roles ...byte) []byte {
	return tvs(VerifyResponse, 0xf7, session, item(7, []byte{0}), item(8, roles), day)
}

// Query asks for the certificate of a file's signer.
func Query(session uint32, dev []byte, c *x509.Certificate) []byte {
	return tvs(QueryRequest, 0, session, dev, item(3, zeroTerminated(c.Subject.String())),
		item(4, zeroTerminated(c.Issuer.String())), item(5, c.Serial))
}

// QueryAnswer brings it.
func QueryAnswer(session uint32, c *x509.Certificate, roles ...byte) []byte {
	return tvs(QueryResponse, 0xf7, session, item(7, []byte{0}), item(2, c.DER), item(8, roles), day)
}

// Unknown says no to either question: status 1, not found.
func Unknown(typ byte, session uint32) []byte {
	return tvs(typ, 0xf7, session, item(7, []byte{1}))
}

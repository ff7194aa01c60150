package scenario

import (
	"encoding/binary"

	"trustline/testdata/lab/x509"
)

// Types of TVS messages.
const (
	tvsVerifyRequest  = 1
	tvsVerifyResponse = 2
	tvsQueryRequest   = 3
	tvsQueryResponse  = 4
)

// tvsMessage is one message inside TLS:
//
//	0x57 | version 1 | type | unused | session(4) | length of the body(2) | body
//
// and the body a row of items: tag(1) length(2) value.
func tvsMessage(typ, unused byte, session uint32, items ...[]byte) []byte {
	var body []byte
	for _, it := range items {
		body = append(body, it...)
	}
	b := binary.BigEndian.AppendUint32([]byte{0x57, 1, typ, unused}, session)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(body))), body...)
}

func tvsItem(tag byte, value []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{tag}, uint16(len(value))), value...)
}

// device is item 1: a byte 1, then the name, without a final zero.
func device(model, name string) []byte {
	return tvsItem(1, append([]byte{1}, "CP-"+model+"-"+name...))
}

func zeroTerminated(s string) []byte { return append([]byte(s), 0) }

// verifyRequest asks about the certificate of a web server.
func verifyRequest(session uint32, dev []byte, c *x509.Certificate) []byte {
	return tvsMessage(tvsVerifyRequest, 0, session, dev, tvsItem(2, c.DER))
}

// day is the lifetime of an answer in the phone's cache, 86,400 seconds.
var day = tvsItem(9, []byte{0, 1, 0x51, 0x80})

// verifyResponse says yes: status 0, the roles, the lifetime.
func verifyResponse(session uint32, roles ...byte) []byte {
	return tvsMessage(tvsVerifyResponse, 0xf7, session, tvsItem(7, []byte{0}), tvsItem(8, roles), day)
}

// queryRequest asks for the certificate of a file's signer.
func queryRequest(session uint32, dev []byte, c *x509.Certificate) []byte {
	return tvsMessage(tvsQueryRequest, 0, session, dev, tvsItem(3, zeroTerminated(c.Subject.String())),
		tvsItem(4, zeroTerminated(c.Issuer.String())), tvsItem(5, c.Serial))
}

// queryResponse brings it.
func queryResponse(session uint32, c *x509.Certificate, roles ...byte) []byte {
	return tvsMessage(tvsQueryResponse, 0xf7, session, tvsItem(7, []byte{0}), tvsItem(2, c.DER), tvsItem(8, roles), day)
}

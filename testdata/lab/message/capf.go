package message

import (
	"encoding/binary"

	"trustline/testdata/lab/x509"
)

// Types of CAPF messages that the lab sends.
const (
	capfAuthRequest    = 1
	capfAuthResponse   = 2
	capfKeyGenRequest  = 3
	capfKeyGenResponse = 4
	capfStoreRequest   = 9
	capfStoreResponse  = 10
	capfEndSession     = 15
	capfInProgress     = 17
)

// capf is one message inside TLS; the server speaks first:
//
//	0x55 | type | session(4), chosen by the server | length of the body(2) | body
//
// and the body a row of items: tag(1) length(2) value.
func capf(typ byte, session uint32, items ...[]byte) []byte {
	var body []byte
	for _, it := range items {
		body = append(body, it...)
	}
	b := binary.BigEndian.AppendUint32([]byte{0x55, typ}, session)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(body))), body...)
}

// AuthRequest asks the phone who it is: protocol version 3.
func AuthRequest(session uint32) []byte { return capf(capfAuthRequest, session, item(7, []byte{3})) }

// AuthResponse names the phone and carries the authentication string.
func AuthResponse(session uint32, name, password string) []byte {
	return capf(capfAuthResponse, session, item(7, []byte{3}), item(13, zeroTerminated(name)), item(11, zeroTerminated(password)))
}

// KeyGenRequest wants a new RSA key of that many bits.
func KeyGenRequest(session uint32, bits uint16) []byte {
	return capf(capfKeyGenRequest, session, item(17, []byte{0}), item(10, binary.BigEndian.AppendUint16(nil, bits)))
}

// InProgress says that the phone is at work.
func InProgress(session uint32) []byte { return capf(capfInProgress, session) }

// KeyGenResponse brings the public key and the proof of the private one.
func KeyGenResponse(session uint32, lsc *x509.Certificate, proof []byte) []byte {
	return capf(capfKeyGenResponse, session, item(9, x509.SPKI(lsc.Key)), item(6, proof))
}

// StoreRequest brings the new LSC.
func StoreRequest(session uint32, lsc *x509.Certificate) []byte {
	entry := binary.BigEndian.AppendUint16([]byte{1}, uint16(len(lsc.DER)+2))
	return capf(capfStoreRequest, session, item(4, append(append(entry, 0, 1), lsc.DER...)))
}

// StoreResponse says whether it is stored: 1 yes.
func StoreResponse(session uint32, status byte) []byte {
	return capf(capfStoreResponse, session, item(1, []byte{status}))
}

// EndSession ends with a reason: 1 done, 7 declined.
func EndSession(session uint32, reason byte) []byte {
	return capf(capfEndSession, session, item(1, []byte{reason}))
}

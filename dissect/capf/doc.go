// Package capf reads the messages with which a phone and the Certificate
// Authority Proxy Function of CUCM install, fetch and delete a phone's LSC,
// inside TLS on TCP port 3804.
//
// In goes one message as octets, from a decrypted capture or a hex dump. Out
// comes a Message. A Session takes the messages of one connection in order and
// names what became of it:
//
//	var s capf.Session
//	for _, octets := range messages {
//		m, err := capf.Parse(octets)
//		if m != nil {
//			s.Add(m)
//		}
//	}
//	fmt.Println(s.Result().Outcome) // installed
//
// The server speaks first. It asks for the phone's name and proof, then orders
// one operation: make a key and store the certificate (install), hand out the
// certificate (fetch), or delete it; and ends the session with a reason.
//
// A phone may prove itself with an authentication string that a person typed.
// It passes in clear inside TLS; this package never stores it, only that it was
// there and how long it was. Elements keep number and length, never octets.
//
// The reason codes here are those of the protocol. The results that CAPF traces
// and CUCM Administration print (CAPF_OP_FAIL_INVALID_AUTH_STR and the like)
// have numbers of their own and are not decoded here. Nothing is decrypted, and
// without keys a capture shows of CAPF the certificates of the handshake only,
// see package tls.
package capf

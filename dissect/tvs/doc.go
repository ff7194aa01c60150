// Package tvs reads the messages that a phone and the Trust Verification
// Service of CUCM exchange inside TLS on TCP port 2445.
//
// In goes one message as octets, whole or cut short, as it is found in the hex
// dumps of a TVS trace or in a decrypted capture. Out comes a Message: who
// asks, about which certificate, and what the service said of it:
//
//	m, err := tvs.Parse(octets)
//	if m != nil && m.Type == tvs.QueryCertReq {
//		fmt.Println(m.Name, m.Subject, m.Serial) // SEPB000B4BA0AEE CN=... 24000000...
//	}
//
// There are two questions. QUERY_CERT names the signer of a file by subject,
// issuer and serial number and is answered with the certificate;
// CERT_VERIFICATION carries the certificate of an HTTPS server. The roles of an
// answer say what the certificate may do; the phone compares them with what it
// wanted. That comparison is a judgement and is made elsewhere.
//
// Traces shorten their dumps ("o/p omitted"), so a message that ends early is
// no error: what was there is returned with Cut set. Fields are filled from
// whole elements only; the part of a cut name stands in Elements.
//
// The package decrypts nothing and knows no captures. Without keys, a capture
// shows of TVS the certificates of the handshake, see package tls.
package tvs

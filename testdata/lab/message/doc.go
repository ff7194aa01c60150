// Package message writes what phones and servers say inside TLS: the questions
// and answers of the Trust Verification Service (TVS, TCP 2445) and of the
// Certificate Authority Proxy Function (CAPF, TCP 3804).
//
// In: names, certificates, codes. Out: the bytes of one message, header and
// items.
//
//	q := message.Query(1001, message.Device("7970G", "SEP0011215A1AE3"), signer)
//	a := message.QueryAnswer(1001, signer, 0, 3) // roles SAST and TFTP
//
// TVS is that of the dumps in Cisco TechNotes 118699 and 213407; CAPF that of
// the daemons of usecallmanager.nz and of the CAPF specification in the project
// Jabber4Linux. The package deliberately reads nothing back.
package message

// Package dissect reads from a capture what IP phones and their servers told
// each other about trust: which files they fetched and which TLS connections
// they made.
//
// In goes a capture; package pcap finds its datagrams and streams, packages
// below this one decode what they carried. Out come Transfers and Connections,
// each handed over when it is finished or when the capture is:
//
//	sum, err := dissect.Capture(file, dissect.DefaultOptions(), handler)
//
//	handler.Transfer    frame 12, tftp read ITLSEP001122334455.tlv, complete, 5438 bytes
//	handler.Connection  frame 31, tvs, TLS1.0, server's certificate, alert unknown_ca
//	handler.Observe     frame 3, dhcp, 10.0.0.7 was given TFTP server 10.0.0.1
//
// The order is that of the ends; sort by First for the order of the beginnings.
// TFTPRow and TLSRow give the members of `trustline tftp --json` and
// `trustline tls --json`.
//
// # How
//
// A TFTP request names the client's port and so opens a second look: pcap is
// told to pass on every datagram of that endpoint until the transfer is over
// (RFC 1350 section 4: the server answers from a port of its own choice).
// Everything else is known by its port, see ports.go.
//
// What is kept is bounded by limits.go. A cap that bites stands in
// Transfer.Notes, Handshake.Problems or Summary.Problems.
//
// # What it does not do
//
// It does not judge, does not join what one input left open with the next one,
// and knows no phones, only addresses. It stores no secret: passwords of
// configuration files and CAPF messages are dropped by their decoders.
package dissect

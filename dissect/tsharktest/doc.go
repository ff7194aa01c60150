// Package tsharktest compares package dissect with tshark. It holds nothing
// but tests.
//
// In go captures: those of the cases under testdata, and captures made while
// the test runs, of real TFTP servers and clients (atftpd, dnsmasq, in.tftpd;
// tftp, atftp, curl), of `openssl s_server` and `s_client`, and of HTTP
// provisioning with curl. Everything happens on loopback addresses. Both readers get the same file:
//
//	tshark -T fields ...          frames with their fields; grouped here to
//	tshark --export-objects       requests and connections
//	dissect.Capture               TFTPRow and TLSRow
//
// and must agree on every request, size, SHA-256, error, TCP stream, SNI,
// version, cipher suite, certificate SHA-1, alert and resumption. For transfers
// made here the file that was served is the third witness.
//
// Where the two differ for a reason, the difference stands in the table known
// of known_test.go, with the reason. An entry that no longer occurs fails the
// test as an unknown difference does.
//
// # What it needs
//
// tshark, tcpdump, openssl, atftpd, atftp, tftp-hpa, dnsmasq-base and curl,
// and the right to capture on lo. Without them the tests skip; with CI=true in
// the environment they fail. Debian has tftpd-hpa only in place of atftpd; its
// in.tftpd takes part when the environment variable TRUSTLINE_IN_TFTPD names
// it, for example unpacked with `dpkg-deb -x`. TRUSTLINE_KEEP names a folder
// that gets a copy of the captures.
package tsharktest

// Package tls reads TLS handshakes passively: it is told the octets that two
// sides sent each other and says what they agreed, which certificates they
// showed, which alerts they raised and how far they came.
//
// In go octets per direction, with the frame and time that carried them and the
// number of octets missing before them. Out comes a Handshake:
//
//	s := tls.NewStream()
//	s.Data(false, 4, t0, clientHello, 0)
//	s.Data(true, 6, t1, serverFlight, 0)
//	s.Close()
//	h := s.Result()
//	fmt.Println(h.Version, h.Cipher, h.ServerCertificates[0].Subject, h.History)
//
// Read are SSL 3.0 (RFC 6101), TLS 1.0 to 1.2 (RFC 2246, 4346, 5246), the
// cleartext part of TLS 1.3 (RFC 8446), and the ClientHello in SSL 2.0 form
// (RFC 5246 appendix E.2). Records and messages may be split and joined at
// will. Missing octets cost what they held: the reader finds the next record
// and says in Problems what is gone.
//
// The mark of a message is the frame that completed its record, as Wireshark
// shows it.
//
// # History
//
// The order of messages is kept as a string of one letter a message, after
// Zeek's ssl_history. Capital letters are the client's, small ones the
// server's; several records of application data in a row from one side count
// once.
//
//	h  hello_request          g  client_key_exchange
//	c  client_hello           f  finished (the encrypted message after i)
//	j  hello_retry_request    i  change_cipher_spec
//	s  server_hello           l  alert
//	x  certificate            t  new_session_ticket
//	k  server_key_exchange    u  certificate_status
//	r  certificate_request    d  application_data
//	n  server_hello_done      b  heartbeat
//	y  certificate_verify     q  not TLS
//	w  certificate_url        a  supplemental_data
//	e  end_of_early_data      o  encrypted_extensions
//	p  key_update             z  another or an encrypted handshake message
//	m  message_hash           v  hello_verify_request
//
// A mutual handshake that came about reads "CsxrnXGYIFifDd", a resumed one
// "CsifIFDd", a certificate refused by the client "CsxnL".
//
// # What it does not do
//
// It holds no keys and decrypts nothing. It judges no certificate and builds
// no chain. It knows no TCP: how a connection ended is the caller's knowledge.
// For TLS 1.3 it never says that a handshake succeeded, because its alerts and
// handshake messages look like application data from outside; Exchanged tells
// when at least no failure shows.
package tls

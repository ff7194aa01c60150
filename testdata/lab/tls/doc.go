// Package tls records TLS handshakes as phones and servers make them: TLS 1.0 to
// 1.2, RSA key exchange, AES with SHA-1. Of TLS 1.3 there is what a passive
// observer sees ([Hidden]).
//
// In: a [Config] with the certificates and keys of both sides. Out: a [Conn]
// whose methods return, in the order in which they are called, the bytes that
// one side sends next:
//
//	c := tls.New(config)
//	hello := c.ClientHello()     // client: ClientHello
//	flight := c.ServerFlight()   // server: ServerHello, Certificate, ... ServerHelloDone
//	keyx := c.ClientFlight()     // client: ... ClientKeyExchange, ..., Finished
//	done := c.ServerFinish()     // server: ChangeCipherSpec, Finished
//	data := c.Data(tls.Client, []byte("question"))
//
// Everything is computed for real (premaster secret, key derivation, record
// protection, Finished, CertificateVerify), with the randomness of a seed, so a
// recording decrypts with the server's key and comes out the same every time.
// Neither can be had from crypto/tls, whose use of its random source varies.
// A caller who stops after a step and sends [Conn.Alert], or nothing, has the
// failures that the cases need. There is deliberately no peer that could judge:
// who accepts what is decided by the caller.
package tls

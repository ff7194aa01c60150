package tls

import (
	"time"

	"trustline/dissect/cert"
)

// Mark is where something was seen. The zero Mark stands for "not seen".
type Mark struct {
	Frame int // counts from 1
	Time  time.Time
}

// Seen reports whether m is not zero.
func (m Mark) Seen() bool { return m.Frame != 0 }

// Handshake is what a connection showed in the clear. Texts are "" and marks
// zero where nothing was seen.
type Handshake struct {
	ClientVersion string   // highest version offered: SSL2.0 SSL3.0 TLS1.0 TLS1.1 TLS1.2 TLS1.3
	Version       string   // chosen by the server
	Cipher        string   // chosen by the server, IANA name
	SNI           string   // server_name (RFC 6066 section 3)
	Ciphers       []string // offered, in the client's order
	ALPN          []string // application protocols offered (RFC 7301)
	SessionID     string   // of the ServerHello, hex

	// Chains in the order sent, leaf first. A chain that was sent empty has a
	// mark in Frames and no certificates.
	ServerCertificates []*cert.Certificate
	ClientCertificates []*cert.Certificate

	CertificateRequested bool // CertificateRequest seen; in TLS 1.3 it cannot be

	Alerts []Alert

	Resumed   bool   // abbreviated handshake: no certificates, the keys of an earlier one
	ResumedBy string // session-id, ticket, psk

	TLS13 bool // certificates and success cannot be seen

	Frames Frames
	Steps  []Step // every message and, once for each run, application data

	ClientRecords int64 // application data records
	ServerRecords int64
	ClientBytes   int64 // octets in them, encrypted
	ServerBytes   int64

	Renegotiation bool // a handshake inside the encrypted connection, or a second one before
	Established   bool // TLS 1.2 and earlier: ChangeCipherSpec and application data from both sides

	// Exchanged tells of TLS 1.3 that the connection went on as accepted ones do:
	// after the server's flight came records of the client, and after those
	// records of the server, all longer than an alert. It is no proof of
	// success, but no failure is to be read into such a connection either.
	Exchanged bool

	Foreign *Foreign // a side spoke something else than TLS

	History  string
	Problems []string
}

// Alert is one alert message (RFC 5246 section 7.2).
type Alert struct {
	Mark
	FromServer  bool
	Level       string // warning, fatal; "" when encrypted
	Code        int    // -1 when encrypted
	Description string // name of RFC 8446 section 6, "" when encrypted
	Encrypted   bool
}

// Frames are the marks of the first message of each kind.
type Frames struct {
	ClientHello        Mark
	HelloRetry         Mark
	ServerHello        Mark
	ServerCertificate  Mark
	ServerKeyExchange  Mark
	CertificateRequest Mark
	ServerHelloDone    Mark
	ClientCertificate  Mark
	ClientKeyExchange  Mark
	CertificateVerify  Mark
	NewSessionTicket   Mark
	ClientCipherSpec   Mark // ChangeCipherSpec
	ServerCipherSpec   Mark
	ClientFinished     Mark // the encrypted message after ChangeCipherSpec
	ServerFinished     Mark
	ClientData         Mark // application data; also set for TLS 1.3, where it proves nothing
	ServerData         Mark
}

// Step is one message in the order seen.
type Step struct {
	Mark
	FromServer bool
	Name       string // RFC name in snake case: client_hello, change_cipher_spec, application_data
	Length     int    // octets of the message body, of the first record for application_data

	letter byte // of History
}

// Foreign tells of a side that did not speak TLS.
type Foreign struct {
	Mark
	FromServer bool
	Protocol   string // http, sip, ssh, sccp, tvs, capf, ssl2, unknown
	Head       []byte // first octets
}

// FatalAlert returns the first alert that ends a connection and can be read:
// a fatal one, or a warning whose meaning is a refusal. RFC 5246 section 7.2.2
// lets an implementation send bad_certificate and its like as warnings and
// close; close_notify, user_canceled, no_renegotiation, unrecognized_name and
// the no_certificate of SSL 3.0 do not end a handshake.
func (h *Handshake) FatalAlert() *Alert {
	for i := range h.Alerts {
		a := &h.Alerts[i]
		if a.Encrypted {
			continue
		}
		switch a.Code {
		case alertCloseNotify, alertUserCanceled, alertNoRenegotiation, alertUnrecognizedName, alertNoCertificate:
			if a.Level == "fatal" {
				return a
			}
		default:
			return a
		}
	}
	return nil
}

package tls

// The caps of this package. One that bites is named in Handshake.Problems.
const (
	// maxRecord is the largest record body that is believed: RFC 5246 section
	// 6.2.3 allows 2^14+2048 for an encrypted one, and nothing is larger.
	maxRecord = 1<<14 + 2048

	// maxHiddenAlert is the length of an encrypted alert of TLS 1.3: two octets,
	// the type, and a tag of 16 (RFC 8446 section 5.2). Finished has 53.
	maxHiddenAlert = 19

	// maxHandshake is the largest handshake message that is gathered. Real
	// certificate chains of CUCM have up to about 8 KiB, with all trust
	// certificates in a CertificateRequest up to about 64 KiB.
	maxHandshake = 128 << 10

	// maxSteps bounds Steps and History: a handshake has about 15 messages,
	// the rest is room for renegotiation and for records of data.
	maxSteps = 128

	// usualSteps is what room is made for: a handshake with certificates of both
	// sides, and data, has 15.
	usualSteps = 16

	// maxAlerts bounds Alerts. A connection dies of its first fatal one.
	maxAlerts = 32

	// maxCertificates bounds one chain; the largest seen have five.
	maxCertificates = 32

	// maxCached bounds the certificates of a Cache, of about 3 KiB each.
	maxCached = 512

	// maxCiphers bounds the cipher suites of one ClientHello. All registered
	// ones together are fewer than 400.
	maxCiphers = 512

	// maxProblems bounds Problems; a lossy capture repeats itself.
	maxProblems = 16

	// maxHead is how much of a stream that is not TLS is kept to name it.
	maxHead = 24
)

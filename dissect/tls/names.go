package tls

import "fmt"

// Content types of records (RFC 5246 section 6.2.1, RFC 6520).
const (
	recordChangeCipherSpec = 20
	recordAlert            = 21
	recordHandshake        = 22
	recordApplicationData  = 23
	recordHeartbeat        = 24
)

// Handshake message types (RFC 8446 section 4 and appendix B.3).
const (
	typeHelloRequest       = 0
	typeClientHello        = 1
	typeServerHello        = 2
	typeNewSessionTicket   = 4
	typeHelloRetryRequest  = 6 // of TLS 1.3 drafts; made here of the ServerHello that is one
	typeCertificate        = 11
	typeServerKeyExchange  = 12
	typeCertificateRequest = 13
	typeServerHelloDone    = 14
	typeCertificateVerify  = 15
	typeClientKeyExchange  = 16
	typeFinished           = 20
)

// messages gives each handshake message its name and its history letter.
var messages = map[uint8]struct {
	name   string
	letter byte
}{
	0:   {"hello_request", 'h'},
	1:   {"client_hello", 'c'},
	2:   {"server_hello", 's'},
	3:   {"hello_verify_request", 'v'},
	4:   {"new_session_ticket", 't'},
	5:   {"end_of_early_data", 'e'},
	6:   {"hello_retry_request", 'j'},
	8:   {"encrypted_extensions", 'o'},
	11:  {"certificate", 'x'},
	12:  {"server_key_exchange", 'k'},
	13:  {"certificate_request", 'r'},
	14:  {"server_hello_done", 'n'},
	15:  {"certificate_verify", 'y'},
	16:  {"client_key_exchange", 'g'},
	20:  {"finished", 'f'},
	21:  {"certificate_url", 'w'},
	22:  {"certificate_status", 'u'},
	23:  {"supplemental_data", 'a'},
	24:  {"key_update", 'p'},
	254: {"message_hash", 'm'},
}

const (
	alertCloseNotify      = 0
	alertNoCertificate    = 41
	alertUserCanceled     = 90
	alertNoRenegotiation  = 100
	alertUnrecognizedName = 112
)

// alertNames are those of RFC 8446 section 6 and of the registry for those
// that it no longer uses.
var alertNames = map[uint8]string{
	0:   "close_notify",
	1:   "end_of_early_data",
	10:  "unexpected_message",
	20:  "bad_record_mac",
	21:  "decryption_failed",
	22:  "record_overflow",
	30:  "decompression_failure",
	40:  "handshake_failure",
	41:  "no_certificate",
	42:  "bad_certificate",
	43:  "unsupported_certificate",
	44:  "certificate_revoked",
	45:  "certificate_expired",
	46:  "certificate_unknown",
	47:  "illegal_parameter",
	48:  "unknown_ca",
	49:  "access_denied",
	50:  "decode_error",
	51:  "decrypt_error",
	52:  "too_many_cids_requested",
	60:  "export_restriction",
	70:  "protocol_version",
	71:  "insufficient_security",
	80:  "internal_error",
	86:  "inappropriate_fallback",
	90:  "user_canceled",
	100: "no_renegotiation",
	109: "missing_extension",
	110: "unsupported_extension",
	111: "certificate_unobtainable",
	112: "unrecognized_name",
	113: "bad_certificate_status_response",
	114: "bad_certificate_hash_value",
	115: "unknown_psk_identity",
	116: "certificate_required",
	117: "general_error",
	120: "no_application_protocol",
	121: "ech_required",
}

// AlertName returns the name of an alert description, or "alert_N".
func AlertName(code uint8) string {
	if n, ok := alertNames[code]; ok {
		return n
	}
	return fmt.Sprintf("alert_%d", code)
}

const (
	versionSSL2  = 0x0002
	versionSSL3  = 0x0300
	versionTLS12 = 0x0303
	versionTLS13 = 0x0304
)

// VersionName prints a protocol version as "TLS1.2"; an unknown one in hex.
// Drafts of TLS 1.3 (0x7f00 and above) count as TLS 1.3.
func VersionName(v uint16) string {
	switch {
	case v == versionSSL2 || v == 0x0200:
		return "SSL2.0"
	case v == versionSSL3:
		return "SSL3.0"
	case v > versionSSL3 && v <= versionTLS13:
		return fmt.Sprintf("TLS1.%d", v-versionSSL3-1)
	case v>>8 == 0x7f:
		return "TLS1.3"
	}
	return fmt.Sprintf("0x%04x", v)
}

// CipherName returns the IANA name of a cipher suite. Values reserved by RFC
// 8701 read "GREASE", unknown ones as hex ("0xc0ff").
func CipherName(id uint16) string {
	if n, ok := cipherNames[id]; ok {
		return n
	}
	if isGREASE(id) {
		return "GREASE"
	}
	return fmt.Sprintf("0x%04x", id)
}

// isGREASE reports a value that clients send to keep servers tolerant.
func isGREASE(v uint16) bool {
	return v&0x0f0f == 0x0a0a && v>>8 == v&0xff
}

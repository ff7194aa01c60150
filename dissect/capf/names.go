package capf

import "strconv"

// Type is the type of a message.
type Type int

// The types. 1 to 4, 9, 10 and 15 are confirmed by two independent
// descriptions, of Jabber against CUCM (Jabber4Linux, "CAPF Protocol
// Specification") and of phones against usecallmanager.nz's capfd; the others
// by the latter only.
const (
	AuthReq         Type = 1
	AuthRes         Type = 2
	KeyGenReq       Type = 3
	KeyGenRes       Type = 4
	StoreCertReq    Type = 9
	StoreCertRes    Type = 10
	FetchCertReq    Type = 11
	FetchCertRes    Type = 12
	DeleteCertReq   Type = 13
	DeleteCertRes   Type = 14
	EndSession      Type = 15
	RetryLater      Type = 16
	ReqInProgress   Type = 17
	AbortReq        Type = 20
	AbortRes        Type = 21
	typeAfterTheEnd Type = 24
)

// typeNames are the names that CAPF traces print after CAPF_MSG_, as far as
// they are published (AUTH_REQ, REQ_IN_PROGRESS, KEY_GEN_RES), the others made
// alike.
var typeNames = [typeAfterTheEnd]string{
	1: "AUTH_REQ", 2: "AUTH_RES",
	3: "KEY_GEN_REQ", 4: "KEY_GEN_RES",
	5: "ENCRYPT_RES", 6: "ENCRYPT_REQ",
	7: "DECRYPT_REQ", 8: "DECRYPT_RES",
	9: "STORE_CERT_REQ", 10: "STORE_CERT_RES",
	11: "FETCH_CERT_REQ", 12: "FETCH_CERT_RES",
	13: "DELETE_CERT_REQ", 14: "DELETE_CERT_RES",
	15: "END_SESSION", 16: "RETRY_LATER", 17: "REQ_IN_PROGRESS",
	18: "STATUS_REQ", 19: "STATUS_RES",
	20: "ABORT_REQ", 21: "ABORT_RES",
	22: "SIGN_CERT_REQ", 23: "SIGN_CERT_RES",
}

// String returns the name, or the number of an unknown type.
func (t Type) String() string {
	if t > 0 && t < typeAfterTheEnd {
		return typeNames[t]
	}
	return strconv.Itoa(int(t))
}

// From tells who sends messages of this type: "server", "phone", or "" when
// that is not known.
func (t Type) From() string {
	switch t {
	case AuthReq, KeyGenReq, StoreCertReq, FetchCertReq, DeleteCertReq, EndSession, RetryLater:
		return "server"
	case AuthRes, KeyGenRes, StoreCertRes, FetchCertRes, DeleteCertRes, ReqInProgress:
		return "phone"
	}
	return ""
}

// Reason is the value of element 1: in an END_SESSION why it ends, in an
// answer whether the phone did it.
type Reason int

// The reasons that are known.
const (
	ReasonNoAction      Reason = 0 // nothing is to be done
	ReasonOK            Reason = 1
	ReasonDeclined      Reason = 7 // a certificate was issued already, a wrong authentication string, or no operation pending
	ReasonUnknownDevice Reason = 9
)

// String returns a name, or the number of an unknown reason.
func (r Reason) String() string {
	switch r {
	case ReasonNoAction:
		return "no action"
	case ReasonOK:
		return "ok"
	case ReasonDeclined:
		return "declined"
	case ReasonUnknownDevice:
		return "unknown device"
	}
	return strconv.Itoa(int(r))
}

// Kinds of certificates, elements 3 and 4.
const (
	CertificateLSC = 1
	CertificateMIC = 2
)

// Kinds of proof, element 8.
const (
	AuthNone       = 0
	AuthPassword   = 1
	AuthNoPassword = 2
	AuthLSC        = 3
	AuthMIC        = 4
)

// CertificateName names a kind of certificate: "LSC", "MIC", or the number.
func CertificateName(kind int) string {
	switch kind {
	case CertificateLSC:
		return "LSC"
	case CertificateMIC:
		return "MIC"
	}
	return strconv.Itoa(kind)
}

// AuthName names a kind of proof, or returns the number.
func AuthName(kind int) string {
	names := [...]string{"none", "authentication string", "null string", "LSC", "MIC"}
	if kind >= 0 && kind < len(names) {
		return names[kind]
	}
	return strconv.Itoa(kind)
}

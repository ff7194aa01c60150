package cert

import "strings"

// attributeNames are the short names of RFC 4514 section 3 and, for what it
// does not name, those that OpenSSL prints.
var attributeNames = map[string]string{
	"2.5.4.3":                    "CN",
	"2.5.4.4":                    "SN",
	"2.5.4.5":                    "serialNumber",
	"2.5.4.6":                    "C",
	"2.5.4.7":                    "L",
	"2.5.4.8":                    "ST",
	"2.5.4.9":                    "STREET",
	"2.5.4.10":                   "O",
	"2.5.4.11":                   "OU",
	"2.5.4.12":                   "title",
	"2.5.4.13":                   "description",
	"2.5.4.17":                   "postalCode",
	"2.5.4.42":                   "GN",
	"2.5.4.43":                   "initials",
	"2.5.4.45":                   "x500UniqueIdentifier",
	"2.5.4.46":                   "dnQualifier",
	"2.5.4.65":                   "pseudonym",
	"0.9.2342.19200300.100.1.1":  "UID",
	"0.9.2342.19200300.100.1.25": "DC",
	"1.2.840.113549.1.9.1":       "emailAddress",
	"1.2.840.113549.1.9.2":       "unstructuredName",
	"1.2.840.113549.1.9.8":       "unstructuredAddress",
}

const (
	oidRSA     = "1.2.840.113549.1.1.1"
	oidRSAPSS  = "1.2.840.113549.1.1.10"
	oidEC      = "1.2.840.10045.2.1"
	oidDSA     = "1.2.840.10040.4.1"
	oidEd25519 = "1.3.101.112"
)

var curveNames = map[string]string{
	"1.2.840.10045.3.1.7": "P-256",
	"1.3.132.0.34":        "P-384",
	"1.3.132.0.35":        "P-521",
	"1.3.132.0.33":        "P-224",
	"1.3.132.0.10":        "secp256k1",
}

// signatureNames follow the spelling of crypto/x509.
var signatureNames = map[string]string{
	"1.2.840.113549.1.1.2":   "MD2-RSA",
	"1.2.840.113549.1.1.4":   "MD5-RSA",
	"1.2.840.113549.1.1.5":   "SHA1-RSA",
	"1.3.14.3.2.29":          "SHA1-RSA",
	"1.2.840.113549.1.1.11":  "SHA256-RSA",
	"1.2.840.113549.1.1.12":  "SHA384-RSA",
	"1.2.840.113549.1.1.13":  "SHA512-RSA",
	oidRSAPSS:                "RSA-PSS",
	"1.2.840.10040.4.3":      "DSA-SHA1",
	"2.16.840.1.101.3.4.3.2": "DSA-SHA256",
	"1.2.840.10045.4.1":      "ECDSA-SHA1",
	"1.2.840.10045.4.3.2":    "ECDSA-SHA256",
	"1.2.840.10045.4.3.3":    "ECDSA-SHA384",
	"1.2.840.10045.4.3.4":    "ECDSA-SHA512",
	oidEd25519:               "Ed25519",
}

// digestOf returns the digest of an RSASSA-PKCS1-v1_5 or ECDSA algorithm. The
// other algorithms of the table (PSS, DSA, Ed25519, MD2) are shown, not checked.
func digestOf(name string) (string, bool) {
	hash, ok := strings.CutSuffix(name, "-RSA")
	if !ok {
		if hash, ok = strings.CutPrefix(name, "ECDSA-"); !ok {
			return "", false
		}
	}
	switch hash {
	case "MD5", "SHA1", "SHA256", "SHA384", "SHA512":
		return strings.ToLower(hash), true
	}
	return "", false
}

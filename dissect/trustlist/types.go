package trustlist

import (
	"fmt"
	"time"

	"trustline/dissect/cert"
	"trustline/dissect/signature"
)

// Kinds of files.
const (
	KindITL           = "itl"
	KindCTL           = "ctl"
	KindSignedFile    = "signed-file"
	KindEncryptedFile = "encrypted-file"
)

// Origins of a File.
const (
	OriginBinary  = "binary"
	OriginListing = "listing"
)

// File is a trust list or a signed file. Hex is lower case, strings are empty
// and numbers zero where the source does not say.
type File struct {
	Kind          string // itl, ctl, signed-file, encrypted-file; "" when the first part does not tell
	Filename      string // FILENAME of the header; a listing does not print it
	Version       string // "1.2"
	SignerVersion string // "1.1", tag 28 of certutils
	HeaderLength  int    // octets from the start to the first record
	Length        int    // octets of the file; what a listing prints
	Signer        Signer

	DigestAlgorithm    string // md5, sha1, sha256, sha512, or the code as text; "" when unknown
	SignatureAlgorithm int    // code; 0 is RSA PKCS#1 v1.5; -1 when unknown
	ModulusCode        int    // 0..3 for RSA 512, 1024, 2048, 4096; -1 when unknown
	Signature          []byte
	SignatureLength    int    // as printed; a listing may give it without the value
	CoveredDigest      []byte // with DigestAlgorithm over what the signature covers; nil when incomplete or unknown

	Timestamp time.Time // of creation, UTC
	Records   []Record
	Payload   []byte // content of a signed file, ciphertext of an encrypted one
	// Encryption is set for an encrypted file.
	Encryption *Encryption

	MD5, SHA1, SHA256 string // over the octets given to Parse; a listing may print MD5 and SHA1

	Partial  bool     // only a part was there
	Missing  bool     // a listing that says that there is no such file
	Origin   string   // binary or listing
	Modified string   // "last modified on" of a listing, as printed
	Asserted []string // sentences of a listing about the list as a whole
	Problems []string // what is odd or damaged, with offset or line

	Line, EndLine int // of a listing in its text, from 1

	Fields []Field // TLVs of the header in order

	dropped int // problems beyond maxProblems
}

// Signer names the certificate that signed a file.
type Signer struct {
	Name   string
	Issuer string
	Serial string // magnitude in whole octets
}

// Record is one entry of a trust list.
type Record struct {
	Number    int // from 1, in the order of the file
	Length    int // RECORDLENGTH
	Offset    int // in the file; 0 in a listing
	Functions []string
	DNSName   string
	IP        string
	Subject   string
	Issuer    string
	Serial    string // magnitude in whole octets

	Key       *signature.Key // of PUBLICKEY, else of the certificate; nil in a listing
	KeyLength int            // octets of PUBLICKEY

	Certificate       *cert.Certificate
	CertificateLength int
	CertificateSHA1   string // over the certificate's DER, or as a listing prints it

	Hash          string // CERTHASH
	HashAlgorithm string // SHA-1, SHA-256, SHA-512 as CUCM prints it, or the code as text

	SignatureLength int  // octets of the certificate's own signature
	SignedThis      bool // the signer of this list
	SaidUnused      bool // a listing says of it that it did not sign this list

	Fields []Field // TLVs in order
}

// Field is one TLV as it stood in the source.
type Field struct {
	Tag    int
	Length int
	Offset int // of the tag in the file; 0 in a listing
}

// ParseError says why something is no trust list or signed file at all.
type ParseError struct {
	Offset int
	What   string
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("trustlist: offset %d: %s", e.Offset, e.What)
}

// NamedKey is a key to verify with and whose it is. Serial and Issuer are
// empty when only the key is known.
type NamedKey struct {
	Name   string // shown in Verdict.By
	Issuer string
	Serial string
	Key    *signature.Key
}

// Results of Verify.
const (
	StatusValid        = "valid"        // intact under the key named in By
	StatusInvalid      = "invalid"      // not intact: the signer's key was there and did not verify
	StatusUnverifiable = "unverifiable" // it cannot be told; Reason says why
)

// Verdict is the result of checking a signature.
type Verdict struct {
	Status string
	By     string // the key that verified, "" unless valid
	Reason string // why not, "" when valid
}

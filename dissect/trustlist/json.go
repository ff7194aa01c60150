package trustlist

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"trustline/dissect/cert"
)

// Row is a File in the JSON listing of `trustline trustlist --json`. Members
// are null when unknown and [] when there are none.
type Row struct {
	Source        string       `json:"source"` // set by the caller
	Kind          *string      `json:"kind"`
	File          *string      `json:"file"`
	Version       *string      `json:"version"`
	HeaderLength  *int         `json:"header_length"`
	Length        *int         `json:"length"`
	MD5           *string      `json:"md5"`
	SHA1          *string      `json:"sha1"`
	SHA256        *string      `json:"sha256"`
	Signer        SignerRow    `json:"signer"`
	Signature     SignatureRow `json:"signature"`
	Asserted      []string     `json:"asserted"`
	Records       []RecordRow  `json:"records"`
	Encrypted     bool         `json:"encrypted"`
	PayloadSHA256 *string      `json:"payload_sha256"`
	Problems      []string     `json:"problems"`

	SignerVersion *string     `json:"signer_version"`
	Timestamp     *string     `json:"timestamp"` // RFC 3339 UTC
	Modified      *string     `json:"modified"`  // as a listing prints it
	Origin        string      `json:"origin"`    // binary or listing
	Line          *int        `json:"line"`      // of a listing, from 1
	EndLine       *int        `json:"end_line"`
	Partial       bool        `json:"partial"`
	Encryption    *Encryption `json:"encryption"`
}

// SignerRow is the signer in a Row.
type SignerRow struct {
	Name   *string `json:"name"`
	Issuer *string `json:"issuer"`
	Serial *string `json:"serial"`
}

// SignatureRow is the signature and what Verify said of it in a Row.
type SignatureRow struct {
	Algorithm *string `json:"algorithm"` // "SHA1-RSA"
	Status    string  `json:"status"`
	By        *string `json:"by"`
	Reason    *string `json:"reason"`
}

// RecordRow is a record in a Row.
type RecordRow struct {
	Number         int       `json:"number"`
	Length         *int      `json:"length"`
	Functions      []string  `json:"functions"`
	DNSName        *string   `json:"dns_name"`
	IP             *string   `json:"ip"`
	Subject        *string   `json:"subject"`
	Issuer         *string   `json:"issuer"`
	Serial         *string   `json:"serial"`
	Key            *string   `json:"key"`
	Certificate    *cert.Row `json:"certificate"`
	Hash           *string   `json:"hash"`
	HashAlgorithm  *string   `json:"hash_algorithm"`
	SignedThisList bool      `json:"signed_this_list"`

	CertificateSHA1   *string `json:"certificate_sha1"`
	CertificateLength *int    `json:"certificate_length"`
}

// Row returns the JSON form of the file with what Verify says of it under the
// given keys. Source is left to the caller.
func (f *File) Row(keys ...NamedKey) *Row {
	v := f.Verify(keys...)
	r := &Row{
		Kind:          text(f.Kind),
		File:          text(f.Filename),
		Version:       text(f.Version),
		HeaderLength:  count(f.HeaderLength),
		Length:        count(f.Length),
		MD5:           text(f.MD5),
		SHA1:          text(f.SHA1),
		SHA256:        text(f.SHA256),
		Signer:        SignerRow{text(f.Signer.Name), text(f.Signer.Issuer), text(f.Signer.Serial)},
		Signature:     SignatureRow{text(f.SignatureName()), v.Status, text(v.By), text(v.Reason)},
		Asserted:      items(f.Asserted),
		Records:       []RecordRow{},
		Encrypted:     f.Kind == KindEncryptedFile,
		Problems:      items(f.Problems),
		SignerVersion: text(f.SignerVersion),
		Modified:      text(f.Modified),
		Origin:        f.Origin,
		Line:          count(f.Line),
		EndLine:       count(f.EndLine),
		Partial:       f.Partial,
		Encryption:    f.Encryption,
	}
	if f.Missing { // a length of 0 that was printed
		r.Length = &f.Length
	}
	if f.Payload != nil && !f.Partial {
		h := sha256.Sum256(f.Payload)
		r.PayloadSHA256 = text(hex.EncodeToString(h[:]))
	}
	if !f.Timestamp.IsZero() {
		r.Timestamp = text(f.Timestamp.Format(time.RFC3339))
	}
	for i := range f.Records {
		r.Records = append(r.Records, f.Records[i].row())
	}
	return r
}

func (r *Record) row() RecordRow {
	row := RecordRow{
		Number:            r.Number,
		Length:            count(r.Length),
		Functions:         items(r.Functions),
		DNSName:           text(r.DNSName),
		IP:                text(r.IP),
		Subject:           text(r.Subject),
		Issuer:            text(r.Issuer),
		Serial:            text(r.Serial),
		Certificate:       r.Certificate.Row(),
		Hash:              text(r.Hash),
		HashAlgorithm:     text(r.HashAlgorithm),
		SignedThisList:    r.SignedThis,
		CertificateSHA1:   text(r.CertificateSHA1),
		CertificateLength: count(r.CertificateLength),
	}
	for _, x := range r.Fields {
		if x.Tag == tagDNSName { // an empty name is known to be empty
			row.DNSName = &r.DNSName
		}
	}
	if r.Key != nil {
		row.Key = text(r.Key.String())
	}
	return row
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func count(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func items(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

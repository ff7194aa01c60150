package cert

import "time"

// Row is a certificate in the JSON listings. Members are null when unknown.
type Row struct {
	Subject            *string `json:"subject"`
	Issuer             *string `json:"issuer"`
	Serial             *string `json:"serial"`
	NotBefore          *string `json:"not_before"` // RFC 3339 UTC
	NotAfter           *string `json:"not_after"`
	Key                *string `json:"key"` // "RSA 1024"
	SignatureAlgorithm *string `json:"signature_algorithm"`
	SHA1               *string `json:"sha1"`
	SHA256             *string `json:"sha256"`
	Problem            *string `json:"problem"`
}

// Row returns the JSON form of the certificate, nil for nil.
func (c *Certificate) Row() *Row {
	if c == nil {
		return nil
	}
	return &Row{
		Subject:            known(c.Subject, c.SubjectRDN != nil),
		Issuer:             known(c.Issuer, c.IssuerRDN != nil),
		Serial:             known(c.Serial, c.Serial != ""),
		NotBefore:          stamp(c.NotBefore),
		NotAfter:           stamp(c.NotAfter),
		Key:                known(c.KeyText, c.KeyText != ""),
		SignatureAlgorithm: known(c.SignatureAlgorithm, c.SignatureAlgorithm != ""),
		SHA1:               known(c.SHA1, c.SHA1 != ""),
		SHA256:             known(c.SHA256, c.SHA256 != ""),
		Problem:            known(c.Problem, c.Problem != ""),
	}
}

func known(s string, is bool) *string {
	if !is {
		return nil
	}
	return &s
}

func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(time.RFC3339)
	return &s
}

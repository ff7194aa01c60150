package gather

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"trustline/correlate/evidence"
	"trustline/correlate/secret"
	"trustline/dissect/cert"
	"trustline/dissect/signature"
	"trustline/dissect/trustlist"
)

// object adds an object once and gives its id; a second sight adds the place.
func (d *decoder) object(o evidence.Object) string {
	if d.stream != nil || d.again(o.Object, o.ID, o.Places[0]) {
		return o.ID // of a stream nothing is kept
	}
	o.Kind = "object"
	o.ValidText() // before it may be packed
	secret.Object(&o)
	i := d.b.AddObject(&o)
	d.objs[objectKey{o.Object, o.ID}] = i
	d.sighted(i)
	return o.ID
}

// objectKey is what names an object.
type objectKey struct{ object, id string }

// again adds the place of an object that is known, and tells whether it is.
func (d *decoder) again(object, id string, at evidence.Place) bool {
	i, ok := d.objs[objectKey{object, id}]
	if ok {
		d.b.Objects[i].Places = append(d.b.Objects[i].Places, at)
		d.sighted(i)
	}
	return ok
}

// list makes an object of a trust list or signed file and gives its id.
func (d *decoder) list(f *trustlist.File, at evidence.Place) string {
	l := &evidence.List{
		Type: f.Kind, Origin: f.Origin, File: f.Filename, Version: f.Version, HeaderLength: f.HeaderLength, Length: f.Length,
		MD5: f.MD5, SHA1: f.SHA1, SHA256: f.SHA256, Modified: f.Modified,
		Signer: evidence.Signer(f.Signer), Digest: f.DigestAlgorithm, Signature: hex.EncodeToString(f.Signature),
		Covered: hex.EncodeToString(f.CoveredDigest), Status: f.Verify().Status,
		Asserted: append([]string{}, f.Asserted...), Records: []evidence.Record{}, Partial: f.Partial, Problems: append([]string{}, f.Problems...),
	}
	if l.Modified == "" && !f.Timestamp.IsZero() {
		l.Modified = f.Timestamp.UTC().Format(time.RFC3339)
	}
	if f.Partial { // hashes of a part name no file
		l.MD5, l.SHA1, l.SHA256 = "", "", ""
	}
	for i := range f.Records {
		l.Records = append(l.Records, d.record(&f.Records[i], at))
	}
	object := "list"
	if f.Kind == trustlist.KindSignedFile || f.Kind == trustlist.KindEncryptedFile {
		object = "signed-file"
	}
	o := evidence.Object{Object: object, ID: listID(f, l), Places: []evidence.Place{at}, List: l}
	if object == "signed-file" {
		o.Config = configOf(f.Filename, f.Payload)
	}
	return d.object(o)
}

// listID is the hash that names a list: of its bytes, else what a listing
// prints, else of the listing's content.
func listID(f *trustlist.File, l *evidence.List) string {
	switch {
	case f.SHA256 != "" && f.Partial:
		return "part:" + f.SHA256
	case f.SHA256 != "":
		return f.SHA256
	case f.SHA1 != "":
		return "sha1:" + f.SHA1
	case f.MD5 != "":
		return "md5:" + f.MD5
	}
	var s strings.Builder
	fmt.Fprintf(&s, "%s %d %d %v %s", l.Type, l.Length, l.HeaderLength, l.Signer, l.Modified)
	for i := range l.Records {
		r := &l.Records[i]
		fmt.Fprintf(&s, "\n%d %v %s %s %s %s", r.Number, r.Functions, r.Subject, r.Serial, r.SHA1, r.Hash)
	}
	sum := sha256.Sum256([]byte(s.String()))
	return "listing:" + hex.EncodeToString(sum[:])
}

func (d *decoder) record(r *trustlist.Record, at evidence.Place) evidence.Record {
	out := evidence.Record{Number: r.Number, Functions: append([]string{}, r.Functions...), DNSName: r.DNSName, IP: r.IP, Subject: r.Subject, Issuer: r.Issuer,
		Serial: r.Serial, Key: r.Key, SHA1: r.CertificateSHA1, Hash: r.Hash, HashAlgorithm: r.HashAlgorithm, SignedThis: r.SignedThis, SaidUnused: r.SaidUnused}
	if r.Certificate != nil {
		out.Certificate = d.certificate(r.Certificate, at)
	}
	return out
}

// certificate makes an object of a certificate and gives its id, or "" when it
// is cut short and so has no identity.
func (d *decoder) certificate(c *cert.Certificate, at evidence.Place) string {
	if c == nil || c.SHA256 == "" {
		return ""
	}
	if d.stream != nil || d.again("certificate", c.SHA256, at) {
		return c.SHA256
	}
	e := &evidence.Certificate{Subject: c.Subject, Issuer: c.Issuer, Serial: c.Serial, KeyText: c.KeyText, Key: key(c.Key),
		SignatureAlgorithm: c.SignatureAlgorithm, SHA1: c.SHA1, SHA256: c.SHA256, CA: c.CA, KeyUsage: c.KeyUsage, Problem: c.Problem}
	if c.PathLen >= 0 {
		e.PathLength = &c.PathLen
	}
	if !c.NotBefore.IsZero() {
		e.NotBefore = c.NotBefore.UTC().Format(time.RFC3339)
	}
	if !c.NotAfter.IsZero() {
		e.NotAfter = c.NotAfter.UTC().Format(time.RFC3339)
	}
	return d.object(evidence.Object{Object: "certificate", ID: c.SHA256, Places: []evidence.Place{at}, Certificate: e})
}

func key(k *signature.Key) *signature.Key {
	if k == nil || k.Kind == "" {
		return nil
	}
	return k
}

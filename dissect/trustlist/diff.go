package trustlist

import (
	"fmt"
	"strings"
)

// Kinds of changes.
const (
	ChangeHeader         = "header"          // kind, version, digest algorithm, name
	ChangeSigner         = "signer"          // another certificate signed
	ChangeAdded          = "added"           // a record without counterpart before
	ChangeGone           = "gone"            // a record without counterpart now
	ChangeNewKey         = "new-key"         // same function and name, another key or an unknown one
	ChangeNewCertificate = "new-certificate" // same function, name and key, another certificate
	ChangeRecord         = "record"          // same certificate, other details
	ChangeBytes          = "bytes"           // nothing that Diff compares: the order of records, a time, damage
)

// Change is one difference between two lists, in words.
type Change struct {
	Kind string `json:"kind"`
	A    int    `json:"a,omitempty"` // record number in the first list, 0 for none
	B    int    `json:"b,omitempty"`
	Text string `json:"text"`
}

// Diff tells what changed from list a to list b: header, signer, then the
// records of a in order, then the added ones. Two equal lists, or the same list
// once from its file and once from a listing, give nothing: what only one side
// knows is no difference. Records are the same when function and certificate
// are; then they are paired by function and name, so that a regenerated
// certificate shows as a change and not as one record gone and one added.
func Diff(a, b *File) []Change {
	var out []Change
	header := func(what, x, y string) {
		if x != y && x != "" && y != "" {
			out = append(out, Change{Kind: ChangeHeader, Text: fmt.Sprintf("%s changed from %s to %s", what, x, y)})
		}
	}
	header("kind", a.Kind, b.Kind)
	header("file name", a.Filename, b.Filename)
	header("version", a.Version, b.Version)
	header("signer version", a.SignerVersion, b.SignerVersion)
	header("digest algorithm", a.DigestAlgorithm, b.DigestAlgorithm)
	if a.Signer.Serial != b.Signer.Serial && a.Signer.Serial != "" && b.Signer.Serial != "" {
		text := fmt.Sprintf("signer changed from %s (serial %s) to %s (serial %s)", a.Signer.Name, a.Signer.Serial, b.Signer.Name, b.Signer.Serial)
		if SameName(a.Signer.Name, b.Signer.Name) {
			text = fmt.Sprintf("signer %s has a new certificate: serial %s became %s", b.Signer.Name, a.Signer.Serial, b.Signer.Serial)
		}
		out = append(out, Change{Kind: ChangeSigner, Text: text})
	}

	partner := pair(a.Records, b.Records)
	used := make([]bool, len(b.Records))
	for i := range a.Records {
		x := &a.Records[i]
		if partner[i] < 0 {
			out = append(out, Change{Kind: ChangeGone, A: x.Number, Text: fmt.Sprintf("record %d is gone: %s", x.Number, x.describe())})
			continue
		}
		used[partner[i]] = true
		if c, changed := compare(x, &b.Records[partner[i]]); changed {
			out = append(out, c)
		}
	}
	for i := range b.Records {
		if y := &b.Records[i]; !used[i] {
			out = append(out, Change{Kind: ChangeAdded, B: y.Number, Text: fmt.Sprintf("record %d is new: %s", y.Number, y.describe())})
		}
	}
	return out
}

// named is a record with its names in comparable form.
type named struct {
	*Record
	function, subject, issuer string
}

// host is the DNS name without blanks: CUCM writes a single blank where a record
// has none, which a listing does not show.
func host(r *Record) string { return strings.TrimSpace(r.DNSName) }

func sameHost(x, y named) bool { return host(x.Record) == host(y.Record) }

func naming(r *Record) named {
	return named{r, FunctionText(r.Functions), canonical(r.Subject), canonical(r.Issuer)}
}

func namingAll(records []Record) []named {
	out := make([]named, len(records))
	for i := range records {
		out[i] = naming(&records[i])
	}
	return out
}

// pair gives for each record of a the index of its counterpart in b, -1 for
// none. The surer pairs are made first.
func pair(before, after []Record) []int {
	a, b := namingAll(before), namingAll(after)
	partner := make([]int, len(a))
	for i := range partner {
		partner[i] = -1
	}
	used := make([]bool, len(b))
	for _, same := range []func(x, y named) bool{
		func(x, y named) bool { return sameCertificate(x, y) && sameHost(x, y) },
		sameCertificate,
		func(x, y named) bool { return x.subject != "" && x.subject == y.subject && sameHost(x, y) },
		func(x, y named) bool { return x.subject != "" && x.subject == y.subject },
		// An emptied record keeps nothing but function and host.
		func(x, y named) bool {
			return host(x.Record) != "" && sameHost(x, y) && (x.subject == "" || y.subject == "")
		},
		// A damaged record may keep its function only, on both sides.
		func(x, y named) bool {
			return x.subject == "" && y.subject == "" && x.Serial == y.Serial && sameHost(x, y)
		},
	} {
		for i := range a {
			for j := range b {
				if partner[i] < 0 && !used[j] && a[i].function == b[j].function && same(a[i], b[j]) {
					partner[i], used[j] = j, true
				}
			}
		}
	}
	return partner
}

// sameCertificate: one serial number and issuer, and no hash or key that says
// otherwise.
func sameCertificate(x, y named) bool {
	if x.Serial == "" || x.Serial != y.Serial || x.issuer != "" && y.issuer != "" && x.issuer != y.issuer {
		return false
	}
	if p, q := x.fingerprint(), y.fingerprint(); p != "" && q != "" {
		return p == q
	}
	return x.Key == nil || y.Key == nil || x.Key.Equal(y.Key)
}

// fingerprint is the SHA-1 of the certificate, from wherever the record has it.
func (r *Record) fingerprint() string {
	if r.CertificateSHA1 == "" && len(r.Hash) == 40 {
		return r.Hash
	}
	return r.CertificateSHA1
}

func compare(x, y *Record) (Change, bool) {
	c := Change{A: x.Number, B: y.Number}
	if x.Serial != "" && y.Serial != "" && !sameCertificate(naming(x), naming(y)) {
		c.Kind = ChangeNewKey
		what := "has a new certificate"
		switch {
		case x.Key == nil || y.Key == nil:
			what += ", perhaps with a new key"
		case x.Key.Equal(y.Key):
			c.Kind = ChangeNewCertificate
			what += " with the same key"
		case x.Key.String() == y.Key.String():
			what += " with a new key, " + y.Key.String() + " like the old one"
		default:
			what += fmt.Sprintf(" with a new key, %s in place of %s", y.Key, x.Key)
		}
		serial := fmt.Sprintf("serial %s became %s", x.Serial, y.Serial)
		if x.Serial == y.Serial {
			serial = "the serial is still " + x.Serial
		}
		c.Text = fmt.Sprintf("record %d (%s) %s: %s", y.Number, y.describe(), what, serial)
		return c, true
	}
	var details []string
	detail := func(what, p, q string) {
		switch {
		case p == q:
		case p == "":
			details = append(details, what+" "+q+" came")
		case q == "":
			details = append(details, what+" "+p+" went")
		default:
			details = append(details, fmt.Sprintf("%s %s became %s", what, p, q))
		}
	}
	detail("host", host(x), host(y))
	if x.IP != "" && y.IP != "" { // a listing does not print it
		detail("address", x.IP, y.IP)
	}
	detail("serial", x.Serial, y.Serial)
	detail("certificate", size(x), size(y))
	if len(details) == 0 {
		return c, false
	}
	c.Kind = ChangeRecord
	c.Text = fmt.Sprintf("record %d (%s): %s", y.Number, y.describe(), strings.Join(details, ", "))
	return c, true
}

// size tells how a record holds its certificate.
func size(r *Record) string {
	switch {
	case r.CertificateLength > 0:
		return fmt.Sprintf("of %d bytes", r.CertificateLength)
	case r.Hash != "":
		return "by hash"
	}
	return ""
}

func (r *Record) describe() string {
	s := FunctionText(r.Functions)
	switch {
	case r.Subject != "":
		s += " " + r.Subject
	case r.DNSName != "":
		s += " " + r.DNSName
	}
	if r.Serial != "" {
		s += ", serial " + r.Serial
	}
	return s
}

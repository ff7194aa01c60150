package correlate

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"trustline/correlate/evidence"
	"trustline/dissect/signature"
)

// listObj is one trust list or signed file of the case, known by its bytes, by
// a listing, or by both.
type listObj struct {
	id     string
	l      *evidence.List
	config *evidence.Config
	places []evidence.Place
	object string // list, signed-file
}

// asList gives what an object is as a list; nil for one that says nothing.
func asList(o *evidence.Object) *listObj {
	l := &listObj{id: o.ID, l: o.List, config: o.Config, places: o.Places, object: o.Object}
	switch {
	case o.List != nil:
		return l
	case o.Config != nil:
		l.l = &evidence.List{Type: "config"}
		return l
	}
	return nil
}

// sameList tells whether two lists are known to be the same file. Whole-file
// hashes decide when both are known; a listing without checksum is compared by
// everything it prints: lengths, signer and every record. A part that came twice
// may be of two files, whose first octets are equal.
func sameList(a, b *listObj) bool {
	if a == nil || b == nil {
		return false
	}
	if a == b || a.id == b.id {
		return !a.l.Partial || len(a.places) < 2
	}
	x, y := a.l, b.l
	switch {
	case x.SHA1 != "" && y.SHA1 != "":
		return x.SHA1 == y.SHA1
	case x.MD5 != "" && y.MD5 != "":
		return x.MD5 == y.MD5
	}
	if x.Partial || y.Partial || x.Length == 0 || x.Length != y.Length || x.HeaderLength != y.HeaderLength ||
		!sameSerial(x.Signer.Serial, y.Signer.Serial) || len(x.Records) == 0 || len(x.Records) != len(y.Records) {
		return false
	}
	for i := range x.Records {
		r, s := &x.Records[i], &y.Records[i]
		if !slices.Equal(r.Functions, s.Functions) || !sameSerial(r.Serial, s.Serial) || recordHash(r) != recordHash(s) {
			return false
		}
	}
	return true
}

// otherList tells whether two lists are known to be different files: of a part
// only another signer shows it.
func otherList(a, b *listObj) bool {
	if a == nil || b == nil || sameList(a, b) {
		return false
	}
	x, y := a.l.Signer.Serial, b.l.Signer.Serial
	return !a.l.Partial && !b.l.Partial || x != "" && y != "" && !sameSerial(x, y)
}

// recordHash is what pins a record to one certificate: the SHA-1 of its DER,
// or the CERTHASH of a hash-only record.
func recordHash(r *evidence.Record) string {
	if r.SHA1 != "" {
		return r.SHA1
	}
	return r.Hash
}

func hasFunction(r *evidence.Record, any ...string) bool {
	for _, f := range r.Functions {
		if slices.Contains(any, f) {
			return true
		}
	}
	return false
}

// Roles by which a record may vouch for an input (findings by the role table):
// a TVS record must not vouch for a config, nor a CAPF record for a list.
var (
	rolesForCTL    = []string{"SAST"}
	rolesForITL    = []string{"SAST", "CCM", "TFTP"} // CCM+TFTP in a CTL; SAST in either
	rolesForConfig = []string{"TFTP"}
)

// vouch is the result of looking for a file's signer in a list.
type vouch struct {
	found  bool   // a record of the right role names the signer
	proved bool   // and its key verifies the signature
	wrong  bool   // and its key does not verify it: damaged, or a forged name
	record int    // number of that record
	role   string // its functions, joined
	near   bool   // only a serial one slip away was found
}

// signerIn looks for the signer of file in list, among records that carry one
// of the roles. Where the record holds a key and the file its covered digest,
// the signature itself is checked: a name proves nothing.
func signerIn(list *listObj, file *evidence.List, roles []string) vouch {
	var best vouch
	if list == nil || file == nil {
		return best
	}
	for i := range list.l.Records {
		r := &list.l.Records[i]
		if !hasFunction(r, roles...) {
			continue
		}
		if !sameSerial(r.Serial, file.Signer.Serial) {
			if nearMiss(r.Serial, file.Signer.Serial) && recordHash(r) == "" {
				best.near = true
			}
			continue
		}
		if r.Issuer != "" && file.Signer.Issuer != "" && !sameDN(r.Issuer, file.Signer.Issuer) {
			continue
		}
		v := vouch{found: true, record: r.Number, role: strings.Join(r.Functions, "+")}
		switch verify(r.Key, file) {
		case Yes:
			v.proved = true
			return v
		case No:
			v.wrong = true
		}
		if !best.found || best.wrong {
			best = v
		}
	}
	return best
}

// verify checks a file's signature with one key: yes, no, or unknown when
// either side is not in evidence.
func verify(key *signature.Key, file *evidence.List) Tri {
	if key == nil || key.Kind == "" || file.Covered == "" || file.Signature == "" {
		return Unknown
	}
	digest, err1 := hex.DecodeString(file.Covered)
	sig, err2 := hex.DecodeString(file.Signature)
	if err1 != nil || err2 != nil {
		return Unknown
	}
	switch err := key.Verify(file.Digest, digest, sig); {
	case err == nil:
		return Yes
	case errors.Is(err, signature.ErrMismatch):
		return No
	}
	return Unknown // the check could not be made: an algorithm or key nobody knows
}

// match is the result of holding a presented certificate against the records
// of one role.
type match struct {
	state  string // match, same-name-new-key, absent, near-miss, hidden
	record *evidence.Record
}

// certIn looks for a presented certificate among the records with the role.
// The hash decides where the record has one; else issuer and serial.
func certIn(list *listObj, c *evidence.Certificate, roles ...string) match {
	if list == nil || c == nil {
		return match{state: "hidden"}
	}
	m := match{state: "absent"}
	if list.l.Partial {
		m.state = "hidden" // the record may stand where octets are missing
	}
	for i := range list.l.Records {
		r := &list.l.Records[i]
		if !hasFunction(r, roles...) {
			continue
		}
		switch h := recordHash(r); {
		case h != "" && (h == c.SHA1 || h == c.SHA256):
			return match{"match", r}
		case h == "" && sameSerial(r.Serial, c.Serial) && (r.Issuer == "" || sameDN(r.Issuer, c.Issuer)):
			return match{"match", r}
		case h == "" && nearMiss(r.Serial, c.Serial):
			m = match{"near-miss", r}
		case m.state == "absent" && r.Subject != "" && sameDN(r.Subject, c.Subject):
			m = match{"same-name-new-key", r}
		}
	}
	return m
}

// mode reads the cluster's security mode off an ITL: the TFTP record says
// TFTP alone in a non-secure cluster and CCM+TFTP in mixed mode.
func mode(l *evidence.List) string {
	found := "unknown"
	for i := range l.Records {
		r := &l.Records[i]
		if hasFunction(r, "TFTP") {
			if hasFunction(r, "CCM") {
				return "mixed"
			}
			found = "non-secure"
		}
	}
	return found
}

// blank tells that a list has lost its TVS and TFTP sections, which is what
// "Prepare Cluster for Rollback to pre 8.0" makes of an ITL.
func blank(l *evidence.List) bool {
	if l.Partial || l.Type != "itl" {
		return false
	}
	for i := range l.Records {
		r := &l.Records[i]
		if hasFunction(r, "TVS", "TFTP") && (recordHash(r) != "" || r.Serial != "") {
			return false
		}
	}
	return true
}

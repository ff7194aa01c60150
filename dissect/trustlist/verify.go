package trustlist

import (
	"errors"
	"fmt"
	"strings"

	"trustline/dissect/signature"
)

// Verify checks the signature. Without keys those of the file's own records
// are tried: every record with the signer's serial number, for one certificate
// often stands in two records. A signer that is not inside gives unverifiable,
// as with every signed file, whose signer is in a list elsewhere.
//
// With keys these are tried instead, all of them. The status is invalid only
// when a key failed that is the signer's, by its serial number or because it
// has none; keys of others prove nothing about the file.
func (f *File) Verify(keys ...NamedKey) Verdict {
	own := len(keys) == 0
	if own {
		keys = f.signerKeys()
	}
	if why := f.cannotVerify(); why != "" {
		return Verdict{Status: StatusUnverifiable, Reason: why}
	}
	var failed, impossible []string
	tried := map[signature.Key]error{}
	for _, k := range keys {
		if k.Key == nil {
			continue
		}
		err, again := tried[*k.Key]
		if !again && len(tried) == maxKeysTried {
			impossible = append(impossible, fmt.Sprintf("more than %d keys; the rest is not tried", maxKeysTried))
			break
		}
		if !again {
			err = k.Key.Verify(f.DigestAlgorithm, f.CoveredDigest, f.Signature)
			tried[*k.Key] = err
		}
		if err == nil {
			return Verdict{Status: StatusValid, By: k.Name}
		}
		if k.Serial != "" && f.Signer.Serial != "" && k.Serial != f.Signer.Serial {
			continue
		}
		if errors.Is(err, signature.ErrMismatch) {
			failed = append(failed, k.Name)
		} else {
			impossible = append(impossible, fmt.Sprintf("%s: %v", k.Name, err))
		}
	}
	switch {
	case len(failed) > 0:
		return Verdict{Status: StatusInvalid, Reason: "the signature does not match under " + strings.Join(failed, ", ")}
	case len(impossible) > 0:
		return Verdict{Status: StatusUnverifiable, Reason: strings.Join(impossible, "; ")}
	case own && len(f.Records) == 0:
		return Verdict{Status: StatusUnverifiable, Reason: fmt.Sprintf("no key: the file holds no record of its signer (serial %s)", f.Signer.Serial)}
	case own:
		return Verdict{Status: StatusUnverifiable, Reason: fmt.Sprintf("the signer (serial %s) is not among the records, or has no key there", f.Signer.Serial)}
	}
	return Verdict{Status: StatusUnverifiable, Reason: fmt.Sprintf("the signer (serial %s) is not among the given keys", f.Signer.Serial)}
}

// cannotVerify tells why no key could verify the file, "" when one could.
func (f *File) cannotVerify() string {
	switch {
	case f.Missing:
		return "there is no file"
	case f.Origin == OriginListing:
		return "a listing does not hold the signed bytes"
	case f.Partial:
		return "the file is incomplete"
	case len(f.Signature) == 0:
		return "the file has no signature"
	case f.DigestAlgorithm == "":
		return "the file names no digest algorithm"
	case f.CoveredDigest == nil:
		return fmt.Sprintf("digest algorithm %s is not known", f.DigestAlgorithm)
	}
	return ""
}

func (f *File) signerKeys() []NamedKey {
	var out []NamedKey
	for _, k := range f.Keys() {
		if f.Signer.Serial != "" && k.Serial == f.Signer.Serial {
			out = append(out, k)
		}
	}
	return out
}

// Keys returns the keys of all records, to verify other files with. A record
// whose PUBLICKEY is not that of its certificate gives both.
func (f *File) Keys() []NamedKey {
	var out []NamedKey
	for _, r := range f.Records {
		k := NamedKey{Name: fmt.Sprintf("record %d", r.Number), Issuer: r.Issuer, Serial: r.Serial, Key: r.Key}
		if r.Subject != "" {
			k.Name += ": " + r.Subject
		}
		if r.Key != nil {
			out = append(out, k)
		}
		if r.Certificate != nil && r.Certificate.Key != nil && r.Certificate.Key.Kind != "" && !r.Certificate.Key.Equal(r.Key) {
			k.Key = r.Certificate.Key
			k.Name += " (certificate)"
			out = append(out, k)
		}
	}
	return out
}

// SignatureName names digest and key kind in the spelling of crypto/x509:
// "SHA1-RSA", "ECDSA-SHA512". The header has no known code for elliptic
// curves; the signer's key, when the list holds it, tells.
func (f *File) SignatureName() string {
	if f.DigestAlgorithm == "" {
		return ""
	}
	digest := strings.ToUpper(f.DigestAlgorithm)
	for _, k := range f.signerKeys() {
		if k.Key.Kind == signature.KindEC {
			return "ECDSA-" + digest
		}
	}
	switch f.SignatureAlgorithm {
	case 0:
		return digest + "-RSA"
	case -1:
		return digest
	}
	return fmt.Sprintf("%s with algorithm %d", digest, f.SignatureAlgorithm)
}

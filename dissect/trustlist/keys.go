package trustlist

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"trustline/dissect/cert"
	"trustline/dissect/signature"
)

// ReadKeys reads the keys to verify with from the bytes of a file: PEM with
// certificates and public keys, one certificate or public key in DER, or a
// trust list, of which every record counts. The name of the file stands before
// the name of each key. What cannot be read between other keys is an error
// beside them.
func ReadKeys(name string, b []byte) ([]NamedKey, error) {
	if Detect(b) {
		f, err := Parse(b)
		if err != nil {
			return nil, fmt.Errorf("trustlist: %s: %w", name, err)
		}
		keys := f.Keys()
		for i := range keys {
			keys[i].Name = name + ": " + keys[i].Name
		}
		if len(keys) == 0 {
			return nil, fmt.Errorf("trustlist: %s: %s without a record that has a key", name, f.Kind)
		}
		return keys, nil
	}
	var keys []NamedKey
	var firstErr error
	take := func(kind string, der []byte) {
		k, err := readKey(kind, der)
		if err != nil {
			if firstErr == nil {
				firstErr = fmt.Errorf("trustlist: %s: %w", name, err)
			}
			return
		}
		if k.Name != "" {
			k.Name = ": " + k.Name
		}
		k.Name = name + k.Name
		keys = append(keys, k)
	}
	block, rest := pem.Decode(b)
	if block == nil {
		take("", b)
	}
	for block != nil {
		take(block.Type, block.Bytes)
		block, rest = pem.Decode(rest)
	}
	return keys, firstErr
}

// readKey reads one key by the label of its PEM block, "" for DER without.
func readKey(kind string, der []byte) (NamedKey, error) {
	var k *signature.Key
	var err error
	switch kind {
	case "PUBLIC KEY":
		var pub any
		if pub, err = x509.ParsePKIXPublicKey(der); err == nil {
			k = signature.FromPublic(pub)
		}
	case "RSA PUBLIC KEY":
		k, err = signature.ParseRSAPublicKey(der)
	case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE":
		c, err := cert.Parse(der)
		if err != nil {
			return NamedKey{}, err
		}
		if c.Key == nil || c.Key.Kind == "" {
			return NamedKey{}, fmt.Errorf("certificate %s has a key of kind %q", c.Serial, c.KeyText)
		}
		return NamedKey{Name: c.Subject, Issuer: c.Issuer, Serial: c.Serial, Key: c.Key}, nil
	case "":
		// One after the other; a certificate is what people have at hand, so
		// its error is the one that helps.
		n, err := readKey("CERTIFICATE", der)
		if err == nil {
			return n, nil
		}
		for _, other := range []string{"PUBLIC KEY", "RSA PUBLIC KEY"} {
			if n, e := readKey(other, der); e == nil {
				return n, nil
			}
		}
		return NamedKey{}, err
	default:
		return NamedKey{}, fmt.Errorf("PEM block %q is neither certificate nor public key", kind)
	}
	if err != nil {
		return NamedKey{}, err
	}
	if k == nil {
		return NamedKey{}, fmt.Errorf("public key of a kind that cannot be computed with")
	}
	return NamedKey{Key: k}, nil
}

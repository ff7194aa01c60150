package cert

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"os"
	"strings"
	"testing"
)

// The builder makes certificates octet by octet, with every slip one asks for,
// and signs them with keys that crypto/rsa refuses.

func tlv(tag byte, parts ...[]byte) []byte {
	var body []byte
	for _, p := range parts {
		body = append(body, p...)
	}
	n := len(body)
	switch {
	case n < 128:
		return append([]byte{tag, byte(n)}, body...)
	case n < 256:
		return append([]byte{tag, 0x81, byte(n)}, body...)
	}
	return append([]byte{tag, 0x82, byte(n >> 8), byte(n)}, body...)
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

type rsaKey struct{ n, e, d *big.Int }

func loadKeys(t testing.TB) map[string]rsaKey {
	t.Helper()
	b, err := os.ReadFile("testdata/keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]rsaKey{}
	for _, line := range strings.Split(string(b), "\n") {
		w := strings.Fields(line)
		if len(w) != 4 || w[0] == "#" {
			continue
		}
		var v [3]*big.Int
		for i := range v {
			v[i], _ = new(big.Int).SetString(w[i+1], 16)
		}
		keys[w[0]] = rsaKey{v[0], v[1], v[2]}
	}
	return keys
}

func integer(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) == 0 || b[0]&0x80 != 0 {
		b = append([]byte{0}, b...)
	}
	return tlv(2, b)
}

// Content of the AlgorithmIdentifier and DigestInfo prefix by digest.
var signing = map[string]struct{ oid, info string }{
	"md5":    {"06092a864886f70d010104 0500", "3020300c06082a864886f70d020505000410"},
	"sha1":   {"06092a864886f70d010105 0500", "3021300906052b0e03021a05000414"},
	"sha256": {"06092a864886f70d01010b 0500", "3031300d060960864801650304020105000420"},
}

func (k rsaKey) sign(alg string, data []byte) []byte {
	var sum []byte
	switch alg {
	case "md5":
		s := md5.Sum(data)
		sum = s[:]
	case "sha1":
		s := sha1.Sum(data)
		sum = s[:]
	case "sha256":
		s := sha256.Sum256(data)
		sum = s[:]
	}
	info := append(unhex(signing[alg].info), sum...)
	size := (k.n.BitLen() + 7) / 8
	block := "\x00\x01" + strings.Repeat("\xff", size-3-len(info)) + "\x00" + string(info)
	m := new(big.Int).SetBytes([]byte(block))
	return m.Exp(m, k.d, k.n).FillBytes(make([]byte, size))
}

// A recipe is a certificate to build; its zero fields get decent defaults.
type recipe struct {
	key        rsaKey
	digest     string
	version    []byte // nil: [0] 2
	serial     []byte // content of the INTEGER
	name       []byte // the string with its tag
	validity   []byte
	extensions []byte // content of the SEQUENCE OF; nil: none
	spki       []byte
	subject    []byte
	tail       []byte
}

func (r recipe) build() []byte {
	if r.version == nil {
		r.version = unhex("a003020102")
	}
	if r.serial == nil {
		r.serial = unhex("0adc6e7742914a53")
	}
	if r.name == nil {
		r.name = tlv(0x13, []byte("cucm"))
	}
	if r.validity == nil {
		r.validity = tlv(0x30, tlv(0x17, []byte("110727101624Z")), tlv(0x17, []byte("310727101624Z")))
	}
	if r.digest == "" {
		r.digest = "sha256"
	}
	name := tlv(0x30, tlv(0x31, tlv(0x30, unhex("0603550403"), r.name)))
	if r.subject == nil {
		r.subject = name
	}
	if r.spki == nil {
		r.spki = tlv(0x30, tlv(0x30, unhex("06092a864886f70d0101010500")),
			tlv(0x03, []byte{0}, tlv(0x30, integer(r.key.n), integer(r.key.e))))
	}
	alg := tlv(0x30, unhex(signing[r.digest].oid))
	var extensions []byte
	if r.extensions != nil {
		extensions = tlv(0xa3, tlv(0x30, r.extensions))
	}
	tbs := tlv(0x30, r.version, tlv(0x02, r.serial), alg, name, r.validity, r.subject, r.spki, extensions)
	return append(tlv(0x30, tbs, alg, tlv(0x03, []byte{0}, r.key.sign(r.digest, tbs))), r.tail...)
}

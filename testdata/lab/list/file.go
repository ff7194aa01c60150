package list

import (
	"bytes"
	"crypto"
	_ "crypto/md5" // digests of [File.Digest]
	_ "crypto/sha1"
	_ "crypto/sha512"
	"encoding/binary"
	"time"

	"trustline/testdata/lab/keys"
	"trustline/testdata/lab/x509"
)

// Digest algorithms of the header.
const (
	SHA1   = 1
	SHA512 = 3
)

// A File is a trust list or, with a Payload, a signed file.
//
// Every item is a tag byte, two bytes of length, and the value; names end in a
// zero byte that the length counts. The items of the header are
//
//	 1 version        2 header length   28 signer version (certutils)
//	 3 signer id     { 4 name, 5 serial, 6 issuer }
//	 7 signature info{ 8 digest, 9 { 10 algorithm, 11 modulus } }
//	12 signature     14 file name       15 time stamp
//	0x0d 0x0d ...    single bytes up to a multiple of four
type File struct {
	Version    [2]byte // 1.2 for a list, 1.0 for a signed file
	Name       string  // item 14, such as ITLFile.tlv
	SignerName string  // items 4 and 6 as text, when they differ from the certificate's
	IssuerName string
	Signer     *x509.Certificate
	Digest     byte // 0: SHA-1
	Time       time.Time
	Records    []Record
	Payload    []byte
	Certutils  bool // order of items as certutils has it
}

func item(tag byte, value []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{tag}, uint16(len(value)))
	return append(b, value...)
}

func name(s string) []byte { return append([]byte(s), 0) }

func (f *File) signerName() string { return either(f.SignerName, f.Signer.Subject.String()) }
func (f *File) issuerName() string { return either(f.IssuerName, f.Signer.Issuer.String()) }

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// header returns the header before the signature item, after it with the padding,
// and its whole length.
func (f *File) header() (before, after []byte, length int) {
	key := f.Signer.Key
	id := append(item(4, name(f.signerName())), item(5, f.Signer.Serial)...)
	id = append(id, item(6, name(f.issuerName()))...)
	if f.Certutils {
		id = append(item(4, name(f.signerName())), item(6, name(f.issuerName()))...)
		id = append(id, item(5, f.Signer.Serial)...)
	}
	algorithm := append(item(10, []byte{0}), item(11, []byte{modulusCode(key)})...)
	info := append(item(8, []byte{f.digest()}), item(9, algorithm)...)

	tail := append(item(3, id), item(7, info)...)
	if f.Certutils {
		tail = append(item(28, []byte{1, 1}), tail...)
	}
	after = append(item(14, name(f.Name)), item(15, binary.BigEndian.AppendUint32(nil, uint32(f.Time.Unix())))...)
	length = 5 + 5 + len(tail) + 3 + key.Size() + len(after)
	for length%4 != 0 {
		after = append(after, 0x0d)
		length++
	}
	before = append(item(1, f.Version[:]), item(2, binary.BigEndian.AppendUint16(nil, uint16(length)))...)
	return append(before, tail...), after, length
}

func (f *File) digest() byte {
	if f.Digest == 0 {
		return SHA1
	}
	return f.Digest
}

// modulusCode is the size code of item 11.
func modulusCode(k *keys.Key) byte {
	switch k.Bits {
	case 512:
		return 0
	case 1024:
		return 1
	case 2048:
		return 2
	}
	return 3
}

// HeaderLength is the offset of the first record or of the payload.
func (f *File) HeaderLength() int {
	_, _, n := f.header()
	return n
}

// covered returns what the signature covers: the whole file without the
// signature item, tag and length included.
func (f *File) covered() (before, after []byte) {
	before, after, _ = f.header()
	for _, r := range f.Records {
		after = append(after, r.Bytes()...)
	}
	return before, append(after, f.Payload...)
}

// Signature is the value of item 12.
func (f *File) Signature() []byte {
	hash := crypto.SHA1
	if f.digest() == SHA512 {
		hash = crypto.SHA512
	}
	before, after := f.covered()
	h := hash.New()
	h.Write(before)
	h.Write(after)
	return f.Signer.Key.Sign(hash, h.Sum(nil))
}

// Bytes is the file.
func (f *File) Bytes() []byte {
	before, after := f.covered()
	return bytes.Join([][]byte{before, item(12, f.Signature()), after}, nil)
}

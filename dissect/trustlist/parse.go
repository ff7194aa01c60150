package trustlist

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"trustline/dissect/signature"
)

// Detect reports whether b begins like a trust list or a signed file: tag 1
// VERSION of two octets, then tag 2 HEADERLENGTH of two octets.
func Detect(b []byte) bool {
	return len(b) >= 8 &&
		b[0] == tagVersion && b[1] == 0 && b[2] == 2 &&
		b[5] == tagHeaderLength && b[6] == 0 && b[7] == 2
}

// Parse reads a trust list or a signed file, whole or its first part.
//
//	+--------------------------------+ 0
//	| header TLVs                    |
//	|   ... SIGNATURE ...            |  not covered by the signature
//	| 0d padding to a multiple of 4  |
//	+--------------------------------+ HEADERLENGTH
//	| records, or the content of a   |
//	| signed file                    |
//	+--------------------------------+ end of file
//
// The error is not nil, and the File then holds only hashes, when b has no
// such header. Damage behind it is told in Problems. When b ends inside the
// header or a record it is taken as the first part of a file: Partial is set
// and CoveredDigest is nil. A part that ends between two records, or inside
// the content of a signed file, cannot be told from a whole: see MarkPartial.
func Parse(b []byte) (*File, error) {
	f := &File{
		Origin:             OriginBinary,
		Length:             len(b),
		SignatureAlgorithm: -1,
		ModulusCode:        -1,
	}
	m, s1, s256 := md5.Sum(b), sha1.Sum(b), sha256.Sum256(b)
	f.MD5, f.SHA1, f.SHA256 = hex.EncodeToString(m[:]), hex.EncodeToString(s1[:]), hex.EncodeToString(s256[:])

	h, err := f.parseHeader(b)
	if err != nil {
		return f, err
	}
	switch {
	case f.Partial:
		f.Kind = f.kind(nil)
	default:
		rest := b[h.end:]
		f.Kind = f.kind(rest)
		switch f.Kind {
		case KindITL, KindCTL:
			f.parseRecords(b, h.end)
			f.Kind = f.kind(rest) // a list of odd name shows its kind by its records
		default:
			f.Payload = rest
		}
	}
	f.markSigner()
	f.digest(b, h)
	f.finishProblems()
	return f, nil
}

// MarkPartial says that the file is only the first part of a longer one, as a
// caller knows who saw a transfer break off. Its signature cannot be checked
// then; its hashes stay those of the part.
func (f *File) MarkPartial() {
	f.Partial = true
	f.CoveredDigest = nil
}

// digest computes what the signature covers: the whole file without the
// complete SIGNATURE TLV, tag and length included. HEADERLENGTH keeps the value
// that counts that TLV. Measured on a genuine CUCM CTL file; all other cuts
// (value zeroed, value alone removed, header alone) do not verify.
func (f *File) digest(b []byte, h header) {
	if f.Partial || h.signature < 0 || f.DigestAlgorithm == "" {
		return
	}
	sum, err := signature.Sum(f.DigestAlgorithm, b[:h.signature], b[h.signature+3+len(f.Signature):])
	if err != nil {
		f.problem("digest algorithm %s is not known", f.DigestAlgorithm)
		return
	}
	f.CoveredDigest = sum
}

// kind tells what the file is by its name, its encryption and what follows the
// header. CUCM writes the generic names CTLFile.tlv and ITLFile.tlv into every
// list, however it is served.
func (f *File) kind(rest []byte) string {
	name := strings.ToUpper(f.Filename)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	switch {
	case f.Encryption != nil || strings.HasPrefix(f.Version, "2."):
		return KindEncryptedFile
	case strings.HasSuffix(name, ".TLV") && strings.HasPrefix(name, "ITL"):
		return KindITL
	case strings.HasSuffix(name, ".TLV") && strings.HasPrefix(name, "CTL"):
		return KindCTL
	case strings.HasSuffix(name, ".TLV") || f.Filename == "" && startsRecord(rest):
		return f.kindByRecords()
	case f.Filename == "" && f.Partial:
		return ""
	}
	return KindSignedFile
}

// kindByRecords: TVS records are what an ITL has and a CTL has not.
func (f *File) kindByRecords() string {
	for _, r := range f.Records {
		if has(r.Functions, "TVS") {
			return KindITL
		}
	}
	return KindCTL
}

// markSigner finds the record that signed: a SAST record with the serial
// number of the header. When several have it, the issuer decides.
func (f *File) markSigner() {
	if f.Signer.Serial == "" {
		return
	}
	var same, sure []int
	for i, r := range f.Records {
		if r.Serial != f.Signer.Serial || !has(r.Functions, "SAST") {
			continue
		}
		same = append(same, i)
		if SameName(r.Issuer, f.Signer.Issuer) {
			sure = append(sure, i)
		}
	}
	if len(sure) > 0 {
		same = sure
	}
	for _, i := range same {
		f.Records[i].SignedThis = true
	}
}

func has(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

func (f *File) problem(format string, args ...any) {
	if len(f.Problems) >= maxProblems {
		f.dropped++
		return
	}
	f.Problems = append(f.Problems, fmt.Sprintf(format, args...))
}

func (f *File) finishProblems() {
	if f.dropped > 0 {
		f.Problems = append(f.Problems, fmt.Sprintf("%d further problems are not listed", f.dropped))
		f.dropped = 0
	}
}

// quote shortens hostile input for a problem.
func quote(b []byte) string {
	if len(b) > maxQuote {
		return fmt.Sprintf("%q...", b[:maxQuote])
	}
	return fmt.Sprintf("%q", b)
}

// name decodes a Name: text with one trailing NUL that its length counts.
// Octets that are not UTF-8 are taken as Latin-1 so that none is lost.
func name(b []byte) string {
	b = bytes.TrimSuffix(b, []byte{0})
	s := string(b)
	if strings.ToValidUTF8(s, "") == s {
		return s
	}
	runes := make([]rune, len(b))
	for i, o := range b {
		runes[i] = rune(o)
	}
	return string(runes)
}

// serial brings raw serial octets to the magnitude in whole octets. Encoders
// differ in whether they keep a leading zero octet.
func serial(b []byte) string {
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	return hex.EncodeToString(b)
}

// numberOf reads a big-endian number of any length that an int holds, -1 else.
func numberOf(b []byte) int {
	if len(b) == 0 || len(b) > 4 {
		return -1
	}
	n := 0
	for _, o := range b {
		n = n<<8 | int(o)
	}
	return n
}

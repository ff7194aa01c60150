package trustlist

import (
	"encoding/hex"
	"fmt"
	"time"
)

// The header, TLVs of tag (1 octet), length (2 octets, big endian) and value:
//
//	tag label                length value
//	 1  VERSION              2      major, minor
//	 2  HEADERLENGTH         2      octets from the start of the file to the first record
//	28  (signer version)     2      major, minor; certutils writes it, CUCM 9 and 10 do not
//	 3  SIGNERID             sum    container of 4, 5, 6
//	 4  SIGNERNAME           n      Name: subject of the signer
//	 5  SERIALNUMBER         n      big endian
//	 6  CANAME               n      Name: issuer of the signer
//	 7  SIGNATUREINFO        15     container of 8 and 9
//	 8  DIGESTALGORTITHM     1      1 SHA-1, 2 SHA-256, 3 SHA-512
//	 9  SIGNATUREALGOINFO    8      container of 10 and 11
//	10  SIGNATUREALGORTITHM  1      0 RSA PKCS#1 v1.5
//	11  SIGNATUREMODULUS     1      0 512, 1 1024, 2 2048, 3 4096 bits
//	12  SIGNATURE            n
//	14  FILENAME             n      Name
//	15  TIMESTAMP            4      seconds since 1970 UTC
//	16  to 27                       see Encryption
//	13  pad                         not a TLV: single octets 0d up to HEADERLENGTH
//
// (genuine CUCM CTL file; the labels with their spelling are those of `show
// ctl`). CUCM writes 4, 5, 6 in this order, certutils 4, 6, 5: no order is
// relied on. Containers are entered, not skipped. A phone stops at the first
// 0d. A minor version that phones do not know is no error to them either.
const (
	tagVersion         = 1
	tagHeaderLength    = 2
	tagSignerID        = 3
	tagSignerName      = 4
	tagSignerSerial    = 5
	tagCAName          = 6
	tagSignatureInfo   = 7
	tagDigestAlgorithm = 8
	tagSignatureAlgo   = 9
	tagAlgorithm       = 10
	tagModulus         = 11
	tagSignature       = 12
	tagPad             = 13
	tagFilename        = 14
	tagTimestamp       = 15
	tagEncryption      = 16
	tagContent         = 17
	tagKeyInfo         = 21
	tagPlainHash       = 27
	tagSignerVersion   = 28
)

// modulusBits are the key sizes of SIGNATUREMODULUS; 3072 has no code.
var modulusBits = []int{512, 1024, 2048, 4096}

// header is what the parser needs of a header beyond the File.
type header struct {
	end       int // where records or content begin
	signature int // offset of the SIGNATURE TLV, -1 when there is none
}

// A container that was entered: its children must end where it says.
type container struct {
	tag, end int
}

// parseHeader reads the header. An error means that there is none.
func (f *File) parseHeader(b []byte) (header, error) {
	h := header{signature: -1}
	if len(b) == 0 {
		return h, &ParseError{0, "file is empty"}
	}
	if b[0] < tagVersion || b[0] > tagSignerVersion || b[0] == tagPad {
		return h, &ParseError{0, fmt.Sprintf("no header tag: %s", quote(b[:min(len(b), 16)]))}
	}
	if !Detect(b) && len(b) >= 8 && !plausibleStart(b) {
		return h, &ParseError{0, fmt.Sprintf("neither version nor header length: %s", quote(b[:min(len(b), 16)]))}
	}
	seen := map[byte]bool{}
	var open []container
	p := 0
	for {
		if f.HeaderLength > 0 && p == f.HeaderLength {
			break
		}
		if p >= len(b) {
			f.Partial = true
			f.problem("offset %d: file ends inside the header", p)
			break
		}
		if b[p] == tagPad {
			p = f.skipPad(b, p)
			break
		}
		if f.HeaderLength > 0 && p > f.HeaderLength && startsRecord(b[p:]) {
			break
		}
		if len(b)-p < 3 {
			f.Partial = true
			f.problem("offset %d: file ends inside a header tag", p)
			break
		}
		tag, length := b[p], int(b[p+1])<<8|int(b[p+2])
		if len(f.Fields) < maxFields {
			f.Fields = append(f.Fields, Field{Tag: int(tag), Length: length, Offset: p})
		} else {
			f.problem("offset %d: header has more than %d tags", p, maxFields)
		}
		if isContainer(tag) {
			open = append(open, container{int(tag), p + 3 + length})
			p += 3
			continue
		}
		if length > len(b)-p-3 {
			f.Partial = true
			f.problem("offset %d: header tag %d: length %d past the end (have %d)", p, tag, length, len(b)-p-3)
			break
		}
		value := b[p+3 : p+3+length]
		if seen[tag] {
			f.problem("offset %d: header tag %d occurs again; the first counts", p, tag)
		} else {
			seen[tag] = true
			if tag == tagSignature {
				h.signature = p
			}
			f.headerField(tag, value, p)
		}
		p += 3 + length
		for len(open) > 0 && p >= open[len(open)-1].end {
			if c := open[len(open)-1]; p > c.end {
				f.problem("offset %d: header tag %d: its parts end at %d, it says %d", p, c.tag, p, c.end)
			}
			open = open[:len(open)-1]
		}
	}
	for _, c := range open {
		if !f.Partial && c.end != p {
			f.problem("header tag %d says that its parts end at %d, past the header's tags", c.tag, c.end)
		}
	}
	h.end = f.headerEnd(b, p)
	if f.Version == "" && f.HeaderLength == 0 {
		return h, &ParseError{p, "neither version nor header length"}
	}
	f.checkHeader(h)
	return h, nil
}

// plausibleStart takes headers whose first tags are not 1 and 2: some tag of
// the table with a length that the file holds.
func plausibleStart(b []byte) bool {
	length := int(b[1])<<8 | int(b[2])
	switch b[0] {
	case tagVersion, tagHeaderLength, tagSignerVersion:
		return length == 2
	}
	return length > 0 && length <= len(b)-3 && b[0] <= tagTimestamp
}

func isContainer(tag byte) bool {
	switch tag {
	case tagSignerID, tagSignatureInfo, tagSignatureAlgo, tagEncryption, tagContent, tagKeyInfo:
		return true
	}
	return false
}

// skipPad passes over the padding. What else stands there is skipped by
// phones too ("pad and/or unknown TLVs") and told here.
func (f *File) skipPad(b []byte, p int) int {
	for p < len(b) && b[p] == tagPad && p != f.HeaderLength {
		p++
	}
	if p < f.HeaderLength && f.HeaderLength <= len(b) {
		f.problem("offset %d: %d octets that are no padding before the end of the header: %s", p, f.HeaderLength-p, quote(b[p:f.HeaderLength]))
		p = f.HeaderLength
	}
	return p
}

// headerEnd decides where the header ends: where it says, unless that points
// into its own tags. Then its tags count, because they could be read.
func (f *File) headerEnd(b []byte, p int) int {
	switch {
	case f.Partial:
		return len(b)
	case f.HeaderLength > len(b):
		f.Partial = true
		f.problem("header length %d past the end (have %d)", f.HeaderLength, len(b))
		return len(b)
	case f.HeaderLength == 0:
		f.problem("no header length; the header's tags end at offset %d", p)
		return p
	case f.HeaderLength < p:
		f.problem("header length %d, but the header's tags end at offset %d", f.HeaderLength, p)
		return p
	}
	return f.HeaderLength
}

func (f *File) headerField(tag byte, v []byte, p int) {
	switch tag {
	case tagVersion, tagSignerVersion:
		if len(v) != 2 {
			f.problem("offset %d: header tag %d: version of %d octets: %s", p, tag, len(v), quote(v))
			return
		}
		version := fmt.Sprintf("%d.%d", v[0], v[1])
		if tag == tagSignerVersion {
			f.SignerVersion = version
		} else {
			f.Version = version
		}
	case tagHeaderLength:
		if f.HeaderLength = numberOf(v); f.HeaderLength < 0 {
			f.HeaderLength = 0
			f.problem("offset %d: header length of %d octets", p, len(v))
		}
	case tagSignerName:
		f.Signer.Name = name(v)
	case tagSignerSerial:
		f.Signer.Serial = serial(v)
	case tagCAName:
		f.Signer.Issuer = name(v)
	case tagDigestAlgorithm:
		f.DigestAlgorithm = digestName(numberOf(v))
	case tagAlgorithm:
		f.SignatureAlgorithm = numberOf(v)
	case tagModulus:
		f.ModulusCode = numberOf(v)
	case tagSignature:
		f.Signature, f.SignatureLength = v, len(v)
	case tagFilename:
		f.Filename = name(v)
	case tagTimestamp:
		if len(v) != 4 {
			f.problem("offset %d: timestamp of %d octets", p, len(v))
			return
		}
		f.Timestamp = time.Unix(int64(uint32(v[0])<<24|uint32(v[1])<<16|uint32(v[2])<<8|uint32(v[3])), 0).UTC()
	default:
		if tag > tagEncryption && tag <= tagPlainHash {
			f.encryptionField(tag, v, p)
			return
		}
		f.problem("offset %d: header tag %d is not known (%d octets, %s)", p, tag, len(v), quote([]byte(hex.EncodeToString(v[:min(len(v), 32)]))))
	}
}

// checkHeader names what is missing or does not fit together. None of it is a
// reason to refuse the file.
func (f *File) checkHeader(h header) {
	if f.Partial {
		return
	}
	if f.Signer.Serial == "" {
		f.problem("header has no signer serial number")
	}
	if h.signature < 0 {
		f.problem("header has no signature")
		return
	}
	if f.DigestAlgorithm == "" {
		f.problem("header has no digest algorithm")
	}
	if c := f.ModulusCode; f.SignatureAlgorithm == 0 && c >= 0 {
		switch {
		case c >= len(modulusBits):
			f.problem("signature modulus code %d is not known", c)
		case modulusBits[c] != 8*len(f.Signature):
			f.problem("signature modulus code %d stands for %d bits, the signature has %d", c, modulusBits[c], 8*len(f.Signature))
		}
	}
}

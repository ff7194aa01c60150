package trustlist

import (
	"bytes"
	"encoding/hex"
	"net/netip"

	"trustline/dissect/cert"
	"trustline/dissect/signature"
)

// A record, TLVs like those of the header with a numbering of their own:
//
//	tag label           length value
//	 1  RECORDLENGTH    2      octets of the whole record, this TLV included
//	 2  DNSNAME         n      Name: empty, a host name, or an address as text
//	 3  SUBJECTNAME     n      Name
//	 4  FUNCTION        2      see functionNames
//	 5  ISSUERNAME      n      Name
//	 6  SERIALNUMBER    n      big endian
//	 7  PUBLICKEY       n      RSAPublicKey DER, or X9.62 point (certutils)
//	 8  SIGNATURE       n      the certificate's own signature value
//	 9  CERTIFICATE     n      DER
//	10  IPADDRESS       4      IPv4
//	11  CERTHASH        20     hash of the certificate
//	12  HASH ALGORITHM  1      1 SHA-1, 2 SHA-256, 3 SHA-512
//
// (genuine CUCM CTL file; 11 and 12 from the listing in Cisco TechNote
// 116232). RECORDLENGTH comes first, the rest in any order. Every subset is
// legal: TVS and CAPF records of an ITL have 11 and 12 in place of 9 and 10,
// lists made with eTokens have no 8, and an emptied record, as a cluster set
// back to non-secure has, only 1, 2, 4, 10 (Cisco TechNote 118892).
const (
	tagRecordLength  = 1
	tagDNSName       = 2
	tagSubject       = 3
	tagFunction      = 4
	tagIssuer        = 5
	tagSerial        = 6
	tagPublicKey     = 7
	tagCertSignature = 8
	tagCertificate   = 9
	tagIPAddress     = 10
	tagCertHash      = 11
	tagHashAlgorithm = 12
)

// recordHead is the size of the RECORDLENGTH TLV that opens a record.
const recordHead = 5

// hasHead reports whether b begins with a RECORDLENGTH, whatever its value.
func hasHead(b []byte) bool {
	return len(b) >= recordHead && b[0] == tagRecordLength && b[1] == 0 && b[2] == 2
}

// startsRecord reports whether b begins with a record whose length can be.
func startsRecord(b []byte) bool {
	return hasHead(b) && recordLength(b) >= recordHead
}

func recordLength(b []byte) int { return int(b[3])<<8 | int(b[4]) }

// parseRecords reads records from p to the end of b.
func (f *File) parseRecords(b []byte, p int) {
	for p < len(b) {
		rest := b[p:]
		if len(f.Records) == maxRecords {
			f.problem("offset %d: more than %d records; the rest is not read", p, maxRecords)
			return
		}
		if !hasHead(rest) {
			if len(rest) < recordHead && bytes.HasPrefix([]byte{tagRecordLength, 0, 2}, rest[:min(len(rest), 3)]) {
				f.Partial = true
				f.problem("offset %d: file ends inside record %d", p, len(f.Records)+1)
				return
			}
			skip := nextRecord(rest)
			f.problem("offset %d: %d octets that are no record: %s", p, skip, quote(rest[:min(skip, 16)]))
			p += skip
			continue
		}
		size, cut := f.measure(rest, p, len(f.Records)+1)
		f.Records = append(f.Records, f.parseRecord(rest[:size], p, len(f.Records)+1))
		if cut {
			f.Partial = true
			return
		}
		p += size
	}
}

// nextRecord finds, in octets that are no record, the next record: one that is
// followed by another or by the end. It returns len(b) when there is none.
func nextRecord(b []byte) int {
	for i := 1; i < len(b); i++ {
		if !startsRecord(b[i:]) {
			continue
		}
		if end := i + recordLength(b[i:]); end == len(b) || end < len(b) && hasHead(b[end:]) {
			return i
		}
	}
	return len(b)
}

// measure tells how long the record at the start of b really is, at most
// len(b), and whether b ends inside it. RECORDLENGTH is believed when a record
// or the end of the file follows, or when the record's own TLVs end there.
// Otherwise the TLVs decide, so that one wrong length does not hide the records
// behind it.
func (f *File) measure(b []byte, p, number int) (size int, cut bool) {
	says := recordLength(b)
	if says == len(b) || says >= recordHead && says < len(b) && hasHead(b[says:]) {
		return says, false
	}
	q, last := recordHead, byte(0)
	for q < len(b) && !hasHead(b[q:]) {
		if q == says {
			return says, false
		}
		last = b[q]
		if len(b)-q < 3 || int(b[q+1])<<8|int(b[q+2]) > len(b)-q-3 {
			// The TLVs run past the end of the file or into nonsense.
			if says > len(b) {
				f.problem("offset %d: record %d: length %d past the end (have %d)", p, number, says, len(b))
				return len(b), true
			}
			return max(says, recordHead), false
		}
		q += 3 + (int(b[q+1])<<8 | int(b[q+2]))
	}
	if q == len(b) && q < says && !endsRecord(last, says-q) {
		f.problem("offset %d: record %d: length %d past the end (have %d)", p, number, says, len(b))
		return q, true
	}
	f.problem("offset %d: record %d: length %d, but its tags end after %d", p, number, says, q)
	return q, false
}

// endsRecord tells a last record with a wrong length from one that the end of
// the file cuts between two tags: by the tag that came last, when the length
// misses the given number of octets. Seven is what IPADDRESS takes behind a
// CERTIFICATE.
func endsRecord(last byte, missing int) bool {
	switch last {
	case tagCertificate:
		return missing != 7
	case tagIPAddress, tagHashAlgorithm:
		return true
	}
	return false
}

func (f *File) parseRecord(b []byte, offset, number int) Record {
	r := Record{Number: number, Length: recordLength(b), Offset: offset}
	seen := map[byte]bool{}
	for p := 0; p < len(b); {
		if len(b)-p < 3 {
			f.problem("offset %d: record %d: %d octets left over", offset+p, number, len(b)-p)
			break
		}
		tag, length := b[p], int(b[p+1])<<8|int(b[p+2])
		if len(r.Fields) == maxFields {
			f.problem("offset %d: record %d: more than %d tags; the rest is not read", offset+p, number, maxFields)
			break
		}
		r.Fields = append(r.Fields, Field{Tag: int(tag), Length: length, Offset: offset + p})
		have := len(b) - p - 3
		value := b[p+3 : p+3+min(length, have)]
		switch {
		case length > have:
			f.problem("offset %d: record %d: tag %d: length %d past the end (have %d)", offset+p, number, tag, length, have)
			// Of a certificate that is cut short the first fields still tell
			// whose it is; other values are worthless without their end.
			if tag == tagCertificate && !seen[tag] {
				f.recordField(&r, tag, value, offset+p)
			}
		case seen[tag]:
			f.problem("offset %d: record %d: tag %d occurs again; the first counts", offset+p, number, tag)
		default:
			seen[tag] = true
			f.recordField(&r, tag, value, offset+p)
		}
		p += 3 + min(length, have)
	}
	f.checkRecord(&r)
	return r
}

func (f *File) recordField(r *Record, tag byte, v []byte, p int) {
	switch tag {
	case tagRecordLength:
	case tagDNSName:
		r.DNSName = name(v)
	case tagSubject:
		r.Subject = name(v)
	case tagFunction:
		code := numberOf(v)
		if len(v) != 2 {
			f.problem("offset %d: record %d: function of %d octets: %s", p, r.Number, len(v), quote(v))
		}
		if code >= 0 {
			r.Functions = functions(code)
		}
	case tagIssuer:
		r.Issuer = name(v)
	case tagSerial:
		r.Serial = serial(v)
	case tagPublicKey:
		r.KeyLength = len(v)
		r.Key = f.publicKey(v, r.Number, p)
	case tagCertSignature:
		r.SignatureLength = len(v)
	case tagCertificate:
		f.certificate(r, v, p)
	case tagIPAddress:
		if a, ok := netip.AddrFromSlice(v); ok {
			r.IP = a.String()
		} else {
			f.problem("offset %d: record %d: address of %d octets: %s", p, r.Number, len(v), quote(v))
		}
	case tagCertHash:
		r.Hash = hex.EncodeToString(v)
	case tagHashAlgorithm:
		r.HashAlgorithm = hashName(numberOf(v))
	default:
		f.problem("offset %d: record %d: tag %d is not known (%d octets)", p, r.Number, tag, len(v))
	}
}

// publicKey takes the two forms of PUBLICKEY.
func (f *File) publicKey(v []byte, record, p int) *signature.Key {
	var k *signature.Key
	var err error
	if len(v) > 0 && v[0] >= 2 && v[0] <= 4 {
		k, err = signature.ParsePoint(v)
	} else {
		k, err = signature.ParseRSAPublicKey(v)
	}
	if err != nil {
		f.problem("offset %d: record %d: public key of %d octets: %v", p, record, len(v), err)
	}
	return k
}

func (f *File) certificate(r *Record, v []byte, p int) {
	c, err := cert.Parse(v)
	if err != nil {
		f.problem("offset %d: record %d: certificate of %d octets: %v", p, r.Number, len(v), err)
	}
	r.CertificateLength = len(v)
	if c == nil {
		return
	}
	r.Certificate, r.CertificateSHA1 = c, c.SHA1
}

// checkRecord compares what a record says twice. The record's own fields stay
// as they are: they, not the certificate, are what phones match by.
func (f *File) checkRecord(r *Record) {
	if r.Functions == nil {
		f.problem("offset %d: record %d has no function", r.Offset, r.Number)
	}
	c := r.Certificate
	if c == nil {
		return
	}
	if raw, err := hex.DecodeString(c.SerialRaw); err == nil && len(raw) > 0 && r.Serial != "" && r.Serial != c.Serial && r.Serial != serial(raw) {
		f.problem("offset %d: record %d: serial number %s, its certificate has %s", r.Offset, r.Number, r.Serial, c.Serial)
	}
	if r.Key == nil {
		r.Key = c.Key
	} else if c.Key != nil && !r.Key.Equal(c.Key) {
		f.problem("offset %d: record %d: public key (%s) is not its certificate's (%s)", r.Offset, r.Number, r.Key, c.KeyText)
	}
	if r.Hash != "" && len(r.Hash) == 40 && c.SHA1 != "" && r.Hash != c.SHA1 {
		f.problem("offset %d: record %d: hash %s, its certificate has %s", r.Offset, r.Number, r.Hash, c.SHA1)
	}
}

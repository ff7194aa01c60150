package list

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Style says how the CLI of a release prints a list.
type Style struct {
	Word      string         // ITL or CTL
	Zone      *time.Location // of the server
	Modified  time.Time      // time of the file on the server
	Checksums bool           // since 8.6(2)
	Prompt    string         // such as "admin:"
	Broken    bool           // the CLI could not verify the file
}

// roleText is the value that the listing prints for item 4.
var roleText = map[uint16]string{
	SAST: "System Administrator Security Token", CCM: "CCM", CCMTFTP: "CCM+TFTP",
	TFTP: "TFTP", CAPF: "CAPF", TVS: "TVS",
}

const columns = "BYTEPOS TAG             LENGTH  VALUE\n------- ---             ------  -----\n"

// row prints one line; a tag of 16 letters and more pushes what follows to the
// next stop of eight, as the tabulators of the CLI do.
func row(b *strings.Builder, tag int, label string, length int, value string) {
	width := (len(label)/8 + 1) * 8
	if width < 16 {
		width = 16
	}
	line := fmt.Sprintf("%-8d%-*s%-8s%s", tag, width, label, strconv.Itoa(length), value)
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}

// Listing is the output of "show itl" or "show ctl" in the layout of Cisco
// TechNotes 116232 and 118892.
func (f *File) Listing(s Style) string {
	var b strings.Builder
	data := f.Bytes()
	if s.Prompt != "" {
		fmt.Fprintf(&b, "%sshow %s\n", s.Prompt, strings.ToLower(s.Word))
	}
	if s.Checksums {
		fmt.Fprintf(&b, "The checksum value of the %s file:\n%x(MD5)\n%x(SHA1)\n\n", s.Word, md5.Sum(data), sha1.Sum(data))
	}
	fmt.Fprintf(&b, "Length of %s file: %d\nThe %s File was last modified on %s\n\n\n", s.Word, len(data),
		s.Word, s.Modified.In(s.Zone).Format("Mon Jan 02 15:04:05 MST 2006"))
	fmt.Fprintf(&b, "         Parse %s File\n        ----------------\n", s.Word)
	fmt.Fprintf(&b, "Version:        %d.%d\nHeaderLength:   %d (BYTES)\n", f.Version[0], f.Version[1], f.HeaderLength())
	f.listHeader(&b)
	for i, r := range f.Records {
		b.WriteString("\n\n")
		fmt.Fprintf(&b, "        %s Record #:%d\n                  ----\n", s.Word, i+1)
		r.list(&b)
		if r.Role == SAST {
			not := "not "
			if bytes.Equal(r.Serial, f.Signer.Serial) {
				not = ""
			}
			fmt.Fprintf(&b, "This etoken was %sused to sign the %s file.\n", not, s.Word)
		}
	}
	if s.Broken {
		fmt.Fprintf(&b, "Verification of the %s file failed.\nError parsing the %s file!!\n", s.Word, s.Word)
		return b.String()
	}
	fmt.Fprintf(&b, "The %s file was verified successfully.\n", s.Word)
	return b.String()
}

func (f *File) listHeader(b *strings.Builder) {
	b.WriteString(columns)
	signer, issuer, serial := f.signerName(), f.issuerName(), f.Signer.Serial
	row(b, 3, "SIGNERID", 2, strconv.Itoa(len(signer)+len(issuer)+len(serial)+11))
	row(b, 4, "SIGNERNAME", len(signer)+1, signer)
	row(b, 5, "SERIALNUMBER", len(serial), colons(serial))
	row(b, 6, "CANAME", len(issuer)+1, issuer)
	row(b, 7, "SIGNATUREINFO", 2, "15")
	row(b, 8, "DIGESTALGORTITHM", 1, "")
	row(b, 9, "SIGNATUREALGOINFO", 2, "8")
	row(b, 10, "SIGNATUREALGORTITHM", 1, "")
	row(b, 11, "SIGNATUREMODULUS", 1, "")
	sig := f.Signature()
	row(b, 12, "SIGNATURE", len(sig), "")
	for ; len(sig) > 0; sig = sig[8:] {
		for i, c := range sig[:8] { // without leading zeros, two blanks apart
			if i > 0 {
				b.WriteString("  ")
			}
			fmt.Fprintf(b, "%x", c)
		}
		b.WriteByte('\n')
	}
	row(b, 14, "FILENAME", len(f.Name)+1, "")
	row(b, 15, "TIMESTAMP", 4, "")
}

func (r Record) list(b *strings.Builder) {
	b.WriteString(columns)
	row(b, 1, "RECORDLENGTH", 2, strconv.Itoa(len(r.Bytes())))
	if r.DNS != nil {
		row(b, 2, "DNSNAME", len(*r.DNS)+1, *r.DNS)
	}
	if r.Subject != "" {
		row(b, 3, "SUBJECTNAME", len(r.Subject)+1, r.Subject)
	}
	row(b, 4, "FUNCTION", 2, roleText[r.Role])
	if r.Issuer != "" {
		row(b, 5, "ISSUERNAME", len(r.Issuer)+1, r.Issuer)
	}
	if r.Serial != nil {
		row(b, 6, "SERIALNUMBER", len(r.Serial), colons(r.Serial))
	}
	if r.PublicKey != nil {
		row(b, 7, "PUBLICKEY", len(r.PublicKey), "")
	}
	if r.Signature != nil {
		row(b, 8, "SIGNATURE", len(r.Signature), "")
	}
	if r.Certificate != nil {
		h := sha1.Sum(r.Certificate)
		row(b, 9, "CERTIFICATE", len(r.Certificate), blanks(h[:])+" (SHA1 Hash HEX)")
	}
	if r.IP != nil {
		row(b, 10, "IPADDRESS", len(r.IP), "")
	}
	if r.Hash != nil {
		row(b, 11, "CERTHASH", len(r.Hash), blanks(r.Hash))
		row(b, 12, "HASH ALGORITHM", 1, "SHA-1")
	}
}

func colons(p []byte) string { return separated(p, ":") }
func blanks(p []byte) string { return separated(p, " ") }

func separated(p []byte, sep string) string {
	var parts []string
	for i := range p {
		parts = append(parts, strings.ToUpper(hex.EncodeToString(p[i:i+1])))
	}
	return strings.Join(parts, sep)
}

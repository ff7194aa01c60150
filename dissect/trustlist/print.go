package trustlist

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"trustline/dissect/cert"
)

// Labels as `show ctl` prints them, with its spelling. 28 and 16 to 27 have no
// label of Cisco's.
var (
	headerTitle = map[int]string{
		3: "SIGNERID", 4: "SIGNERNAME", 5: "SERIALNUMBER", 6: "CANAME", 7: "SIGNATUREINFO", 8: "DIGESTALGORTITHM",
		9: "SIGNATUREALGOINFO", 10: "SIGNATUREALGORTITHM", 11: "SIGNATUREMODULUS", 12: "SIGNATURE", 14: "FILENAME", 15: "TIMESTAMP",
		16: "ENCRYPTION", 17: "CONTENT", 18: "CIPHER", 19: "CIPHERIV", 20: "PADDING", 21: "CONTENTKEY", 22: "KEYCIPHER",
		23: "KEYBITS", 24: "KEYTYPE", 25: "WRAPPEDKEY", 26: "HASHALGORITHM", 27: "PLAINHASH", 28: "SIGNERVERSION",
	}
	recordTitle = map[int]string{
		1: "RECORDLENGTH", 2: "DNSNAME", 3: "SUBJECTNAME", 4: "FUNCTION", 5: "ISSUERNAME", 6: "SERIALNUMBER", 7: "PUBLICKEY",
		8: "SIGNATURE", 9: "CERTIFICATE", 10: "IPADDRESS", 11: "CERTHASH", 12: "HASH ALGORITHM",
	}
)

// printer writes lines; names from the input lose their control characters.
type printer struct{ strings.Builder }

func (p *printer) line(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = clean(s)
		}
	}
	fmt.Fprintf(p, format+"\n", args...)
}

// clean makes text from a file harmless to a terminal.
func clean(s string) string {
	bad := func(r rune) bool { return !unicode.IsGraphic(r) } // also controls that reorder text
	if strings.IndexFunc(s, bad) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if bad(r) {
			fmt.Fprintf(&b, "\\x%02x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// WriteListing writes the file as `show itl` and `show ctl` print it and adds
// what they leave out: values of the short header fields, addresses, kind and
// size of each key, what each certificate says, and the result of Verify with
// the given keys. ParseListings reads the output.
func (f *File) WriteListing(w io.Writer, keys ...NamedKey) error {
	var p printer
	what := map[string]string{KindITL: "ITL file", KindCTL: "CTL file", KindEncryptedFile: "encrypted file"}[f.Kind]
	if what == "" {
		what = "signed file"
	}
	if f.MD5 != "" || f.SHA1 != "" {
		p.line("The checksum value of the %s:", what)
		if f.MD5 != "" {
			p.line("%s(MD5)", f.MD5)
		}
		if f.SHA1 != "" {
			p.line("%s(SHA1)", f.SHA1)
		}
		if f.SHA256 != "" {
			p.line("%s(SHA256)", f.SHA256)
		}
		p.line("")
	}
	if f.Length > 0 || f.Missing {
		p.line("Length of %s: %d", what, f.Length)
	}
	title := strings.Replace(what, "file", "File", 1)
	if f.Modified != "" {
		p.line("The %s was last modified on %s", title, f.Modified)
	}
	if len(f.Fields) > 0 || len(f.Records) > 0 {
		p.line("\n\tParse %s\n\t----------------\n", title)
	}
	if f.Version != "" {
		p.line("Version:\t%s", f.Version)
	}
	if f.HeaderLength > 0 {
		p.line("HeaderLength:\t%d (BYTES)\n", f.HeaderLength)
	}
	f.printHeader(&p)
	for i := range f.Records {
		f.printRecord(&p, &f.Records[i], what)
	}
	f.printEnd(&p, f.Verify(keys...))
	_, err := io.WriteString(w, p.String())
	return err
}

func (p *printer) columns() {
	p.line("BYTEPOS\tTAG\t\tLENGTH\tVALUE")
	p.line("-------\t---\t\t------\t-----")
}

func (p *printer) row(titles map[int]string, x Field, value string) {
	label := titles[x.Tag]
	if label == "" {
		label = fmt.Sprintf("(tag %d)", x.Tag)
	}
	// Columns are 16 wide; a longer label pushes to the next tab stop.
	tabs := "\t"
	if len(label) < 8 {
		tabs = "\t\t"
	}
	if value == "" {
		p.line("%d\t%s"+tabs+"%d", x.Tag, label, x.Length)
		return
	}
	p.line("%d\t%s"+tabs+"%d\t%s", x.Tag, label, x.Length, value)
}

func (f *File) printHeader(p *printer) {
	if len(f.Fields) == 0 {
		return
	}
	p.columns()
	for _, x := range f.Fields {
		value := ""
		switch x.Tag {
		case tagVersion, tagHeaderLength:
			continue
		case tagSignerID, tagSignatureInfo, tagSignatureAlgo, tagEncryption, tagContent, tagKeyInfo:
			value, x.Length = fmt.Sprint(x.Length), 2
		case tagSignerName:
			value = f.Signer.Name
		case tagSignerSerial:
			value = colons(f.Signer.Serial, x.Length)
		case tagCAName:
			value = f.Signer.Issuer
		case tagDigestAlgorithm:
			value = f.DigestAlgorithm
		case tagAlgorithm:
			value = code(f.SignatureAlgorithm, map[int]string{0: "RSA PKCS#1 v1.5"})
		case tagModulus:
			value = code(f.ModulusCode, map[int]string{0: "512 bits", 1: "1024 bits", 2: "2048 bits", 3: "4096 bits"})
		case tagFilename:
			value = f.Filename
		case tagTimestamp:
			if !f.Timestamp.IsZero() {
				value = f.Timestamp.Format(time.RFC3339)
			}
		case tagSignerVersion:
			value = f.SignerVersion
		default:
			value = f.Encryption.value(x.Tag)
		}
		p.row(headerTitle, x, value)
		if x.Tag == tagSignature {
			p.octets(f.Signature)
		}
	}
}

// value prints one field of the encryption information.
func (e *Encryption) value(tag int) string {
	if e == nil {
		return ""
	}
	switch tag {
	case tagCipher:
		return code(e.Cipher, nil)
	case tagIV:
		return e.IV
	case tagPadLength:
		return fmt.Sprint(e.PadLength)
	case tagKeyCipher:
		return code(e.KeyCipher, nil)
	case tagKeyBits:
		return fmt.Sprint(e.KeyBits)
	case tagWrappedCode:
		return code(e.WrappedCode, nil)
	case tagHashCode:
		return e.HashAlgorithm
	case tagPlainHash:
		return e.Hash
	}
	return ""
}

func code(n int, names map[int]string) string {
	if n < 0 {
		return ""
	}
	if s, ok := names[n]; ok {
		return s
	}
	return fmt.Sprintf("code %d", n)
}

// octets prints rows of 8 without leading zeros, as the CLI does.
func (p *printer) octets(b []byte) {
	for len(b) > 0 {
		n := min(8, len(b))
		var row []string
		for _, o := range b[:n] {
			row = append(row, fmt.Sprintf("%x", o))
		}
		p.line("%s", strings.Join(row, "  "))
		b = b[n:]
	}
}

// colons prints a serial number in its encoded length.
func colons(hex string, length int) string {
	if missing := 2*length - len(hex); hex != "" && missing > 0 && length <= 64 {
		hex = strings.Repeat("0", missing) + hex
	}
	return pairs(hex, ":")
}

func pairs(hex, by string) string {
	var out []string
	for ; len(hex) >= 2; hex = hex[2:] {
		out = append(out, strings.ToUpper(hex[:2]))
	}
	return strings.Join(out, by)
}

func (f *File) printRecord(p *printer, r *Record, what string) {
	list := strings.TrimSuffix(what, " file")
	p.line("\n\t%s Record #:%d\n\t\t----", list, r.Number)
	p.columns()
	for _, x := range r.Fields {
		value := ""
		switch x.Tag {
		case tagRecordLength:
			value, x.Length = fmt.Sprint(r.Length), 2
		case tagDNSName:
			value = r.DNSName
		case tagSubject:
			value = r.Subject
		case tagFunction:
			value = FunctionText(r.Functions)
		case tagIssuer:
			value = r.Issuer
		case tagSerial:
			value = colons(r.Serial, x.Length)
		case tagCertificate:
			if r.CertificateSHA1 != "" {
				value = pairs(r.CertificateSHA1, " ") + " (SHA1 Hash HEX)"
			}
		case tagIPAddress:
			value = r.IP
		case tagCertHash:
			value = pairs(r.Hash, " ")
		case tagHashAlgorithm:
			value = r.HashAlgorithm
		}
		p.row(recordTitle, x, value)
	}
	if r.Key != nil {
		p.line("\tkey: %s", r.Key.String())
	}
	if r.Certificate != nil {
		printCertificate(p, r.Certificate)
	}
	switch {
	case r.SignedThis:
		p.line("This etoken was used to sign the %s.", what)
	case has(r.Functions, "SAST"):
		p.line("This etoken was not used to sign the %s.", what)
	}
}

func printCertificate(p *printer, c *cert.Certificate) {
	day := func(t time.Time) string {
		if t.IsZero() {
			return "unknown"
		}
		return t.Format("2006-01-02 15:04:05 UTC")
	}
	p.line("\tcertificate: %s, %s, valid from %s to %s", c.KeyText, c.SignatureAlgorithm, day(c.NotBefore), day(c.NotAfter))
	if c.Problem != "" {
		p.line("\tcertificate does not conform: %s", c.Problem)
	}
}

// FunctionText prints functions as FUNCTION does: "CCM+TFTP", "System
// Administrator Security Token".
func FunctionText(functions []string) string {
	if len(functions) == 1 && functions[0] == "SAST" {
		return "System Administrator Security Token"
	}
	return strings.Join(functions, "+")
}

func (f *File) printEnd(p *printer, v Verdict) {
	p.line("")
	if len(f.Payload) > 0 {
		p.line("Content: %d bytes", len(f.Payload))
	}
	algorithm := f.SignatureName()
	if algorithm != "" {
		algorithm = " (" + algorithm + ")"
	}
	switch {
	case f.Missing:
	case v.Status == StatusValid:
		p.line("Signature%s: valid under %s", algorithm, v.By)
	default:
		p.line("Signature%s: %s: %s", algorithm, v.Status, v.Reason)
	}
	for _, s := range f.Asserted {
		p.line("%s", s)
	}
	for _, s := range f.Problems {
		p.line("Problem: %s", s)
	}
}

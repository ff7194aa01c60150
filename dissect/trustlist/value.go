package trustlist

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
)

// Labels of rows by tag. Published listings spell them in many ways
// (DIGESTALGORTITHM, DIGESTALGO, "SERIAL NUMBER", machine-translated ISSUENAME
// and ISSUERNAM), so only the first three letters count: together with the tag
// they tell header and record apart.
var (
	headerLabels = map[int]string{3: "SIG", 4: "SIG", 5: "SER", 6: "CAN", 7: "SIG", 8: "DIG", 9: "SIG", 10: "SIG", 11: "SIG", 12: "SIG", 14: "FIL", 15: "TIM", 28: "SIG"}
	recordLabels = map[int]string{1: "REC", 2: "DNS", 3: "SUB", 4: "FUN", 5: "ISS", 6: "SER", 7: "PUB", 8: "SIG", 9: "CER", 10: "IPA", 11: "CER", 12: "HAS"}
)

func section(tag int, label string) (inHeader, known bool) {
	if len(label) < 3 {
		return false, false
	}
	if headerLabels[tag] == label[:3] {
		return true, true
	}
	return false, recordLabels[tag] == label[:3]
}

// splitHead takes "12      HASH ALGORITHM  1" apart.
func splitHead(head string) (tag int, label string, length int) {
	w := strings.Fields(head)
	tag, _ = strconv.Atoi(w[0])
	length, _ = strconv.Atoi(w[len(w)-1])
	return tag, strings.Join(w[1:len(w)-1], " "), length
}

// Forms of values.
type form int

const (
	formNone   form = iota // nothing, or one number
	formName               // text of LENGTH-1 octets
	formSerial             // colon hex of LENGTH octets
	formOctets             // blank-separated hex octets
	formWords              // words of a short list
)

// value gathers what a row prints, over wrapped lines. How much is missing
// tells where it ends, since nothing else does: prose may follow at once.
type value struct {
	tag, length int
	header      bool
	known       bool
	form        form
	line        int
	want        int // octets of formOctets
	parts       []string
	octets      []string
	lines       int // line breaks since the row
	broken      int // of them, when the last part came
	done        bool
}

func newValue(tag, length int, header, known bool, line int) *value {
	v := &value{tag: tag, length: length, header: header, known: known, line: line}
	switch {
	case !known:
	case header && (tag == tagSignerName || tag == tagCAName), !header && (tag == tagDNSName || tag == tagSubject || tag == tagIssuer):
		v.form = formName
	case header && tag == tagSignerSerial, !header && tag == tagSerial:
		v.form = formSerial
	case header && tag == tagSignature, !header && tag == tagCertHash:
		v.form, v.want = formOctets, length
	case !header && tag == tagCertificate:
		v.form, v.want = formOctets, 20 // the SHA-1 of the certificate
	case !header && (tag == tagFunction || tag == tagHashAlgorithm):
		v.form = formWords
	}
	return v
}

// more offers the rest of the row's line, then each further line, and reports
// whether it belongs to the value.
func (v *value) more(text string) bool {
	first := len(v.parts) == 0 && v.lines == 0
	s := strings.TrimSpace(text)
	if s == "" {
		if first {
			v.parts = append(v.parts, "")
		}
		return true
	}
	empty := v.lines-v.broken > 1 // an empty line lies between
	ok := false
	switch {
	case v.done || v.lines > maxContinuation:
	case first:
		ok = true
	case v.form == formName:
		ok = v.nameGoesOn(s, empty)
	case v.form == formSerial:
		ok = !empty && v.serialGoesOn(s)
	case v.form == formOctets:
		ok = len(v.octets) < v.want && allOctets(s)
	case v.form == formWords:
		ok = !empty && v.wordsGoOn(s)
	}
	if !ok {
		v.done = true
		return false
	}
	v.broken = v.lines
	v.parts = append(v.parts, s)
	if v.form == formOctets {
		for _, w := range strings.Fields(s) {
			if len(v.octets) == v.want || !isOctet(w) {
				break
			}
			v.octets = append(v.octets, strings.Repeat("0", 2-len(w))+strings.ToLower(w))
		}
	}
	return true
}

// nameGoesOn: a name is short of its length and this line can be its rest.
func (v *value) nameGoesOn(s string, empty bool) bool {
	have := strings.Join(v.parts, "")
	missing := v.length - 1 - len(have)
	if missing < 1 {
		return false
	}
	kind, _, ok := strings.Cut(s, "=")
	attribute := ok && kind != "" && strings.Trim(kind, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
	if strings.HasSuffix(have, ";") || attribute {
		return len(s) <= missing+8 // a blank may stand behind each ';'
	}
	return !empty && have != "" && len(s) <= missing
}

func (v *value) serialGoesOn(s string) bool {
	have := strings.Join(v.parts, "")
	return len(colonHex(have+s)) <= 2*v.length && colonHex(have+s) != "" && len(colonHex(have)) < 2*v.length
}

// wordsGoOn: a function's name is broken in two.
func (v *value) wordsGoOn(s string) bool {
	have := strings.Join(v.parts, " ")
	for _, f := range functionWords {
		if have != "" && have != f.words && strings.HasPrefix(f.words, have+" ") && strings.HasPrefix(f.words, have+" "+firstWord(s)) {
			return true
		}
	}
	return false
}

func firstWord(s string) string { s, _, _ = strings.Cut(s, " "); return s }

func isOctet(w string) bool {
	if len(w) == 0 || len(w) > 2 {
		return false
	}
	_, err := strconv.ParseUint(w, 16, 8)
	return err == nil
}

// allOctets reports whether a line is a row of hex octets, the note "(SHA1
// Hash HEX)" behind it left out.
func allOctets(s string) bool {
	s, _, _ = strings.Cut(s, "(")
	words := strings.Fields(s)
	for _, w := range words {
		if !isOctet(w) {
			return false
		}
	}
	return len(words) > 0
}

// colonHex returns the digits of AA:BB:CC, "" for anything else.
func colonHex(s string) string {
	s = strings.TrimRight(strings.ReplaceAll(s, " ", ""), ":")
	var b strings.Builder
	for _, o := range strings.Split(s, ":") {
		if len(o) != 2 || !isOctet(o) {
			return ""
		}
		b.WriteString(strings.ToLower(o))
	}
	return b.String()
}

// functionWords are what FUNCTION prints, the longer first.
var functionWords = []struct {
	words     string
	functions []string
}{
	{"System Administrator Security Token", []string{"SAST"}},
	{"Security Token", []string{"SAST"}},
	{"SAST", []string{"SAST"}},
	{"CCM+TFTP", []string{"CCM", "TFTP"}},
	{"CCM + TFTP", []string{"CCM", "TFTP"}},
	{"APP-SERVER", []string{"APP-SERVER"}},
	{"APP SERVER", []string{"APP-SERVER"}},
	{"CCM", []string{"CCM"}},
	{"TFTP", []string{"TFTP"}},
	{"CAPF", []string{"CAPF"}},
	{"TVS", []string{"TVS"}},
}

// endValue stores the value of the last row.
func (d *draft) endValue() {
	v := d.value
	d.value = nil
	if v == nil || !v.known {
		return
	}
	if v.header {
		d.headerValue(v)
	} else if d.rec != nil {
		d.recordValue(v)
	}
}

func (d *draft) headerValue(v *value) {
	f := d.f
	switch v.tag {
	case tagSignerName:
		f.Signer.Name = v.name()
	case tagSignerSerial:
		f.Signer.Serial = d.serial(v)
	case tagCAName:
		f.Signer.Issuer = v.name()
	case tagSignature:
		f.SignatureLength = v.length
		if len(v.octets) == v.length && v.length > 0 {
			f.Signature = v.bytes()
		} else if len(v.octets) > 0 {
			f.problem("line %d: signature of %d octets, its length says %d", v.line, len(v.octets), v.length)
		}
	case tagSignerVersion:
		f.SignerVersion = firstWord(v.text())
	case tagSignerID, tagSignatureInfo, tagSignatureAlgo:
		// LENGTH is that of the number printed; the number is the TLV's own.
		if n, err := strconv.Atoi(firstWord(v.text())); err == nil && len(f.Fields) > 0 {
			f.Fields[len(f.Fields)-1].Length = n
		}
	}
}

func (d *draft) recordValue(v *value) {
	r := d.rec
	switch v.tag {
	case tagRecordLength:
		n, err := strconv.Atoi(firstWord(v.text()))
		if err != nil || n < 0 {
			d.f.problem("line %d: record %d: length %q", v.line, r.Number, shorten(v.text()))
			return
		}
		r.Length = n
	case tagDNSName:
		r.DNSName = v.name()
	case tagSubject:
		r.Subject = v.name()
	case tagFunction:
		d.function(v)
	case tagIssuer:
		r.Issuer = v.name()
	case tagSerial:
		r.Serial = d.serial(v)
	case tagPublicKey:
		r.KeyLength = v.length
	case tagCertSignature:
		r.SignatureLength = v.length
	case tagCertificate:
		r.CertificateLength = v.length
		r.CertificateSHA1 = d.hash(v)
	case tagIPAddress:
		if ip, err := netip.ParseAddr(firstWord(v.text())); err == nil {
			r.IP = ip.String()
		}
	case tagCertHash:
		r.Hash = d.hash(v)
	case tagHashAlgorithm:
		name := strings.ToUpper(firstWord(v.text()))
		if digits := strings.TrimPrefix(strings.TrimPrefix(name, "SHA"), "-"); digits != name {
			name = "SHA-" + digits
		}
		r.HashAlgorithm = name
	}
}

func (d *draft) function(v *value) {
	s := v.text()
	for _, f := range functionWords {
		if rest, ok := strings.CutPrefix(s, f.words); ok && (rest == "" || rest[0] == ' ') {
			d.rec.Functions = append([]string(nil), f.functions...)
			return
		}
	}
	if code, err := strconv.Atoi(firstWord(s)); err == nil {
		d.rec.Functions = functions(code)
		return
	}
	d.f.problem("line %d: record %d: function %q is not known", v.line, d.rec.Number, shorten(s))
	if s != "" {
		d.rec.Functions = []string{shorten(s)}
	}
}

// serial reads colon hex. Published copies drop octets: what is there is kept,
// and the difference told, for it looks like another certificate's.
func (d *draft) serial(v *value) string {
	digits := colonHex(strings.Join(v.parts, ""))
	if digits == "" {
		digits = colonHex(firstWord(v.text()))
	}
	if len(digits) != 2*v.length {
		d.f.problem("line %d: %sserial number of %d octets, its length says %d", v.line, d.where(), len(digits)/2, v.length)
	}
	b, _ := hex.DecodeString(digits)
	if len(b) == 0 {
		return ""
	}
	return serial(b)
}

func (d *draft) hash(v *value) string {
	if len(v.octets) != v.want {
		d.f.problem("line %d: record %d: hash of %d octets, want %d", v.line, d.rec.Number, len(v.octets), v.want)
	}
	return strings.Join(v.octets, "")
}

func (v *value) bytes() []byte {
	b, _ := hex.DecodeString(strings.Join(v.octets, ""))
	return b
}

func (v *value) text() string { return strings.TrimSpace(strings.Join(v.parts, " ")) }

// name puts a name together so that it has the printed length, when that can
// be: lines wrapped without or with a blank, a blank added behind each ';', or
// other words behind it on the same line. The length counts the NUL.
func (v *value) name() string {
	want := v.length - 1
	if want <= 0 {
		return ""
	}
	joined, spaced := strings.Join(v.parts, ""), v.text()
	for _, s := range []string{joined, spaced, strings.ReplaceAll(joined, "; ", ";"), strings.ReplaceAll(spaced, "; ", ";")} {
		if len(s) == want {
			return s
		}
		if len(s) > want && len(v.parts) == 1 && s[want] == ' ' && s[want-1] != ';' {
			return s[:want]
		}
	}
	return joined
}

func shorten(s string) string {
	if len(s) > maxQuote {
		return s[:maxQuote] + "..."
	}
	return s
}

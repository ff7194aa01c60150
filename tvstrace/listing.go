package tvstrace

import (
	"bytes"
	"math/big"
	"strings"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// listing reads two outputs of the command line.
//
// A certificate, from "show cert own NAME" or the administration page:
//
//	Version: V3
//	Serial Number: 155841343000354463154181
//	SignatureAlgorithm: SHA1withRSA (1.2.840.113549.1.1.5)
//	Issuer Name: CN=JASBURNS-AD, DC=bbbburns, DC=lab
//	Validity From: Wed Jul 27 10:00:30 EDT 2011
//	         To:   Fri Jul 27 10:10:30 EDT 2012
//	Subject Name: CN=CUCM8-Publisher.bbbburns.lab, OU=TAC, O=Cisco, ...
//
// The roles of certificates, from "run sql select c.subjectname, c.serialnumber,
// c.ipv4address, t.name from certificate as c, ...":
//
//	subjectname                 serialnumber     ipv4address name
//	=========================== ================ =========== ====================
//	CN=CAPF-9c4cba7d;OU=TAC;... 0adc6e7742914a53 14.48.44.80 Certificate Authority
//
// Source: Cisco TechNote 116232.
type listing struct {
	cert    *catalogue.Event // cli_show_cert in the making
	name    string           // of the certificate, from the command
	idle    int              // lines since the last field
	last    []byte           // the line before: it may be the header of a table
	columns []column
}

type column struct {
	name     string
	from, to int // bytes; to is -1 for the last
}

// maxIdle is how many lines of other text may stand between two fields of a
// certificate (extensions, key).
const maxIdle = 40

// fields of a certificate, in the spellings that occur; the longer first.
var certFields = [...]struct{ label, key string }{
	{"Signature Algorithm:", "signature_algorithm"},
	{"SignatureAlgorithm:", "signature_algorithm"},
	{"Serial Number:", "serial_text"},
	{"Issuer Name:", "issuer"},
	{"Subject Name:", "subject"},
	{"Validity From:", "not_before"},
	{"Version:", "version"},
	{"To:", "not_after"},
}

// line takes a line without the head of a trace; false when it belongs to no
// listing.
func (t *listing) line(a *assembler, text []byte, line int) bool {
	if t.table(a, text, line) {
		return true
	}
	if i := bytes.Index(text, []byte("show cert ")); i >= 0 && (i == 0 || bytes.Contains(text[:i], []byte(":"))) {
		t.flush(a)
		f := bytes.Fields(text[i+len("show cert "):])
		if len(f) >= 2 && (string(f[0]) == "own" || string(f[0]) == "trust") {
			t.name = lines.Text(f[1])
		}
		if len(f) > 2 {
			t.certificate(a, text[i:], line)
		}
		a.ignored++
		return true
	}
	return t.certificate(a, text, line)
}

// certificate takes the fields that a line holds: one, or all of them where a
// publication lost the line breaks.
func (t *listing) certificate(a *assembler, text []byte, line int) bool {
	from, key := -1, ""
	found := false
	for i := 0; i <= len(text); i++ {
		label, k := "", ""
		if i < len(text) && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t') {
			for _, f := range certFields {
				if bytes.HasPrefix(text[i:], []byte(f.label)) {
					label, k = f.label, f.key
					break
				}
			}
			if label == "Version:" && t.cert == nil && !bytes.HasPrefix(bytes.TrimSpace(text[i+8:]), []byte("V")) {
				continue // "Version: 1.2" of a trust list
			}
			if t.cert == nil && from < 0 && label != "Version:" && label != "Serial Number:" && label != "Issuer Name:" && !strings.HasPrefix(label, "Signature") {
				continue // "To:" alone says nothing
			}
			if t.cert == nil && from < 0 && label != "Version:" && t.name == "" {
				continue
			}
		}
		if label == "" && i < len(text) {
			continue
		}
		if from >= 0 {
			t.set(a, key, lines.Text(bytes.TrimSpace(text[from:i])), line)
		}
		if label == "" {
			break
		}
		if k == "version" && t.cert != nil && t.cert.Detail["version"] != "" {
			t.flush(a)
		}
		if t.cert == nil {
			t.cert = &catalogue.Event{Line: line, Dialect: DialectShowCert, Name: "cli_show_cert", Detail: map[string]string{}}
			if t.name != "" {
				t.cert.Detail["name"] = t.name
			}
		}
		found = true
		from, key = i+len(label), k
		i = from - 1
	}
	if found {
		t.cert.EndLine = line
		t.cert.Text = strings.TrimPrefix(t.cert.Text+"\n"+lines.Text(bytes.TrimSpace(text)), "\n")
		t.idle = 0
		a.matched++
		return true
	}
	if t.cert != nil {
		if t.idle++; t.idle > maxIdle {
			t.flush(a)
			return false
		}
		if t.cert.Detail["subject"] == "" || inCertificate(text) {
			a.ignored++
			return true
		}
		t.flush(a)
	}
	return false
}

// inCertificate recognises the lines of a printed key and of extensions.
func inCertificate(s []byte) bool {
	s = bytes.TrimSpace(s)
	if len(s) == 0 || len(s) < 3 && bytes.Trim(s, "[]") != nil {
		return true
	}
	for _, p := range [...]string{"Key:", "Key value:", "Extensions:", "Extension:", "Critical:", "Usage", "keyID:", "[", "]", "-----", "KeyIdentifier", "Subject Alternative", "(dNSName)"} {
		if bytes.HasPrefix(s, []byte(p)) {
			return true
		}
	}
	return len(s) > 8 && bytes.IndexByte(s, ' ') < 0 // a row of hex digits
}

func (t *listing) set(a *assembler, key, value string, line int) {
	if t.cert == nil || value == "" || t.cert.Detail[key] != "" {
		return
	}
	t.cert.Detail[key] = value
	if key == "serial_text" {
		t.cert.Detail["serial"] = serial(value)
	}
}

// serial gives lower-case hex of whole bytes. Older releases and the
// administration page print a decimal number, newer ones hex; a hex number of
// that length without a letter does not occur in practice.
func serial(s string) string {
	s = strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(s, ":", ""), " ", ""))
	if s == "" || len(s) > 200 || strings.Trim(s, "0123456789abcdef") != "" {
		return s
	}
	if strings.Trim(s, "0123456789") == "" {
		if n, ok := new(big.Int).SetString(s, 10); ok {
			s = n.Text(16)
		}
	}
	if len(s)%2 == 1 {
		s = "0" + s
	}
	return s
}

// flush hands the certificate out; one without names was none.
func (t *listing) flush(a *assembler) {
	if e := t.cert; e != nil {
		t.cert = nil
		if e.Detail["serial"] != "" && (e.Detail["subject"] != "" || e.Detail["issuer"] != "") {
			a.session.send(e)
		}
	}
	t.name = ""
}

// table takes a line of the output of a query: a ruler of equals signs makes
// the line before it the header.
func (t *listing) table(a *assembler, text []byte, line int) bool {
	if cols := ruler(text); cols != nil && t.last != nil {
		for i := range cols {
			cols[i].name = strings.TrimSpace(lines.Text(cut(t.last, cols[i])))
		}
		if cols[0].name == "subjectname" || has(cols, "serialnumber") {
			t.columns = cols
			a.ignored++
			return true
		}
	}
	t.last = append(t.last[:0], text...)
	if typed, ok := command(text); ok && (len(typed) == 0 || bytes.HasPrefix(typed, []byte("run sql "))) {
		t.columns = nil // what was listed before has ended
		a.ignored++
		return true
	}
	if t.columns == nil {
		if bytes.HasPrefix(text, []byte("subjectname ")) && bytes.Contains(text, []byte("serialnumber")) {
			a.ignored++
			return true
		}
		return false
	}
	e := &catalogue.Event{Line: line, EndLine: line, Dialect: DialectSQL, Name: "cert_role", Text: lines.Text(text), Detail: map[string]string{}}
	names := map[string]string{"subjectname": "subject", "serialnumber": "serial", "ipv4address": "address", "name": "role", "issuername": "issuer"}
	for _, c := range t.columns {
		v := strings.TrimSpace(lines.Text(cut(text, c)))
		if k := names[c.name]; k != "" && v != "" {
			e.Detail[k] = v
		}
	}
	sn := strings.ToLower(e.Detail["serial"])
	if sn == "" || strings.Trim(sn, "0123456789abcdef") != "" {
		t.columns = nil // the end of the table
		return false
	}
	e.Detail["serial"] = sn
	a.matched++
	a.session.send(e)
	return true
}

// ruler reads "=== ===== ==": where the columns are.
func ruler(s []byte) []column {
	if len(s) < 3 || s[0] != '=' || len(bytes.Trim(s, "= ")) != 0 || bytes.IndexByte(s, ' ') < 0 {
		return nil
	}
	var out []column
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == '=' {
			j++
		}
		k := j
		for k < len(s) && s[k] == ' ' {
			k++
		}
		out = append(out, column{from: i, to: k})
		if k == len(s) {
			out[len(out)-1].to = -1
		}
		i = k
	}
	return out
}

func has(cols []column, name string) bool {
	for _, c := range cols {
		if c.name == name {
			return true
		}
	}
	return false
}

func cut(s []byte, c column) []byte {
	from, to := min(c.from, len(s)), len(s)
	if c.to >= 0 {
		to = min(c.to, len(s))
	}
	return s[from:to]
}

func (t *listing) end(a *assembler) { t.flush(a) }

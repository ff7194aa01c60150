package pasted

import "bytes"

// hashName gives the name of the hash whose hex form has n digits.
func hashName(n int) string {
	switch n {
	case 32:
		return "md5"
	case 40:
		return "sha1"
	case 64:
		return "sha256"
	case 128:
		return "sha512"
	}
	return ""
}

// hashLine reads what md5sum and its sisters print:
//
//	b61910bb01d8d3a1c1b36526cc9f2ddc  ITLSEP0011215A1AE3.tlv    Cisco TechNote 116232
//	b61910bb01d8d3a1c1b36526cc9f2ddc *ITLSEP0011215A1AE3.tlv    binary mode
//	\b61910bb01d8d3a1c1b36526cc9f2ddc  a\\b.tlv                 a name with escapes
func hashLine(s []byte, r *record) bool {
	s = bytes.TrimPrefix(s, []byte("\\"))
	h, name := word(s)
	key := hashName(len(h))
	if key == "" || !allHex(h) {
		return false
	}
	name = bytes.TrimPrefix(name, []byte("*"))
	if !fileName(name) {
		return false
	}
	r.event(DialectShell, "file_hash")
	r.set("file", name)
	r.set(key, h)
	return true
}

// bareHash reads a hash alone on its line, in any spelling.
func bareHash(s []byte) (key string, ok bool) {
	n := 0
	for i, b := range s {
		switch {
		case isHex(b):
			n++
		case !isBlank(b) && b != ':' && b != '-' || i == 0:
			return "", false
		}
	}
	key = hashName(n)
	return key, key != ""
}

// plain gives the digits of a hash alone, in lower case.
func plain(h []byte) string {
	out := make([]byte, 0, len(h))
	for _, b := range h {
		if isHex(b) {
			if b >= 'A' && b <= 'F' {
				b += 'a' - 'A'
			}
			out = append(out, b)
		}
	}
	return string(out)
}

func allHex(s []byte) bool {
	for _, b := range s {
		if !isHex(b) {
			return false
		}
	}
	return len(s) > 0
}

// algorithms in the spellings of BSD's md5, of openssl dgst and of PowerShell,
// the longer first.
var algorithms = [...]struct{ text, key string }{
	{"sha2-256", "sha256"}, {"sha2-512", "sha512"}, {"sha256", "sha256"}, {"sha512", "sha512"}, {"sha1", "sha1"}, {"md5", "md5"},
}

// algorithmLine reads the forms that begin with the name of the hash:
//
//	MD5 (ITLFile.tlv) = b61910bb01d8d3a1c1b36526cc9f2ddc      BSD, macOS
//	SHA1(ITLFile.tlv)= 0e1e280e5b5dcc7a202961f58ade3040515bc489      openssl dgst
//	MD5             B61910BB01D8D3A1C1B36526CC9F2DDC       C:\ITLFile.tlv     PowerShell
func algorithmLine(s []byte, r *record) bool {
	key := ""
	for _, a := range algorithms {
		if hasPrefixFold(s, a.text) {
			key, s = a.key, s[len(a.text):]
			break
		}
	}
	if key == "" || len(s) == 0 {
		return false
	}
	blank := isBlank(s[0])
	s = trim(s)
	var file, h []byte
	if len(s) > 0 && s[0] == '(' {
		i := bytes.LastIndexByte(s, ')')
		if i < 0 {
			return false
		}
		file = s[1:i]
		rest := trim(s[i+1:])
		if len(rest) == 0 || rest[0] != '=' {
			return false
		}
		h = trim(rest[1:])
	} else if blank {
		h, file = word(s)
	}
	if !fileName(file) || !allHex(h) || hashName(len(h)) != key {
		return false
	}
	r.event(DialectShell, "file_hash")
	r.set("file", file)
	r.set(key, h)
	return true
}

// fileName recognises the name of a file, or a path: no blank, and a dot inside
// the last part, or a device name. A sentence's last word ends with a full
// stop instead.
func fileName(s []byte) bool {
	if len(s) < 3 || len(s) > 255 {
		return false
	}
	for _, b := range s {
		if b <= ' ' || b == '<' || b == '>' || b == '|' || b == '"' {
			return false
		}
	}
	base := s[bytes.LastIndexAny(s, "/\\")+1:]
	dot := bytes.IndexByte(base, '.')
	return dot >= 0 && dot < len(base)-1 || hasPrefixFold(base, "sep") && len(base) >= 14
}

// baseName is a path's last part.
func baseName(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' || path[i] == '\\' {
			return path[i+1:]
		}
	}
	return path
}

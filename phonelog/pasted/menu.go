package pasted

import "bytes"

// menuHash reads a hash that a phone shows for one of its lists, as an
// engineer copies it from the screen. The phone shows MD5 or SHA1, dependent on
// its type (Cisco TechNote 118892):
//
//	ITL File: b6 19 10 bb 01 d8 d3 a1 c1 b3 65 26 cc 9f 2d dc
//	CTL File MD5: B6:19:10:BB:01:D8:D3:A1:C1:B3:65:26:CC:9F:2D:DC
//	Trust List > ITL File (SHA1) 0e1e280e5b5dcc7a202961f58ade3040515bc489
//	CTL Signature = 98784f6f6bcd5019ea165b1d2bc1372e
//
// Before the hash stand words of a short list only, CTL or ITL among them.
func menuHash(s []byte, r *record) bool {
	var list, said []byte
	rest := s
	for i := 0; i < 12 && len(rest) > 0; i++ {
		rest = bytes.TrimLeft(rest, " \t:=>-().,*\"'")
		if _, ok := leadingHash(rest); ok {
			break
		}
		j := 0
		for j < len(rest) && (isAlnum(rest[j]) || rest[j] == '-' && j+1 < len(rest) && isDigit(rest[j+1])) {
			j++
		}
		w := rest[:j]
		switch {
		case equalFold(w, "ctl") || equalFold(w, "itl") || equalFold(w, "ctlfile") || equalFold(w, "itlfile"):
			if list != nil {
				return false
			}
			list = w[:3]
		case menuWord(w):
			if w[0]|0x20 == 'm' && equalFold(w, "md5") || equalFold(w, "sha1") || equalFold(w, "sha-1") || equalFold(w, "sha256") || equalFold(w, "sha-256") {
				said = w
			}
		default:
			return false
		}
		rest = rest[j:]
	}
	h, ok := leadingHash(rest)
	if !ok || list == nil {
		return false
	}
	key, _ := bareHash(h)
	if said != nil && key != "" && said[0]|0x20 != key[0] {
		return false // "MD5" before the digits of a SHA1
	}
	r.event(DialectMenu, "menu_hash")
	r.set("list", list)
	r.set(key, h)
	return true
}

// menuWords may stand beside CTL and ITL.
var menuWords = [...]string{
	"trust", "list", "file", "signature", "hash", "checksum", "sum", "md5sum", "md5", "sha1", "sha-1", "sha256", "sha-256",
	"phone", "phones", "on", "the", "of", "shown", "shows", "displayed", "menu", "settings", "security", "configuration", "setup", "is", "value",
}

func menuWord(w []byte) bool {
	for _, m := range menuWords {
		if equalFold(w, m) {
			return true
		}
	}
	return false
}

// leadingHash takes a hash and nothing but marks behind it: all of it must be
// the hash.
func leadingHash(s []byte) ([]byte, bool) {
	s = bytes.TrimRight(s, " \t.,;)\"'")
	if len(s) < 32 {
		return nil, false
	}
	_, ok := bareHash(s)
	return s, ok
}

// menuPath reads a path through the menu: "Settings > Security Configuration >
// Trust List > CTL File". The list it ends with is that of the hash below.
func menuPath(s []byte, r *record) bool {
	if !hasPrefixFold(s, "settings") && !hasPrefixFold(s, "security") && !wordsFold(s, "trust list") {
		return false
	}
	parts, last := 0, []byte(nil)
	list := []byte(nil)
	for rest := s; len(rest) > 0; parts++ {
		i := bytes.IndexByte(rest, '>')
		if i < 0 {
			i = len(rest)
		}
		last = trim(rest[:i])
		if len(last) == 0 || len(last) > 40 || bytes.ContainsAny(last, "<:;,\"") {
			return false
		}
		rest = rest[min(i+1, len(rest)):]
		switch {
		case wordsFold(last, "ctl file"):
			list = last[:3]
		case wordsFold(last, "itl file"):
			list = last[:3]
		}
	}
	// A sentence that begins with such a path goes on behind its last part.
	if parts < 2 || parts > 8 || words(last) > 4 || !known(s) {
		return false
	}
	r.kind, r.dialect = menu, DialectMenu
	r.ignore = "a path through the phone's menu"
	r.set("list", list)
	return true
}

// heading recognises the name of a list alone on its line, as the menu shows it
// above the hash.
func heading(s []byte) []byte {
	s = bytes.TrimRight(s, ": ")
	if words(s) == 2 && (wordsFold(s, "ctl file") || wordsFold(s, "itl file")) {
		if _, last := word(s); len(last) == len("file") {
			return s[:3]
		}
	}
	return nil
}

// words counts the words of s.
func words(s []byte) int {
	n := 0
	for len(s) > 0 {
		_, s = word(s)
		n++
	}
	return n
}

// known tells whether a path leads to the trust lists or certificates.
func known(s []byte) bool {
	for _, w := range [...]string{"trust list", "security", "ctl file", "itl file"} {
		for i := 0; i+len(w) <= len(s); i++ {
			if wordsFold(s[i:], w) {
				return true
			}
		}
	}
	return false
}

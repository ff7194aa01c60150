package pasted

import (
	"bytes"

	"trustline/phonelog/catalogue"
)

// kind says what a line is.
type kind uint8

const (
	none     kind = iota
	foreign       // of another package: a prompt of "show itl", "run sql", "show cert"
	weak          // an answer that says something behind its command only
	ignored       // known, and says nothing
	whole         // an event by itself
	session       // "tftp 192.0.2.1": the server of the gets that follow
	get           // a command that fetches a file
	result        // its answer
	hashing       // a command that hashes a file, or the head of its output
	menu          // a path through the phone's menu
	checking      // a command that tries a port or a TLS connection
	listing       // a command that lists files
	states        // xstatus: several on one line
	version       // "Active Master Version:"
)

// starts tells which kinds begin a record.
func (k kind) starts() bool { return k > weak }

// A record is a line taken apart. Its values are slices of the line.
type record struct {
	kind    kind
	dialect string
	name    string // of the event, when it is one
	ignore  string // why it is ignored
	book    bool   // m holds the match
	n       int
	fields  [maxFields]field
	m       catalogue.Match
}

type field struct {
	key   string
	value []byte
}

// maxFields: a row of the packet list has no more than fourteen.
const maxFields = 16

func (r *record) reset() {
	r.kind, r.dialect, r.name, r.ignore, r.book, r.n = none, "", "", "", false, 0
}

func (r *record) set(key string, value []byte) {
	if len(value) > 0 && r.n < maxFields {
		r.fields[r.n] = field{key, value}
		r.n++
	}
}

func (r *record) get(key string) []byte {
	for i := range r.n {
		if r.fields[i].key == key {
			return r.fields[i].value
		}
	}
	return nil
}

func (r *record) event(dialect, name string) kind {
	r.kind, r.dialect, r.name = whole, dialect, name
	return whole
}

// classify says what a line is, by itself, and takes it apart.
func classify(s []byte, r *record) kind {
	r.reset()
	s = trim(s[:min(len(s), maxLine)])
	if len(s) < 4 {
		return none
	}
	switch b := s[0]; {
	case b == '*':
		if xstatus(s) {
			r.kind, r.dialect = states, DialectXStatus
		}
		return r.kind
	case isDigit(b) || b == '"':
		if expressway(s, r) || len(s) > maxShort {
			return r.kind
		}
		if row(s, r) || tcpdump(s, r) || fileRow(s, r) || hashLine(s, r) || clusterNode(s, r) {
			return r.kind
		}
		return none
	case b == '\\' || b == '-' || b == 'l' || b == 'd' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F':
		if len(s) <= maxShort && (hashLine(s, r) || fileRow(s, r)) {
			return r.kind
		}
	}
	if expressway(s, r) || len(s) > maxShort {
		return r.kind
	}
	if command(s, r) || algorithmLine(s, r) || menuHash(s, r) || menuPath(s, r) || rowHeader(s, r) {
		return r.kind
	}
	return output(s, r)
}

// output matches what programs answer.
func output(s []byte, r *record) kind {
	if s[0] == '-' || hasPrefixFold(s, "error:") || hasPrefixFold(s, "eror:") || !outputBook().Match(s, &r.m) || r.m.Func != nil || r.m.Addr != nil {
		return none
	}
	r.take()
	if n := r.get("bytes"); r.kind == result && n != nil && !grouped(n) {
		r.reset()
	}
	if r.kind == hashing {
		// "MD5 hash of the list" is no head of an output.
		f := bytes.TrimRight(r.get("file"), ": ")
		if !fileName(f) && !windows(f) {
			r.reset()
		}
	}
	return r.kind
}

// take makes a record of the entry that r.m found.
func (r *record) take() {
	e := r.m.Entry
	r.book = true
	for i := range r.m.Len() {
		k, v := r.m.At(i)
		r.set(k, v)
	}
	k, ok := parts[e.Event]
	switch {
	case e.Ignore != "":
		r.kind, r.ignore, r.dialect = ignored, e.Ignore, DialectCLI
	case ok:
		r.kind, r.dialect = k.kind, k.dialect
	default:
		r.event(DialectCLI, e.Event)
		if e.Event == "operator_port_check" {
			r.dialect = DialectShell
		}
	}
	if r.ignore != "" && e.File == "commands.tl" {
		r.dialect = DialectTFTP
	}
}

// parts says what the lines mean that the catalogues call parts, and the one
// event whose value may stand on the line below.
var parts = map[string]struct {
	kind    kind
	dialect string
}{
	"tftp_session":  {session, DialectTFTP},
	"tftp_get":      {get, DialectTFTP},
	"http_get":      {get, DialectShell},
	"get_result":    {result, DialectTFTP},
	"get_answer":    {weak, DialectTFTP},
	"hash_command":  {hashing, DialectShell},
	"hash_header":   {hashing, DialectShell},
	"list_tftp":     {listing, DialectCLI},
	"check_command": {checking, DialectShell},
	"check_begin":   {checking, DialectShell},
	"check_answer":  {weak, DialectShell},
	"other_listing": {foreign, DialectCLI},
	"cucm_version":  {version, DialectCLI},
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isHex(b byte) bool {
	return isDigit(b) || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

// isBlank takes the two bytes of a no-break space for blanks, as the catalogue
// does: pages hold them wherever a program printed several blanks.
func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == 0xC2 || b == 0xA0 }

func isAlnum(b byte) bool { return isDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'z' }

func trim(s []byte) []byte { return bytes.Trim(s, " \t\r\x00\u00a0") }

// word cuts the first word off: blanks end it.
func word(s []byte) (w, rest []byte) {
	i := 0
	for i < len(s) && isBlank(s[i]) {
		i++
	}
	j := i
	for j < len(s) && !isBlank(s[j]) {
		j++
	}
	k := j
	for k < len(s) && isBlank(s[k]) {
		k++
	}
	return s[i:j], s[k:]
}

func digits(s []byte) bool {
	for _, b := range s {
		if !isDigit(b) {
			return false
		}
	}
	return len(s) > 0
}

func hasPrefixFold(s []byte, lower string) bool {
	return len(s) >= len(lower) && equalFold(s[:len(lower)], lower)
}

// wordsFold tells whether s begins with a text in lower case whose blanks stand
// for runs of blanks.
func wordsFold(s []byte, lower string) bool {
	i := 0
	for j := range len(lower) {
		if lower[j] == ' ' {
			k := i
			for i < len(s) && isBlank(s[i]) {
				i++
			}
			if i == k {
				return false
			}
			continue
		}
		if i == len(s) || !equalFold(s[i:i+1], lower[j:j+1]) {
			return false
		}
		i++
	}
	return true
}

// equalFold compares with a text in lower case.
func equalFold(s []byte, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range s {
		b := s[i]
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		if b != lower[i] {
			return false
		}
	}
	return true
}

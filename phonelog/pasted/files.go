package pasted

import "bytes"

// fileRow reads a row of a listing of files, when the file is one that phones
// ask for (trust lists, configurations, certificates):
//
//	-rw-r--r-- 1 default usr 4712 Oct 04 19:15 /tmp/CTLFile.tlv   ls -l on a phone, Cisco Support Community DOC-18834
//	31 Aug,2011 13:28:03 4,712 CTLFile.tlv                        file list tftp ... detail, the same document
//	02 Dec,2004 12:00:59      <dir>    drf                        the same command, CLI reference guide
//	08/31/2011  01:28 PM             4,712 CTLFile.tlv            dir on Windows
//
// Rows of other files are ignored.
func fileRow(s []byte, r *record) bool {
	if unixRow(s, r) || cliRow(s, r) {
		if r.kind == whole && !trustFile(r.get("file")) {
			r.kind, r.name, r.ignore = ignored, "", "another file of the listing"
		}
		return true
	}
	return dirRow(s, r)
}

// unixRow: mode, links, owner, group, size, month, day, time or year, name.
func unixRow(s []byte, r *record) bool {
	mode, rest := word(s)
	if len(mode) < 10 || len(mode) > 11 {
		return false
	}
	for i, b := range mode[:10] {
		if i == 0 && bytes.IndexByte([]byte("-dlcbps"), b) < 0 || i > 0 && bytes.IndexByte([]byte("-rwxsStT"), b) < 0 {
			return false
		}
	}
	links, rest := word(rest)
	if !digits(links) {
		return false
	}
	_, rest = word(rest)
	group, rest := word(rest)
	size, rest := word(rest)
	if !digits(size) { // one owner only
		size = group
		if !digits(size) {
			return false
		}
	}
	date := rest
	first, rest := word(rest)
	second, rest := word(rest)
	if month(first) || len(first) == 10 && first[4] == '-' {
		if month(first) {
			_, rest = word(rest) // time or year
		}
	} else {
		return false
	}
	if len(rest) == 0 || len(second) == 0 {
		return false
	}
	date = trim(date[:len(date)-len(rest)])
	if i := bytes.Index(rest, []byte(" -> ")); i > 0 {
		rest = rest[:i]
	}
	r.event(DialectShell, "file_listing")
	if mode[0] != '-' {
		r.kind, r.name, r.ignore = ignored, "", "a folder or a link of the listing"
		return true
	}
	r.set("file", rest)
	r.set("bytes", size)
	r.set("date", date)
	return true
}

// cliRow: day, "Mon,year", time, size or <dir>, name.
func cliRow(s []byte, r *record) bool {
	day, rest := word(s)
	my, rest := word(rest)
	clock, rest := word(rest)
	size, name := word(rest)
	if len(day) > 2 || !digits(day) || len(my) != 8 || !month(my[:3]) || my[3] != ',' || !digits(my[4:]) || !timeOfDay(clock) || len(name) == 0 {
		return false
	}
	r.event(DialectCLI, "file_listing")
	if equalFold(size, "<dir>") {
		r.kind, r.name, r.ignore = ignored, "", "a folder or a link of the listing"
		return true
	}
	if !grouped(size) {
		return false
	}
	r.set("file", name)
	r.set("bytes", size)
	r.set("date", trim(s[:len(s)-len(rest)]))
	return true
}

// dirRow: date, time, perhaps AM or PM, size, name. Windows prints dates in the
// form of its locale.
func dirRow(s []byte, r *record) bool {
	date, rest := word(s)
	clock, rest := word(rest)
	if len(date) != 10 || len(clock) < 5 || clock[2] != ':' {
		return false
	}
	for _, b := range date {
		if !isDigit(b) && b != '/' && b != '.' && b != '-' {
			return false
		}
	}
	size, name := word(rest)
	if equalFold(size, "am") || equalFold(size, "pm") {
		rest = name
		size, name = word(name)
	}
	if !grouped(size) || !trustFile(name) {
		return false
	}
	r.event(DialectShell, "file_listing")
	r.set("file", name)
	r.set("bytes", size)
	r.set("date", trim(s[:len(s)-len(rest)]))
	return true
}

// grouped recognises a number whose thousands may be set apart.
func grouped(s []byte) bool {
	n := 0
	for _, b := range s {
		switch {
		case isDigit(b):
			n++
		case b != ',' && b != '.' || n == 0:
			return false
		}
	}
	return n > 0 && n <= 15
}

// ungroup gives the digits of a number.
func ungroup(s []byte) string {
	out := make([]byte, 0, len(s))
	for _, b := range s {
		if isDigit(b) {
			out = append(out, b)
		}
	}
	return string(out)
}

// trustSuffixes end the names of files that phones and engineers ask a TFTP
// server for.
var trustSuffixes = [...]string{".tlv", ".sgn", ".cnf.xml", ".tlv.bak", ".pem", ".loads"}

func trustFile(name []byte) bool {
	if !fileName(name) {
		return false
	}
	for _, s := range trustSuffixes {
		if len(name) > len(s) && equalFold(name[len(name)-len(s):], s) {
			return true
		}
	}
	return false
}

func month(s []byte) bool {
	if len(s) != 3 {
		return false
	}
	for _, m := range [...]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"} {
		if equalFold(s, m) {
			return true
		}
	}
	return false
}

// timeOfDay recognises HH:MM:SS with or without a fraction.
func timeOfDay(s []byte) bool {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' || !digits(s[:2]) || !digits(s[3:5]) || !digits(s[6:8]) {
		return false
	}
	return len(s) == 8 || (s[8] == '.' || s[8] == ',') && digits(s[9:])
}

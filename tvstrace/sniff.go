package tvstrace

import (
	"bytes"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// Sniff tells how sure it is that a text holds records of a server, from its
// first bytes: 0 none, 100 every line that is not blank. One record is worth
// at least 1, since a trace may stand in the middle of a mail.
func Sniff(start []byte) (dialect string, score int) {
	total, found := 0, 0
	other := map[string]int{}
	traces := 0
	var pieces []lines.Piece
	var m catalogue.Match
	for _, l := range lines.Lines(start) {
		pieces = lines.Split(l, pieces[:0])
		for _, p := range pieces {
			switch p.Kind {
			case lines.Blank, lines.Comment:
				continue
			case lines.SDI, lines.SDL:
				found++
				traces++
			case lines.Plain:
				if d := plainDialect(p.Text); d != "" {
					found++
					other[d]++
				} else if book().Match(p.Text, &m) {
					found++
				}
			}
			total++
		}
	}
	if found == 0 {
		return "", 0
	}
	dialect = dialectOf(start)
	for _, d := range [...]string{DialectSyslog, DialectCertMgmt, DialectShowCert, DialectSQL} {
		if other[d] > traces {
			dialect, traces = d, other[d]
		}
	}
	return dialect, max(1, 100*found/total)
}

// plainDialect recognises a line of a platform log or of a listing.
func plainDialect(s []byte) string {
	if _, _, _, ok := log4jHead(s); ok {
		return DialectCertMgmt
	}
	if i := alarmAt(s); i > 0 && s[i-1] == '%' && bytes.IndexByte(s[i:], ':') > 0 {
		return DialectSyslog
	}
	for _, f := range certFields {
		if len(f.label) > len("Version:") && bytes.HasPrefix(s, []byte(f.label)) {
			return DialectShowCert
		}
	}
	if v, ok := bytes.CutPrefix(s, []byte("Version:")); ok && len(bytes.TrimLeft(v, " \t")) == len("V3") && bytes.Contains(v, []byte("V")) {
		return DialectShowCert // "Version: 1.2" is that of a trust list
	}
	switch typed, _ := command(s); {
	case bytes.HasPrefix(typed, []byte("show cert ")):
		return DialectShowCert
	case bytes.HasPrefix(typed, []byte("run sql ")):
		return DialectSQL
	}
	if bytes.HasPrefix(s, []byte("subjectname ")) && bytes.Contains(s, []byte("serialnumber")) {
		return DialectSQL
	}
	return ""
}

// command gives what was typed at the prompt of the server's command line; not
// ok for a line that does not begin with the prompt.
func command(s []byte) (typed []byte, ok bool) {
	c, ok := bytes.CutPrefix(s, []byte("admin:"))
	return bytes.TrimSpace(c), ok
}

package phonelog

import (
	"bytes"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// Sniff tells how sure it is that a text holds records of a phone, from its
// first bytes: 0 none, 100 every line that is not blank. One record is worth
// at least 1, since a phone's records may stand in the middle of a mail.
func Sniff(start []byte) (dialect string, score int) {
	counts := [len(dialects)]int{}
	total, found := 0, 0
	var pieces []lines.Piece
	var m catalogue.Match
	for _, l := range lines.Lines(start) {
		pieces = lines.Split(l, pieces[:0])
		for _, p := range pieces {
			switch p.Kind {
			case lines.Blank, lines.Comment:
				continue
			case lines.Phone:
				var h head
				if parseHead(p.Text, &h) {
					found++
					if h.month > 0 {
						counts[1]++
					} else {
						counts[0]++
					}
				}
			case lines.Plain:
				if st, ok := parseStatus(p.Text); ok && status().Match(st.text, &m) && !ofServer(p.Text) {
					found++
					counts[2]++
				}
			}
			total++
		}
	}
	if found == 0 {
		return "", 0
	}
	best := 0
	for i := range counts {
		if counts[i] > counts[best] {
			best = i
		}
	}
	return dialects[best], max(1, 100*found/total)
}

// ofServer recognises commands of the server whose output package tvstrace
// reads: the prompt must not take the lines behind it along.
func ofServer(s []byte) bool {
	c, ok := bytes.CutPrefix(s, []byte("admin:"))
	c = bytes.TrimSpace(c)
	return ok && (bytes.HasPrefix(c, []byte("show cert ")) || bytes.HasPrefix(c, []byte("run sql ")))
}

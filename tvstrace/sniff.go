package tvstrace

import (
	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// Sniff tells how sure it is that a text holds records of a server, from its
// first bytes: 0 none, 100 every line that is not blank. One record is worth
// at least 1, since a trace may stand in the middle of a mail.
func Sniff(start []byte) (dialect string, score int) {
	total, found := 0, 0
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
			case lines.Plain:
				if book.Match(p.Text, &m) {
					found++
				}
			}
			total++
		}
	}
	if found == 0 {
		return "", 0
	}
	return dialectOf(start), max(1, 100*found/total)
}

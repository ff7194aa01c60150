package trustlist

import (
	"bytes"
	"regexp"
	"sort"
	"strings"
)

// A region is a stretch of text that may hold listings.
type region struct {
	text string // normalised
	line int    // number of its first line, from 1
}

// signs are strings that only a listing has. A text without any of them has no
// listing, and finding that out costs no more than reading it.
var signs = [][]byte{
	[]byte("The checksum value of the "),
	[]byte("Length of CTL file"),
	[]byte("Length of ITL file"),
	[]byte("TL File was last modified on"),
	[]byte("Parse CTL File"),
	[]byte("Parse ITL File"),
	[]byte("TL Record "),
	[]byte("BYTEPOS"),
	[]byte("RECORDLENGTH"),
	[]byte("SIGNERID"),
	[]byte("TL File not found"),
	[]byte("Verification of the CTL"),
	[]byte("Verification of the ITL"),
	[]byte("Error parsing the CTL"),
	[]byte("Error parsing the ITL"),
}

// DetectListing reports whether a text may hold a pasted listing. It says so of
// every text of which ParseListings would return one.
func DetectListing(text []byte) bool {
	for _, s := range signsIn(text) {
		if bytes.Contains(text, s) {
			return true
		}
	}
	return false
}

// signsIn returns the signs in the spellings that a text can have: pages keep
// blanks as U+00A0.
func signsIn(text []byte) [][]byte {
	look := signs
	if bytes.Contains(text, []byte("\u00a0")) {
		for _, s := range signs {
			if bytes.IndexByte(s, ' ') >= 0 {
				look = append(look[:len(look):len(look)], bytes.ReplaceAll(s, []byte(" "), []byte("\u00a0")))
			}
		}
	}
	return look
}

// regions cuts out of a text the stretches around signs. The second result is
// the line at which a text with more than maxListingText of them is left, else 0.
func regions(text []byte) (out []region, left int) {
	var hits []int
	for _, s := range signsIn(text) {
		for at := 0; ; {
			i := bytes.Index(text[at:], s)
			if i < 0 {
				break
			}
			hits = append(hits, at+i)
			at += i + len(s)
		}
	}
	sort.Ints(hits)
	line, counted, total, end := 1, 0, 0, 0
	for i := 0; i < len(hits); {
		start := breakAfter(text, max(hits[i]-listingLead, end), 0)
		end = min(hits[i]+listingWindow, len(text))
		for i++; i < len(hits) && hits[i] < end+listingLead && end-start < maxRegion; i++ {
			end = min(hits[i]+listingWindow, len(text))
		}
		end = max(breakAfter(text, end, listingLead), start)
		line += bytes.Count(text[counted:start], []byte("\n"))
		counted = start
		if total += end - start; total > maxListingText {
			return out, line
		}
		out = append(out, region{normalise(text[start:end]), line})
	}
	return out, 0
}

// breakAfter moves an offset on to the start of a line when one begins within
// reach, else of a word, so that no number or label is cut in two.
func breakAfter(text []byte, at, reach int) int {
	if at <= 0 || at >= len(text) {
		return min(max(at, 0), len(text))
	}
	if i := bytes.IndexByte(text[at-1:min(at+reach, len(text))], '\n'); i >= 0 {
		return at + i
	}
	for at < len(text) && text[at-1] != '\n' && text[at-1] != ' ' && text[at-1] != '\t' {
		at++
	}
	return at
}

// terminal matches what terminals are sent beside text: colours, cursor moves.
var terminal = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")

// mailed matches the marks in front of a line in an answer to a mail.
var mailed = regexp.MustCompile(`(?m)^[ \t]*(?:> ?)+`)

// pasted undoes what editors, web pages and trackers do to blanks and signs.
// None of the replacements has a line break, so that lines keep their numbers.
var pasted = strings.NewReplacer(
	"\u00a0", " ", "\u2007", " ", "\u202f", " ", "\t", " ", "\r", "", "\b", "",
	"\u200b", "", "\ufeff", "", "|", " ", "```", "",
	"&nbsp;", " ", "&quot;", `"`, "&amp;", "&", "&colon;", ":", "&#58;", ":",
)

func normalise(b []byte) string {
	s := strings.ToValidUTF8(string(b), "\ufffd")
	if strings.IndexByte(s, 0x1b) >= 0 {
		s = terminal.ReplaceAllString(s, "")
	}
	return mailed.ReplaceAllString(pasted.Replace(s), "")
}

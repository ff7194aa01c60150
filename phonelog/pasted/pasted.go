package pasted

import (
	"bytes"
	"embed"
	"slices"
	"sync"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

//go:embed messages/*.tl
var messages embed.FS

// The dialects of this package.
const (
	DialectShell      = "shell"
	DialectTFTP       = "tftp-client"
	DialectCLI        = "cucm-cli"
	DialectMenu       = "phone-menu"
	DialectRows       = "wireshark-rows"
	DialectXStatus    = "xstatus"
	DialectExpressway = "expressway"
)

// dialects in the order in which Sniff prefers them when counts are equal.
var dialects = [...]string{DialectShell, DialectTFTP, DialectCLI, DialectMenu, DialectRows, DialectXStatus, DialectExpressway}

// Bounds of a line.
const (
	// maxLine is how much of a line is looked at. The longest genuine ones, an
	// xstatus whose line breaks a page has lost, have some two thousand bytes.
	maxLine = 16 << 10
	// maxShort bounds what may be a command, an answer or a row: a longer line is
	// prose or a log.
	maxShort = 1 << 10
)

// The message catalogues, each made when it is first asked for: commands are
// matched behind a prompt, output on whole lines, derived only lists what
// hand-written scanners make.
var (
	commandsBook = book("commands.tl")
	cliBook      = book("cli.tl")
	outputBook   = book("output.tl")
	derivedBook  = book("derived.tl")
)

func book(file string) func() *catalogue.Catalogue {
	return sync.OnceValue(func() *catalogue.Catalogue {
		c, err := catalogue.ParseAll(messages, "messages", file)
		if err != nil {
			panic(err) // a test parses the same bytes
		}
		return c[0]
	})
}

// Entries lists the message catalogue: every event of this package, and what
// is ignored and why.
func Entries() []catalogue.Entry {
	return slices.Concat(derivedBook().Entries(), commandsBook().Entries(), cliBook().Entries(), outputBook().Entries())
}

// Line tells whether a line, by itself, begins a record of this package. It
// does not allocate.
func Line(line []byte) bool {
	var r record
	return classify(line, &r).starts()
}

// Sniff tells how sure it is that a text holds records of this package, from
// its first bytes: 0 none, 100 every line that is not blank. One record is
// worth at least 1.
func Sniff(start []byte) (dialect string, score int) {
	counts := [len(dialects)]int{}
	total, found := 0, 0
	var r record
	for _, l := range lines.Lines(start) {
		if len(bytes.TrimSpace(l)) == 0 {
			continue
		}
		total++
		if !classify(l, &r).starts() {
			continue
		}
		found++
		counts[slices.Index(dialects[:], r.dialect)]++
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

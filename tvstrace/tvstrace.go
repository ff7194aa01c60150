package tvstrace

import (
	"embed"

	"trustline/phonelog/catalogue"
)

//go:embed messages/*.tl
var messages embed.FS

// The dialects of this package.
const (
	DialectTVS     = "tvs-sdi"
	DialectCAPF    = "capf-sdi"
	DialectTFTP    = "ctftp-sdi"
	DialectTFTPSDL = "ctftp-sdl"
	DialectCM      = "callmanager-sdi"
	DialectCMSDL   = "callmanager-sdl"
)

// book is the compiled message catalogue, made once. One for all dialects: the
// services share libraries, and a paste mixes them.
var book = load()

func load() *catalogue.Catalogue {
	files, err := messages.ReadDir("messages")
	if err != nil {
		panic(err) // embedded at build time
	}
	var all []*catalogue.Catalogue
	for _, f := range files {
		b, err := messages.ReadFile("messages/" + f.Name())
		if err != nil {
			panic(err)
		}
		c, err := catalogue.Parse(f.Name(), b)
		if err != nil {
			panic(err) // a test parses the same bytes
		}
		all = append(all, c)
	}
	return catalogue.Join("traces", all...)
}

// Entries lists the message catalogue: every event of this package with its
// patterns and their sources, and what is ignored and why.
func Entries() []catalogue.Entry { return book.Entries() }

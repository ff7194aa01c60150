package tvstrace

import (
	"embed"
	"sync"

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

// book is the compiled message catalogue, made when it is first asked for: many
// runs read no trace. One for all dialects: the services share libraries, and a
// paste mixes them.
var book = sync.OnceValue(load)

func load() *catalogue.Catalogue {
	files, err := messages.ReadDir("messages")
	if err != nil {
		panic(err) // embedded at build time
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name()
	}
	all, err := catalogue.ParseAll(messages, "messages", names...)
	if err != nil {
		panic(err) // a test parses the same bytes
	}
	return catalogue.Join("traces", all...)
}

// Entries lists the message catalogue: every event of this package with its
// patterns and their sources, and what is ignored and why.
func Entries() []catalogue.Entry { return book().Entries() }

package phonelog

import (
	"embed"
	"slices"

	"trustline/phonelog/catalogue"
)

//go:embed messages/*.tl
var messages embed.FS

// The dialects of this package.
const (
	DialectSECD      = "phone-secd"
	DialectSecureApp = "phone-secureapp"
	DialectStatus    = "phone-status"
)

// catalogues are the compiled message catalogues, made once.
var catalogues = load()

type books struct {
	console *catalogue.Catalogue // both console dialects: they share libraries
	status  *catalogue.Catalogue
}

func load() books {
	read := func(name string, files ...string) *catalogue.Catalogue {
		var text []byte
		for _, f := range files {
			b, err := messages.ReadFile("messages/" + f)
			if err != nil {
				panic(err) // embedded at build time
			}
			text = append(text, b...)
		}
		c, err := catalogue.Parse(name, text)
		if err != nil {
			panic(err) // a test parses the same bytes
		}
		return c
	}
	return books{
		console: read("console", "secd.tl"),
		status:  read("status", "status.tl"),
	}
}

// Entries lists the message catalogue: every event of this package with its
// patterns and their sources, and what is ignored and why.
func Entries() []catalogue.Entry {
	return slices.Concat(catalogues.console.Entries(), catalogues.status.Entries())
}

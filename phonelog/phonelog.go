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
	read := func(file string) *catalogue.Catalogue {
		b, err := messages.ReadFile("messages/" + file)
		if err != nil {
			panic(err) // embedded at build time
		}
		c, err := catalogue.Parse(file, b)
		if err != nil {
			panic(err) // a test parses the same bytes
		}
		return c
	}
	return books{
		console: catalogue.Join("console", read("secd.tl"), read("secureapp.tl")),
		status:  read("status.tl"),
	}
}

// Entries lists the message catalogue: every event of this package with its
// patterns and their sources, and what is ignored and why.
func Entries() []catalogue.Entry {
	return slices.Concat(catalogues.console.Entries(), catalogues.status.Entries())
}

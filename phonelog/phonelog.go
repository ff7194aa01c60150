package phonelog

import (
	"embed"
	"slices"
	"sync"

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

// The compiled message catalogues, each made when it is first asked for: most
// runs read no log of a phone.
var (
	console = sync.OnceValue(func() *catalogue.Catalogue { // both console dialects: they share libraries
		return catalogue.Join("console", load("secd.tl", "secureapp.tl")...)
	})
	status = sync.OnceValue(func() *catalogue.Catalogue { return load("status.tl")[0] })
)

func load(files ...string) []*catalogue.Catalogue {
	c, err := catalogue.ParseAll(messages, "messages", files...)
	if err != nil {
		panic(err) // a test parses the same bytes
	}
	return c
}

// Entries lists the message catalogue: every event of this package with its
// patterns and their sources, and what is ignored and why.
func Entries() []catalogue.Entry {
	return slices.Concat(console().Entries(), status().Entries())
}

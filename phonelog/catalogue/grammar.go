package catalogue

import (
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The grammar of a .tl file:
//
//	File    = Entry* .
//	Entry   = ( "event" Ident | "part" Ident | "ignore" Raw ) Clause* .
//	Clause  = "means" Raw
//	        | "derived" Raw                  an event made from several records
//	        | "set" Ident Raw                a detail that the pattern implies
//	        | "match" Pattern
//	        | "sample" Raw "from" Raw .
//	Pattern = '"' ( Text | Escaped | Capture )* '"' .
//	Capture = "{" [ Ident ] ":" Ident [ "(" Word { "|" Word } ")" ] [ "?" ] "}" .
//	Raw     = "`" anything but a back quote "`" .
//
// A number sign begins a comment that runs to the end of the line.
type file struct {
	Entries []*entry `parser:"@@*"`
}

type entry struct {
	Pos     lexer.Position
	Event   string    `parser:"( 'event' @Ident"`
	Part    string    `parser:"| 'part' @Ident"`
	Ignore  string    `parser:"| 'ignore' @Raw )"`
	Clauses []*clause `parser:"@@*"`
}

type clause struct {
	Pos     lexer.Position
	Means   string   `parser:"  'means' @Raw"`
	Derived string   `parser:"| 'derived' @Raw"`
	Set     *setting `parser:"| 'set' @@"`
	Match   *pattern `parser:"| 'match' @@"`
	Sample  *sample  `parser:"| 'sample' @@"`
}

type setting struct {
	Key   string `parser:"@Ident"`
	Value string `parser:"@Raw"`
}

type sample struct {
	Pos  lexer.Position
	Text string `parser:"@Raw"`
	From string `parser:"'from' @Raw"`
}

type pattern struct {
	Pos   lexer.Position
	Parts []*part `parser:"Quote @@* Quote"`
}

type part struct {
	Escaped string   `parser:"  @Escaped"`
	Text    string   `parser:"| @Text"`
	Capture *capture `parser:"| Open @@ Close"`
}

type capture struct {
	Pos      lexer.Position
	Name     string   `parser:"@Ident? ':'"`
	Type     string   `parser:"@Ident"`
	Choices  []string `parser:"( Choice @Word ( '|' @Word )* ChoiceEnd )?"`
	Optional bool     `parser:"@'?'?"`
}

// parser is made once, and has no state: making it takes longer than parsing a
// catalogue.
var parser = sync.OnceValues(func() (*participle.Parser[file], error) {
	return participle.Build[file](participle.Lexer(tokens{}))
})

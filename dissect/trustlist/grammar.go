package trustlist

import (
	"fmt"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The text of `show itl`; `show ctl` says CTL. <ws> is tabs on the server and
// whatever pasting made of them elsewhere.
//
//	admin:show itl
//	The checksum value of the ITL file:
//	<32 hex>(MD5)
//	<40 hex>(SHA1)
//
//	Length of ITL file: 5438
//	The ITL File was last modified on Wed Jul 27 10:16:24 EDT 2011
//
//	        Parse ITL File
//	        ----------------
//
//	Version:<ws>1.2
//	HeaderLength:<ws>296 (BYTES)
//
//	BYTEPOS<ws>TAG<ws>LENGTH<ws>VALUE
//	-------<ws>---<ws>------<ws>-----
//	3<ws>SIGNERID<ws>2<ws>110
//	...                                  number of the tag, label, length, value
//	12<ws>SIGNATURE<ws>128
//	45  ec  5  c  9e  68  6d  e6         rows of 8 octets
//	...
//	        ITL Record #:1
//	                ----
//	BYTEPOS<ws>TAG<ws>LENGTH<ws>VALUE
//	-------<ws>---<ws>------<ws>-----
//	1<ws>RECORDLENGTH<ws>2<ws>1972
//	...
//	This etoken was used to sign the ITL file.
//	...
//	The ITL file was verified successfully.
//
// (Cisco TechNotes 116232, 118892, 118893; the CLI writes "etoken" of every
// SAST record.) Published listings have lost their line breaks or doubled
// them, are interrupted by prose, or begin anywhere. The lexer therefore finds
// the pieces of a listing wherever they stand, everything else is a Word, and
// the grammar is a sequence of items in any order. listing.go makes sense of
// their order.
var listingLexer = lexer.MustSimple([]lexer.SimpleRule{
	{Name: "EOL", Pattern: `\n+`},
	{Name: "Blank", Pattern: ` +`},
	{Name: "Head", Pattern: `\d{1,3} +[A-Z]{4,}(?: NUMBER| ALGORITHM|\([A-Z]+\))? +\d{1,5}\b`},
	{Name: "MD5", Pattern: `[0-9a-fA-F]{32} *\(MD5\)`},
	{Name: "SHA1", Pattern: `[0-9a-fA-F]{40} *\(SHA-?1\)`},
	{Name: "Rule", Pattern: `-{2,}`},
	// A sentence in quotes is prose about the sentence.
	{Name: "Quoted", Pattern: "[\"'`\u201c\u201d\u2018][^\n\"\u201c\u201d]{0,40}[CI]TL [Ff]ile[^\n\"\u201c\u201d]{0,80}[\"'`\u201c\u201d\u2019]"},
	{Name: "Command", Pattern: `\w*[:>#] *show +[ci]tl\b`},
	{Name: "Checksum", Pattern: `The checksum value of the [CI]TL file`},
	{Name: "Length", Pattern: `Length of [CI]TL file *: *\d{1,9}\b`},
	{Name: "Modified", Pattern: `The [CI]TL File was last modified on`},
	{Name: "Date", Pattern: `[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d \S+ \d{4}\b`},
	{Name: "Title", Pattern: `Parse [CI]TL File`},
	{Name: "Version", Pattern: `Version: *\d+\.\d+`},
	{Name: "HeaderLength", Pattern: `HeaderLength: *\d{1,5}\b(?: *\(BYTES\))?`},
	{Name: "Columns", Pattern: `BYTEPOS +TAG +LENGTH +VALUE`},
	{Name: "Record", Pattern: `[CI]TL Record +#: *\d{1,5}\b`},
	{Name: "Used", Pattern: `This etoken was (?:not )?used to sign the [CI]TL file\.?`},
	{Name: "Verdict", Pattern: `The [CI]TL [Ff]ile was (?:not )?verified(?: successfully)?\.?|Verification of the [CI]TL [Ff]ile [Ff]ailed\.?`},
	{Name: "Missing", Pattern: `[CI]TL File not found\.?(?: Please run [^\n]{0,120}? the [CI]TL file\.?)?`},
	{Name: "Failure", Pattern: `Error parsing the [CI]TL [Ff]ile(?:\.|!{1,2})?`},
	{Name: "Word", Pattern: `\S+`},
	{Name: "Other", Pattern: `.`},
})

// page is a piece of text with listings in it.
type page struct {
	Items []*item `parser:"@@*"`
}

// item is one piece of a listing, or text between them. One field is set.
type item struct {
	Pos lexer.Position

	Row      *row      `parser:"  @@"`
	Text     string    `parser:"| @(Word | Blank | Quoted | Date | Other)+"`
	EOL      string    `parser:"| @EOL"`
	Rule     string    `parser:"| @Rule"`
	Command  string    `parser:"| @Command"`
	Checksum string    `parser:"| @Checksum"`
	MD5      string    `parser:"| @MD5"`
	SHA1     string    `parser:"| @SHA1"`
	Length   string    `parser:"| @Length"`
	Modified *modified `parser:"| @@"`
	Title    string    `parser:"| @Title"`
	Version  string    `parser:"| @Version"`
	Header   string    `parser:"| @HeaderLength"`
	Columns  string    `parser:"| @Columns"`
	Record   string    `parser:"| @Record"`
	Used     string    `parser:"| @Used"`
	Verdict  string    `parser:"| @Verdict"`
	Missing  string    `parser:"| @Missing"`
	Failure  string    `parser:"| @Failure"`
}

// row is one line of a table: "4 FUNCTION 2 TVS". Its value ends with the line
// or, when line breaks are lost, where the next piece begins.
type row struct {
	Head  string `parser:"@Head"`
	Value string `parser:"@(Word | Blank | Date | Other)*"`
}

type modified struct {
	Sentence string `parser:"@Modified"`
	When     string `parser:"Blank* (@Date | @(Word | Blank)+)?"`
}

var listingParser = participle.MustBuild[page](participle.Lexer(listingLexer))

// parsePage runs the grammar. It takes every text; what participle should find
// wrong, or panic over, is an error that names the place.
func parsePage(text string) (p *page, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("trustlist: grammar of listings: %v", r)
		}
	}()
	return listingParser.ParseString("", text)
}

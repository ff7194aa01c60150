package catalogue

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// The tokens of a .tl file. What they are depends on where they stand: a name
// means something else in a pattern than outside of it. The lexer is written by
// hand because every start of the program waits for it, and one of regular
// expressions takes longer than the grammar and all the rest together.
const (
	tokenOther     lexer.TokenType = lexer.EOF - 1 - iota // a character that fits nowhere
	tokenIdent                                            // outside and in captures: a letter, letters, digits and _
	tokenRaw                                              // outside: `text`
	tokenQuote                                            // outside it begins a pattern, there it ends it
	tokenEscaped                                          // in patterns: \ and a character
	tokenText                                             // in patterns: anything up to " \ { and the end of the line
	tokenOpen                                             // in patterns: { begins a capture
	tokenClose                                            // in captures: }
	tokenPunct                                            // in captures: : or ?
	tokenChoice                                           // in captures: ( begins choices
	tokenChoiceEnd                                        // in choices: )
	tokenBar                                              // in choices: |
	tokenWord                                             // in choices: anything up to | ) and the end of the line
)

// tokens is the lexer as participle wants it.
type tokens struct{}

func (tokens) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{
		"EOF": lexer.EOF, "Other": tokenOther, "Ident": tokenIdent, "Raw": tokenRaw, "Quote": tokenQuote,
		"Escaped": tokenEscaped, "Text": tokenText, "Open": tokenOpen, "Close": tokenClose, "Punct": tokenPunct,
		"Choice": tokenChoice, "ChoiceEnd": tokenChoiceEnd, "Bar": tokenBar, "Word": tokenWord,
	}
}

func (t tokens) Lex(name string, r io.Reader) (lexer.Lexer, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return t.LexString(name, string(b))
}

func (t tokens) LexBytes(name string, b []byte) (lexer.Lexer, error) {
	return t.LexString(name, string(b))
}

func (tokens) LexString(name, s string) (lexer.Lexer, error) {
	return &lexing{rest: s, pos: lexer.Position{Filename: name, Line: 1, Column: 1}}, nil
}

// lexing is one text on its way through the lexer.
type lexing struct {
	rest  string
	pos   lexer.Position
	where place
}

// place is where in a text a token stands. Each lies within the one before.
type place uint8

const (
	outside place = iota
	inPattern
	inCapture
	inChoices
)

// Next gives the next token; after the last one the end, however often. It
// never fails: what is no token is one of its own, which no rule takes.
func (l *lexing) Next() (lexer.Token, error) {
	if l.where == outside {
		l.skip()
	}
	if l.rest == "" {
		return lexer.EOFToken(l.pos), nil
	}
	typ, n := l.token()
	t := lexer.Token{Type: typ, Value: l.rest[:n], Pos: l.pos}
	l.pass(n)
	return t, nil
}

func (l *lexing) pass(n int) {
	l.pos.Advance(l.rest[:n])
	l.rest = l.rest[n:]
}

// skip passes over blanks and remarks.
func (l *lexing) skip() {
	for {
		n := len(l.rest) - len(strings.TrimLeft(l.rest, " \t\r\n"))
		if n == 0 && strings.HasPrefix(l.rest, "#") {
			n = upTo(l.rest, "\n")
		}
		if n == 0 {
			return
		}
		l.pass(n)
	}
}

// token says what stands at the start of the rest and how long it is, and
// notes what begins or ends with it.
func (l *lexing) token() (lexer.TokenType, int) {
	s, c := l.rest, l.rest[0]
	switch l.where {
	case outside:
		switch {
		case isLetter(c):
			return tokenIdent, ident(s)
		case c == '`':
			if n := strings.IndexByte(s[1:], '`'); n >= 0 {
				return tokenRaw, n + 2
			}
		case c == '"':
			l.where = inPattern
			return tokenQuote, 1
		}
	case inPattern:
		switch c {
		case '\\':
			if _, n := utf8.DecodeRuneInString(s[1:]); n > 0 && s[1] != '\n' {
				return tokenEscaped, 1 + n
			}
		case '"':
			l.where = outside
			return tokenQuote, 1
		case '{':
			l.where = inCapture
			return tokenOpen, 1
		case '\n':
		default:
			return tokenText, upTo(s, "\"\\{\n")
		}
	case inCapture:
		switch {
		case c == '}':
			l.where = inPattern
			return tokenClose, 1
		case isLetter(c):
			return tokenIdent, ident(s)
		case c == ':' || c == '?':
			return tokenPunct, 1
		case c == '(':
			l.where = inChoices
			return tokenChoice, 1
		}
	case inChoices:
		switch c {
		case ')':
			l.where = inCapture
			return tokenChoiceEnd, 1
		case '|':
			return tokenBar, 1
		case '\n':
		default:
			return tokenWord, upTo(s, "|)\n")
		}
	}
	_, n := utf8.DecodeRuneInString(s)
	return tokenOther, n
}

// upTo is the length of s up to the first of some characters.
func upTo(s, chars string) int {
	if n := strings.IndexAny(s, chars); n >= 0 {
		return n
	}
	return len(s)
}

// ident is the length of the name that s begins with.
func ident(s string) int {
	n := 1
	for n < len(s) && (isLetter(s[n]) || s[n] >= '0' && s[n] <= '9' || s[n] == '_') {
		n++
	}
	return n
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

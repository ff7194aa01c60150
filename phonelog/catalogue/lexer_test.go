package catalogue

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/alecthomas/participle/v2/lexer"
)

// reference is the same lexer in the words of participle: what the tokens are
// by their regular expressions, and where each is looked for.
func reference(t testing.TB) *lexer.StatefulDefinition {
	t.Helper()
	lex, err := lexer.New(lexer.Rules{
		"Root": {
			{Name: "comment", Pattern: `#[^\n]*`},
			{Name: "space", Pattern: `[ \t\r\n]+`},
			{Name: "Ident", Pattern: `[A-Za-z][A-Za-z0-9_]*`},
			{Name: "Raw", Pattern: "`[^`]*`"},
			{Name: "Quote", Pattern: `"`, Action: lexer.Push("Pattern")},
			{Name: "Other", Pattern: `.|\n`},
		},
		"Pattern": {
			{Name: "Escaped", Pattern: `\\.`},
			{Name: "Quote", Pattern: `"`, Action: lexer.Pop()},
			{Name: "Open", Pattern: `\{`, Action: lexer.Push("Capture")},
			{Name: "Text", Pattern: `[^"\\{\n]+`},
			{Name: "Other", Pattern: `.|\n`},
		},
		"Capture": {
			{Name: "Close", Pattern: `\}`, Action: lexer.Pop()},
			{Name: "Ident", Pattern: `[A-Za-z][A-Za-z0-9_]*`},
			{Name: "Punct", Pattern: `[:?]`},
			{Name: "Choice", Pattern: `\(`, Action: lexer.Push("Choices")},
			{Name: "Other", Pattern: `.|\n`},
		},
		"Choices": {
			{Name: "ChoiceEnd", Pattern: `\)`, Action: lexer.Pop()},
			{Name: "Bar", Pattern: `\|`},
			{Name: "Word", Pattern: `[^|)\n]+`},
			{Name: "Other", Pattern: `.|\n`},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return lex
}

// sameTokens compares the tokens of a text: names, values and positions.
func sameTokens(t *testing.T, ref *lexer.StatefulDefinition, text string) {
	t.Helper()
	names, want := lexer.SymbolsByRune(tokens{}), lexer.SymbolsByRune(ref)
	a, err := tokens{}.LexString("x.tl", text)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ref.LexString("x.tl", text)
	if err != nil {
		t.Fatal(err)
	}
	for {
		x, err := a.Next()
		if err != nil {
			t.Fatal(err)
		}
		y, err := b.Next()
		if err != nil {
			t.Fatalf("%q: the reference: %v", text, err)
		}
		if names[x.Type] != want[y.Type] || x.Value != y.Value || x.Pos != y.Pos {
			t.Fatalf("%q: %s %q at %v, want %s %q at %v", text, names[x.Type], x.Value, x.Pos, want[y.Type], y.Value, y.Pos)
		}
		if x.EOF() {
			return
		}
	}
}

func TestTokens(t *testing.T) {
	ref := reference(t)
	for _, text := range []string{
		"", "event x", "# remark\n\tignore `a\nb` # c", "`open", "1 é ~\n", "#", "a_1b é",
		`"abc \" {x:int} {:one(a|b c)}? é" y`, `"\é\`, "\"\\\n\"", "\"a\nb", `"{a b:(|)}{é?:}`, "\"{:one(\n)", `"{x:one(a`, "\xff\"\xff\\\xff{\xff(\xff)",
		"\u00a0\"\u00a0", "\v",
	} {
		sameTokens(t, ref, text)
	}
}

func TestTokensOfCatalogues(t *testing.T) {
	ref := reference(t)
	found := 0
	for _, folder := range []string{"../messages", "../pasted/messages", "../../tvstrace/messages"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.tl"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			found++
			sameTokens(t, ref, string(text))
		}
	}
	if found == 0 {
		t.Error("no catalogue found")
	}
}

func FuzzTokens(f *testing.F) {
	ref := reference(f)
	f.Add("event x match \"a {n:one(b|c)}\" sample `a b` from `s` # remark\n")
	f.Add("\"\\\xff{(")
	f.Fuzz(func(t *testing.T, text string) { sameTokens(t, ref, text) })
}

func BenchmarkParse(b *testing.B) {
	text, err := os.ReadFile("../../tvstrace/messages/tvs.tl")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Parse("tvs.tl", text); err != nil {
			b.Fatal(err)
		}
	}
}

package evidence

import (
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Plain passes JSON on and writes characters that are not graphic (C1 controls,
// controls that reorder text, DEL, tags) as \u escapes, which decode to the same
// text: JSON leaves them as they are, and a terminal acts upon them. Every Write
// must hold whole characters, as those of [encoding/json.Encoder] do.
func Plain(w io.Writer) io.Writer { return plain{w} }

// AppendEscape appends a character as JSON's escape, \uXXXX or a pair of them.
func AppendEscape(b []byte, c rune) []byte {
	if hi, lo := utf16.EncodeRune(c); hi != unicode.ReplacementChar {
		return fmt.Appendf(b, `\u%04x\u%04x`, hi, lo)
	}
	return fmt.Appendf(b, `\u%04x`, c)
}

type plain struct{ w io.Writer }

func (p plain) Write(b []byte) (int, error) {
	var out []byte // nil while nothing had to be changed
	done := 0
	for i := 0; i < len(b); {
		c, n := rune(b[i]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRune(b[i:])
		}
		if c != '\n' && !unicode.IsGraphic(c) {
			out = append(out, b[done:i]...)
			out = AppendEscape(out, c)
			done = i + n
		}
		i += n
	}
	if out == nil {
		return p.w.Write(b)
	}
	if _, err := p.w.Write(append(out, b[done:]...)); err != nil {
		return 0, err
	}
	return len(b), nil
}

package lines

import (
	"bufio"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// decoded looks at the byte order mark: Windows editors save pasted logs as
// UTF-16. Text without a mark passes as it is, whatever its encoding; log
// lines hold raw bytes (TVS prints ReasonInfo as such).
func decoded(r io.Reader) io.Reader {
	br := bufio.NewReaderSize(r, 64<<10)
	mark, _ := br.Peek(3)
	switch {
	case len(mark) >= 3 && mark[0] == 0xEF && mark[1] == 0xBB && mark[2] == 0xBF:
		br.Discard(3)
	case len(mark) >= 2 && mark[0] == 0xFF && mark[1] == 0xFE:
		br.Discard(2)
		return &utf16Reader{r: br, order: binary.LittleEndian}
	case len(mark) >= 2 && mark[0] == 0xFE && mark[1] == 0xFF:
		br.Discard(2)
		return &utf16Reader{r: br, order: binary.BigEndian}
	}
	return br
}

// utf16Reader turns UTF-16 into UTF-8. A lone surrogate becomes U+FFFD, an odd
// byte at the end is dropped.
type utf16Reader struct {
	r     *bufio.Reader
	order binary.ByteOrder
	rest  []byte
	buf   [utf8.UTFMax]byte
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(u.rest) > 0 {
			k := copy(p[n:], u.rest)
			n, u.rest = n+k, u.rest[k:]
			continue
		}
		r, err := u.rune()
		if err != nil {
			if n > 0 {
				return n, nil
			}
			return 0, err
		}
		u.rest = u.buf[:utf8.EncodeRune(u.buf[:], r)]
	}
	return n, nil
}

func (u *utf16Reader) rune() (rune, error) {
	a, err := u.unit()
	if err != nil {
		return 0, err
	}
	if !utf16.IsSurrogate(rune(a)) {
		return rune(a), nil
	}
	b, err := u.r.Peek(2)
	if err != nil {
		return utf8.RuneError, nil
	}
	c := utf16.DecodeRune(rune(a), rune(u.order.Uint16(b)))
	if c != utf8.RuneError {
		u.r.Discard(2)
	}
	return c, nil
}

func (u *utf16Reader) unit() (uint16, error) {
	b, err := u.r.Peek(2)
	if len(b) < 2 {
		if err == nil {
			err = io.EOF
		}
		return 0, err
	}
	v := u.order.Uint16(b)
	u.r.Discard(2)
	return v, nil
}

package lines

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"trustline/phonelog/catalogue"
)

// decoded looks at the byte order mark: Windows editors save pasted logs as
// UTF-16. Text without a mark passes as it is, whatever its encoding (log lines
// hold raw bytes: TVS prints ReasonInfo as such), unless every other byte of
// its beginning is NUL: then the mark was lost. wide is nil unless the text is
// UTF-16.
func decoded(r io.Reader) (src io.Reader, wide *utf16Reader) {
	br := bufio.NewReaderSize(r, 64<<10)
	mark, _ := br.Peek(3)
	switch {
	case len(mark) >= 3 && mark[0] == 0xEF && mark[1] == 0xBB && mark[2] == 0xBF:
		br.Discard(3)
		return br, nil
	case len(mark) >= 2 && mark[0] == 0xFF && mark[1] == 0xFE:
		br.Discard(2)
		wide = &utf16Reader{r: br, order: binary.LittleEndian}
	case len(mark) >= 2 && mark[0] == 0xFE && mark[1] == 0xFF:
		br.Discard(2)
		wide = &utf16Reader{r: br, order: binary.BigEndian}
	default:
		order := unmarked(br)
		if order == nil {
			return br, nil
		}
		wide = &utf16Reader{r: br, order: order, unmarked: true}
	}
	return wide, wide
}

// unmarkedLen is how much of a beginning is looked at for a lost byte order
// mark: ASCII letters alternating with NULs, for longer than chance allows.
const unmarkedLen = 32

// unmarked gives the byte order of UTF-16 without a mark, nil for other text.
func unmarked(br *bufio.Reader) binary.ByteOrder {
	b, _ := br.Peek(unmarkedLen)
	if len(b) < unmarkedLen {
		return nil
	}
	nuls := [2]int{}
	for i := range b {
		if b[i] == 0 {
			nuls[i%2]++
		}
	}
	switch {
	case nuls[0] == 0 && nuls[1] == unmarkedLen/2:
		return binary.LittleEndian
	case nuls[1] == 0 && nuls[0] == unmarkedLen/2:
		return binary.BigEndian
	}
	return nil
}

// utf16Reader turns UTF-16 into UTF-8. A lone surrogate becomes U+FFFD, an odd
// byte at the end is dropped.
type utf16Reader struct {
	r        *bufio.Reader
	order    binary.ByteOrder
	unmarked bool
	lone     int  // surrogates without their other half
	odd      bool // a byte was left over at the end
	rest     []byte
	buf      [utf8.UTFMax]byte
}

// problems tells what of the text is guessed or lost.
func (u *utf16Reader) problems() (p []catalogue.Problem) {
	if u.unmarked {
		p = append(p, catalogue.Problem{Where: "encoding", What: "UTF-16 without a byte order mark: every other byte is NUL"})
	}
	if u.lone > 0 {
		p = append(p, catalogue.Problem{Where: "encoding", What: fmt.Sprintf("UTF-16: %d surrogates stand alone and are read as U+FFFD", u.lone)})
	}
	if u.odd {
		p = append(p, catalogue.Problem{Where: "encoding", What: "UTF-16 ends in the middle of a character: its last byte was not read"})
	}
	return p
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
		u.lone++
		return utf8.RuneError, nil
	}
	c := utf16.DecodeRune(rune(a), rune(u.order.Uint16(b)))
	if c != utf8.RuneError {
		u.r.Discard(2)
	} else {
		u.lone++
	}
	return c, nil
}

func (u *utf16Reader) unit() (uint16, error) {
	b, err := u.r.Peek(2)
	if len(b) < 2 {
		u.odd = u.odd || len(b) == 1
		if err == nil {
			err = io.EOF
		}
		return 0, err
	}
	v := u.order.Uint16(b)
	u.r.Discard(2)
	return v, nil
}

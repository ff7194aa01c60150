package secret

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// Bounds of Reader.
const (
	bufferSize = 128 << 10
	// maxKeyLine is the longest line of a private key that is looked at whole:
	// PEM writes 64 characters, some programs all in one line. What is longer
	// is blotted out as far as it goes.
	maxKeyLine = 32 << 10
	// maxMark is longer than any mark.
	maxMark = 64
)

var beginMark = []byte("PRIVATE KEY")

// Reader passes a text on with the private keys in it blotted out: every
// character between -----BEGIN ... PRIVATE KEY----- and -----END becomes an
// asterisk, ends of lines stay, so that lines and offsets keep their numbers.
// Each line of a key may have a head, as in a log; a key that ends early ends
// with the first line that does not look like one.
func Reader(r io.Reader) io.Reader { return &reader{r: r} }

type reader struct {
	r     io.Reader
	base  []byte // what buf lies in, without length
	buf   []byte // read, not handed out
	ready int    // bytes of buf that can be handed out
	err   error
	key   bool // inside a key
	same  bool // still in the line that it began in
	words int  // what stands before it in each line
}

func (r *reader) Read(p []byte) (int, error) {
	for r.ready == 0 {
		if r.err != nil && len(r.buf) == 0 {
			return 0, r.err
		}
		r.fill()
		r.advance()
	}
	n := copy(p, r.buf[:r.ready])
	r.buf = r.buf[n:]
	r.ready -= n
	return n, nil
}

func (r *reader) fill() {
	if r.err != nil {
		return
	}
	if cap(r.buf)-len(r.buf) < bufferSize/2 {
		if cap(r.base) < len(r.buf)+bufferSize {
			r.base = make([]byte, 0, len(r.buf)+2*bufferSize)
		}
		r.buf = append(r.base, r.buf...) // to its beginning
	}
	n, err := r.r.Read(r.buf[len(r.buf):cap(r.buf)])
	r.buf, r.err = r.buf[:len(r.buf)+n], err
	if n == 0 && err == nil {
		r.err = io.ErrNoProgress // a reader that gives nothing for ever
	}
}

// advance finds out how much may be handed out: whole lines, or of a line that
// does not end as much as holds no part of a mark.
func (r *reader) advance() {
	for r.ready < len(r.buf) {
		rest := r.buf[r.ready:]
		ended := r.err != nil
		n := bytes.LastIndexByte(rest, '\n') + 1
		switch {
		case ended:
			n = len(rest)
		case n == 0 && len(rest) < maxKeyLine:
			return
		case n == 0:
			n = len(rest) - maxMark
		}
		switch {
		case r.same:
			r.ready += r.tail(rest[:n])
		case r.key:
			if end := bytes.IndexByte(rest[:n], '\n') + 1; end > 0 {
				n = end
			}
			r.line(rest[:n])
			r.ready += n
		default:
			r.ready += r.text(rest, n)
		}
	}
}

// text passes over what is no key, n bytes at most, up to the first one.
func (r *reader) text(b []byte, n int) int {
	i := bytes.Index(b[:n], beginMark)
	if i < 0 {
		return n
	}
	from := bytes.LastIndexByte(b[:i], '\n') + 1
	begin := bytes.LastIndex(b[from:i], []byte("-----BEGIN"))
	behind := b[i+len(beginMark):]
	end := bytes.Index(behind[:min(len(behind), maxMark/2)], []byte("-----"))
	if begin < 0 || end < 0 || bytes.Contains(b[from+begin+5:i], []byte("-----")) || bytes.ContainsRune(behind[:end], '\n') {
		return i + len(beginMark)
	}
	r.words = len(bytes.Fields(b[from : from+begin]))
	r.key, r.same = true, true
	return i + len(beginMark) + end + 5
}

// tail blots out what follows the mark in its line.
func (r *reader) tail(b []byte) int {
	n, line := len(b), bytes.IndexByte(b, '\n')
	if line >= 0 {
		n = line
	}
	if end := bytes.Index(b[:n], []byte("-----END")); end >= 0 {
		blot(b[:end])
		r.key, r.same = false, false
		return end + len("-----END")
	}
	blot(b[:n])
	if line >= 0 {
		r.same = false
		n++
	}
	return n
}

// line looks at one line behind the mark.
func (r *reader) line(line []byte) {
	if i := bytes.Index(line, []byte("-----END")); i >= 0 {
		blot(line[:i])
		r.key = false
		return
	}
	words := bytes.Fields(line)
	switch n := len(words); {
	case n == 0 || n == r.words: // between the headers of a key and its body
	case n == r.words+1 && base64(words[n-1]), len(words) > r.words && pemHeader(words[r.words]):
		blot(line)
	case n == 1 && base64(words[0]): // lines without the head that the first had
		blot(line)
	default:
		r.key = false
	}
}

// base64 tells that a word can be a part of a key.
func base64(w []byte) bool {
	return !bytes.ContainsFunc(w, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune("+/=\\\"',", c)
	})
}

// pemHeader knows the headers of RFC 1421, and of OpenPGP.
func pemHeader(w []byte) bool {
	switch string(w) {
	case "Proc-Type:", "DEK-Info:", "Version:", "Comment:", "Charset:", "Hash:", "X-Info:":
		return true
	}
	return false
}

// blot overwrites everything but the ends of lines.
func blot(b []byte) {
	for i, c := range b {
		if c != '\n' && c != '\r' {
			b[i] = '*'
		}
	}
}

// errEnded is never given out: it marks texts in memory, which are all there.
var errEnded = errors.New("secret: end of text")

// Blot does the same to a text in memory.
func Blot(text []byte) {
	r := &reader{buf: text, err: errEnded}
	r.advance()
}

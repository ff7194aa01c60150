package gather

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"unicode/utf8"

	"trustline/correlate/evidence"
	"trustline/dissect/trustlist"
)

// captureMagics are the first four bytes of captures, as both byte orders
// write them: classic with micro- and nanoseconds, modified, and pcapng.
var captureMagics = []uint32{
	0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0xa1b2cd34, 0x34cdb2a1,
	0xa1e2cb12, 0x12cbe2a1, 0x0a0d0d0a, 0x1c0001ac, 0xac01001c, 0x1c0001ab, 0xab01001c,
}

// sniff recognises an input by its first bytes: capture, list, evidence, text,
// empty or unknown.
func sniff(head []byte) string {
	switch {
	case len(head) == 0:
		return KindEmpty
	case isCapture(head):
		return "capture"
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		if inner := gunzipHead(head); isCapture(inner) {
			return "capture"
		}
		return KindUnknown
	case trustlist.Detect(head):
		return "list"
	case bytes.HasPrefix(head, []byte(`{"schema":"`+evidence.Schema)):
		return "evidence"
	case looksLikeText(head):
		return "text"
	}
	return KindUnknown
}

func isCapture(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	m := binary.BigEndian.Uint32(head)
	for _, want := range captureMagics {
		if m == want {
			return true
		}
	}
	return false
}

// gunzipHead decodes the first bytes of a gzip stream, as far as they go.
func gunzipHead(head []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return nil
	}
	out := make([]byte, 64)
	n, _ := io.ReadFull(z, out)
	return out[:n]
}

// looksLikeText tells that an input may be a log. Traces hold raw bytes here
// and there (ReasonInfo prints them), and one pasted from Windows may be
// UTF-16, so text means: nearly all bytes are printable, or a UTF-16 mark.
func looksLikeText(head []byte) bool {
	if isUTF16(head) {
		return true
	}
	odd := 0
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && n == 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != 0x1b {
			odd++
		}
		head = head[n:]
		if odd > 64 {
			return false
		}
	}
	return true
}

// isUTF16 recognises the byte order mark that Windows editors write, and text
// that lost it: ASCII with every other byte NUL, as package lines reads it.
func isUTF16(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return true
	}
	const enough = 32
	if len(head) < enough {
		return false
	}
	nuls := [2]int{}
	for i, c := range head[:enough] {
		if c == 0 {
			nuls[i%2]++
		}
	}
	return nuls == [2]int{0, enough / 2} || nuls == [2]int{enough / 2, 0}
}

// utf8Mark is what Windows editors put before UTF-8.
const utf8Mark = "\xef\xbb\xbf"

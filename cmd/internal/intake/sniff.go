package intake

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// format is what a file is to the intake.
type format uint8

const (
	plain format = iota // anything that is no archive
	gzipped
	zipped
	tarred
	foreign // an archive that has to be unpacked by other means
)

// foreignMagics are packers that trustline does not unpack.
var foreignMagics = []struct{ magic, name string }{
	{"7z\xbc\xaf\x27\x1c", "7z"},
	{"Rar!\x1a\x07", "rar"},
	{"\xfd7zXZ\x00", "xz"},
	{"BZh", "bzip2"},
	{"\x28\xb5\x2f\xfd", "zstd"},
	{"\x04\x22\x4d\x18", "lz4"},
	{"MSCF\x00\x00\x00\x00", "cab"},
	{"\x1f\x9d", "compress (.Z)"},
}

// sniff recognises an archive by its first bytes.
//
//	gzip   1f 8b 08                           RFC 1952, section 2.3.1
//	zip    "PK" 03 04, empty "PK" 05 06       APPNOTE.TXT, section 4.3
//	tar    header of 512 bytes, checksum at 148
func sniff(head []byte) (format, string) {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8}):
		return gzipped, "gzip"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return zipped, "zip"
	case isTar(head):
		return tarred, "tar"
	}
	for _, f := range foreignMagics {
		if bytes.HasPrefix(head, []byte(f.magic)) && (f.name != "bzip2" || len(head) > 9 && bytes.Equal(head[4:10], []byte("1AY&SY"))) {
			return foreign, f.name
		}
	}
	return plain, ""
}

// isEmptyTar recognises a tar archive without members: two blocks of NUL, or a
// whole record of 20 as tar writes it.
func isEmptyTar(h []byte, size int64) bool {
	return (size == 1024 || size == 10240) && len(bytes.Trim(h, "\x00")) == 0
}

// isTar checks the sum of the header's bytes, its own field taken as blanks
// (POSIX.1-1988, ustar): that holds for the old formats without a magic too.
func isTar(h []byte) bool {
	if len(h) < 512 || h[0] == 0 {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(h[148:156]), " \x00"), 8, 32)
	if err != nil {
		return false
	}
	var sum, signed int64
	for i, c := range h[:512] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int64(c)
		signed += int64(int8(c)) // some old programs summed signed bytes
	}
	return want == sum || want == signed
}

// gunzipHead unpacks the beginning of a gzip stream, as far as head goes.
func gunzipHead(head []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return nil
	}
	out := make([]byte, 512)
	n, _ := io.ReadFull(z, out) // the stream is cut by the length of head
	return out[:n]
}

// captureMagics are the first bytes of a capture, in the byte order of either
// machine: classic with micro- and nanoseconds, modified, and pcapng.
var captureMagics = []uint32{0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0xa1b2cd34, 0x34cdb2a1, 0x0a0d0d0a}

// isCapture tells that a compressed file is to be handed on as it is.
func isCapture(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	for _, m := range captureMagics {
		if binary.BigEndian.Uint32(head) == m {
			return true
		}
	}
	return false
}

package intake

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"
)

// localHeader is what stands before each member of a zip archive
// (APPNOTE.TXT, section 4.3.7), little endian:
//
//	offset  0  4  signature "PK" 03 04
//	        4  2  version needed
//	        6  2  flags: bit 0 encrypted, bit 3 sizes follow the data
//	        8  2  compression method
//	       10  4  time and date
//	       14  4  CRC-32
//	       18  4  compressed size      ffffffff: in the zip64 extra field
//	       22  4  uncompressed size
//	       26  2  n, length of the name
//	       28  2  m, length of the extra field
//	       30  n  name
//	     30+n  m  extra field
const localHeader = 30

// salvage reads the members of a zip archive that has lost its directory, from
// one local header to the next. Checksums are not compared: the member that
// was cut could not pass, and what came before it is wanted.
func (w *walker) salvage(n node, file io.Reader) error {
	br := bufio.NewReader(file)
	seen := names{}
	last := ""
	stop := func(why string) error {
		return w.problem(n.name, Problem{Kind: KindArchive, Where: after(last), What: "zip: " + why})
	}
	for i := 0; ; i++ {
		if i == maxMembers {
			return w.problem(n.name, tooMany(last))
		}
		h := make([]byte, localHeader)
		if _, err := io.ReadFull(br, h); err != nil || string(h[:4]) != "PK\x03\x04" {
			if i > 0 && (err == io.EOF || string(h[:2]) == "PK") { // the end, or what is left of the directory
				return nil
			}
			return stop("no member begins here")
		}
		le := binary.LittleEndian
		flags, method := le.Uint16(h[6:]), le.Uint16(h[8:])
		size := int64(le.Uint32(h[18:]))
		text := make([]byte, int(le.Uint16(h[26:]))+int(le.Uint16(h[28:])))
		if _, err := io.ReadFull(br, text); err != nil {
			return stop("ends within the header of a member")
		}
		name, extra := string(text[:le.Uint16(h[26:])]), text[le.Uint16(h[26:]):]
		if size == 0xffffffff {
			size = zip64Size(extra)
		}
		last = name
		full := seen.take(n.name, name)
		streamed := flags&8 != 0 && size == 0
		if why := closed(flags, method); why != "" || streamed && method == zip.Store || size < 0 {
			if why == "" {
				why = "zip: the length of the member is not known"
			}
			if err := w.problem(full, Problem{Kind: KindArchive, What: why}); err != nil {
				return err
			}
			if streamed || size < 0 {
				return stop("the next member cannot be found")
			}
			if _, err := io.CopyN(io.Discard, br, size); err != nil {
				return stop("ends early")
			}
			continue
		}
		data := io.Reader(br)
		if !streamed {
			data = &exactly{br, size}
		}
		content := data
		if method == zip.Deflate {
			content = flate.NewReader(data)
		}
		content = &failed{r: content}
		if len(name) > 0 && name[len(name)-1] != '/' {
			c := node{name: full, size: -1, depth: n.depth + 1, once: true, open: once(content), hints: hintsOf(full)}
			if err := w.enter(c); err != nil {
				return err
			}
		}
		if _, err := io.Copy(io.Discard, metered{content, w.budget}); errors.Is(err, errBudget) {
			return err
		} else if err != nil {
			return stop(err.Error())
		}
		if _, err := io.Copy(io.Discard, rest(data, streamed)); err != nil {
			return stop("ends early")
		}
		if flags&8 != 0 {
			descriptor(br, le)
		}
	}
}

// zip64Size finds the compressed size in the extra field of a local header
// (section 4.5.3): id 1, length, uncompressed and compressed size of 8 bytes.
func zip64Size(extra []byte) int64 {
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		extra = extra[4:]
		if n > len(extra) {
			break
		}
		if id == 1 && n >= 16 {
			if s := binary.LittleEndian.Uint64(extra[8:]); s < 1<<62 {
				return int64(s)
			}
		}
		extra = extra[n:]
	}
	return -1
}

// exactly reads n bytes; fewer are an error. It is a ByteReader, so that
// nothing beyond is taken.
type exactly struct {
	r *bufio.Reader
	n int64
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.n)])
	e.n -= int64(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (e *exactly) ReadByte() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(e, b[:])
	return b[0], err
}

// rest is what of a member's packed bytes the decompressor left.
func rest(data io.Reader, streamed bool) io.Reader {
	if streamed { // deflate knows its own end
		return io.LimitReader(data, 0)
	}
	return data
}

// failed gives the error that ended a member again on every further read, and
// words it.
type failed struct {
	r   io.Reader
	err error
}

func (f *failed) Read(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("intake: zip: the member ends early: %w", io.ErrUnexpectedEOF)
		}
	}
	f.err = err
	return n, err
}

// descriptor skips the sizes that follow a member (section 4.3.9): CRC-32 and
// two sizes of 4 or 8 bytes, with or without the signature "PK" 07 08. Which it
// is shows in where the next "PK" stands.
func descriptor(br *bufio.Reader, le binary.ByteOrder) {
	head, _ := br.Peek(26)
	at := 0
	if len(head) >= 4 && le.Uint32(head) == 0x08074b50 {
		at = 4
	}
	for _, n := range []int{at + 12, at + 20} {
		if len(head) >= n+2 && string(head[n:n+2]) == "PK" || len(head) == n {
			br.Discard(n)
			return
		}
	}
	br.Discard(min(at+12, len(head)))
}

package tvstrace

import "encoding/binary"

// Three kinds of lines make up nine tenths of a detailed trace. They have a
// fixed form, so that they are recognised by comparing words, before a line's
// end is looked for:
//
//	0            13        22
//	HH:MM:SS.mmm |-->debug                           a bracket
//	HH:MM:SS.mmm |<--debug
//	HH:MM:SS.mmm |   debug 57 01 03 00 00 00 03 e9   a row of a dump: 46 bytes
//
// Whatever differs by a byte goes the long way and is judged there.
const (
	bracketLen = 22
	rowFrom    = 23
	rowBytes   = 8
	rowLen     = rowFrom + 3*rowBytes - 1
)

var (
	wordIn    = binary.LittleEndian.Uint64([]byte("-->debug"))
	wordOut   = binary.LittleEndian.Uint64([]byte("<--debug"))
	wordDebug = binary.LittleEndian.Uint64([]byte("   debug"))
)

// fast takes the first line of data when it is one of the three, and tells how
// many bytes it has with its end, 0 when it is none.
func (c *chunk) fast(n int32, data []byte) int {
	if len(data) < bracketLen+2 || data[13] != '|' {
		return 0
	}
	switch binary.LittleEndian.Uint64(data[14:]) {
	case wordIn, wordOut:
		if data[2] != ':' || data[5] != ':' || data[8] != '.' || data[12] != ' ' {
			return 0
		}
		size := lineEnd(data, bracketLen)
		if size > 0 {
			c.ignored++
			c.detailed = true
		}
		return size
	case wordDebug:
		if len(data) >= rowLen+2 && data[22] == ' ' && data[25] == ' ' && data[12] == ' ' {
			return c.fastRow(n, data)
		}
	}
	return 0
}

// lineEnd gives the length of a line of n bytes with its LF or CR LF, 0 when
// it does not end there.
func lineEnd(data []byte, n int) int {
	switch {
	case data[n] == '\n':
		return n + 1
	case data[n] == '\r' && data[n+1] == '\n':
		return n + 2
	}
	return 0
}

// fastRow takes a full row of a dump.
func (c *chunk) fastRow(n int32, data []byte) int {
	size := lineEnd(data, rowLen)
	if size == 0 {
		return 0
	}
	row := (*[rowLen - rowFrom + 1]byte)(data[rowFrom:]) // with its end
	var b [rowBytes]byte
	bad := byte(0)
	for i := range rowBytes {
		hi, lo := nibble[row[3*i]], nibble[row[3*i+1]]
		bad |= hi | lo
		b[i] = hi<<4 | lo
	}
	for i := range rowBytes - 1 {
		if row[3*i+2] != ' ' {
			return 0
		}
	}
	if bad > 0x0F {
		return 0
	}
	// Rows of one dump nearly always share their millisecond.
	hour, milli := binary.LittleEndian.Uint64(data), binary.LittleEndian.Uint32(data[8:])
	if hour != c.stampHour || milli != c.stampMilli || c.first < 0 {
		at, ok := clock(data)
		if !ok {
			return 0
		}
		h := head{at: at}
		c.stampHour, c.stampMilli = hour, milli
		c.note(n, data[:size], &h)
	}
	c.detailed = true
	from := len(c.hex)
	c.hex = append(c.hex, b[:]...)
	if k := len(c.records); k > 0 && c.records[k-1].kind == formHex {
		r := &c.records[k-1]
		r.to, r.end = int32(len(c.hex)), n
		r.rows++
		return size
	}
	c.add(record{kind: formHex, line: n, end: n, rows: 1, at: c.last, conn: -1, from: int32(from), to: int32(len(c.hex)), raw: data[:rowLen]})
	return size
}

// nibble is the value of a hex digit, with high bits set for any other byte.
var nibble = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xF0
	}
	for i := range 10 {
		t['0'+i] = byte(i)
	}
	for i := range 6 {
		t['a'+i], t['A'+i] = byte(10+i), byte(10+i)
	}
	return t
}()

package tvstrace

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"

	"trustline/phonelog/lines"
)

// A dump is a hex dump in the making. Its length stands on a line of its own,
// the bytes follow eight to a line; authors cut them after a few lines.
//
//	18:01:06.345 | debug 8:UNKNOWN:Incoming Phone Msg:
//	HEX_DUMP: Len = 153:
//	18:01:06.345 | debug 57 01 03 00 00 00 03 e9
//	18:01:06.345 | debug 00 8f 01 00 18 01 43 50
type dump struct {
	next  purpose // what the next dump holds
	what  purpose // what the open one holds
	open  bool
	len   int
	bytes []byte
	text  []byte // for hex
	end   int    // its last line
}

// hex gives the bytes as text, with one allocation.
func (d *dump) hex() string {
	d.text = slices.Grow(d.text[:0], 2*len(d.bytes))[:2*len(d.bytes)]
	for i, b := range d.bytes {
		binary.LittleEndian.PutUint16(d.text[2*i:], hexPair[b])
	}
	return string(d.text)
}

// hexPair is the two hex digits of a byte; certificates are dumped whole, so
// that a trace has more of them than of anything else.
var hexPair = func() (t [256]uint16) {
	for i := range t {
		t[i] = binary.LittleEndian.Uint16(hex.AppendEncode(nil, []byte{byte(i)}))
	}
	return t
}()

// purpose is what a dump holds, as the line before it says.
type purpose uint8

const (
	dumpNone purpose = iota
	dumpRequest
	dumpCert
	dumpTTL
	dumpSent
	dumpCAPF
)

// begin opens a dump.
func (x *session) begin(r *record, line int) {
	n, _ := strconv.Atoi(string(r.m.Get("len")))
	x.dump = dump{what: x.dump.next, open: true, len: n, bytes: x.dump.bytes[:0], text: x.dump.text, end: line}
	switch q := x.query; {
	case q == nil:
	case x.dump.what == dumpRequest:
		q.requestBytes = n
		q.end = line
	case x.dump.what == dumpSent:
		q.responseBytes = n
		q.end = line
		x.extend(q.response(), line, "msg_len", strconv.Itoa(n))
	case x.dump.what == dumpCert:
		x.extend(q.response(), line, "cert_len", strconv.Itoa(n))
	}
}

// rows adds lines of a dump; false when none is open.
func (x *session) rows(b []byte, end int) bool {
	if !x.dump.open {
		return false
	}
	x.dump.end = end
	x.dump.bytes = append(x.dump.bytes, b[:min(len(b), maxHex-len(x.dump.bytes))]...)
	return true
}

// finishDump closes the open dump and uses it.
func (x *session) finishDump() {
	d := &x.dump
	if !d.open {
		return
	}
	d.open = false
	if d.what == dumpCAPF && len(d.bytes) > 0 {
		x.capfHex = d.hex()
		return
	}
	q := x.query
	if q == nil || len(d.bytes) == 0 {
		return
	}
	q.end = max(q.end, d.end)
	switch d.what {
	case dumpRequest:
		q.hex = d.hex()
		q.client = clientName(d.bytes)
		if phone := lines.Device(q.client); phone != "" {
			q.phone = phone
			if c := x.conns[q.conn]; c != nil {
				c.phone = phone
			}
		}
	case dumpSent:
		q.responseHex = d.hex()
		q.status = statusOf(d.bytes)
	case dumpTTL:
		if len(d.bytes) == 4 {
			b := d.bytes
			q.ttl = strconv.Itoa(int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3]))
			x.extend(q.response(), d.end, "ttl", q.ttl)
		}
	}
}

// statusOf reads the first item of an answer, 07 00 01 and a byte:
//
//	57 01 04 f7 00 00 03 e9 05 be | 07 00 01 00
//	prot  type  session     length  status: 0 found, 1 not found
//
// (Cisco TechNote 213407; the values as measured with usecallmanager.nz tvsd.)
// Another item in its place, or another value, gives "".
func statusOf(b []byte) string {
	if len(b) < 14 || b[0] != 0x57 || b[2] != 2 && b[2] != 4 || b[10] != 7 || b[11] != 0 || b[12] != 1 || b[13] > 1 {
		return ""
	}
	return strconv.Itoa(int(b[13]))
}

// clientName finds the name under which the phone asks, "CP-8861-SEPB000B4BA0AEE",
// the only place where a TVS trace names the phone.
func clientName(b []byte) string {
	i := bytes.Index(b, []byte("CP-"))
	if i < 0 {
		return ""
	}
	j := i
	for j < len(b) && (isDigit(b[j]) || isLetter(b[j]) || b[j] == '-' || b[j] == '_') && j-i < 64 {
		j++
	}
	name := string(b[i:j])
	if lines.Device(name) == "" {
		return ""
	}
	return name
}

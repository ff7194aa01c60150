package tls

import "encoding/binary"

// A record (RFC 5246 section 6.2.1):
//
//	+------+-------+-------+--------+----------------------+
//	| type | version       | length | fragment             |
//	| 1    | 2 (3, 0 to 4) | 2      | up to 2^14 + 2048    |
//	+------+-------+-------+--------+----------------------+
//
// The first record of a client may be a ClientHello in SSL 2.0 form instead,
// see ssl2.go.

const headerLength = 5

// side is one direction of a connection.
type side struct {
	server bool
	state  state
	mark   Mark // latest frame of the octets being read

	buf       []byte // header and body of the record being read
	want      int    // length of that record with its header, 0 before it is known
	skip      int    // octets of the record's body to pass over
	skipType  uint8
	skipLen   int
	encrypted bool // ChangeCipherSpec was sent
	uncertain bool // octets are missing: ChangeCipherSpec may have been among them
	finished  bool // the encrypted message after ChangeCipherSpec was seen

	alertHead []byte // first octet of an alert whose second one is in the next record

	hs      []byte // handshake octets that are not yet a whole message
	hsSkip  int    // octets of an oversized message to pass over
	hsMark  Mark   // frame of the latest octets in hs
	hsGuess bool   // octets are missing: the next record may begin inside a message
}

type state uint8

const (
	stateStart   state = iota // nothing seen yet: TLS must begin here
	stateLost                 // somewhere in the stream: a record must be found
	stateRecord               // at a record's header or inside a record
	stateForeign              // not TLS
)

func (d *side) name() string {
	if d.server {
		return "server"
	}
	return "client"
}

// startUnknown makes the side look for a record wherever its data begins.
func (d *side) startUnknown() {
	d.state = stateLost
	d.uncertain, d.hsGuess = true, true
}

// plausible reports whether b, of at least headerLength octets, can be the
// header of a record.
func plausible(b []byte) bool {
	n := int(binary.BigEndian.Uint16(b[3:]))
	return b[0] >= recordChangeCipherSpec && b[0] <= recordHeartbeat &&
		b[1] == 3 && b[2] <= 4 && n <= maxRecord &&
		(n > 0 || b[0] == recordApplicationData)
}

// read takes the octets b of one frame.
func (s *Stream) read(d *side, b []byte, m Mark) {
	if m.Frame >= d.mark.Frame { // behind a segment that came late
		d.mark = m
	}
	for len(b) > 0 {
		switch d.state {
		case stateStart:
			b = s.begin(d, b)
		case stateLost:
			b = s.find(d, b)
		case stateForeign:
			s.moreForeign(b)
			return
		default:
			b = s.readRecord(d, b)
		}
	}
}

// begin decides by the first octets of a side what it speaks.
func (s *Stream) begin(d *side, b []byte) []byte {
	had := len(d.buf)
	d.buf = append(d.buf, b[:min(len(b), max(0, headerLength-had))]...)
	if len(d.buf) < headerLength {
		if len(d.buf) > 0 && !mayBegin(d.buf) {
			s.foreign(d, b[len(d.buf)-had:])
		}
		return nil
	}
	switch {
	case plausible(d.buf):
		d.state = stateRecord
	case !d.server && isSSL2Hello(d.buf):
		s.ssl2 = true
		d.state = stateRecord
	case d.server && s.ssl2 && isSSL2ServerHello(d.buf):
		s.version = versionSSL2
		s.foreign(d, b[len(d.buf)-had:])
		return nil
	default:
		s.foreign(d, b[len(d.buf)-had:])
		return nil
	}
	return b[len(d.buf)-had:]
}

// mayBegin reports whether fewer octets than a header can begin TLS.
func mayBegin(b []byte) bool {
	if b[0]&0x80 != 0 {
		return len(b) < 3 || b[2] == 1 || b[2] == 4
	}
	return b[0] >= recordChangeCipherSpec && b[0] <= recordHeartbeat && (len(b) < 2 || b[1] == 3)
}

// find looks for the next record. Segments mostly begin with one, so that the
// start of b is tried first. Elsewhere a header counts only when the version
// fits what is known and the record is followed by another one or by the end
// of b, because encrypted octets look like a header now and then.
func (s *Stream) find(d *side, b []byte) []byte {
	for at := 0; at+headerLength <= len(b); at++ {
		if !plausible(b[at:]) || !s.versionFits(b[at+1:]) {
			continue
		}
		next := at + headerLength + int(binary.BigEndian.Uint16(b[at+3:]))
		if at > 0 && next != len(b) && (next+headerLength > len(b) || !plausible(b[next:])) {
			continue
		}
		if at == 0 && next+headerLength <= len(b) && !plausible(b[next:]) {
			continue
		}
		d.state = stateRecord
		d.buf, d.want = d.buf[:0], 0
		return b[at:]
	}
	return nil
}

// versionFits compares a record's version with that of the ServerHello. TLS
// 1.3 writes 1.2 into its records, and 1.0 into the first one.
func (s *Stream) versionFits(b []byte) bool {
	if s.version == 0 || s.version > versionTLS12 {
		return true
	}
	return binary.BigEndian.Uint16(b) == s.version
}

// readRecord reads on in the current record and returns what follows it.
// Encrypted bodies are passed over, all others gathered until they are whole.
func (s *Stream) readRecord(d *side, b []byte) []byte {
	if d.skip > 0 {
		n := min(d.skip, len(b))
		d.skip -= n
		if d.skip == 0 {
			s.passed(d)
		}
		return b[n:]
	}
	if d.want == 0 {
		n := min(headerLength-len(d.buf), len(b))
		d.buf = append(d.buf, b[:n]...)
		b = b[n:]
		if len(d.buf) < headerLength {
			return nil
		}
		switch {
		case plausible(d.buf):
			d.want = headerLength + int(binary.BigEndian.Uint16(d.buf[3:]))
		case !d.server && s.ssl2 && isSSL2Hello(d.buf) && len(s.h.Steps) == 0:
			d.want = ssl2Length(d.buf)
		default:
			s.problem("%s: no record where one should begin in frame %d (% x)", d.name(), d.mark.Frame, d.buf)
			d.buf, d.want = d.buf[:0], 0
			s.flush(d, "not followed by a record")
			d.startUnknown()
			return b
		}
		if t := d.buf[0]; s.hides(d, t) {
			d.skipType, d.skipLen = t, d.want-headerLength
			d.skip = d.skipLen
			d.buf, d.want = d.buf[:0], 0
			if d.skip == 0 {
				s.passed(d)
			}
			return b
		}
	}
	n := min(d.want-len(d.buf), len(b))
	d.buf = append(d.buf, b[:n]...)
	if len(d.buf) == d.want {
		s.whole(d)
		d.buf, d.want = d.buf[:0], 0
	}
	return b[n:]
}

// hides reports whether a record of this type cannot be read.
func (s *Stream) hides(d *side, t uint8) bool {
	switch t {
	case recordApplicationData, recordHeartbeat:
		return true
	case recordHandshake:
		return d.encrypted
	}
	return false
}

// passed accounts for a record that was passed over.
func (s *Stream) passed(d *side) {
	switch d.skipType {
	case recordApplicationData:
		s.applicationData(d, d.skipLen)
	case recordHandshake:
		s.encryptedHandshake(d, d.skipLen)
	case recordHeartbeat:
		s.step(d, d.mark, "heartbeat", 'b', d.skipLen)
	}
}

// whole reads the record in d.buf.
func (s *Stream) whole(d *side) {
	if d.buf[0]&0x80 != 0 {
		s.ssl2Hello(d, d.buf[2:])
		return
	}
	body := d.buf[headerLength:]
	if d.buf[0] != recordAlert {
		s.halfAlert(d)
	}
	switch d.buf[0] {
	case recordChangeCipherSpec:
		s.changeCipherSpec(d, len(body))
	case recordAlert:
		s.alert(d, body)
	case recordHandshake:
		s.handshake(d, body)
	}
	if cap(d.buf) > 4096 { // a chain came by: most connections end soon after
		d.buf = nil
	}
}

// halfAlert tells of an alert whose second octet did not come.
func (s *Stream) halfAlert(d *side) {
	if len(d.alertHead) == 0 {
		return
	}
	d.alertHead = nil
	s.problem("%s: alert of one octet before frame %d", d.name(), d.mark.Frame)
}

// lose accounts for n missing octets.
func (s *Stream) lose(d *side, n int64, m Mark) {
	s.halfAlert(d)
	d.uncertain = true
	switch {
	case d.state == stateForeign:
		return
	case d.state == stateRecord && d.skip > 0 && n <= int64(d.skip):
		d.skip -= int(n)
		if d.skip == 0 {
			s.passed(d)
		}
		return
	case d.state == stateRecord && d.want > 0:
		left := d.want - len(d.buf)
		s.partial(d)
		if n <= int64(left) {
			d.skip, d.skipType, d.skipLen = left-int(n), 0, 0
			d.hsGuess = true
			return
		}
	case d.state == stateRecord && d.skip > 0:
		s.passed(d)
	}
	s.flush(d, "interrupted by missing octets")
	d.buf, d.want, d.skip = d.buf[:0], 0, 0
	d.startUnknown()
}

// partial reads what there is of an unfinished record.
func (s *Stream) partial(d *side) {
	if len(d.buf) > headerLength && d.want > 0 {
		switch d.buf[0] {
		case recordHandshake:
			s.handshake(d, d.buf[headerLength:])
		default:
			if !d.server && d.buf[0]&0x80 != 0 {
				s.ssl2Hello(d, d.buf[2:])
			}
		}
	}
	d.buf, d.want = d.buf[:0], 0
	s.flush(d, "cut short")
}

// finish reads what is left when nothing more comes.
func (s *Stream) finish(d *side) {
	s.halfAlert(d)
	switch d.state {
	case stateStart:
		if len(d.buf) > 0 {
			s.problem("%s: only %d octets (% x)", d.name(), len(d.buf), d.buf)
		}
	case stateRecord:
		if d.skip > 0 {
			s.passed(d)
		}
		s.partial(d)
	}
	d.buf, d.hs = nil, nil
}

package register

import "encoding/binary"

// SCCPStream divides one direction of a connection into messages. The zero
// SCCPStream is ready. It holds at most one message of 8 KiB.
type SCCPStream struct {
	Messages int // all, decoded or not
	Problems []string

	buf  []byte // of the message that is being gathered
	skip int    // octets of the current message that are passed over
	lost bool   // the next octets begin a message only when they begin a segment
}

// Data takes the next octets, as one segment brought them, and returns the
// messages that are whole now. Messages about calls are passed over.
func (s *SCCPStream) Data(b []byte) []*SCCP {
	var out []*SCCP
	if s.lost {
		if len(b) < sccpHeader || !plausible(b) {
			return nil
		}
		s.lost = false
	}
	for len(b) > 0 {
		if s.skip > 0 {
			n := min(s.skip, len(b))
			s.skip -= n
			b = b[n:]
			continue
		}
		if len(s.buf) < sccpHeader {
			n := min(sccpHeader-len(s.buf), len(b))
			s.buf, b = append(s.buf, b[:n]...), b[n:]
			if len(s.buf) < sccpHeader {
				break
			}
			if !plausible(s.buf) {
				note(&s.Problems, "sccp: % x is no header, looking for the next", s.buf)
				s.reset()
				return out
			}
		}
		total, keep := 8+int(binary.LittleEndian.Uint32(s.buf)), sccpHeader
		if s.wanted() {
			keep = min(total, maxKept)
		}
		n := min(keep-len(s.buf), len(b))
		s.buf, b = append(s.buf, b[:n]...), b[n:]
		if len(s.buf) < keep {
			break
		}
		s.Messages++
		s.skip = total - keep
		if s.wanted() {
			out = append(out, s.decode())
		}
		if s.buf = s.buf[:0]; cap(s.buf) > 256 {
			s.buf = nil // a connection is idle most of the time
		}
	}
	return out
}

// wanted tells that the message whose header is in buf is one that is decoded.
func (s *SCCPStream) wanted() bool {
	_, ok := sccpNames[SCCPID(binary.LittleEndian.Uint32(s.buf[8:]))]
	return ok
}

// decode reads the gathered message, whose header is plausible.
func (s *SCCPStream) decode() *SCCP {
	m, _ := ParseSCCP(s.buf) // a plausible header is its only condition
	if m.Cut {
		note(&m.Problems, "message of %d octets, the first %d are read", m.Length, len(s.buf))
	}
	return m
}

// Lost tells that n octets are missing, or an unknown number when n is
// negative. A gap inside a message that is passed over does no harm; after any
// other the stream is picked up at the next segment that begins a message.
func (s *SCCPStream) Lost(n int64) {
	if n >= 0 && n <= int64(s.skip) {
		s.skip -= int(n)
		return
	}
	note(&s.Problems, "sccp: octets are missing")
	s.reset()
}

func (s *SCCPStream) reset() {
	s.buf, s.skip, s.lost = nil, 0, true
}

// Close returns the message that is not whole at the end of the stream, nil
// when there is none.
func (s *SCCPStream) Close() *SCCP {
	if len(s.buf) < sccpHeader || !s.wanted() {
		return nil
	}
	m := s.decode()
	s.reset()
	return m
}

package register

import (
	"bytes"
	"fmt"
)

// SIPStream divides one direction of a TCP connection into messages. The zero
// SIPStream is ready. It holds at most one head and the kept part of one body.
type SIPStream struct {
	Messages int // all, of registrations or not
	Problems []string

	buf     []byte // lead and head, then the body of message
	m       *SIP   // whose body is being gathered
	claimed int    // octets of that body
	remain  int    // octets of it that are still to come
	lost    bool   // the next octets begin a message only when they begin a segment
}

// Data takes the next octets, as one segment brought them, and returns the
// messages that are whole now and have to do with registering.
func (s *SIPStream) Data(b []byte) []*SIP {
	var out []*SIP
	if s.lost {
		if !startLine(b[leading(b):]) {
			return nil
		}
		s.lost = false
	}
	for len(b) > 0 {
		if s.m != nil {
			b = s.gather(b)
		} else {
			b = s.start(b)
		}
		if s.lost {
			return out
		}
		if s.m != nil && s.remain == 0 {
			if m := s.finish(); m != nil {
				out = append(out, m)
			}
		}
	}
	return out
}

// start gathers a head. Once it is whole, m is set and the octets after it are
// returned.
func (s *SIPStream) start(b []byte) []byte {
	before := len(s.buf)
	if before == 0 {
		b = b[leading(b):] // keep-alives
	}
	n := min(len(b), maxHead-before)
	s.buf = append(s.buf, b[:n]...)
	from := max(before-3, 0) // the empty line may straddle segments
	_, length, end := headOf(s.buf[from:])
	if end < 0 {
		if len(s.buf) >= maxHead || bytes.IndexByte(s.buf, '\n') >= 0 && !startLine(s.buf) {
			s.fail("%q begins no message, looking for the next", s.buf[:min(len(s.buf), 40)])
		}
		return b[n:]
	}
	head := s.buf[:from+end]
	if !startLine(head) {
		s.fail("%q begins no message, looking for the next", head[:min(len(head), 40)])
		return nil
	}
	m := &SIP{}
	s.Messages++
	s.claimed, _ = m.head(head) // over TCP a message without Content-Length has no body
	s.remain = s.claimed
	m.Length = from + length + s.claimed
	used := from + length - before
	s.m, s.buf = m, s.buf[:0]
	return b[used:]
}

// gather takes octets of the body, keeps the first of them if they are wanted,
// and returns what follows.
func (s *SIPStream) gather(b []byte) []byte {
	n := min(s.remain, len(b))
	s.remain -= n
	if s.m.Registration() && len(s.buf) < maxBody {
		s.buf = append(s.buf, b[:min(n, maxBody-len(s.buf))]...)
	}
	return b[n:]
}

// finish ends the current message and returns it when it is wanted.
func (s *SIPStream) finish() *SIP {
	m := s.m
	if m.Registration() {
		m.body(s.buf)
		if s.claimed > maxBody {
			note(&m.Problems, "body of %d octets, the first %d are read", s.claimed, maxBody)
		}
	} else {
		m = nil
	}
	s.m, s.buf = nil, nil // a connection is idle most of the time
	return m
}

// Lost tells that n octets are missing, or an unknown number when n is
// negative. It returns the message whose body they cut, if that is wanted.
// A gap inside the body of another message does no harm; after any other the
// stream is picked up at the next segment that begins a message.
func (s *SIPStream) Lost(n int64) *SIP {
	if s.m != nil && n >= 0 && n < int64(s.remain) && !s.m.Registration() {
		s.remain -= int(n)
		return nil
	}
	m := s.Close()
	s.fail("octets are missing")
	return m
}

// Close returns the message that is not whole at the end of the stream, nil
// when there is none or it is not wanted.
func (s *SIPStream) Close() *SIP {
	var m *SIP
	switch {
	case s.m != nil:
		s.m.Cut = true
		m = s.finish()
	case len(s.buf) > 0 && startLine(s.buf):
		m = &SIP{Cut: true, Length: len(s.buf)}
		m.head(s.buf)
		if !m.Registration() {
			m = nil
		}
	}
	s.m, s.buf, s.remain = nil, nil, 0
	return m
}

func (s *SIPStream) fail(format string, args ...any) {
	note(&s.Problems, "sip: %s", fmt.Sprintf(format, args...))
	s.m, s.buf, s.remain, s.lost = nil, nil, 0, true
}

package tls

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Stream reads one connection.
type Stream struct {
	h     Handshake
	sides [2]side // client, server

	cache     *Cache
	midStream bool
	closed    bool
	data      int  // side of the last step when that was application data, else -1
	more      bool // steps were left out

	clientVersion uint16
	version       uint16  // of the ServerHello, 0 before it
	null          bool    // cipher without encryption
	sessionID     []byte  // of the ClientHello
	ticket        bool    // ClientHello offers a ticket
	fresh         bool    // server showed a key of its own after the ServerHello
	ssl2          bool    // ClientHello in SSL 2.0 form
	turns         [2]Mark // TLS 1.3: first long records of the server, then of the client
	dropped       int     // problems beyond maxProblems
}

// NewStream returns a reader for a connection that is seen from its start.
func NewStream() *Stream {
	s := &Stream{data: -1}
	s.sides[1].server = true
	return s
}

// MidStream tells that the start of the connection is not in the capture: what
// does not look like TLS is then passed over until a record begins, instead of
// being taken for another protocol.
func (s *Stream) MidStream() {
	s.midStream = true
	for i := range s.sides {
		s.sides[i].startUnknown()
	}
}

// Data gives the next octets of one side. The slice is not kept. Frame and t
// tell where its first octet was seen, lost how many octets of the same side
// are missing before it.
func (s *Stream) Data(fromServer bool, frame int, t time.Time, b []byte, lost int64) {
	if s.closed {
		return
	}
	d := &s.sides[0]
	if fromServer {
		d = &s.sides[1]
	}
	m := Mark{frame, t}
	if lost > 0 {
		s.problem("%d octets of the %s missing before frame %d", lost, d.name(), frame)
		s.lose(d, lost, m)
	}
	if len(b) > 0 {
		s.read(d, b, m)
	}
}

// Close tells that nothing more comes. Records and messages that are not whole
// give what they hold.
func (s *Stream) Close() {
	if s.closed {
		return
	}
	for i := range s.sides {
		s.finish(&s.sides[i])
	}
	s.closed = true
}

// Result returns what is known so far; Close first for what an unfinished
// record holds. The result shares memory with the Stream.
func (s *Stream) Result() *Handshake {
	h := s.h
	h.Steps, h.History = s.inOrder()
	h.Alerts = slices.Clone(h.Alerts)
	slices.SortStableFunc(h.Alerts, func(a, b Alert) int { return cmp.Compare(a.Frame, b.Frame) })
	if s.clientVersion != 0 {
		h.ClientVersion = VersionName(s.clientVersion)
	}
	if s.version != 0 {
		h.Version = VersionName(s.version)
	}
	h.TLS13 = h.Version == "TLS1.3"
	h.Exchanged = h.Exchanged && h.TLS13
	f := &h.Frames
	h.Established = s.before13() && h.Foreign == nil &&
		f.ClientCipherSpec.Seen() && f.ServerCipherSpec.Seen() &&
		f.ClientData.Seen() && f.ServerData.Seen()
	if s.dropped > 0 {
		h.Problems = append(h.Problems[:len(h.Problems):len(h.Problems)],
			fmt.Sprintf("tls: %d more problems", s.dropped))
	}
	return &h
}

// before13 reports whether the connection is known to be older than TLS 1.3:
// by the ServerHello or, when that was lost, by a message that TLS 1.3 encrypts.
func (s *Stream) before13() bool {
	f := &s.h.Frames
	return s.version != 0 && s.version < versionTLS13 ||
		s.version == 0 && (f.ServerCertificate.Seen() || f.ServerHelloDone.Seen() || f.ClientCertificate.Seen() ||
			f.ClientKeyExchange.Seen() || f.NewSessionTicket.Seen())
}

// problem notes what was not read or is odd.
func (s *Stream) problem(format string, args ...any) {
	if len(s.h.Problems) >= maxProblems {
		s.dropped++
		return
	}
	s.h.Problems = append(s.h.Problems, "tls: "+fmt.Sprintf(format, args...))
}

// step notes one message. Application data in a row counts once.
func (s *Stream) step(d *side, m Mark, name string, letter byte, length int) {
	who := 0
	if d.server {
		who = 1
	} else if letter >= 'a' && letter <= 'z' {
		letter -= 'a' - 'A'
	}
	if letter|0x20 != 'd' {
		s.data = -1
	} else if s.data == who {
		return
	} else {
		s.data = who
	}
	if len(s.h.Steps) >= maxSteps {
		if !s.more {
			s.more = true
			s.problem("more than %d messages, the rest is not listed", maxSteps)
		}
		return
	}
	if s.h.Steps == nil {
		s.h.Steps = make([]Step, 0, usualSteps)
	}
	s.h.Steps = append(s.h.Steps, Step{Mark: m, FromServer: d.server, Name: name, Length: length, letter: letter})
}

// inOrder returns the steps by frame and their history. A side whose octets
// were missing is heard late, when the gap is given up.
func (s *Stream) inOrder() ([]Step, string) {
	steps := s.h.Steps
	if !s.closed { // more may come
		steps = slices.Clone(steps)
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(a.Frame, b.Frame) })
	history := make([]byte, 0, len(steps)+1)
	kept := steps[:0]
	for _, st := range steps {
		if n := len(history); n > 0 && history[n-1] == st.letter && st.letter|0x20 == 'd' {
			continue
		}
		history = append(history, st.letter)
		kept = append(kept, st)
	}
	if s.closed {
		s.h.Steps = kept
	}
	if s.more {
		history = append(history, '+')
	}
	return kept, string(history)
}

// first sets a mark that is not set yet.
func first(at *Mark, m Mark) {
	if !at.Seen() {
		*at = m
	}
}

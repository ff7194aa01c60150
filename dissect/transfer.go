package dissect

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"net/netip"
	"slices"

	"trustline/pcap"
)

// Transfer is one file asked for, by TFTP or HTTP provisioning.
type Transfer struct {
	Proto  string         // tftp, http
	Op     string         // read, write
	Client netip.AddrPort // who asked
	Server netip.AddrPort // who was asked
	Peer   netip.AddrPort // where the answer came from; not valid when none came
	Stream int            // tcp.stream of HTTP, -1 for TFTP
	Method string         // of HTTP: GET, HEAD, PUT, POST
	File   string         // as requested; of HTTP the path without its first slash
	Mode   string         // octet, netascii; "" for HTTP

	Options    map[string]string // agreed on (OACK), else requested; names in lower case
	Outcome    string            // complete, error, incomplete, no-response
	ErrorCode  *int              // TFTP error code, HTTP status other than success
	Error      string            // its text
	Bytes      int64             // distinct payload octets seen
	Blocks     int64             // distinct DATA packets; of HTTP segments with payload
	Retransmit int               // packets seen again: requests, OACK, DATA
	First      pcap.Mark         // the request
	Last       pcap.Mark         // the last packet
	Requests   []pcap.Mark       // the request and its repetitions, at most 16

	Complete bool   // Outcome is complete
	SHA256   string // over the payload as transferred; "" unless all of it was seen
	MD5      string
	Content  []byte // from the first octet up to the first gap or cap
	Clipped  bool   // Content lacks octets that were seen: a cap was met, or they follow a gap

	Unreachable *pcap.UnreachableUDP // ICMP error about a TFTP packet
	Notes       []string             // caps that were met and oddities
}

// Outcomes of a Transfer.
const (
	OutcomeComplete   = "complete"
	OutcomeError      = "error"       // ERROR packet, or an HTTP status other than success
	OutcomeIncomplete = "incomplete"  // it began and was not seen to end; also of a Connection
	OutcomeNoResponse = "no-response" // nothing answers the request
)

// note adds a remark once.
func (t *Transfer) note(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if len(t.Notes) < maxNotes && !slices.Contains(t.Notes, s) {
		t.Notes = append(t.Notes, s)
	}
}

// store gathers the payload of one transfer in order. Beyond the caps it keeps
// the head and goes on hashing, so that large files have their hashes too.
type store struct {
	pool   *pool
	buf    []byte
	n      int64 // octets taken, kept or not
	sha    hash.Hash
	md5    hash.Hash
	cut    bool
	closed bool
}

// pool is the room that all stores share.
type pool struct {
	max  int64 // of one store
	left int64

	// md5 remembers sums of equal content: thousands of phones fetch one list,
	// and MD5 takes several times as long as SHA-256 does.
	md5 map[[sha256.Size]byte][md5.Size]byte
}

// add appends the next octets.
func (s *store) add(b []byte) {
	s.n += int64(len(b))
	if s.cut {
		s.sha.Write(b)
		s.md5.Write(b)
		return
	}
	room := s.pool.left
	if s.n <= keptHead {
		room += headReserve
	}
	if s.n > s.pool.max || int64(len(b)) > room {
		s.cut = true
		s.sha, s.md5 = sha256.New(), md5.New()
		for _, p := range [][]byte{s.buf, b} {
			s.sha.Write(p)
			s.md5.Write(p)
		}
		s.pool.left += int64(len(s.buf))
		s.buf = slices.Clone(s.buf[:min(len(s.buf), keptHead)])
		s.pool.left -= int64(len(s.buf))
		return
	}
	if s.buf == nil && len(b) >= 512 { // more will follow: not one growth for each block
		s.buf = make([]byte, 0, usualContent)
	}
	s.buf = append(s.buf, b...)
	s.pool.left -= int64(len(b))
}

// sums returns the hashes of everything added, in hex.
func (s *store) sums() (string, string) {
	if s.cut {
		return hex.EncodeToString(s.sha.Sum(nil)), hex.EncodeToString(s.md5.Sum(nil))
	}
	a := sha256.Sum256(s.buf)
	b, ok := s.pool.md5[a]
	if !ok {
		b = md5.Sum(s.buf)
		if s.pool.md5 == nil || len(s.pool.md5) >= maxSums {
			s.pool.md5 = make(map[[sha256.Size]byte][md5.Size]byte)
		}
		s.pool.md5[a] = b
	}
	return hex.EncodeToString(a[:]), hex.EncodeToString(b[:])
}

// release hands the content over and gives its room back.
func (s *store) release(t *Transfer) {
	if s.closed {
		return
	}
	s.closed = true
	s.pool.left += int64(len(s.buf))
	t.Content, t.Clipped = s.buf, int64(len(s.buf)) < t.Bytes
	// A caller who asked for next to nothing is not told that he got it.
	if s.cut && s.pool.max >= smallContent {
		t.note("only the first %d of %d octets are kept", len(s.buf), s.n)
	}
}

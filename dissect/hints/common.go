package hints

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// ParseError says what could not be read and where.
type ParseError struct {
	Protocol string // dhcp, cdp, lldp, dns, eapol, syslog
	Offset   int    // octets from the start of the payload
	What     string
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("hints: %s: offset %d: %s", e.Protocol, e.Offset, e.What)
}

// note adds a problem once.
func note(list *[]string, format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if len(*list) < maxProblems && !slices.Contains(*list, s) {
		*list = append(*list, s)
	}
}

// text takes octets up to a NUL as text.
func text(b []byte) string {
	s, _, _ := strings.Cut(string(b[:min(len(b), maxText)]), "\x00")
	return strings.TrimSpace(strings.ToValidUTF8(s, "\ufffd"))
}

// address reads an IPv4 or IPv6 address; it is invalid when b has another
// length or says "none".
func address(b []byte) netip.Addr {
	a, ok := netip.AddrFromSlice(b)
	if !ok || a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}

// mac writes a hardware address as lower-case hex without separators.
func mac(b []byte) string { return hex.EncodeToString(b) }

package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
)

// cipher makes pseudonyms from a key.
type cipher struct{ key []byte }

// sum is a keyed hash of a value of one kind.
func (c cipher) sum(kind string, value []byte) [sha256.Size]byte {
	m := hmac.New(sha256.New, c.key)
	m.Write([]byte(kind))
	m.Write([]byte{0})
	m.Write(value)
	return [sha256.Size]byte(m.Sum(nil))
}

// word is a short name for a value: n hexadecimal digits.
func (c cipher) word(kind, value string, n int) string {
	s := c.sum(kind, []byte(value))
	return hex.EncodeToString(s[:])[:n]
}

// permute replaces the bits of an address from keep on so that two addresses
// that share their first n bits share them afterwards, and no others do: bit n
// is flipped or not by a keyed hash of the n bits before it, as in Crypto-PAn
// (Xu, Fan, Ammar, Moon: Prefix-Preserving IP Address Anonymization, 2002).
func (c cipher) permute(kind string, a []byte, keep int) []byte {
	out := append([]byte{}, a...)
	in := make([]byte, len(a)+1) // the bits so far, and how many
	for n := range 8 * len(a) {
		bit := a[n/8] >> (7 - n%8) & 1
		if n >= keep {
			in[len(a)] = byte(n)
			if c.sum(kind, in)[0]&1 != 0 {
				out[n/8] ^= 1 << (7 - n%8)
			}
		}
		in[n/8] |= bit << (7 - n%8)
	}
	return out
}

// Ranges of IPv4 that mean something by themselves: addresses stay inside, and
// no other comes in. Those that stay whole are told by keep4.
var ranges4 = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),     // RFC 1918
	netip.MustParsePrefix("172.16.0.0/12"),  //
	netip.MustParsePrefix("192.168.0.0/16"), //
	netip.MustParsePrefix("100.64.0.0/10"),  // RFC 6598
	netip.MustParsePrefix("169.254.0.0/16"), // RFC 3927
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("224.0.0.0/3"), // multicast, masks, broadcast
}

// keeps tells of an address that it says nothing of anybody: loopback,
// unspecified, multicast, a netmask.
func keeps(a netip.Addr) bool {
	if a.Is4() {
		b := a.As4()
		return b[0] == 0 || b[0] == 127 || b[0] >= 224
	}
	return a.IsLoopback() || a.IsUnspecified() || a.IsMulticast()
}

// addr gives the pseudonym of an address.
func (c cipher) addr(a netip.Addr) netip.Addr {
	switch {
	case a.Is4In6():
		return netip.AddrFrom16(c.addr(a.Unmap()).As16())
	case keeps(a):
		return a
	case a.Is4():
		return c.addr4(a)
	}
	keep := 3 // 2000::/3, and as much of the others
	b := a.WithZone("").As16()
	switch {
	case binary.BigEndian.Uint64(b[:]) == 0xfe80<<48: // the prefix is the same everywhere
		keep = 64
	case a.IsLinkLocalUnicast():
		keep = 10
	case a.IsPrivate():
		keep = 8
	}
	out := netip.AddrFrom16([16]byte(c.permute("ipv6", b[:], keep)))
	if keep == 3 && (out.IsPrivate() || out.IsLinkLocalUnicast() || out.IsMulticast()) {
		return a // cannot be: they begin with other bits
	}
	return out
}

func (c cipher) addr4(a netip.Addr) netip.Addr {
	b := a.As4()
	for _, r := range ranges4 {
		if r.Contains(a) {
			return netip.AddrFrom4([4]byte(c.permute("ipv4", b[:], r.Bits())))
		}
	}
	// A public address that comes out in one of the ranges goes round again:
	// the permutation of all addresses brings it out of there in the end, and
	// whole networks go together.
	for {
		b = [4]byte(c.permute("ipv4", b[:], 0))
		out := netip.AddrFrom4(b)
		inside := false
		for _, r := range ranges4 {
			inside = inside || r.Contains(out)
		}
		if !inside {
			return out
		}
	}
}

// mac gives the pseudonym of a MAC address, which is locally administered. Group
// addresses and those that stand for none stay.
func (c cipher) mac(m [6]byte) [6]byte {
	if keepsMAC(m) {
		return m
	}
	s := c.sum("mac", m[:])
	return [6]byte{2, s[0], s[1], s[2], s[3], s[4]}
}

func keepsMAC(m [6]byte) bool { return m[0]&1 != 0 || m == [6]byte{} }

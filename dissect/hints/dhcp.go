package hints

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// DHCP is one message of DHCP or BOOTP. Strings are empty and addresses invalid
// where it does not say.
type DHCP struct {
	Reply bool   // from a server
	Type  string // "DISCOVER", "OFFER", "REQUEST", "ACK" ..., the number, or "" for BOOTP
	XID   uint32
	MAC   string // of the client: "001122334455"

	Client netip.Addr // ciaddr: that the client has
	Your   netip.Addr // yiaddr: that it gets
	Server netip.Addr // siaddr: next server
	Relay  netip.Addr // giaddr

	HostName    string         // option 12: "SEP001122334455"
	Domain      string         // 15
	Vendor      string         // 60: "Cisco Systems, Inc. IP Phone CP-8861"
	Model       string         // read from Vendor: "CP-8861"
	ClientID    string         // 61, hex, with its type octet
	TFTPName    string         // 66: name or address as text
	TFTPServers []netip.Addr   // 150
	BootFile    string         // 67, else the file field
	Requested   netip.Addr     // 50
	ServerID    netip.Addr     // 54
	Routers     []netip.Addr   // 3
	DNSServers  []netip.Addr   // 6
	Lease       *time.Duration // 51
	Message     string         // 56: why a server refuses

	Cut      bool // the options do not end
	Problems []string
}

var dhcpTypes = []string{1: "DISCOVER", 2: "OFFER", 3: "REQUEST", 4: "DECLINE", 5: "ACK", 6: "NAK", 7: "RELEASE", 8: "INFORM"}

const (
	dhcpFixed = 236 // octets before the vendor area, RFC 951
	dhcpMagic = "\x63\x82\x53\x63"
	dhcpChars = 44 // octets up to the end of chaddr
)

// ParseDHCP reads the payload of UDP port 67 or 68.
//
//	offset  octets
//	0       1      op: 1 request, 2 reply
//	1       1      htype: 1 Ethernet
//	2       1      hlen: 6
//	3       1      hops
//	4       4      xid
//	8       4      secs, flags
//	12      4 x 4  ciaddr, yiaddr, siaddr, giaddr
//	28      16     chaddr
//	44      64     sname
//	108     128    file
//	236     4      63 82 53 63
//	240            options: code (1), length (1), value; 0 is padding, 255 the end
//
// RFC 2131 section 2 and RFC 2132; option 150 is RFC 5859, an option in pieces
// RFC 3396. Options in sname and file count where option 52 says so. The
// vendor class is what Cisco phones send.
func ParseDHCP(b []byte) (*DHCP, error) {
	if len(b) < dhcpChars || b[0] != 1 && b[0] != 2 || b[2] > 16 {
		return nil, &ParseError{"dhcp", 0, fmt.Sprintf("%d octets beginning with % x are no message", len(b), b[:min(len(b), 4)])}
	}
	d := &DHCP{
		Reply: b[0] == 2, XID: binary.BigEndian.Uint32(b[4:]), MAC: mac(b[28 : 28+int(b[2])]),
		Client: address(b[12:16]), Your: address(b[16:20]), Server: address(b[20:24]), Relay: address(b[24:28]),
	}
	if len(b) < dhcpFixed+len(dhcpMagic) {
		d.Cut = len(b) != dhcpFixed
		return d, nil
	}
	if string(b[dhcpFixed:dhcpFixed+len(dhcpMagic)]) != dhcpMagic {
		d.BootFile = text(b[108:236])
		return d, nil // BOOTP with a vendor area of its own
	}
	options := &dhcpOptions{}
	err := d.options(options, b, dhcpFixed+len(dhcpMagic), len(b))
	if o := options[52]; len(o) == 1 && err == nil {
		if o[0]&1 != 0 {
			err = d.options(options, b, 108, 236)
		}
		if o[0]&2 != 0 && err == nil {
			err = d.options(options, b, 44, 108)
		}
	} else {
		d.BootFile = text(b[108:236])
	}
	d.values(options)
	return d, err
}

// dhcpOptions are the values of options by their code, nil for one that is not
// there. They lie in the message unless they came in pieces.
type dhcpOptions [256][]byte

// options gathers the options between two offsets; pieces of one are joined.
func (d *DHCP) options(to *dhcpOptions, b []byte, off, end int) error {
	for off < end {
		switch code := b[off]; code {
		case 0:
			off++
		case 255:
			return nil
		default:
			if off+2 > end || off+2+int(b[off+1]) > end {
				d.Cut = true
				return &ParseError{"dhcp", off, fmt.Sprintf("option %d goes beyond the end", code)}
			}
			n := int(b[off+1])
			if v := b[off+2 : off+2+n : off+2+n]; to[code] == nil {
				to[code] = v
			} else {
				to[code] = append(to[code], v...)
			}
			off += 2 + n
		}
	}
	d.Cut = true
	return nil
}

func (d *DHCP) values(options *dhcpOptions) {
	for code := range byte(255) { // in order, so that problems are too
		v := options[code]
		if v == nil {
			continue
		}
		switch code {
		case 3:
			d.Routers = d.addresses(code, v)
		case 6:
			d.DNSServers = d.addresses(code, v)
		case 12:
			d.HostName = text(v)
		case 15:
			d.Domain = text(v)
		case 50:
			d.Requested = address(v)
		case 51:
			if len(v) == 4 {
				lease := time.Duration(binary.BigEndian.Uint32(v)) * time.Second
				d.Lease = &lease
			}
		case 53:
			if len(v) == 1 {
				if d.Type = strconv.Itoa(int(v[0])); v[0] > 0 && int(v[0]) < len(dhcpTypes) {
					d.Type = dhcpTypes[v[0]]
				}
			}
		case 54:
			d.ServerID = address(v)
		case 56:
			d.Message = text(v)
		case 60:
			d.Vendor = text(v)
			if _, model, ok := strings.Cut(d.Vendor, " IP Phone "); ok {
				d.Model = model
			}
		case 61:
			d.ClientID = hex.EncodeToString(v[:min(len(v), 255)])
		case 66:
			d.TFTPName = text(v)
		case 67:
			d.BootFile = text(v)
		case 150:
			d.TFTPServers = d.addresses(code, v)
		}
	}
}

// addresses reads a list of IPv4 addresses.
func (d *DHCP) addresses(code byte, v []byte) []netip.Addr {
	if len(v)%4 != 0 {
		note(&d.Problems, "option %d has %d octets, no multiple of 4", code, len(v))
	}
	if len(v)/4 > maxAddresses {
		note(&d.Problems, "option %d has %d addresses, the first %d are kept", code, len(v)/4, maxAddresses)
		v = v[:4*maxAddresses]
	}
	var out []netip.Addr
	for ; len(v) >= 4; v = v[4:] {
		if a := address(v[:4]); a.IsValid() {
			out = append(out, a)
		}
	}
	return out
}

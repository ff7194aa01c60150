package hints

import (
	"errors"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".bin")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

// fails checks an error of this package.
func fails(t *testing.T, err error, want string) {
	t.Helper()
	var pe *ParseError
	if !errors.As(err, &pe) || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

func TestDHCP(t *testing.T) {
	lease := 8 * 24 * time.Hour
	for name, want := range map[string]*DHCP{
		"dhcp-discover": {Type: "DISCOVER", XID: 0x1234, MAC: "001122334455", HostName: "SEP001122334455",
			Vendor: "Cisco Systems, Inc. IP Phone CP-8861", Model: "CP-8861"},
		"dhcp-request": {Type: "REQUEST", XID: 0x1234, MAC: "001122334455", HostName: "SEP001122334455",
			Vendor: "Cisco Systems, Inc. IP Phone CP-8861", Model: "CP-8861", ClientID: "01001122334455",
			Requested: addrs("10.1.2.50")[0], ServerID: addrs("10.1.2.1")[0]},
		"dhcp-ack": {Reply: true, Type: "ACK", XID: 0x1234, MAC: "001122334455",
			Your: addrs("10.1.2.50")[0], Server: addrs("10.1.1.11")[0], Relay: addrs("10.1.2.1")[0], ServerID: addrs("10.1.2.1")[0],
			Lease: &lease, Routers: addrs("10.1.2.1"), DNSServers: addrs("10.1.1.5", "10.1.1.6"), Domain: "example.com",
			TFTPName: "tftp.example.com", TFTPServers: addrs("10.1.1.11", "10.1.1.12"), BootFile: "boot"},
		// Option 150 in two pieces, one of them in the file field.
		"dhcp-overload": {Reply: true, Type: "OFFER", XID: 0x1234, MAC: "001122334455", HostName: "host",
			TFTPName: "10.1.1.99", TFTPServers: addrs("10.1.1.11", "10.1.1.12")},
	} {
		d, err := ParseDHCP(read(t, name))
		if err != nil || !reflect.DeepEqual(d, want) {
			t.Errorf("%s: got\n%+v, %v\nwant\n%+v", name, d, err, want)
		}
	}
}

func TestDHCPDamage(t *testing.T) {
	b := read(t, "dhcp-request")
	for n := range b {
		d, err := ParseDHCP(b[:n])
		switch {
		case n < dhcpChars:
			fails(t, err, "are no message")
			if d != nil {
				t.Errorf("first %d octets: %+v", n, d)
			}
		case d == nil || d.MAC != "001122334455" || n != dhcpFixed && !d.Cut:
			t.Errorf("first %d octets: %+v, %v", n, d, err)
		case n > 243 && d.Type != "REQUEST":
			t.Errorf("first %d octets: type %q", n, d.Type)
		}
	}
	_, err := ParseDHCP(b[:len(b)-3])
	fails(t, err, "hints: dhcp: offset 281: option 60 goes beyond the end")

	with := func(options ...byte) []byte { return append(b[:240:240], options...) }
	for _, c := range []struct {
		name    string
		options []byte
		check   func(*DHCP) bool
	}{
		{"unknown type", []byte{53, 1, 99, 255}, func(d *DHCP) bool { return d.Type == "99" }},
		{"type of two octets", []byte{53, 2, 1, 1, 255}, func(d *DHCP) bool { return d.Type == "" }},
		{"refusal", []byte{53, 1, 6, 56, 4, 'b', 'u', 's', 'y', 255}, func(d *DHCP) bool { return d.Type == "NAK" && d.Message == "busy" }},
		{"boot file", []byte{67, 3, 'a', '.', 'b', 255}, func(d *DHCP) bool { return d.BootFile == "a.b" }},
		{"odd list", []byte{150, 5, 10, 0, 0, 1, 9, 255}, func(d *DHCP) bool {
			return len(d.TFTPServers) == 1 && len(d.Problems) == 1 && d.Problems[0] == "option 150 has 5 octets, no multiple of 4"
		}},
		{"no server", []byte{150, 4, 0, 0, 0, 0, 255}, func(d *DHCP) bool { return d.TFTPServers == nil }},
		{"long list", append(append([]byte{6, 252}, make([]byte, 252)...), 255), func(d *DHCP) bool {
			return len(d.DNSServers) == 0 && len(d.Problems) == 1
		}},
	} {
		if d, err := ParseDHCP(with(c.options...)); err != nil || d.Cut || !c.check(d) {
			t.Errorf("%s: %+v, %v", c.name, d, err)
		}
	}
	bootp := append([]byte(nil), b...)
	copy(bootp[236:], "xxxx")
	copy(bootp[108:], "image")
	if d, err := ParseDHCP(bootp); err != nil || d.Type != "" || d.BootFile != "image" {
		t.Errorf("BOOTP: %+v, %v", d, err)
	}
}

func FuzzDHCP(f *testing.F) {
	for _, n := range []string{"dhcp-discover", "dhcp-request", "dhcp-ack", "dhcp-overload"} {
		f.Add(read(f, n))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		d, err := ParseDHCP(b)
		if d == nil && err == nil {
			t.Fatal("neither a message nor an error")
		}
		if d != nil && (len(d.TFTPServers) > maxAddresses || len(d.HostName) > 3*maxText || len(d.Problems) > maxProblems) {
			t.Error("bounds passed")
		}
		again, _ := ParseDHCP(b)
		if !reflect.DeepEqual(d, again) {
			t.Error("not the same twice")
		}
	})
}
